//! The lies: each a small change of a file that says something wrong.

/// What ought to see a lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// `book-preprocessor check`.
    Pages,
    /// `book-preprocessor commands --arguments-only`, with programs that are built already.
    Commands,
    /// `book-preprocessor commands`, for the outputs with this word.
    Printed(&'static str),
    /// The program of the chapter, which reads its records.
    Records,
    /// The comparison of what is committed with what the chapter's program draws and measures.
    Generated,
    /// The tests of the exercises' solutions.
    Solutions,
    /// The formula tests of a chapter.
    Tests(&'static str),
}

impl Check {
    /// Whether it compiles tests.
    pub fn is_slow(self) -> bool {
        matches!(self, Self::Solutions | Self::Tests(_))
    }
}

/// The programs that judge.
pub const PROGRAMS: [&str; 9] = [
    "ch00_background",
    "ch01_neuron",
    "ch02_forward",
    "ch03_backprop",
    "ch04_optimizers",
    "ch05_mnist",
    "ch06_overfitting",
    "ch07_inside",
    "book-figures",
];

/// Changes the text of a file; gives nothing where it has nothing to change.
type Edit = Box<dyn Fn(&str) -> Option<String>>;

/// A lie.
pub struct Lie {
    /// What is wrong.
    pub name: &'static str,
    /// The file in which it is planted.
    pub file: &'static str,
    /// How.
    pub edit: Edit,
    /// What ought to see it.
    pub check: Check,
    /// Whether it is known that nothing sees it.
    pub passes: bool,
}

impl Lie {
    /// The chapter of its file.
    pub fn chapter(&self) -> &'static str {
        self.file.split('/').find(|part| part.starts_with("ch0")).unwrap_or_default()
    }

    /// A lie of which it is known that nothing sees it.
    #[allow(dead_code, reason = "none at present")]
    fn known(mut self) -> Self {
        self.passes = true;
        self
    }
}

fn lie(name: &'static str, file: &'static str, check: Check, edit: Edit) -> Lie {
    Lie { name, file, edit, check, passes: false }
}

/// More text at the end of a file.
fn end(name: &'static str, file: &'static str, text: &'static str) -> Lie {
    lie(name, file, Check::Pages, Box::new(move |truth| Some(format!("{truth}\n{text}\n"))))
}

/// One text in place of another, where that stands first.
fn swap(
    name: &'static str,
    file: &'static str,
    check: Check,
    (old, new): (&'static str, &'static str),
) -> Lie {
    let edit = move |truth: &str| truth.contains(old).then(|| truth.replacen(old, new, 1));
    lie(name, file, check, Box::new(edit))
}

/// Another line in place of the first that begins so.
fn line(
    name: &'static str,
    file: &'static str,
    begins: &'static str,
    change: impl Fn(&str) -> String + 'static,
) -> Lie {
    let edit = move |truth: &str| {
        let found = truth.lines().find(|line| line.starts_with(begins))?;
        Some(truth.replacen(found, &change(found), 1))
    };
    lie(name, file, Check::Pages, Box::new(edit))
}

const RESULTS: &str = "book/src/ch05_mnist/results.md";
const TAPE: &str = "book/src/ch03_backprop/tape.md";
const ADAPTIVE: &str = "book/src/ch04_optimizers/adaptive.md";
const TAPE_CODE: &str = "chapters/ch03_backprop/src/tape.rs";
const TAPE_TEST: &str = "tests/ch03_backprop/tape.rs";
const VALUES: &str = "book/src/generated/ch05_mnist/values.json";
const NOTATION: &str = "book/src/notation.toml";
const README: &str = "README.md";

/// All lies.
pub fn all() -> Vec<Lie> {
    let lists =
        [numbers(), names(), commands(), pasted(), generated(), pages(), code(), formulas()];
    lists.into_iter().flatten().chain(solutions()).collect()
}

