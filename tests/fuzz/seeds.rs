//! Sound inputs, small enough that a case takes milliseconds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

type Done = Result<(), String>;

/// A folder of this repository.
fn own(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Copies files and folders.
pub fn copy(from: &Path, to: &Path) -> Done {
    let told = |error: std::io::Error| format!("{} to {}: {error}", from.display(), to.display());
    if from.is_dir() {
        fs::create_dir_all(to).map_err(told)?;
        for entry in fs::read_dir(from).map_err(told)? {
            let entry = entry.map_err(told)?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    // Read and written, so that a copy of a read-only file may be mutated.
    let content = fs::read(from).map_err(told)?;
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(told)?;
    fs::write(to, content).map_err(told)
}

fn write(folder: &Path, name: &str, text: &str) -> Done {
    let path = folder.join(name);
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(told)?;
    fs::write(&path, text).map_err(told)
}

/// Runs the program to make a part of a seed.
fn made(folder: &Path, line: &str) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_tradepath"))
        .args(line.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{line}: {words}")) }
}

pub fn tiny(folder: &Path) -> Done {
    copy(&own("data/tiny"), &folder.join("in"))
}

pub fn nafta(folder: &Path) -> Done {
    copy(&own("tests/fixtures/nafta4"), &folder.join("in"))?;
    ["README.md", "expected.csv"].iter().try_for_each(|name| {
        fs::remove_file(folder.join("in").join(name)).map_err(|error| format!("{name}: {error}"))
    })
}

pub fn changes(folder: &Path) -> Done {
    copy(&own("data/tiny"), &folder.join("base"))?;
    write(
        folder,
        "in/tariffs.csv",
        "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\nCCC,AAA,goods,2.5\nAAA,BBB,goods,30\n",
    )?;
    write(
        folder,
        "in/barriers.csv",
        "exporter,importer,sector,iceberg_ratio\nBBB,AAA,services,0.9\nAAA,CCC,goods,1.2\n",
    )?;
    write(folder, "in/technology.csv", "country,sector,ratio\nAAA,goods,1.1\nCCC,services,0.95\n")?;
    write(
        folder,
        "in/quotas.csv",
        "importer,sector,product,exporters,trade_share,base_pct,in_quota_pct,out_of_quota_pct,volume_musd,today_kept,exporter_rent_share\n\
         AAA,goods,cheese,BBB|CCC,0.1,10,0,30,20,no,0.5\n\
         BBB,goods,rice,AAA,0.2,20,0,50,5,yes,0\n",
    )?;
    write(folder, "in/deficits.csv", "country,deficit_musd\nAAA,10\nBBB,-5\nCCC,-5\n")
}

/// All that `init` writes, with a plan of two options and a year.
pub fn plan(folder: &Path) -> Done {
    made(folder, "init in")?;
    let path = folder.join("in/plan.toml");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let small = text
        .replace("years = [2021, 2035]", "years = [2021, 2021]")
        .replace("draws = 200", "draws = 1")
        .replace("bilateral_years = [2025, 2030, 2035]", "bilateral_years = [2021]");
    fs::write(&path, small).map_err(|error| error.to_string())
}

/// The options of the default plan, and one that uses every key.
pub fn options(folder: &Path) -> Done {
    copy(&own("data/options"), &folder.join("in/options"))?;
    write(folder, "in/options/small.toml", SMALL_OPTION)?;
    write(
        folder,
        "in/options/days.csv",
        "case,days,source,mark\na,10,own,assumption\nb,25,own,assumption\nc,90,own,assumption\n",
    )
}

pub fn panel(folder: &Path) -> Done {
    let path = own("tests/data/estimation/panel.csv");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    write(folder, "in/panel.csv", &text)
}

fn reader(folder: &Path, source: &str, to: &str) -> Done {
    copy(&own("tests/data/readers").join(source), &folder.join(to))
}

pub fn long(folder: &Path) -> Done {
    reader(folder, "long", "in")
}

pub fn wiod2013(folder: &Path) -> Done {
    reader(folder, "wiod2013", "in")
}

pub fn icio(folder: &Path) -> Done {
    reader(folder, "icio", "in")
}

pub fn adb(folder: &Path) -> Done {
    reader(folder, "adb", "in")
}

pub fn wiod2016(folder: &Path) -> Done {
    reader(folder, "wiod2016", "in")
}

pub fn baci(folder: &Path) -> Done {
    reader(folder, "baci", "in")
}

pub fn concordance(folder: &Path) -> Done {
    for source in ["icio", "baci", "adb"] {
        reader(folder, source, source)?;
        copy(&own("data/sources").join(source), &folder.join(format!("own-{source}")))?;
    }
    Ok(())
}

/// Tariff lines of the one importer that has them, a few of each kind.
pub fn lines(folder: &Path) -> Done {
    write(
        folder,
        "in/data/us_tariffs/mfn_hs8.csv",
        "hs8,mfn_rate,rate_type,rate_raw\n01012100,0,free,Free\n01013000,0.068,ad_valorem,6.8%\n\
         04012040,0.015,specific,1.5 cents/liter\n61091000,0.165,ad_valorem,16.5%\n87032301,0.025,ad_valorem,2.5%\n",
    )?;
    write(
        folder,
        "in/data/us_tariffs/general_and_special_hs8.csv",
        "hs8,general_raw,special_raw\n01012100,Free,\n\
         01013000,6.8%,\"Free (A+,AU,BH,CL,CO,D,E,IL,JO,KR,MA,OM,P,PA,PE,S,SG)\"\n\
         61091000,16.5%,\"Free (AU,BH,CL) 3.2% (JP)\"\n87032301,2.5%,\"Free (A,AU,KR,SG)\"\n",
    )?;
    write(
        folder,
        "in/data/us_tariffs/hs6_gtap.csv",
        "hs6,gtap_sector\n010121,ctl\n010130,ctl\n040120,rmk\n610910,wap\n870323,mvh\n",
    )?;
    write(
        folder,
        "in/data/baci_hs2_exports/exports.csv",
        "year,exporter,hs2,value_musd\n2019,JPN,01,5.5\n2019,NZL,04,900\n2019,VNM,61,15000\n2019,JPN,87,100000\n2019,USA,87,60000\n",
    )?;
    write(
        folder,
        "in/data/us_tariff_actions/hts8_unit_values_2012_2014.csv",
        "hts8,quantity_code,unit_value\n04012040,L,0.5\n04012040,KG,1\n61091000,X,1\n",
    )?;
    write(
        folder,
        "in/data/us_imports_utilisation/us_imports_2024_hs8.csv",
        "hs8,partner,imports_musd\n61091000,VNM,10\n87032301,JPN,5\n01013000,ROW,1\n",
    )?;
    // The table of importers names these files packed.
    pack(folder, "in/data/baci_hs2_exports/exports.csv", "exports_hs2_2011_2020.csv.gz")?;
    for file in ["us_tariff_actions/hts8_unit_values_2012_2014", "us_imports_utilisation/us_imports_2024_hs8"]
    {
        let name = file.rsplit('/').next().expect("rsplit gives a part");
        pack(folder, &format!("in/data/{file}.csv"), &format!("{name}.csv.gz"))?;
    }
    Ok(())
}

/// Packs a file under another name beside it.
fn pack(folder: &Path, file: &str, packed: &str) -> Done {
    let plain = folder.join(file);
    let text = fs::read(&plain).map_err(|error| error.to_string())?;
    let file = fs::File::create(plain.with_file_name(packed)).map_err(|error| error.to_string())?;
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &text).map_err(|error| error.to_string())?;
    encoder.finish().map_err(|error| error.to_string())?;
    fs::remove_file(plain).map_err(|error| error.to_string())
}

pub fn fit(folder: &Path) -> Done {
    write(
        folder,
        "in/timing.csv",
        "agreement,from_event,to_event,duration_days,note\nA,signature,vote,10,x\nB,signature,vote,30,x\n\
         C,signature,vote,55,x\nD,signature,vote,78,x\nE,signature,vote,344,x\nA,vote,entry,30,y\nB,vote,entry,60,y\n",
    )
}

const SMALL_RUN: &str =
    "run --options sectoral_digital --years 2021..2022 --draws 2 --event-draws 20 --quiet";

pub fn finished(folder: &Path) -> Done {
    made(folder, &format!("{SMALL_RUN} --out in"))?;
    copy(&folder.join("in"), &folder.join("same"))
}

pub fn parts(folder: &Path) -> Done {
    made(folder, &format!("{SMALL_RUN} --shard 1/2 --out part1"))?;
    made(folder, &format!("{SMALL_RUN} --shard 2/2 --out part2"))
}

/// The outside data of the default set, where they lie beside the repository.
pub fn apac(folder: &Path) -> Done {
    let shared = own("../shared");
    copy(&shared.join("facts"), &folder.join("in/facts"))?;
    ["us_tariffs", "baci_hs2_exports", "wiod2013_2011", "gravity"]
        .iter()
        .try_for_each(|name| copy(&shared.join("data").join(name), &folder.join("in/data").join(name)))
}

pub fn values(folder: &Path) -> Done {
    copy(&own("data/tiny"), &folder.join("tiny"))?;
    copy(&own("tests/data/estimation/panel.csv"), &folder.join("panel.csv"))?;
    reader(folder, "icio", "icio")
}

const SMALL_OPTION: &str = include_str!("small_option.toml");
