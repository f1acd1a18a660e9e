//! Value added by industry, and its share in output.

use std::path::Path;

use ndarray::{Array1, Array2, Zip};

use super::concordance::Concordance;
use super::figures::{ANY, FLOW, YEAR, check_filled, economy};
use super::tables::NATIONAL_CODES;
use crate::calibration::Reading;

/// Classification of the table of output and value added.
const OUTPUT_CODES: &str = "wiod2013";

/// Value added by industry, `[n]` each, in the order of industries.
pub fn read(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Vec<(String, Array1<f64>)>> {
    let path = data.join("va_employment/oecd_iot2021_va_2018_45sectors.csv");
    let table = reading.table(&path, &["iso3", "sector", "va_musd"])?;
    reading.each_once(&table, &["iso3", "sector"]);
    let mut industries: Vec<(String, Array1<f64>)> = Vec::new();
    for row in table.rows() {
        let code = row.text("sector");
        if by.parts(NATIONAL_CODES, code).is_empty() {
            reading.left(&table, "of industries without a sector", code);
        }
        let at = industries.iter().position(|(known, _)| known == code).unwrap_or_else(|| {
            industries.push((code.to_owned(), Array1::zeros(by.axes.n_countries())));
            industries.len() - 1
        });
        if let (Some(n), Some(musd)) =
            (economy(&row, "iso3", by, reading), reading.number(&row, "va_musd", ANY))
        {
            industries[at].1[n] += musd.max(0.0);
        }
    }
    let zeros = Array1::zeros(by.axes.n_countries());
    let sums = industries.iter().fold(zeros, |sum, (_, value)| sum + value);
    check_filled(&table, "va_musd", &sums, by, reading);
    Some(industries)
}

/// Value added over output by sector in the base year, `[n,j]`; NaN where the table knows neither.
pub fn read_shares(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = data.join("adb_mrio_summary/summary_72econ_2017_2022.csv.gz");
    let table = reading.table(&path, &["year", "iso3", "sector", "output", "va"])?;
    let dim = (by.axes.n_countries(), by.axes.n_sectors());
    let (mut output, mut value_added) = (Array2::zeros(dim), Array2::<f64>::zeros(dim));
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let n = economy(&row, "iso3", by, reading);
        let numbers = (reading.number(&row, "output", FLOW), reading.number(&row, "va", ANY));
        if let (Some(n), (Some(made), Some(va))) = (n, numbers) {
            for &(j, share) in by.parts(OUTPUT_CODES, row.text("sector")) {
                output[[n, j]] += share * made;
                value_added[[n, j]] += share * va.max(0.0);
            }
        }
    }
    let share = |va: &f64, made: &f64| if *made > 1.0 { va / made } else { f64::NAN };
    Some(Zip::from(&value_added).and(&output).map_collect(share))
}

#[cfg(test)]
mod tests {
    use crate::calibration::Reading;
    use crate::calibration::apac::fixtures::{AAA, CARS, CCC, FREIGHT, GRAIN, concordance};

    #[test]
    fn value_added_is_added_up_by_industry_and_economy() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("va_employment");
        std::fs::create_dir(&at).unwrap();
        let rows = "iso3,sector,va_musd\nAAA,farm,5\nBBB,farm,1\nCCC,farm,2\nDDD,farm,3\nZZZ,works,7\nCCC,works,-4\n";
        std::fs::write(at.join("oecd_iot2021_va_2018_45sectors.csv"), rows).unwrap();
        let mut reading = Reading::new();
        let read = super::read(folder.path(), &concordance(&[]), &mut reading).unwrap();
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["farm", "works"]);
        assert_eq!(read[0].1.to_vec(), [5.0, 1.0, 5.0, 0.0]);
        assert_eq!(read[1].1.to_vec(), [0.0, 0.0, 0.0, 7.0], "less than nothing is nothing");
    }

    #[test]
    fn shares_of_value_added_are_those_of_the_base_year() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("adb_mrio_summary");
        std::fs::create_dir(&at).unwrap();
        let rows = "year,iso3,sector,output,va\n2019,AAA,c1,10,4\n2019,AAA,c2,30,6\n2018,AAA,c1,10,9\n2019,CCC,c1,0.5,0.1\n";
        std::fs::write(at.join("summary_72econ_2017_2022.csv.gz"), rows).unwrap();
        let by = concordance(&["wiod2013,c1,grain,1", "wiod2013,c2,grain,0.5", "wiod2013,c2,cars,0.5"]);
        let mut reading = Reading::new();
        let shares = super::read_shares(folder.path(), &by, &mut reading).unwrap();
        assert_eq!([shares[[AAA, GRAIN]], shares[[AAA, CARS]]], [7.0 / 25.0, 0.2]);
        assert!(shares[[AAA, FREIGHT]].is_nan() && shares[[CCC, GRAIN]].is_nan(), "{shares}");
    }
}