/// Numbers that somebody types, and values that are something else.
fn numbers() -> Vec<Lie> {
    let known = "{{#value ch05_mnist.study.steady.mean}}";
    vec![
        end("a percentage is typed", RESULTS, "It reads 97.63% of them."),
        end("seconds are typed", RESULTS, "The training took 12.3 s."),
        end("a time in words is typed", RESULTS, "It takes twelve seconds."),
        end("a factor is typed", RESULTS, "That is 4.1 times as fast."),
        end("a rounded factor in words is typed", RESULTS, "That is about four times as fast."),
        end("a size is typed", RESULTS, "The file has 188 MB."),
        end("a percentage in words is typed", RESULTS, "It is off by two percent."),
        end("a number is typed in a table", RESULTS, "| a | b |\n| --- | --- |\n| 5% | c |"),
        end("a number is typed in a heading", RESULTS, "## It reaches 98.2%"),
        end("a number is typed in a list", RESULTS, "- It reaches 98.2%.\n- More."),
        end("a number is typed in a quote", RESULTS, "> It reaches 98.2%."),
        end(
            "a number behind a cited sentence",
            RESULTS,
            "So {{#cite nielsen2015}}. Ours is 98.2%.",
        ),
        end(
            "a number before a marked sentence",
            RESULTS,
            "Ours is 98.2%. Theirs: 1% <!-- typed -->.",
        ),
        end("a mark vouches for nothing", RESULTS, "Nothing is measured here. <!-- typed -->"),
        line("a number is typed in a caption", RESULTS, "{{#figure", |line| {
            format!("{line}\nIt is 5.5% lower.")
        }),
        end("a number is typed in the README", README, "It reads 98.2% of them."),
        end("a time is typed in the README", README, "It takes 1.3 s."),
        swap(
            "a measured number of the README is another",
            README,
            Check::Pages,
            ("97.67%", "97.76%"),
        ),
        swap(
            "a number of the README lost its name",
            README,
            Check::Pages,
            ("<!-- ch05_mnist.study.documents.mean -->", ""),
        ),
        end("a value of another name", RESULTS, "It is {{#value ch05_mnist.study.stedy.mean}}."),
        lie(
            "a value of another kind",
            RESULTS,
            Check::Pages,
            Box::new(move |truth| {
                Some(
                    truth.to_owned()
                        + "\nIt takes "
                        + &known.replace("}}", " as seconds}}")
                        + ".\n",
                )
            }),
        ),
        end(
            "a share of other images",
            RESULTS,
            "Of the training images it is {{#value ch05_mnist.study.steady.mean as share of training images}}.",
        ),
        end(
            "a share in a sentence about other images",
            RESULTS,
            "It reads {{#value ch05_mnist.study.steady.mean}} of the training images.",
        ),
        end(
            "an accuracy in a sentence about other images",
            RESULTS,
            "It reads {{#value ch05_mnist.steady.train_accuracy}} of the test images.",
        ),
        swap(
            "a count of the README is another",
            README,
            Check::Pages,
            ("<!-- evidence.formulas -->2", "<!-- evidence.formulas -->3"),
        ),
    ]
}

/// Names that there are not.
fn names() -> Vec<Lie> {
    vec![
        end("a method that is gone", RESULTS, "See `Trainer::run_all`."),
        end("a function that is gone", RESULTS, "See `train_one_step`."),
        end("a type that is gone", RESULTS, "See `ch02_forward::Layers`."),
        end("a field that is gone", RESULTS, "It is `Recipe::batchsize`."),
        end("a variant that is gone", RESULTS, "With `Schedule::Exponential` it falls."),
        end("a misspelt call", TAPE, "Call `tape.varable(x)`."),
        end("an option that is gone", RESULTS, "Give it `--learningrate`."),
        end("a file that is gone", RESULTS, "It stands in `chapters/ch05_mnist/src/trainer.rs`."),
        end("a folder that is gone", "CONTRIBUTING.md", "It stands in `book/plots/`."),
        end(
            "a name that is gone, in a fold",
            RESULTS,
            "<details>\n<summary>More</summary>\n\nSee `train_one_step`.\n\n</details>",
        ),
        end("a name that is gone, in the README", README, "See `Trainer::run_all`."),
        swap(
            "a symbol whose code is gone",
            NOTATION,
            Check::Pages,
            ("code = \"", "code = \"lost_name, "),
        ),
        end(
            "a symbol that no page uses",
            NOTATION,
            "[[symbol]]\ntex = '\\mathfrak q'\nmeaning = \"nothing\"",
        ),
        end(
            "a symbol in a sentence that nobody knows",
            TAPE,
            "Let $`\\mathfrak q`$ be the answer.",
        ),
    ]
}

