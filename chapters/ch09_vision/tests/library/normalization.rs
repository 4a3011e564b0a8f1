use super::*;

fn norm() -> BatchNorm<f64> {
    let mut norm = BatchNorm::new(3);
    norm.scale = Array1::from(vec![1.0, -2.0, 0.5]);
    norm.shift = Array1::from(vec![0.0, 1.0, 3.0]);
    norm
}

#[test]
fn a_new_one_leaves_images_as_they_are_in_use() {
    let x = images::<f64>([2, 3, 4, 4], &mut generator());
    assert_near(&BatchNorm::new(3).forward_in_use(x.clone()), &x, 1e-5);
}

#[test]
fn a_batch_comes_out_with_the_mean_and_the_deviation_that_were_learned() {
    let x = images::<f64>([8, 3, 5, 5], &mut generator()).mapv(|x| 100.0 * x + 7.0);
    let out = norm().forward(x).outputs;
    let statistics = Statistics::of(out.view());
    for (channel, (mean, deviation)) in [(0.0, 1.0), (1.0, 2.0), (3.0, 0.5)].iter().enumerate() {
        assert!((statistics.mean[channel] - mean).abs() < 1e-9);
        assert!((statistics.variance[channel].sqrt() - deviation).abs() < 1e-6);
    }
}

#[test]
fn running_statistics_come_to_those_of_the_batches() {
    let x = images::<f64>([8, 3, 5, 5], &mut generator());
    let mut norm = norm();
    let statistics = Statistics::of(x.view());
    for _ in 0..300 {
        [norm.running_mean, norm.running_variance] = norm.updated(&statistics);
    }
    for channel in 0..3 {
        let unbiased = statistics.variance[channel] * 200.0 / 199.0;
        assert!((norm.running_mean[channel] - statistics.mean[channel]).abs() < 1e-9);
        assert!((norm.running_variance[channel] - unbiased).abs() < 1e-9);
    }
}
