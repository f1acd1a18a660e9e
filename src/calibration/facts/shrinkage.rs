//! Many uncertain estimates of one thing, and of like things: random-effects means, shrunk by their precision.

/// Rounds of the least squares by turns; with most things seen by most studies a few are enough.
const ROUNDS: usize = 200;

/// A number with its variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Value.
    pub value: f64,
    /// Variance of its error.
    pub variance: f64,
}

/// Mean of estimates with weights of one over (their variance + `between`).
///
/// `None` if there is none.
#[must_use]
pub fn mean(estimates: &[Estimate], between: f64) -> Option<Estimate> {
    let weights: f64 = estimates.iter().map(|e| 1.0 / (e.variance + between)).sum();
    let sum: f64 = estimates.iter().map(|e| e.value / (e.variance + between)).sum();
    (weights > 0.0).then(|| Estimate { value: sum / weights, variance: 1.0 / weights })
}

/// Variance between the estimates of a group beyond their own errors, one number for all groups.
///
/// The method of moments of DerSimonian & Laird (1986), with the sums of all groups: the weighted squares about the
/// means of the groups, less what errors alone would give, at least 0.
#[must_use]
pub fn variance_between(groups: &[&[Estimate]]) -> f64 {
    let (mut excess, mut scale) = (0.0, 0.0);
    for group in groups {
        let Some(Estimate { value: centre, .. }) = mean(group, 0.0) else { continue };
        let weight = |e: &Estimate| 1.0 / e.variance;
        let sum: f64 = group.iter().map(weight).sum();
        let squares: f64 = group.iter().map(|e| weight(e).powi(2)).sum();
        let spread: f64 = group.iter().map(|e| weight(e) * (e.value - centre).powi(2)).sum();
        excess += spread - (group.len() as f64 - 1.0);
        scale += sum - squares / sum;
    }
    if scale > 0.0 { (excess / scale).max(0.0) } else { 0.0 }
}

/// Thing, study and value.
pub type Row = (usize, usize, f64);

/// How far each study lies above the others on the things that both look at, and the variance of the common level.
///
/// Rows are `(thing, study, value)`. Least squares of `value = thing + study`, by turns; the effects of the studies
/// sum to zero. The variance of the level is that of a mean of as many studies: a study that is high is high
/// everywhere, so that more things do not make the level surer.
#[must_use]
pub fn study_effects(rows: &[Row], n_studies: usize) -> (Vec<f64>, f64) {
    let n_things = rows.iter().map(|row| row.0 + 1).max().unwrap_or(0);
    let mut effects = vec![0.0; n_studies];
    let means = |n: usize, of: &dyn Fn(&Row) -> (usize, f64)| {
        let mut sums = vec![(0.0, 0.0); n];
        rows.iter().map(of).for_each(|(at, value)| sums[at] = (sums[at].0 + value, sums[at].1 + 1.0));
        sums.into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect::<Vec<f64>>()
    };
    for _ in 0..ROUNDS {
        let things = means(n_things, &|&(thing, study, value)| (thing, value - effects[study]));
        let next = means(n_studies, &|&(thing, study, value)| (study, value - things[thing]));
        let centre = next.iter().sum::<f64>() / n_studies.max(1) as f64;
        effects = next.into_iter().map(|effect| effect - centre).collect();
    }
    let squares: f64 = effects.iter().map(|effect| effect * effect).sum();
    let n = n_studies as f64;
    let level = if n_studies > 1 { squares / (n - 1.0) / n } else { 0.0 };
    (effects, level)
}

/// An estimate moved towards the pooled value of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// Value and variance after it.
    pub estimate: Estimate,
    /// Share of the own estimate in it, 0 to 1.
    pub own_share: f64,
}

/// Shrinks each estimate to the pooled value: `pooled + B (own - pooled)` with `B = between / (between + variance)`.
///
/// The variance after it is `B variance + (1 - B)^2` times that of the pooled value. The pooled value itself is the
/// second part of the answer.
#[must_use]
pub fn shrink(estimates: &[Estimate]) -> Option<(Vec<Shrunk>, Estimate)> {
    let between = variance_between(&[estimates]);
    let pooled = mean(estimates, between)?;
    let shrunk = |own: &Estimate| {
        let own_share = between / (between + own.variance);
        let value = pooled.value + own_share * (own.value - pooled.value);
        let variance = own_share * own.variance + (1.0 - own_share).powi(2) * pooled.variance;
        Shrunk { estimate: Estimate { value, variance }, own_share }
    };
    Some((estimates.iter().map(shrunk).collect(), pooled))
}

#[cfg(test)]
mod tests {
    use super::{Estimate, mean, shrink, study_effects, variance_between};

    fn estimate(value: f64, variance: f64) -> Estimate {
        Estimate { value, variance }
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn a_mean_by_hand() {
        // Weights 1 and 1/4.
        let of = mean(&[estimate(2.0, 1.0), estimate(7.0, 4.0)], 0.0).unwrap();
        near(of.value, 3.0);
        near(of.variance, 0.8);
        // With 1 between them: 1/2 and 1/5.
        near(mean(&[estimate(2.0, 1.0), estimate(7.0, 4.0)], 1.0).unwrap().value, (1.0 + 1.4) / 0.7);
        assert!(mean(&[], 1.0).is_none());
    }

    #[test]
    fn variance_between_by_hand() {
        // Equal variances v: the method of moments is the sample variance less v.
        let group = [estimate(1.0, 1.0), estimate(3.0, 1.0), estimate(8.0, 1.0)];
        near(variance_between(&[&group]), 13.0 - 1.0);
        // Two groups: (26 - 2 + 2 - 1) / (2 + 1).
        let other = [estimate(0.0, 1.0), estimate(2.0, 1.0)];
        near(variance_between(&[&group, &other]), 25.0 / 3.0);
        near(variance_between(&[&[estimate(5.0, 1.0), estimate(5.1, 1.0)]]), 0.0);
        near(variance_between(&[&[estimate(5.0, 1.0)], &[]]), 0.0);
    }

    #[test]
    fn a_study_that_is_high_everywhere_is_told_from_a_thing_that_is() {
        // Thing 0 is 1, thing 1 is 5; study 0 adds 2, study 1 takes 2 off, study 2 saw thing 1 alone.
        let rows = [(0, 0, 3.0), (0, 1, -1.0), (1, 0, 7.0), (1, 1, 3.0), (1, 2, 5.0)];
        let (effects, level) = study_effects(&rows, 3);
        for (effect, known) in effects.iter().zip([2.0, -2.0, 0.0]) {
            near(*effect, known);
        }
        near(level, 4.0 / 3.0);
        assert_eq!(study_effects(&[], 0), (vec![], 0.0));
    }

    #[test]
    fn what_is_known_badly_goes_to_the_pooled_value() {
        let own = [estimate(0.0, 0.01), estimate(4.0, 0.01), estimate(100.0, 1e9)];
        let (shrunk, pooled) = shrink(&own).unwrap();
        near(shrunk[2].estimate.value, pooled.value + shrunk[2].own_share * (100.0 - pooled.value));
        assert!(shrunk[2].own_share < 1e-6 && shrunk[0].own_share > 0.99);
        assert!((shrunk[2].estimate.value - pooled.value).abs() < 1e-3);
        // Alike within their errors: all take the pooled value.
        let (shrunk, pooled) = shrink(&[estimate(1.0, 1.0), estimate(1.5, 1.0)]).unwrap();
        assert!(shrunk.iter().all(|s| s.own_share == 0.0 && s.estimate.value == pooled.value));
        near(shrunk[0].estimate.variance, 0.5);
    }
}
