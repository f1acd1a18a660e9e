//! Minimum of a smooth function above lower bounds: projected L-BFGS.
//!
//! Source: Nocedal & Wright (2006), algorithm 7.4, on the variables that are free; the step along the
//! projected path is halved until the value falls, or, where the value no longer tells, the gradient. Hand-written:
//! the L-BFGS of `argmin` knows no bounds, and the crates that do wrap the Fortran code.

use std::collections::VecDeque;

/// Pairs of steps and gradient changes kept.
const MEMORY: usize = 12;
/// Longest first step, and longest step of any variable later.
const LONGEST: f64 = 0.5;
/// Halvings of one step.
const MAX_HALVINGS: usize = 25;
/// Share of the promised decrease that is asked for.
const ARMIJO: f64 = 1e-4;

/// What is asked of [`minimise`].
#[derive(Debug, Clone, Copy)]
pub struct BoundedOptions {
    /// Largest projected gradient at which a point is accepted.
    pub tolerance: f64,
    /// Differences of the value below this are noise.
    pub noise: f64,
    /// Evaluations before it gives up.
    pub max_evaluations: usize,
}

/// Where [`minimise`] ended.
#[derive(Debug, Clone)]
pub struct BoundedMinimum {
    /// The point.
    pub x: Vec<f64>,
    /// Largest component of the projected gradient.
    pub projected_gradient: f64,
    /// Evaluations used.
    pub evaluations: usize,
}

/// The gradient of the variables that can still move: 0 at a bound that it pushes against.
fn projected(x: &[f64], lower: &[f64], gradient: &[f64]) -> Vec<f64> {
    let held = x.iter().zip(lower).zip(gradient);
    held.map(|((x, lower), g)| if x <= lower && *g > 0.0 { 0.0 } else { *g }).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// A point with the value and the gradient there.
struct Point {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl Point {
    fn new<E>(x: Vec<f64>, f: &mut impl FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>) -> Result<Self, E> {
        let (value, gradient) = f(&x)?;
        Ok(Self { x, value, gradient })
    }

    /// Largest component of the projected gradient.
    fn size(&self, lower: &[f64]) -> f64 {
        largest(&projected(&self.x, lower, &self.gradient))
    }

    /// True if `next` lowers the value enough, or, where the change is noise, the gradient.
    fn is_improved_by(&self, next: &Self, lower: &[f64], noise: f64) -> bool {
        let promised = product(&self.gradient, &difference(&next.x, &self.x));
        let falls = next.value <= self.value + ARMIJO * promised;
        let is_noise = (next.value - self.value).abs() <= noise;
        (falls && !is_noise) || (is_noise && next.size(lower) < 0.9 * self.size(lower))
    }
}

/// Minimises `f`, which returns value and gradient, from `x`; the last point is returned, converged or not.
///
/// # Errors
/// The error of `f` at the start, or where no shorter step avoids one.
pub fn minimise<E>(
    x: Vec<f64>,
    lower: &[f64],
    options: BoundedOptions,
    mut f: impl FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
) -> Result<BoundedMinimum, E> {
    let mut now = Point::new(x, &mut f)?;
    let mut evaluations = 1;
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    loop {
        let free = projected(&now.x, lower, &now.gradient);
        let size = largest(&free);
        if size <= options.tolerance || evaluations >= options.max_evaluations {
            return Ok(BoundedMinimum { x: now.x, projected_gradient: size, evaluations });
        }
        let direction = descent(&pairs, &free);
        let mut scale = (LONGEST / largest(&direction)).min(1.0);
        let mut failure = None;
        let found = (0..MAX_HALVINGS).find_map(|_| {
            let steps = now.x.iter().zip(&direction).zip(lower);
            let next = steps.map(|((x, d), lower)| (x + scale * d).max(*lower)).collect();
            scale *= 0.5;
            evaluations += 1;
            let next = Point::new(next, &mut f).map_err(|error| failure = Some(error)).ok();
            next.filter(|next| now.is_improved_by(next, lower, options.noise))
        });
        match (found, failure) {
            (Some(next), _) => {
                let step = difference(&next.x, &now.x);
                let change = difference(&next.gradient, &now.gradient);
                if product(&step, &change) > 1e-12 * product(&change, &change) {
                    pairs.push_front((step, change));
                    pairs.truncate(MEMORY);
                }
                now = next;
            }
            (None, Some(error)) if pairs.is_empty() => return Err(error),
            (None, None) if pairs.is_empty() => {
                return Ok(BoundedMinimum { x: now.x, projected_gradient: size, evaluations });
            }
            (None, _) => pairs.clear(),
        }
    }
}

/// Minus the inverse Hessian of the pairs times the free gradient; plain descent where that goes uphill.
fn descent(pairs: &VecDeque<(Vec<f64>, Vec<f64>)>, free: &[f64]) -> Vec<f64> {
    let mut q = free.to_vec();
    let is_free = |at: usize| free[at] != 0.0;
    let mut weights = Vec::with_capacity(pairs.len());
    for (s, y) in pairs {
        let weight = product(s, &q) / product(s, y);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= weight * y);
        weights.push(weight);
    }
    if let Some((s, y)) = pairs.front() {
        let scale = product(s, y) / product(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y), weight) in pairs.iter().zip(&weights).rev() {
        let back = product(y, &q) / product(s, y);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (weight - back) * s);
    }
    let direction: Vec<f64> =
        q.iter().enumerate().map(|(at, q)| if is_free(at) { -q } else { 0.0 }).collect();
    if product(&direction, free) < 0.0 { direction } else { free.iter().map(|g| -g).collect() }
}

#[cfg(test)]
mod tests {
    use super::{BoundedOptions, minimise};

    #[test]
    fn rosenbrock_with_and_without_an_active_bound() {
        let f = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            Ok::<_, ()>((a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b]))
        };
        let options = BoundedOptions { tolerance: 1e-8, noise: 1e-16, max_evaluations: 2000 };
        let free = minimise(vec![-1.2, 1.0], &[-10.0, -10.0], options, f).unwrap();
        assert!(free.projected_gradient <= 1e-8 && (free.x[0] - 1.0).abs() < 1e-6, "{free:?}");
        let bounded = minimise(vec![3.0, 1.0], &[1.5, -10.0], options, f).unwrap();
        assert!(bounded.projected_gradient <= 1e-8 && bounded.x[0] == 1.5, "{bounded:?}");
        assert!((bounded.x[1] - 2.25).abs() < 1e-6);
    }
}
