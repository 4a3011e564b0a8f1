//! Each widget opens in the state of its figure: its numbers are those that the chapters' programs
//! measured and wrote beside the figures.

use std::fs;
use std::path::{Path, PathBuf};

use book_widgets::{Event, Live, MODULES, View, data, widgets};

fn root() -> PathBuf {
    // Tests run in the folder of their crate.
    Path::new("../..").to_owned()
}

fn opened(name: &str) -> Live {
    let mut live = Live::open(name).expect("a widget");
    let needs = live.view().needs;
    if !needs.is_empty() {
        let file = root().join(format!("book/widgets/data/{needs}.bin"));
        data::keep(fs::read(file).expect("data of the widget"));
    }
    finish(&mut live);
    live
}

/// Lets a widget compute what it still has to.
fn finish(live: &mut Live) {
    for _ in 0..10_000 {
        if !live.view().working {
            return;
        }
        live.on(&Event::Work);
    }
    panic!("a widget works without end");
}

/// A number that a chapter's program wrote.
fn measured(chapter: &str, name: &str) -> f64 {
    let file = root().join(format!("book/src/generated/{chapter}/values.json"));
    let values: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file).expect("values")).expect("JSON");
    values[name]["value"].as_f64().unwrap_or_else(|| panic!("no value {chapter}.{name}"))
}

fn value(view: &View, name: &str) -> f64 {
    view.values.iter().find(|pair| pair.0 == name).unwrap_or_else(|| panic!("no {name}")).1
}

fn distance(view: &View, path: usize, [x, y]: [f64; 2]) -> f64 {
    let at = |axis: &str| value(view, &format!("path {path}: {axis}"));
    (at("x") - x).hypot(at("y") - y)
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "expected {expected}, found {found}");
}

#[test]
fn every_widget_stands_over_a_figure_and_opens_at_its_address_without_a_state() {
    for (name, _) in widgets() {
        let figure = match name {
            "title" => root().join("book/theme/title.svg"),
            _ => root().join(format!("book/src/generated/{name}.svg")),
        };
        assert!(figure.is_file(), "{name}");
        let view = opened(name).view();
        assert_eq!(view.state, "", "{name}");
        assert!(!view.sentence.is_empty() && !view.panels.is_empty(), "{name}");
    }
}

#[test]
fn rosenbrocks_valley_opens_where_the_figures_paths_end() {
    let view = opened("ch04_optimizers/rosenbrock").view();
    near(distance(&view, 1, [1.0, 1.0]), measured("ch04_optimizers", "rosenbrock.sgd"), 1e-9);
    assert!(distance(&view, 2, [1.0, 1.0]) < 1e-3 && distance(&view, 3, [1.0, 1.0]) < 1e-3);
    for (path, rule) in [(1, "sgd"), (2, "momentum"), (3, "adam")] {
        let rate = measured("ch04_optimizers", &format!("rosenbrock.{rule}_rate"));
        let mut live = opened("ch04_optimizers/rosenbrock");
        live.on(&Event::Set("path".into(), path.to_string()));
        live.on(&Event::Set("steps".into(), "999".into())); // so that the state is not the figure's
        let control = live.view().controls.into_iter().find(|control| control.name == "rate");
        let book_widgets::view::Kind::Range { value, .. } = control.expect("a rate").kind else {
            panic!("the rate is a slider")
        };
        near(10_f64.powf(value), rate, 1e-12);
    }
}

#[test]
fn each_rule_leaves_the_saddle_after_as_many_steps_as_in_the_figure() {
    let view = opened("ch04_optimizers/saddle").view();
    for rule in ["SGD", "momentum", "Adam"] {
        let key = format!("saddle.{}", rule.to_lowercase());
        let steps = measured("ch04_optimizers", &key);
        let told = format!("{rule} has left the saddle after {steps} steps");
        assert!(view.sentence.contains(&told), "{told}: {}", view.sentence);
    }
}

#[test]
fn the_ravine_opens_with_the_rates_of_the_page() {
    let view = opened("ch04_optimizers/zigzag").view();
    let best = measured("ch04_optimizers", "ravine.sgd_distance");
    near(distance(&view, 2, [1.0, 0.5]), best, 1e-9);
    let view = opened("ch04_optimizers/nesterov").view();
    near(distance(&view, 1, [1.0, 0.5]), best, 1e-9);
    for (path, name) in [(2, "ravine.heavy_ball_distance"), (3, "ravine.nesterov_distance")] {
        near(distance(&view, path, [1.0, 0.5]), measured("ch04_optimizers", name), 1e-9);
    }
}

