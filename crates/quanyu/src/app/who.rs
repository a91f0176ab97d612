//! Who is before us: the name that changes carry, and what this person may see and do.
//!
//! Owns the question every act asks. Leaves proving who somebody is to sign-in, the declared rights to the pack.
//!
//! Invariant: a right that no grant gives is not there.
//!
//! Start reading at [`Who`], then [`Product::may`].

use quanyu_core::{
    access::{Right, Scope},
    actor::Actor,
};
use quanyu_pack::model::Register;

use super::{AppError, Product};

/// A person, a program or a job that acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name that changes carry.
    pub actor: Actor,
    /// The name that people read.
    pub name: String,
    /// Roles held, each with its reach.
    pub grants: Grants,
}

/// What somebody was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grants {
    /// Everything: the operator of the machine, and jobs of our own.
    Everything,
    /// These roles.
    Roles(Vec<Grant>),
}

/// A role, and how far it reaches for this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Role of the pack.
    pub role: String,
    /// The role's scope, filled in: which region, which organization, which account.
    pub scope: Scope,
}

impl Who {
    /// The operator of the machine, at its command line.
    #[must_use]
    pub fn local() -> Self {
        Self {
            actor: Actor::local(),
            name: "local".to_owned(),
            grants: Grants::Everything,
        }
    }

    /// Somebody who has not signed in.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            actor: Actor::named("nobody"),
            name: String::new(),
            grants: Grants::Roles(Vec::new()),
        }
    }

    /// Whether this role is held.
    #[must_use]
    pub fn holds(&self, role: &str) -> bool {
        match &self.grants {
            Grants::Everything => true,
            Grants::Roles(grants) => grants.iter().any(|it| it.role == role),
        }
    }
}

impl Product {
    /// The same district as another person sees it.
    #[must_use]
    pub fn seen_by(&self, who: Who) -> Self {
        let mut seen = self.clone();
        seen.who = std::sync::Arc::new(who);
        seen
    }

    /// Who looks at the district.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The name that changes made through here carry.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.who.actor.clone()
    }

    /// Over which records of a register a right reaches.
    #[must_use]
    pub fn scope(&self, right: Right, register: &Register) -> Scope {
        let Grants::Roles(grants) = &self.who.grants else {
            return Scope::All;
        };
        // A register that names who enters or confirms leaves the others out.
        let named = match right {
            Right::Enter => register.enter.as_slice(),
            Right::Confirm => register.confirm.as_slice(),
            _ => &[],
        };
        grants
            .iter()
            .filter(|it| named.is_empty() || named.contains(&it.role))
            .filter(|it| {
                let role = self.pack.roles.get(&it.role);
                role.is_some_and(|role| role.rights.iter().any(|word| word == right.word()))
            })
            .fold(Scope::nothing(), |all, it| all.or(it.scope.clone()))
    }

    /// Asks whether a right reaches over any record of a register.
    ///
    /// # Errors
    /// When it does not; the register is not told from one that is not there.
    pub fn may(&self, right: Right, register: &Register) -> Result<Scope, AppError> {
        let scope = self.scope(right, register);
        if !scope.is_nothing() {
            return Ok(scope);
        }
        if right == Right::Read {
            return Err(AppError::not_found("register", &register.id, []));
        }
        Err(AppError::NotAllowed {
            right: right.word(),
            register: register.title.clone(),
        })
    }
}
