//! The widgets of chapter 5: a digit of the reader's hand.

pub mod weights;
pub mod your_digit;