#[test]
fn twenty_points_open_with_the_errors_of_the_page() {
    let mut live = opened("ch06_overfitting/polynomials");
    for degree in [15, 1, 3, 5] {
        live.on(&Event::Set("degree".into(), degree.to_string()));
        let view = live.view();
        for (name, key) in [("own points", "training"), ("new points", "new")] {
            let key = format!("polynomials.degree_{degree}.{key}");
            near(value(&view, name), measured("ch06_overfitting", &key), 1e-6);
        }
    }
}

#[test]
fn softmax_opens_with_the_example_of_the_page() {
    let view = opened("ch02_forward/softmax").view();
    for class in 1..=3 {
        let measured = measured("ch02_forward", &format!("softmax.p{class}"));
        near(value(&view, &format!("p{class}")), measured, 1e-12);
    }
}

#[test]
fn a_hundred_more_for_all_logits_changes_no_share_and_breaks_the_printed_formula() {
    let mut live = opened("ch02_forward/softmax");
    let before = live.view();
    assert!(before.sentence.contains("f32, gives"), "{}", before.sentence);
    live.on(&Event::Press("more".into()));
    let after = live.view();
    for class in ["p1", "p2", "p3"] {
        near(value(&after, class), value(&before, class), 1e-12);
    }
    assert!(after.sentence.contains("fails"), "{}", after.sentence);
}

#[test]
fn the_neuron_opens_on_the_bright_day() {
    let mut live = opened("ch01_neuron/line");
    let view = live.view();
    assert_eq!(value(&view, "z"), 3.0);
    assert!(view.sentence.contains("z = 3 · 1 + 4 · 0.5 − 2 = 3"), "{}", view.sentence);
    assert!(view.sentence.contains("|3| / 5 = 0.6"), "{}", view.sentence);
    live.on(&Event::Set("light".into(), "0.2".into()));
    live.on(&Event::Set("warmth".into(), "0.1".into()));
    near(value(&live.view(), "z"), -1.0, 1e-12);
}

#[test]
fn the_rule_learns_and_in_as_many_mistakes_as_the_page_says_and_never_xor() {
    let mut live = opened("ch01_neuron/line");
    for (gate, learned) in [("and", true), ("xor", false)] {
        live.on(&Event::Set("task".into(), gate.into()));
        live.on(&Event::Press("zero".into()));
        for _ in 0..60 {
            live.on(&Event::Press("mistake".into()));
        }
        let view = live.view();
        assert_eq!(value(&view, "right") == 4.0, learned, "{gate}: {}", view.sentence);
        assert_eq!(view.sentence.contains("No mistake is left"), learned, "{}", view.sentence);
    }
    assert!(live.view().sentence.contains("of 4"), "{}", live.view().sentence);
}

#[test]
fn the_digit_on_the_sheet_is_read_as_in_the_figure_with_and_without_preparation() {
    let figure = root().join("book/src/generated/ch05_mnist/stages.svg");
    let figure = fs::read_to_string(figure).expect("the figure");
    let told = |before: &str| {
        let at = figure.find(before).expect("the description tells it") + before.len();
        figure[at..].chars().next().expect("a digit").to_digit(10).expect("a digit")
    };
    let mut live = opened("ch05_mnist/stages");
    for (prepared, before) in
        [("true", "which the network reads as "), ("false", "without preparation, read as ")]
    {
        live.on(&Event::Set("prepared".into(), prepared.into()));
        let view = live.view();
        let share = |digit: u32| value(&view, &format!("probability of {digit}"));
        let read = (0..10).max_by(|&a, &b| share(a).total_cmp(&share(b))).expect("ten digits");
        assert_eq!(read, told(before), "prepared: {prepared}");
    }
}

