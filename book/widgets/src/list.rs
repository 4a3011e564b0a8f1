//! All widgets, and how one is opened by the name of its figure.

use crate::view::View;
use crate::widget::{Event, Unreadable, Widget};
use crate::{ch01_neuron, ch02_forward, ch04_optimizers, ch05_mnist, ch06_overfitting};

/// How a widget is made in the state of its figure.
pub type Make = fn() -> Box<dyn Widget>;

/// All widgets: the figure that each stands over, and how it is made.
pub const WIDGETS: &[(&str, Make)] = &[
    ("ch01_neuron/line", ch01_neuron::plane::line),
    ("ch02_forward/softmax", ch02_forward::softmax::softmax),
    ("ch04_optimizers/zigzag", ch04_optimizers::quadratics::zigzag),
    ("ch04_optimizers/momentum", ch04_optimizers::momentum::momentum),
    ("ch04_optimizers/saddle", ch04_optimizers::landscapes::saddle),
    ("ch04_optimizers/rosenbrock", ch04_optimizers::landscapes::rosenbrock),
    ("ch05_mnist/stages", ch05_mnist::your_digit::stages),
    ("ch06_overfitting/polynomials", ch06_overfitting::polynomials::polynomials),
];

/// A widget on a page.
pub struct Live {
    make: Make,
    widget: Box<dyn Widget>,
    start: Vec<(String, String)>,
    width: f64,
}

impl Live {
    /// The widget that stands over a figure.
    pub fn open(name: &str) -> Result<Self, Unreadable> {
        let known = WIDGETS.iter().find(|(known, _)| *known == name);
        let (_, make) = known.ok_or_else(|| Unreadable(format!("no widget `{name}`")))?;
        let widget = make();
        Ok(Self { make: *make, start: widget.state(), widget, width: 640.0 })
    }

    /// Takes the widget to a state that the address of a page names.
    pub fn restore(&mut self, state: &str) {
        self.on(&Event::Reset);
        for pair in state.split(';') {
            if let Some((name, value)) = pair.split_once('=') {
                self.on(&Event::Set(name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Changes the state.
    pub fn on(&mut self, event: &Event) {
        match event {
            Event::Reset => self.widget = (self.make)(),
            Event::Width(width) => self.width = *width,
            other => self.widget.on(other, self.width),
        }
    }

    /// What is seen.
    pub fn view(&self) -> View {
        let mut view = self.widget.view(self.width);
        let state = self.widget.state();
        let changed = state.iter().filter(|pair| !self.start.contains(pair));
        let changed: Vec<String> = changed.map(|(name, value)| format!("{name}={value}")).collect();
        view.state = changed.join(";");
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_widget_is_named() {
        assert_eq!(Live::open("x/y").err().unwrap().to_string(), "no widget `x/y`");
    }
}
