//! The line of a text on which a row of a table stands.

use csv::Position;

/// Returns the line on which the row at this position begins, from 1; 0 without a position.
///
/// The reader ends a row at the first character of its line end. The rest of that, and empty lines, it takes with the row after, so
/// that what it has counted by then is too little where lines end with two characters.
pub fn line_of(text: &[u8], at: Option<&Position>) -> u64 {
    let Some(at) = at else { return 0 };
    let begun = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.get(begun..).unwrap_or_default().iter();
    let passed = rest.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + passed.map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use csv::{ByteRecord, ReaderBuilder};

    use super::*;

    /// The lines of the rows below the header.
    fn lines(text: &str) -> Vec<u64> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        reader.byte_headers().unwrap();
        let (mut record, mut lines) = (ByteRecord::new(), Vec::new());
        while reader.read_byte_record(&mut record).unwrap() {
            lines.push(line_of(text.as_bytes(), record.position()));
        }
        lines
    }

    #[test]
    fn lines_count_whatever_ends_them() {
        let plain: [(&str, &[u64]); 6] = [
            ("a,b\n1,2\n3,4\n", &[2, 3]),
            ("a,b\n1,2\n3,4", &[2, 3]),
            ("a,b\n\n1,2\n\n\n3,4\n", &[3, 6]),
            ("a,b\n\"1\n1\",2\n3,4\n", &[2, 4]),
            ("a,\"b\n\"\n1,2\n3,\"4\n\n4\"\n5,6\n", &[3, 4, 7]),
            ("\u{feff}a,b\n1,2\n3,4\n", &[2, 3]),
        ];
        for (text, expected) in plain {
            assert_eq!(lines(text), expected, "{text:?}");
            let windows = text.replace('\n', "\r\n");
            assert_eq!(lines(&windows), expected, "{windows:?}");
        }
        assert_eq!(lines("a,b\r\n1,2\n3,4\r\n5,6\n"), [2, 3, 4]);
        assert_eq!(line_of(b"a,b", None), 0);
    }
}
