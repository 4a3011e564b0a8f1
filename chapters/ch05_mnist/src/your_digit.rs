//! A picture of a digit, made like those that the network has learned from. Page: *Your own digit*
//! (`ch05_mnist/your_digit.md`).

use ch01_neuron::Real;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::Array2;
use thiserror::Error;

use crate::data::brightness;
use crate::ink::{Component, components, halfway, ink_on, is_light_on_dark, paper_shade};

/// How many pixels an MNIST image has from side to side, and its digit from end to end.
const IMAGE_SIDE: u32 = 28;
const DIGIT_SIDE: u32 = 20;

/// The longer side of a picture while its digit is looked for, in pixels.
const WORKING_SIDE: u32 = 256;
/// How strong ink must be, of 255: from faint pencil to black. Each is tried.
const LEVELS: [u8; 7] = [16, 26, 38, 54, 76, 108, 150];
/// What takes away a smaller share of the light around it, of 255, is not drawn.
const FAINTEST: u32 = 20;

/// Why there is no digit in a picture: what was found in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoDigit {
    /// All pixels are alike.
    #[error("one shade all over")]
    OneShade,
    /// Nothing stands out from the paper.
    #[error("nothing drawn")]
    Nothing,
    /// All that stands out is shorter than a thirtieth of the picture, or than five pixels.
    #[error("nothing but specks")]
    Specks,
    /// All that stands out touches the edge of the picture.
    #[error("ink at the edge of the picture only")]
    Edge,
    /// There are many marks of one size.
    #[error("many marks of one size, as of noise or of lines")]
    Noise,
}

/// A picture of a digit as MNIST has them: light on dark, 20 pixels along its longer side, with the
/// center of its ink in the center of 28 × 28 pixels. `[1 × 784]`, from 0 to 1.
///
/// An image of the data set is one already, and stays as it is.
///
/// # Errors
/// If there is no digit in the picture.
pub fn center_digit<T: Real>(picture: &GrayImage) -> Result<Array2<T>, NoDigit> {
    if is_centered(picture) {
        let pixels = picture.iter().map(|&pixel| brightness(pixel));
        return Ok(Array2::from_shape_vec((1, picture.len()), pixels.collect()).expect("28 × 28"));
    }
    let digit = crop_to_ink(&find_digit(picture)?);
    let longest = digit.width().max(digit.height());
    let scaled = |side: u32| (side * DIGIT_SIDE).div_ceil(longest).max(1);
    let (width, height) = (scaled(digit.width()), scaled(digit.height()));
    let digit = imageops::resize(&digit, width, height, FilterType::Triangle);
    let (x, y) = center_of_ink(&digit).ok_or(NoDigit::Nothing)?;
    let middle = f64::from(IMAGE_SIDE) / 2.0 + 0.5; // the middle of pixel 14, as in MNIST
    let shift = |center: f64, side: u32| {
        (middle - center).round().clamp(0.0, f64::from(IMAGE_SIDE - side)) as usize
    };
    let (left, top) = (shift(x, width), shift(y, height));
    let mut input = Array2::zeros((1, (IMAGE_SIDE * IMAGE_SIDE) as usize));
    for (x, y, pixel) in digit.enumerate_pixels() {
        let place = (top + y as usize) * IMAGE_SIDE as usize + left + x as usize;
        input[[0, place]] = brightness(pixel.0[0]);
    }
    Ok(input)
}

/// Whether a picture is what [`center_digit`] makes: 28 × 28 pixels, black but for a box whose longer
/// side is 20, or hardly less.
fn is_centered(picture: &GrayImage) -> bool {
    let size = picture.dimensions();
    size == (IMAGE_SIDE, IMAGE_SIDE) && {
        let bounds = components(picture, 1).into_iter().map(|component| component.bounds);
        let all =
            bounds.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        all.is_some_and(|b| (18..=DIGIT_SIDE).contains(&((b[2] - b[0]).max(b[3] - b[1]) + 1)))
    }
}

