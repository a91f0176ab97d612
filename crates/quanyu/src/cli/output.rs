//! Printing rows: `--format table|json|jsonl|csv`.
//!
//! Owns the four forms. Invariant: columns come in the order given, numbers are written exactly (never through floats).

use std::io::{self, Write};

use clap::ValueEnum;
use rust_decimal::Decimal;

/// How rows are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One array.
    Json,
    /// One object a line.
    Jsonl,
    /// Comma-separated, with heads.
    Csv,
}

/// A printed cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Nothing: `null` in JSON, blank elsewhere.
    None,
    /// Text.
    Text(String),
    /// An exact number.
    Number(Decimal),
    /// Ready JSON, printed as it is (arrays and objects).
    Json(String),
}

impl Cell {
    /// Text, or nothing.
    pub fn opt(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::None, |it| Self::Text(it.into()))
    }

    /// A number, or nothing.
    #[must_use]
    pub fn num(number: Option<Decimal>) -> Self {
        number.map_or(Self::None, Self::Number)
    }

    /// A value with its ends: one number where they are equal, else `[low,high]`.
    #[must_use]
    pub fn span(value: Option<(Decimal, Decimal)>) -> Self {
        match value {
            None => Self::None,
            Some((low, high)) if low == high => Self::Number(low),
            Some((low, high)) => Self::Json(format!("[{},{}]", low.normalize(), high.normalize())),
        }
    }

    fn json(&self) -> String {
        match self {
            Self::None => "null".to_owned(),
            Self::Text(text) => json_text(text),
            Self::Number(number) => number.normalize().to_string(),
            Self::Json(text) => text.clone(),
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Json(text) => text.clone(),
            Self::Number(number) => number.normalize().to_string(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(Decimal::from(number))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(Decimal::from(number))
    }
}

/// A text as a JSON string.
#[must_use]
pub fn json_text(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// Prints rows under heads to standard output. A reader that hangs up early (`| head`) is no error.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(format: Format, heads: &[&str], rows: &[Vec<Cell>]) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = write(&mut out, format, heads, rows).and_then(|()| out.flush());
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Prints a line below a table.
///
/// # Errors
/// As [`print`].
pub fn text(line: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(line.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn write(
    out: &mut impl Write,
    format: Format,
    heads: &[&str],
    rows: &[Vec<Cell>],
) -> io::Result<()> {
    let object = |row: &Vec<Cell>| {
        let parts: Vec<String> = heads
            .iter()
            .zip(row)
            .map(|(head, cell)| format!("{}:{}", json_text(head), cell.json()))
            .collect();
        format!("{{{}}}", parts.join(","))
    };
    match format {
        Format::Table => {
            let mut table = comfy_table::Table::new();
            table
                .load_style(comfy_table::presets::NOTHING)
                .set_header(heads);
            for row in rows {
                table.add_row(row.iter().map(Cell::plain));
            }
            writeln!(out, "{table}")
        }
        Format::Json => {
            let all: Vec<String> = rows.iter().map(object).collect();
            writeln!(out, "[{}]", all.join(",\n "))
        }
        Format::Jsonl => rows
            .iter()
            .try_for_each(|row| writeln!(out, "{}", object(row))),
        Format::Csv => {
            writeln!(out, "{}", heads.join(","))?;
            rows.iter().try_for_each(|row| {
                let cells: Vec<String> = row.iter().map(|it| csv_cell(&it.plain())).collect();
                writeln!(out, "{}", cells.join(","))
            })
        }
    }
}

/// A cell of a csv file; a text that a spreadsheet would take for a formula is guarded by an apostrophe.
fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '@'])
        || (text.starts_with('-') && text.parse::<Decimal>().is_err());
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_printed_in_the_four_forms() {
        let rows = vec![vec![
            Cell::from("a,\"b"),
            Cell::num(Some(Decimal::new(250, 3))),
            Cell::None,
        ]];
        let heads = ["text", "number", "nothing"];
        let cases = [
            (
                Format::Json,
                "[{\"text\":\"a,\\\"b\",\"number\":0.25,\"nothing\":null}]\n",
            ),
            (
                Format::Jsonl,
                "{\"text\":\"a,\\\"b\",\"number\":0.25,\"nothing\":null}\n",
            ),
            (Format::Csv, "text,number,nothing\n\"a,\"\"b\",0.25,\n"),
        ];
        for (format, wanted) in cases {
            let mut out = Vec::new();
            write(&mut out, format, &heads, &rows).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), wanted);
        }
    }

    #[test]
    fn a_csv_cell_never_becomes_a_formula() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("-3.5", "-3.5"),
            ("-cmd", "'-cmd"),
            ("@x", "'@x"),
            ("68.3", "68.3"),
        ];
        for (text, cell) in cases {
            assert_eq!(csv_cell(text), cell);
        }
    }
}
