use ch08_tuning::{best_rate, parabola_minimum, plateau};

#[test]
fn a_parabola_whose_middle_is_not_lowest_has_no_minimum_inside() {
    for losses in [[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [1.0, 1.0, 1.0]] {
        assert_eq!(parabola_minimum(0.0, 1.0, losses), None, "{losses:?}");
    }
    assert_eq!(parabola_minimum(3.0, 1.0, [1.0, 0.0, 1.0]), Some(3.0));
}

#[test]
fn a_best_rate_at_an_edge_is_none() {
    assert_eq!(best_rate(&[(0.1, 1.0), (0.2, 2.0), (0.4, 3.0)]), None);
    assert_eq!(best_rate(&[(0.1, 3.0), (0.2, 2.0), (0.4, 1.0)]), None);
    assert_eq!(best_rate(&[]), None);
}

#[test]
fn a_diverged_neighbor_does_not_move_the_best_rate() {
    for diverged in [f64::INFINITY, f64::NAN] {
        assert_eq!(best_rate(&[(0.1, 2.0), (0.2, 1.0), (0.4, diverged)]), Some(0.2));
    }
}

#[test]
fn a_plateau_ends_where_the_loss_rises_for_the_first_time() {
    let losses = [9.0, 1.05, 3.0, 1.1, 1.0, 1.02, 5.0, 1.0];
    let curve: Vec<(f64, f64)> =
        losses.into_iter().zip(1..).map(|(l, k)| (f64::from(k), l)).collect();
    assert_eq!(plateau(&curve, 1.1), (4.0, 6.0));
    assert_eq!(plateau(&curve, 1.0), (5.0, 5.0));
    assert_eq!(plateau(&curve, 100.0), (1.0, 8.0));
}
