//! Where each block of the set comes from, and what the licences of the sources ask.

use super::Apac;
use super::figures::YEAR;
use crate::calibration::tables::Provenance;
use crate::output::rows::Text;

/// Sources with what each gives, its licence and its attribution.
const SOURCES: [(&str, &str); 15] = [
    ("CEPII BACI HS92 by chapter 2019 and HS22 by pair 2023", "Etalab open licence 2.0"),
    ("goods trade by pair 2016 (Breinlich et al., UN Comtrade)", "replication data, open"),
    ("US Census Bureau, imports for consumption 2019 by chapter and industry, 2024 by line", "public domain"),
    ("Ministry of Finance of Japan through e-Stat, trade by area and good 2019", "open government data"),
    ("WTO, imports by product group of the multilateral trade negotiations 2015", "free with attribution"),
    (
        "WTO World Trade Statistical Review 2020, balances of payments 2019, trade by partner of the Census Bureau and of China 2019",
        "recalled totals",
    ),
    ("World Bank WDI, services exports 2019", "CC BY 4.0"),
    ("OECD International Trade in Services Statistics 2019", "free with attribution"),
    (
        "OECD Input-Output Tables 2021: value added by industry 2018, tables of China and Japan 2018",
        "free with attribution",
    ),
    ("Central Bank of Chile, input-output table 2008", "open data with attribution"),
    ("Asian Development Bank, multi-regional input-output tables 2019, aggregates", "CC BY 3.0 IGO"),
    (
        "WIOD 2016 release, year 2014 (Timmer et al. 2015), as in Felbermayr, Groeschl & Heiland (2022)",
        "CC BY 4.0",
    ),
    ("CEPII Gravity, GDP 2019", "Etalab open licence 2.0"),
    ("IMF World Economic Outlook, October 2020", "free with attribution"),
    ("SSP drivers, OECD and IIASA 2024; Penn World Table 9.1 (Feenstra, Inklaar & Timmer 2015)", "CC BY 4.0"),
];

/// Text of `meta.toml`.
pub(super) fn meta() -> String {
    let sources: Vec<&str> = SOURCES.iter().map(|(source, _)| *source).collect();
    let licences: Vec<String> =
        SOURCES.iter().map(|(source, licence)| format!("{source}: {licence}")).collect();
    format!(
        "name = \"apac\"\nyear = {YEAR}\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"own calculation from {}; \
         tariffs: see provenance.csv\"\nlicence = \"figures aggregated, balanced and rounded by tradepath; licences from \
         general knowledge, not stated in the files used: {}\"\n",
        sources.join("; "),
        licences.join("; ")
    )
}

/// Rows of `provenance.csv`.
pub(super) fn provenance(set: &Apac) -> Vec<Provenance<'_>> {
    (0..set.concordance.axes.n_countries()).flat_map(|n| of_economy(set, n)).collect()
}

/// Block, status, source and donor.
type Block = (&'static str, &'static str, Text<'static>, Text<'static>);

fn of_economy(set: &Apac, n: usize) -> Vec<Provenance<'_>> {
    let row = |(block, status, source, donor): Block| Provenance {
        country: set.code(n),
        block: block.into(),
        status: status.into(),
        source,
        donor,
    };
    trade_blocks(set, n).into_iter().chain(home_blocks(set, n)).map(row).collect()
}

fn trade_blocks(set: &Apac, n: usize) -> Vec<Block> {
    let (raw, by) = (&set.raw, &set.concordance);
    let has_customs = n == raw.census.importer || n == raw.mof.economy;
    let own_mix = has_customs || raw.imports_musd.row(n).sum() > 0.0;
    let mut blocks = Vec::new();
    let mut add = |block, status, source: &'static str| {
        blocks.push((block, status, Text::from(source), Text::default()));
    };
    let entrepot = raw.accounts.entrepots().any(|hub| hub == n);
    let totals = match (entrepot, n == by.rest) {
        (_, true) => "exports of BACI and WDI outside the group; imports are what no other economy buys",
        (true, _) => {
            "recalled: domestic exports and retained imports; what passes through is trade of origin and destination, the margin a service"
        }
        _ => match (raw.accounts.is_published[[0, n]], raw.accounts.is_published[[1, n]]) {
            (true, _) => {
                "goods exports observed: BACI 2019; goods imports recalled: WTO and balance of payments 2019; services as the OECD, else WDI (exports) publish them, else recalled"
            }
            (_, true) => {
                "goods imports observed: customs figures of 2019; goods exports recalled: WTO and balance of payments 2019; services as the OECD publishes them"
            }
            _ => {
                "goods recalled: WTO and balance of payments 2019; services as the OECD, else WDI (exports) publish them, else recalled"
            }
        },
    };
    add("trade_totals", "scaled", totals);
    add(
        "goods_exports_by_sector",
        "scaled",
        "chapters of BACI 2019 at the total; chapters of several sectors split by US imports from the exporter (three quarters) and world shares",
    );
    let (status, source) = match (has_customs, own_mix) {
        (true, _) => ("observed", "customs figures of 2019 by partner and good"),
        (_, true) => (
            "scaled",
            "product groups of the WTO 2015, or the composition of the facts, fitted to totals and world exports",
        ),
        _ => ("imputed", "mix of WIOD 2014 fitted to totals and world exports"),
    };
    add("goods_imports_by_sector", status, source);
    let (status, source) = match has_customs {
        true => (
            "observed",
            "customs figures of 2019 of this economy; partners that they do not list have the share in what they leave that totals of pairs (BACI 2023, panel 2016) give them; what they do not cover by entropy",
        ),
        false => (
            "imputed",
            "entropy between exports, imports, pairs (BACI 2023, panel 2016; exports of the United States and imports of China by partner recalled) and WIOD 2014; flows with economies of customs figures observed",
        ),
    };
    add("goods_by_partner", status, source);
    let published = raw.services_musd.row(n).sum() > 0.0;
    let status = if published { "scaled" } else { "imputed" };
    add(
        "services_exports",
        status,
        "WDI 2019 by category at the total; ict split by world shares (assumption)",
    );
    add("services_imports", "imputed", "world mix moved by WIOD 2014, fitted to totals");
    add(
        "services_by_partner",
        "imputed",
        "OECD totals by pair where reported, else size and goods trade; one mix of partners by sector",
    );
    blocks
}

fn home_blocks(set: &Apac, n: usize) -> Vec<Block> {
    let donor = set.concordance.donor[n];
    let from = if donor == n { Text::default() } else { set.code(donor).into_owned().into() };
    let table = super::input_structure::national(&set.raw, &set.concordance, n);
    let structure = table.map_or("WIOD 2014", |table| table.source.as_str());
    let structure =
        format!("{structure}, fitted to output and what is bought; value added over output of ADB 2019");
    let is_own = donor == n || set.raw.national[n].is_some();
    let status = if is_own { "scaled" } else { "imputed" };
    let nobody = Text::default;
    vec![
        ("gdp", "observed", "CEPII population and GDP 2019".into(), nobody()),
        (
            "value_added",
            "scaled",
            "OECD 2018 by 45 industries at GDP 2019; sectors inside an industry by world demand and net exports"
                .into(),
            nobody(),
        ),
        ("production", status, structure.into(), from),
        (
            "tariffs",
            "imputed",
            "data/policy on the days of 2019: see data/policy/README.md for what is read from tariff lines and what is recalled"
                .into(),
            nobody(),
        ),
    ]
}
