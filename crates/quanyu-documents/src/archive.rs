//! Archives that people take away: files of a case under names in any script.
//!
//! Owns the writing of a zip, and a look at one file of what we wrote. Leaves what is in it to the caller; reading what others
//! made is [`crate::package`]'s.
//!
//! Invariant: no name leads out of the folder that the archive is unpacked into, and none stands in it twice.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _, Write as _},
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Writes an archive of these files: folder and name parted by `/`, and content.
///
/// # Errors
/// More than an archive can hold.
pub fn write(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut taken = BTreeSet::new();
    for (path, bytes) in files {
        archive.start_file(free(path, &mut taken), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The text of one file of an archive that was made here, such as `word/document.xml` of a docx.
///
/// # Errors
/// No archive, no such file, no text.
pub fn text(archive: &[u8], path: &str) -> Result<String, ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(archive))?;
    let mut text = String::new();
    archive.by_name(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// A path that stays inside and is not taken.
fn free(path: &str, taken: &mut BTreeSet<String>) -> String {
    let parts: Vec<String> = path.split('/').map(plain).collect();
    let path = parts.join("/");
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, format!(".{ending}")),
        _ => (path.as_str(), String::new()),
    };
    let mut name = path.clone();
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{stem}（{number}）{ending}");
        number += 1;
    }
    name
}

/// A name that every system takes.
fn plain(part: &str) -> String {
    let kept: String = part
        .chars()
        .map(|it| match it {
            '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            it if it.is_control() => '_',
            it => it,
        })
        .take(100)
        .collect();
    match kept.trim_matches([' ', '.']) {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_and_are_told_apart() {
        let mut taken = BTreeSet::new();
        #[rustfmt::skip]
        let cases = [
            ("台账/资质.xlsx",    "台账/资质.xlsx"),
            ("台账/资质.xlsx",    "台账/资质（2）.xlsx"),
            ("../../etc/passwd", "_/_/etc/passwd"),
            ("附件/C:\\a.pdf",    "附件/C__a.pdf"),
            ("附件/..",           "附件/_"),
            ("说明",              "说明"),
            ("说明",              "说明（2）"),
        ];
        for (path, wanted) in cases {
            assert_eq!(free(path, &mut taken), wanted, "{path}");
        }
    }
}
