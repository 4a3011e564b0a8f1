//! A patch of an image under a cover: what a map promised for it, and what happens to the logit. Page:
//! *Cover and delete* (`ch07_inside/deletion.md`).

use ch02_forward::{Network, one_hot};
use ch05_mnist::{CLASSES, likeliest};
use ch07_inside::{
    InputGradient, gradient_times_input, integrated_gradients_exactly, occlusion, rank_correlation,
    squares,
};
use ndarray::{Array1, Array2};

use crate::ch05_mnist::weights::{Digits, IMAGES};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, number};
use crate::widget::{Event, State, Widget};

/// The sides of the patches, in pixels: divisors of 28.
const SIDES: [usize; 4] = [2, 4, 7, 14];
/// The maps that make a promise: their names, and what they are called.
const MAPS: [(&str, &str); 3] = [
    ("input", "gradient × input"),
    ("integrated", "integrated gradients"),
    ("size", "size of the gradient"),
];

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Cover {
    image: usize,
    /// Which of the sides a patch has.
    side: usize,
    /// A pixel of the patch: its column and its row.
    at: [usize; 2],
    map: usize,
}

/// Over the figure `ch07_inside/patches`.
pub fn patches() -> Box<dyn Widget> {
    Box::new(Cover { image: 0, side: 1, at: [8, 8], map: 0 })
}

/// What follows from the state.
struct Seen {
    image: Array1<f64>,
    /// What the network answers for the whole image, and when the patch is covered.
    answers: [usize; 2],
    /// Its logit for the whole image.
    logit: f64,
    /// What the map promised for each patch, and how far the logit falls without it.
    promised: Vec<f64>,
    happened: Vec<f64>,
    /// The rank correlation of both over the patches with ink.
    alike: Option<f64>,
}

impl Cover {
    fn side(&self) -> usize {
        SIDES[self.side]
    }

    /// How many patches lie side by side.
    fn across(&self) -> usize {
        28 / self.side()
    }

    /// The column and the row of the patch.
    fn place(&self) -> [usize; 2] {
        self.at.map(|at| at / self.side())
    }

    fn patch(&self) -> usize {
        let [column, row] = self.place();
        row * self.across() + column
    }

    fn map(
        &self,
        network: &Network<f64>,
        input: &Array2<f64>,
        weights: &Array2<f64>,
    ) -> Array2<f64> {
        let black = Array2::zeros(input.dim());
        let path = (black.view(), input.view());
        match self.map {
            0 => gradient_times_input(network, input.view(), weights.view()),
            1 => integrated_gradients_exactly(network, path, weights.view()),
            _ => network.input_gradient(input.view(), weights.view()).mapv(f64::abs),
        }
    }

    fn look(&self, digits: &Digits) -> Seen {
        let network = &digits.network;
        let (input, _) = digits.input(self.image);
        let logits = network.forward(input.view());
        let answer = likeliest(logits.row(0));
        let weights = one_hot(&[answer as u8], CLASSES);
        let (part, parts) = (squares(28, self.side()), self.across() * self.across());
        let mut promised = vec![0.0; parts];
        let mut has_ink = vec![false; parts];
        let map = self.map(network, &input, &weights);
        for ((&value, &ink), &part) in map.iter().zip(&input).zip(&part) {
            promised[part] += value;
            has_ink[part] |= ink > 0.0;
        }
        let black = Array1::zeros(input.ncols());
        let ends = (black.view(), input.row(0));
        let happened = occlusion(network, ends, weights.row(0), (parts, &part)).to_vec();
        let with_ink = |all: &[f64]| -> Array1<f64> {
            all.iter().zip(&has_ink).filter(|(_, ink)| **ink).map(|(value, _)| *value).collect()
        };
        let alike = rank_correlation(with_ink(&promised).view(), with_ink(&happened).view());
        let mut covered = input.clone();
        let under = part.iter().map(|&part| part == self.patch());
        covered.iter_mut().zip(under).filter(|(_, under)| *under).for_each(|(ink, _)| *ink = 0.0);
        let after = likeliest(network.forward(covered.view()).row(0));
        let (answers, logit) = ([answer, after], logits[[0, answer]]);
        Seen { image: covered.row(0).to_owned(), answers, logit, promised, happened, alike }
    }

    /// The sides of the panels: the image, and each of the two maps.
    fn sizes(width: f64) -> [f64; 2] {
        if width >= 560.0 {
            [(width - 34.0) / 3.0; 2]
        } else {
            [width.min(280.0), ((width - 16.0) / 2.0).floor()]
        }
    }

    /// A square panel with a heading, and an outline around the patch.
    fn square(
        &self,
        side: f64,
        title: &str,
        name: &str,
        pixels: impl Fn([f64; 4]) -> Pixels,
    ) -> Panel {
        let place = [0.0, 26.0, side, side];
        let mut panel = Panel {
            title: title.to_owned(),
            width: side,
            height: side + 30.0,
            clip: place,
            marks: vec![Mark::text("name", [0.0, 16.0], "start", name)],
            ..Panel::default()
        };
        panel.frame(pixels(place));
        let cell = side / self.across() as f64;
        let [x, y] = self.place().map(|place| cell * place as f64);
        panel.marks.push(Mark::rect("ring", [x, 26.0 + y, cell, cell]));
        panel
    }

