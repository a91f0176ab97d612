//! What was typed becomes a draft, or faults in their places.
//!
//! Owns choices made from suggestions, files that a form names again, personal data that nobody sees, days without a year.
//! Leaves everything a workbook can hold as well to [`crate::app::cells`].
//!
//! Invariant: a choice counts only where its text still stands beside it, so that a text typed over a choice is read anew.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{region::RegionCode, text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    StoreError, Tx, list,
    records::{Draft, Line, Record, Span},
    upload,
};

use super::{Cells, Fault, Typed, days};
use crate::app::{
    AppError, Product,
    cells::{self, CellFault, Input, Names as _, PARTING},
    files::FileRefusal,
    imports::named_by,
    names::NameMap,
    registers::{self, target},
    steps::file_of,
};

/// A form that was read.
#[derive(Debug, Default)]
pub struct Checked {
    /// What the record shall say.
    pub draft: Draft,
    /// What does not fit.
    pub faults: Vec<Fault>,
}

/// What a single cell was understood as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Understood {
    /// In words, where they say more than was typed.
    As(Option<String>),
    /// It does not fit.
    Not(Fault),
}

/// Reads one cell of a form, for whoever is still typing.
///
/// # Errors
/// An unknown register or field; the database's.
pub async fn check_field(
    product: &Product,
    register: &str,
    path: &str,
    cells: &Cells,
    language: Language,
) -> Result<Understood, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(quanyu_core::access::Right::Enter, declared)?;
    let field = field_at(declared, path)?;
    if field.kind == FieldType::File {
        return Ok(Understood::As(None));
    }
    let mut reading = Reading::new(product).await?;
    let value = reading.cell(field, cells, None, path).await?;
    if let Some(fault) = reading.faults.pop() {
        return Ok(Understood::Not(fault));
    }
    let Some(value) = value.filter(|it| !it.is_null()) else {
        return Ok(Understood::As(None));
    };
    if field.kind == FieldType::Person {
        return Ok(Understood::As(None));
    }
    let typed = cells
        .texts
        .get(&field.id)
        .map(String::as_str)
        .unwrap_or_default();
    let said = said(&mut reading.tx, product, field, &value, language).await?;
    Ok(Understood::As(said.filter(|it| it != typed.trim())))
}

/// What a value says beyond what was typed: money written out, a day with its weekday, the code beside a name.
async fn said(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    value: &Value,
    language: Language,
) -> Result<Option<String>, AppError> {
    let plain = cells::say(&product.pack, field, value, language);
    Ok(match (&field.kind, value) {
        (FieldType::Money, _) => Some(format!("{plain} 元")),
        (FieldType::Integer | FieldType::Decimal { .. }, _) => Some(plain),
        (FieldType::Date, Value::Date(day)) => Some(format!("{plain} {}", weekday(*day, language))),
        (FieldType::Period | FieldType::YesNo | FieldType::Location, _) => Some(plain),
        (FieldType::Region, Value::Text(code)) => Some(format!("{plain} {code}")),
        (_, Value::Int(id)) if target(&product.pack, field).is_some() => {
            let target = target(&product.pack, field).expect("it was looked at in the guard");
            let found = list::by_ids(tx, &target.id, &[*id]).await?;
            found
                .first()
                .map(|it| super::pick::note(product, target, it))
        }
        _ => None,
    })
}

fn weekday(day: Date, language: Language) -> &'static str {
    let place = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    match language {
        Language::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][place],
        Language::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][place],
    }
}

/// The field of a path: its id, or `lines.number.id`.
pub(super) fn field_at<'a>(register: &'a Register, path: &str) -> Result<&'a Field, AppError> {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let found = match parts.next_back() {
        None => register.field(first),
        // Rows of several records at once.
        Some(field) if first == crate::app::quick::ROW => register.field(field),
        Some(field) => {
            let lines = register.lines.iter().find(|it| it.id == first);
            lines.and_then(|it| it.fields.iter().find(|it| it.id == field))
        }
    };
    found.ok_or_else(|| {
        let valid = register.fields.iter().map(|it| it.id.as_str());
        AppError::not_found("field", path, valid)
    })
}

