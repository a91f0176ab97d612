//! 换数: the officer's own document with the numbers of the next period.
//!
//! Owns the act: binding the figures of a document once, finding each for another period, and the file with tracked changes.
//! Leaves how a number is written and put into the file to `quanyu-documents`, values to the figures.
//!
//! Invariant: the wording is never touched; a number is changed only where the old one was true of the records, so that
//! the binding is right. Everything else is told: what is no longer true, what is left to be looked at.
//!
//! Start reading at [`bind`], then [`renew`].

mod bind;
mod leftover;
mod values;

use std::{collections::BTreeMap, ops::Range};

use jiff::tz::{Offset, TimeZone};
use quanyu_core::{period::Period, text::Text};
use quanyu_documents::{
    edit::{self, Comment, EditError, Revision},
    renew::{self as numbers, Renewed, Untrue, Written},
};
use quanyu_store::{bindings, files, migrate};

use super::{
    AppError, Product, Why,
    documents::{MentionView, ReadDocument},
};
use crate::app::media::DOCX;
pub use leftover::Sort;
use values::{Measure, Values};

/// Who the changes are by, as Word shows it.
const AUTHOR: &str = "全域换数";
/// Bound documents that are listed.
const LISTED: u32 = 20;

/// A document whose figures are bound.
#[derive(Clone, Debug)]
pub struct BoundDocument {
    /// Its content's hash: the key under which it is renewed.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The period that it reports.
    pub from: Period,
    /// How many figures are bound.
    pub figures: usize,
}

/// A document renewed.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The document.
    pub document: BoundDocument,
    /// The period that it reports now.
    pub to: Period,
    /// Numbers changed, in order of the text.
    pub changes: Vec<Change>,
    /// Sentences that are no longer true, or have to be looked at for it.
    pub untrue: Vec<Notice>,
    /// What else was left as it was.
    pub leftovers: Vec<Notice>,
    /// The document with tracked changes and remarks.
    pub docx: Vec<u8>,
}

/// A number changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// First character of the text, after the last.
    pub range: Range<usize>,
    /// The figure's words before.
    pub old: String,
    /// And now.
    pub new: String,
    /// The sentence.
    pub sentence: String,
    /// The indicator: id, title.
    pub indicator: (String, Text),
    /// `value`, `growth`, `rank`, `share`, `delta`.
    pub measure: &'static str,
    /// The period of the new value.
    pub period: Period,
    /// The new value, as people say it.
    pub said: String,
    /// How many records it is made of, or where it is cited from.
    pub source: Text,
}

/// Something that was left as it was.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What it is.
    pub sort: Sort,
    /// First character of the text, after the last.
    pub range: Range<usize>,
    /// The words.
    pub text: String,
    /// The sentence.
    pub sentence: String,
    /// What would be right, where that is known.
    pub found: Option<String>,
}

/// Keeps a document and binds its figures, where that was not done with this pack before. Without `from` the period is
/// the year that the document reports.
///
/// # Errors
/// No docx, a mark of secrecy, no period to be told.
pub async fn bind(
    product: &Product,
    name: &str,
    bytes: Vec<u8>,
    from: Option<Period>,
) -> Result<BoundDocument, AppError> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(AppError::edit(name, &EditError::NotDocx));
    }
    let document = read(product, name, &bytes).await?;
    let from = from
        .or_else(|| document.year.and_then(Period::year))
        .ok_or_else(|| AppError::BadValue {
            kind: "period",
            value: String::new(),
            why: Why::new(
                "文稿没有写明年份，请说明它报告的是哪个时期",
                "the document names no year; say which period it reports",
            ),
        })?;
    let stored = files::put(&product.store, bytes).await?;
    let mut tx = product.store.read().await?;
    let pack = migrate::revisions(&mut tx)
        .await?
        .first()
        .map_or(0, |it| it.number);
    let known = bindings::bound(&mut tx, Some(&stored.hash), LISTED).await?;
    drop(tx);
    let period = from.to_string();
    let current = known
        .iter()
        .find(|it| it.period == period && it.pack == pack);
    let figures = match current {
        Some(it) => usize::try_from(it.figures).unwrap_or_default(),
        None => {
            let found = bind::bindings(product, &document, from).await?;
            let count = found.len();
            let (file, name) = (stored.clone(), name.to_owned());
            product
                .store
                .act::<_, (), quanyu_store::StoreError>(&product.actor(), move |act| {
                    let (file, name, period, found) =
                        (file.clone(), name.clone(), period.clone(), found.clone());
                    Box::pin(async move {
                        files::name(act, &file, &name, DOCX).await?;
                        bindings::keep(act, &file.hash, &period, pack, &found).await
                    })
                })
                .await?;
            count
        }
    };
    Ok(BoundDocument {
        file: stored.hash,
        name: name.to_owned(),
        from,
        figures,
    })
}

