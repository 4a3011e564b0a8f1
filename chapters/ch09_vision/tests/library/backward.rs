use super::*;

#[test]
fn zeros_come_between_numbers() {
    let numbers = Array4::from_shape_vec((1, 1, 1, 2), vec![3.0, 4.0]).unwrap();
    assert_eq!(dilated(numbers.view(), 3).into_raw_vec_and_offset().0, [3.0, 0.0, 0.0, 4.0]);
}

#[test]
#[should_panic = "flipped: 3 × 3, stride 2"]
fn a_layer_with_a_stride_has_no_flipped_layer() {
    layer::<f64>([1, 1, 3, 3], (2, 0), &mut generator()).flipped();
}

#[test]
fn both_passes_leave_the_layer_as_it_is() {
    let layer = layer::<f64>([2, 1, 3, 3], (1, 1), &mut generator());
    let x = images([2, 1, 4, 4], &mut generator());
    let first = layer.backward_by_definition(x.view(), layer.forward(x.view()).view());
    let second = layer.backward_by_definition(x.view(), layer.forward(x.view()).view());
    assert_eq!(first, second);
}
