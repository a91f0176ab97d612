//! 文稿校核: a draft, each of its figures held against the records.
//!
//! Owns the act: reading the draft, asking the figures for what it speaks of in few queries, judging, and what edges show.
//! Leaves verdicts and problems to `quanyu_documents::check`, values to `quanyu-figures`.
//!
//! Invariant: a draft is read and not kept in the district; checking changes nothing.
//!
//! Start reading at [`check`].

mod comments;
mod records;
pub mod shelf;
pub mod view;

use std::{path::Path, time::Instant};

use quanyu_core::period::Period;
use quanyu_documents::{
    check::{self as engine, Known, Request, Tag},
    compose::marks::{Mark, read_marks},
};

use super::{AppError, Product, documents};

pub use comments::commented;
pub use view::{CheckedDocument, Evidence, JudgedView, ProblemView};

/// Words of the verdicts, those to be looked at first.
pub const VERDICTS: [&str; 5] = ["differs", "loose", "no_source", "derivable", "agrees"];

/// Checks a file.
///
/// # Errors
/// When it cannot be read or holds no text; the figures' errors.
pub async fn check_file(
    product: &Product,
    file: &Path,
    period: Option<Period>,
) -> Result<CheckedDocument, AppError> {
    let (name, bytes) = documents::file_of(file)?;
    check(product, &name, &bytes, period).await
}

/// Checks the bytes of a document called `name` against the records of the district. Without a period the year that the
/// draft reports on is taken, else the last year of the records.
///
/// # Errors
/// When it holds no text; the figures' errors.
pub async fn check(
    product: &Product,
    name: &str,
    bytes: &[u8],
    period: Option<Period>,
) -> Result<CheckedDocument, AppError> {
    let began = Instant::now();
    let reader = product.reader();
    let parts = {
        let (reader, name, bytes) = (reader.clone(), name.to_owned(), bytes.to_vec());
        let year = period.map(Period::last_year);
        // A long report takes its time, aside from the threads that answer requests.
        let work = tokio::task::spawn_blocking(move || reader.parts(&name, &bytes, year));
        match work.await {
            Ok(parts) => parts?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    };
    let reported = match period.or_else(|| parts.reading.year.and_then(Period::year)) {
        Some(period) => period,
        None => product.period(None).await?,
    };
    let tags = tags(bytes);
    let mut known = records::known(product, &parts, reported).await?;
    records::released(product, &mut known, &tags).await?;
    let judge = |known: &Known| {
        engine::check(&Request {
            text: &parts.document.text,
            reading: &parts.reading,
            known,
            names: reader.names(),
            period: Some(reported),
            tags: &tags,
        })
    };
    let checked = judge(&known);
    // What differs is looked at once more, with other periods, statuses and calibers at hand.
    let checked = match records::more(product, &known, &checked, reported).await? {
        None => checked,
        Some(more) => judge(&more),
    };
    let document = reader.shown(name, &parts);
    Ok(view::shown(
        product,
        document,
        &checked,
        reported,
        began.elapsed(),
    ))
}

/// The releases that a docx of ours carries at its figures; another file carries none.
fn tags(bytes: &[u8]) -> Vec<Tag> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Vec::new();
    }
    let marks = read_marks(bytes).unwrap_or_default();
    let tag = |it: Mark| Tag {
        start: it.range.start,
        end: it.range.end,
        release: it.release,
    };
    marks.into_iter().map(tag).collect()
}
