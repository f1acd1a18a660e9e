//! `calibrate --source gtap`: a made-up aggregation of three regions and three commodities, worked by hand.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tradepath::data::{Dataset, Files};

/// Entries of each header. Wheat and textiles are traded; the third makes transport margins.
///
/// AAA sells wheat for 100 to BBB, where it arrives for 110 and costs 121: a margin of 10 and a tariff of 10 %.
/// BBB sells textiles for 80 to AAA, where they arrive for 85 and cost 102: a margin of 5 and a tariff of 20 %.
fn headers() -> Vec<(&'static str, String)> {
    let pairs =
        "wht,AAA,BBB,100\nwht,BBB,CCC,50\nwht,CCC,AAA,30\ntex,BBB,AAA,80\ntex,AAA,CCC,40\ntex,CCC,BBB,20\n";
    let arriving = pairs.replace("BBB,100", "BBB,110").replace("AAA,80", "AAA,85");
    let paid = arriving.replace("BBB,110", "BBB,121").replace("AAA,85", "AAA,102");
    let regions = ["AAA", "BBB", "CCC"];
    let each = |entries: &[(&str, u32)]| -> String {
        let rows =
            regions.iter().flat_map(|r| entries.iter().map(move |(name, v)| format!("{name},{r},{v}\n")));
        rows.collect()
    };
    vec![
        ("VFOB", pairs.to_owned()),
        ("VCIF", arriving),
        ("VMSB", paid),
        ("VST", "otp,AAA,9\notp,CCC,6\n".to_owned()),
        ("VDFB", each(&[("wht,tex", 20), ("otp,wht", 10)])),
        ("VMFB", each(&[("wht,tex", 5)])),
        ("VDPB", each(&[("wht", 100), ("tex", 100), ("otp", 200)])),
        ("VDGB", each(&[("otp", 50)])),
        ("VDIB", each(&[("tex", 30)])),
    ]
}

fn sets(header: &str) -> &'static str {
    match header {
        "VFOB" | "VCIF" | "VMSB" => "COMM,REG,REG",
        "VDFB" | "VMFB" => "COMM,ACTS,REG",
        _ => "COMM,REG",
    }
}

/// As HAR2CSV writes it: a line with the sets.
fn har(folder: &Path, headers: &[(&str, String)]) {
    for (header, entries) in headers {
        let text = format!("! from base.har\n{},Value\n{entries}", sets(header));
        fs::write(folder.join(format!("{header}.csv")), text).unwrap();
    }
}

/// As gdxdump writes it: quoted names, dimensions instead of sets, zeros that are stored.
fn gdx(folder: &Path, headers: &[(&str, String)]) {
    for (header, entries) in headers {
        let dims: Vec<String> =
            (1..=sets(header).split(',').count()).map(|at| format!("\"Dim{at}\"")).collect();
        let mut text = format!("{},\"Val\"\n", dims.join(","));
        for line in entries.lines() {
            let (names, value) = line.rsplit_once(',').unwrap();
            let quoted: Vec<String> = names.split(',').map(|name| format!("\"{name}\"")).collect();
            text += &format!("{},{value}\n", quoted.join(","));
        }
        if *header == "VFOB" {
            text += "\"tex\",\"AAA\",\"BBB\",Eps\n";
        }
        fs::write(folder.join(format!("{}.csv", header.to_lowercase())), text).unwrap();
    }
}

fn calibrate(input: &Path) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "gtap", "--year", "2017", "--input"]).arg(input);
    command.arg("--out").arg(input.join("out")).assert()
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{what}: {a}, by hand {b}");
}

