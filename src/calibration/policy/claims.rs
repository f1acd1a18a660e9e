//! Who claims a preference, from customs figures: the share of the duties that imports were spared, by chapter.
//!
//! ```text
//! claimed share of a group = duties spared / duties that the agreement would spare if all claimed it
//!                          = sum_c D_c e_c / (sum_c D_c (1 - left))      D_c = duties of chapter c at full rates
//! ```

use std::collections::HashMap;
use std::path::Path;

use super::importer::Importer;
use super::rows::{Claim, Preference, decimals};
use crate::calibration::{NumberRule, Reading};
use crate::data::Table;
use crate::sorted::SortedMap;

/// Columns of `claims.csv`: which file says what share of the duties of an importer an agreement spared a partner.
pub const COLUMNS: [&str; 6] = ["importer", "agreement", "exporter", "file", "source", "mark"];

const SHARE: NumberRule = NumberRule::new("a share, 0 to 1", |v| (0.0..=1.0).contains(&v));
/// Share of the duties that an agreement must spare at most: below it the quotient says nothing.
const LEAST_SPARED_SHARE: f64 = 0.02;

/// Shares that were spared, by chapter and partner.
type Spared = HashMap<(String, String), f64>;

/// Rows of an importer.
pub(super) fn rows(
    input: &Path,
    place: &Importer<'_>,
    claims: &Table,
    preferences: &[Preference<'_>],
    reading: &mut Reading,
) -> Option<Vec<Claim<'static>>> {
    let importer = place.row.text("importer");
    let mut files: SortedMap<&str, Spared> = SortedMap::new();
    let mut rows = Vec::new();
    for row in claims.rows().filter(|row| row.text("importer") == importer) {
        let file = row.text("file");
        if !files.contains_key(file) {
            files.insert(file, spared(&input.join(file), reading)?);
        }
        let (agreement, exporter) = (row.text("agreement"), row.text("exporter"));
        for (g, group) in place.lines.groups.iter().enumerate() {
            let is_of = |one: &&Preference<'_>| {
                one.agreement == agreement
                    && (one.exporter == exporter || one.exporter == "*")
                    && one.product_group == *group
            };
            let left = preferences.iter().find(is_of).and_then(|one| one.left_share.0.parse::<f64>().ok());
            let Some(left) = left.filter(|left| 1.0 - left >= LEAST_SPARED_SHARE) else { continue };
            let Some(spared_share) = group_share(place, g, exporter, &files[file]) else { continue };
            rows.push(Claim {
                agreement: agreement.to_owned().into(),
                importer: importer.to_owned().into(),
                exporter: exporter.to_owned().into(),
                product_group: group.clone().into(),
                claimed_share: decimals(Some((spared_share / (1.0 - left)).min(1.0)), 3),
                source: row.text("source").to_owned().into(),
                mark: row.text("mark").to_owned().into(),
            });
        }
    }
    Some(rows)
}

fn spared(path: &Path, reading: &mut Reading) -> Option<Spared> {
    let table = reading.table(path, &["hs2", "partner", "exemption_share"])?;
    reading.each_once(&table, &["hs2", "partner"]);
    let mut shares = Spared::new();
    for row in table.rows() {
        if let Some(share) = reading.number(&row, "exemption_share", SHARE) {
            shares.insert((row.text("hs2").to_owned(), row.text("partner").to_owned()), share);
        }
    }
    Some(shares)
}

/// Share of the duties on a group that imports from a partner were spared; `None` if they owe none.
fn group_share(place: &Importer<'_>, group: usize, partner: &str, spared: &Spared) -> Option<f64> {
    let weights = place.lines.weights.of_partner.get(partner)?;
    let (mut owed, mut not_paid) = (0.0, 0.0);
    for (line, weight) in
        place.lines.schedule.lines.iter().zip(weights).filter(|(line, _)| line.group == group)
    {
        let share = spared.get(&(line.code[..2].to_owned(), partner.to_owned()));
        let (Some(pct), Some(share)) = (line.mfn_pct, share) else { continue };
        owed += weight * pct;
        not_paid += weight * pct * share;
    }
    (owed > 0.0).then(|| not_paid / owed)
}
