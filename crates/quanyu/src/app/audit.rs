//! The chain of changes: verified, and its head handed out.
//!
//! Owns the wording of the result. Leaves the checking to `quanyu-store`.

use std::{fs, path::Path};

use futures::FutureExt as _;
use jiff::{ToSpan as _, civil::Date, tz::Offset};
use quanyu_core::access::Office;
use quanyu_store::{
    audit::{self, ChainHead},
    change::{self, Logged, Sought},
    clock::stamp,
};

use super::{AppError, Product, Why};

/// What of the log is asked for, as typed.
#[derive(Clone, Debug, Default)]
pub struct LogWish {
    /// By whom; empty for everybody.
    pub actor: String,
    /// The beginning of an act's name; empty for all.
    pub act: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Where the page before ended.
    pub before: i64,
    /// Entries at most.
    pub limit: u32,
}

/// Entries of the log, newest first, for the administrator who reads it.
///
/// # Errors
/// A right that is missing.
pub async fn log(product: &Product, wish: &LogWish) -> Result<Vec<Logged>, AppError> {
    product.need(Office::Audit)?;
    let zone = Offset::constant(8);
    let begins = |day: Date| {
        let at = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        Some(stamp(at))
    };
    let text = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    let sought = Sought {
        before: wish.before,
        actor: text(&wish.actor),
        act: text(&wish.act),
        from: wish.from.and_then(begins),
        to: wish.to.and_then(|it| begins(it.saturating_add(1.day()))),
        limit: wish.limit.clamp(1, 10_000),
    };
    let mut tx = product.store.read().await?;
    Ok(change::sought(&mut tx, &sought).await?)
}

/// Notes that the log left the house as a file.
///
/// # Errors
/// The database's.
pub async fn log_taken(product: &Product, entries: usize) -> Result<(), AppError> {
    product.need(Office::Audit)?;
    let note = format!("{{\"entries\":\"{entries}\"}}");
    product
        .store
        .act(&product.actor(), move |act| {
            let note = note.clone();
            async move {
                act.log("audit.export", Some(note)).await?;
                Ok::<_, AppError>(())
            }
            .boxed()
        })
        .await
}

/// What a check of the chain found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Changes looked at.
    pub changes: i64,
    /// Rows compared with their last change.
    pub rows: i64,
    /// The first fault, in words.
    pub fault: Option<String>,
    /// The head: sequence and seal.
    pub head: String,
}

impl Verified {
    /// For the terminal.
    #[must_use]
    pub fn said(&self) -> String {
        let counted = format!(
            "{} 条变更，{} 行记录 · {} changes, {} rows",
            self.changes, self.rows, self.changes, self.rows
        );
        match &self.fault {
            None => format!("审计链完整：{counted}\n链头 head {}", self.head),
            Some(fault) => format!("审计链有误：{counted}\n第一处 first fault: {fault}"),
        }
    }
}

/// Checks the chain, every row against its last change, and the head against one exported before.
///
/// # Errors
/// When the database or the head's file cannot be read.
pub async fn verify(product: &Product, head: Option<&Path>) -> Result<Verified, AppError> {
    let kept = match head {
        Some(file) => {
            let text = fs::read_to_string(file).map_err(|error| AppError::file(file, &error))?;
            Some(
                ChainHead::parse(text.trim()).ok_or_else(|| AppError::BadValue {
                    kind: "head",
                    value: text.trim().to_owned(),
                    why: Why::new(
                        "应为 quanyu audit head 打印的内容",
                        "a head is what `quanyu audit head` printed",
                    ),
                })?,
            )
        }
        None => None,
    };
    let report = audit::verify(&product.store, kept.as_ref()).await?;
    Ok(Verified {
        changes: report.changes,
        rows: report.rows,
        fault: report.fault.map(|it| it.to_string()),
        head: report.head.to_string(),
    })
}

/// The head as text, to be kept elsewhere.
///
/// # Errors
/// The database's.
pub async fn head(product: &Product) -> Result<String, AppError> {
    Ok(audit::export_head(&product.store).await?.to_string())
}
