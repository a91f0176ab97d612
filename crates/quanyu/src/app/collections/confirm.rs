//! Confirming: answers become records, of the register that was asked about, or observations that name the request as their source.
//!
//! Owns what is written, in one act with the confirmation. Leaves rows to `quanyu-store`.
//!
//! Invariant: a value that came into a record while it was asked for is never overwritten.
//!
//! Start reading at [`confirm`].

use std::collections::BTreeMap;

use futures::FutureExt;
use quanyu_core::{access::Right, text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Indicator, Register};
use quanyu_store::{
    Act, StoreError, Tx,
    collections::{self as kept, Collection, CollectionCell, Party},
    records::{self, Draft},
};
use rust_decimal::Decimal;

use super::{
    AppError, CollectionRefusal, Product, Subject, answer, ask, need_manager, party, subject,
};
use crate::{
    app::{lists::ListRefusal, names::NameMap, registers},
    messages,
};

/// A record that is written.
#[derive(Clone, Debug)]
struct Write {
    register: String,
    /// What it is called, for a refusal.
    label: String,
    /// The record that is there.
    record: Option<i64>,
    /// The key by which a record may be there.
    key: Vec<Value>,
    values: BTreeMap<String, Value>,
    /// Whether values that are there stay: the record was asked about because they were missing.
    only_missing: bool,
}

/// Confirms what a party reported; how many records were made or changed.
///
/// # Errors
/// Without the right to confirm; where it has not reported; a record that holds a value meanwhile.
pub async fn confirm(product: &Product, id: i64, place: i64) -> Result<usize, AppError> {
    need_manager(product, id)?;
    let mut tx = product.store.read().await?;
    let (collection, found) = party(product, &mut tx, id, place).await?;
    let not_reported = CollectionRefusal::NotReported {
        party: found.title.clone(),
    };
    if found.state != "reported" {
        return Err(not_reported.into());
    }
    let cells = kept::cells(&mut tx, id, Some(place)).await?;
    let writes = match subject(product, &collection)? {
        Subject::Indicators(all) => {
            let part = "observation";
            let register = product
                .pack
                .playing(part)
                .ok_or(AppError::List(ListRefusal::NoPart { part }))?;
            product.may(Right::Confirm, register)?;
            observations(product, register, &collection, &found, &all, &cells)
        }
        Subject::Rows(register, fields) => {
            product.may(Right::Confirm, register)?;
            let rows = Rows {
                register,
                fields: &fields,
                collection: &collection,
                party: &found,
            };
            rows.writes(product, &mut tx, &cells).await?
        }
    };
    drop(tx);
    let titles: BTreeMap<(String, String), quanyu_core::text::Text> = writes
        .iter()
        .filter_map(|it| product.pack.registers.get(&it.register))
        .flat_map(|register| {
            register
                .fields
                .iter()
                .map(|it| ((register.id.clone(), it.id.clone()), it.title.clone()))
        })
        .collect();
    let count = writes.len();
    product
        .store
        .act::<_, (), AppError>(&product.actor(), move |act| {
            let (writes, titles, not_reported) =
                (writes.clone(), titles.clone(), not_reported.clone());
            async move {
                // Somebody else may have confirmed it, or sent it back.
                if kept::state(act, id, place).await?.as_deref() != Some("reported") {
                    return Err(not_reported.into());
                }
                // The party entered it; whoever confirms it need not be one who enters the register.
                act.everywhere();
                for write in &writes {
                    one(act, write, &titles).await?;
                }
                kept::confirm(act, id, place, writes.len()).await?;
                Ok::<_, AppError>(())
            }
            .boxed()
        })
        .await?;
    Ok(count)
}

async fn one(
    act: &mut Act,
    write: &Write,
    titles: &BTreeMap<(String, String), quanyu_core::text::Text>,
) -> Result<(), AppError> {
    let known = match write.record {
        Some(id) => records::get(&mut act.tx, &write.register, id).await?,
        None if write.key.is_empty() => None,
        None => records::by_key(&mut act.tx, &write.register, &write.key).await?,
    };
    let draft = Draft::new(write.values.clone());
    let Some(known) = known else {
        if let Some(record) = write.record {
            // It was removed while it was asked about.
            let register = write.register.clone();
            return Err(StoreError::NoRecord { register, record }.into());
        }
        records::create(act, &write.register, &draft).await?;
        return Ok(());
    };
    if write.only_missing {
        for (field, value) in &write.values {
            let held = known.value(field);
            if !held.is_null() && held != value {
                let title = titles.get(&(write.register.clone(), field.clone()));
                return Err(CollectionRefusal::Moved {
                    label: write.label.clone(),
                    field: title.cloned().unwrap_or_default(),
                }
                .into());
            }
        }
    }
    records::update(act, &write.register, known.id, known.version, &draft).await?;
    Ok(())
}

