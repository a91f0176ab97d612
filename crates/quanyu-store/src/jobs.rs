//! Jobs: outside effects of acts, written in the same transaction and done later.
//!
//! Owns the queue: leases, so that a job whose worker died is taken up by another; retries, each later than the last; an
//! idempotency key, so that an act that runs again orders nothing twice; progress for people. Leaves what a job does to
//! the application. Jobs are work, not history: they are not in the change chain.
//!
//! Invariant: at any time at most one worker holds the lease of a job.
//!
//! Start reading at [`lease`].

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use quanyu_core::actor::Actor;

use crate::{
    Row, Store,
    act::Act,
    clock::stamp,
    door::{Bind, Tx},
    error::StoreError,
};

/// The first retry waits this long, each further one twice as long as the last.
const FIRST_RETRY_SECONDS: i64 = 10;
/// No retry waits longer.
const LONGEST_RETRY_SECONDS: i64 = 3_600;

/// A job to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What is to be done, such as `figures.compact`.
    pub kind: String,
    /// Ordering the same key again is the same job.
    pub key: String,
    /// What the worker needs, in its own form.
    pub payload: String,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// Not before; else at once.
    pub not_before: Option<Timestamp>,
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What is to be done.
    pub kind: String,
    /// What the worker needs.
    pub payload: String,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// How often it was begun.
    pub attempts: i64,
    /// Parts done.
    pub done: i64,
    /// Parts in all; 0 where it is not known.
    pub total: i64,
    /// A word on where it stands.
    pub note: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, kind, payload, state, attempts, done, total, note, error";

/// Orders a job; its number, or that of the one ordered before under the same key.
///
/// # Errors
/// The database's.
pub async fn enqueue(act: &mut Act, job: &NewJob) -> Result<i64, StoreError> {
    let sql = "select id from job where idempotency = $1";
    let known = act.tx.row(sql, &[Bind::from(job.key.as_str())]).await?;
    if let Some(row) = known {
        return row.int(0);
    }
    let row = act
        .tx
        .row("select coalesce(max(id), 0) + 1 from job", &[])
        .await?;
    let id = row.map_or(Ok(1), |it| it.int(0))?;
    let values = [
        Bind::from(id),
        Bind::from(job.kind.as_str()),
        Bind::from(job.key.as_str()),
        Bind::from(job.payload.as_str()),
        Bind::from(i64::from(job.max_attempts.max(1))),
        Bind::from(job.not_before.map_or_else(|| act.at.clone(), stamp)),
        Bind::from(act.at.as_str()),
        Bind::from(act.actor.as_str()),
    ];
    let sql = "
        insert into job (id, kind, idempotency, payload, state, attempts, max_attempts, run_after, done, total,
                         created_at, created_by)
        values ($1, $2, $3, $4, 'waiting', 0, $5, $6, 0, 0, $7, $8)";
    act.tx.run(sql, &values).await?;
    Ok(id)
}

/// Takes the oldest job of these kinds that may be begun, for `seconds`; also one whose worker let its lease run out.
///
/// # Errors
/// The database's.
pub async fn lease(
    store: &Store,
    worker: &str,
    kinds: &[&str],
    seconds: i64,
) -> Result<Option<Job>, StoreError> {
    let kinds: Arc<[String]> = kinds.iter().map(|it| (*it).to_owned()).collect();
    let worker: Arc<str> = worker.into();
    store
        .act(&Actor::named(format!("job:{worker}")), move |act| {
            let (kinds, worker) = (Arc::clone(&kinds), Arc::clone(&worker));
            Box::pin(async move {
                let sql = "
                    select id, kind, attempts, max_attempts from job
                     where (state = 'waiting' and run_after <= $1) or (state = 'running' and lease_until < $1)
                     order by run_after, id limit 1000";
                let ready = act.tx.rows(sql, &[Bind::from(act.at.as_str())]).await?;
                for row in ready {
                    let id = row.int(0)?;
                    if !kinds.contains(&row.text(1)?) {
                        continue;
                    }
                    if row.int(2)? >= row.int(3)? {
                        let error = "the worker died in the last attempt";
                        end(act, id, "failed", Some(error)).await?;
                        continue;
                    }
                    let values = [
                        Bind::from(&*worker),
                        Bind::from(later(act, seconds)),
                        Bind::from(id),
                    ];
                    let sql = "
                        update job set state = 'running', attempts = attempts + 1, worker = $1,
                               lease_until = $2 where id = $3";
                    act.tx.run(sql, &values).await?;
                    return get(&mut act.tx, id).await;
                }
                Ok(None)
            })
        })
        .await
}

