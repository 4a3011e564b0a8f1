//! The widgets of the module `images`: the network that reads digits, and what can be seen in
//! it. `title` stands over the drawing of the title page.

use crate::widget::Make;
use crate::{ch05_mnist, ch07_inside, ch09_vision};

/// The figure that each widget stands over, and how it is made.
pub const WIDGETS: &[(&str, Make)] = &[
    ("title", ch05_mnist::your_digit::title),
    ("ch05_mnist/stages", ch05_mnist::your_digit::stages),
    ("ch07_inside/lies", ch07_inside::sanity::lies),
    ("ch07_inside/patches", ch07_inside::deletion::patches),
    ("ch07_inside/misled", ch07_inside::adversaries::misled),
    ("ch09_vision/edges", ch09_vision::convolution::edges),
];
