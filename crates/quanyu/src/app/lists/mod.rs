//! 名单比对: a list with names becomes a list of organizations, and what is done with one.
//!
//! Owns the acts: a list kept and matched, doubts settled, names remembered, counted by street, compared with another list.
//! Leaves reading files to [`read`], the names of all organizations to [`names`], matching to [`find`], columns fetched for a
//! list to [`fetch`], qualifications written from it to [`qualify`], likeness to `quanyu_core::lists`.
//!
//! Invariant: an organization that the person before us may not see is matched with nothing; a list is seen by whoever made
//! it and by those who see all organizations.
//!
//! Start reading at [`create`].

mod candidates;
mod difference;
pub mod fetch;
pub mod find;
pub mod names;
pub mod qualify;
pub mod read;
mod refusal;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use futures::FutureExt;
use quanyu_core::{
    access::{Right, Scope},
    lists::form::plain,
    region::RegionCode,
};
use quanyu_pack::model::Register;
use quanyu_store::{
    StoreError,
    lists::{self as kept, Found, NameRow, NewList},
};

use super::{AppError, Product, documents::file_of, registers};
pub use candidates::Candidate;
pub(super) use candidates::known;
use candidates::{candidates, offered};
use difference::twice;
pub use difference::{Difference, Entry, difference};
use find::Asked;
pub use quanyu_store::lists::{Counts, NameList};
pub use read::Sheet;
pub use refusal::ListRefusal;

/// Rows of a page.
pub const PAGE: u32 = 100;
/// Lists that are offered.
const LISTED: u32 = 50;
/// Rows read for what concerns a whole list.
const ALL: u32 = 1_000_000;

/// A list with a page of its rows.
#[derive(Clone, Debug)]
pub struct ListView {
    /// The list.
    pub list: NameList,
    /// Rows by status.
    pub counts: Counts,
    /// A page of rows.
    pub rows: Vec<RowView>,
    /// The place that the next page begins at.
    pub next: Option<i64>,
    /// Matched rows by street: code, name, how many. Organizations without one come last, under no code.
    pub streets: Vec<(Option<RegionCode>, String, usize)>,
    /// Doubtful rows that have one candidate only.
    pub sole: usize,
    /// Names that stand several times on the list: of one organization, or unmatched and written alike.
    pub twice: usize,
    /// Whether a register for qualifications is declared and may be entered by the person before us.
    pub qualifies: bool,
}

/// A row of a list as it is shown.
#[derive(Clone, Debug)]
pub struct RowView {
    /// Its place, from 0.
    pub place: i64,
    /// The name.
    pub name: String,
    /// `matched`, `doubtful`, `unmatched`.
    pub status: String,
    /// What led to it.
    pub why: Option<String>,
    /// The organization it was matched with.
    pub organization: Option<Candidate>,
    /// Whom it may mean, where it is doubtful.
    pub candidates: Vec<Candidate>,
    /// Who settled it.
    pub settled_by: Option<String>,
}

/// What a person decided of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is this organization, by record.
    Is(i64),
    /// It is the one of this credit code or name.
    Named(String),
    /// It is none that we hold.
    Nobody,
}

/// A row of a file that is not kept.
#[derive(Clone, Debug)]
pub struct MatchedRow {
    /// Its number among the rows, from 1.
    pub row: usize,
    /// The name.
    pub name: String,
    /// `matched`, `doubtful`, `unmatched`.
    pub status: String,
    /// What led to it.
    pub why: Option<String>,
    /// The organization it was matched with.
    pub organization: Option<Candidate>,
    /// Whom it may mean, where it is doubtful.
    pub candidates: Vec<Candidate>,
    /// How many records of the register asked for belong to the organization.
    pub records: usize,
}