/// Whether a job of these kinds may be begun: a look that writes nothing, for workers that have nothing to do.
///
/// # Errors
/// The database's.
pub async fn ready(tx: &mut Tx, kinds: &[&str], now: Timestamp) -> Result<bool, StoreError> {
    let sql = format!(
        "select count(*) from job
          where kind in ({}) and ((state = 'waiting' and run_after <= $1) or (state = 'running' and lease_until < $1))",
        crate::tables::places(2, kinds.len())
    );
    let mut values = vec![Bind::from(stamp(now))];
    values.extend(kinds.iter().map(|it| Bind::from(*it)));
    let rows = tx.rows_built(sql, &values).await?;
    Ok(rows.first().map_or(Ok(0), |it| it.int(0))? > 0)
}

/// Notes how far a job is and holds its lease for `seconds` more.
///
/// # Errors
/// [`StoreError::LeaseLost`] where another worker has it by now: stop.
pub async fn progress(
    store: &Store,
    worker: &str,
    job: i64,
    (done, total): (i64, i64),
    note: &str,
    seconds: i64,
) -> Result<(), StoreError> {
    let (worker, note): (Arc<str>, Arc<str>) = (worker.into(), note.into());
    store
        .act(&Actor::named(format!("job:{worker}")), move |act| {
            let (worker, note) = (Arc::clone(&worker), Arc::clone(&note));
            Box::pin(async move {
                mine(act, job, &worker).await?;
                let values = [
                    Bind::from(done),
                    Bind::from(total),
                    Bind::from(&*note),
                    Bind::from(later(act, seconds)),
                    Bind::from(job),
                ];
                let sql = "
                    update job set done = $1, total = $2, note = $3, lease_until = $4 where id = $5";
                act.tx.run(sql, &values).await?;
                Ok(())
            })
        })
        .await
}

/// Ends a job, in the act that writes what it made: both or none.
///
/// # Errors
/// [`StoreError::LeaseLost`] where another worker has it by now.
pub async fn finish(act: &mut Act, worker: &str, job: i64) -> Result<(), StoreError> {
    mine(act, job, worker).await?;
    end(act, job, "done", None).await
}

/// Gives a job back after a failure: tried again later, or failed for good when its attempts are used up.
///
/// # Errors
/// [`StoreError::LeaseLost`] where another worker has it by now.
pub async fn fail(store: &Store, worker: &str, job: i64, error: &str) -> Result<(), StoreError> {
    let (worker, error): (Arc<str>, Arc<str>) = (worker.into(), error.into());
    store
        .act(&Actor::named(format!("job:{worker}")), move |act| {
            let (worker, error) = (Arc::clone(&worker), Arc::clone(&error));
            Box::pin(async move {
                let (attempts, most) = mine(act, job, &worker).await?;
                if attempts >= most {
                    return end(act, job, "failed", Some(&error)).await;
                }
                let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
                let wait = (FIRST_RETRY_SECONDS << doublings).min(LONGEST_RETRY_SECONDS);
                let values = [
                    Bind::from(later(act, wait)),
                    Bind::from(&*error),
                    Bind::from(job),
                ];
                let sql = "
                    update job set state = 'waiting', run_after = $1, error = $2, worker = null,
                           lease_until = null where id = $3";
                act.tx.run(sql, &values).await?;
                Ok(())
            })
        })
        .await
}

/// A job.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, job: i64) -> Result<Option<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from job where id = $1");
    let rows = tx.rows_built(sql, &[Bind::from(job)]).await?;
    rows.first().map(from_row).transpose()
}

/// The jobs ordered last.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from job order by id desc limit $1");
    let rows = tx.rows_built(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.text(1)?,
        payload: row.text(2)?,
        state: row.text(3)?,
        attempts: row.int(4)?,
        done: row.int(5)?,
        total: row.int(6)?,
        note: row.opt_text(7)?,
        error: row.opt_text(8)?,
    })
}

/// Attempts so far and allowed of a job that this worker holds.
async fn mine(act: &mut Act, job: i64, worker: &str) -> Result<(i64, i64), StoreError> {
    let sql = "
        select attempts, max_attempts from job
         where id = $1 and worker = $2 and state = 'running' and lease_until >= $3";
    let values = [
        Bind::from(job),
        Bind::from(worker),
        Bind::from(act.at.as_str()),
    ];
    match act.tx.row(sql, &values).await? {
        Some(row) => Ok((row.int(0)?, row.int(1)?)),
        None => Err(StoreError::LeaseLost(job)),
    }
}

async fn end(act: &mut Act, job: i64, state: &str, error: Option<&str>) -> Result<(), StoreError> {
    let values = [
        Bind::from(state),
        Bind::from(error.map(str::to_owned)),
        Bind::from(act.at.as_str()),
        Bind::from(job),
    ];
    let sql = "
        update job set state = $1, error = $2, finished_at = $3, worker = null, lease_until = null
         where id = $4";
    act.tx.run(sql, &values).await?;
    Ok(())
}

fn later(act: &Act, seconds: i64) -> String {
    let now = act.store().clock.now();
    stamp(now.checked_add(seconds.seconds()).unwrap_or(now))
}
