//! Making a package: what changed here since the last one and flows to the other side.
//!
//! Owns choosing records, the parts, numbering. Leaves saying a record to [`super::moved`], the file to [`super::container`].
//!
//! Invariant: a package is on the disk before it is numbered; its number, what both sides know from now on and the change that it goes
//! up to are written in one act; made again it is the same file.
//!
//! Start reading at [`export`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ed25519_dalek::{Signer as _, SigningKey};
use futures::FutureExt as _;
use quanyu_pack::model::Side;
use quanyu_store::{
    Store, Tx,
    exchange::{self, Package},
    files,
    publication::{self, Release, Standing, Version},
    records::{self, Record},
};
use serde::{Deserialize, Serialize};

use super::{
    ExchangeRefusal,
    container::{self, HandOver, Manifest, hand_over_words, hex, sha256, write},
    key_path, make_key, may,
    moved::{self, Changed, Moved, Reach},
    side, signing_key, whole,
};
use crate::app::{AppError, Product, files as kept, steps::file_of};

/// Records looked at together.
const PAGE: u32 = 500;
/// Zeros before the first package.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A package that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its number.
    pub number: i64,
    /// What its file is called.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// SHA-256 of it.
    pub hash: String,
    /// Records in it.
    pub records: i64,
    /// What was left out: why, and how often.
    pub left_out: BTreeMap<String, i64>,
}

/// A version of a publication in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownMoved {
    pub publication: (String, i64),
    pub number: i64,
    pub kind: String,
    pub body: String,
    pub hash: String,
    pub docx: String,
    pub window: Option<(String, String)>,
    pub reason: Option<String>,
}

/// Where a publication is, in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingMoved {
    pub publication: (String, i64),
    pub standing: String,
}

/// Released open data in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenMoved {
    pub dataset: String,
    pub number: i64,
    pub body: String,
    pub csv: String,
    pub xlsx: String,
    pub json: String,
}

/// A notice in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeMoved {
    pub id: i64,
    pub register: String,
    pub about: (String, i64),
    pub whom: String,
    pub zh: String,
    pub en: String,
}

/// That somebody has read a notice, in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptMoved {
    pub notice: i64,
    pub person: String,
}

/// Names of parts.
pub(super) const RECORDS: &str = "records.jsonl";
pub(super) const SHOWN: &str = "publications.jsonl";
pub(super) const STANDINGS: &str = "standings.jsonl";
pub(super) const OPEN: &str = "open_data.jsonl";
pub(super) const NOTICES: &str = "notices.jsonl";
pub(super) const RECEIPTS: &str = "receipts.jsonl";
pub(super) const FILES: &str = "files/";

/// What one change of what both know is: register, record, where it was made, field, value, whether it is personal.
type Known = (String, i64, Vec<(String, Option<String>, bool)>);

/// A package being put together.
struct Making<'a> {
    product: &'a Product,
    store: Store,
    own: Side,
    records: Vec<Moved>,
    known: Vec<Known>,
    going: Arc<BTreeSet<(String, i64)>>,
    files: BTreeMap<String, Vec<u8>>,
    left_out: BTreeMap<String, i64>,
    holds: BTreeMap<String, i64>,
}

