//! What draws say of the conclusions: at the central weights, and in sets of weights drawn from their ranges.

use jiff::civil::{Date, date};

use super::conclusions::{Conclusion, Side};
use super::program::{Program, day_number};
use super::settings::SettingError;
use super::spec::OptionSpec;
use super::timeline::Horizon;
use super::trials::{Answer, Given, Question, error_of_difference, share};
use super::validate::LONGEST_HORIZON;
use crate::numerics::parallel;
use crate::policy::PolicyTimeline;
use crate::rng::Stream;
use crate::sorted::{SortedSet, sort_by};

/// Last year of a conclusion where none is given.
const LATEST: i16 = 2050;

/// How many draws of what.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Seed of all draws.
    pub seed: u64,
    /// Draws of the central weights, whose errors are drawn too.
    pub n_central: u64,
    /// Weight sets.
    pub n_sets: u64,
    /// Draws of each weight set.
    pub n_of_set: u64,
}

/// What draws say of a conclusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Chances of both sides at the central weights.
    pub chances: [f64; 2],
    /// Standard error of their difference.
    pub difference_se: f64,
    /// Weight sets in which the left side has the better chance.
    pub n_holding: u64,
    /// Weight sets in which the difference is less than twice its standard error.
    pub n_unclear: u64,
    /// Weights by the correlation of their value with the conclusion holding, the strongest first; none where it holds in
    /// all sets or in none.
    pub turns_on: Vec<(String, f64)>,
}

impl Finding {
    /// True where the left side has the better chance at the central weights.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.chances[0] > self.chances[1]
    }
}

/// The options of the conclusions compiled, each once for every setting.
#[derive(Debug)]
pub struct Trials<'a> {
    programs: Vec<Asked<'a>>,
    /// Program and question of both sides of each conclusion.
    sides: Vec<[(usize, usize); 2]>,
}

/// A program and what is asked of it.
#[derive(Debug)]
struct Asked<'a> {
    side: &'a Side,
    program: Program,
    questions: Vec<Question>,
}

impl<'a> Trials<'a> {
    /// Compiles what the conclusions name.
    ///
    /// # Errors
    /// [`SettingError`] where a side sets what its option does not have, or names an option or a milestone that is not there.
    pub fn new(
        conclusions: &'a [Conclusion],
        (options, world): (&[OptionSpec], &OptionSpec),
        initial: &PolicyTimeline,
    ) -> Result<Self, SettingError> {
        let mut trials = Self { programs: Vec::new(), sides: Vec::new() };
        let end_of = |side: &Side| {
            let same = conclusions
                .iter()
                .filter(|one| [&one.left, &one.right].iter().any(|other| other.is_of(side)));
            date(same.map(|one| one.by_year).max().unwrap_or(LATEST), 12, 31)
        };
        for conclusion in conclusions {
            let mut places = [(0, 0); 2];
            for (place, side) in places.iter_mut().zip([&conclusion.left, &conclusion.right]) {
                let known = trials.programs.iter().position(|asked| asked.side.is_of(side));
                let at = match known {
                    Some(at) => at,
                    None => {
                        let program = side.compile((options, world), initial, end_of(side))?;
                        trials.programs.push(Asked { side, program, questions: Vec::new() });
                        trials.programs.len() - 1
                    }
                };
                let asked = &mut trials.programs[at];
                asked.questions.push(side.question(&asked.program, conclusion.by_year)?);
                *place = (at, asked.questions.len() - 1);
            }
            trials.sides.push(places);
        }
        Ok(trials)
    }

    /// What the draws say, conclusion by conclusion. Cost: `n_central + n_sets * n_of_set` draws of each program.
    #[must_use]
    pub fn findings(&self, sizes: Sizes) -> Vec<Finding> {
        let central: Vec<Answers> = self.programs.iter().map(|asked| asked.central(sizes)).collect();
        let sets = parallel::map(sizes.n_sets as usize, |set| self.of_set(sizes, set as u64));
        let finding = |(at, &[left, right]): (usize, &[(usize, usize); 2])| {
            let [left, right] =
                [left, right].map(|(program, question)| central[program][question].as_slice());
            let holds: Vec<bool> = sets.iter().map(|set| set[at].0).collect();
            Finding {
                chances: [share(left).0, share(right).0],
                difference_se: error_of_difference(left, right),
                n_holding: holds.iter().filter(|&&one| one).count() as u64,
                n_unclear: sets.iter().filter(|set| set[at].1).count() as u64,
                turns_on: self.turns_on(sizes.seed, &holds),
            }
        };
        self.sides.iter().enumerate().map(finding).collect()
    }

