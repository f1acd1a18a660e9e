//! `tradepath init`: the embedded plan and data as files, to be edited.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::manifest;
use crate::data::write_embedded;
use crate::output::dir::{Existing, MANIFEST, OutputDir};

/// Options of `tradepath init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath init mine\n  tradepath run mine/plan.toml --out outputs/mine")]
pub struct InitArgs {
    /// Folder to write to.
    dir: PathBuf,
    /// Replace a folder that `tradepath init` wrote and nobody changed.
    #[arg(long)]
    overwrite: bool,
}

/// Writes plan, options, schedules, policy tables and data sets.
///
/// # Errors
/// If the folder is in use or cannot be written.
pub fn run(args: &InitArgs, quiet: bool) -> anyhow::Result<()> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.dir, existing)?;
    write_embedded(output.path()).with_context(|| output.path().display().to_string())?;
    let info = json!({ "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "init" });
    output.write_text(MANIFEST, &manifest::text(&info))?;
    let at = output.finish()?;
    if !quiet {
        eprintln!("{0}: edit plan.toml and the tables, then `tradepath run {0}/plan.toml`", at.display());
    }
    Ok(())
}
