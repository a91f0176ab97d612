//! 委托: somebody does what another may do, from a day to a day.
//!
//! Owns giving and ending, and the written form of what is given. Leaves asking for it to `steps::hands`.
//!
//! Invariant: only what is held can be given, and only by its holder or by who runs the system.
//!
//! Start reading at [`give`].

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{
    access::{Part, Scope},
    text::Text,
};
use quanyu_store::{
    Tx, account as rows,
    delegation::{self, Delegation},
};

use super::{
    AppError, Product, Why, account,
    notices::{self, Told},
    who::{Grant, Grants},
};

/// A delegation, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegationView {
    /// Its number.
    pub id: i64,
    /// Who is stood in for.
    pub person: String,
    /// Who stands in.
    pub deputy: String,
    /// Roles: id and title.
    pub roles: Vec<(String, Text)>,
    /// First and last day.
    pub days: (String, String),
    /// Why.
    pub note: Option<String>,
    /// Whether it holds today.
    pub holds: bool,
    /// Whether who looks may end it.
    pub may_end: bool,
}

/// A delegation to be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewDelegation {
    /// Who is stood in for; empty: who asks.
    pub person: String,
    /// Who stands in.
    pub deputy: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Why.
    pub note: Option<String>,
}

/// Longest delegation in days: a leave; what lasts longer is a handover.
const MOST_DAYS: i32 = 366;

/// Delegations from and to who looks, that are not over.
///
/// # Errors
/// The database's.
pub async fn list(product: &Product) -> Result<Vec<DelegationView>, AppError> {
    let name = product.actor().as_str().to_owned();
    let today = product.today();
    let mut tx = product.store.read().await?;
    let found = delegation::of_person(&mut tx, &name, today).await?;
    let shown = found.into_iter().map(|it| {
        let roles = read(&it.grants).into_iter().map(|grant| {
            let role = product.pack.roles.get(&grant.role);
            let title = role.map_or_else(|| Text::zh(&grant.role), |it| it.title.clone());
            (grant.role, title)
        });
        DelegationView {
            id: it.seq,
            roles: roles.collect(),
            holds: it.from <= today.to_string(),
            may_end: it.person == name || it.actor == name,
            person: it.person,
            deputy: it.deputy,
            days: (it.from, it.to),
            note: it.note,
        }
    });
    Ok(shown.collect())
}

/// People who may be named, for whoever sees the whole district: name of the account, and what people read.
///
/// # Errors
/// The database's.
pub async fn people(product: &Product) -> Result<Vec<(String, String)>, AppError> {
    const MOST: u32 = 500;
    if !product.sees_whole() {
        return Ok(Vec::new());
    }
    let mut tx = product.store.read().await?;
    let all = rows::list(&mut tx, "", MOST).await?;
    let open = all.into_iter().filter(|it| !it.locked);
    Ok(open.map(|it| (it.name, it.title)).collect())
}

/// Gives a delegation of all roles that the person holds.
///
/// # Errors
/// Days that make no sense, nobody to stand in, nothing to give.
pub async fn give(product: &Product, it: &NewDelegation) -> Result<i64, AppError> {
    let bad = |value: &str, zh: &str, en: &str| AppError::BadValue {
        kind: "delegation",
        value: value.to_owned(),
        why: Why::new(zh, en),
    };
    let name = product.actor().as_str().to_owned();
    let person = match it.person.trim() {
        "" => name.clone(),
        person => person.to_owned(),
    };
    let deputy = it.deputy.trim().to_owned();
    if deputy.is_empty() || deputy == person {
        return Err(bad(
            &deputy,
            "请写明由谁代办，不能是本人",
            "name somebody else to stand in",
        ));
    }
    somebody(product, &deputy).await?;
    let (Some(from), Some(to)) = (it.from, it.to) else {
        return Err(bad(
            "",
            "请写明起止日期",
            "a first and a last day are needed",
        ));
    };
    let days = from.until(to).map_or(MOST_DAYS, |it| it.get_days());
    if to < from || to < product.today() || days >= MOST_DAYS {
        return Err(bad(
            &format!("{from} — {to}"),
            "结束早于开始、已经过去，或超过一年",
            "the days end before they begin, are over, or are more than a year",
        ));
    }
    let grants = match &product.who().grants {
        // The operator of the machine may note it for anybody: what the person holds, or every role that takes steps.
        Grants::Everything => {
            let mut tx = product.store.read().await?;
            match rows::by_name(&mut tx, &person).await? {
                Some(found) => match account::who(&product.pack, &found).grants {
                    Grants::Roles(grants) => grants,
                    Grants::Everything => Vec::new(),
                },
                None => every_role(product),
            }
        }
        Grants::Roles(_) if person != name => {
            return Err(bad(
                &person,
                "只能委托本人的事项",
                "only one's own tasks can be given to another",
            ));
        }
        Grants::Roles(grants) => grants.clone(),
    };
    if grants.is_empty() {
        return Err(bad(&person, "没有可委托的角色", "no roles are held"));
    }
    let new = Delegation {
        person: person.clone(),
        deputy: deputy.clone(),
        grants: written(&grants),
        from: from.to_string(),
        to: to.to_string(),
        note: super::steps::words(&it.note)?,
        ..Delegation::default()
    };
    let outgoing = product.outgoing.clone();
    let told = Told::person(
        "delegation",
        &deputy,
        format!("{person} 委托你代办，{from} 至 {to}"),
        format!("{person} asks you to stand in from {from} to {to}"),
    );
    let actor = product.actor();
    let given = product.store.act(&actor, move |act| {
        let (new, told, outgoing) = (new.clone(), told.clone(), outgoing.clone());
        async move {
            let id = delegation::give(act, &new).await?;
            notices::tell(act, &outgoing, &told).await?;
            Ok::<_, AppError>(id)
        }
        .boxed()
    });
    given.await
}

