//! Chapter 2: the forward pass.
//!
//! From one neuron to a layer of them, from one input to a batch, from a layer to a network; then
//! softmax and the losses, which say how wrong an answer is. A batch is rows everywhere: X is
//! `[batch × inputs]`, W is `[inputs × outputs]`, and Z = XW + b.
//!
//! The modules, in the order of the pages:
//!
//! 1. [`dense`]: a layer of neurons, and what it does to a batch (*The forward pass*);
//! 2. [`mod@product`]: the product of two matrices, plain and skipping zeros (*The product of two
//!    matrices*);
//! 3. [`tiles`]: the product where little is zero, and the function that chooses (*Where nothing is
//!    zero*);
//! 4. [`network`]: layers in a row, and the forward pass through them (*Networks*);
//! 5. [`mod@softmax`]: from logits to probabilities, without overflow (*Softmax*);
//! 6. [`losses`]: one number that says how wrong the outputs of a batch are (*How wrong is an
//!    answer?*);
//! 7. [`initialization`]: where weights and biases start (*Where the weights start*).

pub mod dense;
pub mod product;
pub mod tiles;
pub mod network;
pub mod softmax;
pub mod losses;
pub mod initialization;

pub use dense::{Dense, Layer};
pub use initialization::Initialization;
pub use losses::{
    Loss, binary_cross_entropy, cross_entropy, mean_squared_error, one_hot, softmax_cross_entropy,
};
pub use network::{Network, Trace};
pub use product::{NonZeros, product_by_definition, product_by_rows, sparse_product};
pub use softmax::{log_softmax, log_sum_exp, softmax};
pub use tiles::{TransposedProduct, product, tiled_product, transposed_product};
