//! Who is a member of what and when: a timeline with names resolved to positions.

use jiff::civil::Date;

use super::agreements::{Agreements, Reach};
use super::state::PolicyTimeline;
use crate::data::{Axes, Pair};
use crate::sorted::sort_by_key;

/// A stretch of membership; `until` is the first day no longer in force.
type Span = (Date, Date);

/// A set of agreements.
type Bits = Vec<u64>;
const BITS: usize = u64::BITS as usize;

/// Memberships by agreement and party.
#[derive(Debug, Clone, Default)]
pub struct Members {
    n: usize,
    /// Party after party of the first agreement, then of the second, and so on.
    spans: Vec<Span>,
    /// Where the stretches of each party in each agreement end, `[agreement, party]`.
    ends: Vec<u32>,
    /// A bit for each agreement that can bind imports of the party, `[n]`.
    buys_under: Vec<Bits>,
    /// A bit for each agreement that can bind exports of the party, `[n]`.
    sells_under: Vec<Bits>,
    /// First day on which each agreement has a member.
    pub(super) first: Vec<Option<Date>>,
    /// Agreements that each party belongs to at some time, in rising order.
    pub(super) of_party: Vec<Vec<usize>>,
    /// Parties that belong to each agreement at some time, in rising order.
    pub(super) parties: Vec<Vec<usize>>,
    /// Days on which a membership of the party begins or ends, in rising order.
    days: Vec<Vec<Date>>,
}

impl Members {
    /// Resolves a timeline; agreements and parties outside the data set are left out.
    pub(super) fn new(agreements: &Agreements, axes: &Axes, timeline: &PolicyTimeline) -> Self {
        let (n, n_agreements) = (axes.n_countries(), agreements.len());
        let mut known = Vec::with_capacity(timeline.memberships.len());
        let mut first: Vec<Option<Date>> = vec![None; n_agreements];
        let mut days = vec![Vec::new(); n];
        for membership in &timeline.memberships {
            let agreement = agreements.position(&membership.agreement);
            let party = axes.country_idx.get(&membership.party);
            let (Some(a), Some(&p)) = (agreement, party) else { continue };
            known.push((a * n + p, (membership.from, membership.until.unwrap_or(Date::MAX))));
            first[a] = Some(first[a].map_or(membership.from, |known| known.min(membership.from)));
            days[p].extend([Some(membership.from), membership.until].into_iter().flatten());
        }
        for days in &mut days {
            days.sort();
            days.dedup();
        }
        sort_by_key(&mut known, |(place, _)| *place);
        let (mut of_party, mut parties) = (vec![Vec::new(); n], vec![Vec::new(); n_agreements]);
        let open = bits_of(n_agreements, |at| agreements[at].reach == Reach::Everybody);
        let mut buys_under = vec![vec![0; open.len()]; n];
        let mut sells_under = vec![open; n];
        let mut ends = vec![0; n_agreements * n];
        for same in known.chunk_by(|a, b| a.0 == b.0) {
            let (a, p) = (same[0].0 / n, same[0].0 % n);
            of_party[p].push(a);
            parties[a].push(p);
            set(&mut buys_under[p], a);
            set(&mut sells_under[p], a);
            ends[same[0].0] = same.len() as u32;
        }
        let mut end = 0;
        for of_place in &mut ends {
            end += *of_place;
            *of_place = end;
        }
        let spans = known.into_iter().map(|(_, span)| span).collect();
        Self { n, spans, ends, buys_under, sells_under, first, of_party, parties, days }
    }

    /// Agreements that can bind a pair on some day, in rising order.
    pub(super) fn in_common(&self, Pair { importer, exporter }: Pair) -> impl Iterator<Item = usize> + '_ {
        let words = self.buys_under[importer].iter().zip(&self.sells_under[exporter]);
        words.enumerate().flat_map(|(place, (buys, sells))| {
            let mut left = buys & sells;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(place * BITS + bit)
            })
        })
    }

    /// Members of an agreement on a date.
    pub(super) fn on(&self, agreement: usize, date: Date) -> impl Iterator<Item = usize> + '_ {
        let parties = self.parties[agreement].iter().copied();
        parties.filter(move |&party| self.since(agreement, party, date).is_some())
    }

    /// Stretches of membership of `party` in `agreement`.
    #[must_use]
    pub(crate) fn spans(&self, agreement: usize, party: usize) -> &[Span] {
        let place = agreement * self.n + party;
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.spans[from as usize..self.ends[place] as usize]
    }

    /// True if `party` belongs to `agreement` on `date`.
    #[must_use]
    pub fn is_member(&self, agreement: usize, party: usize, date: Date) -> bool {
        self.since(agreement, party, date).is_some()
    }

    pub(super) fn since(&self, agreement: usize, party: usize, date: Date) -> Option<Date> {
        let spans = self.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from <= date && date < *until).map(|(from, _)| *from).min()
    }

    /// Days within `year` on which the bindings of a pair can change, besides 1 January and the cut date.
    pub(super) fn changes(&self, Pair { importer, exporter }: Pair, year: i16, days: &mut Vec<Date>) {
        for party in [importer, exporter] {
            days.extend(within(&self.days[party], year));
        }
    }
}

/// Bits of each `0..n` for which `is_set`.
fn bits_of(n: usize, is_set: impl Fn(usize) -> bool) -> Bits {
    let mut bits = vec![0; n.div_ceil(BITS)];
    (0..n).filter(|&at| is_set(at)).for_each(|at| set(&mut bits, at));
    bits
}

fn set(bits: &mut Bits, at: usize) {
    bits[at / BITS] |= 1 << (at % BITS);
}

/// The days that lie in `year`; `days` are in rising order.
pub(super) fn within(days: &[Date], year: i16) -> &[Date] {
    let from = days.partition_point(|day| day.year() < year);
    let until = days.partition_point(|day| day.year() <= year);
    &days[from..until]
}
