//! Mutations of tables: cells, rows, columns.

use super::{Mutant, hostile};
use crate::dice::Dice;

/// A table as its lines' cells; quotes are kept as they stand.
struct Grid(Vec<Vec<String>>);

impl Grid {
    fn read(text: &str) -> Self {
        Self(text.lines().map(cells).collect())
    }

    fn text(&self) -> String {
        self.0.iter().map(|row| row.join(",") + "\n").collect()
    }
}

/// Cells of a line; a comma inside quotes does not part them.
fn cells(line: &str) -> Vec<String> {
    let (mut found, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        quoted ^= c == '"';
        if c == ',' && !quoted {
            found.push(String::new());
        } else if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found
}

pub fn mutate(dice: &mut Dice, text: &str) -> Mutant {
    let grid = Grid::read(text);
    match dice.below(10) {
        0..5 => cell(dice, grid),
        5..8 => row(dice, grid),
        _ => column(dice, grid),
    }
}

/// A row that is no header, where there is one.
fn body(dice: &mut Dice, grid: &Grid) -> usize {
    // Comments may stand before the header: the first row without `#` is taken for it.
    let header = grid.0.iter().position(|row| !row[0].starts_with('#')).unwrap_or(0);
    let n = grid.0.len().saturating_sub(header + 1);
    if n == 0 { header } else { header + 1 + dice.below(n) }
}

fn cell(dice: &mut Dice, mut grid: Grid) -> Mutant {
    let at = body(dice, &grid);
    let column = dice.below(grid.0[at].len());
    let was = grid.0[at][column].clone();
    let other = body(dice, &grid);
    let now = match dice.below(10) {
        // What stands elsewhere: a name that exists and does not belong here.
        0 => grid.0[other].get(column).cloned().unwrap_or_default(),
        1 => grid.0[at][dice.below(grid.0[at].len())].clone(),
        _ => hostile::value(dice, &was),
    };
    let what = format!("line {}, cell {}: `{was}` becomes `{}`", at + 1, column + 1, short(&now));
    grid.0[at][column] = now;
    Mutant::line(grid.text(), what)
}

fn row(dice: &mut Dice, mut grid: Grid) -> Mutant {
    let (at, to) = (body(dice, &grid), body(dice, &grid));
    let line = at + 1;
    let copy = grid.0[at].clone();
    if dice.chance(4) {
        let many = (0..20_000).map(|k| copy.iter().map(|cell| format!("{cell}{k}")).collect());
        grid.0.extend(many);
        return Mutant::file(grid.text().into_bytes(), format!("20,000 rows like line {line} more"));
    }
    let what = match dice.below(8) {
        0 => {
            grid.0.remove(at);
            return Mutant::file(grid.text().into_bytes(), format!("line {line} removed"));
        }
        1 => {
            grid.0.insert(to, copy);
            format!("line {line} again at {}", to + 1)
        }
        2 => {
            grid.0.swap(at, to);
            format!("lines {line} and {} swapped", to + 1)
        }
        3 => {
            grid.0[at].push("1".into());
            format!("line {line} with a cell too many")
        }
        4 => {
            grid.0[at].pop();
            format!("line {line} with a cell too few")
        }
        5 => {
            grid.0[at].insert(0, "x".into());
            format!("line {line} shifted")
        }
        6 => {
            let header = grid.0[0].clone();
            grid.0.insert(to, header);
            format!("header again at {}", to + 1)
        }
        _ => {
            grid.0.truncate(1);
            return Mutant::file(grid.text().into_bytes(), "header alone".into());
        }
    };
    Mutant::line(grid.text(), what)
}

fn column(dice: &mut Dice, mut grid: Grid) -> Mutant {
    let header = grid.0.iter().position(|row| !row[0].starts_with('#')).unwrap_or(0);
    let width = grid.0[header].len();
    let (at, to) = (dice.below(width), dice.below(width));
    let name = grid.0[header][at].clone();
    let rows = || header..usize::MAX;
    let each = |grid: &mut Grid, change: &mut dyn FnMut(usize, &mut Vec<String>)| {
        rows().zip(grid.0.iter_mut().skip(header)).for_each(|(k, row)| change(k, row));
    };
    let what = match dice.below(8) {
        0 => {
            each(&mut grid, &mut |_, row| {
                if at < row.len() {
                    row.remove(at);
                }
            });
            format!("column `{name}` removed")
        }
        1 => {
            each(&mut grid, &mut |_, row| row.push(row.get(at).cloned().unwrap_or_default()));
            format!("column `{name}` again")
        }
        2 => {
            grid.0[header][at] = hostile::text(dice, &name);
            format!("column `{name}` renamed `{}`", short(&grid.0[header][at]))
        }
        3 => {
            each(&mut grid, &mut |_, row| {
                if at < row.len() && to < row.len() {
                    row.swap(at, to);
                }
            });
            format!("columns `{name}` and {} swapped", to + 1)
        }
        4 => {
            grid.0[header].swap(at, to);
            format!("names `{name}` and {} swapped", to + 1)
        }
        5 => {
            each(&mut grid, &mut |k, row| row.push(if k == header { "more".into() } else { "1".into() }));
            "column `more`".into()
        }
        6 => {
            let value = hostile::value(dice, "1");
            each(&mut grid, &mut |k, row| {
                if k > header && at < row.len() {
                    row[at].clone_from(&value);
                }
            });
            format!("column `{name}` all `{}`", short(&value))
        }
        _ => {
            each(&mut grid, &mut |_, row| row.iter_mut().for_each(|cell| *cell = quoted(cell)));
            "every cell quoted".into()
        }
    };
    Mutant::file(grid.text().into_bytes(), what)
}

fn quoted(cell: &str) -> String {
    if cell.starts_with('"') { cell.to_owned() } else { format!("\"{cell}\"") }
}

/// The start of a long value, for the list of what was done.
pub fn short(value: &str) -> String {
    let start: String = value.chars().take(40).collect();
    if start.len() < value.len() { format!("{start}... ({} bytes)", value.len()) } else { start }
}
