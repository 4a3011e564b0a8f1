//! The solutions of the exercises pass the tests that the readers' programs have to pass.

#[path = "../chapters/ch01_neuron/exercises/solutions/pocket.rs"]
mod ch01_pocket;
#[path = "../chapters/ch01_neuron/exercises/solutions/swish.rs"]
mod ch01_swish;
#[path = "../chapters/ch02_forward/exercises/solutions/parity.rs"]
mod ch02_parity;
#[path = "../chapters/ch02_forward/exercises/solutions/temperature.rs"]
mod ch02_temperature;
#[path = "../chapters/ch03_backprop/exercises/solutions/gates.rs"]
mod ch03_gates;
#[path = "../chapters/ch03_backprop/exercises/solutions/normalize.rs"]
mod ch03_normalize;
#[path = "../chapters/ch04_optimizers/exercises/solutions/amsgrad.rs"]
mod ch04_amsgrad;
#[path = "../chapters/ch04_optimizers/exercises/solutions/rotated.rs"]
mod ch04_rotated;
#[path = "../chapters/ch05_mnist/exercises/solutions/neighbors.rs"]
mod ch05_neighbors;
#[path = "../chapters/ch05_mnist/exercises/solutions/recall.rs"]
mod ch05_recall;
#[path = "../chapters/ch06_overfitting/exercises/solutions/bootstrap.rs"]
mod ch06_bootstrap;
#[path = "../chapters/ch06_overfitting/exercises/solutions/doubt.rs"]
mod ch06_doubt;
#[path = "../chapters/ch07_inside/exercises/solutions/occlusion.rs"]
mod ch07_occlusion;
#[path = "../chapters/ch07_inside/exercises/solutions/paths.rs"]
mod ch07_paths;
#[path = "../chapters/ch08_tuning/exercises/solutions/budget.rs"]
mod ch08_budget;
#[path = "../chapters/ch08_tuning/exercises/solutions/median.rs"]
mod ch08_median;
#[path = "../chapters/ch09_vision/exercises/solutions/separable.rs"]
mod ch09_separable;
#[path = "../chapters/ch09_vision/exercises/solutions/spread.rs"]
mod ch09_spread;