/// Makes the next package. With `new_key` it hands over to a new key, which signs from the next one on.
///
/// # Errors
/// [`ExchangeRefusal`] where the side was never said, or another package was made meanwhile; the disk's.
pub async fn export(product: &Product, new_key: bool) -> Result<Exported, AppError> {
    may(product)?;
    let store = whole(product);
    let mut tx = store.read().await?;
    let own = side(&mut tx).await?;
    let last = exchange::last(&mut tx, "out").await?.unwrap_or_default();
    let seen = exchange::last(&mut tx, "in").await?.unwrap_or_default();
    let keys = exchange::keys(&mut tx, own.word()).await?;
    let public = keys
        .last()
        .map(|it| it.0.clone())
        .ok_or(ExchangeRefusal::NoSide)?;
    let key = signing_key(product, &public)?;
    let upto = tx.head();
    let mut making = Making {
        product,
        store: store.clone(),
        own,
        records: Vec::new(),
        known: Vec::new(),
        going: Arc::default(),
        files: BTreeMap::new(),
        left_out: BTreeMap::new(),
        holds: BTreeMap::new(),
    };
    let reaches = Reach::all(&product.pack, own.other());
    // First which records go at all, so that a reference to one of them can be followed.
    let mut chosen = Vec::new();
    for reach in &reaches {
        let found = making.choose(&mut tx, reach, last.upto).await?;
        chosen.push((reach, found));
    }
    for (reach, ids) in &chosen {
        for id in ids {
            making.record(&mut tx, reach, *id).await?;
        }
    }
    let (shown, standings, open) = making.shown(&mut tx, &reaches, last.upto).await?;
    let notices = making.notices(&mut tx, &reaches, &last.at).await?;
    let receipts = exchange::read_here(&mut tx).await?;
    let receipts: Vec<ReceiptMoved> = receipts
        .into_iter()
        .map(|(notice, person)| ReceiptMoved { notice, person })
        .collect();
    drop(tx);
    let mut parts = vec![
        (RECORDS.to_owned(), rows(&making.records)),
        (SHOWN.to_owned(), rows(&shown)),
        (STANDINGS.to_owned(), rows(&standings)),
        (OPEN.to_owned(), rows(&open)),
        (NOTICES.to_owned(), rows(&notices)),
        (RECEIPTS.to_owned(), rows(&receipts)),
    ];
    let files = std::mem::take(&mut making.files);
    parts.extend(
        files
            .into_iter()
            .map(|(hash, it)| (format!("{FILES}{hash}"), it)),
    );
    let number = last.number + 1;
    let next = match new_key {
        true => Some(make_key(&key_path(product, ".next"))?),
        false => None,
    };
    let manifest = Manifest {
        pack: product.pack.id.clone(),
        from: own.word().to_owned(),
        to: own.other().word().to_owned(),
        number,
        previous: match last.hash.as_str() {
            "" => NOTHING.to_owned(),
            hash => hash.to_owned(),
        },
        made_at: store.now().to_string(),
        acknowledges: seen.number,
        hand_over: next
            .as_ref()
            .map(|next| handed(&product.pack.id, own, number, &key, next)),
        holds: making.holds.clone(),
        left_out: making.left_out.clone(),
        ..Manifest::default()
    };
    let bytes = write(manifest, &parts, &key);
    let hash = sha256(&bytes);
    let name = format!("{}-{}-{number:05}.qyx", product.pack.id, own.word());
    let stored = files::put(&store, bytes.clone()).await?;
    let records = making.records.len() as i64;
    let package = Package {
        direction: "out".to_owned(),
        number,
        hash: hash.clone(),
        file: stored.value(&name),
        upto,
        records,
        acknowledged: seen.number,
        actor: product.actor().as_str().to_owned(),
        ..Package::default()
    };
    let next = next.map(|it| hex(it.verifying_key().as_bytes()));
    let left_out = making.left_out.clone();
    let order = Arc::new((package, making.known, stored, name.clone(), next, own));
    let actor = product.actor();
    let done = store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (package, known, stored, name, next, own) = &*order;
            let last = exchange::last(&mut act.tx, "out").await?;
            if last.map_or(0, |it| it.number) + 1 != package.number {
                return Err(ExchangeRefusal::Meanwhile.into());
            }
            files::name(act, stored, name, "application/octet-stream").await?;
            let mut bases = Vec::new();
            for (register, record, fields) in known {
                exchange::join(act, register, *record, own.word(), *record).await?;
                let fields = fields.iter();
                bases.extend(fields.map(|(field, value, person)| {
                    (*record, field.as_str(), value.as_deref(), *person)
                }));
            }
            exchange::put_bases(act, &bases).await?;
            exchange::keep(act, package).await?;
            if let Some(next) = next {
                exchange::trust(act, own.word(), next, package.number + 1).await?;
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    done.await?;
    Ok(Exported {
        number,
        name,
        bytes,
        hash,
        records,
        left_out,
    })
}

/// A package that was made before, for one that was lost on the way.
///
/// # Errors
/// A number that was never made.
pub async fn again(product: &Product, number: i64) -> Result<Exported, AppError> {
    may(product)?;
    let store = whole(product);
    let mut tx = store.read().await?;
    let found = exchange::get(&mut tx, "out", number).await?;
    drop(tx);
    let missing = || AppError::not_found("package", &number.to_string(), []);
    let found = found.ok_or_else(missing)?;
    let (hash, name) = file_of(&found.file).ok_or_else(missing)?;
    Ok(Exported {
        number,
        name,
        bytes: files::read(&store, &hash).await?,
        hash: found.hash,
        records: found.records,
        left_out: BTreeMap::new(),
    })
}

fn handed(pack: &str, own: Side, number: i64, old: &SigningKey, new: &SigningKey) -> HandOver {
    let key = hex(new.verifying_key().as_bytes());
    let words = hand_over_words(pack, own.word(), number, &key);
    HandOver {
        signature: container::hex(&old.sign(words.as_bytes()).to_bytes()),
        key,
    }
}

fn rows<T: Serialize>(all: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    for it in all {
        let line = serde_json::to_vec(it).expect("texts are JSON");
        out.extend_from_slice(&line);
        out.push(b'\n');
    }
    out
}

impl Making<'_> {
    /// Records of a register that changed since, in order of id, that go or went before.
    async fn choose(
        &mut self,
        tx: &mut Tx,
        reach: &Reach<'_>,
        since: i64,
    ) -> Result<Vec<i64>, AppError> {
        let register = &reach.register.id;
        let (mut chosen, mut after) = (Vec::new(), 0);
        loop {
            let ids = exchange::changed(tx, register, since, after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            for id in ids {
                let Some(record) = records::get_with_removed(tx, register, id).await? else {
                    continue;
                };
                let crossed = exchange::origin(tx, register, id).await?.is_some();
                let removed = exchange::is_removed(&record);
                let state = record.state.as_deref();
                // What goes only in part goes once the other side has sent the whole.
                let goes = reach.goes(state) && !removed && (crossed || reach.begins(state));
                if goes || crossed {
                    chosen.push(id);
                }
                if goes {
                    Arc::make_mut(&mut self.going).insert((register.clone(), id));
                }
            }
        }
        Ok(chosen)
    }

    async fn record(&mut self, tx: &mut Tx, reach: &Reach<'_>, id: i64) -> Result<(), AppError> {
        let register = reach.register;
        let Some(record) = records::get_with_removed(tx, &register.id, id).await? else {
            return Ok(());
        };
        let crossed = exchange::origin(tx, &register.id, id).await?;
        let origin = crossed.unwrap_or_else(|| (self.own.word().to_owned(), id));
        let base = exchange::base(tx, self.store.keys(), id).await?;
        let open = exchange::fields_open(tx, id).await?;
        let removed = exchange::is_removed(&record);
        let mut fields = BTreeMap::new();
        let mut known = Vec::new();
        if !removed {
            for name in reach.names(Some(record.state.as_deref())) {
                if open.contains(&name) {
                    continue;
                }
                let Some(now) = self.said(tx, reach, &record, &name).await? else {
                    continue;
                };
                let was = base.get(&name).cloned().flatten();
                if was != now {
                    let person = moved::is_person(register, &name);
                    known.push((name.clone(), now.clone(), person));
                    fields.insert(name, Changed { was, now });
                }
            }
        }
        let told = base.contains_key(REMOVED);
        if removed && !told {
            known.push((REMOVED.to_owned(), Some("1".to_owned()), false));
        }
        if fields.is_empty() && (!removed || told) {
            return Ok(());
        }
        *self.holds.entry(register.id.clone()).or_default() += 1;
        self.known.push((register.id.clone(), id, known));
        self.records.push(Moved {
            register: register.id.clone(),
            origin,
            fields,
            removed,
        });
        Ok(())
    }

    /// What a record says of a name; nothing where that cannot leave.
    async fn said(
        &mut self,
        tx: &mut Tx,
        reach: &Reach<'_>,
        record: &Record,
        name: &str,
    ) -> Result<Option<Option<String>>, AppError> {
        let pack = &self.product.pack;
        let going = Arc::clone(&self.going);
        let follows = move |register: &str, id: i64| going.contains(&(register.to_owned(), id));
        let keys = self.store.keys().clone();
        let of = (reach.register, record);
        let own = self.own.word();
        let said = moved::said(tx, (pack, &keys), of, name, &follows, own).await?;
        let Ok(text) = said else {
            self.leave("reference");
            return Ok(None);
        };
        let field = reach.register.field(name);
        let file = field.is_some_and(|it| it.kind == quanyu_pack::model::FieldType::File);
        if file
            && let Some(value) = &text
            && !self.file(value).await?
        {
            return Ok(None);
        }
        Ok(Some(text))
    }

    fn leave(&mut self, why: &str) {
        *self.left_out.entry(why.to_owned()).or_default() += 1;
    }

    /// Puts a file in; not one that bears a mark of secrecy, whenever it got here.
    async fn file(&mut self, value: &str) -> Result<bool, AppError> {
        let Some((hash, name)) = file_of(value) else {
            return Ok(false);
        };
        if self.files.contains_key(&hash) {
            return Ok(true);
        }
        let bytes = files::read(&self.store, &hash).await?;
        // What was taken once under looser rules otherwise still goes.
        if let Err(AppError::Secret { .. }) = kept::accept(&name, &bytes) {
            self.leave("secret");
            return Ok(false);
        }
        self.files.insert(hash, bytes);
        Ok(true)
    }

    /// Publications as they were shown, where they are now, and released open data.
    async fn shown(
        &mut self,
        tx: &mut Tx,
        reaches: &[Reach<'_>],
        since: i64,
    ) -> Result<(Vec<ShownMoved>, Vec<StandingMoved>, Vec<OpenMoved>), AppError> {
        let keeper = self.product.pack.playing("publication");
        let flows = keeper.is_some_and(|it| reaches.iter().any(|to| to.register.id == it.id));
        let (mut shown, mut standings, mut open) = (Vec::new(), Vec::new(), Vec::new());
        let Some(keeper) = keeper.filter(|_| flows) else {
            return Ok((shown, standings, open));
        };
        let versions: Vec<Version> = publication::versions_since(tx, since).await?;
        for it in versions {
            let Some(origin) = self.origin(tx, &keeper.id, it.shown.publication).await? else {
                self.leave("publication");
                continue;
            };
            // What was frozen for the public was looked at when it was frozen.
            if let Some((hash, _)) = file_of(&it.shown.docx) {
                let bytes = files::read(&self.store, &hash).await?;
                self.files.insert(hash, bytes);
            }
            shown.push(ShownMoved {
                publication: origin,
                number: it.number,
                kind: it.shown.kind,
                body: it.shown.body,
                hash: it.shown.hash,
                docx: it.shown.docx,
                window: it.shown.window,
                reason: it.shown.reason,
            });
        }
        for it in publication::moved_since(tx, since).await? {
            if !matches!(it.standing, Standing::Settled | Standing::Withdrawn) || it.version == 0 {
                continue;
            }
            if let Some(origin) = self.origin(tx, &keeper.id, it.id).await? {
                standings.push(StandingMoved {
                    publication: origin,
                    standing: it.standing.word().to_owned(),
                });
            }
        }
        let released: Vec<Release> = publication::releases_since(tx, since).await?;
        for it in released {
            for value in [&it.released.csv, &it.released.xlsx, &it.released.json] {
                if let Some((hash, _)) = file_of(value) {
                    let bytes = files::read(&self.store, &hash).await?;
                    self.files.insert(hash, bytes);
                }
            }
            open.push(OpenMoved {
                dataset: it.released.dataset,
                number: it.number,
                body: it.released.body,
                csv: it.released.csv,
                xlsx: it.released.xlsx,
                json: it.released.json,
            });
        }
        Ok((shown, standings, open))
    }

    /// Where a record was made first, if it crossed or goes now.
    async fn origin(
        &self,
        tx: &mut Tx,
        register: &str,
        id: i64,
    ) -> Result<Option<(String, i64)>, AppError> {
        if let Some(origin) = exchange::origin(tx, register, id).await? {
            return Ok(Some(origin));
        }
        let goes = self.going.contains(&(register.to_owned(), id));
        Ok(goes.then(|| (self.own.word().to_owned(), id)))
    }

    async fn notices(
        &mut self,
        tx: &mut Tx,
        reaches: &[Reach<'_>],
        since: &str,
    ) -> Result<Vec<NoticeMoved>, AppError> {
        let mut all = Vec::new();
        for reach in reaches {
            let register = &reach.register.id;
            let whom = reach.notices();
            for (id, record, whom, zh, en) in exchange::notices(tx, register, &whom, since).await? {
                if let Some(about) = self.origin(tx, register, record).await? {
                    all.push(NoticeMoved {
                        id,
                        register: register.clone(),
                        about,
                        whom,
                        zh,
                        en,
                    });
                }
            }
        }
        Ok(all)
    }
}

/// Under which name both know that a record was removed.
pub(super) const REMOVED: &str = "@removed";
