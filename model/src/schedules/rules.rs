//! What every column of the files of a schedule may hold.

use super::schedule::OTHER;
use crate::data::{Column, Holds, MARK, NOTE, SOURCE, TableRule, column};

pub(super) const GROUP: &str = "product group";
pub(super) const COUNTRY: &str = "country of the baseline";

const IMPORTER: Column = column("importer", Holds::Known(&[COUNTRY]));
const EXPORTER: Column = column("exporter", Holds::Known(&[COUNTRY]));
const PRODUCT_GROUP: Column = column("product_group", Holds::Known(&[GROUP]));
const PART: Column = column("part", Holds::Label);
const BASE_RATE: Column = column("base_rate_pct", Holds::PCT).or_empty();
const CATEGORY: Column = column("category", Holds::Id);

pub(super) const CATEGORIES: TableRule = TableRule {
    file: "categories.csv",
    columns: &[
        CATEGORY,
        column("kind", Holds::Word).or(&["held", "linear"]),
        column("remaining_share_by_year", Holds::Label),
        NOTE,
        SOURCE,
        MARK,
    ],
    key: &["category"],
};

pub(super) const SCHEDULE: TableRule = TableRule {
    file: "default.csv",
    columns: &[
        PRODUCT_GROUP.or(&[OTHER]),
        PART,
        column("part_share", Holds::Number(0.0, 1.0, "a share of the group's trade, 0 to 1")),
        BASE_RATE,
        CATEGORY,
        NOTE,
        SOURCE,
        MARK,
    ],
    key: &["product_group", "part"],
};

/// Part `*` = all parts of the group.
pub(super) const LETTERS: TableRule = TableRule {
    file: "letters.csv",
    columns: &[IMPORTER, EXPORTER, PRODUCT_GROUP.or(&[OTHER]), PART, BASE_RATE, CATEGORY, NOTE, SOURCE, MARK],
    key: &["importer", "exporter", "product_group", "part"],
};

pub(super) const QUOTAS: TableRule = TableRule {
    file: "quotas.csv",
    columns: &[
        IMPORTER,
        EXPORTER.or(&["*"]),
        PRODUCT_GROUP,
        PART,
        column("unit", Holds::Word).or(&["t", "t milk equivalent", "percent of production"]),
        column("unit_value_usd", Holds::Number(1e-6, 1e9, "US dollars a tonne at the border, above 0"))
            .or_empty(),
        column(
            "production_share",
            Holds::Number(1e-9, 1.0, "the product's share of the output of its sector, above 0 up to 1"),
        )
        .or_empty(),
        column("in_quota_pct", Holds::PCT).or(&["schedule"]),
        column("out_of_quota_pct", Holds::Label),
        column("volume_by_year", Holds::Label),
        column("today_kept", Holds::Word).or(&["yes", "no"]),
        column("exporter_rent_share", Holds::SHARE),
        NOTE,
        SOURCE,
        MARK,
    ],
    key: &["importer", "exporter", "product_group", "part"],
};
