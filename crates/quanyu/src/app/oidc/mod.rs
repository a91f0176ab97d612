//! 统一身份认证: people of firms sign in by a provider of OIDC, such as the legal-person sign-in of a province.
//!
//! Owns the way out and back, and whose account a provider's person is: found by the provider's own name of the person, at the first time
//! tied to an organization by the unified social credit code. Leaves the protocol to [`speak`], the operator's file to [`config`],
//! sessions to [`super::account::session`].
//!
//! Invariants: a trip is used once, within ten minutes, by the browser that began it; nobody signs in by a token that fails any check;
//! a person is given no more than one role over the organization that the provider names, and without an administrator only where the
//! operator says so.
//!
//! Start reading at [`begin`], then [`come_back`].

pub mod config;
mod refusal;
mod speak;

use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use quanyu_core::{access::Office, actor::Actor, uscc::Uscc};
use quanyu_store::{
    account::{self as accounts, Held, NewAccount},
    list::{self, Filter, Op, Query},
    oidc::{self as rows, Trip},
};

pub use config::{Provider, Providers};
pub use refusal::OidcRefusal;

use self::speak::{Identity, Spoken};
use super::{
    AppError, Product, Who,
    account::session::{self, Attempt, hash_of, random},
    notices::{self, Told},
    registers,
};

/// A trip takes no longer.
const MINUTES: i64 = 10;

/// A way out.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub location: String,
    /// What the browser is to hold until it comes back.
    pub browser: String,
}

/// What a provider sent back.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// The code.
    pub code: String,
    /// The state.
    pub state: String,
    /// What the provider says where it refuses.
    pub error: Option<String>,
    /// What the browser holds.
    pub browser: Option<String>,
}

/// Who came back.
#[derive(Clone, Debug)]
pub enum Came {
    /// Signed in: what the browser is to hold, and where it goes on.
    In {
        /// The session.
        held: String,
        /// A path of ours.
        next: String,
    },
    /// The account has no role yet.
    Waits {
        /// What the provider calls the legal person.
        name: String,
    },
}

fn provider<'a>(providers: &'a Providers, id: &str) -> Result<&'a Provider, AppError> {
    let found = providers.0.get(id);
    found.ok_or_else(|| AppError::not_found("provider", id, []))
}

/// Begins a trip to a provider. `back` is the address it sends people back to, `next` a path of ours.
///
/// # Errors
/// No such provider; one that does not answer.
pub async fn begin(
    product: &Product,
    providers: &Providers,
    id: &str,
    back: &str,
    next: &str,
) -> Result<Begun, AppError> {
    let declared = provider(providers, id)?.clone();
    let back = back.to_owned();
    let out = blocking(move || Ok(Spoken::with(&declared, &back)?.out())).await?;
    let browser = random()?;
    let trip = Trip {
        state: hash_of(&out.state),
        browser: hash_of(&browser),
        provider: id.to_owned(),
        nonce: out.nonce,
        verifier: out.verifier,
        next: next.to_owned(),
        at: String::new(),
    };
    let now = product.store.clock().now();
    let old = now.checked_sub(SignedDuration::from_mins(MINUTES));
    let old = quanyu_store::clock::stamp(old.unwrap_or(now));
    let actor = Actor::named("job:oidc");
    let done = product.store.act(&actor, move |act| {
        let (trip, old) = (trip.clone(), old.clone());
        async move { Ok::<_, AppError>(rows::begin(act, &trip, &old).await?) }.boxed()
    });
    done.await?;
    Ok(Begun {
        location: out.location,
        browser,
    })
}

/// Ends a trip: signs in whom the provider names, or makes the account that waits for its role.
///
/// # Errors
/// [`OidcRefusal`]: a trip that is none, a provider that refuses, a token that does not hold, no credit code.
pub async fn come_back(
    product: &Product,
    providers: &Providers,
    id: &str,
    back: &str,
    sent: &Back,
    attempt: &Attempt,
) -> Result<Came, AppError> {
    let declared = provider(providers, id)?.clone();
    let trip = take(product, sent).await?;
    let held = sent.browser.as_deref().map(hash_of);
    if held.as_deref() != Some(trip.browser.as_str()) || trip.provider != id {
        return Err(OidcRefusal::Trip.into());
    }
    if let Some(why) = &sent.error {
        return Err(OidcRefusal::Denied { why: why.clone() }.into());
    }
    let (spoken_to, back, code) = (declared.clone(), back.to_owned(), sent.code.clone());
    let (nonce, verifier) = (trip.nonce.clone(), trip.verifier.clone());
    let who = blocking(move || Spoken::with(&spoken_to, &back)?.identity(&code, &nonce, &verifier));
    let who = who.await?;
    let account = match known(product, &who.subject).await? {
        Some(account) => account,
        None => make(product, &declared, &who).await?,
    };
    if account.roles.is_empty() {
        return Ok(Came::Waits {
            name: account.title,
        });
    }
    let held = session::begin_for(product, &account, attempt).await?;
    Ok(Came::In {
        held,
        next: trip.next,
    })
}

