//! What binds the handing in of a filing, whoever does it and by whatever page or program.
//!
//! Owns the two things that no field and no guard can say: that a call is open, and that a number which moved much has its reason.
//!
//! Start reading at [`fits`].

use std::collections::BTreeMap;

use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::{Filing, FilingKind, Register};
use quanyu_store::{records::Record, step};
use rust_decimal::Decimal;

use super::{FilingRefusal, call_of, calls, of_register, origins::Origin, period_of};
use crate::app::{AppError, Product, collections::grid, who::organization_of};

/// Whether a record may be handed in: asked by the step that does it, inside its act.
pub(in crate::app) async fn fits(
    product: &Product,
    register: &Register,
    step: &str,
    after: &Record,
) -> Result<(), AppError> {
    let Some(filing) = of_register(product, &register.id).filter(|it| it.submit == step) else {
        return Ok(());
    };
    is_open(product, filing, register, after).await?;
    let Some(jump) = &filing.jump else {
        return Ok(());
    };
    let reason = after.value(&jump.reason).as_text().unwrap_or_default();
    if !reason.trim().is_empty() {
        return Ok(());
    }
    let moved = moved(product, filing, register, after).await?;
    if moved.is_empty() {
        return Ok(());
    }
    let title = |id: &str| register.field(id).map(|it| it.title.clone());
    Err(FilingRefusal::Jump {
        fields: moved.keys().filter_map(|it| title(it)).collect(),
        percent: jump.percent,
        reason: title(&jump.reason).unwrap_or_default(),
    }
    .into())
}

/// Fields whose numbers moved by more than the filing takes without a reason, each with its change as a fraction.
pub(super) async fn moved(
    product: &Product,
    filing: &Filing,
    register: &Register,
    record: &Record,
) -> Result<BTreeMap<String, Decimal>, AppError> {
    let (Some(jump), Some(firm)) = (&filing.jump, organization_of(register, record)) else {
        return Ok(BTreeMap::new());
    };
    let period = period_of(register).and_then(|it| record.value(&it.id).canonical());
    let period = period.as_deref();
    let but = Some(record.id);
    let language = Language::Zh;
    let known =
        super::origins::origins(product, firm, filing, register, period, but, language).await?;
    let moved = known.into_iter().filter_map(|(field, origin)| {
        let change = change(&origin, record.value(&field))?;
        grid::jumps(change, jump.percent).then_some((field, change))
    });
    Ok(moved.collect())
}

/// By how much a number moved from that of the period before.
pub(super) fn change(origin: &Origin, value: &Value) -> Option<Decimal> {
    let number = matches!(value, Value::Int(_) | Value::Decimal(_) | Value::Money(_));
    if !origin.before || !number {
        return None;
    }
    grid::moved(
        origin.value.canonical().as_deref(),
        value.canonical().as_deref(),
    )
}

/// Somebody of a firm hands in for the first time only while a call is open; what came back is mended also after it.
async fn is_open(
    product: &Product,
    filing: &Filing,
    register: &Register,
    record: &Record,
) -> Result<(), AppError> {
    if !filing.called || !product.of_firms() {
        return Ok(());
    }
    let mut tx = product.store.read().await?;
    if !step::of_record(&mut tx, record.id).await?.is_empty() {
        return Ok(());
    }
    drop(tx);
    let today = product.today();
    let period = period_of(register).and_then(|it| record.value(&it.id).canonical());
    let answered = call_of(product, register).and_then(|it| record.value(&it.id).as_int());
    let open = calls(product, today).await?.into_iter().any(|(id, call)| {
        let (from, to) = call.days;
        let same = match filing.kind {
            FilingKind::Yearly => call.period.is_none() || call.period == period,
            FilingKind::Application => answered.is_none_or(|it| it == call.id),
        };
        let open = from.is_none_or(|it| it <= today) && to.is_none_or(|it| it >= today);
        id == filing.id && same && open
    });
    if open {
        return Ok(());
    }
    Err(FilingRefusal::NotOpen {
        filing: filing.title.clone(),
    }
    .into())
}
