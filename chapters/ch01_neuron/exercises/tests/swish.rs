//! What `swish` and its derivative have to do.

use super::*;

/// Whether two numbers agree to a fraction `tolerance` of the larger one.
fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * found.abs().max(expected.abs())
}

/// σ(1) = 1 / (1 + 1/e) = 0.731 058 578 630 005, from a table.
#[test]
fn swish_is_z_times_its_sigmoid() {
    for (z, expected) in [(0.0, 0.0), (1.0, 0.731_058_578_630_005), (-1.0, -0.268_941_421_369_995)]
    {
        let found: f64 = swish(z);
        assert!(close(found, expected, 1e-14), "swish({z}) is {expected}, found {found}");
    }
}

/// z σ(z) − (−z) σ(−z) = z (σ(z) + σ(−z)) = z.
#[test]
fn swish_here_less_swish_on_the_other_side_is_z() {
    for z in [0.5, 2.0, 7.0, 30.0] {
        let difference: f64 = swish(z) - swish(-z);
        assert!(close(difference, z, 1e-14), "swish({z}) − swish(−{z}) is {z}, found {difference}");
    }
}

/// The slope from two points h = 1e-5 apart on either side: the formula errs by h²/6 times a third
/// derivative below 1, rounding by about 1e-15 / h. Both are near 1e-10; 1e-8 leaves room.
#[test]
fn the_derivative_is_the_slope_of_the_curve() {
    let h = 1e-5;
    for step in -60..=60 {
        let z = f64::from(step) / 10.0;
        let (found, slope) = (swish_derivative(z), (swish(z + h) - swish(z - h)) / (2.0 * h));
        assert!(
            (found - slope).abs() < 1e-8,
            "at z = {z} the curve rises by {slope:.9} a unit, but swish_derivative says {found:.9}"
        );
    }
}

#[test]
fn far_out_nothing_overflows() {
    for (z, value, slope) in [(1000.0, 1000.0, 1.0), (-1000.0, 0.0, 0.0)] {
        let found = (swish::<f64>(z), swish_derivative::<f64>(z));
        assert_eq!(found, (value, slope), "swish and its slope at z = {z}");
    }
}

/// σ(−20) = 2.061 153 6e-9. In `f32`, 1 − σ(20) is 0: whoever subtracts loses every digit.
#[test]
fn far_out_on_the_left_no_digit_is_lost() {
    let (value, slope) = (swish(-20.0_f32), swish_derivative(-20.0_f32));
    for (name, found, expected) in
        [("swish", value, -4.122_307_2e-8), ("swish_derivative", slope, -3.916_191_8e-8)]
    {
        assert!(
            close(f64::from(found), expected, 1e-6),
            "{name}(−20) is {expected:e} in f32, found {found:e}: is something subtracted from 1?"
        );
    }
}
