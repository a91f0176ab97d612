//! The one writer: acts wait in a queue and run one after another, many to a commit.
//!
//! Owns the order of all changes of a process. Against other processes it holds the change head (PostgreSQL) or the
//! file's write lock (SQLite) from the first act of a group to its commit.
//!
//! Invariant: an act is answered after the commit that holds it; an act that fails leaves nothing behind; change
//! numbers are gapless and in commit order.
//!
//! Start reading at [`run`].

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{FutureExt as _, future::BoxFuture};
use quanyu_core::{actor::Actor, change};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Inner,
    act::{Act, Head},
    door::{Bind, Tx},
    error::StoreError,
    reach::Sight,
};

/// Acts in a group at most: a failing disk is noticed by few callers, and a group's locks are short.
const GROUP_ACTS: usize = 256;
/// How long a group takes further acts before it is committed.
const GROUP_TIME: Duration = Duration::from_millis(2);
/// How often a group is run again when the connection broke or another server was in the way.
const ATTEMPTS: u32 = 5;

/// An act in the queue.
pub(crate) trait Waiting: Send {
    /// Runs it inside its savepoint; whether it succeeded. It keeps its own result.
    fn run<'a>(&'a mut self, act: &'a mut Act) -> BoxFuture<'a, bool>;
    /// Who acts.
    fn actor(&self) -> &Actor;
    /// How far that person reaches.
    fn sight(&self) -> Option<Arc<Sight>>;
    /// Answers the caller: with the act's own result, or with what went wrong around it.
    fn answer(self: Box<Self>, around: Option<StoreError>);
}

pub(crate) struct Order<F, T, E> {
    actor: Actor,
    sight: Option<Arc<Sight>>,
    run: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Order<F, T, E> {
    pub(crate) fn new(
        actor: Actor,
        sight: Option<Arc<Sight>>,
        run: F,
    ) -> (Box<Self>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        let order = Self {
            actor,
            sight,
            run,
            result: None,
            reply,
        };
        (Box::new(order), answer)
    }
}

impl<F, T, E> Waiting for Order<F, T, E>
where
    F: for<'a> Fn(&'a mut Act) -> BoxFuture<'a, Result<T, E>> + Send + Sync,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run<'a>(&'a mut self, act: &'a mut Act) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let made = AssertUnwindSafe(async {
                let made = (self.run)(act).await;
                match made {
                    Ok(value) => act.flush().await.map_err(E::from).map(|()| value),
                    Err(error) => Err(error),
                }
            })
            .catch_unwind()
            .await;
            let result =
                made.unwrap_or_else(|panic| Err(StoreError::Panicked(told(&*panic)).into()));
            let done = result.is_ok();
            self.result = Some(result);
            done
        })
    }

    fn actor(&self) -> &Actor {
        &self.actor
    }

    fn sight(&self) -> Option<Arc<Sight>> {
        self.sight.clone()
    }

    fn answer(self: Box<Self>, around: Option<StoreError>) {
        let result = match (around, self.result) {
            (Some(error), _) => Err(error.into()),
            (None, Some(result)) => result,
            (None, None) => Err(StoreError::WriterGone.into()),
        };
        // A caller that went away does not want to know.
        let _ = self.reply.send(result);
    }
}

fn told(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()))
        .unwrap_or_default()
}

/// Takes acts from the queue until the last store is dropped.
pub(crate) async fn run(store: Arc<Inner>, mut queue: mpsc::Receiver<Box<dyn Waiting>>) {
    let mut group: Vec<Box<dyn Waiting>> = Vec::new();
    while let Some(first) = queue.recv().await {
        group.push(first);
        let mut attempt = 0;
        let around = loop {
            attempt += 1;
            match once(&store, &mut group, &mut queue).await {
                Err(error) if error.passing() && attempt < ATTEMPTS => {
                    tracing::warn!(%error, attempt, "a group of acts is run again");
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                }
                other => break other.err(),
            }
        };
        if let Some(error) = &around {
            tracing::error!(%error, acts = group.len(), "a group of acts was not committed");
        }
        for order in group.drain(..) {
            order.answer(around.as_ref().map(|error| match error {
                StoreError::CommitUnclear(text) => StoreError::CommitUnclear(text.clone()),
                other => StoreError::NotCommitted(other.to_string()),
            }));
        }
    }
    store.pools.close().await;
}

