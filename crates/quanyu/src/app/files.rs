//! 附件: which files may be kept with a record, and handing them out again.
//!
//! Owns looking at what a file is, whatever it is called: its kind from its first bytes, macros, marks of secrecy, size. Leaves
//! bytes on the disk to `quanyu-store`, formats to `quanyu-documents`.
//!
//! Invariant: a file is looked at before anything of it is stored; what is handed out is what a record names.
//!
//! Start reading at [`accept`].

use quanyu_core::{access::Right, value::Value};
use quanyu_documents::{formats, macros, secrecy, workbook};
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::{
    files,
    records::{self, Record},
};

use super::{AppError, Product, registers, steps::file_of};

/// Bytes of one file.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Characters of a file's name.
const LONGEST_NAME: usize = 120;

/// Endings that are taken, with what the first bytes must say: a kind that `infer` tells, or nothing of its own.
const KINDS: [(&str, &[&str]); 21] = [
    ("pdf", &["pdf"]),
    ("docx", &["docx", "zip"]),
    ("xlsx", &["xlsx", "zip"]),
    ("pptx", &["pptx", "zip"]),
    ("ofd", &["zip"]),
    ("odt", &["odt", "zip"]),
    ("ods", &["ods", "zip"]),
    ("doc", &["doc", "msi", "xls", "ppt"]),
    ("xls", &["doc", "msi", "xls", "ppt"]),
    ("ppt", &["doc", "msi", "xls", "ppt"]),
    ("wps", &["doc", "msi", "xls", "ppt"]),
    ("et", &["doc", "msi", "xls", "ppt"]),
    ("jpg", &["jpg"]),
    ("jpeg", &["jpg"]),
    ("png", &["png"]),
    ("webp", &["webp"]),
    ("bmp", &["bmp"]),
    ("tif", &["tif"]),
    ("tiff", &["tif"]),
    ("txt", &[]),
    ("csv", &[]),
];
/// First bytes of the older office form, which `infer` tells apart by what lies deeper and sometimes not at all.
const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileRefusal {
    /// Nothing in it.
    #[error("`{name}` is empty")]
    Empty {
        /// The file.
        name: String,
    },
    /// An ending that is not taken.
    #[error("`{name}` is of a kind that is not taken")]
    Kind {
        /// The file.
        name: String,
    },
    /// What it is called and what it is differ.
    #[error("`{name}` is not what its name says")]
    Disguised {
        /// The file.
        name: String,
    },
    /// It carries macros.
    #[error("`{name}` carries macros")]
    Macros {
        /// The file.
        name: String,
    },
    /// A name that a form gives again and that was never sent by this person.
    #[error("`{name}` was not sent")]
    NotSent {
        /// The file.
        name: String,
    },
}

impl FileRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "file_empty",
            Self::Kind { .. } => "file_kind",
            Self::Disguised { .. } => "file_disguised",
            Self::Macros { .. } => "file_macros",
            Self::NotSent { .. } => "file_not_sent",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let (Self::Empty { name }
        | Self::Kind { name }
        | Self::Disguised { name }
        | Self::Macros { name }
        | Self::NotSent { name }) = self;
        vec![("name", name.clone())]
    }
}

/// Looks at a file that shall be kept.
///
/// # Errors
/// [`FileRefusal`], a file that is too large, a mark of secrecy.
pub fn accept(name: &str, bytes: &[u8]) -> Result<(), AppError> {
    let named = || name.chars().take(LONGEST_NAME).collect::<String>();
    if bytes.len() > MOST_BYTES {
        return Err(AppError::TooLarge {
            name: named(),
            size: bytes.len() as u64,
            most: MOST_BYTES as u64,
        });
    }
    if bytes.is_empty() {
        return Err(FileRefusal::Empty { name: named() }.into());
    }
    let stem = name.rsplit_once('.').map_or(name, |it| it.0);
    AppError::unless_secret(&named(), secrecy::find([stem]).as_ref())?;
    let ending = name.rsplit_once('.').map(|it| it.1.to_lowercase());
    let kind = KINDS
        .iter()
        .find(|(it, _)| Some(*it) == ending.as_deref())
        .ok_or_else(|| FileRefusal::Kind { name: named() })?;
    if !is_what_it_says(kind.1, bytes) {
        return Err(FileRefusal::Disguised { name: named() }.into());
    }
    if macros::present(bytes) {
        return Err(FileRefusal::Macros { name: named() }.into());
    }
    AppError::unless_secret(&named(), mark(kind.0, name, bytes).as_ref())
}

fn is_what_it_says(kinds: &[&str], bytes: &[u8]) -> bool {
    if kinds.contains(&"doc") {
        return bytes.starts_with(&OLE);
    }
    let told = infer::get(bytes).map(|it| it.extension());
    if kinds.is_empty() {
        // Plain text has no sign of its own: nothing else may have one, and no byte of it ends a text.
        let plain = !bytes.contains(&0)
            || bytes.starts_with(&[0xff, 0xfe])
            || bytes.starts_with(&[0xfe, 0xff]);
        return plain && told.is_none_or(|it| matches!(it, "txt" | "sh"));
    }
    told.is_some_and(|it| kinds.contains(&it))
}

