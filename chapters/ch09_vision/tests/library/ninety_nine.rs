use super::*;

fn made(architecture: Architecture, shape: (usize, usize)) -> String {
    let network = architecture.network::<f32>(shape, 10, &mut generator());
    network.map_or_else(|error| error.to_string(), |network| format!("{:?}", network.shape))
}

#[test]
fn what_cannot_be_made_is_refused_in_one_line() {
    let plain = Architecture::three_blocks();
    let with = |channels: &[usize], kernel| Architecture {
        channels: channels.to_vec(),
        kernel,
        ..plain.clone()
    };
    assert!(made(with(&[], 5), (28, 28)).contains("found []"));
    assert!(made(with(&[3, 0], 5), (28, 28)).contains("found [3, 0]"));
    assert!(made(with(&[3], 4), (28, 28)).contains("expected an odd number of pixels, found 4"));
    let error = made(with(&[3], 29), (28, 40));
    assert!(error.contains("at most 28 × 40 pixels"), "{error}");
    assert!(error.ends_with("convolution 1 looks at, found 29 × 29"), "{error}");
    assert!(made(with(&[3, 4], 15), (28, 28)).contains("convolution 2 looks at"));
    assert_eq!(made(plain, (28, 28)), "(28, 28)");
}

#[test]
fn parameters_are_counted() {
    let network =
        Architecture::three_blocks().network::<f32>((28, 28), 10, &mut generator()).unwrap();
    let weights = 9 * (16 + 16 * 32 + 32 * 64);
    let dense = 64 * 3 * 3 * 128 + 128 + 128 * 10 + 10;
    assert_eq!(network.parameter_count(), weights + 2 * (16 + 32 + 64) + dense);
}