#[test]
fn the_graph_opens_with_the_numbers_of_the_page_and_each_gradient_is_what_a_nudge_measures() {
    let mut live = opened("ch03_backprop/graph");
    let view = live.view();
    for (wire, on_page) in [("w", -12.0), ("x", 18.0), ("z", 6.0), ("y", -6.0), ("loss", 1.0)] {
        assert_eq!(value(&view, &format!("gradient at {wire}")), on_page, "{wire}");
    }
    assert!(view.sentence.contains("from 9 to 8.8804, which is −11.96"), "{}", view.sentence);
    live.on(&Event::Set("w".into(), "-1.7".into()));
    live.on(&Event::Set("y".into(), "4.1".into()));
    for wire in ["w", "x", "product", "b", "z", "y", "difference", "loss"] {
        live.on(&Event::Press(wire.into()));
        let view = live.view();
        let number = |text: &str| text.replace('−', "-").parse::<f64>().expect("a number");
        let words: Vec<&str> = view.sentence.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "each").expect("for each unit") - 2;
        let gradient = value(&view, &format!("gradient at {wire}"));
        // The loss is a square: its slope grows by at most 2 · 12² on a nudge of 0.01.
        near(number(words[at]), gradient, 1.5);
        if let Some(told) = view.sentence.split(", is ").nth(1) {
            let told = told.split(". ").next().expect("its gradient");
            near(number(told), gradient, 1e-3);
        }
    }
}

#[test]
fn random_weights_learn_xor_as_on_the_page_and_equal_ones_do_not() {
    let mut live = opened("ch03_backprop/xor-losses");
    let view = live.view();
    let seeds = |what: &str| {
        let numbers = (0..5).map(|seed| value(&view, &format!("seed {seed}: {what}")));
        let (low, high) = (numbers.clone().fold(f64::MAX, f64::min), numbers.fold(0.0, f64::max));
        [low, high]
    };
    let page = |name: &str| measured("ch03_backprop", &format!("xor.{name}"));
    let [low, high] = seeds("loss");
    near(low, page("loss_low"), 1e-9);
    near(high, page("loss_high"), 1e-9);
    assert_eq!(seeds("learned"), [page("steps_low"), page("steps_high")]);
    near(value(&view, "zero: loss"), page("zero"), 1e-9);
    near(value(&view, "equal: loss"), page("equal"), 1e-9);
    assert!(view.sentence.contains("4 of 4 answers are right"), "{}", view.sentence);
    live.on(&Event::Set("hidden".into(), "2".into()));
    live.on(&Event::Press("count".into()));
    finish(&mut live);
    let view = live.view();
    let learned = value(&view, "seeds that learned");
    assert!(0.0 < learned && learned < 100.0, "two hidden neurons are few: {learned}");
    let told = format!("Of 100 seeds {learned} learned it");
    assert!(view.sentence.contains(&told), "{told}: {}", view.sentence);
}

#[test]
fn eight_functions_have_the_slopes_that_the_figure_tells() {
    let figure = fs::read_to_string(root().join("book/src/generated/ch01_neuron/overview.svg"));
    let figure = figure.expect("the figure");
    let mut live = opened("ch01_neuron/overview");
    let slopes = ["-3", "3"].map(|z| {
        live.on(&Event::Set("z".into(), z.into()));
        live.view()
    });
    for name in ["step", "identity", "sigmoid", "tanh", "ReLU", "leaky ReLU", "softplus", "GELU"] {
        let [low, high] = slopes.each_ref().map(|view| value(view, &format!("{name}: slope")));
        let told = format!("{name} {low:.2} and {high:.2}").replace('-', "−");
        assert!(figure.contains(&told), "{told}");
    }
    // Where GELU is lowest, it has no slope.
    let z = measured("ch01_neuron", "gelu_lowest.at");
    live.on(&Event::Set("z".into(), z.to_string()));
    let view = live.view();
    near(value(&view, "GELU: slope"), 0.0, 1e-5);
    near(value(&view, "GELU: value"), measured("ch01_neuron", "gelu_lowest.value"), 1e-6);
}

#[test]
fn the_two_planes_open_with_xor_right_and_a_weight_that_moves_a_line_makes_it_wrong() {
    let mut live = opened("ch02_forward/xor_hidden");
    let view = live.view();
    assert_eq!(value(&view, "right"), measured("ch02_forward", "xor.right"));
    // The table of the page: where each input lands, and the answer.
    for (input, hidden, answer) in [
        (["0", "0"], [0.0, 1.0], 0.0),
        (["0", "1"], [1.0, 1.0], 1.0),
        (["1", "0"], [1.0, 1.0], 1.0),
        (["1", "1"], [1.0, 0.0], 0.0),
    ] {
        for (name, place) in ["x", "y"].iter().zip(input) {
            live.on(&Event::Set((*name).into(), place.into()));
        }
        let view = live.view();
        assert_eq!([value(&view, "h1"), value(&view, "h2")], hidden);
        assert_eq!(value(&view, "answer"), answer);
    }
    live.on(&Event::Set("n2b".into(), "5".into()));
    assert_eq!(value(&live.view(), "right"), 3.0);
}

