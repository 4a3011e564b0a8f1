//! A kernel over a digit, one place at a time: the products of its patch, and the map that they add up
//! to. Page: *Convolution* (`ch09_vision/convolution.md`).

use ch09_vision::{BY_HAND, Convolution};
use ndarray::{Array1, Array4, ArrayView2, s};

use crate::ch05_mnist::weights::{Digits, IMAGES};
use crate::view::{Control, Handle, Mark, Panel, Pixels, View, number};
use crate::widget::{Event, State, Widget};

/// The sides of an image and of a kernel, in pixels.
const SIDE: usize = 28;
const KERNEL: usize = 3;
/// How far the digit can be moved, in pixels.
const FAR: i32 = 8;
/// The name of the kernel that the reader makes.
const OWN: &str = "own";

/// The state of the widget.
#[derive(Debug, Clone, PartialEq)]
struct Stepper {
    image: usize,
    /// How far the digit is moved: to the right, and down.
    moved: [i32; 2],
    /// Where a drag of the digit began: in pixels of the panel, and how far it was moved then.
    taken: ([f64; 2], [i32; 2]),
    /// Which kernel made by hand, or one more for the reader's own.
    kernel: usize,
    own: [f64; 9],
    stride: usize,
    padding: usize,
    /// A place of the map: its column and its row.
    at: [usize; 2],
}

