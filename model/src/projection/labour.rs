//! Jobs in persons: how fast they move between sectors, and whom that displaces.
//!
//! ```text
//! 1 + e*[t]  = (1 + b[t]) sum L / sum L (1 + b[t])
//! e[t]       = e[t-1] + lambda (e*[t] - e[t-1])
//! displaced  = L max(0, e[t-1] - e[t] - attrition)
//! ```
//!
//! e is the deviation of a sector's jobs from the baseline as a share of them, e* the one at full employment that the
//! equilibrium of the year asks for, L the workers of the baseline. b is the change of the sector's share in the wage bill of
//! its country; shares in persons are others, so that e* is scaled until no job is lost or made in the country as a whole. What leaves within the normal net turnover of a sector
//! is not replaced; who leaves beyond it is displaced. L is that of the year of the table. Turnover is that of whole
//! sectors: changes of a few percent over years never displace anybody in this sense, while some firms close. So spending
//! for all jobs given up stands beside it, as the most that it can be.
//!
//! Source: `docs/model.md` section 6; speed after Artuc, Chaudhuri & McLaren (2010).

use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

use crate::data::{Axes, Files, Holds, MARK, NOTE, Names, SOURCE, SectorKind, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};

const COUNTRY: &str = "country of the baseline";
const SECTOR: &str = "sector of the baseline";

const WORKERS: TableRule = TableRule {
    file: "workers.csv",
    columns: &[
        column("country", Holds::Known(&[COUNTRY])),
        column("sector", Holds::Known(&[SECTOR])),
        column("persons", Holds::Number(0.0, 1e10, "persons, 0 or more")),
        SOURCE.may_be_missing(),
        MARK.may_be_missing(),
        NOTE.may_be_missing(),
    ],
    key: &["country", "sector"],
};

/// Quantities of `labour.csv`, in the order of [`Labour`]'s fields.
const QUANTITIES: [&str; 4] =
    ["speed_ratio", "attrition_goods_ratio", "attrition_services_ratio", "assistance_usd"];

const TERMS: TableRule = TableRule {
    file: "labour.csv",
    columns: &[
        column("quantity", Holds::Word).or(&QUANTITIES),
        column("value", Holds::Number(0.0, 1e7, "0 or more")),
        SOURCE,
        MARK,
        NOTE.may_be_missing(),
    ],
    key: &["quantity"],
};

/// Workers, and how they move.
#[derive(Debug, Clone, PartialEq)]
pub struct Labour {
    /// Persons, `[n,j]`.
    workers: Array2<f64>,
    /// Share of the gap that closes in a year.
    speed: f64,
    /// Share of jobs a year that is given up without being replaced, `[j]`.
    attrition: Array1<f64>,
    /// Spending for each displaced worker, USD.
    assistance_usd: f64,
}

/// Jobs of one year against the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct JobYear {
    /// Share of the baseline's, less 1, `[n,j]`.
    pub ratio: Array2<f64>,
    /// The same in persons, `[n,j]`.
    pub persons: Array2<f64>,
    /// Jobs that shrinking sectors gave up in the year, persons, `[n]`.
    pub given_up: Array1<f64>,
    /// Workers displaced in the year, persons, `[n]`.
    pub displaced: Array1<f64>,
    /// Spending for them, `[n]`, million USD.
    pub assistance_musd: Array1<f64>,
    /// Spending if every job given up displaces its worker, `[n]`, million USD: the most that it can be.
    pub assistance_most_musd: Array1<f64>,
}

impl Labour {
    /// Reads `workers.csv` (`country,sector,persons`) of a baseline folder and `labour.csv`
    /// (`quantity,value,source,mark`) of the folder `years`.
    ///
    /// # Errors
    /// [`InputErrors`]: no such file, a country, sector or quantity that is missing or there twice, numbers out of range.
    pub fn read(baseline: &Files, years: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let workers = read_workers(baseline, axes, &mut faults);
        let terms = read_terms(years, &mut faults);
        let [speed, goods, services, assistance_usd] = terms;
        let of_kind = |kind| if kind == SectorKind::Goods { goods } else { services };
        let attrition = axes.sectors.iter().map(|sector| of_kind(sector.kind)).collect();
        faults.into_result(Self { workers, speed, attrition, assistance_usd })
    }

