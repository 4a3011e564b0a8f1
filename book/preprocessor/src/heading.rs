//! Identifiers of headings.

/// The identifier that mdBook would give to a heading with this text.
///
/// Dollar signs and backslashes of math fall away, so that a heading about `x` gets the same
/// identifier whether its math is typeset or not.
pub fn id_of(text: &str) -> String {
    let character = |character: char| match character {
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
        blank if blank.is_whitespace() => Some('-'),
        _ => None,
    };
    text.trim().to_lowercase().chars().filter_map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn an_identifier_keeps_letters_of_any_script() {
        assert_eq!(id_of("The gradient of $\\mathcal L$: 梯度"), "the-gradient-of-mathcal-l-梯度");
    }
}
