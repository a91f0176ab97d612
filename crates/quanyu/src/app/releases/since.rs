//! What changed since a figure was frozen, and who changed it.
//!
//! Owns the comparison of the frozen records with those of today, and the changes between. Leaves the history to
//! `quanyu_store::change`.
//!
//! Invariant: where the frozen value is what its records contributed, the differences listed lead from it to the value of
//! today; a record that changed without moving the figure is counted, not listed.
//!
//! Start reading at [`since`].

use std::collections::BTreeMap;

use quanyu_core::text::Text;
use quanyu_documents::renew::{self, Written};
use quanyu_pack::Packs;
use quanyu_store::{Tx, change, migrate, release as kept, release::Member};
use rust_decimal::Decimal;

use super::{
    Release, Wanted, definition,
    drawn::{self, Drawn},
    plainly, view,
};
use crate::app::{AppError, Product, product::load_pack, say};

/// Records listed at most; all are counted.
const MOST: usize = 500;

/// A release, and the figure as it is known now.
#[derive(Clone, Debug)]
pub struct Since {
    /// The release.
    pub release: Release,
    /// The value now; `None` where nothing is known.
    pub now: Option<Decimal>,
    /// Of a rank: among how many now.
    pub now_of: Option<u32>,
    /// The value now, said plainly.
    pub now_said: String,
    /// Where the value is from now: `computed` or `cited`.
    pub now_source: &'static str,
    /// Whether the figure is what it was.
    pub same: bool,
    /// Of a figure that moved, whether what the document says of it is true still: 超68亿元 of 68.9亿元. `None` where its words are
    /// not understood.
    pub still: Option<bool>,
    /// Whether the pack no longer has the indicator.
    pub gone: bool,
    /// Who applied the pack that defines it otherwise, and when.
    pub redefined: Option<(String, String)>,
    /// Records that make the difference, those that move it most first.
    pub changes: Vec<Change>,
    /// How many there are in all.
    pub count: u64,
    /// Records that were changed without moving the figure.
    pub idle: u64,
    /// The change sequence of today.
    pub sequence: i64,
}

/// A record that makes a difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its register, or the lines that it stands in.
    pub register: String,
    /// What the register is called.
    pub title: Text,
    /// The record.
    pub record: i64,
    /// What it is called.
    pub label: String,
    /// What it was to the figure.
    pub part: String,
    /// What happened to it.
    pub how: How,
    /// What it contributed.
    pub before: Option<Decimal>,
    /// What it contributes.
    pub after: Option<Decimal>,
    /// Who touched it since, in order.
    pub by: Vec<Touch>,
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It was made since.
    Made,
    /// It was there and counts since it was changed.
    Entered,
    /// It contributes another value.
    Changed,
    /// It is there and no longer counts.
    Left,
    /// It was removed.
    Removed,
}

impl How {
    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Entered => "entered",
            Self::Changed => "changed",
            Self::Left => "left",
            Self::Removed => "removed",
        }
    }
}

/// A change of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its number in the chain.
    pub sequence: i64,
    /// Who.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// What was done, such as `record.update`.
    pub act: String,
}

/// What changed since a figure was frozen.
///
/// # Errors
/// When there is no such release; what the figures refuse.
pub async fn since(product: &Product, id: &str) -> Result<Since, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::get(&mut tx, id).await?;
    let found = found.ok_or_else(|| AppError::not_found("release", id, []))?;
    drop(tx);
    let mut all = compared(product, vec![found], true).await?;
    all.pop()
        .ok_or_else(|| AppError::not_found("release", id, []))
}

/// What changed since the figures of a document were frozen, in order of freezing. Where a figure was frozen several times
/// over, each release is compared.
///
/// # Errors
/// What the figures refuse.
pub async fn since_document(product: &Product, document: &str) -> Result<Vec<Since>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::of_document(&mut tx, document).await?;
    drop(tx);
    compared(product, found, true).await
}

/// The same, where only what moved is looked into: of a figure that is what it was no records are listed or counted. That is what a
/// page of many figures can wait for.
///
/// # Errors
/// What the figures refuse.
pub async fn moved_document(product: &Product, document: &str) -> Result<Vec<Since>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::of_document(&mut tx, document).await?;
    drop(tx);
    compared(product, found, false).await
}

