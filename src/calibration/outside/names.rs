//! Which country and sector of the baseline each code of a layout belongs to.
//!
//! `countries.csv`: `iso3,name,region,codes`; `sectors.csv`: `sector,name,kind,theta,theta_se,codes`. `codes` are
//! separated by `;`, empty = the id itself. A country code that the table does not list is looked up in the codes of
//! databases ([`Codes`]) first, so that `VIE` of a table and `704` of a tariff are the same country. A row whose codes are `*` takes every code not listed: under its own
//! id, or, where the id is `*` too, each code under itself. Without such a row an unknown code is a fault.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::codes::{Codes, Meaning};
use super::request::{Layout, Request, noted};
use super::sheet::read_table;
use crate::data::{Country, Files, Row, Sector, SectorKind, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::SortedMap;

/// Stands for every code that is not listed.
const OTHERS: &str = "*";

/// Groups of codes in the order of their table.
#[derive(Debug, Clone)]
pub struct Grouping<T> {
    /// File that says so.
    file: String,
    /// What a group is described by.
    members: Vec<T>,
    of: HashMap<String, usize>,
    rest: Option<usize>,
    /// Makes a group of an unlisted code.
    own: Option<T>,
}

impl<T: Clone> Grouping<T> {
    fn new(file: String) -> Self {
        Self { file, members: Vec::new(), of: HashMap::new(), rest: None, own: None }
    }

    fn add(&mut self, member: T, id: &str, row: &Row<'_>, faults: &mut Faults) {
        let codes = row.text("codes");
        if id == OTHERS {
            self.own = Some(member);
            return;
        }
        let at = self.members.len();
        self.members.push(member);
        if codes == OTHERS {
            self.rest = Some(at);
        }
        let own = [id];
        let listed = codes.split(';').map(str::trim).filter(|code| !code.is_empty() && *code != OTHERS);
        for code in own.into_iter().chain(listed) {
            if self.of.insert(code.to_owned(), at).is_some_and(|before| before != at) {
                faults.push(row.fault(
                    "codes",
                    &format!("each code once; {code} stands on two rows"),
                    "Delete one.",
                ));
            }
        }
    }

    /// Group of `code`, where there is one; `name` gives a member of an unlisted code its name.
    fn at(&mut self, code: &str, name: impl FnOnce(&T) -> T) -> Option<usize> {
        if let Some(&at) = self.of.get(code) {
            return Some(at);
        }
        let at = match (&self.own, self.rest) {
            (_, Some(rest)) => rest,
            (Some(own), None) => {
                self.members.push(name(own));
                self.members.len() - 1
            }
            (None, None) => return None,
        };
        self.of.insert(code.to_owned(), at);
        Some(at)
    }
}

/// Countries and sectors of the baseline to be, with the codes they are made of.
#[derive(Debug, Clone)]
pub struct Names {
    countries: Grouping<Country>,
    sectors: Grouping<Sector>,
    /// What the codes of databases stand for.
    pub codes: Codes,
    /// Codes that were read as another one, with that one.
    pub renamed: SortedMap<String, String>,
    /// Files that were read for this.
    pub read: Vec<PathBuf>,
    /// What was done to read them, for the user.
    pub notes: Vec<String>,
    /// Sector codes and their shares by HS prefix, where the folder has a `concordance.csv`.
    pub concordance: Option<Table>,
}

impl Names {
    /// Reads the tables of the request's folder, else of the input folder, else of `data/sources/<layout>`.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of the tables.
    pub fn read(request: &Request) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        if let Some(folder) = &request.concordance {
            check_folder(folder, &mut faults);
        }
        let (mut read, mut notes) = (Vec::new(), Vec::new());
        let own = request.concordance.as_ref().unwrap_or(&request.input);
        let mut places = vec![request.layout];
        if request.layout != Layout::Long {
            // Tariffs by product come with any table whose sectors are those of the concordance.
            places.push(Layout::Baci);
        }
        let mut table = |file: &str, columns: &[&str], optional: &[&str]| -> Option<Table> {
            let path = own.join(file);
            if path.exists() {
                read.push(path.clone());
                return read_table(&path, columns, optional, (&mut faults, &mut notes));
            }
            for place in &places {
                let embedded = Files::embedded().folder("sources").folder(place.name());
                if let Some(text) = noted(embedded.read_optional(file), &mut faults)? {
                    return Table::parse(&embedded.display(file), &text, columns, optional, &mut faults);
                }
            }
            None
        };
        let countries = table("countries.csv", &["iso3", "name"], &["region", "codes"]);
        let sectors = table("sectors.csv", &["sector", "name", "kind", "theta"], &["theta_se", "codes"]);
        let concordance = table("concordance.csv", &["hs", "sector", "share"], &[]);
        let codes = Codes::read(&mut faults);
        let (Some(countries), Some(sectors), Some(codes)) = (countries, sectors, codes) else {
            return Err(InputErrors(faults.as_slice().to_vec()));
        };
        let names = Self {
            countries: country_groups(&countries, &codes, &mut faults),
            sectors: sector_groups(&sectors, &mut faults),
            codes,
            renamed: SortedMap::new(),
            read,
            notes,
            concordance,
        };
        faults.into_result(names)
    }

    /// Country of a code, or `None` if no row takes it.
    ///
    /// The world as a partner is not a country, and trade of no country belongs to the row of all others, if any.
    pub fn country(&mut self, code: &str) -> Option<usize> {
        if let Some(&at) = self.countries.of.get(code) {
            return Some(at);
        }
        let iso3 = match self.codes.meaning(code) {
            Some(Meaning::World) => return None,
            Some(Meaning::Nowhere) => return self.countries.rest,
            Some(Meaning::Country(iso3)) if iso3 != code => iso3.clone(),
            _ => return self.countries.at(code, |own| own_country(code, own)),
        };
        let at = self.countries.at(&iso3, |own| own_country(&iso3, own))?;
        self.countries.of.insert(code.to_owned(), at);
        self.renamed.insert(code.to_owned(), iso3);
        Some(at)
    }

    /// Country of a code that was met before, under any of its codes.
    #[must_use]
    pub fn known_country(&self, code: &str) -> Option<usize> {
        let known = |code: &str| self.countries.of.get(code).copied();
        known(code).or_else(|| known(self.codes.iso3(code)?))
    }

    /// Code of the economy of all others, if there is one: a row of its own, or what the tables call the rest of the world.
    #[must_use]
    pub fn rest(&self) -> Option<String> {
        let named =
            || self.countries.of.iter().filter(|(code, _)| self.codes.is_rest(code)).map(|(_, at)| *at).min();
        self.countries.rest.or_else(named).map(|at| self.iso3(at))
    }

    /// Sector of a code, or `None` if no row takes it.
    pub fn sector(&mut self, code: &str) -> Option<usize> {
        self.sectors.at(code, |own| Sector { id: code.into(), name: code.into(), ..own.clone() })
    }

    /// Codes that a sector is made of, sorted; its id is one of them.
    #[must_use]
    pub fn codes_of_sector(&self, id: &str) -> Vec<&str> {
        let at = self.sectors.members.iter().position(|sector| sector.id == id);
        let is_own = |(_, place): &(&String, &usize)| Some(**place) == at;
        let mut codes: Vec<&str> = self.sectors.of.iter().filter(is_own).map(|(code, _)| &**code).collect();
        codes.sort_unstable();
        codes
    }

    /// All countries so far, in order.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries.members
    }

    /// ISO code of a country.
    #[must_use]
    pub fn iso3(&self, at: usize) -> String {
        self.countries.members[at].iso3.clone()
    }

    /// All sectors so far, in order.
    #[must_use]
    pub fn sectors(&self) -> &[Sector] {
        &self.sectors.members
    }

    /// Codes of a country, as a message lists them, with the file that has them.
    #[must_use]
    pub fn expected_country(&self) -> String {
        format!("a country of {} ({})", self.countries.file, sample(&self.countries.of))
    }

    /// File that describes the sectors.
    #[must_use]
    pub fn sectors_file(&self) -> &str {
        &self.sectors.file
    }

    /// Codes of a sector, as a message lists them, with the file that has them.
    #[must_use]
    pub fn expected_sector(&self) -> String {
        format!("a sector of {} ({})", self.sectors.file, sample(&self.sectors.of))
    }

    /// Faults where the table has nothing.
    pub fn check_filled(&self, faults: &mut Faults) {
        for (file, empty) in [
            (&self.countries.file, self.countries.members.is_empty()),
            (&self.sectors.file, self.sectors.members.is_empty()),
        ] {
            if empty {
                faults.push(Fault::of_file(
                    file,
                    "rows",
                    "none met",
                    "countries and sectors in the data",
                    "Fill it.",
                ));
            }
        }
    }
}

