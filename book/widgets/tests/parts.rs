//! What the widgets are made of: events, marks, pictures, axes.

use book_widgets::plot::{Axis, Frame};
use book_widgets::view::{Mark, Pixels, digits, number};
use book_widgets::{Event, Live};

#[test]
fn events_are_read_from_lines_and_nothing_else_is() {
    let read = |line: &str| line.parse::<Event>();
    assert_eq!(read("set rate 0.1"), Ok(Event::Set("rate".into(), "0.1".into())));
    assert_eq!(read("drag start 1 -2.5"), Ok(Event::Drag("start".into(), [1.0, -2.5])));
    for line in ["", "set rate", "drag start 1 NaN", "jump", "width inf"] {
        assert!(read(line).is_err(), "{line}");
    }
}

#[test]
fn numbers_have_a_true_minus_and_zero_has_none() {
    assert_eq!(number(-1.25, 1), "−1.2");
    assert_eq!(number(-0.01, 1), "0.0");
    assert_eq!(digits(0.002511886, 2), "0.0025");
    assert_eq!(digits(-3.14e9, 2), "−3.1 × 10⁹");
    assert_eq!(digits(120.4, 2), "120");
}

#[test]
fn a_line_is_broken_where_there_is_no_number() {
    let mark = Mark::path("", [[0.0, 1.0], [f64::NAN, 0.0], [2.04, 3.0], [4.0, 1e9]]);
    assert_eq!(mark.attributes[0].1, "M0 1M2 3L4 100000");
}

#[test]
fn shades_are_bytes_and_zero_is_in_the_middle_of_signed_ones() {
    assert_eq!(Pixels::ink([0.0; 4], 2, [0.0, 1.0].into_iter()).shades, "00ff");
    assert_eq!(Pixels::signed([0.0; 4], 3, [-1.0, 0.0, 2.0].into_iter()).shades, "0180ff");
}

#[test]
fn a_point_comes_back_from_its_place() {
    let [x, y] = [Axis::linear("x", -2.0, 3.0), Axis::log("y", 0.01, 100.0)];
    let frame = Frame::new(x, y, [400.0, 300.0]);
    let [x, y] = frame.point(frame.at([0.5, 0.7]));
    assert!((x - 0.5).abs() < 1e-12 && (y - 0.7).abs() < 1e-12);
    assert_eq!(frame.point([-50.0, 1e4]), [-2.0, 0.01]);
}

#[test]
fn ticks_are_round_and_few() {
    let names = |axis: Axis, most| {
        axis.ticks(most).into_iter().map(|tick| tick.1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(Axis::linear("", -0.7, 2.0), 6), "−0.5 0.0 0.5 1.0 1.5 2.0");
    assert_eq!(names(Axis::linear("", 0.0, 1000.0), 5), "0 200 400 600 800 1000");
    assert_eq!(names(Axis::log("", 1e-6, 100.0), 5), "10⁻⁶ 10⁻⁴ 0.01 1 100");
}

#[test]
fn a_circle_is_found_where_it_is() {
    let frame =
        Frame::new(Axis::linear("", -2.0, 2.0), Axis::linear("", -2.0, 2.0), [420.0, 420.0]);
    let mark = frame.level_lines(&[1.0], |x, y| x * x + y * y);
    let line = &mark.attributes[0].1;
    for end in line.split(['M', 'L']).filter(|end| !end.is_empty()) {
        let mut numbers = end.split(' ').map(|number| number.parse::<f64>().unwrap());
        let [x, y] = frame.point([numbers.next().unwrap(), numbers.next().unwrap()]);
        assert!((x.hypot(y) - 1.0).abs() < 0.005, "{x} {y}");
    }
    assert!(line.len() > 1000);
}

#[test]
fn an_unknown_widget_is_named() {
    assert_eq!(Live::open("x/y").err().unwrap().to_string(), "no widget `x/y`");
}
