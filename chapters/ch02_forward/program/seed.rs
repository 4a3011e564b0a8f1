//! Where the random numbers of the chapter begin.

/// The seed of everything random in this chapter.
pub const SEED: u64 = 1986;
