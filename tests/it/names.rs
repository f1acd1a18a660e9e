//! Names that point nowhere, numbers out of their range, doubled rows: refused in every column of every table.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tradepath::data::{Axes, Dataset, Files, companions};
use tradepath::error::{Fault, InputErrors};
use tradepath::policy::PolicyBook;
use tradepath::projection::Growth;
use tradepath::schedules::ScheduleBook;

/// Columns of text for people: any words stand there.
const TEXT: [&str; 12] = [
    "part", "path", "study", "title", "source", "note", "rule", "weights", "name", "region", "step", "block",
];
/// Columns that define names: a new name is no fault of the cell, where nothing points to the old one.
const DEFINING: [(&str, &str); 15] = [
    ("staging.csv", "category"),
    ("product_groups.csv", "product_group"),
    ("agreements.csv", "agreement"),
    ("agreements.csv", "schedule"),
    ("depth.csv", "depth_class"),
    ("product_lists.csv", "list"),
    ("barrier_changes.csv", "change"),
    ("provisions.csv", "provision"),
    ("categories.csv", "category"),
    ("countries.csv", "iso3"),
    ("sectors.csv", "sector"),
    ("", "part"),
    ("meta.toml", ""),
    ("", "remaining_share_by_year"),
    ("quotas.csv", "volume_by_year"),
];
/// What no column but one of text may hold.
const NONSENSE: [&str; 4] = ["=no such word!", "-1e308", "+x", "@x"];
/// Names and numbers that are well formed and mean nothing.
const UNKNOWN: [&str; 4] = ["zzz", "nan", "inf", "-inf"];

fn embedded() -> TempDir {
    let folder = TempDir::new().unwrap();
    tradepath::data::write_embedded(folder.path()).unwrap();
    folder
}

fn axes() -> Axes {
    Dataset::read(&Files::embedded().folder("apac")).unwrap().axes
}

/// Header and rows of a table.
fn cells(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect());
    (header, rows.collect())
}

fn write(path: &Path, header: &[String], rows: &[Vec<String>]) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

fn csv_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "csv")).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

fn faults<T>(result: Result<T, InputErrors>) -> Vec<Fault> {
    result.err().map_or_else(Vec::new, |errors| errors.0)
}

/// How many columns of a row are spoiled at once: all, where every cell is checked for itself.
#[derive(Clone, Copy, PartialEq)]
enum Spoil {
    One,
    All,
}

/// Puts each word into each column of the first row of each file; `read` must name file, line and column.
fn every_column_is_checked(files: &[PathBuf], spoil: Spoil, read: &dyn Fn() -> Vec<Fault>) {
    assert!(read().is_empty(), "{:?}", read());
    for path in files {
        let (header, rows) = cells(path);
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let defines = |column: &str| {
            DEFINING.iter().any(|(file, defined)| (file.is_empty() || *file == name) && *defined == column)
        };
        for word in NONSENSE.iter().chain(&UNKNOWN) {
            let is_free =
                |column: &str| TEXT.contains(&column) || (defines(column) && UNKNOWN.contains(word));
            let checked: Vec<usize> = (0..header.len()).filter(|&at| !is_free(&header[at])).collect();
            let sets = match spoil {
                Spoil::One => checked.iter().map(|&at| vec![at]).collect(),
                Spoil::All => vec![checked],
            };
            for columns in sets {
                let mut changed = rows.clone();
                columns.iter().for_each(|&at| changed[0][at] = (*word).to_owned());
                write(path, &header, &changed);
                let found = read();
                for column in columns.into_iter().map(|at| &header[at]) {
                    let is_named = |fault: &Fault| {
                        fault.file.ends_with(name) && fault.line == Some(2) && fault.field == *column
                    };
                    assert!(found.iter().any(is_named), "{name} {column} = {word}: {found:?}");
                }
            }
        }
        // A doubled row, and a control character in any text.
        let mut doubled = rows.clone();
        doubled.push(rows[rows.len() - 1].clone());
        write(path, &header, &doubled);
        let line = Some(rows.len() as u64 + 2);
        let found = read();
        let is_named = |fault: &Fault| fault.file.ends_with(name) && fault.line == line;
        assert!(found.iter().any(is_named), "{name}: a doubled row: {found:?}");
        let mut odd = rows.clone();
        odd[0].iter_mut().for_each(|cell| cell.insert(cell.len() / 2, '\u{7}'));
        write(path, &header, &odd);
        let found = read();
        let unnamed: Vec<_> = header
            .iter()
            .enumerate()
            .filter(|(at, _)| odd[0][*at].len() > 1)
            .filter(|(_, column)| !found.iter().any(|fault| fault.field == **column && fault.line == Some(2)))
            .collect();
        assert!(unnamed.is_empty(), "{name}: {unnamed:?}");
        fs::write(path, text).unwrap();
    }
}

#[test]
fn every_column_of_the_policy_tables_is_checked() {
    let (folder, axes) = (embedded(), axes());
    let policy = folder.path().join("policy");
    // What calibration reports of its lines is read by nobody.
    let is_read = |path: &PathBuf| {
        !["staging_check.csv", "staging_rest.csv", "specific_duties.csv"]
            .iter()
            .any(|file| path.ends_with(file))
    };
    let files = [csv_files(&policy), csv_files(&policy.join("tables"))].concat();
    let files: Vec<PathBuf> = files.into_iter().filter(is_read).collect();
    assert!(files.len() >= 24);
    let read = || faults(PolicyBook::read(&Files::directory(folder.path()), &axes));
    every_column_is_checked(&files, Spoil::All, &read);
}

#[test]
fn every_column_of_the_schedules_is_checked() {
    let (folder, axes) = (embedded(), axes());
    let book = PolicyBook::read(&Files::embedded(), &axes).unwrap();
    let groups: Vec<String> = book.groups.iter().map(|group| group.id.clone()).collect();
    let countries: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
    let schedules = folder.path().join("schedules");
    let mut n_files = 0;
    for entry in fs::read_dir(&schedules).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let id = entry.file_name().into_string().unwrap();
        let files = csv_files(&entry.path());
        n_files += files.len();
        let read = || {
            let files = Files::directory(&schedules);
            faults(ScheduleBook::read(&files, std::slice::from_ref(&id), &groups, &countries))
        };
        every_column_is_checked(&files, Spoil::One, &read);
        // A file of a country that is none.
        fs::copy(&files[0], entry.path().join("JPM.csv")).unwrap();
        let found = read();
        assert!(found.iter().any(|fault| fault.found == "JPM.csv"), "{found:?}");
    }
    assert!(n_files >= 25);
}

#[test]
fn every_column_of_the_baseline_is_checked() {
    let folder = embedded();
    let apac = folder.path().join("apac");
    let read = || {
        let files = Files::directory(&apac);
        match Dataset::read(&files) {
            Err(errors) => errors.0,
            Ok(data) => {
                let growth = faults(Growth::read(&files, &data.axes, 2020, 2035));
                let beside = companions::check(&files, &data.axes);
                [growth, beside.as_slice().to_vec()].concat()
            }
        }
    };
    every_column_is_checked(&csv_files(&apac), Spoil::All, &read);
}
