//! A workbook into a register: checked to the end, applied all or nothing, undone as a whole.
//!
//! Owns the act of importing. Leaves columns to [`columns`], rows to [`rows`], lines (明细) to [`lines`], the question of
//! units to [`units`], the workbook to fill in to [`template()`], the parsing of files to `quanyu-documents` and the import
//! area to `quanyu-store`.
//!
//! Invariant: until everything is checked nothing is visible; a process that dies in between leaves no record.
//!
//! Start reading at [`import`].

mod columns;
mod draft;
pub mod grid;
pub mod intake;
mod lines;
mod report;
mod rows;
mod template;
mod units;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use futures::FutureExt;
use jiff::civil::Date;
use quanyu_core::access::Right;
use quanyu_documents::{secrecy, workbook};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::import;
use tokio::sync::mpsc;

use self::{
    lines::LineSheet,
    rows::{Checked, Checker},
};
use super::{AppError, Product, registers, say};

pub(in crate::app) use columns::columns_of;
pub use columns::{Column, Mapping, Part};
pub use report::{Fault, Report, Sample};
pub use template::{template, template_bytes};

/// Rows checked and written together: some thousands keep other writers' waiting short.
const CHUNK: usize = 2_000;
/// Batches looked through for those of a register.
const BATCHES: u32 = 500;
/// Faults kept for the report; more tell nobody anything.
const MOST_FAULTS: usize = 5_000;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The register.
    pub register: String,
    /// The file.
    pub file: PathBuf,
    /// The sheet; else the first with a table.
    pub sheet: Option<String>,
    /// Check everything, change nothing.
    pub dry_run: bool,
    /// Take the rows that are right.
    pub partial: bool,
    /// Take columns whose values are off by a thousand or ten thousand against those held.
    pub unit_is_right: bool,
    /// The day from which changed values of dated fields hold; else today.
    pub from: Option<Date>,
    /// Where the workbook with the faults goes; else beside the file.
    pub report: Option<PathBuf>,
}

/// Imports a file.
///
/// # Errors
/// A file that is no workbook, a table without a column that fits, a database that fails. Faults in rows are in the
/// report.
pub async fn import(product: &Product, wish: &Wish) -> Result<Report, AppError> {
    let register = registers::declared(product, &wish.register)?.clone();
    let Opened {
        mut chunks,
        mapping,
        lines,
    } = read(&register, wish).await?;
    let mut report = Report::new(&register, &mapping, wish);
    let mut checker = Checker::new(
        product,
        &register,
        &mapping,
        wish,
        units::held(product, &register, &mapping).await?,
    );
    let actor = product.actor();
    let title = wish
        .file
        .file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default();
    let batch = if wish.dry_run {
        None
    } else {
        Some(import::begin(&product.store, &actor, &register.id, &title).await?)
    };
    let written = async {
        report.add(checker.take_lines(&lines).await?);
        loop {
            let chunk = chunks.recv().await;
            let last = chunk.is_none();
            let Checked { rows, faults } = match chunk {
                Some(chunk) => checker.check(&chunk?).await?,
                None => checker.finish().await?,
            };
            report.add(faults);
            // Once a row is wrong nothing of the file will be taken, unless the right rows alone were asked for.
            let wanted = wish.partial || report.faults.is_empty();
            if let Some(batch) = batch.filter(|_| wanted && !rows.is_empty()) {
                import::append(&product.store, &actor, batch, rows).await?;
            }
            if last {
                return Ok::<_, AppError>(());
            }
        }
    }
    .await;
    report.count(&checker);
    report.samples = report::samples(product, &register, &checker.samples).await?;
    if !wish.unit_is_right {
        report.questions = checker.questions();
    }
    let refused = written.is_err()
        || !report.questions.is_empty()
        || (!wish.partial && !report.faults.is_empty())
        || report.created + report.changed == 0;
    if let Some(batch) = batch {
        if refused {
            import::discard(&product.store, &actor, batch).await?;
        } else {
            let applied = product
                .store
                .act(&actor, move |act| import::apply(act, batch).boxed())
                .await?;
            import::clear(&product.store, &actor, batch).await?;
            report.applied = Some((batch, applied));
        }
    }
    written?;
    if !report.faults.is_empty() {
        report.write(wish, &mapping, &lines).await?;
    }
    Ok(report)
}

/// The batches of a register that were begun last.
///
/// # Errors
/// An unknown register; the database's.
pub async fn batches(product: &Product, register: &str) -> Result<Vec<BatchView>, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let mut tx = product.store.read().await?;
    let all = import::latest(&mut tx, BATCHES).await?;
    let own = all
        .into_iter()
        .filter(|it| it.register == declared.id && it.state != "discarded");
    Ok(own
        .map(|it| BatchView {
            id: it.id,
            title: it.title,
            state: it.state,
            actor: it.actor,
            at: say::shanghai(&it.at),
            rows: it.rows,
            updates: it.updates,
        })
        .collect())
}

/// A batch as people see it.
#[derive(Clone, Debug)]
pub struct BatchView {
    /// Its number.
    pub id: i64,
    /// The file.
    pub title: String,
    /// `open`, `applied`, `undone`.
    pub state: String,
    /// Who imported.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// Records made and changed.
    pub rows: i64,
    /// Of these, records changed.
    pub updates: i64,
}

