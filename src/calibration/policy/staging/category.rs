//! Which staging a line shows: its base rate, what is published of its path, and what fits both.
//!
//! ```text
//! rate after cut k of n equal cuts             b (1 - k / n)
//! half at entry, then equal cuts               b / 2 (n - k) / (n - 1)
//! published = computed rate, cut off after the first decimal
//! ```

use crate::schedules::Category;

/// Longest staging that is looked for, cuts.
const LONGEST: u32 = 30;
/// A published rate has one decimal and is cut off: it lies this far below the computed one at most. Percentage points.
const STEP_PP: f64 = 0.1;
/// Slack for rates that are computed in binary.
const SLACK_PP: f64 = 1e-6;
/// Latest cut before which a line is held, and the published rates that it takes to tell so.
const LONGEST_DELAY: u32 = 6;
const LEAST_RATES_OF_DELAY: usize = 4;
/// Cut by which a path that no rule fits has reached its end.
const LAST_CUT: u32 = 16;

/// What is published of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Rate before the agreement, percent; `None` = not known.
    pub base_pct: Option<f64>,
    /// Cut and rate after it, percent; in order of the cuts.
    pub rates: Vec<(u32, f64)>,
    /// Rate when all cuts are made, percent; `None` = not known.
    pub end_pct: Option<f64>,
}

/// The staging that a line shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Code: `EIF`, `B2` to `B30`, `MFN`, `H11` (half at entry, free at cut 11) or `L...` (as listed).
    pub code: String,
    /// Kind and path of a code that is not built in, empty for one that is.
    pub path: String,
    /// Rate before the agreement, percent; `None` = not known.
    pub base_pct: Option<f64>,
    /// True if a rule gives every published rate; false if the path was only read off.
    pub is_rule: bool,
}

impl Found {
    fn builtin(code: &str, base_pct: Option<f64>) -> Self {
        Self { code: code.to_owned(), path: String::new(), base_pct, is_rule: true }
    }

    /// The staging as the program computes with it.
    pub fn category(&self) -> Category {
        let listed = || self.path.split_once(' ').and_then(|(kind, path)| Category::listed(kind, path));
        let category = if self.path.is_empty() { Category::builtin(&self.code) } else { listed() };
        category.unwrap_or(Category::Excluded)
    }
}

/// True if a published rate is the computed one, cut off or rounded.
pub fn is_met(computed_pct: f64, published_pct: f64) -> bool {
    (computed_pct - published_pct).abs() < STEP_PP - SLACK_PP
}

impl Published {
    /// The staging that gives the published rates; a line that is free at the first of them falls under `early`.
    ///
    /// `listed` are paths by code that are known beside equal cuts. Without a base rate the one is taken with which a rule
    /// fits, a round one first.
    pub fn staging(&self, early: &str, listed: &[(String, String)]) -> Found {
        let first = self.rates.first().map_or(0.0, |(_, pct)| *pct);
        if first == 0.0 {
            return Found::builtin(early, self.base_pct);
        }
        let bases: Vec<f64> = match self.base_pct {
            Some(base) => vec![base],
            None => self.likely_bases(),
        };
        let fits = |found: &Found| {
            let (Some(base), category) = (found.base_pct, found.category()) else { return false };
            self.rates.iter().all(|(cut, pct)| is_met(base * category.remaining_share(*cut), *pct))
        };
        let held = [Found::builtin("MFN", Some(self.base_pct.unwrap_or(first)))];
        let delays = if self.tells_delays() { LONGEST_DELAY } else { 0 };
        let rules = bases.iter().flat_map(|base| rules(*base, listed));
        let rules = rules.chain(bases.iter().flat_map(|base| delayed(*base, delays)));
        held.into_iter()
            .chain(rules)
            .find(fits)
            .unwrap_or_else(|| self.listed(self.base_pct.unwrap_or(first)))
    }

    /// Base rates with which equal cuts may give the published rates: multiples of 5, of 1, of a half.
    fn likely_bases(&self) -> Vec<f64> {
        let (cut, pct) = self.rates[0];
        let mut bases = Vec::new();
        for unit in [5.0, 1.0, 0.5] {
            let delays = if self.tells_delays() { 0..=LONGEST_DELAY.min(cut) } else { 0..=0 };
            for (delay, n) in delays.flat_map(|delay| (cut - delay + 1..=LONGEST).map(move |n| (delay, n))) {
                let base = pct / (1.0 - f64::from(cut - delay) / f64::from(n));
                let round = (base / unit).round() * unit;
                if (round - base).abs() <= unit.min(STEP_PP * base / pct) && !bases.contains(&round) {
                    bases.push(round);
                }
            }
        }
        bases
    }

    /// True if the rates are enough to tell late equal cuts from early ones.
    fn tells_delays(&self) -> bool {
        self.rates.len() >= LEAST_RATES_OF_DELAY
    }