/// Commands that nothing runs, and output that nothing prints.
fn commands() -> Vec<Lie> {
    let with = |name, text| Lie { check: Check::Commands, ..end(name, RESULTS, text) };
    vec![
        with(
            "an option that the program does not take",
            "```console\ncargo run -p ch05_mnist -- train --epoch 3\n```",
        ),
        with(
            "a value that the program does not take",
            "Try `cargo run -p ch05_mnist -- train --recipe slow`.",
        ),
        with(
            "a number that the program does not take",
            "Try `cargo run -p ch05_mnist -- train --epochs 0`.",
        ),
        with(
            "a command that the program does not have",
            "```console\ncargo run -p ch05_mnist -- longest\n```",
        ),
        with(
            "a row that the program does not have",
            "```console\ncargo run -p ch06_overfitting -- table --row simple\n```",
        ),
        with(
            "an argument for a program that takes none",
            "```console\ncargo run -p ch01_neuron -- --fast\n```",
        ),
        with(
            "a chapter that book-figures does not know",
            "Try `cargo run -p book-figures -- ch03`.",
        ),
        with(
            "a command that the preprocessor does not have",
            "Try `cargo run -p book-preprocessor -- chek`.",
        ),
        end("a package that there is not", RESULTS, "```console\ncargo run -p ch05_mnst\n```"),
        end(
            "a test that there is not",
            RESULTS,
            "```console\ncargo test -p ch01_neuron --test pockets\n```",
        ),
        end(
            "a command that cargo does not have",
            RESULTS,
            "```console\ncargo rn -p ch05_mnist\n```",
        ),
        end("a command that mdbook does not have", RESULTS, "```console\nmdbook server\n```"),
        end(
            "a script that there is not",
            RESULTS,
            "```console\nchapters/ch05_mnist/peers/compares.sh\n```",
        ),
        end("a program that the reader does not have", RESULTS, "```console\nfoo --bar\n```"),
        swap(
            "another mdBook in the README",
            README,
            Check::Pages,
            ("--version 0.5.4", "--version 0.5.3"),
        ),
        swap(
            "another mdBook in the gate",
            ".ci/run",
            Check::Pages,
            ("mdbook --locked --version 0.5.4", "mdbook --locked --version 0.5.3"),
        ),
        swap(
            "output that a command no longer prints",
            "book/src/ch05_mnist/files.md",
            Check::Printed("00000000: 00000803"),
            ("00000803 0000ea60", "00000803 0000ea61"),
        ),
        swap(
            "a message that the code no longer says",
            "book/src/ch02_forward.md",
            Check::Pages,
            ("product: the columns of left, (4, 3)", "product: the columns of left, (4, 5)"),
        ),
        end("text that comes from nowhere", RESULTS, "```text\n98 of 100\n```"),
    ]
}

/// Rust that is pasted, and what hides.
fn pasted() -> Vec<Lie> {
    let rust = "Rust in a fence without a language";
    vec![
        end(rust, TAPE, "```\nfn f() -> f64 {\n    1.0\n}\n```"),
        end("Rust in a fence for text", TAPE, "```text typed\nlet tape = Tape::new();\n```"),
        end("Rust in an upper case fence", TAPE, "```Rust\nlet x = 1;\n```"),
        end("Rust in a fence for C", TAPE, "```c\nprintln!(\"x\");\n```"),
        end("Rust in an indented block", TAPE, "    let tape = Tape::new();"),
        end("Rust in HTML", TAPE, "<pre>let tape = Tape::new();</pre>"),
        end(
            "a public item that hides",
            TAPE_CODE,
            "/// Hidden.\n#[doc(hidden)]\npub fn hidden() {}",
        ),
        end("a public item that no page shows", TAPE_CODE, "/// Not shown.\npub fn not_shown() {}"),
        lie(
            "a file of tests behind a condition",
            TAPE_TEST,
            Check::Pages,
            Box::new(|truth| Some(truth.replacen("\n\n", "\n\n#![cfg(any())]\n\n", 1))),
        ),
        swap(
            "a test that is ignored",
            TAPE_TEST,
            Check::Pages,
            ("#[test]", "#[test]\n#[ignore = \"slow\"]"),
        ),
        swap(
            "a test that must panic",
            TAPE_TEST,
            Check::Pages,
            ("#[test]", "#[test]\n#[should_panic]"),
        ),
        swap("a test that is none", TAPE_TEST, Check::Pages, ("#[test]\n", "")),
        end("a test without a formula", TAPE_TEST, "/// Nothing.\n#[test]\nfn nothing_at_all() {}"),
    ]
}

