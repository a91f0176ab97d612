//! A record with everything about it: values, lines, every change, and who refers to it.
//!
//! Leaves how a change is shown to [`super::history`]. Start reading at [`record`].

use quanyu_core::{
    access::Right,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::{
    Tx, change,
    list::{self as rows, Filter, Op, Query},
    reason,
    records::{self, Record, Span},
};

use super::{
    Cell, FieldHead, RegisterView, cell, head,
    history::{ChangeView, changed},
    label, readable, target, view,
};
use crate::app::{AppError, Product, entries, steps::file_of};

/// Records shown of each register that refers to one.
const FIRST_RELATED: u32 = 5;

/// A record with everything about it.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The register.
    pub register: RegisterView,
    /// Record id.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// Version, 1 for the first.
    pub version: i64,
    /// State and its title, where the register has a lifecycle.
    pub state: Option<(String, Text)>,
    /// Fields and cells.
    pub fields: Vec<(FieldHead, Cell)>,
    /// Lines: title, heads, rows.
    pub lines: Vec<(Text, Vec<FieldHead>, Vec<Vec<Cell>>)>,
    /// Every change, newest first.
    pub history: Vec<ChangeView>,
    /// Records that refer to this one: register, title, count, and the first few (id, label).
    pub related: Vec<Related>,
    /// Whether it was removed.
    pub removed: bool,
    /// Whether the person before us may change it.
    pub editable: bool,
    /// Whether the person before us may see its personal data in clear.
    pub sees_person: bool,
    /// Files that it names: field, name, hash.
    pub files: Vec<(Text, String, String)>,
    /// Merges that it had part in.
    pub merges: Vec<crate::app::duplicates::MergeView>,
    /// What may be entered about it: register, field that refers to it, title of the register.
    pub offers: Vec<(String, String, Text)>,
}

/// Records of one register that refer to a record.
#[derive(Clone, Debug)]
pub struct Related {
    /// Register id.
    pub register: String,
    /// Its title.
    pub title: Text,
    /// The field that refers.
    pub field: String,
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<(i64, String)>,
}

/// A record with everything about it; with a day, its dated fields as they were then.
///
/// # Errors
/// An unknown register or record, a text that is no day.
pub async fn record(
    product: &Product,
    id: &str,
    record: i64,
    day: Option<&str>,
    language: Language,
) -> Result<RecordPage, AppError> {
    let register = readable(product, id)?;
    let mut tx = product.store.read().await?;
    let history = change::history(&mut tx, record).await?;
    let found = records::get_with_removed(&mut tx, id, record).await?;
    let Some(found) = found else {
        return Err(AppError::NotFound {
            kind: "record",
            id: format!("{id}/{record}"),
            near: None,
        });
    };
    let removed = found.removed_seq.is_some();
    let editable = entries::within(
        product,
        &product.scope(Right::Enter, register),
        register,
        &found,
    );
    let files = files(register, &found);
    let spans = spans(&mut tx, product, register, &found, language).await?;
    let found = match super::day(day)? {
        Some(day) => found.on(day),
        None => found,
    };
    let sees = super::person::may_see(product, register, &found);
    let found = super::person::masked(product, register, &found)?;
    let mut fields = Vec::new();
    for field in &register.fields {
        let shown = cell(&mut tx, product, field, found.value(&field.id), language).await?;
        fields.push((head(&product.pack, field, true), shown));
    }
    let mut lines = Vec::new();
    for declared in &register.lines {
        let heads = declared
            .fields
            .iter()
            .map(|it| head(&product.pack, it, true))
            .collect();
        let mut rows = Vec::new();
        for line in found.lines.get(&declared.id).into_iter().flatten() {
            let mut row = Vec::new();
            for field in &declared.fields {
                let value = line.values.get(&field.id).unwrap_or(&Value::Null);
                row.push(cell(&mut tx, product, field, value, language).await?);
            }
            rows.push(row);
        }
        lines.push((declared.title.clone(), heads, rows));
    }
    lines.extend(spans);
    let state = found.state.clone().map(|state| {
        let known = register
            .lifecycle
            .as_ref()
            .and_then(|it| it.states.iter().find(|it| it.id == state));
        (
            state.clone(),
            known.map_or_else(|| Text::zh(state), |it| it.title.clone()),
        )
    });
    let mut changes = Vec::new();
    let reasons = reason::of_record(&mut tx, record).await?;
    let mut gone = None;
    for change in &history {
        let mut shown = changed(&mut tx, product, register, change, gone, language).await?;
        let why = reasons.iter().find(|(seq, _)| *seq == change.seq);
        shown.why = why.map(|(_, why)| why.clone());
        changes.push(shown);
        gone = change.before.as_ref().filter(|_| change.after.is_none());
    }
    changes.reverse();
    Ok(RecordPage {
        register: view(&product.pack, register, None),
        id: record,
        label: label(register, &found),
        version: found.version,
        state,
        fields,
        lines,
        history: changes,
        related: related(&mut tx, product, register, record).await?,
        removed,
        sees_person: sees,
        editable,
        files,
        merges: crate::app::duplicates::of_record(product, record).await?,
        offers: offers(product, register, removed),
    })
}

