//! What is understood, what it is worth, and what is refused.

use book_latex::{Formula, Names, Refusal, Relation, arithmetic};

/// Names of some numbers, a function and two arrays.
fn names() -> Names<'static> {
    let mut names = Names::new();
    for (name, value) in [
        ("x", 3.0),
        ("y", 5.0),
        ("x_i", 7.0),
        (r"\hat y", 11.0),
        ("w^{(2)}", 13.0),
        (r"\lambda", 0.5),
        (r"\frac{\partial L}{\partial w}", 17.0),
        (r"\operatorname{Var} w", 19.0),
        ("t", 2.0),
    ] {
        names.number(name, value).unwrap();
    }
    names.function("f", |x| 2.0 * x[0] + x.get(1).copied().unwrap_or(0.0)).unwrap();
    names.function("f'", |_| 0.25).unwrap();
    names.array("a", |index| index[0] as f64).unwrap();
    names.array("m", |index| (10 * index[0] + index[1]) as f64).unwrap();
    names.array(r"\lambda", |index| 100.0 * index[0] as f64).unwrap();
    names.range("i", 1..=3);
    names.range("j", 1..=2);
    names
}

fn value(latex: &str) -> Result<f64, Refusal> {
    let formula = Formula::parse(latex)?;
    assert_eq!(formula.statements().len(), 1, "{latex}");
    formula.statements()[0].value(0, &names())
}

#[track_caller]
fn assert_value(latex: &str, expected: f64) {
    let found = value(latex).unwrap_or_else(|refusal| panic!("{latex}: {refusal}"));
    assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{latex}: {found}");
}

#[test]
fn signs_bind_as_in_school() {
    assert_value(r"1 + 2 \cdot 3 x", 19.0);
    assert_value("-x^2", -9.0);
    assert_value("2 - 3 - 4", -5.0);
    assert_value("x / y / 2", 0.3);
    assert_value(r"2 \cdot -3", -6.0);
    assert_refused("2^3^");
    assert_value(r"2^{-1} x^2", 4.5);
    assert_value("x y^2", 75.0);
    assert_value("2 (x + y)^2", 128.0);
    assert_value("101{,}770 + 0.5", 101_770.5);
    assert_value("3! + 50\\%", 6.5);
}

#[track_caller]
fn assert_refused(latex: &str) {
    assert!(value(latex).is_err(), "{latex}");
}

#[test]
fn fractions_take_one_digit_or_braces() {
    assert_value(r"\frac12 + \tfrac1x", 0.5 + 1.0 / 3.0);
    assert_value(r"\frac{x + 1}{y - 1}", 1.0);
    assert_value(r"x^2y", 45.0);
    assert_value(r"\sqrt{16} + \sqrt[3]{27} + \sqrt9", 10.0);
}

#[test]
fn the_longest_name_is_meant() {
    assert_value("x x_i", 21.0);
    assert_value(r"\hat y - y", 6.0);
    assert_value("w^{(2)} x", 39.0);
    assert_value(r"\frac{\partial L}{\partial w} + x", 20.0);
    assert_refused(r"M \operatorname{Var} w");
    assert_value(r"2 \, \operatorname{Var} w", 38.0);
    assert_value(r"\lambda_2 + \lambda", 200.5);
}

#[test]
fn functions_take_parentheses_or_a_single_factor() {
    assert_value("f(x) + f(x, y)", 17.0);
    assert_value("f(x)^2", 36.0);
    assert_value("f'(x) y", 1.25);
    assert_value(r"\ln e^{x}", 3.0);
    assert_value(r"y \ln \frac{x}{3} + 1", 1.0);
    assert_value(r"\tanh^2 0 + \cos(0)", 1.0);
    assert_value(r"\max(x, y, 4) - \min\!\left( 1, x \right)", 4.0);
    assert_value(r"|x - y| + \left|-2\right|", 4.0);
    assert_value(r"\bigl| x - |y| \bigr|", 2.0);
    assert_value(r"\lceil x / 2 \rceil + \lfloor x / 2 \rfloor", 3.0);
}

#[test]
fn sums_run_over_their_ranges_and_end_at_a_sign() {
    assert_value(r"\sum_i a_i + 1", 7.0);
    assert_value(r"\sum_{k=1}^{4} k \cdot 2", 20.0);
    assert_value(r"\sum_{k=1}^{t} x^{t-k}", 4.0);
    assert_value(r"\sum_{i, j} m_{ij}", (11 + 12 + 21 + 22 + 31 + 32) as f64);
    assert_value(r"\sum_i \sum_j m_{i,j+1} - 1", (12 + 13 + 22 + 23 + 32 + 33 - 1) as f64);
    assert_value(r"\prod_{i} a_i", 6.0);
    assert_value(r"\max_i |1 - a_i|", 2.0);
    assert_value(r"\sum_{i \,:\, a_i \ne 2} a_i", 4.0);
    assert_value(r"\sum_i [a_i > 1] a_i", 5.0);
    assert_value(r"a_2 m_{13}", 26.0);
}

#[test]
fn cases_take_the_first_that_holds() {
    let cases = r"\begin{cases} 1 & \text{if } x < 2 \\ x & \text{if } 2 \le x < 5 \\
        0 & \text{otherwise} \end{cases} \cdot 2";
    assert_value(cases, 6.0);
    let none = r"\begin{cases} 1 & \text{if } x < 2 \end{cases}";
    assert_eq!(value(none).unwrap_err().message, "no case applies");
}

