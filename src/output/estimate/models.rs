//! The tables of several models: those of one, with a column that tells the models apart.

use super::super::rows::{Schema, TableRow, table};
use super::{CoefficientRow, CollinearRow, CovarianceRow, DroppedRow, FixedEffectRow, SeparatedRow};
use crate::estimation::Estimates;

macro_rules! of_models {
    ($($Row:ident in $file:literal by ($($key:ident),*) of $One:ident;)+) => {$(
        table! {
            /// A row of the table of one model, for each of several.
            pub struct $Row<'a> in $file by (model, $($key),*) {
                /// Model, 1 = first formula
                model: usize,
                /// Its row
                row: $One<'a>,
            }
        }
    )+};
}

of_models! {
    ModelCoefficient in "coefficients.csv" by (term) of CoefficientRow;
    ModelCovariance in "covariance.csv" by (term_a, term_b) of CovarianceRow;
    ModelFixedEffect in "fixed_effects.csv" by (effect, level) of FixedEffectRow;
    ModelSeparated in "separated.csv" by (row) of SeparatedRow;
    ModelDropped in "dropped.csv" by (row) of DroppedRow;
    ModelCollinear in "collinear.csv" by (term) of CollinearRow;
}

/// What the tables are.
#[must_use]
pub fn schemas() -> [Schema; 6] {
    [
        ModelCoefficient::schema(),
        ModelCollinear::schema(),
        ModelCovariance::schema(),
        ModelDropped::schema(),
        ModelFixedEffect::schema(),
        ModelSeparated::schema(),
    ]
}

/// The rows that `of_one` gives for each model, with its number.
fn tagged<'a, One, Rows, Row>(
    models: &'a [Estimates],
    of_one: impl Fn(&'a Estimates) -> Rows,
    row: impl Fn(usize, One) -> Row,
) -> impl Iterator<Item = Row>
where
    Rows: IntoIterator<Item = One>,
{
    models.iter().enumerate().flat_map(move |(at, model)| {
        let rows: Vec<Row> = of_one(model).into_iter().map(|one| row(at + 1, one)).collect();
        rows
    })
}

/// Rows of `coefficients.csv` of several models.
pub fn coefficients(models: &[Estimates]) -> impl Iterator<Item = ModelCoefficient<'_>> {
    tagged(models, super::coefficients, |model, row| ModelCoefficient { model, row })
}

/// Rows of `covariance.csv` of several models.
pub fn covariance(models: &[Estimates]) -> impl Iterator<Item = ModelCovariance<'_>> {
    tagged(models, super::covariance, |model, row| ModelCovariance { model, row })
}

/// Rows of `fixed_effects.csv` of several models.
pub fn fixed_effects(models: &[Estimates]) -> impl Iterator<Item = ModelFixedEffect<'_>> {
    tagged(models, super::fixed_effects, |model, row| ModelFixedEffect { model, row })
}

/// Rows of `separated.csv` of several models.
pub fn separated(models: &[Estimates]) -> impl Iterator<Item = ModelSeparated<'_>> {
    tagged(models, super::separated, |model, row| ModelSeparated { model, row })
}

/// Rows of `dropped.csv` of several models.
pub fn dropped(models: &[Estimates]) -> impl Iterator<Item = ModelDropped<'_>> {
    tagged(models, super::dropped, |model, row| ModelDropped { model, row })
}

/// Rows of `collinear.csv` of several models.
pub fn collinear(models: &[Estimates]) -> impl Iterator<Item = ModelCollinear<'_>> {
    tagged(models, super::collinear, |model, row| ModelCollinear { model, row })
}
