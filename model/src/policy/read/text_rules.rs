//! The columns of the tables of texts: their depth, lists, overlap, chapters, provisions and switches.

use super::depth_effect;
use super::rules::{
    ANY, CHAPTER, CHAPTER_ID, CLASS, DEPTH_CLASS, FULL_TEXT, ITEM, KIND, KINDS, KINDS_OR_NONE, LIST, OVERLAP,
    PRODUCT_LISTS, PROVISION, SECTOR, TITLE, country, known, share, strength, word,
};
use crate::data::{Holds, MARK, SOURCE, TableRule, column};

pub(super) const TEXT_TABLES: &[TableRule] = &[
    TableRule {
        file: "depth.csv",
        columns: &[
            column("depth_class", Holds::Id),
            known("scope", &[SECTOR]).or(KINDS),
            known("list", &[LIST]).may_be_missing(),
            strength("strength_share").or(&["chapters"]),
            share("spillover_share").or(&["chapters"]),
            column("phase_years", Holds::Whole(1.0, 30.0, "whole years, 1 to 30")),
            SOURCE,
            MARK,
        ],
        key: &["depth_class", "scope", "list"],
    },
    TableRule {
        file: PRODUCT_LISTS,
        columns: &[
            column("list", Holds::Id),
            known("sector", &[SECTOR]),
            share("coverage_share"),
            SOURCE,
            MARK,
        ],
        key: &["list", "sector"],
    },
    TableRule {
        file: FULL_TEXT,
        columns: &[
            known("scope", &[SECTOR]).or(KINDS),
            column("text_weight", Holds::Number(1e-6, 1000.0, "a sum of weights, above 0, at most 1000")),
            column("actionable_share", Holds::Number(0.0, 0.999, "a share, 0 to 0.999")),
            share("cut_share").or(&["estimate"]),
            column("measured_on", Holds::Day),
            SOURCE,
            MARK,
        ],
        key: &["scope"],
    },
    TableRule {
        file: OVERLAP,
        columns: &[
            known("text", &[CLASS]),
            known("other_text", &[CLASS]),
            share("overlap_share"),
            SOURCE,
            MARK,
        ],
        key: &["text", "other_text"],
    },
    TableRule {
        file: depth_effect::FILE,
        columns: &[
            known("item", &[ITEM]),
            column("value", Holds::Number(-9.0, 9.0, "a figure of the estimate, -9 to 9")),
            column("se", Holds::Number(0.0, 3.0, "a standard error, 0 to 3 (0 = known)")).or_empty(),
            SOURCE,
            MARK,
        ],
        key: &["item"],
    },
    TableRule {
        file: "chapters.csv",
        columns: &[
            column("chapter", CHAPTER_ID),
            TITLE,
            known("scope", &[SECTOR]).or(KINDS_OR_NONE),
            share("weight"),
            share("spillover_share"),
            SOURCE,
            MARK,
        ],
        key: &["chapter", "scope"],
    },
    TableRule {
        file: "provisions.csv",
        columns: &[
            column("provision", Holds::Id),
            word("kind", &["suspended", "deletion", "addition"]),
            known("chapter", &[CHAPTER]),
            TITLE,
            known("scope", &[SECTOR]).or(KINDS_OR_NONE),
            column("weight_change", Holds::Number(-1.0, 1.0, "a change of a weight, -1 to 1")),
            SOURCE,
            MARK,
        ],
        key: &["provision", "scope"],
    },
    TableRule {
        file: "class_chapters.csv",
        columns: &[
            DEPTH_CLASS,
            known("chapter", &[CHAPTER]).or(ANY),
            column("strength_share", Holds::Number(0.0, 2.0, "0 to 2: 1 = as far as the chapter as written")),
            SOURCE,
            MARK,
        ],
        key: &["depth_class", "chapter"],
    },
    TableRule {
        file: "switches.csv",
        columns: &[
            DEPTH_CLASS,
            known("provision", &[PROVISION, KIND]),
            country("party").may_be_missing(),
            word("state", &["on", "off"]),
            SOURCE,
            MARK,
        ],
        key: &["depth_class", "provision", "party"],
    },
];