#[test]
fn a_formula_is_statements_and_a_statement_is_a_chain() {
    let latex = r"\begin{aligned} v &\leftarrow x + 1, & y &= 2 \quad \text{and so} \quad z = 3 \\
        &\quad = 4 \\ a &\le b \end{aligned}";
    let formula = Formula::parse(latex).unwrap();
    let relations: Vec<&[Relation]> =
        formula.statements().iter().map(|it| it.relations()).collect();
    use Relation::{AtMost, Becomes, Equal};
    let expected: [&[Relation]; 4] = [&[Becomes], &[Equal], &[Equal, Equal], &[AtMost]];
    assert_eq!(relations, expected);
}

#[test]
fn a_text_is_a_name_where_a_sign_stands_beside_it_and_a_word_elsewhere() {
    let formula = Formula::parse(r"\text{error} = \frac{1}{2}").unwrap();
    assert_eq!(formula.statements()[0].members(), 2);
    let formula = Formula::parse(r"x = 1 \text{ where } y = 2").unwrap();
    assert_eq!(formula.statements().len(), 2);
    // An index is none of both: it belongs to its letter.
    let formula = Formula::parse(r"\rho_{\text{random}} \left( 1 - x \right)").unwrap();
    assert_eq!(formula.statements().len(), 1);
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_place() {
    for (latex, offset, message) in [
        (r"x + \int y", 4, r"`\int` is not understood"),
        ("x + q", 4, "unknown letter `q`"),
        (r"\pm 3", 0, r"`\pm` is not understood"),
        ("x^{(3)}", 0, "unknown letter `x`"),
        (r"\sum_k k", 0, "the range of `k` is not said"),
        (r"\sum x", 0, "a sum without an index"),
        (r"\ln x y", 6, "two factors after a function: expected parentheses"),
        ("x / 2 y", 6, "a factor after `/`: expected parentheses"),
        (r"\begin{pmatrix} 1 \end{pmatrix}", 0, r"`\begin{pmatrix}` is not understood"),
        (r"\begin{cases} 1 & \text{if it rains} \end{cases}", 18, "condition `if it rains`"),
        ("a_{0.5}", 3, "`0.5` without braces"),
        (r"a_{\frac12}", 0, "0.5 where a whole number is expected"),
        ("(x + 1", 5, "expected `)`"),
        (r"\operatorname{E} x", 0, r"`\operatorname{E}` is not understood"),
        ("x'", 0, "unknown letter `x`"),
        ("2 3", 2, "a number after a number"),
    ] {
        let refusal = value(latex).expect_err(latex);
        assert_eq!((refusal.offset, refusal.message.as_str()), (offset, message), "{latex}");
    }
}

#[test]
fn a_name_of_a_number_and_a_function_is_refused() {
    let mut names = Names::new();
    names.number("f", 1.0).unwrap();
    assert!(names.function("f", |_| 0.0).is_err());
    assert!(names.number(" ", 1.0).is_err());
}

#[test]
fn a_changed_sign_changes_a_value() {
    let (right, wrong) = (r"\frac{e^x}{1 + e^x}", r"\frac{e^x}{1 - e^x}");
    assert!((value(right).unwrap() - value(wrong).unwrap()).abs() > 1.0);
}

#[test]
fn arithmetic_is_judged_by_its_digits() {
    for (latex, holds) in [
        (r"6 \cdot 7 = 42", true),
        (r"6 \cdot 7 = 41", false),
        (r"\frac13 \approx 0.333", true),
        (r"\frac13 \approx 0.334", false),
        (r"\frac13 = 0.333", false),
        (r"0.1 + 0.2 = 0.3", true),
        (r"\sqrt2 \approx 1.4142", true),
        (r"\sqrt2 \approx 1.4143", false),
        (r"\sqrt[3]{2.2 \cdot 10^{-16}} \approx 6 \cdot 10^{-6}", true),
        (r"\sqrt[3]{2.2 \cdot 10^{-16}} \approx 7 \cdot 10^{-6}", false),
        (r"0.976 = 97.6\%", true),
        (r"P = 2 \cdot 3 = Q = 6", true),
        (r"P = 2 \cdot 3 = Q = 7", false),
        (r"P = 2 \cdot 3 \approx Q = 7", false),
        (r"1 < 2 \le 2", true),
        (r"(\ln 10^4) / 0.01 \approx 921", true),
        (r"\ln 10^4 / 0.01 \approx 921", false), // the logarithm of what?
    ] {
        let found = arithmetic(latex, &Names::new()).unwrap();
        assert!(!found.is_empty(), "{latex}");
        assert_eq!(found.iter().all(|it| it.holds), holds, "{latex}: {found:?}");
    }
    let mut sigmoid = Names::new();
    sigmoid.function(r"\sigma", |z| 1.0 / (1.0 + (-z[0]).exp())).unwrap();
    let printed = |latex: &str| arithmetic(latex, &sigmoid).unwrap()[0].holds;
    assert!(printed(r"\sigma(2) \approx 0.881") && !printed(r"\sigma(2) \approx 0.882"));
    for no_arithmetic in ["x = 3", "a < b", r"0 \le p \ge", r"2, 3, 4", r"n \times 3"] {
        assert!(arithmetic(no_arithmetic, &Names::new()).unwrap().is_empty(), "{no_arithmetic}");
    }
}
