//! Bad baseline directories: the tiny set with one thing broken, and the message a user gets.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

/// Copies the tiny set, lets `spoil` change it, and checks that `tradepath check` says each of `expected`.
fn refuses(spoil: impl Fn(&Path), expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    for entry in fs::read_dir(tiny).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    spoil(folder.path());
    let mut assert =
        Command::new(env!("CARGO_BIN_EXE_tradepath")).arg("check").arg(folder.path()).assert().code(2);
    for text in expected {
        assert = assert.stderr(contains(*text));
    }
}

/// Replaces the first occurrence of `from` in `file`, which must be there.
fn replace(file: &'static str, from: &'static str, to: &'static str) -> impl Fn(&Path) {
    move |folder| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(from), "{file} does not hold {from}");
        fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
    }
}

#[test]
fn fails_with_an_unknown_country() {
    let expected = "trade.csv:3 `importer` = XXX: expected a country of countries.csv (AAA, BBB, CCC)";
    refuses(replace("trade.csv", "AAA,BBB,goods", "AAA,XXX,goods"), &[expected, "Correct the name"]);
}

#[test]
fn fails_with_an_unknown_sector() {
    let expected = "trade.csv:3 `sector` = ore: expected a sector of sectors.csv (goods, services)";
    refuses(replace("trade.csv", "AAA,BBB,goods", "AAA,BBB,ore"), &[expected]);
}

#[test]
fn fails_with_an_unknown_column() {
    let expected = "countries.csv:1 `continent` = unknown column: expected only iso3,name,region";
    refuses(replace("countries.csv", "region", "continent"), &[expected]);
}

#[test]
fn fails_with_a_missing_column() {
    let expected =
        "trade.csv:1 `value_musd` = missing column: expected the columns exporter,importer,sector,value_musd";
    refuses(replace("trade.csv", "value_musd", "value_usd"), &[expected, "unknown column"]);
}

#[test]
fn fails_with_a_column_named_twice() {
    refuses(replace("countries.csv", "name", "iso3"), &["countries.csv:1 `iso3` = named twice"]);
}

#[test]
fn fails_with_a_duplicate_cell() {
    let expected =
        "trade.csv:4 `exporter,importer,sector` = AAA,BBB,goods: expected each cell once: line 3 has it";
    refuses(replace("trade.csv", "AAA,CCC,goods", "AAA,BBB,goods"), &[expected]);
    for (file, columns) in [
        ("tariffs.csv", "exporter,importer,sector"),
        ("io.csv", "country,input_sector,output_sector"),
        ("value_added.csv", "country,sector"),
    ] {
        let spoil = |folder: &Path| {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let row = text.lines().nth(1).unwrap();
            fs::write(folder.join(file), format!("{}\n{row}\n", text.trim_end())).unwrap();
        };
        refuses(spoil, &[&format!("{file}:"), &format!("`{columns}` = "), "each cell once: line 2 has it"]);
    }
}

#[test]
fn another_separator_is_named_once_and_its_remedy_works() {
    let spoil = |folder: &Path| {
        let text = fs::read_to_string(folder.join("trade.csv")).unwrap();
        fs::write(folder.join("trade.csv"), text.replace(',', ";").replace('.', ",")).unwrap();
    };
    let expected =
        "trade.csv:1 `separator` = `;`: expected commas between the cells. Separate the cells by commas";
    refuses(spoil, &[expected]);
    let quoted = replace("trade.csv", "AAA,CCC,goods,50", "AAA,CCC,goods,\"50,5\"");
    refuses(quoted, &["The number has a decimal comma: write it with a point.\n"]);
}

#[test]
fn fails_with_a_missing_cell() {
    let expected =
        "1 cells missing, the first AAA,CCC,goods: expected a row for every exporter, importer and sector";
    refuses(replace("trade.csv", "AAA,CCC,goods,50\n", ""), &[expected, "missing is not zero"]);
}

#[test]
fn fails_with_a_negative_flow() {
    let expected = "trade.csv:3 `value_musd` = -100: expected a flow of 0 or more";
    refuses(replace("trade.csv", "BBB,goods,100", "BBB,goods,-100"), &[expected]);
}

#[test]
fn fails_with_not_a_number() {
    for text in ["NaN", "inf", "hundred", ""] {
        let spoil = move |folder: &Path| {
            let file = folder.join("trade.csv");
            let trade = fs::read_to_string(&file).unwrap();
            fs::write(&file, trade.replacen("BBB,goods,100", &format!("BBB,goods,{text}"), 1)).unwrap();
        };
        let found = if text.is_empty() { "empty" } else { text };
        refuses(spoil, &[&format!("trade.csv:3 `value_musd` = {found}: expected a flow of 0 or more")]);
    }
}

#[test]
fn fails_with_a_row_too_short() {
    let spoil = replace("trade.csv", "AAA,BBB,goods,100", "AAA,BBB,goods");
    refuses(spoil, &["trade.csv:3 `row`", "as many cells as the header"]);
}

