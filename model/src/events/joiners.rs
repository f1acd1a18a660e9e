//! Who can come to belong to an agreement in some draw: for them the blocks of its members are written out.

use jiff::civil::Date;

use super::effect::Effect;
use super::for_each::PLACEHOLDER;
use super::known::Tables;
use super::spec::OptionSpec;
use crate::sorted::{SortedMap, SortedSet};

/// The effects by which parties join agreements.
#[derive(Debug, Default)]
pub(super) struct Joiners {
    /// Parties named, by agreement.
    named: SortedMap<String, SortedSet<String>>,
    /// Agreements all of whose members join another, by that other.
    through: SortedMap<String, SortedSet<String>>,
    /// Agreements that the members of a block join.
    of_blocks: SortedSet<String>,
    /// True where effects that are not known may add any party.
    is_open: bool,
}

impl Joiners {
    /// Those of an option and the world.
    pub fn of<'a>(specs: impl IntoIterator<Item = &'a OptionSpec>) -> Self {
        let mut joiners = Self::default();
        for (text, _) in specs.into_iter().flat_map(OptionSpec::effects) {
            let joins = text.strip_prefix("join:").and_then(|rest| rest.split_once(':'));
            match (joins, Effect::parse(text)) {
                (Some((agreement, parties)), _) if parties.contains(PLACEHOLDER) => {
                    joiners.of_blocks.insert(agreement.to_owned());
                }
                (_, Some(Effect::Join(agreement, parties))) => {
                    for party in parties {
                        let (table, name) = match party.strip_prefix('@') {
                            Some(other) => (&mut joiners.through, other.to_owned()),
                            None => (&mut joiners.named, party),
                        };
                        table.entry(agreement.clone()).or_default().insert(name);
                    }
                }
                _ => {}
            }
        }
        joiners
    }

    /// Those of the world, which runs beside options that are read after it.
    pub fn anybody() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Parties that may belong to `agreement` on some day from `first` on, by name.
    pub fn members(&self, agreement: &str, first: Date, tables: &Tables<'_>) -> SortedSet<String> {
        let (mut seen, mut open) = (SortedSet::from([agreement]), vec![agreement]);
        let mut members = SortedSet::new();
        while let Some(agreement) = open.pop() {
            if self.is_open || self.of_blocks.contains(agreement) {
                return tables.parties.iter().map(|party| (*party).to_owned()).collect();
            }
            let dated = tables.memberships.iter().flat_map(|timeline| &timeline.memberships);
            let of_tables =
                dated.filter(|one| one.agreement == agreement && one.until.is_none_or(|until| until > first));
            members.extend(of_tables.map(|one| one.party.clone()));
            members.extend(self.named.get(agreement).into_iter().flatten().cloned());
            let through = self.through.get(agreement).into_iter().flatten();
            open.extend(through.map(String::as_str).filter(|other| seen.insert(other)));
        }
        members
    }
}
