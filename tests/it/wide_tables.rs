//! Wide inter-country tables: what was lost, doubled or shifted is refused, and codes of databases are understood.

use std::fs;
use std::path::Path;

use predicates::str::contains;
use tradepath::data::Dataset;

use crate::readers::{calibrate, copy_of, is_flat};

/// A fixture: layout, its table, the records before the first row, and the cells before the first figure.
const TABLES: [(&str, &str, usize, usize); 3] = [
    ("icio", "2019_SML.csv", 1, 1),
    ("adb", "ADB-MRIO-2019.csv", 3, 3),
    ("wiod2016", "WIOT2014_SML.csv", 1, 5),
];

fn year(layout: &str) -> &'static str {
    if layout == "wiod2016" { "2014" } else { "2019" }
}

/// Changes the cells of a fixture's table.
fn changed(layout: &str, change: impl Fn(&mut Vec<Vec<String>>)) -> (tempfile::TempDir, String) {
    let (_, table, ..) = TABLES.into_iter().find(|(name, ..)| *name == layout).unwrap();
    let folder = copy_of(layout);
    let path = folder.path().join(table);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).unwrap();
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    change(&mut rows);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&path).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    (folder, table.to_owned())
}

/// Calibrates a changed table; it must be refused with `expected`, at a line where there is one.
fn refused(layout: &str, line: Option<usize>, expected: &str, change: impl Fn(&mut Vec<Vec<String>>)) {
    let (folder, table) = changed(layout, change);
    let out = folder.path().join("out");
    let assert =
        calibrate(layout, folder.path(), &out, &["--year", year(layout)]).code(2).stderr(contains(expected));
    if let Some(line) = line {
        assert.stderr(contains(format!("{table}:{line} `")));
    }
    assert!(!out.exists(), "{layout}: {expected}");
}

