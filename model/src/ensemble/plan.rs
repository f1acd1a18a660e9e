//! What to run: options, years, draws, uncertainty.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dynamics_plan::DynamicsPlan;
use super::numbers::{MOST_POINTS, Points};
use super::sample::Sampling;
use crate::data::ids::{PRINTABLE, is_printable};
use crate::data::{Axes, Files, MARKS, did_you_mean, from_toml, line_of_key, toml_fault};
use crate::error::{Fault, Faults, InputErrors};

/// Name of the plan inside its folder.
pub const PLAN_FILE: &str = "plan.toml";
/// First and last year that a plan may name.
pub const PLAN_YEARS: std::ops::RangeInclusive<i16> = 2020..=2060;

/// A plan as in `plan.toml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name; the default output folder carries it.
    pub name: String,
    /// Title for the report.
    pub title: String,
    /// Folder of the baseline data set.
    pub baseline: String,
    /// First day on which anything is uncertain.
    pub start: Date,
    /// Option that gains are also measured against.
    pub reference_option: String,
    /// Options in the order of tables and charts.
    pub options: Vec<String>,
    /// First and last year.
    pub years: [i16; 2],
    /// Draws that are solved: gains come from them.
    pub draws: u64,
    /// Draws of the events alone: chances and dates come from them, and cost next to nothing.
    #[serde(default = "event_draws")]
    pub event_draws: u64,
    /// Which event draws are solved.
    #[serde(default)]
    pub sampling: Sampling,
    /// Where the numbers of the parameters come from.
    #[serde(default)]
    pub points: Points,
    /// Seed of all random streams.
    pub seed: u64,
    /// Country that charts centre on.
    pub focus: String,
    /// Partners of the tariff chart.
    pub partners: Vec<String>,
    /// Years in which trade by partner is kept.
    pub bilateral_years: Vec<i16>,
    /// What moves from year to year.
    #[serde(default)]
    pub dynamics: DynamicsPlan,
    /// Parameters that are drawn.
    pub uncertainty: Uncertainty,
    /// The text that was read, which knows the lines of the keys.
    #[serde(skip)]
    text: String,
}

fn event_draws() -> u64 {
    20_000
}

/// Parameters that each draw takes anew.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Uncertainty {
    /// Of [`crate::policy::PolicyParameters::services_cut_ratio`].
    pub services_cut_ratio: Triangular,
    /// Of [`crate::policy::PolicyParameters::utilisation_ratio`].
    pub utilisation_ratio: Triangular,
    /// Multiplies the shares of capital in value added (`factors.csv`) of all countries; without it they are certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capital_share_ratio: Option<Triangular>,
    /// Error of the growth table; without it growth is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_pct: Option<GrowthError>,
    /// Multiplies the standard error of the trade effect of depth (goods); 0 = not drawn.
    pub depth_se_ratio: f64,
    /// Multiplies the standard errors of the trade elasticities; 0 = not drawn.
    pub theta_se_ratio: f64,
}

/// A triangular distribution with its source.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Triangular {
    /// Least.
    pub low: f64,
    /// Most likely.
    pub mode: f64,
    /// Most.
    pub high: f64,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

/// The error of the growth table with its source: normal, independent by country. That of the level of output grows with the
/// square root of the years since the start of the plan, as errors of one five years tell nothing of the next.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthError {
    /// Standard error of mean growth over five years, percentage points a year.
    pub five_year_se: f64,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

/// Part `number` of `of` parts of the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// 1 = first.
    pub number: u64,
    /// Parts in all.
    pub of: u64,
}

impl Shard {
    /// All draws in one part.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Draws of this part.
    #[must_use]
    pub fn draws(&self, n_draws: u64) -> Vec<u64> {
        let first = self.number - 1;
        let step = usize::try_from(self.of).unwrap_or(usize::MAX);
        (first..n_draws).step_by(step).collect()
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (number, of) = text.split_once('/')?;
            Some(Self { number: number.parse().ok()?, of: of.parse().ok()? })
        };
        parse().filter(|shard| (1..=shard.of).contains(&shard.number)).ok_or_else(|| {
            format!("`{text}` is not a part such as 2/4: the number of the part (1 to 4), a slash, the number of parts")
        })
    }
}

/// Line on which a key stands; where its value is a list over several lines, the one that holds `item`.
fn line_of(text: &str, key: &str, item: &str) -> Option<u64> {
    let first = line_of_key(text, key)? as usize - 1;
    let quoted = format!("\"{item}\"");
    let rest = text.lines().skip(first);
    let list = rest.enumerate().take_while(|(k, line)| *k == 0 || !line.contains('='));
    let has_number = |line: &str| line.split(|c: char| !c.is_ascii_digit()).any(|number| number == item);
    let has_item = |line: &str| line.contains(&quoted) || has_number(line);
    let of_item = list.into_iter().find(|(_, line)| has_item(line)).map_or(0, |(k, _)| k);
    Some((first + of_item) as u64 + 1)
}

