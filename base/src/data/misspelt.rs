//! Files that nothing reads and that were probably meant to be a table that is not there.

use super::files::Files;
use super::nearest::nearest;
use crate::error::{Fault, Faults};

/// How the names of tables end, and of what people save in their place.
const ENDINGS: [&str; 6] = [".csv", ".csv.gz", ".csv.txt", ".tsv", ".txt", ".xlsx"];

impl Files {
    /// A fault for each file in this folder that was not read and whose name is near to that of a table that was asked for
    /// in the same folder and was not there: left alone it would be passed over.
    #[must_use]
    pub fn misspelt(&self) -> Faults {
        let mut faults = Faults::new();
        self.near_misses().into_iter().for_each(|(_, fault)| faults.push(fault));
        faults
    }

    /// The same faults, each with the path of the table that was probably meant, as in [`Files::absent`].
    #[must_use]
    pub fn near_misses(&self) -> Vec<(String, Fault)> {
        let (root, mut found) = (self.root(), Vec::new());
        let read: Vec<String> = root.read_log().into_iter().map(|file| file.path).collect();
        let absent = self.absent();
        let mut folders: Vec<&str> = absent.iter().map(|path| split(path).0).collect();
        folders.dedup();
        for folder in folders {
            let names = absent.iter().map(|path| split(path)).filter(|(other, _)| *other == folder);
            let wanted: Vec<&str> = names.filter_map(|(_, name)| name.strip_suffix(".csv")).collect();
            let files = root.folder(folder);
            let is_read = |name: &str| read.iter().any(|path| split(path) == (folder, name));
            for name in files.list("").iter().filter(|name| !is_read(name)) {
                if let Some(meant) = stem(name).and_then(|stem| nearest(stem, wanted.iter().copied())) {
                    let meant = format!("{meant}.csv");
                    found.push((files.inner_path(&meant), misspelt(&files.display(name), name, &meant)));
                }
            }
        }
        found
    }
}

/// Folder and name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The name without its ending; none for what is no table.
fn stem(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    ENDINGS.iter().find(|ending| lower.ends_with(**ending)).map(|_| name.split('.').next().unwrap_or(name))
}

fn misspelt(file: &str, name: &str, meant: &str) -> Fault {
    let found = format!("{name}, which nothing reads");
    let expected = format!("{meant}, which is not there");
    let remedy = format!("Did you mean {meant}? Rename the file, or take it out of the folder.");
    Fault::of_file(file, "name of the file", &found, &expected, &remedy)
}
