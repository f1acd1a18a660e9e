//! Who belongs to which agreement from when to when: what events edit and costs follow from.

use std::sync::Arc;

use jiff::civil::Date;

use super::measure::{MeasureChange, MeasureKind};
use crate::sorted::SortedSet;

/// One party's membership of one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Membership {
    /// Agreement id, as in `data/policy/agreements.csv`.
    pub agreement: String,
    /// Country or group id, as in `countries.csv`.
    pub party: String,
    /// First day in force for this party.
    pub from: Date,
    /// First day no longer in force; `None` = no end in sight.
    pub until: Option<Date>,
}

/// Dated memberships: the policy part of one possible future.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyTimeline {
    /// Memberships in the order in which they began; timelines have those in common that no event changes.
    pub memberships: Vec<Arc<Membership>>,
    /// Changes of duty lists, barriers and trends by events.
    pub measures: Vec<MeasureChange>,
}

/// A stretch of days in which two parties share an agreement, in one direction of trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedAgreement<'a> {
    /// Agreement id.
    pub agreement: &'a str,
    /// Party that sells.
    pub exporter: &'a str,
    /// Party that buys.
    pub importer: &'a str,
    /// First day.
    pub from: Date,
    /// First day no longer; `None` = no end in sight.
    pub until: Option<Date>,
}

impl PolicyTimeline {
    /// Gives back memory that is kept for more changes: a run holds thousands of timelines to its end.
    pub(crate) fn settle(&mut self) {
        self.memberships.shrink_to_fit();
        self.measures.shrink_to_fit();
    }

    /// The pairs of parties that share one of `agreements`, and when.
    #[must_use]
    pub fn pairs(&self, agreements: &SortedSet<String>) -> Vec<SharedAgreement<'_>> {
        let memberships = || self.memberships.iter().filter(|one| agreements.contains(&one.agreement));
        let shared = |exporter: &'_ Membership, importer: &'_ Membership| {
            let from = exporter.from.max(importer.from);
            let until = exporter.until.into_iter().chain(importer.until).min();
            let is_one = exporter.agreement == importer.agreement && exporter.party != importer.party;
            (is_one && until.is_none_or(|until| from < until)).then_some((from, until))
        };
        let mut pairs = Vec::new();
        for exporter in memberships() {
            for importer in memberships() {
                let Some((from, until)) = shared(exporter, importer) else { continue };
                pairs.push(SharedAgreement {
                    agreement: &exporter.agreement,
                    exporter: &exporter.party,
                    importer: &importer.party,
                    from,
                    until,
                });
            }
        }
        pairs
    }

    /// From `day` on the measure has this factor, in thousandths; a change of the same day replaces an earlier one.
    pub fn set_measure(&mut self, kind: MeasureKind, name: &str, permille: u32, day: Date) {
        let is_same = |one: &MeasureChange| one.kind == kind && one.name == name && one.from == day;
        self.measures.retain(|one| !is_same(one));
        // By day: what is read back from a log in its order is the same as what a draw noted.
        let is_before = |one: &MeasureChange| (one.from, one.kind, one.name.as_str()) < (day, kind, name);
        let at = self.measures.partition_point(is_before);
        self.measures.insert(at, MeasureChange { kind, name: name.to_owned(), from: day, permille });
    }

    /// `party` belongs to `agreement` from `from` on; a membership already open stays as it is.
    pub fn join(&mut self, agreement: &str, party: &str, from: Date) {
        if !self.is_member(agreement, party, from) {
            let (agreement, party) = (agreement.to_owned(), party.to_owned());
            self.memberships.push(Arc::new(Membership { agreement, party, from, until: None }));
        }
    }

    /// `party` leaves `agreement` on `date`; nothing happens if it is not a member.
    pub fn leave(&mut self, agreement: &str, party: &str, date: Date) {
        for membership in &mut self.memberships {
            let same = membership.agreement == agreement && membership.party == party;
            if same && membership.from < date && membership.until.is_none_or(|until| until > date) {
                Arc::make_mut(membership).until = Some(date);
            }
        }
    }

    /// True if `party` belongs to `agreement` on `date`.
    #[must_use]
    pub fn is_member(&self, agreement: &str, party: &str, date: Date) -> bool {
        self.memberships.iter().any(|membership| {
            membership.agreement == agreement
                && membership.party == party
                && membership.from <= date
                && membership.until.is_none_or(|until| date < until)
        })
    }

    /// Parties that belong to `agreement` on `date`, in the order in which they joined.
    #[must_use]
    pub fn members(&self, agreement: &str, date: Date) -> Vec<String> {
        let mut members: Vec<String> = Vec::new();
        for membership in self.memberships.iter().filter(|one| one.agreement == agreement) {
            let party = &membership.party;
            if !members.contains(party) && self.is_member(agreement, party, date) {
                members.push(party.clone());
            }
        }
        members
    }
}
