//! How a form looks: a control for each field, filled with what the record says or what somebody typed.
//!
//! Owns which control a type of field gets, and the text that stands for a value in it. Everything comes from the pack.
//!
//! Invariant: a value that is shown in a control and sent back untouched is the same value.
//!
//! Start reading at [`blank`] and [`filled`].

use quanyu_core::{access::Right, text::Text, value::Value};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    Tx, list,
    records::{Line, Record},
};

use super::{Cells, Fault, Typed, TypedLine, held};
use crate::app::{
    AppError, Product,
    registers::{self, RegisterView, target},
    steps::file_of,
};

/// A list with more codes is not laid out but searched.
const MOST_OPTIONS: usize = 80;

/// What a control is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// A line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A number, with its unit beside it.
    Number,
    /// A day.
    Date,
    /// Yes, no or unknown.
    YesNo,
    /// One of a list.
    Choice,
    /// Several of a list.
    Choices,
    /// Text with suggestions.
    Pick,
    /// Personal data, which are written and not shown.
    Person,
    /// A file.
    File,
}

/// A control of a form.
#[derive(Clone, Debug)]
pub struct Control {
    /// The field, or `lines.number.field`.
    pub path: String,
    /// What it is called.
    pub title: Text,
    /// What it is.
    pub kind: ControlKind,
    /// Unit beside it.
    pub unit: Option<String>,
    /// Must be filled in.
    pub required: bool,
    /// Takes several.
    pub many: bool,
    /// A hint.
    pub help: Option<Text>,
    /// An example of what may be typed.
    pub example: Option<&'static str>,
    /// Longest text.
    pub most: Option<u32>,
    /// What stands in it.
    pub text: String,
    /// What that was chosen as.
    pub chosen: String,
    /// Options: code, title, whether it is chosen.
    pub options: Vec<(String, Text, bool)>,
    /// Since when the value holds, where that can be said.
    pub from: Option<String>,
    /// Whether something stands there that is not shown.
    pub masked: bool,
    /// Hash and name of the file that is there.
    pub file: Option<(String, String)>,
    /// What does not fit.
    pub fault: Option<Fault>,
}

/// Lines of a form.
#[derive(Clone, Debug)]
pub struct LinesForm {
    /// Which.
    pub id: String,
    /// What they are called.
    pub title: Text,
    /// Heads.
    pub heads: Vec<Control>,
    /// Rows: the line's id and its controls.
    pub rows: Vec<(Option<i64>, Vec<Control>)>,
    /// An empty row, as it is added.
    pub empty: Vec<Control>,
}

/// A form.
#[derive(Clone, Debug)]
pub struct FormView {
    /// The register.
    pub register: RegisterView,
    /// A note for those who enter.
    pub help: Option<Text>,
    /// The record and its version; `None` for a new one.
    pub record: Option<(i64, i64, String)>,
    /// Controls of the record.
    pub controls: Vec<Control>,
    /// Its lines.
    pub lines: Vec<LinesForm>,
}

/// The form of a new record, with what is known already: `given` by field.
///
/// # Errors
/// An unknown register; a right that is missing.
pub async fn blank(
    product: &Product,
    register: &str,
    given: &[(String, String)],
) -> Result<FormView, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let mut typed = Typed::default();
    let mut tx = product.store.read().await?;
    for (id, text) in given {
        let Some(field) = declared.field(id) else {
            continue;
        };
        // A record is given by its id: a link on its own page made it.
        let (text, chosen) = match (target(&product.pack, field), text.parse::<i64>()) {
            (Some(_), Ok(record)) => text_of(&mut tx, product, field, &Value::Int(record)).await?,
            _ => (text.clone(), String::new()),
        };
        typed.own.texts.insert(id.clone(), text);
        typed.own.chosen.insert(id.clone(), chosen);
    }
    drop(tx);
    filled(product, register, None, Some(&typed), &[]).await
}