/// Takes the trip of a state; whatever comes of it, it is used.
async fn take(product: &Product, sent: &Back) -> Result<Trip, AppError> {
    let state = hash_of(&sent.state);
    let actor = Actor::named("job:oidc");
    let taken = product.store.act(&actor, move |act| {
        let state = state.clone();
        async move { Ok::<_, AppError>(rows::take(act, &state).await?) }.boxed()
    });
    let trip = taken.await?.ok_or(OidcRefusal::Trip)?;
    let began: Timestamp = trip.at.parse().unwrap_or_default();
    let age = product.store.clock().now().duration_since(began);
    if age > SignedDuration::from_mins(MINUTES) {
        return Err(OidcRefusal::Trip.into());
    }
    Ok(trip)
}

async fn known(product: &Product, subject: &str) -> Result<Option<accounts::Account>, AppError> {
    let mut tx = product.store.read().await?;
    Ok(accounts::by_subject(&mut tx, subject).await?)
}

/// Makes the account of somebody who comes for the first time.
async fn make(
    product: &Product,
    provider: &Provider,
    who: &Identity,
) -> Result<accounts::Account, AppError> {
    let code = who.uscc.as_deref().unwrap_or_default();
    let uscc: Uscc = code.parse().map_err(|_| OidcRefusal::NoCode)?;
    if !uscc.checks() {
        return Err(OidcRefusal::NoCode.into());
    }
    let organization = organization(product, &uscc).await?;
    let role = Held {
        role: provider.role.clone(),
        region: None,
        organization: organization.as_ref().map(|it| it.0),
    };
    let given = provider.approve == config::Approve::Automatic && role.organization.is_some();
    let legal = who.name.clone();
    let called = legal.or_else(|| organization.map(|it| it.1));
    let title: String = called
        .unwrap_or_else(|| uscc.to_string())
        .chars()
        .take(80)
        .collect();
    let tail: String = hash_of(&who.subject).chars().take(8).collect();
    let new = NewAccount {
        name: format!("{}-{tail}", uscc.to_string().to_lowercase()),
        title: title.clone(),
        subject: Some(who.subject.clone()),
        roles: if given { vec![role] } else { Vec::new() },
        ..NewAccount::default()
    };
    let guards = product.pack.roles.values();
    let guards = guards.filter(|it| it.office == Some(Office::Security));
    let told = Told {
        kind: "todo",
        whom: guards.map(|it| format!("role:{}", it.id)).collect(),
        about: None,
        zh: format!(
            "“{title}”（{uscc}）通过统一身份认证首次登录，账号 {} 等待授权",
            new.name
        ),
        en: format!(
            "`{title}` ({uscc}) signed in for the first time: account {} waits for a role",
            new.name
        ),
    };
    let outgoing = product.outgoing.clone();
    let subject = who.subject.clone();
    let whole = product.seen_by(Who::local());
    let actor = Actor::named("job:oidc");
    let made = whole.store.act(&actor, move |act| {
        let (new, told, outgoing) = (new.clone(), told.clone(), outgoing.clone());
        let subject = subject.clone();
        async move {
            // Two tabs at once make one account.
            if let Some(known) = accounts::by_subject(&mut act.tx, &subject).await? {
                return Ok(Some(known));
            }
            accounts::create(act, &new).await?;
            if new.roles.is_empty() {
                notices::tell(act, &outgoing, &told).await?;
            }
            Ok::<_, AppError>(accounts::by_subject(&mut act.tx, &subject).await?)
        }
        .boxed()
    });
    made.await?
        .ok_or_else(|| AppError::not_found("account", &who.subject, []))
}

/// The organization of a credit code: its record and name.
async fn organization(product: &Product, uscc: &Uscc) -> Result<Option<(i64, String)>, AppError> {
    let Some(register) = product.pack.playing("organization") else {
        return Ok(None);
    };
    let Some(field) = register.slot("uscc") else {
        return Ok(None);
    };
    let whole = product.seen_by(Who::local());
    let mut tx = whole.store.read().await?;
    let value = quanyu_core::value::Value::Text(uscc.to_string());
    let query = Query {
        filters: vec![Filter::new(field.id.as_str(), Op::Eq(value))],
        limit: 2,
        ..Query::default()
    };
    let found = list::list(&mut tx, &register.id, &query).await?.records;
    Ok(match found.as_slice() {
        [one] => Some((one.id, registers::label(register, one))),
        _ => None,
    })
}

/// Runs what waits for a provider on a thread of its own.
async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, OidcRefusal> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(run).await;
    let done = done.map_err(|error| AppError::Output(error.to_string()))?;
    if let Err(error) = &done {
        tracing::warn!(error = %error, "nobody is signed in by a provider");
    }
    Ok(done?)
}
