//! Outside tables of the default set: `calibrate --source apac|policy` and `schedule --lines` name every fault with
//! its file and line, all at once, and count what they read.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

fn put(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn calibrate(source: &str, input: &Path) -> Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", source, "--input"]).arg(input).arg("--out").arg(input.join("out"));
    command.assert()
}

fn lines(input: &Path, importer: &str) -> Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args([
        "schedule",
        "tpp_return",
        "--exporter",
        "JPN",
        "--years",
        "2021..2021",
        "--importer",
        importer,
    ]);
    command.arg("--lines").arg(input).arg("--out").arg(input.join("out")).assert()
}

/// The message of a refusal, exit code 2, nothing written.
fn refusal(assert: Assert, input: &Path) -> String {
    let assert = assert.code(2);
    assert!(!input.join("out").exists(), "nothing is written");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn holds(message: &str, expected: &[&str]) {
    for text in expected {
        assert!(message.contains(text), "`{text}` is not in:\n{message}");
    }
}

/// Tariff lines of three products, each of its own group.
const UNIT_VALUES: &str = "data/us_tariff_actions/hts8_unit_values_2012_2014.csv";
const IMPORTS: &str = "data/us_imports_utilisation/us_imports_2024_hs8.csv";

fn tariff_lines(folder: &Path) {
    put(
        folder,
        "data/us_tariffs/mfn_hs8.csv",
        "hs8,mfn_rate,rate_type,rate_raw,note\n61091000,0.165,ad_valorem,16.5%,x\n52081100,0,free,Free,x\n\
         04011000,,specific,5¢/liter,x\n98010010,0,free,Free,x\n",
    );
    put(
        folder,
        "data/us_tariffs/general_and_special_hs8.csv",
        "hs8,general_raw,special_raw\n61091000,16.5%,\"Free (AU,CL) 8% (JP)\"\n",
    );
    put(folder, UNIT_VALUES, "hts8,quantity_code,unit_value\n04011000,L,0.5\n04011000,KG,1\n61091000,X,1\n");
    pack(folder, UNIT_VALUES);
    put(folder, IMPORTS, "hs8,partner,imports_musd\n61091000,CHN,10\n52081100,JPN,5\n99999999,JPN,5\n");
    pack(folder, IMPORTS);
}

fn pack(folder: &Path, file: &str) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &fs::read(folder.join(file)).unwrap()).unwrap();
    fs::write(folder.join(format!("{file}.gz")), encoder.finish().unwrap()).unwrap();
    fs::remove_file(folder.join(file)).unwrap();
}

#[test]
fn lines_are_read_with_their_programmes_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    tariff_lines(folder.path());
    let told = lines(folder.path(), "USA").success();
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    holds(
        &told,
        &[
            "mfn_hs8.csv: 4 rows, 3 used",
            "mfn_hs8.csv: 1 rows of products without a group, by chapter, 1 names: 98",
            "us_imports_2024_hs8.csv.gz: 3 rows, 2 used",
            "us_imports_2024_hs8.csv.gz: 1 rows of lines that the tariff has not, 1 names: 99",
            "hts8_unit_values_2012_2014.csv.gz: 3 rows, 2 used",
            "hts8_unit_values_2012_2014.csv.gz: 1 rows in units that no duty is charged by, 1 names: X",
        ],
    );
    let written = fs::read_to_string(folder.path().join("out/lines.csv")).unwrap();
    let rows = [
        "USA,JPN,2021,61091000,apparel,16.5,8.0\n",
        "USA,JPN,2021,52081100,textiles,0.0,0.0\n",
        "USA,JPN,2021,04011000,dairy,10.0,10.0\n",
    ];
    holds(&written, &rows);
    let other = tempfile::tempdir().unwrap();
    tariff_lines(other.path());
    holds(&refusal(lines(other.path(), "KOR"), other.path()), &["expected an importer of tariff_lines.csv"]);
}