/// The mark of secrecy that a file bears, where its text can be read. A scan has no text to look at.
fn mark(ending: &str, name: &str, bytes: &[u8]) -> Option<secrecy::Mark> {
    match ending {
        "pdf" | "docx" | "txt" | "doc" | "wps" => {
            formats::extract(bytes, name).ok().and_then(|it| it.secrecy)
        }
        "xlsx" | "xls" | "csv" | "et" => in_workbook(name, bytes),
        _ => None,
    }
}

/// The mark that any sheet of a workbook bears, in a title or in a cell.
fn in_workbook(name: &str, bytes: &[u8]) -> Option<secrecy::Mark> {
    let bytes: std::sync::Arc<[u8]> = bytes.into();
    let open = |sheet: Option<String>| {
        let wish = workbook::Wish {
            sheet,
            ..workbook::Wish::default()
        };
        workbook::open_bytes(std::sync::Arc::clone(&bytes), name, &wish)
    };
    let told = |error: workbook::WorkbookError| match error {
        workbook::WorkbookError::Secret(mark) => Some(mark),
        _ => None,
    };
    let names = match open(None) {
        Ok(first) => first.sheets().to_vec(),
        Err(error) => return told(error),
    };
    let sheets = if names.is_empty() {
        vec![None]
    } else {
        names.into_iter().map(Some).collect()
    };
    sheets.into_iter().find_map(|sheet| {
        let mut sheet = match open(sheet) {
            Ok(sheet) => sheet,
            Err(error) => return told(error),
        };
        if let Some(mark) = secrecy::find(sheet.titles().iter().map(String::as_str)) {
            return Some(mark);
        }
        let mut row = workbook::Row::default();
        loop {
            match sheet.read_row(&mut row) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return told(error),
            }
        }
    })
}

/// A file that a record names, or one of its lines: name and content.
///
/// # Errors
/// An unknown record; a hash that it does not name; a file that is damaged.
pub async fn read(
    product: &Product,
    register: &str,
    record: i64,
    hash: &str,
) -> Result<(String, Vec<u8>), AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Read, declared)?;
    let mut tx = product.store.read().await?;
    let found = records::get(&mut tx, register, record).await?;
    let found = found.filter(|it| super::entries::within(product, &scope, declared, it));
    let named = found.and_then(|it| {
        named_by(declared, &it)
            .into_iter()
            .find(|(it, _)| it == hash)
    });
    let (hash, name) = named.ok_or_else(|| AppError::not_found("file", hash, []))?;
    drop(tx);
    Ok((name, files::read(&product.store, &hash).await?))
}

/// Hash and name of every file of a record.
#[must_use]
pub fn named_by(register: &Register, record: &Record) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |value: &Value| all.extend(value.as_text().and_then(file_of));
    for field in &register.fields {
        if field.kind == FieldType::File {
            add(record.value(&field.id));
        }
    }
    for lines in &register.lines {
        for line in record.lines.get(&lines.id).into_iter().flatten() {
            for field in lines.fields.iter().filter(|it| it.kind == FieldType::File) {
                if let Some(value) = line.values.get(&field.id) {
                    add(value);
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_for_what_it_is_and_not_for_what_it_is_called() {
        let pdf = b"%PDF-1.7\n1 0 obj\n".to_vec();
        let png = b"\x89PNG\r\n\x1a\n0000".to_vec();
        let exe = b"MZ\x90\x00\x03\x00\x00\x00".to_vec();
        let text = |it: &str| it.as_bytes().to_vec();
        #[rustfmt::skip]
        let cases = [
            ("说明.txt",        text("参会名单\n示例科技"),        None),
            ("名单.csv",        text("单位名称,人数\n示例科技,3\n"), None),
            ("扫描.png",        png.clone(),                     None),
            ("扫描.PNG",        png.clone(),                     None),
            ("扫描.pdf",        png,                             Some("file_disguised")),
            ("合同.txt",        pdf,                             Some("file_disguised")),
            ("合同.pdf",        exe.clone(),                     Some("file_disguised")),
            ("工具.exe",        exe,                             Some("file_kind")),
            ("页面.html",       text("<script>1</script>"),       Some("file_kind")),
            ("没有后缀",         text("x"),                       Some("file_kind")),
            ("空.txt",          Vec::new(),                      Some("file_empty")),
            ("通知.txt",        text("机密★1年\n示例通知"),         Some("secret_file")),
            ("秘密★通知.txt",    text("示例通知"),                 Some("secret_file")),
            ("名单.csv",        text("单位名称,备注\n示例科技,机密★1年\n"), Some("secret_file")),
        ];
        for (name, bytes, wanted) in cases {
            let got = accept(name, &bytes).err().map(|it| it.code());
            assert_eq!(got, wanted, "{name}");
        }
    }
}
