//! Four maps of the trained network, and of the same with random layers: what they notice, and that the
//! sum of a complete map checks all the same. Page: *Four maps and two lies* (`ch07_inside/sanity.md`).

use ch02_forward::{Network, one_hot};
use ch05_mnist::{CLASSES, Recipe};
use ch07_inside::{
    InputGradient, gradient_times_input, guided_gradient, integrated_gradients_exactly,
    rank_correlation, with_layers_of,
};
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::ch05_mnist::weights::{Digits, IMAGES};
use crate::view::{Control, Mark, Panel, Pixels, View, number};
use crate::widget::{Event, State, Widget};

/// The maps; the last one is complete, and the one before it nearly so.
const MAPS: [&str; 4] = ["gradient", "guided", "× input", "integrated"];
/// The seed of the figure's random weights. Those after it are others.
const SEED: u64 = 200;
const DRAWS: u64 = 100;

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Maps {
    /// Which test image.
    image: usize,
    /// Whose logit is explained, if not that of the true digit.
    class: Option<u8>,
    /// Whether the first and the last layer are random.
    random: [bool; 2],
    /// How often other random weights were drawn.
    draws: u64,
}

/// Over the figure `ch07_inside/lies`.
pub fn lies() -> Box<dyn Widget> {
    Box::new(Maps { image: 0, class: None, random: [false, true], draws: 0 })
}

/// What follows for one network.
struct Seen {
    /// What the logit gains from a black image.
    gain: f64,
    /// `[1 × 784]` each
    maps: [Array2<f64>; 4],
}

impl Seen {
    fn of(network: &Network<f64>, input: &Array2<f64>, class: u8) -> Self {
        let weights = one_hot(&[class], CLASSES);
        let black = Array2::zeros(input.dim());
        let logit = |image: &Array2<f64>| network.forward(image.view())[[0, usize::from(class)]];
        let path = (black.view(), input.view());
        let maps = [
            network.input_gradient(input.view(), weights.view()),
            guided_gradient(network, input.view(), weights.view()),
            gradient_times_input(network, input.view(), weights.view()),
            integrated_gradients_exactly(network, path, weights.view()),
        ];
        Self { gain: logit(input) - logit(&black), maps }
    }
}

/// The rank correlation of each pair of maps: on the ink with signs, and of sizes in the whole field.
fn alike(one: &Seen, other: &Seen, input: &Array2<f64>) -> [[Option<f64>; 4]; 2] {
    let on_ink = |map: &Array2<f64>| -> Array1<f64> {
        map.iter().zip(input).filter(|(_, ink)| **ink > 0.0).map(|(value, _)| *value).collect()
    };
    let sizes = |map: &Array2<f64>| map.row(0).mapv(f64::abs);
    let compare = |see: &dyn Fn(&Array2<f64>) -> Array1<f64>| {
        [0, 1, 2, 3].map(|k| rank_correlation(see(&one.maps[k]).view(), see(&other.maps[k]).view()))
    };
    [compare(&on_ink), compare(&sizes)]
}

impl Maps {
    /// The network below: the trained one with random layers.
    fn changed(&self, network: &Network<f64>) -> Network<f64> {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED + self.draws);
        let fresh = Recipe::steady().network(28 * 28, &mut generator);
        with_layers_of(network, &fresh, [0, 1].into_iter().filter(|&layer| self.random[layer]))
    }

    fn named(&self) -> &'static str {
        match self.random {
            [false, false] => "The trained network again",
            [false, true] => "Last layer random",
            [true, false] => "First layer random",
            [true, true] => "Both layers random",
        }
    }

    fn panel(
        &self,
        width: f64,
        class: u8,
        rows: [&Seen; 2],
        alike: &[[Option<f64>; 4]; 2],
    ) -> Panel {
        let cell = ((width - 24.0) / 4.0).floor();
        let left = |map: usize| (cell + 8.0) * map as f64;
        let height = 2.0 * (cell + 66.0) + 96.0;
        let mut panel = Panel {
            title: "Four maps of the trained network, and of one with random layers".to_owned(),
            width,
            height,
            clip: [0.0, 0.0, width, height],
            ..Panel::default()
        };
        for (row, (name, seen)) in ["Trained", self.named()].into_iter().zip(rows).enumerate() {
            let top = (cell + 66.0) * row as f64;
            let gain = number(seen.gain, 2);
            let name = format!("{name}: the logit of {class} gains {gain}");
            panel.marks.push(Mark::text("name", [0.0, top + 14.0], "start", name));
            for (map, name) in MAPS.into_iter().enumerate() {
                let middle = left(map) + cell / 2.0;
                panel.marks.push(Mark::text("", [middle, top + 34.0], "middle", name));
                let numbers = seen.maps[map].iter().copied().collect::<Vec<_>>();
                panel.frame(Pixels::scaled([left(map), top + 40.0, cell, cell], 28, &numbers));
                if map > 1 {
                    let sum =
                        format!("sum {}{}", number(numbers.iter().sum(), 2), checked(seen, map));
                    panel.marks.push(Mark::text("", [middle, top + cell + 56.0], "middle", sum));
                }
            }
        }
        let what = ["Alike with their signs, on the ink:", "Alike in size, in the whole field:"];
        for (row, (what, alike)) in what.into_iter().zip(alike).enumerate() {
            let top = 2.0 * (cell + 66.0) + 48.0 * row as f64;
            panel.marks.push(Mark::text("name", [0.0, top + 14.0], "start", what));
            for (map, alike) in alike.iter().enumerate() {
                let at = [left(map) + cell / 2.0, top + 34.0];
                let told = alike.map_or_else(|| "–".to_owned(), |alike| number(alike, 2));
                panel.marks.push(Mark::text("", at, "middle", told));
            }
        }
        panel
    }

    fn sentence(&self, rows: [&Seen; 2], alike: &[[Option<f64>; 4]; 2]) -> String {
        let sums = [0, 1].map(|row| (rows[row].maps[3].sum(), rows[row].gain));
        let [of_trained, of_changed] = sums.map(|(sum, _)| number(sum, 2));
        if self.random == [false, false] {
            return format!(
                "Both rows are of the trained network, so all maps agree. The integrated map adds up \
                 to {of_trained}, what the logit gains from black. Make a layer random."
            );
        }
        let told = |kind: usize, map: usize| {
            alike[kind][map].map_or_else(|| "nothing".to_owned(), |alike| number(alike, 2))
        };
        format!(
            "{}: on the ink, the gradient agrees to {} with the trained one, the guided map to {}. As \
             pictures, the maps times the input agree to {} and {}. And the checksum still holds: the \
             integrated map adds up to {of_changed}, the gain of this network.",
            self.named(),
            told(0, 0),
            told(0, 1),
            told(1, 2),
            told(1, 3),
        )
    }
}

