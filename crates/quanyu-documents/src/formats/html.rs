//! Web pages: the main text, without scripts, menus and footers.
//!
//! The tags come from html5ever's tokenizer; elements are kept as a flat list of containers rather than a tree, so that
//! no nesting is too deep. The main text is the innermost container that holds four fifths of the sentences.

use std::cell::RefCell;

use encoding_rs::Encoding;
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::RawKind,
    },
};

use super::{
    BlockKind, DocText, FormatError,
    builder::{Builder, Place, heading_level},
    txt,
};

/// Elements that may lie open in each other; deeper ones are read as if they were beside.
const MAX_DEPTH: usize = 512;

const VOID: &[&str] = &[
    "br", "img", "input", "meta", "link", "hr", "source", "wbr", "col", "area", "base", "embed",
    "param", "track",
];
const DROPPED: &[&str] = &[
    "script", "style", "noscript", "nav", "footer", "aside", "select", "button", "iframe", "svg",
    "template", "object", "textarea",
];
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "dl",
    "dd",
    "dt",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "section",
    "article",
    "main",
    "header",
    "body",
    "form",
    "blockquote",
    "pre",
    "center",
    "fieldset",
    "caption",
    "figure",
    "figcaption",
    "hr",
    "br",
];

/// Whether the bytes are a web page.
pub(super) fn is_html(bytes: &[u8], extension: &str) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.starts_with('<')
            && (matches!(extension, "html" | "htm")
                || start.contains("<body")
                || start.contains("<html"))
}

pub(super) fn extract(bytes: &[u8]) -> Result<DocText, FormatError> {
    let text = decode(bytes)?;
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(text.as_str()));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut page = tokenizer.sink.0.into_inner();
    page.flush();
    Ok(page.finish())
}

/// The encoding a page names; else as any text.
fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    if Encoding::for_bom(bytes).is_none() {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
        let named = start
            .split("charset=")
            .nth(1)
            .map(|it| it.trim_start_matches(['"', '\'']));
        let label = named.map(|it| {
            it.split(['"', '\'', ' ', ';', '>', '/'])
                .next()
                .unwrap_or_default()
        });
        if let Some(encoding) = label.and_then(|it| Encoding::for_label(it.as_bytes()))
            && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
        {
            return Ok(text.into_owned());
        }
    }
    txt::decode(bytes)
}

#[derive(Default)]
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return page.tag(&tag),
            Token::CharacterTokens(text) => page.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

struct Container {
    parent: usize,
    sentences: usize,
}

struct Found {
    container: usize,
    tag: &'static str,
    text: String,
    linked: usize,
    /// Table, row, column.
    cell: Option<(u32, u32, u32)>,
}

struct Open {
    name: String,
    container: usize,
    dropped: bool,
}

#[derive(Default)]
struct Page {
    open: Vec<Open>,
    containers: Vec<Container>,
    found: Vec<Found>,
    text: String,
    linked: usize,
    title: String,
    tables: Vec<(u32, u32, u32)>,
    table_count: u32,
}

