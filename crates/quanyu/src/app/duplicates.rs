//! 重复记录: records of a register that may be one, and making one of two.
//!
//! Owns how likely sameness is found: what a register declares as `same`, and names that differ only in what people write
//! differently each time. Leaves moving references and taking a merge back to `quanyu-store`.
//!
//! Invariant: nothing is merged but by somebody who saw both; what was merged can be taken back whole.
//!
//! Start reading at [`find`], then [`merge`].

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt as _;
use quanyu_core::{
    access::Right,
    text::{Language, Text},
    typed,
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    list::{self, Query},
    merge as merges,
    records::{Draft, Record},
};

use super::{
    AppError, Product, entries,
    registers::{self, cell},
};

/// Records looked through at a time.
const PAGE: u32 = 5_000;
/// Groups shown.
const MOST_GROUPS: usize = 200;
/// Records of a group; more are no duplicates but a word that many bear.
const MOST_ALIKE: usize = 8;

/// Records that may be one.
#[derive(Clone, Debug)]
pub struct Group {
    /// By what they are alike: titles of fields.
    pub by: Vec<Text>,
    /// What they say there.
    pub said: String,
    /// The records: id and what they are called.
    pub records: Vec<(i64, String)>,
}

/// Two records beside each other.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The register's title.
    pub title: Text,
    /// The record that stays: id, version, what it is called.
    pub kept: (i64, i64, String),
    /// The one that goes into it.
    pub gone: (i64, i64, String),
    /// Fields: id, title, what each says, and whether they differ.
    pub fields: Vec<Beside>,
    /// Records that refer to the one that goes.
    pub moves: u64,
}

/// A field of both.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The field.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// What the one that stays says.
    pub kept: String,
    /// What the other says.
    pub gone: String,
    /// Whether they differ.
    pub differ: bool,
    /// Whether the value of the one that goes is better: the other knows none.
    pub fills: bool,
}

/// A merge that can be taken back.
#[derive(Clone, Debug)]
pub struct MergeView {
    /// Its number.
    pub seq: i64,
    /// The record that stayed.
    pub kept: i64,
    /// The one that went.
    pub gone: i64,
    /// Whether it was taken back.
    pub undone: bool,
}

/// By what records of a register are alike: groups of fields, and whether the text is only near.
fn ways(register: &Register) -> Vec<Vec<&Field>> {
    let mut ways: Vec<Vec<&Field>> = Vec::new();
    for group in &register.same {
        let fields: Vec<&Field> = group.iter().filter_map(|it| register.field(it)).collect();
        if !fields.is_empty() {
            ways.push(fields);
        }
    }
    // What people call a record tells it, unless a pack says otherwise.
    let label = register.field(&register.label);
    if ways.is_empty()
        && let Some(label) = label.filter(|it| it.kind == FieldType::Text)
    {
        ways.push(vec![label]);
    }
    ways
}

/// A text without what people write differently each time: width, blanks, brackets, the form of a firm.
#[must_use]
pub fn bare(text: &str) -> String {
    let plain = typed::plain(text).to_lowercase();
    let kept: String = plain
        .chars()
        .filter(|c| !c.is_whitespace() && !"()[]{}<>《》“”\"'·.、,，-—_".contains(*c))
        .collect();
    let mut name = kept.as_str();
    for form in [
        "有限责任公司",
        "股份有限公司",
        "有限公司",
        "责任公司",
        "公司",
    ] {
        if let Some(head) = name.strip_suffix(form).filter(|it| it.chars().count() >= 3) {
            name = head;
            break;
        }
    }
    name.to_owned()
}

fn likeness(field: &Field, value: &Value) -> Option<String> {
    let text = value.canonical()?;
    Some(match field.kind {
        FieldType::Text | FieldType::LongText => {
            let bare = bare(&text);
            // A word or two is borne by many.
            if bare.chars().count() < 2 {
                return None;
            }
            bare
        }
        FieldType::Person | FieldType::File => return None,
        _ => text,
    })
}

