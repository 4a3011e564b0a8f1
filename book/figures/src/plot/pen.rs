//! A back end for plotters that writes our SVG: text and axes in `currentColor`, palette colors
//! as CSS variables, the dash of a series with its color.

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use crate::palette::{dash, hex, series_color, series_of};
use crate::svg::{Canvas, Element, TEXT_SIZE, text_width};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A length in tenths of a unit, which plotters counts in.
pub fn fine(units: f64) -> i32 {
    (units * 10.0).round() as i32
}

/// A length of plotters in units.
pub fn units(fine: i32) -> f64 {
    f64::from(fine) / 10.0
}

/// Draws what plotters asks for onto a canvas. plotters counts in whole numbers, so it is given
/// a tenth of a unit to count in.
pub struct Pen<'a> {
    canvas: &'a mut Canvas,
}

impl<'a> Pen<'a> {
    /// A pen that draws onto `canvas`.
    pub fn new(canvas: &'a mut Canvas) -> Self {
        Self { canvas }
    }

    /// Draws an element in a color, unless it cannot be seen.
    fn draw(&mut self, element: Element, paint: &'static str, color: BackendColor) -> Drawn {
        if color.alpha > 0.0 {
            let element = element.set(paint, css(color));
            let translucent = color.alpha < 1.0;
            let opacity = if paint == "fill" { "fill-opacity" } else { "stroke-opacity" };
            let element = if translucent { element.number(opacity, color.alpha) } else { element };
            self.canvas.push(element);
        }
        Ok(())
    }

    /// Draws an outline, in the width that plotters counts in tenths of a unit.
    fn stroke(&mut self, element: Element, style: &impl BackendStyle) -> Drawn {
        let element = element.number("stroke-width", units(style.stroke_width() as i32));
        self.draw(element, "stroke", style.color())
    }
}

/// Black stands for the color of the page's text, the palette's colors for CSS variables.
fn css(color: BackendColor) -> String {
    let (red, green, blue) = color.rgb;
    match series_of(color.rgb) {
        Some(series) => series_color(series),
        None if color.rgb == (0, 0, 0) => "currentColor".to_owned(),
        None => hex([red, green, blue]),
    }
}

/// A point of plotters in units.
fn point((x, y): BackendCoord) -> (f64, f64) {
    (units(x), units(y))
}

impl DrawingBackend for Pen<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (fine(self.canvas.width) as u32, fine(self.canvas.height) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw(Element::rect(point(at), (0.1, 0.1)), "fill", color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let line = Element::points("polyline", path.into_iter().map(point)).set("fill", "none");
        match series_of(style.color().rgb).map(dash) {
            None | Some("") => self.stroke(line, style),
            Some(dash) => self.stroke(line.set("stroke-dasharray", dash), style),
        }
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ((x0, y0), (x1, y1)) = (point(upper_left), point(bottom_right));
        let rect = Element::rect((x0, y0), (x1 - x0, y1 - y0));
        if fill {
            return self.draw(rect, "fill", style.color());
        }
        self.stroke(rect.set("fill", "none"), style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = point(center);
        let circle = Element::new("circle");
        let circle = circle.numbers([("cx", x), ("cy", y), ("r", units(radius as i32))]);
        if fill {
            return self.draw(circle, "fill", style.color());
        }
        self.stroke(circle.set("fill", "none"), style)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let polygon = Element::points("polygon", corners.into_iter().map(point));
        self.draw(polygon, "fill", style.color())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let (x, y) = point(at);
        let middle = match style.anchor().v_pos {
            VPos::Top => y + TEXT_SIZE / 2.0,
            VPos::Center => y,
            VPos::Bottom => y - TEXT_SIZE / 2.0,
        };
        self.draw(Element::label(text, (x, middle), anchor), "fill", style.color())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        _: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((fine(text_width(text, TEXT_SIZE)) as u32, fine(TEXT_SIZE) as u32))
    }
}
