//! The job of chapter 5 in Burn: `burn_mnist DIR [seed]`.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig, Relu};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_peers::{Logits, Train, run};

#[derive(Module, Debug)]
struct Network<B: Backend> {
    hidden: Linear<B>,
    output: Linear<B>,
}

impl<B: Backend> Logits<B> for Network<B> {
    fn logits(&self, images: Tensor<B, 2>) -> Tensor<B, 2> {
        let hidden = Relu::new().forward(self.hidden.forward(images));
        self.output.forward(hidden)
    }
}

fn main() {
    let new = |device: &_| Network::<Train> {
        hidden: LinearConfig::new(784, 128).init(device),
        output: LinearConfig::new(128, 10).init(device),
    };
    run(new, 5, |_, _| 0.001);
}