    /// The year that follows `before` (shares less 1, `[n,j]`), where shares in the wage bill change by `share_pct`.
    #[must_use]
    pub fn next(&self, before: ArrayView2<'_, f64>, share_pct: &Array2<f64>) -> JobYear {
        let moved = self.speed * (self.full_employment(share_pct) - before);
        let ratio = &before + &moved;
        let given_up =
            Zip::from(&self.workers).and(&moved).map_collect(|workers, moved| workers * (-moved).max(0.0));
        let kept = &self.workers * &self.attrition;
        let displaced = Zip::from(&given_up)
            .and(&kept)
            .map_collect(|given_up, kept| (given_up - kept).max(0.0))
            .sum_axis(Axis(1));
        let (given_up, musd) = (given_up.sum_axis(Axis(1)), self.assistance_usd / 1e6);
        JobYear {
            persons: &self.workers * &ratio,
            assistance_musd: &displaced * musd,
            assistance_most_musd: &given_up * musd,
            given_up,
            displaced,
            ratio,
        }
    }

    /// Jobs at full employment as shares of those of the baseline, less 1, `[n,j]`.
    fn full_employment(&self, share_pct: &Array2<f64>) -> Array2<f64> {
        let asked = share_pct.mapv(|pct| 1.0 + pct / 100.0);
        let (there, wanted) = (self.workers.sum_axis(Axis(1)), (&self.workers * &asked).sum_axis(Axis(1)));
        // A country without workers has nothing to scale.
        let scale = Zip::from(&there).and(&wanted).map_collect(|a, b| if *b > 0.0 { a / b } else { 1.0 });
        asked * scale.insert_axis(Axis(1)) - 1.0
    }
}

fn read_workers(baseline: &Files, axes: &Axes, faults: &mut Faults) -> Array2<f64> {
    let mut workers = Array2::from_elem((axes.n_countries(), axes.n_sectors()), f64::NAN);
    let text = match baseline.read(WORKERS.file) {
        Ok(text) => text,
        Err(fault) => {
            let remedy = "Add workers.csv (country,sector,persons), or switch labour off in the plan.".into();
            faults.push(Fault { remedy, ..fault });
            return workers;
        }
    };
    let file = baseline.display(WORKERS.file);
    let mut names = Names::default();
    names.add(COUNTRY, axes.countries.iter().map(|country| country.iso3.as_str()));
    names.add(SECTOR, axes.sectors.iter().map(|sector| sector.id.as_str()));
    let before = faults.as_slice().len();
    let table = WORKERS.parse(&file, &text, faults);
    for row in table.iter().flat_map(|table| WORKERS.check(table, &names, faults)).collect::<Vec<_>>() {
        let at = (row.position("country", &axes.country_idx), row.position("sector", &axes.sector_idx));
        if let ((Some(n), Some(j)), Some(persons)) = (at, row.value("persons")) {
            workers[[n, j]] = persons;
        }
    }
    let is_sound = faults.as_slice().len() == before;
    for ((n, j), _) in workers.indexed_iter().filter(|(_, persons)| is_sound && persons.is_nan()) {
        faults.push(Fault {
            file: file.clone(),
            line: None,
            field: "country,sector".into(),
            found: format!("no row for {},{}", axes.countries[n].iso3, axes.sectors[j].id),
            expected: "workers of every country and sector".into(),
            remedy: "Add the row; missing is not zero.".into(),
        });
    }
    workers
}