/// A form over a record, or over none; with what was typed into it, where something was.
///
/// # Errors
/// An unknown register or record; a right that is missing.
pub async fn filled(
    product: &Product,
    register: &str,
    at: Option<i64>,
    typed: Option<&Typed>,
    faults: &[Fault],
) -> Result<FormView, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let record = match at {
        Some(id) => Some(held(product, declared, &scope, id).await?),
        None => None,
    };
    let mut tx = product.store.read().await?;
    let mut whole = match &record {
        Some(record) => typed_of(&mut tx, product, declared, record).await?,
        None => Typed::default(),
    };
    drop(tx);
    if let Some(typed) = typed {
        whole.own.texts.extend(typed.own.texts.clone());
        whole.own.chosen.extend(typed.own.chosen.clone());
        whole.from.extend(typed.from.clone());
        whole.clear.extend(typed.clear.clone());
        whole.lines.extend(typed.lines.clone());
    }
    let own = declared.fields.iter().filter(|it| it.computed.is_none());
    let controls = own.map(|field| {
        let held = record.as_ref().map(|it| it.value(&field.id));
        let mut control = control(product, field, &whole.own, &field.id, held, faults);
        if field.dated {
            control.from = Some(whole.from.get(&field.id).cloned().unwrap_or_default());
        }
        control
    });
    let controls = controls.collect();
    let lines = declared.lines.iter().map(|lines| {
        let fields: Vec<&Field> = lines
            .fields
            .iter()
            .filter(|it| it.computed.is_none())
            .collect();
        let row = |number: &str, cells: &Cells| -> Vec<Control> {
            let fields = fields.iter();
            fields
                .map(|field| {
                    let path = format!("{}.{number}.{}", lines.id, field.id);
                    control(product, field, cells, &path, None, faults)
                })
                .collect()
        };
        let rows = whole.lines.get(&lines.id).into_iter().flatten().enumerate();
        LinesForm {
            id: lines.id.clone(),
            title: lines.title.clone(),
            rows: rows
                .map(|(number, line)| (line.id, row(&number.to_string(), &line.cells)))
                .collect(),
            heads: row("0", &Cells::default()),
            empty: row("__n__", &Cells::default()),
        }
    });
    Ok(FormView {
        register: registers::view(&product.pack, declared, None),
        help: declared.help.clone(),
        record: record
            .as_ref()
            .map(|it| (it.id, it.version, registers::label(declared, it))),
        lines: lines.collect(),
        controls,
    })
}

/// Rows of a form that are records of their own, by `fields`.
pub(in crate::app) fn sheet(
    product: &Product,
    register: &Register,
    id: &str,
    fields: &[&Field],
    rows: &[TypedLine],
    faults: &[Fault],
) -> LinesForm {
    let row = |number: &str, cells: &Cells| -> Vec<Control> {
        let fields = fields.iter();
        fields
            .map(|field| {
                let path = format!("{id}.{number}.{}", field.id);
                control(product, field, cells, &path, None, faults)
            })
            .collect()
    };
    LinesForm {
        id: id.to_owned(),
        title: register.title.clone(),
        heads: row("0", &Cells::default()),
        rows: rows
            .iter()
            .enumerate()
            .map(|(number, line)| (line.id, row(&number.to_string(), &line.cells)))
            .collect(),
        empty: row("__n__", &Cells::default()),
    }
}

/// A record as texts of a form.
async fn typed_of(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    record: &Record,
) -> Result<Typed, AppError> {
    let mut typed = Typed::default();
    for field in &register.fields {
        cell_of(tx, product, field, record.value(&field.id), &mut typed.own).await?;
    }
    for lines in &register.lines {
        let mut rows = Vec::new();
        for line in record.lines.get(&lines.id).into_iter().flatten() {
            rows.push(line_of(tx, product, &lines.fields, line).await?);
        }
        typed.lines.insert(lines.id.clone(), rows);
    }
    Ok(typed)
}

async fn line_of(
    tx: &mut Tx,
    product: &Product,
    fields: &[Field],
    line: &Line,
) -> Result<TypedLine, AppError> {
    let mut typed = TypedLine {
        id: line.id,
        cells: Cells::default(),
    };
    for field in fields {
        let value = line.values.get(&field.id).unwrap_or(&Value::Null);
        cell_of(tx, product, field, value, &mut typed.cells).await?;
    }
    Ok(typed)
}

async fn cell_of(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    value: &Value,
    cells: &mut Cells,
) -> Result<(), AppError> {
    let (text, chosen) = text_of(tx, product, field, value).await?;
    cells.texts.insert(field.id.clone(), text);
    if !chosen.is_empty() {
        cells.chosen.insert(field.id.clone(), chosen);
    }
    Ok(())
}

