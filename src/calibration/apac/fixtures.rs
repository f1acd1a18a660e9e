//! Four economies and three sectors in round numbers, for the tests of the steps.

use std::collections::HashMap;

use ndarray::{Array1, Array2, Array3, array};

use super::accounts::Accounts;
use super::census::Census;
use super::concordance::Concordance;
use super::mof::Mof;
use super::raw::Raw;
use super::tables::{WORLD_CODES, WorldTables};
use crate::data::Table;
use crate::error::Faults;

/// Positions of the economies: two with customs figures, one without, the rest of the world.
pub const AAA: usize = 0;
pub const BBB: usize = 1;
pub const CCC: usize = 2;
pub const ROW: usize = 3;
/// Positions of the sectors: two of goods, one of services.
pub const GRAIN: usize = 0;
pub const CARS: usize = 1;
pub const FREIGHT: usize = 2;

fn table(text: &str, columns: &[&str]) -> Table {
    let mut faults = Faults::new();
    let table = Table::parse("fixture.csv", text, columns, &[], &mut faults).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    table
}

/// The concordance, with `codes` (classification,code,sector,share) beside those that the steps need.
pub fn concordance(codes: &[&str]) -> Concordance {
    let economies = "iso3,name,region,codes,structure\nAAA,A,x,AAA,AAA\nBBB,B,x,BBB,BBB\nCCC,C,x,CCC;DDD,AAA\n\
                     ROW,Rest,x,*,ROW\n";
    let sectors = "sector,name,kind,theta,theta_se,theta_source,mark\ngrain,Grain,goods,4,1,x,public\n\
                   cars,Cars,goods,4,1,x,public\nfreight,Freight,services,4,1,x,public\n";
    let own = [
        "hs2,10,grain,1",
        "hs2,87,grain,0.2",
        "hs2,87,cars,0.8",
        "margin,entrepot,freight,1",
        "wiod2016,farm,grain,1",
        "wiod2016,works,cars,1",
        "wiod2016,trucks,freight,1",
        "oecd45,farm,grain,1",
        "oecd45,works,cars,0.75",
        "oecd45,works,freight,0.25",
    ];
    let rows: String = own.iter().chain(codes).map(|row| format!("{row},x,public\n")).collect();
    let codes = format!("classification,code,sector,share,source,mark\n{rows}");
    let read = Concordance::from_tables(
        &table(economies, &["iso3", "name", "region", "codes", "structure"]),
        &table(sectors, &["sector", "name", "kind", "theta", "theta_se", "theta_source", "mark"]),
        &table(&codes, &["classification", "code", "sector", "share", "source", "mark"]),
        Faults::new(),
    );
    read.unwrap_or_else(|errors| panic!("{errors}"))
}

/// Totals of trade: each economy sells 100 of goods and 20 of services, and buys as much.
fn accounts() -> Accounts {
    let each = |musd: f64| Array1::from_elem(4, musd);
    Accounts {
        goods_exports: each(100.0),
        goods_imports: each(100.0),
        services_exports: each(20.0),
        services_imports: each(20.0),
        margin_exports: each(0.0),
        margin_imports: each(0.0),
        balance: each(0.0),
        is_published: ndarray::Array2::from_elem((4, 4), false),
    }
}

/// One everywhere but on the diagonal.
pub fn abroad(musd: f64) -> Array2<f64> {
    Array2::from_shape_fn((4, 4), |(i, m)| if i == m { 0.0 } else { musd })
}

/// Outside data in which all economies are alike but for the customs figures of AAA and BBB.
pub fn raw() -> Raw {
    let pairs = abroad(100.0 / 3.0);
    let customs = |grain: f64, cars: f64, own: usize| {
        let mut cells = Array2::from_shape_fn((4, 3), |(_, j)| [grain, cars, 0.0][j]);
        cells.row_mut(own).fill(0.0);
        cells
    };
    let tables = WorldTables {
        codes: ["farm", "trucks", "works"].map(str::to_owned).into(),
        trade: Array3::from_elem((3, 4, 4), 10.0),
        inputs: Array3::from_elem((4, 3, 3), 10.0),
        final_demand: Array2::from_elem((4, 3), 10.0),
    };
    assert_eq!(WORLD_CODES, "wiod2016");
    Raw {
        accounts: accounts(),
        gdp_musd: Array1::from_elem(4, 1000.0),
        chapters_musd: vec![
            ("10".to_owned(), Array1::from_elem(4, 40.0)),
            ("87".to_owned(), Array1::from_elem(4, 40.0)),
        ],
        pairs_musd: pairs.clone(),
        gross_pairs_musd: pairs,
        held_pairs: Vec::new(),
        imports_musd: array![[0.0; 3], [0.0; 3], [30.0, 10.0, 0.0], [0.0; 3]],
        census: Census {
            importer: AAA,
            imports_musd: customs(10.0, 15.0, AAA),
            total_musd: 75.0,
            mix: HashMap::new(),
        },
        mof: Mof { economy: BBB, imports: customs(5.0, 5.0, BBB), exports: customs(6.0, 2.0, BBB) },
        services_musd: array![[0.0, 0.0, 8.0], [0.0, 0.0, 8.0], [0.0, 0.0, 0.0], [0.0, 0.0, 8.0]],
        service_pairs_musd: Array2::zeros((4, 4)),
        tables,
        national: vec![None, None, None, None],
        value_added_musd: vec![
            ("farm".to_owned(), Array1::from_elem(4, 100.0)),
            ("works".to_owned(), Array1::from_elem(4, 400.0)),
        ],
        value_added_share: array![
            [0.5, 0.4, 0.6],
            [0.5, 0.4, 0.6],
            [f64::NAN, 0.2, f64::NAN],
            [0.3, f64::NAN, 0.6]
        ],
    }
}