/// A mark behind the sum of a map that is what the logit gains.
fn checked(seen: &Seen, map: usize) -> &'static str {
    let missing = (seen.maps[map].sum() - seen.gain).abs();
    if missing < 1e-9 * seen.gain.abs().max(1.0) { " ✓" } else { "" }
}

impl Widget for Maps {
    fn on(&mut self, event: &Event, _width: f64) {
        match event {
            Event::Press(name) if name == "draw" => self.draws = (self.draws + 1) % DRAWS,
            Event::Set(name, value) => match (name.as_str(), value.parse::<u64>().ok()) {
                ("image", Some(image)) => self.image = (image as usize).min(IMAGES - 1),
                ("class", class) => self.class = class.map(|class| class.min(9) as u8),
                ("first", _) => self.random[0] = value == "true",
                ("last", _) => self.random[1] = value == "true",
                ("draws", Some(draws)) => self.draws = draws % DRAWS,
                _ => {}
            },
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let digits = Digits::kept();
        let digits = digits.as_deref();
        let class = self.class.map_or_else(|| "label".to_owned(), |class| class.to_string());
        let of_label = [("label".to_owned(), "of the true digit".to_owned())];
        let others = (0..CLASSES).map(|class| (class.to_string(), format!("of {class}")));
        let controls = vec![
            Control::toggle("last", "Last layer random", self.random[1]),
            Control::toggle("first", "First layer random", self.random[0]),
            Control::choice("image", "Image", self.image.to_string(), Digits::choices(digits)),
            Control::choice("class", "The logit", class, of_label.into_iter().chain(others))
                .folded(),
            Control::button("draw", "Other random weights", self.random != [false; 2]).folded(),
        ];
        let Some(digits) = digits else {
            return View { needs: "digits", controls, ..View::default() };
        };
        let (input, label) = digits.input(self.image);
        let class = self.class.unwrap_or(label);
        let trained = Seen::of(&digits.network, &input, class);
        let changed = Seen::of(&self.changed(&digits.network), &input, class);
        let alike = alike(&trained, &changed, &input);
        let rows = [&trained, &changed];
        let mut values = Vec::new();
        for (name, seen) in ["trained", "changed"].into_iter().zip(rows) {
            values.push((format!("{name}: gain"), seen.gain));
            values.push((format!("{name}: sum"), seen.maps[3].sum()));
        }
        for (kind, alike) in ["signed", "sizes"].into_iter().zip(&alike) {
            for (map, alike) in MAPS.into_iter().zip(alike) {
                values.push((format!("{kind}: {map}"), alike.unwrap_or_default()));
            }
        }
        View {
            sentence: self.sentence(rows, &alike),
            panels: vec![self.panel(width, class, rows, &alike)],
            controls,
            values,
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        state.add("image", &self.image);
        state.add(
            "class",
            &self.class.map_or_else(|| "label".to_owned(), |class| class.to_string()),
        );
        state.add("first", &self.random[0]);
        state.add("last", &self.random[1]);
        state.add("draws", &self.draws);
    }
}