/// What is wrong with the lines of the next test, as both commands say it.
const LINE_FAULTS: [&str; 8] = [
    "mfn_hs8.csv:2 `mfn_rate` = 16.5: expected a ratio between 0 and 10 (0.025 means 2.5 %)",
    "mfn_hs8.csv:3 `hs8` = 6109100: expected 8 digits",
    "mfn_hs8.csv:4 `mfn_rate` = 0.1: expected 0, as the line is free",
    "mfn_hs8.csv:5 `rate_type` = unknown",
    "mfn_hs8.csv:5 `hs8` = 0\u{e9}011000: expected 8 digits",
    "mfn_hs8.csv:6 `hs8` = 52081100: expected each hs8 once; line 4 has it too",
    "mfn_hs8.csv:6 `mfn_rate` = 1e999",
    "us_imports_2024_hs8.csv.gz `file` = ",
];

#[test]
fn every_fault_of_the_lines_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    tariff_lines(folder.path());
    put(
        folder.path(),
        "data/us_tariffs/mfn_hs8.csv",
        "hs8,mfn_rate,rate_type,rate_raw\n61091000,16.5,ad_valorem,x\n6109100,0,free,Free\n52081100,0.1,free,Free\n\
         0\u{e9}011000,,unknown,x\n52081100,1e999,ad_valorem,x\n",
    );
    let packed = folder.path().join(format!("{IMPORTS}.gz"));
    let cut = fs::read(&packed).unwrap();
    fs::write(&packed, &cut[..40]).unwrap();
    holds(&refusal(lines(folder.path(), "USA"), folder.path()), &LINE_FAULTS);
    let told = refusal(calibrate("policy", folder.path()), folder.path());
    holds(&told, &LINE_FAULTS);
    holds(
        &told,
        &["tariffs_mfn_by_group.csv `file` = missing", "barriers_ave.csv `file` = missing", "Check --input"],
    );
}

#[test]
fn policy_tables_are_the_committed_ones() {
    let Some(data) = crate::oracles::shared("data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "policy", "--input"]).arg(data.parent().unwrap());
    let told = command.arg("--out").arg(&out).assert().success();
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    holds(&told, &["mfn_hs8.csv: 13073 rows, 10899 used", "by chapter, 2 names: 98, 99"]);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy/tables");
    for entry in fs::read_dir(&committed).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let [made, kept] = [&out, &committed].map(|folder| fs::read_to_string(folder.join(&name)).unwrap());
        assert_eq!(made, kept, "{name}");
    }
}

#[test]
fn every_cell_that_policy_copies_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path();
    tariff_lines(input);
    put(
        input,
        "facts/tariffs_mfn_by_group.csv",
        "importer,product_group,mfn_pct,definition,confidence\nUSA,textiles,-1e400,x,recalled\n\
         USA,apparel,3,x,recalled\nUSA,apparel,4,x,recalled\nUSB,apparel,4,x,recalled\nUSA,steel,4,x,recalled\n",
    );
    put(
        input,
        "facts/barriers_ave.csv",
        "importer,kind,sector,ave_pct,definition,confidence\nUSA,goods,all,nan,x,recalled\nUSA,good,all,5,x,recalled\n",
    );
    put(
        input,
        "facts/defaults_by_sector.csv",
        "sector,goods_barrier_multiplier,confidence\nagriculture,1.9,x\nfood,three,x\n",
    );
    for file in ["facts/ave_goods_by_sector.csv", "facts/ave_services_by_sector.csv"] {
        put(input, file, "source,importer,sector,ave_pct\nx,EU,construction,3\nx,EU,all services,6\n");
    }
    put(
        input,
        "facts/emissions.csv",
        "iso3,product_group,t_co2_per_1000_usd,definition,confidence\nUSA,textiles,\u{663},x,recalled\n\
         USA,steel,0.1,x,recalled\n",
    );
    put(
        input,
        "facts/agreements.csv",
        "agreement,members,signed,entered_into_force,status_oct_2020,confidence,source\n\
         KORUS,KOR;USA,2007-06-30,2012-13-15,x,recalled,x\nAUSFTA,AUS,USA;x,2005-01-01,x,recalled,x\n\
         AUSFTA,AUS;usa,x,2005-01-01,x,recalled,x\n",
    );
    let told = refusal(calibrate("policy", input), input);
    holds(
        &told,
        &[
            "tariffs_mfn_by_group.csv:2 `mfn_pct` = -1e400",
            "tariffs_mfn_by_group.csv:4 `importer` = USA: expected each importer,product_group once; line 3",
            "tariffs_mfn_by_group.csv:5 `importer` = USB",
            "tariffs_mfn_by_group.csv:6 `product_group` = steel",
            "barriers_ave.csv:2 `ave_pct` = nan",
            "barriers_ave.csv:3 `kind` = good: expected goods or services",
            "barrier_sectors.csv:2 `pattern` = gtap1 paddy rice;gtap23 processed rice: expected sectors that some",
            "barrier_sectors.csv:12 `multiplier_of` = mining_energy: expected a sector of defaults_by_sector.csv",
            "; the same in lines 3, 4, 5, 6, 39",
            "; the same in lines 13, 14, 15, ",
            "defaults_by_sector.csv:3 `goods_barrier_multiplier` = three",
            "cells missing, the first CAN,rice",
            "emissions.csv:2 `t_co2_per_1000_usd` = \u{663}",
            "emissions.csv:3 `product_group` = steel",
            "agreements.csv:2 `entered_into_force` = 2012-13-15: expected a day such as 2020-01-31",
            "agreements.csv:4 `members` = AUS;usa",
            "agreements.csv:4 `agreement` = AUSFTA: expected each agreement once",
        ],
    );
}

