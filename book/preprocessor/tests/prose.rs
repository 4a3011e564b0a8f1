//! What a page says by itself: numbers, names, commands, quoted text.

mod small_book;

use small_book::{PAGE, SmallBook};

/// The errors of a book whose page has more text, from line 16 on, without their help.
fn errors_with(text: &str) -> Vec<String> {
    SmallBook::new().and(PAGE, text).errors()
}

/// Asserts that a text on a page is refused, once, in a line, with words of the message.
fn assert_refused(text: &str, line: usize, words: &str) {
    let errors = errors_with(text);
    let place = format!("{PAGE}:{line}: ");
    let [error] = &errors[..] else { panic!("{text}: {errors:?}") };
    assert!(error.starts_with(&place) && error.contains(words), "{text}: {errors:?}");
}

#[test]
fn a_number_that_looks_measured_is_refused_where_somebody_typed_it() {
    for (text, number) in [
        ("\nIt reads 97.63% of them.\n", "`97.63%` was typed"),
        ("\nThat took 12.3 s.\n", "`12.3 s` was typed"),
        ("\nThat took 3 minutes.\n", "`3 minutes` was typed"),
        ("\nIt is 4.1 times as long.\n", "`4.1 times` was typed"),
        ("\nThe file has 188 MB.\n", "`188 MB` was typed"),
        ("\nIt is off by two percent.\n", "`two percent` was typed"),
        ("\nIt is about eight times faster.\n", "`eight times` was typed"),
        ("\n| a | 5% |\n| --- | --- |\n| b | c |\n", "`5%` was typed"),
        ("\n## A head of 5%\n", "`5%` was typed"),
        ("\n- an item of 5%\n- one more\n", "`5%` was typed"),
        ("\nAs {{#cite euclid}} says. It is 5%.\n", "`5%` was typed"),
    ] {
        assert_refused(text, 17, number);
    }
}

#[test]
fn a_number_may_have_a_source_or_an_author_who_vouches_for_it() {
    for text in [
        "\nThe error was 0.35% {{#cite euclid}}.\n",
        "\nThe error was 0.35%, says [this](https://example.org).\n",
        "\nSuppose that it rains with 90%<!-- typed -->. Then it rains.\n",
        "\nFrom 10% to 20%. <!-- typed: only an example --> Then more.\n",
        "\n| 5% | 6% <!-- typed --> |\n| --- | --- |\n| b | c |\n",
        "\nIn 2014, on page 7, three of 60,000 were shown 5 times; see chapter 3, May 4, 0.001.\n",
    ] {
        assert_eq!(errors_with(text), [""; 0], "{text}");
    }
    let page =
        SmallBook::new().and(PAGE, "\nIt is 5% <!-- typed --> or so.\n").page("ch01_line.md");
    assert!(page.contains("It is 5% or so."), "{page}");
}

#[test]
fn a_mark_that_vouches_for_nothing_is_refused() {
    for text in [
        "\nNothing here. <!-- typed -->\n",
        "\nIt is <!-- typed --> {{#value ch01_line.height}}.\n",
    ] {
        assert_refused(text, 17, "vouches for nothing");
    }
    let errors = errors_with("\nOne 5%. Two 6% <!-- typed -->.\n");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("`5%` was typed"), "{errors:?}");
}

#[test]
fn numbers_beside_the_book_are_tried_too() {
    let readme = "# A book\n\nIt is <!-- ch01_line.height -->6.0 m<!-- --> high, and 7% wide.\n";
    let errors = SmallBook::new().with("README.md", readme).errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("README.md:3: `7%` was typed"), "{errors:?}");
    let wrong = readme.replace("6.0 m", "6.1 m").replace(", and 7% wide", "");
    let errors = SmallBook::new().with("README.md", &wrong).errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("expected `6.0 m`, found `6.1 m`"), "{errors:?}");
}

#[test]
fn a_name_that_nothing_has_is_refused_with_the_nearest() {
    for (text, words) in [
        (
            "\nSee `Lines`.\n",
            "`Lines` is no name in the workspace or of the language; did you mean `Line`?",
        ),
        ("\nSee `Line::hight`.\n", "`Line` has no `hight`; did you mean `height`?"),
        ("\nSee `ch01_line::Lime`.\n", "`ch01_line` has no `Lime`; did you mean `Line`?"),
        ("\nCall `line.heigth(x)`.\n", "`heigth` is no name"),
        ("\nIt stands in `src/lines.rs`.\n", "there is no file `src/lines.rs`"),
        ("\nIt stands in `chapters/ch02_line/`.\n", "there is no file `chapters/ch02_line/`"),
        ("\nGive it `--sped 3`.\n", "`sped` is no name"),
        ("\nGive it `--sped`.\n", "no program has the option `--sped`"),
        ("\n> - In a quote `Lines`.\n> - x\n", "`Lines` is no name"),
    ] {
        assert_refused(text, 17, words);
    }
}

