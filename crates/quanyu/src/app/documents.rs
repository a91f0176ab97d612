//! 文稿材料: a document read, with everything that was understood in place.
//!
//! Owns the act of reading and the shapes pages show. Leaves formats and the grammar of quantities to
//! `quanyu-documents`, which indicators there are to the pack.
//!
//! Start reading at [`Reader`].

use std::{fs, path::Path, sync::Arc};

use quanyu_core::{measure, text::Text};
use quanyu_documents::{
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
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or holds no text.
    pub fn read_file(&self, file: &Path) -> Result<ReadDocument, AppError> {
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
        self.read(&name, &bytes)
    }

    /// Reads the bytes of a file called `name`.
    ///
    /// # Errors
    /// When it holds no text that could be read.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<ReadDocument, AppError> {
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
            year: None,
        };
        let reading = read::read_text(&document.text, &self.lexicon, &hints);
        let mentions: Vec<MentionView> = reading.mentions.iter().map(|it| self.view(it)).collect();
        let mut warnings: Vec<String> = document.warnings.iter().map(warned).collect();
        warnings.extend(reading.flags.iter().map(|it| it.as_str().to_owned()));
        Ok(ReadDocument {
            name: name.to_owned(),
            title: reading.title.clone().or_else(|| document.title.clone()),
            district: self.district(reading.district.as_deref()),
            year: reading.year,
            blocks: blocks(&document.text, &reading.blocks, &mentions),
            sentences: reading.sentences,
            mentions,
            warnings,
            text: document.text,
        })
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