/// Matches the names of a file and keeps nothing. `register` names one whose records are counted for each organization.
///
/// # Errors
/// A file that cannot be read or holds no names; without a right to see organizations.
pub async fn of_file(
    product: &Product,
    file: &Path,
    register: Option<&str>,
) -> Result<Vec<MatchedRow>, AppError> {
    let (name, bytes) = file_of(file)?;
    let sheet = read::file(product, &name, &bytes)?;
    let asked: Vec<Asked> = sheet.asked().collect();
    let answers = find::find(product, &asked).await?;
    let ids = answers
        .iter()
        .flat_map(|it| it.hits.iter().map(|it| it.id).chain(it.found.organization));
    let mut tx = product.store.read().await?;
    let known = known(product, &mut tx, ids.collect()).await?;
    drop(tx);
    let counted = match register {
        None => BTreeMap::new(),
        Some(register) => {
            let ids: BTreeSet<i64> = answers
                .iter()
                .filter_map(|it| it.found.organization)
                .collect();
            let ids: Vec<i64> = ids.into_iter().collect();
            fetch::held(product, register, &ids).await?
        }
    };
    let rows = asked.into_iter().zip(answers).enumerate();
    Ok(rows
        .map(|(place, (asked, answer))| MatchedRow {
            row: place + 1,
            name: asked.name,
            organization: answer
                .found
                .organization
                .and_then(|it| known.get(&it).cloned()),
            records: answer
                .found
                .organization
                .and_then(|it| counted.get(&it).copied())
                .unwrap_or_default(),
            candidates: match answer.found.organization {
                Some(_) => Vec::new(),
                None => offered(&answer, &known),
            },
            status: answer.found.status,
            why: answer.found.why,
        })
        .collect())
}

/// The register of organizations.
///
/// # Errors
/// Where the pack declares none.
pub(super) fn organizations(product: &Product) -> Result<&Register, AppError> {
    let part = "organization";
    let found = product.pack.playing(part);
    found.ok_or(AppError::List(ListRefusal::NoPart { part }))
}

/// Keeps a list and matches it; its number.
///
/// # Errors
/// Without a right to see organizations; the database's.
pub async fn create(
    product: &Product,
    title: &str,
    source: Option<&str>,
    sheet: Sheet,
) -> Result<i64, AppError> {
    let found = matched(product, &sheet).await?;
    let list = NewList {
        title: title.trim().chars().take(200).collect(),
        source: source.map(str::to_owned),
        heads: sheet.heads,
        name_column: sheet.name_column,
        code_column: sheet.code_column,
        matched_seq: found.0,
        rows: sheet.rows.into_iter().zip(found.1).collect(),
    };
    let made = product
        .store
        .act::<_, i64, StoreError>(&product.actor(), move |act| {
            let list = list.clone();
            async move { kept::create(act, &list).await }.boxed()
        })
        .await?;
    Ok(made)
}

async fn matched(product: &Product, sheet: &Sheet) -> Result<(i64, Vec<Found>), AppError> {
    let asked: Vec<Asked> = sheet.asked().collect();
    let answers = find::find(product, &asked).await?;
    let seq = product.sequence().await?;
    Ok((seq, answers.into_iter().map(|it| it.found).collect()))
}

/// The lists that the person before us may see, the last one first.
///
/// # Errors
/// The database's.
pub async fn all(product: &Product) -> Result<Vec<(NameList, Counts)>, AppError> {
    let actor = product.actor();
    let alone = (!sees_all(product)?).then_some(actor.as_str());
    let mut tx = product.store.read().await?;
    Ok(kept::latest(&mut tx, alone, LISTED).await?)
}

/// A list, where the person before us may see it.
///
/// # Errors
/// Where there is none, or it is another's.
pub async fn get(product: &Product, id: i64) -> Result<NameList, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::get(&mut tx, id).await?;
    let actor = product.actor();
    let all = sees_all(product)?;
    found
        .filter(|it| all || it.actor == actor.as_str())
        .ok_or_else(|| AppError::not_found("list", &id.to_string(), []))
}

