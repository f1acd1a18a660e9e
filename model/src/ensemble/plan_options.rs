//! What a plan asks of its options, beyond what every option must satisfy.

use super::plan::Plan;
use crate::data::Files;
use crate::error::{Fault, Faults};
use crate::events::OptionSpec;
use crate::events::milestones::IN_FORCE;

impl Plan {
    /// Faults of the options, in `folder`, that reach milestones but not the one on which chances and dates rest: they would
    /// have none. The reference option is what others are measured against; one without any milestone has no deal.
    #[must_use]
    pub fn check_in_force(&self, folder: &Files, (options, world): (&[OptionSpec], &OptionSpec)) -> Faults {
        let mut faults = Faults::new();
        let is_asked =
            |spec: &&OptionSpec| self.options.contains(&spec.id) && spec.id != self.reference_option;
        let reaches = |spec: &OptionSpec| spec.milestones().any(|name| name == IN_FORCE);
        let lacks =
            |spec: &&OptionSpec| spec.milestones().next().is_some() && !reaches(spec) && !reaches(world);
        for spec in options.iter().filter(is_asked).filter(lacks) {
            let expected = "a stage with milestone = \"in_force\" beside the others of the option: its chance and its dates are \
                            those of this milestone";
            let remedy =
                "Give it to the stage with which the deal is in force, or take the option out of the plan.";
            let file = folder.display(&format!("{}.toml", spec.id));
            faults.push(Fault::of_file(&file, "milestone", "no in_force", expected, remedy));
        }
        faults
    }
}