#[test]
fn the_slopes_are_off_by_what_the_page_says_and_a_wrong_gradient_is_off_with_every_step() {
    let mut live = opened("ch03_backprop/steps");
    let view = live.view();
    let page = |name: &str| measured("ch03_backprop", &format!("gradient_check.{name}"));
    near(value(&view, "best step"), page("best"), 1e-9);
    for (here, there) in [
        ("central: lowest", "best_error"),
        ("central: long", "error_long"),
        ("central: short", "error_short"),
        ("one-sided: lowest", "one_sided"),
        ("single: lowest", "single"),
    ] {
        // Rounding errors differ with the last digit of an exponential function.
        near(value(&view, here) / page(there), 1.0, 0.1);
    }
    for gradient in ["twice", "output", "half"] {
        live.on(&Event::Set("gradient".into(), gradient.into()));
        let view = live.view();
        assert!(value(&view, "central: lowest") > 1e-3, "{gradient}");
        assert!(view.sentence.contains("no step makes the two agree"), "{}", view.sentence);
    }
}

#[test]
fn a_dropped_sum_spreads_as_in_the_figure_and_its_mean_comes_to_the_whole_layer() {
    let mut live = opened("ch06_overfitting/dropped-sum");
    let view = live.view();
    let page = |name: &str| measured("ch06_overfitting", &format!("dropped_sum.{name}"));
    near(value(&view, "whole"), page("whole"), 1e-9);
    near(value(&view, "deviation at 0.5"), page("half"), 1e-9);
    for _ in 0..10 {
        live.on(&Event::Press("hundred".into()));
    }
    let view = live.view();
    // The mean of a thousand masks: three of its standard deviations.
    near(value(&view, "mean"), value(&view, "whole"), 3.0 * page("half") / 1000_f64.sqrt());
    assert!(view.sentence.contains("over 1000 masks"), "{}", view.sentence);
}

#[test]
fn maps_of_a_random_last_layer_notice_it_as_in_the_figure_and_their_sum_checks() {
    let mut live = opened("ch07_inside/lies");
    let view = live.view();
    let page = |name: &str| measured("ch07_inside", &format!("sanity.first.{name}"));
    // The weights of the page have 32 bits, and those of the widget 8.
    near(value(&view, "trained: gain"), page("trained.gain"), 0.02 * page("trained.gain"));
    near(value(&view, "changed: gain"), page("last.gain"), 0.05);
    for (name, key) in [
        ("gradient", "gradient"),
        ("guided", "guided"),
        ("× input", "times_input"),
        ("integrated", "integrated"),
    ] {
        for kind in ["signed", "sizes"] {
            let expected = page(&format!("{kind}.{key}"));
            near(value(&view, &format!("{kind}: {name}")), expected, 0.03);
        }
    }
    assert!(view.sentence.contains("the checksum still holds"), "{}", view.sentence);
    for image in 0..20 {
        for (first, last) in [("false", "false"), ("true", "false"), ("true", "true")] {
            live.on(&Event::Set("image".into(), image.to_string()));
            live.on(&Event::Set("first".into(), first.into()));
            live.on(&Event::Set("last".into(), last.into()));
            let view = live.view();
            for row in ["trained", "changed"] {
                let [sum, gain] =
                    ["sum", "gain"].map(|what| value(&view, &format!("{row}: {what}")));
                near(sum, gain, 1e-10);
            }
        }
    }
}

#[test]
fn the_cover_opens_on_the_patch_of_the_page_and_costs_what_happens() {
    let mut live = opened("ch07_inside/patches");
    let view = live.view();
    let page = |name: &str| measured("ch07_inside", &format!("deletion.patch.{name}"));
    for name in ["promised", "happened"] {
        near(value(&view, name), page(name), 0.05 * page("promised")); // weights of 8 bits
    }
    near(value(&view, "alike"), page("alike"), 0.05);
    for (control, place) in [("x", "column"), ("y", "row")] {
        let control = view.controls.iter().find(|c| c.name == control).expect("a slider");
        let book_widgets::view::Kind::Range { value, .. } = control.kind else {
            panic!("a place is a slider")
        };
        assert_eq!(value, 4.0 * page(place));
    }
    // Where there is no ink, nothing is promised and nothing happens.
    live.on(&Event::Set("x".into(), "0".into()));
    live.on(&Event::Set("y".into(), "0".into()));
    let view = live.view();
    assert_eq!([value(&view, "promised"), value(&view, "happened")], [0.0, 0.0]);
    assert!(view.sentence.contains("by 0.00"), "{}", view.sentence);
}

