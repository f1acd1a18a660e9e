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

/// Rounds of independent sums; their number is what the registers hold, enough to hide the latency of a
/// fused multiply-add.
struct MultiplyAdd(usize);

impl WithSimd for MultiplyAdd {
    /// Multiply-adds made.
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        if S::REGISTER_COUNT == 32 { chains::<96>(self.0) } else { chains::<40>(self.0) }
    }
}

#[inline(always)]
fn chains<const LANES: usize>(rounds: usize) -> usize {
    let (mut sums, factor, shift) = ([1.0_f64; LANES], black_box(0.999_999), black_box(1e-6));
    for _ in 0..rounds {
        // By index: only this form is kept in registers.
        #[allow(clippy::needless_range_loop)]
        for l in 0..LANES {
            sums[l] = sums[l].mul_add(factor, shift);
        }
    }
    black_box(sums.iter().sum::<f64>());
    LANES * rounds
}

/// Multiply-adds a second in registers.
pub fn multiply_add_rate() -> f64 {
    let mut made = 0;
    let seconds = best_of(5, || made = Arch::new().dispatch(MultiplyAdd(black_box(300_000))));
    made as f64 / seconds
}
