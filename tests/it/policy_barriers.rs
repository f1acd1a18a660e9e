//! How texts are joined, and what they take off a barrier: worked cases of our own, and the reference cases.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::date;
use rayon::prelude::*;
use serde::Deserialize;
use tradepath::data::{Axes, Dataset, Files, Pair};
use tradepath::ensemble::tornado::Assumption;
use tradepath::policy::cuts::Cut;
use tradepath::policy::liberalisation::Liberalisation;
use tradepath::policy::{MeasureKind, Overlaps, PolicyBook, PolicyParameters, PolicyTimeline, Regimes};

use crate::policy::{TWELVE, axes};

#[derive(Deserialize)]
struct Cases {
    overlap: BTreeMap<String, f64>,
    text: BTreeMap<String, Text>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Text {
    spill: f64,
    strength: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    measured_ave_ratio: f64,
    parts: BTreeMap<String, f64>,
    pair_texts_base: Vec<String>,
    importer_texts_base: Vec<String>,
    pair_texts_now: Vec<String>,
    importer_texts_now: Vec<String>,
    full_text_cut_share: Option<f64>,
    full_text_price_cut_share: Option<f64>,
    actionable_share: f64,
    joined_strength_base: f64,
    joined_strength_now: f64,
    d_ratio: f64,
}

impl Cases {
    fn overlaps(&self) -> Overlaps {
        let position = |id: &str| self.text.keys().position(|known| known == id).unwrap();
        let pair = |(pair, share): (&String, &f64)| {
            let (a, b) = pair.split_once('|').unwrap();
            (position(a), position(b), *share)
        };
        Overlaps::new(self.text.len(), self.overlap.iter().map(pair))
    }

    /// Joined strength of texts between a pair, and of what further texts of the importer open to everybody.
    fn joined(&self, parts: &BTreeMap<String, f64>, pair: &[String], importer: &[String]) -> f64 {
        let overlaps = self.overlaps();
        let of_part = |(part, weight): (&String, &f64)| {
            let strength = |(id, text): (&String, &Text)| {
                let full = text.strength.get(part).or(text.strength.get("*")).copied().unwrap_or(0.0);
                match (pair.contains(id), importer.contains(id)) {
                    (true, _) => full,
                    (false, true) => full * text.spill,
                    (false, false) => 0.0,
                }
            };
            let strengths: Vec<f64> = self.text.iter().map(strength).collect();
            weight * overlaps.joined(&strengths)
        };
        parts.iter().map(of_part).sum()
    }
}

fn meets(file: &Path) {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let close = |name: &str, what: &str, found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-12, "{name}, {what}: {found} instead of {expected}");
    };
    for case in &cases.case {
        let base = cases.joined(&case.parts, &case.pair_texts_base, &case.importer_texts_base);
        let now = cases.joined(&case.parts, &case.pair_texts_now, &case.importer_texts_now);
        close(&case.name, "joined at the base date", base, case.joined_strength_base);
        close(&case.name, "joined now", now, case.joined_strength_now);
        let actionable_share = case.actionable_share;
        let cut = match case.kind.as_str() {
            "goods" => Cut::OfPrice { price_cut: case.full_text_price_cut_share.unwrap(), actionable_share },
            "services" => Cut::OfBarrier { cut_share: case.full_text_cut_share.unwrap(), actionable_share },
            other => panic!("{other}"),
        };
        let left = |joined| 1.0 + cut.left(case.measured_ave_ratio, base, joined);
        close(&case.name, "measured", left(base), 1.0 + case.measured_ave_ratio);
        close(&case.name, "ratio", left(now) / left(base), case.d_ratio);
    }
    println!("{} cases of {}", cases.case.len(), file.display());
}

#[test]
fn our_worked_cases_are_met() {
    meets(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/barriers/cases.toml"));
}

#[test]
fn the_reference_cases_are_met() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles/barriers/cases.toml");
    if !file.exists() {
        println!("skipped: {} is missing", file.display());
        return;
    }
    meets(&file);
}

/// Parties of the experiments below: every agreement of the options binds all of them.
const PARTIES: [&str; 14] =
    ["AUS", "BRN", "CAN", "CHL", "GBR", "JPN", "KOR", "MEX", "MYS", "NZL", "PER", "SGP", "USA", "VNM"];
/// Agreements of the options.
const DEALS: [&str; 6] = [
    "tpp",
    "cptpp_renegotiated",
    "cptpp_plus",
    "sectoral_digital",
    "sectoral_medical",
    "sectoral_environment",
];

/// Countries whose barriers show every text that is shipped.
const SHOWN: [&str; 10] = ["USA", "JPN", "NZL", "AUS", "VNM", "MEX", "EU", "IND", "BRN", "IDN"];

