//! Templates: MiniJinja, and the functions through which figures come into a text.
//!
//! ```text
//! {{ fig("example_value", "超") }}                          超68亿元
//! {{ fig("example_value", "同比增长") }}                    同比增长25.3%
//! {{ fig("example_value", "居全市第n位") }}                 居全市第2位
//! {% if can("example_stock", "突破") %} … {% endif %}           whether it can be said so
//! {% for it in parts("example_stock") %} {{ it.name }} …         regions below, best first
//! {{ chart("example_value", years=5, title="…") }}          a chart
//! {{ table(["街道", "个数"], rows, caption="表1 …") }}            a table of rows
//! ```
//!
//! `fig` and `can` take `measure`, `region`, `period`, `unit`, `digits`, `fixed`, `to` and `years`; see [`Wish`].
//!
//! Owns the language and its names. Leaves lines and marks to [`super::blocks`].
//!
//! Invariant: a number with decimals that is no figure is refused; other data print as text that is never a mark.

mod functions;
mod scan;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig,
};
use quanyu_core::{period::Period, region::RegionCode};

use super::{
    blocks,
    chart::Chart,
    error::ComposeError,
    figure::{Ask, Known},
    idiom::Wish,
    inline,
    model::{Doc, FigureRun},
};

pub use scan::{Fault, FaultKind, check};

/// A template: its name, for faults, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The file, as faults name it.
    pub name: String,
    /// The text.
    pub source: String,
}

/// What a template sees besides figures.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The period that it reports.
    pub period: Period,
    /// The region that it reports.
    pub region: RegionCode,
    /// Its name.
    pub region_name: String,
    /// The day that is printed as 成文日期.
    pub date: Date,
    /// Texts by name, such as the number; a template asks for them by the name.
    pub texts: BTreeMap<String, String>,
    /// Lists by name: targets and tasks of plans. Each item is texts by name.
    pub lists: BTreeMap<String, Vec<BTreeMap<String, String>>>,
}

/// What came of rendering.
#[derive(Clone, Debug, PartialEq)]
pub enum Rendered {
    /// Figures are missing; render again when they are known.
    Missing(BTreeSet<Ask>),
    /// The document, its figures without releases.
    Done(Box<Doc>),
}

/// What functions collect while a template runs.
#[derive(Debug)]
struct Work {
    known: Arc<Known>,
    period: Period,
    region: RegionCode,
    asked: BTreeSet<Ask>,
    figures: Vec<FigureRun>,
    charts: Vec<Chart>,
    /// The refusal behind the engine's error, without template and line.
    refused: Option<ComposeError>,
}

impl Template {
    /// Renders with what is known.
    ///
    /// # Errors
    /// [`ComposeError`]: what the template does wrong, and where; figures that cannot be said so.
    pub fn render(&self, facts: &Facts, known: &Arc<Known>) -> Result<Rendered, ComposeError> {
        let work = Arc::new(Mutex::new(Work {
            known: Arc::clone(known),
            period: facts.period,
            region: facts.region.clone(),
            asked: BTreeSet::new(),
            figures: Vec::new(),
            charts: Vec::new(),
            refused: None,
        }));
        let mut environment = environment();
        functions::add(&mut environment, &work);
        let text = environment.render_named_str(&self.name, &self.source, context(facts));
        let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = known.missing(std::mem::take(&mut work.asked));
        // What is refused may be so only because something is not known yet.
        if !missing.is_empty() {
            return Ok(Rendered::Missing(missing));
        }
        let text = text.map_err(|error| self.fault(&error, work.refused.take()))?;
        let figures = std::mem::take(&mut work.figures);
        let doc = blocks::parse(&self.name, &text, figures, &work.charts)?;
        Ok(Rendered::Done(Box::new(doc)))
    }

    fn fault(&self, error: &Error, refused: Option<ComposeError>) -> ComposeError {
        let at = error.line().unwrap_or(1);
        let name = error.name().unwrap_or(&self.name);
        match refused {
            Some(mut refused) => {
                if let ComposeError::UnknownIndicator { template, line, .. }
                | ComposeError::NoValue { template, line, .. }
                | ComposeError::NotTrue { template, line, .. }
                | ComposeError::Template { template, line, .. } = &mut refused
                {
                    name.clone_into(template);
                    *line = at;
                }
                refused
            }
            None => ComposeError::Template {
                template: name.to_owned(),
                line: at,
                reason: reason(error),
            },
        }
    }
}

/// What the engine says, without the place, which is told apart.
fn reason(error: &Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What a macro or a block gives back is text of the template again, and is not escaped a second time.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(
        SyntaxConfig::builder()
            .lstrip_blocks(true)
            .build()
            .expect("the usual delimiters do not clash"),
    );
    environment.set_formatter(|out, _, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.is_number() && !value.is_integer() {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("{value} is a bare number: figures are printed with fig(…)"),
            ));
        }
        if value.is_none() {
            return Ok(());
        }
        out.write_str(&printed(value))?;
        Ok(())
    });
    environment
}

/// A value as the text of a line.
fn printed(value: &Value) -> String {
    match value.as_str() {
        Some(text) if value.is_safe() => text.to_owned(),
        Some(text) => inline::escaped(text),
        None => inline::escaped(&value.to_string()),
    }
}

fn context(facts: &Facts) -> Value {
    let period = facts.period;
    let year = period.last_year();
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    let region = Value::from_pairs([
        ("code", facts.region.as_str()),
        ("name", facts.region_name.as_str()),
    ]);
    for (name, text) in &facts.texts {
        all.insert(name.clone(), text.as_str().into());
    }
    for (name, list) in &facts.lists {
        let items = list.iter().map(|item| Value::from(item.clone()));
        all.insert(name.clone(), items.collect());
    }
    all.insert("region".to_owned(), region);
    all.insert("period".to_owned(), period.to_string().into());
    all.insert("period_name".to_owned(), period.name_zh().into());
    all.insert("year".to_owned(), year.into());
    all.insert("next_year".to_owned(), (year + 1).into());
    all.insert("last_year".to_owned(), (year - 1).into());
    all.insert("date".to_owned(), day(facts.date).into());
    Value::from(all)
}

/// 2024年1月8日: Arabic, the year whole, no leading zero.
#[must_use]
pub fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}