fn sees_all(product: &Product) -> Result<bool, AppError> {
    let scope = product.may(Right::Read, organizations(product)?)?;
    Ok(scope == Scope::All)
}

/// A list with a page of its rows: those of one status, or all.
///
/// # Errors
/// As [`get`].
pub async fn show(
    product: &Product,
    id: i64,
    status: Option<&str>,
    from: i64,
) -> Result<ListView, AppError> {
    let list = get(product, id).await?;
    let mut tx = product.store.read().await?;
    let counts = kept::counts(&mut tx, id).await?;
    let mut rows = kept::rows(&mut tx, id, status, from, PAGE + 1).await?;
    let next = (rows.len() > PAGE as usize).then(|| rows[PAGE as usize].place);
    rows.truncate(PAGE as usize);
    let matched = kept::rows(&mut tx, id, Some("matched"), 0, ALL).await?;
    let unmatched = kept::rows(&mut tx, id, Some("unmatched"), 0, ALL).await?;
    let doubtful = kept::rows(&mut tx, id, Some("doubtful"), 0, ALL).await?;
    let candidates = candidates(product, &list, &doubtful).await?;
    let known = known(product, &mut tx, organization_ids(&matched)).await?;
    let twice = twice(&list, &matched, &unmatched);
    let views = rows
        .into_iter()
        .map(|row| {
            let own = row.found.organization.and_then(|it| known.get(&it));
            RowView {
                place: row.place,
                name: name(&list, &row),
                organization: own.cloned(),
                candidates: candidates.get(&row.place).cloned().unwrap_or_default(),
                status: row.found.status,
                why: row.found.why,
                settled_by: row.settled_by,
            }
        })
        .collect();
    let qualifies = product.pack.playing("qualification");
    Ok(ListView {
        counts,
        rows: views,
        next,
        streets: streets(&matched, &known),
        sole: candidates.values().filter(|it| it.len() == 1).count(),
        twice,
        qualifies: qualifies.is_some_and(|it| !product.scope(Right::Enter, it).is_nothing()),
        list,
    })
}

/// Notes what a person decided of rows, and remembers the names where that is asked for; how many rows.
///
/// # Errors
/// A name that nobody or several bear; as [`get`].
pub async fn settle(
    product: &Product,
    id: i64,
    decisions: &BTreeMap<i64, Decision>,
    remember: bool,
) -> Result<u64, AppError> {
    let list = get(product, id).await?;
    let mut tx = product.store.read().await?;
    let all: HashMap<i64, NameRow> = kept::rows(&mut tx, id, None, 0, ALL)
        .await?
        .into_iter()
        .map(|it| (it.place, it))
        .collect();
    drop(tx);
    let mut settled = Vec::new();
    let mut aliases = BTreeMap::new();
    for (place, decision) in decisions {
        let Some(row) = all.get(place) else {
            continue;
        };
        let organization = match decision {
            Decision::Is(organization) => Some(*organization),
            Decision::Named(text) => Some(find::one(product, text).await?),
            Decision::Nobody => None,
        };
        if let Some(organization) = organization {
            let alias = plain(&name(&list, row));
            if remember && !alias.is_empty() {
                aliases.insert(alias, organization);
            }
        }
        settled.push((
            *place,
            Found {
                status: if organization.is_some() {
                    "matched"
                } else {
                    "unmatched"
                }
                .to_owned(),
                why: Some("person".to_owned()),
                organization,
            },
        ));
    }
    // Only whom the person before us may see can be chosen.
    let chosen: BTreeSet<i64> = settled.iter().filter_map(|it| it.1.organization).collect();
    find::may_see(product, &chosen).await?;
    let done = product
        .store
        .act::<_, u64, StoreError>(&product.actor(), move |act| {
            let (settled, aliases) = (settled.clone(), aliases.clone());
            async move {
                for (alias, organization) in &aliases {
                    kept::remember(act, alias, *organization).await?;
                }
                kept::settle(act, id, &settled).await
            }
            .boxed()
        })
        .await?;
    Ok(done)
}

