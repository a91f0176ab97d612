//! 授权委托: an organization lets an agency act for it, in the matters that it names, from a day to a day.
//!
//! Owns giving and ending a mandate, and for whom somebody acts today. What that opens is asked in [`super::who`]: the organization's
//! own records in the registers of those matters, and nothing else. Leaves the rows, and the note of each change made under one, to
//! `quanyu-store`.
//!
//! Invariant: an agency reaches of an organization only what a mandate that holds today names; a mandate is given only by somebody who
//! acts for the organization himself.
//!
//! Start reading at [`held_by`].

use std::collections::BTreeSet;

use futures::FutureExt as _;
use jiff::{ToSpan as _, civil::Date};
use quanyu_core::text::Text;
use quanyu_pack::model::Pack;
use quanyu_store::{
    account::{self as accounts, Account},
    mandate::{self as rows, Mandate},
};

use super::{
    AppError, Product,
    account::organization_of,
    filings::FilingRefusal,
    firms::{self, Firm},
};

/// Days that a mandate lasts at most: two years, then it is given anew.
const LONGEST: i64 = 731;

/// A mandate that somebody acts under today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number.
    pub mandate: i64,
    /// For whom.
    pub organization: i64,
    /// In which role.
    pub role: String,
    /// The last day.
    pub to: String,
    /// Filings.
    pub matters: Vec<String>,
    /// Registers whose records of the organization are read.
    pub reads: BTreeSet<String>,
    /// Registers whose records of the organization are made and changed.
    pub enters: BTreeSet<String>,
}

/// A mandate to be given, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Giving {
    /// The agency by credit code or name.
    pub agency: String,
    /// Filings.
    pub matters: Vec<String>,
    /// First day; left out: today.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Why.
    pub note: String,
}

/// A mandate as the organization that gave it sees it.
#[derive(Clone, Debug)]
pub struct MandateView {
    /// Its number.
    pub id: i64,
    /// The agency's name.
    pub agency: String,
    /// What it may do.
    pub matters: Vec<Text>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why.
    pub note: Option<String>,
    /// Who gave it.
    pub by: String,
    /// Whether it holds today, will hold, or is over: `holds`, `later`, `over`, `ended`.
    pub state: &'static str,
}

/// For whom the holder of an account acts today.
///
/// # Errors
/// The database's.
pub async fn held_by(product: &Product, account: &Account) -> Result<Vec<Held>, AppError> {
    let mut all = Vec::new();
    for it in &account.roles {
        let mandated = product
            .pack
            .roles
            .get(&it.role)
            .is_some_and(|role| role.mandated);
        let (true, Some(agency)) = (mandated, it.organization) else {
            continue;
        };
        let mut tx = product.store.read().await?;
        for mandate in rows::held(&mut tx, agency, product.today()).await? {
            all.push(opened(&product.pack, &it.role, mandate));
        }
    }
    Ok(all)
}

/// What a mandate opens.
fn opened(pack: &Pack, role: &str, it: Mandate) -> Held {
    let mut held = Held {
        mandate: it.seq,
        organization: it.organization,
        role: role.to_owned(),
        to: it.to,
        matters: it.matters,
        reads: BTreeSet::new(),
        enters: BTreeSet::new(),
    };
    // The organization's own record says for whom one acts.
    held.reads
        .extend(pack.playing("organization").map(|it| it.id.clone()));
    for filing in held.matters.iter().filter_map(|it| pack.filings.get(it)) {
        held.reads.insert(filing.register.clone());
        held.enters.insert(filing.register.clone());
        let places = filing.prefill.iter().flat_map(|it| &it.1);
        held.reads.extend(places.map(|it| it.register.clone()));
        let looked_at = filing.conditions.iter().filter_map(|it| it.of.clone());
        held.reads.extend(looked_at);
    }
    held
}