    /// Whether each conclusion holds in a weight set, and whether it is unclear.
    fn of_set(&self, sizes: Sizes, set: u64) -> Vec<(bool, bool)> {
        let answers: Vec<Answers> = self.programs.iter().map(|asked| asked.of_set(sizes, set)).collect();
        let side = |(program, question): (usize, usize)| answers[program][question].as_slice();
        let compare = |&[left, right]: &[(usize, usize); 2]| {
            let (left, right) = (side(left), side(right));
            let difference = share(left).0 - share(right).0;
            (difference > 0.0, difference.abs() < 2.0 * error_of_difference(left, right) || difference == 0.0)
        };
        self.sides.iter().map(compare).collect()
    }

    /// Correlation of each weight with a conclusion that holds in some sets and not in others.
    fn turns_on(&self, seed: u64, holds: &[bool]) -> Vec<(String, f64)> {
        let n = holds.len() as f64;
        let mean = holds.iter().filter(|&&one| one).count() as f64 / n;
        if holds.is_empty() || mean <= 0.0 || mean >= 1.0 {
            return Vec::new();
        }
        let names: SortedSet<&str> =
            self.programs.iter().flat_map(|asked| asked.program.weights().map(|(_, name, _)| name)).collect();
        let of_weight = |name: &str| {
            let luck: Vec<f64> = (0..holds.len() as u64).map(|set| place_in_range(seed, set, name)).collect();
            let middle = luck.iter().sum::<f64>() / n;
            let spread = luck.iter().map(|u| (u - middle).powi(2)).sum::<f64>();
            let together: f64 =
                luck.iter().zip(holds).map(|(u, &one)| (u - middle) * (f64::from(one) - mean)).sum();
            together / (spread * n * mean * (1.0 - mean)).sqrt().max(f64::MIN_POSITIVE)
        };
        let mut found: Vec<(String, f64)> =
            names.into_iter().map(|name| (name.to_owned(), of_weight(name))).collect();
        sort_by(&mut found, |a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        found
    }
}

/// Answers of draws by question.
type Answers = Vec<Vec<Answer>>;

/// Where a weight stands in its range in a set, 0 to 1.
fn place_in_range(seed: u64, set: u64, name: &str) -> f64 {
    Stream::new(seed, set, &format!("weight.{name}")).uniform()
}

impl Asked<'_> {
    fn central(&self, sizes: Sizes) -> Answers {
        let as_compiled = vec![None; self.program.n_parameters()];
        self.program.answers(&as_compiled, &self.questions, (sizes.seed, sizes.n_central))
    }

    /// Every weight drawn uniformly over its range, but for those that the side sets.
    fn of_set(&self, sizes: Sizes, set: u64) -> Answers {
        let mut weights = vec![None; self.program.n_parameters()];
        for (slot, name, [low, high]) in self.program.weights() {
            let is_set = self.side.settings.iter().any(|(one, _)| one == name);
            weights[slot] = (!is_set).then(|| low + place_in_range(sizes.seed, set, name) * (high - low));
        }
        self.program.answers(&weights, &self.questions, (sizes.seed, sizes.n_of_set))
    }
}

impl Side {
    /// True where both are of the same option with the same settings.
    fn is_of(&self, other: &Self) -> bool {
        self.option == other.option && self.settings == other.settings
    }

    fn compile(
        &self,
        (options, world): (&[OptionSpec], &OptionSpec),
        initial: &PolicyTimeline,
        end: Date,
    ) -> Result<Program, SettingError> {
        let found = options.iter().chain([world]).find(|spec| spec.id == self.option);
        let known = || options.iter().map(|spec| spec.id.clone()).collect();
        let unknown = || SettingError::Unknown { name: self.option.clone(), known: known() };
        let (mut spec, mut world) = (found.ok_or_else(unknown)?.clone(), world.clone());
        for (name, value) in &self.settings {
            let own = spec.set(name, *value);
            if world.set(name, *value).is_err() {
                own?;
            }
        }
        let horizon = Horizon { start: LONGEST_HORIZON[0], end };
        Ok(Program::compile(&spec, &world, initial, horizon))
    }

    fn question(&self, program: &Program, by_year: i16) -> Result<Question, SettingError> {
        let number = |name: &str| {
            let known = || program.milestones.clone();
            let unknown = || SettingError::Unknown { name: name.to_owned(), known: known() };
            program.milestone_number(name).ok_or_else(unknown)
        };
        let given = match self.given.as_str() {
            "" => Given::All,
            name => Given::Reached(number(name)?),
        };
        let by_day = (day_number(date(by_year, 12, 31)) - day_number(LONGEST_HORIZON[0])).max(0) as u32;
        Ok(Question { milestone: number(&self.milestone)?, given, by_day })
    }
}