impl Plan {
    /// Reads and checks `file` of a folder that also holds the data it names.
    ///
    /// # Errors
    /// [`InputErrors`]: missing file, unknown keys, values out of range.
    pub fn read(files: &Files, file: &str) -> Result<Self, InputErrors> {
        let text = files.read(file).map_err(InputErrors::from)?;
        let name = files.display(file);
        let mut plan: Self = from_toml(&text).map_err(|error| {
            let expected = "the keys of a plan (see plan.toml of `tradepath init DIR`)";
            let words = [expected, "Correct the key or its value."];
            InputErrors::from(toml_fault(&name, &text, &error, "plan", words))
        })?;
        plan.text = text;
        let mut faults = plan.faults(&name);
        faults.extend(plan.check_baseline(files, &name));
        faults.extend(plan.check_options(files, &name));
        faults.into_result(plan)
    }

    /// Takes these options in place of its own, the reference option first where it is not among them; nothing where
    /// there are none.
    pub fn keep(&mut self, options: &[String]) {
        if options.is_empty() {
            return;
        }
        self.options = options.to_vec();
        if !self.options.contains(&self.reference_option) {
            self.options.insert(0, self.reference_option.clone());
        }
    }

    /// A fault if the baseline is not a folder beside the plan.
    fn check_baseline(&self, files: &Files, file: &str) -> Faults {
        let mut faults = Faults::new();
        let folder = files.folder(&self.baseline);
        let found = match folder.read_optional("meta.toml") {
            Err(fault) => fault.found,
            Ok(None) if folder.list("").is_empty() => format!("{}, where no file is", self.baseline),
            Ok(_) => return faults,
        };
        faults.push(Fault {
            file: file.to_owned(),
            line: line_of(&self.text, "baseline", ""),
            field: "baseline".into(),
            found,
            expected: "a folder beside the plan with a baseline data set".into(),
            remedy: "Correct the name, or copy the data set into that folder.".into(),
        });
        faults
    }

    /// Faults of options that have no file.
    fn check_options(&self, files: &Files, file: &str) -> Faults {
        let mut faults = Faults::new();
        let there = files.folder("options").list(".toml");
        for id in self.options.iter().filter(|id| !there.contains(&format!("{id}.toml"))) {
            let known: Vec<&str> = there.iter().filter_map(|name| name.strip_suffix(".toml")).collect();
            faults.push(Fault {
                file: file.to_owned(),
                line: line_of(&self.text, "options", id),
                field: "options".into(),
                found: id.clone(),
                expected: format!(
                    "an option with a file in {}: {}",
                    files.display("options"),
                    known.join(", ")
                ),
                remedy: did_you_mean(id, known.iter().copied(), "Correct the name, or add the file."),
            });
        }
        faults
    }

    fn fault(&self, file: &str, field: &str, found: String, expected: &str) -> Fault {
        let line = line_of(&self.text, field, &found);
        Fault { line, ..Fault::of_file(file, field, &found, expected, "Correct the value.") }
    }

    /// What is wrong with the items of lists.
    fn list_faults(&self, file: &str) -> Faults {
        let mut faults = Faults::new();
        let [first, last] = self.years;
        let expected = format!("years of {first}..{last}, the years of the plan, each once");
        for (at, &year) in self.bilateral_years.iter().enumerate() {
            if !(first..=last).contains(&year) || self.bilateral_years[..at].contains(&year) {
                faults.push(self.fault(file, "bilateral_years", year.to_string(), &expected));
            }
        }
        for (field, list, expected) in [
            ("options", &self.options, "each option once"),
            ("partners", &self.partners, "each partner once"),
        ] {
            for (_, twice) in list.iter().enumerate().filter(|(at, item)| list[..*at].contains(item)) {
                let fault = self.fault(file, field, twice.clone(), expected);
                faults.push(Fault { found: format!("{twice} twice"), ..fault });
            }
        }
        faults
    }

