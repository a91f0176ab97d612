//! The text that a template renders, as blocks. Every line is one of:
//!
//! ```text
//! # 标题                     a line of the title
//! ## 题  ### 题  #### 题  ##### 题     headings 一、 （一） 1. （1）, numbered here; text behind 。 runs on
//! @to: 各科室：              what stands around the body: mark number signer copy urgency to sign date sealed note
//!                            annex copies printer chart
//! |^ 表题  |= 甲 | 乙  |: l r  | 一 | 二     caption, head, alignment and rows of a table
//! 正文                       a paragraph
//! ```
//!
//! Owns this shape and the rules of order: no level of heading is left out, a document number has its form.

use super::{
    chart::Chart,
    error::ComposeError,
    inline::{cells, runs},
    model::{Align, Annex, Block, Doc, FigureRun, Imprint, Run, Sign, Table},
};

/// The document that a rendered text says.
pub(super) fn parse(
    template: &str,
    text: &str,
    figures: Vec<FigureRun>,
    charts: &[Chart],
) -> Result<Doc, ComposeError> {
    let mut parser = Parser {
        template,
        doc: Doc::default(),
        counts: [0; 4],
        level: 0,
        sign: Sign::default(),
        imprint: Imprint::default(),
        table: None,
        charts,
    };
    parser.doc.figures = figures;
    for line in text.lines() {
        let line = line.trim_matches(|it: char| it.is_whitespace());
        match line.strip_prefix('|') {
            Some(row) => parser.row(row)?,
            // Tags leave empty lines between rows.
            None if line.is_empty() => {}
            None => {
                parser.end_table();
                parser.line(line)?;
            }
        }
    }
    parser.finish()
}

struct Parser<'a> {
    template: &'a str,
    doc: Doc,
    counts: [u32; 4],
    level: usize,
    sign: Sign,
    imprint: Imprint,
    table: Option<Table>,
    charts: &'a [Chart],
}