/// A folder of the user's own tables that has none of them is another folder than meant.
fn check_folder(folder: &Path, faults: &mut Faults) {
    const TABLES: [&str; 4] = ["countries.csv", "sectors.csv", "concordance.csv", "labels.csv"];
    if !TABLES.iter().any(|name| folder.join(name).is_file()) {
        let (file, expected) = (folder.display().to_string(), format!("some of {}", TABLES.join(", ")));
        let remedy = "Check --concordance and the names of its files.";
        faults.push(Fault::of_file(&file, "--concordance", "none of its tables", &expected, remedy));
    }
}

fn sample(known: &HashMap<String, usize>) -> String {
    let mut names: Vec<(&usize, &String)> = known.iter().map(|(name, at)| (at, name)).collect();
    names.sort();
    let shown: Vec<&str> = names.iter().take(6).map(|(_, name)| name.as_str()).collect();
    format!("{}{}", shown.join(", "), if names.len() > 6 { ", …" } else { "" })
}

fn own_country(code: &str, own: &Country) -> Country {
    Country { iso3: code.into(), name: code.into(), ..own.clone() }
}

fn country_groups(table: &Table, codes: &Codes, faults: &mut Faults) -> Grouping<Country> {
    let mut groups = Grouping::new(table.file().to_owned());
    for row in table.rows() {
        let country = Country {
            iso3: row.text("iso3").into(),
            name: row.text("name").into(),
            region: row.text("region").into(),
        };
        plain_text(&row, &["name", "region"], faults);
        groups.add(country, row.text("iso3"), &row, faults);
    }
    // A table that lists one code of a country takes its ISO code too, so that other files find it.
    let listed: SortedMap<String, usize> = groups.of.iter().map(|(code, &at)| (code.clone(), at)).collect();
    for (code, at) in listed {
        if let Some(iso3) = codes.iso3(&code) {
            groups.of.entry(iso3.to_owned()).or_insert(at);
        }
    }
    groups
}

/// Texts that a baseline may hold, said where the user wrote them.
fn plain_text(row: &Row<'_>, columns: &[&str], faults: &mut Faults) {
    for column in columns.iter().filter(|column| row.text(column).chars().any(char::is_control)) {
        faults.push(row.fault(column, "text without control characters", "Correct the cell."));
    }
}

fn sector_groups(table: &Table, faults: &mut Faults) -> Grouping<Sector> {
    let mut groups = Grouping::new(table.file().to_owned());
    for row in table.rows() {
        let kind = SectorKind::of_row(&row, faults);
        let mut optional = |column: &str| match row.text(column) {
            "" => None,
            // The bounds of a baseline's sectors.csv, said here where the user wrote the number.
            _ => row.number(column, "0.001 to 1000, or empty", |v| (1e-3..=1e3).contains(&v), faults),
        };
        let (theta, theta_se) = (optional("theta"), optional("theta_se"));
        let id = row.text("sector");
        let sector = Sector { id: id.into(), name: row.text("name").into(), kind, theta, theta_se };
        plain_text(&row, &["name"], faults);
        groups.add(sector, id, &row, faults);
    }
    groups
}