/// What programs have written, changed by hand.
fn generated() -> Vec<Lie> {
    let by_hand = |name, file, old, new| swap(name, file, Check::Generated, (old, new));
    let record = |name, file, old, new| swap(name, file, Check::Records, (old, new));
    vec![
        by_hand(
            "a value of a study is edited",
            VALUES,
            "\"value\": 0.98077,\n    \"text\": \"98.08%\"",
            "\"value\": 0.98177,\n    \"text\": \"98.18%\"",
        ),
        by_hand(
            "a value of the other libraries is edited",
            VALUES,
            "\"value\": 17.31,\n    \"text\": \"17.3 s\"",
            "\"value\": 27.31,\n    \"text\": \"27.3 s\"",
        ),
        by_hand(
            "the seconds of a size are edited",
            VALUES,
            "\"text\": \"270\"",
            "\"text\": \"170\"",
        ),
        by_hand("a note is edited", VALUES, "seeds 0 to 9", "seeds 0 to 99"),
        by_hand(
            "the date of an experiment is edited",
            VALUES,
            "--seeds 10 --record (20",
            "--seeds 10 --record (19",
        ),
        by_hand("a tolerance is widened", VALUES, "\"tolerance\": 0.001", "\"tolerance\": 0.01"),
        by_hand(
            "a figure of a study is edited",
            "book/src/generated/ch05_mnist/seeds.svg",
            "<polygon points=\"",
            "<polygon points=\"9",
        ),
        by_hand(
            "a description of a figure is edited",
            "book/src/generated/ch05_mnist/peers.svg",
            "13.0 times",
            "23.0 times",
        ),
        by_hand(
            "a figure of a long run is edited",
            "book/src/generated/ch05_mnist/long.svg",
            "<polyline points=\"",
            "<polyline points=\"9",
        ),
        by_hand(
            "a value of a chapter is edited",
            "book/src/generated/ch01_neuron/values.json",
            "\"tolerance\": 0,",
            "\"tolerance\": 0.5,",
        ),
        record(
            "a record of the study is edited",
            "chapters/ch05_mnist/results/study.json",
            "0.97",
            "0.98",
        ),
        record(
            "a record of the other libraries is edited",
            "chapters/ch05_mnist/results/peers.json",
            "17.31",
            "16.31",
        ),
        record(
            "the date of a record is edited",
            "chapters/ch05_mnist/results/long.json",
            "\"date\": \"20",
            "\"date\": \"19",
        ),
        record(
            "the command of a record is gone",
            "chapters/ch05_mnist/results/scaling.json",
            "-- scaling",
            "-- scalings",
        ),
        record(
            "a record of chapter 6 is edited",
            "chapters/ch06_overfitting/results/study.json",
            "\"test_error\": 0.1",
            "\"test_error\": 0.2",
        ),
        record(
            "a row of the table is edited",
            "chapters/ch06_overfitting/results/table.json",
            "\"test_error\": 0.0",
            "\"test_error\": 0.1",
        ),
        record(
            "a record of the pictures is edited",
            "chapters/ch05_mnist/results/pictures.json",
            "\"right\": 194",
            "\"right\": 195",
        ),
        record(
            "a record of the optimizers is edited",
            "chapters/ch04_optimizers/results/study.json",
            "\"rate\": 0.001",
            "\"rate\": 0.002",
        ),
        record(
            "a record of the adversaries is edited",
            "chapters/ch07_inside/results/adversaries.json",
            "\"broken\": 0",
            "\"broken\": 1",
        ),
        by_hand(
            "a picture's count is edited",
            VALUES,
            "\"value\": 194,\n    \"text\": \"194\"",
            "\"value\": 195,\n    \"text\": \"195\"",
        ),
        swap(
            "an exact value is said to depend on the machine",
            VALUES,
            Check::Pages,
            ("\"tolerance\": 0.001", "\"tolerance\": \"machine\""),
        ),
        swap(
            "a figure is said to depend on the machine",
            "book/src/generated/ch01_neuron/sigmoid.svg",
            Check::Pages,
            ("data-tolerance=\"1\"", "data-tolerance=\"machine\""),
        ),
        swap(
            "a figure without a description",
            "book/src/generated/ch01_neuron/sigmoid.svg",
            Check::Pages,
            ("<desc ", "<dsc "),
        ),
        end("values that are no JSON", "book/src/generated/ch01_neuron/values.json", "}"),
    ]
}

