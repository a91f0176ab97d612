//! Whose hands a step is in: the roles that somebody holds, and those of people that he stands in for (委托).
//!
//! Owns the question whether a step may be taken by who is before us. Leaves the giving of roles to accounts.
//!
//! Invariant: nobody acts for another who could not act himself.
//!
//! Start reading at [`Hands::of`].

use jiff::civil::Date;
use quanyu_core::{
    access::{Place, Right, Scope},
    region::RegionCode,
};
use quanyu_pack::model::{Register, StepKind, Transition};
use quanyu_store::{Tx, delegation, duty::Arrived, records::Record};

use crate::app::{
    AppError, Product, delegations, mandates,
    who::{Grant, Grants, organization_of},
};

/// What somebody may do by himself and for others.
#[derive(Clone, Debug)]
pub struct Hands {
    /// The name that changes carry.
    pub name: String,
    /// Roles; `None`: everything.
    pub own: Option<Vec<Grant>>,
    /// People that he stands in for, with their roles.
    pub lent: Vec<(String, Vec<Grant>)>,
}

/// The hand that takes a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// In this role; `None` where the step names none.
    pub role: Option<String>,
    /// For this person.
    pub behalf: Option<String>,
}

impl Hands {
    /// The hands of who looks at the district, on a day.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(tx: &mut Tx, product: &Product, day: Date) -> Result<Self, AppError> {
        let who = product.who();
        let name = who.actor.as_str().to_owned();
        // A token that may neither enter nor confirm takes no steps, whatever its holder may.
        if !who.within_bounds(Right::Enter) && !who.within_bounds(Right::Confirm) {
            return Ok(Self {
                name,
                own: Some(Vec::new()),
                lent: Vec::new(),
            });
        }
        let mut lent = Vec::new();
        for it in delegation::held(tx, &name, day).await? {
            let grants = delegations::still_held(tx, product, &it).await?;
            if !grants.is_empty() {
                lent.push((it.person, grants));
            }
        }
        let own = match &who.grants {
            Grants::Everything => None,
            Grants::Roles(grants) => Some(grants.clone()),
        };
        Ok(Self { name, own, lent })
    }

    /// Every role within reach: role, reach, and the person whose it is.
    pub fn all(&self) -> impl Iterator<Item = (&Grant, &str)> {
        let own = self.own.iter().flatten().map(|it| (it, self.name.as_str()));
        let lent = self.lent.iter();
        own.chain(lent.flat_map(|(person, grants)| grants.iter().map(|it| (it, person.as_str()))))
    }

    /// The names under which records may be one's own: oneself, and people that one stands in for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let lent = self.lent.iter().map(|it| it.0.as_str());
        std::iter::once(self.name.as_str()).chain(lent)
    }

    /// The hand in one of these roles that reaches a record; the first role that fits, or the one wished.
    #[must_use]
    pub fn holding(&self, roles: &[String], wish: Option<&str>, place: Place<'_>) -> Option<Hand> {
        let fits = |role: &str| wish.is_none_or(|it| it == role);
        if self.own.is_none() {
            let role = roles.iter().find(|it| fits(it))?;
            return Some(Hand {
                role: Some(role.clone()),
                behalf: None,
            });
        }
        let found = self.all().find(|(grant, _)| {
            roles.contains(&grant.role) && fits(&grant.role) && grant.scope.holds(place)
        });
        found.map(|(grant, person)| Hand {
            role: Some(grant.role.clone()),
            behalf: (person != self.name).then(|| person.to_owned()),
        })
    }

    /// The hand that may take a step with a record.
    #[must_use]
    pub fn taking(
        &self,
        product: &Product,
        register: &Register,
        step: &Transition,
        wish: Option<&str>,
        arrived: &Arrived,
    ) -> Option<Hand> {
        let region = arrived.record.region.parse::<RegionCode>().ok();
        let place = place(register, &arrived.record, region.as_ref());
        let hand = if step.role.is_empty() {
            let scope = match self.own {
                None => Scope::All,
                Some(_) => product.scope(Right::Enter, register),
            };
            scope.holds(place).then_some(Hand {
                role: None,
                behalf: None,
            })?
        } else {
            let own = self.holding(&step.role, wish, place);
            own.or_else(|| mandated(product, register, step, wish, place))?
        };
        // The operator of the machine is nobody in particular.
        let me = hand.behalf.as_deref().unwrap_or(&self.name);
        let anybody = self.own.is_none();
        if step.own && !anybody && arrived.made_by != me {
            return None;
        }
        let mine = arrived.step.as_ref().is_some_and(|it| {
            it.actor == me || it.actor == self.name || it.step.behalf.as_deref() == Some(me)
        });
        if step.kind == StepKind::Withdraw && !(mine || anybody && arrived.step.is_some()) {
            return None;
        }
        Some(hand)
    }
}

/// The hand of whoever acts for the organization of a record by a mandate.
fn mandated(
    product: &Product,
    register: &Register,
    step: &Transition,
    wish: Option<&str>,
    place: Place<'_>,
) -> Option<Hand> {
    let who = product.who();
    let fits = |it: &&mandates::Held| {
        let role = wish.is_none_or(|wish| wish == it.role) && step.role.contains(&it.role);
        role && it.enters.contains(&register.id) && place.organization == Some(it.organization)
    };
    let found = product.mandates.iter().find(fits);
    let found = found.filter(|_| who.within_bounds(Right::Enter));
    found.map(|it| Hand {
        role: Some(it.role.clone()),
        behalf: None,
    })
}

/// What of a record decides who reaches it.
pub(in crate::app) fn place<'a>(
    register: &Register,
    record: &'a Record,
    region: Option<&'a RegionCode>,
) -> Place<'a> {
    Place {
        region,
        organization: organization_of(register, record),
        owner: record.owner_user.as_deref(),
    }
}
