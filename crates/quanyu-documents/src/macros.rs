//! Programs inside office files: what opens by itself has no place among a bureau's papers.
//!
//! Owns telling whether a file of the office kind carries macros, in either of its two forms. Leaves refusing it to the
//! application.
//!
//! Invariant: a file that cannot be looked into counts as one that may carry them only where its kind can.

use std::{io::Cursor, sync::Arc};

use crate::package::{Package, Source};

/// First bytes of the older office form.
const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Whether a file carries macros, or may.
#[must_use]
pub fn present(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"PK\x03\x04") {
        let Ok(package) = Package::open(Source::Bytes(Arc::from(bytes))) else {
            return true;
        };
        let program = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.ends_with("vbaproject.bin")
                || name.ends_with("vbadata.xml")
                || name.contains("/macrosheets/")
        };
        let declared = package
            .text("[Content_Types].xml")
            .is_ok_and(|it| it.to_ascii_lowercase().contains("macroenabled"));
        return declared || package.names().any(program);
    }
    if bytes.starts_with(&OLE) {
        let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes)) else {
            return true;
        };
        return file.walk().any(|it| {
            let name = it.name().to_ascii_uppercase();
            matches!(
                name.as_str(),
                "_VBA_PROJECT" | "VBA" | "_VBA_PROJECT_CUR" | "MACROS"
            )
        });
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn compound(folder: &str) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_storage(format!("/{folder}")).unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn macros_are_found_in_both_forms_whatever_the_file_is_called() {
        let types = |kind: &str| format!("<Types><Override ContentType=\"{kind}\"/></Types>");
        let plain = types(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        );
        let enabled = types("application/vnd.ms-word.document.macroEnabled.main+xml");
        #[rustfmt::skip]
        let cases = [
            ("plain docx",      archive(&[("[Content_Types].xml", &plain), ("word/document.xml", "")]),   false),
            ("docm renamed",    archive(&[("[Content_Types].xml", &enabled), ("word/document.xml", "")]), true),
            ("a program part",  archive(&[("[Content_Types].xml", &plain), ("xl/vbaProject.bin", "x")]),  true),
            ("old macro sheet", archive(&[("xl/macrosheets/sheet1.xml", "x")]),                           true),
            ("cut off",         b"PK\x03\x04abc".to_vec(),                                                true),
            ("plain doc",       compound("Data"),                                                         false),
            ("doc with VBA",    compound("Macros"),                                                       true),
            ("text",            "说明 vbaProject.bin".as_bytes().to_vec(),                                 false),
        ];
        for (name, bytes, wanted) in cases {
            assert_eq!(present(&bytes), wanted, "{name}");
        }
    }
}