/// The digit alone, its strongest ink at 255 and all else at 0, and how it was found.
///
/// # Errors
/// If there is none.
pub fn find_digit(picture: &GrayImage) -> Result<GrayImage, NoDigit> {
    let first = picture.iter().next().ok_or(NoDigit::OneShade)?;
    if picture.iter().all(|pixel| pixel == first) {
        return Err(NoDigit::OneShade);
    }
    let picture = reduced(picture);
    match find(&picture) {
        Err(NoDigit::Edge) => find(&with_margin(&picture).ok_or(NoDigit::Edge)?),
        found => found,
    }
}

/// The digit of a picture that is no larger than need be.
fn find(picture: &GrayImage) -> Result<GrayImage, NoDigit> {
    let mut negative = picture.clone();
    imageops::invert(&mut negative);
    let dark = Candidate::best(picture);
    let found = if is_light_on_dark(picture) { Candidate::best(&negative) } else { dark.clone() };
    match (found?, dark) {
        // Light that has dark ink on it is paper, on a dark table.
        ((light, _), Ok((digit, ink)))
            if light.is_paper_of(&digit) || digit.lies_on_sheet(picture) =>
        {
            Ok(alone(&ink, &digit))
        }
        ((digit, ink), _) if digit.is_one_of_many(&ink) => Err(NoDigit::Noise),
        ((digit, ink), _) => Ok(alone(&ink, &digit)),
    }
}

/// A component that may be a digit, or the largest part of one.
#[derive(Clone)]
struct Candidate {
    component: Component,
    /// The level at which it is a component.
    level: u8,
    /// The strength that nine of its pixels in ten do not exceed.
    strength: u8,
    /// Its own shade, and the shade of what is around it.
    shades: [u8; 2],
}

impl Candidate {
    fn new(picture: &GrayImage, ink: &GrayImage, level: u8, component: Component) -> Self {
        let of = |image: &GrayImage, share| {
            let pixels = component.pixels.iter();
            quantile(pixels.map(|&(x, y)| image.get_pixel(x, y).0[0]).collect(), share)
        };
        let shades = [of(picture, 0.5), shade_around(picture, &component)];
        Self { level, strength: of(ink, 0.9), shades, component }
    }

    /// The share of the light around it that the component takes away, of 255. A hole in a digit has
    /// none: beyond the stroke around it lies the same paper.
    fn contrast(&self) -> u32 {
        let [own, around] = self.shades;
        u32::from(around.saturating_sub(own)) * 255 / u32::from(around.max(64))
    }

    fn stands_out(&self) -> bool {
        self.contrast() * 2 > u32::from(self.strength)
    }

    /// The larger and the darker, the better; height counts more than width, since a line under a
    /// digit is wide.
    fn score(&self) -> u32 {
        let (width, height) = self.component.size();
        (2 * height + width) * self.contrast()
    }

    /// Whether this is a frame around another candidate.
    fn frames(&self, inner: &Self) -> bool {
        let longer = inner.component.longer_side() * 3 > self.component.longer_side();
        self.component.surrounds(&inner.component) && longer && inner.stands_out()
    }

    /// Whether this, found in the negative, is the paper under `inner`: it is solid, or `inner` is no
    /// hole in it, which would show what lies around.
    fn is_paper_of(&self, inner: &Self) -> bool {
        let table = 255 - self.shades[1];
        let is_ink = u32::from(table.abs_diff(inner.shades[0])) * 8 > self.contrast();
        self.frames(inner) && (self.component.is_solid() || is_ink)
    }

    /// Whether this lies on a sheet: the largest part of the picture that is lighter than halfway is
    /// solid and surrounds it, and this is darker than what lies around, which a hole would show.
    fn lies_on_sheet(&self, picture: &GrayImage) -> bool {
        let light = components(picture, halfway(picture));
        light.into_iter().max_by_key(|one| one.pixels.len()).is_some_and(|sheet| {
            let table = shade_around(picture, &sheet);
            let margin = halfway(picture).abs_diff(table) / 4;
            let is_ink = self.shades[0] < table.saturating_sub(margin);
            sheet.is_solid() && sheet.surrounds(&self.component) && is_ink
        })
    }

