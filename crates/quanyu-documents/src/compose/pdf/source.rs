//! The layout program of one document: the page of the standard, then a call for each block.
//!
//! Invariant: text of the document stands only in string literals, so that nothing in it is a command.

use std::fmt::Write;

use super::fonts::{Fonts, Role};
use crate::compose::{
    model::{Align, Block, Doc, Run, Table},
    place::{shares, signature},
};

/// The name of the place at the end of the date.
pub(super) const SIGNED: &str = "signed";

/// The page and its functions.
const PAGE: &str = include_str!("gb9704.typ");

/// The program; `lines` of them fill a page.
pub(super) fn source(doc: &Doc, fonts: &Fonts, lines: u32) -> String {
    let mut out = String::with_capacity(PAGE.len() + 16 * doc.length());
    out.push_str("#let fonts = (");
    for (name, role) in [
        ("title", Role::Title),
        ("fang", Role::Fang),
        ("hei", Role::Hei),
        ("kai", Role::Kai),
        ("song", Role::Song),
        ("latin", Role::Latin),
    ] {
        let family = fonts.family(role).unwrap_or_default();
        out.push_str(&format!("{name}: {}, ", literal(family)));
    }
    out.push_str(&format!(")\n#let lines = {lines}\n"));
    out.push_str(PAGE);
    out.push_str(&format!(
        "#set document(title: {})\n#{{\n",
        literal(&doc.title.concat())
    ));
    let mut program = Program {
        doc,
        out,
        charts: 0,
    };
    program.head();
    program.title(&doc.title);
    program.add("empty");
    if let Some(to) = &doc.to {
        program.add(&format!("plain({})", literal(to)));
    }
    program.blocks(&doc.body, doc.sign.is_some() || !doc.annexes.is_empty());
    program.below();
    let many = doc.annexes.len() > 1;
    for (number, annex) in (1..).zip(&doc.annexes) {
        let name = if many {
            format!("附件{number}")
        } else {
            "附件".to_owned()
        };
        program.add("pagebreak()");
        program.add(&format!(
            "plain(text(font: face(\"hei\"), {}))",
            literal(&name)
        ));
        program.add("empty");
        program.title(std::slice::from_ref(&annex.title));
        program.add("empty");
        program.blocks(&annex.body, false);
    }
    if let Some(imprint) = &doc.imprint {
        let copies = imprint.copies.as_deref().map_or("none".to_owned(), literal);
        program.add(&format!(
            "imprint({copies}, {}, {})",
            literal(&imprint.printer),
            literal(&imprint.date)
        ));
    }
    program.out.push_str("}\n");
    program.out
}

struct Program<'a> {
    doc: &'a Doc,
    out: String,
    charts: usize,
}

