//! `tradepath completions`: a script for a shell.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

/// Options of `tradepath completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath completions bash > ~/.local/share/bash-completion/completions/tradepath\n  tradepath completions zsh > ~/.zfunc/_tradepath\n  tradepath completions fish > ~/.config/fish/completions/tradepath.fish"
)]
pub struct CompletionsArgs {
    /// Shell that the script is for.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs, mut command: Command) {
    let mut script = Vec::new();
    generate(args.shell, &mut command, "tradepath", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
}
