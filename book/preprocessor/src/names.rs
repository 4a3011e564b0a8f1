//! Names in code style in the prose: each exists in the workspace or in the language.

use crate::commands;
use crate::problems::{did_you_mean, nearest};
use crate::vocabulary::{Vocabulary, identifiers};

/// Words of Rust and of its standard library that prose may use although no code here does.
const LANGUAGE: &str = "
as async await break const continue crate dyn else enum extern false fn for if impl in let loop
match mod move mut pub ref return self Self static struct super trait true type unsafe use where
while union macro_rules
bool char f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize str String Vec Option Some None
Result Ok Err Box Rc Arc Cell RefCell Mutex RwLock Cow Iterator IntoIterator FromIterator Fn FnMut
FnOnce Clone Copy Debug Default Display Drop Eq Error From Hash Into Ord PartialEq PartialOrd Send
Sized Sync ToString Deref Index IndexMut Add Sub Mul Div Neg Rem Not BTreeMap BTreeSet HashMap HashSet
VecDeque Path PathBuf File Read Write Duration Instant Ordering Range PhantomData Sum Product ToOwned
AsRef Borrow BorrowMut BufRead BufReader BufWriter Any Formatter Infallible Wrapping NonZero
std core alloc cmp fmt fs io iter mem ops ptr array slice vec collections thread time rc cell sync
assert assert_eq assert_ne dbg eprintln format panic print println todo unimplemented unreachable vec
matches write writeln cfg include_str derive test ignore should_panic doc inline must_use allow warn
all any append as_bytes as_mut as_ref as_slice as_str as_deref binary_search borrow borrow_mut by_ref
ceil chain chars checked_add checked_div checked_mul checked_sub chunks chunks_exact chunks_mut clear
clone cloned cmp collect concat contains copied copy_from_slice cos cosh count cycle dedup default
div_ceil drain each_mut each_ref ends_with entry enumerate eq erfc err exp exp2 exp_m1 expect extend
fill filter filter_map find first first_chunk flat_map flatten floor fold for_each from from_bits
from_fn get get_mut hypot insert inspect into into_iter is_empty is_err is_finite is_infinite is_nan
is_none is_none_or is_ok is_some is_some_and is_subnormal iter iter_mut join keys last len ln ln_1p
lines log10 log2 map map_or map_or_else map_while max max_by max_by_key min min_by min_by_key mul_add
new next nth ok ok_or ok_or_else or or_else parse partial_cmp partition peek pop position pow powf
powi product push push_str random read rem_euclid remove repeat repeat_with replace resize resize_with
retain rev round saturating_sub scan sin skip skip_while sort sort_by sort_by_key split split_at
split_once sqrt starts_with step_by sum swap swap_remove take take_while tan tanh then then_some to_be
to_bits to_le to_owned to_string to_vec total_cmp trailing_zeros trim truncate try_from try_into
unwrap unwrap_or unwrap_or_default unwrap_or_else unzip values windows with_capacity wrapping_add
wrapping_mul zip EPSILON INFINITY MAX MIN MIN_POSITIVE NAN PI E Axis
NaN nocapture rustc rustdoc clippy cargo crate rustfmt rustup nightly stable
";

/// Extensions of files that prose names.
const EXTENSIONS: [&str; 17] = [
    ".rs",
    ".md",
    ".toml",
    ".json",
    ".svg",
    ".png",
    ".gz",
    ".py",
    ".sh",
    ".css",
    ".js",
    ".mjs",
    ".bib",
    ".lock",
    ".yml",
    ".safetensors",
    ".html",
];

