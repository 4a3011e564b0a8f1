//! Test images as people photograph digits: on ruled paper, in a shadow, on a table, on a screen.

use ch05_mnist::Dataset;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use rand::{Rng, RngExt};

/// A picture is so many pixels wide and high.
pub const SIDE: u32 = 300;

/// What a picture shows beside the digit, and the words of the page for it.
pub const CONDITIONS: [(&str, &str); 22] = [
    ("clean", "black on white"),
    ("ruled", "ruled paper"),
    ("squared", "squared paper, slanted"),
    ("margin", "a margin line, as dark as half the ink"),
    ("uneven", "light from one side"),
    ("shadow", "the edge of a shadow across the digit"),
    ("lamp", "a lamp's bright spot"),
    ("vignette", "dark corners"),
    ("noise", "noise of a dim room"),
    ("blurred", "out of focus, with noise"),
    ("pencil", "pencil"),
    ("thin", "a thin pen"),
    ("thick", "a thick pen"),
    ("small", "a small digit somewhere on the sheet"),
    ("table", "a table in view on two sides"),
    ("note", "a note on a table, less than half of the picture"),
    ("frame", "a frame drawn around the digit"),
    ("underline", "an underlined digit"),
    ("specks", "specks of dirt"),
    ("crumpled", "crumpled paper"),
    ("screen", "a photographed screen, light on dark"),
    ("chalk", "chalk on a board"),
];

/// How much of each pixel is ink, from 0 to 1.
struct Mask(Vec<f64>);

impl Mask {
    /// A test image, enlarged to `size` pixels, turned by up to 8 degrees, sharpened: ink is what is
    /// darker than `threshold` of 255. Its middle lies at `center`.
    fn new(
        (test, index): (&Dataset, usize),
        (size, threshold): (u32, f64),
        center: (f64, f64),
        chance: &mut impl Rng,
    ) -> Self {
        let pixels = test.images.pixels.row(index).to_vec();
        let digit = GrayImage::from_raw(28, 28, pixels).expect("an image of MNIST");
        let digit = imageops::resize(&digit, size, size, FilterType::CatmullRom);
        let (sin, cos) = chance.random_range(-8.0_f64..8.0).to_radians().sin_cos();
        let softness = 12.0 * 28.0 * 8.0 / f64::from(size); // an edge of some two pixels
        let ink = |x: f64, y: f64| {
            let (x, y) = (x - center.0, y - center.1);
            let middle = f64::from(size) / 2.0;
            let (x, y) = (cos * x + sin * y + middle, cos * y - sin * x + middle);
            let inside = |at: f64| at >= 0.0 && at < f64::from(size) - 1.0;
            let ink = if inside(x) && inside(y) { between(&digit, x, y) } else { 0.0 };
            1.0 / (1.0 + ((threshold - ink) / softness).exp())
        };
        let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
        Self(places.map(|(x, y)| ink(f64::from(x), f64::from(y))).collect())
    }

    fn at(&self, x: u32, y: u32) -> f64 {
        self.0[(y * SIDE + x) as usize]
    }
}

/// The shade between four pixels.
fn between(image: &GrayImage, x: f64, y: f64) -> f64 {
    let shade = |x: f64, y: f64| f64::from(image.get_pixel(x as u32, y as u32).0[0]);
    let (right, down) = (x.fract(), y.fract());
    let row = |y: f64| (1.0 - right) * shade(x, y) + right * shade(x + 1.0, y);
    (1.0 - down) * row(y) + down * row(y + 1.0)
}

/// A picture of test image number `index` in one of the [`CONDITIONS`].
pub fn photograph(condition: &str, image: (&Dataset, usize), chance: &mut impl Rng) -> GrayImage {
    let middle = f64::from(SIDE) / 2.0;
    let (pen, center) = match condition {
        "thin" => ((230, 190.0), (middle, middle)),
        "thick" => ((230, 40.0), (middle, middle)),
        "small" => {
            let mut place = || chance.random_range(40.0..f64::from(SIDE) - 40.0);
            ((70, 110.0), (place(), place()))
        }
        "note" => ((120, 110.0), (middle, middle)),
        _ => ((230, 110.0), (middle, middle)),
    };
    let mask = Mask::new(image, pen, center, chance);
    let noise = match condition {
        "noise" => 20.0,
        "blurred" => 12.0,
        "clean" | "thin" | "thick" | "specks" => 0.0,
        _ => 3.0,
    };
    let shade = scene(condition, &mask, chance);
    let mut picture = GrayImage::from_fn(SIDE, SIDE, |x, y| {
        Luma([shade[(y * SIDE + x) as usize].clamp(0.0, 255.0) as u8])
    });
    if condition == "blurred" {
        picture = imageops::blur(&picture, 3.0);
    }
    for pixel in picture.iter_mut() {
        // Four uniform numbers: a bell, near enough.
        let bell = (0..4).map(|_| chance.random_range(-0.866..0.866)).sum::<f64>();
        *pixel = (f64::from(*pixel) + noise * bell).round().clamp(0.0, 255.0) as u8;
    }
    picture
}

