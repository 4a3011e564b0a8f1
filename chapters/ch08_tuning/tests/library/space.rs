use ch08_tuning::Knob;

#[test]
fn every_knob_stays_in_its_range_and_reaches_both_ends() {
    let knobs = [
        (Knob::Linear { low: -2.0, high: 3.0 }, -2.0, 3.0),
        (Knob::Log { low: 1e-4, high: 1.0 }, 1e-4, 1.0),
        (Knob::Whole { low: 1, high: 9 }, 1.0, 9.0),
        (Knob::Choice { count: 4 }, 0.0, 3.0),
    ];
    for (knob, low, high) in knobs {
        assert_eq!((knob.at(0.0), knob.at(1.0)), (low, high), "{knob:?}");
        let values = (0..=1000).map(|place| knob.at(f64::from(place) / 1000.0));
        let values: Vec<f64> = values.collect();
        assert!(values.is_sorted() && values.iter().all(|value| (low..=high).contains(value)));
    }
}

#[test]
fn whole_numbers_and_words_are_all_reached() {
    for (knob, count) in [(Knob::Whole { low: 8, high: 20 }, 13), (Knob::Choice { count: 5 }, 5)] {
        let mut values: Vec<f64> =
            (0..10_000).map(|place| knob.at((f64::from(place) + 0.5) / 1e4)).collect();
        values.dedup();
        assert_eq!(values.len(), count);
        assert!(values.iter().all(|value| value.fract() == 0.0));
    }
}

#[test]
fn words_have_equal_shares() {
    let knob = Knob::Choice { count: 4 };
    let first = (0..1000).filter(|&place| knob.at(f64::from(place) / 1000.0) == 0.0).count();
    assert_eq!(first, 250);
}