fn read_terms(years: &Files, faults: &mut Faults) -> [f64; QUANTITIES.len()] {
    let mut terms = [f64::NAN; QUANTITIES.len()];
    let text = match years.read(TERMS.file) {
        Ok(text) => text,
        Err(fault) => {
            faults.push(fault);
            return terms;
        }
    };
    let file = years.display(TERMS.file);
    let before = faults.as_slice().len();
    let table = TERMS.parse(&file, &text, faults);
    for row in
        table.iter().flat_map(|table| TERMS.check(table, &Names::default(), faults)).collect::<Vec<_>>()
    {
        let (quantity, value) = (row.text("quantity"), row.value("value").unwrap_or(f64::NAN));
        if quantity.ends_with("_ratio") && value > 1.0 {
            faults.push(row.fault("value", "a ratio, 0 to 1", "Write 0.3 for 30 %."));
        }
        if let Some(at) = QUANTITIES.iter().position(|known| *known == quantity) {
            terms[at] = value;
        }
    }
    let is_sound = faults.as_slice().len() == before;
    for (quantity, _) in QUANTITIES.iter().zip(terms).filter(|(_, value)| is_sound && value.is_nan()) {
        faults.push(Fault {
            file: file.clone(),
            line: None,
            field: "quantity".into(),
            found: format!("no row for {quantity}"),
            expected: QUANTITIES.join(", "),
            remedy: "Add the row; missing is not zero.".into(),
        });
    }
    terms
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::Labour;

    #[test]
    fn jobs_close_their_gap_and_only_what_attrition_does_not_cover_is_displaced() {
        let labour = Labour {
            workers: array![[1000.0, 2000.0]],
            speed: 0.3,
            attrition: array![0.06, 0.08],
            assistance_usd: 8400.0,
        };
        // Shares in the wage bill that leave jobs as they are need no scale. A sector that is to lose 40 % of its jobs loses 12 % in the first year, of which 6 % retire or leave.
        let target = array![[-40.0, 20.0]];
        let first = labour.next(Array2::zeros((1, 2)).view(), &target);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(first.persons[[0, 0]], -120.0) && close(first.persons[[0, 1]], 120.0));
        assert!(close(first.given_up[0], 120.0) && close(first.displaced[0], 60.0));
        assert!(close(first.assistance_musd[0], 60.0 * 8400.0 / 1e6));
        assert!(close(first.assistance_most_musd[0], 120.0 * 8400.0 / 1e6));
        // The second year closes 30 % of the rest: 8.4 %, of which 2.4 % beyond attrition.
        let second = labour.next(first.ratio.view(), &target);
        assert!(close(second.displaced[0], 24.0));
        let later = (0..120).fold(second, |year, _| labour.next(year.ratio.view(), &target));
        assert!(close(later.persons[[0, 0]], -400.0) && close(later.displaced[0], 0.0));
    }

    #[test]
    fn no_job_is_lost_or_made_in_a_country_as_a_whole() {
        let labour = Labour {
            workers: array![[1000.0, 2000.0, 500.0], [0.0, 0.0, 0.0]],
            speed: 0.3,
            attrition: array![0.06, 0.08, 0.08],
            assistance_usd: 8400.0,
        };
        let target = array![[-40.0, 30.0, 7.0], [1.0, 2.0, 3.0]];
        let mut year = labour.next(Array2::zeros((2, 3)).view(), &target);
        for _ in 0..3 {
            assert!(year.persons.row(0).sum().abs() < 1e-9 && year.persons.row(1).sum() == 0.0);
            assert!(year.persons[[0, 0]] < -100.0 && year.ratio.iter().all(|share| share.is_finite()));
            year = labour.next(year.ratio.view(), &target);
        }
        // Sectors keep their places towards each other.
        let full = labour.full_employment(&target);
        assert!(((1.0 + full[[0, 1]]) / (1.0 + full[[0, 0]]) - 1.3 / 0.6).abs() < 1e-12);
    }
}
