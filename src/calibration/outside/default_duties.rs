//! Duties for tables without any: what the policy tables say of the default set's economies and sectors, averaged over
//! what a wider sector holds.
//!
//! ```text
//! t_Jni = sum_j w_jni t_jNI / sum_j w_jni      w_jni = share of sector j in J x trade of the default set, N and I the
//!                                              default set's economies that n and i belong to
//! ```

use ndarray::{Array3, Axis};

use crate::calibration::apac::concordance::Concordance;
use crate::calibration::apac::tables::{NATIONAL_CODES, WORLD_CODES};
use crate::calibration::apac::tariffs::base_tariffs;
use crate::data::{Axes, Dataset, Files, SectorKind};
use crate::error::InputErrors;

/// Classifications of industries that the concordance of the default set knows.
const INDUSTRIES: [&str; 3] = [NATIONAL_CODES, "wiod2013", WORLD_CODES];
/// Wide sectors by their names.
const WIDE_SECTORS: &str = "composition";
/// Part of a weight that is the world's trade, so that a pair without trade has the mean rate.
const WORLD_SHARE: f64 = 1e-6;

/// Duties and what they could not be found for.
pub(super) struct Duties {
    /// Percent, `[j,n,i]`.
    pub pct: Array3<f64>,
    /// Sectors of goods that nothing of the default set belongs to: no duty.
    pub unknown: Vec<String>,
}

/// Duties of `year` between the countries of `axes`; `codes_of` gives the codes that a sector is made of.
///
/// # Errors
/// [`InputErrors`] if the embedded tables are faulty.
pub(super) fn duties(
    axes: &Axes,
    codes_of: impl Fn(&str) -> Vec<String>,
    year: i16,
) -> Result<Duties, InputErrors> {
    let by = Concordance::read(None)?;
    let trade = Dataset::read(&Files::embedded().folder("apac"))?.trade_musd;
    let rates = base_tariffs(&by.axes, year)?;
    let economies: Vec<usize> = axes.countries.iter().map(|country| by.economy(&country.iso3)).collect();
    let mut found = Duties {
        pct: Array3::zeros((axes.n_sectors(), axes.n_countries(), axes.n_countries())),
        unknown: Vec::new(),
    };
    for (j, sector) in axes.sectors.iter().enumerate().filter(|(_, s)| s.kind == SectorKind::Goods) {
        let shares = shares(&by, &sector.id, &codes_of(&sector.id));
        if shares.iter().sum::<f64>() <= 0.0 {
            found.unknown.push(sector.id.clone());
            continue;
        }
        let means = means(&rates, &trade, &shares, by.rest);
        for (n, &importer) in economies.iter().enumerate() {
            for (i, &exporter) in economies.iter().enumerate().filter(|(i, _)| *i != n) {
                found.pct[[j, n, i]] = means[[importer, exporter]];
            }
        }
    }
    Ok(found)
}

/// Share of each sector of the default set that a sector with these codes holds, `[j]`.
fn shares(by: &Concordance, id: &str, codes: &[String]) -> Vec<f64> {
    if let Some(&own) = by.axes.sector_idx.get(id) {
        return (0..by.axes.n_sectors()).map(|j| f64::from(u8::from(j == own))).collect();
    }
    let is_own =
        |code: &str| codes.iter().any(|own| own == code || code.strip_prefix('D') == Some(own.as_str()));
    let of = INDUSTRIES.iter().map(|classification| by.shares_in(classification, is_own));
    let known = of.into_iter().find(|shares| shares.iter().any(|share| *share > 0.0));
    known.unwrap_or_else(|| by.shares_in(WIDE_SECTORS, |code| code == id))
}