/// Records of a register that may be one.
///
/// # Errors
/// An unknown register; a right that is missing; the database's.
pub async fn find(product: &Product, register: &str) -> Result<Vec<Group>, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let ways = ways(declared);
    let mut alike: Vec<BTreeMap<Vec<String>, Vec<i64>>> = vec![BTreeMap::new(); ways.len()];
    let mut tx = product.store.read().await?;
    let mut query = Query {
        limit: PAGE,
        ..Query::default()
    };
    loop {
        let page = list::list(&mut tx, &declared.id, &query).await?;
        for record in &page.records {
            if !entries::within(product, &scope, declared, record) {
                continue;
            }
            for (way, alike) in ways.iter().zip(&mut alike) {
                let key: Option<Vec<String>> = way
                    .iter()
                    .map(|it| likeness(it, record.value(&it.id)))
                    .collect();
                if let Some(key) = key {
                    alike.entry(key).or_default().push(record.id);
                }
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    let mut groups = Vec::new();
    let mut seen: BTreeSet<Vec<i64>> = BTreeSet::new();
    for (way, alike) in ways.iter().zip(alike) {
        for ids in alike.into_values() {
            let few = (2..=MOST_ALIKE).contains(&ids.len());
            if !few || groups.len() >= MOST_GROUPS || !seen.insert(ids.clone()) {
                continue;
            }
            let found = list::by_ids(&mut tx, &declared.id, &ids).await?;
            let Some(first) = found.first() else {
                continue;
            };
            let mut said = Vec::new();
            for field in way {
                let value = first.value(&field.id);
                said.push(
                    cell(&mut tx, product, field, value, Language::Zh)
                        .await?
                        .said,
                );
            }
            groups.push(Group {
                by: way.iter().map(|it| it.title.clone()).collect(),
                said: said.join(" · "),
                records: found
                    .iter()
                    .map(|it| (it.id, registers::label(declared, it)))
                    .collect(),
            });
        }
    }
    Ok(groups)
}

/// Two records beside each other, the first to stay.
///
/// # Errors
/// An unknown register or record; twice the same.
pub async fn pair(
    product: &Product,
    register: &str,
    kept: i64,
    gone: i64,
    language: Language,
) -> Result<Pair, AppError> {
    let declared = registers::declared(product, register)?;
    let (kept, gone) = both(product, declared, kept, gone).await?;
    let mut tx = product.store.read().await?;
    let mut fields = Vec::new();
    for field in declared.fields.iter().filter(|it| it.computed.is_none()) {
        let (one, two) = (kept.value(&field.id), gone.value(&field.id));
        if one.is_null() && two.is_null() {
            continue;
        }
        // Ciphertexts of the same words differ; people look at them masked.
        let differ = one != two && field.kind != FieldType::Person;
        fields.push(Beside {
            id: field.id.clone(),
            title: field.title.clone(),
            kept: cell(&mut tx, product, field, one, language).await?.said,
            gone: cell(&mut tx, product, field, two, language).await?.said,
            differ,
            fills: one.is_null(),
        });
    }
    drop(tx);
    let page = registers::record(product, &declared.id, gone.id, None, language).await?;
    Ok(Pair {
        title: declared.title.clone(),
        kept: (kept.id, kept.version, registers::label(declared, &kept)),
        gone: (gone.id, gone.version, registers::label(declared, &gone)),
        fields,
        moves: page.related.iter().map(|it| it.count).sum(),
    })
}

async fn both(
    product: &Product,
    register: &Register,
    kept: i64,
    gone: i64,
) -> Result<(Record, Record), AppError> {
    let scope = product.may(Right::Enter, register)?;
    if kept == gone {
        return Err(entries::no_record(&register.id, gone));
    }
    Ok((
        entries::held(product, register, &scope, kept).await?,
        entries::held(product, register, &scope, gone).await?,
    ))
}

/// Makes one record of two, as they were read: `taken` are the fields whose value comes from the one that goes.
///
/// # Errors
/// A record that was changed since; a record that would be there twice; no reason.
pub async fn merge(
    product: &Product,
    register: &str,
    kept: (i64, i64),
    gone: (i64, i64),
    taken: &[String],
    why: &str,
) -> Result<i64, AppError> {
    let declared = registers::declared(product, register)?;
    let why = entries::reason_of(why)?;
    let (stays, goes) = both(product, declared, kept.0, gone.0).await?;
    let mut draft = Draft::default();
    for field in declared.fields.iter().filter(|it| taken.contains(&it.id)) {
        // What is encrypted for one record cannot be read under another's key.
        if field.kind != FieldType::Person && field.computed.is_none() {
            let value = goes.value(&field.id).clone();
            draft.values.insert(field.id.clone(), value);
        }
    }
    earlier_name(declared, &stays, &goes, &mut draft);
    let order = std::sync::Arc::new((declared.id.clone(), draft, why));
    product
        .store
        .act::<_, i64, AppError>(&product.actor(), move |act| {
            let order = order.clone();
            async move {
                let (register, draft, why) = &*order;
                Ok(merges::merge(act, register, kept, gone, draft, why).await?)
            }
            .boxed()
        })
        .await
}

/// An organization goes on being found under the name that went.
fn earlier_name(register: &Register, stays: &Record, goes: &Record, draft: &mut Draft) {
    if register.plays.as_deref() != Some("organization") {
        return;
    }
    let (Some(name), Some(former)) = (register.slot("name"), register.slot("former_names")) else {
        return;
    };
    let other = goes.value(&name.id).canonical();
    let own = draft
        .values
        .get(&name.id)
        .unwrap_or(stays.value(&name.id))
        .canonical();
    let Some(other) = other.filter(|it| Some(it) != own.as_ref()) else {
        return;
    };
    let kept = draft
        .values
        .get(&former.id)
        .unwrap_or(stays.value(&former.id));
    let kept = kept.canonical().unwrap_or_default();
    if kept.split(['；', ';']).any(|it| it.trim() == other) {
        return;
    }
    let text = if kept.is_empty() {
        other
    } else {
        format!("{kept}；{other}")
    };
    draft.values.insert(former.id.clone(), Value::Text(text));
}

/// The merges that a record had part in.
///
/// # Errors
/// The database's.
pub async fn of_record(product: &Product, record: i64) -> Result<Vec<MergeView>, AppError> {
    let mut tx = product.store.read().await?;
    let found = merges::of_record(&mut tx, record).await?;
    let shown = found.into_iter().map(|it| MergeView {
        seq: it.seq,
        kept: it.kept,
        gone: it.gone,
        undone: it.undone.is_some(),
    });
    Ok(shown.collect())
}

/// Takes a merge back.
///
/// # Errors
/// One that is not there; a record of it that was changed since.
pub async fn undo(product: &Product, register: &str, seq: i64) -> Result<i64, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let mut tx = product.store.read().await?;
    let found = merges::get(&mut tx, seq).await?;
    drop(tx);
    let found = found.filter(|it| it.register == declared.id && it.undone.is_none());
    let found = found.ok_or_else(|| entries::no_record(&declared.id, seq))?;
    entries::held(product, declared, &scope, found.kept).await?;
    product
        .store
        .act::<_, (), AppError>(&product.actor(), move |act| {
            async move { Ok(merges::undo(act, seq).await?) }.boxed()
        })
        .await?;
    Ok(found.kept)
}

/// Records that are called nearly as a text, other than `own`: before one of that name is made a second time.
///
/// # Errors
/// An unknown register; the database's.
pub async fn near(
    product: &Product,
    register: &str,
    path: &str,
    text: &str,
    own: Option<i64>,
) -> Result<Vec<(i64, String)>, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.scope(Right::Enter, declared);
    let wanted = bare(text);
    if path != declared.label || wanted.chars().count() < 3 {
        return Ok(Vec::new());
    }
    let query = Query {
        filters: vec![list::Filter::new(
            declared.label.clone(),
            list::Op::Contains(wanted.clone()),
        )],
        limit: 20,
        ..Query::default()
    };
    let mut tx = product.store.read().await?;
    let found = list::list(&mut tx, &declared.id, &query).await?.records;
    let alike = found.iter().filter(|it| {
        Some(it.id) != own
            && bare(&registers::label(declared, it)) == wanted
            && entries::within(product, &scope, declared, it)
    });
    Ok(alike
        .map(|it| (it.id, registers::label(declared, it)))
        .take(3)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_what_people_write_differently_are_alike() {
        #[rustfmt::skip]
        let cases = [
            ("示例科技有限公司",       "示例科技有限责任公司", true),
            ("示例（青岛）科技有限公司", "示例(青岛) 科技有限公司", true),
            ("ＡＢ示例科技",           "ab示例科技有限公司", true),
            ("示例科技有限公司",       "示例科学有限公司", false),
            ("示例一科技有限公司",     "示例二科技有限公司", false),
            ("公司",                 "有限公司", false),
        ];
        for (one, two, wanted) in cases {
            assert_eq!(bare(one) == bare(two), wanted, "{one} {two}");
        }
    }
}