#[test]
fn the_adversary_misleads_as_in_the_figure_and_never_where_it_is_proved_that_nobody_can() {
    let mut live = opened("ch07_inside/misled");
    let view = live.view();
    let page = |name: &str| measured("ch07_inside", &format!("adversaries.{name}"));
    near(value(&view, "probability"), page("first_certain"), 0.05);
    let figure = root().join("book/src/generated/ch07_inside/misled.svg");
    let figure = fs::read_to_string(figure).expect("the figure");
    let told = format!("a {} with ", value(&view, "answer"));
    let at_radius = figure.split(", ").find(|part| part.contains("% at 0.1")).expect("its words");
    assert!(at_radius.contains(&told), "{at_radius}");
    live.on(&Event::Set("radius".into(), "20".into())); // 0.01
    near(value(&live.view(), "bound"), page("first_bound"), 0.2);
    for image in 0..20 {
        for attack in ["fast", "iterated"] {
            live.on(&Event::Set("image".into(), image.to_string()));
            live.on(&Event::Set("attack".into(), attack.into()));
            finish(&mut live);
            let view = live.view();
            let known =
                |name: &str| view.values.iter().find(|pair| pair.0 == name).map(|pair| pair.1);
            if let (Some(proved), Some(misled)) = (known("proved"), known("misled")) {
                assert!(proved < misled, "image {image}, {attack}: {}", view.sentence);
            }
        }
    }
}

#[test]
fn an_answer_is_as_sure_as_the_chapter_calls_it() {
    let mut live = opened("ch05_mnist/stages");
    for (image, word) in [(0, "(sure)"), (8, "(fairly sure)")] {
        live.on(&Event::Set("image".into(), image.to_string()));
        let view = live.view();
        let word_of = ch05_mnist::Certainty::of(value(&view, "confidence"));
        assert_eq!(word, format!("({word_of})"), "{}", view.sentence);
        assert!(view.sentence.contains(word), "{}", view.sentence);
    }
    live.on(&Event::Set("prepared".into(), "false".into()));
    let view = live.view();
    let refused = value(&view, "confidence") < ch05_mnist::certainty::TOLD;
    assert_eq!(view.sentence.contains("not sure"), refused, "{}", view.sentence);
}

#[test]
fn the_title_page_opens_with_the_seven_of_its_drawing() {
    let drawing = fs::read_to_string(root().join("book/theme/title.svg")).expect("the drawing");
    assert!(drawing.contains("the bar of 7 is by far the longest"));
    let view = opened("title").view();
    assert!(value(&view, "probability of 7") > 0.9, "{}", view.sentence);
    assert_eq!(view.panels.len(), 2, "the sheet and the answer");
}

#[test]
fn a_line_that_is_drawn_comes_back_from_the_address() {
    let mut live = opened("ch05_mnist/stages");
    live.on(&Event::Press("wipe".into()));
    assert!(live.view().sentence.contains("blank"));
    live.on(&Event::Grab("pen".into(), [150.0, 60.0]));
    for step in 0..40 {
        live.on(&Event::Drag("pen".into(), [150.0, 60.0 + 5.0 * f64::from(step)]));
    }
    let view = live.view();
    near(value(&view, "probability of 1"), 1.0, 0.2);
    let mut other = opened("ch05_mnist/stages");
    other.restore(&view.state);
    assert_eq!(other.view(), view);
}

#[test]
fn every_state_comes_back_from_its_address() {
    for (name, _) in widgets() {
        let mut live = opened(name);
        for control in live.view().controls {
            use book_widgets::view::Kind;
            let value = match control.kind {
                Kind::Range { low, high, step, .. } => {
                    (low + (0.37 * (high - low) / step).round() * step).to_string()
                }
                Kind::Choice { options, .. } => options[options.len() - 1].0.clone(),
                Kind::Toggle { value } => (!value).to_string(),
                Kind::Button { .. } => continue,
            };
            live.on(&Event::Set(control.name, value));
        }
        finish(&mut live);
        let view = live.view();
        assert_ne!(view.state, "", "{name}");
        let mut other = opened(name);
        other.restore(&view.state);
        finish(&mut other);
        assert_eq!(other.view().values, view.values, "{name}: {}", view.state);
        assert_eq!(other.view().state, view.state, "{name}");
        live.on(&Event::Reset);
        finish(&mut live);
        assert_eq!(live.view(), opened(name).view(), "{name}");
    }
}

