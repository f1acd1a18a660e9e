//! Which source file uses which: every path of the code, in `use` lines and inline, resolved to the file that
//! defines what it names. Comments, strings and test modules do not count; a re-export (`pub use`) is followed, and
//! is itself no use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module path such as `["equilibrium", "quota", "wedges"]`.
type Module = Vec<String>;

/// One source file.
struct Source {
    /// Paths that its code names, as written.
    paths: Vec<Vec<String>>,
    /// Names that it re-exports, with the path of each.
    exports: Vec<Vec<String>>,
}

/// Folders of the crates, and the module of `tradepath` that each of them is: `tradepath` hands on the modules of the others
/// under their own names, so that `crate::` leads to the same module in all of them but one, which is a module itself.
pub const CRATES: [(&str, Option<&str>); 4] =
    [("base/src", None), ("estimation/src", Some("estimation")), ("model/src", None), ("src", None)];

/// The files of all crates with what each of them uses.
pub struct Imports {
    sources: BTreeMap<Module, Source>,
}

impl Imports {
    /// Reads all files of the crates under `root`, but for `main.rs` and `lib.rs` that are no module.
    pub fn read(root: &Path) -> Self {
        let mut sources = BTreeMap::new();
        let all = CRATES.iter().map(|&(folder, inside)| (root.join(folder), inside));
        for (src, inside, file) in
            all.flat_map(|(src, inside)| files(&src).into_iter().map(move |file| (src.clone(), inside, file)))
        {
            let inner = file.strip_prefix(src).unwrap().with_extension("");
            let inner = inner.iter().map(|part| part.to_str().unwrap());
            let mut module: Module = inside.into_iter().chain(inner).map(str::to_owned).collect();
            if module.len() > 1 && ["mod", "lib"].contains(&module.last().unwrap().as_str()) {
                module.pop();
            }
            if module == ["lib"] || module == ["main"] {
                continue;
            }
            let tokens: TokenStream = fs::read_to_string(&file).unwrap().parse().unwrap();
            let mut source = Source { paths: Vec::new(), exports: Vec::new() };
            source.take(tokens.into_iter().collect());
            source.as_in_one_crate(inside);
            sources.insert(module, source);
        }
        Self { sources }
    }

    /// Top-level modules that each top-level module names by `crate::`.
    pub fn layers(&self) -> BTreeSet<(String, String)> {
        let named = |(module, source): (&Module, &Source)| -> Vec<(String, String)> {
            let all = source.paths.iter().chain(&source.exports);
            let absolute = all.filter(|path| path[0] == "crate" && path.len() > 1);
            absolute.map(|path| (module[0].clone(), path[1].clone())).collect()
        };
        self.sources.iter().flat_map(named).collect()
    }

    /// Sets of files that use each other, directly or through others.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let uses: BTreeMap<&Module, BTreeSet<Module>> =
            self.sources.keys().map(|module| (module, self.uses(module))).collect();
        let reach: BTreeMap<&Module, BTreeSet<&Module>> =
            self.sources.keys().map(|module| (module, reachable(module, &uses))).collect();
        let mut circles: Vec<Vec<String>> = Vec::new();
        for (module, reached) in &reach {
            let around = reached.iter().filter(|other| reach[**other].contains(*module));
            let circle: Vec<String> = around.map(|other| other.join("/")).collect();
            if circle.len() > 1 && !circles.contains(&circle) {
                circles.push(circle);
            }
        }
        circles
    }

    /// Files that a file uses.
    fn uses(&self, module: &Module) -> BTreeSet<Module> {
        let named = self.sources[module].paths.iter().filter_map(|path| self.resolve(module, path, 0));
        named.filter(|used| used != module).collect()
    }

    /// The file that defines what `path` names in `module`.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = module.clone();
        let mut rest = path;
        match path[0].as_str() {
            "crate" => (at, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            child => {
                let is_child = |part: &str| self.sources.contains_key(&join(&at, part));
                if !is_child(child) {
                    return None;
                }
            }
        }
        while let Some(part) = rest.first().filter(|part| self.sources.contains_key(&join(&at, part))) {
            at.push(part.clone());
            rest = &rest[1..];
        }
        let source = self.sources.get(&at)?;
        let Some(name) = rest.first() else { return Some(at) };
        let export = source.exports.iter().find(|export| export.last() == Some(name));
        match export.filter(|_| depth < 8) {
            Some(export) => self.resolve(&at, export, depth + 1).or(Some(at)),
            None => Some(at),
        }
    }
}