#[test]
fn fails_with_production_shares_that_do_not_sum() {
    let expected =
        "`AAA,goods` = sum 1.100000: expected value-added share plus the input shares of io.csv = 1";
    refuses(replace("value_added.csv", "AAA,goods,0.5", "AAA,goods,0.6"), &[expected]);
}

#[test]
fn fails_with_final_shares_that_do_not_sum() {
    let spoil = |folder: &Path| {
        let text = "country,sector,share\nAAA,goods,0.4\nAAA,services,0.5\nBBB,goods,0.4\nBBB,services,0.6\n\
                    CCC,goods,0.4\nCCC,services,0.6\n";
        fs::write(folder.join("final_demand.csv"), text).unwrap();
    };
    refuses(
        spoil,
        &["final_demand.csv `AAA` = sum 0.900000: expected shares of final expenditure that sum to 1"],
    );
}

#[test]
fn fails_with_an_empty_file() {
    let spoil = |folder: &Path| fs::write(folder.join("trade.csv"), "").unwrap();
    refuses(spoil, &["trade.csv `file` = empty: expected a header line and at least one row"]);
}

#[test]
fn fails_with_a_header_alone() {
    let spoil = |folder: &Path| fs::write(folder.join("value_added.csv"), "country,sector,share\n").unwrap();
    refuses(spoil, &["value_added.csv `rows` = none: expected at least one row below the header"]);
}

#[test]
fn fails_with_a_missing_file() {
    let spoil = |folder: &Path| fs::remove_file(folder.join("sectors.csv")).unwrap();
    refuses(spoil, &["sectors.csv `file` = missing: expected a file of this name", "tradepath init"]);
}

#[test]
fn fails_with_a_file_that_is_not_text() {
    let spoil = |folder: &Path| fs::write(folder.join("trade.csv"), [0xff, 0xfe, 0x00]).unwrap();
    refuses(spoil, &["trade.csv:1 `file` = byte 0xFF", "expected a readable UTF-8 text file"]);
}

#[test]
fn fails_with_an_unknown_kind_of_sector() {
    let spoil = replace("sectors.csv", "Goods,goods", "Goods,things");
    refuses(spoil, &["sectors.csv:2 `kind` = things: expected goods or services"]);
}

#[test]
fn fails_with_an_elasticity_of_zero() {
    let spoil = replace("sectors.csv", "goods,5,1", "goods,0,1");
    refuses(spoil, &["sectors.csv:2 `theta` = 0: expected empty, or a number above 0"]);
}

#[test]
fn fails_with_trade_of_a_sector_that_is_not_traded() {
    let spoil = replace("sectors.csv", "goods,5,1", "goods,,");
    refuses(spoil, &["theta of goods", "trade.csv has 360 million USD of its trade"]);
}

#[test]
fn fails_with_an_unknown_key_in_meta() {
    let spoil = replace("meta.toml", "unit =", "colour = \"red\"\nunit =");
    refuses(spoil, &["meta.toml:3 `meta` = unknown field `colour`"]);
}

#[test]
fn fails_with_another_unit() {
    refuses(replace("meta.toml", "musd", "kusd"), &["meta.toml:3 `unit` = kusd: expected musd"]);
}

#[test]
fn fails_with_a_negative_tariff_and_one_at_home() {
    let spoil = |folder: &Path| {
        replace("tariffs.csv", "CCC,AAA,goods,10", "CCC,AAA,goods,-3")(folder);
        replace("tariffs.csv", "AAA,AAA,goods,0", "AAA,AAA,goods,7")(folder);
    };
    let negative = "tariffs.csv:3 `tariff_pct` = -3: expected 0 or more (5 means 5 %)";
    refuses(spoil, &[negative, "`AAA,AAA,goods` = 7: expected 0: no tariff is paid at home"]);
}

#[test]
fn fails_with_a_country_listed_twice() {
    let spoil = replace("countries.csv", "CCC,Gammaland", "BBB,Gammaland");
    refuses(spoil, &["countries.csv:4 `iso3` = BBB: expected each iso3 once: line 3 has it"]);
}

#[test]
fn fails_with_final_demand_that_would_be_negative() {
    let spoil = |folder: &Path| {
        replace("trade.csv", "AAA,AAA,goods,700", "AAA,AAA,goods,70")(folder);
        replace("trade.csv", "AAA,AAA,services,1000", "AAA,AAA,services,3000")(folder);
    };
    refuses(spoil, &["implied final demand of AAA,goods", "expected 0 or more"]);
}

#[test]
fn faults_of_several_files_are_reported_together() {
    let spoil = |folder: &Path| {
        replace("trade.csv", "BBB,goods,100", "BBB,goods,-100")(folder);
        replace("io.csv", "AAA,goods,goods,0.3", "AAA,goods,goods,3")(folder);
        replace("value_added.csv", "CCC,services,0.6", "CCC,services,x")(folder);
    };
    refuses(spoil, &["trade.csv:3", "io.csv:2 `share` = 3", "value_added.csv:7 `share` = x"]);
}
