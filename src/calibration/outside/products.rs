//! Products of the harmonised system and the sectors that they belong to.

use std::collections::{HashMap, HashSet};

use super::gathered::Gathered;
use crate::error::{Fault, Faults};
use crate::sorted::SortedMap;

/// Digits of a product, by which prefixes are tried.
pub(super) const DIGITS: [usize; 3] = [6, 4, 2];

/// Sectors of each HS prefix with their shares.
pub struct Products(HashMap<String, Vec<(usize, f64)>>);

impl Products {
    /// The concordance of the request; its sectors must be known and its shares sum to one.
    pub fn new(to: &mut Gathered) -> Option<Self> {
        let Some(table) = to.names.concordance.clone() else {
            let remedy = "Put concordance.csv (hs,sector,share) into the input folder or --concordance DIR.";
            to.faults.push(Fault::of_file("concordance.csv", "file", "missing", "a concordance", remedy));
            return None;
        };
        let mut faults = Faults::new();
        let mut sectors: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        let mut sums: SortedMap<String, (f64, u64)> = SortedMap::new();
        let mut seen = HashSet::new();
        for row in table.rows() {
            let hs = row.text("hs");
            if !DIGITS.contains(&hs.len()) || !is_number(hs) {
                let remedy = "Correct the code; a spreadsheet drops leading zeros.";
                faults.push(row.fault("hs", "2, 4 or 6 digits", remedy));
            }
            if !seen.insert((hs, row.text("sector"))) {
                faults.push(row.fault("hs", "each hs and sector once", "Delete one of the two rows."));
            }
            let share =
                row.number("share", "a share above 0, at most 1", |v| v > 0.0 && v <= 1.0, &mut faults);
            let Some(j) = to.names.sector(row.text("sector")) else {
                faults.push(row.fault("sector", &to.names.expected_sector(), "Correct the name."));
                continue;
            };
            let Some(share) = share else { continue };
            sectors.entry(hs.to_owned()).or_default().push((j, share));
            let sum = sums.entry(hs.to_owned()).or_insert((0.0, row.line));
            sum.0 += share;
        }
        for (hs, (sum, line)) in sums.into_iter().filter(|(_, (sum, _))| (sum - 1.0).abs() > 1e-6) {
            let found = format!("shares of {hs} sum to {sum}");
            let fault =
                Fault::of_file(table.file(), "share", &found, "shares that sum to 1", "Correct them.");
            faults.push(Fault { line: Some(line), ..fault });
        }
        // Trade and tariffs read the same table: its faults are told once.
        let known = to.faults.as_slice().to_vec();
        let new = faults.as_slice().iter().filter(|fault| !known.contains(fault));
        new.for_each(|fault| to.faults.push(fault.clone()));
        Some(Self(sectors))
    }

    /// Sectors of a product by its longest listed prefix.
    #[must_use]
    pub fn of(&self, product: &str) -> Option<&[(usize, f64)]> {
        // A leading zero is lost where a spreadsheet took the code for a number.
        let padded = if product.len() % 2 == 1 { format!("0{product}") } else { product.to_owned() };
        let prefixes = DIGITS.iter().filter_map(|&digits| padded.get(..digits));
        prefixes.filter_map(|prefix| self.0.get(prefix)).map(Vec::as_slice).next()
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
