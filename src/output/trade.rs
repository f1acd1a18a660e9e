//! Trade along the reference paths: by sector and group of partners, created and diverted, exposure, coverage of agreements.

use jiff::civil::date;

use super::rows::{Text, table};
use crate::data::SectorKind;
use crate::ensemble::{Essential, Experiment, ReferenceTrade, moved, source_shares, trade_of};

/// Agreements of fewer members are not listed.
const LEAST_MEMBERS: usize = 3;
const FLOWS: [&str; 2] = ["exports", "imports"];

table! {
    /// Change of trade on the reference path of an option, by sector with all partners, and of goods and services with
    /// groups of partners.
    pub struct TradeRow<'a> in "reference_trade.csv" by (option, year, iso3, flow, sector, partners, against, unit) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// exports or imports
        flow: Text<'a>,
        /// Sector, goods or services
        sector: Text<'a>,
        /// world; members (of the option's agreements at the end of its reference path), non_members, or a country that
        /// exposure.csv of the data folder watches
        partners: Text<'a>,
        /// baseline or reference, as in projections.csv
        against: Text<'a>,
        /// musd2019 (million USD at the world's consumer prices of 2019) or pct
        unit: Text<'a>,
        /// Value
        value: f64 ["unit"],
    }
}

table! {
    /// Imports of goods and services that an option creates and diverts on its reference path, against the reference option.
    /// Imports from members rise by expansion (the country buys more of all) and by substitution, which is creation (in
    /// place of home goods) and diversion (in place of those of other countries).
    pub struct CreationRow<'a> in "trade_creation.csv" by (option, year, iso3) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country that buys
        iso3: Text<'a>,
        /// Change of imports from members
        from_members_musd2019: f64 ["musd2019"],
        /// Part of it that is expansion
        expansion_musd2019: f64 ["musd2019"],
        /// Part in place of home goods
        creation_musd2019: f64 ["musd2019"],
        /// Part in place of goods of other countries
        diversion_musd2019: f64 ["musd2019"],
    }
}

table! {
    /// Where essential goods come from, on the reference path of an option.
    pub struct ExposureRow<'a> in "exposure.csv" by (option, year, iso3, good) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country that buys
        iso3: Text<'a>,
        /// Good, as in exposure.csv of the data folder
        good: Text<'a>,
        /// Country that is watched
        exporter: Text<'a>,
        /// Its share in the imports of the good
        share_pct: f64 ["pct"],
        /// The same under the reference option
        share_reference_pct: f64 ["pct"],
        /// Sum of the squared shares of all foreign sources, 0 to 1
        herfindahl: f64 ["share"],
        /// The same under the reference option
        herfindahl_reference: f64 ["share"],
    }
}

table! {
    /// Share of the world's output that the members of an agreement have at the end of a year, on the reference path of an
    /// option.
    pub struct CoverageRow<'a> in "coverage.csv" by (option, year, agreement) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Agreement, as in policy/agreements.csv
        agreement: Text<'a>,
        /// How many members
        members: u64 ["count"],
        /// Their share of value added of the baseline
        gdp_share: f64 ["share"],
        /// The same without the focus country of the plan
        gdp_share_without_focus: f64 ["share"],
    }
}

/// A group of partners, or of sectors.
struct Group<'a> {
    name: &'a str,
    of: Vec<usize>,
}

/// Groups of partners of an option; a country that is watched has its own.
fn partner_groups(experiment: &Experiment, option: usize) -> Vec<Group<'_>> {
    let axes = &experiment.axes;
    let members: Vec<usize> = members(experiment, option);
    let mut groups = vec![Group { name: "world", of: (0..axes.n_countries()).collect() }];
    if !members.is_empty() {
        let others = (0..axes.n_countries()).filter(|n| !members.contains(n)).collect();
        groups.push(Group { name: "members", of: members });
        groups.push(Group { name: "non_members", of: others });
    }
    let mut watched: Vec<usize> = experiment.essentials.iter().map(|good| good.exporter).collect();
    watched.sort_unstable();
    watched.dedup();
    groups.extend(watched.into_iter().map(|n| Group { name: &axes.countries[n].iso3, of: vec![n] }));
    groups
}