    fn panels(&self, width: f64, seen: &Seen) -> Vec<Panel> {
        let [image, map] = Self::sizes(width);
        let largest = |all: &[f64]| all.iter().fold(1e-9_f64, |most, value| most.max(value.abs()));
        let (promised, happened) = (largest(&seen.promised), largest(&seen.happened));
        // A size of the gradient is not measured in logits: it has a scale of its own.
        let scales = if self.map < 2 { [promised.max(happened); 2] } else { [promised, happened] };
        let patches = |all: &[f64], scale: f64| {
            let shares: Vec<f64> = all.iter().map(|value| value / scale).collect();
            move |place| Pixels::signed(place, self.across(), shares.iter().copied())
        };
        let ink = |place| Pixels::ink(place, 28, seen.image.iter().copied());
        let mut cover = self.square(image, "The image and the cover", "Move the cover", ink);
        cover.handles.push(Handle::area("cover"));
        let told = |what: &str, all: &[f64]| format!("{what}: {}", number(all[self.patch()], 2));
        let (promise, fall) = (told("Promised", &seen.promised), told("Happened", &seen.happened));
        vec![
            cover,
            self.square(
                map,
                "What the map promised for each patch",
                &promise,
                patches(&seen.promised, scales[0]),
            ),
            self.square(
                map,
                "How far the logit falls without each patch",
                &fall,
                patches(&seen.happened, scales[1]),
            ),
        ]
    }

    fn sentence(&self, seen: &Seen) -> String {
        let [answer, after] = seen.answers;
        let (promised, fall) = (seen.promised[self.patch()], seen.happened[self.patch()]);
        let (from, to) = (number(seen.logit, 2), number(seen.logit - fall, 2));
        let name = MAPS[self.map].1;
        let way = if fall < 0.0 { "rises" } else { "falls" };
        let mut sentence = format!(
            "Without this patch the logit of {answer} {way} from {from} to {to}, by {}.",
            number(fall.abs(), 2)
        );
        let promise = number(promised, 2);
        sentence.push_str(&match self.map {
            2 => format!(" The {name} adds up to {promise} there, which predicts no number."),
            _ => format!(" The map, {name}, promised a fall of {promise}."),
        });
        if after != answer {
            sentence.push_str(&format!(" The network now reads {after}."));
        }
        if let Some(alike) = seen.alike {
            let alike = number(alike, 2);
            sentence.push_str(&format!(
                " Over all patches with ink, promises and falls have a rank correlation of {alike}."
            ));
        }
        sentence
    }
}

impl Widget for Cover {
    fn on(&mut self, event: &Event, width: f64) {
        match event {
            Event::Grab(name, at) | Event::Drag(name, at) if name == "cover" => {
                let [side, _] = Self::sizes(width);
                let pixel = |at: f64| (28.0 * at / side).clamp(0.0, 27.0) as usize;
                self.at = [pixel(at[0]), pixel(at[1] - 26.0)];
            }
            Event::Set(name, value) => match (name.as_str(), value.parse::<usize>().ok()) {
                ("image", Some(image)) => self.image = image.min(IMAGES - 1),
                ("x", Some(x)) => self.at[0] = x.min(27),
                ("y", Some(y)) => self.at[1] = y.min(27),
                ("side", Some(side)) => {
                    self.side = SIDES.iter().position(|&s| s == side).unwrap_or(self.side);
                }
                ("map", _) => {
                    self.map = MAPS.iter().position(|map| map.0 == value).unwrap_or(self.map);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let digits = Digits::kept();
        let digits = digits.as_deref();
        let (side, across) = (self.side() as f64, self.across());
        let [x, y] = self.place();
        let slider = |name: &str, label: &str, place: usize| {
            let ends = [0.0, 28.0 - side, side];
            Control::range(
                name,
                label,
                side * place as f64,
                ends,
                format!("{} of {across}", place + 1),
            )
        };
        let sides = SIDES.map(|side| (side.to_string(), format!("{side} × {side} pixels")));
        let controls = vec![
            slider("x", "Cover, from the left", x),
            slider("y", "Cover, from the top", y),
            Control::choice("side", "A patch has", self.side().to_string(), sides),
            Control::choice("map", "The map", MAPS[self.map].0, MAPS),
            Control::choice("image", "Image", self.image.to_string(), Digits::choices(digits)),
        ];
        let Some(digits) = digits else {
            return View { needs: "digits", controls, ..View::default() };
        };
        let seen = self.look(digits);
        View {
            sentence: self.sentence(&seen),
            panels: self.panels(width, &seen),
            controls,
            values: vec![
                ("promised".to_owned(), seen.promised[self.patch()]),
                ("happened".to_owned(), seen.happened[self.patch()]),
                ("largest".to_owned(), seen.happened.iter().copied().fold(f64::MIN, f64::max)),
                ("alike".to_owned(), seen.alike.unwrap_or_default()),
            ],
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        let [x, y] = self.place().map(|place| (place * self.side()).to_string());
        state.add("image", &self.image);
        state.add("side", &self.side());
        state.add("x", &x);
        state.add("y", &y);
        state.add("map", &MAPS[self.map].0);
    }
}
