//! What `tradepath schedule` says: of one pair the rates by product group, of several the duties by pair, in the first and in
//! the last year.

use serde_json::json;

use super::answer::{Answer, Cell, Column};
use crate::data::{Dataset, Pair};
use crate::output::schedule::{self, ScheduledRate};
use crate::output::tariffs::{self, DutiesRow};
use crate::policy::{PolicyBook, Regimes};
use crate::sorted::sort_by;

/// Lines for people.
const SHOWN: usize = 20;

/// What is asked for: pairs and years along one path.
pub struct Asked<'a> {
    /// The baseline data set.
    pub data: &'a Dataset,
    /// Policy tables.
    pub book: &'a PolicyBook,
    /// What is in force when.
    pub regimes: &'a Regimes,
    /// Importer and exporter.
    pub pairs: Vec<Pair>,
    /// First and last.
    pub years: [i16; 2],
}

/// The groups or pairs whose rates change most come first.
#[must_use]
pub fn answer(option: &str, asked: &Asked<'_>) -> Answer {
    let [first, last] = asked.years;
    let (title, columns, rows) = match asked.pairs[..] {
        [pair] => of_pair(asked, pair),
        _ => of_pairs(asked),
    };
    Answer {
        title: format!("{option}, reference path, {first} and {last}: {title}"),
        columns,
        rows,
        most: SHOWN,
        facts: vec![
            ("command", json!("schedule")),
            ("option", json!(option)),
            ("years", json!(asked.years)),
        ],
        notes: vec![
            "mfn is the most-favoured-nation rate, first and last are the rates paid on average in these years, with \
             additional duties; why one is what it is: --explain IMPORTER:EXPORTER:GROUP:DATE."
                .into(),
        ],
        ..Answer::default()
    }
}

type Lines = (String, Vec<Column>, Vec<Vec<Cell>>);

fn of_pair(asked: &Asked<'_>, pair: Pair) -> Lines {
    let of_year = |year| schedule::rows(asked.book, asked.regimes, pair, year);
    let change = |(a, b): &(ScheduledRate<'_>, ScheduledRate<'_>)| (b.effective_pct - a.effective_pct).abs();
    let mut found: Vec<_> = of_year(asked.years[0]).into_iter().zip(of_year(asked.years[1])).collect();
    sort_by(&mut found, |a, b| {
        change(b).total_cmp(&change(a)).then(a.0.product_group.cmp(&b.0.product_group))
    });
    let row = |(a, b): &(ScheduledRate<'_>, ScheduledRate<'_>)| {
        vec![
            Cell::text(&*a.product_group),
            Cell::text(&*a.sector),
            Cell::number(a.mfn_pct, 2),
            Cell::number(a.effective_pct, 2),
            Cell::number(b.effective_pct, 2),
            Cell::text(&*b.regime),
            Cell::number(b.utilisation_share, 2),
        ]
    };
    let countries = &asked.book.axes.countries;
    let title = format!(
        "tariffs of {} on goods of {}, percent",
        countries[pair.importer].iso3, countries[pair.exporter].iso3
    );
    let columns = vec![
        ("product_group", "product group"),
        ("sector", "sector"),
        ("mfn_pct", "mfn"),
        ("first_effective_pct", "first"),
        ("last_effective_pct", "last"),
        ("last_regime", "regime"),
        ("last_utilisation_share", "used"),
    ];
    (title, columns, found.iter().map(row).collect())
}

fn of_pairs(asked: &Asked<'_>) -> Lines {
    let of_year = |&pair: &Pair, year| tariffs::duties(asked.book, asked.data, asked.regimes, pair, year);
    let both = |pair| of_year(pair, asked.years[0]).zip(of_year(pair, asked.years[1]));
    let change = |(a, b): &(DutiesRow<'_>, DutiesRow<'_>)| (b.effective_pct - a.effective_pct).abs();
    let mut found: Vec<_> = asked.pairs.iter().filter_map(both).collect();
    sort_by(&mut found, |a, b| {
        let names = || (&a.0.importer, &a.0.exporter).cmp(&(&b.0.importer, &b.0.exporter));
        change(b).total_cmp(&change(a)).then_with(names)
    });
    let row = |(a, b): &(DutiesRow<'_>, DutiesRow<'_>)| {
        vec![
            Cell::text(&*a.importer),
            Cell::text(&*a.exporter),
            Cell::number(a.effective_pct, 2),
            Cell::number(b.effective_pct, 2),
            Cell::number(b.effective_pct - a.effective_pct, 2),
            Cell::number(a.imports_base_musd, 0),
        ]
    };
    let columns = vec![
        ("importer", "importer"),
        ("exporter", "exporter"),
        ("first_effective_pct", "first %"),
        ("last_effective_pct", "last %"),
        ("change_pp", "change pp"),
        ("imports_base_musd", "imports musd"),
    ];
    ("mean tariffs on goods, the largest changes first".into(), columns, found.iter().map(row).collect())
}