#[test]
fn names_of_the_workspace_and_of_the_language_pass() {
    for text in [
        "\n`Line`, `Line::height`, `Line.slope`, `ch01_line::Line`, `line::Line`, `self.slope * x`.\n",
        "\n`Vec<f64>`, `iter().map(|x| x)`, `is_nan`, `match`, `Some(_)`, `1 / 2`, `[3 × 5]`, `\"any text\"`.\n",
        "\n`src/line.rs`, `chapters/ch01_line`, `line.rs`, `tests/ch01_line/`, `values.json`.\n",
        "\nA new `Polygon`<!-- typed --> of the reader.\n",
        "\n```python\nimport keras_thing\n```\n\nIn Python that is `keras_thing`.\n",
    ] {
        assert_eq!(errors_with(text), [""; 0], "{text}");
    }
}

#[test]
fn an_option_is_one_of_a_program() {
    let program = "//! Draws.\n\nmod drawing;\n\n#[derive(Args)]\nstruct Arguments {\n    /// How fast\n    \
                   #[arg(long, value_name = \"N\")]\n    high_speed: f64,\n    #[arg(long = \"loud\")]\n    \
                   noise: bool,\n}\n\nfn main() {\n    drawing::draw();\n}\n";
    let book = || SmallBook::new().with("chapters/ch01_line/program/main.rs", program);
    let text = "\n`--high-speed` and `--loud`.\n";
    assert_eq!(book().and(PAGE, text).errors(), [""; 0]);
    let errors = book().and(PAGE, "\nGive it `--hig-speed`.\n").errors();
    assert!(
        errors[0].ends_with(
            "did you mean `--high-speed`?; where it is right so, put <!-- typed --> \
                                 behind it in the sentence"
        ),
        "{errors:?}"
    );
}

#[test]
fn a_package_with_several_programs_is_told_which_one_is_to_run() {
    let tools =
        "[package]\nname = \"tools\"\n\n[[bin]]\nname = \"rule\"\n\n[[bin]]\nname = \"saw\"\n";
    let errors_of = |command: &str| {
        let text = format!("\n```console\n{command}\n```\n");
        SmallBook::new().with("book/tools/Cargo.toml", tools).and(PAGE, &text).errors()
    };
    assert_eq!(errors_of("cargo run -p tools --bin saw"), [""; 0]);
    let errors = errors_of("cargo run -p tools");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("`tools`: expected --bin with one of rule, saw"), "{errors:?}");
    let errors = errors_of("cargo run -p tools --bin sew");
    assert!(errors[0].contains("nothing for `--bin sew`; did you mean `saw`?"), "{errors:?}");
}

#[test]
fn a_command_that_nothing_would_run_is_refused() {
    for (text, line, words) in [
        (
            "\n```console\ncargo run -p ch01_lime\n```\n",
            18,
            "there is no package `ch01_lime`; did you mean `ch01_line`?",
        ),
        (
            "\n```console\ncargo test -p ch01_line --test rice\n```\n",
            18,
            "nothing for `--test rice`; did you mean `rise`?",
        ),
        (
            "\n```console\ncargo run --packag ch01_line\n```\n",
            18,
            "`cargo run` has no option `--packag`; did you mean `--package`?",
        ),
        (
            "\n```console\ncargo run -p ch01_line --bin lime\n```\n",
            18,
            "package `ch01_line` has nothing for `--bin lime`",
        ),
        (
            "\n```console\ncargo rum -p ch01_line\n```\n",
            18,
            "`cargo rum` is not known to this check; did you mean `run`?",
        ),
        (
            "\n```console\ncargo install mdbook --locked --version 0.4.1\n```\n",
            18,
            "mdBook 0.4.1: expected 0.5.4",
        ),
        (
            "\n```console\nmdbook sreve\n```\n",
            18,
            "mdbook has no command `sreve`; did you mean `serve`?",
        ),
        (
            "\n```console\ncd src\nwget x\n```\n",
            19,
            "`wget` is no program that a reader is told to have",
        ),
        ("\n```console\ntools/run.sh\n```\n", 18, "there is no file `tools/run.sh`"),
        ("\nType `cargo run -p ch01_lime`.\n", 17, "there is no package `ch01_lime`"),
    ] {
        assert_refused(text, line, words);
    }
    let fine = "\n```console\ncargo run -p ch01_line -- --any\ncargo test -p ch01_line \\\n  --test rise\n\
                mdbook serve --open\ncd src\n```\n\n`cargo test` and `mdbook`.\n";
    assert_eq!(errors_with(fine), [""; 0]);
}

#[test]
fn the_gate_installs_the_same_mdbook() {
    let gate = "cargo install mdbook --locked --version 0.5.3\n";
    let errors = SmallBook::new().with(".ci/run", gate).errors();
    assert_eq!(errors, [".ci/run:1: expected `--version 0.5.4` of mdBook"]);
}

#[test]
fn quoted_text_says_where_it_comes_from() {
    assert_refused("\n```text\nerror: no\n```\n", 17, "does not say where it comes from");
    let test = "tests/ch01_line/line.rs";
    let fine = format!("\n```text in {test}\na < b\n```\n\n```text typed\nany\n```\n");
    assert_eq!(errors_with(&fine), [""; 0]);
    assert_refused(&fine.replace("a < b", "a > b"), 17, "this text does not stand in tests/");
    assert_refused(
        &fine.replace("line.rs", "lime.rs"),
        17,
        "cannot read `tests/ch01_line/lime.rs`",
    );
}

