//! Environment variables: every option can be given by one.
//!
//! Those of all commands are `TRADEPATH_THREADS` and so on; those of one command name it: `TRADEPATH_RUN_DRAWS`. The
//! command line wins over them.

use clap::{Arg, ArgAction, Command};

/// The command line with the name of its variable at every option.
#[must_use]
pub fn named(command: Command) -> Command {
    command.mut_args(|option| with_variable(option, "")).mut_subcommands(|inner| {
        let prefix = format!("{}_", inner.get_name());
        inner.mut_args(|option| with_variable(option, &prefix))
    })
}

fn with_variable(option: Arg, prefix: &str) -> Arg {
    match option.get_long() {
        None | Some("help" | "version") => option,
        Some(long) => {
            let name = format!("TRADEPATH_{prefix}{long}").to_uppercase().replace('-', "_");
            let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
            let option = option.env(name).hide_env_values(true);
            // A value that is a negative number is one that cannot be read, and no option that is not known.
            if is_switch { option.value_parser(is_on) } else { option.allow_negative_numbers(true) }
        }
    }
}

/// What a switch is where a variable gives it. One that means neither is refused: a switch may allow what loses work.
fn is_on(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("expected 1, true, yes or on, else 0, false, no, off or nothing".into()),
    }
}
