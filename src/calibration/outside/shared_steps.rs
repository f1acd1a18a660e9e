//! Steps of the default set for what outside tables lack: services by partner as both sides report them, duties of the
//! policy tables, entrepots by their domestic exports; and how far the result is from known GDP and balances.
//!
//! Each says in `provenance.csv` what it observed, scaled or imputed, and leaves alone what the tables know better.

use std::path::Path;

use ndarray::{Array2, Array3, Axis, s};

use super::complete::{CountryCodes, Members};
use super::default_duties::{Duties, duties};
use super::gathered::Facts;
use super::names::Names;
use crate::calibration::Reading;
use crate::calibration::apac::YEAR;
use crate::calibration::apac::accounts::entrepots;
use crate::calibration::apac::fit::{Margins, fit_trade};
use crate::calibration::apac::service_reports::read_reports;
use crate::calibration::balance::RawTables;
use crate::calibration::balance::rules::move_re_exports;
use crate::data::{Axes, SectorKind};
use crate::error::InputErrors;

/// Years that services by partner are published for.
const SERVICE_YEARS: (i16, i16) = (2005, 2019);
/// Gross exports above this multiple of domestic ones hold re-exports.
const LEAST_GROSS_RATIO: f64 = 1.1;

/// Changes `raw` and notes what was done in `facts`; `folder` has `data/` and `facts/`.
///
/// # Errors
/// [`InputErrors`] with every fault of the files below `folder`.
pub(super) fn apply(
    folder: &Path,
    (codes, names): (&CountryCodes, &Names),
    raw: &mut RawTables,
    facts: &mut Facts,
) -> Result<(), InputErrors> {
    if !facts.has_tariffs {
        let codes_of = |id: &str| names.codes_of_sector(id).into_iter().map(str::to_owned).collect();
        take_duties(duties(&raw.axes, codes_of, facts.year)?, raw, facts);
    }
    let mut reading = Reading::new();
    let hubs = entrepots(&raw.axes, &mut reading);
    let year = facts.year.clamp(SERVICE_YEARS.0, SERVICE_YEARS.1);
    let members = Members::of(codes, &raw.axes);
    let reports = read_reports(&folder.join("data"), &members.places(), (year, codes.all()), &mut reading);
    let ((hubs, reports), lines) = reading.finish(hubs.zip(reports))?;
    facts.reading.extend(lines);
    pass_on_entrepots(&hubs, raw, facts);
    let n = raw.axes.n_countries();
    let reported = reports.pairs_musd.slice(s![..n, ..n]).to_owned();
    let told = services_by_partner(&raw.axes, &mut raw.trade_musd, &reported, year);
    facts.provenance.push(["services_by_partner".into(), told.0.into(), told.1]);
    Ok(())
}

fn take_duties(found: Duties, raw: &mut RawTables, facts: &mut Facts) {
    raw.tariff_pct = found.pct;
    facts.has_tariffs = true;
    facts.provenance.retain(|[block, ..]| block != "tariffs");
    let without = match found.unknown.is_empty() {
        true => String::new(),
        false => {
            format!("; none on {}, which nothing of the default set belongs to", found.unknown.join(", "))
        }
    };
    let source = format!(
        "no file of tariffs: policy tables of the default set for {}, averaged over its sectors by its trade; countries it \
         has not by themselves pay what its rest of the world does{without}",
        facts.year
    );
    facts.provenance.push(["tariffs".into(), "imputed".into(), source]);
}