/// What is wrong with a name in code style, if anything.
pub fn problem(code: &str, vocabulary: &Vocabulary) -> Option<String> {
    let code = code.trim();
    let is_example = ["{{", "$`", "chNN", "```", "<!--"].iter().any(|sign| code.contains(sign));
    if is_example || !code.contains(char::is_alphabetic) || commands::is_call(code) {
        return None;
    }
    let words: Vec<&str> = code.split_whitespace().collect();
    if let [only] = words[..] {
        if only.starts_with("--") {
            return option(only, vocabulary);
        }
        if is_path(only) {
            return file(only, vocabulary);
        }
    }
    if let Some(message) = member(code, vocabulary) {
        return Some(message);
    }
    let code = without_texts(code);
    let unknown = identifiers(&code).find(|name| !is_known(name, vocabulary));
    unknown.map(|name| {
        let meant = did_you_mean(&name, vocabulary.names.iter().map(String::as_str));
        format!("`{name}` is no name in the workspace or of the language{meant}")
    })
}

fn is_known(name: &str, vocabulary: &Vocabulary) -> bool {
    let letters = name.trim_matches('_');
    letters.len() < 3
        || vocabulary.names.contains(name)
        || vocabulary.packages.contains_key(&name.replace('_', "-"))
        || LANGUAGE.split_whitespace().any(|word| word == name)
}

/// Code without what stands between quotes.
fn without_texts(code: &str) -> String {
    let parts = code.split(['"', '\'']).enumerate();
    let paired = |sign| code.matches(sign).count().is_multiple_of(2);
    match paired('"') && paired('\'') {
        true => parts.filter(|(index, _)| index % 2 == 0).map(|(_, part)| part).collect(),
        false => code.to_owned(),
    }
}

fn option(option: &str, vocabulary: &Vocabulary) -> Option<String> {
    let name = option.split('=').next().unwrap_or(option);
    // Those of cargo and mdbook that the pages use.
    let known = ["--help", "--version", "--open", "--locked", "--release", "--test", "--nocapture"];
    if vocabulary.options.contains(name) || known.contains(&name) {
        return None;
    }
    let names = vocabulary.options.iter().map(String::as_str).chain(known);
    let meant = did_you_mean(name, names);
    Some(format!("no program has the option `{name}`{meant}"))
}

/// Whether a word is the name of a file or of a folder.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "/._-*".contains(c);
    let dotted = EXTENSIONS.iter().any(|extension| word.ends_with(extension));
    let folder = word.contains('/') && word.contains(char::is_alphabetic);
    // A slash with a number beside it divides.
    let divides = word.split('/').any(|part| part.parse::<f64>().is_ok());
    word.chars().all(plain) && (dotted || folder) && !divides && !word.starts_with('/')
}

fn file(path: &str, vocabulary: &Vocabulary) -> Option<String> {
    let wanted = path.trim_end_matches('/').trim_start_matches("./");
    let is_it = |file: &&String| match wanted.split_once('*') {
        Some((start, end)) => file.starts_with(start) && file.ends_with(end),
        None => *file == wanted || file.ends_with(&format!("/{wanted}")),
    };
    if vocabulary.files.iter().any(|file| is_it(&file)) {
        return None;
    }
    let files = vocabulary.files.iter().map(String::as_str);
    let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
    let same = vocabulary.files.iter().find(|file| last(file) == last(wanted));
    let meant = same.map(String::as_str).or_else(|| nearest(wanted, files));
    let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    Some(format!("there is no file `{path}`{meant}"))
}

/// A path `Type::member` or `crate::…::name` that leads nowhere.
fn member(code: &str, vocabulary: &Vocabulary) -> Option<String> {
    let path = code.split(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
    for path in path.filter(|path| path.contains("::")) {
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let Some(&[owner, name]) = parts.last_chunk::<2>() else { continue };
        if let Some(inside) = parts.first().and_then(|first| vocabulary.crates.get(*first))
            && let Some(lost) = parts[1..].iter().find(|part| !inside.contains(**part))
            && **lost != *"main"
        {
            let meant = did_you_mean(lost, inside.iter().map(String::as_str));
            return Some(format!("`{path}`: `{}` has no `{lost}`{meant}", parts[0]));
        }
        if let Some(members) = vocabulary.members.get(owner)
            && !members.contains(name)
            && !vocabulary.members.contains_key(name)
        {
            let meant = did_you_mean(name, members.iter().map(String::as_str));
            return Some(format!("`{path}`: `{owner}` has no `{name}`{meant}"));
        }
    }
    None
}