    /// Whether another component is a part of the same digit: inside its box, or near it and not much
    /// smaller.
    fn has_part(&self, part: &Component, ink: &GrayImage) -> bool {
        let (gap, size) = (part.gap(&self.component), self.component.longer_side());
        let inside = gap == 0 && part.longer_side() * 12 >= size;
        let near = gap * 6 <= size && part.longer_side() * 6 >= size;
        let other = part.touches_edge(ink.dimensions()) || part.surrounds(&self.component);
        (inside || near) && !other
    }

    /// All candidates of one level, and what speaks against there being a digit. A digit has at least
    /// five pixels from end to end, and a thirtieth of the picture.
    fn all(picture: &GrayImage, ink: &GrayImage, level: u8) -> Result<Vec<Self>, NoDigit> {
        let components = components(ink, level);
        let least = 5.max(picture.width().max(picture.height()) / 30);
        let reason = if components.is_empty() { NoDigit::Nothing } else { NoDigit::Specks };
        let large = components.into_iter().filter(|one| one.longer_side() >= least);
        let all: Vec<_> = large.map(|one| Self::new(picture, ink, level, one)).collect();
        let is_free = |one: &&Self| !one.component.touches_edge(picture.dimensions());
        let mut free = all.iter().filter(is_free).peekable();
        if free.peek().is_none() {
            return Err(if all.is_empty() { reason } else { NoDigit::Edge });
        }
        let digits = free.filter(|one| !all.iter().any(|inner| one.frames(inner)));
        Ok(digits.cloned().collect())
    }

    /// The best candidate for a digit of dark ink, and all ink of the picture.
    fn best(picture: &GrayImage) -> Result<(Self, GrayImage), NoDigit> {
        let reach = (picture.width().max(picture.height()) / 8).max(3);
        let ink = ink_on(&paper_shade(picture, reach), picture);
        let levels = LEVELS.map(|level| Self::all(picture, &ink, level));
        let reason = levels.iter().find_map(|level| level.as_ref().err()).copied();
        let best = levels.into_iter().flatten().flatten().max_by_key(Self::score);
        let best = best.ok_or(reason.unwrap_or(NoDigit::Nothing))?;
        if best.contrast() < FAINTEST { Err(NoDigit::Nothing) } else { Ok((best, ink)) }
    }

    /// Whether there are marks all over: more than eight that are at least a quarter as long, which
    /// together have more than four times as much ink, none of them counted for more than this one.
    fn is_one_of_many(&self, ink: &GrayImage) -> bool {
        let own = self.component.pixels.len();
        let mut marks = components(ink, self.level);
        marks.retain(|mark| mark.longer_side() * 4 > self.component.longer_side());
        let all: usize = marks.iter().map(|mark| mark.pixels.len().min(own)).sum();
        marks.len() > 8 && all > 4 * own
    }
}

/// The median shade on the way around a component, at a distance of two fifths of its size.
fn shade_around(picture: &GrayImage, component: &Component) -> u8 {
    let (width, height) = picture.dimensions();
    let far = (component.longer_side() * 2 / 5).max(2);
    let [left, top, right, bottom] = component.bounds;
    let (left, top) = (left.saturating_sub(far), top.saturating_sub(far));
    let (right, bottom) = ((right + far).min(width - 1), (bottom + far).min(height - 1));
    let rows = (left..=right).flat_map(|x| [(x, top), (x, bottom)]);
    let columns = (top..=bottom).flat_map(|y| [(left, y), (right, y)]);
    quantile(rows.chain(columns).map(|(x, y)| picture.get_pixel(x, y).0[0]).collect(), 0.5)
}

