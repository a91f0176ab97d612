//! 文稿材料: a document read, with everything that was understood in place.
//!
//! Owns the act of reading and the shapes pages show. Leaves formats and the grammar of quantities to
//! `quanyu-documents`, which indicators there are to the pack.
//!
//! Start reading at [`Reader`].

use std::{fs, path::Path, sync::Arc};

use quanyu_core::{measure, text::Text};
use quanyu_documents::{
    check::{Name, Names},
    formats,
    read::{self, Block, BlockKind, Hints, LexEntry, Lexicon, Mention, Value},
};
use quanyu_pack::model::Pack;
use rust_decimal::Decimal;

use super::AppError;

/// Most bytes of a document: larger ones are scans or archives.
pub const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// Reads documents with the indicators of a pack.
#[derive(Clone)]
pub struct Reader {
    pack: Arc<Pack>,
    lexicon: Arc<Lexicon>,
    names: Arc<Names>,
}

/// A document as its file gives it, and what was read from its text.
pub(super) struct Parts {
    /// Text and blocks of the file.
    pub document: formats::DocText,
    /// Mentions, sentences, sections.
    pub reading: read::Reading,
}

impl Reader {
    /// A reader that links to the indicators of `pack`.
    #[must_use]
    pub fn new(pack: &Arc<Pack>) -> Self {
        let entries = pack
            .indicators
            .values()
            .map(|it| LexEntry {
                indicator: it.id.clone(),
                names: std::iter::once(it.title.zh.clone())
                    .chain(it.aliases.iter().cloned())
                    .collect(),
                unit: Some(it.unit.clone()),
                kinds: Vec::new(),
            })
            .collect();
        Self {
            pack: pack.clone(),
            lexicon: Arc::new(Lexicon::new(entries)),
            names: Arc::new(names(pack)),
        }
    }

    /// The pack whose indicators are linked.
    #[must_use]
    pub fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// Names as documents have to write them.
    #[must_use]
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or holds no text.
    pub fn read_file(&self, file: &Path) -> Result<ReadDocument, AppError> {
        let (name, bytes) = file_of(file)?;
        self.read(&name, &bytes)
    }

    /// Reads the bytes of a file called `name`.
    ///
    /// # Errors
    /// When it holds no text that could be read.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<ReadDocument, AppError> {
        Ok(self.shown(name, &self.parts(name, bytes, None)?))
    }

    /// Text, blocks and mentions of the bytes of a file; `year` is the one reported on where the text is silent.
    pub(super) fn parts(
        &self,
        name: &str,
        bytes: &[u8],
        year: Option<i32>,
    ) -> Result<Parts, AppError> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(AppError::TooLarge {
                name: name.to_owned(),
                size: bytes.len() as u64,
                most: MOST_BYTES,
            });
        }
        let document =
            formats::extract(bytes, name).map_err(|error| AppError::format(name, &error))?;
        AppError::unless_secret(name, document.secrecy.as_ref())?;
        let hints = Hints {
            doc: name.to_owned(),
            year,
        };
        let reading = read::read_text(&document.text, &self.lexicon, &hints);
        Ok(Parts { document, reading })
    }

    /// A document as pages show it.
    pub(super) fn shown(&self, name: &str, parts: &Parts) -> ReadDocument {
        let Parts { document, reading } = parts;
        let mentions: Vec<MentionView> = reading.mentions.iter().map(|it| self.view(it)).collect();
        let mut warnings: Vec<String> = document.warnings.iter().map(warned).collect();
        warnings.extend(reading.flags.iter().map(|it| it.as_str().to_owned()));
        ReadDocument {
            name: name.to_owned(),
            title: reading.title.clone().or_else(|| document.title.clone()),
            district: self.district(reading.district.as_deref()),
            year: reading.year,
            blocks: blocks(&document.text, &reading.blocks, &mentions),
            sentences: reading.sentences.clone(),
            mentions,
            warnings,
            text: document.text.clone(),
        }
    }

    /// The name of the region of the tree that the text names, else what the text says.
    fn district(&self, said: Option<&str>) -> Option<String> {
        let said = said?;
        let regions = self.pack.regions.values();
        let found = regions
            .filter(|it| it.name == said || said.ends_with(&it.name))
            .max_by_key(|it| it.name.len());
        Some(found.map_or_else(|| said.to_owned(), |it| it.name.clone()))
    }

    fn view(&self, it: &Mention) -> MentionView {
        let value = match it.value {
            Value::None => None,
            Value::One(value) => Some((value, value)),
            Value::Range(low, high) => Some((low, high)),
        };
        let linked = it
            .indicator
            .as_deref()
            .and_then(|id| self.pack.indicators.get(id));
        MentionView {
            start: it.start,
            end: it.end,
            text: it.text.clone(),
            kind: it.kind.as_str().to_owned(),
            metric: it.metric.clone(),
            said: said(value, it.unit.as_deref()),
            value,
            unit: it.unit.clone(),
            comparator: it.comparator.map(|it| it.as_str().to_owned()),
            period: it.period.clone(),
            nature: it.nature.map(|it| it.as_str().to_owned()),
            scope: it.scope.clone(),
            of: it.of.clone(),
            idiom: it.idiom.map(str::to_owned),
            indicator: linked.map(|it| (it.id.clone(), it.title.clone())),
            confidence: f64::from(it.confidence),
            flags: it.flags.iter().map(|it| it.as_str().to_owned()).collect(),
        }
    }
}

