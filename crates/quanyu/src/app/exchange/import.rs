//! Taking a package in: signature, order, declarations, then all of it in one act.
//!
//! Owns what happens to each part. What both sides changed becomes a conflict; nothing is lost silently.
//!
//! Invariant: a package changes something once; what no flow declares is refused with the whole package.
//!
//! Start reading at [`import`].

use std::sync::Arc;

use futures::FutureExt as _;
use quanyu_core::actor::Actor;
use quanyu_store::{
    Act,
    exchange::{self, Conflict, Package},
    files,
    notice::{self, Notice},
    publication::{self, NewRelease, NewVersion, Standing},
    records::{self, Draft, Record},
};

use super::{
    ExchangeRefusal,
    container::{Manifest, Opened, hands_over},
    export::{FILES, REMOVED},
    may,
    moved::{self, Moved},
    reading::{Content, content, open, ordered},
    side, whole,
};
use crate::app::{AppError, Product, files as kept, registers, steps::file_of};

/// What a package did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Its number.
    pub number: i64,
    /// It was taken in before: nothing was changed.
    pub before: bool,
    /// Records made.
    pub made: i64,
    /// Records changed.
    pub changed: i64,
    /// Conflicts for the officer.
    pub conflicts: i64,
    /// Publications, notices and receipts.
    pub others: i64,
}

/// What a package says of itself, once its signature, addressee and order are right; nothing is changed.
///
/// # Errors
/// As [`import`].
pub async fn verify(product: &Product, bytes: &[u8]) -> Result<(Manifest, bool), AppError> {
    may(product)?;
    let (opened, known) = open(product, bytes).await?;
    content(product, &opened)?;
    Ok((opened.manifest, known))
}

/// Takes a package in.
///
/// # Errors
/// [`ExchangeRefusal`] for one that is damaged, foreign, out of order or holds what is not declared; a file that bears a mark of secrecy;
/// the store's for records that the pack here does not allow. Nothing of it is kept then.
pub async fn import(product: &Product, bytes: &[u8]) -> Result<Imported, AppError> {
    may(product)?;
    let (opened, known) = open(product, bytes).await?;
    let number = opened.manifest.number;
    if known {
        return Ok(Imported {
            number,
            before: true,
            ..Imported::default()
        });
    }
    let content = content(product, &opened)?;
    let store = whole(product);
    for (name, bytes) in &opened.parts {
        let Some(hash) = name.strip_prefix(FILES) else {
            continue;
        };
        // What bears a mark of secrecy is not stored here either.
        for value in named(product, &content, hash) {
            let (_, name) = file_of(&value).unwrap_or_default();
            if let Err(error @ AppError::Secret { .. }) = kept::accept(&name, bytes) {
                return Err(error);
            }
        }
        let stored = files::put(&store, bytes.clone()).await?;
        if stored.hash != hash {
            let why = name.clone();
            return Err(ExchangeRefusal::Damaged { why }.into());
        }
    }
    let name = format!(
        "{}-{}-{number:05}.qyx",
        opened.manifest.pack, opened.manifest.from
    );
    let package = files::put(&store, bytes.to_vec()).await?;
    let from = opened.manifest.from.clone();
    let order = Arc::new((product.clone(), opened, content, package, name));
    let actor = product.actor();
    let operator = actor.as_str().to_owned();
    let done = store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        let (from, operator) = (from.clone(), operator.clone());
        async move {
            let (product, opened, content, package, name) = &*order;
            // What changes comes from the other side; who carried it stands in the entry of the package.
            act.actor = Actor::named(format!("exchange:{from}"));
            take(act, product, (opened, content), (package, name), &operator).await
        }
        .boxed()
    });
    done.await
}

/// Values of file fields of a package that name a file.
fn named(product: &Product, content: &Content, hash: &str) -> Vec<String> {
    let mut all = Vec::new();
    for it in &content.records {
        let Some(register) = product.pack.registers.get(&it.register) else {
            continue;
        };
        for (name, changed) in &it.fields {
            let kind = register.field(name).map(|it| &it.kind);
            if kind == Some(&quanyu_pack::model::FieldType::File)
                && let Some(value) = &changed.now
                && value.starts_with(hash)
            {
                all.push(value.clone());
            }
        }
    }
    all
}

