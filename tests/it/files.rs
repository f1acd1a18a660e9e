//! What may be read: files that are asked for, inside their folder, regular, UTF-8, each noted with its checksum.

use std::fs;

use tempfile::TempDir;
use tradepath::data::Files;

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("data/policy")).unwrap();
    fs::write(folder.path().join("data/policy/duties.csv"), "a,b\n1,2\n").unwrap();
    fs::write(folder.path().join("data/policy/stray.csv"), "x\n").unwrap();
    fs::write(folder.path().join("secret.csv"), "s\n").unwrap();
    folder
}

#[test]
fn only_files_that_are_asked_for_are_noted_with_the_checksum_of_their_bytes() {
    let folder = folder();
    let files = Files::directory(&folder.path().join("data"));
    let policy = files.folder("policy");
    assert_eq!(policy.read("duties.csv").unwrap(), "a,b\n1,2\n");
    assert_eq!(policy.read_optional("carbon.csv").unwrap(), None);
    let log = files.read_log();
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].path.as_str(), log[0].bytes), ("policy/duties.csv", 8));
    // printf 'a,b\n1,2\n' | sha256sum
    assert_eq!(log[0].sha256, "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470");
    fs::write(folder.path().join("data/policy/duties.csv"), "a,b\n1,3\n").unwrap();
    let fault = policy.read("duties.csv").unwrap_err();
    assert!(fault.found.contains("changed while the program read it"), "{fault}");
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    let folder = folder();
    let files = Files::directory(&folder.path().join("data"));
    let absolute = folder.path().join("secret.csv").display().to_string();
    for name in ["../secret.csv", "policy/../../secret.csv", absolute.as_str()] {
        let fault = files.read_optional(name).unwrap_err();
        assert!(fault.found.contains("leads out of the folder"), "{name}: {fault}");
    }
    assert!(files.folder("..").read("secret.csv").is_err());
    assert!(files.folder(&folder.path().display().to_string()).read("secret.csv").is_err());
    assert!(files.folder(".").folder("policy").read("./duties.csv").is_ok());
    assert_eq!(files.read_log().len(), 1);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_pipes_and_devices_are_refused_and_never_waited_for() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    let data = folder.path().join("data");
    let files = Files::directory(&data);
    symlink("../secret.csv", data.join("out.csv")).unwrap();
    symlink("policy/duties.csv", data.join("in.csv")).unwrap();
    symlink("nothing.csv", data.join("dangling.csv")).unwrap();
    symlink("/dev/zero", data.join("zero.csv")).unwrap();
    assert!(files.read("out.csv").unwrap_err().found.contains("a link to"));
    assert_eq!(files.read("in.csv").unwrap(), "a,b\n1,2\n");
    assert!(files.read_optional("dangling.csv").unwrap_err().found.contains("a link to nothing"));
    assert!(files.read("zero.csv").is_err());
    let made = std::process::Command::new("mkfifo").arg(data.join("fifo.csv")).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(files.read("fifo.csv").unwrap_err().found.contains("pipe"));
    }
    // A file that the user names with its path may be a link.
    assert_eq!(Files::read_named(&data.join("out.csv")).unwrap(), "s\n");
    assert!(Files::read_named(std::path::Path::new("/dev/zero")).is_err());
}

#[test]
fn another_encoding_is_a_fault_with_its_line_and_another_spelling_of_the_name_is_told() {
    let folder = folder();
    let data = folder.path().join("data");
    let files = Files::directory(&data);
    fs::write(data.join("latin.csv"), b"a,b\n1,2\nC\xf4te,3\n").unwrap();
    let fault = files.read_optional("latin.csv").unwrap_err();
    assert_eq!((fault.line, fault.found.as_str()), (Some(3), "byte 0xF4, which is no UTF-8"));
    fs::write(data.join("Tariffs.CSV"), "x\n").unwrap();
    let fault = files.read_optional("tariffs.csv").unwrap_err();
    assert!(fault.found.contains("Tariffs.CSV"), "{fault}");
    fs::write(data.join(".hidden.csv"), "x\n").unwrap();
    assert_eq!(files.folder("policy").list(".csv"), ["duties.csv", "stray.csv"]);
    assert!(!files.list(".csv").iter().any(|name| name.starts_with('.')));
}

#[test]
fn a_file_that_nothing_reads_is_asked_about_where_a_table_of_nearly_its_name_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    for name in ["tarrifs.csv", "trade.csv", "notes.txt", "tables/staging.txt", "tables/staging_rest.csv"] {
        fs::write(folder.path().join(name), "a\n1\n").unwrap();
    }
    let files = Files::directory(folder.path());
    assert!(files.misspelt().is_empty());
    files.read("trade.csv").unwrap();
    for name in ["tariffs.csv", "tables/staging.csv", "traed.csv"] {
        assert_eq!(files.read_optional(name), Ok(None));
    }
    let told: Vec<String> = files.misspelt().as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("staging.txt") && told[0].contains("Did you mean staging.csv?"), "{told:?}");
    assert!(told[1].contains("tarrifs.csv") && told[1].contains("Did you mean tariffs.csv?"), "{told:?}");
    assert_eq!(files.folder("tables").misspelt().as_slice().len(), 1);
}
