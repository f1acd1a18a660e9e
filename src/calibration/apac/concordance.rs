//! Which outside codes make up each economy and sector: tables in `data/sources/apac/`.

use std::collections::HashMap;
use std::path::Path;

use crate::calibration::facts::elasticities::Elasticities;
use crate::calibration::facts::places::Places;
use crate::data::{Axes, Country, Files, Row, Sector, SectorKind, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::sort_by_key;

/// Adds the codes of a row; each belongs to one row only.
fn add_codes(to: &mut HashMap<String, usize>, at: usize, row: &Row<'_>, column: &str, faults: &mut Faults) {
    for code in row.text(column).split(';').map(str::trim) {
        if to.insert(code.to_owned(), at).is_some_and(|before| before != at) {
            let expected = format!("each code on one row; {code} stands on two");
            faults.push(row.fault(column, &expected, "Delete one."));
        }
    }
}

fn check_once(table: &Table, column: &str, faults: &mut Faults) {
    let mut seen = std::collections::HashSet::new();
    for row in table.rows() {
        if row.text(column).is_empty() || !seen.insert(row.text(column)) {
            faults.push(row.fault(column, "a name that no other row has", "Correct it."));
        }
    }
}

/// Reads the sectors of each outside code; the shares of a code sum to one.
fn read_parts(table: &Table, axes: &Axes, faults: &mut Faults) -> HashMap<String, CodeParts> {
    let mut parts: HashMap<String, CodeParts> = HashMap::new();
    for row in table.rows() {
        let j = row.index("sector", &axes.sector_idx, "sector of the set", faults);
        let share = row.number("share", "a share above 0, at most 1", |v| v > 0.0 && v <= 1.0, faults);
        if let (Some(j), Some(share)) = (j, share) {
            let of_code = parts.entry(row.text("classification").to_owned()).or_default();
            of_code.entry(row.text("code").to_owned()).or_default().push((j, share));
        }
    }
    let mut named = std::collections::HashSet::new();
    for row in table.rows() {
        let (classification, code) = (row.text("classification"), row.text("code"));
        let of_code = parts.get(classification).and_then(|codes| codes.get(code));
        let sum: f64 = of_code.into_iter().flatten().map(|(_, share)| share).sum();
        if (sum - 1.0).abs() > 1e-6 && named.insert((classification, code)) {
            let expected = format!("shares of {classification} {code} that sum to 1, not {sum}");
            faults.push(row.fault("share", &expected, "Correct the shares."));
        }
    }
    parts
}

/// Sectors that an outside code is split over, with their shares.
type CodeParts = HashMap<String, Vec<(usize, f64)>>;

/// Economies and sectors of the set and the outside codes they are made of.
pub struct Concordance {
    /// Economies and sectors.
    pub axes: Axes,
    /// Economy of each outside country code; codes not listed belong to `rest`.
    pub economy_of: HashMap<String, usize>,
    /// Economy that closes the world.
    pub rest: usize,
    /// Economy whose production structure each economy takes, `[n]`.
    pub donor: Vec<usize>,
    /// Sectors of each outside code with their shares, which sum to one, by classification.
    parts: HashMap<String, CodeParts>,
    /// Source and mark of each elasticity, `[j]`.
    pub theta_source: Vec<(String, String)>,
}

impl Concordance {
    /// Reads `economies.csv`, `sectors.csv` and `concordance.csv` of the folder `own`; a table that it has not is the
    /// embedded one.
    ///
    /// # Errors
    /// [`InputErrors`] if a table is faulty, or the folder has none of them.
    pub fn read(own: Option<&Path>) -> Result<Self, InputErrors> {
        let embedded = Files::embedded().folder("sources/apac");
        let own = own.map(Files::directory);
        let has = |files: &Files, name: &str| files.read_optional(name).is_ok_and(|text| text.is_some());
        if let Some(own) = &own
            && !["economies.csv", "sectors.csv", "concordance.csv"].iter().any(|name| has(own, name))
        {
            own.read("economies.csv")?;
        }
        let mut faults = Faults::new();
        let mut table = |name: &str, columns: &[&str]| -> Result<Option<Table>, Fault> {
            let own = own.as_ref().filter(|own| !matches!(own.read_optional(name), Ok(None)));
            let files = own.unwrap_or(&embedded);
            Ok(Table::parse(&files.display(name), &files.read(name)?, columns, &[], &mut faults))
        };
        let economies = table("economies.csv", &["iso3", "name", "region", "codes", "structure"])?;
        let sector_columns = ["sector", "name", "kind", "theta", "theta_se", "theta_source", "mark"];
        let sectors = table("sectors.csv", &sector_columns)?;
        let codes =
            table("concordance.csv", &["classification", "code", "sector", "share", "source", "mark"])?;
        let (Some(economies), Some(sectors), Some(codes)) = (economies, sectors, codes) else {
            return Err(InputErrors(faults.as_slice().to_vec()));
        };
        Self::from_tables(&economies, &sectors, &codes, faults)
    }

    pub(super) fn from_tables(
        economies: &Table,
        sectors: &Table,
        codes: &Table,
        mut faults: Faults,
    ) -> Result<Self, InputErrors> {
        let countries: Vec<Country> = economies
            .rows()
            .map(|row| Country {
                iso3: row.text("iso3").into(),
                name: row.text("name").into(),
                region: row.text("region").into(),
            })
            .collect();
        let (mut list, mut theta_source) = (Vec::new(), Vec::new());
        for row in sectors.rows() {
            let mut positive = |column| row.number(column, "a number above 0", |v| v > 0.0, &mut faults);
            let (theta, theta_se) = (positive("theta"), positive("theta_se"));
            theta_source.push((row.text("theta_source").to_owned(), row.text("mark").to_owned()));
            let kind = SectorKind::of_row(&row, &mut faults);
            let (id, name) = (row.text("sector").into(), row.text("name").into());
            list.push(Sector { id, name, kind, theta, theta_se });
        }
        let axes = Axes::new(countries, list);
        let parts = read_parts(codes, &axes, &mut faults);
        let (mut economy_of, mut donor, mut rest) = (HashMap::new(), Vec::new(), None);
        for (n, row) in economies.rows().enumerate() {
            let from = row.index("structure", &axes.country_idx, "economy of this table", &mut faults);
            donor.push(from.unwrap_or(n));
            match row.text("codes") {
                "*" => rest = Some(n),
                _ => add_codes(&mut economy_of, n, &row, "codes", &mut faults),
            }
        }
        for (table, column) in [(economies, "iso3"), (sectors, "sector")] {
            check_once(table, column, &mut faults);
        }
        if rest.is_none() {
            let remedy = "Add an economy that takes every other code.";
            faults.push(Fault::of_file(
                economies.file(),
                "codes",
                "no row",
                "one row with the codes *",
                remedy,
            ));
        }
        faults.into_result(())?;
        let rest = rest.expect("its absence is a fault");
        Ok(Self { axes, economy_of, rest, donor, parts, theta_source })
    }

    /// Takes the elasticities of the facts, where they have one.
    pub fn set_elasticities(&mut self, facts: &Elasticities) {
        for sector in &mut self.axes.sectors {
            if let Some(row) = facts.of(&sector.id) {
                (sector.theta, sector.theta_se) = (row.theta, row.theta_se);
            }
        }
    }

    /// Economy that an outside country code belongs to.
    #[must_use]
    pub fn economy(&self, code: &str) -> usize {
        self.economy_of.get(code).copied().unwrap_or(self.rest)
    }

    /// Sectors of a code and their shares, which sum to one; empty for a code that the classification has not.
    #[must_use]
    pub fn parts(&self, classification: &str, code: &str) -> &[(usize, f64)] {
        self.parts.get(classification).and_then(|codes| codes.get(code)).map_or(&[], Vec::as_slice)
    }

    /// Sectors of a code for one economy: its own split, which stands under `ISO3:CODE`, else that of all.
    #[must_use]
    pub fn own_parts(&self, classification: &str, iso3: &str, code: &str) -> &[(usize, f64)] {
        let own = self.parts(classification, &format!("{iso3}:{code}"));
        if own.is_empty() { self.parts(classification, code) } else { own }
    }

    /// Share of each sector that the codes of a classification hold which `is_in` takes, `[j]`: what they bring to the
    /// sector over what all codes bring; 0 where none does.
    #[must_use]
    pub fn shares_in(&self, classification: &str, is_in: impl Fn(&str) -> bool) -> Vec<f64> {
        let mut sums = vec![[0.0; 2]; self.axes.n_sectors()];
        let mut codes: Vec<(&String, &Vec<(usize, f64)>)> =
            self.parts.get(classification).into_iter().flatten().collect();
        // A fixed order of the sums.
        sort_by_key(&mut codes, |(code, _)| *code);
        for (code, parts) in codes.into_iter().filter(|(code, _)| !code.contains(':')) {
            for &(j, share) in parts {
                sums[j][0] += share;
                sums[j][1] += if is_in(code) { share } else { 0.0 };
            }
        }
        sums.into_iter().map(|[all, own]| if all > 0.0 { own / all } else { 0.0 }).collect()
    }

    /// The economies, for readers of facts.
    #[must_use]
    pub fn places(&self) -> Places<'_> {
        Places { axes: &self.axes, economy_of: &self.economy_of, rest: self.rest }
    }

    /// Positions of the goods sectors.
    pub fn goods(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.axes.n_sectors()).filter(|&j| self.axes.sectors[j].kind == SectorKind::Goods)
    }
}

