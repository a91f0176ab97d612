//! Reading the parts that are edited, and writing the package again.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::EditError;
use crate::{formats::FormatError, package::Package};

const MARK: &str = "\u{feff}";

/// The text of a part, and whether the mark of its encoding stood before it.
pub(super) struct PartText {
    pub(super) xml: String,
    marked: bool,
}

impl PartText {
    pub(super) fn new(xml: &str) -> Self {
        Self {
            xml: xml.to_owned(),
            marked: false,
        }
    }

    /// Another text as the bytes of this part.
    pub(super) fn bytes_of(&self, xml: &str) -> Vec<u8> {
        let mark = if self.marked { MARK } else { "" };
        [mark.as_bytes(), xml.as_bytes()].concat()
    }
}

pub(super) fn text(package: &Package, name: &str) -> Result<PartText, EditError> {
    let xml = package.text(name)?;
    let mut first = [0; 3];
    let damaged = |it: std::io::Error| {
        EditError::Format(FormatError::Damaged {
            part: name.to_owned(),
            reason: it.to_string(),
        })
    };
    let count = package.part(name)?.read(&mut first).map_err(damaged)?;
    let marked = &first[..count] == MARK.as_bytes();
    if matches!(first[..2], [0xFE, 0xFF] | [0xFF, 0xFE]) {
        return Err(EditError::Unusual {
            part: name.to_owned(),
            reason: "it is not UTF-8",
        });
    }
    Ok(PartText { xml, marked })
}

/// The package with some parts replaced or added; all others are copied as they are packed.
pub(super) fn rewrite(
    docx: &[u8],
    mut edited: BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, EditError> {
    let failed = |it: &dyn std::fmt::Display| {
        EditError::Format(FormatError::Damaged {
            part: "package".to_owned(),
            reason: it.to_string(),
        })
    };
    let mut archive = ZipArchive::new(Cursor::new(docx)).map_err(|it| failed(&it))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(docx.len() + (64 << 10))));
    writer
        .set_raw_comment(archive.comment().to_vec().into_boxed_slice())
        .map_err(|it| failed(&it))?;
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|it| failed(&it))?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let plain = name.replace('\\', "/");
        let key = edited
            .keys()
            .find(|it| it.eq_ignore_ascii_case(plain.trim_start_matches('/')))
            .cloned();
        match key.and_then(|it| edited.remove(&it)) {
            None => writer.raw_copy_file(part).map_err(|it| failed(&it))?,
            Some(bytes) => {
                let time = part.last_modified().unwrap_or_default();
                drop(part);
                writer
                    .start_file(name, options.last_modified_time(time))
                    .map_err(|it| failed(&it))?;
                writer.write_all(&bytes).map_err(|it| failed(&it))?;
            }
        }
    }
    for (name, bytes) in edited {
        writer
            .start_file(name, options.last_modified_time(zip::DateTime::default()))
            .map_err(|it| failed(&it))?;
        writer.write_all(&bytes).map_err(|it| failed(&it))?;
    }
    let done = writer.finish().map_err(|it| failed(&it))?;
    Ok(done.into_inner())
}
