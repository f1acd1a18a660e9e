//! Rows of a table as this program writes nearly all of them: no quotation marks, so that every comma parts two cells.
//!
//! The reader of the `csv` crate looks at each byte with the rules of quoting in mind. A run has tables of fifty
//! megabytes of which the report needs a hundredth part: reading them took most of its time.

/// Gives the cells of every row below the header to `use_row`, with the line of the row (1 = header). `None` for a text
/// that needs the whole rules: quotation marks, carriage returns, comments, blank lines, or a row whose number of cells
/// is not that of the header. Rows before the place where that shows have been given by then.
pub fn plain_rows<'t>(text: &'t str, mut use_row: impl FnMut(u64, &[&'t str])) -> Option<()> {
    if text.contains('"') || text.contains('\r') {
        return None;
    }
    let mut lines = text.lines();
    let mut cells: Vec<&'t str> = Vec::new();
    split(lines.next()?, &mut cells)?;
    let n = cells.len();
    for (at, line) in lines.enumerate() {
        split(line, &mut cells)?;
        if cells.len() != n {
            return None;
        }
        use_row(at as u64 + 2, &cells);
    }
    Some(())
}

/// The cells of a line; `None` for a comment or a blank line.
fn split<'t>(line: &'t str, cells: &mut Vec<&'t str>) -> Option<()> {
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    cells.clear();
    let mut start = 0;
    for (at, byte) in line.bytes().enumerate() {
        if byte == b',' {
            cells.push(&line[start..at]);
            start = at + 1;
        }
    }
    cells.push(&line[start..]);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::plain_rows;

    #[test]
    fn rows_are_those_of_the_csv_crate() {
        let text = "a,b,c\n1,,é\n,2.0,x y\n";
        let mut found: Vec<(u64, Vec<String>)> = Vec::new();
        plain_rows(text, |line, cells| {
            found.push((line, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        })
        .unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let wanted: Vec<(u64, Vec<String>)> = reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                (record.position().unwrap().line(), record.iter().map(str::to_owned).collect())
            })
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_needs_the_whole_rules_is_left_to_them() {
        for text in ["", "a,b\n\"1\",2\n", "a,b\r\n1,2\r\n", "a,b\n#1,2\n", "a,b\n\n1,2\n", "a,b\n1\n"] {
            assert!(plain_rows(text, |_, _| ()).is_none(), "{text:?}");
        }
    }
}