async fn take(
    act: &mut Act,
    product: &Product,
    (opened, content): (&Opened, &Content),
    (stored, name): (&files::Stored, &str),
    operator: &str,
) -> Result<Imported, AppError> {
    let manifest = &opened.manifest;
    let last = exchange::last(&mut act.tx, "in").await?.unwrap_or_default();
    let known = exchange::get(&mut act.tx, "in", manifest.number).await?;
    ordered(&last, known.as_ref(), opened)?;
    let mut done = Imported {
        number: manifest.number,
        before: known.is_some(),
        ..Imported::default()
    };
    if done.before {
        return Ok(done);
    }
    const MEDIA: &str = "application/octet-stream";
    files::name(act, stored, name, MEDIA).await?;
    let mut taking = Taking {
        product,
        own: side(&mut act.tx).await?.word(),
        package: manifest.number,
        opened,
        done: &mut done,
    };
    // What refers to a record that comes later in the package is laid once more at the end.
    let mut later = Vec::new();
    for it in &content.records {
        if !taking.record(act, it).await? {
            later.push(it);
        }
    }
    for it in later {
        taking.references(act, it).await?;
    }
    taking.shown(act, content).await?;
    taking.notices(act, content).await?;
    if let Some(new) = &manifest.hand_over {
        if !hands_over(manifest, new) {
            return Err(ExchangeRefusal::Foreign {
                key: new.key.clone(),
            }
            .into());
        }
        exchange::trust(act, &manifest.from, &new.key, manifest.number + 1).await?;
    }
    let package = Package {
        direction: "in".to_owned(),
        number: manifest.number,
        hash: opened.hash.clone(),
        file: stored.value(name),
        upto: act.tx.head(),
        records: content.records.len() as i64,
        conflicts: done.conflicts,
        acknowledged: manifest.acknowledges,
        actor: operator.to_owned(),
        ..Package::default()
    };
    exchange::keep(act, &package).await?;
    Ok(done)
}

/// A package being taken in.
struct Taking<'a> {
    product: &'a Product,
    own: &'static str,
    package: i64,
    opened: &'a Opened,
    done: &'a mut Imported,
}