/// Pages that are not what they seem.
fn pages() -> Vec<Lie> {
    vec![
        line("a caption that is gone", RESULTS, "{{#figure", |line| {
            format!("{line}\n\nNext, more.\n\n")
        }),
        line("a figure that there is not", RESULTS, "{{#figure", |_| {
            "{{#figure ch05_mnist/lost}}".to_owned()
        }),
        end("a figure that is shown twice", RESULTS, "{{#figure ch05_mnist/loss}}\nAgain."),
        end("a list of one item", ADAPTIVE, "It has the curvature\n1. On another it fails."),
        end("TeX in HTML", ADAPTIVE, "<p>\n\\(x^2\\)\n</p>"),
        end("math in HTML", ADAPTIVE, "<p>\n$x^2$\n</p>"),
        end("an image that is described as an image", ADAPTIVE, "![An image](a.png)"),
        end("an image without a description", ADAPTIVE, "![](a.png)"),
        end("a dollar that is no math", ADAPTIVE, "It costs $5."),
        end("a link to a formula that there is not", ADAPTIVE, "See {{#eq adamm}}."),
        end("a source that there is not", ADAPTIVE, "As {{#cite nobody1999}} says."),
        end(
            "a source that nobody cites",
            "book/src/references.bib",
            "@book{lost, author = {A}, title = {B}, year = 1999}",
        ),
        end("an item that there is not", ADAPTIVE, "{{#listing ch04_optimizers::Adamm}}"),
        end("a directive that there is not", ADAPTIVE, "{{#lisitng ch04_optimizers::Adam}}"),
        end("a formula without a test", ADAPTIVE, "```math lost-formula\nx = y\n```"),
        end(
            "a symbol of a formula that nobody knows",
            ADAPTIVE,
            "```math lost-formula\n\\mathfrak q = 1\n```",
        ),
        end("a formula that is not LaTeX", ADAPTIVE, "```math lost-formula\n\\frac{1\n```"),
    ]
}

/// Code that does not stand where it belongs.
fn code() -> Vec<Lie> {
    vec![
        swap(
            "a file that does not name its page",
            TAPE_CODE,
            Check::Pages,
            ("ch03_backprop/tape.md", "a page"),
        ),
        end("code in a table of contents", "chapters/ch03_backprop/src/lib.rs", "fn code() {}"),
        end(
            "a file that needs a later one",
            "chapters/ch03_backprop/src/neuron.rs",
            "use crate::tape::Tape as _;",
        ),
        swap(
            "a figure that no program draws",
            "chapters/ch05_mnist/program/speed.rs",
            Check::Pages,
            ("\"peers\"", "\"pears\""),
        ),
        swap(
            "an exercise whose stub is another",
            "chapters/ch01_neuron/exercises/swish.rs",
            Check::Pages,
            ("pub fn swish<", "pub fn swoosh<"),
        ),
        swap(
            "a solution that is not tested",
            "tests/solutions.rs",
            Check::Pages,
            ("/swish.rs", "/swoosh.rs"),
        ),
    ]
}

