//! The agreements of a data set: whom each binds, and where its terms are found.

use std::collections::HashMap;
use std::ops::Deref;

use jiff::civil::Date;

use crate::data::Pair;

/// Year of the schedule in which a country that joins late begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateJoiner {
    /// The first year, on its own entry.
    StepOne,
    /// The year that the first members have reached.
    CatchUp,
}

/// Whose goods get the tariff cuts of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Goods of the other members.
    Members,
    /// Goods of everybody: the members cut their most-favoured-nation rates.
    Everybody,
}

/// When an agreement begins between two of its parties, where that is not with their membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairEntry {
    /// The two parties.
    pub parties: [usize; 2],
    /// First day in force between them; `None` = never.
    pub from: Option<Date>,
}

/// An agreement: whom it binds, and its effect on tariffs and barriers.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Id, as in events and memberships.
    pub id: String,
    /// Name.
    pub title: String,
    /// Party that every pair must include (hub and spokes); `None` = all pairs of members.
    pub hub: Option<usize>,
    /// Schedule id; `None` = no tariff preference.
    pub schedule: Option<String>,
    /// Where late joiners begin.
    pub late_joiner: LateJoiner,
    /// True if the preference needs no claim (customs unions, cuts for everybody).
    pub is_automatic: bool,
    /// Position of its depth class.
    pub depth: usize,
    /// Whose goods the tariff cuts reach.
    pub reach: Reach,
    /// Position of the agreement that this one is an addendum to; it binds those who joined both.
    pub addendum_to: Option<usize>,
    /// Position of the agreement that this one replaces between parties of both: its rules of origin then bind, and its
    /// text takes over from that of the older one.
    pub supersedes: Option<usize>,
    /// Pairs of parties between which it begins later, or never.
    pub pair_entries: Vec<PairEntry>,
}

impl Agreement {
    /// The entry of a pair that has one of its own.
    pub(super) fn entry_of(&self, pair: Pair) -> Option<&PairEntry> {
        let both = [pair.importer, pair.exporter];
        self.pair_entries.iter().find(|entry| both.iter().all(|party| entry.parties.contains(party)))
    }
}

/// All agreements in the order of their file, found by position or by id.
#[derive(Debug, Clone)]
pub struct Agreements {
    list: Vec<Agreement>,
    positions: HashMap<String, usize>,
    /// Those that replace each one, rising.
    successors: Vec<Vec<usize>>,
    /// Those with a pair that has an entry of its own.
    with_entries: Vec<usize>,
}

impl Agreements {
    pub(super) fn new(list: Vec<Agreement>) -> Self {
        let positions = list.iter().enumerate().map(|(at, agreement)| (agreement.id.clone(), at)).collect();
        let replacing = |at: usize| (0..list.len()).filter(|&one| list[one].supersedes == Some(at)).collect();
        let successors = (0..list.len()).map(replacing).collect();
        let with_entries = (0..list.len()).filter(|&at| !list[at].pair_entries.is_empty()).collect();
        Self { list, positions, successors, with_entries }
    }

    /// Position of the agreement with an id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// The agreement whose rules bind where `at` does: that of the last of those that replace it and bind as well.
    pub(super) fn replaced_by(&self, at: usize, binds: impl Fn(usize) -> bool) -> usize {
        // A chain of replacements has no circle, which the reader has checked.
        let next = |at: usize| self.successors[at].iter().copied().find(|&one| binds(one));
        std::iter::successors(Some(at), |&at| next(at)).last().unwrap_or(at)
    }

    /// Days on which an agreement begins between the two of a pair alone.
    pub(super) fn entry_days(&self, pair: Pair) -> impl Iterator<Item = Date> {
        self.with_entries.iter().filter_map(move |&at| self.list[at].entry_of(pair)?.from)
    }

    /// Position of every id.
    pub(super) fn positions(&self) -> &HashMap<String, usize> {
        &self.positions
    }
}

impl Deref for Agreements {
    type Target = [Agreement];

    fn deref(&self) -> &[Agreement] {
        &self.list
    }
}
