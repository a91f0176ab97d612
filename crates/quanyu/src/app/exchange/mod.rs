//! 两网交换: signed packages between the staff side (内网) and the firms' side (外网), carried by hand or dropped as files.
//!
//! Owns which side this is, its key, what a page or a command shows of packages and conflicts. Leaves the file to [`container`],
//! making one to [`export`], taking one in to [`import`].
//!
//! Invariant: only what a flow of the pack declares leaves or comes in; a package is taken in once, in order, whole or not at all; what
//! both sides changed is settled by a person.
//!
//! Start reading at [`export::export`], then [`import::import`].

pub mod container;
pub mod export;
pub mod import;
mod moved;
mod reading;
mod refusal;

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use ed25519_dalek::SigningKey;
use futures::FutureExt as _;
use quanyu_core::{
    access::{Office, Right},
    text::Text,
};
pub use quanyu_pack::model::Side;
use quanyu_store::{
    Store, Tx,
    exchange::{self, Conflict, Package},
    records,
};

use self::container::hex;
use super::{AppError, Product, registers};

pub use container::{Manifest, Opened, read, sha256};
pub use export::{Exported, again, export};
pub use import::{Imported, import, verify};
pub use refusal::ExchangeRefusal;

/// Packages and conflicts that are listed.
const MOST: u32 = 200;

/// Where exchange stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// Which side this is.
    pub side: Option<Side>,
    /// The key that signs here: all of it, and the short form that people compare by telephone.
    pub key: Option<(String, String)>,
    /// Keys of the other side that are trusted, each with the first package that it signs.
    pub trusted: Vec<(String, i64)>,
    /// Packages of both directions.
    pub packages: Vec<Package>,
    /// Number of the last package that the other side is known to have taken in.
    pub acknowledged: i64,
    /// Conflicts that are open.
    pub conflicts: usize,
    /// What goes where: title, register, side, whether persons and files go.
    pub flows: Vec<FlowView>,
}

/// A flow as people read it.
#[derive(Clone, Debug)]
pub struct FlowView {
    /// What goes.
    pub title: Text,
    /// The register.
    pub register: Text,
    /// Where it goes.
    pub to: Side,
    /// Personal fields that go.
    pub person: Vec<Text>,
    /// File fields that go.
    pub files: Vec<Text>,
    /// Whether states go.
    pub state: bool,
}

/// Something that both sides changed.
#[derive(Clone, Debug)]
pub struct ConflictView {
    /// Its number.
    pub id: i64,
    /// The register: id and title.
    pub register: (String, Text),
    /// The record and what it is called.
    pub record: (i64, String),
    /// The field.
    pub field: Text,
    /// What both knew.
    pub was: String,
    /// What it says here.
    pub ours: String,
    /// What it says there.
    pub theirs: String,
    /// The package that brought it.
    pub package: i64,
    /// Whether who looks may settle it here.
    pub settles: bool,
}

/// Only an administrator of the system, or the operator of the machine, makes and takes packages.
fn may(product: &Product) -> Result<(), AppError> {
    match product.who().administers(&product.pack, Office::System) {
        true => Ok(()),
        false => Err(AppError::NotAllowed {
            right: Right::Administer.word(),
            register: product.pack.title.clone(),
        }),
    }
}

/// Everything of the district: who carries a package need not read what is in it.
fn whole(product: &Product) -> Store {
    product.store.seen_as(None)
}

async fn side(tx: &mut Tx) -> Result<Side, AppError> {
    let side = exchange::side(tx).await?;
    let side = side.and_then(|it| Side::parse(&it));
    Ok(side.ok_or(ExchangeRefusal::NoSide)?)
}