    /// What is wrong with the values of the plan itself; names are checked against the data later.
    #[must_use]
    pub fn faults(&self, file: &str) -> Faults {
        let mut faults = self.list_faults(file);
        let mut check = |ok: bool, field: &str, found: String, expected: &str| {
            if !ok {
                faults.push(self.fault(file, field, found, expected));
            }
        };
        let is_identifier = !self.name.is_empty()
            && self.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            && !self.name.starts_with('-');
        check(
            is_identifier,
            "name",
            self.name.clone(),
            "letters, digits, `-` and `_`: the output folder carries it",
        );
        let [first, last] = self.years;
        let years_ok = first <= last && PLAN_YEARS.contains(&first) && PLAN_YEARS.contains(&last);
        check(years_ok, "years", format!("{first}..{last}"), "first..last within 2020..2060, rising");
        let start_ok = !years_ok || (2000..=last).contains(&self.start.year());
        check(start_ok, "start", self.start.to_string(), "a day from 2000 on, not after the last year");
        check(is_printable(&self.title), "title", self.title.clone(), PRINTABLE);
        let discount = self.dynamics.discount_pct;
        check(
            (0.0..=50.0).contains(&discount),
            "discount_pct",
            discount.to_string(),
            "percent a year, 0 to 50",
        );
        let has_reference = self.options.contains(&self.reference_option);
        let found = format!("no {}", self.reference_option);
        check(has_reference, "options", found, "the reference_option among the options");
        let n_options = self.options.len();
        check(n_options > 1, "options", n_options.to_string(), "the reference_option and one option more");
        for (key, draws) in [("draws", self.draws), ("event_draws", self.event_draws)] {
            check(draws > 0, key, draws.to_string(), "1 or more");
        }
        let has_points = self.points == Points::Plain || self.draws <= MOST_POINTS;
        let expected = format!("at most {MOST_POINTS} with points = \"sobol\"; more with \"plain\"");
        check(has_points, "draws", self.draws.to_string(), &expected);
        let drawn = [
            ("services_cut_ratio", Some(&self.uncertainty.services_cut_ratio)),
            ("utilisation_ratio", Some(&self.uncertainty.utilisation_ratio)),
            ("capital_share_ratio", self.uncertainty.capital_share_ratio.as_ref()),
        ];
        for (key, t) in drawn.into_iter().filter_map(|(key, t)| Some((key, t?))) {
            let ok = 0.0 <= t.low && t.low <= t.mode && t.mode <= t.high && t.high.is_finite();
            check(ok, key, format!("{}, {}, {}", t.low, t.mode, t.high), "low <= mode <= high, 0 or more");
        }
        let triangular = drawn.into_iter().filter_map(|(key, t)| Some((key, &t?.mark)));
        let growth = self.uncertainty.growth_pct.as_ref();
        for (key, mark) in triangular.chain(growth.map(|growth| ("growth_pct", &growth.mark))) {
            let expected = format!("a mark among {}", MARKS.join(", "));
            check(MARKS.contains(&mark.as_str()), key, format!("mark {mark}"), &expected);
        }
        for (key, se) in [
            ("depth_se_ratio", self.uncertainty.depth_se_ratio),
            ("theta_se_ratio", self.uncertainty.theta_se_ratio),
            ("growth_pct", growth.map_or(0.0, |growth| growth.five_year_se)),
        ] {
            check((0.0..=10.0).contains(&se), key, se.to_string(), "a number from 0 to 10");
        }
        faults
    }

    /// A fault where the plan begins before the data set.
    #[must_use]
    pub fn check_base_year(&self, base_year: i16, file: &str) -> Faults {
        let mut faults = Faults::new();
        if self.years[0] < base_year {
            faults.push(Fault {
                file: file.to_owned(),
                line: line_of(&self.text, "years", ""),
                field: "years".into(),
                found: format!("{}..{}", self.years[0], self.years[1]),
                expected: format!("years from {base_year} on, the year of {}", self.baseline),
                remedy: "Begin the plan later, or correct `year` in meta.toml.".into(),
            });
        }
        faults
    }

    /// Faults of the country codes that the plan names.
    #[must_use]
    pub fn check_names(&self, axes: &Axes, file: &str) -> Faults {
        let mut faults = Faults::new();
        let named =
            [("focus", &self.focus)].into_iter().chain(self.partners.iter().map(|code| ("partners", code)));
        for (field, code) in named.filter(|(_, code)| !axes.country_idx.contains_key(*code)) {
            let known: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
            faults.push(Fault {
                file: file.to_owned(),
                line: line_of(&self.text, field, code),
                field: field.into(),
                found: code.clone(),
                expected: format!("a country of {}: {}", self.baseline, known.join(", ")),
                remedy: did_you_mean(code, known.iter().copied(), "Correct the code."),
            });
        }
        faults
    }

    /// Years in order.
    pub fn year_range(&self) -> impl Iterator<Item = i16> + use<> {
        self.years[0]..=self.years[1]
    }
}
