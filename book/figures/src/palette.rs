//! Colors, dashes and markers: the number of a series decides all three.

use plotters::style::RGBColor;

/// How many series can be told apart in one figure.
pub const SERIES: usize = 7;

/// Colors that color-blind readers can tell apart (after Okabe and Ito), each dark enough for a
/// white page and light enough for a dark one.
pub const COLORS: [RGBColor; SERIES] = [
    RGBColor(0x00, 0x7a, 0xc2), // blue
    RGBColor(0xd5, 0x5e, 0x00), // vermilion
    RGBColor(0x00, 0x92, 0x6b), // green
    RGBColor(0xc0, 0x62, 0x9a), // purple
    RGBColor(0x9c, 0x78, 0x00), // gold
    RGBColor(0x2f, 0x93, 0xa8), // teal
    RGBColor(0x80, 0x80, 0x80), // gray
];

/// Dash patterns, in units.
const DASHES: [&str; SERIES] = ["", "9 5", "2 4", "12 4 2 4", "5 3", "16 5", "12 3 2 3 2 3"];

/// The dash pattern of a series; empty for an unbroken line.
pub fn dash(series: usize) -> &'static str {
    DASHES[series % SERIES]
}

/// The color of a series as a page may override it: a CSS variable with a fallback.
pub fn series_color(series: usize) -> String {
    let RGBColor(red, green, blue) = COLORS[series % SERIES];
    format!("var(--series-{}, #{red:02x}{green:02x}{blue:02x})", series % SERIES + 1)
}

/// Which series a color of the palette belongs to.
pub fn series_of((red, green, blue): (u8, u8, u8)) -> Option<usize> {
    COLORS.iter().position(|&color| color == RGBColor(red, green, blue))
}

/// The outline of a series' marker around (0, 0), `size` being its radius.
pub fn marker(series: usize, size: f64) -> Vec<(f64, f64)> {
    match series % SERIES {
        0 => regular(20, size, 0.0),
        1 => regular(4, size * 1.25, 0.5),
        2 => regular(3, size * 1.4, 0.0),
        3 => regular(4, size * 1.4, 0.0),
        4 => cross(size * 1.2, false),
        5 => regular(3, size * 1.4, 1.0),
        _ => cross(size * 1.1, true),
    }
}

/// A regular polygon with a corner on top, turned by a share of a half corner's angle.
fn regular(corners: u32, radius: f64, turn: f64) -> Vec<(f64, f64)> {
    let corner = |k: u32| {
        let part = (f64::from(k) + turn) / f64::from(corners);
        let (sin, cos) = (part * std::f64::consts::TAU).sin_cos();
        (radius * sin, -radius * cos)
    };
    (0..corners).map(corner).collect()
}

/// A plus sign of twelve corners, or a times sign.
fn cross(radius: f64, upright: bool) -> Vec<(f64, f64)> {
    let (long, thin) = (radius, radius * 0.3);
    let quarter = [(thin, -thin), (thin, -long), (-thin, -long)];
    let turn = |(x, y): (f64, f64), times| match times {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    };
    let plus = (0..4).flat_map(|times| quarter.map(|corner| turn(corner, times)));
    let half = std::f64::consts::FRAC_1_SQRT_2;
    plus.map(|(x, y)| if upright { (x, y) } else { ((x - y) * half, (x + y) * half) }).collect()
}

/// The two ends of a ramp of colors, light pages first and dark pages second, and from which percent
/// on the text on it changes its color.
struct Ramp {
    name: &'static str,
    low: [[u8; 3]; 2],
    high: [[u8; 3]; 2],
    change: u32,
}

/// From nothing to much: from the page's own ground to blue.
const MUCH: Ramp = Ramp {
    name: "much",
    low: [[0xf4, 0xf7, 0xfb], [0x1d, 0x23, 0x2e]],
    high: [[0x0b, 0x2f, 0x66], [0x7b, 0xa8, 0xd1]],
    change: 64,
};

/// From zero downward: blue.
const NEGATIVE: Ramp = Ramp {
    name: "negative",
    low: [[0xf4, 0xf4, 0xf2], [0x1d, 0x23, 0x2e]],
    high: [[0x0b, 0x3c, 0x80], [0x76, 0xa0, 0xd6]],
    change: 68,
};

/// From zero upward: orange.
const POSITIVE: Ramp = Ramp {
    name: "positive",
    low: [[0xf4, 0xf4, 0xf2], [0x1d, 0x23, 0x2e]],
    high: [[0x96, 0x3c, 0x00], [0xbd, 0x7e, 0x43]],
    change: 79,
};

/// How a cell and the text on it are painted, as CSS that the themes of a page may change.
#[derive(Debug, Clone, PartialEq)]
pub struct Shade {
    /// The style of the cell.
    pub cell: String,
    /// The style of the text.
    pub text: &'static str,
}

