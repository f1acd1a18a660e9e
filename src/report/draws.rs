//! The solved draws in which an option comes into force.

use std::collections::HashSet;

use jiff::civil::date;

use super::input::{DrawPath, DrawPaths, IN_FORCE, Measure};
use super::read::against_reference;
use super::reader::Reader;
use crate::data::Row;
use crate::output::events::MilestoneReached;
use crate::output::rows::column;
use crate::output::run::DrawValue;
use crate::sorted::{SortedMap, sort_by_key};

/// Draws kept of each option.
const MOST_DRAWS: usize = 60;

impl Reader<'_> {
    /// `draws.csv` and `milestones.csv`; `None` if the run lacks one of them.
    pub fn draw_paths(&mut self) -> Option<DrawPaths> {
        let reached = self.draws_in_force()?;
        let focus = (column!(DrawValue<'_>, iso3), vec![self.manifest.focus.as_str()]);
        let table = Some(self.optional_rows::<DrawValue<'_>>(&[against_reference(), focus])?);
        let rows: Vec<(Row<'_>, DrawValue<'_>)> = self.rows(&table);
        let mut paths: SortedMap<(usize, u64), Vec<(i16, f64)>> = SortedMap::new();
        for (row, found) in rows {
            let is_gain = Measure::from_name(&found.measure) == Some(Measure::Pct);
            if !is_gain {
                continue;
            }
            let Some(option) = self.option(&row) else { continue };
            if reached.contains(&(option, found.draw)) {
                paths.entry((option, found.draw)).or_default().push((found.year, found.value));
            }
        }
        let mut kept = DrawPaths::new();
        for ((option, draw), mut years) in paths {
            sort_by_key(&mut years, |(year, _)| *year);
            let of_option = kept.entry(option).or_default();
            if of_option.len() < MOST_DRAWS {
                of_option.push(DrawPath { draw, years });
            }
        }
        Some(kept)
    }

    /// Option and draw of every entry into force by the end of the last year.
    fn draws_in_force(&mut self) -> Option<HashSet<(usize, u64)>> {
        let table = Some(self.optional::<MilestoneReached<'_>>()?);
        let end = date(self.manifest.last_year(), 12, 31);
        let rows: Vec<(Row<'_>, MilestoneReached<'_>)> = self.rows(&table);
        let reached = rows.iter().filter(|(_, found)| found.milestone == IN_FORCE && found.date <= end);
        let reached: Vec<_> = reached.map(|(row, found)| (row, found.draw)).collect();
        Some(reached.into_iter().filter_map(|(row, draw)| Some((self.option(row)?, draw))).collect())
    }
}
