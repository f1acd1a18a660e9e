//! The random streams of a stage, or of an event that comes back, by how often it came.

use crate::rng::StreamName;

/// Names prepared for each stage: more than nearly every draw needs.
const PREPARED: u32 = 40;

/// Streams `NAME.0`, `NAME.1` and so on. The first ones are prepared, later ones are named when they are needed.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    name: String,
    prepared: Vec<StreamName>,
}

impl Streams {
    /// Streams of which about `expected` are needed.
    pub fn new(name: String, expected: u32) -> Self {
        let numbered = |k| StreamName::new(&format!("{name}.{k}"));
        let prepared = (0..expected.min(PREPARED)).map(numbered).collect();
        Self { name, prepared }
    }

    /// The same, where the first is called `NAME`.
    pub fn bare_first(name: String, expected: u32) -> Self {
        let first = StreamName::new(&name);
        let mut streams = Self::new(name, expected);
        match streams.prepared.first_mut() {
            Some(zeroth) => *zeroth = first,
            None => streams.prepared.push(first),
        }
        streams
    }

    /// Number `k` of a draw.
    pub fn uniform(&self, k: u32, seed: u64, draw: u64) -> f64 {
        match self.prepared.get(k as usize) {
            Some(stream) => stream.uniform(seed, draw),
            None => StreamName::new(&format!("{}.{k}", self.name)).uniform(seed, draw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Streams;
    use crate::rng::Stream;

    #[test]
    fn streams_that_were_not_prepared_have_luck_of_their_own() {
        let streams = Streams::new("deal.vote.outcome".into(), 1000);
        let named = |k: u32| Stream::new(3, 7, &format!("deal.vote.outcome.{k}")).uniform();
        for k in [0, 39, 40, 64, 999] {
            assert_eq!(streams.uniform(k, 3, 7).to_bits(), named(k).to_bits(), "{k}");
        }
        let durations = Streams::bare_first("deal.vote.duration".into(), 2);
        let first = Stream::new(3, 7, "deal.vote.duration").uniform();
        assert_eq!(durations.uniform(0, 3, 7).to_bits(), first.to_bits());
    }
}
