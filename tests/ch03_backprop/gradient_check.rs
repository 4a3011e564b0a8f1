//! The formulas of *The gradient check*.

use ch01_neuron::Activation;
use ch03_backprop as library;
use formulas::*;

/// ```math one-sided-difference-error
/// \frac{f(x + h) - f(x)}{h} - f'(x) \approx \frac{h}{2} \, f''(x)
/// ```
///
/// The error of a slope by one nudge is h/2 times the second derivative: of exp, exp; of sin, −sin.
/// 1 %: the next term is h/3 of the first one, or less than h/2 where the sine is large.
#[test]
fn one_sided_difference_error() {
    let _formula =
        formula!().allowing(0.01, "the formula leaves out the next term, h/3 of the first");
    for h in [0.02, 0.01, 0.001, 1e-4] {
        let page = page("one-sided-difference-error").function("f", f64::exp);
        let page = page.function("f'", f64::exp).function("f''", f64::exp);
        for x in [-2.0, -0.3, 0.0, 1.0, 3.0_f64] {
            assert_relative(((x + h).exp() - x.exp()) / h - x.exp(), h / 2.0 * x.exp(), 0.01);
            page.assert_relative(&[("x", x), ("h", h)], 0.01);
        }
        for x in [-2.0, -1.0, 1.0, 1.5, 2.5_f64] {
            assert_relative(((x + h).sin() - x.sin()) / h - x.cos(), h / 2.0 * -x.sin(), 0.01);
        }
    }
}

/// ```math central-difference
/// f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}
/// ```
///
/// Two points give the slope of a parabola exactly, whatever h: the errors to the left and to the
/// right cancel. For other functions, small steps come close. 1e-12: rounding of values up to 3000,
/// divided by h = 0.1.
#[test]
fn central_difference() {
    let _formula = formula!();
    for x in points().into_iter().filter(|x| x.abs() < 30.0) {
        let parabola = |x: f64| 3.0 * x * x - 2.0 * x + 1.0;
        let page = page("central-difference").function("f", parabola);
        let page = page.function("f'", |x| 6.0 * x - 2.0);
        page.assert_close(&[("x", x), ("h", 0.1)], 1e-12);
        let seen = library::central_difference(parabola, x, 0.1);
        assert_close(page.value(1, &[("x", x), ("h", 0.1)]), seen, 1e-12);
        let two_points = (parabola(x + 0.1) - parabola(x - 0.1)) / 0.2;
        assert_close(library::central_difference(parabola, x, 0.1), two_points, 1e-12);
        assert_close(library::central_difference(parabola, x, 0.1), 6.0 * x - 2.0, 1e-12);
        assert_close(library::central_difference(f64::sin, x, 1e-5), x.cos(), 1e-9);
    }
}

/// ```math central-difference-error
/// \frac{f(x + h) - f(x - h)}{2h} - f'(x) \approx \frac{h^2}{6} \, f'''(x)
/// ```
///
/// The error of the two-point slope is h²/6 times the third derivative: half of h, a quarter of the
/// error. Of exp, the third derivative is exp. 1 %: the next term is h²/20 of the first one.
#[test]
fn central_difference_error() {
    let _formula =
        formula!().allowing(0.01, "the formula leaves out the next term, h²/20 of the first");
    for x in [-2.0, -0.3, 0.0, 1.0, 3.0_f64] {
        for h in [0.2, 0.1, 0.05, 0.025, 0.0125] {
            let error = library::central_difference(f64::exp, x, h) - x.exp();
            let page = page("central-difference-error").function("f", f64::exp);
            let page = page.function("f'", f64::exp).function("f'''", f64::exp);
            page.assert_relative(&[("x", x), ("h", h)], 0.01);
            assert_relative(page.value(1, &[("x", x), ("h", h)]), error, 0.01);
            assert_relative(error, h * h / 6.0 * x.exp(), 0.01);
        }
    }
}

/// ```math rounding-error
/// \text{error of rounding} \le \frac{\varepsilon \, |f(x)|}{h}
/// ```
///
/// For tiny steps the error is that of rounding: each of the two values is off by half of ε|f| or a
/// little more, their difference by about ε|f|, and it is divided by 2h. The claim has twice that;
/// the error does reach a quarter of the claim.
#[test]
fn rounding_error() {
    let _formula = formula!();
    let mut largest: f64 = 0.0;
    for x in points().into_iter().filter(|x| x.abs() < 5.0) {
        for h in [1e-8, 1e-9, 1e-10, 1e-11] {
            let error = library::central_difference(f64::exp, x, h) - x.exp();
            let page = page("rounding-error").function("f", f64::exp);
            let epsilon = (r"\varepsilon", f64::EPSILON);
            let error_of_rounding = (r"\text{error of rounding}", error.abs());
            page.assert_close(&[error_of_rounding, epsilon, ("x", x), ("h", h)], 0.0);
            let claim = f64::EPSILON * x.exp() / h;
            assert_bound!(error.abs() <= claim, "at {x}, {h:e}: {error:e}");
            largest = largest.max(error.abs() / claim);
        }
    }
    assert_bound!(largest > 0.25, "the claim is too weak: at most {largest} of it was seen");
    // Functions of several operations are known less well: a few times the claim.
    for f in [Activation::Sigmoid, Activation::Tanh, Activation::Softplus, Activation::Gelu] {
        for x in points().into_iter().filter(|x| x.abs() < 3.0 && x.abs() > 0.1) {
            for h in [1e-8, 1e-10] {
                let error = library::central_difference(|x| f.value(x), x, h) - f.derivative(x);
                let claim = f64::EPSILON * f.value(x).abs() / h;
                assert_bound!(error.abs() <= 8.0 * claim, "{f:?} at {x}, {h:e}: {error:e}");
            }
        }
    }
}

