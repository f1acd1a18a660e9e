//! Duties charged by weight, volume or piece: their equivalents in percent of the value, and what becomes of them.
//!
//! ```text
//! equivalent = 100 x amount / (unit value in US dollars x currency units a dollar)
//! ```
//!
//! The unit value is that of imports of the same six-digit product, else of the same heading, in the file that the
//! importer's row of `tariff_lines.csv` names.

use std::cell::Cell;

use super::unit_values::{self, UnitValues};
use crate::calibration::policy::rows::{SpecificDuty, decimals};
use crate::schedules::lines::Line;
use crate::sorted::SortedSet;

/// Above this nothing comes in that weights of the world could stand for: where lines substitute as little as those of
/// `substitution.csv` (4.8) it leaves a tenth of the trade, `1.6^-4.8`.
const PROHIBITIVE_PCT: f64 = 60.0;
/// A duty above this beside a line of the same product under a condition is that outside a quota.
const OUTSIDE_QUOTA_PCT: f64 = 20.0;

/// Why a duty has no equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEquivalent {
    /// The text says more than amounts and percentages.
    NotUnderstood,
    /// No imports of the product or heading are counted in this unit.
    NoUnitValue,
}

/// What a unit of the goods of a line is worth.
pub struct Prices<'a> {
    values: &'a UnitValues,
    code: &'a str,
    per_usd: f64,
    /// True once an amount was asked for: the duty is no plain percentage.
    is_asked: Cell<bool>,
}

impl<'a> Prices<'a> {
    /// Prices of the goods of line `code` in a currency of which a dollar is worth `per_usd`.
    pub fn new(values: &'a UnitValues, code: &'a str, per_usd: f64) -> Self {
        Self { values, code, per_usd, is_asked: Cell::new(false) }
    }

    /// An amount a unit in percent of the value of the unit.
    pub fn amount_pct(&self, amount: f64, unit: &str) -> Result<f64, NoEquivalent> {
        self.is_asked.set(true);
        let measure = unit_values::measure_of_duty(unit).ok_or(NoEquivalent::NotUnderstood)?;
        let usd = self.values.near(self.code, measure.0).ok_or(NoEquivalent::NoUnitValue)?;
        Ok(100.0 * amount / measure.1 / (usd * self.per_usd))
    }
}

/// Specific duties of one importer.
pub struct SpecificDuties {
    values: UnitValues,
    per_usd: f64,
    quota_products: SortedSet<String>,
    /// Beginnings of lines that the importer hardly buys, whatever weights of others say.
    untraded: Vec<String>,
    /// Rows of `specific_duties.csv`, still without importer, group, source and mark.
    pub rows: Vec<SpecificDuty<'static>>,
}

impl SpecificDuties {
    /// None met yet.
    pub fn new(values: UnitValues, per_usd: f64, untraded: &str) -> Self {
        let untraded = untraded.split(';').filter(|beginning| !beginning.is_empty());
        let untraded = untraded.map(str::to_owned).collect();
        Self { values, per_usd, quota_products: SortedSet::new(), untraded, rows: Vec::new() }
    }

    /// Unit values by line, product and heading.
    pub fn values(&self) -> &UnitValues {
        &self.values
    }

    /// Prices of the goods of a line.
    pub fn prices<'a>(&'a self, code: &'a str) -> Prices<'a> {
        Prices::new(&self.values, code, self.per_usd)
    }

    /// Notes that a product has a line under a condition.
    pub fn has_quota_line(&mut self, product: &str) {
        self.quota_products.insert(product.to_owned());
    }