/// The bytes of a file with its name.
///
/// # Errors
/// When it cannot be read or is too large.
pub(super) fn file_of(file: &Path) -> Result<(String, Vec<u8>), AppError> {
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |it| it.to_string_lossy().into_owned(),
    );
    let size = fs::metadata(file)
        .map_err(|error| AppError::file(file, &error))?
        .len();
    if size > MOST_BYTES {
        return Err(AppError::TooLarge {
            name,
            size,
            most: MOST_BYTES,
        });
    }
    let bytes = fs::read(file).map_err(|error| AppError::file(file, &error))?;
    Ok((name, bytes))
}

/// The standard names of a pack; the titles of its indicators are guarded against damage.
fn names(pack: &Pack) -> Names {
    let values = |all: &[quanyu_pack::model::Declared<String>]| -> Vec<String> {
        all.iter().map(|it| it.value.clone()).collect()
    };
    let names = pack.names.values().map(|it| Name {
        standard: it.standard.value.clone(),
        short: values(&it.short),
        wrong: values(&it.wrong),
        unless: values(&it.unless),
        damage: it.damage,
        source: it.source.zh.clone(),
    });
    let titles: Vec<String> = pack
        .indicators
        .values()
        .map(|it| it.title.zh.clone())
        .collect();
    Names::new(names.collect(), &titles)
}

/// A warning of the format in words.
fn warned(warning: &formats::DocWarning) -> String {
    use formats::DocWarning as W;
    match warning {
        W::TrackedDeletions => {
            "修订中已删除的文字未读取 · text deleted with changes tracked was left out".to_owned()
        }
        W::PagesWithoutText(pages) => {
            let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
            format!(
                "第 {0} 页只有图片，未读取 · pages {0} hold only pictures",
                pages.join("、")
            )
        }
        W::UnmappedCharacters(count) => {
            format!("{count} 个字符无法识别 · {count} characters could not be mapped")
        }
        W::RecognisedText => {
            "文字由机器识别，可能有误 · the text was recognised by a machine".to_owned()
        }
        W::SlantedText => "倾斜或倒置的文字未读取 · slanted text was left out".to_owned(),
        _ => "部分内容未读取 · some content was left out".to_owned(),
    }
}

/// A value as people say it: `68亿元`, `25%`, `第2`.
fn said(value: Option<(Decimal, Decimal)>, unit: Option<&str>) -> String {
    let Some((low, high)) = value else {
        return "—".to_owned();
    };
    let unit = unit.unwrap_or_default();
    let one = |value: Decimal| {
        if unit == "rank" {
            return format!("第{}", value.normalize());
        }
        let (handy, _) = measure::handy(value, unit);
        let (factor, _) = measure::split_unit(&handy);
        let digits = (value / factor).normalize().scale().min(4);
        let (number, unit) = measure::say(value, &handy, digits);
        format!("{number}{unit}")
    };
    if low == high {
        one(low)
    } else {
        format!("{}—{}", one(low), one(high))
    }
}

