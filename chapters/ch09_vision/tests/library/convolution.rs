use super::*;
use ch02_forward::Initialization;

#[test]
fn an_edge_is_where_neighbors_differ() {
    let signal = Array1::from(vec![1.0, 1.0, 1.0, 5.0, 5.0]);
    let kernel = Array1::from(vec![-1.0, 1.0]);
    assert_eq!(correlation(signal.view(), kernel.view()).to_vec(), [0.0, 0.0, 4.0, 0.0]);
}

#[test]
#[should_panic = "correlation: kernel [3] must fit into signal [2]"]
fn a_kernel_longer_than_the_signal_is_refused() {
    correlation(Array1::<f64>::zeros(2).view(), Array1::zeros(3).view());
}

#[test]
fn sizes_of_known_layers() {
    assert_eq!(output_size(28, 5, 1, 2), Some(28));
    assert_eq!(output_size(28, 5, 1, 0), Some(24));
    assert_eq!(output_size(16, 5, 2, 2), Some(8));
    assert_eq!(output_size(4, 5, 1, 0), None);
    assert_eq!((output_size(4, 0, 1, 0), output_size(4, 2, 0, 0)), (None, None));
}

#[test]
fn weights_are_those_of_a_dense_layer_for_one_patch() {
    let new = Convolution::<f64>::new([2, 3, 5], 2, Initialization::He, &mut generator());
    assert_eq!(new.kernels.dim(), (3, 2, 5, 5));
    assert_eq!((new.bias.to_vec(), new.stride, new.padding), (vec![0.0; 3], 1, 2));
    let dense = Initialization::He.weights::<f64>(50, 3, &mut generator());
    assert_eq!(new.kernels[[1, 1, 2, 3]], dense[[25 + 13, 1]]);
}

#[test]
#[should_panic = "convolution: kernels (1, 1, 5, 5) with stride 1 and padding 0 do not fit images of 4 × 9"]
fn a_kernel_larger_than_the_image_is_refused() {
    layer::<f64>([1, 1, 5, 5], (1, 0), &mut generator()).output_shape((4, 9));
}

#[test]
#[should_panic = "convolution: kernels (1, 1, 2, 2) with stride 1 and padding 2"]
fn a_kernel_that_sees_nothing_but_padding_is_refused() {
    layer::<f64>([1, 1, 2, 2], (1, 2), &mut generator()).output_shape((9, 9));
}

#[test]
#[should_panic = "convolution: images (1, 2, 5, 5), kernels (1, 1, 3, 3) and bias [1] do not fit"]
fn images_of_other_channels_are_refused() {
    let layer = layer::<f64>([1, 1, 3, 3], (1, 0), &mut generator());
    layer.forward(images([1, 2, 5, 5], &mut generator()).view());
}

#[test]
fn fields_of_view_grow_with_depth() {
    assert_eq!(receptive_field(&[]), 1);
    assert_eq!(receptive_field(&[(5, 1), (2, 2), (5, 1), (2, 2)]), 16);
}
