use ch08_tuning::{GaussianProcess, Kernel, expected_improvement, suggestion};
use ndarray::{Array1, Array2, ArrayView1, array};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// The predictions of scikit-learn's regressor with the same kernels; see `tests/oracle/make_tuning.py`.
#[test]
fn a_process_predicts_what_scikit_learn_predicts() {
    let text = include_str!("../../../../tests/oracle/tuning.json");
    let oracle: Value = serde_json::from_str(text).unwrap();
    let cases = oracle["processes"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let kernel = numbers(&case["kernel"]);
        let kernel = Kernel { scale: kernel[0], length: kernel[1], noise: kernel[2] };
        let values = Array1::from(numbers(&case["values"]));
        let process = GaussianProcess::new(rows(&case["points"]), values.view(), kernel).unwrap();
        let expected = numbers(&case["mean"]).into_iter().zip(numbers(&case["deviation"]));
        for (place, (mean, deviation)) in rows(&case["places"]).rows().into_iter().zip(expected) {
            let found = process.predict(place);
            assert!((found.0 - mean).abs() < 1e-9, "{} and {mean}", found.0);
            assert!((found.1 - deviation).abs() < 1e-7, "{} and {deviation}", found.1);
        }
        let evidence = case["log_evidence"].as_f64().unwrap();
        assert!((process.log_evidence() - evidence).abs() < 1e-9);
    }
}

#[test]
fn without_noise_a_process_passes_through_its_trials_and_is_sure_of_them() {
    let kernel = Kernel { scale: 1.0, length: 0.3, noise: 0.0 };
    let values = [1.0, -2.0, 0.5];
    let process =
        GaussianProcess::new(array![[0.0], [0.4], [1.0]], ArrayView1::from(&values), kernel)
            .unwrap();
    for (place, value) in [0.0, 0.4, 1.0].into_iter().zip(values) {
        let (mean, deviation) = process.predict(array![place].view());
        assert!((mean - value).abs() < 1e-9 && deviation < 1e-6);
    }
    let (mean, deviation) = process.predict(array![9.0].view());
    assert!((mean + 0.5 / 3.0).abs() < 1e-12 && (deviation - 1.0).abs() < 1e-12);
}

#[test]
fn two_trials_at_one_place_without_noise_make_no_process() {
    let kernel = Kernel { scale: 1.0, length: 0.3, noise: 0.0 };
    let points = array![[0.5], [0.5]];
    assert!(GaussianProcess::new(points, array![1.0, 2.0].view(), kernel).is_none());
}

#[test]
fn certainty_leaves_what_the_mean_promises() {
    assert_eq!(expected_improvement(1.0, 0.0, 3.0), 2.0);
    assert_eq!(expected_improvement(3.0, 0.0, 1.0), 0.0);
    assert!(expected_improvement(0.0, 1.0, 0.0) > expected_improvement(0.0, 0.5, 0.0));
}

#[test]
fn a_suggestion_finds_the_valley_between_the_trials() {
    let points = Array2::from_shape_fn((9, 1), |(k, _)| k as f64 / 8.0);
    let values = points.column(0).mapv(|x| (x - 0.56_f64).powi(2));
    let process = GaussianProcess::fitted(&points, values.view()).unwrap();
    let candidates = Array2::from_shape_fn((50, 1), |(k, _)| k as f64 / 49.0);
    let at = suggestion(&process, &candidates, 0.0);
    assert!((at[0] - 0.56).abs() < 0.1, "{at}");
    assert!(
        suggestion(&process, &array![[0.0], [1.0]], 0.0).iter().all(|x| (0.0..=1.0).contains(x))
    );
}