/// ```math best-step-derived
/// \begin{aligned}
/// & \frac{h^2}{6} \, |f'''(x)| + \frac{\varepsilon \, |f(x)|}{h} \\
/// & \text{is smallest at} \quad h = \sqrt[3]{\frac{3 \, \varepsilon \, |f(x)|}{|f'''(x)|}}
/// \end{aligned}
/// ```
///
/// The sum of both errors is smallest at h = ∛(3ε|f| / |f‴|): on a grid of steps from a thousandth to
/// a thousand times that, each 1 % longer, no step does better. For any |f| and |f‴|.
#[test]
fn best_step_derived() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..100 {
        let [size, third] = [(); 2].map(|()| (5.0 * number(&mut generator)).exp());
        let total = |h: f64| h * h / 6.0 * third + f64::EPSILON * size / h;
        let best = (3.0 * f64::EPSILON * size / third).cbrt();
        let page = |n: usize| {
            let page = page("best-step-derived").statement(n);
            page.function("f", move |_| size).function("f'''", move |_| third)
        };
        let named = [(r"\varepsilon", f64::EPSILON), ("x", 0.0), ("h", best)];
        page(1).assert_relative(&named, 1e-14);
        assert_relative(page(0).value(0, &named), total(best), 1e-14);
        for percent in -700..=700 {
            let other = total(best * 1.01_f64.powi(percent));
            assert_bound!(other >= total(best) * (1.0 - 1e-14), "{percent} % is better");
        }
    }
}

/// ```math best-step
/// h = \sqrt[3]{\varepsilon} \approx 6 \cdot 10^{-6}
/// ```
///
/// Rounding adds about ε/h, so the two errors are about equal near h = ∛ε = 6e-6. It is 6e-6, as
/// printed, to 2 %. Over a thousand points, that h beats steps a hundred times larger and a hundred times smaller, by far.
#[test]
fn best_step() {
    let _formula = formula!().allowing(0.02, "the page prints one digit");
    let worst = |h: f64| {
        let error = |x: f64| (library::central_difference(f64::sin, x, h) - x.cos()).abs();
        points().into_iter().filter(|x| x.abs() < 10.0).map(error).fold(0.0, f64::max)
    };
    let best = f64::EPSILON.cbrt();
    page("best-step").assert_relative(&[("h", best), (r"\varepsilon", f64::EPSILON)], 0.02);
    assert_relative(best, 6e-6, 0.02);
    assert_bound!(worst(best) < 1e-9);
    assert_bound!(worst(100.0 * best) > 100.0 * worst(best), "too long: {:e}", worst(100.0 * best));
    assert_bound!(worst(best / 100.0) > 10.0 * worst(best), "too short: {:e}", worst(best / 100.0));
}

/// ```math relative-error
/// \text{relative error} = \frac{|a - b|}{\max(|a|, |b|, \text{floor})}
/// ```
///
/// The distance of two numbers as a fraction of the larger, or of the floor if both are smaller.
/// Exact: by hand. The order of the two does not matter.
#[test]
fn relative_error() {
    let _formula = formula!();
    for (a, b, floor, by_hand) in [
        (4.0, 3.0, 1.0, 0.25),
        (-4.0, 4.0, 1.0, 2.0),
        (0.0, 0.0, 1.0, 0.0),
        (0.25, 0.125, 0.5, 0.25),
        (0.0, 1e-300, 1e-300, 1.0),
    ] {
        assert_exact!(library::relative_error(a, b, floor), by_hand);
        let found = (r"\text{relative error}", library::relative_error(a, b, floor));
        let named = [found, ("a", a), ("b", b), (r"\text{floor}", floor)];
        page("relative-error").assert_exact(&named);
        assert_exact!(library::relative_error(b, a, floor), by_hand);
    }
}

/// ```math kink-mixture
/// \begin{gathered}
/// \frac{\operatorname{relu}(x + h) - \operatorname{relu}(x - h)}{2h} = \frac{x + h}{2h} \\
/// \text{where } |x| < h
/// \end{gathered}
/// ```
///
/// Less than h from the kink of ReLU, two points see the slope (x + h) / 2h, a mixture of 0 and 1; on
/// the kink ½. Farther off they see 0 or 1. 1e-13: rounding of x ± h, divided by h.
#[test]
fn kink_mixture() {
    let _formula = formula!();
    for h in [1.0, 1e-3, 1e-6] {
        let seen = |x: f64| library::central_difference(|x| Activation::Relu.value(x), x, h);
        for x in (-99..100).map(|percent| h * f64::from(percent) / 100.0) {
            assert_close(seen(x), (x + h) / (2.0 * h), 1e-13);
            let page = page("kink-mixture").statement(0);
            let page = page.function(r"\operatorname{relu}", |x| Activation::Relu.value(x));
            page.assert_close(&[("x", x), ("h", h)], 1e-13);
            assert_close(seen(x), page.value(1, &[("x", x), ("h", h)]), 1e-13);
        }
        assert_exact!(seen(0.0), 0.5);
        assert_close(seen(1.5 * h), 1.0, 1e-13);
        assert_exact!(seen(-1.5 * h), 0.0);
    }
}
