//! Depth of agreements beyond tariffs: what the texts of `depth.csv` do to barriers, and the provisions behind them.
//!
//! A text acts on parts of sectors: the products of a list, or what no list holds. Strengths are those of the full text
//! (1 = as far as the TPP goes).

use super::overlap::Overlaps;
use super::provision::Provision;

/// A part of a sector on which texts may differ.
#[derive(Debug, Clone, PartialEq)]
pub struct SectorPart {
    /// Position of the sector.
    pub sector: usize,
    /// Product list; `None` = what no list holds.
    pub list: Option<String>,
    /// Share of the sector's trade; sums to 1 over the parts of a sector.
    pub weight_share: f64,
}

/// The text of a class of agreements by part of a sector, `[p]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Depth {
    strength: Vec<f64>,
    spillover_share: Vec<f64>,
    phase_years: Vec<u32>,
    /// Strength between members by year since entry (last = complete), `[year - 1][p]`.
    steps: Vec<Vec<f64>>,
}

impl Depth {
    /// Phases strengths in by equal yearly steps.
    ///
    /// Members reach `strength` after `phase_years`; everybody else gets `spillover_share` of what members have. All `[p]`.
    #[must_use]
    pub fn new(strength: Vec<f64>, spillover_share: Vec<f64>, phase_years: Vec<u32>) -> Self {
        let longest = phase_years.iter().copied().fold(1, u32::max);
        let step = |year: u32| -> Vec<f64> {
            strength.iter().zip(&phase_years).map(|(share, &years)| share * phased(year, years)).collect()
        };
        let steps = (1..=longest).map(step).collect();
        Self { strength, spillover_share, phase_years, steps }
    }

    /// Strength between members in year `year` (1 = first), `[p]`.
    #[must_use]
    pub fn strengths(&self, year: u32) -> &[f64] {
        &self.steps[(year.max(1) as usize).min(self.steps.len()) - 1]
    }

    /// Strength towards everybody else of a text that has `strengths` between members, `[p]`.
    pub(super) fn opened<'a>(&'a self, strengths: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        strengths.iter().zip(&self.spillover_share).map(|(strength, spill)| strength * spill)
    }

    /// True if the text does nothing to any barrier.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.strength.iter().all(|strength| *strength == 0.0)
    }

    /// Year from which on the text is complete.
    pub(super) fn longest_phase(&self) -> u32 {
        self.steps.len() as u32
    }

    /// Share of the complete text that is in force in year `year`, for a part.
    pub(super) fn phased_share(&self, year: u32, part: usize) -> f64 {
        phased(year, self.phase_years[part])
    }
}

fn phased(year: u32, years: u32) -> f64 {
    f64::from(year.clamp(1, years)) / f64::from(years)
}

/// A class of agreements with one text.
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

/// A provision that is on or off for the pairs of one party, other than in the text of its class.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyProvision {
    /// Position of the class.
    pub class: usize,
    /// Position of the provision.
    pub provision: usize,
    /// The party.
    pub party: usize,
    /// State for pairs with this party.
    pub is_on: bool,
    /// Change of the strength of the complete text, `[p]`.
    pub change: Vec<f64>,
}

/// The depth classes, the provisions that tell them apart, and how far their texts overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthClasses {
    /// By position, see [`super::Agreement::depth`].
    pub classes: Vec<DepthClass>,
    /// Single provisions in file order.
    pub provisions: Vec<SwitchedProvision>,
    /// Provisions that differ by party.
    pub by_party: Vec<PartyProvision>,
    /// Parts of the sectors, in the order of the sectors.
    pub parts: Vec<SectorPart>,
    /// Overlap of the texts of the classes.
    pub overlaps: Overlaps,
    /// What each provision adds to the strength of a complete text, `[provision][p]`.
    pub(super) changes: Vec<Vec<f64>>,
    /// True where the strength is computed from chapters, so that provisions act, `[class][p]`.
    pub(super) is_computed: Vec<Vec<bool>>,
}

/// A provision by position, and the share of it that stands in a text.
pub(super) type TermShare = (usize, f64);

impl DepthClasses {
    /// Depth of the class at a position.
    #[must_use]
    pub fn of(&self, class: usize) -> &Depth {
        &self.classes[class].depth
    }

    /// Class and provision of a name `CLASS:PROVISION`, where the class has the provision.
    pub(super) fn named(&self, name: &str) -> Option<(usize, usize)> {
        let (class, provision) = name.split_once(':')?;
        let class = self.classes.iter().position(|one| one.name == class)?;
        let is_meant =
            |one: &SwitchedProvision| one.provision.id == provision && one.states[class] == Some(true);
        Some((class, self.provisions.iter().position(is_meant)?))
    }

    /// Names `CLASS:PROVISION` of the provisions that classes have: those of which events can leave less.
    pub fn names_on(&self) -> impl Iterator<Item = String> + '_ {
        self.classes.iter().enumerate().flat_map(|(at, class)| {
            let on = self.provisions.iter().filter(move |one| one.states[at] == Some(true));
            on.map(|one| format!("{}:{}", class.name, one.provision.id))
        })
    }

    /// Strength of a class in year `year` with what talks have left of its provisions, `[p]`.
    ///
    /// ```text
    /// strength = max(0, text - sum over provisions of (1 - share left) x change x phased share)
    /// ```
    pub(super) fn strengths_under(
        &self,
        class: usize,
        year: u32,
        terms: impl Iterator<Item = TermShare>,
    ) -> Vec<f64> {
        let depth = self.of(class);
        let mut strengths = depth.strengths(year).to_vec();
        for (provision, share) in terms {
            let moved = share - 1.0;
            let changes = self.changes[provision].iter().zip(&self.is_computed[class]).enumerate();
            for (p, (change, _)) in changes.filter(|(_, (_, computed))| **computed) {
                strengths[p] = (strengths[p] + moved * change * depth.phased_share(year, p)).max(0.0);
            }
        }
        strengths
    }

    /// What differs from the text of `class` in a pair; a provision that both parties name counts once.
    pub(super) fn differences(
        &self,
        class: usize,
        parties: [usize; 2],
    ) -> impl Iterator<Item = &PartyProvision> {
        let of_pair = move |one: &PartyProvision| one.class == class && parties.contains(&one.party);
        self.by_party.iter().enumerate().filter_map(move |(at, one)| {
            let is_repeated = |other: &PartyProvision| of_pair(other) && other.provision == one.provision;
            (of_pair(one) && !self.by_party[..at].iter().any(is_repeated)).then_some(one)
        })
    }
}