fn each(test: impl Fn(&'static str, usize, usize)) {
    TABLES.into_iter().for_each(|(layout, _, header, first)| test(layout, header, first));
}

#[test]
fn the_tables_as_they_are_are_read_and_counted() {
    each(|layout, _, _| {
        let (folder, table) = changed(layout, |_| {});
        let out = folder.path().join("out");
        let assert = calibrate(layout, folder.path(), &out, &["--year", year(layout)]).success();
        let rows = if layout == "icio" { "18 rows, 17 used" } else { "" };
        assert.stderr(contains(format!("{table}: {rows}"))).stderr(contains("of totals, compared"));
        is_flat(&out);
    });
}

#[test]
fn a_doubled_row_or_column_is_refused() {
    each(|layout, header, first| {
        refused(layout, Some(header + 3), "a second row: expected each row once", |rows| {
            let row = rows[header + 1].clone();
            rows.insert(header + 2, row);
        });
        refused(layout, Some(header), "expected each column once; it is also column", |rows| {
            rows.iter_mut().filter(|row| row.len() > first + 1).for_each(|row| {
                let cell = row[first + 1].clone();
                row.insert(first + 2, cell);
            });
        });
    });
    // Rows of value added too.
    refused("icio", Some(19), "`VA` = a second row", |rows| {
        let row = rows[17].clone();
        rows.insert(18, row);
    });
}

#[test]
fn a_lost_row_or_column_is_refused() {
    each(|layout, header, first| {
        refused(layout, Some(header), "a column without a row: expected a row of this label", |rows| {
            rows.remove(header + 1);
        });
        refused(
            layout,
            Some(header + 2),
            "a row without a column: expected a column of this label",
            |rows| {
                rows.iter_mut()
                    .filter(|row| row.len() > first + 1)
                    .for_each(|row| drop(row.remove(first + 1)));
            },
        );
        // The industry gone from both: its sales are missing in the others' totals.
        refused(layout, Some(header + 1), "the row's own total, within rounding", |rows| {
            rows.remove(header + 1);
            rows.iter_mut().filter(|row| row.len() > first + 1).for_each(|row| drop(row.remove(first + 1)));
        });
    });
}

#[test]
fn a_cell_too_many_or_too_few_is_refused() {
    each(|layout, header, first| {
        refused(layout, Some(header + 2), "cells, as the header has", |rows| {
            rows[header + 1].insert(first + 2, "7".into());
        });
        refused(layout, Some(header + 2), "cells, as the header has", |rows| {
            rows[header + 1].remove(first + 2);
        });
    });
}

#[test]
fn a_changed_cell_and_a_lost_column_of_final_demand_show_in_the_totals() {
    each(|layout, header, first| {
        refused(layout, Some(header + 2), "the row's own total, within rounding", |rows| {
            rows[header + 1][first] = "1000".into();
        });
        refused(layout, None, "the column's own total in row", |rows| {
            // The row's total changes with the cell: those of the columns do not.
            let row = &mut rows[header + 1];
            let before: f64 = row[first].parse().unwrap();
            row[first] = "1000".into();
            let total = row.last_mut().unwrap();
            *total = (total.parse::<f64>().unwrap() + 1000.0 - before).to_string();
        });
        refused(layout, Some(header + 1), "the row's own total, within rounding", |rows| {
            let last = rows[header].len() - 2;
            rows.iter_mut().filter(|row| row.len() > last + 1).for_each(|row| drop(row.remove(last)));
        });
    });
}

#[test]
fn a_table_without_totals_is_compared_with_itself() {
    let strip = |rows: &mut Vec<Vec<String>>| {
        rows.pop();
        rows.iter_mut().for_each(|row| drop(row.pop()));
    };
    let (folder, _) = changed("icio", strip);
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2019"])
        .success()
        .stderr(contains("no totals of its own; sales and costs of any industry differ by 0.0 %"));
    is_flat(&out);
    refused("icio", Some(3), "what its column sums to, as the table has no totals", |rows| {
        strip(rows);
        rows[2][3] = "900".into();
    });
}

#[test]
fn a_separator_and_decimal_commas_of_a_spreadsheet_are_read() {
    let folder = copy_of("icio");
    let plain = folder.path().join("plain");
    calibrate("icio", folder.path(), &plain, &["--year", "2019"]).success();
    let path = folder.path().join("2019_SML.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(',', ";").replace(";40;29;", ";40,0;29,0;")).unwrap();
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2019"])
        .success()
        .stderr(contains("cells separated by `;`"))
        .stderr(contains("decimal commas read as points"));
    assert_eq!(fs::read(out.join("trade.csv")).unwrap(), fs::read(plain.join("trade.csv")).unwrap());
}

/// The ADB fixture under the codes and row names of the newer releases.
fn modern() -> tempfile::TempDir {
    let folder = copy_of("adb");
    let old = folder.path().join("ADB-MRIO-2019.csv");
    let text = fs::read_to_string(&old).unwrap();
    let text = text.replace("AUS", "VIE").replace("JPN", "GER").replace(",r65,", ",trs,");
    fs::remove_file(&old).unwrap();
    fs::write(folder.path().join("ADB-MRIO-2024.csv"), text).unwrap();
    folder
}

fn tariff(out: &Path, exporter: &str, importer: &str) -> f64 {
    let data: Dataset = is_flat(out);
    let at = |code: &str| data.axes.country_idx[code];
    100.0 * (data.tariff_factor[[data.axes.sector_idx["agriculture"], at(importer), at(exporter)]] - 1.0)
}

#[test]
fn codes_of_the_table_and_of_the_tariffs_meet() {
    let folder = modern();
    let rates = "exporter,importer,sector,tariff_pct\nDEU,VNM,agriculture,20\nGER,RoW,agriculture,4\nVNM,DEU,agriculture,7\n\
                 CHL,VNM,agriculture,3\nVNM,CHL,agriculture,3\n";
    fs::write(folder.path().join("tariffs.csv"), rates).unwrap();
    let out = folder.path().join("out");
    let options = ["--year", "2024", "--missing-tariff", "0"];
    calibrate("adb", folder.path(), &out, &options)
        .success()
        .stderr(contains("codes of databases: GER = DEU, VIE = VNM"))
        .stderr(contains("2 rates of countries that no table of trade has were left out: CHL (2)"));
    assert!((tariff(&out, "DEU", "VNM") - 20.0).abs() < 1e-9);
    assert!((tariff(&out, "VNM", "DEU") - 7.0).abs() < 1e-9);
    assert!((tariff(&out, "DEU", "RoW") - 4.0).abs() < 1e-9);
    let countries = fs::read_to_string(out.join("countries.csv")).unwrap();
    assert!(countries.contains("\nVNM,") && countries.contains("\nDEU,") && countries.contains("\nRoW,"));
}

#[test]
fn numeric_codes_of_tariff_lines_reach_the_countries_of_a_table() {
    let folder = modern();
    let lines = "Reporter,Product,Partner,Tariff Year,DutyType,Simple Average,Imports Value in 1000 USD\n\
                 704,100590,000,2024,MFN,20,100\n276,100590,000,2024,MFN,7,1\n";
    fs::write(folder.path().join("WITS_2024.csv"), lines).unwrap();
    let out = folder.path().join("out");
    calibrate("adb", folder.path(), &out, &["--year", "2024", "--missing-tariff", "0"]).success();
    assert!((tariff(&out, "DEU", "VNM") - 20.0).abs() < 1e-9);
    assert!((tariff(&out, "VNM", "DEU") - 7.0).abs() < 1e-9);
    // A table of the user's own that lists the code of the database under another name.
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(
        own.join("countries.csv"),
        "iso3,name,region,codes\nVIE,Viet Nam,,\nDEU,Germany,,GER\nROW,Rest,,RoW\n",
    )
    .unwrap();
    let options = ["--year", "2024", "--missing-tariff", "0", "--concordance", own.to_str().unwrap()];
    calibrate("adb", folder.path(), &out, &options).success();
    assert!((tariff(&out, "DEU", "VIE") - 20.0).abs() < 1e-9);
}

const FIGARO: &str = "rowLabels,DE_A01,DE_C28,FR_A01,FR_C28,DE_P3_S14,DE_P51G,FR_P3_S14,FR_P51G\n\
     DE_A01,10,5,1,1,32,5,0,2\nDE_C28,4,20,1,3,30,30,0,7\nFR_A01,1,1,9,4,2,0,31,4\nFR_C28,1,2,4,18,3,3,28,25\n\
     W2_D21X31,1,1,1,1,3,1,3,1\nW2_D1,20,40,18,30,0,0,0,0\nW2_B2A3G,19,26,18,27,0,0,0,0\n";

#[test]
fn figaro_is_read_and_labels_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("matrix_eu-ic-io_ind-by-ind_25ed_2022.csv");
    fs::write(&table, FIGARO).unwrap();
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2022"]).success();
    let data = is_flat(&out);
    let (de, fr) = (data.axes.country_idx["DE"], data.axes.country_idx["FR"]);
    let machinery = data.axes.sector_idx["machinery"];
    assert!((data.trade_musd[[machinery, fr, de]] - 11.0).abs() < 1e-9, "1 + 3 used, 7 final");
    // A label of the user's own; without it the code is named with the way to say what it is.
    fs::write(&table, FIGARO.replace("P51G", "P51_NEW")).unwrap();
    calibrate("icio", folder.path(), &out, &["--year", "2022"])
        .code(2)
        .stderr(contains(":1 `sector` = P51_NEW"))
        .stderr(contains("stands in labels.csv (code,meaning)"));
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("labels.csv"), "code,meaning\nP51_NEW,final\n").unwrap();
    let again = folder.path().join("again");
    let options = ["--year", "2022", "--concordance", own.to_str().unwrap()];
    calibrate("icio", folder.path(), &again, &options).success();
    assert_eq!(fs::read(again.join("trade.csv")).unwrap(), fs::read(out.join("trade.csv")).unwrap());
}

