//! An act: what runs inside the writer.
//!
//! Owns the numbering of changes and records while an act runs, and the change entries it has made. An act may run
//! again, so it changes nothing but through its transaction.
//!
//! Invariant: every entry gets the next number and is sealed to the one before.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::Offset};
use quanyu_core::{
    actor::Actor,
    change::{self, Entry, Seal},
};

use crate::{
    Inner,
    clock::stamp,
    door::{Bind, Tx},
    error::StoreError,
    keys::Keys,
    mandate,
    schema::Schema,
    tables, writer,
};

/// Entries written by one statement: ten values each stay far below what both engines bind.
const ENTRIES: usize = 200;

/// Where the change chain ends, and the last record id given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub seal: Seal,
    pub pack: i64,
    pub record: i64,
}

/// What an act works on.
pub struct Act {
    /// The transaction.
    pub tx: Tx,
    /// Who acts.
    pub actor: Actor,
    /// When, UTC, RFC 3339 with microseconds: the same for all that an act writes.
    pub at: String,
    pub(crate) head: Head,
    pub(crate) keys: Keys,
    pending: Vec<(Entry, Seal)>,
    start: i64,
    began: i64,
    /// The record that is about to be changed under a mandate, and the mandate.
    under: Option<(i64, i64)>,
    store: Arc<Inner>,
}

impl Act {
    pub(crate) fn new(tx: Tx, head: Head, store: &Arc<Inner>) -> Self {
        Self {
            tx,
            actor: Actor::local(),
            at: String::new(),
            head,
            keys: store.keys.clone(),
            pending: Vec::new(),
            start: head.seq,
            began: head.seq,
            under: None,
            store: Arc::clone(store),
        }
    }

    pub(crate) fn begin(&mut self, actor: Actor) {
        self.actor = actor;
        self.began = self.head.seq;
        self.under = None;
        self.at = stamp(self.store.clock.now());
    }

    /// The day of the act, in China.
    #[must_use]
    pub fn day(&self) -> Date {
        let at: Timestamp = self.at.parse().unwrap_or_default();
        // The zone has had no changes since 1991, so that no zone data are needed.
        Offset::constant(8).to_datetime(at).date()
    }

    /// The tables of the applied pack.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.tx.schema
    }

    /// Appends an entry that changes no record: applying, exporting, looking at personal data.
    ///
    /// # Errors
    /// The database's.
    pub async fn log(&mut self, act: &str, after: Option<String>) -> Result<i64, StoreError> {
        self.append(act, "", 0, None, after).await
    }

    /// The number that the next entry gets.
    pub(crate) fn next_seq(&self) -> i64 {
        self.head.seq + 1
    }

    /// The number of the first entry that this act made or will make.
    pub(crate) fn first_seq(&self) -> i64 {
        self.began + 1
    }

    /// Record ids that were never given out before; the first of them.
    pub(crate) fn next_ids(&mut self, count: i64) -> i64 {
        let first = self.head.record + 1;
        self.head.record += count;
        first
    }

    /// What is next appended of a record is done under this mandate, or under none.
    pub(crate) fn under(&mut self, record: i64, mandate: Option<i64>) {
        self.under = mandate.map(|it| (record, it));
    }

    pub(crate) async fn append(
        &mut self,
        act: &str,
        register: &str,
        record: i64,
        before: Option<String>,
        after: Option<String>,
    ) -> Result<i64, StoreError> {
        let seq = self.enter(act, register, record, before, after).await?;
        let of_this = |it: &(i64, i64)| it.0 == record && record != 0;
        if let Some((record, mandate)) = self.under.filter(of_this) {
            let noted = self.next_seq();
            let note = mandate::note_use(self, (seq, noted), mandate, record).await?;
            self.enter(mandate::USE, "", 0, None, Some(note)).await?;
        }
        Ok(seq)
    }

    async fn enter(
        &mut self,
        act: &str,
        register: &str,
        record: i64,
        before: Option<String>,
        after: Option<String>,
    ) -> Result<i64, StoreError> {
        let entry = Entry {
            seq: self.next_seq(),
            actor: self.actor.as_str().to_owned(),
            at: self.at.clone(),
            act: act.to_owned(),
            register: register.to_owned(),
            record,
            before,
            after,
            pack: self.head.pack,
        };
        let seal = entry.seal(&self.head.seal);
        self.head.seq = entry.seq;
        self.head.seal = seal;
        self.tx.seen = entry.seq;
        self.pending.push((entry, seal));
        if self.pending.len() >= ENTRIES {
            self.flush().await?;
        }
        Ok(self.head.seq)
    }

    /// Writes the entries that wait in memory.
    ///
    /// # Errors
    /// The database's.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let count = pending.len();
        let mut values = Vec::with_capacity(count * 10);
        for (entry, seal) in pending {
            values.extend([
                Bind::from(entry.seq),
                Bind::from(entry.actor),
                Bind::from(entry.at),
                Bind::from(entry.act),
                Bind::from(entry.register),
                Bind::from(entry.record),
                Bind::from(entry.before),
                Bind::from(entry.after),
                Bind::from(entry.pack),
                Bind::from(change::seal_text(&seal)),
            ]);
        }
        let columns = [
            "seq", "actor", "at", "act", "register", "record", "before", "after", "pack", "seal",
        ];
        let engine = self.tx.engine();
        self.tx
            .run_built(tables::insert("change", &columns, count, engine), &values)
            .await?;
        Ok(())
    }

    /// Whether the group has entries in the chain.
    pub(crate) fn wrote(&self) -> bool {
        self.head.seq > self.start
    }

    pub(crate) fn drop_pending(&mut self) {
        self.pending.clear();
    }

    pub(crate) fn store(&self) -> &Arc<Inner> {
        &self.store
    }

    pub(crate) async fn finish(mut self) -> Result<(), StoreError> {
        writer::keep_head(&mut self.tx, &self.head).await?;
        let schema = Arc::clone(&self.tx.schema);
        self.tx.commit().await?;
        self.store.keep_schema(schema);
        Ok(())
    }
}