impl Parser<'_> {
    fn line(&mut self, line: &str) -> Result<(), ComposeError> {
        if line.is_empty() {
            return Ok(());
        }
        let heading = line.len() - line.trim_start_matches('#').len();
        if heading > 0 {
            return self.heading(heading, line[heading..].trim());
        }
        if let Some(directive) = line.strip_prefix('@') {
            let (key, value) = directive.split_once(':').unwrap_or((directive, ""));
            return self.directive(key.trim(), value.trim());
        }
        let runs = runs(line, &self.doc.figures);
        self.push(Block::Paragraph(runs));
        Ok(())
    }

    fn heading(&mut self, marks: usize, text: &str) -> Result<(), ComposeError> {
        let runs = runs(text, &self.doc.figures);
        if marks == 1 {
            self.doc
                .title
                .push(runs.iter().map(|it| it.text.as_str()).collect());
            return Ok(());
        }
        let level = marks - 1;
        if level > 4 || level > self.level + 1 {
            return Err(self.rule("heading_order", text));
        }
        self.level = level;
        self.counts[level - 1] += 1;
        self.counts[level..].fill(0);
        let number = number(level, self.counts[level - 1]);
        let (text, rest) = run_in(runs);
        self.push(Block::Heading {
            level: u8::try_from(level).unwrap_or(4),
            number,
            text,
            rest,
        });
        Ok(())
    }

    fn directive(&mut self, key: &str, value: &str) -> Result<(), ComposeError> {
        let plain: String = runs(value, &self.doc.figures)
            .into_iter()
            .map(|it| it.text)
            .collect();
        let some = || (!plain.is_empty()).then(|| plain.clone());
        let head = &mut self.doc.head;
        match key {
            "mark" => head.issuer = some(),
            "number" => {
                if !plain.is_empty() && !is_document_number(&plain) {
                    return Err(self.rule("document_number", &plain));
                }
                head.number = some();
            }
            "signer" => head.signer = some(),
            "copy" => {
                if plain.len() != 6 || !plain.bytes().all(|it| it.is_ascii_digit()) {
                    return Err(self.rule("copy_number", &plain));
                }
                head.copy = some();
            }
            "urgency" => head.urgency = some(),
            "to" => self.doc.to = some(),
            "sign" => self.sign.issuer = plain,
            "date" => self.sign.date = plain,
            "sealed" => self.sign.sealed = true,
            "note" => self.doc.note = some(),
            "annex" => {
                self.doc.annexes.push(Annex {
                    title: plain,
                    body: Vec::new(),
                });
                self.counts = [0; 4];
                self.level = 0;
            }
            "copies" => self.imprint.copies = some(),
            "printer" => {
                let (printer, date) = match cells(value)[..] {
                    [printer, date] => (printer, date),
                    _ => return Err(self.rule("imprint", &plain)),
                };
                let said = |it| {
                    runs(it, &self.doc.figures)
                        .into_iter()
                        .map(|it| it.text)
                        .collect()
                };
                (self.imprint.printer, self.imprint.date) = (said(printer), said(date));
            }
            "chart" => {
                let found = plain
                    .parse::<usize>()
                    .ok()
                    .and_then(|it| self.charts.get(it));
                let Some(chart) = found else {
                    return Err(self.rule("directive", key));
                };
                self.push(Block::Chart(chart.clone()));
            }
            _ => return Err(self.rule("directive", key)),
        }
        Ok(())
    }

    fn row(&mut self, row: &str) -> Result<(), ComposeError> {
        let headed = self.table.as_ref().is_some_and(|it| !it.head.is_empty());
        if headed && row.starts_with(['^', '=']) {
            self.end_table();
        }
        let table = self.table.get_or_insert_default();
        let figures = &self.doc.figures;
        let read = |row: &str| -> Vec<Vec<Run>> {
            cells(row).iter().map(|it| runs(it, figures)).collect()
        };
        if let Some(caption) = row.strip_prefix('^') {
            table.caption = runs(caption.trim(), figures);
        } else if let Some(head) = row.strip_prefix('=') {
            table.head = read(head);
        } else if let Some(align) = row.strip_prefix(':') {
            let align = align.split_whitespace().map(|it| match it {
                "l" => Some(Align::Left),
                "c" => Some(Align::Centre),
                "r" => Some(Align::Right),
                _ => None,
            });
            match align.collect() {
                Some(align) => table.align = align,
                None => return Err(self.rule("table", row)),
            }
        } else {
            let cells = read(row);
            if cells.len() != table.head.len() {
                return Err(self.rule("table", row));
            }
            table.rows.push(cells);
        }
        Ok(())
    }

    fn end_table(&mut self) {
        if let Some(mut table) = self.table.take() {
            table.align.resize(table.head.len(), Align::Centre);
            self.push(Block::Table(table));
        }
    }

    fn push(&mut self, block: Block) {
        match self.doc.annexes.last_mut() {
            Some(annex) => annex.body.push(block),
            None => self.doc.body.push(block),
        }
    }

    fn finish(mut self) -> Result<Doc, ComposeError> {
        self.end_table();
        if self.doc.title.is_empty() {
            return Err(self.rule("title", ""));
        }
        if !self.sign.issuer.is_empty() || !self.sign.date.is_empty() {
            self.doc.sign = Some(self.sign);
        }
        if !self.imprint.printer.is_empty() {
            self.doc.imprint = Some(self.imprint);
        }
        Ok(self.doc)
    }

    fn rule(&self, rule: &'static str, found: &str) -> ComposeError {
        ComposeError::Rule {
            template: self.template.to_owned(),
            rule,
            found: found.to_owned(),
        }
    }
}

