//! WITS: encodings and endings, the bulk layout, years, customs unions and weights.

use std::fs;

use super::{cell, holds, made, refused};
use crate::readers::copy_of;

const MISSING: [&str; 2] = ["--missing-tariff", "3"];
const WITS: &str = "WITS_2019.csv";
const COLUMNS: &str =
    "Reporter,Product,Partner,Tariff Year,DutyType,Simple Average,Imports Value in 1000 USD\n";

/// One sector, by countries with their BACI code: every pair trades product 870323.
fn one_sector(countries: &[(&str, &str)], product: &str, tariffs: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: String| fs::write(folder.path().join(file), text).unwrap();
    write("sectors.csv", "sector,name,kind,theta\nmaking,Making,goods,5\n".into());
    write("concordance.csv", format!("hs,sector,share\n{},making,1\n", &product[..2]));
    let codes = countries.iter().map(|(code, iso3)| format!("{code},{iso3},,{iso3}\n"));
    write(
        "country_codes_V202501.csv",
        codes.fold("country_code,country_name,country_iso2,country_iso3\n".into(), |text, row| text + &row),
    );
    let output = countries.iter().map(|(_, iso3)| format!("{iso3},making,2000,900\n")).collect::<String>();
    write("value_added.csv", format!("country,sector,gross_output_musd,value_added_musd\n{output}"));
    let mut trade = String::from("t,i,j,k,v,q\n");
    for (i, _) in countries {
        for (j, _) in countries.iter().filter(|(j, _)| j != i) {
            trade += &format!("2019,{i},{j},{product},100000,1\n");
        }
    }
    write("BACI_HS17_Y2019_V202501.csv", trade);
    write(WITS, format!("{COLUMNS}{tariffs}"));
    folder
}

#[test]
fn a_name_in_latin_1_and_an_ending_in_capitals_are_read() {
    let plain = copy_of("baci");
    let (out, _) = made("baci", plain.path(), &MISSING);
    let expected = fs::read(out.join("tariffs.csv")).unwrap();
    assert_eq!(cell(&out, "tariffs.csv", "USA,JPN,agriculture"), 26.0);
    let latin = copy_of("baci");
    let path = latin.path().join(WITS);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"HS,H5,384,C\xf4te d'Ivoire,100590,,000,,2019,2019,CMT,MFN,7,7,4,0,0,0\n");
    fs::write(&path, bytes).unwrap();
    let (out, told) = made("baci", latin.path(), &MISSING);
    assert_eq!(fs::read(out.join("tariffs.csv")).unwrap(), expected);
    holds(&told, &["Windows-1252", "rates of countries that no table of trade has were left out: CIV (1)"]);
    let capitals = copy_of("baci");
    fs::rename(capitals.path().join(WITS), capitals.path().join("DataJobID-7_7_TEST.CSV")).unwrap();
    let (out, _) = made("baci", capitals.path(), &MISSING);
    assert_eq!(fs::read(out.join("tariffs.csv")).unwrap(), expected);
}

#[test]
fn without_a_file_of_tariffs_the_missing_one_is_levied_on_goods() {
    let folder = copy_of("baci");
    fs::remove_file(folder.path().join(WITS)).unwrap();
    let (out, told) = made("baci", folder.path(), &MISSING);
    assert_eq!(cell(&out, "tariffs.csv", "USA,JPN,agriculture"), 3.0);
    assert_eq!(cell(&out, "tariffs.csv", "USA,JPN,business"), 0.0);
    assert_eq!(cell(&out, "tariffs.csv", "USA,USA,food"), 0.0);
    holds(&told, &["36 cells of goods without a rate: --missing-tariff 3"]);
}

#[test]
fn the_bulk_layout_is_read_or_named_as_unread() {
    let folder = copy_of("baci");
    fs::remove_file(folder.path().join(WITS)).unwrap();
    let bulk = "NomenCode,Reporter_ISO_N,Year,ProductCode,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,EstCode\n\
                H5,840,2019,100590,4,0,2,1,N\nH5,840,2019,870323,10,2.5,2.5,2.5,N\n";
    fs::write(folder.path().join("JobID-73_AVEMFN_H5_840_2019.csv"), bulk).unwrap();
    fs::write(folder.path().join("JobID-73_AVEPref_H5_840_2019.csv"), bulk).unwrap();
    let (out, told) = made("baci", folder.path(), &MISSING);
    for (cell_of, pct) in [("agriculture", 1.0), ("transport_equipment", 2.5), ("food", 3.0)] {
        assert_eq!(cell(&out, "tariffs.csv", &format!("JPN,USA,{cell_of}")), pct);
    }
    holds(
        &told,
        &["JobID-73_AVEMFN_H5_840_2019.csv: 2 rows, 2 used", "not read: JobID-73_AVEPref_H5_840_2019.csv"],
    );
}

