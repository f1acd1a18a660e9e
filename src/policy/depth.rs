//! Depth of agreements beyond tariffs: what the classes of `depth.csv` do to barriers, and the provisions behind them.

use super::provision::Provision;

/// Depth of the agreements of one class. In services: the share of a barrier that is removed. In goods: the strength of
/// the text, relative to the full text.
#[derive(Debug, Clone, PartialEq)]
pub struct Depth {
    /// Between members, by year since entry (last = complete), `[j]`.
    steps: Vec<Vec<f64>>,
    /// For all other partners of a member, by year, `[j]`.
    spillover_steps: Vec<Vec<f64>>,
}

impl Depth {
    /// Phases shares in by equal yearly steps.
    ///
    /// Members reach `share` after `phase_years`; everybody else gets `spillover_share` of what members have. All `[j]`.
    #[must_use]
    pub fn new(share: &[f64], spillover_share: &[f64], phase_years: &[u32]) -> Self {
        let longest = phase_years.iter().copied().fold(1, u32::max);
        let step = |year: u32| -> Vec<f64> {
            let shares = share.iter().zip(phase_years);
            shares.map(|(share, &years)| share * (f64::from(year.min(years)) / f64::from(years))).collect()
        };
        let steps: Vec<Vec<f64>> = (1..=longest).map(step).collect();
        let spill = |shares: &Vec<f64>| {
            shares.iter().zip(spillover_share).map(|(share, spill)| share * spill).collect()
        };
        let spillover_steps = steps.iter().map(spill).collect();
        Self { steps, spillover_steps }
    }

    /// Shares in year `year` (1 = first) between members, or for everybody else, `[j]`.
    #[must_use]
    pub fn shares(&self, year: u32, is_spillover: bool) -> &[f64] {
        let steps = if is_spillover { &self.spillover_steps } else { &self.steps };
        &steps[(year.max(1) as usize).min(steps.len()) - 1]
    }
}

/// A class of agreements.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthClass {
    /// Name, as in `agreements.csv`.
    pub name: String,
    /// What its text does to barriers.
    pub depth: Depth,
}

/// A provision with its state in every class.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchedProvision {
    /// The provision.
    pub provision: Provision,
    /// True if it is on, by class; `None` = the class has no switches.
    pub states: Vec<Option<bool>>,
}

/// The depth classes and the provisions that tell them apart.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthClasses {
    /// By position, see [`super::Agreement::depth`].
    pub classes: Vec<DepthClass>,
    /// Single provisions in file order.
    pub provisions: Vec<SwitchedProvision>,
}

impl DepthClasses {
    /// Depth of the class at a position.
    #[must_use]
    pub fn of(&self, class: usize) -> &Depth {
        &self.classes[class].depth
    }
}
