//! A document composed and kept as a paper: its figures frozen, its text the draft that goes its way.
//!
//! Invariant: a paper past drafting keeps its figures: nothing is frozen for it any more.

use std::collections::BTreeMap;

use quanyu_core::access::Right;

use super::{Form, Order, compose, write};
use crate::app::{
    AppError, Product, releases,
    writing::{self, NewPaper},
};

/// Composes a document, freezes its figures and keeps it as a paper; while that is being drafted, its text is replaced. The
/// record.
///
/// # Errors
/// As [`compose`]; [`AppError::PaperClosed`] where the paper is past drafting.
pub async fn keep(product: &Product, order: &Order) -> Result<i64, AppError> {
    let register = product
        .pack
        .playing("document")
        .ok_or_else(|| AppError::not_found("register", "document", []))?;
    product.may(Right::Enter, register)?;
    let code = releases::document_key(&order.document, order.period);
    if let Some(paper) = writing::coded(product, &code).await? {
        writing::open(product, &paper)?;
    }
    let composed = compose(product, order).await?;
    let bytes = write(product, &composed, Form::Docx).await?;
    let title = composed.title();
    let slots = [
        ("title", title.clone()),
        ("kind", order.document.clone()),
        ("period", order.period.to_string()),
    ];
    let paper = NewPaper {
        code,
        slots: slots.map(|(slot, text)| (slot.to_owned(), text)).into(),
        fields: BTreeMap::new(),
        draft: Some((format!("{title}.docx"), bytes)),
    };
    writing::keep(product, &paper).await
}
