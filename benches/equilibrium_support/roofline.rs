//! What one core can do: read bandwidth at a working set, fused multiply-adds a second.

use std::hint::black_box;

use cpu_time::ThreadTime;
use pulp::{Arch, Simd, WithSimd};

/// Best of some repetitions, in seconds of this thread's processor time: other work on the machine does not
/// count, but for the caches that it takes.
pub fn best_of(repetitions: usize, mut run: impl FnMut()) -> f64 {
    (0..repetitions)
        .map(|_| {
            let started = ThreadTime::now();
            run();
            started.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

struct Read<'a>(&'a [f64]);

impl WithSimd for Read<'_> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut sums = [0.0; 32];
        for chunk in self.0.chunks_exact(32) {
            for l in 0..32 {
                sums[l] += chunk[l];
            }
        }
        sums.iter().sum()
    }
}

/// Bytes a second of reading `bytes` again and again: cache or memory, whichever holds them.
pub fn read_bandwidth(bytes: usize) -> f64 {
    let data = vec![1.0_f64; (bytes / 8).next_multiple_of(32)];
    let passes = (1 << 27) / (8 * data.len()) + 1;
    let seconds = best_of(5, || {
        for _ in 0..passes {
            black_box(Arch::new().dispatch(Read(black_box(&data))));
        }
    });
    (8 * data.len() * passes) as f64 / seconds
}

/// Sums that do not wait for each other: enough to hide the latency of a fused multiply-add, and no more than the
/// registers hold beside its other operands.
const CHAINS: usize = 12;

/// Rounds of multiply-adds in registers.
struct MultiplyAdd(usize);

impl WithSimd for MultiplyAdd {
    /// Multiply-adds made.
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let (factor, shift) = (simd.splat_f64s(black_box(0.999_999)), simd.splat_f64s(black_box(1e-6)));
        let mut sums = [simd.splat_f64s(1.0); CHAINS];
        for _ in 0..self.0 {
            for sum in &mut sums {
                *sum = simd.mul_add_f64s(*sum, factor, shift);
            }
        }
        black_box(sums.map(|sum| simd.reduce_sum_f64s(sum)));
        CHAINS * S::F64_LANES * self.0
    }
}

/// Multiply-adds a second in registers.
pub fn multiply_add_rate() -> f64 {
    let mut made = 0;
    let seconds = best_of(5, || made = Arch::new().dispatch(MultiplyAdd(black_box(300_000))));
    made as f64 / seconds
}