/// What only a look at the formulas themselves can see.
fn formulas() -> Vec<Lie> {
    const TEST: &str = "tests/ch03_backprop/tape.rs";
    const RUN: Check = Check::Tests("ch03_backprop");
    let sign = |truth: &str| {
        let at = truth.find("```math")?;
        let plus = at + truth[at..].find(" + ")?;
        Some(format!("{} - {}", &truth[..plus], &truth[plus + 3..]))
    };
    let body = |new: &'static str| -> Edit {
        Box::new(move |truth| {
            let at = truth.find("#[test]\nfn ")?;
            let open = at + truth[at..].find('{')? + 1;
            let close = open + truth[open..].find("\n}")?;
            Some(match new {
                "" => {
                    format!("{}\n    let _formula = formula!();{}", &truth[..open], &truth[close..])
                }
                new => format!("{}\n    {new}{}", &truth[..open], &truth[open..]),
            })
        })
    };
    vec![
        lie("a sign in a formula is another", ADAPTIVE, Check::Pages, Box::new(sign)),
        lie("a sign in a test's formula is another", TEST, Check::Pages, Box::new(sign)),
        end("arithmetic that is wrong", ADAPTIVE, "So $`2 \\cdot 3 + 1 = 8`$."),
        end(
            "a fraction that is wrong",
            ADAPTIVE,
            "So $`\\frac{1}{2} + \\frac{1}{3} = \\frac{2}{5}`$.",
        ),
        end("a square that is wrong", ADAPTIVE, "So $`3^2 + 4^2 = 26`$."),
        end("a root that is wrong", ADAPTIVE, "So $`\\sqrt{9 + 16} = 6`$."),
        swap(
            "evidence for a formula that there is not",
            "book/src/generated/evidence.json",
            Check::Pages,
            ("tape-operations", "tape-operation"),
        ),
        lie("a test that is empty", TEST, RUN, body("")),
        lie("a test that returns at once", TEST, RUN, body("if true { return; }")),
        swap("a tolerance that lets everything pass", TEST, RUN, ("1e-14)", "1e14)")),
        swap(
            "a test that compares a side with itself",
            TEST,
            RUN,
            (
                "assert_close(result.value, f(x, y), 1e-14)",
                "assert_close(result.value, result.value, 1e-14)",
            ),
        ),
        swap("a wrong rule in the library", TAPE_CODE, RUN, ("T::one()", "T::zero()")),
    ]
}

/// Solutions of exercises that are wrong, each in two ways.
fn solutions() -> Vec<Lie> {
    macro_rules! wrong {
        ($($file:literal: $($old:literal => $new:literal),+;)+) => {
            vec![$($(swap(
                concat!("a wrong solution: ", $new),
                concat!("chapters/", $file, ".rs"),
                Check::Solutions,
                ($old, $new),
            )),+),+]
        };
    }
    wrong! {
        "ch01_neuron/exercises/solutions/pocket": "if wrong < fewest" => "if wrong <= fewest", "(start.clone(), mistakes(start, inputs, targets))" => "(start.clone(), usize::MAX)";
        "ch01_neuron/exercises/solutions/swish": "sigmoid(z) + z *" => "sigmoid(z) - z *", "    z * sigmoid(z)" => "    z * z.tanh()";
        "ch02_forward/exercises/solutions/parity": "=> -2.0" => "=> -1.0", "-(k as f64)" => "-(k as f64) * 1.001";
        "ch02_forward/exercises/solutions/temperature": "(below / temperature).exp()" => "(below * temperature).exp()", "T::one(), // also" => "T::of(0.5), // also";
        "ch03_backprop/exercises/solutions/gates": "(up - down) / (up + down)" => "(down - up) / (up + down)", "u + (v - u)" => "v + (v - u)";
        "ch03_backprop/exercises/solutions/normalize": "- outputs * &to_deviation)" => "+ outputs * &to_deviation)", "&output_gradient - &to_mean" => "&output_gradient - &to_deviation";
        "ch04_optimizers/exercises/solutions/amsgrad": "largest.max(s)" => "largest.min(s)", "largest / (one - beta2.powi(t))" => "largest / (one - beta1.powi(t))";
        "ch04_optimizers/exercises/solutions/rotated": "(a - b) * sin * cos" => "(b - a) * sin * cos", "/ 1000.0" => "/ 999.0";
        "ch05_mnist/exercises/solutions/neighbors": "take(k)" => "take(k + 1)", ".pow(2)" => ".abs()";
        "ch05_mnist/exercises/solutions/recall": "recall(confusion.t())" => "recall(confusion)", "+ confusion[[other, one]]" => "+ 0 * confusion[[other, one]]";
        "ch06_overfitting/exercises/solutions/bootstrap": "share(before, exam) - share(after, exam)" => "share(after, exam) - share(before, exam)", "random_range(0..images)" => "random_range(0..images - 1)";
        "ch06_overfitting/exercises/solutions/doubt": "target + evenly" => "target - evenly", "(right / wrong).ln()" => "(wrong / right).ln()";
    }
}
