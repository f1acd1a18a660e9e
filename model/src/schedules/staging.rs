//! Staging categories: the share of a base rate that is left in year `k` after entry into force.

/// How a rate is cut. Year 1 begins on entry into force, each later year on the importer's annual cut date.
#[derive(Debug, Clone, PartialEq)]
pub enum Category {
    /// Equal annual steps, free in year `years`; `EIF` is one step, `B5` five.
    EqualSteps {
        /// Steps.
        years: u32,
    },
    /// Shares left by year; each is held until the next year that is named.
    Held(Vec<(u32, f64)>),
    /// Shares left by year; equal yearly steps between the years that are named.
    Linear(Vec<(u32, f64)>),
    /// No cut: the most-favoured-nation rate stays. Parts under a tariff-rate quota use this too, since the next
    /// unit pays the rate outside the quota.
    Excluded,
}

impl Category {
    /// Reads the codes that need no table: `EIF`, `B2` to `B30`, `MFN` and `TRQ`.
    #[must_use]
    pub fn builtin(code: &str) -> Option<Self> {
        match code {
            "EIF" => Some(Self::EqualSteps { years: 1 }),
            "MFN" | "TRQ" => Some(Self::Excluded),
            _ => {
                let years: u32 = code.strip_prefix('B')?.parse().ok()?;
                (2..=30).contains(&years).then_some(Self::EqualSteps { years })
            }
        }
    }

    /// Reads a path `1:0.71;10:0.52;16:0.23` of shares left, `kind` being `held` or `linear`.
    ///
    /// `None` if the path is empty, its years do not rise, or a share rises or leaves 0..1.
    #[must_use]
    pub fn listed(kind: &str, path: &str) -> Option<Self> {
        let points: Vec<(u32, f64)> = path
            .split(';')
            .map(|point| {
                let (year, share) = point.split_once(':')?;
                Some((year.trim().parse().ok()?, share.trim().parse().ok()?))
            })
            .collect::<Option<_>>()?;
        let is_cut = points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1);
        let is_share =
            points.iter().all(|(year, share)| (1..=100).contains(year) && (0.0..=1.0).contains(share));
        match (kind, is_cut && is_share) {
            ("held", true) => Some(Self::Held(points)),
            ("linear", true) => Some(Self::Linear(points)),
            _ => None,
        }
    }

    /// Describes what a path should look like, naming the first point that is wrong.
    #[must_use]
    pub fn expected(kind: &str, path: &str) -> String {
        let shape = "year:share pairs such as 1:0.7;10:0.5 with rising years and falling shares within 0..1, and kind held or linear";
        if !matches!(kind, "held" | "linear") {
            return format!("{shape}; the kind is {kind}");
        }
        let mut before = (0, 1.0);
        for point in path.split(';') {
            let pair = point.split_once(':');
            let read =
                pair.and_then(|(year, share)| Some((year.trim().parse().ok()?, share.trim().parse().ok()?)));
            let Some((year, share)) = read else { return format!("{shape}; {point} is no such pair") };
            if year > 100 {
                return format!("{shape}; year {year} is beyond 100");
            }
            if year <= before.0 {
                return format!("{shape}; year {year} does not follow year {}", before.0);
            }
            if !(0.0..=before.1).contains(&share) {
                return format!("{shape}; in year {year} a share of at most {}", before.1);
            }
            before = (year, share);
        }
        shape.to_owned()
    }

    /// Share of the base rate left in year `year` (1 = from entry into force).
    ///
    /// ```
    /// use tradepath_model::schedules::Category;
    ///
    /// // Five equal steps: a fifth goes on entry, the rest by year 5.
    /// let five_steps = Category::builtin("B5").unwrap();
    /// assert_eq!([1, 5].map(|year| five_steps.remaining_share(year)), [0.8, 0.0]);
    /// // Held for three years, then halved.
    /// let late = Category::listed("held", "4:0.5").unwrap();
    /// assert_eq!([3, 4].map(|year| late.remaining_share(year)), [1.0, 0.5]);
    /// ```
    #[must_use]
    pub fn remaining_share(&self, year: u32) -> f64 {
        match self {
            Self::Excluded => 1.0,
            Self::EqualSteps { years } => 1.0 - f64::from(year.min(*years)) / f64::from(*years),
            // Before the first point nothing is cut.
            Self::Held(points) => {
                points.iter().rev().find(|(from, _)| *from <= year).map_or(1.0, |(_, share)| *share)
            }
            Self::Linear(points) => linear(points, year),
        }
    }
}

/// Linear between the points, starting from 1 in year 0; constant after the last point.
fn linear(points: &[(u32, f64)], year: u32) -> f64 {
    let mut before = (0, 1.0);
    for &(at, share) in points {
        if year <= at {
            let done = f64::from(year - before.0) / f64::from(at - before.0);
            return before.1 + done * (share - before.1);
        }
        before = (at, share);
    }
    before.1
}

#[cfg(test)]
mod tests {
    use super::Category;

    fn pct(base: f64, category: &Category, year: u32) -> f64 {
        (base * category.remaining_share(year) * 1e6).round() / 1e6
    }

    #[test]
    fn equal_steps_are_free_in_their_last_year() {
        let five = Category::builtin("B5").unwrap();
        assert_eq!([1, 2, 4, 5, 9].map(|year| pct(10.0, &five, year)), [8.0, 6.0, 2.0, 0.0, 0.0]);
        assert_eq!(pct(10.0, &Category::builtin("EIF").unwrap(), 1), 0.0);
        assert_eq!(pct(10.0, &Category::builtin("MFN").unwrap(), 30), 10.0);
        assert_eq!(Category::builtin("B1"), None);
        assert_eq!(Category::builtin("Bx"), None);
    }

    #[test]
    fn beef_into_japan_falls_to_9_percent_in_year_16() {
        let beef = Category::listed("linear", "1:0.714285714;10:0.519480519;16:0.233766234").unwrap();
        assert_eq!(
            [1, 10, 16, 20].map(|year| (pct(38.5, &beef, year) * 10.0).round() / 10.0),
            [27.5, 20.0, 9.0, 9.0]
        );
        assert!(pct(38.5, &beef, 5) < 27.5 && pct(38.5, &beef, 5) > 20.0);
    }

    #[test]
    fn cars_from_japan_are_held_for_14_years_and_free_in_25() {
        let cars = Category::listed("held", "1:1;15:0.9;20:0.5;22:0.2;25:0").unwrap();
        assert_eq!(
            [14, 15, 19, 20, 22, 25].map(|year| pct(2.5, &cars, year)),
            [2.5, 2.25, 2.25, 1.25, 0.5, 0.0]
        );
    }

    #[test]
    fn a_path_that_rises_is_refused() {
        assert_eq!(Category::listed("held", "1:0.5;2:0.6"), None);
        assert_eq!(Category::listed("held", "2:0.5;1:0.4"), None);
        assert_eq!(Category::listed("sudden", "1:0.5"), None);
        assert_eq!(Category::listed("linear", ""), None);
    }
}
