//! Rows of a table as this program writes nearly all of them: no quotation marks, so that every comma parts two cells.
//!
//! The reader of the `csv` crate looks at each byte with the rules of quoting in mind. A run has tables of fifty
//! megabytes of which the report needs a hundredth part: reading them took most of its time.

use memchr::{memchr2, memchr2_iter};

/// Gives the cells of every row below the header to `use_row`, with the line of the row (1 = header). `None` for a text
/// that needs the whole rules: quotation marks, carriage returns, comments, blank lines, or a row whose number of cells
/// is not that of the header. Rows before the place where that shows have been given by then.
pub fn plain_rows<'t>(text: &'t str, mut use_row: impl FnMut(u64, &[&'t str])) -> Option<()> {
    let bytes = text.as_bytes();
    if text.is_empty() || memchr2(b'"', b'\r', bytes).is_some() {
        return None;
    }
    let (mut cells, mut start): (Vec<&'t str>, usize) = (Vec::new(), 0);
    let (mut line, mut n_cells) = (1, 0);
    let last_end = (!text.ends_with('\n')).then_some(bytes.len());
    for end in memchr2_iter(b',', b'\n', bytes).chain(last_end) {
        cells.push(&text[start..end]);
        start = end + 1;
        if bytes.get(end) == Some(&b',') {
            continue;
        }
        if cells[0].starts_with('#') || cells == [""] {
            return None;
        }
        if line == 1 {
            n_cells = cells.len();
        } else if cells.len() == n_cells {
            use_row(line, &cells);
        } else {
            return None;
        }
        cells.clear();
        line += 1;
    }
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
