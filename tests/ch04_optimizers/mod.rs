//! The formulas of chapter 4, each checked with numbers: a file for each page.

mod gradient_descent;
mod quadratics;
mod curvature;
mod momentum;
mod acceleration;
mod adaptive;
mod adam;
mod noise;
mod schedules;
mod landscapes;
