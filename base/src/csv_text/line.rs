//! A line of a table while it is being written.

use super::number;

/// One record of comma-separated text, with its line end when it is complete.
#[derive(Debug, Default)]
pub struct Line {
    bytes: Vec<u8>,
    fields: usize,
}

impl Line {
    /// Adds a text; one with a comma, quotation mark or line break is put in quotation marks.
    pub fn text(&mut self, text: &str) {
        self.separate();
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.bytes.push(b'"');
            for byte in text.bytes() {
                if byte == b'"' {
                    self.bytes.push(b'"');
                }
                self.bytes.push(byte);
            }
            self.bytes.push(b'"');
        } else {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// Adds what needs no quotation marks, such as a number.
    pub fn plain(&mut self, bytes: &[u8]) {
        self.separate();
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds a finite number as [`number`](super::number()) writes it.
    pub fn number(&mut self, value: f64) {
        self.separate();
        number::append(value, &mut self.bytes);
    }

    /// Adds an empty cell.
    pub fn empty(&mut self) {
        self.separate();
    }

    fn separate(&mut self) {
        if self.fields > 0 {
            self.bytes.push(b',');
        }
        self.fields += 1;
    }

    /// The line with its end.
    pub fn end(&mut self) -> &[u8] {
        // A line without any byte would be no record.
        if self.fields == 1 && self.bytes.is_empty() {
            self.bytes.extend_from_slice(b"\"\"");
        }
        self.bytes.push(b'\n');
        &self.bytes
    }

    /// Begins the next line.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.fields = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_is_what_the_csv_crate_writes() {
        for cells in [
            vec!["a", "b c", ""],
            vec!["a,b", "say \"so\"", "two\nlines", "\r"],
            vec![""],
            vec!["", ""],
            vec!["é", "'=1"],
        ] {
            let mut line = Line::default();
            cells.iter().for_each(|cell| line.text(cell));
            let mut other = csv::Writer::from_writer(Vec::new());
            other.write_record(&cells).unwrap();
            assert_eq!(line.end(), other.into_inner().unwrap());
        }
    }
}
