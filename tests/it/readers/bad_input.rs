//! Bad outside files: a fixture with one thing broken, and the message a user gets.

use std::fs;

use predicates::str::contains;

use super::{calibrate, copy_of};

/// Replaces `from` in `file` of a fixture and checks that calibration says each of `expected`.
fn refuses(source: &str, (file, from, to): (&str, &str, &str), options: &[&str], expected: &[&str]) {
    let folder = copy_of(source);
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not hold {from}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let out = folder.path().join("out");
    let mut assert = calibrate(source, folder.path(), &out, options).code(2);
    for text in expected {
        assert = assert.stderr(contains(*text));
    }
    assert!(!out.exists(), "nothing is written");
}

#[test]
fn long_fails_with_a_missing_cell() {
    let expected = "1 cells missing, the first AAA,CCC,goods: expected a row for every exporter, importer";
    let spoil = ("trade.csv", "AAA,CCC,goods,2019,50\n", "");
    refuses("long", spoil, &[], &[expected, "missing is not zero", "--absent-is-zero"]);
}

#[test]
fn long_fails_with_a_negative_flow_and_one_that_is_no_number() {
    for (text, found) in [("-100", "-100"), ("many", "many"), ("", "empty")] {
        let to = format!("AAA,BBB,goods,2019,{text}\n");
        let expected = format!("trade.csv:3 `flow` = {found}: expected a flow of 0 or more");
        refuses("long", ("trade.csv", "AAA,BBB,goods,2019,100\n", &to), &[], &[&expected]);
    }
}

#[test]
fn long_fails_with_an_unknown_country_and_sector_where_the_tables_are_closed() {
    let expected = ["trade.csv:3 `iso3_d` = XXX: expected a country of", "countries.csv (AAA, BBB, CCC)"];
    refuses("long", ("trade.csv", "AAA,BBB,goods", "AAA,XXX,goods"), &[], &expected);
    let expected = ["io.csv:2 `supplying_sector` = ore: expected a sector of", "(goods, services)"];
    refuses("long", ("io.csv", "AAA,goods,goods", "AAA,ore,goods"), &[], &expected);
}

#[test]
fn long_fails_with_a_column_that_has_none_of_its_names() {
    let expected =
        "trade.csv:1 `trade` = missing column: expected one of the columns value_musd, trade_musd, trade";
    refuses("long", ("trade.csv", "flow", "worth"), &[], &[expected]);
}

#[test]
fn long_fails_with_a_cell_given_twice() {
    let spoil = ("trade.csv", "AAA,CCC,goods", "AAA,BBB,goods");
    refuses("long", spoil, &[], &["trade.csv:4 `iso3_o` = AAA: expected each cell once"]);
}

#[test]
fn a_missing_tariff_is_not_zero() {
    let spoil = ("tariffs.csv", "CCC,AAA,goods,10", "CCC,AAA,goods,");
    let expected = "`exporter,importer,sector` = 1 cells missing, the first CCC,AAA,goods";
    refuses("long", spoil, &[], &[expected, "--missing-tariff PCT"]);
}

#[test]
fn wiod_2013_fails_without_its_tables() {
    let folder = copy_of("wiod2013");
    fs::remove_file(folder.path().join("io.csv")).unwrap();
    let assert = calibrate("wiod2013", folder.path(), &folder.path().join("out"), &[]).code(2);
    assert.stderr(contains("io.csv `file` = missing: expected io.csv or io.csv.gz"));
}

#[test]
fn wide_tables_fail_with_an_empty_cell_and_one_that_is_no_number() {
    for (text, found) in [("", "empty"), ("n.a.", "n.a.")] {
        let to = format!("USA_28,22,{text},28");
        let expected = format!("2019_SML.csv:3 `USA_28` = {found}: expected a finite number");
        refuses("icio", ("2019_SML.csv", "USA_28,22,55,28", &to), &["--year", "2019"], &[&expected]);
    }
}

#[test]
fn wide_tables_fail_with_an_unknown_country_and_industry() {
    let expected = "2019_SML.csv:3 `XXX_28` = a row without a column: expected a column of this label";
    refuses("icio", ("2019_SML.csv", "\nUSA_28,", "\nXXX_28,"), &["--year", "2019"], &[expected]);
    let expected = "2019_SML.csv:3 `sector` = 99: expected a sector of data/sources/icio/sectors.csv";
    refuses("icio", ("2019_SML.csv", "\nUSA_28,", "\nUSA_99,"), &["--year", "2019"], &[expected]);
}

#[test]
fn wide_tables_fail_without_a_year_and_without_their_header() {
    refuses("icio", ("2019_SML.csv", "V1", "label"), &[], &["--year `year` = missing", "Pass --year."]);
    let folder = copy_of("adb");
    let file = folder.path().join("ADB-MRIO-2019.csv");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("c1,", "x1,")).unwrap();
    let assert = calibrate("adb", folder.path(), &folder.path().join("out"), &["--year", "2019"]).code(2);
    assert.stderr(contains("`header` = not recognised: expected a header as the layout is published"));
}

#[test]
fn baci_fails_with_unknown_codes_negative_values_and_values_that_are_no_number() {
    let file = "BACI_HS92_Y2019_V202201.csv";
    let row = "2019,842,392,100590,200000";
    let expected = "V202201.csv:2 `i` = 843: expected a country_code of country_codes*.csv";
    refuses("baci", (file, row, "2019,843,392,100590,200000"), &[], &[expected]);
    for (text, found) in [("-1", "-1"), ("x", "x"), ("", "empty")] {
        let to = format!("2019,842,392,100590,{text}");
        let expected = format!("V202201.csv:2 `v` = {found}: expected a flow of 0 or more, thousand USD");
        refuses("baci", (file, row, &to), &[], &[&expected]);
    }
}

#[test]
fn baci_fails_without_output_and_names_rates_that_are_missing() {
    let folder = copy_of("baci");
    fs::remove_file(folder.path().join("value_added.csv")).unwrap();
    let assert = calibrate("baci", folder.path(), &folder.path().join("out"), &[]).code(2);
    assert.stderr(contains("value_added.csv `file` = missing: expected country, sector, gross_output_musd"));
    let spoil = (
        "WITS_2019.csv",
        "HS,H5,704,,610910,,000,,2019,2019,CMT,MFN,20,20",
        "HS,H5,704,,610910,,000,,2019,2019,CMT,MFN,,",
    );
    let expected = "2 cells missing, the first USA,VNM,textiles_apparel_leather";
    refuses("baci", spoil, &[], &[expected, "missing is not zero", "--missing-tariff PCT"]);
}
