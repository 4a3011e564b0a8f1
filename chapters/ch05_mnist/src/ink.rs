//! Ink on paper: the shade of the paper at each place of a photograph, what is darker than it, and the
//! connected components of that. Page: *Ink on paper* (`ch05_mnist/ink.md`).

use std::mem;

use image::GrayImage;
use image::imageops;

/// The shade of the paper at each place of a picture of dark ink: the *closing* of the picture with a
/// window that reaches `reach` pixels in each direction.
///
/// Each pixel becomes the lightest of the window around it, then the darkest of these lightest. What
/// is narrower than the window and has lighter paper on both sides, as a stroke has, vanishes; the
/// edge of a shadow or of a table stays where it is.
pub fn paper_shade(picture: &GrayImage, reach: u32) -> GrayImage {
    let lightest = in_window(picture, reach, u8::max);
    in_window(&lightest, reach, u8::min)
}

/// For each pixel the greatest or the least of the window around it: first of the part of its column,
/// then, with rows and columns exchanged, of the part of its row.
fn in_window(picture: &GrayImage, reach: u32, choose: impl Fn(u8, u8) -> u8 + Copy) -> GrayImage {
    let along_columns = |picture: &GrayImage| {
        let (width, reach) = (picture.width() as usize, reach as usize);
        let rows: Vec<&[u8]> = picture.as_raw().chunks(width).collect();
        let mut chosen = picture.clone();
        for (y, row) in chosen.chunks_mut(width).enumerate() {
            for other in &rows[y.saturating_sub(reach)..rows.len().min(y + reach + 1)] {
                row.iter_mut()
                    .zip(*other)
                    .for_each(|(pixel, &other)| *pixel = choose(*pixel, other));
            }
        }
        chosen
    };
    imageops::rotate270(&along_columns(&imageops::rotate90(&along_columns(picture))))
}

/// The share of the paper's light that each pixel takes away, of 255. Paper darker than 64 counts as
/// 64: where there is little light, a share of it says little.
pub fn ink_on(paper: &GrayImage, picture: &GrayImage) -> GrayImage {
    let mut ink = picture.clone();
    for (pixel, &paper) in ink.iter_mut().zip(paper.iter()) {
        let missing = u32::from(paper.saturating_sub(*pixel));
        *pixel = (missing * 255 / u32::from(paper.max(64))) as u8;
    }
    ink
}

/// Connected pixels of ink, and the box around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The pixels, each by its column and row.
    pub pixels: Vec<(u32, u32)>,
    /// Left column, top row, right column and bottom row of the box; all of them belong to it.
    pub bounds: [u32; 4],
}

impl Component {
    /// Width and height of the box.
    pub fn size(&self) -> (u32, u32) {
        let [left, top, right, bottom] = self.bounds;
        (right - left + 1, bottom - top + 1)
    }

    /// The longer side of the box.
    pub fn longer_side(&self) -> u32 {
        self.size().0.max(self.size().1)
    }

    /// Whether it touches the edge of a picture of this width and height.
    pub fn touches_edge(&self, (width, height): (u32, u32)) -> bool {
        let [left, top, right, bottom] = self.bounds;
        left == 0 || top == 0 || right + 1 == width || bottom + 1 == height
    }

    /// Whether this may be a sheet of paper: it fills six tenths of the box around it, which no stroke
    /// does.
    pub fn is_solid(&self) -> bool {
        let (width, height) = self.size();
        self.pixels.len() * 10 > (width * height) as usize * 6
    }

    /// Whether the box of another component lies inside of this one's, on all sides.
    pub fn surrounds(&self, other: &Self) -> bool {
        let ([left, top, right, bottom], inner) = (self.bounds, other.bounds);
        left < inner[0] && top < inner[1] && right > inner[2] && bottom > inner[3]
    }

    /// How far the boxes are apart, in pixels; 0 if they overlap.
    pub fn gap(&self, other: &Self) -> u32 {
        let (a, b) = (self.bounds, other.bounds);
        let along = |i: usize| a[i].saturating_sub(b[i + 2]).max(b[i].saturating_sub(a[i + 2]));
        along(0).max(along(1))
    }
}

/// The connected components of all ink of at least this strength. Pixels are neighbors that share a
/// side or a corner.
pub fn components(ink: &GrayImage, level: u8) -> Vec<Component> {
    let mut inked: Vec<bool> = ink.iter().map(|&strength| strength >= level).collect();
    let places = (0..ink.height()).flat_map(|y| (0..ink.width()).map(move |x| (x, y)));
    places.filter_map(|place| component_at(place, ink.dimensions(), &mut inked)).collect()
}

/// The component of a pixel, if the pixel is `inked`; it is erased there.
fn component_at(
    (x, y): (u32, u32),
    (width, height): (u32, u32),
    inked: &mut [bool],
) -> Option<Component> {
    let mut take = |x: u32, y: u32| mem::take(&mut inked[(y * width + x) as usize]);
    if !take(x, y) {
        return None;
    }
    let (mut pixels, mut bounds, mut next) = (vec![(x, y)], [x, y, x, y], 0);
    while let Some(&(x, y)) = pixels.get(next) {
        bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
        for y in y.saturating_sub(1)..height.min(y + 2) {
            pixels.extend(
                (x.saturating_sub(1)..width.min(x + 2))
                    .map(|x| (x, y))
                    .filter(|&(x, y)| take(x, y)),
            );
        }
        next += 1;
    }
    Some(Component { pixels, bounds })
}

/// Whether the ink is lighter than the paper: most of the picture is paper, so most of it is then
/// nearer to the darkest shade than to the lightest.
pub fn is_light_on_dark(picture: &GrayImage) -> bool {
    let mut shades = picture.as_raw().clone();
    shades.sort_unstable();
    shades.get(shades.len().saturating_sub(1) / 2).is_some_and(|&median| median < halfway(picture))
}

/// The shade halfway between the darkest and the lightest of a picture, but for one pixel in two
/// thousand at each end: a small digit has one in a thousand.
///
/// Light comes in factors: a shadow halves it. So halfway is the geometric mean, `√(dark · light)`.
pub(crate) fn halfway(picture: &GrayImage) -> u8 {
    let mut shades = picture.as_raw().clone();
    shades.sort_unstable();
    let last = shades.len().saturating_sub(1);
    let at = |share: f64| {
        shades.get((last as f64 * share) as usize).map_or(16.0, |&shade| f64::from(shade) + 16.0)
    };
    ((at(0.0005) * at(0.9995)).sqrt() - 16.0).ceil() as u8
}
