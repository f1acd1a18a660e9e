//! `tradepath export`: the tables of a finished result in another form.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::answer::{Answer, Cell};
use super::format::Format;
use super::{manifest, place, verify};
use crate::data::Files;
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{MANIFEST, OutputDir, PACKAGE, at};
use crate::output::iamc::{self, IamcRow};
use crate::output::parquet::{self, ParquetFault};
use crate::output::paths::BaselineLevel;
use crate::output::rows::{self, TableRow};
use crate::output::run::{Projection, SectorProjection};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Every table as a Parquet file with the types of datapackage.json.
    Parquet,
    /// One table iamc.csv: model, scenario, region, variable, unit, year, value (of a run).
    Iamc,
}

/// Options of `tradepath export`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath export outputs/default --format parquet --out outputs/parquet\n  tradepath export outputs/default --format iamc --out outputs/iamc"
)]
pub struct ExportArgs {
    /// Folder of a finished result with datapackage.json.
    #[arg(value_name = "DIR")]
    result: PathBuf,
    /// Form of the tables.
    #[arg(long, value_enum)]
    format: Form,
    /// Folder to write to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Writes the tables in the other form.
///
/// # Errors
/// [`InputErrors`] if a table is not as it was written; a folder that cannot be written.
pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    verify::unchanged(&args.result)?;
    let output = OutputDir::create(&args.out, place::existing(args.overwrite))?;
    let rows = match args.format {
        Form::Parquet => as_parquet(args, &output)?,
        Form::Iamc => as_iamc(args, &output)?,
    };
    let info = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "export",
        "of": args.result.display().to_string(),
    });
    output.write_text(MANIFEST, &manifest::text(&info))?;
    let answer = Answer {
        title: "Tables that were written".into(),
        columns: vec![("table", "table"), ("rows", "rows")],
        rows: rows.into_iter().map(|(name, n)| vec![Cell::Text(name), Cell::Count(n)]).collect(),
        folder: Some(output.finish()?),
        ..Answer::default()
    };
    answer.print(Format::Table);
    Ok(())
}

fn as_parquet(args: &ExportArgs, output: &OutputDir) -> anyhow::Result<Vec<(String, u64)>> {
    let files = Files::result(&args.result);
    let text = files.read(PACKAGE).map_err(InputErrors::from)?;
    let wrong = |found: String| {
        let expected = "the description that a tradepath command wrote";
        let remedy = "Run the command again.";
        InputErrors::from(Fault::of_file(&files.display(PACKAGE), "resources", &found, expected, remedy))
    };
    let package: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let resources = package["resources"].as_array().ok_or_else(|| wrong("none".into()))?;
    let mut written = Vec::new();
    for resource in resources {
        let path = resource["path"].as_str().ok_or_else(|| wrong("a table without a path".into()))?;
        let name = format!("{}.parquet", path.trim_end_matches(".csv"));
        // Makes the folder inside the output in which the table lies.
        output.write_text(&name, "")?;
        let found = parquet::write(&args.result.join(path), resource, &output.path().join(&name));
        let n = found.map_err(|error| match error {
            ParquetFault::Input(error) => anyhow::Error::from(error),
            ParquetFault::Io(error) => at(Path::new(&name))(error).into(),
            ParquetFault::Parquet(error) => at(Path::new(&name))(io::Error::other(error)).into(),
        })?;
        written.push((name, n));
    }
    Ok(written)
}

fn as_iamc(args: &ExportArgs, output: &OutputDir) -> anyhow::Result<Vec<(String, u64)>> {
    let (files, mut faults) = (Files::result(&args.result), Faults::new());
    let projections = rows::open::<Projection<'_>>(&files, &mut faults);
    let sectors = rows::open::<SectorProjection<'_>>(&files, &mut faults);
    let levels = rows::open::<BaselineLevel<'_>>(&files, &mut faults);
    let (Some(projections), Some(sectors), Some(levels)) = (projections, sectors, levels) else {
        faults.push(Fault::of_file(
            &files.display(""),
            "tables",
            "not all of them",
            "projections.csv, sectors.csv and baseline.csv of a run",
            "Name the folder of a finished `tradepath run`.",
        ));
        return Err(faults.into_result(()).expect_err("a fault was added").into());
    };
    let of_projections = rows::read::<Projection<'_>>(&projections, &mut faults);
    let of_sectors = rows::read::<SectorProjection<'_>>(&sectors, &mut faults);
    let of_levels = rows::read::<BaselineLevel<'_>>(&levels, &mut faults);
    faults.into_result(())?;
    let all = || {
        let changes = of_projections.iter().flat_map(|(_, row)| iamc::of_projection(row));
        let sectors = of_sectors.iter().filter_map(|(_, row)| iamc::of_sector(row));
        changes.chain(sectors).chain(of_levels.iter().map(|(_, row)| iamc::of_level(row)))
    };
    output.write_rows(all())?;
    Ok(vec![(IamcRow::FILE.to_owned(), all().count() as u64)])
}
