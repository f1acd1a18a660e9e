//! Economies of scale by sector: the product of scale and trade elasticity (`docs/model.md` section 6).

use ndarray::Array1;

use crate::data::{Axes, Files, Holds, MARK, NOTE, Names, SOURCE, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};

const SECTOR: &str = "sector of the baseline";

const SCALE: TableRule = TableRule {
    file: "scale.csv",
    columns: &[
        column("sector", Holds::Known(&[SECTOR])),
        column(
            "psi_theta",
            Holds::Number(
                0.0,
                0.999,
                "0 (constant returns) or more, below 1: from 1 on the equilibrium is not unique",
            ),
        ),
        SOURCE.may_be_missing(),
        MARK.may_be_missing(),
        NOTE.may_be_missing(),
    ],
    key: &["sector"],
};

/// Reads `scale.csv` (`sector,psi_theta`) of a baseline folder, `[j]`.
///
/// # Errors
/// [`InputErrors`]: no such file, a sector without a row or there twice, a product of 1 or more.
pub fn read(files: &Files, axes: &Axes) -> Result<Array1<f64>, InputErrors> {
    let text = files.read(SCALE.file).map_err(InputErrors::from)?;
    let mut faults = Faults::new();
    let scale = parse(&files.display(SCALE.file), &text, axes, &mut faults);
    faults.into_result(scale)
}

/// The table in the text of `file`; what is wrong with it goes to `faults`.
pub fn parse(file: &str, text: &str, axes: &Axes, faults: &mut Faults) -> Array1<f64> {
    let mut scale = Array1::from_elem(axes.n_sectors(), f64::NAN);
    let mut names = Names::default();
    names.add(SECTOR, axes.sectors.iter().map(|sector| sector.id.as_str()));
    let Some(table) = SCALE.parse(file, text, faults) else { return scale };
    let before = faults.as_slice().len();
    for row in SCALE.check(&table, &names, faults) {
        let Some(j) = row.position("sector", &axes.sector_idx) else { continue };
        scale[j] = row.value("psi_theta").unwrap_or(f64::NAN);
        if axes.sectors[j].theta.is_none() && scale[j] > 0.0 {
            faults.push(row.fault(
                "psi_theta",
                "0: the sector is not traded",
                "Write 0, or give the sector a theta.",
            ));
        }
    }
    let is_sound = faults.as_slice().len() == before;
    for (sector, _) in axes.sectors.iter().zip(&scale).filter(|(_, value)| is_sound && value.is_nan()) {
        faults.push(Fault {
            file: file.to_owned(),
            line: None,
            field: "sector".into(),
            found: format!("no row for {}", sector.id),
            expected: "a row for every sector; 0 for constant returns".into(),
            remedy: "Add the row; missing is not zero.".into(),
        });
    }
    scale
}
