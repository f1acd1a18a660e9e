//! Capital: its share of value added, how fast it wears out and how much there is.

use std::collections::HashMap;
use std::path::Path;

use super::places::{POSITIVE, Places, is_published, missing};
use super::rows::FactorRow;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Table};
use crate::output::rows::Rounded;
use crate::sorted::sort_by_key;

/// Last year of the capital tables.
const CAPITAL_YEAR: &str = "2017";
const SOURCE: &str = "Penn World Table 9.1, 2017: 1 - labsh, delta, rnna/rgdpna times GDP of the base year";

const SHARE: NumberRule = NumberRule::new("a share above 0, below 1", |value| value > 0.0 && value < 1.0);

/// Capital of one country.
#[derive(Debug, Clone, Copy)]
struct Country {
    gdp_musd: f64,
    capital_share: Option<f64>,
    depreciation: f64,
    capital_output: f64,
}

/// Reads the capital tables below `data`; economies without a labour share take that of the donors of `donors.csv`.
///
/// Members of an economy of several countries weigh by their GDP of the base year, their depreciation by capital.
pub(super) fn read(
    data: &Path,
    own: &Files,
    places: &Places<'_>,
    gdp_musd: &HashMap<String, f64>,
    reading: &mut Reading,
) -> Option<Vec<FactorRow<'static>>> {
    let donors = reading.own(own, "donors.csv", &["country", "quantity", "donors", "reason", "mark"])?;
    let countries = read_countries(&data.join("pwt91/pwt91_1990_2017.csv.gz"), gdp_musd, reading)?;
    let mut members: Vec<Vec<Country>> = vec![Vec::new(); places.len()];
    let mut codes: Vec<&String> = countries.keys().collect();
    codes.sort();
    for code in codes {
        members[places.economy(code)].push(countries[code]);
    }
    let mut rows = Vec::new();
    for (n, members) in members.iter().enumerate() {
        let economy = places.code(n);
        let share = match of_members(members) {
            Some(share) => Some((share, SOURCE.to_owned(), "public".to_owned())),
            None => of_donors(&economy, &donors, &countries, reading),
        };
        let gdp: f64 = members.iter().map(|c| c.gdp_musd).sum();
        let capital: f64 = members.iter().map(|c| c.gdp_musd * c.capital_output).sum();
        let worn: f64 = members.iter().map(|c| c.gdp_musd * c.capital_output * c.depreciation).sum();
        let (Some((capital_share, source, mark)), true) = (share, gdp > 0.0) else {
            reading.faults.push(missing("pwt91", "rnna and labsh", &economy, "capital and labour share"));
            continue;
        };
        let all = gdp_of(places, n, gdp_musd);
        rows.push(FactorRow {
            country: economy.into(),
            capital_share: Rounded::Decimals(capital_share, 4),
            depreciation_ratio: Rounded::Decimals(worn / capital, 4),
            // Countries without capital figures are taken to have the ratio of the others.
            capital_musd: Rounded::Decimals(capital / gdp * all, 0),
            source: source.into(),
            mark: mark.into(),
        });
    }
    Some(rows)
}

fn gdp_of(places: &Places<'_>, n: usize, gdp_musd: &HashMap<String, f64>) -> f64 {
    let mut codes: Vec<(&String, &f64)> =
        gdp_musd.iter().filter(|(code, _)| places.economy(code) == n).collect();
    sort_by_key(&mut codes, |(code, _)| *code);
    codes.into_iter().map(|(_, gdp)| gdp).sum()
}

/// Countries with capital, output, depreciation and a GDP of the base year.
fn read_countries(
    path: &Path,
    gdp_musd: &HashMap<String, f64>,
    reading: &mut Reading,
) -> Option<HashMap<String, Country>> {
    let table = reading.table(path, &["isocode", "year", "rgdpna", "rnna", "labsh", "delta"])?;
    reading.each_once(&table, &["isocode", "year"]);
    let mut countries = HashMap::new();
    for row in reading.of_year(&table, CAPITAL_YEAR) {
        let code = row.text("isocode");
        if ["rgdpna", "rnna", "delta"].iter().any(|column| !is_published(&row, column)) {
            reading.left(&table, "without capital, output or depreciation", code);
            continue;
        }
        let Some(&gdp_musd) = gdp_musd.get(code) else {
            reading.left(&table, "of countries without a GDP of the base year", code);
            continue;
        };
        let labour = is_published(&row, "labsh").then(|| reading.number(&row, "labsh", SHARE)).flatten();
        let capital = (reading.number(&row, "rnna", POSITIVE), reading.number(&row, "rgdpna", POSITIVE));
        let depreciation = reading.number(&row, "delta", SHARE);
        if let ((Some(capital), Some(output)), Some(depreciation)) = (capital, depreciation) {
            let capital_share = labour.map(|share| 1.0 - share);
            let capital_output = capital / output;
            countries
                .insert(code.to_owned(), Country { gdp_musd, capital_share, depreciation, capital_output });
        }
    }
    Some(countries)
}

/// Mean capital share of the members that have one, by GDP.
fn of_members(members: &[Country]) -> Option<f64> {
    let known = || members.iter().filter_map(|c| Some((c.gdp_musd, c.capital_share?)));
    let gdp: f64 = known().map(|(gdp, _)| gdp).sum();
    (gdp > 0.0).then(|| known().map(|(gdp, share)| gdp * share).sum::<f64>() / gdp)
}

/// Plain mean of the named donors, with what to say of it.
fn of_donors(
    economy: &str,
    donors: &Table,
    countries: &HashMap<String, Country>,
    reading: &mut Reading,
) -> Option<(f64, String, String)> {
    let row = donors
        .rows()
        .find(|row| row.text("country") == economy && row.text("quantity") == "capital_share")?;
    let mut shares = Vec::new();
    for code in row.text("donors").split(';').map(str::trim) {
        match countries.get(code).and_then(|country| country.capital_share) {
            Some(share) => shares.push(share),
            None => {
                let remedy = "Name another donor.";
                reading.faults.push(row.fault(
                    "donors",
                    &format!("countries with a labour share; {code} has none"),
                    remedy,
                ));
            }
        }
    }
    let mean = (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)?;
    let of = row.text("donors").replace(';', ", ");
    let source = format!("{SOURCE}; capital share: mean of {of} ({})", row.text("reason"));
    Some((mean, source, row.text("mark").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Country, of_members};

    #[test]
    fn members_weigh_by_gdp_and_those_without_a_share_do_not_count() {
        let country = |gdp_musd, capital_share| Country {
            gdp_musd,
            capital_share,
            depreciation: 0.05,
            capital_output: 3.0,
        };
        let members = [country(3.0, Some(0.4)), country(1.0, Some(0.6)), country(100.0, None)];
        assert!((of_members(&members).unwrap() - 0.45).abs() < 1e-12);
        assert_eq!(of_members(&members[2..]), None);
    }
}