/// Reads a whole form over the record that is there.
pub(in crate::app) async fn check(
    product: &Product,
    register: &Register,
    old: Option<&Record>,
    typed: &Typed,
) -> Result<Checked, AppError> {
    let mut reading = Reading::new(product).await?;
    let mut draft = Draft::default();
    for field in register.fields.iter().filter(|it| it.computed.is_none()) {
        let was = old.map(|it| it.value(&field.id));
        if typed.clear.contains(&field.id) && !field.required {
            draft.values.insert(field.id.clone(), Value::Null);
            continue;
        }
        // A field that the form does not have stays; of a new record it is empty.
        let absent = !typed.own.texts.contains_key(&field.id);
        if absent && (old.is_some() || !field.required) {
            continue;
        }
        if let Some(value) = reading.cell(field, &typed.own, was, &field.id).await? {
            draft.values.insert(field.id.clone(), value);
        }
        let from = typed.from.get(&field.id).map(|it| it.trim());
        if let Some(from) = from.filter(|it| field.dated && !it.is_empty())
            && let Some(day) = reading.day_from(&field.id, from)
            && draft.values.contains_key(&field.id)
        {
            let span = Span {
                from: Some(day),
                to: None,
            };
            draft.spans.insert(field.id.clone(), span);
        }
    }
    for lines in &register.lines {
        let Some(rows) = typed.lines.get(&lines.id) else {
            continue;
        };
        let mut kept = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let nothing = row.cells.texts.values().all(|it| it.trim().is_empty());
            // A row that nobody filled in is none.
            if nothing {
                continue;
            }
            let mut line = Line::default();
            line.id = row.id;
            let was = old
                .and_then(|it| it.lines.get(&lines.id))
                .and_then(|it| it.iter().find(|it| it.id.is_some() && it.id == row.id));
            for field in lines.fields.iter().filter(|it| it.computed.is_none()) {
                let path = format!("{}.{number}.{}", lines.id, field.id);
                let was = was.and_then(|it| it.values.get(&field.id));
                if let Some(value) = reading.cell(field, &row.cells, was, &path).await? {
                    line.values.insert(field.id.clone(), value);
                }
            }
            kept.push(line);
        }
        draft.lines.insert(lines.id.clone(), kept);
    }
    Ok(Checked {
        draft,
        faults: reading.faults,
    })
}

struct Reading<'a> {
    product: &'a Product,
    tx: Tx,
    names: NameMap,
    faults: Vec<Fault>,
    today: Date,
}

impl<'a> Reading<'a> {
    async fn new(product: &'a Product) -> Result<Self, AppError> {
        Ok(Self {
            product,
            tx: product.store.read().await?,
            names: NameMap::default(),
            faults: Vec::new(),
            today: product.today(),
        })
    }

    fn fault(&mut self, path: &str, fault: CellFault) {
        self.faults.push(Fault {
            path: path.to_owned(),
            fault,
            record: None,
        });
    }

    /// The first day of a dated value.
    fn day_from(&mut self, field: &str, text: &str) -> Option<Date> {
        let path = format!("{field}@from");
        let read = match days::near(text, self.today) {
            Some(day) => Ok(Some(day)),
            None => quanyu_core::typed::day(text),
        };
        match read {
            Ok(Some(day)) if day > self.today => {
                let facts = vec![("text", text.to_owned())];
                let code = "entry_begins_later";
                self.fault(&path, CellFault { code, facts });
                None
            }
            Ok(day) => day,
            Err(error) => {
                self.fault(&path, error.into());
                None
            }
        }
    }

    /// The value of a cell; `None` where it has a fault or stays as it is.
    async fn cell(
        &mut self,
        field: &Field,
        cells: &Cells,
        was: Option<&Value>,
        path: &str,
    ) -> Result<Option<Value>, AppError> {
        let text = cells
            .texts
            .get(&field.id)
            .map(String::as_str)
            .unwrap_or_default();
        let held = was.is_some_and(|it| !it.is_null());
        match field.kind {
            // Nobody sees what stands there, so that an empty box says nothing.
            FieldType::Person if text.trim().is_empty() && held => return Ok(None),
            FieldType::File => return self.file(field, text, was, path).await,
            _ => {}
        }
        let chosen = cells
            .chosen
            .get(&field.id)
            .map(String::as_str)
            .unwrap_or_default();
        let pack = &self.product.pack;
        let read = match choice(pack, field, text, chosen) {
            Some(value) => Ok(value),
            None if target(pack, field).is_some() => self.reference(field, text, chosen).await?,
            None if field.kind == FieldType::Date => match days::near(text, self.today) {
                Some(day) => Ok(Value::Date(day)),
                None => self.plain(field, text),
            },
            None => self.plain(field, text),
        };
        match read {
            Ok(value) => Ok(Some(value)),
            Err(fault) => {
                self.fault(path, fault);
                Ok(None)
            }
        }
    }

    fn plain(&self, field: &Field, text: &str) -> Result<Value, CellFault> {
        let input = Input::Text(text.to_owned());
        cells::read(&self.product.pack, field, &input, None, &self.names)
    }

