//! 文稿生成: a document of the pack composed for a period, its figures frozen, written as a file.
//!
//! Owns answering what a template asks, the names that a template sees, and freezing what it prints. Leaves templates and
//! formats to `quanyu_documents::compose`, values to `quanyu-figures`, releases to `releases`.
//!
//! Invariant: what is printed is what is frozen: a figure that moved in between refuses the whole document.
//!
//! Start reading at [`compose`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use quanyu_core::{measure, period::Period, region::RegionCode};
use quanyu_documents::compose::{
    Answer, Ask, ComposeError, Doc, Facts, Figure, FigureRun, Fonts, Known, Measure, Part, Parts,
    Rendered, Template, pdf, write_docx, write_html, write_markdown,
};
use quanyu_figures::{By, Figure as Found, Request};
use quanyu_pack::{
    Diagnostic,
    model::{Better, Indicator, Pack},
};

use super::{
    AppError, Product,
    releases::{self, Measure as Frozen, Wanted},
};

/// Years before that a first time is looked for in.
const YEARS: i32 = 10;
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
                why: "docx, pdf, html or md".to_owned(),
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
/// No such document or none with a template; what the template does wrong; figures that moved meanwhile.
pub async fn compose(product: &Product, order: &Order) -> Result<Composed, AppError> {
    let mut doc = draft(product, order).await?;
    let key = releases::document_key(&order.document, order.period);
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
            let (doc, fonts) = (doc.clone(), fonts(product));
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

/// What is wrong with the templates of a pack that can be told without figures.
#[must_use]
pub fn faults(pack: &Pack) -> Vec<Diagnostic> {
    use quanyu_documents::compose::template::{FaultKind, check};
    let templates: BTreeSet<&str> = pack
        .documents
        .values()
        .filter_map(|it| it.template.as_ref().map(|it| it.value.as_str()))
        .collect();
    let mut all = Vec::new();
    for (place, file) in templates.into_iter().filter_map(|it| pack.file(it)) {
        let known = |id: &str| pack.indicators.contains_key(id);
        for fault in check(&file.text, known) {
            let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
            let at = quanyu_pack::model::At {
                file: place,
                start: number(fault.range.start),
                end: number(fault.range.end),
            };
            all.push(match fault.kind {
                FaultKind::Syntax(reason) => Diagnostic::new(
                    "template_syntax",
                    at,
                    format!("模板写法有误：{reason}"),
                    format!("the template cannot be read: {reason}"),
                ),
                FaultKind::Indicator(id) => {
                    let fault = Diagnostic::new(
                        "template_indicator",
                        at,
                        format!("没有指标 `{id}`"),
                        format!("there is no indicator `{id}`"),
                    );
                    let all = pack.indicators.keys().map(String::as_str);
                    match quanyu_pack::nearest(&id, all) {
                        Some(near) => fault.hint(
                            format!("是不是要写 `{near}`？"),
                            format!("did you mean `{near}`?"),
                        ),
                        None => fault,
                    }
                }
                FaultKind::Punctuation(c) => Diagnostic::new(
                    "template_punctuation",
                    at,
                    format!("中文里用了半角标点 `{c}`"),
                    format!("half-width `{c}` in Chinese text"),
                )
                .hint("改成全角标点", "write it full-width"),
            });
        }
    }
    all
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
    let facts = facts(product, order);
    let mut known = Arc::new(Known::default());
    for _ in 0..ROUNDS {
        match template.render(&facts, &known)? {
            Rendered::Done(doc) => return Ok(*doc),
            Rendered::Missing(asked) => {
                let answers = answers(product, asked).await?;
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

/// What a template sees besides figures: names, the day, targets and tasks of the plans.
fn facts(product: &Product, order: &Order) -> Facts {
    let pack = &product.pack;
    let mut lists: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    let year = order.period.last_year();
    for (name, year) in [("", year), ("next_", year + 1)] {
        let plans = pack
            .plans
            .values()
            .filter(|it| it.period.last_year() == year);
        let (mut targets, mut tasks) = (Vec::new(), Vec::new());
        for plan in plans {
            targets.extend(plan.targets.iter().map(|it| {
                BTreeMap::from([
                    ("id".to_owned(), it.id.clone()),
                    ("text".to_owned(), it.text.zh.clone()),
                ])
            }));
            tasks.extend(plan.tasks.iter().map(|it| {
                BTreeMap::from([
                    ("title".to_owned(), it.title.zh.clone()),
                    ("owner".to_owned(), it.owner.zh.clone()),
                ])
            }));
        }
        lists.insert(format!("{name}targets"), targets);
        lists.insert(format!("{name}tasks"), tasks);
    }
    Facts {
        period: order.period,
        region: pack.region.clone(),
        region_name: product.region_name(&pack.region),
        date: order.date,
        texts: BTreeMap::from([
            (
                "number".to_owned(),
                order.number.clone().unwrap_or_default(),
            ),
            ("pack".to_owned(), pack.title.zh.clone()),
        ]),
        lists,
    }
}

/// Answers all questions of a round: one query for each region and period.
async fn answers(product: &Product, asked: BTreeSet<Ask>) -> Result<Vec<(Ask, Answer)>, AppError> {
    let pack = &product.pack;
    let mut out = Vec::with_capacity(asked.len());
    // Earlier years are asked apart: they are ten times the work.
    let mut groups: BTreeMap<(RegionCode, Period, bool), Vec<Ask>> = BTreeMap::new();
    for ask in asked {
        let (Ask::Figure { indicator, .. } | Ask::Parts { indicator, .. }) = &ask;
        if !pack.indicators.contains_key(indicator) {
            let all = pack.indicators.keys().map(String::as_str);
            let near = quanyu_pack::nearest(indicator, all);
            let near = near.map(str::to_owned).into_iter().collect();
            out.push((ask, Answer::Unknown(near)));
            continue;
        }
        match &ask {
            Ask::Figure {
                region,
                period,
                earlier,
                ..
            } => {
                let key = (region.clone(), *period, *earlier);
                groups.entry(key).or_default().push(ask);
            }
            Ask::Parts {
                indicator,
                region,
                period,
            } => {
                let parts = parts(product, indicator, region, *period).await?;
                out.push((ask, Answer::Parts(parts)));
            }
        }
    }
    for ((region, period, earlier), asks) in groups {
        let back = if earlier { YEARS } else { 1 };
        let periods: Vec<Period> = (-back..=0)
            .filter_map(|it| period.shift_years(it))
            .collect();
        let indicators: Vec<String> = asks.iter().map(|it| indicator_of(it).to_owned()).collect();
        let request = Request {
            indicators: Some(indicators),
            region,
            periods: periods.clone(),
            by: None,
        };
        let answer = product.figures.query(&request).await?;
        // Rows come by indicator, then period, in the order asked.
        for (ask, rows) in asks.into_iter().zip(answer.rows.chunks(periods.len())) {
            let figure = figure(pack, rows);
            out.push((ask, Answer::Figure(figure)));
        }
    }
    Ok(out)
}

fn indicator_of(ask: &Ask) -> &str {
    let (Ask::Figure { indicator, .. } | Ask::Parts { indicator, .. }) = ask;
    indicator
}

/// The rows of one indicator over its periods, the one asked for last.
fn figure(pack: &Pack, rows: &[Found]) -> Figure {
    let Some((now, before)) = rows.split_last() else {
        return Figure::default();
    };
    let indicator = pack.indicators.get(&now.indicator);
    let (said_unit, digits) = display(indicator, now);
    Figure {
        title: now.name.zh.clone(),
        unit: now.unit.clone(),
        said_unit,
        digits,
        value: now.value,
        before: before.last().and_then(|it| it.value),
        growth: now.growth,
        rank: now.rank.as_ref().map(|it| (it.place, it.of)),
        scope: now.rank.as_ref().and_then(|it| it.scope.clone()),
        share: now.share,
        earlier: before.iter().filter_map(|it| it.value).collect(),
    }
}

/// Unit and decimals as the pages say them.
fn display(indicator: Option<&Indicator>, figure: &Found) -> (String, u32) {
    let display = indicator.map(|it| it.display.clone()).unwrap_or_default();
    let handy = measure::handy(figure.value.unwrap_or_default(), &figure.unit);
    (
        display.unit.unwrap_or(handy.0),
        display.digits.map_or(handy.1, u32::from),
    )
}

async fn parts(
    product: &Product,
    indicator: &str,
    region: &RegionCode,
    period: Period,
) -> Result<Parts, AppError> {
    let request = Request {
        indicators: Some(vec![indicator.to_owned()]),
        region: region.clone(),
        periods: vec![period],
        by: Some(By::Children),
    };
    let answer = product.figures.query(&request).await?;
    let mut rows: Vec<_> = answer
        .rows
        .iter()
        .filter_map(|it| Some((it.value?, it.region.clone())))
        .collect();
    let lower = product
        .pack
        .indicators
        .get(indicator)
        .is_some_and(|it| it.better == Better::Lower);
    rows.sort_by(|a, b| {
        let by_value = if lower { a.0.cmp(&b.0) } else { b.0.cmp(&a.0) };
        by_value.then_with(|| a.1.cmp(&b.1))
    });
    let mut list: Vec<Part> = Vec::with_capacity(rows.len());
    for (number, (value, region)) in (1..).zip(rows) {
        let place = match list.last() {
            Some(last) if last.value == value => last.place,
            _ => number,
        };
        list.push(Part {
            name: product.region_name(&region),
            region,
            place,
            value,
        });
    }
    Ok(Parts { list })
}

/// What is to be frozen of a figure. A difference is frozen as the value that it ends at: the one before has its own records.
fn wanted(figure: &FigureRun) -> Wanted {
    let (measure, value) = match figure.measure {
        Measure::Value => (Frozen::Value, Some(figure.value)),
        Measure::Growth => (Frozen::Growth, Some(figure.value)),
        Measure::Rank => (Frozen::Rank, Some(figure.value)),
        Measure::Share => (Frozen::Share, Some(figure.value)),
        Measure::Change => (Frozen::Value, None),
    };
    Wanted {
        indicator: figure.indicator.clone(),
        measure,
        region: figure.region.clone(),
        period: figure.period,
        value,
        said: Some(figure.text.clone()),
        idiom: None,
    }
}

/// The fonts for PDF, opened once a process: `QUANYU_FONTS`, else what `make fonts` brought, else the system's.
fn fonts(product: &Product) -> Arc<Fonts> {
    let open = || {
        let mut own: Vec<PathBuf> = std::env::var_os("QUANYU_FONTS")
            .map(|it| std::env::split_paths(&it).collect())
            .unwrap_or_default();
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|it| it.join(".cache")));
        own.extend(cache.map(|it| it.join("quanyu/fonts")));
        let mut system: Vec<PathBuf> = home
            .iter()
            .map(|it| it.join(".local/share/fonts"))
            .collect();
        system.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
        Arc::new(Fonts::load(&own, &system))
    };
    product.fonts.get_or_init(open).clone()
}