/// Takes the only candidate of every doubtful row that has just one; how many.
///
/// # Errors
/// As [`get`].
pub async fn settle_sole(product: &Product, id: i64, remember: bool) -> Result<u64, AppError> {
    let list = get(product, id).await?;
    let mut tx = product.store.read().await?;
    let doubtful = kept::rows(&mut tx, id, Some("doubtful"), 0, ALL).await?;
    drop(tx);
    let candidates = candidates(product, &list, &doubtful).await?;
    let sole = candidates
        .iter()
        .filter_map(|(place, all)| match all.as_slice() {
            [one] => Some((*place, Decision::Is(one.id))),
            _ => None,
        });
    settle(product, id, &sole.collect(), remember).await
}

/// Matches rows again: by other columns, or because organizations came. What a person settled stays, unless the column of
/// names is another.
///
/// # Errors
/// As [`get`]; a column that the list does not have.
pub async fn match_again(
    product: &Product,
    id: i64,
    columns: Option<(usize, Option<usize>)>,
) -> Result<(), AppError> {
    let list = get(product, id).await?;
    let (name_column, code_column) = columns.unwrap_or((list.name_column, list.code_column));
    let width = list.heads.len();
    if name_column >= width || code_column.is_some_and(|it| it >= width) {
        let asked = name_column.max(code_column.unwrap_or_default()) + 1;
        return Err(AppError::not_found("column", &asked.to_string(), []));
    }
    let mut tx = product.store.read().await?;
    let rows = kept::rows(&mut tx, id, None, 0, ALL).await?;
    drop(tx);
    let same = name_column == list.name_column;
    let open: Vec<&NameRow> = rows
        .iter()
        .filter(|it| !same || it.settled_by.is_none())
        .collect();
    let asked: Vec<Asked> = open
        .iter()
        .map(|it| Asked::of(&it.cells, name_column, code_column))
        .collect();
    let answers = find::find(product, &asked).await?;
    let seq = product.sequence().await?;
    let found: Vec<(i64, Found)> = open
        .iter()
        .zip(answers)
        .map(|(row, answer)| (row.place, answer.found))
        .collect();
    product
        .store
        .act::<_, (), StoreError>(&product.actor(), move |act| {
            let found = found.clone();
            async move { kept::match_again(act, id, (name_column, code_column), seq, &found).await }
                .boxed()
        })
        .await?;
    Ok(())
}

/// Removes a list. What was written from it stays.
///
/// # Errors
/// As [`get`].
pub async fn remove(product: &Product, id: i64) -> Result<(), AppError> {
    get(product, id).await?;
    product
        .store
        .act::<_, (), StoreError>(&product.actor(), move |act| {
            async move { kept::remove(act, id).await }.boxed()
        })
        .await?;
    Ok(())
}

/// The name of a row.
pub(super) fn name(list: &NameList, row: &NameRow) -> String {
    row.cells.get(list.name_column).cloned().unwrap_or_default()
}

fn organization_ids(rows: &[NameRow]) -> BTreeSet<i64> {
    rows.iter().filter_map(|it| it.found.organization).collect()
}

fn streets(
    rows: &[NameRow],
    known: &HashMap<i64, Candidate>,
) -> Vec<(Option<RegionCode>, String, usize)> {
    let mut counts: BTreeMap<(bool, Option<RegionCode>), (String, usize)> = BTreeMap::new();
    for organization in rows.iter().filter_map(|it| it.found.organization) {
        let Some(own) = known.get(&organization) else {
            continue;
        };
        let key = (own.region.is_none(), own.region.clone());
        let count = counts.entry(key).or_insert_with(|| (own.street.clone(), 0));
        count.1 += 1;
    }
    let all = counts.into_iter();
    all.map(|((_, code), (name, count))| (code, name, count))
        .collect()
}
