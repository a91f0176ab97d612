//! Two lists held against each other, and one against itself.
//!
//! Owns what makes two rows the same: their organization, and where none was found the name as it is written.
//!
//! Start reading at [`difference`].

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::lists::form::plain;
use quanyu_store::lists::{self as kept, NameList, NameRow};

use super::{ALL, AppError, Product, candidates::known, get, name, organization_ids};

/// Two lists held against each other.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// On the first alone.
    pub first: Vec<Entry>,
    /// On both.
    pub both: Vec<Entry>,
    /// On the second alone.
    pub second: Vec<Entry>,
    /// Rows of either that no organization was found for: they are compared by their writing.
    pub by_name: usize,
}

/// A name of a list, for a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, of the organization where it was matched.
    pub name: String,
    /// The organization.
    pub organization: Option<i64>,
    /// Its credit code; empty where there is none.
    pub code: String,
    /// Its street; empty where there is none.
    pub street: String,
}

/// Holds two lists against each other: by organization, and where none was found by the name as it is written.
///
/// # Errors
/// As [`get`].
pub async fn difference(product: &Product, a: i64, b: i64) -> Result<Difference, AppError> {
    let (mut first, loose) = entries(product, a).await?;
    let (second, more) = entries(product, b).await?;
    let mut difference = Difference {
        by_name: loose + more,
        ..Difference::default()
    };
    for (key, entry) in second {
        match first.remove(&key) {
            Some(_) => difference.both.push(entry),
            None => difference.second.push(entry),
        }
    }
    difference.first = first.into_values().collect();
    Ok(difference)
}

/// The entries of a list, each once, and how many of them are of no organization.
async fn entries(product: &Product, id: i64) -> Result<(BTreeMap<Key, Entry>, usize), AppError> {
    let list = get(product, id).await?;
    let mut tx = product.store.read().await?;
    let rows = kept::rows(&mut tx, id, None, 0, ALL).await?;
    let known = known(product, &mut tx, organization_ids(&rows)).await?;
    let mut all = BTreeMap::new();
    let mut loose = 0;
    for row in &rows {
        let own = row.found.organization.and_then(|it| known.get(&it));
        let written = name(&list, row);
        let (key, entry) = match own {
            Some(own) => (
                Key::Organization(own.id),
                Entry {
                    name: own.name.clone(),
                    organization: Some(own.id),
                    code: own.code.clone(),
                    street: own.street.clone(),
                },
            ),
            None => (
                Key::Name(plain(&written)),
                Entry {
                    name: written,
                    organization: None,
                    code: String::new(),
                    street: String::new(),
                },
            ),
        };
        if all.insert(key, entry).is_none() && own.is_none() {
            loose += 1;
        }
    }
    Ok((all, loose))
}

/// What makes two entries the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Organization(i64),
    Name(String),
}

/// Rows of a list that say again what another says.
pub(super) fn twice(list: &NameList, matched: &[NameRow], unmatched: &[NameRow]) -> usize {
    let mut seen = BTreeSet::new();
    let keys = matched
        .iter()
        .filter_map(|it| it.found.organization.map(Key::Organization))
        .chain(unmatched.iter().map(|it| Key::Name(plain(&name(list, it)))));
    keys.filter(|it| !seen.insert(it.clone())).count()
}
