//! Statistics of a baseline: GDP, flows, balances, duties, shares.

use crate::data::{Dataset, SectorKind};

/// A statistic that a known figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Value added of all sectors, million USD.
    Gdp,
    /// Exports at border prices, million USD.
    Exports,
    /// Imports at border prices, million USD.
    Imports,
    /// Exports over value added, percent.
    ExportsOfGdp,
    /// Exports less imports over value added, percent.
    BalanceOfGdp,
    /// Exports to a partner, or of some sectors, over all exports of the same kind, percent.
    ExportsShare,
    /// Imports from a partner, or of some sectors, over all imports of the same kind, percent.
    ImportsShare,
    /// Duties over imports, percent.
    DutiesOfImports,
    /// Value added of some sectors over that of all, percent.
    ValueAddedShare,
}

impl Statistic {
    /// All, with their names.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("gdp", Self::Gdp),
        ("exports", Self::Exports),
        ("imports", Self::Imports),
        ("exports_of_gdp", Self::ExportsOfGdp),
        ("balance_of_gdp", Self::BalanceOfGdp),
        ("exports_share", Self::ExportsShare),
        ("imports_share", Self::ImportsShare),
        ("duties_of_imports", Self::DutiesOfImports),
        ("value_added_share", Self::ValueAddedShare),
    ];

    /// The statistic of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, statistic)| *statistic)
    }
}

/// Which flows a statistic is about.
pub(super) struct About {
    pub country: usize,
    /// `None` = all other countries.
    pub partner: Option<usize>,
    pub sectors: Vec<usize>,
}

/// Sectors that a cell names: ids with `;` between them, `goods`, `services`, or all where it is empty.
pub(super) fn sectors_of(cell: &str, data: &Dataset) -> Option<Vec<usize>> {
    let of_kind = |kind| (0..data.s()).filter(|&j| data.axes.sectors[j].kind == kind).collect();
    match cell {
        "" => Some((0..data.s()).collect()),
        "goods" => Some(of_kind(SectorKind::Goods)),
        "services" => Some(of_kind(SectorKind::Services)),
        ids => ids.split(';').map(|id| data.axes.sector_idx.get(id.trim()).copied()).collect(),
    }
}

/// The value that a baseline gives; `None` where it divides by nothing.
pub(super) fn value(statistic: Statistic, about: &About, data: &Dataset) -> Option<f64> {
    let n = about.country;
    let all_of_kind = About {
        country: n,
        partner: None,
        sectors: {
            let kind = about.sectors.first().map(|&j| data.axes.sectors[j].kind);
            (0..data.s()).filter(|&j| Some(data.axes.sectors[j].kind) == kind).collect()
        },
    };
    let pct = |part: f64, whole: f64| (whole > 0.0).then(|| 100.0 * part / whole);
    match statistic {
        Statistic::Gdp => Some(value_added(n, 0..data.s(), data)),
        Statistic::Exports => Some(exports(about, data)),
        Statistic::Imports => Some(imports(about, data)),
        Statistic::ExportsOfGdp => pct(exports(about, data), value_added(n, 0..data.s(), data)),
        Statistic::BalanceOfGdp => {
            pct(exports(about, data) - imports(about, data), value_added(n, 0..data.s(), data))
        }
        Statistic::ExportsShare => pct(exports(about, data), exports(&all_of_kind, data)),
        Statistic::ImportsShare => pct(imports(about, data), imports(&all_of_kind, data)),
        Statistic::DutiesOfImports => pct(duties(about, data), imports(about, data)),
        Statistic::ValueAddedShare => {
            pct(value_added(n, about.sectors.iter().copied(), data), value_added(n, 0..data.s(), data))
        }
    }
}

/// Value added, million USD.
fn value_added(n: usize, sectors: impl Iterator<Item = usize>, data: &Dataset) -> f64 {
    let output = |j: usize| data.trade_musd.slice(ndarray::s![j, .., n]).sum();
    sectors.map(|j| data.gamma_va[[n, j]] * output(j)).sum()
}

/// Sum over the partners and sectors of `about` of what `cell` says of a sector and partner.
fn sum(about: &About, data: &Dataset, cell: impl Fn(usize, usize) -> f64) -> f64 {
    let partners =
        || (0..data.n()).filter(|&p| p != about.country && about.partner.is_none_or(|only| only == p));
    about.sectors.iter().flat_map(|&j| partners().map(move |p| (j, p))).map(|(j, p)| cell(j, p)).sum()
}

fn exports(about: &About, data: &Dataset) -> f64 {
    sum(about, data, |j, importer| data.trade_musd[[j, importer, about.country]])
}

fn imports(about: &About, data: &Dataset) -> f64 {
    sum(about, data, |j, exporter| data.trade_musd[[j, about.country, exporter]])
}

fn duties(about: &About, data: &Dataset) -> f64 {
    let n = about.country;
    sum(about, data, |j, i| data.trade_musd[[j, n, i]] * (data.tariff_factor[[j, n, i]] - 1.0))
}

#[cfg(test)]
mod tests {
    use super::{About, Statistic, sectors_of, value};
    use crate::data::{Dataset, Files};

    /// The example of three countries, by hand from its files.
    #[test]
    fn statistics_of_the_small_example_by_hand() {
        let data = Dataset::read(&Files::embedded().folder("tiny")).unwrap();
        let goods = sectors_of("goods", &data).unwrap();
        let of = |statistic, partner, sectors: &[usize]| {
            let about = About { country: 0, partner, sectors: sectors.to_vec() };
            value(statistic, &about, &data).unwrap()
        };
        let all: Vec<usize> = (0..data.s()).collect();
        let exports: f64 = (1..3)
            .flat_map(|n| all.iter().map(move |&j| (j, n)))
            .map(|(j, n)| data.trade_musd[[j, n, 0]])
            .sum();
        let imports: f64 = (1..3)
            .flat_map(|i| all.iter().map(move |&j| (j, i)))
            .map(|(j, i)| data.trade_musd[[j, 0, i]])
            .sum();
        assert!((of(Statistic::Exports, None, &all) - exports).abs() < 1e-9);
        let gdp = of(Statistic::Gdp, None, &all);
        let balance = of(Statistic::BalanceOfGdp, None, &all);
        assert!((balance - 100.0 * (exports - imports) / gdp).abs() < 1e-9);
        let shares: f64 =
            [1, 2].map(|partner| of(Statistic::ImportsShare, Some(partner), &goods)).iter().sum();
        assert!((shares - 100.0).abs() < 1e-9);
        // AAA charges 10 % on the goods of BBB.
        assert!((of(Statistic::DutiesOfImports, Some(1), &goods) - 10.0).abs() < 1e-9);
        assert!((of(Statistic::ValueAddedShare, None, &all) - 100.0).abs() < 1e-9);
        assert_eq!(sectors_of("nothing", &data), None);
    }

    #[test]
    fn every_statistic_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Statistic::NAMES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Statistic::NAMES.len());
        assert_eq!(Statistic::named("gdp"), Some(Statistic::Gdp));
        assert_eq!(Statistic::named("gnp"), None);
    }
}
