//! What talks have left of single provisions: the text of a class as events have made it.

use jiff::civil::Date;

use super::depth::DepthClasses;
use super::measure::MeasureKind;
use super::state::PolicyTimeline;
use crate::sorted::sort_by_key;

/// Share of a provision from which on rules that hang on it count as agreed.
const AGREED_SHARE: f64 = 0.5;

/// A provision of which events have left less than `switches.csv` says.
#[derive(Debug, Clone)]
struct Term {
    class: usize,
    provision: usize,
    /// Share of it that stands in the text, from a day on, rising.
    steps: Vec<(Date, f64)>,
}

/// The provisions that events have turned.
#[derive(Debug, Clone, Default)]
pub struct Terms(Vec<Term>);

impl Terms {
    /// Resolves the changes of a timeline; provisions that a class has not are left out.
    pub(super) fn new(depths: &DepthClasses, timeline: &PolicyTimeline) -> Self {
        let mut terms: Vec<Term> = Vec::new();
        for change in timeline.measures.iter().filter(|one| one.kind == MeasureKind::Provision) {
            let Some((class, provision)) = depths.named(&change.name) else { continue };
            let step = (change.from, f64::from(change.permille) / 1000.0);
            match terms.iter_mut().find(|one| (one.class, one.provision) == (class, provision)) {
                Some(term) => term.steps.push(step),
                None => terms.push(Term { class, provision, steps: vec![step] }),
            }
        }
        for term in &mut terms {
            sort_by_key(&mut term.steps, |step| step.0);
        }
        Self(terms)
    }

    /// Provisions of a class of which events have spoken by `date`, each with the share of it that stands in the text.
    pub(super) fn of_class(&self, class: usize, date: Date) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.0.iter().filter(move |term| term.class == class).filter_map(move |term| {
            let after = term.steps.partition_point(|(from, _)| *from <= date);
            after.checked_sub(1).map(|at| (term.provision, term.steps[at].1))
        })
    }

    /// True if events have taken `provision`, or more than half of it, out of the text of a class by `date`.
    pub(super) fn has_lost(&self, class: usize, provision: usize, date: Date) -> bool {
        self.of_class(class, date).any(|(one, share)| one == provision && share < AGREED_SHARE)
    }

    /// Days on which a provision of a class changes.
    pub(super) fn days_of(&self, class: usize) -> impl Iterator<Item = Date> + '_ {
        self.0.iter().filter(move |term| term.class == class).flat_map(|term| &term.steps).map(|step| step.0)
    }
}
