//! Tables that lie beside a baseline and say where it comes from; no result depends on them.

use super::axes::Axes;
use super::columns::{Column, Holds, MARK, Names, SOURCE, TableRule, column};
use super::files::Files;
use crate::error::Faults;

const COUNTRY: &str = "country of countries.csv";
const SECTOR: &str = "sector of sectors.csv";

const IN_COUNTRY: Column = column("country", Holds::Known(&[COUNTRY]));
const IN_SECTOR: Column = column("sector", Holds::Known(&[SECTOR]));
const THETA: Holds = Holds::Number(1e-3, 1e3, "an elasticity, 0.001 to 1000");
const THETA_SE: Holds = Holds::Number(0.0, 1e3, "a standard error, 0 to 1000");
const MONEY: Holds = Holds::Number(-1e15, 1e15, "million US dollars");

/// A name in small letters and a year.
fn is_measure(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.rsplit_once('_')
        .is_some_and(|(name, year)| is_name(name) && year.len() == 4 && year.parse::<u16>().is_ok())
}

const TABLES: [TableRule; 9] = [
    TableRule {
        file: "provenance.csv",
        columns: &[
            IN_COUNTRY,
            column("block", Holds::Label),
            column("status", Holds::Word).or(&[
                "observed",
                "scaled",
                "imputed",
                "assumption",
                "absent",
                "choice",
            ]),
            SOURCE,
            column("donor", Holds::Known(&[COUNTRY])).or_empty(),
        ],
        key: &["country", "block", "status", "source", "donor"],
    },
    TableRule {
        file: "adjustments.csv",
        columns: &[
            column("table", Holds::Word).or(&[
                "trade",
                "exports",
                "inputs",
                "value_added",
                "final_demand",
                "output",
                "intermediate_use",
                "exports",
            ]),
            IN_COUNTRY,
            IN_SECTOR,
            column("partner", Holds::Known(&[COUNTRY, SECTOR])).or_empty(),
            column("before_musd", MONEY),
            column("after_musd", MONEY),
            column("step", Holds::Text),
        ],
        key: &["table", "country", "sector", "partner", "before_musd", "after_musd", "step"],
    },
    TableRule {
        file: "targets.csv",
        columns: &[
            IN_COUNTRY,
            column("measure", Holds::Format(is_measure, "a measure and a year, such as gdp_2019")),
            column("target_musd", MONEY),
            column("reached_musd", MONEY),
            column("difference_pct", Holds::Number(-100.0, 1e6, "percent")),
        ],
        key: &["country", "measure"],
    },
    TableRule {
        file: "elasticities.csv",
        columns: &[
            IN_SECTOR,
            column("theta", THETA).or_empty(),
            column("theta_se", THETA_SE).or_empty(),
            column("n_studies", Holds::Whole(1.0, 1e3, "a number of studies, 1 to 1000")).may_be_missing(),
            column("theta_own", THETA).may_be_missing(),
            column("own_share", Holds::SHARE).may_be_missing(),
            column("theta_pooled", THETA).may_be_missing(),
            column("caliendo_parro", THETA).may_be_missing(),
            column("caliendo_parro_se", THETA_SE).may_be_missing(),
            SOURCE,
            MARK,
        ],
        key: &["sector"],
    },
    TableRule {
        file: "elasticity_studies.csv",
        columns: &[
            IN_SECTOR,
            column("study", Holds::Label),
            column("theta", Holds::Number(-1.0, 1e3, "an elasticity, -1 to 1000")),
            column("theta_se", THETA_SE),
        ],
        key: &["sector", "study"],
    },
    TableRule {
        file: "population.csv",
        columns: &[
            column("iso3", Holds::Known(&[COUNTRY])),
            column("year", Holds::YEAR),
            column("population_million", Holds::Number(0.0, 1e5, "million people, 0 to 100000")),
            SOURCE,
            MARK,
        ],
        key: &["iso3", "year"],
    },
    TableRule {
        file: "factors.csv",
        columns: &[
            IN_COUNTRY,
            column("capital_share", Holds::SHARE),
            column("depreciation_ratio", Holds::SHARE),
            column("capital_musd", MONEY),
            SOURCE,
            MARK,
        ],
        key: &["country"],
    },
    TableRule {
        file: "workers.csv",
        columns: &[
            IN_COUNTRY,
            IN_SECTOR,
            column("persons", Holds::Number(0.0, 1e10, "persons, 0 to 1e10")),
            SOURCE,
            MARK,
        ],
        key: &["country", "sector"],
    },
    TableRule {
        file: "unmatched.csv",
        columns: &[column("code", Holds::Label), column("value_musd", MONEY)],
        key: &["code"],
    },
];

/// Faults of the tables that say where a baseline comes from; each may be absent.
#[must_use]
pub fn check(files: &Files, axes: &Axes) -> Faults {
    let mut faults = Faults::new();
    let mut names = Names::default();
    names.add(COUNTRY, axes.countries.iter().map(|country| country.iso3.as_str()));
    names.add(SECTOR, axes.sectors.iter().map(|sector| sector.id.as_str()));
    for rule in &TABLES {
        match files.read_optional(rule.file) {
            Ok(None) => {}
            // Nothing was adjusted, or nothing left out: a header alone.
            Ok(Some(text)) if text.lines().filter(|line| !line.trim().is_empty()).count() <= 1 => {}
            Ok(Some(text)) => {
                if let Some(table) = rule.parse(&files.display(rule.file), &text, &mut faults) {
                    rule.check(&table, &names, &mut faults);
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    faults
}
