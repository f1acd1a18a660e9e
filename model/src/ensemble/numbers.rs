//! Uniform numbers of the parameters of a draw: from random streams, or from a point of a scrambled Sobol' sequence.
//!
//! `sobol_burley` scrambles by hashes (Owen 1995 as Burley 2020, Journal of Computer Graphics Techniques 9(4)), needs no
//! state, so that any point of any part of a run can be asked for, and has no dependency of its own. Its sequence has
//! 2^16 points of 256 dimensions in 24 bits; parameters beyond 256 have a sequence of their own.

use serde::{Deserialize, Serialize};

use super::point::{Group, Point};
use crate::rng::Stream;

/// Where the numbers of the parameters come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Random streams, one for each parameter.
    #[default]
    Plain,
    /// Points of a scrambled Sobol' sequence.
    Sobol,
}

/// Points of the sequence.
pub(super) const MOST_POINTS: u64 = 1 << 16;
/// Dimensions of the sequence.
const DIMENSIONS: usize = 256;

/// Coordinates before those of the elasticities.
const BEFORE_ELASTICITIES: usize = 4;

/// A parameter that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter<'a> {
    /// The share of trade that claims a preference.
    Utilisation,
    /// The share of barriers to services that agreements remove.
    Services,
    /// The effect of deep agreements on trade in goods.
    Depth,
    /// The share of capital in value added.
    Capital,
    /// The trade elasticity of a sector, with its position.
    Elasticity {
        /// Sector.
        sector: &'a str,
        /// Its position.
        j: usize,
    },
    /// Growth of a country, with its position among the coordinates behind those of the elasticities.
    Growth {
        /// Country.
        iso3: &'a str,
        /// Position of the first country: the number of sectors.
        after: usize,
        /// Its position.
        n: usize,
    },
}

impl Parameter<'_> {
    /// Coordinates of a point of all parameters.
    pub(super) fn count(n_sectors: usize, n_countries: usize) -> usize {
        BEFORE_ELASTICITIES + n_sectors + n_countries
    }

    /// Its coordinate in a point of many parameters: elasticities and then growth come last.
    fn dimension(self) -> usize {
        match self {
            Self::Utilisation => 0,
            Self::Services => 1,
            Self::Depth => 2,
            Self::Capital => 3,
            Self::Elasticity { j, .. } => BEFORE_ELASTICITIES + j,
            Self::Growth { after, n, .. } => BEFORE_ELASTICITIES + after + n,
        }
    }

    /// Its group and the name of its stream.
    fn stream(self) -> (Group, String) {
        match self {
            Self::Utilisation => (Group::Utilisation, "parameter.utilisation_ratio".into()),
            Self::Services => (Group::Services, "parameter.services_cut_ratio".into()),
            Self::Depth => (Group::Depth, "parameter.depth_ln_trade".into()),
            Self::Capital => (Group::Capital, "parameter.capital_share_ratio".into()),
            Self::Elasticity { sector, .. } => (Group::Elasticities, format!("parameter.theta.{sector}")),
            Self::Growth { iso3, .. } => (Group::Growth, format!("parameter.growth.{iso3}")),
        }
    }
}

/// The uniform numbers of one draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Numbers<'a> {
    /// Random streams under a seed, of each group those of its own draw.
    Streams {
        /// Seed.
        seed: u64,
        /// The draw of each group.
        point: Point,
    },
    /// A point of the sequence.
    Sobol {
        /// Seed of the scrambling.
        seed: u32,
        /// Number of the point.
        place: u32,
    },
    /// A number for each coordinate.
    Given(&'a [f64]),
}

impl Numbers<'_> {
    /// Point number `place` of the sequence under the seed of a run.
    #[must_use]
    pub fn sobol(seed: u64, place: u64) -> Self {
        let scrambling = (Stream::new(seed, 0, "points.sobol").uniform() * 2f64.powi(31)) as u32;
        Self::Sobol { seed: scrambling, place: place as u32 }
    }

    /// The number of a parameter in the open interval (0, 1).
    #[must_use]
    pub fn uniform(&self, which: Parameter<'_>) -> f64 {
        match *self {
            Self::Streams { seed, point } => {
                let (group, name) = which.stream();
                Stream::new(seed, point.draw(group), &name).uniform()
            }
            Self::Sobol { seed, place } => {
                let at = which.dimension();
                let sequence = seed.wrapping_add((at / DIMENSIONS) as u32);
                let number = sobol_burley::sample(place, (at % DIMENSIONS) as u32, sequence);
                // 24 bits, centred in their cell.
                f64::from(number) + 0.5 * 2f64.powi(-24)
            }
            Self::Given(numbers) => numbers[which.dimension()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean over `n` points of the product of `1 + (u - 1/2)` over six coordinates, which is 1.
    fn integral(n: u64, numbers: impl Fn(u64) -> Numbers<'static>) -> f64 {
        let product = |numbers: Numbers<'_>| -> f64 {
            (0..6).map(|j| 0.5 + numbers.uniform(Parameter::Elasticity { sector: "s", j })).product()
        };
        (0..n).map(|at| product(numbers(at))).sum::<f64>() / n as f64
    }

    #[test]
    fn points_of_the_sequence_know_an_integral_far_better_than_random_ones() {
        let error = |n: u64, is_sobol: bool| {
            let squares = (0..20).map(|seed| {
                let of_stream = |at: u64| {
                    // A name for each coordinate would be the same one here: streams of six draws stand in.
                    let uniform = |j| Stream::new(seed, 6 * at + j, "s").uniform();
                    (0..6).map(|j| 0.5 + uniform(j)).product::<f64>()
                };
                let mean = if is_sobol {
                    integral(n, |at| Numbers::sobol(seed, at))
                } else {
                    (0..n).map(of_stream).sum::<f64>() / n as f64
                };
                (mean - 1.0).powi(2)
            });
            (squares.sum::<f64>() / 20.0).sqrt()
        };
        let [few, many] = [256, 4096].map(|n| error(n, true));
        // Random: standard deviation ((13/12)^6 - 1)^(1/2) = 0.785 over the root of the points.
        let random = error(4096, false);
        assert!((random / (0.785 / 64.0) - 1.0).abs() < 0.5, "{random}");
        assert!(many < random / 20.0, "{many} {random}");
        assert!(many < few / 8.0, "falls faster than the root of the points: {few} {many}");
    }

    #[test]
    fn a_run_of_points_is_as_even_as_the_first_ones_and_seeds_differ() {
        let mean = |from: u64| {
            let of = |at| Numbers::sobol(3, from + at).uniform(Parameter::Depth);
            (0..64).map(of).sum::<f64>() / 64.0
        };
        assert!((mean(0) - 0.5).abs() < 0.01 && (mean(64) - 0.5).abs() < 0.01);
        let of_seed = |seed| Numbers::sobol(seed, 5).uniform(Parameter::Services);
        assert_ne!(of_seed(1), of_seed(2));
        let far = Numbers::sobol(1, 5).uniform(Parameter::Elasticity { sector: "s", j: 256 });
        assert!(far > 0.0 && far < 1.0 && far != Numbers::sobol(1, 5).uniform(Parameter::Depth));
        assert_eq!(Numbers::Given(&[0.1, 0.2, 0.3]).uniform(Parameter::Depth), 0.3);
    }
}