/// The documents bound last.
///
/// # Errors
/// The database's.
pub async fn bound(product: &Product) -> Result<Vec<BoundDocument>, AppError> {
    let mut tx = product.store.read().await?;
    let all = bindings::bound(&mut tx, None, LISTED).await?;
    Ok(all.iter().filter_map(bound_document).collect())
}

fn bound_document(it: &bindings::Bound) -> Option<BoundDocument> {
    Some(BoundDocument {
        file: it.file.clone(),
        name: it.name.clone(),
        from: it.period.parse().ok()?,
        figures: usize::try_from(it.figures).unwrap_or_default(),
    })
}

/// A bound document for another period.
///
/// # Errors
/// A document that is not bound; what the figures refuse.
pub async fn renew(
    product: &Product,
    file: &str,
    from: Option<Period>,
    to: Period,
) -> Result<Renewal, AppError> {
    let mut tx = product.store.read().await?;
    let known = bindings::bound(&mut tx, Some(file), LISTED).await?;
    let document = known
        .iter()
        .filter_map(bound_document)
        .find(|it| from.is_none_or(|from| it.from == from))
        .ok_or_else(|| AppError::not_found("document", file, []))?;
    let bound = bindings::of_file(&mut tx, file, &document.from.to_string()).await?;
    drop(tx);
    let bytes = files::read(&product.store, file).await?;
    let text = read(product, &document.name, &bytes).await?;
    let mut work = Work::new(&text, document.from, to);
    work.numbers(product, &bound).await?;
    work.words();
    let docx = work.written(product, &bytes, &document.name)?;
    Ok(Renewal {
        document,
        to,
        changes: work.changes.into_values().collect(),
        untrue: work.untrue,
        leftovers: work.leftovers,
        docx,
    })
}