/// The shade of a share from 0 to 1.
pub fn sequential(share: f64) -> Shade {
    MUCH.shade(share)
}

/// The shade of a share from −1 to 1: blue for negative, orange for positive.
pub fn signed(share: f64) -> Shade {
    if share < 0.0 { NEGATIVE.shade(-share) } else { POSITIVE.shade(share) }
}

impl Ramp {
    fn shade(&self, share: f64) -> Shade {
        let percent = (100.0 * share.clamp(0.0, 1.0)).round() as u32;
        let Self { name, low, high, change } = self;
        let (low, high) = (hex(low[0]), hex(high[0]));
        let zero = if *name == MUCH.name { "--heat-low" } else { "--heat-zero" };
        let cell = format!(
            "fill:color-mix(in srgb,var(--heat-{name},{high}) {percent}%,var({zero},{low}))"
        );
        let text = match percent < *change {
            true => "fill:var(--heat-text-low,#000000)",
            false => "fill:var(--heat-text-high,#ffffff)",
        };
        Shade { cell, text }
    }
}

/// A color map from −1 to 1: blue for negative, pale for zero, orange for positive.
pub fn diverging(share: f64) -> [u8; 3] {
    let stops = [
        [0x0b, 0x3c, 0x80],
        [0x5b, 0xa0, 0xd0],
        [0xf4, 0xf4, 0xf2],
        [0xe8, 0x9a, 0x50],
        [0x96, 0x3c, 0x00],
    ];
    between(&stops, (share + 1.0) / 2.0)
}

/// The color at a share between 0 and 1 of the way through the stops.
fn between(stops: &[[u8; 3]], share: f64) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let first = (place.floor() as usize).min(stops.len() - 2);
    let part = place - first as f64;
    let mix = |channel: usize| {
        let (from, to) = (f64::from(stops[first][channel]), f64::from(stops[first + 1][channel]));
        (from + part * (to - from)).round() as u8
    };
    [mix(0), mix(1), mix(2)]
}

/// The color as CSS writes it.
pub fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a color, from 0 to 1 (WCAG 2).
    fn luminance(color: [u8; 3]) -> f64 {
        let linear = color.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_series_color_stands_out_on_white_and_on_dark_pages() {
        for RGBColor(red, green, blue) in COLORS {
            for page in
                [[255, 255, 255], [0x16, 0x19, 0x23], [0x14, 0x16, 0x17], [0x0f, 0x14, 0x19]]
            {
                let contrast = contrast([red, green, blue], page);
                assert!(contrast >= 3.0, "{red} {green} {blue} on {page:?}: {contrast}");
            }
        }
    }

    #[test]
    fn every_series_has_its_own_dash_and_its_own_marker() {
        for one in 0..SERIES {
            for other in 0..one {
                assert_ne!(dash(one), dash(other));
                assert_ne!(marker(one, 5.0), marker(other, 5.0));
            }
        }
    }

    #[test]
    fn printed_cell_values_can_be_read_on_every_shade_of_light_and_dark_pages() {
        let inks = [[[0; 3], [255; 3]], [[255; 3], [0; 3]]];
        for ramp in [MUCH, NEGATIVE, POSITIVE] {
            for (theme, [low, high]) in inks.into_iter().enumerate() {
                for percent in 0..=100 {
                    let color =
                        between(&[ramp.low[theme], ramp.high[theme]], f64::from(percent) / 100.0);
                    let ink = if percent < ramp.change { low } else { high };
                    let found = contrast(color, ink);
                    assert!(found >= 4.5, "{} {percent} in theme {theme}: {found}", ramp.name);
                }
            }
        }
    }

    #[test]
    fn the_style_sheet_of_the_book_has_the_same_dark_shades() {
        let sheet = crate::root().unwrap().join("book/theme/reading.css");
        let sheet = std::fs::read_to_string(sheet).unwrap();
        for Ramp { name, high, .. } in [MUCH, NEGATIVE, POSITIVE] {
            let rule = format!("--heat-{name}: {};", hex(high[1]));
            assert!(sheet.contains(&rule), "{rule}");
        }
        assert!(sheet.contains(&format!("--heat-low: {};", hex(MUCH.low[1]))));
        assert!(sheet.contains(&format!("--heat-zero: {};", hex(POSITIVE.low[1]))));
    }

    #[test]
    fn a_palette_color_becomes_a_css_variable() {
        assert_eq!(series_color(0), "var(--series-1, #007ac2)");
        assert_eq!(series_of((0x00, 0x7a, 0xc2)), Some(0));
        assert_eq!(series_of((1, 2, 3)), None);
    }
}
