//! Long files: one flow reported by two partners, rows of the world, doubled cells, years.

use std::fs;

use super::{cell, holds, made, refused};
use crate::readers::copy_of;

const OPTIONS: [&str; 3] = ["--absent-is-zero", "--missing-tariff", "0"];

/// A download of UN Comtrade, and output large enough that no market needs to move far.
fn comtrade(rows: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = rows.iter().map(|row| format!("2019,{row}\n")).collect();
    let header = "refYear,reporterISO,partnerISO,flowCode,cmdCode,primaryValue\n";
    fs::write(folder.path().join("trade.csv"), format!("{header}{rows}")).unwrap();
    // Value added is what output needs, so that balancing has nothing to move.
    let output = "iso3,sector,gross_output_musd\nUSA,all,900\nCHN,all,800\nMEX,all,300\n";
    fs::write(folder.path().join("value_added.csv"), output).unwrap();
    folder
}

const USA: [&str; 4] = [
    "USA,CHN,M,TOTAL,100000000",
    "USA,CHN,X,TOTAL,40000000",
    "USA,MEX,M,TOTAL,50000000",
    "USA,MEX,X,TOTAL,30000000",
];

#[test]
fn a_flow_that_both_partners_report_counts_once() {
    let folder = comtrade(&[
        "USA,CHN,M,TOTAL,100000000",
        "CHN,USA,X,TOTAL,90000000",
        "CHN,USA,M,TOTAL,40000000",
        "MEX,USA,M,TOTAL,7000000",
        "MEX,USA,X,TOTAL,9000000",
    ]);
    let (out, told) = made("long", folder.path(), &OPTIONS);
    assert_eq!(cell(&out, "trade.csv", "CHN,USA,all"), 100.0, "as the importer has it");
    assert_eq!(cell(&out, "trade.csv", "USA,CHN,all"), 40.0);
    holds(&told, &["1 flows reported by both partners count once, as the importer has them (1 differ)"]);
}

#[test]
fn a_download_of_one_reporter_has_both_directions() {
    let folder = comtrade(&USA);
    let (out, told) = made("long", folder.path(), &OPTIONS);
    assert_eq!(cell(&out, "trade.csv", "CHN,USA,all"), 100.0);
    assert_eq!(cell(&out, "trade.csv", "USA,CHN,all"), 40.0);
    assert_eq!(cell(&out, "trade.csv", "USA,MEX,all"), 30.0);
    holds(
        &told,
        &["2 pairs of 2 countries that do not report have no trade with each other: --absent-is-zero"],
    );
    let folder = comtrade(&USA);
    let told = refused("long", folder.path(), &OPTIONS[1..]);
    holds(&told, &["2 cells missing, the first", "missing is not zero"]);
}

#[test]
fn rows_of_the_world_and_parts_of_flows_are_left_out_and_counted() {
    let more = [
        "USA,W00,M,TOTAL,150000000",
        "USA,WLD,X,TOTAL,70000000",
        "USA,0,X,TOTAL,70000000",
        "USA,MEX,RM,TOTAL,1000000",
        "USA,MEX,RX,TOTAL,2000000",
        "USA,MEX,DX,TOTAL,28000000",
        "CHN,MEX,X,TOTAL,20000000",
        "MEX,CHN,X,TOTAL,5000000",
    ];
    let folder = comtrade(&[&USA[..], &more].concat());
    let (out, told) = made("long", folder.path(), &OPTIONS);
    let countries = fs::read_to_string(out.join("countries.csv")).unwrap();
    assert_eq!(countries.lines().count(), 4, "the world is no country: {countries}");
    assert_eq!(cell(&out, "trade.csv", "CHN,USA,all"), 100.0);
    assert_eq!(cell(&out, "trade.csv", "USA,CHN,all"), 40.0);
    assert_eq!(cell(&out, "trade.csv", "USA,MEX,all"), 30.0, "re-exports are in it");
    holds(&told, &["trade.csv: 12 rows, 6 used, 3 that are part of another row", "3 towards the world"]);
}

