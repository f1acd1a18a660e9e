//! Levels of a year of the baseline path.

use ndarray::Array1;

use super::BaselineYear;

/// One measure of the baseline by country.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Name.
    pub measure: &'static str,
    /// `musd2019` (million USD at consumer prices of the base year) or `musd` (numeraire: world value added).
    pub unit: &'static str,
    /// Level, `[n]`.
    pub values: Array1<f64>,
}

impl BaselineYear {
    /// Real GDP and income at the consumer prices of the base year, trade and tariff revenue at those of the year.
    #[must_use]
    pub fn levels(&self) -> [Level; 5] {
        let deflator = self.ln_price_level.mapv(f64::exp);
        let real = |values: &Array1<f64>| values / &deflator;
        let level = |measure, unit, values| Level { measure, unit, values };
        [
            level("real_gdp", "musd2019", real(&self.prepared.economy().va_musd)),
            level("real_income", "musd2019", real(&self.accounts.income)),
            level("exports", "musd", self.accounts.totals.exports.clone()),
            level("imports", "musd", self.accounts.totals.imports.clone()),
            level("tariff_revenue", "musd", self.accounts.revenue.clone()),
        ]
    }
}