/// An observation for each indicator that was answered.
fn observations(
    product: &Product,
    register: &Register,
    collection: &Collection,
    party: &Party,
    all: &[&Indicator],
    cells: &[CollectionCell],
) -> Vec<Write> {
    let mut writes = Vec::new();
    for cell in cells {
        let indicator = usize::try_from(cell.item).ok().and_then(|it| all.get(it));
        let value = cell
            .value
            .as_deref()
            .and_then(|it| it.parse::<Decimal>().ok());
        let (Some(indicator), Some(value)) = (indicator, value) else {
            continue;
        };
        let mut values = BTreeMap::new();
        let mut put = |slot: &str, value: Option<Value>| {
            if let (Some(field), Some(value)) = (register.slot(slot), value) {
                values.insert(field.id.clone(), clipped(field, value));
            }
        };
        put("indicator", Some(Value::text(indicator.id.clone())));
        put("measure", Some(Value::text("value")));
        put("period", Some(Value::text(collection.period.clone())));
        put("value", Some(Value::Decimal(value)));
        put("body", Some(Value::text(party.title.clone())));
        put(
            "document",
            Some(Value::text(format!(
                "{}（报数{}）",
                collection.title, collection.id
            ))),
        );
        put("status", collection.status.clone().map(Value::Text));
        put("region", party.region.clone().map(Value::Text));
        put("date", Some(Value::Date(product.today())));
        put("note", cell.reason.clone().map(Value::Text));
        put("scan", party.file.clone().map(Value::Text));
        let key: Vec<Value> = register
            .key
            .iter()
            .map(|it| values.get(it).cloned().unwrap_or(Value::Null))
            .collect();
        writes.push(Write {
            register: register.id.clone(),
            label: indicator.title.zh.clone(),
            record: None,
            key: if key.iter().any(Value::is_null) {
                Vec::new()
            } else {
                key
            },
            values,
            only_missing: false,
        });
    }
    writes
}

/// A text as long as its field takes, a number as precise.
fn clipped(field: &Field, value: Value) -> Value {
    match (&field.kind, value) {
        (FieldType::Decimal { scale }, Value::Decimal(value)) => {
            Value::Decimal(value.round_dp(u32::from(*scale)))
        }
        (FieldType::Text | FieldType::LongText, Value::Text(text)) => {
            let most = field.max_length.map_or(500, |it| it as usize);
            Value::Text(text.chars().take(most).collect())
        }
        (_, value) => value,
    }
}

/// Rows of a register that were answered.
struct Rows<'a> {
    register: &'a Register,
    fields: &'a [&'a Field],
    collection: &'a Collection,
    party: &'a Party,
}

impl Rows<'_> {
    async fn writes(
        &self,
        product: &Product,
        tx: &mut Tx,
        cells: &[CollectionCell],
    ) -> Result<Vec<Write>, AppError> {
        let mut by_line: BTreeMap<i64, Vec<&CollectionCell>> = BTreeMap::new();
        for cell in cells.iter().filter(|it| it.value.is_some()) {
            by_line.entry(cell.line).or_default().push(cell);
        }
        let mut names = NameMap::default();
        let mut writes = Vec::new();
        for cells in by_line.values() {
            let mut values = BTreeMap::new();
            for cell in cells {
                let item = usize::try_from(cell.item).unwrap_or(usize::MAX);
                let (Some(field), Some(text)) = (self.fields.get(item), &cell.value) else {
                    continue;
                };
                let read = answer::value(product, tx, field, text, &mut names).await?;
                let value = read.map_err(|fault| {
                    let told = |language| messages::text(language, fault.code, &fault.facts).0;
                    AppError::BadCell {
                        field: field.title.clone(),
                        text: text.clone(),
                        zh: told(Language::Zh),
                        en: told(Language::En),
                    }
                })?;
                values.insert(field.id.clone(), value);
            }
            let record = cells.first().and_then(|it| it.record);
            if record.is_none() {
                self.fill_in(product, &mut values);
            }
            let label = match record {
                Some(id) => {
                    let found = records::get(tx, &self.register.id, id).await?;
                    found
                        .map(|it| registers::label(self.register, &it))
                        .unwrap_or_default()
                }
                None => String::new(),
            };
            writes.push(Write {
                register: self.register.id.clone(),
                label,
                record,
                key: Vec::new(),
                values,
                only_missing: record.is_some(),
            });
        }
        Ok(writes)
    }

    /// What a new record has of the party and the request.
    fn fill_in(&self, product: &Product, values: &mut BTreeMap<String, Value>) {
        let own = self
            .party
            .region
            .as_ref()
            .filter(|it| *it != product.pack.region.as_str());
        if let (Some(field), Some(region)) = (&self.register.region, own) {
            values
                .entry(field.clone())
                .or_insert_with(|| Value::text(region.clone()));
        }
        if let (Some(field), Some(id)) = (ask::link(self.register), self.party.organization) {
            values.entry(field.id.clone()).or_insert(Value::Int(id));
        }
        let period = self
            .register
            .fields
            .iter()
            .find(|it| it.kind == FieldType::Period);
        if let Some(field) = ask::period_field(self.register).or(period) {
            let period = Value::text(self.collection.period.clone());
            values.entry(field.id.clone()).or_insert(period);
        }
    }
}