impl Program<'_> {
    fn add(&mut self, call: &str) {
        self.out.push_str(call);
        self.out.push('\n');
    }

    fn head(&mut self) {
        let head = &self.doc.head;
        let mut lines = 0;
        if let Some(copy) = &head.copy {
            self.add(&format!("plain({})", literal(copy)));
            lines += 1;
        }
        if let Some(urgency) = &head.urgency {
            self.add(&format!(
                "plain(text(font: face(\"hei\"), {}))",
                literal(urgency)
            ));
            lines += 1;
        }
        let Some(issuer) = &head.issuer else {
            return;
        };
        // As wide as the type area, at most 62 points.
        let characters = issuer.chars().count().max(1);
        let size = (442 / characters).clamp(22, 62);
        self.add(&format!(
            "mark(35mm - {lines} * pitch, {size}pt, {})",
            literal(issuer)
        ));
        let number = literal(head.number.as_deref().unwrap_or_default());
        match &head.signer {
            None => self.add(&format!("align(center, plain({number}))")),
            Some(signer) => self.add(&format!(
                "pad(x: char, grid(columns: (1fr, auto), {number}, \"签发人：\" + s({})))",
                literal(signer)
            )),
        }
        self.add("red-line");
        self.add("empty\nempty");
    }

    fn title(&mut self, lines: &[String]) {
        let lines: Vec<String> = lines.iter().map(|it| literal(it)).collect();
        self.add(&format!("title({})", lines.join(", ")));
    }

    /// Blocks; the last stays with what follows, so that no page holds the signature alone.
    fn blocks(&mut self, blocks: &[Block], stays: bool) {
        for (at, block) in blocks.iter().enumerate() {
            let call = if stays && at + 1 == blocks.len() {
                "last"
            } else {
                "par"
            };
            match block {
                Block::Heading {
                    level,
                    number,
                    text,
                    rest,
                } => {
                    let text = format!("{} + {}", literal(number), joined(text));
                    match rest.is_empty() {
                        true => self.add(&format!("heading(level: {level}, {text})")),
                        false => self.add(&format!(
                            "{call}(lead-in({level}, {text}) + {})",
                            joined(rest)
                        )),
                    }
                }
                Block::Paragraph(runs) => self.add(&format!("{call}({})", joined(runs))),
                Block::Table(table) => self.table(table),
                Block::Chart(chart) => {
                    let words = literal(&chart.words());
                    self.add(&format!(
                        "align(center, image(\"/chart{}.svg\", width: 100%, alt: {words}))",
                        self.charts
                    ));
                    self.charts += 1;
                }
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let columns: Vec<String> = shares(table).iter().map(|it| format!("{it}fr")).collect();
        let aligns: Vec<&str> = table
            .align
            .iter()
            .map(|it| match it {
                Align::Left => "left",
                Align::Centre => "center",
                Align::Right => "right",
            })
            .collect();
        let caption = match table.caption.is_empty() {
            true => "none".to_owned(),
            false => joined(&table.caption),
        };
        let list = |cells: &[Vec<Run>]| -> String {
            cells.iter().fold(String::new(), |mut all, it| {
                write!(all, "[#({})],", joined(it)).expect("a string takes any text");
                all
            })
        };
        self.out.push_str(&format!(
            "grid-table(({},), ({},), {caption}, ({}),\n",
            columns.join(","),
            aligns.join(","),
            list(&table.head)
        ));
        for row in &table.rows {
            let row = list(row);
            self.add(&row);
        }
        self.add(")");
    }

    fn below(&mut self) {
        let doc = self.doc;
        if !doc.annexes.is_empty() {
            self.add("empty");
            let many = doc.annexes.len() > 1;
            for (number, annex) in (1..).zip(&doc.annexes) {
                let (left, label) = match (many, number) {
                    (false, _) => (2, "附件：".to_owned()),
                    (true, 1) => (2, "附件：1.".to_owned()),
                    (true, _) => (5, format!("{number}.")),
                };
                self.add(&format!(
                    "block(sticky: true, pad(left: {left} * char, grid(columns: (auto, 1fr), {}, plain({}))))",
                    literal(&label),
                    literal(&annex.title)
                ));
            }
        }
        if let Some(sign) = &doc.sign {
            let (issuer, date) = signature(sign);
            self.add("empty");
            self.add(&format!("signature({}, {{", doc.note.is_some()));
            if !sign.issuer.is_empty() {
                self.add(&format!("from-right({issuer}, {})", literal(&sign.issuer)));
            }
            self.add(&format!(
                "from-right({date}, {} + [#metadata(none)<{SIGNED}>])",
                literal(&sign.date)
            ));
            self.add("})");
        }
        if let Some(note) = &doc.note {
            self.add(&format!("par({})", literal(&format!("（{note}）"))));
        }
    }
}

/// Runs as one expression.
fn joined(runs: &[Run]) -> String {
    let parts: Vec<String> = runs
        .iter()
        .map(|it| match it.strong {
            true => format!("s({})", years(&it.text)),
            false => years(&it.text),
        })
        .collect();
    match parts.is_empty() {
        true => "\"\"".to_owned(),
        false => parts.join(" + "),
    }
}

/// A text as an expression in which no line ends between a year and its 年.
fn years(text: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find('年').map(|it| from + it) {
        let digits = rest[..at].len()
            - rest[..at]
                .trim_end_matches(|it: char| it.is_ascii_digit())
                .len();
        let end = at + '年'.len_utf8();
        if digits != 4 {
            from = end;
            continue;
        }
        let start = at - digits;
        if start > 0 {
            parts.push(literal(&rest[..start]));
        }
        parts.push(format!("y({})", literal(&rest[start..end])));
        rest = &rest[end..];
        from = 0;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(literal(rest));
    }
    match parts.len() {
        1 => parts.concat(),
        _ => format!("({})", parts.join(" + ")),
    }
}

/// A text as a string literal.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            _ if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
