//! `depth_effect.csv`: the estimated effect of depth on trade, one item per row.

use super::Reader;
use crate::data::{Row, Table};
use crate::policy::depth_effect::{DepthEffect, Estimate};

pub(super) const FILE: &str = "depth_effect.csv";
/// Change of ln trade that no agreement exceeds: a factor of twenty.
const LARGEST_LN_TRADE: f64 = 3.0;

/// An item of the file and the values that it may have.
struct Item {
    name: &'static str,
    expected: &'static str,
    is_valid: fn(f64) -> bool,
    /// True if the row must have a standard error, false if it must not.
    has_se: bool,
}

fn is_ln_trade(value: f64) -> bool {
    value.abs() <= LARGEST_LN_TRADE
}

const COVARIANCE: &str = "covariance_no_depth_full_depth";
const TARIFF: &str = "tariff_ln_trade";
const LN_TRADE: &str = "a change of ln trade, -3 to 3";
const ITEMS: [Item; 6] = [
    Item { name: "no_depth_ln_trade", expected: LN_TRADE, is_valid: is_ln_trade, has_se: true },
    Item { name: "full_depth_ln_trade", expected: LN_TRADE, is_valid: is_ln_trade, has_se: true },
    Item {
        name: COVARIANCE,
        expected: "a covariance of changes of ln trade, -9 to 9",
        is_valid: |v| v.abs() <= LARGEST_LN_TRADE * LARGEST_LN_TRADE,
        has_se: false,
    },
    Item {
        name: "text_depth_share",
        expected: "a share of the provisions, 0 to 1",
        is_valid: |v| (0.0..=1.0).contains(&v),
        has_se: false,
    },
    Item {
        name: TARIFF,
        expected: "a change of ln trade, 0 to 3",
        is_valid: |v| (0.0..=LARGEST_LN_TRADE).contains(&v),
        has_se: true,
    },
    Item {
        name: "origin_ln_trade",
        expected: "a change of ln trade, 0 to 3",
        is_valid: |v| (0.0..=LARGEST_LN_TRADE).contains(&v),
        has_se: false,
    },
];

/// The figures that the file holds.
pub(super) fn item_names() -> impl Iterator<Item = &'static str> {
    ITEMS.iter().map(|item| item.name)
}

impl Reader<'_> {
    /// The estimate; `None` if an item is missing or faulty.
    pub(super) fn depth_effect(&mut self) -> Option<DepthEffect> {
        let table = self.sound(FILE)?;
        let (mut found, mut lines) = ([None; ITEMS.len()], [None; ITEMS.len()]);
        for row in table.rows() {
            let Some(at) = ITEMS.iter().position(|item| item.name == row.text("item")) else { continue };
            lines[at] = Some(row.line);
            found[at] = self.estimate(&row, &ITEMS[at]);
        }
        for (item, _) in ITEMS.iter().zip(lines).filter(|(_, line)| line.is_none()) {
            self.fault(FILE, item.name.into(), "no row", item.expected, "Add the row; missing is not zero.");
        }
        let [no_depth, full_depth, covariance, text_depth, tariff, origin] = found;
        let effect = DepthEffect {
            no_depth: no_depth?,
            full_depth: full_depth?,
            covariance: covariance?.value,
            text_depth_share: text_depth?.value,
            tariff: tariff?,
            origin_ln_trade: origin?.value,
        };
        self.check_effect(&table, &effect);
        Some(effect)
    }

    fn estimate(&mut self, row: &Row<'_>, item: &Item) -> Option<Estimate> {
        let value = row.number("value", item.expected, item.is_valid, &mut self.faults);
        if !item.has_se {
            if !row.text("se").is_empty() {
                self.faults.push(row.fault("se", "empty: this item is not drawn", "Empty the cell."));
            }
            return value.map(|value| Estimate { value, se: 0.0 });
        }
        let expected = "a standard error, 0 to 3 (0 = known)";
        let is_valid = |v: f64| (0.0..=LARGEST_LN_TRADE).contains(&v);
        let se = row.number("se", expected, is_valid, &mut self.faults);
        Some(Estimate { value: value?, se: se? })
    }

    /// Faults of the items together.
    fn check_effect(&mut self, table: &Table, effect: &DepthEffect) {
        let largest = effect.no_depth.se * effect.full_depth.se;
        let net = effect.net_ln_trade();
        for row in table.rows() {
            if row.text("item") == COVARIANCE && effect.covariance.abs() > largest {
                let expected = format!("at most the product of the two standard errors, {largest:.8}");
                self.faults.push(row.fault("value", &expected, "Correct the covariance or the errors."));
            }
            if row.text("item") == TARIFF && net < 0.0 {
                let expected =
                    format!("at most the effect of the full text, {:.6}", net + effect.tariff.value);
                let remedy = "Correct the tariff part: what is left is the cut of barriers.";
                self.faults.push(row.fault("value", &expected, remedy));
            }
        }
    }
}
