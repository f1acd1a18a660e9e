//! Tariff-rate quotas: their terms, and what becomes of them in an equilibrium.

/// A tariff-rate quota of one importer on one product of a sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// Name, for results.
    pub product: String,
    /// Importer.
    pub importer: usize,
    /// Sector.
    pub sector: usize,
    /// Exporters that share the quota.
    pub cells: Vec<QuotaCell>,
    /// Quota, million USD at the border at baseline prices.
    pub volume_musd: f64,
    /// Share of the rent that exporters keep.
    pub exporter_rent_share: f64,
}

/// The product in the trade of one exporter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaCell {
    /// Exporter.
    pub exporter: usize,
    /// Share of the product in the baseline flow of the sector at border prices.
    pub trade_share: f64,
    /// Rate at which the baseline tariff of the cell counts the product, percent.
    pub base_pct: f64,
    /// Rate at which the tariff of the shock counts it, percent.
    pub shock_pct: f64,
    /// Rate inside the quota, percent.
    pub in_quota_pct: f64,
    /// Rate without the quota, percent; at least the rate inside.
    pub out_of_quota_pct: f64,
    /// Imports that enter outside the quota, under terms of their own, million USD at baseline prices.
    pub kept_musd: f64,
}

/// Which of the three regimes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaRegime {
    /// The quota is not filled; the rate inside it decides.
    Inside,
    /// The quota is filled and nobody pays the rate outside it; scarcity decides.
    Binding,
    /// Imports exceed the quota; the rate outside it decides.
    Outside,
}

impl QuotaRegime {
    /// Word in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Binding => "binding",
            Self::Outside => "outside",
        }
    }
}

/// A quota in an equilibrium; money in million USD.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaOutcome {
    /// Regime.
    pub regime: QuotaRegime,
    /// Wedge between the inside and the world price, percent.
    pub wedge_pct: f64,
    /// Imports of the product at baseline prices: the unit of the quota.
    pub imports_musd: f64,
    /// The part of them inside the quota.
    pub inside_musd: f64,
    /// Duties collected, at the prices of the equilibrium.
    pub duties_musd: f64,
    /// Rent on what is inside the quota.
    pub rent_musd: f64,
    /// The part of the rent that exporters keep, in the order of the cells.
    pub rent_abroad_musd: Vec<f64>,
}
