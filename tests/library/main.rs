//! What the libraries of the chapters promise besides their formulas: a file for each module, which
//! stands in its chapter. One program for all of them, which is soon compiled.

#[path = "../../chapters/ch01_neuron/tests/library/main.rs"]
mod chapter_1;
#[path = "../../chapters/ch02_forward/tests/library/main.rs"]
mod chapter_2;
#[path = "../../chapters/ch03_backprop/tests/library/main.rs"]
mod chapter_3;
#[path = "../../chapters/ch04_optimizers/tests/library/main.rs"]
mod chapter_4;
#[path = "../../chapters/ch05_mnist/tests/library/main.rs"]
mod chapter_5;
#[path = "../../chapters/ch06_overfitting/tests/library/main.rs"]
mod chapter_6;
#[path = "../../chapters/ch08_tuning/tests/library/main.rs"]
mod chapter_8;
#[path = "../../chapters/ch09_vision/tests/library/main.rs"]
mod chapter_9;
