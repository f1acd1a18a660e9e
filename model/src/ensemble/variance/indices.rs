//! Sobol' indices: how much of a variance comes from each group of what is drawn.
//!
//! With `A` and `B` two independent samples of everything and `AB_g` the sample `A` with group `g` from `B`
//! (Saltelli et al. 2010, Computer Physics Communications 181, table 2; estimators of Jansen 1999):
//!
//! ```text
//! first order   S_g = 1 - mean (f(B) - f(AB_g))^2 / (2 V)      what fixing the group alone would take away
//! total         T_g =     mean (f(A) - f(AB_g))^2 / (2 V)      what would be left if all else were fixed
//! ```
//!
//! V is the variance over `A` and `B` together. Standard errors are those of the jackknife over the points.

/// Values of a function at the points of the design, a number a point each.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// At the first sample.
    pub a: Vec<f64>,
    /// At the second sample.
    pub b: Vec<f64>,
    /// At the first sample with a group from the second, by group.
    pub mixed: Vec<Vec<f64>>,
}

/// The share of a group in a variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// First-order index with its standard error.
    pub first_order: (f64, f64),
    /// Total index with its standard error.
    pub total: (f64, f64),
}

impl Values {
    /// Mean over both samples.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.a.iter().chain(&self.b).sum::<f64>() / (2 * self.a.len()) as f64
    }

    /// Standard deviation over both samples.
    #[must_use]
    pub fn sd(&self) -> f64 {
        let (mean, n) = (self.mean(), (2 * self.a.len()) as f64);
        let squares = self.a.iter().chain(&self.b).map(|value| (value - mean).powi(2)).sum::<f64>();
        (squares / (n - 1.0)).sqrt()
    }

    /// The indices of each group; `None` where nothing varies or there are fewer than three points.
    #[must_use]
    pub fn indices(&self) -> Option<Vec<Index>> {
        let is_enough = self.a.len() >= 3 && self.sd() > 0.0;
        is_enough.then(|| self.mixed.iter().map(|mixed| self.index(mixed)).collect())
    }

    fn index(&self, mixed: &[f64]) -> Index {
        // Differences from the mean, so that sums of squares keep their digits.
        let mean = self.mean();
        let points: Vec<[f64; 4]> = (self.a.iter().zip(&self.b).zip(mixed))
            .map(|((a, b), ab)| {
                let (x, y) = (a - mean, b - mean);
                [(b - ab).powi(2), (a - ab).powi(2), x + y, x * x + y * y]
            })
            .collect();
        let sums = points.iter().fold([0.0; 4], |sum, one| [0, 1, 2, 3].map(|at| sum[at] + one[at]));
        let n = points.len() as f64;
        let of = |sums: [f64; 4], n: f64| {
            let variance = (sums[3] - sums[2] * sums[2] / (2.0 * n)) / (2.0 * n - 1.0);
            [1.0 - sums[0] / (2.0 * n * variance), sums[1] / (2.0 * n * variance)]
        };
        let whole = of(sums, n);
        let without: Vec<[f64; 2]> =
            points.iter().map(|one| of([0, 1, 2, 3].map(|at| sums[at] - one[at]), n - 1.0)).collect();
        let error = |which: usize| {
            let mean = without.iter().map(|one| one[which]).sum::<f64>() / n;
            let squares = without.iter().map(|one| (one[which] - mean).powi(2)).sum::<f64>();
            ((n - 1.0) / n * squares).sqrt()
        };
        Index { first_order: (whole[0], error(0)), total: (whole[1], error(1)) }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::rng::Stream;

    /// Values of `f` of independent uniform numbers, one a group.
    fn sampled<const G: usize>(n: u64, f: impl Fn([f64; G]) -> f64) -> Values {
        let numbers = |draw: u64| -> [f64; G] {
            let mut stream = Stream::new(7, draw, "indices");
            std::array::from_fn(|_| stream.uniform())
        };
        let (mut values, groups) = (Values { a: vec![], b: vec![], mixed: vec![vec![]; G] }, 0..G);
        for point in 0..n {
            let (a, b) = (numbers(point), numbers(n + point));
            values.a.push(f(a));
            values.b.push(f(b));
            for g in groups.clone() {
                let mut mixed = a;
                mixed[g] = b[g];
                values.mixed[g].push(f(mixed));
            }
        }
        values
    }

    /// Ishigami & Homma (1990) with 7 and 0.1: the indices are known in closed form.
    #[test]
    fn the_indices_of_the_ishigami_function() {
        let (a, b) = (7.0, 0.1);
        let values = sampled(6000, |u: [f64; 3]| {
            let x = u.map(|u| PI * (2.0 * u - 1.0));
            x[0].sin() + a * x[1].sin().powi(2) + b * x[2].powi(4) * x[0].sin()
        });
        let (v1, v2) = (0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2), a * a / 8.0);
        let v13 = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
        let v = v1 + v2 + v13;
        assert!((values.sd().powi(2) / v - 1.0).abs() < 0.03);
        let known = [(v1 / v, (v1 + v13) / v), (v2 / v, v2 / v), (0.0, v13 / v)];
        for (found, (first, total)) in values.indices().unwrap().iter().zip(known) {
            for ((value, se), known) in [(found.first_order, first), (found.total, total)] {
                assert!((value - known).abs() < 4.0 * se && se < 0.03, "{value} ({se}), {known}");
            }
        }
    }

    /// The stated error is the spread of the index over many designs.
    #[test]
    fn errors_are_those_of_repeated_designs() {
        let of = |seed: u64| {
            let mut values = Values { a: vec![], b: vec![], mixed: vec![vec![], vec![]] };
            for point in 0..200 {
                let mut stream = Stream::new(seed, point, "repeated");
                let [x, y, u, v]: [f64; 4] = std::array::from_fn(|_| stream.uniform());
                let f = |x: f64, y: f64| x + 0.5 * y;
                values.a.push(f(x, y));
                values.b.push(f(u, v));
                values.mixed[0].push(f(u, y));
                values.mixed[1].push(f(x, v));
            }
            values.indices().unwrap()[0]
        };
        let found: Vec<Index> = (0..200).map(of).collect();
        for pick in [|one: &Index| one.first_order, |one: &Index| one.total] {
            let (values, errors): (Vec<f64>, Vec<f64>) = found.iter().map(pick).unzip();
            let mean = values.iter().sum::<f64>() / 200.0;
            let spread = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 199.0).sqrt();
            let stated = errors.iter().sum::<f64>() / 200.0;
            // Variances 1 and 1/4: four fifths.
            assert!((mean - 0.8).abs() < 0.02, "{mean}");
            assert!((stated / spread - 1.0).abs() < 0.2, "{stated} {spread}");
        }
    }

    #[test]
    fn what_never_varies_has_no_shares() {
        let flat = Values { a: vec![1.0; 4], b: vec![1.0; 4], mixed: vec![vec![1.0; 4]] };
        assert_eq!(flat.indices(), None);
    }
}
