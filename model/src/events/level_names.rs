//! States, voices and topics that the names of an option may refer to.

use super::spec::OptionSpec;
use super::topics::{OTHERS, Topics};
use crate::sorted::SortedSet;

/// States, voices, actors and menus that an option and the world know.
#[derive(Default)]
pub(super) struct Levels<'a> {
    pub states: SortedSet<&'a str>,
    pub voices: SortedSet<&'a str>,
    pub topics: Option<&'a Topics>,
}

impl<'a> Levels<'a> {
    pub fn new(spec: &'a OptionSpec, world: Option<&'a OptionSpec>) -> Self {
        let specs = || [Some(spec), world].into_iter().flatten();
        Self {
            states: specs().flat_map(|spec| &spec.states).map(|one| one.name.as_str()).collect(),
            voices: specs().flat_map(|spec| &spec.voices).map(|one| one.name.as_str()).collect(),
            topics: specs().find_map(|spec| spec.topic_tables.as_deref()),
        }
    }

    pub fn knows_actor(&self, name: &str) -> bool {
        let is_actor = |topics: &Topics| topics.actors.iter().any(|one| one == name || one == OTHERS);
        self.voices.contains(name) || self.topics.is_some_and(is_actor)
    }
}
