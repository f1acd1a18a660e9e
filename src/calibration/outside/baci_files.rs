//! The files of a BACI release: which of several is meant, and its country codes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::gathered::Gathered;
use super::request::{Request, noted};
use super::sheet::stem;
use super::tally;
use crate::data::raw_text::tables_in;
use crate::data::{Held, RawText, ReadOptions, Row, Table};
use crate::error::Fault;

/// A file `BACI_HS92_Y2019_V202201.csv`: its year and release.
struct Release {
    path: PathBuf,
    year: Option<i16>,
    version: String,
}

impl Release {
    /// Release and year from the name; `None` if it is not a BACI file.
    fn of(path: PathBuf) -> Option<Self> {
        let name = stem(&path).to_ascii_uppercase();
        let parts = name.strip_suffix(".CSV").unwrap_or(&name).strip_prefix("BACI_")?.split('_');
        let (mut year, mut version) = (None, String::new());
        for part in parts {
            if let Some(digits) = part.strip_prefix('Y') {
                year = digits.parse().ok();
            } else if part.starts_with('V') {
                part.clone_into(&mut version);
            }
        }
        Some(Self { path, year, version })
    }
}

/// What to read of a folder.
pub struct Chosen {
    /// The trade file.
    pub trade: PathBuf,
    /// Country code of each numeric code; empty where it has none.
    pub codes: HashMap<String, String>,
    /// Rows of the file with the codes.
    pub counts: tally::Reading,
}

/// The trade file of the year asked for and the codes of the same release; else faults that name what there is.
pub fn choose(request: &Request, to: &mut Gathered) -> Option<Chosen> {
    let tables = noted(tables_in(&request.input), &mut to.faults)?;
    let releases: Vec<Release> = tables.iter().cloned().filter_map(Release::of).collect();
    let chosen = one_of(releases, request, to);
    let codes: Vec<PathBuf> = tables.into_iter().filter(|path| is_codes(path)).collect();
    let version = chosen.as_ref().map_or("", |release| release.version.as_str());
    let codes = country_codes(codes, version, &request.input, to);
    let (codes, counts) = codes?;
    Some(Chosen { trade: chosen?.path, codes, counts })
}

fn is_codes(path: &Path) -> bool {
    stem(path).to_ascii_lowercase().starts_with("country_codes")
}

fn names(paths: &[PathBuf]) -> String {
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The only release of the year; a year that is not asked for must not be chosen by the order of names.
fn one_of(releases: Vec<Release>, request: &Request, to: &mut Gathered) -> Option<Release> {
    let folder = request.input.display().to_string();
    if releases.is_empty() {
        let remedy = "Name the file as CEPII does: BACI_HS92_Y2019_V202201.csv.";
        to.faults.push(Fault::of_file(&folder, "files", "no BACI_HS*_Y*.csv", "one BACI file", remedy));
        return None;
    }
    let is_of_year =
        |one: &Release| request.year.is_none_or(|year| one.year.is_none_or(|found| found == year));
    let all: Vec<PathBuf> = releases.iter().map(|one| one.path.clone()).collect();
    let mut of_year: Vec<Release> = releases.into_iter().filter(is_of_year).collect();
    if of_year.len() == 1 {
        return of_year.pop();
    }
    let (found, expected, remedy) = match (of_year.is_empty(), request.year) {
        (true, _) => {
            (names(&all), "a BACI file of the year asked for", "Pass another --year, or add the file.")
        }
        (false, None) => (names(&all), "one BACI file, or --year", "Pass --year, or keep one file."),
        (false, Some(_)) => {
            let of_year: Vec<PathBuf> = of_year.into_iter().map(|one| one.path).collect();
            (names(&of_year), "one BACI file of the year", "Keep the release that you mean.")
        }
    };
    to.faults.push(Fault::of_file(&folder, "files", &found, expected, remedy));
    None
}

/// Country code of each numeric code, from the file that comes with BACI.
fn country_codes(
    mut paths: Vec<PathBuf>,
    version: &str,
    folder: &Path,
    to: &mut Gathered,
) -> Option<(HashMap<String, String>, tally::Reading)> {
    let of_version = |path: &PathBuf| stem(path).to_ascii_uppercase().contains(version);
    if paths.len() > 1 && !version.is_empty() && paths.iter().any(of_version) {
        paths.retain(of_version);
    }
    let [path] = paths.as_slice() else {
        let found = if paths.is_empty() { "no country_codes*.csv".to_owned() } else { names(&paths) };
        let remedy = "Put the country codes that come with the BACI file beside it, and no others.";
        to.faults.push(Fault::of_file(
            &folder.display().to_string(),
            "files",
            &found,
            "the codes of BACI",
            remedy,
        ));
        return None;
    };
    let mut counts = tally::Reading::new(path);
    let raw = noted(RawText::read(path, ReadOptions::new(Held::Cells)), &mut to.faults)?;
    counts.note(&raw.notes);
    let optional = [
        "country_name",
        "country_name_abbreviation",
        "country_name_full",
        "country_iso2",
        "country_iso3",
        "iso_2digit_alpha",
        "iso_3digit_alpha",
        "iso3",
    ];
    let table = Table::parse_raw(&raw, &["country_code"], &optional, &mut to.faults)?;
    let mut codes = HashMap::new();
    for row in table.rows() {
        counts.used();
        let iso3 = iso3(&row);
        let before = codes.insert(row.text("country_code").to_owned(), iso3.clone());
        if before.is_some_and(|before| before != iso3) {
            let expected = "each country_code once; it stands above for another country";
            to.faults.push(row.fault("country_code", expected, "Delete one of the rows."));
        }
    }
    Some((codes, counts))
}

/// The code of three letters or digits that a row has, such as `USA` or `S19`; empty if it has none.
fn iso3(row: &Row<'_>) -> String {
    let texts = ["country_iso3", "iso_3digit_alpha", "iso3"].map(|column| row.text(column));
    let is_code = |text: &&str| {
        text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    texts.into_iter().find(is_code).unwrap_or("").to_owned()
}