#[test]
fn a_year_that_the_tables_do_not_have_is_named_with_theirs() {
    let folder = copy_of("wiod2016");
    let table = folder.path().join("WIOT2014_SML.csv");
    calibrate("wiod2016", folder.path(), &folder.path().join("out"), &["--year", "2011"])
        .code(2)
        .stderr(contains("`--year` = 2011: expected the year in the name of the table WIOT2014_SML.csv"))
        .stderr(contains("`year` = 2011: expected a year of the files: 2014. Pass --year 2014."));
    fs::rename(&table, folder.path().join("WIOT.csv")).unwrap();
    calibrate("wiod2016", folder.path(), &folder.path().join("out"), &["--year", "2011"])
        .code(2)
        .stderr(contains("expected a year of the files: 2014"));
}

#[test]
fn a_result_that_is_refused_leaves_the_old_folder_and_names_the_users_file() {
    let folder = copy_of("icio");
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2019"]).success();
    let before = fs::read(out.join("trade.csv")).unwrap();
    // A sector that is not traded by the user's table and traded by the outside one: found only in the result.
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let sectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sources/icio/sectors.csv");
    let text = fs::read_to_string(sectors).unwrap();
    let row = text.lines().find(|line| line.starts_with("machinery,")).unwrap();
    let cells: Vec<&str> = row.split(",goods,").collect();
    let not_traded = format!("{},goods,,,{}", cells[0], cells[1].rsplit(',').next().unwrap());
    fs::write(own.join("sectors.csv"), text.replace(row, &not_traded)).unwrap();
    let options = ["--year", "2019", "--concordance", own.to_str().unwrap()];
    calibrate("icio", folder.path(), &out, &options)
        .code(2)
        .stderr(contains("2019_SML.csv `theta of machinery (after balancing)` = empty (not traded)"))
        .stderr(contains("Give a theta in sectors.csv"));
    assert_eq!(fs::read(out.join("trade.csv")).unwrap(), before, "the old folder stays");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn options_that_a_source_does_not_read_are_refused() {
    let folder = copy_of("icio");
    let out = folder.path().join("out");
    calibrate("icio", folder.path(), &out, &["--year", "2019", "--aggregation", "simple"])
        .code(2)
        .stderr(contains("`--aggregation` = given: expected an option that source icio reads"));
    calibrate("apac", folder.path(), &out, &["--year", "2018", "--absent-is-zero"])
        .code(2)
        .stderr(contains("`--year` = given"))
        .stderr(contains("`--absent-is-zero` = given"));
}

/// Removes the first row of a WIOD 2013 table that starts so.
fn without(table: &str, start: &str) -> tempfile::TempDir {
    let folder = copy_of("wiod2013");
    let path = folder.path().join(table);
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(start)).collect();
    assert_eq!(kept.len() + 1, text.lines().count(), "one row starts with {start}");
    fs::write(&path, kept.join("\n")).unwrap();
    folder
}

