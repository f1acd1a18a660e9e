//! Parameters and switches of an option that a caller sets.

use super::spec::OptionSpec;

/// What cannot be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// The name is neither a parameter nor a switch of the option.
    #[error("`{name}` is no parameter and no switch of this option; it has: {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The value is not one that it can have.
    #[error("`{name}` = {value}: expected {expected}")]
    OutOfRange {
        /// Parameter or switch.
        name: String,
        /// What was asked for.
        value: f64,
        /// What it can be.
        expected: String,
    },
}

impl OptionSpec {
    /// Gives the parameter `name` a value within its range, or turns the fact of that name on (1) or off (0).
    ///
    /// # Errors
    /// [`SettingError`] with the names that there are, or the range.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), SettingError> {
        let refused = |expected: String| SettingError::OutOfRange { name: name.to_owned(), value, expected };
        let mut is_known = false;
        for parameter in self.parameters.iter_mut().filter(|one| one.name == name) {
            let [least, most] = parameter.range();
            if !(least..=most).contains(&value) {
                return Err(refused(format!("a number from {least} to {most}")));
            }
            (parameter.value, parameter.se, is_known) = (value, 0.0, true);
        }
        for fact in self.facts.iter_mut().filter(|one| one.name == name) {
            if value != 0.0 && value != 1.0 {
                return Err(refused("1 (on) or 0 (off)".into()));
            }
            (fact.on, is_known) = (value == 1.0, true);
        }
        let known = || self.settable().map(str::to_owned).collect();
        if is_known { Ok(()) } else { Err(SettingError::Unknown { name: name.to_owned(), known: known() }) }
    }

    /// Names of the parameters and of the facts that can be turned on or off.
    pub fn settable(&self) -> impl Iterator<Item = &str> {
        let facts = self.facts.iter().map(|one| one.name.as_str());
        self.parameters.iter().map(|one| one.name.as_str()).chain(facts)
    }
}
