//! What a hindcast is: which flows, from when to when, who is looked at.

use std::collections::HashMap;

use super::set::{SET, Set};
use crate::data::{Holds, MARK, NOTE, Row, TableRule, column};
use crate::error::Faults;
use crate::estimation::formula::Formula;

const LEAST: Holds = Holds::Number(0.0, 1e12, "a flow of 0 or more, in the unit of the set");
const OWN: &str = "own";
const SPENDING: &str = "spending";

pub(super) const CASES: TableRule = TableRule {
    file: "cases.csv",
    columns: &[
        column("hindcast", Holds::Id),
        column("title", Holds::Label),
        column("set", Holds::Known(&[SET])),
        column("economy", Holds::Word).or(&["default", OWN]),
        column("value_added_share", Holds::SHARE).or_empty(),
        column("importers", Holds::Id).list(),
        column("targets", Holds::Id).list(),
        column("base_year", Holds::YEAR),
        column("target_year", Holds::YEAR),
        column("placebo_from", Holds::YEAR),
        column("placebo_to", Holds::YEAR),
        column("trend_from", Holds::YEAR),
        column("compared", Holds::Word).or(&["imports", SPENDING]),
        column("products", Holds::Id).list().or_empty(),
        column("least", LEAST),
        column("gravity", Holds::Label).or_empty(),
        NOTE,
        MARK,
    ],
    key: &["hindcast"],
};

/// Where changes of unit costs come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Costs {
    /// The data set that the program runs on.
    Default,
    /// An economy of one sector made of the flows of the base year, with this share of value added in output.
    Own { value_added_share: f64 },
}

/// A hindcast as declared.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub id: String,
    pub title: String,
    pub set: String,
    pub costs: Costs,
    /// Countries whose purchases are predicted.
    pub importers: Vec<String>,
    /// Sellers that the change is about.
    pub targets: Vec<String>,
    pub base_year: i16,
    pub target_year: i16,
    /// A window before the change.
    pub placebo: [i16; 2],
    /// Year from which a trend to the base year is taken.
    pub trend_from: i16,
    /// Shares are of all purchases, home sales included, rather than of imports.
    pub with_home: bool,
    /// Products that are looked at; empty = all.
    pub products: Vec<String>,
    /// Flows of the first year of a window below this are not scored.
    pub least: f64,
    /// Formula of the gravity estimate that competes.
    pub gravity: Option<Formula>,
}

impl Case {
    /// The case of a row that passed [`CASES`]; `None` with faults where its parts contradict each other.
    pub fn of(row: &Row<'_>, sets: &HashMap<String, Set>, faults: &mut Faults) -> Option<Self> {
        let before = faults.as_slice().len();
        let year = |column: &str| row.value(column).map_or(0, |year| year as i16);
        let list = |column: &str| {
            row.text(column)
                .split(';')
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect::<Vec<_>>()
        };
        let set = sets.get(row.text("set"))?;
        for column in ["base_year", "target_year", "placebo_from", "placebo_to", "trend_from"] {
            if !set.years.contains(&year(column)) {
                let expected = format!("a year of the set: {:?}", set.years);
                faults.push(row.fault(column, &expected, "Correct the year, or add it to the set."));
            }
        }
        for (from, to) in
            [("base_year", "target_year"), ("placebo_from", "placebo_to"), ("trend_from", "base_year")]
        {
            if year(from) >= year(to) {
                faults.push(row.fault(to, &format!("a year after {from}"), "Correct one of the two years."));
            }
        }
        if year("placebo_to") > year("base_year") {
            faults.push(row.fault("placebo_to", "at most the base year", "Correct one of the two years."));
        }
        for product in list("products").iter().filter(|product| !set.products.contains_key(*product)) {
            let expected = format!("products of the set; {product} is none");
            faults.push(row.fault("products", &expected, "Correct the name."));
        }
        let share = row.value("value_added_share");
        let costs = match (row.text("economy") == OWN, share.filter(|share| *share > 0.0)) {
            (false, _) => Costs::Default,
            (true, Some(value_added_share)) => Costs::Own { value_added_share },
            (true, None) => {
                let expected = "a share above 0, since the economy is made of the flows";
                faults.push(row.fault(
                    "value_added_share",
                    expected,
                    "Give it, or take the default economy.",
                ));
                Costs::Default
            }
        };
        if costs != Costs::Default && set.products.len() != 1 {
            let expected =
                format!("a set of one product for an economy of its own, not {}", set.products.len());
            faults.push(row.fault("set", &expected, "Take another set, or the default economy."));
        }
        let gravity = Some(row.text("gravity")).filter(|text| !text.is_empty());
        let gravity = gravity.and_then(|text| {
            let parsed = Formula::parse(text);
            parsed
                .map_err(|error| {
                    let remedy = format!("{error}.");
                    faults.push(row.fault("gravity", "a formula as `estimate --formula` takes it", &remedy));
                })
                .ok()
        });
        (faults.as_slice().len() == before).then(|| Self {
            id: row.text("hindcast").to_owned(),
            title: row.text("title").to_owned(),
            set: row.text("set").to_owned(),
            costs,
            importers: list("importers"),
            targets: list("targets"),
            base_year: year("base_year"),
            target_year: year("target_year"),
            placebo: [year("placebo_from"), year("placebo_to")],
            trend_from: year("trend_from"),
            with_home: row.text("compared") == SPENDING,
            products: list("products"),
            least: row.value("least").unwrap_or_default(),
            gravity,
        })
    }

    /// Years from the base to the target over those from `trend_from` to the base.
    pub fn trend_ratio(&self) -> f64 {
        f64::from(self.target_year - self.base_year) / f64::from(self.base_year - self.trend_from)
    }
}