fn join(module: &Module, part: &str) -> Module {
    module.iter().cloned().chain([part.to_owned()]).collect()
}

fn reachable<'a>(from: &Module, uses: &'a BTreeMap<&'a Module, BTreeSet<Module>>) -> BTreeSet<&'a Module> {
    let (mut seen, mut pending) = (BTreeSet::new(), vec![from]);
    while let Some(module) = pending.pop() {
        for used in uses.get(module).into_iter().flatten() {
            if seen.insert(used) {
                pending.push(used);
            }
        }
    }
    seen
}

/// Every Rust file under a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all
}

impl Source {
    /// Writes paths into other crates, and those of a crate that is a module, as `crate::` would lead there in `tradepath`.
    fn as_in_one_crate(&mut self, inside: Option<&str>) {
        for path in self.paths.iter_mut().chain(&mut self.exports) {
            match (path[0].as_str(), inside) {
                ("crate", Some(inside)) => path.insert(1, inside.to_owned()),
                ("tradepath_base", _) => path[0] = "crate".to_owned(),
                _ => {}
            }
        }
    }

    /// Takes in the paths of a list of tokens.
    fn take(&mut self, tokens: Vec<TokenTree>) {
        let mut at = 0;
        while at < tokens.len() {
            if is_test_module(&tokens[at..]) {
                at += tokens[at..].iter().take_while(|token| !is_braces(token)).count() + 1;
                continue;
            }
            match &tokens[at] {
                TokenTree::Ident(word) if word == "use" => {
                    let length = tokens[at..].iter().take_while(|token| !is_punct(token, ';')).count();
                    let mut found = Vec::new();
                    tree(&tokens[at + 1..at + length], &[], &mut found);
                    if is_public(&tokens[..at]) { &mut self.exports } else { &mut self.paths }.extend(found);
                    at += length;
                }
                TokenTree::Ident(_) => {
                    let path = path(&tokens[at..]);
                    at += 3 * path.len() - 2;
                    if path.len() > 1 {
                        self.paths.push(path);
                    }
                }
                TokenTree::Group(group) => {
                    self.take(group.stream().into_iter().collect());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }
}

/// The path that begins at the first token: names with two colons between them.
fn path(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = vec![tokens[0].to_string()];
    let mut rest = &tokens[1..];
    while let [colon, other, TokenTree::Ident(name), ..] = rest {
        if !(is_punct(colon, ':') && is_punct(other, ':')) {
            break;
        }
        path.push(name.to_string());
        rest = &rest[3..];
    }
    path
}

/// All paths of a `use` tree.
fn tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<Vec<String>>) {
    for branch in tokens.split(|token| is_punct(token, ',')).filter(|branch| !branch.is_empty()) {
        let mut path: Vec<String> = before.to_vec();
        let mut is_open = false;
        for token in branch {
            match token {
                TokenTree::Group(group) => {
                    tree(&group.stream().into_iter().collect::<Vec<_>>(), &path, found);
                    is_open = true;
                }
                TokenTree::Ident(word) if word == "as" => break,
                TokenTree::Ident(word) if word == "self" && !before.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                _ => {}
            }
        }
        if !is_open && !path.is_empty() {
            found.push(path);
        }
    }
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// True where `pub` or `pub(...)` ends a list of tokens.
fn is_public(before: &[TokenTree]) -> bool {
    let is_pub = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Ident(word)) if word == "pub");
    match before.last() {
        Some(TokenTree::Group(_)) => is_pub(before.iter().nth_back(1)),
        last => is_pub(last),
    }
}

/// True at `#[cfg(test)]` before a module or function.
fn is_test_module(tokens: &[TokenTree]) -> bool {
    let [sharp, TokenTree::Group(attribute), ..] = tokens else { return false };
    is_punct(sharp, '#') && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}
