use super::*;

#[test]
fn pixels_are_put_in_another_order_and_labels_stay() {
    let data = bars(20);
    let order: Vec<usize> = (0..64).rev().collect();
    let there = reordered_pixels(&data, &order);
    assert_eq!(there.labels, data.labels);
    assert_eq!(there.images.pixels[[7, 0]], data.images.pixels[[7, 63]]);
    assert_eq!(reordered_pixels(&there, &order), data);
    assert_eq!(there.batch::<f64>(&[3]).0[[0, 63]], data.batch::<f64>(&[3]).0[[0, 0]]);
}
