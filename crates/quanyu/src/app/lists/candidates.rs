//! Organizations as a person knows them: those that a row was matched with, and those that a doubtful one may mean.
//!
//! Invariant: nobody is offered an organization that he does not see.
//!
//! Start reading at [`known`].

use std::collections::{BTreeSet, HashMap};

use quanyu_core::{access::Right, region::RegionCode};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx, list as records_list,
    lists::{NameList, NameRow},
    records::Record,
};

use super::{
    AppError, Product,
    find::{self, Asked},
    organizations, registers,
};

/// Candidates of one row that are shown.
const OFFERED: usize = 8;

/// An organization as a person knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its record.
    pub id: i64,
    /// Its name today.
    pub name: String,
    /// The name that is like the one on the list, where that is a former one.
    pub former: Option<String>,
    /// How it differs.
    pub why: Option<String>,
    /// Its credit code.
    pub code: String,
    /// Its street.
    pub street: String,
    /// The street's code.
    pub region: Option<RegionCode>,
}

/// Whom doubtful rows may mean, found anew, so that it is right today.
pub(super) async fn candidates(
    product: &Product,
    list: &NameList,
    rows: &[NameRow],
) -> Result<HashMap<i64, Vec<Candidate>>, AppError> {
    let asked: Vec<Asked> = rows
        .iter()
        .map(|it| Asked::of(&it.cells, list.name_column, list.code_column))
        .collect();
    let answers = find::find(product, &asked).await?;
    let ids = answers.iter().flat_map(|it| &it.hits).map(|it| it.id);
    let mut tx = product.store.read().await?;
    let known = known(product, &mut tx, ids.collect()).await?;
    let found = rows.iter().zip(&answers);
    Ok(found
        .map(|(row, answer)| (row.place, offered(answer, &known)))
        .collect())
}

/// The first of those that a row may mean.
pub(super) fn offered(answer: &find::Answer, known: &HashMap<i64, Candidate>) -> Vec<Candidate> {
    let hits = answer.hits.iter().take(OFFERED);
    let shown = hits.filter_map(|hit| {
        Some(Candidate {
            former: hit.former.then(|| hit.name.clone()),
            why: Some(hit.why.clone()),
            ..known.get(&hit.id)?.clone()
        })
    });
    shown.collect()
}

/// Organizations as people know them, those that the person before us may see.
pub(in crate::app) async fn known(
    product: &Product,
    tx: &mut Tx,
    ids: BTreeSet<i64>,
) -> Result<HashMap<i64, Candidate>, AppError> {
    let register = organizations(product)?;
    let scope = product.may(Right::Read, register)?;
    let ids: Vec<i64> = ids.into_iter().collect();
    let records = records_list::by_ids(tx, &register.id, &ids).await?;
    let seen = records.iter().filter(|it| find::holds(&scope, it));
    Ok(seen
        .map(|it| (it.id, candidate(product, register, it)))
        .collect())
}

fn candidate(product: &Product, register: &Register, record: &Record) -> Candidate {
    let slot = |slot: &str| {
        let field = register.slot(slot)?;
        record.value(&field.id).canonical()
    };
    let region = record.region.parse::<RegionCode>().ok();
    // Whoever has no street of his own has the district's code.
    let region = region.filter(|it| *it != product.pack.region);
    Candidate {
        id: record.id,
        name: slot("name").unwrap_or_else(|| registers::label(register, record)),
        former: None,
        why: None,
        code: slot("uscc").unwrap_or_default(),
        street: region
            .as_ref()
            .map(|it| product.region_name(it))
            .unwrap_or_default(),
        region,
    }
}
