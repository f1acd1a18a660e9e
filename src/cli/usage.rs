//! A command line that cannot be read, or that asks for a text such as help: said in the form that is asked for.

use std::ffi::OsStr;

use clap::Error;

use super::terminal;

/// Exit code of wrong usage.
const WRONG: u8 = 2;

/// Says it and ends the process: a fault on standard error, in JSON where `--log json` asks for that.
pub fn end(error: &Error) -> ! {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if error.use_stderr() && asks_for_json(&arguments, std::env::var_os("TRADEPATH_LOG").as_deref()) {
        terminal::log_json();
        let text = error.render().to_string();
        terminal::failure(&anyhow::anyhow!(text.trim().trim_start_matches("error: ").to_owned()), WRONG);
        std::process::exit(WRONG.into());
    }
    error.exit()
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
