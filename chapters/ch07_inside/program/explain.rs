//! The command `explain`: any picture, any saved weights, any method of the chapter.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use book_figures::{Figure, ImageGrid};
use book_programs::pictures::read_picture;
use book_programs::print;
use ch02_forward::{Network, softmax};
use ch05_mnist::{CLASSES, center_digit, likeliest};
use ch07_inside::{
    InputGradient, coalition_values, gradient_times_input, integrated_gradients_by_slopes,
    relevance, shapley_values, smooth_gradient, squares,
};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::arguments::{ExplainArguments, Method};
use crate::disk;
use crate::networks::{explained, logits_of};

/// How many steps integrated gradients take: the error is then a few thousandths.
const STEPS: usize = 1000;

/// Explains a picture, prints what was explained and what the map adds up to, and writes the map.
pub fn run(arguments: &ExplainArguments) -> Result<()> {
    let network = disk::read_weights(&arguments.weights)?;
    let input = center_digit::<f64>(&read_picture(&arguments.image)?);
    let name = arguments.image.display();
    let input = input.map_err(|found| anyhow!("{name}: expected a digit, found {found}"))?;
    let baseline = baseline(&arguments.baseline)?;
    let path = arguments.output.clone().unwrap_or_else(|| beside(&arguments.image));
    book_programs::files::check_writable(&path)?;
    ensure!(
        arguments.method != Method::Shapley || network.layers.len() == 2,
        "{}: expected one hidden layer for the method shapley, found {}",
        arguments.weights.display(),
        network.layers.len() - 1
    );

    let p = softmax(network.forward(input.view()).view());
    let answer = likeliest(p.row(0));
    let class = arguments.class.unwrap_or(answer as u8);
    let weights = logits_of(&[class]);
    print(format_args!("answer   {answer}, with probability {:.4}", p[[0, answer]]))?;
    let logit = explained(&network, &input, &weights)[0];
    print(format_args!("logit    {logit:.4}, of a {class}"))?;
    let map = map(arguments.method, &network, (&baseline, &input), &weights);
    let start = explained(&network, &baseline, &weights)[0];
    print(format_args!("gain     {:.4}, from the baseline's {start:.4}", logit - start))?;
    print(format_args!("the map  {:.4} in sum", map.sum()))?;
    let svg = figure(arguments, class, &input, &map).svg("explanation")?;
    book_programs::files::write(&path, svg.replacen("<svg", NAMESPACE, 1).as_bytes())?;
    print(format_args!("written  {}", path.display()))
}

/// A file that stands alone must say what it is.
const NAMESPACE: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

fn beside(image: &Path) -> PathBuf {
    image.with_extension("explained.svg")
}

/// `black`, `white`, or a picture of the right size.
fn baseline(name: &str) -> Result<Array2<f64>> {
    match name {
        "black" => Ok(Array2::zeros((1, 784))),
        "white" => Ok(Array2::ones((1, 784))),
        file if Path::new(file).extension().is_some() => {
            let picture = read_picture(Path::new(file))?;
            let (width, height) = picture.dimensions();
            if (width, height) != (28, 28) {
                bail!("{file}: expected a baseline of 28 × 28 pixels, found {width} × {height}");
            }
            let pixels = picture.into_raw().into_iter().map(|pixel| f64::from(pixel) / 255.0);
            Ok(Array2::from_shape_vec((1, 784), pixels.collect()).expect("784 pixels"))
        }
        other => bail!("--baseline: expected black, white or a PNG file, found {other}"),
    }
}

fn map(
    method: Method,
    network: &Network<f64>,
    (baseline, input): (&Array2<f64>, &Array2<f64>),
    weights: &Array2<f64>,
) -> Array2<f64> {
    let (x, c) = (input.view(), weights.view());
    match method {
        Method::Gradient => network.input_gradient(x, c),
        Method::GradientTimesInput => gradient_times_input(network, x, c),
        Method::Relevance => relevance(network, x, c, 0.01),
        Method::IntegratedGradients => {
            integrated_gradients_by_slopes(network, (baseline.view(), x), c, STEPS)
        }
        Method::SmoothGradient => {
            smooth_gradient(network, x, c, (0.3, 50), &mut ChaCha8Rng::seed_from_u64(0))
        }
        Method::Shapley => {
            let part = squares(28, 7);
            let ends = (baseline.row(0), input.row(0));
            let values = coalition_values(network, ends, weights.row(0), (16, &part));
            let shares = shapley_values(16, &values);
            Array2::from_shape_fn((1, 784), |(_, pixel)| shares[part[pixel]] / 49.0)
        }
    }
}

fn figure(
    arguments: &ExplainArguments,
    class: u8,
    input: &Array2<f64>,
    map: &Array2<f64>,
) -> ImageGrid {
    let method = clap::ValueEnum::to_possible_value(&arguments.method).expect("has a name");
    let method = method.get_name().replace('-', " ");
    let description = format!(
        "A digit as the network sees it, and the map of its logit of a {class} of {CLASSES}, by \
         {method}: orange raises it, blue lowers it. The map adds up to {:.4}.",
        map.sum()
    );
    let pixels = |numbers: &Array2<f64>| numbers.iter().copied().collect::<Vec<f64>>();
    ImageGrid::new(format!("Why a {class}?"), description, 2)
        .shares("as the network sees it", 28, &pixels(input))
        .signed(format!("{method}:\na {class}?"), 28, &pixels(map))
}
