//! The two types of numbers, under one name. Page: *The neuron* (`ch01_neuron.md`).
//!
//! All chapters are generic over [`Real`].

use std::iter::Sum;

use ndarray::NdFloat;
use num_traits::FromPrimitive;

/// The numbers of this book: `f32` where a network trains, `f64` where a formula is checked.
pub trait Real: NdFloat + FromPrimitive + Default + Sum {
    /// The number of this type that is nearest to `value`.
    #[inline]
    fn of(value: f64) -> Self {
        Self::from_f64(value).expect("every f64 has a nearest f32 and a nearest f64")
    }

    /// The same number as `f64`.
    #[inline]
    fn as_f64(self) -> f64 {
        self.to_f64().expect("f32 and f64 both fit in f64")
    }

    /// The complementary error function, erfc x = 1 − 2/√π ∫₀ˣ exp(−t²) dt.
    fn erfc(self) -> Self;
}

impl Real for f32 {
    fn erfc(self) -> Self {
        libm::erfcf(self)
    }
}

impl Real for f64 {
    fn erfc(self) -> Self {
        libm::erfc(self)
    }
}
