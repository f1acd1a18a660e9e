//! One product group: its parts by category, and the published rates beside the computed ones.

use super::category::{Found, is_met};
use super::line::{EARLY, StagedLine};
use crate::calibration::policy::rows::{StagingCheck, StagingRest, decimals};
use crate::schedules::Category;
use crate::sorted::SortedMap;

/// Shares are written with six decimals.
const SHARE_STEPS: f64 = 1e6;

/// Lines of one category.
#[derive(Debug, Default, Clone)]
struct Sum {
    weight: f64,
    /// Weight times base rate of the lines whose base rate is known.
    duties: f64,
    unknown_weight: f64,
    lines: u64,
    is_read_off: bool,
}

/// A product group of one importer.
pub struct Group {
    by_category: SortedMap<(String, String), Sum>,
    weight: f64,
    /// Base rate of lines whose own is not known, percent.
    unknown_pct: f64,
    /// Mean base rate, percent.
    pub mean_pct: f64,
    /// True if the base rate of some line is not known.
    pub has_unknown: bool,
}

/// A part of the group as it is written.
pub struct WrittenPart {
    /// Name, no other part of the group has it.
    pub name: String,
    /// Category.
    pub code: String,
    /// Kind and path of a category that is not built in.
    pub path: String,
    /// Share of the group's imports.
    pub share: f64,
    /// Mean base rate of its lines, percent.
    pub base_pct: f64,
    /// Lines.
    pub lines: u64,
    /// Mark, where it is weaker than that of the lines.
    pub mark: Option<String>,
}

impl Group {
    /// Sums the lines by category; `None` if they have no weight. Lines without a base rate get the one that keeps the
    /// mean of the group at `mean_pct`, at least 0.
    pub fn new(lines: &[&StagedLine], found: &[Found], mean_pct: f64) -> Option<Self> {
        let mut by_category: SortedMap<(String, String), Sum> = SortedMap::new();
        for (line, found) in lines.iter().zip(found) {
            let sum = by_category.entry((found.code.clone(), found.path.clone())).or_default();
            sum.weight += line.weight;
            sum.lines += 1;
            sum.is_read_off |= !found.is_rule || line.is_estimate;
            match found.base_pct {
                Some(pct) => sum.duties += line.weight * pct,
                None => sum.unknown_weight += line.weight,
            }
        }
        let total = |value: fn(&Sum) -> f64| by_category.values().map(value).sum::<f64>();
        let (weight, duties) = (total(|sum| sum.weight), total(|sum| sum.duties));
        let unknown = total(|sum| sum.unknown_weight);
        if weight <= 0.0 {
            return None;
        }
        let left = (mean_pct * weight - duties).max(0.0);
        let known = found.iter().filter_map(|found| found.base_pct);
        // A few lines of small weight cannot bear what the mean lacks.
        let highest = known.fold(mean_pct, f64::max);
        let unknown_pct = if unknown > 0.0 { (left / unknown).min(highest) } else { 0.0 };
        let mean_pct = (duties + unknown * unknown_pct) / weight;
        Some(Self { by_category, weight, unknown_pct, mean_pct, has_unknown: unknown > 0.0 })
    }