/// Barriers of 2032 if the parties join one of the deals (and what it is an addendum to) in 2026.
fn costs(book: &PolicyBook, deal: &str) -> Vec<f64> {
    let mut timeline = book.initial.clone();
    let start = date(2026, 1, 1);
    for party in PARTIES {
        timeline.join(deal, party, start);
        if deal.starts_with("cptpp_") {
            timeline.join("cptpp", party, start);
        }
    }
    let regimes = Regimes::new(book, &timeline);
    let shown = SHOWN.map(|code| book.axes.country_idx[code]);
    let pairs = shown.iter().flat_map(|&importer| shown.map(|exporter| Pair { importer, exporter }));
    let barriers = |pair| book.pair_barriers(&regimes, pair, 2032, PolicyParameters::default());
    pairs.filter(|pair| pair.importer != pair.exporter).flat_map(barriers).collect()
}

/// The lines of a table after the header.
fn rows(table: &str) -> Vec<String> {
    let text = Files::embedded().read(&format!("policy/{table}")).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// The embedded tables without rates of pairs and lines: the costs above do not read them, most of reading is theirs.
fn without_pair_rates() -> Files {
    let embedded = Files::embedded();
    let text = embedded.read("policy/tables/mfn.csv").unwrap();
    let is_kept = |(at, line): &(usize, &str)| *at == 0 || line.split(',').nth(1) == Some("*");
    let kept: String =
        text.lines().enumerate().filter(is_kept).map(|(_, line)| format!("{line}\n")).collect();
    assert!(kept.len() < text.len());
    let with_one_row = |files: Files, table: &str| {
        let file = format!("policy/tables/{table}.csv");
        let text: Vec<_> = files.read(&file).unwrap().lines().take(2).map(str::to_owned).collect();
        files.with_text(&file, text.join("\n") + "\n")
    };
    let files = embedded.with_text("policy/tables/mfn.csv", kept);
    ["preferences", "claims"].into_iter().fold(files, with_one_row)
}

/// A book after one line of a policy table is replaced.
fn with_line(files: &Files, axes: &Axes, table: &str, line: &str, by: &str) -> PolicyBook {
    let file = format!("policy/{table}");
    let text = files.read(&file).unwrap();
    let old = format!("\n{line}\n");
    assert!(text.contains(&old), "{table}: {line}");
    let text = text.replacen(&old, &format!("\n{by}"), 1);
    PolicyBook::read(&files.with_text(&file, text), axes).unwrap()
}

fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect()
}

/// Cells that no cost reads, by design: politics asks for them, and their row says so.
const POLITICAL: [&str; 3] = ["currency_rules", "non_market_clause", "sunset_review"];

