//! `tradepath schedule --barriers` and the barriers of `--explain`: every text that acts on a barrier, and what is left.

use jiff::civil::Date;

use super::format::signed;
use crate::data::Pair;
use crate::policy::barrier_texts::{BarrierOnDay, TextOnBarrier};
use crate::policy::cuts::Cut;
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// What a barrier of a pair in a sector is made of on a day.
pub fn text(book: &PolicyBook, regimes: &Regimes, pair: Pair, sector: usize, day: Date) -> String {
    let code = |n: usize| book.axes.countries[n].iso3.as_str();
    let found = book.barrier_on(regimes, pair, sector, day);
    let id = &book.axes.sectors[sector].id;
    let (importer, exporter) = (code(pair.importer), code(pair.exporter));
    let mut text = format!("barriers of {importer} to {id} from {exporter} on {day}\n");
    text += &format!(
        "  measured on {} {:>9.2} %",
        book.barriers.full_text(sector).measured_on,
        found.measured_pct
    );
    text += &format!(", without any agreement {:.2} %\n", found.without_pct);
    text += &format!("  full text: {}\n", full_text(book, sector));
    if found.texts.is_empty() {
        text += "  no text acts on it\n";
    } else {
        text += &format!(
            "  {:<24} {:<12} {:<6} {:>8} {:>8} {:>8}\n",
            "text", "part", "for", "strength", "overlap", "adds"
        );
    }
    for one in &found.texts {
        text += &line(book, one);
    }
    text += &sums(&found);
    text
}

fn line(book: &PolicyBook, one: &TextOnBarrier) -> String {
    let part = &book.depths.parts[one.part];
    let part = match &part.list {
        Some(list) => format!("{list} {:.2}", part.weight_share),
        None if part.weight_share < 1.0 => format!("rest {:.2}", part.weight_share),
        None => "all".to_owned(),
    };
    let id = &book.agreements[one.agreement].id;
    let whom = if one.is_open { "all" } else { "pair" };
    let numbers = format!("{:>8.3} {:>8.2} {:>8.3}", one.strength, one.overlap_share, one.adds);
    format!("  {id:<24} {part:<12} {whom:<6} {numbers}\n")
}

fn full_text(book: &PolicyBook, sector: usize) -> String {
    match book.barriers.cut(sector, PolicyParameters::default()) {
        Cut::OfPrice { price_cut, actionable_share } => format!(
            "{:.2} % of the price (estimate), at most {:.1} % of the barrier",
            100.0 * price_cut,
            100.0 * actionable_share
        ),
        Cut::OfBarrier { cut_share, actionable_share } => format!(
            "{:.1} % of the barrier, all texts at most {:.1} %",
            100.0 * cut_share,
            100.0 * actionable_share
        ),
    }
}

fn sums(found: &BarrierOnDay) -> String {
    format!(
        "  joined strength {:.3} (measured with {:.3}; open to everybody {:.3})\n  barrier left {:.2} %, cost {} % against the day of measurement\n",
        found.joined,
        found.joined_base,
        found.joined_open,
        found.left_pct,
        signed(100.0 * (found.cost_ratio() - 1.0), 2)
    )
}
