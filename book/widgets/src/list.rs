//! All widgets, and how one is opened by the name of its figure.
//!
//! There are two lists because there are two modules, so that a page loads no more than it needs:
//! the feature of its name has a list compiled. Natively there are both.

use crate::view::View;
use crate::widget::{Event, Make, State, Unreadable, Widget};

#[cfg(feature = "curves")]
mod curves;
#[cfg(feature = "images")]
mod images;

/// The modules, each of which has a file in the folder `list`.
pub const MODULES: [&str; 2] = ["curves", "images"];

/// All widgets: the figure that each stands over, and how it is made.
pub fn widgets() -> impl Iterator<Item = (&'static str, Make)> {
    let lists: [&'static [(&'static str, Make)]; _] = [
        #[cfg(feature = "curves")]
        curves::WIDGETS,
        #[cfg(feature = "images")]
        images::WIDGETS,
    ];
    lists.into_iter().flatten().copied()
}

/// A widget on a page.
pub struct Live {
    make: Make,
    widget: Box<dyn Widget>,
    start: State,
    width: f64,
}

impl Live {
    /// The widget that stands over a figure.
    pub fn open(name: &str) -> Result<Self, Unreadable> {
        let known = widgets().find(|(known, _)| *known == name);
        let (_, make) = known.ok_or_else(|| Unreadable(format!("no widget `{name}`")))?;
        let widget = make();
        let mut start = State::default();
        widget.state(&mut start);
        Ok(Self { make, start, widget, width: 640.0 })
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
        let mut state = State::default();
        self.widget.state(&mut state);
        let changed = state.0.iter().filter(|pair| !self.start.0.contains(pair));
        let changed: Vec<String> = changed.map(|(name, value)| format!("{name}={value}")).collect();
        view.state = changed.join(";");
        view
    }
}