/// Means of the rates over sectors, `[N,I]`. Members of a union pay each other nothing; two countries of the rest of the
/// world pay what it takes from all others.
fn means(rates: &Array3<f64>, trade: &Array3<f64>, shares: &[f64], rest: usize) -> ndarray::Array2<f64> {
    let (_, n, _) = rates.dim();
    let goods: Vec<(usize, f64)> = shares.iter().copied().enumerate().filter(|(_, s)| *s > 0.0).collect();
    let world: Vec<f64> = trade.outer_iter().map(|cells| cells.sum()).collect();
    let mean = |cells: &mut dyn Iterator<Item = [usize; 3]>| {
        let (mut duties, mut weights) = (0.0, 0.0);
        for at in cells {
            let weight = shares[at[0]] * (trade[at] + WORLD_SHARE * world[at[0]]);
            duties += weight * rates[at];
            weights += weight;
        }
        if weights > 0.0 { duties / weights } else { 0.0 }
    };
    let mut means = ndarray::Array2::zeros((n, n));
    for ((importer, exporter), value) in means.indexed_iter_mut() {
        *value = match (importer == exporter, importer == rest) {
            (true, false) => 0.0,
            (true, true) => {
                let others = goods.iter().flat_map(|&(j, _)| (0..n).map(move |i| [j, rest, i]));
                mean(&mut others.filter(|at| at[2] != rest))
            }
            _ => mean(&mut goods.iter().map(|&(j, _)| [j, importer, exporter])),
        };
    }
    debug_assert!(means.sum_axis(Axis(0)).iter().all(|sum: &f64| sum.is_finite()));
    means
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::{duties, means};
    use crate::data::{Axes, Country, Sector, SectorKind};

    #[test]
    fn a_wide_sector_pays_the_mean_of_what_it_holds_by_trade() {
        let mut rates = Array3::zeros((2, 3, 3));
        let mut trade = Array3::zeros((2, 3, 3));
        (rates[[0, 0, 1]], rates[[1, 0, 1]]) = (10.0, 2.0);
        (trade[[0, 0, 1]], trade[[1, 0, 1]]) = (30.0, 90.0);
        (rates[[0, 2, 0]], trade[[0, 2, 0]], trade[[0, 2, 1]]) = (8.0, 1.0, 3.0);
        let found = means(&rates, &trade, &[1.0, 1.0], 2);
        assert!((found[[0, 1]] - 4.0).abs() < 1e-4, "{found}");
        assert_eq!(found[[0, 0]], 0.0, "inside a union");
        let narrow = means(&rates, &trade, &[1.0, 0.0], 2);
        assert!((narrow[[0, 1]] - 10.0).abs() < 1e-9);
        assert!(
            (narrow[[2, 2]] - 2.0).abs() < 1e-3,
            "two countries of the rest pay what others pay: {narrow}"
        );
    }

    #[test]
    fn countries_of_outside_tables_pay_what_their_economy_pays() {
        let country = |iso3: &str| Country { iso3: iso3.into(), name: iso3.into(), region: String::new() };
        let sector =
            |id: &str, kind| Sector { id: id.into(), name: id.into(), kind, theta: None, theta_se: None };
        let sectors = vec![
            sector("food", SectorKind::Goods),
            sector("13T15", SectorKind::Goods),
            sector("odd", SectorKind::Goods),
            sector("finance", SectorKind::Services),
        ];
        let axes = Axes::new(["USA", "DEU", "FRA", "VNM"].map(country).into(), sectors);
        let found = duties(&axes, |id| vec![id.to_owned()], 2019).unwrap();
        let [usa, deu, fra, vnm] = [0, 1, 2, 3];
        assert_eq!(found.pct[[0, deu, fra]], 0.0);
        assert!(found.pct[[0, deu, usa]] > 1.0 && found.pct[[0, deu, usa]] == found.pct[[0, fra, usa]]);
        assert!(found.pct[[1, usa, vnm]] > 5.0, "textiles and apparel from Viet Nam: {}", found.pct);
        assert_eq!(found.unknown, ["odd"]);
        assert!(found.pct.index_axis(ndarray::Axis(0), 3).iter().all(|pct| *pct == 0.0));
    }
}