/// A heading that ends its sentence is followed by text in the same paragraph.
fn run_in(runs: Vec<Run>) -> (Vec<Run>, Vec<Run>) {
    let (mut text, mut rest) = (Vec::new(), Vec::new());
    let mut ended = false;
    for run in runs {
        if ended {
            rest.push(run);
            continue;
        }
        match run.text.find('。').filter(|_| run.figure.is_none()) {
            Some(at) => {
                ended = true;
                let at = at + '。'.len_utf8();
                let after = run.text[at..].to_owned();
                text.push(Run {
                    text: run.text[..at].to_owned(),
                    ..run.clone()
                });
                if !after.is_empty() {
                    rest.push(Run { text: after, ..run });
                }
            }
            None => text.push(run),
        }
    }
    // A heading alone on its line ends without a full stop.
    if rest.is_empty()
        && let Some(last) = text.last_mut()
        && last.text.ends_with('。')
    {
        last.text.pop();
    }
    (text, rest)
}

fn number(level: usize, count: u32) -> String {
    match level {
        1 => format!("{}、", han(count)),
        2 => format!("（{}）", han(count)),
        3 => format!("{count}."),
        _ => format!("（{count}）"),
    }
}

/// 1 to 99 in Han numerals.
fn han(number: u32) -> String {
    let digits: Vec<char> = "零一二三四五六七八九".chars().collect();
    let (tens, ones) = (number / 10 % 10, number % 10);
    let mut out = String::new();
    if tens > 1 {
        out.push(digits[tens as usize]);
    }
    if tens > 0 {
        out.push('十');
    }
    if ones > 0 || tens == 0 {
        out.push(digits[ones as usize]);
    }
    out
}

/// 代字〔年〕号: the year whole, the number without a leading zero.
fn is_document_number(text: &str) -> bool {
    let parts = || {
        let (code, rest) = text.split_once('〔')?;
        let (year, rest) = rest.split_once('〕')?;
        Some((code, year, rest.strip_suffix('号')?))
    };
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    parts().is_some_and(|(code, year, number)| {
        !code.is_empty()
            && digits(year)
            && year.len() == 4
            && digits(number)
            && !number.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::model::text_of;

    fn read(text: &str) -> Result<Doc, ComposeError> {
        parse("示例", text, Vec::new(), &[])
    }

    #[test]
    fn headings_are_numbered_by_level_and_begin_again_below_the_next() {
        let doc =
            read("# 题\n## 甲\n### 乙\n### 丙\n#### 丁。正文。\n##### 戊\n## 己\n### 庚").unwrap();
        let numbers: Vec<String> = doc
            .body
            .iter()
            .map(|it| match it {
                Block::Heading {
                    number, text, rest, ..
                } => {
                    format!("{number}{}|{}", text_of(text), text_of(rest))
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            numbers,
            [
                "一、甲|",
                "（一）乙|",
                "（二）丙|",
                "1.丁。|正文。",
                "（1）戊|",
                "二、己|",
                "（一）庚|"
            ]
        );
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_the_rule() {
        #[rustfmt::skip]
        let cases = [
            ("没有标题",                         "title"),
            ("# 题\n### 乙",                     "heading_order"),
            ("# 题\n## 甲\n#### 丁",             "heading_order"),
            ("# 题\n@number: 示科[2024]3号",     "document_number"),
            ("# 题\n@number: 示科〔2024〕03号",  "document_number"),
            ("# 题\n@number: 示科〔24〕3号",     "document_number"),
            ("# 题\n@copy: 12",                  "copy_number"),
            ("# 题\n@printer: 示例局办公室",     "imprint"),
            ("# 题\n@titel: 某",                 "directive"),
            ("# 题\n|= 甲 | 乙\n| 一",           "table"),
        ];
        for (text, wanted) in cases {
            match read(text) {
                Err(ComposeError::Rule { rule, .. }) => assert_eq!(rule, wanted, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(read("# 题\n@number: 示科〔2024〕3号").is_ok());
    }

    #[test]
    fn numbers_are_written_in_han() {
        let cases = [
            (1, "一"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (35, "三十五"),
        ];
        for (number, wanted) in cases {
            assert_eq!(han(number), wanted);
        }
    }
}
