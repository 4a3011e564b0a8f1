//! What the crate does not understand, it says.

/// What is not understood, and the byte of the LaTeX at which it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at byte {offset}")]
pub struct Refusal {
    /// The byte.
    pub offset: usize,
    /// What is not understood.
    pub message: String,
}

impl Refusal {
    /// A refusal of what stands at a byte.
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }
}
