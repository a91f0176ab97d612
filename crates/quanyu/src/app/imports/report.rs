//! What an import did, or why it did not.
//!
//! Owns the wording for the terminal and the workbook with the reason in each bad cell.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use quanyu_core::{
    text::{Language, Text},
    value::Value,
};
use quanyu_documents::workbook::{self, write};
use quanyu_pack::model::Register;

use super::{MOST_FAULTS, Mapping, Wish, lines::LineSheet, rows::Checker};
use crate::app::{AppError, Product, registers};

/// A cell that does not fit.
#[derive(Clone, Debug, Default)]
pub struct Fault {
    /// The sheet, unless it is the one of the records.
    pub sheet: Option<String>,
    /// Row in the sheet, from 1.
    pub row: u32,
    /// Place among the columns; `None` where the fault is the whole row's.
    pub place: Option<usize>,
    /// Letters of the column.
    pub letters: String,
    /// Its head.
    pub head: String,
    /// What stands in the cell.
    pub text: String,
    /// Why it does not fit, and what to do.
    pub why: String,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The register's title.
    pub register: String,
    /// Its id.
    pub register_id: String,
    /// Rows of data in the file.
    pub rows: u64,
    /// Records made (or that would be made).
    pub created: u64,
    /// Records changed.
    pub changed: u64,
    /// Rows that say what the register says already.
    pub unchanged: u64,
    /// Cells that do not fit, the first thousands.
    pub faults: Vec<Fault>,
    /// All of them, counted.
    pub fault_count: u64,
    /// Columns taken: head and field title.
    pub taken: Vec<(String, String)>,
    /// Columns not taken.
    pub ignored: Vec<String>,
    /// What is to be answered first.
    pub questions: Vec<String>,
    /// Batch and change number, where something was applied.
    pub applied: Option<(i64, i64)>,
    /// Whether only a check was asked for.
    pub dry_run: bool,
    /// The workbook with the faults.
    pub file: Option<PathBuf>,
    /// What the first rows would do.
    pub samples: Vec<Sample>,
}

/// What a row does.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Row in the sheet.
    pub row: u32,
    /// The record that changes; `None` for a new one.
    pub record: Option<i64>,
    /// Field, before, after, as shown; of a new record what it says.
    pub fields: Vec<(Text, String, String)>,
}

/// A sample before its values are said: row, record, field with its value before and after.
pub(super) type RawSample = (u32, Option<i64>, Vec<(String, Value, Value)>);

/// Samples as people read them.
pub(super) async fn samples(
    product: &Product,
    register: &Register,
    raw: &[RawSample],
) -> Result<Vec<Sample>, AppError> {
    let mut tx = product.store.read().await?;
    let mut all = Vec::with_capacity(raw.len());
    for (row, record, values) in raw {
        let mut fields = Vec::new();
        for (id, before, after) in values {
            let Some(field) = register.field(id) else {
                continue;
            };
            let before = registers::cell(&mut tx, product, field, before, Language::Zh).await?;
            let after = registers::cell(&mut tx, product, field, after, Language::Zh).await?;
            fields.push((field.title.clone(), before.said, after.said));
        }
        all.push(Sample {
            row: *row,
            record: *record,
            fields,
        });
    }
    Ok(all)
}