fn scene(condition: &str, mask: &Mask, chance: &mut impl Rng) -> Vec<f64> {
    let side = f64::from(SIDE);
    let a = chance.random_range(0.0..1.0); // what each condition varies
    let b = chance.random_range(0.0..1.0);
    let angle = std::f64::consts::TAU * a;
    let specks: Vec<[f64; 3]> = (0..25)
        .map(|_| {
            [
                side * chance.random::<f64>(),
                side * chance.random::<f64>(),
                chance.random_range(1.0..3.0),
            ]
        })
        .collect();
    let grain: Vec<f64> = (0..SIDE * SIDE).map(|_| chance.random()).collect();
    let draw = |x: u32, y: u32| {
        let ink = mask.at(x, y);
        let strength = grain[(y * SIDE + x) as usize];
        let (x, y) = (f64::from(x) / side, f64::from(y) / side); // from 0 to 1
        let across = angle.cos() * (x - 0.5) + angle.sin() * (y - 0.5); // −0.7 to 0.7
        let drawn = |ink_shade: f64, paper: f64| paper + ink * (ink_shade - paper);
        let line = |at: f64, width: f64| (at * side).abs() < width;
        match condition {
            "ruled" if (y * side + 30.0 * a) % 27.0 < 2.0 => drawn(50.0, 195.0),
            "squared" => {
                let (u, v) = (x + 0.06 * y, y - 0.06 * x);
                let lines = (u + 1.0) * side % 18.0 < 1.5 || (v + 1.0) * side % 18.0 < 1.5;
                drawn(45.0, if lines { 200.0 } else { 248.0 })
            }
            "margin" if line(x - 0.1 - 0.05 * a - 0.03 * b * y, 1.5) => drawn(50.0, 140.0),
            "uneven" => drawn(40.0, 255.0) * (0.67 + 0.5 * across),
            "shadow" => drawn(40.0, 250.0) * if across > 0.2 * (b - 0.5) { 0.5 } else { 0.95 },
            "lamp" => {
                let spot = ((x - a).powi(2) + (y - b).powi(2)) / 0.05;
                drawn(40.0, 190.0) + 60.0 * (-spot).exp()
            }
            "vignette" => {
                let far = (x - 0.5).powi(2) + (y - 0.5).powi(2);
                drawn(40.0, 240.0) * (1.0 - 1.2 * far)
            }
            "pencil" => drawn(125.0 + 60.0 * strength, 238.0),
            "table" => {
                let table = x + 0.08 * (y - 0.5) > 0.88 - 0.06 * a || y - 0.05 * x > 0.9 - 0.05 * b;
                let wood = 85.0 + 15.0 * (40.0 * x + 3.0 * y).sin();
                if table { wood } else { drawn(45.0, 235.0) }
            }
            "note" => {
                let (u, v) = (x - 0.5 + 0.1 * (y - 0.5), y - 0.5 - 0.1 * (x - 0.5));
                let wood = 75.0 + 15.0 * (40.0 * x + 3.0 * y).sin();
                if u.abs() < 0.3 && v.abs() < 0.3 { drawn(45.0, 230.0) } else { wood }
            }
            "frame" => {
                let edge = (x - 0.5).abs().max((y - 0.5).abs());
                let frame = line(edge - 0.42 + 0.02 * a, 2.0);
                drawn(30.0, if frame { 30.0 } else { 240.0 })
            }
            "underline" => {
                let under =
                    line(y - 0.92 - 0.04 * (x - 0.5) * (a - 0.5), 2.5) && (x - 0.5).abs() < 0.33;
                drawn(30.0, if under { 30.0 } else { 240.0 })
            }
            "specks" => {
                let speck =
                    |[u, v, radius]: &[f64; 3]| (x * side - u).hypot(y * side - v) < *radius;
                drawn(20.0, if specks.iter().any(speck) { 60.0 } else { 250.0 })
            }
            "crumpled" => {
                let wave =
                    (7.0 * x + 5.0 * y + angle).sin() * (9.0 * y - 4.0 * x + 2.0 * angle).cos();
                let crease = if across > 0.1 { 8.0 } else { -8.0 };
                drawn(45.0, 215.0 + 25.0 * wave + crease)
            }
            "screen" => {
                let stripes = if ((x + 0.3 * y) * side) % 3.0 < 1.0 { 0.8 } else { 1.0 };
                let glow = 30.0 + 40.0 * (-(x - a).powi(2) - (y - b).powi(2)).exp();
                let bezel = x < 0.05 || y < 0.04;
                if bezel { 12.0 } else { drawn(235.0, glow) * stripes }
            }
            "chalk" => {
                let smudge = 15.0 * (6.0 * x + angle).sin() * (5.0 * y + b).cos();
                let ink = ink * (0.6 + 0.4 * strength);
                60.0 + smudge + ink * 160.0
            }
            "clean" | "specks_free" => drawn(0.0, 255.0),
            _ => drawn(45.0, 245.0),
        }
    };
    (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))).map(|(x, y)| draw(x, y)).collect()
}
