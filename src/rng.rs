//! Counter-based random streams: one per (seed, draw, stream name).
//!
//! A stream's numbers depend on its key alone, never on the order in which streams are used, so that
//! threads, shards and added processes leave every other draw as it was.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of uniform numbers, keyed by seed, draw and name.
pub struct Stream(ChaCha12Rng);

impl Stream {
    /// The stream `name` of draw number `draw` under `seed`.
    #[must_use]
    pub fn new(seed: u64, draw: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(draw.to_le_bytes());
        hash.update(name.as_bytes());
        Self(ChaCha12Rng::from_seed(hash.finalize().into()))
    }

    /// Next uniform number in the open interval (0, 1).
    pub fn uniform(&mut self) -> f64 {
        // 53 random bits, centred in their cell: never 0, never 1.
        ((self.0.next_u64() >> 11) as f64 + 0.5) * (-53f64).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn a_stream_depends_on_its_key_alone() {
        let first = |seed, draw, name| Stream::new(seed, draw, name).uniform();
        assert_eq!(first(1, 2, "vote"), first(1, 2, "vote"));
        assert_ne!(first(1, 2, "vote"), first(1, 3, "vote"));
        assert_ne!(first(1, 2, "vote"), first(1, 2, "consent"));
        assert_ne!(first(1, 2, "vote"), first(2, 2, "vote"));
    }

    #[test]
    fn the_mean_of_many_is_one_half() {
        let mut stream = Stream::new(7, 0, "mean");
        let mean = (0..100_000).map(|_| stream.uniform()).sum::<f64>() / 1e5;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
    }
}
