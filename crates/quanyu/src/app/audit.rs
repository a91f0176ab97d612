//! The chain of changes: verified, and its head handed out.
//!
//! Owns the wording of the result. Leaves the checking to `quanyu-store`.

use std::{fs, path::Path};

use quanyu_store::audit::{self, ChainHead};

use super::{AppError, Product};

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
                    why: "a head is what `quanyu audit head` printed".to_owned(),
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
