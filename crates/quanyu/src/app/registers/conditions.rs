//! Conditions of a list as people type them, and as a page sends them.
//!
//! Owns which operators a type of field has and what they mean. A condition that makes no sense is told and left out.
//!
//! Operators: `is` (several of them: any of these), `not`, `has`, `from`, `to`, `known`, `unknown`. Besides fields a condition may be
//! about `@state` and `@batch`.
//!
//! Start reading at [`conditions`].

use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self as rows, Filter, Op, Query},
};

use super::{list::field_of, target};
use crate::app::{
    AppError, Product,
    cells::{self, CellFault},
    names::NameMap,
};

/// Conditions on values that nobody sees have no place in a list.
const HIDDEN: &str = "cell_person_filter";

/// Conditions, and what makes no sense: field and why, in words.
type Understood = (Vec<Filter>, Vec<(String, String)>);

/// Conditions as people type them; those that make no sense are told and left out.
pub(super) async fn conditions(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    wished: &[(String, String, String)],
    language: Language,
) -> Result<Understood, AppError> {
    let (mut filters, mut faults) = (Vec::<Filter>::new(), Vec::new());
    for (id, op, text) in wished.iter().filter(|(_, _, text)| !text.trim().is_empty()) {
        let read = match system(register, id, op, text.trim()) {
            Some(read) => read,
            None => {
                let field = field_of(register, id)?;
                condition(product, tx, field, op, text.trim()).await?
            }
        };
        match read {
            Ok(op) => any_of(&mut filters, id, op),
            Err(fault) => faults.push((
                id.clone(),
                crate::messages::text(language, fault.code, &fault.facts).0,
            )),
        }
    }
    Ok((filters, faults))
}

/// Several values of one field that a record is to have are any of them: it has only one.
fn any_of(filters: &mut Vec<Filter>, id: &str, op: Op) {
    let values = |op: &Op| match op {
        Op::Eq(value) => Some(vec![value.clone()]),
        Op::In(values) => Some(values.clone()),
        _ => None,
    };
    let earlier = filters
        .iter_mut()
        .find(|it| it.field == id && values(&it.op).is_some());
    match (earlier, values(&op)) {
        (Some(earlier), Some(more)) => {
            let mut all = values(&earlier.op).unwrap_or_default();
            all.extend(more);
            earlier.op = Op::In(all);
        }
        _ => filters.push(Filter::new(id, op)),
    }
}

/// A condition on what every record has.
fn system(register: &Register, id: &str, op: &str, text: &str) -> Option<Result<Op, CellFault>> {
    let wrong = || CellFault {
        code: "typed_not_a_number",
        facts: vec![("text", text.to_owned())],
    };
    match id {
        "@batch" => Some(
            text.parse()
                .map(|it| Op::Eq(Value::Int(it)))
                .map_err(|_| wrong()),
        ),
        "@state" => {
            let states = register.lifecycle.iter().flat_map(|it| &it.states);
            let id = states
                .clone()
                .find(|it| it.id == text || it.title.zh == text)
                .map_or_else(|| text.to_owned(), |it| it.id.clone());
            let value = Value::Text(id);
            Some(Ok(if op == "not" {
                Op::Ne(value)
            } else {
                Op::Eq(value)
            }))
        }
        _ => None,
    }
}

async fn condition(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    op: &str,
    text: &str,
) -> Result<Result<Op, CellFault>, AppError> {
    let pack = &product.pack;
    let has = op == "has";
    match op {
        "known" => return Ok(Ok(Op::Known)),
        "unknown" => return Ok(Ok(Op::Unknown)),
        _ => {}
    }
    match &field.kind {
        FieldType::Person => {
            let facts = vec![("text", text.to_owned())];
            return Ok(Err(CellFault {
                code: HIDDEN,
                facts,
            }));
        }
        FieldType::Text
        | FieldType::LongText
        | FieldType::Url
        | FieldType::Location
        | FieldType::File
            if has =>
        {
            return Ok(Ok(Op::Contains(text.to_owned())));
        }
        FieldType::Organization | FieldType::Reference { .. } => {
            // A record's own page links to those that refer to it, by its number.
            if let (false, Ok(id)) = (has, text.parse::<i64>()) {
                return Ok(Ok(if field.many {
                    Op::Has(id.to_string())
                } else {
                    Op::Eq(Value::Int(id))
                }));
            }
            return Ok(Ok(referred(product, tx, field, text).await?));
        }
        FieldType::Region => {
            let region = product.region(Some(text));
            return Ok(region
                .map(|it| Op::Starts(it.to_string()))
                .map_err(|_| CellFault {
                    code: "cell_unknown_region",
                    facts: vec![("text", text.to_owned())],
                }));
        }
        _ => {}
    }
    // A condition asks for one value, and bounds of the field do not bind it.
    let lone = Field {
        many: false,
        required: false,
        min: None,
        max: None,
        ..field.clone()
    };
    let value = match cells::read(
        pack,
        &lone,
        &cells::Input::Text(text.to_owned()),
        None,
        &NameMap::default(),
    ) {
        Ok(value) => value,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(Ok(match op {
        _ if field.many => Op::Has(value.canonical().unwrap_or_default()),
        "not" => Op::Ne(value),
        "from" => Op::Ge(value),
        "to" => Op::Le(value),
        _ => Op::Eq(value),
    }))
}

/// Records whose reference is called so: at most a thousand of them are looked for.
async fn referred(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    text: &str,
) -> Result<Op, AppError> {
    let Some(target) = target(&product.pack, field) else {
        return Ok(Op::In(Vec::new()));
    };
    let query = Query {
        filters: vec![Filter::new(
            target.label.clone(),
            Op::Contains(text.to_owned()),
        )],
        limit: 1_000,
        ..Query::default()
    };
    let found = rows::list(tx, &target.id, &query).await?;
    Ok(Op::In(
        found.records.iter().map(|it| Value::Int(it.id)).collect(),
    ))
}
