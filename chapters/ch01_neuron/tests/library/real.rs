use ch01_neuron::Real;

#[test]
fn numbers_of_both_types_are_the_same_numbers_as_f64() {
    for number in [0.0, -1.5, 0.1_f32, f32::MAX, f32::MIN_POSITIVE] {
        assert_eq!(number.as_f64(), f64::from(number));
        assert_eq!(f32::of(number.as_f64()), number);
        assert_eq!(f64::from(number).as_f64(), f64::from(number));
    }
    assert_eq!(f32::of(0.1), 0.1);
}