impl Taking<'_> {
    /// Takes a record in; whether all its references led somewhere.
    async fn record(&mut self, act: &mut Act, it: &Moved) -> Result<bool, AppError> {
        let register = registers::declared(self.product, &it.register)?.clone();
        self.name_files(act, &register, it).await?;
        let origin = (it.origin.0.as_str(), it.origin.1);
        let mut here = moved::follow(&mut act.tx, &register.id, self.own, origin).await?;
        if here.is_none() && origin.0 == self.own {
            // A record of ours that is not there: it was never here, so somebody made it up.
            return Err(ExchangeRefusal::Undeclared {
                what: format!("{}:{}", it.register, it.origin.1),
            }
            .into());
        }
        if here.is_none() && !it.removed {
            here = self.same(act, &register, it).await?;
        }
        match here {
            None if it.removed => Ok(true),
            None => self.make(act, &register, it).await,
            Some(id) => self.change(act, &register, it, id).await,
        }
    }

    /// Files that a record names get their names.
    async fn name_files(
        &self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        it: &Moved,
    ) -> Result<(), AppError> {
        for (name, changed) in &it.fields {
            let kind = register.field(name).map(|it| &it.kind);
            let Some(value) = changed.now.as_ref() else {
                continue;
            };
            if kind == Some(&quanyu_pack::model::FieldType::File) {
                self.name_file(act, value).await?;
            }
        }
        Ok(())
    }

    async fn name_file(&self, act: &mut Act, value: &str) -> Result<(), AppError> {
        let Some((hash, name)) = file_of(value) else {
            return Ok(());
        };
        let Some(bytes) = self.opened.parts.get(&format!("{FILES}{hash}")) else {
            // It crossed with an earlier package, or it is damaged.
            return match files::get(&mut act.tx, &hash).await? {
                Some(_) => Ok(()),
                None => Err(ExchangeRefusal::Damaged { why: name }.into()),
            };
        };
        let stored = files::Stored {
            hash,
            size: bytes.len() as i64,
        };
        Ok(files::name(act, &stored, &name, "application/octet-stream").await?)
    }

    /// The record here that has the same natural key: both sides knew it before anything was exchanged.
    async fn same(
        &self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        it: &Moved,
    ) -> Result<Option<i64>, AppError> {
        let mut key = Vec::new();
        for name in &register.key {
            let Some(field) = register.field(name) else {
                return Ok(None);
            };
            let text = it.fields.get(name).and_then(|it| it.now.as_deref());
            let pack = &self.product.pack;
            match moved::heard(&mut act.tx, pack, field, text, self.own).await? {
                Ok(value) if !value.is_null() => key.push(value),
                _ => return Ok(None),
            }
        }
        if key.is_empty() {
            return Ok(None);
        }
        let found = records::by_key(&mut act.tx, &register.id, &key).await?;
        let Some(found) = found else { return Ok(None) };
        let taken = exchange::origin(&mut act.tx, &register.id, found.id).await?;
        if taken.is_some() {
            return Ok(None);
        }
        exchange::join(act, &register.id, found.id, &it.origin.0, it.origin.1).await?;
        Ok(Some(found.id))
    }

    async fn make(
        &mut self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        it: &Moved,
    ) -> Result<bool, AppError> {
        let mut draft = Draft::default();
        let mut whole = true;
        for (name, changed) in &it.fields {
            let text = (name.as_str(), changed.now.as_deref());
            let pack = &self.product.pack;
            whole &= moved::lay(&mut act.tx, pack, register, &mut draft, text, self.own).await?;
        }
        let id = records::create(act, &register.id, &draft).await?;
        exchange::join(act, &register.id, id, &it.origin.0, it.origin.1).await?;
        let bases = it.fields.iter().map(|(name, changed)| {
            let person = moved::is_person(register, name);
            (id, name.as_str(), changed.now.as_deref(), person)
        });
        exchange::put_bases(act, &bases.collect::<Vec<_>>()).await?;
        self.done.made += 1;
        Ok(whole)
    }

    async fn change(
        &mut self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        it: &Moved,
        id: i64,
    ) -> Result<bool, AppError> {
        let found = records::get_with_removed(&mut act.tx, &register.id, id).await?;
        let record = found
            .ok_or_else(|| AppError::not_found("record", &format!("{}/{id}", register.id), []))?;
        let gone = exchange::is_removed(&record);
        if it.removed {
            return self.removed(act, register, &record, gone).await;
        }
        if gone {
            // Changed there, removed here.
            for (name, changed) in &it.fields {
                let conflict = Conflict {
                    theirs: changed.now.clone(),
                    was: changed.was.clone(),
                    ..self.conflict(register, id, name)
                };
                let person = moved::is_person(register, name);
                exchange::conflict(act, &conflict, person).await?;
                self.done.conflicts += 1;
            }
            return Ok(true);
        }
        let mut draft = Draft::default();
        let (mut whole, mut laid) = (true, false);
        let open = exchange::fields_open(&mut act.tx, id).await?;
        let mut bases = Vec::new();
        for (name, changed) in &it.fields {
            let ours = self.ours(act, register, &record, name).await?;
            let person = moved::is_person(register, name);
            if ours == changed.now {
                if open.contains(name) {
                    exchange::close(act, id, name, "there").await?;
                }
            } else if ours == changed.was || begins(register, name, changed, ours.as_deref()) {
                let text = (name.as_str(), changed.now.as_deref());
                let pack = &self.product.pack;
                let own = self.own;
                let fits = moved::lay(&mut act.tx, pack, register, &mut draft, text, own).await?;
                whole &= fits;
                laid |= fits;
                if open.contains(name) {
                    exchange::close(act, id, name, "there").await?;
                }
            } else {
                let conflict = Conflict {
                    was: changed.was.clone(),
                    ours,
                    theirs: changed.now.clone(),
                    ..self.conflict(register, id, name)
                };
                exchange::conflict(act, &conflict, person).await?;
                self.done.conflicts += 1;
                continue;
            }
            bases.push((id, name.as_str(), changed.now.as_deref(), person));
        }
        exchange::put_bases(act, &bases).await?;
        if laid {
            records::update(act, &register.id, id, record.version, &draft).await?;
            self.done.changed += 1;
        }
        Ok(whole)
    }

    fn conflict(&self, register: &quanyu_pack::model::Register, id: i64, name: &str) -> Conflict {
        Conflict {
            register: register.id.clone(),
            record: id,
            field: name.to_owned(),
            package: self.package,
            ..Conflict::default()
        }
    }

    async fn removed(
        &mut self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        record: &Record,
        gone: bool,
    ) -> Result<bool, AppError> {
        if gone {
            return Ok(true);
        }
        let keys = self.product.store.keys().clone();
        let base = exchange::base(&mut act.tx, &keys, record.id).await?;
        let mut same = true;
        for (name, was) in &base {
            same &= name == REMOVED || self.ours(act, register, record, name).await? == *was;
        }
        if same {
            exchange::put_base(act, record.id, REMOVED, Some("1"), false).await?;
            records::remove(act, &register.id, record.id, record.version).await?;
            self.done.changed += 1;
        } else {
            let conflict = Conflict {
                theirs: Some("removed".to_owned()),
                ..self.conflict(register, record.id, REMOVED)
            };
            exchange::conflict(act, &conflict, false).await?;
            self.done.conflicts += 1;
        }
        Ok(true)
    }

    /// What a record says here, in the words of a package.
    async fn ours(
        &self,
        act: &mut Act,
        register: &quanyu_pack::model::Register,
        record: &Record,
        name: &str,
    ) -> Result<Option<String>, AppError> {
        let keys = self.product.store.keys().clone();
        let of = (&*self.product.pack, &keys);
        let all = |_: &str, _: i64| true;
        let said = moved::said(&mut act.tx, of, (register, record), name, &all, self.own).await?;
        Ok(said.unwrap_or(None))
    }

    /// Lays references once more, when all records of the package are there.
    async fn references(&mut self, act: &mut Act, it: &Moved) -> Result<(), AppError> {
        let register = registers::declared(self.product, &it.register)?.clone();
        let origin = (it.origin.0.as_str(), it.origin.1);
        let here = moved::follow(&mut act.tx, &register.id, self.own, origin).await?;
        let Some(id) = here else { return Ok(()) };
        let Some(record) = records::get(&mut act.tx, &register.id, id).await? else {
            return Ok(());
        };
        let mut draft = Draft::default();
        for (name, changed) in &it.fields {
            let field = register.field(name);
            let refers =
                field.is_some_and(|it| registers::target(&self.product.pack, it).is_some());
            if !refers || !record.value(name).is_null() {
                continue;
            }
            let text = (name.as_str(), changed.now.as_deref());
            let (pack, own) = (&self.product.pack, self.own);
            if !moved::lay(&mut act.tx, pack, &register, &mut draft, text, own).await? {
                let conflict = Conflict {
                    theirs: changed.now.clone(),
                    ..self.conflict(&register, id, name)
                };
                exchange::conflict(act, &conflict, false).await?;
                self.done.conflicts += 1;
            }
        }
        if !draft.values.is_empty() {
            records::update(act, &register.id, id, record.version, &draft).await?;
        }
        Ok(())
    }

    async fn shown(&mut self, act: &mut Act, content: &Content) -> Result<(), AppError> {
        let Some(keeper) = self.product.pack.playing("publication") else {
            return Ok(());
        };
        for it in &content.shown {
            let origin = (it.publication.0.as_str(), it.publication.1);
            let here = moved::follow(&mut act.tx, &keeper.id, self.own, origin).await?;
            let Some(id) = here else { continue };
            self.name_file(act, &it.docx).await?;
            let new = NewVersion {
                publication: id,
                kind: it.kind.clone(),
                body: it.body.clone(),
                hash: it.hash.clone(),
                docx: it.docx.clone(),
                window: it.window.clone(),
                reason: it.reason.clone(),
            };
            publication::show(act, &new).await?;
            self.done.others += 1;
        }
        for it in &content.standings {
            let origin = (it.publication.0.as_str(), it.publication.1);
            let here = moved::follow(&mut act.tx, &keeper.id, self.own, origin).await?;
            let Some(id) = here else { continue };
            let standing = match it.standing.as_str() {
                "settled" => Standing::Settled,
                _ => Standing::Withdrawn,
            };
            publication::end(act, id, standing).await?;
            self.done.others += 1;
        }
        for it in &content.open {
            for value in [&it.csv, &it.xlsx, &it.json] {
                self.name_file(act, value).await?;
            }
            let new = NewRelease {
                dataset: it.dataset.clone(),
                body: it.body.clone(),
                csv: it.csv.clone(),
                xlsx: it.xlsx.clone(),
                json: it.json.clone(),
            };
            publication::release(act, &new).await?;
            self.done.others += 1;
        }
        Ok(())
    }

    async fn notices(&mut self, act: &mut Act, content: &Content) -> Result<(), AppError> {
        for it in &content.notices {
            if exchange::notice_here(&mut act.tx, it.id).await?.is_some() {
                continue;
            }
            let origin = (it.about.0.as_str(), it.about.1);
            let here = moved::follow(&mut act.tx, &it.register, self.own, origin).await?;
            let Some(id) = here else { continue };
            let Some(record) = records::get(&mut act.tx, &it.register, id).await? else {
                continue;
            };
            let new = Notice {
                kind: "effect".to_owned(),
                whom: it.whom.clone(),
                about: Some((it.register.clone(), id)),
                zh: it.zh.clone(),
                en: it.en.clone(),
                region: record.region.clone(),
                owner_org: record.owner_org,
                owner_user: record.owner_user.clone(),
                ..Notice::default()
            };
            let notice = notice::tell(act, &new).await?;
            exchange::join_notice(act, it.id, notice).await?;
            self.done.others += 1;
        }
        for it in &content.receipts {
            exchange::receipt(act, it.notice, &it.person, self.package).await?;
            self.done.others += 1;
        }
        Ok(())
    }
}

/// Whether a state is only the one that records begin in, of which the other side was never told.
fn begins(
    register: &quanyu_pack::model::Register,
    name: &str,
    changed: &moved::Changed,
    ours: Option<&str>,
) -> bool {
    let states = register.lifecycle.iter().flat_map(|it| &it.states);
    let first = states.map(|it| it.id.as_str()).next();
    name == moved::STATE && changed.was.is_none() && ours == first
}
