//! A GTAP aggregation of the user's own: one CSV file for each header, as HAR2CSV and gdxdump write them.
//!
//! The names of GTAP 10 and 11 and those of GTAP 9 and before are read; regions and commodities are the user's.
//! What is taken, with `c` commodities, `a` activities of the same names, `s` source, `d` destination, `r` region:
//!
//! | header | becomes |
//! | --- | --- |
//! | `VFOB` or `VXWD` (else `VXSB` or `VXMD`, without export taxes) `(c,s,d)` | trade at border prices |
//! | `VCIF` or `VIWS` `(c,s,d)` | margins: what it is above trade |
//! | `VMSB` or `VIMS` `(c,s,d)` | tariffs: what it is above `VCIF` |
//! | `VST` `(c,r)` | exports of margin services, to importers by the margins that they pay |
//! | `VDFB` or `VDFM`, `VMFB` or `VIFM` `(c,a,r)` | inputs; the domestic ones are home sales too |
//! | `VDPB` or `VDPM`, `VDGB` or `VDGM`, `VDIB` `(c,r)` | home sales to final demand; before GTAP 10 investment is the activity `CGDS` |
//! | `EVFB` or `VFM`, if there | factor payments, to say which part of value added is taxes |
//!
//! Output is home sales and exports; value added is output less inputs at basic prices, so that taxes on inputs,
//! factors and output are part of it. Trade inside a region becomes home sales.

use std::collections::BTreeMap;

use super::gathered::Gathered;
use super::gtap_tables::{Cells, GtapTable, table};
use super::request::Request;
use crate::data::SectorKind;
use crate::error::Fault;
use crate::sorted::{SortedMap, SortedSet, sort_by_key};

/// Activity of investment before GTAP 10.
const INVESTMENT: &str = "CGDS";
/// A value at a later stage may be this much below that at an earlier one: files are rounded.
const ROUNDING: f64 = 1e-6;

const COMMODITY_PAIR: &[&str] = &["commodity", "source", "destination"];
const COMMODITY_USE: &[&str] = &["commodity", "activity", "region"];
const COMMODITY: &[&str] = &["commodity", "region"];

const TRADE: GtapTable = GtapTable {
    names: &["VFOB", "VXWD", "VXSB", "VXMD"],
    sets: COMMODITY_PAIR,
    gives: "trade at border prices",
};
const CIF: GtapTable =
    GtapTable { names: &["VCIF", "VIWS"], sets: COMMODITY_PAIR, gives: "transport margins" };
const MARKET: GtapTable = GtapTable { names: &["VMSB", "VIMS"], sets: COMMODITY_PAIR, gives: "tariffs" };
const MARGINS: GtapTable =
    GtapTable { names: &["VST"], sets: COMMODITY, gives: "exports of margin services" };
const HOME_INPUTS: GtapTable =
    GtapTable { names: &["VDFB", "VDFM"], sets: COMMODITY_USE, gives: "domestic inputs" };
const IMPORTED_INPUTS: GtapTable =
    GtapTable { names: &["VMFB", "VIFM"], sets: COMMODITY_USE, gives: "imported inputs" };
const HOUSEHOLD: GtapTable =
    GtapTable { names: &["VDPB", "VDPM"], sets: COMMODITY, gives: "household purchases at home" };
const GOVERNMENT: GtapTable =
    GtapTable { names: &["VDGB", "VDGM"], sets: COMMODITY, gives: "government purchases at home" };
const INVESTMENT_GOODS: GtapTable =
    GtapTable { names: &["VDIB"], sets: COMMODITY, gives: "investment purchases at home" };
const FACTORS: GtapTable =
    GtapTable { names: &["EVFB", "VFM"], sets: &["factor", "activity", "region"], gives: "factor payments" };

/// Values by commodity, source and destination as positions `[i,n,j]`.
type Flows = BTreeMap<[usize; 3], f64>;