/// Re-exports of entrepots become trade of origin and destination where the tables give gross trade: where home sales are
/// not given, exports are those of customs. Tables of inputs and outputs hold what passes through on both sides.
fn pass_on_entrepots(hubs: &[(usize, f64)], raw: &mut RawTables, facts: &mut Facts) {
    let goods: Vec<usize> = goods(&raw.axes).collect();
    for &(hub, domestic) in hubs {
        let code = &raw.axes.countries[hub].iso3;
        let is_open = |j: usize| raw.trade_musd[[j, hub, hub]].is_nan();
        let open: Vec<usize> = goods.iter().copied().filter(|&j| is_open(j)).collect();
        let exports =
            |trade: &Array3<f64>, j: usize| crate::calibration::balance::rules::exports(trade, hub, j);
        let gross: f64 = open.iter().map(|&j| exports(&raw.trade_musd, j)).sum();
        let (status, source) = if open.is_empty() {
            (
                "observed",
                format!(
                    "{code}: as the tables have them, with the home sales and inputs that belong to them"
                ),
            )
        } else if facts.year != YEAR {
            (
                "observed",
                format!("{code}: as the tables have them; domestic exports are known for {YEAR} only"),
            )
        } else if gross <= LEAST_GROSS_RATIO * domestic {
            ("observed", format!("{code}: exports are domestic ones"))
        } else {
            let kept = domestic / gross;
            let mut moved = 0.0;
            for &j in &open {
                let most = kept * exports(&raw.trade_musd, j);
                moved += move_re_exports(&mut raw.trade_musd, hub, j, most);
            }
            let what = "million USD that pass through are trade of origin and destination";
            ("scaled", format!("{code}: {moved:.0} {what}; domestic exports of {domestic:.0} (recalled)"))
        };
        facts.provenance.push([format!("entrepot {code}"), status.into(), source]);
    }
}

/// Services `[j,n,i]` keep the totals of each exporter and importer by sector; partners move to what both sides report.
/// Returns status and source.
fn services_by_partner(
    axes: &Axes,
    trade_musd: &mut Array3<f64>,
    reported: &Array2<f64>,
    year: i16,
) -> (&'static str, String) {
    let mut flows = trade_musd.clone();
    for (j, sector) in axes.sectors.iter().enumerate() {
        let mut cells = flows.index_axis_mut(Axis(0), j);
        if sector.kind == SectorKind::Goods {
            cells.fill(0.0);
        }
        cells.diag_mut().fill(0.0);
        // What the tables have below zero is no trade that could be moved.
        cells.mapv_inplace(|musd| musd.max(0.0));
    }
    let own = flows.sum_axis(Axis(0)).reversed_axes();
    let known = |at: (usize, usize)| at.0 != at.1 && reported[at] > 0.0 && own[at] > 0.0;
    let sum =
        |of: &Array2<f64>| of.indexed_iter().filter(|(at, _)| known(*at)).map(|(_, musd)| musd).sum::<f64>();
    let (in_tables, in_reports) = (sum(&own), sum(reported));
    if in_tables <= 0.0 || in_reports <= 0.0 {
        return ("absent", "no services between economies that report them".into());
    }
    let level = in_tables / in_reports;
    let pairs = Array2::from_shape_fn(own.dim(), |at| if known(at) { level * reported[at] } else { own[at] });
    let n_known = pairs.indexed_iter().filter(|(at, _)| known(*at)).count();
    let margins = Margins {
        exports: &flows.sum_axis(Axis(1)).reversed_axes(),
        imports: &flows.sum_axis(Axis(2)).reversed_axes(),
        pairs: &pairs,
    };
    fit_trade(&mut flows, &margins);
    for ((j, n, i), musd) in flows.indexed_iter() {
        if n != i && axes.sectors[j].kind == SectorKind::Services && trade_musd[[j, n, i]] > 0.0 {
            trade_musd[[j, n, i]] = *musd;
        }
    }
    let source = format!(
        "totals by exporter, importer and sector of the tables; {n_known} pairs moved towards what both sides report to the \
         OECD for {year}"
    );
    ("scaled", source)
}

