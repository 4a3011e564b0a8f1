//! What the weights of *Your own digit* lose to their eight bits.

use std::fs;
use std::path::Path;

use book_programs::data::{Set, Source};
use book_widgets::ch05_mnist::weights::{Digits, NAME};
use book_widgets::data;
use ch05_mnist::{Dataset, evaluate, read_images, read_labels};

/// The page *Pages that live* says: less than a tenth of a percentage point.
#[test]
fn eight_bits_read_as_many_test_images_as_thirty_two() {
    let root = Path::new("../.."); // tests run in the folder of their crate
    let bytes = fs::read(root.join("book/widgets/data/digits.bin")).expect("data of the digits");
    let digits = data::payload(NAME, &bytes).and_then(Digits::read);
    let network = digits.expect("digits").network;
    let source = Source::new(None);
    let test: Dataset = source
        .load(Set::Test, |file| read_images(file), |file| read_labels(file), Dataset::new)
        .expect("the test set");
    let values = fs::read_to_string(root.join("book/src/generated/ch05_mnist/values.json"));
    let values: serde_json::Value = serde_json::from_str(&values.expect("values")).expect("JSON");
    let measured = values["steady.test_accuracy"]["value"].as_f64().expect("an accuracy");
    let found = evaluate(&network, &test).accuracy;
    assert!((found - measured).abs() < 0.001, "32 bits: {measured}, 8 bits: {found}");
}
