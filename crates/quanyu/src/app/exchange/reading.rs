//! Reading a package: signature, addressee, order, and what is declared here.
//!
//! Owns what is refused before anything is written. Leaves the bytes to [`super::container`].
//!
//! Start reading at [`open`], then [`content`].

use quanyu_pack::model::Side;
use quanyu_store::exchange::{self, Package};
use serde::de::DeserializeOwned;

use super::{
    ExchangeRefusal,
    container::{Opened, read},
    export::{
        FILES, NOTICES, NoticeMoved, OPEN, OpenMoved, RECEIPTS, RECORDS, ReceiptMoved, SHOWN,
        STANDINGS, ShownMoved, StandingMoved,
    },
    moved::{Moved, Reach},
    side, whole,
};
use crate::app::{AppError, Product, publications::frozen::Frozen};

/// Everything of a package, read.
pub(super) struct Content {
    pub records: Vec<Moved>,
    pub shown: Vec<ShownMoved>,
    pub standings: Vec<StandingMoved>,
    pub open: Vec<OpenMoved>,
    pub notices: Vec<NoticeMoved>,
    pub receipts: Vec<ReceiptMoved>,
}

/// The package, and whether it was taken in before.
pub(super) async fn open(product: &Product, bytes: &[u8]) -> Result<(Opened, bool), AppError> {
    let store = whole(product);
    let mut tx = store.read().await?;
    let own = side(&mut tx).await?;
    let trusted = exchange::keys(&mut tx, own.other().word()).await?;
    if trusted.is_empty() {
        return Err(ExchangeRefusal::NoKey.into());
    }
    let keys: Vec<String> = trusted.iter().map(|it| it.0.clone()).collect();
    let opened = read(bytes, &keys)?;
    let it = &opened.manifest;
    if it.to != own.word() || it.from != own.other().word() || it.pack != product.pack.id {
        return Err(ExchangeRefusal::Elsewhere {
            from: it.from.clone(),
            to: it.to.clone(),
            pack: it.pack.clone(),
        }
        .into());
    }
    // A key signs from its own package on, until the next one does.
    let until = trusted.iter().rfind(|key| key.1 <= it.number);
    if until.is_none_or(|key| key.0 != it.key) {
        return Err(ExchangeRefusal::Foreign {
            key: it.key.clone(),
        }
        .into());
    }
    let last = exchange::last(&mut tx, "in").await?.unwrap_or_default();
    let known = exchange::get(&mut tx, "in", it.number).await?;
    ordered(&last, known.as_ref(), &opened)?;
    Ok((opened, known.is_some()))
}

/// Whether a package is the next, or one that was taken in.
pub(super) fn ordered(
    last: &Package,
    known: Option<&Package>,
    opened: &Opened,
) -> Result<(), AppError> {
    let it = &opened.manifest;
    if let Some(known) = known {
        return match known.hash == opened.hash {
            true => Ok(()),
            false => Err(ExchangeRefusal::Fork { number: it.number }.into()),
        };
    }
    if it.number > last.number + 1 {
        let (from, to) = (last.number + 1, it.number - 1);
        let missing = match from == to {
            true => from.to_string(),
            false => format!("{from}–{to}"),
        };
        return Err(ExchangeRefusal::Gap { missing }.into());
    }
    let before = match last.number {
        0 => "0".repeat(64),
        _ => last.hash.clone(),
    };
    match it.number == last.number + 1 && it.previous == before {
        true => Ok(()),
        false => Err(ExchangeRefusal::Fork { number: it.number }.into()),
    }
}

/// Reads the parts and holds them against what is declared here.
pub(super) fn content(product: &Product, opened: &Opened) -> Result<Content, AppError> {
    let content = Content {
        records: rows(opened, RECORDS)?,
        shown: rows(opened, SHOWN)?,
        standings: rows(opened, STANDINGS)?,
        open: rows(opened, OPEN)?,
        notices: rows(opened, NOTICES)?,
        receipts: rows(opened, RECEIPTS)?,
    };
    let undeclared = |what: String| Err(ExchangeRefusal::Undeclared { what }.into());
    let to = Side::parse(&opened.manifest.to).unwrap_or(Side::Inner);
    for name in opened.parts.keys() {
        let own = [RECORDS, SHOWN, STANDINGS, OPEN, NOTICES, RECEIPTS];
        if !own.contains(&name.as_str()) && !name.starts_with(FILES) {
            return undeclared(name.clone());
        }
    }
    for it in &content.records {
        let Some(reach) = Reach::of(&product.pack, &it.register, to) else {
            return undeclared(it.register.clone());
        };
        let names = reach.names(None);
        if let Some(name) = it.fields.keys().find(|it| !names.contains(*it)) {
            return undeclared(format!("{}.{name}", it.register));
        }
    }
    let keeper = product.pack.playing("publication");
    let shows = keeper.is_some_and(|it| Reach::of(&product.pack, &it.id, to).is_some());
    let any =
        !content.shown.is_empty() || !content.standings.is_empty() || !content.open.is_empty();
    if any && !shows {
        return undeclared("publications".to_owned());
    }
    for it in &content.shown {
        if Frozen::hash(&it.body) != it.hash {
            return Err(ExchangeRefusal::Damaged {
                why: SHOWN.to_owned(),
            }
            .into());
        }
        Frozen::read(&it.body)?;
    }
    for it in &content.notices {
        let reach = Reach::of(&product.pack, &it.register, to);
        if reach.is_none_or(|reach| !reach.notices().contains(&it.whom)) {
            return undeclared(format!("{} → {}", it.register, it.whom));
        }
    }
    Ok(content)
}

fn rows<T: DeserializeOwned>(opened: &Opened, name: &str) -> Result<Vec<T>, AppError> {
    let damaged = || ExchangeRefusal::Damaged {
        why: name.to_owned(),
    };
    let Some(bytes) = opened.parts.get(name) else {
        return Ok(Vec::new());
    };
    let lines = bytes.split(|it| *it == b'\n').filter(|it| !it.is_empty());
    let read = lines.map(|it| serde_json::from_slice(it).map_err(|_| damaged().into()));
    read.collect()
}