#[cfg(test)]
mod tests {
    use crate::calibration::apac::fixtures::{AAA, CARS, CCC, FREIGHT, GRAIN, ROW, concordance};

    #[test]
    fn a_sector_is_shared_by_the_codes_that_bring_something_to_it() {
        let by = concordance(&["isic,A,grain,1", "isic,B,grain,0.5", "isic,B,cars,0.5", "isic,AAA:A,cars,1"]);
        let shares = by.shares_in("isic", |code| code == "B");
        assert_eq!(shares, [0.5 / 1.5, 1.0, 0.0]);
        assert_eq!(by.shares_in("none", |_| true), [0.0; 3]);
    }

    #[test]
    fn codes_belong_to_their_economy_and_a_split_of_its_own_goes_first() {
        let by = concordance(&["wdi,other,freight,1", "wdi,AAA:other,grain,0.5", "wdi,AAA:other,cars,0.5"]);
        assert_eq!([by.economy("DDD"), by.economy("ZZZ"), by.donor[CCC]], [CCC, ROW, AAA]);
        assert_eq!(by.own_parts("wdi", "AAA", "other"), [(GRAIN, 0.5), (CARS, 0.5)]);
        assert_eq!(by.own_parts("wdi", "CCC", "other"), [(FREIGHT, 1.0)]);
        assert_eq!(by.goods().collect::<Vec<_>>(), [GRAIN, CARS]);
    }
}