impl Page {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            self.close(name);
            return TokenSinkResult::Continue;
        }
        if BLOCKS.contains(&name) {
            self.flush();
        }
        self.close_implied(name);
        if VOID.contains(&name) {
            return TokenSinkResult::Continue;
        }
        match name {
            "table" => {
                self.tables.push((self.table_count, 0, 0));
                self.table_count += 1;
            }
            "tr" => self
                .tables
                .last_mut()
                .into_iter()
                .for_each(|it| (it.1, it.2) = (it.1 + 1, 0)),
            "td" | "th" => self.tables.last_mut().into_iter().for_each(|it| it.2 += 1),
            _ => {}
        }
        let (above, dropped_above) = self
            .open
            .last()
            .map_or((0, false), |it| (it.container, it.dropped));
        if self.containers.is_empty() {
            self.containers.push(Container {
                parent: 0,
                sentences: 0,
            });
        }
        let hidden = tag.attrs.iter().any(|it| {
            &*it.name.local == "style" && it.value.replace(' ', "").contains("display:none")
                || &*it.name.local == "hidden"
        });
        let dropped = dropped_above || hidden || DROPPED.contains(&name);
        let holds = matches!(
            name,
            "div"
                | "article"
                | "main"
                | "section"
                | "td"
                | "body"
                | "form"
                | "table"
                | "center"
                | "ul"
        );
        let container = if holds {
            self.containers.push(Container {
                parent: above,
                sentences: 0,
            });
            self.containers.len() - 1
        } else {
            above
        };
        if self.open.len() < MAX_DEPTH {
            self.open.push(Open {
                name: name.to_owned(),
                container,
                dropped,
            });
        }
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "noscript" | "iframe" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn close_implied(&mut self, name: &str) {
        let (closes, until): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol"]),
            "tr" => (&["tr", "td", "th"], &["table"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "p" | "div" | "table" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" => {
                (&["p"], &["td", "th", "div", "li"])
            }
            _ => return,
        };
        for at in (0..self.open.len()).rev().take(16) {
            if until.contains(&self.open[at].name.as_str()) {
                return;
            }
            if closes.contains(&self.open[at].name.as_str()) {
                self.open.truncate(at);
                return;
            }
        }
    }

    fn close(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.flush();
        }
        if let Some(at) = self.open.iter().rposition(|it| it.name == name) {
            self.open.truncate(at);
            if name == "table" {
                self.tables.pop();
            }
        }
    }

    fn text(&mut self, text: &str) {
        let Some(open) = self.open.last() else {
            return self.text.push_str(text);
        };
        if open.name == "title" {
            return self.title.push_str(text);
        }
        if open.dropped || open.name == "head" {
            return;
        }
        if self.open.iter().any(|it| it.name == "a") {
            self.linked += text.trim().chars().count();
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        let text = squeezed(&std::mem::take(&mut self.text));
        let linked = std::mem::take(&mut self.linked);
        let in_cell = self
            .open
            .iter()
            .any(|it| matches!(it.name.as_str(), "td" | "th"));
        let cell = self.tables.last().copied().filter(|_| in_cell);
        if text.is_empty() {
            return;
        }
        if self.containers.is_empty() {
            self.containers.push(Container {
                parent: 0,
                sentences: 0,
            });
        }
        let container = self.open.last().map_or(0, |it| it.container);
        let tag = self
            .open
            .iter()
            .rev()
            .find_map(|it| match it.name.as_str() {
                "h1" => Some("h1"),
                "h2" => Some("h2"),
                "h3" => Some("h3"),
                "h4" | "h5" | "h6" => Some("h4"),
                _ => None,
            });
        let length = text.chars().count();
        if length > linked * 2 {
            let marks = text
                .chars()
                .filter(|c| matches!(c, '，' | '。' | '；' | '、' | ','))
                .count();
            self.containers[container].sentences +=
                length.min(40) / 4 + marks * 10 + if cell.is_some() { length } else { 0 };
        }
        self.found.push(Found {
            container,
            tag: tag.unwrap_or(""),
            text,
            linked,
            cell,
        });
    }

    fn finish(mut self) -> DocText {
        // A container stands behind its parent, so that one pass backwards adds up.
        for at in (1..self.containers.len()).rev() {
            let (parent, sentences) = (self.containers[at].parent, self.containers[at].sentences);
            self.containers[parent].sentences += sentences;
        }
        let all = self.containers.first().map_or(0, |it| it.sentences);
        let main = (0..self.containers.len())
            .rev()
            .find(|at| self.containers[*at].sentences * 5 >= all * 4)
            .unwrap_or(0);
        let inside = |mut at: usize| loop {
            if at == main {
                return true;
            }
            if at == 0 {
                return false;
            }
            at = self.containers[at].parent;
        };
        let mut builder = Builder::default();
        let kept: Vec<&Found> = self
            .found
            .iter()
            .filter(|it| {
                (inside(it.container) || it.tag == "h1") && it.linked * 2 <= it.text.chars().count()
            })
            .collect();
        let mut at = 0;
        while at < kept.len() {
            let one = kept[at];
            if let Some((table, row, _)) = one.cell {
                let mut cells: Vec<(String, Place)> = Vec::new();
                while let Some(Found {
                    cell: Some((t, r, column)),
                    text,
                    ..
                }) = kept
                    .get(at)
                    .filter(|it| it.cell.is_some_and(|it| (it.0, it.1) == (table, row)))
                {
                    debug_assert_eq!((*t, *r), (table, row));
                    let column = (*column as usize).saturating_sub(1).min(500);
                    cells.resize_with(cells.len().max(column + 1), Default::default);
                    let said = &mut cells[column].0;
                    if !said.is_empty() {
                        said.push(' ');
                    }
                    said.push_str(text);
                    at += 1;
                }
                builder.row(table, row.saturating_sub(1), &cells);
                continue;
            }
            let by_tag = match one.tag {
                "h2" => Some(1),
                "h3" => Some(2),
                "h4" => Some(3),
                _ => None,
            };
            let level = heading_level(&one.text).or(by_tag);
            let kind = match (one.tag, level) {
                ("h1", _) => BlockKind::Title,
                (_, Some(_)) => BlockKind::Heading,
                _ => BlockKind::Paragraph,
            };
            builder.block(
                kind,
                if kind == BlockKind::Title {
                    0
                } else {
                    level.unwrap_or(0)
                },
                &one.text,
                Place::default(),
            );
            at += 1;
        }
        let heading = kept
            .iter()
            .find(|it| it.tag == "h1")
            .map(|it| it.text.clone());
        let of_page = squeezed(&self.title);
        builder.title = heading.or(Some(of_page).filter(|it| !it.is_empty()));
        builder.finish()
    }
}

/// Runs of blanks as one, none at the ends.
fn squeezed(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '\u{feff}')
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
