//! The formats that the program reads: a small sound input of each, what of it is mutated, and the commands.

use std::path::Path;

use crate::seeds;

/// One format. Words of a command that begin with `@` may be mutated too; `·` stands for a blank inside a word.
pub struct Format {
    pub name: &'static str,
    /// Writes the sound input to a folder, which becomes the folder of the call.
    pub seed: fn(&Path) -> Result<(), String>,
    /// Beginnings of the paths that are mutated.
    pub touched: &'static [&'static str],
    /// Command lines, one of which is taken by each case.
    pub commands: &'static [&'static str],
    /// A command that must succeed after exit code 0: what was written is sound.
    pub then: Option<&'static str>,
    /// Cases of the short run.
    pub short: u64,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format {
        name: "baseline",
        seed: seeds::tiny,
        touched: &["in/"],
        commands: &["check in", "solve --baseline in --out out"],
        then: None,
        short: 120,
    },
    Format {
        name: "baseline-demand",
        seed: seeds::nafta,
        touched: &["in/"],
        commands: &[
            "check in",
            "solve --baseline in --tariffs in/tariffs_counterfactual.csv --cure-negative-demand --out out",
        ],
        then: None,
        short: 80,
    },
    Format {
        name: "changes",
        seed: seeds::changes,
        touched: &["in/"],
        commands: &[
            "solve --baseline base --tariffs in/tariffs.csv --barriers in/barriers.csv --technology in/technology.csv --out out",
            "solve --baseline base --quotas in/quotas.csv --out out",
            "solve --baseline base --deficits @given:in/deficits.csv --tariffs in/tariffs.csv --out out",
            "solve --baseline base --tariffs in/tariffs.csv --deficits @gdp_share --sensitivities --out out",
        ],
        then: None,
        short: 120,
    },
    Format {
        name: "plan",
        seed: seeds::plan,
        touched: &["in/plan.toml"],
        commands: &[
            "check in",
            "check in/plan.toml",
            "run in/plan.toml --options @sectoral_digital --years @2021..2021 --draws @1 --seed @1 --out out",
        ],
        then: None,
        short: 60,
    },
    Format {
        name: "plan-data",
        seed: seeds::plan,
        touched: &["in/apac/"],
        commands: &["check in"],
        then: None,
        short: 40,
    },
    Format {
        name: "options",
        seed: seeds::options,
        touched: &[
            "in/options/hybrid",
            "in/options/world",
            "in/options/parts",
            "in/options/sectoral_digital",
            "in/options/timing",
        ],
        commands: &[
            "check in/options/hybrid.toml",
            "timeline hybrid --options in/options --draws 3 --out out",
            "timeline hybrid --options in/options --explain @in_force",
        ],
        then: None,
        short: 90,
    },
    Format {
        name: "option",
        seed: seeds::options,
        touched: &["in/options/small", "in/options/days"],
        commands: &[
            "check in/options/small.toml",
            "timeline small --options in/options --draws @20 --seed @1 --set @weight=0.5 --out out",
            "timeline small --options in/options --summary --graph --draws 20 --out out",
        ],
        then: None,
        short: 150,
    },
    Format {
        name: "policy",
        seed: seeds::plan,
        touched: &["in/policy/"],
        commands: &[
            "check in",
            "check in",
            "check in",
            "schedule hybrid --data in --importer @JPN --exporter @USA --years @2021..2022 --out out",
        ],
        then: None,
        short: 110,
    },
    Format {
        name: "schedules",
        seed: seeds::plan,
        touched: &["in/schedules/"],
        commands: &[
            "check in/schedules/tpp",
            "check in",
            "schedule tpp_return --data in --importer JPN --exporter USA --years 2021..2022 --out out",
        ],
        then: None,
        short: 70,
    },
    Format {
        name: "panel",
        seed: seeds::panel,
        touched: &["in/panel.csv"],
        commands: &[
            "estimate --panel in/panel.csv --formula trade·~·ln(dist)·+·rta·|·exporter^year·+·importer^year --out out",
            "estimate --panel in/panel.csv --formula trade·~·ln(dist)·+·rta·|·exporter·+·importer --cluster exporter^importer --bias-correct --out out",
            "estimate --panel in/panel.csv --formula trade·~·i(year)·+·border·|·exporter --weights size --offset shift --where year·>=·2002 --out out",
            "estimate --panel in/panel.csv --formula ln(trade)·~·ln(dist)·+·rta·|·exporter --model ols --where trade·>·0 --drop-missing --out out",
        ],
        then: None,
        short: 100,
    },
    Format {
        name: "formula",
        seed: seeds::panel,
        touched: &[],
        commands: &[
            "estimate --panel in/panel.csv --formula @trade·~·ln(dist)·+·rta·|·exporter^year·+·importer^year --out out",
            "estimate --panel in/panel.csv --formula @trade·~·i(year,ref=2001)·+·border·|·exporter --where @year·>=·2002 --cluster @exporter^importer --out out",
            "estimate --panel in/panel.csv --formula trade·~·ln(dist)·|·exporter --weights @size --offset @shift --where @trade·!=·0 --tolerance @1e-9 --max-iterations @100 --out out",
        ],
        then: None,
        short: 100,
    },
    Format {
        name: "long",
        seed: seeds::long,
        touched: &["in/"],
        commands: &[
            "calibrate --source long --input in --out out",
            "calibrate --source long --input in --absent-is-zero --missing-tariff @5 --out out",
        ],
        then: Some("check out"),
        short: 90,
    },
    Format {
        name: "wiod2013",
        seed: seeds::wiod2013,
        touched: &["in/"],
        commands: &[
            "calibrate --source wiod2013 --input in --out out",
            "calibrate --source wiod2013 --input in --year @2011 --weights @trade=2,inputs=0.5 --out out",
        ],
        then: Some("check out"),
        short: 80,
    },
    Format {
        name: "icio",
        seed: seeds::icio,
        touched: &["in/"],
        commands: &["calibrate --source icio --input in --year 2019 --out out"],
        then: Some("check out"),
        short: 80,
    },
    Format {
        name: "adb",
        seed: seeds::adb,
        touched: &["in/"],
        commands: &["calibrate --source adb --input in --year 2019 --out out"],
        then: Some("check out"),
        short: 80,
    },
    Format {
        name: "wiod2016",
        seed: seeds::wiod2016,
        touched: &["in/"],
        commands: &["calibrate --source wiod2016 --input in --out out"],
        then: Some("check out"),
        short: 80,
    },
    Format {
        name: "baci",
        seed: seeds::baci,
        touched: &["in/"],
        commands: &[
            "calibrate --source baci --input in --out out",
            "calibrate --source baci --input in --missing-tariff @3 --year @2019 --out out",
        ],
        then: Some("check out"),
        short: 90,
    },
    Format {
        name: "concordance",
        seed: seeds::concordance,
        touched: &["own-icio/", "own-baci/", "own-adb/"],
        commands: &[
            "calibrate --source icio --input icio --year 2019 --concordance own-icio --out out",
            "calibrate --source baci --input baci --concordance own-baci --out out",
            "calibrate --source adb --input adb --year 2019 --concordance own-adb --out out",
        ],
        then: Some("check out"),
        short: 80,
    },
    Format {
        name: "lines",
        seed: seeds::lines,
        touched: &["in/data/"],
        commands: &[
            "schedule tpp_return --importer USA --exporter JPN --years 2021..2022 --lines in --out out",
        ],
        then: None,
        short: 50,
    },
    Format {
        name: "fit",
        seed: seeds::fit,
        touched: &["in/"],
        commands: &["timeline --fit in/timing.csv --out out", "timeline --fit in/timing.csv"],
        then: None,
        short: 80,
    },
    Format {
        name: "finished-run",
        seed: seeds::finished,
        touched: &["in/"],
        commands: &[
            "report in --out out",
            "compare in same",
            "compare in same --tolerance @1e-6 --out out",
            "check in",
        ],
        then: None,
        short: 70,
    },
    Format {
        name: "parts",
        seed: seeds::parts,
        touched: &["part1/", "part2/"],
        commands: &["reduce part1 part2 --out out"],
        then: None,
        short: 60,
    },
    Format {
        name: "apac",
        seed: seeds::apac,
        touched: &[
            "in/facts/growth",
            "in/facts/hs2",
            "in/data/baci_hs2_exports/pop",
            "in/data/baci_hs2_exports/serv",
            "in/data/wiod2013_2011/value",
        ],
        commands: &["calibrate --source apac --input in --out out"],
        then: None,
        short: 6,
    },
    Format {
        name: "policy-tables",
        seed: seeds::apac,
        touched: &["in/facts/", "in/data/us_tariffs/"],
        commands: &["calibrate --source policy --input in --out out"],
        then: None,
        short: 10,
    },
    Format {
        name: "values",
        seed: seeds::values,
        touched: &[],
        commands: &[
            "optimal --country @AAA --baseline tiny --vary @sector --deficits @zero --out out",
            "nash --players @AAA,BBB --baseline tiny --vary sector --out out",
            "run --options @sectoral_digital --years @2021..2021 --draws @1 --seed @1 --shard @1/2 --max-memory @100000000000 --out out",
            "timeline @hybrid --draws @3 --seed @1 --set @demands=0.5 --out out",
            "timeline hybrid --explain @in_force --draw @3",
            "schedule @tpp_return --importer @USA --exporter @JPN --years @2021..2022 --out out",
            "schedule cptpp_accession --explain @USA:VNM:textiles:2030-03-01",
            "calibrate --source @icio --input icio --year @2019 --missing-tariff @3 --weights @trade=1 --out out",
            "estimate --panel panel.csv --formula trade·~·rta·|·exporter --threads @1 --out out",
            "compare tiny tiny --tolerance @1e-6",
            "check @tiny",
            "report @tiny --out out",
            "reduce @tiny --out out",
        ],
        then: None,
        short: 120,
    },
];
