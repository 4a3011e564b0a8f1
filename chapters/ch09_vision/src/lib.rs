//! Chapter 9: vision.
//!
//! A dense layer does not know which pixels are neighbors. A convolution does: it looks at small
//! patches, with the same weights everywhere. This crate has both passes of it, as defined and fast,
//! pooling, batch normalization, and a network of all of them that the trainer of chapter 5 trains.
//!
//! The modules in the order of the chapter's pages:
//!
//! 1. [`pixels`], *Vision*: the same images with their pixels in another order
//! 2. [`convolution`], *Convolution*: one kernel for all places, and the matrix that it is
//! 3. [`backward`], *Backward through a convolution*: gradients, the flipped kernel
//! 4. [`pooling`], *Pooling*: the mean or the largest of a square
//! 5. [`fast`], *Fast*: shifted slices of a padded image
//! 6. [`normalization`], *Batch normalization*: each channel to a mean and a deviation of its own
//! 7. [`blocks`], *A network of blocks*: a model for the trainer
//! 8. [`lecun1989`], *1989, again*: shared weights, a bias for each unit
//! 9. [`ninety_nine`], *Half of the mistakes*: what the network is made of
//! 10. [`weights`], *Weights for PyTorch*: the network in a file
//! 11. [`deeper`], *Deeper*: many layers, with and without shortcuts
//! 12. [`transfer`], *Transfer*: the features of one task used on another
//! 13. [`sees`], *What it sees*: what an answer rests on, images that turn
//!
//! What is shown on a page is reached by its short path, such as `ch09_vision::Convolution`.

pub mod pixels;
pub mod convolution;
pub mod backward;
pub mod pooling;
pub mod fast;
pub mod normalization;
pub mod blocks;
pub mod lecun1989;
pub mod ninety_nine;
pub mod weights;
pub mod deeper;
pub mod transfer;
pub mod sees;

pub use backward::{ConvolutionGradient, dilated};
pub use blocks::{Block, BlockGradient, BlockTrace, ConvolutionalNetwork, NetworkGradient};
pub use convolution::{BY_HAND, Convolution, correlation, output_size, receptive_field};
pub use deeper::{
    BranchTrace, DeepGradient, DeepNetwork, ResidualBlock, Start, next_cosine, sum_over_paths,
};
pub use lecun1989::{
    Decisions, MAPS, SharedGradient, SharedLayer, ZipGradient, ZipNetwork, fan_in_uniform, resized,
};
pub use ninety_nine::{Architecture, ArchitectureError};
pub use normalization::{BatchNorm, BatchNormGradient, EPSILON, MOMENTUM, Normalized, Statistics};
pub use pixels::{reordered_inputs, reordered_pixels};
pub use pooling::{MaxPooled, max_pool, mean_pool, mean_pool_backward};
pub use sees::{integrated_pixels, pixel_gradient, rotated};
pub use transfer::{Features, few, only, zero_head};
pub use weights::{load_network, save_network};
