//! What of a timeline differs from the start in one year, and what tells two such states apart.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::civil::date;

use super::measure::{MeasureChange, MeasureKind};
use super::state::{Membership, PolicyTimeline};

/// Memberships of one year that differ from those at the start, and the measures of events. Equal states have equal
/// costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct YearState {
    memberships: Vec<Arc<Membership>>,
    measures: Vec<MeasureChange>,
}

impl YearState {
    /// What of `timeline` differs from `initial` and has begun by the end of `year`.
    ///
    /// Ends after the year are dropped, since they do not matter yet.
    #[must_use]
    pub fn new(initial: &PolicyTimeline, timeline: &PolicyTimeline, year: i16) -> Self {
        let end = |membership: &Membership| membership.until.filter(|until| until.year() <= year);
        let is_new = |(at, membership): (usize, &Arc<Membership>)| {
            let until = end(membership);
            let stands = |before: &Arc<Membership>| {
                Arc::ptr_eq(before, membership)
                    || (before.from, end(before)) == (membership.from, until)
                        && (&before.agreement, &before.party) == (&membership.agreement, &membership.party)
            };
            if membership.from.year() > year || initial.memberships.get(at).is_some_and(stands) {
                return None;
            }
            let is_so = until == membership.until;
            Some(if is_so {
                Arc::clone(membership)
            } else {
                Arc::new(Membership { until, ..Membership::clone(membership) })
            })
        };
        let mut memberships: Vec<Arc<Membership>> =
            timeline.memberships.iter().enumerate().filter_map(is_new).collect();
        memberships.sort();
        // A level of barriers that was off all year leaves no trace.
        let is_over = |one: &MeasureChange| {
            let later = |other: &&MeasureChange| {
                other.kind == one.kind && other.name == one.name && other.from >= one.from
            };
            let rest = timeline.measures.iter().filter(later);
            let last = rest.filter(|other| other.from <= date(year, 1, 1)).max_by_key(|other| other.from);
            one.kind == MeasureKind::Barrier
                && last.is_some_and(|last| last.permille == 0 || last.from > one.from)
                && one.from <= date(year, 1, 1)
        };
        let begun = timeline.measures.iter().filter(|one| one.from.year() <= year && !is_over(one));
        let mut measures: Vec<MeasureChange> = begun.cloned().collect();
        measures.sort();
        Self { memberships, measures }
    }

    /// True if the year is as at the start.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.memberships.is_empty() && self.measures.is_empty()
    }

    /// What stands in this state or in `other` alone.
    pub(super) fn apart<'s>(&'s self, other: &'s Self) -> Apart<'s> {
        Apart {
            memberships: in_one_alone(&self.memberships, &other.memberships),
            measures: in_one_alone(&self.measures, &other.measures),
        }
    }

    /// In how many memberships and measures two states differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> usize {
        self.apart(other).len()
    }

    /// Memberships and measures that differ from those at the start.
    pub(super) fn len(&self) -> usize {
        self.memberships.len() + self.measures.len()
    }

    /// The memberships that differ.
    #[must_use]
    pub fn changed(&self) -> &[Arc<Membership>] {
        &self.memberships
    }

    /// The measures that events have changed.
    #[must_use]
    pub fn measures(&self) -> &[MeasureChange] {
        &self.measures
    }
}

/// What stands in one of two states alone.
pub(super) struct Apart<'s> {
    pub memberships: Vec<&'s Arc<Membership>>,
    pub measures: Vec<&'s MeasureChange>,
}

impl Apart<'_> {
    pub fn len(&self) -> usize {
        self.memberships.len() + self.measures.len()
    }
}

/// The entries of two rising lists that are not in both.
fn in_one_alone<'s, T: Ord>(a: &'s [T], b: &'s [T]) -> Vec<&'s T> {
    let (mut a, mut b, mut found) = (a.iter().peekable(), b.iter().peekable(), Vec::new());
    while let (Some(one), Some(other)) = (a.peek(), b.peek()) {
        match one.cmp(other) {
            Ordering::Equal => {
                a.next();
                b.next();
            }
            Ordering::Less => found.extend(a.next()),
            Ordering::Greater => found.extend(b.next()),
        }
    }
    found.extend(a);
    found.extend(b);
    found
}
