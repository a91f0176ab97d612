//! Who is before us: the name that changes carry, and what this person may see and do.
//!
//! Owns the question every act asks. Leaves proving who somebody is to sign-in, the declared rights to the pack.
//!
//! Invariant: a right that no grant gives is not there.
//!
//! Start reading at [`Who`], then [`Product::may`].

use std::sync::Arc;

use quanyu_core::{
    access::{Belongs, Office, Part, Reach, Right, Scope},
    actor::Actor,
    region::RegionCode,
    text::Text,
};
use quanyu_pack::model::{Pack, Register};
use quanyu_store::{
    reach::{Reaches, Sight},
    records::Record,
};

use super::{AppError, Product, mandates::Held};

/// A person, a program or a job that acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name that changes carry.
    pub actor: Actor,
    /// The name that people read.
    pub name: String,
    /// Roles held, each with its reach.
    pub grants: Grants,
    /// A token's bounds: no right but these, whatever the roles give. `None` for people.
    pub only: Option<Vec<Right>>,
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
            only: None,
        }
    }

    /// Somebody who has not signed in.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            actor: Actor::named("nobody"),
            name: String::new(),
            grants: Grants::Roles(Vec::new()),
            only: None,
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

    /// Whether this is an administrator of that office.
    #[must_use]
    pub fn administers(&self, pack: &Pack, office: Office) -> bool {
        match &self.grants {
            Grants::Everything => true,
            Grants::Roles(grants) => {
                self.within_bounds(Right::Administer)
                    && grants.iter().any(|it| {
                        let role = pack.roles.get(&it.role);
                        role.is_some_and(|role| role.office == Some(office))
                    })
            }
        }
    }

    /// Over which records of a register a right reaches.
    #[must_use]
    pub fn scope(&self, pack: &Pack, right: Right, register: &Register) -> Scope {
        let Grants::Roles(grants) = &self.grants else {
            return Scope::All;
        };
        if !self.within_bounds(right) {
            return Scope::nothing();
        }
        // A register that names who reads, enters or confirms leaves the others out.
        let named = |role: &String| match right {
            Right::Enter => register.enter.is_empty() || register.enter.contains(role),
            Right::Confirm => register.confirm.is_empty() || register.confirm.contains(role),
            Right::Read | Right::Export | Right::SeePerson => {
                register.read.is_empty()
                    || [&register.read, &register.enter, &register.confirm]
                        .iter()
                        .any(|it| it.contains(role))
            }
            Right::Administer => true,
        };
        grants
            .iter()
            .filter(|it| named(&it.role))
            .filter(|it| {
                let role = pack.roles.get(&it.role);
                role.is_some_and(|role| role.rights.iter().any(|word| word == right.word()))
            })
            .fold(Scope::nothing(), |all, it| {
                // Calls are addressed to every firm.
                let call = right == Right::Read && register.plays.as_deref() == Some("call");
                if call && pack.roles.get(&it.role).is_some_and(|role| role.firm) {
                    return Scope::All;
                }
                all.or(it.scope.clone())
            })
    }

    /// Over which records of a register this person takes steps.
    fn steps(&self, register: &Register) -> Scope {
        let Grants::Roles(grants) = &self.grants else {
            return Scope::All;
        };
        if !self.within_bounds(Right::Enter) && !self.within_bounds(Right::Confirm) {
            return Scope::nothing();
        }
        let steps = register.lifecycle.iter().flat_map(|it| &it.transitions);
        let roles: Vec<&String> = steps.flat_map(|it| &it.role).collect();
        grants
            .iter()
            .filter(|it| roles.contains(&&it.role))
            .fold(Scope::nothing(), |all, it| all.or(it.scope.clone()))
    }

    pub(super) fn within_bounds(&self, right: Right) -> bool {
        self.only.as_ref().is_none_or(|it| it.contains(&right))
    }

    /// What this person sees and may change, for the store; nothing for whoever may do everything.
    fn sight(&self, pack: &Pack, mandates: &[Held]) -> Option<Arc<Sight>> {
        if self.grants == Grants::Everything {
            return None;
        }
        let mut sight = Sight::default();
        for register in pack.registers.values() {
            let put = |reaches: &mut Reaches, scope: Scope| {
                if !scope.is_nothing() {
                    let belongs = register.belongs();
                    reaches.insert(register.id.clone(), Reach { scope, belongs });
                }
            };
            let scope = |right| {
                let own = self.scope(pack, right, register);
                own.or(mandated(self, pack, mandates, right, register))
            };
            put(&mut sight.read, scope(Right::Read));
            put(&mut sight.make, scope(Right::Enter));
            let change = scope(Right::Enter)
                .or(scope(Right::Confirm))
                .or(self.steps(register));
            put(&mut sight.change, change);
        }
        let by_organization = mandates.iter().map(|it| (it.organization, it.mandate));
        sight.mandates = by_organization.collect();
        Some(Arc::new(sight))
    }
}