#[test]
fn rust_is_pasted_under_any_name() {
    for text in [
        "\n```\nfn f() {}\n```\n",
        "\n```text typed\nlet x = 1;\n```\n",
        "\n```Rust\nx\n```\n",
        "\n```c\nprintln!(\"x\");\n```\n",
    ] {
        assert_refused(text, 17, "Rust pasted on the page");
    }
    assert_refused("\n    fn f() {}\n", 17, "an indented block of code");
    assert_refused("\n```\nwords\n```\n", 17, "a fence without a language");
    assert_refused("\n<pre>fn f() {}</pre>\n", 17, "code pasted in HTML");
}

#[test]
fn a_hidden_item_is_refused() {
    let hidden = "\n/// Forgotten.\n#[doc(hidden)]\npub const ZERO: f64 = 0.0;\n";
    let errors = SmallBook::new().and(small_book::CODE, hidden).errors();
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.contains("line.rs:17: `ch01_line::ZERO` is hidden"), "{errors:?}");
}

#[test]
fn a_test_file_behind_a_condition_does_not_count() {
    let test =
        SmallBook::new().but(small_book::TEST, "//! The claims of chapter 1.", "#![cfg(any())]");
    let errors = test.errors();
    assert!(errors[0].contains("it runs on a condition (#[cfg])"), "{errors:?}");
    let root = SmallBook::new().but("tests/ch01_line/mod.rs", "\n\nmod", "\n#![cfg(any())]\n\nmod");
    assert!(root.errors()[0].contains("it runs on a condition (#[cfg])"), "{:?}", root.errors());
}

#[test]
fn a_symbol_that_no_page_uses_or_no_code_has_is_refused() {
    let entry = "\n[[symbol]]\ntex = 'q'\nmeaning = \"nothing\"\n";
    let errors = SmallBook::new().and("src/notation.toml", entry).errors();
    assert_eq!(
        errors,
        ["src/notation.toml:15: symbol `q` is used on no page of a chapter: expected \
                         math with it, or no entry"]
    );
    let code = SmallBook::new().but("src/notation.toml", "code = \"y\"", "code = \"heigth\"");
    assert!(code.errors()[0].contains("symbol `y`: `heigth` is no name"), "{:?}", code.errors());
    assert_refused("\nLet $`q`$ be it.\n", 17, "unknown symbol `q` in `q`");
}

#[test]
fn a_list_of_one_item_is_a_sentence_that_began_with_a_number() {
    assert_refused("\nIt has the curvature\n1. On another it fails.\n", 18, "a list of one item");
    assert_eq!(errors_with("\n1. One.\n2. Two.\n   - inner\n"), [""; 0]);
}

#[test]
fn tex_in_html_is_refused() {
    assert_refused("\n<p>\n\\(x\\)\n</p>\n", 18, "TeX in an HTML block");
    assert_refused("\n<p>\\frac12</p>\n", 17, "TeX in an HTML block");
}

#[test]
fn an_image_described_as_an_image_is_refused() {
    assert_refused("\n![image](a.png)\n", 17, "image without a description");
    assert_refused("\n![A figure.](a.png)\n", 17, "image without a description");
}

#[test]
fn a_value_of_another_kind_is_refused() {
    let name = "{{#value ch01_line.height";
    let errors = errors_with(&format!("\nIt takes {name} as seconds}}}}.\n"));
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.contains("`ch01_line.height` is m, not seconds"), "{errors:?}");
    assert_eq!(errors_with(&format!("\nIt is {name} as m}}}} high.\n")), [""; 0]);
}

#[test]
fn what_depends_on_the_machine_is_listed_with_a_reason() {
    let values = "src/generated/ch01_line/values.json";
    let plot = "src/generated/ch01_line/plot.svg";
    let loose = || {
        SmallBook::new().but(values, "\"tolerance\": 0", "\"tolerance\": \"machine\"").but(
            plot,
            "<svg role",
            "<svg data-tolerance=\"machine\" role",
        )
    };
    let errors = loose().errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("src/generated/ch01_line/plot.svg:1: `ch01_line/plot` depends"));
    assert!(
        errors[1].starts_with("src/generated/ch01_line/values.json:1: `ch01_line.height` depends")
    );
    let list = "[[depends]]\nvalues = [\"ch01_line.he*\"]\nfigures = [\"ch01_line/plot\"]\n\
                reason = \"It is a time.\"\n";
    assert_eq!(loose().with("src/machine.toml", list).errors(), [""; 0]);
    let idle = SmallBook::new().with("src/machine.toml", list).errors();
    assert!(idle.len() == 3 && idle[0].contains("is listed, but nothing"), "{idle:?}");
    assert!(idle[1].contains("takes in `ch01_line.height`, which is exact"), "{idle:?}");
    let silent = loose().with("src/machine.toml", &list.replace("It is a time.", "so")).errors();
    assert_eq!(silent, ["src/machine.toml:1: expected a reason of some words"]);
}
