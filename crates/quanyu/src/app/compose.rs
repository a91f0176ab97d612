//! 文稿生成: a document of the pack composed for a period, its figures frozen, written as a file.
//!
//! Owns what is composed and freezing what it prints. Leaves what a template is answered to [`answers`], showing it before
//! anything is frozen to [`preview`], keeping it as a paper to [`kept`]; templates and formats to `quanyu_documents::compose`,
//! values to `quanyu-figures`, releases to `releases`.
//!
//! Invariant: what is printed is what is frozen: a figure that moved in between refuses the whole document.
//!
//! Start reading at [`compose`].

mod answers;
mod faults;
mod fonts;
mod kept;
mod preview;

use std::{path::Path, sync::Arc};

use jiff::civil::Date;
use quanyu_core::{access::Right, period::Period};
use quanyu_documents::compose::{
    ComposeError, Doc, FigureRun, Known, Measure, Rendered, Template, pdf, write_docx, write_html,
    write_markdown,
};
use quanyu_pack::model::Pack;

use super::{
    AppError, Product, Why,
    releases::{self, Measure as Frozen, Wanted},
    writing,
};

pub use faults::faults;
pub use kept::keep;
pub use preview::{Draw, Piece, Preview, Printed, Shown, preview};

/// Rounds of questions; a template asks for what its first answers name, and seldom once more.
const ROUNDS: usize = 8;

/// What is to be composed.
#[derive(Clone, Debug)]
pub struct Order {
    /// The document, by its id in the pack.
    pub document: String,
    /// The period that it reports.
    pub period: Period,
    /// 成文日期.
    pub date: Date,
    /// 发文字号, where it has one.
    pub number: Option<String>,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Word.
    Docx,
    /// PDF.
    Pdf,
    /// One page.
    Html,
    /// Plain text with marks.
    Md,
}

impl Form {
    /// The form of a file's ending.
    ///
    /// # Errors
    /// When it is none of the four.
    pub fn of_file(file: &Path) -> Result<Self, AppError> {
        let ending = file
            .extension()
            .and_then(|it| it.to_str())
            .unwrap_or_default();
        Self::of_ending(ending)
    }

    /// The form of an ending.
    ///
    /// # Errors
    /// When it is none of the four.
    pub fn of_ending(ending: &str) -> Result<Self, AppError> {
        match ending.to_ascii_lowercase().as_str() {
            "docx" => Ok(Self::Docx),
            "pdf" => Ok(Self::Pdf),
            "html" => Ok(Self::Html),
            "md" => Ok(Self::Md),
            _ => Err(AppError::BadValue {
                kind: "file",
                value: ending.to_owned(),
                why: Why::new("可选 docx、pdf、html、md", "docx, pdf, html or md"),
            }),
        }
    }
}

/// A document composed.
#[derive(Clone, Debug)]
pub struct Composed {
    doc: Doc,
    /// The key that its releases are found by.
    pub key: String,
    /// The releases of its figures, in order of the text.
    pub releases: Vec<String>,
}

impl Composed {
    /// Its title.
    #[must_use]
    pub fn title(&self) -> String {
        self.doc.title.concat()
    }

    /// Characters, as people count the length of a text.
    #[must_use]
    pub fn length(&self) -> usize {
        self.doc.length()
    }

    /// How many figures it prints.
    #[must_use]
    pub fn figures(&self) -> usize {
        self.doc.figures.len()
    }
}

/// Composes a document and freezes its figures.
///
/// # Errors
/// No such document or none with a template; what the template does wrong; figures that moved meanwhile;
/// [`AppError::PaperClosed`] where the document is a paper past drafting: what it says was frozen, and no more is.
pub async fn compose(product: &Product, order: &Order) -> Result<Composed, AppError> {
    let key = releases::document_key(&order.document, order.period);
    if let Some(register) = product.pack.playing("document") {
        product.may(Right::Enter, register)?;
        if let Some(paper) = writing::coded(product, &key).await? {
            writing::open(product, &paper)?;
        }
    }
    let mut doc = draft(product, order).await?;
    let wanted: Vec<Wanted> = doc.figures.iter().map(wanted).collect();
    let frozen = releases::freeze(product, &key, &wanted).await?;
    let ids: Vec<String> = frozen.into_iter().map(|it| it.id).collect();
    let mut next = ids.iter();
    doc.release(|_| next.next().cloned().unwrap_or_default());
    Ok(Composed {
        doc,
        key,
        releases: ids,
    })
}

/// The document as the bytes of a file.
///
/// # Errors
/// PDF without fonts.
pub async fn write(
    product: &Product,
    composed: &Composed,
    form: Form,
) -> Result<Vec<u8>, AppError> {
    let doc = &composed.doc;
    Ok(match form {
        Form::Docx => write_docx(doc),
        Form::Html => write_html(doc).into_bytes(),
        Form::Md => write_markdown(doc).into_bytes(),
        Form::Pdf => {
            let (doc, fonts) = (doc.clone(), fonts::fonts(product));
            let made = tokio::task::spawn_blocking(move || pdf::write(&doc, &fonts)).await;
            made.map_err(|it| AppError::Output(it.to_string()))??
        }
    })
}

/// Documents of the pack that have a template.
#[must_use]
pub fn composable(pack: &Pack) -> Vec<String> {
    let with = pack.documents.values().filter(|it| it.template.is_some());
    with.map(|it| it.id.clone()).collect()
}

/// The document with its figures, not frozen yet.
async fn draft(product: &Product, order: &Order) -> Result<Doc, AppError> {
    let pack = &product.pack;
    let Some(document) = pack.documents.get(&order.document) else {
        let all = pack.documents.keys().map(String::as_str);
        return Err(AppError::not_found("document", &order.document, all));
    };
    let file = document
        .template
        .as_ref()
        .and_then(|it| pack.file(&it.value));
    let Some((_, file)) = file else {
        return Err(AppError::NoTemplate {
            document: order.document.clone(),
            have: composable(pack).join("、"),
        });
    };
    let template = Template {
        name: file.name.clone(),
        source: file.text.clone(),
    };
    let facts = answers::facts(product, order).await?;
    let mut known = Arc::new(Known::default());
    for _ in 0..ROUNDS {
        match template.render(&facts, &known)? {
            Rendered::Done(doc) => return Ok(*doc),
            Rendered::Missing(asked) => {
                let answers = answers::answers(product, asked).await?;
                let known = Arc::make_mut(&mut known);
                for (ask, answer) in answers {
                    known.insert(ask, answer);
                }
            }
        }
    }
    Err(ComposeError::Endless {
        template: template.name,
        rounds: ROUNDS,
    }
    .into())
}

/// What is to be frozen of a figure.
fn wanted(figure: &FigureRun) -> Wanted {
    Wanted {
        indicator: figure.indicator.clone(),
        measure: measure(figure.measure),
        region: figure.region.clone(),
        period: figure.period,
        value: Some(figure.value),
        said: Some(figure.text.clone()),
        idiom: None,
    }
}

/// A measure as it is frozen.
fn measure(of: Measure) -> Frozen {
    match of {
        Measure::Value => Frozen::Value,
        Measure::Growth => Frozen::Growth,
        Measure::Rank => Frozen::Rank,
        Measure::Share => Frozen::Share,
        Measure::Change => Frozen::Change,
        Measure::Sequential => Frozen::Sequential,
        Measure::Average(years) => Frozen::Average(years),
    }
}
