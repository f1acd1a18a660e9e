//! The tables that hindcasts are made of: declared cases, flows with their tariffs, products, partners, sizes of changes.

use std::collections::{HashMap, HashSet};

use super::case::{CASES, Case};
use super::set::{Flow, SET, Set};
use crate::data::{Files, Holds, MARK, Names, Row, SOURCE, Table, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};
use crate::output::rows::{Text, table};
use crate::sorted::{SortedMap, sort_by_key};

/// Largest value of a flow that is read, in the unit of its set.
const LARGEST_FLOW: f64 = 1e12;
const NUMBERS: &str = "numbers, 0 or more, with ; between them: one for each year of the set";
/// How far shares of a product may be from a sum of 1.
const SHARE_TOLERANCE: f64 = 1e-4;

/// Numbers with `;` between them; `None` where one is none.
fn numbers(text: &str) -> Option<Vec<f64>> {
    let number = |cell: &str| cell.parse().ok().filter(|value| (0.0..=LARGEST_FLOW).contains(value));
    text.split(';').map(number).collect()
}

const LIST: Holds = Holds::Format(|text| numbers(text).is_some(), NUMBERS);
const YEARS: Holds = Holds::Whole(1900.0, 2199.0, "years, 1900 to 2199");
const CASE: &str = "hindcast of cases.csv";

const SETS: TableRule = TableRule {
    file: "sets.csv",
    columns: &[
        column("set", Holds::Id),
        column("years", YEARS).list(),
        column("unit", Holds::Id),
        SOURCE,
        MARK,
    ],
    key: &["set"],
};
const FLOWS: TableRule = TableRule {
    file: "flows.csv",
    columns: &[
        column("set", Holds::Known(&[SET])),
        column("exporter", Holds::Id),
        column("importer", Holds::Id),
        column("product", Holds::Id),
        column("imports", LIST),
        column("tariff_pct", LIST).or_empty(),
        column("agreement", LIST).or_empty(),
    ],
    key: &["set", "exporter", "importer", "product"],
};
const PRODUCTS: TableRule = TableRule {
    file: "products.csv",
    columns: &[
        column("set", Holds::Known(&[SET])),
        column("product", Holds::Id),
        column("sector", Holds::Id),
        column("share", Holds::SHARE),
    ],
    key: &["set", "product", "sector"],
};
const PARTNERS: TableRule = TableRule {
    file: "partners.csv",
    columns: &[column("code", Holds::Id), column("economy", Holds::Id)],
    key: &["code"],
};
const SIZES: TableRule = TableRule {
    file: "sizes.csv",
    columns: &[
        column("hindcast", Holds::Known(&[CASE])),
        column("product", Holds::Id),
        column("year", Holds::YEAR),
        column("size_ln", Holds::Number(0.0, 20.0, "a mean size in logs, 0 or more")),
    ],
    key: &["hindcast", "product", "year"],
};

table! {
    /// Sets of flows.
    pub struct SetRow<'a> in "sets.csv" by (set) {
        /// Set
        set: Text<'a>,
        /// Years with ; between them, in the order of the lists of flows.csv
        years: Text<'a>,
        /// Unit of the flows: musd, or bn_jpy
        unit: Text<'a>,
        /// Where they come from
        source: Text<'a>,
        /// How sure that is
        mark: Text<'a>,
    }
}

table! {
    /// Imports at border prices with what they paid, a list with one number for each year of the set.
    pub struct FlowRow<'a> in "flows.csv" by (set, exporter, importer, product) {
        /// Set
        set: Text<'a>,
        /// Country of origin
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Product
        product: Text<'a>,
        /// Imports in the unit of the set; home sales where both are the same
        imports: Text<'a>,
        /// Tariffs, percent; empty = none in any year
        tariff_pct: Text<'a>,
        /// Share of the flow under an agreement; empty = none in any year
        agreement: Text<'a>,
    }
}

table! {
    /// Sectors of the data set that a product is made of.
    pub struct ProductRow<'a> in "products.csv" by (set, product, sector) {
        /// Set
        set: Text<'a>,
        /// Product
        product: Text<'a>,
        /// Sector of the data set
        sector: Text<'a>,
        /// Share of the sector in the product
        share: f64 ["share"],
    }
}

table! {
    /// Economy of the data set that a country of the flows belongs to.
    pub struct PartnerRow<'a> in "partners.csv" by (code) {
        /// Country of the flows
        code: Text<'a>,
        /// Economy of the data set
        economy: Text<'a>,
    }
}

table! {
    /// Mean size of the change of tariffs since the base year, by year: what their age follows from.
    pub struct SizeRow<'a> in "sizes.csv" by (hindcast, product, year) {
        /// Hindcast
        hindcast: Text<'a>,
        /// Product
        product: Text<'a>,
        /// Year
        year: i16,
        /// Mean over the trade of the base year of the logarithm of 1 + tariff against that of the base year, size alone
        size_ln: f64,
    }
}

/// All tables of a folder.
pub(super) struct Tables {
    pub cases: Vec<Case>,
    pub sets: HashMap<String, Set>,
    /// Economy of each country code.
    pub partners: HashMap<String, String>,
    /// Size of the changes by hindcast and product, each year from the first after the base year on.
    pub sizes: HashMap<(String, String), Vec<(i16, f64)>>,
}

/// Texts of the files with the faults found so far.
struct Reader<'f> {
    files: &'f Files,
    faults: Faults,
    names: Names,
}

impl Reader<'_> {
    fn table(&mut self, rule: &TableRule) -> Option<Table> {
        match self.files.read(rule.file) {
            Ok(text) => rule.parse(&self.files.display(rule.file), &text, &mut self.faults),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn rows<'t>(&mut self, rule: &TableRule, table: &'t Option<Table>) -> Vec<Row<'t>> {
        table.iter().flat_map(|table| rule.check(table, &self.names, &mut self.faults)).collect()
    }
}

