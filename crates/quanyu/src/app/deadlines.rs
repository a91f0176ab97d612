//! 期限: people are reminded before a day, and others are told when it is past.
//!
//! Owns looking at what is due, once each working day, as a job of the store, so that several servers do it once. Leaves the days
//! to `duties`, sending to `notices`.
//!
//! Invariant: of one stay of a record in a state and one day, a reminder and an escalation go out once each.
//!
//! Start reading at [`look`], then [`keep`].

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use jiff::{
    civil::{Date, time},
    tz::Offset,
};
use quanyu_core::{actor::Actor, appraisal::task::working_days};
use quanyu_pack::model::Register;
use quanyu_store::{
    duty::{self, Duty},
    jobs::{self, NewJob},
};

use super::{
    AppError, Product, duties,
    notices::{self, About, Told, send},
};

/// The kind of the job.
const LOOK: &str = "deadlines.look";
/// When people are told, in China: as the day's work begins.
const HOUR: i8 = 8;
/// Duties told of in one look.
const MOST: u32 = 5_000;
/// The worker looks so often whether something waits.
const PAUSE: Duration = Duration::from_secs(5);
/// A look may take so long.
const LEASE: i64 = 300;

/// Tells what is near and what is late as of a day; how many duties were told of.
///
/// # Errors
/// The database's.
pub async fn look(product: &Product, day: Date) -> Result<usize, AppError> {
    duties::follow(product).await?;
    let mut tx = product.store.read().await?;
    let found = duty::to_tell(&mut tx, &day.to_string(), MOST).await?;
    drop(tx);
    let mut count = 0;
    for (it, what) in found {
        let Some(register) = product.pack.registers.get(&it.register) else {
            continue;
        };
        let Some(told) = told(product, register, &it, what, day) else {
            continue;
        };
        let outgoing = product.outgoing.clone();
        let actor = Actor::named("job:deadlines");
        let done = product.store.act(&actor, move |act| {
            let (it, told, outgoing) = (it.clone(), told.clone(), outgoing.clone());
            async move {
                duty::note_told(act, &it, what).await?;
                notices::tell(act, &outgoing, &told).await
            }
            .boxed()
        });
        done.await?;
        count += 1;
    }
    Ok(count)
}

/// What is said of a duty, and to whom.
fn told(product: &Product, register: &Register, it: &Duty, what: &str, day: Date) -> Option<Told> {
    let lifecycle = register.lifecycle.as_ref()?;
    let due: Date = it.due.as_deref()?.parse().ok()?;
    let left = working_days(day, due, |it| product.pack.is_working_day(it));
    let left = left.unwrap_or_else(|| i64::from(day.until(due).map_or(0, |it| it.get_days())));
    let steps = lifecycle.expected(&it.state);
    let mut whom: Vec<String> = match (what, &it.person) {
        ("due", Some(person)) => vec![format!("person:{person}")],
        ("due", None) if lifecycle.expected(&it.state).any(|it| it.own) => {
            vec![format!("person:{}", it.entered_by)]
        }
        ("due", None) => steps
            .flat_map(|it| &it.role)
            .map(|it| format!("role:{it}"))
            .collect(),
        _ => steps
            .filter_map(|it| it.escalate.as_ref())
            .flat_map(|it| &it.to)
            .map(|it| format!("role:{it}"))
            .collect(),
    };
    whom.sort();
    whom.dedup();
    let (label, title) = (&it.label, &register.title);
    let title_en = title.en.as_ref().unwrap_or(&title.zh);
    let (zh, en) = match left {
        ..0 => (
            format!(
                "“{label}”（{}）已逾期{}个工作日，期限{due}",
                title.zh, -left
            ),
            format!(
                "`{label}` ({title_en}) is {} working days late, due {due}",
                -left
            ),
        ),
        0 => (
            format!("“{label}”（{}）今天到期", title.zh),
            format!("`{label}` ({title_en}) is due today"),
        ),
        1.. => (
            format!("“{label}”（{}）还有{left}个工作日到期，期限{due}", title.zh),
            format!("`{label}` ({title_en}) is due in {left} working days, on {due}"),
        ),
    };
    Some(Told {
        kind: if what == "due" { "due" } else { "late" },
        whom,
        about: Some(About {
            register: it.register.clone(),
            record: it.record,
            region: it.region.clone(),
            owner_org: it.owner_org,
            owner_user: it.owner_user.clone(),
        }),
        zh,
        en,
    })
}

/// Keeps looking at deadlines and sending letters until the process ends. What fails is tried again.
pub async fn keep(product: Arc<Product>) {
    let worker = format!("server-{}", std::process::id());
    if let Err(error) = order(&product, product.today()).await {
        tracing::warn!(%error, "the look at deadlines was not ordered");
    }
    loop {
        if let Err(error) = turn(&product, &worker).await {
            tracing::warn!(%error, "a job failed");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Does what waits, once.
///
/// # Errors
/// The database's.
pub async fn turn(product: &Product, worker: &str) -> Result<(), AppError> {
    let mut tx = product.store.read().await?;
    let now = product.store.now();
    let waits = jobs::ready(&mut tx, &[LOOK, notices::SEND], now).await?;
    drop(tx);
    if !waits {
        return Ok(());
    }
    while let Some(job) = jobs::lease(&product.store, worker, &[LOOK], LEASE).await? {
        // The next look is ordered first: one that fails for good is not the last.
        let tomorrow = product.today().tomorrow().unwrap_or(product.today());
        order(product, tomorrow).await?;
        match look(product, product.today()).await {
            Ok(_) => {
                let (id, name) = (job.id, worker.to_owned());
                let actor = Actor::named(format!("job:{worker}"));
                let done = product.store.act(&actor, move |act| {
                    let name = name.clone();
                    async move { jobs::finish(act, &name, id).await }.boxed()
                });
                done.await?;
            }
            Err(error) => {
                jobs::fail(&product.store, worker, job.id, &error.to_string()).await?;
            }
        }
    }
    send::work(product, worker).await?;
    Ok(())
}

/// Orders the look of the first working day from a day on.
async fn order(product: &Product, from: Date) -> Result<(), AppError> {
    let mut day = from;
    while product.pack.is_working_day(day) == Some(false) {
        day = day.tomorrow().unwrap_or(day);
    }
    let begins = Offset::constant(8).to_timestamp(day.to_datetime(time(HOUR, 30, 0, 0)));
    let job = NewJob {
        kind: LOOK.to_owned(),
        key: format!("{LOOK}:{day}"),
        payload: day.to_string(),
        max_attempts: 6,
        not_before: begins.ok(),
    };
    let actor = Actor::named("job:deadlines");
    let ordered = product.store.act(&actor, move |act| {
        let job = job.clone();
        async move { jobs::enqueue(act, &job).await.map(drop) }.boxed()
    });
    Ok(ordered.await?)
}