    /// Records by what they are called: first those that were chosen under just this name.
    async fn reference(
        &mut self,
        field: &Field,
        text: &str,
        chosen: &str,
    ) -> Result<Result<Value, CellFault>, AppError> {
        let product = self.product;
        let Some(target) = target(&product.pack, field) else {
            return Ok(self.plain(field, text));
        };
        let ids: Vec<i64> = chosen.split(';').filter_map(|it| it.parse().ok()).collect();
        let records = list::by_ids(&mut self.tx, &target.id, &ids).await?;
        let by_name: BTreeMap<String, i64> = records
            .iter()
            .map(|it| (registers::label(target, it), it.id))
            .collect();
        if !field.many {
            if let Some(id) = by_name.get(text.trim()) {
                return Ok(Ok(Value::Int(*id)));
            }
            let named = named_by(&product.pack, field, text);
            self.names
                .look_up(&mut self.tx, &product.pack, &named)
                .await?;
            return Ok(self.plain(field, text));
        }
        let named = named_by(&product.pack, field, text);
        self.names
            .look_up(&mut self.tx, &product.pack, &named)
            .await?;
        let mut kept: Vec<String> = Vec::new();
        for part in text
            .split(PARTING)
            .map(str::trim)
            .filter(|it| !it.is_empty())
        {
            let id = match by_name.get(part) {
                Some(id) => *id,
                None => match self.names.find(&target.id, part) {
                    cells::Found::One(id) => id,
                    _ => {
                        let lone = Field {
                            many: false,
                            ..field.clone()
                        };
                        return Ok(self.plain(&lone, part));
                    }
                },
            };
            let id = id.to_string();
            if !kept.contains(&id) {
                kept.push(id);
            }
        }
        if kept.is_empty() {
            return Ok(self.plain(field, ""));
        }
        Ok(Ok(Value::Text(format!(";{};", kept.join(";")))))
    }

    /// A file that the record holds, or that this person sent before.
    async fn file(
        &mut self,
        field: &Field,
        text: &str,
        was: Option<&Value>,
        path: &str,
    ) -> Result<Option<Value>, AppError> {
        let text = text.trim();
        if text.is_empty() {
            if field.required {
                let code = "cell_required";
                self.fault(
                    path,
                    CellFault {
                        code,
                        facts: Vec::new(),
                    },
                );
                return Ok(None);
            }
            return Ok(Some(Value::Null));
        }
        if was.and_then(Value::as_text) == Some(text) {
            return Ok(Some(Value::Text(text.to_owned())));
        }
        let (hash, name) = file_of(text).unwrap_or_default();
        let actor = self.product.actor();
        if upload::sent(&mut self.tx, &hash, actor.as_str()).await? {
            return Ok(Some(Value::Text(text.to_owned())));
        }
        let refusal = FileRefusal::NotSent { name };
        let fault = CellFault {
            code: refusal.code(),
            facts: refusal.facts(),
        };
        self.fault(path, fault);
        Ok(None)
    }
}

/// A region or a code that was chosen under just this name.
fn choice(pack: &Pack, field: &Field, text: &str, chosen: &str) -> Option<Value> {
    let text = text.trim();
    if chosen.is_empty() || text.is_empty() || field.many {
        return None;
    }
    match &field.kind {
        FieldType::Region => {
            let code: RegionCode = chosen.parse().ok()?;
            let region = pack.regions.get(&code)?;
            (region.name == text).then(|| Value::Text(code.to_string()))
        }
        FieldType::Code { list } => {
            let item = pack.codes.get(list)?.item(chosen)?;
            let same = item.title.zh == text || item.title.en.as_deref() == Some(text);
            same.then(|| Value::Text(item.code.clone()))
        }
        _ => None,
    }
}

/// What the store refused, in its place on the form.
pub(in crate::app) fn placed(register: &Register, error: &StoreError) -> Option<Fault> {
    let known = |id: &str| register.field(id).is_some();
    match error {
        StoreError::Taken {
            fields,
            value,
            record,
            ..
        } => {
            let field = fields.split(',').find(|it| known(it))?;
            let title = register.field(field)?.title.zh.clone();
            Some(Fault {
                path: field.to_owned(),
                fault: CellFault {
                    code: "entry_taken",
                    facts: vec![("value", value.clone()), ("field", title)],
                },
                record: Some(*record),
            })
        }
        StoreError::Missing { field, .. } if known(field) => Some(Fault {
            path: field.clone(),
            fault: CellFault {
                code: "cell_required",
                facts: Vec::new(),
            },
            record: None,
        }),
        StoreError::WrongValue { field, value, .. } if known(field) => Some(Fault {
            path: field.clone(),
            fault: CellFault {
                code: "entry_not_held",
                facts: vec![("text", value.clone())],
            },
            record: None,
        }),
        _ => None,
    }
}
