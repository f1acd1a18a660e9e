//! How texts are joined, and what they take off a barrier: worked cases of our own, and the reference cases.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tradepath::policy::Overlaps;
use tradepath::policy::cuts::Cut;

#[derive(Deserialize)]
struct Cases {
    overlap: BTreeMap<String, f64>,
    text: BTreeMap<String, Text>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Text {
    spill: f64,
    strength: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    measured_ave_ratio: f64,
    parts: BTreeMap<String, f64>,
    pair_texts_base: Vec<String>,
    importer_texts_base: Vec<String>,
    pair_texts_now: Vec<String>,
    importer_texts_now: Vec<String>,
    full_text_cut_share: Option<f64>,
    full_text_price_cut_share: Option<f64>,
    actionable_share: f64,
    joined_strength_base: f64,
    joined_strength_now: f64,
    d_ratio: f64,
}

impl Cases {
    fn overlaps(&self) -> Overlaps {
        let position = |id: &str| self.text.keys().position(|known| known == id).unwrap();
        let pair = |(pair, share): (&String, &f64)| {
            let (a, b) = pair.split_once('|').unwrap();
            (position(a), position(b), *share)
        };
        Overlaps::new(self.text.len(), self.overlap.iter().map(pair))
    }

    /// Joined strength of texts between a pair, and of what further texts of the importer open to everybody.
    fn joined(&self, parts: &BTreeMap<String, f64>, pair: &[String], importer: &[String]) -> f64 {
        let overlaps = self.overlaps();
        let of_part = |(part, weight): (&String, &f64)| {
            let strength = |(id, text): (&String, &Text)| {
                let full = text.strength.get(part).or(text.strength.get("*")).copied().unwrap_or(0.0);
                match (pair.contains(id), importer.contains(id)) {
                    (true, _) => full,
                    (false, true) => full * text.spill,
                    (false, false) => 0.0,
                }
            };
            let strengths: Vec<f64> = self.text.iter().map(strength).collect();
            weight * overlaps.joined(&strengths)
        };
        parts.iter().map(of_part).sum()
    }
}

fn meets(file: &Path) {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let close = |name: &str, what: &str, found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-12, "{name}, {what}: {found} instead of {expected}");
    };
    for case in &cases.case {
        let base = cases.joined(&case.parts, &case.pair_texts_base, &case.importer_texts_base);
        let now = cases.joined(&case.parts, &case.pair_texts_now, &case.importer_texts_now);
        close(&case.name, "joined at the base date", base, case.joined_strength_base);
        close(&case.name, "joined now", now, case.joined_strength_now);
        let actionable_share = case.actionable_share;
        let cut = match case.kind.as_str() {
            "goods" => Cut::OfPrice { price_cut: case.full_text_price_cut_share.unwrap(), actionable_share },
            "services" => Cut::OfBarrier { cut_share: case.full_text_cut_share.unwrap(), actionable_share },
            other => panic!("{other}"),
        };
        let left = |joined| 1.0 + cut.left(case.measured_ave_ratio, base, joined);
        close(&case.name, "measured", left(base), 1.0 + case.measured_ave_ratio);
        close(&case.name, "ratio", left(now) / left(base), case.d_ratio);
    }
    println!("{} cases of {}", cases.case.len(), file.display());
}

#[test]
fn our_worked_cases_are_met() {
    meets(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/barriers/cases.toml"));
}

#[test]
fn the_reference_cases_are_met() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles/barriers/cases.toml");
    if !file.exists() {
        println!("skipped: {} is missing", file.display());
        return;
    }
    meets(&file);
}
