//! What a cell of Japan's tariff charges, percent of the value of the goods.
//!
//! | cell | reads |
//! | --- | --- |
//! | `29.8%+679JPY/kg` | both |
//! | `30%又は4,300JPY/足のうちいずれか高い税率` | the higher of the two |
//! | `15%又は125JPY/lのうちいずれか低い税率 ただしその税率が67JPY/lを下回る場合は67JPY/l` | the lower, at least 67 yen a litre |
//! | `(73.70JPY−課税価格)/kg` | what the value lacks of 73.70 yen a kilogram |
//! | `(8.5%)` in the bound column | not below what is applied: does not count |
//! | `◎Free` | a line of its own for goods under a condition, most of them inside a quota |

use super::specific::{NoEquivalent, Prices};

/// Between alternatives.
const OR: &str = "又は";
/// What follows alternatives of which the higher or the lower counts.
const HIGHER: &str = "のうちいずれか高い税率";
const LOWER: &str = "のうちいずれか低い税率";
/// Around the least rate.
const FLOOR: [&str; 2] = ["ただしその税率が", "を下回る場合は"];
/// The value of the goods.
const VALUE: &str = "課税価格";
/// Before the rate of goods under a condition.
const CONDITION: char = '◎';
/// In bound rates of a part of the goods of a line.
const OF_A_PART: [&str; 4] = ["〜", "●", "一部", "免税"];

/// True if the rate is for goods under a condition, most of them inside a quota.
pub fn is_of_quota(cell: &str) -> bool {
    cell.starts_with(CONDITION)
}

/// The rate applied to everybody: the temporary one where there is one, else the general one; the bound rate where it is
/// lower and holds for all goods of the line.
pub fn applied_pct([general, temporary, bound]: [&str; 3], prices: &Prices<'_>) -> Result<f64, NoEquivalent> {
    let own = cell_pct(if temporary.is_empty() { general } else { temporary }, prices)?;
    let bound = bound.trim_start_matches('*');
    let is_not_below = bound.starts_with('(') && !bound.contains(VALUE);
    if bound.is_empty() || is_not_below || OF_A_PART.iter().any(|sign| bound.contains(sign)) {
        return Ok(own);
    }
    Ok(own.min(cell_pct(bound, prices)?))
}

/// What a cell charges.
pub fn cell_pct(cell: &str, prices: &Prices<'_>) -> Result<f64, NoEquivalent> {
    let cell = plain(cell);
    if let Some((rates, floor)) = cell.split_once(FLOOR[0]) {
        let (_, least) = floor.split_once(FLOOR[1]).ok_or(NoEquivalent::NotUnderstood)?;
        return Ok(cell_pct(rates, prices)?.max(sum_pct(least, prices)?));
    }
    // Of several cases the last is that of all others.
    let last = cell.split_whitespace().next_back().ok_or(NoEquivalent::NotUnderstood)?;
    let of = |rates: &str, better: fn(f64, f64) -> f64| {
        let mut all = rates.split(OR).map(|rate| sum_pct(rate, prices));
        let first = all.next().unwrap_or(Err(NoEquivalent::NotUnderstood))?;
        all.try_fold(first, |found, rate| Ok(better(found, rate?)))
    };
    match (last.strip_suffix(HIGHER), last.strip_suffix(LOWER)) {
        (Some(rates), _) => of(rates, f64::max),
        (_, Some(rates)) => of(rates, f64::min),
        _ => sum_pct(last, prices),
    }
}

/// Without signs, footnotes, blanks inside a rate, and brackets around all of it.
fn plain(cell: &str) -> String {
    let cell = cell.split('◆').next().unwrap_or_default().trim();
    let cell = cell.trim_start_matches(['※', CONDITION, '*', ' ']).replace("+ ", "+").replace(" /", "/");
    let inner = cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(&cell).to_owned()
}

fn sum_pct(rate: &str, prices: &Prices<'_>) -> Result<f64, NoEquivalent> {
    rate.split('+').try_fold(0.0, |sum, term| Ok(sum + term_pct(term.trim(), prices)?))
}

