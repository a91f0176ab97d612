//! The names of all organizations, ready to be looked in: made when first asked for, moved on with the records.
//!
//! Owns keeping one index for a process and knowing what of it is out of date. Leaves likeness to `quanyu_core::lists`.
//!
//! Invariant: an index that is handed out is right as of a change sequence that lies no further back than the last change of an
//! organization.
//!
//! Start reading at [`Names::current`].

use std::{collections::BTreeSet, sync::Arc};

use quanyu_core::{
    columns::{Column, ColumnBatch, ColumnKind, ColumnSpec},
    lists::{Home, Index, Named},
};
use quanyu_pack::model::{Pack, Register};
use quanyu_store::{Store, Tx, columns, lists};
use tokio::sync::Mutex;

use super::{AppError, Product, organizations};

/// What parts former names in their field.
const PARTING: [char; 6] = [';', '；', '、', ',', '，', '\n'];

/// The index of a process. Shared by all who look at its district.
#[derive(Debug, Default)]
pub struct Names {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    seq: i64,
    register: String,
    index: Arc<Index>,
}

/// An organization's names as they stand in its record.
struct Borne {
    id: i64,
    name: String,
    former: Vec<String>,
}

impl Names {
    /// The index as of now. Whoever asks first waits until it is made.
    ///
    /// # Errors
    /// The database's.
    pub async fn current(&self, product: &Product) -> Result<Arc<Index>, AppError> {
        let register = organizations(product)?;
        let mut kept = self.kept.lock().await;
        let mut tx = product.store.read().await?;
        let head = tx.head();
        if let Some(known) = kept.as_mut().filter(|it| it.register == register.id) {
            if known.seq == head || !lists::touched(&mut tx, &register.id, known.seq).await? {
                known.seq = head;
                return Ok(known.index.clone());
            }
            if !known.index.is_worn() {
                move_on(&mut tx, register, known).await?;
                known.seq = head;
                return Ok(known.index.clone());
            }
        }
        drop(tx);
        let (seq, index) = made(&product.store, &product.pack, register).await?;
        let index = Arc::new(index);
        *kept = Some(Kept {
            seq,
            register: register.id.clone(),
            index: index.clone(),
        });
        Ok(index)
    }
}

/// Puts the names of organizations that were changed since into the index.
async fn move_on(tx: &mut Tx, register: &Register, known: &mut Kept) -> Result<(), AppError> {
    let mut gone: BTreeSet<i64> = columns::removed(tx, &register.id, known.seq)
        .await?
        .into_iter()
        .collect();
    let mut fresh = Vec::new();
    read(tx, register, known.seq, |borne| {
        gone.insert(borne.id);
        fresh.push(borne);
    })
    .await?;
    // Whoever looks in the old one meanwhile keeps it.
    let index = Arc::make_mut(&mut known.index);
    index.renew(&gone, fresh.iter().flat_map(named));
    Ok(())
}

async fn made(store: &Store, pack: &Pack, register: &Register) -> Result<(i64, Index), AppError> {
    let mut tx = store.read().await?;
    let seq = tx.head();
    let mut all = Vec::new();
    read(&mut tx, register, 0, |borne| all.push(borne)).await?;
    drop(tx);
    // People leave out the regions that the district lies in, and the district itself.
    let around = pack
        .regions
        .values()
        .filter(|it| it.code.contains(&pack.region));
    let names: Vec<String> = around
        .flat_map(|it| std::iter::once(&it.name).chain(&it.aliases))
        .cloned()
        .collect();
    let index = tokio::task::spawn_blocking(move || {
        let home = Home::new(names.iter().map(String::as_str));
        Index::new(home, all.iter().flat_map(named))
    });
    let index = index.await.map_err(|it| AppError::Output(it.to_string()))?;
    Ok((seq, index))
}

fn named(borne: &Borne) -> impl Iterator<Item = Named<'_>> {
    let own = Named {
        id: borne.id,
        name: &borne.name,
        former: false,
    };
    let former = borne.former.iter().map(|name| Named {
        id: borne.id,
        name,
        former: true,
    });
    std::iter::once(own).chain(former)
}

async fn read(
    tx: &mut Tx,
    register: &Register,
    since: i64,
    mut each: impl FnMut(Borne),
) -> Result<(), AppError> {
    let slots = ["name", "former_names"].iter();
    let specs: Vec<ColumnSpec> = slots
        .filter_map(|it| register.slot(it))
        .map(|it| ColumnSpec {
            name: it.id.clone(),
            kind: ColumnKind::Text,
        })
        .collect();
    let mut after = 0;
    loop {
        let batch = columns::next(tx, &register.id, &specs, since, after).await?;
        let Some(last) = batch.ids.last() else {
            return Ok(());
        };
        after = *last;
        borne(batch).for_each(&mut each);
    }
}

fn borne(batch: ColumnBatch) -> impl Iterator<Item = Borne> {
    let mut columns = batch.columns.into_iter().map(|column| match column {
        Column::Text(texts) => texts,
        Column::Int(ints) => vec![None; ints.len()],
    });
    let names = columns.next().unwrap_or_default();
    let former = columns.next().unwrap_or_else(|| vec![None; names.len()]);
    let rows = batch.ids.into_iter().zip(names).zip(former);
    rows.filter_map(|((id, name), former)| {
        let former = former.unwrap_or_default();
        let former = former
            .split(PARTING)
            .map(str::trim)
            .filter(|it| !it.is_empty());
        Some(Borne {
            id,
            name: name?,
            former: former.map(str::to_owned).collect(),
        })
    })
}
