//! A solution of the exercise `amsgrad`.

use ch01_neuron::Real;
use ch04_optimizers::{Optimizer, Parameter};

/// Adam that never forgets how large a gradient can be: in place of s its step has the largest s
/// that the weight has had so far, corrected as s is in Adam.
pub struct AmsGrad<T> {
    /// β₁, as in Adam.
    pub beta1: T,
    /// β₂, as in Adam.
    pub beta2: T,
    /// ε, as in Adam.
    pub epsilon: T,
    /// How many steps there have been.
    pub steps: i32,
    /// For each list of parameters, and each weight in it: m, s, and the largest s.
    pub memory: Vec<Vec<[T; 3]>>,
}

impl<T: Real> Optimizer<T> for AmsGrad<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        if self.steps == 0 {
            let zeros = |p: &Parameter<'_, T>| vec![[T::zero(); 3]; p.values.len()];
            self.memory = parameters.iter().map(zeros).collect();
        }
        self.steps += 1;
        let (one, beta1, beta2) = (T::one(), self.beta1, self.beta2);
        for (parameter, memory) in parameters.into_iter().zip(&mut self.memory) {
            let gradients = parameter.values.iter_mut().zip(parameter.gradient);
            for ((weight, &gradient), [m, s, largest]) in gradients.zip(memory) {
                *m = beta1 * *m + (one - beta1) * gradient;
                *s = beta2 * *s + (one - beta2) * gradient * gradient;
                let m_hat = *m / (one - beta1.powi(self.steps));
                *largest = largest.max(*s);
                let s_hat = *largest / (one - beta2.powi(self.steps));
                *weight -= learning_rate * m_hat / (s_hat.sqrt() + self.epsilon);
            }
        }
    }
}

#[path = "../tests/amsgrad.rs"]
mod tests;