#[test]
fn a_flow_that_stands_twice_says_what_to_do_and_an_unknown_direction_is_a_fault() {
    let folder = comtrade(&["USA,CHN,M,TOTAL,1", "USA,CHN,M,01,1", "USA,CHN,Z,TOTAL,1"]);
    let told = refused("long", folder.path(), &OPTIONS);
    holds(
        &told,
        &[
            "trade.csv:3 `reporterISO` = USA: expected each cell once; line 2 has it too",
            "name that column sector",
            "trade.csv:4 `flowCode` = Z: expected M or Import, X or Export",
        ],
    );
}

#[test]
fn a_union_beside_its_members_would_count_twice() {
    let folder = comtrade(&["USA,EUN,M,TOTAL,3", "USA,DEU,M,TOTAL,1", "USA,FRA,M,TOTAL,1"]);
    holds(
        &refused("long", folder.path(), &OPTIONS),
        &["`country` = EUN and DEU, FRA", "a union or its members"],
    );
}

#[test]
fn a_cell_that_stands_twice_is_a_fault_in_every_file() {
    for (file, row, line) in [
        ("io.csv", "AAA,goods,goods,", 2),
        ("value_added.csv", "AAA,goods,", 2),
        ("tariffs.csv", "CCC,AAA,goods,", 0),
    ] {
        let folder = copy_of("long");
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let twice = text.lines().find(|text| text.starts_with(row)).unwrap();
        fs::write(&path, format!("{text}{twice}\n")).unwrap();
        let last = text.lines().count() + 1;
        let told = refused("long", folder.path(), &[]);
        holds(&told, &[&format!("{file}:{last} `"), "expected each cell once; line"]);
        assert!(line == 0 || told.contains(&format!("line {line} has it too")), "{told}");
    }
}

#[test]
fn a_year_that_the_file_has_not_is_a_fault_that_names_those_it_has() {
    let folder = copy_of("long");
    let told = refused("long", folder.path(), &["--year", "2015"]);
    holds(&told, &["--year `year` = 2015: expected a year of the files: 2019"]);
}

#[test]
fn rates_of_countries_without_trade_are_counted_and_rates_of_a_union_are_those_of_its_members() {
    let folder =
        comtrade(&["USA,DEU,M,TOTAL,100000000", "DEU,USA,M,TOTAL,40000000", "FRA,USA,M,TOTAL,20000000"]);
    let output = "iso3,sector,gross_output_musd\nUSA,all,900\nDEU,all,800\nFRA,all,300\n";
    fs::write(folder.path().join("value_added.csv"), output).unwrap();
    let tariffs = "exporter,importer,sector,tariff_pct\nUSA,EUN,all,4\nZAF,USA,all,2\nGER,USA,all,2.5\n";
    fs::write(folder.path().join("tariffs.csv"), tariffs).unwrap();
    let (out, told) = made("long", folder.path(), &["--absent-is-zero", "--missing-tariff", "1"]);
    let rate = |pair: &str| cell(&out, "tariffs.csv", &format!("{pair},all"));
    assert_eq!([rate("USA,FRA"), rate("USA,DEU"), rate("DEU,USA"), rate("FRA,USA")], [4.0, 4.0, 2.5, 1.0]);
    assert_eq!([rate("FRA,DEU"), rate("DEU,FRA")], [0.0, 0.0]);
    holds(&told, &["1 rates of countries that no table of trade has were left out: ZAF (1)"]);
}

#[test]
fn growth_and_capital_come_from_the_facts_where_they_are_at_hand() {
    let Some(data) = crate::oracles::shared("data") else { return };
    let root = data.parent().unwrap().display().to_string();
    let folder = comtrade(&USA);
    let (out, _) = made("long", folder.path(), &[&OPTIONS[..], &["--facts", &root]].concat());
    let text = |file: &str| fs::read_to_string(out.join(file)).unwrap();
    for file in ["growth.csv", "factors.csv", "population.csv"] {
        let found = text(file);
        assert!(["USA,", "CHN,", "MEX,"].iter().all(|code| found.contains(&format!("\n{code}"))), "{file}");
        assert!(!found.contains("others"), "{file}: what no economy of the set is stays out");
    }
    assert_eq!(text("factors.csv").lines().count(), 4);
    assert!(text("provenance.csv").contains("USA,capital,"));
}