fn members(experiment: &Experiment, option: usize) -> Vec<usize> {
    let members = experiment.options[option].outlook.members.iter();
    members.filter_map(|code| experiment.axes.country_idx.get(code).copied()).collect()
}

/// Sectors one by one, then goods and services.
fn sector_groups(experiment: &Experiment) -> (Vec<Group<'_>>, Vec<Group<'static>>) {
    let sectors = experiment.axes.sectors.iter().enumerate();
    let single = sectors.clone().map(|(j, sector)| Group { name: sector.id.as_str(), of: vec![j] }).collect();
    let kind = |name, kind: SectorKind| Group {
        name,
        of: sectors.clone().filter(|(_, sector)| sector.kind == kind).map(|(j, _)| j).collect(),
    };
    (single, vec![kind("goods", SectorKind::Goods), kind("services", SectorKind::Services)])
}

/// Position of the reference option.
fn reference(experiment: &Experiment) -> usize {
    let plan = &experiment.plan;
    plan.options.iter().position(|id| *id == plan.reference_option).unwrap_or(0)
}

/// Rows of `reference_trade.csv` of one year.
#[must_use]
pub fn trade<'a>(experiment: &'a Experiment, year: &ReferenceTrade) -> Vec<TradeRow<'a>> {
    let (single, kinds) = sector_groups(experiment);
    let reference = reference(experiment);
    let mut rows = Vec::new();
    for (option, id) in experiment.plan.options.iter().enumerate() {
        let partners = partner_groups(experiment, option);
        let cells = single.iter().map(|sector| (sector, &partners[0]));
        let totals = kinds.iter().flat_map(|kind| partners.iter().map(move |one| (kind, one)));
        // A sector that has the name of a total stands for it.
        let is_new = |(kind, of): &(&Group<'_>, &Group<'_>)| {
            of.name != partners[0].name || single.iter().all(|sector| sector.name != kind.name)
        };
        let cells: Vec<_> = cells.chain(totals.filter(is_new)).collect();
        for (n, country) in experiment.axes.countries.iter().enumerate() {
            for (at, (sector, partners)) in
                (0..FLOWS.len()).flat_map(|at| cells.iter().map(move |cell| (at, *cell)))
            {
                let of = |option: Option<usize>| {
                    let flows = year.flows(option);
                    match at {
                        0 => trade_of(flows, &sector.of, &partners.of, &[n]),
                        _ => trade_of(flows, &sector.of, &[n], &partners.of),
                    }
                };
                let others = [("baseline", None), ("reference", Some(reference))];
                let new = of(Some(option));
                for (against, other) in others.into_iter().filter(|(_, other)| *other != Some(option)) {
                    let old = of(other);
                    let row = |unit: &'static str, value| TradeRow {
                        option: id.as_str().into(),
                        year: year.year,
                        iso3: country.iso3.as_str().into(),
                        flow: FLOWS[at].into(),
                        sector: sector.name.to_owned().into(),
                        partners: partners.name.to_owned().into(),
                        against: against.into(),
                        unit: unit.into(),
                        value,
                    };
                    rows.push(row("musd2019", new - old));
                    rows.extend((old > 0.0).then(|| row("pct", 100.0 * (new / old - 1.0))));
                }
            }
        }
    }
    rows
}

