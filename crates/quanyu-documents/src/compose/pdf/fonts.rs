//! Fonts for PDF: those of the standard where they are supplied, else free ones that look like them.
//!
//! Invariant: own fonts win. Which font stands for which of the standard's is [`ROLES`], in order of preference.

use std::{
    fs,
    path::{Path, PathBuf},
};

use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
    utils::LazyHash,
};

use super::PdfError;

/// A font of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 小标宋, of titles and marks.
    Title,
    /// 仿宋, of the text.
    Fang,
    /// 黑体, of first headings.
    Hei,
    /// 楷体, of second headings.
    Kai,
    /// 宋体, of the numbers of pages.
    Song,
    /// Letters and digits.
    Latin,
}

/// What stands for each: how people call it, families in order. The standard's own first, then free ones.
const ROLES: [(Role, &str, &[&str]); 6] = [
    (
        Role::Title,
        "小标宋",
        &[
            "方正小标宋简体",
            "FZXiaoBiaoSong-B05S",
            "FZXiaoBiaoSong-B05",
            "FandolSong",
            "Noto Serif CJK SC",
            "Source Han Serif SC",
        ],
    ),
    (
        Role::Fang,
        "仿宋",
        &[
            "仿宋_GB2312",
            "FangSong_GB2312",
            "仿宋",
            "FangSong",
            "FandolFang R",
            "FandolFang",
            "Noto Serif CJK SC",
        ],
    ),
    (
        Role::Hei,
        "黑体",
        &[
            "黑体",
            "SimHei",
            "FandolHei",
            "Noto Sans CJK SC",
            "Source Han Sans SC",
        ],
    ),
    (
        Role::Kai,
        "楷体",
        &[
            "楷体_GB2312",
            "KaiTi_GB2312",
            "楷体",
            "KaiTi",
            "FandolKai",
            "Noto Serif CJK SC",
        ],
    ),
    (
        Role::Song,
        "宋体",
        &[
            "宋体",
            "SimSun",
            "FandolSong",
            "Noto Serif CJK SC",
            "Source Han Serif SC",
        ],
    ),
    (
        Role::Latin,
        "Times New Roman",
        &[
            "Times New Roman",
            "Liberation Serif",
            "TeX Gyre Termes",
            "Nimbus Roman",
            "FandolSong",
            "Noto Serif CJK SC",
        ],
    ),
];

/// Files in folders of the system that are worth opening; others have no Han characters of use here.
const OF_SYSTEM: [&str; 9] = [
    "cjk",
    "sourcehan",
    "fandol",
    "simsun",
    "simhei",
    "simfang",
    "simkai",
    "liberationserif-",
    "fzxbs",
];
/// A font file is at most this large.
const LARGEST: u64 = 128 << 20;

/// Fonts in memory.
pub struct Fonts {
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
    looked: Vec<String>,
}

impl Fonts {
    /// Opens the fonts of `own` folders; where something is missing in them, also those of `system` folders.
    #[must_use]
    pub fn load(own: &[PathBuf], system: &[PathBuf]) -> Self {
        let mut fonts = Self {
            fonts: Vec::new(),
            book: LazyHash::new(FontBook::new()),
            looked: own.iter().map(|it| it.display().to_string()).collect(),
        };
        own.iter().for_each(|it| fonts.open(it, &|_| true, 2));
        fonts.list();
        if fonts.complete().is_err() {
            let known = |name: &str| OF_SYSTEM.iter().any(|it| name.contains(it));
            system.iter().for_each(|it| fonts.open(it, &known, 6));
            fonts
                .looked
                .extend(system.iter().map(|it| it.display().to_string()));
            fonts.list();
        }
        fonts
    }

    /// Whether every font of the standard has one that stands for it.
    ///
    /// # Errors
    /// [`PdfError::NoFonts`].
    pub fn complete(&self) -> Result<(), PdfError> {
        let missing: Vec<&str> = ROLES
            .iter()
            .filter(|(role, ..)| self.family(*role).is_none())
            .map(|(_, name, _)| *name)
            .collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(PdfError::NoFonts {
                missing,
                looked: self.looked.clone(),
            }),
        }
    }

    /// The family that stands for a font of the standard.
    #[must_use]
    pub fn family(&self, role: Role) -> Option<&'static str> {
        let (_, _, families) = ROLES.iter().find(|it| it.0 == role)?;
        families
            .iter()
            .find(|it| self.book.contains_family(&it.to_lowercase()))
            .copied()
    }

    /// The characters that no font has.
    pub(super) fn without(&self, characters: impl Iterator<Item = char>) -> String {
        let has = |c: char| {
            self.fonts
                .iter()
                .any(|it| it.info().coverage.contains(c as u32))
        };
        characters.filter(|c| !has(*c)).collect()
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn list(&mut self) {
        self.book = LazyHash::new(FontBook::from_fonts(&self.fonts));
    }

    /// Opens the fonts below a folder, in order of their names. What is no font is left out.
    fn open(&mut self, folder: &Path, wanted: &dyn Fn(&str) -> bool, depth: u32) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                if depth > 0 {
                    self.open(&path, wanted, depth - 1);
                }
                continue;
            }
            let name = path
                .file_name()
                .map(|it| it.to_string_lossy().to_lowercase())
                .unwrap_or_default();
            let font = [".otf", ".ttf", ".ttc", ".otc"]
                .iter()
                .any(|it| name.ends_with(it));
            let small = fs::metadata(&path).is_ok_and(|it| it.len() <= LARGEST);
            if !font || !small || !wanted(&name) {
                continue;
            }
            if let Ok(bytes) = fs::read(&path) {
                // Of a collection for all of East Asia only the Chinese faces.
                let faces = Font::iter(Bytes::new(bytes));
                self.fonts
                    .extend(faces.filter(|it| !foreign(&it.info().family)));
            }
        }
    }
}

fn foreign(family: &str) -> bool {
    [" JP", " KR", " TC", " HK", " MO"]
        .iter()
        .any(|it| family.ends_with(it) && family.contains("CJK"))
}