#[test]
fn every_missing_file_of_the_default_set_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path();
    holds(
        &refusal(calibrate("apac", input), input),
        &[
            " faults in the input",
            "wiod2016_2014_cp/io_shares.csv.gz `file` = missing",
            "oecd_iot2021_chn_jpn `folder` = missing",
            "japan_trade_area_goods_2009_2026.csv.gz `file` = missing",
            "weo_oct2020_2005_2025.csv.gz `file` = missing",
            "elasticities_by_sector.csv `file` = missing",
            "trade_panel_1964_2016.csv.gz `file` = missing",
            "Check --input",
        ],
    );
}

#[test]
fn every_fault_of_the_default_set_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path();
    let gdp = "data/baci_hs2_exports/population_gdp_2011_2020.csv";
    put(
        input,
        gdp,
        "year,iso3,population_thousand,gdp_musd\n2019,USA,1,-5\n2019,JPN,1,many\n2019,JPN,1,3\n2019,VNM,1,NA\n",
    );
    put(
        input,
        "data/baci_hs2_exports/exports_hs2_2011_2020.csv",
        "year,exporter,hs2,value_musd\n2018,CAN,01,5\n2019,USA,01,5\n",
    );
    pack(input, "data/baci_hs2_exports/exports_hs2_2011_2020.csv");
    put(
        input,
        "data/gravity/trade_panel_1964_2016.csv",
        "exporter,importer,year,trade_musd\nUSA,JPN,2016,5\nUSA,JPN,2016,6\nUSA,,2016,1e999\n",
    );
    pack(input, "data/gravity/trade_panel_1964_2016.csv");
    put(
        input,
        "data/baci_hs2_exports/services_exports_wdi.csv",
        "year,exporter,category,value_musd\n2019,USA,ict,5\n2019,USA,ict,6\n2019,USA,ict\n",
    );
    put(
        input,
        "data/wiod2016_2014_cp/trade.csv",
        "sector,importer,exporter,value_musd_fob\nC01,USA,JPN,x\nC01,USA,JPN,5\nC99,USA,JPN,5\n",
    );
    pack(input, "data/wiod2016_2014_cp/trade.csv");
    put(
        input,
        "data/wiod2016_2014_cp/country_sector.csv",
        "country,sector,va_share,final_share_alpha,expenditure_musd\nUSA,C98,0.5,0.5,1\n",
    );
    pack(input, "data/wiod2016_2014_cp/country_sector.csv");
    put(
        input,
        "data/wiod2016_2014_cp/io_shares.csv",
        "country,input_sector,using_sector,share_of_intermediate_inputs\nUSA,C01,C01,-5\n",
    );
    pack(input, "data/wiod2016_2014_cp/io_shares.csv");
    put(input, "data/liberation_day/trade.csv", "exporter,importer,value_musd\nUSA,JPN,-5\nUSA,JPN,6\n");
    put(
        input,
        "data/va_employment/oecd_iot2021_va_2018_45sectors.csv",
        "iso3,sector,va_musd\nUSA,D01T02,many\n",
    );
    let told = refusal(calibrate("apac", input), input);
    assert!(!told.contains("more: "), "one table crowds out others: {told}");
    let lacking = told.matches("that sum to more than 0").count();
    assert_eq!(lacking, 1, "only where the table has no other fault: {told}");
    holds(
        &told,
        &[
            "trade.csv.gz:2 `value_musd_fob` = x: expected a finite number",
            "trade.csv.gz:3 `sector` = C01: expected each sector,importer,exporter once; line 2 has it too",
            "country_sector.csv.gz:2 `sector` = C98",
            "io_shares.csv.gz:2 `share_of_intermediate_inputs` = -5: expected 0 or more",
            "liberation_day/trade.csv:2 `value_musd` = -5: expected 0 or more",
            "liberation_day/trade.csv:3 `exporter` = USA: expected each exporter,importer once; line 2",
            "va_2018_45sectors.csv:2 `va_musd` = many",
            "exports_hs2_2011_2020.csv.gz `value_musd` = 0 or no rows: expected rows of CAN, MEX, JPN, ",
            "population_gdp_2011_2020.csv:2 `gdp_musd` = -5: expected a number above 0",
            "population_gdp_2011_2020.csv:3 `gdp_musd` = many",
            "population_gdp_2011_2020.csv:4 `year` = 2019: expected each year,iso3 once; line 3 has it too",
        ],
    );
}

