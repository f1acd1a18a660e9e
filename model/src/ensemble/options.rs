//! The options of a run: their timelines, and what many draws of their events say of chances and dates.

use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::events::milestones::{IN_FORCE, Milestone, Tally};
use crate::events::{DrawnTimeline, Horizon, OptionSpec, Program, Workspace};
use crate::numerics::parallel;
use crate::policy::PolicyTimeline;

/// An option with its timelines.
pub struct OptionRun {
    /// The option.
    pub spec: OptionSpec,
    /// Its reference path: it happens, after median durations, in the world of the reference option.
    pub reference: DrawnTimeline,
    /// One timeline a draw of this part.
    pub draws: Vec<DrawnTimeline>,
    /// Each timeline in the world of the reference option, as soon as it is asked for.
    pub(super) own: Vec<OnceLock<PolicyTimeline>>,
    /// True for the draws of this part in which its deal is in force at the end.
    pub in_force: Vec<bool>,
    /// When its milestones come, over all event draws.
    pub milestones: Vec<Milestone>,
    /// How likely it is, and when.
    pub outlook: Outlook,
}

/// How likely an option is, and when: from many draws of its events, and from its reference path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// Draws of the events.
    pub event_draws: u64,
    /// Those in which the deal is in force at the end; `None` where the option has no deal that could be.
    pub in_force: Option<u64>,
    /// Median of the first day in force, given that it comes.
    pub p50_date: Option<Date>,
    /// First day in force on the reference path.
    pub reference_date: Option<Date>,
    /// Members of its agreements at the end of the reference path.
    pub members: Vec<String>,
}

impl Outlook {
    /// Share of the draws in which the deal is in force at the end, with its standard error.
    #[must_use]
    pub fn chance(&self) -> Option<(f64, f64)> {
        let (count, draws) = (self.in_force? as f64, self.event_draws as f64);
        let share = count / draws;
        Some((share, (share * (1.0 - share) / draws).sqrt()))
    }
}

/// What the timelines of all options begin from.
pub(super) struct Start<'a> {
    pub initial: &'a PolicyTimeline,
    pub horizon: Horizon,
    pub seed: u64,
    /// Draws of this part: of the events, and of the errors of fitted weights.
    pub draws: &'a [[u64; 2]],
}

/// Draws of one task; a workspace is made for each.
const BLOCK: usize = 64;

impl Start<'_> {
    /// Draws the timelines of `option`, whose events were counted; `reference_path` is that of the reference option.
    pub fn run(
        &self,
        option: OptionSpec,
        (program, tally): (&Program, &Tally),
        reference_path: &DrawnTimeline,
    ) -> OptionRun {
        let in_force = program.milestone_number(IN_FORCE);
        let blocks: Vec<&[[u64; 2]]> = self.draws.chunks(BLOCK).collect();
        let drawn = parallel::map(blocks.len(), |at| {
            let mut workspace = Workspace::new(program);
            let one = |&[draw, fits]: &[u64; 2]| {
                let drawn = workspace.draw_with_fits(self.seed, draw, fits);
                let is_in_force = in_force.is_some_and(|number| program.lasts(drawn, number));
                (program.resolve(drawn), is_in_force)
            };
            blocks[at].iter().map(one).collect::<Vec<_>>()
        });
        let (draws, in_force): (Vec<_>, Vec<_>) = drawn.into_iter().flatten().unzip();
        let own = draws.iter().map(|_| OnceLock::new()).collect();
        let milestones = tally.milestones(program);
        let reference = program.reference().in_world_of(self.initial, reference_path);
        let outlook = Outlook {
            event_draws: tally.n_draws(),
            in_force: tally.in_force(),
            p50_date: milestones.iter().find(|one| one.name == IN_FORCE).and_then(|one| one.quantile(0.5)),
            reference_date: reference.first_dates(self.horizon).remove(IN_FORCE),
            members: reference.members_of(IN_FORCE, self.horizon.end),
        };
        OptionRun { spec: option, reference, draws, own, in_force, milestones, outlook }
    }
}