/// A line of a table with `value` in one column.
fn line_with(line: &str, column: usize, value: &str) -> String {
    let mut cells = cells(line);
    value.clone_into(&mut cells[column]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&cells).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn no_shipped_cell_of_depth_chapters_provisions_or_lists_is_dead() {
    let (files, axes) = (without_pair_rates(), axes());
    let book = PolicyBook::read(&files, &axes).unwrap();
    let before: Vec<_> = DEALS.par_iter().map(|deal| costs(&book, deal)).collect();
    let is_dead = |(table, line, off): &(&str, String, String)| {
        let book = with_line(&files, &axes, table, line, off);
        DEALS.iter().zip(&before).all(|(deal, before)| costs(&book, deal) == *before)
    };
    let mut looked = Vec::new();
    let columns = [("depth.csv", 3), ("chapters.csv", 3), ("provisions.csv", 5), ("product_lists.csv", 2)];
    for (table, column) in columns {
        for line in rows(table) {
            let found = cells(&line);
            // A row without an effect says so: scope none, or a class that does nothing to what its lists do not hold.
            let is_none = found[column] == "0";
            assert!(!is_none || table == "depth.csv" || found[column - 1] == "none", "{table}: {line}");
            if !is_none {
                let off = line_with(&line, column, "0");
                looked.push((table, line, off));
            }
        }
    }
    assert!(looked.len() > 100, "{}", looked.len());
    // What moves nothing with every assumption in its middle moves a result of `tornado`: standard agreements in services,
    // whose members are all bound by deeper texts that open as much to everybody, as long as overlaps are whole.
    let ranges = Assumption::read(&files).unwrap();
    let overlap = ranges.iter().find(|range| range.id == "overlap").unwrap();
    let low = overlap.at_end(&files, "apac", 0).unwrap();
    let book = PolicyBook::read(&low, &axes).unwrap();
    let before_low: Vec<_> = DEALS.par_iter().map(|deal| costs(&book, deal)).collect();
    let is_dead_there = |(table, line, off): &(&str, String, String)| {
        let book = with_line(&low, &axes, table, line, off);
        DEALS.iter().zip(&before_low).all(|(deal, before)| costs(&book, deal) == *before)
    };
    let dead: Vec<_> = looked.par_iter().filter(|one| is_dead(one) && is_dead_there(one)).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn every_provision_without_an_effect_is_one_that_politics_asks_for() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let origin = Files::embedded().read("policy/origin_rules.csv").unwrap();
    for one in &book.depths.provisions {
        let provision = &one.provision;
        let is_silent = provision.weight_change.iter().all(|change| *change == 0.0);
        let is_known = POLITICAL.contains(&provision.id.as_str()) || origin.contains(&provision.id);
        assert!(!is_silent || is_known, "{} moves nothing", provision.id);
    }
}

#[test]
fn with_the_same_members_the_text_of_2016_removes_at_least_what_accession_does() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let barriers = |deal: &str| {
        let mut timeline = book.initial.clone();
        TWELVE.iter().for_each(|party| timeline.join(deal, party, date(2026, 1, 1)));
        let regimes = Regimes::new(&book, &timeline);
        let factors = |(importer, exporter): (usize, usize)| {
            book.pair_barriers(&regimes, Pair { importer, exporter }, 2032, PolicyParameters::default())
        };
        let n = book.n();
        let pairs = (0..n).flat_map(|importer| (0..n).map(move |exporter| (importer, exporter)));
        pairs.filter(|(a, b)| a != b).flat_map(factors).collect::<Vec<f64>>()
    };
    let (returned, acceded) = (barriers("tpp"), barriers("cptpp"));
    let more = returned.iter().zip(&acceded).filter(|(returned, acceded)| **returned < **acceded - 1e-9);
    assert!(more.count() > 1000);
    // Provisions that restrict trade (conservation in fish and wood) are few.
    let less = returned.iter().zip(&acceded).filter(|(returned, acceded)| **returned > **acceded + 2e-4);
    assert_eq!(less.count(), 0);
}

#[test]
fn outsiders_gain_access_by_what_reaches_everybody() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let left = |timeline: &PolicyTimeline, sector: &str| {
        let regimes = Regimes::new(&book, timeline);
        let pair = Pair { importer: book.axes.country_idx["USA"], exporter: book.axes.country_idx["EU"] };
        book.barrier_on(&regimes, pair, book.axes.sector_idx[sector], date(2034, 6, 1))
    };
    let mut joined = book.initial.clone();
    TWELVE.iter().for_each(|party| joined.join("tpp", party, date(2026, 1, 1)));
    for sector in ["machinery", "business", "meat"] {
        let (before, after) = (left(&book.initial, sector), left(&joined, sector));
        assert!(after.left_pct < before.left_pct, "{sector}");
        // An outsider has what is open, and nothing else; the display adds up.
        assert!((after.joined - after.joined_open).abs() < 1e-12);
        let sum: f64 = after.texts.iter().map(|text| text.adds).sum();
        assert!((after.joined - sum).abs() < 1e-12 && after.texts.iter().all(|text| text.is_open));
    }
    assert_eq!(left(&joined, "travel").left_pct, left(&book.initial, "travel").left_pct);
}

#[test]
fn proof_of_origin_alone_never_makes_a_preference_a_loss() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let mut timeline = book.initial.clone();
    PARTIES.iter().for_each(|party| timeline.join("cptpp", party, date(2026, 1, 1)));
    let regimes = Regimes::new(&book, &timeline);
    for importer in PARTIES.map(|code| book.axes.country_idx[code]) {
        for exporter in (0..book.n()).filter(|&exporter| exporter != importer) {
            let situation = book.situation(&regimes, Pair { importer, exporter }, date(2030, 6, 1));
            for g in 0..book.groups.len() {
                let rate = book.group_rate(&situation, g, PolicyParameters::default());
                let (saved, cost) = (
                    rate.mfn_pct + situation.duties.on(g, rate.mfn_pct, None) - rate.effective_pct,
                    rate.compliance_pct,
                );
                // Users pay a quarter of what they save at most.
                assert!(cost <= 0.25 * saved + 1e-12, "{} {cost} {saved}", book.groups[g].id);
                let before = 1.0 + (rate.mfn_pct + situation.duties.on(g, rate.mfn_pct, None)) / 100.0;
                assert!((1.0 + rate.effective_pct / 100.0) * (1.0 + cost / 100.0) <= before + 1e-12);
            }
        }
    }
}