/// Files that a record names by itself.
fn files(register: &Register, record: &Record) -> Vec<(Text, String, String)> {
    let fields = register.fields.iter();
    let held = fields
        .filter(|it| it.kind == FieldType::File)
        .filter_map(|it| {
            let (hash, name) = file_of(record.value(&it.id).as_text()?)?;
            Some((it.title.clone(), name, hash))
        });
    held.collect()
}

/// Registers in which something may be entered about a record of this one.
fn offers(product: &Product, register: &Register, removed: bool) -> Vec<(String, String, Text)> {
    if removed {
        return Vec::new();
    }
    let mut all = Vec::new();
    for other in product.pack.registers.values() {
        if product.scope(Right::Enter, other).is_nothing() {
            continue;
        }
        let refers = |it: &&quanyu_pack::model::Field| {
            !it.many && target(&product.pack, it).is_some_and(|it| it.id == register.id)
        };
        if let Some(field) = other.fields.iter().find(refers) {
            all.push((other.id.clone(), field.id.clone(), other.title.clone()));
        }
    }
    all
}

/// Lines as shown: title, heads, rows.
type LinesView = (Text, Vec<FieldHead>, Vec<Vec<Cell>>);

/// From when to when the values of dated fields held, where that is known of any.
async fn spans(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    record: &Record,
    language: Language,
) -> Result<Option<LinesView>, AppError> {
    let said = |zh: &str, en: &str| Text {
        zh: zh.to_owned(),
        en: Some(en.to_owned()),
    };
    let mut rows = Vec::new();
    for field in register.fields.iter().filter(|it| it.dated) {
        let spans = record.spans(&field.id);
        if matches!(
            spans.as_slice(),
            [] | [(
                Span {
                    from: None,
                    to: None
                },
                _
            )]
        ) {
            continue;
        }
        for (span, value) in spans {
            let day = |it: Option<jiff::civil::Date>| Cell {
                said: it.map_or_else(|| "—".to_owned(), |it| it.to_string()),
                link: None,
            };
            let name = Cell {
                said: field.title.get(language).to_owned(),
                link: None,
            };
            let value = cell(tx, product, field, &value, language).await?;
            rows.push(vec![name, day(span.from), day(span.to), value]);
        }
    }
    let head = |id: &str, title: Text, kind: &'static str| FieldHead {
        id: id.to_owned(),
        title,
        unit: None,
        kind,
        shown: true,
        number: false,
        choices: Vec::new(),
    };
    let heads = vec![
        head("field", said("栏目", "Field"), "text"),
        head("from", said("起始日期", "From"), "date"),
        head("to", said("截止日期（不含）", "To (not included)"), "date"),
        head("value", said("取值", "Value"), "text"),
    ];
    let title = said("历史取值", "Values over time");
    Ok((!rows.is_empty()).then_some((title, heads, rows)))
}

/// Records of other registers that refer to this one.
async fn related(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    id: i64,
) -> Result<Vec<Related>, AppError> {
    let mut all = Vec::new();
    for other in product.pack.registers.values() {
        for field in &other.fields {
            if target(&product.pack, field).is_none_or(|it| it.id != register.id) {
                continue;
            }
            let op = if field.many {
                Op::Has(id.to_string())
            } else {
                Op::Eq(Value::Int(id))
            };
            let query = Query {
                filters: vec![Filter::new(field.id.clone(), op)],
                limit: FIRST_RELATED,
                ..Query::default()
            };
            let count = rows::count(tx, &other.id, &query).await?;
            if count > 0 {
                let page = rows::list(tx, &other.id, &query).await?;
                all.push(Related {
                    register: other.id.clone(),
                    title: other.title.clone(),
                    field: field.id.clone(),
                    count: u64::try_from(count).unwrap_or(0),
                    first: page
                        .records
                        .iter()
                        .map(|it| (it.id, label(other, it)))
                        .collect(),
                });
            }
        }
    }
    Ok(all)
}