fn quantile(shades: Vec<u8>, share: f64) -> u8 {
    let place = ((shades.len() - 1) as f64 * share) as usize;
    let mut counts = [0; 256]; // there are so few shades that counting them is the fastest
    shades.iter().for_each(|&shade| counts[usize::from(shade)] += 1);
    let (mut shade, mut count) = (0, counts[0]);
    while count <= place {
        shade += 1;
        count += counts[usize::from(shade)];
    }
    shade
}

/// The ink of a digit and of its parts, from 0 to 255, with the soft edges around it. Everything else is
/// taken away.
fn alone(ink: &GrayImage, digit: &Candidate) -> GrayImage {
    let (width, height) = ink.dimensions();
    let level = digit.level.max((u32::from(digit.strength) * 2 / 5) as u8);
    let edge = (width.max(height) / 150).max(1);
    let mut alone = GrayImage::new(width, height);
    for part in components(ink, level).iter().filter(|part| digit.has_part(part, ink)) {
        for &(x, y) in &part.pixels {
            for y in y.saturating_sub(edge)..height.min(y + edge + 1) {
                for x in x.saturating_sub(edge)..width.min(x + edge + 1) {
                    let strength = u32::from(ink.get_pixel(x, y).0[0]) * 255;
                    let strength = (strength / u32::from(digit.strength)).min(255);
                    alone.put_pixel(x, y, Luma([strength as u8]));
                }
            }
        }
    }
    alone
}

/// The picture, no longer than [`WORKING_SIDE`].
fn reduced(picture: &GrayImage) -> GrayImage {
    let longest = picture.width().max(picture.height());
    if longest <= WORKING_SIDE {
        return picture.clone();
    }
    let scaled = |side: u32| (side * WORKING_SIDE / longest).max(1);
    imageops::resize(
        picture,
        scaled(picture.width()),
        scaled(picture.height()),
        FilterType::Triangle,
    )
}

/// The picture with more paper around it, so that what touches its edge no longer does; nothing if a
/// quarter of the edge or more is of another shade than the paper.
fn with_margin(picture: &GrayImage) -> Option<GrayImage> {
    let (width, height) = picture.dimensions();
    let on_edge = |x, y| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let edge = picture.enumerate_pixels().filter(|&(x, y, _)| on_edge(x, y));
    let edge: Vec<u8> = edge.map(|(_, _, pixel)| pixel.0[0]).collect();
    let paper = quantile(edge.clone(), 0.5);
    let alike = edge.iter().filter(|shade| shade.abs_diff(paper) <= 8).count();
    let margin = (width.max(height) / 8).max(2);
    let mut sheet = GrayImage::from_pixel(width + 2 * margin, height + 2 * margin, Luma([paper]));
    imageops::replace(&mut sheet, picture, margin.into(), margin.into());
    (alike * 4 > edge.len() * 3).then_some(sheet)
}

/// The smallest rectangle with all ink that is more than a fifth as strong as 255. Panics if there is
/// none; after [`find_digit`] there is.
pub fn crop_to_ink(ink: &GrayImage) -> GrayImage {
    let dark = || ink.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 51);
    let (left, right) = (dark().map(|p| p.0).min(), dark().map(|p| p.0).max());
    let (top, bottom) = (dark().map(|p| p.1).min(), dark().map(|p| p.1).max());
    let corners = left.zip(right).zip(top.zip(bottom)).expect("there is ink");
    let ((left, right), (top, bottom)) = corners;
    imageops::crop_imm(ink, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// The mean position of the ink, right and down from the upper left corner, in pixels. Gives nothing
/// if there is no ink left, as of two specks far apart.
pub fn center_of_ink(ink: &GrayImage) -> Option<(f64, f64)> {
    let total: f64 = ink.iter().map(|&pixel| f64::from(pixel)).sum();
    let sums = ink.enumerate_pixels().fold((0.0, 0.0), |(x_sum, y_sum), (x, y, pixel)| {
        let weight = f64::from(pixel.0[0]);
        (x_sum + weight * (f64::from(x) + 0.5), y_sum + weight * (f64::from(y) + 0.5))
    });
    (total > 0.0).then(|| (sums.0 / total, sums.1 / total))
}