/// Over the figure `ch09_vision/edges`.
pub fn edges() -> Box<dyn Widget> {
    Box::new(Stepper {
        image: 0,
        moved: [0; 2],
        taken: ([0.0; 2], [0; 2]),
        kernel: 0,
        own: [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        stride: 1,
        padding: 1,
        at: [14, 8],
    })
}

/// What follows from the state.
struct Seen {
    /// `[28 × 28]`, moved.
    image: Array4<f64>,
    /// `[map × map]`
    map: Array4<f64>,
    /// At how many places the map is that of the unmoved digit, moved along, and how many both have; nothing
    /// where the digit was not moved by whole strides.
    along: Option<[usize; 2]>,
}

impl Stepper {
    fn weights(&self) -> [f64; 9] {
        BY_HAND.get(self.kernel).map_or(self.own, |(_, weights)| *weights)
    }

    fn layer(&self) -> Convolution<f64> {
        let kernels = Array4::from_shape_vec((1, 1, KERNEL, KERNEL), self.weights().to_vec());
        let kernels = kernels.expect("nine weights");
        Convolution { kernels, bias: Array1::zeros(1), stride: self.stride, padding: self.padding }
    }

    /// How many places the map has from side to side.
    fn places(&self) -> usize {
        self.layer().output_shape((SIDE, SIDE)).0
    }

    /// The place in the map, which may have become smaller.
    fn place(&self) -> [usize; 2] {
        self.at.map(|at| at.min(self.places() - 1))
    }

    fn look(&self, digits: &Digits) -> Seen {
        let (pixels, _) = digits.input(self.image);
        let shape = (1, 1, SIDE, SIDE);
        let still = pixels.into_shape_with_order(shape).expect("28 × 28 pixels");
        let image = moved(&still, self.moved);
        let layer = self.layer();
        let map = layer.forward(image.view());
        let along = self.steps().map(|steps| {
            let before = layer.forward(still.view());
            let [before, after] = [&before, &map].map(|map| map.slice(s![0, 0, .., ..]));
            agreeing(before, after, steps)
        });
        Seen { image, map, along }
    }

    /// By how many places the map should have moved, if that is a whole number and not zero.
    fn steps(&self) -> Option<[i32; 2]> {
        let stride = self.stride as i32;
        let whole = self.moved.iter().all(|pixels| pixels % stride == 0);
        (whole && self.moved != [0, 0]).then(|| self.moved.map(|pixels| pixels / stride))
    }

    /// Rows and columns of the patch under the kernel, where the image has some: what stands there.
    fn patch(&self, image: &Array4<f64>) -> [f64; 9] {
        let [column, row] = self.place();
        std::array::from_fn(|k| {
            let pixel = |place: usize, step: usize| {
                (self.stride * place + step).checked_sub(self.padding).filter(|&at| at < SIDE)
            };
            match (pixel(row, k / KERNEL), pixel(column, k % KERNEL)) {
                (Some(y), Some(x)) => image[[0, 0, y, x]],
                _ => 0.0,
            }
        })
    }

    /// The sides of the image with its map, and of the products.
    fn sizes(width: f64) -> [f64; 2] {
        if width >= 560.0 {
            [((width - 34.0) * 0.34).floor(), ((width - 34.0) * 0.32).floor()]
        } else {
            [((width - 16.0) / 2.0).floor(), width.min(260.0)]
        }
    }

    /// A square panel with a heading.
    fn square(side: f64, title: &str, name: &str) -> Panel {
        Panel {
            title: title.to_owned(),
            width: side,
            height: side + 30.0,
            clip: Self::frame(side),
            marks: vec![Mark::text("name", [0.0, 16.0], "start", name)],
            ..Panel::default()
        }
    }

    /// Where a square panel has its picture.
    fn frame(side: f64) -> [f64; 4] {
        [0.0, 26.0, side, side]
    }

    fn panels(&self, width: f64, seen: &Seen) -> Vec<Panel> {
        let [side, products] = Self::sizes(width);
        let [column, row] = self.place();
        let mut image =
            Self::square(side, "The image, and the patch under the kernel", "Drag the digit");
        // The padding is drawn too, as an edge of nothing.
        let across = SIDE + 2 * self.padding;
        let cell = side / across as f64;
        let edge = cell * self.padding as f64;
        let inner = [edge, 26.0 + edge, side - 2.0 * edge, side - 2.0 * edge];
        image.frame(Pixels::ink(inner, SIDE, seen.image.iter().copied()));
        let corner = |place: usize| cell * (self.stride * place) as f64;
        let size = cell * KERNEL as f64;
        image.marks.push(Mark::rect("box", Self::frame(side)));
        image.marks.push(Mark::rect("ring", [corner(column), 26.0 + corner(row), size, size]));
        image.handles.push(Handle::area("digit"));

        let places = self.places();
        let mut map = Self::square(side, "The map, and one place of it", "Pick a place");
        let numbers: Vec<f64> = seen.map.iter().copied().collect();
        map.frame(Pixels::scaled(Self::frame(side), places, &numbers));
        let cell = side / places as f64;
        let at = [cell * column as f64, 26.0 + cell * row as f64, cell, cell];
        map.marks.push(Mark::rect("ring", at));
        map.handles.push(Handle::area("place"));
        vec![image, self.products(products, seen), map]
    }

    /// Nine weights, nine pixels, and their products.
    fn products(&self, side: f64, seen: &Seen) -> Panel {
        let z = seen.map[[0, 0, self.place()[1], self.place()[0]]];
        let sum = format!("Sum: {}", number(z, 2));
        let mut panel = Self::square(side, "Weight × pixel, nine times", &sum);
        let cell = side / KERNEL as f64;
        for (k, (weight, pixel)) in
            self.weights().into_iter().zip(self.patch(&seen.image)).enumerate()
        {
            let [x, y] = [cell * (k % KERNEL) as f64, 26.0 + cell * (k / KERNEL) as f64];
            let middle = x + cell / 2.0;
            panel.marks.push(Mark::rect("box", [x, y, cell, cell]));
            let factors = format!("{} · {}", short(weight), short(pixel));
            panel.marks.push(Mark::text("", [middle, y + cell / 2.0 - 4.0], "middle", factors));
            let product = short(weight * pixel);
            panel.marks.push(Mark::text(
                "strong",
                [middle, y + cell / 2.0 + 16.0],
                "middle",
                product,
            ));
        }
        panel
    }

    fn sentence(&self, seen: &Seen) -> String {
        let [column, row] = self.place();
        let places = self.places();
        let z = seen.map[[0, 0, row, column]];
        let mut sentence = format!(
            "Row {}, column {} of the map: the nine products add up to {}. The map has {places} × {places} \
             places, because ({SIDE} + 2 · {} − {KERNEL}) / {} + 1, rounded down, is {places}.",
            row + 1,
            column + 1,
            number(z, 2),
            self.padding,
            self.stride,
        );
        match seen.along {
            Some([same, of]) if same == of => sentence.push_str(
                " The digit has moved, and the map has moved along: each number is the one that stood at \
                 its place before.",
            ),
            Some([same, of]) => sentence.push_str(&format!(
                " The digit has moved, and the map has moved along, but for {} of {of} places at the edge, \
                 where ink has left the image.",
                of - same
            )),
            None if self.moved != [0, 0] => sentence.push_str(&format!(
                " The digit has moved by no whole number of strides of {}: the kernel sees other pixels, \
                 and this is another map, not the same one moved.",
                self.stride
            )),
            None => {}
        }
        sentence
    }

    fn controls(&self, digits: Option<&Digits>) -> Vec<Control> {
        let [column, row] = self.place();
        let places = self.places();
        let slider = |name: &str, label: &str, place: usize| {
            let ends = [0.0, (places - 1) as f64, 1.0];
            Control::range(name, label, place as f64, ends, format!("{} of {places}", place + 1))
        };
        let shift = |name: &str, label: &str, pixels: i32| {
            let ends = [f64::from(-FAR), f64::from(FAR), 1.0];
            let text = number(f64::from(pixels), 0);
            Control::range(name, label, f64::from(pixels), ends, text)
        };
        let of = |value: usize, last: usize| {
            move |name: &str, label: &str| {
                let ends = [if name == "stride" { 1.0 } else { 0.0 }, last as f64, 1.0];
                Control::range(name, label, value as f64, ends, value.to_string())
            }
        };
        let kernels = BY_HAND.map(|(name, _)| (word(name).to_owned(), name.to_owned()));
        let kernels = kernels.into_iter().chain([(OWN.to_owned(), "of your own".to_owned())]);
        let kernel = BY_HAND.get(self.kernel).map_or(OWN, |(name, _)| word(name));
        let mut controls = vec![
            slider("x", "Place, from the left", column),
            slider("y", "Place, from the top", row),
            Control::choice("kernel", "The kernel", kernel, kernels),
            of(self.stride, 3)("stride", "Stride"),
            of(self.padding, KERNEL - 1)("padding", "Padding"),
            shift("right", "The digit, moved to the right", self.moved[0]),
            shift("down", "The digit, moved down", self.moved[1]),
            Control::choice("image", "Image", self.image.to_string(), Digits::choices(digits)),
        ];
        for (k, weight) in self.weights().into_iter().enumerate() {
            let (row, column) = (k / KERNEL + 1, k % KERNEL + 1);
            let label = format!("Weight in row {row}, column {column}");
            let text = short(weight);
            controls.push(
                Control::range(&format!("w{k}"), label, weight, [-8.0, 8.0, 0.5], text).folded(),
            );
        }
        controls
    }

    fn set(&mut self, name: &str, value: &str) {
        let whole = value.parse::<usize>().ok();
        let pixels = value.parse::<i32>().ok().map(|pixels| pixels.clamp(-FAR, FAR));
        match (name, whole, pixels) {
            ("image", Some(image), _) => self.image = image.min(IMAGES - 1),
            ("x", Some(x), _) => self.at[0] = x.min(SIDE + 1),
            ("y", Some(y), _) => self.at[1] = y.min(SIDE + 1),
            ("stride", Some(stride), _) => self.stride = stride.clamp(1, 3),
            ("padding", Some(padding), _) => self.padding = padding.min(KERNEL - 1),
            ("right", _, Some(pixels)) => self.moved[0] = pixels,
            ("down", _, Some(pixels)) => self.moved[1] = pixels,
            ("kernel", ..) => {
                let known = BY_HAND.iter().position(|(name, _)| word(name) == value);
                let own = (value == OWN).then_some(BY_HAND.len());
                self.kernel = known.or(own).unwrap_or(self.kernel);
            }
            _ => {
                let weight = name.strip_prefix('w').and_then(|k| k.parse::<usize>().ok());
                let number = value.parse().ok().filter(|number: &f64| number.is_finite());
                if let (Some(k @ 0..9), Some(number)) = (weight, number) {
                    self.own = self.weights(); // goes on from the one that is seen
                    self.own[k] = number.clamp(-8.0, 8.0);
                    self.kernel = BY_HAND.len();
                }
            }
        }
    }
}

/// The first word of a kernel's name.
fn word(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// A weight or a pixel in little room.
fn short(value: f64) -> String {
    let text = number(value, 2);
    let text = text.strip_suffix("00").and_then(|text| text.strip_suffix('.')).unwrap_or(&text);
    text.to_owned()
}

/// An image whose content has moved by so many pixels, to the right and down.
fn moved(image: &Array4<f64>, [right, down]: [i32; 2]) -> Array4<f64> {
    let from = |at: usize, by: i32| usize::try_from(at as i32 - by).ok().filter(|&at| at < SIDE);
    Array4::from_shape_fn(image.dim(), |(_, _, row, column)| {
        match (from(row, down), from(column, right)) {
            (Some(y), Some(x)) => image[[0, 0, y, x]],
            _ => 0.0,
        }
    })
}

/// At how many places a map is another one moved, and at how many both have one.
fn agreeing(
    before: ArrayView2<f64>,
    after: ArrayView2<f64>,
    [right, down]: [i32; 2],
) -> [usize; 2] {
    let places = after.nrows() as i32;
    let mut counts = [0, 0];
    for ((row, column), z) in after.indexed_iter() {
        let (from_row, from_column) = (row as i32 - down, column as i32 - right);
        if (0..places).contains(&from_row) && (0..places).contains(&from_column) {
            counts[1] += 1;
            let same = before[[from_row as usize, from_column as usize]];
            counts[0] += usize::from((z - same).abs() < 1e-9);
        }
    }
    counts
}

impl Widget for Stepper {
    fn on(&mut self, event: &Event, width: f64) {
        let [side, _] = Self::sizes(width);
        match event {
            Event::Grab(name, at) if name == "digit" => self.taken = (*at, self.moved),
            Event::Drag(name, at) if name == "digit" => {
                let cell = side / (SIDE + 2 * self.padding) as f64;
                let (from, before) = self.taken;
                for axis in 0..2 {
                    let pixels = ((at[axis] - from[axis]) / cell).round() as i32;
                    self.moved[axis] = (before[axis] + pixels).clamp(-FAR, FAR);
                }
            }
            Event::Grab(name, at) | Event::Drag(name, at) if name == "place" => {
                let places = self.places();
                let cell = side / places as f64;
                let place = |at: f64| (at / cell).clamp(0.0, places as f64 - 1.0) as usize;
                self.at = [place(at[0]), place(at[1] - 26.0)];
            }
            Event::Set(name, value) => self.set(name, value),
            _ => {}
        }
    }

    fn view(&self, width: f64) -> View {
        let digits = Digits::kept();
        let controls = self.controls(digits.as_deref());
        let Some(digits) = digits else {
            return View { needs: "digits", controls, ..View::default() };
        };
        let seen = self.look(&digits);
        let [column, row] = self.place();
        let largest = seen.map.iter().fold(0.0_f64, |most, z| most.max(z.abs()));
        View {
            sentence: self.sentence(&seen),
            panels: self.panels(width, &seen),
            controls,
            values: vec![
                ("sum".to_owned(), seen.map[[0, 0, row, column]]),
                ("largest".to_owned(), largest),
                ("places".to_owned(), self.places() as f64),
            ],
            ..View::default()
        }
    }

    fn state(&self, state: &mut State) {
        let [x, y] = self.place();
        state.add("image", &self.image);
        state.add("stride", &self.stride);
        state.add("padding", &self.padding);
        state.add("x", &x);
        state.add("y", &y);
        state.add("right", &self.moved[0]);
        state.add("down", &self.moved[1]);
        match BY_HAND.get(self.kernel) {
            Some((name, _)) => state.add("kernel", &word(name)),
            None => {
                for (k, weight) in self.own.iter().enumerate() {
                    state.add(&format!("w{k}"), weight);
                }
            }
        }
    }
}
