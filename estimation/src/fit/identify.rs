//! Which regressors are identified.

use std::borrow::Cow;

use nalgebra::DMatrix;

use super::{normal_equations, sum_rows};
use crate::absorb::{Absorber, Tolerance};
use crate::collinear::{self, Collinear};
use crate::design::Design;

/// A regressor is certainly identified where this part of its length under the first weights is left; where
/// one is not, all are projected under the user's weights to this relative accuracy.
const CLEARLY_IDENTIFIED: f64 = 0.03;
const FIRST_TOLERANCE: f64 = 1e-9;
/// Regressors that are identified.
pub struct Regressors<'a> {
    /// As they are, or less what the effects explain of them under the user's weights.
    pub x: Cow<'a, [Vec<f64>]>,
    /// Their labels.
    pub terms: Vec<String>,
    /// Coefficients of the outer levels that were taken off.
    pub taken: Vec<Vec<f64>>,
    /// Those that are not, with the reason.
    pub collinear: Vec<Collinear>,
}

impl<'a> Regressors<'a> {
    /// All of a design.
    pub fn all(design: &'a Design) -> Self {
        Self {
            x: Cow::Borrowed(&design.x),
            terms: design.terms.clone(),
            taken: Vec::new(),
            collinear: Vec::new(),
        }
    }

    /// Those that are identified.
    pub fn identified(design: &Design, absorber: &mut Absorber) -> Self {
        let w = design.weights_or_ones();
        let mut x = design.x.clone();
        let before: Vec<f64> = x.iter().map(|x| collinear::length(x, &w)).collect();
        let mut columns: Vec<&mut [f64]> = x.iter_mut().map(Vec::as_mut_slice).collect();
        let sum_w = sum_rows(w.len(), |row| w[row]);
        let tolerance = |&length: &f64| Tolerance::relative(FIRST_TOLERANCE, length, sum_w);
        let tolerances: Vec<Tolerance> = before.iter().map(tolerance).collect();
        absorber.forget();
        let mut taken = absorber.demean(&w, &mut columns, &tolerances);
        absorber.forget();
        let (gram, _) = normal_equations(&x, &w, &w);
        let has_effects = absorber.layout().eliminated.is_some();
        let found = collinear::find(&gram, &before, &design.terms, has_effects);
        let kept: Vec<usize> = (0..x.len()).filter(|&at| found.keep[at]).collect();
        Regressors {
            x: kept.iter().map(|&at| std::mem::take(&mut x[at])).collect(),
            terms: kept.iter().map(|&at| design.terms[at].clone()).collect(),
            taken: kept.iter().map(|&at| std::mem::take(&mut taken[at])).collect(),
            collinear: found.dropped,
        }
    }
}

/// True if every regressor is certainly identified, given their products less what the effects explain.
pub fn is_clear(x: &[Vec<f64>], w: &[f64], hessian: &DMatrix<f64>, terms: &[String]) -> bool {
    let before: Vec<f64> = x.iter().map(|x| collinear::length(x, w)).collect();
    collinear::find(hessian, &before, terms, true).least_left > CLEARLY_IDENTIFIED
}