/// Gives a mandate.
///
/// # Errors
/// [`FilingRefusal`] where the agency is nobody or the firm itself, no matter is named, or the days do not fit.
pub async fn give(product: &Product, firm: &Firm, giving: &Giving) -> Result<i64, AppError> {
    own(firm)?;
    let nobody = || FilingRefusal::NoAgency {
        name: giving.agency.trim().to_owned(),
    };
    let whole = product.seen_by(super::Who::local());
    let agency = organization_of(&whole, giving.agency.trim()).await;
    let agency = match agency {
        Err(AppError::NotFound { .. }) => return Err(nobody().into()),
        agency => agency?,
    };
    // Only agencies are told from nobody: a firm does not learn what other firms there are.
    if agency == firm.id || !acts_for_others(product, agency).await? {
        return Err(nobody().into());
    }
    let mut matters: Vec<String> = giving.matters.clone();
    matters.retain(|it| product.pack.filings.contains_key(it));
    matters.sort();
    matters.dedup();
    if matters.is_empty() {
        return Err(FilingRefusal::NoMatter.into());
    }
    let today = product.today();
    let from = giving.from.unwrap_or(today);
    let last = from.checked_add(LONGEST.days()).unwrap_or(from);
    let to = giving
        .to
        .filter(|it| *it >= from && *it >= today && *it <= last);
    let to = to.ok_or(FilingRefusal::BadTerm { days: LONGEST })?;
    let new = Mandate {
        organization: firm.id,
        agency,
        matters,
        from: from.to_string(),
        to: to.to_string(),
        note: super::steps::words(&Some(giving.note.clone()))?,
        ..Mandate::default()
    };
    let actor = product.actor();
    let given = product.store.act(&actor, move |act| {
        let new = new.clone();
        async move { Ok::<_, AppError>(rows::give(act, &new).await?) }.boxed()
    });
    given.await
}

/// Whether somebody of an organization may act for others by a mandate.
async fn acts_for_others(product: &Product, agency: i64) -> Result<bool, AppError> {
    let mut tx = product.store.read().await?;
    for role in product.pack.roles.values().filter(|it| it.mandated) {
        if accounts::held_over(&mut tx, &role.id, agency).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends a mandate: from now on the agency reaches nothing by it.
///
/// # Errors
/// Where the firm gave no such mandate.
pub async fn end(product: &Product, firm: &Firm, mandate: i64) -> Result<(), AppError> {
    own(firm)?;
    let unknown = || AppError::not_found("mandate", &mandate.to_string(), []);
    let mut tx = product.store.read().await?;
    let found = rows::get(&mut tx, mandate).await?;
    drop(tx);
    let found = found.filter(|it| it.organization == firm.id);
    let id = found.ok_or_else(unknown)?.seq;
    let actor = product.actor();
    let ended = product.store.act(&actor, move |act| {
        async move { Ok::<_, AppError>(rows::end(act, id).await?) }.boxed()
    });
    ended.await
}

/// Mandates that a firm gave, the last first.
///
/// # Errors
/// Whoever acts for it by a mandate himself.
pub async fn list(product: &Product, firm: &Firm) -> Result<Vec<MandateView>, AppError> {
    own(firm)?;
    let mut tx = product.store.read().await?;
    let found = rows::of_organization(&mut tx, firm.id).await?;
    let today = product.today().to_string();
    let mut all = Vec::with_capacity(found.len());
    for it in found {
        let agency = firms::name(&mut tx, product, it.agency).await?;
        let matters = it.matters.iter().map(|id| {
            let filing = product.pack.filings.get(id);
            filing.map_or_else(|| Text::zh(id.clone()), |it| it.title.clone())
        });
        all.push(MandateView {
            id: it.seq,
            agency,
            matters: matters.collect(),
            state: match () {
                () if it.ended.is_some() => "ended",
                () if it.to < today => "over",
                () if it.from > today => "later",
                () => "holds",
            },
            from: it.from,
            to: it.to,
            note: it.note,
            by: it.actor,
        });
    }
    Ok(all)
}

/// Only whoever acts for a firm himself gives and ends its mandates.
fn own(firm: &Firm) -> Result<(), AppError> {
    match firm.mandate {
        None => Ok(()),
        Some(_) => Err(FilingRefusal::Mandated.into()),
    }
}
