//! The tables of the studies as they are written.

use super::tables::{Published, Sign, Tables};
use super::trial::Step;
use crate::output::rows::{Text, table};

/// Step of a bridge that stands for our default.
const DEFAULT: &str = "ours_default";
/// Step for what no setting explains.
const REMAINS: &str = "unexplained";

table! {
    /// Published results beside ours; every published row stands here, whatever it looks like.
    pub struct StudyRow<'a> in "studies.csv" by (study, scenario, iso3, measure, partners, sectors, unit) {
        /// Study
        study: Text<'a>,
        /// Its scenario
        scenario: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// Country or area
        iso3: Text<'a>,
        /// Published
        published: f64 ["unit"],
        /// Ours by default; empty = the program cannot say, see reason
        ours_default: Option<f64> ["unit"],
        /// Ours with the study's settings
        ours_matched: Option<f64> ["unit"],
        /// Ours with the study's settings over published
        ratio: Option<f64>,
        /// Why there is none, or why it differs
        reason: Text<'a>,
        /// Partners of trade; empty = all
        partners: Text<'a>,
        /// Sectors with ; between them; empty = all
        sectors: Text<'a>,
        /// pct, or a unit of validation/units.csv
        unit: Text<'a>,
        /// Year of the study
        year: Option<i16>,
        /// Where the figure comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// The way from our number to a published one: ours by default, then one setting of the study a row, then what remains.
    /// The rows after the first sum to the distance from our number to the published one.
    pub struct BridgeRow<'a> in "bridge.csv"
        by (study, scenario, iso3, measure, partners, sectors, unit, step) {
        /// Study
        study: Text<'a>,
        /// Country or area
        iso3: Text<'a>,
        /// 0 = ours by default, then the settings in order, then what no setting explains
        step: u64,
        /// ours_default, a setting of validation/settings.csv, or unexplained
        setting: Text<'a>,
        /// Our number in the first row, what the setting adds in the others
        value: f64 ["unit"],
        /// Our number with this setting and all before it; published in the last row
        level: f64 ["unit"],
        /// Scenario of the study
        scenario: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// Partners of trade; empty = all
        partners: Text<'a>,
        /// Sectors with ; between them; empty = all
        sectors: Text<'a>,
        /// As in studies.csv
        unit: Text<'a>,
        /// What the setting is, in words
        title: Text<'a>,
    }
}

table! {
    /// Published results that test a sign.
    pub struct SignRow<'a> in "signs.csv" by (study, scenario, than_scenario, iso3, measure) {
        /// Study
        study: Text<'a>,
        /// Its scenario
        scenario: Text<'a>,
        /// Scenario that it is compared with; empty = no change
        than_scenario: Text<'a>,
        /// Country or area
        iso3: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// What was published
        claim: Text<'a>,
        /// Ours by default, the scenario less the other
        ours_default_pct: Option<f64> ["pct"],
        /// The same with the study's settings
        ours_matched_pct: Option<f64> ["pct"],
        /// True if ours by default has the published sign
        holds_default: Option<bool>,
        /// The same with the study's settings
        holds_matched: Option<bool>,
        /// Where the claim comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

fn text(of: &str) -> Text<'static> {
    Text::from(of.to_owned())
}

/// A row of `studies.csv`.
pub(super) fn study(row: &Published, values: &[f64], why_not: &str, tables: &Tables) -> StudyRow<'static> {
    let (first, last) = (values.first().copied(), values.last().copied());
    let known = tables.reason([&row.study, &row.scenario, &row.measure]);
    let reasons: Vec<&str> = [why_not, known].into_iter().filter(|reason| !reason.is_empty()).collect();
    StudyRow {
        study: text(&row.study),
        scenario: text(&row.scenario),
        measure: text(&row.measure),
        iso3: text(&row.iso3),
        published: row.value,
        ours_default: first,
        ours_matched: last,
        ratio: last.filter(|_| row.value != 0.0).map(|ours| ours / row.value),
        reason: reasons.join("; ").into(),
        partners: text(&row.partners),
        sectors: text(&row.sectors),
        unit: text(&row.unit),
        year: row.year,
        source: text(&row.source),
        mark: text(&row.mark),
    }
}

/// The rows of `bridge.csv` of one published figure; none where there is no number of ours.
pub(super) fn bridge(
    row: &Published,
    steps: &[Step],
    values: &[f64],
    tables: &Tables,
) -> Vec<BridgeRow<'static>> {
    let of = |step: usize, setting: &str, (value, level): (f64, f64)| BridgeRow {
        study: text(&row.study),
        iso3: text(&row.iso3),
        step: step as u64,
        setting: text(setting),
        value,
        level,
        scenario: text(&row.scenario),
        measure: text(&row.measure),
        partners: text(&row.partners),
        sectors: text(&row.sectors),
        unit: text(&row.unit),
        title: match setting {
            DEFAULT => "Ours by default".into(),
            REMAINS => "What no setting explains".into(),
            id => text(&tables.settings[id].title),
        },
    };
    let Some(&first) = values.first() else { return Vec::new() };
    let mut rows = vec![of(0, DEFAULT, (first, first))];
    let mut added = 0.0;
    for (at, (step, pair)) in steps[1..].iter().zip(values.windows(2)).enumerate() {
        let change = pair[1] - pair[0];
        added += change;
        rows.push(of(at + 1, step.setting.as_deref().unwrap_or(DEFAULT), (change, pair[1])));
    }
    // What remains is taken from the sum, not from the last level, so that the rows add up.
    rows.push(of(values.len(), REMAINS, (row.value - first - added, row.value)));
    rows
}

/// A row of `signs.csv` from our numbers for the scenario and for the one that it is compared with, by default and with the
/// study's settings.
pub(super) fn sign(sign: &Sign, ours: Option<[f64; 2]>, than: Option<[f64; 2]>) -> SignRow<'static> {
    let differences = ours.zip(than).map(|(ours, than)| [ours[0] - than[0], ours[1] - than[1]]);
    let holds = |at: usize| differences.map(|all| all[at] != 0.0 && (all[at] > 0.0) == sign.is_above);
    SignRow {
        study: text(&sign.scenario[0]),
        scenario: text(&sign.scenario[1]),
        than_scenario: text(sign.than.as_ref().map_or("", |than| than[1].as_str())),
        iso3: text(&sign.iso3),
        measure: text(&sign.measure),
        claim: text(&sign.claim),
        ours_default_pct: differences.map(|all| all[0]),
        ours_matched_pct: differences.map(|all| all[1]),
        holds_default: holds(0),
        holds_matched: holds(1),
        source: text(&sign.source),
        mark: text(&sign.mark),
    }
}
