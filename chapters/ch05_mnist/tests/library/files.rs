//! What `src/files.rs` promises.

use ch05_mnist::*;
use ndarray::{Array2, array};
use proptest::prelude::*;

use super::common::*;
use super::recipe;

#[test]
fn a_data_set_without_examples_is_empty() {
    let images = |count| Images { pixels: Array2::zeros((count, 6)), height: 2, width: 3 };
    assert!(Dataset::new(images(0), vec![]).unwrap().is_empty());
    assert!(!Dataset::new(images(1), vec![7]).unwrap().is_empty());
}

#[test]
fn what_is_written_is_read() {
    let images = read_images(&idx(IMAGES_MAGIC, &[2, 1, 3], &[1, 2, 3, 254, 255, 0])[..]).unwrap();
    let pixels = array![[1, 2, 3], [254, 255, 0]];
    assert_eq!(images, Images { pixels, height: 1, width: 3 });
    assert_eq!(read_labels(&idx_labels(&[0, 9, 5])[..]).unwrap(), [0, 9, 5]);
    assert_eq!(read_labels(&idx_labels(&[])[..]).unwrap(), [0; 0]);
}

#[test]
fn the_shipped_data_are_what_they_are_known_to_be() {
    let (train, test) = (shipped_training_set(), shipped_test_set());
    assert_eq!((train.len(), test.len(), train.pixels()), (60_000, 10_000, 784));
    assert_eq!(train.labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let brightness = train.images.pixels.iter().map(|&pixel| f64::from(pixel) / 255.0);
    assert!((brightness.sum::<f64>() / 47_040_000.0 - 0.1307).abs() < 5e-5); // the known mean
    let (_, mut per_digit) = (0, [0; CLASSES]);
    test.labels.iter().for_each(|&label| per_digit[usize::from(label)] += 1);
    assert_eq!(per_digit, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

#[test]
fn a_reader_that_hands_out_single_bytes_is_read_to_its_end() {
    struct Trickle<'a>(&'a [u8]);
    impl std::io::Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }
    let file = idx_images(&labels(30), 3, 4, 0);
    assert_eq!(read_images(Trickle(&file)).unwrap(), read_images(&file[..]).unwrap());
    assert!(matches!(
        read_images(Trickle(&file[..file.len() - 1])),
        Err(IdxError::Truncated { expected: 360, found: 359 })
    ));
}

#[test]
fn an_error_of_the_reader_is_handed_on() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable was pulled"))
        }
    }
    let header = idx(LABELS_MAGIC, &[5], &[]);
    for file in [
        Box::new(Broken) as Box<dyn std::io::Read>,
        Box::new(std::io::Read::chain(&header[..], Broken)),
    ] {
        let error = read_labels(file).unwrap_err();
        let source = std::error::Error::source(&error).expect("the reader's own error");
        assert_eq!(source.to_string(), "the cable was pulled");
    }
}

/// A data set that has been read holds together, and holds what the files say.
fn assert_consistent(images: &[u8], labels: &[u8]) {
    let parsed = (read_images(images), read_labels(labels));
    if let Ok(read) = &parsed.0 {
        let count = u32::from_be_bytes(images[4..8].try_into().unwrap()) as usize;
        assert_eq!(read.pixels.dim(), (count, read.height * read.width));
        assert!(!read.pixels.is_empty());
        assert!(read.pixels.iter().eq(&images[16..]));
    }
    if let Ok(read) = &parsed.1 {
        assert_eq!(read, &labels[8..]);
        assert!(read.iter().all(|&label| label < 10));
    }
    if let (Ok(images), Ok(labels)) = parsed {
        let counts = (images.pixels.nrows(), labels.len());
        match Dataset::new(images, labels) {
            Ok(data) => {
                assert!(counts.0 == counts.1 && data.len() == counts.0 && !data.is_empty());
                let (inputs, targets) = data.batch::<f32>(&[data.len() - 1]);
                assert_eq!((inputs.ncols(), targets.ncols()), (data.pixels(), CLASSES));
            }
            Err(error) => {
                assert!(counts.0 != counts.1);
                assert_eq!((error.images, error.labels), counts);
            }
        }
    }
}

/// A file that is right but for some bytes, a lost end, or more behind it.
fn mutated(file: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let end = prop_oneof![
        3 => Just(None),
        1 => any::<prop::sample::Index>().prop_map(Some),
    ];
    let more = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(any::<u8>(), 1..5)];
    (changes, end, more).prop_map(move |(changes, end, more)| {
        let mut file = file.clone();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        file.truncate(end.map_or(file.len(), |end| end.index(file.len())));
        [file, more].concat()
    })
}

/// Sizes of a header: small ones, so that some files are right; and large ones.
fn sizes() -> impl Strategy<Value = [u32; 3]> {
    let size = prop_oneof![8 => 0_u32..4, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    prop::array::uniform3(size)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_never_make_a_wrong_data_set(
        images in prop::collection::vec(any::<u8>(), 0..200),
        labels in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        assert_consistent(&images, &labels);
    }

    #[test]
    fn arbitrary_bytes_behind_a_right_magic_number_never_make_a_wrong_data_set(
        sizes in sizes(),
        images in prop::collection::vec(any::<u8>(), 0..30),
        count in 0_u32..5,
        labels in prop::collection::vec(0_u8..12, 0..5),
    ) {
        assert_consistent(&idx(IMAGES_MAGIC, &sizes, &images), &idx(LABELS_MAGIC, &[count], &labels));
    }

    #[test]
    fn files_with_a_fault_never_make_a_wrong_data_set(
        images in mutated(idx_images(&labels(3), 3, 4, 0)),
        labels in mutated(idx_labels(&labels(3))),
    ) {
        assert_consistent(&images, &labels);
    }

    #[test]
    fn every_right_file_is_read(
        (count, height, width, body) in (1_u32..5, 1_u32..5, 1_u32..5).prop_flat_map(|(n, h, w)| {
            (Just(n), Just(h), Just(w), prop::collection::vec(any::<u8>(), (n * h * w) as usize))
        }),
        labels in prop::collection::vec(0_u8..10, 0..10),
    ) {
        let images = read_images(&idx(IMAGES_MAGIC, &[count, height, width], &body)[..]).unwrap();
        prop_assert_eq!(images.height, height as usize);
        prop_assert_eq!(images.width, width as usize);
        prop_assert!(images.pixels.iter().eq(&body));
        prop_assert_eq!(read_labels(&idx_labels(&labels)[..]).unwrap(), labels);
    }

    #[test]
    fn arbitrary_bytes_are_no_weights(file in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(load_weights::<f32>(&file, 4).is_err());
    }

    #[test]
    fn weights_with_a_fault_are_refused_or_finite_and_of_the_right_shapes(
        file in mutated(save_weights(&recipe(&[2]).network::<f32>(3, &mut generator(0)))),
    ) {
        if let Ok(network) = load_weights::<f32>(&file, 3) {
            prop_assert!(network.parameters().into_iter().flatten().all(|number| number.is_finite()));
            prop_assert_eq!(network.forward(Array2::zeros((1, 3)).view()).dim(), (1, CLASSES));
        }
    }
}