/// The text by blocks, cut where mentions begin and end. Text between blocks is white space and is left out.
fn blocks(text: &str, blocks: &[Block], mentions: &[MentionView]) -> Vec<BlockView> {
    let chars: Vec<char> = text.chars().collect();
    let mut next = 0;
    let mut out = Vec::new();
    for block in blocks {
        let (mut at, end) = (block.start, block.end.min(chars.len()));
        let mut pieces = Vec::new();
        while next < mentions.len() && mentions[next].start < at {
            next += 1;
        }
        while next < mentions.len() && mentions[next].end <= end {
            let mention = &mentions[next];
            if mention.start > at {
                pieces.push((chars[at..mention.start].iter().collect(), None));
            }
            pieces.push((
                chars[mention.start..mention.end].iter().collect(),
                Some(next),
            ));
            at = mention.end;
            next += 1;
        }
        if at < end {
            pieces.push((chars[at..end].iter().collect(), None));
        }
        if !pieces.is_empty() {
            out.push(BlockView {
                level: level(block),
                row: block.kind == BlockKind::Row,
                start: block.start,
                pieces,
            });
        }
    }
    out
}

fn level(block: &Block) -> u8 {
    match block.kind {
        BlockKind::Title => 1,
        BlockKind::Heading(level) => level.min(4),
        BlockKind::Paragraph | BlockKind::Row => 0,
    }
}

/// A document read.
#[derive(Clone, Debug)]
pub struct ReadDocument {
    /// File name.
    pub name: String,
    /// The text as read; offsets of mentions count its characters.
    pub text: String,
    /// Title, where one was found.
    pub title: Option<String>,
    /// The district the text names, where it names one.
    pub district: Option<String>,
    /// Reporting year, where the text says.
    pub year: Option<i32>,
    /// Sentences as spans of characters, in order.
    pub sentences: Vec<(usize, usize)>,
    /// Paragraphs and headings in order: level (0 text, 1–4 headings), pieces.
    pub blocks: Vec<BlockView>,
    /// All mentions in text order.
    pub mentions: Vec<MentionView>,
    /// Notes on damaged text and the like.
    pub warnings: Vec<String>,
}

/// A paragraph or heading as pieces of text, some of them mentions.
#[derive(Clone, Debug)]
pub struct BlockView {
    /// 0 is a paragraph, 1–4 a heading.
    pub level: u8,
    /// A row of a table, its cells apart by tabs.
    pub row: bool,
    /// Its first character.
    pub start: usize,
    /// Text pieces in order; a piece that is a mention carries its index in [`ReadDocument::mentions`].
    pub pieces: Vec<(String, Option<usize>)>,
}

/// A mention as shown.
#[derive(Clone, Debug)]
pub struct MentionView {
    /// Characters from the start of the text.
    pub start: usize,
    /// End, exclusive.
    pub end: usize,
    /// As it stands in the text.
    pub text: String,
    /// `level`, `growth`, `delta`, `share`, `rank`, `ordinal_event`, `name`, `date`.
    pub kind: String,
    /// What is measured.
    pub metric: Option<String>,
    /// Low and high in base units (equal for one value).
    pub value: Option<(Decimal, Decimal)>,
    /// As people say it.
    pub said: String,
    /// Base unit.
    pub unit: Option<String>,
    /// `eq`, `gt`, `ge`, `lt`, `le`, `approx`.
    pub comparator: Option<String>,
    /// Period.
    pub period: Option<String>,
    /// `actual`, `target`, `reference`.
    pub nature: Option<String>,
    /// Area, where the sentence states one.
    pub scope: Option<String>,
    /// Of what whole or within what field.
    pub of: Option<String>,
    /// The idiom (超, 近 …).
    pub idiom: Option<String>,
    /// Indicator it was linked to: id and title.
    pub indicator: Option<(String, Text)>,
    /// How sure the link is, 0 to 1.
    pub confidence: f64,
    /// Notes, such as damaged text.
    pub flags: Vec<String>,
}

impl MentionView {
    /// Whether it is a figure (level, growth, delta, share, rank).
    #[must_use]
    pub fn is_figure(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "level" | "growth" | "delta" | "share" | "rank"
        )
    }
}