/// Runs the group, takes further acts while there is time, commits.
async fn once(
    store: &Arc<Inner>,
    group: &mut Vec<Box<dyn Waiting>>,
    queue: &mut mpsc::Receiver<Box<dyn Waiting>>,
) -> Result<(), StoreError> {
    let (tx, head) = begin(store).await?;
    let start = Instant::now();
    let mut act = Act::new(tx, head, store);
    let mut next = 0;
    loop {
        while next < group.len() {
            single(&mut act, &mut group[next]).await?;
            next += 1;
        }
        if group.len() >= GROUP_ACTS || start.elapsed() >= GROUP_TIME {
            break;
        }
        match queue.try_recv() {
            Ok(order) => group.push(order),
            Err(_) => break,
        }
    }
    let end = act.head;
    let wrote = act.wrote();
    let committed = act.finish().await;
    match committed {
        Err(error) if error.passing() => unclear(store, end, wrote, &error).await,
        other => other,
    }
}

/// Whether a commit whose answer was lost was kept: its last entry is in the chain or is not.
async fn unclear(
    store: &Arc<Inner>,
    end: Head,
    wrote: bool,
    error: &StoreError,
) -> Result<(), StoreError> {
    let lost = || StoreError::CommitUnclear(error.to_string());
    if !wrote {
        return Err(lost());
    }
    let mut tx = Tx::new(
        store.pools.read().await.map_err(|_| lost())?,
        store.schema(),
        0,
    );
    let row = tx
        .row(
            "select seal from change where seq = $1",
            &[Bind::from(end.seq)],
        )
        .await
        .map_err(|_| lost())?;
    match row {
        Some(row) if row.text(0)? == change::seal_text(&end.seal) => Ok(()),
        _ => Err(StoreError::NotCommitted(error.to_string())),
    }
}

/// Begins a transaction that holds the change head.
pub(crate) async fn begin(store: &Arc<Inner>) -> Result<(Tx, Head), StoreError> {
    let mut tx = Tx::new(store.pools.write().await?, store.schema(), 0);
    let head = head(&mut tx).await?;
    tx.seen = head.seq;
    store.current(&mut tx, head.pack).await?;
    Ok((tx, head))
}

async fn head(tx: &mut Tx) -> Result<Head, StoreError> {
    let row = tx
        .row("select seq, seal, pack, record from change_head", &[])
        .await?
        .ok_or_else(|| StoreError::Unreadable("change_head is empty".into()))?;
    let seal = row.text(1)?;
    Ok(Head {
        seq: row.int(0)?,
        seal: change::seal_from_text(&seal)
            .ok_or_else(|| StoreError::Unreadable(format!("the head's seal is `{seal}`")))?,
        pack: row.int(2)?,
        record: row.int(3)?,
    })
}

async fn single(act: &mut Act, order: &mut Box<dyn Waiting>) -> Result<(), StoreError> {
    let before = act.head;
    let schema = Arc::clone(&act.tx.schema);
    act.begin(order.actor().clone());
    act.tx.sight = order.sight();
    act.tx.run("savepoint act", &[]).await?;
    let done = order.run(act).await;
    if act.tx.broken {
        return Err(StoreError::Database(Box::new(sqlx::Error::WorkerCrashed)));
    }
    if done {
        act.tx.run("release savepoint act", &[]).await?;
    } else {
        act.tx.run("rollback to savepoint act", &[]).await?;
        act.tx.run("release savepoint act", &[]).await?;
        act.head = before;
        act.tx.seen = before.seq;
        act.tx.schema = schema;
        act.drop_pending();
    }
    Ok(())
}

/// Writes the head that the group ends at.
pub(crate) async fn keep_head(tx: &mut Tx, head: &Head) -> Result<(), StoreError> {
    let values = [
        Bind::from(head.seq),
        Bind::from(change::seal_text(&head.seal)),
        Bind::from(head.pack),
        Bind::from(head.record),
    ];
    tx.run(
        "update change_head set seq = $1, seal = $2, pack = $3, record = $4",
        &values,
    )
    .await?;
    Ok(())
}
