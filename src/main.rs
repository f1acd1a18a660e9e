//! The `tradepath` program: parses the command line and maps failures to exit codes.

use std::process::ExitCode;

fn main() -> ExitCode {
    tradepath::cli::main()
}
