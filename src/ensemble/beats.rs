//! How often one option gives a country more than another does, over the draws of a year.

use super::block::YearBlock;

/// Draws in which one of two does better than the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Draws in which it gives more.
    pub better: u64,
    /// Draws in which both give the same: neither is in force, as a rule.
    pub equal: u64,
    /// Draws.
    pub draws: u64,
}

/// One option against another in one country.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beats {
    /// Over all draws.
    pub all: Count,
    /// Over the draws in which both are in force at the end; none in years that do not keep that.
    pub both_in_force: Count,
}

impl Count {
    /// Share of the draws in which it gives more, with its standard error; `None` without draws.
    ///
    /// The error is the standard deviation of what `better` of `draws` leave open, `Beta(better + 1/2, rest + 1/2)`:
    /// five draws of five are not certainty.
    #[must_use]
    pub fn share(&self) -> Option<(f64, f64)> {
        let (better, draws) = (self.better as f64, self.draws as f64);
        let (a, b) = (better + 0.5, draws - better + 0.5);
        (self.draws > 0).then(|| (better / draws, (a * b / (a + b + 1.0)).sqrt() / (a + b)))
    }

    fn note(&mut self, value: f64, other: f64) {
        self.draws += 1;
        self.better += u64::from(value > other);
        self.equal += u64::from(value == other);
    }
}

impl Beats {
    /// Counts the draws of a block in which `option` gives more of a measure (its position, and that of the country)
    /// than `other`. Both are of the same draw.
    #[must_use]
    pub fn of(block: &YearBlock, [option, other]: [usize; 2], (measure, n): (usize, usize)) -> Self {
        let mut found = Self::default();
        let (layout, at) = (block.layout, measure * block.layout.n + n);
        for draw in 0..block.draws.len() {
            let both = [option, other].map(|option| block.of(draw, option));
            let [value, against] = both.map(|values| values[at]);
            found.all.note(value, against);
            if layout.has_own && both.iter().all(|values| values[layout.in_force_at()] != 0.0) {
                found.both_in_force.note(value, against);
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
            values: rows.concat(),
            base_imports_musd: Vec::new(),
            base_worker_shares: Vec::new(),
        };
        let found = Beats::of(&block, [0, 1], (0, 0));
        assert_eq!(found.all, Count { better: 1, equal: 1, draws: 3 });
        assert_eq!(found.both_in_force, Count { better: 1, equal: 0, draws: 1 });
        assert_eq!(Beats::of(&block, [1, 0], (0, 0)).all, Count { better: 1, equal: 1, draws: 3 });
        // Beta(3/2, 1/2): mean 3/4, variance 3/4 / 4 / 3.
        let (share, se) = found.both_in_force.share().unwrap();
        assert!(share == 1.0 && (se - (3.0_f64 / 16.0 / 3.0).sqrt()).abs() < 1e-15, "{se}");
        assert_eq!(Count::default().share(), None);
    }
}
