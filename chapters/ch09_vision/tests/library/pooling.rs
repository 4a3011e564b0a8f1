use super::*;

#[test]
fn what_fills_no_square_is_left_out() {
    let x = images::<f64>([1, 1, 5, 3], &mut generator());
    assert_eq!(mean_pool(x.view(), 2).dim(), (1, 1, 2, 1));
    let pooled = max_pool(x.view(), 2);
    assert_eq!(pooled.values.dim(), (1, 1, 2, 1));
    let back = pooled.backward(Array4::ones((1, 1, 2, 1)).view(), (5, 3));
    assert_eq!((back.sum(), back[[0, 0, 4, 0]], back[[0, 0, 0, 2]]), (2.0, 0.0, 0.0));
}

#[test]
fn of_equals_the_first_wins() {
    let pooled = max_pool(Array4::<f64>::ones((1, 1, 2, 2)).view(), 2);
    let back = pooled.backward(Array4::from_elem((1, 1, 1, 1), 7.0).view(), (2, 2));
    assert_eq!(back.into_raw_vec_and_offset().0, [7.0, 0.0, 0.0, 0.0]);
}

#[test]
#[should_panic = "pooling: squares of 0 pixels"]
fn squares_have_pixels() {
    mean_pool(Array4::<f64>::zeros((1, 1, 2, 2)).view(), 0);
}