/// Ends a delegation early.
///
/// # Errors
/// One that is not of who asks.
pub async fn end(product: &Product, id: i64) -> Result<(), AppError> {
    let open = list(product).await?;
    if !open.iter().any(|it| it.id == id && it.may_end) {
        return Err(AppError::NotFound {
            kind: "delegation",
            id: id.to_string(),
            near: None,
        });
    }
    let actor = product.actor();
    let ended = product.store.act(&actor, move |act| {
        async move {
            delegation::end(act, id).await?;
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    ended.await
}

/// What of a delegation the person could still do himself.
pub(super) async fn still_held(
    tx: &mut Tx,
    product: &Product,
    it: &Delegation,
) -> Result<Vec<Grant>, AppError> {
    let mut grants = read(&it.grants);
    // A role that the pack no longer has gives nothing.
    grants.retain(|it| product.pack.roles.contains_key(&it.role));
    // Nor does one that the person no longer holds, or holds over something else.
    let person = rows::by_name(tx, &it.person).await?;
    if let Some(person) = person.as_ref().filter(|it| !it.locked) {
        let Grants::Roles(held) = account::who(&product.pack, person).grants else {
            return Ok(Vec::new());
        };
        grants.retain(|it| held.contains(it));
    } else if person.is_some() || rows::any(tx).await? {
        grants.clear();
    }
    Ok(grants)
}

/// The name of somebody who shall act: where people sign in, an account of that name.
///
/// # Errors
/// When there are accounts, and none is called so.
pub(super) async fn somebody(product: &Product, name: &str) -> Result<(), AppError> {
    let mut tx = product.store.read().await?;
    if rows::by_name(&mut tx, name).await?.is_some() || !rows::any(&mut tx).await? {
        return Ok(());
    }
    let known = rows::list(&mut tx, "", 1_000).await?;
    let names = known.iter().map(|it| it.name.as_str());
    Err(AppError::not_found("account", name, names))
}

fn every_role(product: &Product) -> Vec<Grant> {
    let registers = product.pack.registers.values();
    let steps = registers
        .filter_map(|it| it.lifecycle.as_ref())
        .flat_map(|it| &it.transitions);
    let mut roles: Vec<&String> = steps.flat_map(|it| &it.role).collect();
    roles.sort();
    roles.dedup();
    let each = roles.into_iter().map(|role| Grant {
        role: role.clone(),
        scope: Scope::All,
    });
    each.collect()
}

/// Grants as a delegation keeps them: `role=all;role=region:370202,owner:u7`.
fn written(grants: &[Grant]) -> String {
    let part = |it: &Part| match it {
        Part::Region(code) => format!("region:{code}"),
        Part::Organization(id) => format!("organization:{id}"),
        Part::Owner(name) => format!("owner:{name}"),
    };
    let each = grants.iter().map(|it| {
        let scope = match &it.scope {
            Scope::All => "all".to_owned(),
            Scope::Parts(parts) => parts.iter().map(part).collect::<Vec<_>>().join(","),
        };
        format!("{}={scope}", it.role)
    });
    each.collect::<Vec<_>>().join(";")
}

/// Reads them; what is not understood gives nothing.
fn read(text: &str) -> Vec<Grant> {
    let part = |it: &str| -> Option<Part> {
        let (kind, value) = it.split_once(':')?;
        match kind {
            "region" => value.parse().ok().map(Part::Region),
            "organization" => value.parse().ok().map(Part::Organization),
            "owner" => Some(Part::Owner(value.to_owned())),
            _ => None,
        }
    };
    let grant = |it: &str| -> Option<Grant> {
        let (role, scope) = it.split_once('=')?;
        let scope = match scope {
            "all" => Scope::All,
            parts => Scope::Parts(parts.split(',').filter_map(part).collect()),
        };
        Some(Grant {
            role: role.to_owned(),
            scope,
        })
    };
    text.split(';').filter_map(grant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_read_as_it_was_written() {
        let grants = vec![
            Grant {
                role: "head".into(),
                scope: Scope::All,
            },
            Grant {
                role: "street".into(),
                scope: Scope::Parts(vec![
                    Part::Region("990102001".parse().unwrap()),
                    Part::Owner("u7".into()),
                ]),
            },
            Grant {
                role: "agent".into(),
                scope: Scope::Parts(vec![Part::Organization(3)]),
            },
            Grant {
                role: "nothing".into(),
                scope: Scope::nothing(),
            },
        ];
        assert_eq!(read(&written(&grants)), grants);
        assert_eq!(
            read("head=everything"),
            vec![Grant {
                role: "head".into(),
                scope: Scope::nothing()
            }]
        );
        assert_eq!(read("nonsense"), Vec::new());
    }
}
