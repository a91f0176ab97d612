//! How many records a list has and what its columns add up to, kept from page to page.
//!
//! Owns when a count may be answered from memory and how long a page waits for one. A register of a few thousand records is counted
//! each time. A large one is counted once for the same conditions, reach and columns, and again after it changed; a page waits a
//! moment for that and else goes without, asking again when it is on the screen. Leaves the counting to the store.
//!
//! Invariant: what is told is right for a change sequence not before the page's own.
//!
//! Start reading at [`of`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quanyu_core::{access::Right, actor::Actor, value::Value};
use quanyu_pack::model::Register;
use quanyu_store::{
    Store, Tx, change, duty,
    list::{self as rows, Query},
};
use tokio::sync::{OnceCell, Semaphore};

use crate::app::{AppError, Product};

/// Records from which on a register is large.
const LARGE: u64 = 20_000;
/// How long a page waits for a count.
const PATIENCE: Duration = Duration::from_millis(40);
/// Counts that are kept.
const MOST: usize = 512;

/// How many records there are and what they add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Tally {
    pub count: u64,
    /// In the order of the fields asked for.
    pub sums: Vec<Value>,
}

/// How long a count may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Wait {
    /// A moment: the page goes on without it.
    Moment,
    /// Until it is there.
    Whole,
}

/// Counts of large registers.
pub(in crate::app) struct Tallies {
    large: u64,
    patience: Duration,
    kept: Mutex<BTreeMap<String, Entry>>,
    /// What came into a register since a change sequence, and as of which one.
    news: Mutex<BTreeMap<String, News>>,
    /// Columns by which large registers have been sorted.
    sorted: Mutex<BTreeSet<(String, String)>>,
    /// One count at a time: whoever waits for none is not slowed by them.
    turn: Arc<Semaphore>,
}

type Cell = Arc<OnceCell<Arc<Tally>>>;

struct Entry {
    /// The change sequence at which it was found to be right.
    seen: i64,
    cell: Cell,
}

struct News {
    since: i64,
    seen: i64,
    /// Records made, and others changed.
    counts: (i64, i64),
}

impl Default for Tallies {
    fn default() -> Self {
        Self::new(LARGE, PATIENCE)
    }
}

impl Tallies {
    fn new(large: u64, patience: Duration) -> Self {
        Self {
            large,
            patience,
            kept: Mutex::default(),
            news: Mutex::default(),
            sorted: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Where the count of this question is or will be; a new place after the register changed.
    async fn cell(&self, tx: &mut Tx, register: &str, key: String) -> Result<Cell, AppError> {
        let found = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(&key).map(|it| (it.seen, Arc::clone(&it.cell)))
        };
        let head = tx.head();
        let still = match found {
            Some((seen, cell)) if seen >= head => return Ok(cell),
            Some((seen, cell)) => {
                let changed = change::registers_since(tx, seen).await?;
                (!changed.contains(register)).then_some(cell)
            }
            None => None,
        };
        let cell = still.unwrap_or_default();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&key) {
            // The one that has not been asked for longest.
            let oldest = kept.iter().min_by_key(|(_, it)| it.seen);
            if let Some(oldest) = oldest.map(|it| it.0.clone()) {
                kept.remove(&oldest);
            }
        }
        let entry = Entry {
            seen: head,
            cell: Arc::clone(&cell),
        };
        kept.insert(key, entry);
        Ok(cell)
    }
}

