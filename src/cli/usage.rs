//! A command line that cannot be read, or that asks for a text such as help: said in the form that is asked for.

use std::ffi::OsStr;

use clap::Error;
use clap::error::{ContextKind, ContextValue};

use super::{exit, terminal};

/// Says it and ends the process: a fault on standard error, in JSON where `--log json` asks for that.
pub fn end(error: &Error) -> ! {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let variable = told_by_variable(error, &arguments, variables);
    if error.use_stderr() && asks_for_json(&arguments, std::env::var_os("TRADEPATH_LOG").as_deref()) {
        terminal::log_json();
        let text = error.render().to_string();
        let mut text = text.trim().trim_start_matches("error: ").to_owned();
        variable.iter().for_each(|variable| text += &format!("\n\n{variable}"));
        terminal::failure(&anyhow::anyhow!(text), exit::USAGE);
        std::process::exit(exit::USAGE.into());
    }
    if let Some(variable) = variable {
        let _ = error.print();
        eprintln!("\n{variable}");
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// Says that a wrong value comes from a variable of the environment, where its option is not on the command line.
fn told_by_variable(
    error: &Error,
    arguments: &[impl AsRef<OsStr>],
    variables: impl Iterator<Item = String>,
) -> Option<String> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = option.split([' ', '=']).next()?.strip_prefix("--")?;
    let is_typed =
        |word: &str| word.strip_prefix("--").is_some_and(|word| word.split('=').next() == Some(long));
    if arguments.iter().filter_map(|word| word.as_ref().to_str()).any(is_typed) {
        return None;
    }
    let end = format!("_{}", long.to_uppercase().replace('-', "_"));
    let mut found = variables.filter(|name| name.starts_with("TRADEPATH_") && name.ends_with(&end));
    found.next().map(|name| format!("The value comes from the environment variable {name}."))
}

/// True where the words, which could not be read as a whole, or the variable say `json`; the words win.
fn asks_for_json(arguments: &[impl AsRef<OsStr>], variable: Option<&OsStr>) -> bool {
    let words: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).take_while(|word| *word != "--").collect();
    let after = words.windows(2).rev().find(|pair| pair[0] == "--log").map(|pair| pair[1] == "json");
    let joined = words.iter().filter_map(|word| word.to_str()?.strip_prefix("--log=")).next_back();
    after.or(joined.map(|form| form == "json")).unwrap_or(variable.is_some_and(|form| form == "json"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::asks_for_json;

    #[test]
    fn the_form_is_known_though_the_line_is_wrong() {
        let asks = |line: &str, variable: Option<&str>| {
            asks_for_json(&line.split(' ').collect::<Vec<_>>(), variable.map(OsStr::new))
        };
        assert!(asks("run --nope --log json", None) && asks("--log=json run", None));
        assert!(asks("run --nope", Some("json")));
        assert!(!asks("run --nope --log text", Some("json")));
        assert!(!asks("run --log", None) && !asks("run -- --log json", None));
    }
}
