//! Flows of a set by year with their tariffs, and the rows that are made of them.

use super::request::SetRequest;
use crate::output::rows::number;
use crate::sorted::SortedMap;
use crate::validation::hindcasts::FlowRow;

/// A flow that never reaches this, in the unit of its set, is not written.
const LEAST_FLOW: f64 = 0.5;
/// Significant digits that are kept.
const DIGITS: i32 = 5;

/// Exporter, importer, product.
pub(super) type Key = (String, String, String);

/// A flow in one year.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Observed {
    pub imports: f64,
    /// Percent; `None` where nothing came in that says it.
    pub tariff_pct: Option<f64>,
    /// Share under an agreement.
    pub agreement: f64,
}

/// Flows of a set.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// All years at hand, not only those that are written.
    pub flows: SortedMap<Key, SortedMap<i16, Observed>>,
    /// Sectors of each product and their shares.
    pub products: SortedMap<String, Vec<(usize, f64)>>,
}

/// The number with the digits that are kept.
pub(super) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let decimals = DIGITS - 1 - value.abs().log10().floor() as i32;
    let power = 10_f64.powi(decimals.abs());
    if decimals >= 0 { (value * power).round() / power } else { (value / power).round() * power }
}

fn join(values: impl Iterator<Item = f64>) -> String {
    values.map(|value| number(rounded(value))).collect::<Vec<_>>().join(";")
}

impl Gathered {
    /// Rows of the flows that matter, in the order of their keys.
    pub fn flow_rows<'a>(&'a self, set: &'a SetRequest) -> impl Iterator<Item = FlowRow<'a>> {
        self.flows.iter().filter_map(|((exporter, importer, product), years)| {
            let of = |year: &i16| years.get(year).copied().unwrap_or_default();
            let seen: Vec<Observed> = set.years.iter().map(of).collect();
            let or_empty = |values: Vec<f64>| {
                if values.iter().all(|value| *value == 0.0) {
                    String::new()
                } else {
                    join(values.into_iter())
                }
            };
            // A year without imports says no rate: that of the year before it in the list stands.
            let mut rate = seen.iter().find_map(|seen| seen.tariff_pct).unwrap_or(0.0);
            let rates = seen.iter().map(|seen| {
                rate = seen.tariff_pct.unwrap_or(rate);
                rate
            });
            let rates: Vec<f64> = rates.collect();
            seen.iter().any(|seen| seen.imports >= LEAST_FLOW).then(|| FlowRow {
                set: set.id.as_str().into(),
                exporter: exporter.as_str().into(),
                importer: importer.as_str().into(),
                product: product.as_str().into(),
                imports: join(seen.iter().map(|seen| seen.imports)).into(),
                tariff_pct: or_empty(rates).into(),
                agreement: or_empty(seen.iter().map(|seen| seen.agreement).collect()).into(),
            })
        })
    }

    /// Mean over the flows of the first year of the size of the change of 1 + tariff to the second, in logs; flows
    /// whose rate is not known in both count as unchanged.
    pub fn size(&self, product: &str, importers: &[String], [from, to]: [i16; 2]) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for ((exporter, importer, known), years) in &self.flows {
            let is_foreign = exporter != importer && known == product;
            let Some(first) = years.get(&from).filter(|_| is_foreign && importers.contains(importer)) else {
                continue;
            };
            weight += first.imports;
            let rates = (first.tariff_pct, years.get(&to).and_then(|last| last.tariff_pct));
            if let (Some(before), Some(after)) = rates {
                sum += first.imports * ((100.0 + after) / (100.0 + before)).ln().abs();
            }
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gathered, Observed, rounded};

    #[test]
    fn five_digits_are_kept() {
        assert_eq!([123_456.7, 0.001_234_567, 1.0, 0.0].map(rounded), [123_460.0, 0.001_234_6, 1.0, 0.0]);
    }

    #[test]
    fn the_size_of_a_change_is_a_mean_over_trade() {
        let mut found = Gathered::default();
        for (exporter, imports, after) in
            [("A", 30.0, Some(10.0)), ("B", 10.0, None), ("I", 99.0, Some(50.0))]
        {
            let key = (exporter.to_owned(), "I".to_owned(), "x".to_owned());
            let seen = |imports, tariff_pct| Observed { imports, tariff_pct, agreement: 0.0 };
            found
                .flows
                .entry(key)
                .or_default()
                .extend([(2000, seen(imports, Some(0.0))), (2001, seen(1.0, after))]);
        }
        // Three quarters of the trade saw 10 %; what an importer sells at home is no trade.
        let size = found.size("x", &["I".to_owned()], [2000, 2001]);
        assert!((size - 0.75 * 1.1_f64.ln()).abs() < 1e-15, "{size}");
    }
}
