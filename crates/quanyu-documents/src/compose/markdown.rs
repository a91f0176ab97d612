//! A document as Markdown: the text to be pasted elsewhere. Figures are plain there; their releases are listed at the end.

use super::model::{Align, Block, Doc, Run, Table};

/// The document as Markdown.
#[must_use]
pub fn write(doc: &Doc) -> String {
    let mut out = String::new();
    let mut add = |text: &str| {
        out.push_str(text);
        out.push_str("\n\n");
    };
    add(&format!("# {}", escaped(&doc.title.concat())));
    for text in [&doc.head.number, &doc.to].into_iter().flatten() {
        add(&escaped(text));
    }
    blocks(&doc.body, &mut add);
    let many = doc.annexes.len() > 1;
    for (number, annex) in (1..).zip(&doc.annexes) {
        let number = if many {
            format!("{number}.")
        } else {
            String::new()
        };
        add(&format!("附件：{number}{}", escaped(&annex.title)));
    }
    if let Some(sign) = &doc.sign {
        add(&escaped(&sign.issuer));
        add(&escaped(&sign.date));
    }
    if let Some(note) = &doc.note {
        add(&format!("（{}）", escaped(note)));
    }
    for (number, annex) in (1..).zip(&doc.annexes) {
        let number = if many {
            number.to_string()
        } else {
            String::new()
        };
        add(&format!("# 附件{number} {}", escaped(&annex.title)));
        blocks(&annex.body, &mut add);
    }
    if !doc.figures.is_empty() {
        let rows = doc.figures.iter().enumerate().map(|(at, it)| {
            let cells = [
                it.text.as_str(),
                &it.indicator,
                it.measure.word(),
                &it.release,
            ];
            let cells = cells.map(escaped);
            format!("| {} | {} |", at + 1, cells.join(" | "))
        });
        let rows: Vec<String> = rows.collect();
        add(&format!(
            "| 序号 | 文中数据 | 指标 | 度量 | 定版 |\n|---|---|---|---|---|\n{}",
            rows.join("\n")
        ));
    }
    format!("{}\n", out.trim_end())
}

fn blocks(blocks: &[Block], add: &mut impl FnMut(&str)) {
    for block in blocks {
        match block {
            Block::Heading {
                level,
                number,
                text,
                rest,
            } if rest.is_empty() => {
                let marks = "#".repeat(usize::from(*level) + 1);
                add(&format!("{marks} {number}{}", runs(text)));
            }
            Block::Heading {
                number, text, rest, ..
            } => add(&format!(
                "{}**{}**{}",
                escaped(number),
                runs(text),
                runs(rest)
            )),
            Block::Paragraph(text) => add(&runs(text)),
            Block::Table(it) => add(&table(it)),
            Block::Chart(chart) => add(&format!("> 图：{}", escaped(&chart.words()))),
        }
    }
}

fn table(table: &Table) -> String {
    let row = |cells: &[Vec<Run>]| {
        let cells: Vec<String> = cells.iter().map(|it| runs(it)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule: Vec<&str> = table
        .align
        .iter()
        .map(|it| match it {
            Align::Left => ":---",
            Align::Centre => ":---:",
            Align::Right => "---:",
        })
        .collect();
    let mut lines = Vec::new();
    if !table.caption.is_empty() {
        lines.push(format!("**{}**\n", runs(&table.caption)));
    }
    lines.push(row(&table.head));
    lines.push(format!("| {} |", rule.join(" | ")));
    lines.extend(table.rows.iter().map(|it| row(it)));
    lines.join("\n")
}

fn runs(runs: &[Run]) -> String {
    runs.iter()
        .map(|it| match it.strong {
            true => format!("**{}**", escaped(&it.text)),
            false => escaped(&it.text),
        })
        .collect()
}

/// Text whose marks of Markdown are only characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '*' | '_' | '`' | '#' | '|' | '<' | '>' | '[' | ']' | '~'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