/// Releases and what they are now; `whole` looks into the records of those too that did not move.
async fn compared(
    product: &Product,
    releases: Vec<kept::Release>,
    whole: bool,
) -> Result<Vec<Since>, AppError> {
    let mut shown = Vec::with_capacity(releases.len());
    let mut wanted = Vec::new();
    for it in &releases {
        let release = view(product, it)?;
        if product.pack.indicators.contains_key(&release.indicator) {
            wanted.push(Wanted {
                indicator: release.indicator.clone(),
                measure: release.measure,
                region: release.region.clone(),
                period: release.period,
                value: None,
                said: None,
                idiom: None,
            });
        }
        shown.push(release);
    }
    let mut drawn = drawn::values(&product.figures, &wanted).await?;
    let known = |it: &&Release| product.pack.indicators.contains_key(&it.indicator);
    let pairs = shown.iter().filter(known).zip(&wanted).zip(&mut drawn);
    let looked = pairs
        .filter(|((release, _), now)| whole || !is_same(release, now))
        .map(|((_, wanted), now)| (wanted, now));
    drawn::traced(&product.figures, looked.collect()).await?;
    let mut tx = product.store.read().await?;
    let sequence = tx.head();
    drawn::give_versions(&mut tx, product, &mut drawn, sequence).await?;
    let mut drawn = drawn.into_iter();
    let mut all = Vec::with_capacity(shown.len());
    for (kept, release) in releases.iter().zip(shown) {
        let gone = !product.pack.indicators.contains_key(&release.indicator);
        let now = if gone { None } else { drawn.next() };
        let now = now.unwrap_or_default();
        let look = whole || gone || !is_same(&release, &now);
        all.push(one(&mut tx, product, kept, release, now, (gone, look)).await?);
    }
    Ok(all)
}

async fn one(
    tx: &mut Tx,
    product: &Product,
    kept: &kept::Release,
    release: Release,
    now: Drawn,
    (gone, look): (bool, bool),
) -> Result<Since, AppError> {
    let now_source = source(&now);
    let same = !gone && is_same(&release, &now);
    let redefined = if gone || definition(&product.pack, &release.indicator) != release.definition {
        redefined_by(tx, &release).await?
    } else {
        None
    };
    let before = if look {
        kept::members(tx, kept).await?
    } else {
        Vec::new()
    };
    let (mut differences, idle) = differences(&before, &now.members);
    let count = differences.len() as u64;
    differences.sort_by_key(|it| (std::cmp::Reverse(it.moved()), it.record));
    differences.truncate(MOST);
    let mut changes = Vec::with_capacity(differences.len());
    for it in differences {
        changes.push(told(tx, product, it, release.sequence).await?);
    }
    let still = now.value.filter(|_| !same && !gone);
    let still = still.and_then(|value| still_true(product, &release, value));
    Ok(Since {
        still,
        now: now.value,
        now_of: now.of,
        now_said: plainly(
            &product.pack,
            &release.indicator,
            release.measure,
            now.value,
        ),
        now_source,
        same,
        gone,
        redefined,
        changes,
        count,
        idle,
        sequence: tx.head(),
        release,
    })
}

/// Whether the words of a release are true of another value.
fn still_true(product: &Product, release: &Release, value: Decimal) -> Option<bool> {
    let text = format!("{}{}。", release.title.zh, release.said);
    let read = product.reader().read("said.txt", text.as_bytes()).ok()?;
    let mut figures = read.mentions.iter().filter(|it| it.is_figure());
    // The words of one figure: where more are read, they are not understood.
    let (Some(it), None) = (figures.next(), figures.next()) else {
        return None;
    };
    let printed = it.value.filter(|(low, high)| low == high)?.0;
    let written = Written {
        text: &it.text,
        value: printed,
        idiom: it.idiom.as_deref(),
        comparator: it.comparator.as_deref(),
    };
    renew::agrees(&written, value)
}

fn source(now: &Drawn) -> &'static str {
    if now.citation.is_some() {
        "cited"
    } else {
        "computed"
    }
}

/// Whether a figure is what it was.
fn is_same(release: &Release, now: &Drawn) -> bool {
    now.value == release.value
        && now.of == release.of
        && source(now) == release.source
        && now.citation == release.citation
}

/// Who applied the first pack that defines an indicator otherwise than it was, and when.
async fn redefined_by(
    tx: &mut Tx,
    release: &Release,
) -> Result<Option<(String, String)>, AppError> {
    let mut revisions = migrate::revisions(tx).await?;
    revisions.retain(|it| it.number > release.revision);
    revisions.sort_by_key(|it| it.number);
    for revision in revisions {
        let files = migrate::files(tx, revision.number).await?;
        let pack = load_pack(&Packs::from_files(files), &revision.id)?;
        if definition(&pack, &release.indicator) != release.definition {
            let entry = change::latest(tx, revision.seq + 1, 1).await?;
            let actor = entry.first().map(|it| it.actor.clone());
            return Ok(Some((
                actor.unwrap_or_default(),
                say::shanghai(&revision.at),
            )));
        }
    }
    Ok(None)
}

