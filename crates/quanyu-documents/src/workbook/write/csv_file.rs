//! A csv written row by row: UTF-8 with a mark, so that spreadsheets read it rightly, lines ended as they expect.

use std::io::Write;

use quanyu_core::text::Language;

use super::{super::Cell, Field, WriteError, xlsx_file::yes_no};

/// An export as csv.
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    language: Language,
}

impl<W: Write> CsvWriter<W> {
    /// Begins with the mark and the head.
    ///
    /// # Errors
    /// When `out` does not take bytes.
    pub fn new(mut out: W, fields: &[Field], language: Language) -> Result<Self, WriteError> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(out);
        writer.write_record(fields.iter().map(|it| guarded(it.header.clone())))?;
        Ok(Self { writer, language })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the bytes are not taken.
    pub fn write_row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        for cell in cells {
            let said = match cell {
                Cell::Bool(truth) => yes_no(*truth, self.language).to_owned(),
                Cell::Text(text) => guarded(text.clone()),
                other => other.said(),
            };
            self.writer.write_field(said)?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the last bytes are not taken.
    pub fn finish(mut self) -> Result<(), WriteError> {
        Ok(self.writer.flush()?)
    }
}

/// Text that a spreadsheet would run as a formula gets the apostrophe that keeps it text; the import drops it again.
fn guarded(text: String) -> String {
    let formula = text.starts_with(['=', '+', '@', '\t', '\r'])
        || text.starts_with('-') && text[1..].starts_with(|c: char| !c.is_ascii_digit());
    if formula { format!("'{text}") } else { text }
}