/// Over which records of a register a right reaches by mandates: the organization's own, in the registers of the matters named.
fn mandated(who: &Who, pack: &Pack, mandates: &[Held], right: Right, register: &Register) -> Scope {
    if !who.within_bounds(right) {
        return Scope::nothing();
    }
    let may = |it: &&Held| {
        let role = pack.roles.get(&it.role);
        let has = role.is_some_and(|role| role.rights.iter().any(|word| word == right.word()));
        has && match right {
            Right::Read => it.reads.contains(&register.id),
            Right::Enter => {
                let entered = register.enter.is_empty() || register.enter.contains(&it.role);
                it.enters.contains(&register.id) && entered
            }
            _ => false,
        }
    };
    let parts = mandates.iter().filter(may);
    let parts = parts.map(|it| Scope::Parts(vec![Part::Organization(it.organization)]));
    parts.fold(Scope::nothing(), Scope::or)
}

/// The organization that a record belongs to.
#[must_use]
pub fn organization_of(register: &Register, record: &Record) -> Option<i64> {
    match register.belongs() {
        Belongs::Itself => Some(record.id),
        Belongs::Field(field) => record.value(&field).as_int(),
        Belongs::Owner => record.owner_org,
    }
}

impl Product {
    /// The same district as another person sees it.
    #[must_use]
    pub fn seen_by(&self, who: Who) -> Self {
        self.seen_acting(who, Arc::default())
    }

    /// The same district as another person sees it who acts for others besides.
    #[must_use]
    pub fn seen_acting(&self, who: Who, mandates: Arc<Vec<Held>>) -> Self {
        let sight = who.sight(&self.pack, &mandates);
        let mut seen = self.clone();
        if let Some(sight) = &sight {
            seen.figures = self.by_reach.of(&self.pack, &self.whole, &sight.read);
        } else {
            seen.figures = Arc::clone(&self.whole);
        }
        seen.store = self.store.seen_as(sight);
        seen.who = Arc::new(who);
        seen.mandates = mandates;
        seen
    }

    /// Whether this person sees every record of every register that can be read at all: what is made of the whole district,
    /// such as a report or a frozen figure, is for such people alone.
    #[must_use]
    pub fn sees_whole(&self) -> bool {
        let Grants::Roles(grants) = &self.who.grants else {
            return true;
        };
        let reads = |role: &str| {
            let role = self.pack.roles.get(role);
            role.is_some_and(|it| it.rights.iter().any(|word| word == Right::Read.word()))
        };
        self.who.within_bounds(Right::Read)
            && grants
                .iter()
                .any(|it| it.scope == Scope::All && reads(&it.role))
    }

    /// Whether this person sees any record at all.
    #[must_use]
    pub fn sees_any(&self) -> bool {
        let mut registers = self.pack.registers.values();
        registers.any(|it| !self.scope(Right::Read, it).is_nothing())
    }

    /// The region that pages show where nobody chose one: this person's own, else the reporting region.
    #[must_use]
    pub fn home_region(&self) -> RegionCode {
        if let (Grants::Roles(grants), false) = (&self.who.grants, self.sees_whole()) {
            let parts = grants.iter().filter_map(|it| match &it.scope {
                Scope::Parts(parts) => Some(parts),
                Scope::All => None,
            });
            for part in parts.flatten() {
                if let Part::Region(code) = part {
                    return code.clone();
                }
            }
        }
        self.pack.region.clone()
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
        let own = self.who.scope(&self.pack, right, register);
        own.or(mandated(
            &self.who,
            &self.pack,
            &self.mandates,
            right,
            register,
        ))
    }

    /// Whether this person has nothing but roles of the firms' side.
    #[must_use]
    pub fn of_firms(&self) -> bool {
        let Grants::Roles(grants) = &self.who.grants else {
            return false;
        };
        let firm = |it: &Grant| self.pack.roles.get(&it.role).is_some_and(|it| it.firm);
        !grants.is_empty() && grants.iter().all(firm)
    }

    /// Whether a scope holds a record.
    #[must_use]
    pub fn holds(scope: &Scope, register: &Register, record: &Record) -> bool {
        let (scope, belongs) = (scope.clone(), register.belongs());
        quanyu_store::reach::holds(&Reach { scope, belongs }, record)
    }

    /// Asks for the whole district: for what is made of all its records, under this name.
    ///
    /// # Errors
    /// When only a part is seen.
    pub fn need_whole(&self, what: &Text) -> Result<(), AppError> {
        if self.sees_whole() {
            return Ok(());
        }
        Err(AppError::NotAllowed {
            right: Right::Read.word(),
            register: what.clone(),
        })
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
