//! Ad-valorem equivalents of specific and compound duties: the amount over the value of a unit of imports.
//!
//! ```text
//! equivalent = 100 x (sum of amounts a unit / unit value) + sum of the ad-valorem parts
//! ```

use std::collections::HashMap;

use crate::calibration::{NumberRule, Reading};
use crate::data::Table;

/// Digits of a product and of a heading.
const PRODUCT: usize = 6;
const HEADING: usize = 4;
const USD: NumberRule = NumberRule::new("US dollars above 0", |v| v > 0.0 && v <= 1e12);

/// What a unit is counted in, and how many of the smallest units it holds.
type Measure = (&'static str, f64);

/// US dollars of a unit of imports.
#[derive(Debug, Default)]
pub struct UnitValues {
    /// By line, with the measure of the unit; a line may be counted in several.
    of_line: HashMap<String, Vec<(Measure, f64)>>,
    /// By product or heading and measure: value of the imports, and how many of the smallest units they are.
    sums: HashMap<(String, &'static str), [f64; 2]>,
}

impl UnitValues {
    /// Reads `hts8,quantity_code,unit_value`; units that no duty is charged by are left out. Products and headings have
    /// the mean of their lines, weighted by the quantities in `imports_usd`; a line without imports there weighs a dollar.
    pub fn read(table: &Table, imports_usd: &HashMap<String, f64>, reading: &mut Reading) -> Self {
        reading.each_once(table, &["hts8", "quantity_code"]);
        let mut values = Self::default();
        let mut n_used = 0;
        for row in table.rows() {
            let Some(usd) = reading.number(&row, "unit_value", USD) else { continue };
            match measure_of_code(row.text("quantity_code")) {
                Some(measure) => {
                    let line = row.text("hts8");
                    values.add(line, measure, usd, imports_usd.get(line).copied().unwrap_or(0.0).max(1.0));
                    n_used += 1;
                }
                None => reading.left(table, "in units that no duty is charged by", row.text("quantity_code")),
            }
        }
        reading.used(table, n_used);
        values
    }

    fn add(&mut self, line: &str, measure: Measure, usd: f64, imports_usd: f64) {
        self.of_line.entry(line.to_owned()).or_default().push((measure, usd));
        for code in [PRODUCT, HEADING].into_iter().filter_map(|digits| line.get(..digits)) {
            let sums = self.sums.entry((code.to_owned(), measure.0)).or_default();
            sums[0] += imports_usd;
            sums[1] += imports_usd / (usd / measure.1);
        }
    }

    /// US dollars of the smallest unit of a measure: mean of the product of a code, else of its heading.
    pub fn near(&self, code: &str, measure: &'static str) -> Option<f64> {
        let sums = [PRODUCT, HEADING].into_iter().filter_map(|digits| code.get(..digits));
        let [usd, units] = sums.into_iter().find_map(|code| self.sums.get(&(code.to_owned(), measure)))?;
        Some(usd / units)
    }

    /// Unit values of lines or products, each with its statistical unit and a dollar of imports.
    #[cfg(test)]
    pub fn of<const N: usize>(values: [(&str, &str, f64); N]) -> Self {
        let mut found = Self::default();
        values
            .iter()
            .for_each(|(line, code, usd)| found.add(line, measure_of_code(code).unwrap(), *usd, 1.0));
        found
    }

    /// The equivalent of a duty such as `23.5¢/liter + 14.9%` on a line, percent of the value; `None` if a term is not
    /// understood, or the unit value is of another measure.
    pub fn equivalent_pct(&self, line: &str, duty: &str) -> Option<f64> {
        duty.split('+').try_fold(0.0, |sum, term| Some(sum + self.term_pct(line, term.trim())?))
    }

    fn term_pct(&self, line: &str, term: &str) -> Option<f64> {
        if let Some(pct) = term.strip_suffix('%') {
            return pct.trim().parse().ok();
        }
        let (usd, unit) = amount(term)?;
        let (name, size) = measure_of_duty(unit)?;
        let of_measure = |((of_value, _), _): &&(Measure, f64)| *of_value == name;
        let ((_, value_size), value_usd) = self.of_line.get(line)?.iter().find(of_measure)?;
        Some(100.0 * (usd / size) / (value_usd / value_size))
    }
}

/// US dollars and the unit of an amount such as `4.4¢/kg`, `$1.035/kg` or `90¢ each`.
pub fn amount(term: &str) -> Option<(f64, &str)> {
    let (number, unit) = match term.split_once('/') {
        Some((number, unit)) => (number, unit.trim()),
        None => (term.strip_suffix("each")?, "each"),
    };
    let number = number.trim();
    let (digits, scale) = match number.strip_suffix('¢') {
        Some(cents) => (cents, 0.01),
        None => (number.strip_prefix('$')?, 1.0),
    };
    let usd: f64 = digits.trim().replace(',', "").parse().ok()?;
    (usd.is_finite() && usd >= 0.0).then_some((usd * scale, unit))
}

/// Units of the tariff, without a note such as `on drained weight`.
pub fn measure_of_duty(unit: &str) -> Option<Measure> {
    let unit = unit.split(" on ").next().unwrap_or(unit).trim().trim_end_matches('.');
    Some(match unit {
        "kg" | "clean kg" => ("mass", 1.0),
        "t" | "MT" => ("mass", 1000.0),
        "liter" | "l" | "L" => ("volume", 1.0),
        "kl" => ("volume", 1000.0),
        "pf. liter" => ("proof litre", 1.0),
        "bbl" => ("volume", 158.987),
        "each" | "No" | "head" | "頭" | "本" | "枚" => ("piece", 1.0),
        "doz" => ("piece", 12.0),
        "gross" => ("piece", 144.0),
        "1,000" => ("piece", 1000.0),
        "pr" | "足" => ("pair", 1.0),
        "doz. pr" => ("pair", 12.0),
        "m2" | "m<sup>2</sup>" | "㎡" => ("area", 1.0),
        "m3" | "m<sup>3</sup>" => ("cubic metre", 1.0),
        _ => return None,
    })
}

/// Units of the statistics.
fn measure_of_code(code: &str) -> Option<Measure> {
    Some(match code {
        "KG" | "CKG" => ("mass", 1.0),
        "T" => ("mass", 1000.0),
        "GM" => ("mass", 0.001),
        "L" => ("volume", 1.0),
        "PFL" => ("proof litre", 1.0),
        "BBL" => ("volume", 158.987),
        "NO" | "PCS" => ("piece", 1.0),
        "DOZ" | "DPC" => ("piece", 12.0),
        "HUN" => ("piece", 100.0),
        "GRS" => ("piece", 144.0),
        "THS" => ("piece", 1000.0),
        "PRS" => ("pair", 1.0),
        "DPR" => ("pair", 12.0),
        "M2" => ("area", 1.0),
        "M3" => ("cubic metre", 1.0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::UnitValues;

    #[test]
    fn equivalents_by_hand() {
        let values = [("02023080", "KG", 5.5), ("64", "PRS", 10.0), ("9", "DOZ", 24.0), ("22", "L", 2.0)];
        let values = UnitValues::of(values);
        let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-9);
        // 4.4 cents on 5.50 dollars a kilogram.
        close(values.equivalent_pct("02023080", "4.4¢/kg"), 0.8);
        close(values.equivalent_pct("02023080", "4.4¢/kg on drained weight"), 0.8);
        close(values.equivalent_pct("64", "90¢/pr. + 37.5%"), 46.5);
        // 24 dollars a dozen are 2 dollars a piece.
        close(values.equivalent_pct("9", "20¢ each + 3%"), 13.0);
        close(values.equivalent_pct("22", "$1/liter"), 50.0);
        for duty in ["4.4¢/liter", "See note 1", "40¢ each + 6% on the case", ""] {
            assert_eq!(values.equivalent_pct("02023080", duty), None, "{duty}");
        }
    }

    #[test]
    fn products_and_headings_have_the_value_of_all_units_over_their_number() {
        let values =
            UnitValues::of([("04061008", "KG", 2.0), ("04061018", "T", 6000.0), ("04062010", "KG", 6.0)]);
        let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-9);
        // A dollar each at 2 and 6 dollars a kilogram: two dollars for 1/2 + 1/6 kilograms.
        close(values.near("040610099", "mass"), 3.0);
        close(values.near("040690000", "mass"), 3.0 / (0.5 + 1.0 / 6.0 + 1.0 / 6.0));
        assert_eq!(values.near("040610099", "pair"), None);
        assert_eq!(values.near("05", "mass"), None);
    }
}
