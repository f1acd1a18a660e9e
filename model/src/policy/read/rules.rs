//! The columns of every policy table with the values they may hold: known names, numbers within a range.

use crate::data::{Column, Holds, MARK, SOURCE, TableRule, column};

pub(super) const COUNTRY: &str = "country of the baseline";
pub(super) const SECTOR: &str = "sector of the baseline";
pub(super) const GROUP: &str = "product group of product_groups.csv";
pub(super) const AGREEMENT: &str = "row of agreements.csv";
pub(super) const SCHEDULE: &str = "schedule of agreements.csv";
pub(super) const CLASS: &str = "class of depth.csv";
pub(super) const CHAPTER: &str = "chapter of chapters.csv";
pub(super) const PROVISION: &str = "provision of provisions.csv";
pub(super) const KIND: &str = "kind of provisions.csv";
pub(super) const COVERED: &str = "list of duty_coverage.csv or tables/line_coverage.csv";
pub(super) const CHARGED: &str = "list of duties.csv or carbon.csv";
pub(super) const LIST: &str = "list of product_lists.csv";
pub(super) const ITEM: &str = "figure of the estimate";

/// File of the product groups.
pub(super) const GROUPS: &str = "tables/product_groups.csv";

/// File of what lists of duties cover by line.
pub(super) const LINE_COVERAGE: &str = "tables/line_coverage.csv";

/// Files of the texts: parts of sectors, what can be acted on, overlap.
pub(super) const PRODUCT_LISTS: &str = "product_lists.csv";
pub(super) const FULL_TEXT: &str = "full_text.csv";
pub(super) const OVERLAP: &str = "text_overlap.csv";

/// Names that tables define: kind of name, file, column.
pub(super) const DEFINED: [(&str, &str, &str); 12] = [
    (SCHEDULE, "agreements.csv", "schedule"),
    (LIST, PRODUCT_LISTS, "list"),
    (GROUP, GROUPS, "product_group"),
    (AGREEMENT, "agreements.csv", "agreement"),
    (CLASS, "depth.csv", "depth_class"),
    (CHAPTER, "chapters.csv", "chapter"),
    (PROVISION, "provisions.csv", "provision"),
    (KIND, "provisions.csv", "kind"),
    (COVERED, "duty_coverage.csv", "duty_list"),
    (COVERED, LINE_COVERAGE, "duty_list"),
    (CHARGED, "duties.csv", "duty_list"),
    (CHARGED, "carbon.csv", "duty_list"),
];

/// Tables that are optional.
pub(super) const OPTIONAL: [&str; 16] = [
    "pair_entry.csv",
    "barrier_changes.csv",
    "processing.csv",
    "tables/claims.csv",
    LINE_COVERAGE,
    "tables/staging.csv",
    PRODUCT_LISTS,
    OVERLAP,
    "chapters.csv",
    "provisions.csv",
    "class_chapters.csv",
    "switches.csv",
    "carbon.csv",
    "utilisation_observed.csv",
    "tables/preferences.csv",
    "tables/aggregation.csv",
];

