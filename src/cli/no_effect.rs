//! Options that have no effect beside others are refused: passed over in silence they would seem to have been heard.

use clap::parser::{ArgMatches, ValueSource};
use clap::{Arg, Command};

use crate::error::{Fault, Faults, InputErrors};

/// Options of a command that have no effect where others are given, or are not given.
struct Rule {
    command: &'static str,
    /// All of these are given.
    with: &'static [&'static str],
    /// None of these is.
    without: &'static [&'static str],
    /// The options that have no effect then.
    options: &'static [&'static str],
}

/// The rules; of several that meet an option the first one speaks. Names are those of the fields of the arguments.
const RULES: [Rule; 21] = [
    Rule {
        command: "timeline",
        with: &["fit"],
        without: &[],
        options: &["draws", "seed", "data", "options", "settings", "summary", "sets", "set_draws"],
    },
    Rule {
        command: "timeline",
        with: &["gains"],
        without: &[],
        options: &[
            "draws",
            "seed",
            "data",
            "options",
            "settings",
            "summary",
            "sets",
            "set_draws",
            "sensitivity",
            "overwrite",
        ],
    },
    Rule {
        command: "timeline",
        with: &["conclusions"],
        without: &[],
        options: &["settings", "summary", "overwrite"],
    },
    Rule {
        command: "timeline",
        with: &["sensitivity"],
        without: &[],
        options: &["out", "summary", "graph", "overwrite"],
    },
    Rule { command: "timeline", with: &["explain"], without: &["out"], options: &["draws"] },
    Rule { command: "timeline", with: &["explain"], without: &["draw", "out"], options: &["seed"] },
    Rule { command: "timeline", with: &[], without: &["conclusions"], options: &["sets", "set_draws"] },
    Rule { command: "timeline", with: &[], without: &["out"], options: &["summary", "graph", "overwrite"] },
    Rule {
        command: "schedule",
        with: &["explain"],
        without: &[],
        options: &[
            "importer",
            "exporter",
            "barriers",
            "sector",
            "date",
            "lines",
            "out",
            "overwrite",
            "format",
        ],
    },
    Rule {
        command: "schedule",
        with: &["barriers"],
        without: &[],
        options: &["lines", "out", "overwrite", "format"],
    },
    Rule { command: "schedule", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "solve", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "optimal", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "nash", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "compare", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "estimate", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "validate", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "tornado", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "variance", with: &[], without: &["out"], options: OVERWRITE },
    Rule { command: "variance", with: &["quadrature"], without: &[], options: &["seed"] },
    Rule { command: "report", with: &[], without: &["out"], options: OVERWRITE },
];

/// Where nothing is written, nothing is replaced.
const OVERWRITE: &[&str] = &["overwrite"];

/// Refuses options of the command line that have no effect beside the others.
///
/// # Errors
/// [`InputErrors`] with every such option.
pub fn check(program: &Command, matches: &ArgMatches) -> Result<(), InputErrors> {
    let Some((name, given)) = matches.subcommand() else { return Ok(()) };
    let mut faults = Faults::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.command == name && rule.applies(given)) {
        for option in rule.options.iter().filter(|option| is_typed(given, option)) {
            if !seen.contains(option) {
                seen.push(option);
                faults.push(rule.fault(program, option));
            }
        }
    }
    faults.into_result(())
}

/// The fault of an option that has no effect: `found` says beside what, `remedy` what to do instead.
pub fn fault(option: &str, found: &str, remedy: &str) -> Fault {
    let expected = format!("a call in which {option} has an effect");
    Fault::of_file("command line", option, found, &expected, remedy)
}

impl Rule {
    fn applies(&self, given: &ArgMatches) -> bool {
        self.with.iter().all(|option| is_given(given, option))
            && !self.without.iter().any(|option| is_given(given, option))
    }

    fn fault(&self, program: &Command, option: &str) -> Fault {
        let name = |id: &str| long_name(program, self.command, id);
        let listed = |ids: &[&str], word: &str| ids.iter().map(|id| name(id)).collect::<Vec<_>>().join(word);
        let mut beside = Vec::new();
        let mut ways = vec![format!("Leave {} out", name(option))];
        if !self.with.is_empty() {
            beside.push(format!("with {}", listed(self.with, " and ")));
            ways.push(format!("leave {} out", listed(self.with, " and ")));
        }
        if !self.without.is_empty() {
            beside.push(format!("without {}", listed(self.without, " and ")));
            ways.push(format!("give {}", listed(self.without, " or ")));
        }
        let found = format!("given {}", beside.join(" and "));
        fault(&name(option), &found, &format!("{}.", ways.join(", or ")))
    }
}

/// The option as the user types it.
fn long_name(program: &Command, command: &str, id: &str) -> String {
    let command = program.find_subcommand(command);
    let option = command.and_then(|command| command.get_arguments().find(|option| option.get_id() == id));
    option.and_then(Arg::get_long).map_or_else(|| id.to_owned(), |long| format!("--{long}"))
}

/// True for an option on the command line. One that a variable gives stands for all calls, and need not fit each.
fn is_typed(given: &ArgMatches, id: &str) -> bool {
    given.value_source(id) == Some(ValueSource::CommandLine)
}

/// True for an option that is given in any way; a variable may also say that a switch is off.
fn is_given(given: &ArgMatches, id: &str) -> bool {
    let is_set = given.value_source(id).is_some_and(|source| source != ValueSource::DefaultValue);
    is_set && !matches!(given.try_get_one::<bool>(id), Ok(Some(false)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{RULES, long_name};
    use crate::cli::Cli;

    #[test]
    fn every_rule_names_options_that_its_command_has() {
        let program = Cli::command();
        for rule in &RULES {
            for id in rule.with.iter().chain(rule.without).chain(rule.options) {
                assert!(long_name(&program, rule.command, id).starts_with("--"), "{}: {id}", rule.command);
            }
        }
    }
}
