//! Where inputs come from: the national table of an economy, else the tables of many countries.

use ndarray::{Array1, Array2};

use super::concordance::Concordance;
use super::raw::Raw;
use super::tables::{Affinity, NationalTable};
use crate::calibration::Reading;
use crate::data::{Files, SectorKind};

/// National table of an economy, else of its donor.
pub(super) fn national<'r>(raw: &'r Raw, by: &Concordance, c: usize) -> Option<&'r NationalTable> {
    raw.national[c].as_ref().or(raw.national[by.donor[c]].as_ref())
}

/// Inputs `[k,j]` and final demand `[k]` of an economy, as shares: of its national table, else of the multi-country
/// tables. Imported inputs that a national table does not tell apart are goods in the mix of the donor.
pub(super) fn inputs_and_demand(
    raw: &Raw,
    by: &Concordance,
    (c, bought): (usize, &Array1<f64>),
    affinity: &Affinity,
) -> (Array2<f64>, Array1<f64>) {
    let donor = || raw.tables.structure(by.donor[c]).on_sectors(by, bought, affinity);
    let Some(table) = national(raw, by, c) else { return donor() };
    let (inputs, demand) = table.structure().on_sectors(by, bought, affinity);
    match table.imported_shares(by) {
        None => (inputs, demand),
        Some(imported) => (with_imports(&inputs, &imported, &only_goods(by, donor().0)), demand),
    }
}

/// Columns of `inputs` `[k,j]` that buy goods alone, each summing to one.
fn only_goods(by: &Concordance, mut inputs: Array2<f64>) -> Array2<f64> {
    for (k, mut row) in inputs.outer_iter_mut().enumerate() {
        if by.axes.sectors[k].kind != SectorKind::Goods {
            row.fill(0.0);
        }
    }
    for mut column in inputs.columns_mut() {
        let sum = column.sum();
        column.mapv_inplace(|share| share / sum.max(1e-12));
    }
    inputs
}

/// Shares of inputs `[k,j]` where the share `imported` `[j]` of them has the mix `goods`.
fn with_imports(domestic: &Array2<f64>, imported: &Array1<f64>, goods: &Array2<f64>) -> Array2<f64> {
    domestic * &imported.mapv(|share| 1.0 - share) + goods * imported
}

/// Reads `uses.csv`: factors of input use, the last column final demand; 1 where nothing stands.
pub(super) fn read_affinity(by: &Concordance, reading: &mut Reading) -> Option<Affinity> {
    let own = Files::embedded().folder("sources/apac");
    let columns = ["input_sector", "output_sector", "factor", "source", "mark"];
    let table = reading.own(&own, "uses.csv", &columns)?;
    reading.each_once(&table, &["input_sector", "output_sector"]);
    let s = by.axes.n_sectors();
    let mut users = by.axes.sector_idx.clone();
    users.insert("final".into(), s);
    let mut affinity = Array2::ones((s, s + 1));
    for row in table.rows() {
        let k = row.index("input_sector", &by.axes.sector_idx, "sector of the set", &mut reading.faults);
        let j = row.index("output_sector", &users, "sector of the set, or final", &mut reading.faults);
        let factor = row.number("factor", "a number above 0", |v| v > 0.0, &mut reading.faults);
        if let (Some(k), Some(j), Some(factor)) = (k, j, factor) {
            affinity[[k, j]] = factor;
        }
    }
    Some(affinity)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Axis, array};

    use super::{inputs_and_demand, only_goods, with_imports};
    use crate::calibration::apac::fixtures::{CARS, CCC, FREIGHT, GRAIN, concordance, raw};
    use crate::calibration::apac::tables::NationalTable;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn imported_inputs_that_a_table_does_not_name_have_the_mix_of_the_donor() {
        let by = concordance(&[]);
        let (domestic, imported) = (Array2::from_elem((3, 3), 1.0 / 3.0), array![0.0, 0.5, 1.0]);
        let goods = only_goods(&by, Array2::from_shape_fn((3, 3), |(k, _)| [0.2, 0.6, 0.2][k]));
        close(goods[[CARS, GRAIN]], 0.75);
        assert_eq!(goods[[FREIGHT, GRAIN]], 0.0);
        let mixed = with_imports(&domestic, &imported, &goods);
        assert!(mixed.sum_axis(Axis(0)).iter().all(|sum| (sum - 1.0).abs() < 1e-12));
        close(mixed[[CARS, GRAIN]], 1.0 / 3.0);
        close(mixed[[CARS, FREIGHT]], 0.75);
        // With a national table of domestic inputs alone the donor's goods come in, without one the donor is all.
        let mut raw = raw();
        let bought = Array1::from_elem(3, 10.0);
        let plain = inputs_and_demand(&raw, &by, (CCC, &bought), &Array2::ones((3, 4))).0;
        raw.national[CCC] = Some(NationalTable {
            classification: "wiod2016".into(),
            source: "x".into(),
            codes: ["farm", "trucks", "works"].map(str::to_owned).into(),
            inputs: array![[0.0, 0.0, 0.0], [5.0, 5.0, 5.0], [0.0, 0.0, 0.0]],
            final_demand: array![1.0, 1.0, 1.0],
            imported: Some(array![5.0, 0.0, 0.0]),
        });
        let own = inputs_and_demand(&raw, &by, (CCC, &bought), &Array2::ones((3, 4))).0;
        close(plain[[FREIGHT, GRAIN]], 1.0 / 3.0);
        close(own[[FREIGHT, GRAIN]], 0.5);
        close(own[[FREIGHT, CARS]], 1.0);
    }
}