/// Rows of `trade_creation.csv` of one year; none for options without members.
#[must_use]
pub fn creation<'a>(experiment: &'a Experiment, year: &ReferenceTrade) -> Vec<CreationRow<'a>> {
    let (n_countries, reference) = (experiment.axes.n_countries(), reference(experiment));
    let sectors: Vec<usize> = (0..experiment.axes.n_sectors()).collect();
    let mut rows = Vec::new();
    for (option, id) in experiment.plan.options.iter().enumerate() {
        let members = members(experiment, option);
        if option == reference || members.is_empty() {
            continue;
        }
        let others: Vec<usize> = (0..n_countries).filter(|n| !members.contains(n)).collect();
        let states = [year.flows(Some(reference)), year.flows(Some(option))];
        for (n, country) in experiment.axes.countries.iter().enumerate() {
            let (from, beside) = (moved(states, &sectors, n, &members), moved(states, &sectors, n, &others));
            rows.push(CreationRow {
                option: id.as_str().into(),
                year: year.year,
                iso3: country.iso3.as_str().into(),
                from_members_musd2019: from.expansion + from.substitution,
                expansion_musd2019: from.expansion,
                // Substitutions of all sources, home included, sum to nothing.
                creation_musd2019: from.substitution + beside.substitution,
                diversion_musd2019: -beside.substitution,
            });
        }
    }
    rows
}

/// Rows of `exposure.csv` of one year.
#[must_use]
pub fn exposure<'a>(experiment: &'a Experiment, year: &ReferenceTrade) -> Vec<ExposureRow<'a>> {
    let reference = reference(experiment);
    let mut rows = Vec::new();
    for (option, id) in experiment.plan.options.iter().enumerate() {
        for (n, country) in experiment.axes.countries.iter().enumerate() {
            for good in experiment.essentials.iter().filter(|good| good.exporter != n) {
                let of = |option: usize| source_shares(year.flows(Some(option)), &good.sectors, n);
                let Some((now, then)) = of(option).zip(of(reference)) else { continue };
                rows.push(exposure_row(experiment, (id, year.year), &country.iso3, good, [&now, &then]));
            }
        }
    }
    rows
}

fn exposure_row<'a>(
    experiment: &'a Experiment,
    (option, year): (&'a str, i16),
    iso3: &'a str,
    good: &'a Essential,
    [now, then]: [&[f64]; 2],
) -> ExposureRow<'a> {
    let herfindahl = |shares: &[f64]| shares.iter().map(|share| share * share).sum();
    ExposureRow {
        option: option.into(),
        year,
        iso3: iso3.into(),
        good: good.good.as_str().into(),
        exporter: experiment.axes.countries[good.exporter].iso3.as_str().into(),
        share_pct: 100.0 * now[good.exporter],
        share_reference_pct: 100.0 * then[good.exporter],
        herfindahl: herfindahl(now),
        herfindahl_reference: herfindahl(then),
    }
}

/// Rows of `coverage.csv` of one year: agreements of three members or more.
#[must_use]
pub fn coverage<'a>(experiment: &'a Experiment, year: &ReferenceTrade) -> Vec<CoverageRow<'a>> {
    let Some(base) = experiment.path.year(year.year) else { return Vec::new() };
    let (va, day) = (&base.prepared.economy().va_musd, date(year.year, 12, 31));
    let focus = experiment.axes.country_idx.get(&experiment.plan.focus).copied();
    let mut rows = Vec::new();
    for (id, option) in experiment.plan.options.iter().zip(&experiment.options) {
        for agreement in experiment.book.agreements.iter() {
            let members = option.reference.policy.members(&agreement.id, day);
            let members: Vec<usize> =
                members.iter().filter_map(|code| experiment.axes.country_idx.get(code).copied()).collect();
            let share = |without: Option<usize>| {
                members.iter().filter(|n| Some(**n) != without).map(|&n| va[n]).sum::<f64>() / va.sum()
            };
            if members.len() >= LEAST_MEMBERS {
                rows.push(CoverageRow {
                    option: id.as_str().into(),
                    year: year.year,
                    agreement: agreement.id.as_str().into(),
                    members: members.len() as u64,
                    gdp_share: share(None),
                    gdp_share_without_focus: share(focus),
                });
            }
        }
    }
    rows
}
