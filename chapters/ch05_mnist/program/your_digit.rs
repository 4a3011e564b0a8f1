//! Page *Your own digit*: a digit on a sheet of paper, on its way to the network.

use std::fmt;

use anyhow::Result;
use book_figures::{Figure as _, Format, ImageGrid, Measured, Output, Values};
use ch02_forward::Network;
use ch05_mnist::{
    Certainty, Dataset, center_digit, crop_to_ink, find_digit, likeliest, read_digit,
};
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::certainty::{Calibration, set_calibrations};
use crate::pictures::{CONDITIONS, photograph};
use crate::recorded;

/// How many test images are put on paper.
const SHEETS: usize = 1000;
/// A sheet is so many pixels wide and high.
const SIDE: u32 = 168;

/// The stages of the first test image as a figure; and how many of a thousand are read with and
/// without the preparation.
pub fn draw(
    network: &Network<f32>,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let sheet = on_paper(test, 0);
    let ink = find_digit(&sheet)?;
    let digit = crop_to_ink(&ink);
    let centered = center_digit::<f32>(&sheet)?;
    let shrunk = shrink(&sheet);
    let answers = [&shrunk, &centered].map(|input| answer(network, input));
    let description = format!(
        "A sheet with a digit, dark on gray paper, below the middle; its ink alone, light on black; cut \
         out; 28 by 28 pixels with the digit in the middle, which the network reads as {}. Last: the \
         sheet shrunk without preparation, read as {}.",
        answers[1], answers[0]
    );
    let shares =
        |input: &Array2<f32>| input.iter().map(|&share| share.into()).collect::<Vec<f64>>();
    let grid = ImageGrid::new("A digit on its way to the network", description, 5)
        .gray("the sheet", SIDE as usize, &sheet)
        .gray("the ink alone", ink.width() as usize, &ink)
        .gray("cut out", digit.width().max(digit.height()) as usize, &square(&digit))
        .shares(format!("centered:\nread as {}", answers[1]), 28, &shares(&centered))
        .shares(format!("only shrunk:\nread as {}", answers[0]), 28, &shares(&shrunk));
    output.figure("stages", &grid.machine_dependent())?;

    let right = |prepare: fn(&GrayImage) -> Array2<f32>| {
        let read = |&index: &usize| {
            answer(network, &prepare(&on_paper(test, index))) == usize::from(test.labels[index])
        };
        (0..SHEETS).into_par_iter().filter(read).count() as f64 / SHEETS as f64
    };
    let note = "of the first 1,000 test images, each on a sheet; steady recipe, seed 0";
    let share = |share: f64| Measured::number(share, Format::Percent(0)).within(0.01).note(note);
    values.set("sheets.shrunk", share(right(shrink)))?;
    values.set("sheets.inverted", share(right(|sheet| shrink(sheet).mapv(|share| 1.0 - share))))?;
    values.set("sheets.centered", share(right(|sheet| center_digit(sheet).expect("ink"))))?;
    Ok(())
}

/// What the experiment with pictures counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    pub calibrations: Vec<Calibration>,
    pub photographs: Vec<Count>,
}

/// How the pictures of one condition were read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub condition: String,
    pub pictures: usize,
    pub right: usize,
    pub wrong: usize,
    /// Without an answer: no digit was found, or it was not sure.
    pub refused: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { condition, right, wrong, refused, .. } = self;
        write!(f, "{condition:12}{right:6}{wrong:10}{refused:10}")
    }
}

