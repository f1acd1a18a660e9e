//! The random streams of a stage, or of an event that comes back, by how often it came.

use std::sync::OnceLock;

use crate::rng::StreamName;

/// Most names of a stage that are kept: more than nearly every draw needs.
const MOST_KEPT: u32 = 256;

/// Streams `NAME.0`, `NAME.1` and so on. A name is prepared when a draw first asks for it, once for all draws.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    name: String,
    /// True if the first one is called `NAME`.
    is_bare_first: bool,
    /// Place of the first among the streams of all programs of a run; `None` = of this program alone.
    place: Option<u32>,
    kept: Box<[OnceLock<StreamName>]>,
}

impl Streams {
    /// Streams of which at most `expected` are needed.
    pub fn new(name: String, expected: u32) -> Self {
        let kept = (0..expected.clamp(1, MOST_KEPT)).map(|_| OnceLock::new()).collect();
        Self { name, is_bare_first: false, place: None, kept }
    }

    /// The same, where the first is called `NAME`.
    pub fn bare_first(name: String, expected: u32) -> Self {
        Self { is_bare_first: true, ..Self::new(name, expected) }
    }

    /// What tells streams apart: the same in two programs gives the same numbers.
    pub fn name(&self) -> (String, bool) {
        (self.name.clone(), self.is_bare_first)
    }

    /// Streams that are kept, and have a place.
    pub fn n_kept(&self) -> usize {
        self.kept.len()
    }

    /// Puts the streams that are kept at this place and those behind it.
    pub fn put_at(&mut self, place: usize) {
        self.place = u32::try_from(place).ok();
    }

    /// Place of stream `k`, where it has one.
    pub fn place(&self, k: u32) -> Option<usize> {
        let is_kept = (k as usize) < self.kept.len();
        self.place.filter(|_| is_kept).map(|place| place as usize + k as usize)
    }

    /// Number `k` of a draw.
    pub fn uniform(&self, k: u32, seed: u64, draw: u64) -> f64 {
        match self.kept.get(k as usize) {
            Some(kept) => kept.get_or_init(|| self.named(k)).uniform(seed, draw),
            None => self.named(k).uniform(seed, draw),
        }
    }

    fn named(&self, k: u32) -> StreamName {
        if k == 0 && self.is_bare_first {
            return StreamName::new(&self.name);
        }
        StreamName::new(&format!("{}.{k}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::Streams;
    use crate::rng::Stream;

    #[test]
    fn a_stream_has_the_luck_of_its_name_kept_or_not_asked_once_or_again() {
        let streams = Streams::new("deal.vote.outcome".into(), 1000);
        let named = |k: u32, draw| Stream::new(3, draw, &format!("deal.vote.outcome.{k}")).uniform();
        for k in [0, 39, 40, 64, 999, 1000, 5000, 40] {
            for draw in [7, 8] {
                assert_eq!(streams.uniform(k, 3, draw).to_bits(), named(k, draw).to_bits(), "{k} {draw}");
            }
        }
        let durations = Streams::bare_first("deal.vote.duration".into(), 2);
        let first = Stream::new(3, 7, "deal.vote.duration").uniform();
        assert_eq!(durations.uniform(0, 3, 7).to_bits(), first.to_bits());
        let later = Stream::new(3, 7, "deal.vote.duration.1").uniform();
        assert_eq!(durations.uniform(1, 3, 7).to_bits(), later.to_bits());
    }

    #[test]
    fn threads_that_ask_at_once_have_the_same_luck() {
        let streams = Streams::new("deal.vote.outcome".into(), u32::MAX);
        let ask = || (0..300).map(|k| streams.uniform(k, 1, 2).to_bits()).collect::<Vec<_>>();
        let found = std::thread::scope(|scope| {
            [0, 1, 2].map(|_| scope.spawn(ask)).map(|one| one.join().expect("a thread that asks"))
        });
        assert!(found.iter().all(|one| *one == ask()));
    }
}