impl Report {
    pub(super) fn new(register: &Register, mapping: &Mapping, wish: &Wish) -> Self {
        Self {
            register: register.title.zh.clone(),
            register_id: register.id.clone(),
            taken: mapping
                .columns
                .iter()
                .map(|it| (it.head.clone(), it.field.title.zh.clone()))
                .collect(),
            ignored: mapping.ignored.clone(),
            dry_run: wish.dry_run,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, faults: Vec<Fault>) {
        self.fault_count += faults.len() as u64;
        let room = MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    pub(super) fn count(&mut self, checker: &Checker<'_>) {
        (self.rows, self.created, self.changed, self.unchanged) = (
            checker.rows,
            checker.created,
            checker.changed,
            checker.unchanged,
        );
    }

    /// Writes the workbook with the reason in each bad cell, sheet by sheet.
    pub(super) async fn write(
        &mut self,
        wish: &Wish,
        mapping: &Mapping,
        lines: &[LineSheet],
    ) -> Result<(), AppError> {
        let target = wish
            .report
            .clone()
            .unwrap_or_else(|| wish.file.with_extension("faults.xlsx"));
        let heads = |it: &Mapping| it.columns.iter().map(|it| it.head.clone()).collect();
        let mut sheets = vec![Marked {
            title: self.register.clone(),
            source: workbook::Wish {
                sheet: wish.sheet.clone(),
                known: heads(mapping),
            },
            marks: self.marks(None),
        }];
        for sheet in lines {
            let marks = self.marks(Some(&sheet.name));
            if !marks.is_empty() {
                sheets.push(Marked {
                    title: sheet.name.clone(),
                    source: workbook::Wish {
                        sheet: Some(sheet.name.clone()),
                        known: heads(&sheet.mapping),
                    },
                    marks,
                });
            }
        }
        let said = vec![self.counted()];
        let (file, out) = (wish.file.clone(), target.clone());
        let done = tokio::task::spawn_blocking(move || marked(&file, &sheets, &said, &out)).await;
        done.map_err(|error| AppError::Output(error.to_string()))??;
        self.file = Some(target);
        Ok(())
    }

    fn marks(&self, sheet: Option<&str>) -> BTreeMap<u32, Vec<write::Fault>> {
        let mut marks: BTreeMap<u32, Vec<write::Fault>> = BTreeMap::new();
        for fault in self.faults.iter().filter(|it| it.sheet.as_deref() == sheet) {
            let mark = write::Fault {
                column: fault.place,
                reason: fault.why.clone(),
            };
            marks.entry(fault.row).or_default().push(mark);
        }
        marks
    }

    fn counted(&self) -> String {
        let (zh, en) = (
            &self.register,
            [
                self.rows,
                self.created,
                self.changed,
                self.unchanged,
                self.fault_count,
            ],
        );
        let [rows, created, changed, unchanged, faults] = en;
        format!(
            "{zh}：共 {rows} 行，新增 {created}，修改 {changed}，不变 {unchanged}，有误 {faults} 处 · \
             {rows} rows: {created} new, {changed} changed, {unchanged} as they were, {faults} faults"
        )
    }

    /// For the terminal, in Chinese and English.
    #[must_use]
    pub fn said(&self) -> String {
        let mut out = self.counted();
        out.push('\n');
        if !self.ignored.is_empty() {
            let _ = writeln!(
                out,
                "未采用的列 · columns not taken: {}",
                self.ignored.join("、")
            );
        }
        for question in &self.questions {
            let _ = writeln!(out, "？{question}");
        }
        for fault in self.faults.iter().take(20) {
            let _ = writeln!(
                out,
                "  {}{}{} “{}”：{}",
                fault
                    .sheet
                    .as_ref()
                    .map(|it| format!("{it}!"))
                    .unwrap_or_default(),
                fault.letters,
                fault.row,
                fault.text,
                fault.why
            );
        }
        if self.fault_count > 20 {
            let _ = writeln!(out, "  ……");
        }
        if let Some(file) = &self.file {
            let _ = writeln!(out, "错误已标在 · faults are marked in {}", file.display());
        }
        let _ = match (self.applied, self.dry_run) {
            (Some((batch, seq)), _) => write!(
                out,
                "已导入，批次 {batch}，变更 {seq}；撤销：quanyu import {} --undo {batch} · imported as batch {batch}",
                self.register_id
            ),
            (None, true) => write!(out, "仅检查，未改动 · checked only, nothing was changed"),
            (None, false) if !self.questions.is_empty() => {
                write!(
                    out,
                    "未导入；单位无误时加 --unit-is-right · nothing was imported; add --unit-is-right if the unit is right"
                )
            }
            (None, false) if self.faults.is_empty() => {
                write!(out, "没有可导入的内容 · there was nothing to import")
            }
            (None, false) => write!(
                out,
                "未导入任何一行；改好后重新导入，或加 --partial 只导入正确的行 · nothing was imported; mend the cells, or add --partial"
            ),
        };
        out
    }
}

/// A sheet of the file with what is wrong in it, by row.
struct Marked {
    title: String,
    source: workbook::Wish,
    marks: BTreeMap<u32, Vec<write::Fault>>,
}

/// The rows of the file again, with the reason in each bad cell.
fn marked(file: &Path, sheets: &[Marked], said: &[String], out: &Path) -> Result<(), AppError> {
    let name = file.display().to_string();
    let reading = |error: workbook::WorkbookError| AppError::workbook(&name, &error);
    let writing = |error: write::WriteError| AppError::File {
        file: out.display().to_string(),
        why: error.to_string(),
    };
    let mut report: Option<write::ProblemBook> = None;
    for marked in sheets {
        let mut sheet = workbook::open(file, &marked.source).map_err(reading)?;
        let heads: Vec<String> = sheet.columns().iter().map(|it| it.header.clone()).collect();
        let into = match report.take() {
            None => {
                let book = write::Book {
                    title: marked.title.clone(),
                    made_at: jiff::Zoned::now().datetime(),
                    language: Language::Zh,
                };
                write::ProblemBook::new(&book, &heads)
            }
            Some(report) => report.next_sheet(&marked.title, &heads),
        };
        let mut into = into.map_err(writing)?;
        let mut row = workbook::Row::default();
        while sheet.read_row(&mut row).map_err(reading)? {
            let faults = marked.marks.get(&row.number);
            let faults = faults.map(Vec::as_slice).unwrap_or_default();
            into.write_row(row.number, &row.cells, faults)
                .map_err(writing)?;
        }
        report = Some(into);
    }
    match report {
        Some(report) => report.finish(out, said).map_err(writing),
        None => Ok(()),
    }
}
