//! What somebody may see and change: the scope of each register, as SQL and against a record.
//!
//! Owns the rendering of [`Scope`] as a condition, and the [`Sight`] that a store handle carries: what is read through the
//! handle lists, counts, sums and finds only what that person reaches, and its acts make and change nothing else. Leaves whose
//! sight reaches how far to the application.
//!
//! Invariant: the condition lets through exactly the records that [`Scope::holds`] holds; a register that is not named is
//! reached nowhere.
//!
//! Start reading at [`Store::seen_as`].

use std::{collections::BTreeMap, sync::Arc};

use quanyu_core::{
    access::{Belongs, Part, Place, Reach, Scope},
    region::RegionCode,
};

use crate::{
    Store,
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
    records::Record,
    tables,
};

/// How far something reaches, by register.
pub type Reaches = BTreeMap<String, Reach>;

/// How far somebody reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sight {
    /// Records that are seen.
    pub read: Reaches,
    /// Records that may be made or removed.
    pub make: Reaches,
    /// Records that may be changed.
    pub change: Reaches,
    /// Organizations for which this person acts by a mandate: what is done with their records is noted with it.
    pub mandates: BTreeMap<i64, i64>,
}

impl Store {
    /// The same district as somebody may see and change it; without a sight, whole.
    #[must_use]
    pub fn seen_as(&self, sight: Option<Arc<Sight>>) -> Self {
        Self {
            sight,
            ..self.clone()
        }
    }
}

impl Act {
    /// What follows in this act is the engine's own doing, such as an effect of a step: it reaches everything.
    pub fn everywhere(&mut self) {
        self.tx.sight = None;
    }

    /// Whether this person may make or remove a record like this one.
    pub(crate) fn may_make(&mut self, record: &Record) -> Result<(), StoreError> {
        self.may(record, |it| &it.make)
    }

    /// Whether this person may change this record; one that is not seen is not told from one that is not there.
    pub(crate) fn may_change(&mut self, record: &Record) -> Result<(), StoreError> {
        if !self.tx.reaches(record) {
            return Err(StoreError::NoRecord {
                register: record.register.clone(),
                record: record.id,
            });
        }
        self.may(record, |it| &it.change)
    }

    /// Whether this person may leave a record like this one behind.
    pub(crate) fn may_leave(&mut self, record: &Record) -> Result<(), StoreError> {
        self.may(record, |it| &it.change)
    }

    fn may(&mut self, record: &Record, of: fn(&Sight) -> &Reaches) -> Result<(), StoreError> {
        let Some(sight) = self.tx.sight.clone() else {
            return Ok(());
        };
        let reach = of(&sight).get(&record.register);
        let reach = reach.filter(|it| holds(it, record));
        let reach = reach.ok_or_else(|| StoreError::NoReach(record.register.clone()))?;
        let organization = organization(reach, record);
        let mandate = organization.and_then(|it| sight.mandates.get(&it));
        self.under(record.id, mandate.copied());
        Ok(())
    }
}

impl Tx {
    /// How far the reader reaches in a register; `None` is everywhere.
    pub(crate) fn reach(&self, register: &str) -> Option<Reach> {
        let sight = self.sight.as_ref()?;
        let nowhere = || Reach {
            scope: Scope::nothing(),
            belongs: Belongs::Owner,
        };
        let reach = sight.read.get(register).cloned();
        Some(reach.unwrap_or_else(nowhere))
    }

    /// Whether the reader may see a record.
    pub(crate) fn reaches(&self, record: &Record) -> bool {
        self.reach(&record.register)
            .is_none_or(|it| holds(&it, record))
    }
}

/// Whether a reach holds a record.
#[must_use]
pub fn holds(reach: &Reach, record: &Record) -> bool {
    let region: Option<RegionCode> = record.region.parse().ok();
    reach.scope.holds(Place {
        region: region.as_ref(),
        organization: organization(reach, record),
        owner: record.owner_user.as_deref(),
    })
}

/// The organization that a record belongs to.
fn organization(reach: &Reach, record: &Record) -> Option<i64> {
    match &reach.belongs {
        Belongs::Itself => Some(record.id),
        Belongs::Owner => record.owner_org,
        Belongs::Field(field) => record.value(field).as_int(),
    }
}

/// The condition over rows of `t`, after `and`; empty where everything is let through.
pub(crate) fn condition(reach: &Reach, mut put: impl FnMut(Bind) -> String) -> String {
    let Scope::Parts(parts) = &reach.scope else {
        return String::new();
    };
    let mut any = vec!["1 = 0".to_owned()];
    for part in parts {
        any.push(match part {
            // Code point order is the order of both engines, so what lies below a region is a span.
            Part::Region(code) => {
                let first = put(Bind::from(code.as_str()));
                let last = put(Bind::from(format!("{code}\u{10ffff}")));
                format!("(t.region >= {first} and t.region <= {last})")
            }
            Part::Organization(id) => {
                let id = put(Bind::from(*id));
                match &reach.belongs {
                    Belongs::Itself => format!("t.id = {id}"),
                    Belongs::Owner => format!("t.owner_org = {id}"),
                    Belongs::Field(field) => format!("t.{} = {id}", tables::quoted(field)),
                }
            }
            Part::Owner(name) => format!("t.owner_user = {}", put(Bind::from(name.as_str()))),
        });
    }
    format!("and ({}) ", any.join(" or "))
}
