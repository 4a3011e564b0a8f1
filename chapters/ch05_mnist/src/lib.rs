//! Chapter 5: MNIST.
//!
//! Sixty thousand handwritten digits, one network, five steps. This crate reads the files, deals out
//! batches, holds the one training loop of the book, evaluates, and keeps the weights in a format
//! that other programs open. It reads from and writes to what it is handed; files are the business of
//! the programs.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`files`], *A file, byte by byte*: the IDX format
//! 2. [`data`], *Look before you train*: images with labels, batches, shuffling
//! 3. [`training`], *The five steps*: the recipe, what can be trained, the trainer
//! 4. [`results`], *What five epochs buy*: loss, accuracy, confusion
//! 5. [`speed`], *Where the time goes*: the same training step, fast
//! 6. [`weights`], *Weights in a file*: safetensors, checkpoints
//! 7. [`ink`], [`your_digit`], [`certainty`]: the ink of a photograph, a picture made like the training
//!    images, and how sure an answer is
//!
//! What is shown on a page is reached by its short path, such as `ch05_mnist::Trainer`.

pub mod files;
pub mod data;
pub mod training;
pub mod results;
pub mod speed;
pub mod weights;
pub mod ink;
pub mod your_digit;
pub mod certainty;

pub use certainty::{Certainty, Reading, read_digit};
pub use data::{CountMismatch, Dataset, shuffled};
pub use files::{
    CLASSES, IMAGES_MAGIC, IdxError, Images, LABELS_MAGIC, LARGEST_FILE, read_images, read_labels,
};
pub use ink::{Component, components, ink_on, is_light_on_dark, paper_shade};
pub use results::{Evaluation, evaluate, likeliest};
pub use speed::{Fast, keep_awake, keep_freed_memory, softmax_and_losses};
pub use training::{
    Diverged, EpochRecord, Examples, Model, OptimizerName, Recipe, Trainer, train_step,
};
pub use weights::{CheckpointError, WeightsError, load_weights, save_weights};
pub use your_digit::{NoDigit, center_digit, center_of_ink, crop_to_ink, find_digit};
