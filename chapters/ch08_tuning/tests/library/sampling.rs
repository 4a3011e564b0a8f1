use ch08_tuning::{grid, halton, random_points, shifted, sobol, star_discrepancy};
use ndarray::{Array2, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn of_sobol(count: usize, knobs: usize) -> Array2<f64> {
    Array2::from_shape_fn((count, knobs), |(index, knob)| sobol(index as u32, knobs)[knob])
}

#[test]
fn each_half_each_quarter_gets_equally_many_of_sobols_points() {
    for knobs in 1..=8 {
        let points = of_sobol(64, knobs);
        for column in points.columns() {
            for parts in [2.0, 4.0, 64.0] {
                let mut counts = vec![0; parts as usize];
                column.iter().for_each(|place| counts[(place * parts) as usize] += 1);
                assert!(counts.iter().all(|count| *count == 64 / parts as usize), "{counts:?}");
            }
        }
    }
}

#[test]
fn each_box_of_a_sixteenth_has_one_of_sixteen_points_in_the_plane() {
    let points = of_sobol(16, 2);
    for (rows, columns) in [(1, 16), (2, 8), (4, 4), (8, 2), (16, 1)] {
        let mut counts = vec![0; 16];
        for point in points.rows() {
            let row = (point[0] * f64::from(rows)) as usize;
            counts[row * columns as usize + (point[1] * f64::from(columns)) as usize] += 1;
        }
        assert_eq!(counts, vec![1; 16], "{rows} × {columns}");
    }
}

/// What SciPy 1.16 gives: `scipy.stats.qmc.Sobol(8, scramble=False).random(6)`; see
/// `tests/oracle/make_tuning.py`.
#[test]
fn sobols_points_are_those_of_scipy() {
    let text = include_str!("../../../../tests/oracle/tuning.json");
    let oracle: serde_json::Value = serde_json::from_str(text).unwrap();
    let expected = oracle["sobol"].as_array().unwrap();
    assert_eq!(expected.len(), 64);
    for (index, point) in expected.iter().enumerate() {
        let point: Vec<f64> =
            point.as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect();
        assert_eq!(sobol(index as u32, 8), point, "point {index}");
    }
    for (index, point) in oracle["halton"].as_array().unwrap().iter().enumerate() {
        for (knob, place) in point.as_array().unwrap().iter().enumerate() {
            assert!((halton(64, 8)[[index, knob]] - place.as_f64().unwrap()).abs() < 1e-14);
        }
    }
}

#[test]
fn even_points_have_lower_discrepancy_than_random_ones() {
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let random = star_discrepancy(random_points(64, 2, &mut generator).view());
    for even in [halton(64, 2), of_sobol(64, 2)] {
        assert!(star_discrepancy(even.view()) < 0.6 * random);
    }
}

#[test]
fn one_point_has_the_discrepancy_that_paper_gives() {
    assert_eq!(star_discrepancy(array![[0.5]].view()), 0.5);
    assert_eq!(star_discrepancy(array![[1.0, 1.0]].view()), 1.0);
    assert_eq!(star_discrepancy(array![[0.5, 0.5]].view()), 0.75);
}

#[test]
fn a_shift_keeps_points_inside_and_shift_zero_keeps_them() {
    let points = of_sobol(32, 3);
    assert_eq!(shifted(points.view(), &[0.0; 3]), points);
    let moved = shifted(points.view(), &[0.3, 0.9, 0.5]);
    assert!(moved.iter().all(|place| (0.0..1.0).contains(place)));
    assert_ne!(moved, points);
}

#[test]
fn a_grid_stands_in_the_middles() {
    assert_eq!(grid(2, 2), array![[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]);
}

#[test]
#[should_panic(expected = "9 knobs, expected at most 8")]
fn more_knobs_than_directions_are_refused() {
    sobol(1, 9);
}
