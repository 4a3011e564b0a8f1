//! The number of a chapter, in the names of its files and folders.

use std::path::Path;

/// The number of the chapter in the name of a file or a folder: 3 in `ch03_backprop`.
pub fn chapter_in(name: &str) -> Option<u32> {
    let rest = name.strip_prefix("ch")?;
    let digits = &rest[..rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len())];
    let ends = rest[digits.len()..].starts_with(['_', '-', '.']) || rest.len() == digits.len();
    digits.parse().ok().filter(|_| ends)
}

/// The number of the chapter in a path of a page or a file.
pub fn chapter_of_path(path: &Path) -> Option<u32> {
    path.iter().find_map(|part| chapter_in(&part.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_known_by_its_path() {
        assert_eq!(chapter_of_path(Path::new("ch03_backprop/shapes.md")), Some(3));
        assert_eq!(chapter_of_path(Path::new("ch12.md")), Some(12));
        assert_eq!(chapter_of_path(Path::new("chart.md")), None);
        assert_eq!(chapter_of_path(Path::new("ch1x.md")), None);
    }
}