impl Tables {
    /// Reads the folder; `None` if it declares no hindcasts.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every table.
    pub fn read(files: &Files) -> Result<Option<Self>, InputErrors> {
        if files.read_optional(CASES.file).map_err(InputErrors::from)?.is_none() {
            return Ok(None);
        }
        let mut reader = Reader { files, faults: Faults::new(), names: Names::default() };
        let [cases, sets, flows, products, partners, sizes] =
            [CASES, SETS, FLOWS, PRODUCTS, PARTNERS, SIZES].map(|rule| reader.table(&rule));
        let column = |table: &Option<Table>, name: &str| -> Vec<String> {
            table.iter().flat_map(Table::rows).map(|row| row.text(name).to_owned()).collect()
        };
        if sets.is_some() {
            reader.names.add(SET, column(&sets, "set").iter().map(String::as_str));
        }
        if cases.is_some() {
            reader.names.add(CASE, column(&cases, "hindcast").iter().map(String::as_str));
        }
        let mut found =
            Self { cases: Vec::new(), sets: HashMap::new(), partners: HashMap::new(), sizes: HashMap::new() };
        for row in reader.rows(&SETS, &sets) {
            let years = row.text("years").split(';').filter_map(|year| year.trim().parse().ok()).collect();
            found.sets.insert(row.text("set").to_owned(), Set { years, ..Set::default() });
        }
        let rows = reader.rows(&FLOWS, &flows);
        found.take_flows(&rows, &mut reader.faults);
        let rows = reader.rows(&PRODUCTS, &products);
        found.take_products(&rows, &mut reader.faults);
        for row in reader.rows(&PARTNERS, &partners) {
            found.partners.insert(row.text("code").to_owned(), row.text("economy").to_owned());
        }
        for row in reader.rows(&SIZES, &sizes) {
            if let (Some(year), Some(size)) = (row.value("year"), row.value("size_ln")) {
                let key = (row.text("hindcast").to_owned(), row.text("product").to_owned());
                found.sizes.entry(key).or_default().push((year as i16, size));
            }
        }
        found.sizes.values_mut().for_each(|sizes| sort_by_key(sizes, |(year, _)| *year));
        for row in reader.rows(&CASES, &cases) {
            found.cases.extend(Case::of(&row, &found.sets, &mut reader.faults));
        }
        found.check(files, &mut reader.faults);
        reader.faults.into_result(Some(found))
    }

    fn take_flows(&mut self, rows: &[Row<'_>], faults: &mut Faults) {
        for row in rows {
            let Some(set) = self.sets.get_mut(row.text("set")) else { continue };
            let n = set.years.len();
            let mut list = |column: &str| {
                let list = match row.text(column) {
                    "" => vec![0.0; n],
                    text => numbers(text).unwrap_or_default(),
                };
                if list.len() != n {
                    let expected = format!("{n} numbers: one for each year of the set");
                    faults.push(row.fault(column, &expected, "Add or delete numbers of the list."));
                }
                (list.len() == n).then_some(list)
            };
            let (imports, pct, agreement) = (list("imports"), list("tariff_pct"), list("agreement"));
            if let (Some(imports), Some(pct), Some(agreement)) = (imports, pct, agreement) {
                let [exporter, importer, product] =
                    ["exporter", "importer", "product"].map(|column| row.text(column).to_owned());
                let ln_tariff = pct.iter().map(|pct| (pct / 100.0).ln_1p()).collect();
                set.flows.push(Flow { exporter, importer, product, imports, ln_tariff, agreement });
            }
        }
    }

    fn take_products(&mut self, rows: &[Row<'_>], faults: &mut Faults) {
        let mut first: SortedMap<(&str, &str), &Row<'_>> = SortedMap::new();
        for row in rows {
            let (set, product) = (row.text("set"), row.text("product"));
            first.entry((set, product)).or_insert(row);
            if let (Some(set), Some(share)) = (self.sets.get_mut(set), row.value("share")) {
                let sectors = set.products.entry(product.to_owned()).or_default();
                sectors.push((row.text("sector").to_owned(), share));
            }
        }
        for ((set, product), row) in first {
            let of_product = self.sets.get(set).and_then(|set| set.products.get(product));
            let sum: f64 = of_product.into_iter().flatten().map(|(_, share)| share).sum();
            if (sum - 1.0).abs() > SHARE_TOLERANCE {
                let expected = format!("shares of {product} that sum to 1, not {sum}");
                faults.push(row.fault("share", &expected, "Correct the shares."));
            }
        }
    }

    /// Every product and country that flows name is known.
    fn check(&self, files: &Files, faults: &mut Faults) {
        let mut told: HashSet<&str> = HashSet::new();
        let mut sets: Vec<_> = self.sets.iter().collect();
        sort_by_key(&mut sets, |(id, _)| *id);
        for (set, flow) in sets.iter().flat_map(|(_, set)| set.flows.iter().map(move |flow| (set, flow))) {
            let mut unknown = |rule: &TableRule, field: &str, name: &str| {
                let (file, expected) =
                    (files.display(rule.file), format!("a row of {name}: flows.csv has it"));
                faults.push(Fault::of_file(&file, field, "none", &expected, "Add the row."));
            };
            if !set.products.contains_key(&flow.product) && told.insert(&flow.product) {
                unknown(&PRODUCTS, "product", &flow.product);
            }
            for code in [&flow.exporter, &flow.importer] {
                if !self.partners.contains_key(code) && told.insert(code) {
                    unknown(&PARTNERS, "code", code);
                }
            }
        }
    }
}