/// Reads so many pictures of each condition: test images that chance chooses, number k from seed k.
pub fn photographs(network: &Network<f32>, test: &Dataset, pictures: usize) -> Vec<Count> {
    let read = |condition: &str, seed: usize| {
        let (picture, label) = photograph_of(condition, test, seed as u64);
        let reading = center_digit(&picture).ok().map(|image| read_digit(network, &image));
        let told = reading.filter(|reading| reading.certainty() != Certainty::NotSure);
        told.map(|reading| reading.digit() == label)
    };
    let counts = CONDITIONS.map(|(condition, _)| {
        let read: Vec<_> =
            (0..pictures).into_par_iter().map(|seed| read(condition, seed)).collect();
        let count = |outcome| read.iter().filter(|&&read| read == outcome).count();
        let (right, wrong, refused) = (count(Some(true)), count(Some(false)), count(None));
        Count { condition: condition.to_owned(), pictures, right, wrong, refused }
    });
    counts.into()
}

fn photograph_of(condition: &str, test: &Dataset, seed: u64) -> (GrayImage, usize) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let index = chance.random_range(0..test.len());
    (photograph(condition, (test, index), &mut chance), test.labels[index].into())
}

/// Draws a picture of each condition, and sets the chapter's values from what was recorded.
pub fn draw_records(test: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let record = recorded::record::<Pictures>("pictures")?;
    let how = record.how();
    set_calibrations(&record.outcome.calibrations, &how, values)?;
    let counts = &record.outcome.photographs;
    let pictures = counts.first().map_or(0, |count| count.pictures);
    let last = pictures.saturating_sub(1);
    let note = format!("test images, seeds 0 to {last}; steady recipe, seed 0");
    let mut set = |name: &str, count: usize| {
        let measured = Measured::count(count).note(&note).experiment(&how);
        values.set(&format!("pictures.{name}"), measured)
    };
    set("count", pictures)?;
    for count in counts {
        set(&format!("{}.right", count.condition), count.right)?;
        set(&format!("{}.wrong", count.condition), count.wrong)?;
        set(&format!("{}.refused", count.condition), count.refused)?;
    }
    let words = CONDITIONS.map(|(_, words)| words).join("; ");
    let description = format!("A test image drawn as people photograph digits: {words}.");
    let mut grid = ImageGrid::new("As people photograph digits", description, 6);
    for (seed, (condition, _)) in CONDITIONS.iter().enumerate() {
        let (picture, _) = photograph_of(condition, test, seed as u64);
        let small = imageops::resize(&picture, 75, 75, FilterType::Triangle);
        grid = grid.gray(*condition, 75, &small);
    }
    output.figure("photographs", &grid.experiment(how))?;
    Ok(())
}

/// Four times as large, dark on gray paper, in the lower right part of the sheet.
fn on_paper(test: &Dataset, index: usize) -> GrayImage {
    let pixels = test.images.pixels.row(index).to_vec();
    let (width, height) = (test.images.width as u32, test.images.height as u32);
    let digit = GrayImage::from_raw(width, height, pixels).expect("as many pixels");
    let digit = imageops::resize(&digit, 112, 112, FilterType::Triangle);
    let mut sheet = GrayImage::from_pixel(SIDE, SIDE, Luma([200]));
    for (x, y, ink) in digit.enumerate_pixels() {
        let shade = 200 - (u32::from(ink.0[0]) * 160 / 255) as u8;
        sheet.put_pixel(x + SIDE - 112, y + SIDE - 112, Luma([shade]));
    }
    sheet
}

/// The naive way: the sheet as it is, in 28 × 28 pixels.
fn shrink(sheet: &GrayImage) -> Array2<f32> {
    let small = imageops::resize(sheet, 28, 28, FilterType::Triangle);
    Array2::from_shape_fn((1, 784), |(_, k)| f32::from(small.as_raw()[k]) / 255.0)
}

/// The picture in the middle of a black square, whose side is the longer one of the picture.
fn square(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let side = width.max(height);
    let mut square = GrayImage::new(side, side);
    let (left, top) = ((side - width) / 2, (side - height) / 2);
    imageops::replace(&mut square, picture, left.into(), top.into());
    square.into_raw()
}

fn answer(network: &Network<f32>, input: &Array2<f32>) -> usize {
    likeliest(network.forward(input.view()).row(0).mapv(f64::from).view())
}