#[test]
fn the_last_tables_of_the_default_set_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path();
    let forecast = "data/weo_2020_10/weo_oct2020_2005_2025.csv";
    put(
        input,
        forecast,
        "country,series,year,value\nUnited States,real_growth_pct,20x9,2.1\nUnited States,real_growth_pct,2020,many\n",
    );
    pack(input, forecast);
    put(
        input,
        "data/baci_hs2_exports/services_exports_wdi.csv",
        "year,exporter,category,value_musd\n2019,USA,ict,5\n2019,USA,ict,6\n2019,USA,ict\n",
    );
    holds(
        &refusal(calibrate("apac", input), input),
        &[
            "services_exports_wdi.csv:3 `value_musd` = 6: expected each exporter and category once; line 2",
            "services_exports_wdi.csv:4 `row` = 3 cells where the header has 4",
            "weo_oct2020_2005_2025.csv.gz:2 `year` = 20x9: expected a year, 1900 to 2199",
            "weo_oct2020_2005_2025.csv.gz:3 `value` = many: expected percent a year between -100 and 200",
        ],
    );
}

#[test]
fn a_concordance_of_the_users_own_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    put(
        &own,
        "concordance.csv",
        "classification,code,sector,share,source,mark\nhs2,01,rice,1,x,x\nhs2,02,AUS,1,x,x\nhs2,03,fish,7,x,x\n\
         hs2,10,rice,0.5,x,x\nhs2,10,grains_oilseeds,0.4,x,x\n",
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "apac", "--input"]).arg(folder.path());
    command.arg("--concordance").arg(&own).arg("--out").arg(folder.path().join("out"));
    holds(
        &refusal(command.assert(), folder.path()),
        &[
            "concordance.csv:3 `sector` = AUS: expected a sector of the set (rice,",
            "concordance.csv:4 `share` = 7: expected a share above 0, at most 1",
            "concordance.csv:5 `share` = 0.5: expected shares of hs2 10 that sum to 1",
        ],
    );
}
