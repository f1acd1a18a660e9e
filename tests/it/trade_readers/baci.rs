//! BACI: which file, which country, which row counts.

use std::fs;
use std::io::Write;

use super::{cell, holds, made, refused};
use crate::readers::copy_of;

const FILE: &str = "BACI_HS92_Y2019_V202201.csv";
const CODES: &str = "country_codes_V202201.csv";
const MISSING: [&str; 2] = ["--missing-tariff", "3"];

fn add(folder: &tempfile::TempDir, file: &str, rows: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + rows).unwrap();
}

/// The fixture with 670 million USD of trade of code 490.
fn with_other_asia(codes: &str, output: bool) -> tempfile::TempDir {
    let folder = copy_of("baci");
    add(
        &folder,
        FILE,
        "2019,490,842,854231,500000,9\n2019,842,490,870323,100000,9\n2019,490,392,854231,70000,9\n",
    );
    add(&folder, CODES, codes);
    let sectors = [
        "agriculture",
        "business",
        "electronics",
        "food",
        "machinery",
        "textiles_apparel_leather",
        "transport_equipment",
    ];
    if output {
        add(&folder, "value_added.csv", &sectors.map(|j| format!("TWN,{j},900,400\n")).concat());
    }
    folder
}

#[test]
fn other_asia_is_taiwan_under_each_of_its_codes() {
    for codes in ["490,\"Other Asia, nes\",Other Asia,,S19\n", "490,\"Other Asia, nes\",Other Asia,N/A,N/A\n"]
    {
        let folder = with_other_asia(codes, true);
        let (out, told) = made("baci", folder.path(), &MISSING);
        let found = cell(&out, "trade.csv", "TWN,USA,electronics");
        assert!((found - 386.26).abs() < 0.01, "{found}");
        let unmatched = fs::read_to_string(out.join("unmatched.csv")).unwrap();
        assert_eq!(unmatched, "code,value_musd\nhs 999999,5.0\ncountry 899,1.0\n");
        holds(
            &told,
            &["16 rows, 14 used, 1 of partners that are no country, 1 of products without a sector"],
        );
    }
    // Its trade is not dropped where its output is not known either.
    let folder = with_other_asia("490,Other Asia,x,,S19\n", false);
    let told = refused("baci", folder.path(), &MISSING);
    holds(&told, &["home sales of TWN,electronics", "gross_output_musd"]);
}

#[test]
fn every_member_of_a_gzip_file_counts() {
    let (plain, packed) = (copy_of("baci"), copy_of("baci"));
    let text = fs::read_to_string(plain.path().join(FILE)).unwrap();
    let half = text[..text.len() / 2].rfind('\n').unwrap() + 1;
    let member = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    fs::remove_file(packed.path().join(FILE)).unwrap();
    let both = [member(&text[..half]), member(&text[half..])].concat();
    fs::write(packed.path().join(format!("{FILE}.gz")), both).unwrap();
    let out = [plain, packed].map(|folder| (made("baci", folder.path(), &MISSING).0, folder));
    for file in ["trade.csv", "tariffs.csv", "io.csv", "value_added.csv"] {
        let [one, other] = [0, 1].map(|at| fs::read_to_string(out[at].0.join(file)).unwrap());
        assert_eq!(one, other, "{file}");
    }
    let found = cell(&out[1].0, "trade.csv", "VNM,JPN,textiles_apparel_leather");
    assert!((found - 24.3).abs() < 0.01, "{found}");
}

/// The fixture with twice its trade under 2018.
fn with_2018() -> tempfile::TempDir {
    let folder = copy_of("baci");
    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    let doubled = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let value = 2 * cells[4].parse::<i64>().unwrap();
        format!("2018,{},{},{},{value},{}\n", cells[1], cells[2], cells[3], cells[5])
    };
    let rows: String = text.lines().skip(1).map(doubled).collect();
    fs::write(folder.path().join("BACI_HS92_Y2018_V202201.csv"), format!("t,i,j,k,v,q\n{rows}")).unwrap();
    folder
}

