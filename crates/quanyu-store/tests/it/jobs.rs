//! Jobs: leases, retries, keys.

use quanyu_store::{
    Store, StoreError,
    jobs::{self, Job, NewJob},
};
use quanyu_testkit::{databases, fixed_clock};

use crate::common::*;

async fn order(store: &Store, key: &'static str) -> i64 {
    store
        .act::<_, i64, StoreError>(&who(), move |act| {
            Box::pin(async move {
                let job = NewJob {
                    kind: "letter".into(),
                    key: key.into(),
                    payload: "{}".into(),
                    max_attempts: 3,
                    not_before: None,
                };
                jobs::enqueue(act, &job).await
            })
        })
        .await
        .unwrap()
}

async fn take(store: &Store, worker: &str) -> Option<Job> {
    jobs::lease(store, worker, &["letter"], 60).await.unwrap()
}

async fn finish(store: &Store, worker: &'static str, job: i64) -> Result<(), StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { jobs::finish(act, worker, job).await })
        })
        .await
}

async fn state(store: &Store, job: i64) -> Job {
    let mut tx = store.read().await.unwrap();
    jobs::get(&mut tx, job).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_job_is_done_once_whoever_dies_over_it() {
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        let job = order(&store, "one").await;
        assert_eq!(
            order(&store, "one").await,
            job,
            "the same order is the same job"
        );
        assert!(
            jobs::lease(&store, "w1", &["other"], 60)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(take(&store, "w1").await.unwrap().id, job);
        assert!(take(&store, "w2").await.is_none(), "{}", database.name);
        jobs::progress(&store, "w1", job, (1, 4), "第一部分", 60)
            .await
            .unwrap();
        clock.advance_seconds(59);
        assert!(take(&store, "w2").await.is_none());
        clock.advance_seconds(2);
        let second = take(&store, "w2").await.unwrap();
        assert_eq!((second.id, second.attempts, second.done), (job, 2, 1));
        for lost in [
            jobs::progress(&store, "w1", job, (2, 4), "", 60).await,
            finish(&store, "w1", job).await,
            jobs::fail(&store, "w1", job, "late").await,
        ] {
            assert!(
                matches!(lost, Err(StoreError::LeaseLost(it)) if it == job),
                "{lost:?}"
            );
        }
        finish(&store, "w2", job).await.unwrap();
        assert_eq!(state(&store, job).await.state, "done");
        assert!(take(&store, "w1").await.is_none());
        assert_eq!(order(&store, "one").await, job, "also when it is done");
    }
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_and_later_and_then_no_more() {
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        let job = order(&store, "one").await;
        for wait in [10, 20] {
            take(&store, "w").await.unwrap();
            jobs::fail(&store, "w", job, "打印机没有纸").await.unwrap();
            clock.advance_seconds(wait - 1);
            assert!(
                take(&store, "w").await.is_none(),
                "{} {wait}",
                database.name
            );
            clock.advance_seconds(1);
        }
        take(&store, "w").await.unwrap();
        jobs::fail(&store, "w", job, "打印机没有纸").await.unwrap();
        clock.advance_seconds(100_000);
        assert!(take(&store, "w").await.is_none());
        let end = state(&store, job).await;
        assert_eq!(
            (end.state.as_str(), end.error.as_deref()),
            ("failed", Some("打印机没有纸"))
        );
        // A worker that dies in the last attempt does not keep it running for ever.
        let other = order(&store, "two").await;
        for _ in 0..3 {
            take(&store, "w").await.unwrap();
            clock.advance_seconds(61);
        }
        assert!(take(&store, "w").await.is_none());
        assert_eq!(state(&store, other).await.state, "failed");
    }
}