#[test]
fn a_later_text_between_the_same_parties_replaces_the_rules_of_the_older_one() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let mut timeline = book.initial.clone();
    TWELVE.iter().for_each(|party| timeline.join("cptpp", party, date(2024, 1, 1)));
    for party in ["USA", "JPN", "MYS"] {
        timeline.join("cptpp_renegotiated", party, date(2026, 1, 1));
    }
    let regimes = Regimes::new(&book, &timeline);
    let share = |importer: &str, exporter: &str, day| {
        let [importer, exporter] = [importer, exporter].map(|code| book.axes.country_idx[code]);
        let situation = book.situation(&regimes, Pair { importer, exporter }, day);
        let at = book.agreements.position("cptpp").unwrap();
        let binding = situation.bindings.iter().find(|binding| binding.agreement == at).unwrap();
        let g = book.groups.iter().position(|group| group.id == "motor_vehicles").unwrap();
        (book.agreements[binding.rule_of].id.clone(), binding.eligible_share.map_or(1.0, |shares| shares[g]))
    };
    let (before, after) = (share("MYS", "USA", date(2025, 6, 1)), share("MYS", "USA", date(2026, 6, 1)));
    assert_eq!((before.0.as_str(), after.0.as_str()), ("cptpp", "cptpp_renegotiated"));
    assert!(after.1 < before.1, "{} {}", after.1, before.1);
    // Viet Nam has not joined the new text: the old rule stays.
    assert_eq!(share("VNM", "USA", date(2026, 6, 1)).0, "cptpp");
}

#[test]
fn a_provision_may_differ_by_party() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let mut timeline = book.initial.clone();
    TWELVE.iter().for_each(|party| timeline.join("cptpp", party, date(2026, 1, 1)));
    let regimes = Regimes::new(&book, &timeline);
    let strength = |exporter: &str, sector: &str| {
        let pair = Pair { importer: book.axes.country_idx["USA"], exporter: book.axes.country_idx[exporter] };
        let found = book.barrier_on(&regimes, pair, book.axes.sector_idx[sector], date(2032, 6, 1));
        let at = book.agreements.position("cptpp").unwrap();
        found.texts.iter().rfind(|text| text.agreement == at && !text.is_open).unwrap().strength
    };
    let full = strength("JPN", "business");
    // New Zealand: investor-state arbitration off, half a point of 37.5; Viet Nam: its law on cyber security, two.
    assert!((full - strength("NZL", "business") - 0.005 / 0.375).abs() < 1e-9);
    let digital = strength("JPN", "telecom_computer") - strength("VNM", "telecom_computer");
    assert!((digital - 0.02 / 0.375).abs() < 1e-9);
}

#[test]
fn signatories_are_exempt_from_restrictions_on_exports() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let mut timeline = book.initial.clone();
    for party in ["USA", "JPN"] {
        timeline.join("sectoral_medical", party, date(2023, 1, 1));
    }
    let left = |timeline: &PolicyTimeline, exporter: &str| {
        let regimes = Regimes::new(&book, timeline);
        let pair = Pair { importer: book.axes.country_idx["USA"], exporter: book.axes.country_idx[exporter] };
        book.pair_barriers(&regimes, pair, 2030, PolicyParameters::default())[book.axes.sector_idx["medicines"]]
    };
    let mut crisis = timeline.clone();
    crisis.set_measure(MeasureKind::Barrier, "export_restrictions", 1000, date(2030, 1, 1));
    assert_eq!(left(&crisis, "JPN"), left(&timeline, "JPN"));
    assert!((left(&crisis, "IND") - left(&timeline, "IND") - 0.022).abs() < 1e-9);
}

#[test]
fn options_state_the_legal_risk_that_the_test_of_the_treaties_finds() {
    let book = PolicyBook::read(&Files::embedded(), &axes()).unwrap();
    let data = Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let pair = Pair { importer: book.axes.country_idx["JPN"], exporter: book.axes.country_idx["USA"] };
    let trade: Vec<f64> = (0..data.s()).map(|j| data.trade_musd[[j, pair.importer, pair.exporter]]).collect();
    for deal in ["tpp", "cptpp", "sectoral_digital", "sectoral_medical", "sectoral_environment"] {
        let at = book.agreements.position(deal).unwrap();
        let found = Liberalisation::between(&book, at, pair, 11, &trade).unwrap();
        let text = Files::embedded().read(&format!("options/{deal}.toml")).unwrap_or_default();
        let is_stated = text.contains(&format!("legal_risk:{deal}"));
        assert_eq!(found.is_legal_risk(&book, at), is_stated, "{deal}: {found:?}");
        let services = found.services_share.unwrap();
        assert_eq!(services > 0.9, matches!(deal, "tpp" | "cptpp"), "{deal}: {services}");
    }
}