/// Reads aside from the threads that answer requests.
async fn read(product: &Product, name: &str, bytes: &[u8]) -> Result<ReadDocument, AppError> {
    let (reader, name, bytes) = (product.reader(), name.to_owned(), bytes.to_vec());
    match tokio::task::spawn_blocking(move || reader.read(&name, &bytes)).await {
        Ok(read) => read,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// What is found on the way.
struct Work<'d> {
    text: &'d ReadDocument,
    chars: Vec<char>,
    from: Period,
    to: Period,
    changes: BTreeMap<usize, Change>,
    /// Where each changed number stands, and what comes there.
    revisions: BTreeMap<usize, (Range<usize>, String)>,
    untrue: Vec<Notice>,
    leftovers: Vec<Notice>,
}

impl<'d> Work<'d> {
    fn new(text: &'d ReadDocument, from: Period, to: Period) -> Self {
        Self {
            text,
            chars: text.text.chars().collect(),
            from,
            to,
            changes: BTreeMap::new(),
            revisions: BTreeMap::new(),
            untrue: Vec::new(),
            leftovers: Vec::new(),
        }
    }

    /// Each bound figure for the new period.
    async fn numbers(
        &mut self,
        product: &Product,
        bound: &[bindings::Binding],
    ) -> Result<(), AppError> {
        let by_start: BTreeMap<i64, &bindings::Binding> =
            bound.iter().map(|it| (it.start, it)).collect();
        let mut values = Values::default();
        let mut wanted = Vec::new();
        for it in bound {
            if let Some((region, measure, period)) = self.cell(product, it) {
                wanted.push((it.indicator.clone(), region, measure, period));
            }
        }
        values.fetch(product, &wanted).await?;
        for mention in self.text.mentions.iter().filter(|it| it.is_figure()) {
            let binding = by_start.get(&(mention.start as i64)).copied();
            let binding = binding.filter(|it| it.text == mention.text);
            match binding {
                Some(binding) => self.figure(product, mention, binding, &values),
                None if mention.nature.as_deref() == Some("target") => {
                    self.leave(Sort::Target, mention, None);
                }
                None => self.leave(Sort::Unsourced, mention, None),
            }
        }
        Ok(())
    }

    /// The cell of a binding for the new period.
    fn cell(
        &self,
        product: &Product,
        binding: &bindings::Binding,
    ) -> Option<(quanyu_core::region::RegionCode, Measure, Period)> {
        let region = product.region(Some(&binding.region)).ok()?;
        let measure = Measure::of_word(&binding.measure)?;
        Some((region, measure, self.moved(&binding.role)?))
    }

    /// The period of a role in the new document.
    fn moved(&self, role: &str) -> Option<Period> {
        if let Ok(years) = role.parse::<i32>()
            && (-50..=50).contains(&years)
        {
            return self.to.shift_years(years);
        }
        let years = self.to.last_year() - self.from.last_year();
        role.parse::<Period>().ok()?.shift_years(years)
    }

    fn figure(
        &mut self,
        product: &Product,
        mention: &MentionView,
        binding: &bindings::Binding,
        values: &Values,
    ) {
        let Some((region, measure, period)) = self.cell(product, binding) else {
            return self.leave(Sort::Unsourced, mention, None);
        };
        let id = &binding.indicator;
        let Some(found) = values.get(product, id, &region, measure, period) else {
            return self.leave(Sort::Unsourced, mention, None);
        };
        if !binding.agreed {
            return self.leave(Sort::Doubt, mention, Some(found.said));
        }
        let Some(written) = written(mention) else {
            return self.leave(Sort::Unsaid, mention, Some(found.said));
        };
        match numbers::renew(&written, found.value, found.earlier) {
            Renewed::Same => self.leave(Sort::Unchanged, mention, Some(found.said)),
            Renewed::Unsaid => self.leave(Sort::Unsaid, mention, Some(found.said)),
            Renewed::Untrue(why) => {
                let sort = match why {
                    Untrue::Direction => Sort::Direction,
                    Untrue::NotFirst => Sort::NotFirst,
                    Untrue::NotNear => Sort::NotNear,
                    Untrue::Zero => Sort::Zero,
                };
                let notice = self.notice(sort, mention.start..mention.end, Some(found.said));
                self.untrue.push(notice);
            }
            Renewed::Number { range, text } => {
                let place = mention.start + range.start..mention.start + range.end;
                let words: Vec<char> = mention.text.chars().collect();
                let new = words[..range.start]
                    .iter()
                    .copied()
                    .chain(text.chars())
                    .chain(words[range.end..].iter().copied())
                    .collect();
                let title = product.pack.indicators.get(id).map(|it| it.title.clone());
                self.changes.insert(
                    mention.start,
                    Change {
                        range: mention.start..mention.end,
                        old: mention.text.clone(),
                        new,
                        sentence: self.sentence(mention.start),
                        indicator: (id.clone(), title.unwrap_or_default()),
                        measure: measure.word(),
                        period,
                        said: found.said,
                        source: found.source,
                    },
                );
                self.revisions.insert(mention.start, (place, text));
            }
        }
    }

    fn leave(&mut self, sort: Sort, mention: &MentionView, found: Option<String>) {
        let notice = self.notice(sort, mention.start..mention.end, found);
        self.leftovers.push(notice);
    }

    fn notice(&self, sort: Sort, range: Range<usize>, found: Option<String>) -> Notice {
        Notice {
            sort,
            text: self.chars[range.clone()].iter().collect(),
            sentence: self.sentence(range.start),
            range,
            found,
        }
    }

    /// The sentence that holds a character.
    fn sentence(&self, at: usize) -> String {
        let place = self.text.sentences.partition_point(|it| it.1 <= at);
        let Some((start, end)) = self.text.sentences.get(place).filter(|it| it.0 <= at) else {
            return String::new();
        };
        let end = (*end).min(self.chars.len());
        let text: String = self.chars[(*start).min(end)..end].iter().collect();
        text.trim().to_owned()
    }

    /// The file with changes and remarks. A change that has no place in the file becomes a leftover.
    fn written(
        &mut self,
        product: &Product,
        bytes: &[u8],
        name: &str,
    ) -> Result<Vec<u8>, AppError> {
        // Word shows the time on the wall of those who work here.
        let zone = TimeZone::fixed(Offset::constant(8));
        let time = product.store.clock().now().to_zoned(zone).datetime();
        loop {
            let revisions: Vec<Revision> = self
                .revisions
                .values()
                .map(|(range, text)| Revision {
                    range: range.clone(),
                    new_text: text.clone(),
                    author: AUTHOR.to_owned(),
                    time,
                })
                .collect();
            let remarks: Vec<Comment> = self
                .untrue
                .iter()
                .chain(self.leftovers.iter().filter(|it| it.sort.is_remarked()))
                .map(|it| Comment {
                    range: it.range.clone(),
                    author: AUTHOR.to_owned(),
                    time,
                    text: it.sort.remark(it.found.as_deref()),
                })
                .collect();
            match edit::edit(bytes, &remarks, &revisions) {
                Ok(docx) => return Ok(docx),
                Err(EditError::NoPlace { start, .. })
                    if self.revisions.values().any(|it| it.0.start == start) =>
                {
                    self.revisions.retain(|_, it| it.0.start != start);
                    let missed = |it: &Change| it.range.contains(&start);
                    let at = self.changes.iter().find(|it| missed(it.1)).map(|it| *it.0);
                    if let Some(change) = at.and_then(|it| self.changes.remove(&it)) {
                        let notice = self.notice(Sort::NoPlace, change.range, Some(change.said));
                        self.leftovers.push(notice);
                    }
                }
                Err(error) => return Err(AppError::edit(name, &error)),
            }
        }
    }
}

/// A mention as the numbers want it; `None` where it gives no number, or two.
fn written(mention: &MentionView) -> Option<Written<'_>> {
    let (low, high) = mention.value?;
    (low == high).then_some(Written {
        text: &mention.text,
        value: low,
        idiom: mention.idiom.as_deref(),
        comparator: mention.comparator.as_deref(),
    })
}