#[test]
fn nonsense_changes_nothing_and_breaks_nothing() {
    for (name, _) in widgets() {
        let mut live = opened(name);
        let start = live.view();
        for line in ["set nothing 3", "set rate NaN", "press nothing", "drag nothing 1 2"] {
            live.on(&line.parse().expect("an event"));
        }
        assert_eq!(live.view(), start, "{name}");
        live.restore("x=1e300;=;rate1=-1;steps=-5;ink=zz-0;degree=1e9;landscape=moon;image=99");
        let width: Event = "width 5".parse().expect("an event");
        live.on(&width);
        let text = live.view().to_json();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    }
}

#[test]
fn the_kernel_opens_on_the_figures_seven_and_its_map_moves_along_with_the_digit() {
    let mut live = opened("ch09_vision/edges");
    near(value(&live.view(), "largest"), measured("ch09_vision", "convolution.left_edges"), 1e-9);
    assert_eq!(value(&live.view(), "places"), 28.0);
    let set = |live: &mut Live, name: &str, value: &str| {
        live.on(&Event::Set(name.to_owned(), value.to_owned()));
        live.view().sentence
    };
    // The seven has room on its left: nothing of it leaves the image.
    assert!(set(&mut live, "right", "-2").contains("each number is the one that stood"));
    assert!(set(&mut live, "right", "8").contains("at the edge"));
    set(&mut live, "stride", "2");
    assert!(set(&mut live, "right", "-1").contains("another map"));
    assert!(set(&mut live, "right", "-2").contains("moved along"));
    // A weight goes on from the kernel that is seen.
    let sum = value(&live.view(), "sum");
    assert!(!set(&mut live, "w4", "0").contains("NaN"));
    assert_eq!(value(&live.view(), "sum"), sum); // it was 0 before
}

#[test]
fn the_range_test_is_that_of_the_chapter_and_a_good_rate_is_left_of_its_turn() {
    let mut live = opened("ch08_tuning/range");
    near(value(&live.view(), "turn"), measured("ch08_tuning", "range_test.seed_0"), 1e-6);
    let mut validation = |rate: &str| {
        live.on(&Event::Set("rate".to_owned(), rate.to_owned()));
        live.on(&Event::Press("train".to_owned()));
        finish(&mut live);
        value(&live.view(), "validation")
    };
    let [slow, good, wild] = ["4", "20", "40"].map(&mut validation);
    assert!(good < 0.5 && good < 0.5 * slow && good < 0.5 * wild, "{slow} {good} {wild}");
    assert!(live.view().sentence.contains("3 rates tried"), "{}", live.view().sentence);
    // Another rule starts anew.
    live.on(&Event::Set("optimizer".to_owned(), "sgd".to_owned()));
    assert!(live.view().working);
    finish(&mut live);
    assert!(live.view().sentence.contains("Chosen"), "{}", live.view().sentence);
}

#[test]
fn every_handle_and_every_sentence_has_words_for_screen_readers() {
    for (name, _) in widgets() {
        let view = opened(name).view();
        assert!(view.sentence.ends_with('.') || view.sentence.ends_with(". "), "{name}");
        assert!(view.panels.iter().all(|panel| !panel.title.is_empty()), "{name}");
        assert!(view.controls.iter().all(|control| !control.label.is_empty()), "{name}");
    }
}

#[test]
fn the_page_tells_the_size_of_the_modules_as_it_is() {
    for module in MODULES {
        let script = root().join(format!("book/src/widgets/{module}.js"));
        let script = fs::read_to_string(script).expect("the module");
        let letters = script.split('"').nth(3).expect("base64").trim_end_matches('=').len();
        let told = measured("widgets", &format!("module.{module}.size"));
        let advice = "cargo run -p book-widgets --bin costs writes it";
        assert_eq!(told, (3 * letters / 4) as f64 / 1000.0, "{advice}");
    }
}