#[test]
fn tariffs_are_of_the_year_of_the_trade() {
    let one = copy_of("baci");
    let text = fs::read_to_string(one.path().join(WITS)).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    // Fifty points more in 2012, before and after the right year.
    let old: String = rows.replace(",2019,2019,CMT,MFN,", ",2012,2019,CMT,MFN,5");
    for both in [format!("{header}\n{rows}{old}"), format!("{header}\n{old}{rows}")] {
        let folder = copy_of("baci");
        fs::write(folder.path().join(WITS), both.replace(",2012,2019,CMT,MFN,5,", ",2012,2019,CMT,MFN,5"))
            .unwrap();
        let (out, told) = made("baci", folder.path(), &MISSING);
        assert_eq!(cell(&out, "tariffs.csv", "JPN,USA,transport_equipment"), 2.5);
        holds(&told, &["of other years"]);
    }
    let folder = copy_of("baci");
    let other_year = text.replace(",2019,2019,CMT", ",2012,2019,CMT");
    fs::write(folder.path().join(WITS), other_year).unwrap();
    let told = refused("baci", folder.path(), &MISSING);
    holds(&told, &["`Tariff Year` = 2012: expected tariffs of USA for 2019, the year of the trade"]);
}

#[test]
fn a_customs_union_is_free_inside_and_taxes_with_its_members_of_the_year() {
    let countries = [("842", "USA"), ("251", "FRA"), ("276", "DEU"), ("826", "GBR")];
    let tariffs = "918,870323,000,2019,MFN,10,500000\n840,870323,000,2019,MFN,2.5,900000\n";
    let folder = one_sector(&countries, "870323", tariffs);
    let (out, _) = made("baci", folder.path(), &["--missing-tariff", "0"]);
    let rate = |pair: &str| cell(&out, "tariffs.csv", &format!("{pair},making"));
    assert_eq!([rate("FRA,DEU"), rate("DEU,GBR"), rate("GBR,FRA")], [0.0; 3], "members of 2019");
    assert_eq!([rate("USA,GBR"), rate("USA,FRA"), rate("FRA,USA")], [10.0, 10.0, 2.5]);
    // Two years later the United Kingdom is no member; a member's own rate counts before that of the union.
    let files = ["BACI_HS17_Y2019_V202501.csv", WITS];
    for file in files {
        let text = fs::read_to_string(folder.path().join(file)).unwrap().replace("2019", "2021");
        fs::write(folder.path().join(file.replace("2019", "2021")), text).unwrap();
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let path = folder.path().join("WITS_2021.csv");
    let text =
        fs::read_to_string(&path).unwrap() + "826,870323,000,2021,MFN,6,1\n251,870323,840,2021,AHS,4,1\n";
    fs::write(path, text).unwrap();
    let (out, _) = made("baci", folder.path(), &["--missing-tariff", "0"]);
    let rate = |pair: &str| cell(&out, "tariffs.csv", &format!("{pair},making"));
    assert_eq!([rate("GBR,FRA"), rate("FRA,GBR"), rate("USA,GBR")], [10.0, 6.0, 6.0]);
    assert_eq!([rate("DEU,FRA"), rate("USA,FRA"), rate("USA,DEU")], [0.0, 4.0, 10.0]);
}

#[test]
fn no_missing_tariff_is_levied_inside_a_union() {
    let folder = one_sector(&[("842", "USA"), ("251", "FRA"), ("276", "DEU")], "870323", "");
    fs::remove_file(folder.path().join(WITS)).unwrap();
    let (out, told) = made("baci", folder.path(), &MISSING);
    assert_eq!(cell(&out, "tariffs.csv", "FRA,DEU,making"), 0.0);
    assert_eq!(cell(&out, "tariffs.csv", "USA,DEU,making"), 3.0);
    holds(&told, &["2 cells inside a customs union are free"]);
}

#[test]
fn the_products_of_a_pair_have_the_weights_of_its_trade() {
    let countries = [("842", "USA"), ("124", "CAN"), ("704", "VNM")];
    let tariffs = "840,610910,000,2019,MFN,16,900000\n840,611020,000,2019,MFN,32,4000000\n\
                   840,610910,704,2019,AHS,16,100000\n840,610910,124,2019,AHS,0,50000\n\
                   840,611020,124,2019,AHS,4,150000\n";
    let folder = one_sector(&countries, "610910", tariffs);
    let (out, _) = made("baci", folder.path(), &["--missing-tariff", "0"]);
    assert_eq!(cell(&out, "tariffs.csv", "VNM,USA,making"), 16.0, "the other product is not traded");
    assert_eq!(cell(&out, "tariffs.csv", "CAN,USA,making"), 3.0, "4 % on three quarters");
}

#[test]
fn two_rates_of_one_product_and_cells_that_are_no_number_are_faults() {
    let tariffs = "840,870323,000,2019,MFN,2.5,9\n840,870323,000,2019,MFN,2.5,9\n840,870323,000,2019,MFN,3,9\n\
                   840,870323,251,2019,AHS,-1,9\n840,870323,251,2019,AHS,1,many\n840,870323,251,,AHS,1,1\n\
                   XX9,870323,251,2019,AHS,1,1\n840,870324,251,2019,AHS,1e999,1\n";
    let folder = one_sector(&[("842", "USA"), ("251", "FRA")], "870323", tariffs);
    let told = refused("baci", folder.path(), &MISSING);
    holds(
        &told,
        &[
            "WITS_2019.csv:4 `Simple Average` = 3: expected each rate once; line 2 has another one",
            "WITS_2019.csv:5 `Simple Average` = -1",
            "WITS_2019.csv:6 `Imports Value in 1000 USD` = many",
            "WITS_2019.csv:7 `Tariff Year` = empty",
            "WITS_2019.csv:8 `Reporter` = XX9",
            "WITS_2019.csv:9 `Simple Average` = 1e999",
        ],
    );
}
