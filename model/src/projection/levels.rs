//! Levels of a year of the baseline path.

use ndarray::Array1;

use super::BaselineYear;

/// One measure of the baseline by country.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Name.
    pub measure: &'static str,
    /// `musd2019`: million USD at consumer prices of the base year, trade at those of the world.
    pub unit: &'static str,
    /// Level, `[n]`.
    pub values: Array1<f64>,
}

impl BaselineYear {
    /// Price level of the world since the base year: consumer prices of all countries, weighted by real value added.
    /// Trade is deflated by it, so that the trade of all pairs, exports and imports add up.
    #[must_use]
    pub fn world_price_level(&self) -> f64 {
        let va = &self.prepared.economy().va_musd;
        va.sum() / (va / &self.ln_price_level.mapv(f64::exp)).sum()
    }

    /// Real GDP, income and tariff revenue at the consumer prices of the base year, trade at those of the world.
    #[must_use]
    pub fn levels(&self) -> [Level; 5] {
        let (deflator, world) = (self.ln_price_level.mapv(f64::exp), self.world_price_level());
        let real = |values: &Array1<f64>| values / &deflator;
        let level = |measure, unit, values| Level { measure, unit, values };
        [
            level("real_gdp", "musd2019", real(&self.prepared.economy().va_musd)),
            level("real_income", "musd2019", real(&self.accounts.income)),
            level("exports", "musd2019", &self.accounts.totals.exports / world),
            level("imports", "musd2019", &self.accounts.totals.imports / world),
            level("tariff_revenue", "musd2019", real(&self.accounts.revenue)),
        ]
    }
}
