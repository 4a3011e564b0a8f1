//! Each widget opens in the state of its figure: its numbers are those that the chapters' programs
//! measured and wrote beside the figures.

use std::fs;
use std::path::{Path, PathBuf};

use book_widgets::{Event, Live, View, WIDGETS, data};

fn root() -> PathBuf {
    // Tests run in the folder of their crate.
    Path::new("../..").to_owned()
}

fn opened(name: &str) -> Live {
    data::keep(fs::read(root().join("book/widgets/data/digits.bin")).expect("data of the digits"));
    Live::open(name).expect("a widget")
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
    for (name, _) in WIDGETS {
        let figure = root().join(format!("book/src/generated/{name}.svg"));
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
    let view = opened("ch04_optimizers/momentum").view();
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
    for (name, _) in WIDGETS {
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
        let view = live.view();
        assert_ne!(view.state, "", "{name}");
        let mut other = opened(name);
        other.restore(&view.state);
        assert_eq!(other.view().values, view.values, "{name}: {}", view.state);
        assert_eq!(other.view().state, view.state, "{name}");
        live.on(&Event::Reset);
        assert_eq!(live.view(), opened(name).view(), "{name}");
    }
}

#[test]
fn nonsense_changes_nothing_and_breaks_nothing() {
    for (name, _) in WIDGETS {
        let mut live = opened(name);
        let start = live.view();
        for line in ["set nothing 3", "set rate NaN", "press nothing", "drag nothing 1 2"] {
            live.on(&line.parse().expect("an event"));
        }
        assert_eq!(live.view(), start, "{name}");
        live.restore("x=1e300;=;rate1=-1;steps=-5;ink=zz-0;degree=1e9;landscape=moon;image=99");
        let width: Event = "width 5".parse().expect("an event");
        live.on(&width);
        let text = serde_json::to_string(&live.view()).expect("JSON");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    }
}

#[test]
fn every_handle_and_every_sentence_has_words_for_screen_readers() {
    for (name, _) in WIDGETS {
        let view = opened(name).view();
        assert!(view.sentence.ends_with('.') || view.sentence.ends_with(". "), "{name}");
        assert!(view.panels.iter().all(|panel| !panel.title.is_empty()), "{name}");
        assert!(view.controls.iter().all(|control| !control.label.is_empty()), "{name}");
    }
}