/// How many records the conditions let through for the person before us, and what these fields add up to; `None` where it takes
/// longer than is waited for. It is counted on, so that the next page has it.
///
/// # Errors
/// The database's.
pub(in crate::app) async fn of(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    query: &Query,
    fields: &[&str],
    wait: Wait,
) -> Result<Option<Arc<Tally>>, AppError> {
    let query = Query {
        after: None,
        order: None,
        limit: 0,
        ..query.clone()
    };
    let tallies = &product.tallies;
    if !large(product, tx, register).await? {
        return counted(tx, &register.id, &query, fields)
            .await
            .map(|it| Some(Arc::new(it)));
    }
    let question = Query {
        among: None,
        ..query.clone()
    };
    let scope = product.scope(Right::Read, register);
    let key = format!("{}\n{scope:?}\n{question:?}\n{fields:?}", register.id);
    let cell = tallies.cell(tx, &register.id, key).await?;
    if let Some(done) = cell.get() {
        return Ok(Some(Arc::clone(done)));
    }
    let (store, turn) = (product.store.clone(), Arc::clone(&tallies.turn));
    let (id, fields) = (register.id.clone(), owned(fields));
    let counting = tokio::spawn(async move {
        let count = || async {
            // Never closed.
            let _turn = turn.acquire().await;
            count(&store, &id, &query, &fields).await.map(Arc::new)
        };
        cell.get_or_try_init(count).await.cloned()
    });
    let done = match wait {
        Wait::Whole => counting.await,
        Wait::Moment => match tokio::time::timeout(tallies.patience, counting).await {
            Ok(done) => done,
            Err(_) => return Ok(None),
        },
    };
    match done {
        Ok(tally) => tally.map(Some),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// How many records of a register were made, and how many others changed, since a change sequence; whoever sees them.
///
/// # Errors
/// The database's.
pub(in crate::app) async fn touched(
    product: &Product,
    tx: &mut Tx,
    register: &str,
    since: i64,
) -> Result<(i64, i64), AppError> {
    let news = &product.tallies.news;
    let head = tx.head();
    let found = {
        let news = news.lock().unwrap_or_else(PoisonError::into_inner);
        let found = news.get(register).filter(|it| it.since == since);
        found.map(|it| (it.seen, it.counts))
    };
    let still = match found {
        Some((seen, counts)) if seen >= head => return Ok(counts),
        Some((seen, counts)) => {
            let changed = change::registers_since(tx, seen).await?;
            (!changed.contains(register)).then_some(counts)
        }
        None => None,
    };
    let counts = match still {
        Some(counts) => counts,
        None => duty::touched(tx, register, since).await?,
    };
    let mut news = news.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = News {
        since,
        seen: head,
        counts,
    };
    news.insert(register.to_owned(), entry);
    Ok(counts)
}

/// Whether a register is too large to be looked at row by row for every page.
pub(in crate::app) async fn large(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
) -> Result<bool, AppError> {
    Ok(rows::more_than(tx, &register.id, product.tallies.large).await?)
}

/// Sees to it that a large register is sorted by this column from an index, from the next time on.
pub(in crate::app) async fn sorted(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    field: &str,
) -> Result<(), AppError> {
    let tallies = &product.tallies;
    let key = (register.id.clone(), field.to_owned());
    let known = |set: &Mutex<BTreeSet<_>>| {
        let set = set.lock().unwrap_or_else(PoisonError::into_inner);
        set.contains(&key)
    };
    if known(&tallies.sorted) || !large(product, tx, register).await? {
        return Ok(());
    }
    let (store, (register, field)) = (product.store.seen_as(None), key.clone());
    let mut set = tallies
        .sorted
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if set.insert(key) {
        tokio::spawn(async move {
            let (id, name) = (register.clone(), field.clone());
            let actor = Actor::local();
            let made = store.act(&actor, move |act| {
                let (id, name) = (id.clone(), name.clone());
                Box::pin(async move { rows::sorted_by(act, &id, &name).await })
            });
            if let Err(error) = made.await {
                tracing::warn!(%error, register, field, "the list is sorted without an index");
            }
        });
    }
    Ok(())
}

fn owned(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|it| (*it).to_owned()).collect()
}

async fn count(
    store: &Store,
    register: &str,
    query: &Query,
    fields: &[String],
) -> Result<Tally, AppError> {
    let mut tx = store.read().await?;
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    counted(&mut tx, register, query, &fields).await
}

async fn counted(
    tx: &mut Tx,
    register: &str,
    query: &Query,
    fields: &[&str],
) -> Result<Tally, AppError> {
    let (count, sums) = rows::totals(tx, register, query, fields).await?;
    Ok(Tally {
        count: u64::try_from(count).unwrap_or(0),
        sums,
    })
}