/// Reads the files of the folder.
pub fn read(request: &Request, to: &mut Gathered) {
    let trade = table(request, &TRADE, true, to);
    let cif = table(request, &CIF, true, to);
    let market = table(request, &MARKET, true, to);
    let margins = table(request, &MARGINS, true, to);
    let home_inputs = table(request, &HOME_INPUTS, true, to);
    let imported_inputs = table(request, &IMPORTED_INPUTS, true, to);
    let household = table(request, &HOUSEHOLD, true, to);
    let government = table(request, &GOVERNMENT, true, to);
    // Without the header of its own, investment must be an activity.
    let has_activity = home_inputs.as_ref().is_some_and(|cells| cells.names(1, INVESTMENT));
    let investment = table(request, &INVESTMENT_GOODS, !has_activity, to);
    let factors = table(request, &FACTORS, false, to);
    for (cells, of) in [
        (&trade, &TRADE),
        (&cif, &CIF),
        (&market, &MARKET),
        (&margins, &MARGINS),
        (&home_inputs, &HOME_INPUTS),
        (&imported_inputs, &IMPORTED_INPUTS),
        (&household, &HOUSEHOLD),
        (&government, &GOVERNMENT),
        (&investment, &INVESTMENT_GOODS),
    ] {
        cells.iter().for_each(|cells| check_names(cells, of, to));
    }
    if !to.faults.is_empty() {
        return;
    }
    let (Some(trade), Some(cif), Some(market), Some(margins)) = (trade, cif, market, margins) else { return };
    let (Some(home_inputs), Some(imported_inputs)) = (home_inputs, imported_inputs) else { return };
    let fob = flows(&trade, to);
    let cif_values = flows(&cif, to);
    let market_values = flows(&market, to);
    let paid = check_stages(&fob, &cif_values, (&cif, &trade), to);
    add_tariffs(&cif_values, &market_values, (&market, &cif), to);
    fob.iter().for_each(|(&at, musd)| *to.trade.entry(at).or_default() += musd);
    add_margins(&margins, &paid, to);
    add_inputs(&home_inputs, true, to);
    add_inputs(&imported_inputs, false, to);
    for cells in [household, government, investment].into_iter().flatten() {
        add_home_sales(&cells, to);
    }
    add_output(to);
    note_sources(&trade, factors.as_ref(), to);
}

/// A fault for every name that no sector or country takes.
fn check_names(cells: &Cells, of: &GtapTable, to: &mut Gathered) {
    for row in &cells.rows {
        for (at, set) in of.sets.iter().enumerate() {
            let is_investment = *set == "activity" && row.names[at].eq_ignore_ascii_case(INVESTMENT);
            match *set {
                "commodity" | "activity" if !is_investment => {
                    cells.sector(row, at, to);
                }
                "source" | "destination" | "region" => {
                    cells.country(row, at, to);
                }
                _ => {}
            }
        }
    }
}

/// Flows of a table by position.
fn flows(cells: &Cells, to: &mut Gathered) -> Flows {
    let mut flows = Flows::new();
    for row in &cells.rows {
        let j = cells.sector(row, 0, to);
        let (i, n) = (cells.country(row, 1, to), cells.country(row, 2, to));
        if let (Some(i), Some(n), Some(j)) = (i, n, j) {
            *flows.entry([i, n, j]).or_default() += row.musd;
        }
    }
    flows
}

/// Margins by importer: values on arrival less those at departure, which must not be above them.
fn check_stages(
    fob: &Flows,
    cif: &Flows,
    files: (&Cells, &Cells),
    to: &mut Gathered,
) -> SortedMap<usize, f64> {
    let mut paid = SortedMap::new();
    for (&[i, n, j], &departing) in fob {
        let arriving = cif.get(&[i, n, j]).copied().unwrap_or(0.0);
        if arriving < departing * (1.0 - ROUNDING) - ROUNDING {
            to.faults.push(below([i, n, j], (arriving, departing), files, to));
        }
        *paid.entry(n).or_default() += (arriving - departing).max(0.0);
    }
    paid
}

/// A value of a later stage below that of an earlier one.
fn below(
    [i, n, j]: [usize; 3],
    (found, least): (f64, f64),
    (file, earlier): (&Cells, &Cells),
    to: &Gathered,
) -> Fault {
    let name = |n: usize| to.names.iso3(n);
    let field = format!("{} of {},{},{}", file.header, to.names.sectors()[j].id, name(i), name(n));
    let expected = format!("at least {least}, its value in {}", earlier.header);
    let remedy = "Take both headers from one aggregation; a subsidy of imports cannot be read.";
    Fault::of_file(&file.file, &field, &found.to_string(), &expected, remedy)
}

fn add_tariffs(cif: &Flows, market: &Flows, files: (&Cells, &Cells), to: &mut Gathered) {
    to.has_tariffs = true;
    for (&[i, n, j], &arriving) in cif.iter().filter(|([i, n, _], _)| i != n) {
        let paid = market.get(&[i, n, j]).copied().unwrap_or(0.0);
        if paid < arriving * (1.0 - ROUNDING) - ROUNDING {
            to.faults.push(below([i, n, j], (paid, arriving), files, to));
        } else if arriving > 0.0 {
            let [sum, weight] = to.tariffs.entry([i, n, j]).or_default();
            (*sum, *weight) = (*sum + 100.0 * (paid - arriving).max(0.0), *weight + arriving);
        }
    }
    // Files list only values above zero; where nothing is traded no rate is seen.
    let countries = to.names.countries().len();
    let is_goods = |j: &usize| to.names.sectors()[*j].kind == SectorKind::Goods;
    let goods: SortedSet<usize> = cif.keys().map(|[_, _, j]| *j).filter(is_goods).collect();
    let mut n_unseen = 0;
    for (i, n) in (0..countries).flat_map(|i| (0..countries).map(move |n| (i, n))).filter(|(i, n)| i != n) {
        for &j in &goods {
            to.tariffs.entry([i, n, j]).or_insert_with(|| {
                n_unseen += 1;
                [0.0, 1.0]
            });
        }
    }
    if n_unseen > 0 {
        to.note(
            "tariffs",
            "assumption",
            format!("{n_unseen} cells without trade: no tariff is seen, 0 is taken"),
        );
    }
}

