//! Counts parameters and connections again, from the layers that the papers describe, and holds
//! the numbers of the data file against the counts.

use crate::data::{self, Landmark, Landmarks, OPERATIONS_OF_A_CONNECTION};

/// What a layer has: numbers to learn, and connections, of which several may share a number.
#[derive(Clone, Copy, Default)]
struct Count {
    parameters: u64,
    connections: u64,
}

fn total(counts: impl IntoIterator<Item = Count>) -> Count {
    counts.into_iter().fold(Count::default(), |sum, count| Count {
        parameters: sum.parameters + count.parameters,
        connections: sum.connections + count.connections,
    })
}

/// A dense layer with biases.
fn dense(inputs: u64, outputs: u64) -> Count {
    let parameters = (inputs + 1) * outputs;
    Count { parameters, connections: inputs * outputs }
}

/// A convolution of `patch` × `patch` windows on `side` × `side` places, with biases; each output
/// map sees `inputs` maps.
fn convolution(patch: u64, inputs: u64, outputs: u64, side: u64) -> Count {
    let weights = patch * patch * inputs * outputs;
    Count { parameters: weights + outputs, connections: weights * side * side }
}

/// A block of a transformer of this width, with a hidden layer four times as wide: four square
/// matrices for attention, two of four times that size, biases, and two normalizations.
fn transformer_block(width: u64) -> u64 {
    12 * width * width + 13 * width
}

fn committed() -> Landmarks {
    let here = data::here().unwrap();
    let bibliography = here.join(data::BIBLIOGRAPHY);
    data::landmarks(&here.join("data/landmarks.toml"), &bibliography).unwrap()
}

fn number(entries: &[Landmark], name: &str) -> f64 {
    entries.iter().find(|entry| entry.name == name).unwrap().number
}

/// Holds a number of the data file against a count; `share` is how far the source rounds.
fn agree(name: &str, stated: f64, counted: u64, share: f64) {
    let off = (stated - counted as f64).abs() / stated;
    assert!(off <= share, "{name}: stated {stated}, counted {counted}");
}

fn alexnet() -> Count {
    total([
        convolution(11, 3, 96, 55),
        convolution(5, 48, 256, 27), // each half of the maps stays on its card
        convolution(3, 256, 384, 13),
        convolution(3, 192, 384, 13),
        convolution(3, 192, 256, 13),
        dense(6 * 6 * 256, 4096),
        dense(4096, 4096),
        dense(4096, 1000),
    ])
}

#[test]
fn the_zip_code_network_has_the_connections_that_its_layers_have() {
    // Here each unit has a bias of its own, and the paper counts the biases as connections.
    let h1 = 12 * 8 * 8 * (5 * 5 + 1);
    let h2 = 12 * 4 * 4 * (8 * 5 * 5 + 1);
    let dense_layers = dense(12 * 4 * 4, 30).parameters + dense(30, 10).parameters;
    assert_eq!(h1 + h2 + dense_layers, 64_660);
    let shared = 12 * (5 * 5 + 8 * 8) + 12 * (8 * 5 * 5 + 4 * 4);
    assert_eq!(shared + dense_layers, 9_760);
    let work = OPERATIONS_OF_A_CONNECTION * 64_660.0 * 7_291.0 * 23.0;
    assert_eq!(number(&committed().trainings, "zip codes"), work);
}

