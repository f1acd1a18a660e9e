//! Random numbers that the programs of one run have in common: the same process has the same luck in every option, so that a
//! number is worked out once for all of them.

use std::cell::Cell;

use super::program::Program;
use super::streams::Streams;
use crate::sorted::SortedMap;

/// Draws that a program runs before the next one does: their numbers fill a line of the cache.
pub(super) const DRAWS: u64 = 8;

/// The numbers of a few draws, as far as a program has asked for them.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedNumbers {
    first_draw: u64,
    /// By place of the stream ([`Streams::place`]) and draw; NaN = not asked for yet. Empty where nothing is shared.
    numbers: Vec<[Cell<f64>; DRAWS as usize]>,
}

impl SharedNumbers {
    /// For programs whose streams were placed by [`place_streams`].
    pub fn new(n_places: usize) -> Self {
        Self { first_draw: 0, numbers: vec![Default::default(); n_places] }
    }

    /// Forgets the numbers, and takes those of [`DRAWS`] draws from this one on.
    pub fn begin(&mut self, first_draw: u64) {
        self.first_draw = first_draw;
        self.numbers.iter().flatten().for_each(|number| number.set(f64::NAN));
    }

    /// Number `k` of a draw.
    pub fn uniform(&self, streams: &Streams, k: u32, (seed, draw): (u64, u64)) -> f64 {
        let of_stream = streams.place(k).and_then(|place| self.numbers.get(place));
        let known = of_stream.and_then(|of| of.get(draw.wrapping_sub(self.first_draw) as usize));
        let Some(known) = known else { return streams.uniform(k, seed, draw) };
        if known.get().is_nan() {
            known.set(streams.uniform(k, seed, draw));
        }
        known.get()
    }
}

/// Gives streams of one name the same place in all programs; the number of places.
pub(super) fn place_streams(programs: &mut [Program]) -> usize {
    // As long as the longest of the name, and then where it begins.
    let mut places: SortedMap<(String, bool), usize> = SortedMap::new();
    for streams in programs.iter_mut().flat_map(of_program) {
        let n_kept = places.entry(streams.name()).or_default();
        *n_kept = streams.n_kept().max(*n_kept);
    }
    let mut end = 0;
    for place in places.values_mut() {
        end += std::mem::replace(place, end);
    }
    for streams in programs.iter_mut().flat_map(of_program) {
        streams.put_at(places[&streams.name()]);
    }
    end
}

/// Streams of a program that depend on the draw alone: the errors of fitted parameters may be those of another.
fn of_program(program: &mut Program) -> impl Iterator<Item = &mut Streams> {
    let of_levels = program.levels.iter_mut().map(|level| &mut level.streams);
    let of_stages =
        program.stages.iter_mut().flat_map(|stage| [&mut stage.duration_streams, &mut stage.outcome_streams]);
    let of_events = program.recurring.iter_mut().flat_map(|event| {
        let of_draws = event.draws.iter_mut().map(|drawn| &mut drawn.streams);
        of_draws.chain([&mut event.streams])
    });
    of_levels.chain(of_stages).chain(of_events)
}

#[cfg(test)]
mod tests {
    use super::{DRAWS, SharedNumbers, Streams};

    #[test]
    fn a_number_is_that_of_its_stream_whoever_asked_before() {
        let streams = |place| {
            let mut streams = Streams::new("deal.vote.outcome".into(), 3);
            streams.put_at(place);
            streams
        };
        let (here, same, other) = (streams(1), streams(1), streams(4));
        assert_eq!([0, 2, 3].map(|k| here.place(k)), [Some(1), Some(3), None]);
        let mut shared = SharedNumbers::new(7);
        for first in [0, DRAWS, 40] {
            shared.begin(first);
            // Also of streams without a place and of draws that are not among the few.
            for (k, draw) in [(0, first), (2, first + DRAWS - 1), (5, first), (0, first + DRAWS), (1, 3)] {
                let expected = here.uniform(k, 9, draw).to_bits();
                for streams in [&here, &same, &other] {
                    assert_eq!(shared.uniform(streams, k, (9, draw)).to_bits(), expected, "{k} {draw}");
                }
            }
        }
        // What is known is not worked out again.
        let known = shared.uniform(&here, 0, (9, 40));
        assert_eq!(shared.uniform(&same, 0, (10, 40)).to_bits(), known.to_bits());
        assert_ne!(SharedNumbers::default().uniform(&same, 0, (10, 40)).to_bits(), known.to_bits());
    }
}