fn check_by_hand(folder: &Path) {
    let data = Dataset::read(&Files::directory(folder)).unwrap();
    let country = |code: &str| data.axes.country_idx[code];
    let sector = |id: &str| data.axes.sector_idx[id];
    let flow = |j: &str, i: &str, n: &str| data.trade_musd[[sector(j), country(n), country(i)]];
    near(flow("wht", "AAA", "BBB"), 100.0, "wheat AAA to BBB");
    near(flow("wht", "BBB", "AAA"), 0.0, "wheat BBB to AAA");
    // Home sales: inputs 20, households 100.
    near(flow("wht", "AAA", "AAA"), 120.0, "wheat at home");
    // Margins: 10 paid by BBB and 5 by AAA of 15; AAA supplies 9, CCC 6. Home: 10 + 200 + 50, and 9 x 5 / 15.
    near(flow("otp", "AAA", "BBB"), 6.0, "margins AAA to BBB");
    near(flow("otp", "CCC", "AAA"), 2.0, "margins CCC to AAA");
    near(flow("otp", "AAA", "AAA"), 263.0, "transport at home");
    let tariff = |j: &str, i: &str, n: &str| data.tariff_factor[[sector(j), country(n), country(i)]];
    near(tariff("wht", "AAA", "BBB"), 1.1, "tariff on wheat");
    near(tariff("tex", "BBB", "AAA"), 1.2, "tariff on textiles");
    near(tariff("tex", "AAA", "CCC"), 1.0, "no tariff");
    // Output of wheat in AAA 220, inputs 10; of textiles 170, inputs 20 at home and 5 from abroad.
    near(data.gamma_va[[country("AAA"), sector("wht")]], 210.0 / 220.0, "value added of wheat");
    near(data.gamma_va[[country("AAA"), sector("tex")]], 145.0 / 170.0, "value added of textiles");
    near(data.gamma_io[[country("AAA"), sector("wht"), sector("tex")]], 25.0 / 170.0, "wheat in textiles");
    near(data.axes.sectors[sector("wht")].theta.unwrap(), 7.9, "theta of wheat");
}

#[test]
fn both_ways_of_writing_headers_give_the_flows_worked_by_hand() {
    for write in [har, gdx] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &headers());
        let assert = calibrate(folder.path()).success();
        let told = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(told.contains("margins: imputed, 15.0 million USD"), "{told}");
        check_by_hand(&folder.path().join("out"));
        let provenance = fs::read_to_string(folder.path().join("out/provenance.csv")).unwrap();
        assert!(provenance.contains("elasticities") && provenance.contains("tariffs"), "{provenance}");
    }
}

/// The names of GTAP 9, where investment is an activity.
#[test]
fn the_names_of_older_releases_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let old = |new: &str| match new {
        "VFOB" => "VXWD",
        "VCIF" => "VIWS",
        "VMSB" => "VIMS",
        "VDFB" => "VDFM",
        "VMFB" => "VIFM",
        "VDPB" => "VDPM",
        "VDGB" => "VDGM",
        _ => "VST",
    };
    for (header, mut entries) in headers() {
        if header == "VDIB" {
            continue;
        }
        if header == "VDFB" {
            entries += "tex,CGDS,AAA,30\ntex,CGDS,BBB,30\ntex,CGDS,CCC,30\n";
        }
        fs::write(folder.path().join(format!("{}.csv", old(header))), entries).unwrap();
    }
    calibrate(folder.path()).success();
    check_by_hand(&folder.path().join("out"));
}

#[test]
fn every_fault_has_its_file_and_line_and_missing_headers_say_what_they_give() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = headers();
    bad.retain(|(header, _)| *header != "VST" && *header != "VDIB");
    for (header, entries) in &mut bad {
        match *header {
            "VFOB" => *entries += "gold,AAA,BBB,5\nwht,AAA,5\nwht,AAA,CCC,many\n",
            "VCIF" => *entries = entries.replace("BBB,110", "BBB,-1"),
            _ => {}
        }
    }
    har(folder.path(), &bad);
    let assert = calibrate(folder.path()).code(2);
    let told = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    for text in [
        "VST.csv",
        "exports of margin services",
        "investment purchases at home",
        "VFOB.csv:9 `VFOB` = gold",
        "VFOB.csv:10 `columns` = 3",
        "VFOB.csv:11 `value` = many",
        "VCIF.csv:3 `value` = -1",
    ] {
        assert!(told.contains(text), "`{text}` is not in:\n{told}");
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn values_that_fall_on_the_way_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = headers();
    for (header, entries) in &mut bad {
        if *header == "VMSB" {
            *entries = entries.replace("BBB,121", "BBB,100");
        }
    }
    har(folder.path(), &bad);
    let assert = calibrate(folder.path()).code(2);
    let told = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(told.contains("VMSB of wht,AAA,BBB") && told.contains("at least 110"), "{told}");
}