fn goods(axes: &Axes) -> impl Iterator<Item = usize> + '_ {
    (0..axes.n_sectors()).filter(|&j| axes.sectors[j].kind == SectorKind::Goods)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3};

    use super::{pass_on_entrepots, services_by_partner, take_duties};
    use crate::calibration::balance::RawTables;
    use crate::calibration::outside::default_duties::Duties;
    use crate::calibration::outside::gathered::Facts;
    use crate::calibration::outside::request::Layout;
    use crate::data::{Axes, Country, Sector, SectorKind};

    fn axes() -> Axes {
        let country = |iso3: &str| Country { iso3: iso3.into(), name: iso3.into(), region: String::new() };
        let sector =
            |id: &str, kind| Sector { id: id.into(), name: id.into(), kind, theta: None, theta_se: None };
        let sectors = vec![sector("cars", SectorKind::Goods), sector("banks", SectorKind::Services)];
        Axes::new(["AAA", "HUB", "CCC"].map(country).into(), sectors)
    }

    fn tables(home: f64) -> RawTables {
        let mut trade_musd = Array3::from_elem((2, 3, 3), 10.0);
        (0..2).for_each(|j| trade_musd.index_axis_mut(ndarray::Axis(0), j).diag_mut().fill(home));
        RawTables {
            axes: axes(),
            tariff_pct: Array3::zeros((2, 3, 3)),
            trade_musd,
            output_musd: None,
            inputs_musd: None,
            value_added_musd: None,
            final_demand_musd: None,
        }
    }

    fn facts(year: i16) -> Facts {
        Facts {
            layout: Layout::Long,
            year,
            provenance: vec![["tariffs".into(), "absent".into(), "none".into()]],
            unmatched: Vec::new(),
            unmatched_share: 0.0,
            has_tariffs: false,
            reading: Vec::new(),
            main_file: "trade.csv".into(),
            places: std::collections::HashMap::new(),
        }
    }

    #[test]
    fn partners_move_to_what_is_reported_and_totals_stay() {
        let (axes, mut trade) = (axes(), tables(50.0).trade_musd);
        let mut reported = Array2::zeros((3, 3));
        (reported[[0, 1]], reported[[0, 2]]) = (3.0, 1.0);
        let (status, source) = services_by_partner(&axes, &mut trade, &reported, 2019);
        assert_eq!(status, "scaled");
        assert!(source.contains("2 pairs"), "{source}");
        assert!(trade[[1, 1, 0]] > 11.0 && trade[[1, 2, 0]] < 9.0, "{trade}");
        assert!((trade[[1, 1, 0]] + trade[[1, 2, 0]] - 20.0).abs() < 1e-6, "exports of AAA stay");
        assert_eq!([trade[[0, 1, 0]], trade[[1, 0, 0]]], [10.0, 50.0], "goods and home sales stay");
        let (status, _) = services_by_partner(&axes, &mut trade, &Array2::zeros((3, 3)), 2019);
        assert_eq!(status, "absent");
    }

    #[test]
    fn what_passes_through_is_moved_only_where_trade_is_gross_and_the_year_is_known() {
        let (mut raw, mut told) = (tables(f64::NAN), facts(2019));
        pass_on_entrepots(&[(1, 5.0)], &mut raw, &mut told);
        // Of 20 exported 5 are domestic: 15 go from origin to destination, half of it back home, which is no trade.
        assert!((raw.trade_musd[[0, 0, 1]] - 2.5).abs() < 1e-9);
        assert!((raw.trade_musd[[0, 2, 0]] - 13.75).abs() < 1e-9);
        assert_eq!(raw.trade_musd[[1, 0, 1]], 10.0, "services stay");
        assert_eq!(told.provenance[1][..2], ["entrepot HUB", "scaled"]);
        for (home, year, domestic) in [(50.0, 2019, 5.0), (f64::NAN, 2017, 5.0), (f64::NAN, 2019, 19.0)] {
            let (mut raw, mut told) = (tables(home), facts(year));
            pass_on_entrepots(&[(1, domestic)], &mut raw, &mut told);
            assert_eq!(raw.trade_musd[[0, 0, 1]], 10.0);
            assert_eq!(told.provenance[1][1], "observed");
        }
    }

    #[test]
    fn duties_take_the_place_of_none_and_name_what_they_lack() {
        let (mut raw, mut told) = (tables(1.0), facts(2019));
        let found = Duties { pct: Array3::from_elem((2, 3, 3), 7.0), unknown: vec!["cars".into()] };
        take_duties(found, &mut raw, &mut told);
        assert!(told.has_tariffs && raw.tariff_pct[[0, 0, 1]] == 7.0);
        assert_eq!(told.provenance.len(), 1);
        assert!(told.provenance[0][2].contains("none on cars"));
    }
}
