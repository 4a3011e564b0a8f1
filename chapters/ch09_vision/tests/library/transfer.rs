use super::*;
use ch05_mnist::{Examples, Model};
use ndarray::Axis;

fn network(hidden: Vec<usize>) -> ConvolutionalNetwork<f64> {
    let architecture = Architecture { channels: vec![3, 4], kernel: 3, normalized: true, hidden };
    architecture.network((8, 8), 10, &mut generator()).unwrap()
}

#[test]
fn features_and_head_together_are_the_network() {
    let (x, _) = bars(4).batch::<f64>(&[0, 1, 2, 3]);
    for hidden in [vec![], vec![5]] {
        let network = network(hidden);
        let features = network.features(x.view());
        assert_eq!(features.dim(), (4, 16));
        assert_eq!(network.dense.forward(features.view()), network.forward(x.view()));
    }
}

#[test]
fn a_new_head_knows_nothing_and_leaves_the_blocks_as_they_are() {
    let (x, _) = bars(4).batch::<f64>(&[0, 1, 2, 3]);
    let old = network(vec![5]);
    let new = old.clone().with_new_head(7);
    assert_eq!(new.forward(x.view()), Array2::<f64>::zeros((4, 7)));
    assert_eq!(new.blocks, old.blocks);
    assert_eq!(new.features(x.view()), old.features(x.view()));
}

#[test]
fn only_some_digits_are_kept_in_their_order() {
    let data = bars(20);
    let lying = only(&data, 1..=1);
    assert!(lying.labels.iter().all(|&label| label == 1));
    let expected = (0..20).filter(|&index| data.labels[index] == 1).collect::<Vec<_>>();
    assert_eq!(lying.images.pixels, data.images.pixels.select(Axis(0), &expected));
    assert_eq!(only(&data, 0..=1), data);
}

#[test]
fn with_the_same_generator_more_examples_contain_the_fewer() {
    let data = bars(60);
    let (three, nine) = (few(&data, 3, &mut generator()), few(&data, 9, &mut generator()));
    for label in [0, 1] {
        let of_label = |data: &Dataset| only(data, label..=label).images.pixels;
        let (three, nine) = (of_label(&three), of_label(&nine));
        assert_eq!((three.nrows(), nine.nrows()), (3, 9));
        assert_eq!(nine.select(Axis(0), &[0, 1, 2]), three);
    }
    assert_eq!(three.len(), 6);
}

#[test]
#[should_panic = "few: expected 40 examples of each digit"]
fn more_examples_than_there_are_are_refused() {
    few(&bars(60), 40, &mut generator());
}

#[test]
fn features_are_dealt_out_with_their_targets() {
    let features = Array2::from_shape_fn((5, 3), |(r, i)| (10 * r + i) as f64);
    let targets = Array2::from_shape_fn((5, 2), |(r, j)| (r + j) as f64);
    let examples = Features { features: features.clone(), targets: targets.clone() };
    assert_eq!(examples.count(), 5);
    let (x, y) = examples.batch(&[4, 1], &mut generator());
    assert_eq!((x, y), (features.select(Axis(0), &[4, 1]), targets.select(Axis(0), &[4, 1])));
    let head = zero_head::<f64>(3, 2);
    assert_eq!((head.parameter_count(), head.layers.len()), (8, 1));
}