#[test]
fn the_file_of_the_year_is_read_and_several_are_not_guessed_between() {
    let folder = with_2018();
    let told = refused("baci", folder.path(), &MISSING);
    holds(&told, &["BACI_HS92_Y2018_V202201.csv, BACI_HS92_Y2019_V202201.csv", "Pass --year"]);
    let told = refused("baci", folder.path(), &["--missing-tariff", "3", "--year", "2015"]);
    holds(&told, &["expected a BACI file of the year asked for"]);
    let (out, told) = made("baci", folder.path(), &["--missing-tariff", "3", "--year", "2019"]);
    let found = cell(&out, "trade.csv", "VNM,JPN,textiles_apparel_leather");
    assert!((found - 24.3).abs() < 0.01, "{found}");
    holds(&told, &["not read: BACI_HS92_Y2018_V202201.csv"]);
}

#[test]
fn two_releases_of_one_year_are_named() {
    let folder = copy_of("baci");
    fs::copy(folder.path().join(FILE), folder.path().join("BACI_HS92_Y2019_V202301.csv")).unwrap();
    for options in [&MISSING[..], &["--missing-tariff", "3", "--year", "2019"]] {
        let told = refused("baci", folder.path(), options);
        holds(&told, &["BACI_HS92_Y2019_V202201.csv, BACI_HS92_Y2019_V202301.csv"]);
    }
}

#[test]
fn a_release_is_read_from_its_archive() {
    let (folder, zipped) = (with_2018(), tempfile::tempdir().unwrap());
    let names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let texts: Vec<Vec<u8>> = names.iter().map(|name| fs::read(folder.path().join(name)).unwrap()).collect();
    let entries: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    fs::write(zipped.path().join("BACI_HS92_V202201.ZIP"), crate::raw_text::zip(&entries)).unwrap();
    let (out, told) = made("baci", zipped.path(), &["--missing-tariff", "3", "--year", "2019"]);
    let found = cell(&out, "trade.csv", "VNM,JPN,textiles_apparel_leather");
    assert!((found - 24.3).abs() < 0.01, "{found}");
    holds(&told, &["BACI_HS92_V202201.ZIP/BACI_HS92_Y2019_V202201.csv: 13 rows, 11 used"]);
}

#[test]
fn a_row_that_stands_twice_is_a_fault() {
    // A product without its leading zero is the same product.
    for (row, key) in [
        ("2019,842,392,100590,200000,9\n", "15 `i,j,k` = 842,392,100590: expected each row once; line 2 has"),
        ("2019,704,392,30613,1,9\n", "15 `i,j,k` = 704,392,030613: expected each row once; line 9 has"),
    ] {
        let folder = copy_of("baci");
        add(&folder, FILE, row);
        holds(&refused("baci", folder.path(), &MISSING), &[key]);
    }
}

#[test]
fn trade_inside_a_group_of_countries_is_in_its_home_sales() {
    let folder = copy_of("baci");
    fs::write(
        folder.path().join("countries.csv"),
        "iso3,name,region,codes\nUSA,United States,,\nASIA,Asia,,JPN;VNM\n",
    )
    .unwrap();
    for file in ["value_added.csv", "io.csv"] {
        // One table for both countries of the group.
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        let rows: String = text
            .lines()
            .filter(|line| !line.starts_with("VNM,"))
            .map(|line| line.to_owned() + "\n")
            .collect();
        fs::write(folder.path().join(file), rows.replace("JPN,", "ASIA,")).unwrap();
    }
    let (out, told) = made("baci", folder.path(), &MISSING);
    holds(&told, &["inside one country or group"]);
    // Output of 100 of textiles, of which 120 + nothing else leaves: far more than the 25 inside the group.
    let home = cell(&out, "trade.csv", "ASIA,ASIA,transport_equipment");
    assert!(home > 300.0, "900 of output less 400 of exports: {home}");
}

#[test]
fn products_and_codes_that_are_none_are_faults() {
    let folder = copy_of("baci");
    add(&folder, FILE, "2019,842,392,1005901,1,9\n2019,842,392,maize,1,9\n");
    add(&folder, CODES, "842,x,x,JP,JPN\n");
    let told = refused("baci", folder.path(), &MISSING);
    holds(
        &told,
        &[
            ":15 `k` = 1005901: expected an HS product of up to 6 digits",
            ":16 `k` = maize",
            ":6 `country_code` = 842: expected each country_code once",
        ],
    );
}