/// Says which side this is and makes its key. The public key, to be trusted on the other side.
///
/// # Errors
/// It was said before; the disk's.
pub async fn begin(product: &Product, wish: Side) -> Result<String, AppError> {
    may(product)?;
    let store = whole(product);
    if let Some(side) = exchange::side(&mut store.read().await?).await? {
        return Err(ExchangeRefusal::Side { side }.into());
    }
    let key = make_key(&key_path(product, ""))?;
    let public = hex(key.verifying_key().as_bytes());
    let told = Arc::new(public.clone());
    let actor = product.actor();
    let done = store.act(&actor, move |act| {
        let told = Arc::clone(&told);
        async move {
            exchange::set_side(act, wish.word()).await?;
            exchange::trust(act, wish.word(), &told, 1).await?;
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    done.await?;
    Ok(public)
}

/// Trusts a key of the other side, which came by another way than the packages do.
///
/// # Errors
/// A text that is no key.
pub async fn trust(product: &Product, public: &str) -> Result<(), AppError> {
    may(product)?;
    let public = public.trim().to_owned();
    let bytes = container::unhex::<32>(&public);
    if bytes.is_none_or(|it| ed25519_dalek::VerifyingKey::from_bytes(&it).is_err()) {
        return Err(AppError::BadValue {
            kind: "key",
            value: public,
            why: super::Why::new(
                "应是64位小写十六进制",
                "64 hexadecimal digits in lower case",
            ),
        });
    }
    let store = whole(product);
    let mut tx = store.read().await?;
    let other = side(&mut tx).await?.other();
    let next = exchange::last(&mut tx, "in").await?;
    let known = exchange::keys(&mut tx, other.word()).await?;
    drop(tx);
    if known.last().is_some_and(|it| it.0 == public) {
        return Ok(());
    }
    let from = next.map_or(0, |it| it.number) + 1;
    let actor = product.actor();
    let done = store.act(&actor, move |act| {
        let public = public.clone();
        async move { Ok::<_, AppError>(exchange::trust(act, other.word(), &public, from).await?) }
            .boxed()
    });
    done.await
}

/// Where exchange stands.
///
/// # Errors
/// The database's.
pub async fn status(product: &Product) -> Result<Status, AppError> {
    may(product)?;
    let store = whole(product);
    let mut tx = store.read().await?;
    let side = exchange::side(&mut tx).await?;
    let side = side.and_then(|it| Side::parse(&it));
    let (mut key, mut trusted) = (None, Vec::new());
    if let Some(side) = side {
        let own = exchange::keys(&mut tx, side.word()).await?;
        key = own.last().map(|it| (it.0.clone(), fingerprint(&it.0)));
        trusted = exchange::keys(&mut tx, side.other().word()).await?;
    }
    let last = exchange::last(&mut tx, "in").await?;
    let open = exchange::conflicts(&mut tx, store.keys(), MOST).await?;
    let pack = &product.pack;
    let flows = pack.flows.values().filter_map(|it| {
        let register = pack.registers.get(&it.register)?;
        let titles = |names: &[String]| {
            let fields = names.iter().filter_map(|it| register.field(it));
            fields.map(|it| it.title.clone()).collect()
        };
        Some(FlowView {
            title: it.title.clone(),
            register: register.title.clone(),
            to: it.to,
            person: titles(&it.person),
            files: titles(&it.files),
            state: it.state,
        })
    });
    Ok(Status {
        side,
        key,
        trusted,
        packages: exchange::packages(&mut tx, MOST).await?,
        acknowledged: last.map_or(0, |it| it.acknowledged),
        conflicts: open.len(),
        flows: flows.collect(),
    })
}

/// The first digits of a key's hash, in groups that people read to each other.
#[must_use]
pub fn fingerprint(public: &str) -> String {
    let hash = sha256(public.as_bytes());
    let groups = hash.as_bytes().chunks(4).take(5);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// What both sides changed, as far as who looks reaches the records.
///
/// # Errors
/// The database's.
pub async fn conflicts(product: &Product) -> Result<Vec<ConflictView>, AppError> {
    let mut tx = product.store.read().await?;
    let here = exchange::side(&mut tx).await?;
    let inner = here.as_deref() == Some(Side::Inner.word());
    let all = exchange::conflicts(&mut tx, product.store.keys(), MOST).await?;
    let mut shown = Vec::new();
    for it in all {
        let Ok(register) = registers::readable(product, &it.register) else {
            continue;
        };
        let Some(record) = records::get(&mut tx, &it.register, it.record).await? else {
            continue;
        };
        let enters = product.scope(Right::Enter, register);
        let person = moved::is_person(register, &it.field);
        let said = |text: &Option<String>| match text {
            Some(text) if person => quanyu_core::person::mask(text),
            Some(text) => text.clone(),
            None => "—".to_owned(),
        };
        shown.push(ConflictView {
            id: it.id,
            record: (it.record, registers::label(register, &record)),
            field: moved::title(register, &it.field),
            was: said(&it.was),
            ours: said(&it.ours),
            theirs: said(&it.theirs),
            package: it.package,
            settles: inner && Product::holds(&enters, register, &record),
            register: (register.id.clone(), register.title.clone()),
        });
    }
    Ok(shown)
}

/// Settles a conflict on the inner side: what it says here stays, or what it says there is taken. The next package tells the other side.
///
/// # Errors
/// A conflict that is not there or settled; a right that is missing; a record that somebody changed.
pub async fn settle(product: &Product, id: i64, theirs: bool) -> Result<(), AppError> {
    let missing = || AppError::not_found("conflict", &id.to_string(), []);
    let store = product.store.clone();
    let mut tx = store.read().await?;
    if side(&mut tx).await? != Side::Inner {
        let side = Side::Outer.word().to_owned();
        return Err(ExchangeRefusal::Side { side }.into());
    }
    let found = exchange::conflict_by(&mut tx, store.keys(), id).await?;
    let found: Conflict = found
        .filter(|it| it.settled.is_none())
        .ok_or_else(missing)?;
    drop(tx);
    let register = registers::readable(product, &found.register)?.clone();
    product.may(Right::Enter, &register)?;
    let order = Arc::new((product.clone(), register, found));
    let actor = product.actor();
    let done = store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (product, register, it) = &*order;
            let now = records::get(&mut act.tx, &register.id, it.record).await?;
            let record = now.ok_or_else(|| {
                AppError::not_found("record", &format!("{}/{}", register.id, it.record), [])
            })?;
            let person = moved::is_person(register, &it.field);
            if theirs {
                moved::apply(act, product, register, &record, &it.field, &it.theirs).await?;
                exchange::close(act, it.record, &it.field, "theirs").await?;
            } else {
                // What it says there is what both know now, so that what it says here goes out as a change of it.
                let theirs = it.theirs.as_deref();
                exchange::put_base(act, it.record, &it.field, theirs, person).await?;
                exchange::close(act, it.record, &it.field, "ours").await?;
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    done.await
}

fn key_path(product: &Product, ending: &str) -> PathBuf {
    let folder = product.store.folder().join("keys");
    folder.join(format!("exchange{ending}"))
}

/// A new key, on the disk before anything names it.
fn make_key(path: &Path) -> Result<SigningKey, AppError> {
    let trouble = |error: &dyn std::fmt::Display| AppError::file(path, &error.to_string());
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|it| trouble(&it))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|it| trouble(&it))?;
    }
    let open = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let mut file = open.map_err(|it| trouble(&it))?;
    file.write_all(hex(&secret).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|it| trouble(&it))?;
    Ok(SigningKey::from_bytes(&secret))
}

fn read_key(path: &Path) -> Result<SigningKey, AppError> {
    let text = std::fs::read_to_string(path).map_err(|it| AppError::file(path, &it))?;
    let secret = container::unhex::<32>(text.trim());
    let secret = secret.ok_or_else(|| AppError::file(path, &"not a key"))?;
    Ok(SigningKey::from_bytes(&secret))
}

/// The key that signs here: of the files that are there, the one whose public half is the last that is trusted for this side.
fn signing_key(product: &Product, public: &str) -> Result<SigningKey, AppError> {
    for ending in ["", ".next"] {
        let path = key_path(product, ending);
        if let Ok(key) = read_key(&path)
            && hex(key.verifying_key().as_bytes()) == public
        {
            return Ok(key);
        }
    }
    Err(AppError::file(
        &key_path(product, ""),
        &"the key of this side is not here",
    ))
}
