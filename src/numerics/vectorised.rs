//! Loops compiled once for every vector unit, chosen when they run.

use pulp::{Arch, Simd, WithSimd};

/// Runs `operation` with vectors of at most 256 bits, which hold as many numbers of single precision as a pack.
pub fn dispatch_single<Op: WithSimd>(operation: Op) -> Op::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return Simd::vectorize(simd, operation);
    }
    Arch::new().dispatch(operation)
}

/// Runs `work` with the widest vectors of the machine.
///
/// The closure must carry `#[inline(always)]`, and so must the functions it calls: what is not inlined is
/// compiled for the oldest machine. The choice changes speed and no byte, as long as sums run in fixed
/// accumulators: nothing is fused but by name.
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