    /// Parts whose shares sum to one; lines that were free when first published are spread over `early`.
    pub fn parts(&self, early: &[(String, f64, String)]) -> Vec<WrittenPart> {
        let mut parts: SortedMap<(String, String), (Sum, Option<String>)> = SortedMap::new();
        let mut add = |key: (String, String), sum: Sum, mark: Option<String>| {
            let (to, to_mark) = parts.entry(key).or_default();
            to.weight += sum.weight;
            to.duties += sum.duties;
            to.unknown_weight += sum.unknown_weight;
            to.lines += sum.lines;
            *to_mark = mark.or(to_mark.take());
        };
        for (key, sum) in &self.by_category {
            if key.0 != EARLY {
                let mark = sum.is_read_off.then(|| "assumption".to_owned());
                add(key.clone(), sum.clone(), mark);
                continue;
            }
            for (code, share, mark) in early {
                let part = Sum {
                    weight: share * sum.weight,
                    duties: share * sum.duties,
                    unknown_weight: share * sum.unknown_weight,
                    lines: (share * sum.lines as f64).round() as u64,
                    is_read_off: true,
                };
                add((code.clone(), String::new()), part, Some(mark.clone()));
            }
        }
        let written = parts.into_iter().filter(|(_, (sum, _))| sum.weight > 0.0);
        let mut written: Vec<WrittenPart> = written
            .map(|((code, path), (sum, mark))| WrittenPart {
                name: String::new(),
                code,
                path,
                share: (sum.weight / self.weight * SHARE_STEPS).round() / SHARE_STEPS,
                base_pct: (sum.duties + sum.unknown_weight * self.unknown_pct) / sum.weight,
                lines: sum.lines.max(1),
                mark,
            })
            .collect();
        let codes: Vec<String> = written.iter().map(|part| part.code.clone()).collect();
        for (at, part) in written.iter_mut().enumerate() {
            // Read-off paths may have one code: the name of the part tells them apart.
            let before = codes[..at].iter().filter(|code| **code == part.code).count();
            part.name = if before == 0 { part.code.clone() } else { format!("{}.{}", part.code, before + 1) };
        }
        let sum: f64 = written.iter().map(|part| part.share).sum();
        if let Some(largest) = written.iter_mut().max_by(|a, b| a.share.total_cmp(&b.share)) {
            largest.share += 1.0 - sum;
        }
        written.retain(|part| part.share > 0.0);
        written
    }

    /// For each published cut: mean of the published rates, mean of the computed ones, lines and those that are met.
    pub fn checks(
        &self,
        importer: &str,
        name: &str,
        lines: &[&StagedLine],
        found: &[Found],
    ) -> Vec<StagingCheck<'static>> {
        let mut cuts: SortedMap<u32, (f64, f64, f64, u64, u64)> = SortedMap::new();
        for (line, found) in lines.iter().zip(found) {
            let category =
                if found.code == EARLY { Category::EqualSteps { years: 1 } } else { found.category() };
            let base = found.base_pct.unwrap_or(self.unknown_pct);
            for (cut, pct) in &line.published.rates {
                let computed = base * category.remaining_share(*cut);
                let sums = cuts.entry(*cut).or_default();
                sums.0 += line.weight;
                sums.1 += line.weight * pct;
                sums.2 += line.weight * computed;
                sums.3 += 1;
                sums.4 += u64::from(is_met(computed, *pct));
            }
        }
        let row = |(cut, (weight, published, computed, lines, met)): (u32, (f64, f64, f64, u64, u64))| {
            let mean = |sum: f64| decimals((weight > 0.0).then(|| sum / weight), 3);
            StagingCheck {
                importer: importer.to_owned().into(),
                product_group: name.to_owned().into(),
                cut: u64::from(cut),
                lines,
                met_lines: met,
                published_pct: mean(published),
                computed_pct: mean(computed),
            }
        };
        cuts.into_iter().map(row).collect()
    }
}

/// Lines whose published rates no rule gives.
pub fn rest(importer: &str, name: &str, lines: &[&StagedLine], found: &[Found]) -> Vec<StagingRest<'static>> {
    let is_rest = |(_, found): &(&&StagedLine, &Found)| !found.is_rule;
    let row = |(line, found): (&&StagedLine, &Found)| {
        let rates = line.published.rates.iter().map(|(cut, pct)| format!("{cut}:{pct}"));
        StagingRest {
            importer: importer.to_owned().into(),
            line: line.code.clone().into(),
            product_group: name.to_owned().into(),
            base_pct: decimals(found.base_pct, 1),
            published: rates.collect::<Vec<_>>().join(";").into(),
            path: found.path.clone().into(),
        }
    };
    lines.iter().zip(found).filter(is_rest).map(row).collect()
}