#[test]
fn a_lost_row_of_long_tables_shows_in_the_output_of_its_industry() {
    for (table, start, tables) in
        [("trade.csv", "USA,USA,c1,", "trade.csv"), ("io.csv", "USA,c8,c1,", "io.csv and value_added.csv")]
    {
        let folder = without(table, start);
        calibrate("wiod2013", folder.path(), &folder.path().join("out"), &[])
            .code(2)
            .stderr(contains(format!("`USA agriculture` = {tables} sum to")))
            .stderr(contains("expected the gross output of value_added.csv, 470.0, within rounding"));
    }
}

#[test]
fn the_steps_of_the_default_set_complete_tables_and_say_so() {
    let Some(data) = crate::oracles::shared("data") else { return };
    let root = data.parent().unwrap().display().to_string();
    for (layout, pair) in [("icio", "CHN,USA,machinery"), ("adb", "JPN,AUS,machinery")] {
        let (folder, _) = changed(layout, |_| {});
        let plain = folder.path().join("plain");
        calibrate(layout, folder.path(), &plain, &["--year", "2019"]).success();
        let out = folder.path().join("out");
        calibrate(layout, folder.path(), &out, &["--year", "2019", "--facts", &root]).success();
        let (before, after) = (is_flat(&plain), is_flat(&out));
        let text = |file: &str| fs::read_to_string(out.join(file)).unwrap();
        let rate =
            text("tariffs.csv").lines().find_map(|line| line.strip_prefix(&format!("{pair},"))?.parse().ok());
        assert!(rate.is_some_and(|pct: f64| pct > 0.5 && pct < 20.0), "{layout}: {rate:?}");
        let provenance = text("provenance.csv");
        assert!(
            provenance.contains(",tariffs,imputed,") && !provenance.contains(",tariffs,absent,"),
            "{layout}"
        );
        assert!(provenance.contains(",services_by_partner,scaled,"), "{layout}: {provenance}");
        assert!(text("targets.csv").contains(",gdp_2019,"), "{layout}");
        // What a country sells and buys of services abroad in all stays near that of the tables.
        let finance = before.axes.sector_idx["finance"];
        for n in 0..before.n() {
            let abroad = |data: &Dataset| {
                let cells = data.trade_musd.index_axis(ndarray::Axis(0), finance);
                cells.column(n).sum() - cells[[n, n]]
            };
            let (was, is) = (abroad(&before), abroad(&after));
            assert!((is - was).abs() <= 0.25 * was.max(1.0), "{layout} {n}: {was} {is}");
        }
    }
}
