//! What the country codes of databases stand for: one table for all readers.
//!
//! `data/sources/codes.csv` has old, national and numeric codes (`ROM`, `VIE`, `S19`, `490`), codes of customs unions
//! (`EUN`, `918`), of the world (`W00`, `000`), of no country (`899`) and of all others (`ROW`); `data/sources/unions.csv` the members of
//! unions by date. A code that no table lists stands for itself. Numbers have three digits: `36` is `036`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::request::noted;
use crate::data::{Files, Table};
use crate::error::Faults;

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A country, by its ISO code.
    Country(String),
    /// A customs union: see [`Codes::members`].
    Union(String),
    /// All partners together: no trade of its own.
    World,
    /// Trade that belongs to no country.
    Nowhere,
    /// All countries that a table does not show.
    Rest,
}

/// The tables of codes and unions.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    meanings: HashMap<String, Meaning>,
    /// Union, member, first date, date before which it ends (empty: none).
    memberships: Vec<[String; 4]>,
}

impl Codes {
    /// Reads the embedded tables.
    pub fn read(faults: &mut Faults) -> Option<Self> {
        let codes = table("codes.csv", &["code", "kind", "stands_for", "source", "mark"], faults)?;
        let columns = ["union", "member", "valid_from", "valid_until", "source", "mark"];
        let unions = table("unions.csv", &columns, faults)?;
        let mut meanings = HashMap::new();
        for row in codes.rows() {
            let stands_for = row.text("stands_for").to_owned();
            let meaning = match row.text("kind") {
                "country" => Meaning::Country(stands_for),
                "union" => Meaning::Union(stands_for),
                "world" => Meaning::World,
                "nowhere" => Meaning::Nowhere,
                "rest" => Meaning::Rest,
                _ => {
                    let expected = "country, union, world, nowhere or rest";
                    faults.push(row.fault("kind", expected, "Correct the cell."));
                    continue;
                }
            };
            if meanings.insert(row.text("code").to_owned(), meaning).is_some() {
                faults.push(row.fault("code", "each code once", "Delete one of the rows."));
            }
        }
        let members = ["union", "member", "valid_from", "valid_until"];
        let memberships =
            unions.rows().map(|row| members.map(|column| row.text(column).to_owned())).collect();
        Some(Self { meanings, memberships })
    }

    /// What `code` stands for; `None` = for itself.
    #[must_use]
    pub fn meaning(&self, code: &str) -> Option<&Meaning> {
        self.meanings.get(padded(code).as_ref())
    }

    /// The ISO code of a country, where `code` is another one of it.
    #[must_use]
    pub fn iso3(&self, code: &str) -> Option<&str> {
        match self.meaning(code) {
            Some(Meaning::Country(iso3)) => Some(iso3),
            _ => None,
        }
    }

    /// True if `code` stands for all partners together.
    #[must_use]
    pub(crate) fn is_world(&self, code: &str) -> bool {
        self.meaning(code) == Some(&Meaning::World)
    }

    /// True if trade under `code` belongs to no country.
    #[must_use]
    pub(crate) fn is_nowhere(&self, code: &str) -> bool {
        self.meaning(code) == Some(&Meaning::Nowhere)
    }

    /// True if `code` stands for all countries that a table does not show.
    #[must_use]
    pub(super) fn is_rest(&self, code: &str) -> bool {
        self.meaning(code) == Some(&Meaning::Rest)
    }

    /// Members of the union that `code` stands for on the last day of `year`, by their ISO codes; `None` = no union.
    #[must_use]
    pub fn members(&self, code: &str, year: i16) -> Option<Vec<&str>> {
        let Some(Meaning::Union(union)) = self.meaning(code) else { return None };
        Some(self.members_of(union, year))
    }

    /// True if both are members of one customs union on the last day of `year`, by their ISO codes.
    #[must_use]
    pub(crate) fn share_a_union(&self, one: &str, other: &str, year: i16) -> bool {
        let unions =
            self.memberships.iter().map(|[union, ..]| union).collect::<std::collections::HashSet<_>>();
        unions.into_iter().any(|union| {
            let members = self.members_of(union, year);
            members.contains(&one) && members.contains(&other)
        })
    }

    fn members_of(&self, union: &str, year: i16) -> Vec<&str> {
        let day = format!("{year:04}-12-31");
        let is_member = |[of, _, from, until]: &&[String; 4]| {
            of == union && *from <= day && (until.is_empty() || day < *until)
        };
        self.memberships.iter().filter(is_member).map(|[_, member, ..]| member.as_str()).collect()
    }
}

/// A number with its leading zeros, which spreadsheets drop.
fn padded(code: &str) -> Cow<'_, str> {
    match code.len() < 3 && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Cow::Owned(format!("{code:0>3}")),
        false => Cow::Borrowed(code),
    }
}

fn table(name: &str, columns: &[&str], faults: &mut Faults) -> Option<Table> {
    let files = Files::embedded().folder("sources");
    let text = noted(files.read(name), faults)?;
    Table::parse(&files.display(name), &text, columns, &[], faults)
}

#[cfg(test)]
mod tests {
    use super::Codes;
    use crate::error::Faults;

    #[test]
    fn codes_of_every_database_and_unions_by_year() {
        let mut faults = Faults::new();
        let codes = Codes::read(&mut faults).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        let country = [
            ("ROM", "ROU"),
            ("ZAR", "COD"),
            ("TMP", "TLS"),
            ("GER", "DEU"),
            ("VIE", "VNM"),
            ("MAL", "MYS"),
            ("SIN", "SGP"),
            ("PRC", "CHN"),
            ("TAP", "TWN"),
            ("S19", "TWN"),
            ("490", "TWN"),
            ("158", "TWN"),
            ("36", "AUS"),
            ("842", "USA"),
            ("251", "FRA"),
            ("757", "CHE"),
        ];
        for (code, iso3) in country {
            assert_eq!(codes.iso3(code), Some(iso3), "{code}");
        }
        assert_eq!(codes.iso3("USA"), None, "stands for itself");
        assert!(codes.is_world("W00") && codes.is_world("0") && codes.is_nowhere("899"));
        for code in ["EUN", "918", "97"] {
            let of = |year| codes.members(code, year).unwrap();
            assert_eq!((of(2003).len(), of(2012).len(), of(2013).len(), of(2021).len()), (15, 27, 28, 27));
            assert!(of(2019).contains(&"GBR") && !of(2021).contains(&"GBR") && of(2013).contains(&"HRV"));
        }
        assert!(codes.share_a_union("FRA", "DEU", 2019) && codes.share_a_union("FRA", "GBR", 2019));
        assert!(!codes.share_a_union("FRA", "GBR", 2021) && !codes.share_a_union("FRA", "USA", 2019));
    }
}