/// A record on both sides.
struct Difference {
    part: String,
    register: String,
    record: i64,
    before: Option<Option<Decimal>>,
    after: Option<Option<Decimal>>,
}

impl Difference {
    /// By how much it moves a sum.
    fn moved(&self) -> Decimal {
        let number = |it: Option<Option<Decimal>>| it.flatten().unwrap_or_default();
        number(self.after).saturating_sub(number(self.before)).abs()
    }
}

/// Versions and contribution of a record to a part of a figure.
type Side = BTreeMap<(String, String, i64), (i64, Option<Decimal>)>;

fn side(members: &[Member]) -> Side {
    let mut all = Side::new();
    for it in members {
        let key = (it.part.clone(), it.register.clone(), it.record);
        let entry = all.entry(key).or_insert((it.version, None));
        // A record that several rows of a dataset stand for contributes with each.
        entry.1 = match (entry.1, it.contribution) {
            (Some(a), Some(b)) => a.checked_add(b),
            (a, b) => a.or(b),
        };
    }
    all
}

/// The records that came, went or contribute otherwise, and how many were changed without that.
fn differences(before: &[Member], after: &[Member]) -> (Vec<Difference>, u64) {
    let (before, after) = (side(before), side(after));
    let mut found = Vec::new();
    let mut idle = 0;
    for (key, (version, contribution)) in &before {
        let now = after.get(key);
        match now {
            Some((_, value)) if value == contribution => {
                idle += u64::from(now.map(|it| it.0) != Some(*version));
            }
            _ => found.push(Difference {
                part: key.0.clone(),
                register: key.1.clone(),
                record: key.2,
                before: Some(*contribution),
                after: now.map(|it| it.1),
            }),
        }
    }
    for (key, (_, contribution)) in &after {
        if !before.contains_key(key) {
            found.push(Difference {
                part: key.0.clone(),
                register: key.1.clone(),
                record: key.2,
                before: None,
                after: Some(*contribution),
            });
        }
    }
    (found, idle)
}

/// A difference with the name of its record and who touched it since.
async fn told(
    tx: &mut Tx,
    product: &Product,
    it: Difference,
    sequence: i64,
) -> Result<Change, AppError> {
    let history = change::history(tx, it.record).await?;
    let made_later = history.first().is_some_and(|it| it.seq > sequence);
    let removed = history.last().is_some_and(|it| it.after.is_none());
    let how = match (it.before, it.after) {
        (None, _) if made_later => How::Made,
        (None, _) => How::Entered,
        (Some(_), Some(_)) => How::Changed,
        (Some(_), None) if removed => How::Removed,
        (Some(_), None) => How::Left,
    };
    let register = it.register.split('.').next().unwrap_or_default();
    let declared = product.pack.registers.get(register);
    let said = history
        .iter()
        .rev()
        .find_map(|it| it.after.as_ref().or(it.before.as_ref()));
    let label = declared.and_then(|it| said?.fields.get(&it.label).cloned());
    let touched = history.iter().filter(|it| it.seq > sequence);
    Ok(Change {
        title: declared.map_or_else(|| Text::zh(&it.register), |it| it.title.clone()),
        label: label.unwrap_or_else(|| format!("#{}", it.record)),
        by: touched
            .map(|it| Touch {
                sequence: it.seq,
                actor: it.actor.clone(),
                at: say::shanghai(&it.at),
                act: it.act.clone(),
            })
            .collect(),
        register: it.register,
        record: it.record,
        part: it.part,
        how,
        before: it.before.flatten(),
        after: it.after.flatten(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(record: i64, version: i64, contribution: i64) -> Member {
        Member {
            part: "value".into(),
            register: "contract".into(),
            record,
            version,
            contribution: Some(Decimal::from(contribution)),
        }
    }

    #[test]
    fn differences_lead_from_one_sum_to_the_other() {
        let before = [
            member(1, 1, 10),
            member(2, 1, 20),
            member(3, 1, 30),
            member(4, 1, 5),
        ];
        let after = [
            member(1, 2, 10),
            member(2, 3, 25),
            member(4, 1, 5),
            member(9, 1, 7),
        ];
        let (found, idle) = differences(&before, &after);
        assert_eq!(idle, 1, "record 1 was changed without moving the figure");
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.record, it.before.is_some(), it.after.is_some()))
            .collect();
        assert_eq!(told, [(2, true, true), (3, true, false), (9, false, true)]);
        let sum = |members: &[Member]| members.iter().filter_map(|it| it.contribution).sum();
        let (mut total, end): (Decimal, Decimal) = (sum(&before), sum(&after));
        for it in &found {
            total += it.after.flatten().unwrap_or_default();
            total -= it.before.flatten().unwrap_or_default();
        }
        assert_eq!(total, end);
    }
}