/// Margin services of each exporter go to importers as these pay margins.
fn add_margins(cells: &Cells, paid: &SortedMap<usize, f64>, to: &mut Gathered) {
    let all: f64 = paid.values().sum();
    let mut supplied = 0.0;
    for row in &cells.rows {
        let (Some(j), Some(i)) = (cells.sector(row, 0, to), cells.country(row, 1, to)) else { continue };
        supplied += row.musd;
        if all > 0.0 {
            for (&n, musd) in paid {
                *to.trade.entry([i, n, j]).or_default() += row.musd * musd / all;
            }
        }
    }
    // GTAP's own identity: what exporters supply is what importers pay.
    let gap = (supplied - all).abs();
    to.note(
        "margins",
        "imputed",
        format!("{supplied:.1} million USD of services, to importers by the margins that they pay ({all:.1}, {gap:.1} apart)"),
    );
}

fn add_inputs(cells: &Cells, is_home: bool, to: &mut Gathered) {
    for row in &cells.rows {
        let (Some(k), Some(n)) = (cells.sector(row, 0, to), cells.country(row, 2, to)) else { continue };
        if is_home {
            *to.trade.entry([n, n, k]).or_default() += row.musd;
        }
        if row.names[1].eq_ignore_ascii_case(INVESTMENT) {
            continue;
        }
        if let Some(j) = cells.sector(row, 1, to) {
            *to.inputs.entry([n, k, j]).or_default() += row.musd;
        }
    }
}

fn add_home_sales(cells: &Cells, to: &mut Gathered) {
    for row in &cells.rows {
        if let (Some(j), Some(n)) = (cells.sector(row, 0, to), cells.country(row, 1, to)) {
            *to.trade.entry([n, n, j]).or_default() += row.musd;
        }
    }
}

/// Output is what is sold; value added is what inputs leave of it.
fn add_output(to: &mut Gathered) {
    let mut output: SortedMap<[usize; 2], f64> = SortedMap::new();
    let mut sold: Vec<_> = to.trade.iter().map(|(at, musd)| (*at, *musd)).collect();
    sort_by_key(&mut sold, |(at, _)| *at);
    sold.into_iter().for_each(|([i, _, j], musd)| *output.entry([i, j]).or_default() += musd);
    let mut used: SortedMap<[usize; 2], f64> = SortedMap::new();
    let mut inputs: Vec<_> = to.inputs.iter().map(|(at, musd)| (*at, *musd)).collect();
    sort_by_key(&mut inputs, |(at, _)| *at);
    inputs.into_iter().for_each(|([n, _, j], musd)| *used.entry([n, j]).or_default() += musd);
    for (&[n, j], &musd) in &output {
        let left = musd - used.get(&[n, j]).copied().unwrap_or(0.0);
        if left <= 0.0 && musd > 0.0 {
            let field = format!("value added of {},{}", to.names.iso3(n), to.names.sectors()[j].id);
            let expected = format!("more than 0: output is {musd:.3} million USD, inputs take all of it");
            let remedy = "Take all headers from one aggregation, with activities named as commodities.";
            to.faults.push(Fault::of_file("VDFB, VMFB", &field, &format!("{left:.3}"), &expected, remedy));
        }
        to.output.insert([n, j], musd);
        to.value_added.insert([n, j], left);
    }
}

fn note_sources(trade: &Cells, factors: Option<&Cells>, to: &mut Gathered) {
    let is_without_taxes = ["VXSB", "VXMD"].contains(&trade.header.as_str());
    let what =
        if is_without_taxes { "before export taxes, which count as margins" } else { "at border prices" };
    to.note("trade", "observed", format!("{}, {what}", trade.header));
    to.note(
        "inputs",
        "observed",
        "at basic prices; taxes on inputs, factors and output count as value added",
    );
    let value_added: f64 = to.value_added.values().sum();
    if let Some(factors) = factors {
        let paid: f64 = factors.rows.iter().map(|row| row.musd).sum();
        let source =
            format!("{:.1} % of it is paid to factors, the rest is taxes", 100.0 * paid / value_added);
        to.note("value added", "observed", source);
    }
    to.note(
        "elasticities",
        "assumption",
        "sectors.csv: substitution between sources of imports of the GTAP documentation less one, unless your own table gives them",
    );
}