pub(super) const fn known(name: &'static str, sets: &'static [&'static str]) -> Column {
    column(name, Holds::Known(sets))
}

pub(super) const fn country(name: &'static str) -> Column {
    known(name, &[COUNTRY])
}

pub(super) const fn share(name: &'static str) -> Column {
    column(name, Holds::SHARE)
}

pub(super) const fn strength(name: &'static str) -> Column {
    column(name, Holds::Number(0.0, 2.0, "0 to 2: 1 = as far as the full text"))
}

const fn pct(name: &'static str) -> Column {
    column(name, Holds::PCT)
}

pub(super) const fn word(name: &'static str, words: &'static [&'static str]) -> Column {
    column(name, Holds::Word).or(words)
}

pub(super) const ANY: &[&str] = &["*"];
pub(super) const TITLE: Column = column("title", Holds::Text);
const PRODUCT_GROUP: Column = known("product_group", &[GROUP]);
const IN_AGREEMENT: Column = known("agreement", &[AGREEMENT]);
pub(super) const DEPTH_CLASS: Column = known("depth_class", &[CLASS]);
const LINES: Holds = Holds::Whole(1.0, 1e6, "lines, 1 or more");
const SOME_LINES: Holds = Holds::Whole(0.0, 1e6, "lines, 0 or more");
const FROM: Column = column("valid_from", Holds::Day);
const UNTIL: Column = column("valid_until", Holds::Day).or_empty();
/// Scopes without any sector.
pub(super) const NO_SCOPE: &str = "none";
pub(super) const KINDS: &[&str] = &["goods", "services"];
pub(super) const KINDS_OR_NONE: &[&str] = &["goods", "services", NO_SCOPE];

/// Number of a chapter, or Roman numeral of an annex.
fn is_chapter(text: &str) -> bool {
    let is_number = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && text != "0";
    is_number || (text.len() <= 6 && text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X')))
}

pub(super) const CHAPTER_ID: Holds =
    Holds::Format(is_chapter, "a chapter, 1 to 99, or an annex in Roman numerals");

pub(super) const TABLES: &[TableRule] = &[
    TableRule {
        file: GROUPS,
        columns: &[
            column("product_group", Holds::Id),
            known("sector", &[SECTOR]),
            share("weight_share"),
            SOURCE,
            MARK,
        ],
        key: &["product_group", "sector"],
    },
    TableRule {
        file: "tables/group_lines.csv",
        columns: &[PRODUCT_GROUP, column("lines", LINES), SOURCE, MARK],
        key: &["product_group"],
    },
    TableRule {
        file: "tables/mfn.csv",
        columns: &[
            country("importer"),
            country("exporter").or(ANY),
            PRODUCT_GROUP,
            pct("mfn_pct"),
            pct("collected_pct").or_empty(),
            SOURCE,
            MARK,
        ],
        key: &["importer", "exporter", "product_group"],
    },
    TableRule {
        file: "tables/claims.csv",
        columns: &[
            IN_AGREEMENT,
            country("importer"),
            country("exporter"),
            PRODUCT_GROUP,
            share("claimed_share"),
            SOURCE,
            MARK,
        ],
        key: &["agreement", "importer", "exporter", "product_group"],
    },
    TableRule {
        file: "processing.csv",
        columns: &[country("importer"), PRODUCT_GROUP.or(ANY), share("exempt_share"), SOURCE, MARK],
        key: &["importer", "product_group"],
    },
    TableRule {
        file: "tables/staging.csv",
        columns: &[
            known("schedule", &[SCHEDULE]),
            country("importer"),
            country("exporter").or(ANY),
            PRODUCT_GROUP,
            column("part", Holds::Text),
            share("part_share"),
            pct("base_rate_pct"),
            column("category", Holds::Id),
            column("path", Holds::Text).or_empty(),
            column("lines", LINES),
            SOURCE,
            MARK,
        ],
        key: &["schedule", "importer", "exporter", "product_group", "part"],
    },
    TableRule {
        file: "tables/aggregation.csv",
        columns: &[
            country("importer"),
            PRODUCT_GROUP,
            column("lines", LINES),
            column("missing_lines", SOME_LINES),
            column("estimated_lines", SOME_LINES),
            column("sigma", Holds::Number(0.0, 1000.0, "an elasticity, 0 to 1000")),
            pct("simple_pct").or_empty(),
            pct("trade_weighted_pct").or_empty(),
            pct("price_pct").or_empty(),
            pct("revenue_pct").or_empty(),
            pct("largest_difference_pp").or_empty(),
            word("used", &["kept", "price", "trade_weighted", "simple"]),
            column("weights", Holds::Text),
            SOURCE,
            MARK,
        ],
        key: &["importer", "product_group"],
    },
    TableRule {
        file: "tables/preferences.csv",
        columns: &[
            IN_AGREEMENT,
            country("importer"),
            country("exporter").or(ANY),
            PRODUCT_GROUP,
            share("left_share"),
            column("lines", LINES),
            column("free_lines", SOME_LINES),
            SOURCE,
            MARK,
        ],
        key: &["agreement", "importer", "exporter", "product_group"],
    },
    TableRule {
        file: "tables/barriers.csv",
        columns: &[country("importer"), known("sector", &[SECTOR]), pct("ave_pct"), SOURCE, MARK],
        key: &["importer", "sector"],
    },
    TableRule {
        file: "tables/supply.csv",
        columns: &[country("country"), known("sector", &[SECTOR]), share("supply_share"), SOURCE, MARK],
        key: &["country", "sector"],
    },
    TableRule {
        file: "tables/emissions.csv",
        columns: &[
            country("exporter"),
            PRODUCT_GROUP,
            column(
                "t_co2_per_1000_usd",
                Holds::Number(0.0, 1000.0, "tonnes per 1,000 US dollars, 0 to 1000"),
            ),
            SOURCE,
            MARK,
        ],
        key: &["exporter", "product_group"],
    },
    TableRule {
        file: "tables/memberships.csv",
        columns: &[IN_AGREEMENT, country("party"), FROM, UNTIL, SOURCE, MARK],
        key: &[],
    },
    TableRule {
        file: "agreements.csv",
        columns: &[
            column("agreement", Holds::Id),
            TITLE,
            country("hub").or_empty(),
            column("schedule", Holds::Id).or_empty(),
            word("late_joiner", &["step_one", "catch_up"]),
            word("claim", &["claimed", "automatic"]),
            DEPTH_CLASS,
            word("reach", &["members", "mfn"]).may_be_missing(),
            known("addendum_to", &[AGREEMENT]).may_be_missing(),
            known("supersedes", &[AGREEMENT]).may_be_missing(),
            SOURCE,
            MARK,
        ],
        key: &["agreement"],
    },
    TableRule {
        file: "origin_rules.csv",
        columns: &[
            IN_AGREEMENT.or(ANY),
            PRODUCT_GROUP.or(ANY),
            column("rule", Holds::Text),
            pct("cost_pct"),
            share("strictness_share"),
            share("cumulation_share"),
            known("provision", &[PROVISION]).or_empty(),
            SOURCE,
            MARK,
        ],
        key: &["agreement", "product_group", "provision"],
    },
    TableRule {
        file: "utilisation.csv",
        columns: &[pct("margin_below_pp"), share("utilisation_share"), SOURCE, MARK],
        key: &["margin_below_pp"],
    },
    TableRule {
        file: "utilisation_age.csv",
        columns: &[
            column("agreement_year", Holds::Whole(1.0, 100.0, "a year of the agreement, 1 to 100")),
            column("ratio", Holds::Number(0.0, 10.0, "a ratio, 0 to 10")),
            SOURCE,
            MARK,
        ],
        key: &["agreement_year"],
    },
    TableRule {
        file: "utilisation_observed.csv",
        columns: &[
            country("importer"),
            known("agreements", &[AGREEMENT]).or(ANY).list(),
            column("year", Holds::YEAR),
            share("utilisation_share"),
            SOURCE,
            MARK,
        ],
        key: &["importer", "agreements", "year"],
    },
    TableRule {
        file: "duties.csv",
        columns: &[
            known("duty_list", &[COVERED]),
            country("importer"),
            country("exporter").or(ANY),
            country("exempt").list().or_empty(),
            pct("duty_pct"),
            FROM,
            UNTIL,
            word("begins", &["event"]).or_empty().may_be_missing(),
            known("exclusive_with", &[COVERED]).list().may_be_missing(),
            pct("floor_pct").may_be_missing(),
            known("exempt_claimed", &[AGREEMENT]).list().may_be_missing(),
            SOURCE,
            MARK,
        ],
        key: &[],
    },
    TableRule {
        file: "pair_entry.csv",
        columns: &[
            IN_AGREEMENT,
            country("party"),
            country("partner"),
            column("valid_from", Holds::Day).or_empty(),
            SOURCE,
            MARK,
        ],
        key: &["agreement", "party", "partner"],
    },
    TableRule {
        file: "barrier_changes.csv",
        columns: &[
            column("change", Holds::Id),
            word("kind", &["barrier", "trend"]),
            country("importer").or(ANY),
            country("exporter").or(ANY),
            known("sector", &[SECTOR]).or(&["*", "goods", "services"]),
            known("exempt_agreements", &[AGREEMENT]).list().may_be_missing(),
            share("chance_a_year").or_empty().may_be_missing(),
            column("amount_pct", Holds::Number(-90.0, 1000.0, "percent, -90 to 1000 (of a trend: a year)")),
            SOURCE,
            MARK,
        ],
        key: &["change", "kind", "importer", "exporter", "sector"],
    },
    TableRule {
        file: "duty_coverage.csv",
        columns: &[known("duty_list", &[CHARGED]), PRODUCT_GROUP, share("coverage_share"), SOURCE, MARK],
        key: &["duty_list", "product_group"],
    },
    TableRule {
        file: LINE_COVERAGE,
        columns: &[
            known("duty_list", &[CHARGED]),
            country("exporter"),
            PRODUCT_GROUP,
            share("coverage_share"),
            column("lines", LINES),
            SOURCE,
            MARK,
        ],
        key: &["duty_list", "exporter", "product_group"],
    },
    TableRule {
        file: "carbon.csv",
        columns: &[
            known("duty_list", &[COVERED]),
            IN_AGREEMENT,
            column("price_usd_per_t", Holds::Number(0.0, 1e6, "US dollars a tonne, 0 to 1000000")),
            SOURCE,
            MARK,
        ],
        key: &["duty_list", "agreement"],
    },
    TableRule {
        file: "cut_dates.csv",
        columns: &[
            country("importer").or(ANY),
            column("month", Holds::Whole(1.0, 12.0, "a month, 1 to 12")),
            column("day", Holds::Whole(1.0, 28.0, "a day, 1 to 28")),
            SOURCE,
            MARK,
        ],
        key: &["importer"],
    },
];
