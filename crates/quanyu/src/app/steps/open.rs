//! Which steps are open: of one record for its page, of many at once for a list.
//!
//! Invariant: what is open here is what [`super::take`] lets pass, as long as nothing changes in between.

use quanyu_pack::model::{Register, StepKind};
use quanyu_store::{
    duty::Arrived,
    opinion::{self, Opinion},
};

use super::{
    StepView, arrived, guard, hands::Hands, missing, opinions, role_of, state_of, title_of,
};
use crate::app::{AppError, Product, duties, publications, registers};

/// The steps that are open for a record, in the order of the pack.
///
/// # Errors
/// An unknown register or record.
pub async fn offered(
    product: &Product,
    register: &str,
    record: i64,
) -> Result<Vec<StepView>, AppError> {
    let declared = registers::declared(product, register)?;
    if declared.lifecycle.is_none() {
        return Ok(Vec::new());
    }
    let mut tx = product.store.read().await?;
    let found = arrived(&mut tx, declared, record).await?;
    drop(tx);
    let open = open_of(product, declared, std::slice::from_ref(&found)).await?;
    Ok(open.into_iter().next().unwrap_or_default())
}

/// The steps that are open for each of these records of a register. A record that is not kept yet has id 0.
///
/// # Errors
/// The database's; what a guard's expression refuses.
pub(in crate::app) async fn open_of(
    product: &Product,
    declared: &Register,
    all: &[Arrived],
) -> Result<Vec<Vec<StepView>>, AppError> {
    let Some(lifecycle) = &declared.lifecycle else {
        return Ok(vec![Vec::new(); all.len()]);
    };
    let mut tx = product.store.read().await?;
    let hands = Hands::of(&mut tx, product, product.today()).await?;
    let mut each = Vec::with_capacity(all.len());
    for it in all {
        let state = it.record.state.as_deref().unwrap_or_default();
        let asks = lifecycle.from(state).any(|it| !it.opinions.is_empty());
        each.push(match asks {
            true => opinion::of_record(&mut tx, it.record.id).await?,
            false => Vec::new(),
        });
    }
    drop(tx);
    let mut open = Vec::with_capacity(all.len());
    for (it, said) in all.iter().zip(&each) {
        open.push(of_one(product, declared, &hands, it, said).await?);
    }
    Ok(open)
}

async fn of_one(
    product: &Product,
    declared: &Register,
    hands: &Hands,
    arrived: &Arrived,
    said: &[Opinion],
) -> Result<Vec<StepView>, AppError> {
    let Some(lifecycle) = &declared.lifecycle else {
        return Ok(Vec::new());
    };
    let duty = duties::of_record(&product.pack, declared, arrived);
    let since = duty.and_then(|it| it.entered_on.parse().ok());
    let state = arrived.record.state.clone().unwrap_or_default();
    let mut open = Vec::new();
    for it in lifecycle.from(&state) {
        let unmet = match &it.guard {
            Some(rule)
                if !guard::holds(&product.figures, declared, &arrived.record, &rule.value)
                    .await? =>
            {
                Some(rule.value.clone())
            }
            _ => None,
        };
        let asked = opinions::asked(&product.pack, hands, it, arrived, said);
        let against = asked
            .iter()
            .any(|it| it.said.as_ref().is_some_and(|it| !it.agrees));
        let hand = hands.taking(product, declared, it, None, arrived);
        // What waits for a publication is not offered before that has passed.
        let kinds = publications::guards(&product.pack, &declared.id, &it.id);
        let kinds: Vec<String> = kinds.map(|it| it.id.clone()).collect();
        if !kinds.is_empty() {
            let mut tx = product.store.read().await?;
            if !publications::passed(&mut tx, arrived.record.id, &kinds).await? {
                continue;
            }
        }
        // What only its taker may take back is shown to nobody else.
        if it.kind == StepKind::Withdraw && hand.is_none() {
            continue;
        }
        open.push(StepView {
            id: it.id.clone(),
            title: it.title.clone(),
            kind: it.kind,
            aside: it.aside,
            to: state_of(lifecycle, &it.to),
            roles: it
                .role
                .iter()
                .map(|id| role_of(&product.pack, id))
                .collect(),
            hand,
            missing: missing(declared, it, &arrived.record)
                .into_iter()
                .map(|id| (id.to_owned(), title_of(declared, id)))
                .collect(),
            unmet,
            needs_note: it.kind == StepKind::Return || against,
            asked,
            numbers: it.number.is_some(),
            due: duties::due(&product.pack, it, arrived, since),
        });
    }
    Ok(open)
}