fn term_pct(term: &str, prices: &Prices<'_>) -> Result<f64, NoEquivalent> {
    let number = |text: &str| -> Result<f64, NoEquivalent> {
        let number = text.trim().replace(',', "").parse::<f64>().ok();
        number.filter(|number| number.is_finite() && *number >= 0.0).ok_or(NoEquivalent::NotUnderstood)
    };
    if term == "Free" {
        return Ok(0.0);
    }
    if let Some(pct) = term.strip_suffix('%') {
        return number(pct);
    }
    let (amount, unit) = term.split_once("JPY/").ok_or(NoEquivalent::NotUnderstood).or_else(|_| {
        let (lacking, unit) = term.rsplit_once(")/").ok_or(NoEquivalent::NotUnderstood)?;
        Ok((lacking, unit))
    })?;
    let Some(lacking) = amount.strip_prefix('(') else {
        return prices.amount_pct(number(amount)?, unit);
    };
    let (price, value) = lacking.split_once("JPY").ok_or(NoEquivalent::NotUnderstood)?;
    if value.trim_start_matches(['−', '-']) != VALUE {
        return Err(NoEquivalent::NotUnderstood);
    }
    // What the value lacks of the price, over the value.
    Ok((prices.amount_pct(number(price)?, unit)? - 100.0).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::{applied_pct, cell_pct};
    use crate::calibration::policy::lines::specific::{NoEquivalent, Prices};
    use crate::calibration::policy::lines::unit_values::UnitValues;

    #[test]
    fn cells_by_hand() {
        // A kilogram is worth 4 dollars, a litre 2, a pair 20; 100 yen to the dollar.
        let values = UnitValues::of([("640320", "PRS", 20.0), ("640320", "KG", 4.0), ("640320", "L", 2.0)]);
        let prices = Prices::new(&values, "640320012", 100.0);
        let close = |cell: &str, expected: f64| {
            let found = cell_pct(cell, &prices).unwrap();
            assert!((found - expected).abs() < 1e-9, "{cell}: {found} {expected}");
        };
        close("29.8%+ 40JPY/kg", 39.8);
        close("40JPY /kg", 10.0);
        close("40,000JPY/MT", 10.0);
        close("2,000JPY/kl", 1.0);
        close("30%又は4,000JPY/足のうちいずれか高い税率", 200.0);
        close("15%又は40JPY/lのうちいずれか低い税率", 15.0);
        close("15%又は20JPY/lのうちいずれか低い税率 ただしその税率が24JPY/lを下回る場合は24JPY/l", 12.0);
        close("(500JPY−課税価格)/kg", 25.0);
        close("(300JPY−課税価格)/kg", 0.0);
        close("関税割当数量以内のもの Free 関税割当数量以外のもの 29.8%+40JPY/kg", 39.8);
        close("◎Free", 0.0);
        close("(8.5%)", 8.5);
        close("1.8% ◆4", 1.8);
        for cell in ["1キログラムにつき枝肉に係る基準輸入価格と課税価格との差額", "", "x%", "5JPY/箱"]
        {
            assert_eq!(cell_pct(cell, &prices), Err(NoEquivalent::NotUnderstood), "{cell}");
        }
        assert_eq!(cell_pct("5JPY/㎡", &prices), Err(NoEquivalent::NoUnitValue));
    }

    #[test]
    fn the_bound_rate_counts_where_it_is_lower_and_for_all_goods() {
        let values = UnitValues::of([("040221", "KG", 4.0)]);
        let prices = Prices::new(&values, "040221000", 100.0);
        let pct = |cells| applied_pct(cells, &prices).unwrap();
        assert_eq!(pct(["40JPY/kg", "", "20JPY/kg"]), 5.0);
        assert_eq!(pct(["(80JPY/kg)", "40JPY/kg", "*(60JPY/kg)"]), 10.0);
        assert_eq!(pct(["4.6%", "", "●3.1%〜(5.2%)"]), 4.6);
        assert_eq!(pct(["Free", "", "(Free)〜(8.4%)"]), 0.0);
    }
}
