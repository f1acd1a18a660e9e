//! `tradepath estimate`: against reference programs, on bad input, and what must not change an estimate.

mod bad_input;
mod calibration;
mod hostile;
mod oracles;
mod properties;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tradepath::estimation::design::{Specification, read_panel};
use tradepath::estimation::formula::{EffectTerm, Formula};
use tradepath::estimation::panel::PanelFile;
use tradepath::estimation::{Estimates, Options, estimate};

/// Reference files beside the repository; tests that need them say so and pass where they are missing.
fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A work tree may lie elsewhere than beside them.
    let folder = std::env::var_os("TRADEPATH_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let found = folder.join(path);
    if !found.exists() {
        eprintln!("skipped: {path} is not there; set TRADEPATH_SHARED to its folder");
        return None;
    }
    Some(found)
}

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/estimation").join(file)
}

/// One CSV file as rows of named cells.
fn read_rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The command, with a fresh folder for the results.
struct Run {
    folder: tempfile::TempDir,
    command: Command,
}

impl Run {
    fn new(panel: &Path, formula: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.arg("estimate").arg("--panel").arg(panel).args(["--formula", formula]);
        command.arg("--out").arg(folder.path().join("out"));
        Self { folder, command }
    }

    fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    fn out(&self, file: &str) -> PathBuf {
        self.folder.path().join("out").join(file)
    }

    /// Runs it and reads one of its tables.
    fn table(&mut self, file: &str) -> Vec<BTreeMap<String, String>> {
        if !self.out(file).exists() {
            self.command.assert().success();
        }
        read_rows(&self.out(file))
    }

    fn fit(&mut self) -> serde_json::Value {
        self.table("coefficients.csv");
        serde_json::from_str(&fs::read_to_string(self.out("fit.json")).unwrap()).unwrap()
    }

    /// Estimate and standard error by term.
    fn coefficients(&mut self) -> BTreeMap<String, (f64, f64)> {
        self.table("coefficients.csv")
            .iter()
            .map(|row| {
                (row["term"].clone(), (row["estimate"].parse().unwrap(), row["std_error"].parse().unwrap()))
            })
            .collect()
    }
}

/// Estimates from text in memory.
fn estimate_text(csv: &str, formula: &str, change: impl Fn(&mut Specification, &mut Options)) -> Estimates {
    let mut spec = Specification::new(Formula::parse(formula).unwrap());
    let mut options = Options::default();
    change(&mut spec, &mut options);
    let file = PanelFile::from_bytes("panel.csv", csv.as_bytes().to_vec()).unwrap();
    estimate(&read_panel(&file, &spec).unwrap(), &spec, &options).unwrap()
}

fn cluster(text: &str) -> EffectTerm {
    EffectTerm::parse(text).unwrap()
}

fn is_close(found: f64, expected: f64, relative: f64) -> bool {
    (found - expected).abs() <= relative * expected.abs().max(1e-12)
}
