//! Which folder a path means, and which folders are never an output.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use super::error::{OutputError, at};
use super::{ours, staging};
use crate::data::{folder_read_below, forget_folders_read};

/// Paths that the command reads; a folder that is or holds one of them cannot be an output.
static INPUTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Names the files and folders that this command reads, so that none of its outputs can take their place; those of the
/// command before are forgotten.
pub fn protect(inputs: impl IntoIterator<Item = PathBuf>) {
    forget_folders_read();
    let mut known = INPUTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *known = inputs.into_iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
}

/// The folder that `path` means: absolute, links followed, without `.` and `..`.
///
/// # Errors
/// [`OutputError::Refused`] for the working folder and those above it, the root, the home folder, a file, and
/// a folder that is or holds an input of the command; [`OutputError::Io`] where a link leads nowhere.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OutputError> {
    let target = follow(path).map_err(at(path))?;
    let refuse = |why: &str| Err(OutputError::Refused { path: path.to_owned(), why: why.to_owned() });
    if target.parent().is_none() {
        return refuse("is the root of the file system");
    }
    let is_at_or_below = |inner: &Path| inner.starts_with(&target);
    if env::current_dir().and_then(fs::canonicalize).is_ok_and(|working| is_at_or_below(&working)) {
        return refuse("is the folder in which the command runs, or holds it");
    }
    if env::home_dir().and_then(|home| fs::canonicalize(home).ok()).is_some_and(|home| is_at_or_below(&home))
    {
        return refuse("is the home folder, or holds it");
    }
    refuse_inputs(path, &target)?;
    if staging::Names::is_neighbour(&target) {
        return refuse("has a name that folders of unfinished work have");
    }
    if let Some(result) = target.ancestors().skip(1).find(|folder| is_result(folder)) {
        return refuse(&format!(
            "lies in the finished result {}, which would have a file of somebody else",
            result.display()
        ));
    }
    if target.exists() && !target.is_dir() {
        return refuse("is a file and no folder");
    }
    Ok(target)
}

/// True for a result of a command; what `init` writes, and data sets, are there to be added to.
fn is_result(folder: &Path) -> bool {
    ours::manifest(folder)
        .is_some_and(|manifest| manifest["command"].as_str().is_some_and(|command| command != "init"))
}

/// Refuses a folder that is or holds what the command line names as an input, or what was read so far: a plan names a
/// baseline, and a folder of parts its parts.
pub(super) fn refuse_inputs(shown: &Path, target: &Path) -> Result<(), OutputError> {
    let inputs = INPUTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let named = inputs.iter().find(|input| input.starts_with(target)).cloned();
    match named.or_else(|| folder_read_below(target)) {
        Some(input) => {
            let why = format!("is or holds an input of this command ({})", input.display());
            Err(OutputError::Refused { path: shown.to_owned(), why })
        }
        None => Ok(()),
    }
}

/// Follows links as far as the path exists, then goes on by name.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut at = env::current_dir().and_then(fs::canonicalize)?;
    let mut rest: Vec<Component<'_>> = path.components().collect();
    rest.reverse();
    while let Some(component) = rest.pop() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                at.pop();
            }
            Component::Prefix(_) | Component::RootDir => at.push(component),
            Component::Normal(name) => at = step(at, name)?,
        }
    }
    Ok(at)
}

/// The inner folder `name`; where it is a link, what it leads to, which may not be there yet.
fn step(at: PathBuf, name: &OsStr) -> io::Result<PathBuf> {
    let inner = at.join(name);
    match fs::canonicalize(&inner) {
        Ok(real) => Ok(real),
        Err(_) if inner.is_symlink() => {
            let link = at.join(fs::read_link(&inner)?);
            let dangling = || io::Error::other(format!("a link to {}, which is not there", link.display()));
            let (parent, name) = link.parent().zip(link.file_name()).ok_or_else(dangling)?;
            Ok(fs::canonicalize(parent).map_err(|_| dangling())?.join(name))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(inner),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::follow;
    use std::path::Path;

    #[test]
    fn dots_are_taken_out_and_links_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().canonicalize().unwrap();
        std::fs::create_dir(at.join("real")).unwrap();
        assert_eq!(follow(&at.join("real/../new/./x")).unwrap(), at.join("new/x"));
        assert_eq!(follow(Path::new("a/..")).unwrap(), std::env::current_dir().unwrap());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at.join("real"), at.join("link")).unwrap();
            std::os::unix::fs::symlink("later", at.join("dangling")).unwrap();
            assert_eq!(follow(&at.join("link/x")).unwrap(), at.join("real/x"));
            assert_eq!(follow(&at.join("dangling")).unwrap(), at.join("later"));
        }
    }
}