/// The text that stands for a value in a control, and what it was chosen as.
pub(in crate::app) async fn text_of(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    value: &Value,
) -> Result<(String, String), AppError> {
    let plain = || value.canonical().unwrap_or_default();
    if value.is_null() || field.kind == FieldType::Person {
        return Ok(Default::default());
    }
    if let Some(target) = target(&product.pack, field) {
        let ids: Vec<i64> = match value {
            Value::Int(id) => vec![*id],
            _ => plain()
                .split(';')
                .filter_map(|it| it.parse().ok())
                .collect(),
        };
        let found = list::by_ids(tx, &target.id, &ids).await?;
        let names: Vec<String> = found
            .iter()
            .map(|it| registers::label(target, it))
            .collect();
        let ids: Vec<String> = found.iter().map(|it| it.id.to_string()).collect();
        return Ok((names.join("、"), ids.join(";")));
    }
    Ok(match (&field.kind, value) {
        (FieldType::Region, Value::Text(code)) => {
            let region = code.parse().ok();
            let name = region.map(|it| product.region_name(&it));
            (name.unwrap_or_else(|| code.clone()), code.clone())
        }
        (FieldType::Code { list }, Value::Text(code))
            if !field.many && searched(&product.pack, list) =>
        {
            let item = product.pack.codes.get(list).and_then(|it| it.item(code));
            let title = item.map_or_else(|| code.clone(), |it| it.title.zh.clone());
            (title, code.clone())
        }
        (FieldType::Money, Value::Money(money)) => {
            (money.yuan().normalize().to_string(), String::new())
        }
        _ => (plain(), String::new()),
    })
}

/// Whether a list is too long to be laid out.
fn searched(pack: &Pack, list: &str) -> bool {
    let items = pack.codes.get(list).map(|it| it.items.len());
    items.is_some_and(|it| it > MOST_OPTIONS)
}

fn control(
    product: &Product,
    field: &Field,
    cells: &Cells,
    path: &str,
    held: Option<&Value>,
    faults: &[Fault],
) -> Control {
    let pack = &product.pack;
    let text = cells.texts.get(&field.id).cloned().unwrap_or_default();
    let kind = match &field.kind {
        FieldType::LongText => ControlKind::LongText,
        FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money => ControlKind::Number,
        FieldType::Date => ControlKind::Date,
        FieldType::YesNo => ControlKind::YesNo,
        FieldType::Code { list } if searched(pack, list) => ControlKind::Pick,
        FieldType::Code { .. } if field.many => ControlKind::Choices,
        FieldType::Code { .. } => ControlKind::Choice,
        FieldType::Reference { .. } | FieldType::Organization | FieldType::Region => {
            ControlKind::Pick
        }
        FieldType::Person => ControlKind::Person,
        FieldType::File => ControlKind::File,
        FieldType::Text | FieldType::Period | FieldType::Location | FieldType::Url => {
            ControlKind::Text
        }
    };
    let example = match &field.kind {
        FieldType::Money => Some("12.5万"),
        FieldType::Date => Some("2026-05-12"),
        FieldType::Period => Some("2026H1"),
        FieldType::Location => Some("120.38,36.06"),
        FieldType::Url => Some("https://"),
        _ => None,
    };
    let options = match (&field.kind, kind) {
        (FieldType::Code { list }, ControlKind::Choice | ControlKind::Choices) => {
            let chosen: Vec<&str> = text.split(';').collect();
            let items = pack.codes.get(list).into_iter().flat_map(|it| &it.items);
            items
                .map(|it| (it, chosen.contains(&it.code.as_str())))
                // A code that is no longer offered stays where it stands.
                .filter(|(it, chosen)| !it.retired || *chosen)
                .map(|(it, chosen)| (it.code.clone(), it.title.clone(), chosen))
                .collect()
        }
        _ => Vec::new(),
    };
    Control {
        path: path.to_owned(),
        title: field.title.clone(),
        kind,
        unit: match field.kind {
            FieldType::Money => Some("元".to_owned()),
            _ => field.unit.clone().filter(|it| it != "1"),
        },
        required: field.required,
        many: field.many,
        help: field.help.clone(),
        example,
        most: field.max_length,
        file: (kind == ControlKind::File)
            .then(|| file_of(&text))
            .flatten(),
        masked: kind == ControlKind::Person && held.is_some_and(|it| !it.is_null()),
        chosen: cells.chosen.get(&field.id).cloned().unwrap_or_default(),
        options,
        from: None,
        fault: faults
            .iter()
            .find(|it| it.path == path || it.path.strip_suffix("@from") == Some(path))
            .cloned(),
        text,
    }
}
