//! How often one option gives a country more than another does, over the draws of a year.

use super::block::YearBlock;
use super::sample::Sample;

/// Draws in which one of two does better than the other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Count {
    /// Weight of the draws in which it gives more.
    better: f64,
    /// Weight of the draws in which both give the same: neither is in force, as a rule.
    equal: f64,
    /// Weight of all draws, and the sum of the squares of their weights.
    weights: [f64; 2],
    /// Draws.
    pub draws: u64,
}

/// One option against another in one country.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Beats {
    /// Over all draws.
    pub all: Count,
    /// Over the draws in which both are in force at the end; none in years that do not keep that.
    pub both_in_force: Count,
}

impl Count {
    /// Share of the draws in which it gives more, with its standard error; `None` without draws.
    ///
    /// The error is the standard deviation of what `k` better of `n` draws leave open, `Beta(k + 1/2, n - k + 1/2)`: five
    /// draws of five are not certainty. Draws with weights `w` count as `(sum w)^2 / sum w^2` draws (Kish 1965).
    #[must_use]
    pub fn share(&self) -> Option<(f64, f64)> {
        let [weight, squares] = self.weights;
        let (share, draws) = (self.better / weight, weight * weight / squares);
        let (a, b) = (share * draws + 0.5, draws - share * draws + 0.5);
        (self.draws > 0).then(|| (share, (a * b / (a + b + 1.0)).sqrt() / (a + b)))
    }

    /// Share of the draws in which both give the same; `None` without draws.
    #[must_use]
    pub fn equal_share(&self) -> Option<f64> {
        (self.draws > 0).then(|| self.equal / self.weights[0])
    }

    fn note(&mut self, weight: f64, value: f64, other: f64) {
        self.draws += 1;
        self.weights[0] += weight;
        self.weights[1] += weight * weight;
        self.better += if value > other { weight } else { 0.0 };
        self.equal += if value == other { weight } else { 0.0 };
    }
}

impl Beats {
    /// Counts the draws of a block, which are those of `sample`, in which `option` gives more of a measure (its position, and that of the country)
    /// than `other`. Both are of the same draw.
    #[must_use]
    pub fn of(
        sample: &Sample,
        block: &YearBlock,
        [option, other]: [usize; 2],
        (measure, n): (usize, usize),
    ) -> Self {
        let mut found = Self::default();
        let (layout, at) = (block.layout, measure * block.layout.n + n);
        for draw in 0..block.draws.len() {
            let both = [option, other].map(|option| block.of(draw, option));
            let [value, against] = both.map(|values| values[at]);
            let weight = sample.weight(draw);
            found.all.note(weight, value, against);
            if layout.has_own && both.iter().all(|values| values[layout.in_force_at()] != 0.0) {
                found.both_in_force.note(weight, value, against);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Layout;
    use super::*;

    #[test]
    fn draws_are_compared_with_themselves() {
        let layout = Layout {
            n_options: 2,
            n: 1,
            s: 0,
            n_measures: 1,
            n_sector_measures: 0,
            n_groups: 0,
            has_own: true,
            n_carried: 0,
        };
        // Value, in force, own effect: in the first draw both options have the same row.
        let rows = [[0.0, 0.0, 0.0], [2.0, 1.0, 2.0], [1.0, 1.0, 1.0], [3.0, 0.0, 3.0]];
        let block = YearBlock {
            year: 2030,
            layout,
            draws: vec![0, 1, 2],
            rows: vec![0, 0, 1, 2, 2, 3],
            values: rows.map(Vec::from).into(),
            carried: Vec::new(),
            base_imports_musd: Vec::new(),
            base_worker_shares: Vec::new(),
        };
        let sample = Sample::plain(3);
        let found = Beats::of(&sample, &block, [0, 1], (0, 0));
        let all = Count { better: 1.0, equal: 1.0, weights: [3.0; 2], draws: 3 };
        assert_eq!(found.all, all);
        assert_eq!(found.both_in_force, Count { better: 1.0, equal: 0.0, weights: [1.0; 2], draws: 1 });
        assert_eq!(Beats::of(&sample, &block, [1, 0], (0, 0)).all, all);
        assert_eq!(found.all.equal_share(), Some(1.0 / 3.0));
        // Beta(3/2, 1/2): mean 3/4, variance 3/4 / 4 / 3.
        let (share, se) = found.both_in_force.share().unwrap();
        assert!(share == 1.0 && (se - (3.0_f64 / 16.0 / 3.0).sqrt()).abs() < 1e-15, "{se}");
        assert_eq!(Count::default().share(), None);
    }
}
