//! A table with some of its cells changed.

/// Which rows of a table are meant: each column holds one of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows(Vec<(String, Vec<String>)>);

/// Stands for goods or services where a table has sectors.
const KIND: &str = "kind";

/// Position of a column, whether it stands for the kind of its sector, and the values that are meant.
type Meant<'a> = (usize, bool, &'a [String]);

impl Rows {
    /// Reads `column=a|b;other=c`; `None` where that is not the form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let of = |part: &str| {
            let (column, values) = part.split_once('=')?;
            let values: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
            let is_whole = !column.trim().is_empty() && values.iter().all(|value| !value.is_empty());
            is_whole.then(|| (column.trim().to_owned(), values))
        };
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.map(of).collect::<Option<_>>().map(Self)
    }

    /// Position of each column, whether it stands for the kind of its sector, and the values; the name of a column that is
    /// not there.
    fn resolve(&self, header: &csv::StringRecord) -> Result<Vec<Meant<'_>>, String> {
        let at = |name: &str| header.iter().position(|column| column == name);
        let mut found = Vec::new();
        for (name, values) in &self.0 {
            let by_sector = if name == KIND { at("sector") } else { None };
            found.push(match (at(name), by_sector) {
                (Some(column), _) => (column, false, values.as_slice()),
                (None, Some(sector)) => (sector, true, values.as_slice()),
                (None, None) => return Err(name.clone()),
            });
        }
        Ok(found)
    }
}

/// `text` with `to` applied to the numbers of `column` in the rows that are meant, and how many these are; the name of a
/// column that is not there. Cells without a number stay.
pub fn change(
    text: &str,
    rows: &Rows,
    column: &str,
    goods: &[String],
    to: &dyn Fn(f64) -> f64,
) -> Result<(String, usize), String> {
    rewrite(text, rows, goods, Some(column), &|record, at| {
        let number = record.get(at).and_then(|cell| cell.parse::<f64>().ok())?;
        let moved = to(number).to_string();
        let cells = record.iter().enumerate();
        Some(Some(cells.map(|(k, cell)| if k == at { moved.as_str() } else { cell }).collect()))
    })
}

/// `text` with `to` in `column` of the rows that are meant, whatever stands there, and how many these are; the name of a
/// column that is not there.
pub fn write(
    text: &str,
    rows: &Rows,
    column: &str,
    goods: &[String],
    to: &str,
) -> Result<(String, usize), String> {
    rewrite(text, rows, goods, Some(column), &|record, at| {
        let cells = record.iter().enumerate();
        Some(Some(cells.map(|(k, cell)| if k == at { to } else { cell }).collect()))
    })
}

/// `text` without the rows that are meant, and how many these were; the name of a column that is not there.
pub fn without(text: &str, rows: &Rows, goods: &[String]) -> Result<(String, usize), String> {
    rewrite(text, rows, goods, None, &|_, _| Some(None))
}

/// What becomes of a record that is meant: `None` = it stays and does not count, `Some(None)` = it goes.
type Rewritten = Option<Option<csv::StringRecord>>;

fn rewrite(
    text: &str,
    rows: &Rows,
    goods: &[String],
    column: Option<&str>,
    to: &dyn Fn(&csv::StringRecord, usize) -> Rewritten,
) -> Result<(String, usize), String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let at = match column {
        Some(column) => header.iter().position(|name| name == column).ok_or_else(|| column.to_owned())?,
        None => 0,
    };
    let meant = rows.resolve(&header)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut write = |record: &csv::StringRecord| writer.write_record(record).expect("memory can be written");
    write(&header);
    let mut n = 0;
    // Rows that cannot be read are refused when the table is read as what it is.
    for record in reader.records().flatten() {
        let holds = |(column, is_kind, values): &(usize, bool, &[String])| {
            let cell = record.get(*column).unwrap_or_default();
            let kind = if goods.iter().any(|sector| sector == cell) { "goods" } else { "services" };
            values.iter().any(|value| value == if *is_kind { kind } else { cell })
        };
        let is_meant = meant.iter().all(holds);
        match is_meant.then(|| to(&record, at)).flatten() {
            None => write(&record),
            Some(rewritten) => {
                n += 1;
                rewritten.iter().for_each(&mut write);
            }
        }
    }
    let bytes = writer.into_inner().expect("memory can be written");
    Ok((String::from_utf8(bytes).expect("text stays text"), n))
}

#[cfg(test)]
mod tests {
    use super::{Rows, change, without, write};

    const TEXT: &str = "# note\nimporter,sector,ave_pct\nAAA,cars,4\nAAA,care,x\nBBB,cars,8\nBBB,care,2\n";

    fn changed(rows: &str, column: &str) -> Result<(String, usize), String> {
        change(TEXT, &Rows::parse(rows).unwrap(), column, &["cars".to_owned()], &|cell| 2.0 * cell)
    }

    #[test]
    fn only_numbers_of_the_rows_that_are_meant_change() {
        let (text, n) = changed("", "ave_pct").unwrap();
        assert_eq!(
            (text.as_str(), n),
            ("importer,sector,ave_pct\nAAA,cars,8\nAAA,care,x\nBBB,cars,16\nBBB,care,4\n", 3)
        );
        assert_eq!(changed("importer=BBB; kind=goods", "ave_pct").unwrap().1, 1);
        assert_eq!(changed("importer=AAA|BBB;kind=services", "ave_pct").unwrap().1, 1);
        assert_eq!(changed("importer=CCC", "ave_pct").unwrap().1, 0);
    }

    #[test]
    fn words_are_written_over_words() {
        let rows = Rows::parse("importer=AAA;kind=services").unwrap();
        let (text, n) = write(TEXT, &rows, "ave_pct", &["cars".to_owned()], "2").unwrap();
        assert_eq!((text.lines().nth(2), n), (Some("AAA,care,2"), 1));
    }

    #[test]
    fn rows_that_are_meant_go() {
        let rows = Rows::parse("importer=AAA").unwrap();
        let (text, n) = without(TEXT, &rows, &[]).unwrap();
        assert_eq!((text.as_str(), n), ("importer,sector,ave_pct\nBBB,cars,8\nBBB,care,2\n", 2));
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        assert_eq!(changed("", "ave"), Err("ave".to_owned()));
        assert_eq!(changed("exporter=AAA", "ave_pct"), Err("exporter".to_owned()));
        assert_eq!((Rows::parse("importer"), Rows::parse("importer=|A")), (None, None));
    }
}
