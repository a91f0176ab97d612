//! Values as people type them into a form: each read as its field reads a cell of a workbook.

use std::collections::BTreeMap;

use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::Register;

use crate::{
    app::{
        AppError, Product,
        cells::{self, Input},
        imports,
        names::NameMap,
    },
    messages,
};

/// Values by field. An empty text makes the field unknown.
pub(in crate::app) async fn values(
    product: &Product,
    register: &Register,
    texts: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, AppError> {
    let mut values = BTreeMap::new();
    let mut names = NameMap::default();
    let mut tx = product.store.read().await?;
    for (id, text) in texts {
        let field = register.field(id).ok_or_else(|| {
            let valid = register.fields.iter().map(|it| it.id.as_str());
            AppError::not_found("field", id, valid)
        })?;
        if text.trim().is_empty() && !field.required {
            values.insert(id.clone(), Value::Null);
            continue;
        }
        let named = imports::named_by(&product.pack, field, text);
        names.look_up(&mut tx, &product.pack, &named).await?;
        let read = cells::read(
            &product.pack,
            field,
            &Input::Text(text.clone()),
            None,
            &names,
        );
        let value = read.map_err(|fault| {
            let told = |language| messages::text(language, fault.code, &fault.facts).0;
            AppError::BadCell {
                field: field.title.clone(),
                text: text.clone(),
                zh: told(Language::Zh),
                en: told(Language::En),
            }
        })?;
        values.insert(id.clone(), value);
    }
    Ok(values)
}