/// Takes a whole import back.
///
/// # Errors
/// A right that is missing; where one of its records was changed since, or is referred to.
pub async fn undo(product: &Product, batch: i64) -> Result<i64, AppError> {
    let mut tx = product.store.read().await?;
    let found = import::get(&mut tx, batch).await?;
    drop(tx);
    if let Some(register) = found.and_then(|it| product.pack.registers.get(&it.register)) {
        product.may(Right::Enter, register)?;
    }
    Ok(import::undo(&product.store, &product.actor(), batch).await?)
}

type Chunk = Result<Vec<workbook::Row>, AppError>;

/// A file whose heads were read.
struct Opened {
    /// Its rows, as a thread of its own reads them.
    chunks: mpsc::Receiver<Chunk>,
    mapping: Mapping,
    /// Sheets that hold lines of the records, whole.
    lines: Vec<LineSheet>,
}

/// Opens the file on a thread of its own, which sends its rows in chunks.
async fn read(register: &Register, wish: &Wish) -> Result<Opened, AppError> {
    let (send, chunks) = mpsc::channel::<Chunk>(4);
    let (tell, told) = tokio::sync::oneshot::channel();
    let (register, wish) = (register.clone(), wish.clone());
    tokio::task::spawn_blocking(move || {
        let (mut sheet, mapping, lines) = match open(&register, &wish) {
            Ok(opened) => opened,
            Err(error) => {
                let _ = tell.send(Err(error));
                return;
            }
        };
        if tell.send(Ok((mapping, lines))).is_err() {
            return;
        }
        let name = wish.file.display().to_string();
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut row = workbook::Row::default();
        loop {
            match sheet.read_row(&mut row) {
                Ok(true) => chunk.push(row.clone()),
                Ok(false) => break,
                Err(error) => {
                    let _ = send.blocking_send(Err(AppError::workbook(&name, &error)));
                    return;
                }
            }
            if chunk.len() == CHUNK
                && send
                    .blocking_send(Ok(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))))
                    .is_err()
            {
                return;
            }
        }
        if !chunk.is_empty() {
            let _ = send.blocking_send(Ok(chunk));
        }
    });
    let (mapping, lines) = told
        .await
        .map_err(|error| AppError::Output(error.to_string()))??;
    Ok(Opened {
        chunks,
        mapping,
        lines,
    })
}

/// The sheet of the records, and those of their lines.
fn open(
    register: &Register,
    wish: &Wish,
) -> Result<(workbook::Sheet, Mapping, Vec<LineSheet>), AppError> {
    let name = wish.file.display().to_string();
    let format = |error: &workbook::WorkbookError| AppError::workbook(&name, error);
    let asked = workbook::Wish {
        sheet: wish.sheet.clone(),
        known: columns::heads(register),
    };
    let sheet = workbook::open(&wish.file, &asked).map_err(|it| format(&it))?;
    let secret = |sheet: &workbook::Sheet| {
        let mark = secrecy::find(sheet.titles().iter().map(String::as_str));
        AppError::unless_secret(&name, mark.as_ref())
    };
    secret(&sheet)?;
    let mapping = columns::map(register, sheet.columns(), sheet.unit());
    if mapping.columns.is_empty() {
        return Err(AppError::NoColumns {
            file: name.clone(),
            register: register.title.zh.clone(),
        });
    }
    let mut all = Vec::new();
    let mut held = 0;
    for (number, lines) in register.lines.iter().enumerate() {
        let names = columns::sheet_names(register, lines);
        let called = |it: &&String| *it != sheet.name() && columns::is_called(it, &names);
        let Some(called) = sheet.sheets().iter().find(called) else {
            continue;
        };
        let asked = workbook::Wish {
            sheet: Some(called.clone()),
            known: columns::heads_of_lines(register, number),
        };
        let mut rows = match workbook::open(&wish.file, &asked) {
            Ok(rows) => rows,
            // A template whose lines nobody filled in.
            Err(workbook::WorkbookError::Empty) => continue,
            Err(error) => return Err(format(&error)),
        };
        secret(&rows)?;
        let mut found = LineSheet {
            name: called.clone(),
            mapping: columns::map_lines(register, number, rows.columns(), rows.unit()),
            rows: Vec::new(),
        };
        let mut row = workbook::Row::default();
        while rows.read_row(&mut row).map_err(|it| format(&it))? {
            held += 1;
            if held > lines::MOST_ROWS {
                let most = lines::MOST_ROWS;
                return Err(AppError::Format {
                    name: called.clone(),
                    zh: format!("明细超过 {most} 行，请拆成几个文件导入"),
                    why: format!("more than {most} lines: import it in parts"),
                });
            }
            found.rows.push(row.clone());
        }
        all.push(found);
    }
    Ok((sheet, mapping, all))
}

/// The names that a cell refers to, by register: what [`super::names::NameMap::look_up`] wants.
#[must_use]
pub fn named_by(pack: &Pack, field: &Field, text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let target = match &field.kind {
        FieldType::Reference { to } => Some(to.clone()),
        FieldType::Organization => pack.playing("organization").map(|it| it.id.clone()),
        _ => None,
    };
    let mut wanted = BTreeMap::new();
    if let Some(target) = target {
        let parts: Vec<&str> = if field.many {
            text.split(super::cells::PARTING).collect()
        } else {
            vec![text]
        };
        let texts = parts
            .into_iter()
            .filter_map(quanyu_core::typed::text)
            .collect();
        wanted.insert(target, texts);
    }
    wanted
}