#[test]
fn lenet_5_has_the_parameters_and_connections_that_its_layers_have() {
    // A subsampling map has one weight and one bias, and four inputs for each of its units.
    let subsampling = |maps: u64, side: u64| Count {
        parameters: 2 * maps,
        connections: 5 * maps * side * side, // with the biases, as the paper counts
    };
    let with_biases = |windows: u64, maps: u64, side: u64| {
        let parameters = 25 * windows + maps;
        Count { parameters, connections: parameters * side * side }
    };
    let c3 = 6 * 3 + 9 * 4 + 6; // six maps see three maps, nine see four, one sees all six
    let layers = total([
        with_biases(6, 6, 28),
        subsampling(6, 14),
        with_biases(c3, 16, 10),
        subsampling(16, 5),
        with_biases(16 * 120, 120, 1),
        Count { parameters: dense(120, 84).parameters, connections: dense(120, 84).parameters },
    ]);
    let fixed_outputs = 84 * 10;
    assert_eq!(number(&committed().networks, "LeNet-5"), layers.parameters as f64);
    assert_eq!(layers.connections + fixed_outputs, 340_908);
    let work = OPERATIONS_OF_A_CONNECTION * 340_908.0 * 60_000.0 * 20.0;
    assert_eq!(number(&committed().trainings, "LeNet-5"), work);
}

#[test]
fn alexnet_has_about_sixty_million_parameters() {
    let stated = number(&committed().networks, "AlexNet");
    agree("AlexNet", stated, alexnet().parameters, 0.02);
}

#[test]
fn the_work_of_alexnet_is_counted_from_its_layers() {
    let operations = OPERATIONS_OF_A_CONNECTION * alexnet().connections as f64;
    assert_eq!(number(&committed().trainings, "AlexNet"), operations * 1_200_000.0 * 90.0);
}

#[test]
fn resnet_50_has_the_parameters_of_the_layers_in_its_table() {
    // No biases; instead a scale and a shift for each map, from batch normalization.
    let normalized =
        |patch: u64, inputs: u64, outputs: u64| patch * patch * inputs * outputs + 2 * outputs;
    let mut parameters = normalized(7, 3, 64);
    let mut inputs = 64;
    for (width, blocks) in [(64, 3), (128, 4), (256, 6), (512, 3)] {
        let outputs = 4 * width;
        parameters += normalized(1, inputs, outputs); // the shortcut of the first block
        for _ in 0..blocks {
            parameters += normalized(1, inputs, width);
            parameters += normalized(3, width, width);
            parameters += normalized(1, width, outputs);
            inputs = outputs;
        }
    }
    parameters += dense(2048, 1000).parameters;
    assert_eq!(number(&committed().networks, "ResNet-50"), parameters as f64);
}

#[test]
fn transformers_have_the_parameters_of_their_blocks_and_their_vocabulary() {
    let networks = committed().networks;
    let blocks =
        |count: u64, width: u64, pieces: u64| count * transformer_block(width) + pieces * width;
    let bert = blocks(24, 1024, 30_522 + 512 + 2);
    agree("BERT-large", number(&networks, "BERT-large"), bert, 0.02);
    let gpt2 = blocks(48, 1600, 50_257 + 1024);
    agree("GPT-2", number(&networks, "GPT-2"), gpt2, 0.04); // 1.54 billion, stated as 1.5
    let gpt3 = blocks(96, 12_288, 50_257 + 2048);
    agree("GPT-3", number(&networks, "GPT-3"), gpt3, 0.005);
    // Llama's blocks share keys and values among heads, and have three matrices of 53,248.
    let attention = 2 * 16_384 * 16_384 + 2 * 16_384 * 1024;
    let llama = 126 * (attention + 3 * 16_384 * 53_248) + 2 * 128_256 * 16_384;
    agree("Llama 3", number(&networks, "Llama 3"), llama, 0.005);
}

#[test]
fn stated_work_is_six_operations_for_each_parameter_and_each_piece_of_text() {
    let Landmarks { networks, trainings, .. } = committed();
    for (name, pieces) in [("BERT-large", 250e9), ("GPT-3", 300e9), ("Llama 3", 15.6e12)] {
        let rule = OPERATIONS_OF_A_CONNECTION * number(&networks, name) * pieces;
        let share = rule / number(&trainings, name);
        assert!((share - 1.0).abs() < 0.05, "{name}: {share}");
    }
}