    /// The path as it is published: linear between what is known, to the end rate at the last.
    fn listed(&self, base_pct: f64) -> Found {
        let share = |pct: f64| ((pct / base_pct).clamp(0.0, 1.0) * 1000.0).round() / 1000.0;
        let mut points: Vec<(u32, f64)> = self.rates.iter().map(|(cut, pct)| (*cut, share(*pct))).collect();
        if let [.., (_, before), (cut, last)] = self.rates[..]
            && before > last
            && last > 0.0
        {
            // Still falling when last published: on to zero in the same steps.
            points.push((cut + (last / (before - last)).ceil() as u32, 0.0));
        } else if let Some(end) = self.end_pct {
            let (cut, last) = *points.last().expect("a line that is not free has a rate");
            if cut < LAST_CUT {
                points.push((LAST_CUT, share(end).min(last)));
            }
        }
        let path: Vec<String> = points.iter().map(|(cut, share)| format!("{cut}:{share}")).collect();
        let (cut, left) = points[0];
        let code = format!("L{cut}-{:.0}", 100.0 * left);
        Found { code, path: format!("linear {}", path.join(";")), base_pct: Some(base_pct), is_rule: false }
    }
}

/// The rules in the order in which they are tried.
fn rules(base_pct: f64, listed: &[(String, String)]) -> impl Iterator<Item = Found> {
    let base_pct = Some(base_pct);
    let equal = (1..=LONGEST).map(move |n| {
        let code = if n == 1 { "EIF".to_owned() } else { format!("B{n}") };
        Found::builtin(&code, base_pct)
    });
    let halved = (3..=LONGEST).map(|n| (format!("H{n}"), format!("linear 1:0.5;{n}:0")));
    let listed = halved.chain(listed.iter().cloned());
    equal.chain(listed.map(move |(code, path)| Found { code, path, base_pct, is_rule: true }))
}

/// Held until a cut, then free in equal cuts: `D2-11` is held at the second and takes eleven more.
fn delayed(base_pct: f64, longest_delay: u32) -> impl Iterator<Item = Found> {
    let base_pct = Some(base_pct);
    let all = (1..=longest_delay).flat_map(|delay| (1..=LONGEST).map(move |n| (delay, n)));
    all.map(move |(delay, n)| Found {
        code: format!("D{delay}-{n}"),
        path: format!("linear {delay}:1;{}:0", delay + n),
        base_pct,
        is_rule: true,
    })
}

#[cfg(test)]
mod tests {
    use super::{Published, is_met};

    fn published(base_pct: Option<f64>, first: u32, rates: &[f64]) -> Published {
        let rates = rates.iter().enumerate().map(|(k, pct)| (first + k as u32, *pct)).collect();
        Published { base_pct, rates, end_pct: None }
    }

    #[test]
    fn rates_are_cut_off_after_the_first_decimal() {
        assert!(is_met(17.018, 17.0) && is_met(5.6, 5.6));
        assert!(is_met(9.273, 9.2) && is_met(2.56, 2.5) && is_met(6.667, 6.66) && !is_met(9.3, 9.2));
    }

    #[test]
    fn equal_cuts_are_told_by_base_and_rate() {
        // Livers 12.8 % in 16 cuts, tongues halved at entry and free at cut 11, canned pineapple in 11 cuts.
        let code =
            |base: f64, cut: u32, pct: f64| published(Some(base), cut, &[pct]).staging("EIF", &[]).code;
        assert_eq!(code(12.8, 7, 7.2), "B16");
        assert_eq!(code(12.8, 7, 2.5), "H11");
        assert_eq!(code(46.8, 7, 17.0), "B11");
        assert_eq!(code(12.8, 9, 12.8), "MFN");
        assert_eq!(code(12.8, 9, 0.0), "EIF");
        // New Zealand after four cuts.
        assert_eq!(code(5.0, 4, 2.1), "B7");
        assert_eq!(code(10.0, 4, 2.0), "B5");
    }

    #[test]
    fn a_path_tells_the_base_rate_too() {
        let found = |rates: &[f64]| {
            let found = published(None, 4, rates).staging("EIF", &[]);
            (found.code, found.base_pct)
        };
        assert_eq!(found(&[16.2, 13.5, 10.8, 8.1, 5.4, 2.7, 0.0]), ("B10".to_owned(), Some(27.0)));
        assert_eq!(found(&[7.5, 5.6, 3.7, 1.8, 0.0, 0.0, 0.0]), ("B8".to_owned(), Some(15.0)));
        assert_eq!(found(&[3.3, 1.6, 0.0, 0.0, 0.0, 0.0, 0.0]), ("B6".to_owned(), Some(10.0)));
        assert_eq!(found(&[5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0]), ("MFN".to_owned(), Some(5.0)));
        assert_eq!(found(&[0.0; 7]), ("EIF".to_owned(), None));
        // Held until the second cut, then eleven equal ones; held until the fifth, then seven.
        assert_eq!(found(&[57.2, 50.9, 44.5, 38.1, 31.8, 25.4, 19.0]), ("D2-11".to_owned(), Some(70.0)));
        assert_eq!(found(&[35.0, 35.0, 30.0, 25.0, 20.0, 15.0, 10.0]), ("D5-7".to_owned(), Some(35.0)));
    }

    #[test]
    fn what_no_rule_gives_is_listed() {
        let found = published(Some(38.5), 9, &[20.8]).staging("EIF", &[]);
        assert_eq!((found.path.as_str(), found.is_rule), ("linear 9:0.54", false));
        let with_end = Published { end_pct: Some(9.0), ..published(Some(38.5), 9, &[20.8]) };
        assert_eq!(with_end.staging("EIF", &[]).path, "linear 9:0.54;16:0.234");
        // Still falling: on in the last step.
        let falling = published(Some(52.0), 4, &[52.0, 45.0, 36.0, 30.0, 25.0, 20.0]).staging("EIF", &[]);
        assert!(falling.path.ends_with("9:0.385;13:0"), "{}", falling.path);
    }
}