    /// A line without a rate with that of `equivalent`; lines with a rate as they are.
    pub fn completed(
        &mut self,
        mut line: Line,
        text: &str,
        equivalent: impl Fn(&str, &Prices<'_>) -> Result<f64, NoEquivalent>,
    ) -> Line {
        if line.mfn_pct.is_some() {
            return line;
        }
        let prices = self.prices(&line.code);
        let found = equivalent(text, &prices);
        if let (Ok(pct), false) = (found, prices.is_asked.get()) {
            return Line { mfn_pct: Some(pct), ..line };
        }
        let (pct, status) = match found {
            _ if self.untraded.iter().any(|beginning| line.code.starts_with(&**beginning)) => {
                (found.ok(), "not_traded")
            }
            Err(NoEquivalent::NotUnderstood) => (None, "not_understood"),
            Err(NoEquivalent::NoUnitValue) => (None, "no_unit_value"),
            Ok(pct) if pct > PROHIBITIVE_PCT => (Some(pct), "prohibitive"),
            Ok(pct) => (Some(pct), "used"),
        };
        self.note(&line.code, text, pct, status);
        line.mfn_pct = pct.filter(|_| status == "used");
        line.is_estimate = line.mfn_pct.is_some();
        line
    }

    /// Lists a duty.
    pub fn note(&mut self, code: &str, text: &str, pct: Option<f64>, status: &'static str) {
        self.rows.push(SpecificDuty {
            importer: "".into(),
            line: code.to_owned().into(),
            product_group: "".into(),
            duty: text.to_owned().into(),
            equivalent_pct: decimals(pct, 2),
            status: status.into(),
            source: "".into(),
            mark: "assumption".into(),
        });
    }

    /// Takes their rate from lines outside a quota: what comes in comes inside it.
    pub fn without_quota_lines(&mut self, lines: &mut [Line]) {
        for line in lines.iter_mut().filter(|line| line.is_estimate) {
            let is_high = line.mfn_pct.is_some_and(|pct| pct > OUTSIDE_QUOTA_PCT);
            if is_high && self.quota_products.contains(&line.code[..6]) {
                line.mfn_pct = None;
                line.is_estimate = false;
                let row = self.rows.iter_mut().find(|row| row.line == line.code);
                row.into_iter().for_each(|row| row.status = "outside_quota".into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoEquivalent, SpecificDuties};
    use crate::calibration::policy::lines::unit_values::UnitValues;
    use crate::schedules::lines::Line;

    fn line(code: &str) -> Line {
        Line { code: code.into(), group: 0, mfn_pct: None, is_estimate: false, programmes: Vec::new() }
    }

    #[test]
    fn duties_that_keep_goods_out_have_no_weight_and_every_duty_is_listed() {
        let values = UnitValues::of([("100590", "KG", 0.2), ("110813", "KG", 1.0)]);
        let mut duties = SpecificDuties::new(values, 100.0, "0102;0103");
        let yen = |amount: f64| {
            move |_: &str, prices: &super::Prices<'_>| -> Result<f64, NoEquivalent> {
                prices.amount_pct(amount, "kg")
            }
        };
        duties.has_quota_line("100590");
        let mut lines = vec![
            duties.completed(line("100590099"), "9", yen(9.0)),
            duties.completed(line("110813091"), "119", yen(119.0)),
            duties.completed(line("110813099"), "25", yen(25.0)),
            duties.completed(line("220410000"), "182", yen(182.0)),
            duties.completed(line("010229100"), "2", yen(2.0)),
            duties.completed(line("300610991"), "5.6%", |_: &str, _: &super::Prices<'_>| Ok(5.6)),
            duties.completed(Line { mfn_pct: Some(3.0), ..line("110100000") }, "3", yen(1.0)),
        ];
        assert_eq!(lines[0].mfn_pct, Some(45.0));
        duties.without_quota_lines(&mut lines);
        let rates: Vec<Option<f64>> = lines.iter().map(|line| line.mfn_pct).collect();
        assert_eq!(rates, [None, None, Some(25.0), None, None, Some(5.6), Some(3.0)]);
        assert_eq!(lines.iter().filter(|line| line.is_estimate).count(), 1);
        let told: Vec<(&str, &str)> =
            duties.rows.iter().map(|row| (&*row.status, &*row.equivalent_pct.0)).collect();
        let expected = [
            ("outside_quota", "45.00"),
            ("prohibitive", "119.00"),
            ("used", "25.00"),
            ("no_unit_value", ""),
            ("not_traded", ""),
        ];
        assert_eq!(told, expected);
    }
}
