//! `quanyu check`: each figure of a document against the records.

use std::path::PathBuf;

use clap::Args;
use quanyu_core::text::Language;

use super::{
    At, Ended, Format,
    output::{self, Cell},
    read,
};
use crate::app::{
    AppError, Product,
    check::{self, CheckedDocument, JudgedView, VERDICTS},
};

/// Arguments of `quanyu check`.
#[derive(Args)]
pub struct Check {
    /// Documents: txt, html, docx or PDF with text.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    at: At,
    /// 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 (else the year that the document reports on).
    #[arg(long)]
    period: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the docx with a comment at each number to this file (of one docx).
    #[arg(long, value_name = "FILE")]
    comments: Option<PathBuf>,
}

/// The keys after those of a mention.
const HEADS: [&str; 4] = ["verdict", "found", "reason", "problems"];

impl Check {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let period = match &self.period {
            Some(text) => Some(product.period(Some(text)).await?),
            None => None,
        };
        let (mut ended, mut rows) = (Ended::Well, Vec::new());
        for file in &self.files {
            let checked = match check::check_file(&product, file, period).await {
                Ok(checked) => checked,
                Err(error) => {
                    ended = Ended::Found;
                    eprintln!("{}", crate::messages::told(&error));
                    continue;
                }
            };
            if checked.differs() {
                ended = Ended::Found;
            }
            summary(&checked);
            if let Some(out) = &self.comments {
                let docx = std::fs::read(file).map_err(|error| AppError::file(file, &error))?;
                let time = jiff::Zoned::now().datetime();
                let docx = check::commented(&checked, &docx, Language::Zh, time, |it| {
                    word(it).to_owned()
                })?;
                std::fs::write(out, docx).map_err(|error| AppError::file(out, &error))?;
            }
            if self.format == Format::Table {
                table(&checked).map_err(AppError::output)?;
            } else {
                list(&checked, &mut rows);
            }
        }
        if self.format != Format::Table {
            let heads: Vec<&str> = read::HEADS.into_iter().chain(HEADS).collect();
            output::print(self.format, &heads, &rows).map_err(AppError::output)?;
        }
        Ok(ended)
    }
}

/// The counts, on standard error: standard output holds rows alone.
fn summary(checked: &CheckedDocument) {
    let counts: Vec<String> = VERDICTS
        .iter()
        .map(|it| format!("{} {}", word(it), checked.count(it)))
        .collect();
    eprintln!(
        "{}: {} {} · {} 处数字 · {} · 文字问题 {} · {} ms",
        checked.document.name,
        checked.region,
        checked.period.name_zh(),
        checked.figures(),
        counts.join(" · "),
        checked.problems.len(),
        checked.took.as_millis()
    );
    if let Some(other) = &checked.other_district {
        eprintln!(
            "{}: 文稿写的是{other}，对照的是{}的台账",
            checked.document.name, checked.region
        );
    }
}

fn word(verdict: &str) -> &'static str {
    match verdict {
        "differs" => "不一致",
        "loose" => "表述偏保守",
        "no_source" => "待补来源",
        "derivable" => "可推算",
        _ => "一致",
    }
}

/// Rows of the contract: a mention and its verdict; a problem that stands at no mention is a row without kind.
fn list(checked: &CheckedDocument, rows: &mut Vec<Vec<Cell>>) {
    let name = &checked.document.name;
    let mut loose: Vec<usize> = (0..checked.problems.len()).collect();
    let said = |all: &[usize]| {
        let texts: Vec<String> = all
            .iter()
            .map(|&it| output::json_text(&checked.problems[it].said()))
            .collect();
        Cell::Json(format!("[{}]", texts.join(",")))
    };
    let mut found: Vec<(usize, Vec<Cell>)> = Vec::new();
    for (mention, judged) in checked.document.mentions.iter().zip(&checked.judged) {
        loose.retain(|it| !judged.problems.contains(it));
        let mut row = read::row(name, mention);
        row.extend([
            Cell::opt(judged.verdict),
            Cell::num(judged.found),
            reason(judged),
            said(&judged.problems),
        ]);
        found.push((mention.start, row));
    }
    for nth in loose {
        let it = &checked.problems[nth];
        let mut row = vec![
            name.as_str().into(),
            (it.start as u64).into(),
            (it.end as u64).into(),
            it.text.as_str().into(),
        ];
        row.resize_with(read::HEADS.len(), || Cell::None);
        row.extend([Cell::None, Cell::None, Cell::None, said(&[nth])]);
        found.push((it.start, row));
    }
    found.sort_by_key(|it| it.0);
    rows.extend(found.into_iter().map(|it| it.1));
}

fn reason(judged: &JudgedView) -> Cell {
    if judged.verdict.is_some() {
        judged.reason.zh.as_str().into()
    } else {
        Cell::None
    }
}

fn table(checked: &CheckedDocument) -> std::io::Result<()> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (mention, judged) in checked.document.mentions.iter().zip(&checked.judged) {
        let Some(verdict) = judged.verdict else {
            continue;
        };
        let what = judged.evidence.as_ref().map(|it| it.title.zh.clone());
        rows.push(vec![
            (mention.start as u64).into(),
            mention.text.as_str().into(),
            Cell::opt(what.or_else(|| mention.metric.clone())),
            word(verdict).into(),
            Cell::opt(judged.said.clone()),
            judged.reason.zh.as_str().into(),
        ]);
    }
    output::print(
        Format::Table,
        &["位置", "文中", "指标", "结论", "台账", "说明"],
        &rows,
    )?;
    if checked.problems.is_empty() {
        return Ok(());
    }
    let problems: Vec<Vec<Cell>> = checked
        .problems
        .iter()
        .map(|it| {
            vec![
                (it.start as u64).into(),
                it.text.as_str().into(),
                it.what.zh.as_str().into(),
                it.why.zh.as_str().into(),
                Cell::opt(it.suggestion.as_ref().map(|it| it.zh.clone())),
            ]
        })
        .collect();
    output::print(
        Format::Table,
        &["位置", "文字", "问题", "依据", "建议"],
        &problems,
    )
}
