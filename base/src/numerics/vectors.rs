//! The one place where vector instructions are chosen: numbers in vectors of the machine, and code that is
//! compiled once for every vector unit and picked when it runs.
//!
//! The choice changes speed and no byte. Sums run in fixed accumulators, and multiply-adds are fused by name, which
//! rounds once whether the machine has an instruction for it or not.

use pulp::{Arch, Simd, WithSimd};

/// A number of double or single precision and the vectors that hold it.
pub trait Number: Copy + Send + Sync + 'static {
    /// A vector of the instruction set `S`.
    type Vector<S: Simd>: Copy;
    /// Numbers in a vector.
    fn lanes<S: Simd>() -> usize;
    /// An array as whole vectors; what is left over at its end is left out.
    fn vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>];
    /// The same to write to.
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>];
    /// The same number in every place.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// 0 in every place.
    fn zero<S: Simd>(simd: S) -> Self::Vector<S>;
    /// The sum.
    fn add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `sum + a b`, rounded once on every machine: where there is no such instruction, by a function.
    fn add_product<S: Simd>(
        simd: S,
        sum: Self::Vector<S>,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
    ) -> Self::Vector<S>;
}

macro_rules! numbers {
    ($($number:ty, $vector:ident, $lanes:ident, $as:ident, $as_mut:ident, $splat:ident, $add:ident, $mul_add:ident;)*) => {$(
        impl Number for $number {
            type Vector<S: Simd> = S::$vector;
            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn vectors<S: Simd>(values: &[Self]) -> &[S::$vector] {
                S::$as(values).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [S::$vector] {
                S::$as_mut(values).0
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn zero<S: Simd>(simd: S) -> S::$vector {
                simd.$splat(0.0)
            }
            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn add_product<S: Simd>(simd: S, sum: S::$vector, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, sum)
            }
        }
    )*};
}
numbers! {
    f64, f64s, F64_LANES, as_simd_f64s, as_mut_simd_f64s, splat_f64s, add_f64s, mul_add_f64s;
    f32, f32s, F32_LANES, as_simd_f32s, as_mut_simd_f32s, splat_f32s, add_f32s, mul_add_f32s;
}

/// Runs `work` with the widest vectors of the machine.
///
/// The closure must carry `#[inline(always)]`, and so must the functions it calls: what is not inlined is
/// compiled for the oldest machine.
pub fn vectorised<R>(work: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Work(work))
}

/// `FnMut`, not `FnOnce`: the call of the latter goes through a function that is not inlined.
struct Work<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Work<F> {
    type Output = R;
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}
