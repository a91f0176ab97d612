//! A document composed and kept as a paper: its figures frozen, its text the draft that goes its way.
//!
//! Invariant: the text kept is the one whose figures were frozen.

use std::collections::BTreeMap;

use super::{Form, Order, compose, write};
use crate::app::{
    AppError, Product,
    writing::{self, NewPaper},
};

/// Composes a document, freezes its figures and keeps it as a paper; while that is being drafted, its text is replaced. The
/// record.
///
/// # Errors
/// As [`compose`]; [`AppError::PaperClosed`] where the paper is past drafting.
pub async fn keep(product: &Product, order: &Order) -> Result<i64, AppError> {
    if product.pack.playing("document").is_none() {
        return Err(AppError::not_found("register", "document", []));
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
        code: composed.key.clone(),
        slots: slots.map(|(slot, text)| (slot.to_owned(), text)).into(),
        fields: BTreeMap::new(),
        draft: Some((format!("{title}.docx"), bytes)),
    };
    writing::keep(product, &paper).await
}
