//! A schedule line by line: base rates, existing programmes and the staging of a further agreement.
//!
//! A line pays the lowest of three rates: most-favoured-nation, the rate of a programme that the partner has, and the
//! rate of the further agreement. A line with a specific or compound duty has no ad-valorem equivalent here. Its rate
//! is missing (NaN), which is not zero, unless a programme makes the line free.

use ndarray::{Array3, Zip};

/// Rate that a programme gives on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ProgrammeRate {
    /// Free of duty.
    Free,
    /// Percent of the value.
    Pct(f64),
    /// Text without an ad-valorem rate (`See 9912.05`, a specific duty); counts as no preference.
    Other,
}

/// A tariff line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Code.
    pub code: String,
    /// Position of its product group.
    pub group: usize,
    /// Most-favoured-nation rate, percent; `None` = no ad-valorem equivalent.
    pub mfn_pct: Option<f64>,
    /// True if the rate is the equivalent of a specific or compound duty.
    pub is_estimate: bool,
    /// Programmes that the line names, with their rate.
    pub programmes: Vec<(String, ProgrammeRate)>,
}

impl Line {
    /// Lowest rate among the `programmes` that a partner has; `None` if no programme gives one.
    #[must_use]
    pub fn preference_pct(&self, programmes: &[String]) -> Option<f64> {
        let own = self.programmes.iter().filter(|(code, _)| programmes.contains(code));
        own.filter_map(|(_, rate)| match rate {
            ProgrammeRate::Free => Some(0.0),
            ProgrammeRate::Pct(pct) => Some(*pct),
            ProgrammeRate::Other => None,
        })
        .min_by(f64::total_cmp)
    }

    /// Rate without a further agreement, percent; NaN if there is no ad-valorem equivalent.
    #[must_use]
    pub fn existing_pct(&self, programmes: &[String]) -> f64 {
        let mfn = self.mfn_pct.unwrap_or(f64::NAN);
        self.preference_pct(programmes).map_or(mfn, |pct| mfn.min(pct))
    }
}

/// Reads the special column: rates before brackets of programme codes, `Free (AU,CL,S) 2.5% (KR) See 9912.05 (JO)`.
#[must_use]
pub fn parse_special(text: &str) -> Vec<(String, ProgrammeRate)> {
    let mut programmes = Vec::new();
    let mut rest = text;
    while let Some((rate, after)) = rest.split_once('(') {
        let (codes, after) = after.split_once(')').unwrap_or((after, ""));
        let rate = parse_rate(rate);
        let codes = codes.split(',').map(str::trim).filter(|code| !code.is_empty());
        programmes.extend(codes.map(|code| (code.to_owned(), rate)));
        rest = after;
    }
    programmes
}

fn parse_rate(text: &str) -> ProgrammeRate {
    let text = text.trim();
    if text.to_ascii_lowercase().starts_with("free") {
        return ProgrammeRate::Free;
    }
    let pct = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    pct.filter(|pct| pct.is_finite() && *pct >= 0.0).map_or(ProgrammeRate::Other, ProgrammeRate::Pct)
}

/// A partner: its programmes, and the shares of the duties that a further agreement leaves.
#[derive(Debug, Clone, Default)]
pub struct PartnerTerms {
    /// Codes of its programmes.
    pub programmes: Vec<String>,
    /// Shares of the most-favoured-nation rates left, `[year][g]`; `None` in a year = not in force.
    pub left_share: Vec<Option<Vec<f64>>>,
}

/// All lines of one importer.
#[derive(Debug, Clone, Default)]
pub struct LineSchedule {
    /// Lines in the order of the source.
    pub lines: Vec<Line>,
}

impl LineSchedule {
    /// Rates of all lines in percent, `[partner, year, line]`; NaN if there is no ad-valorem equivalent.
    ///
    /// Single precision halves the memory and keeps seven digits of a rate. Cost: one pass over the result.
    #[must_use]
    pub fn resolve(&self, partners: &[PartnerTerms], n_years: usize) -> Array3<f32> {
        let mut rates = Array3::from_elem((partners.len(), n_years, self.lines.len()), f32::NAN);
        for (partner, mut of_partner) in partners.iter().zip(rates.outer_iter_mut()) {
            let existing: Vec<f64> =
                self.lines.iter().map(|line| line.existing_pct(&partner.programmes)).collect();
            for (year, row) in of_partner.outer_iter_mut().enumerate() {
                let left = partner.left_share.get(year).and_then(Option::as_ref);
                Zip::from(row).and(&self.lines).and(&existing).for_each(|rate, line, known| {
                    // Without a preference all of the rate is left.
                    let further = left.map_or(1.0, |left| left[line.group]);
                    // A share of zero is zero whatever the missing rate is: the line is free.
                    let offered = match (line.mfn_pct, further) {
                        (Some(mfn), _) => mfn * further,
                        (None, 0.0) => 0.0,
                        (None, _) => f64::NAN,
                    };
                    *rate = known.min(offered) as f32;
                });
            }
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LineSchedule, PartnerTerms, ProgrammeRate, parse_special};

    #[test]
    fn the_special_column_names_rates_and_programmes() {
        let read = parse_special("Free (A+, AU,S) 2.5% (KR) See 9912.05.05 (JO)");
        let find = |code: &str| read.iter().find(|(known, _)| known == code).map(|(_, rate)| *rate);
        assert_eq!(find("AU"), Some(ProgrammeRate::Free));
        assert_eq!(find("A+"), Some(ProgrammeRate::Free));
        assert_eq!(find("KR"), Some(ProgrammeRate::Pct(2.5)));
        assert_eq!(find("JO"), Some(ProgrammeRate::Other));
        assert_eq!(find("SG"), None);
        assert_eq!(parse_special("1e999% (AU)"), [("AU".to_owned(), ProgrammeRate::Other)], "no finite rate");
        assert!(parse_special("").is_empty());
    }

    #[test]
    fn a_line_pays_the_lowest_rate_and_a_missing_rate_is_not_zero() {
        let line = |mfn_pct, special: &str| Line {
            code: String::new(),
            group: 0,
            mfn_pct,
            is_estimate: false,
            programmes: parse_special(special),
        };
        let lines =
            vec![line(Some(10.0), "Free (AU) 4% (KR)"), line(None, "Free (AU)"), line(Some(10.0), "")];
        let schedule = LineSchedule { lines };
        let partner = |code: &str, left_share: Vec<Option<Vec<f64>>>| PartnerTerms {
            programmes: vec![code.to_owned()],
            left_share,
        };
        let staged = vec![None, Some(vec![0.5]), Some(vec![0.0])];
        let rates = schedule.resolve(&[partner("AU", staged.clone()), partner("KR", staged)], 3);
        let row = |partner: usize, year: usize| [0, 1, 2].map(|line| rates[[partner, year, line]]);
        assert_eq!(row(0, 0), [0.0, 0.0, 10.0]);
        assert_eq!(row(0, 1), [0.0, 0.0, 5.0]);
        assert!(row(1, 0)[1].is_nan() && row(1, 1)[1].is_nan());
        assert_eq!([row(1, 0)[0], row(1, 1)[0], row(1, 2)[0]], [4.0, 4.0, 0.0]);
        assert_eq!([row(1, 1)[2], row(1, 2)[2], row(1, 2)[1]], [5.0, 0.0, 0.0]);
    }
}
