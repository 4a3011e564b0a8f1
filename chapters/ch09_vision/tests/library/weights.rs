use super::*;
use ch05_mnist::Model;

fn network(normalized: bool) -> ConvolutionalNetwork<f32> {
    let architecture =
        Architecture { channels: vec![4, 5], kernel: 3, normalized, hidden: vec![6] };
    architecture.network((8, 8), 10, &mut generator()).unwrap()
}

fn error(file: &[u8], shape: (usize, usize)) -> String {
    load_network::<f32>(file, shape).unwrap_err().to_string()
}

#[test]
fn what_is_saved_is_loaded_to_the_last_bit() {
    for normalized in [false, true] {
        let network = network(normalized);
        let loaded = load_network::<f32>(&save_network(&network), (8, 8)).unwrap();
        assert_eq!(loaded, network);
        let (x, _) = bars(5).batch::<f32>(&[0, 1, 2, 3, 4]);
        assert_eq!(loaded.forward(x.view()), network.forward(x.view()));
    }
}

#[test]
fn equal_networks_give_equal_files() {
    let (network, file) = (network(true), save_network(&network(true)));
    for _ in 0..20 {
        assert_eq!(save_network(&network), file);
    }
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let file = save_network(&network(true));
    for size in [(16, 16), (9, 9), (8, 10)] {
        let (height, width) = size;
        let found =
            format!("expected the images of the weights to be {height} × {width}, found 8 × 8");
        assert_eq!(error(&file, size), found);
    }
    let found = "expected 9.weight to be F32 [6, 80], found F32 [6, 20]";
    assert_eq!(error(&without_notes(&file), (16, 16)), found);
    assert!(load_network::<f32>(&without_notes(&file), (8, 8)).is_ok());
    let architecture =
        Architecture { channels: vec![2], kernel: 3, normalized: true, hidden: vec![] };
    let many = architecture.network::<f32>((8, 8), 47, &mut generator()).unwrap();
    assert_eq!(load_network::<f32>(&save_network(&many), (8, 8)).unwrap(), many);
    assert_eq!(error(b"no such file", (8, 8)), "expected a safetensors file");
    let dense = ch05_mnist::save_weights(&network(true).dense);
    assert!(
        error(&dense, (8, 8)).starts_with("expected a tensor 1.weight, found 0.bias, 0.weight")
    );
}

/// The file as another program would write it, which notes no size of images.
fn without_notes(file: &[u8]) -> Vec<u8> {
    let tensors = safetensors::SafeTensors::deserialize(file).unwrap();
    safetensors::serialize(tensors.tensors(), None).unwrap()
}
