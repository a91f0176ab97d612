//! Checks of the merged pack: what one file alone cannot show.
//!
//! Owns names that point elsewhere, and everything that only the whole can tell: units, lifecycles, demonstration data.
//! Leaves shapes to [`crate::grammar`] and the inside of SQL texts to [`crate::sql`].
//!
//! Invariant: a check never stops at its first fault, and a name that is unknown is told once, where it stands.

mod appraisal;
mod case;
mod demo;
mod effects;
mod event;
mod filing;
mod indicator;
mod lifecycle;
mod name;
mod publication;
mod register;
mod rest;
mod sql;

use crate::{
    diagnostic::Diagnostic,
    faults::{self, Noun},
    model::{At, Pack},
    read::Reading,
};

/// Adds everything that is wrong with a pack once all its files are merged.
pub(crate) fn check(reading: &mut Reading) {
    let mut faults = Vec::new();
    let cx = Check {
        pack: &reading.pack,
        reading,
    };
    register::check(&cx, &mut faults);
    lifecycle::check(&cx, &mut faults);
    filing::check(&cx, &mut faults);
    rest::check(&cx, &mut faults);
    indicator::check(&cx, &mut faults);
    appraisal::check(&cx, &mut faults);
    demo::check(&cx, &mut faults);
    name::check(&cx, &mut faults);
    publication::check(&cx, &mut faults);
    case::check(&cx, &mut faults);
    sql::check(&cx, &mut faults);
    reading.faults.extend(faults);
}

/// The pack and where its values stand.
pub(crate) struct Check<'a> {
    /// The merged pack.
    pub pack: &'a Pack,
    /// Places of values.
    reading: &'a Reading,
}

impl Check<'_> {
    /// Where the value of a key of a declaration stands.
    fn place(&self, owner: At, key: &str) -> At {
        self.reading.place(owner, key)
    }
}

/// A name that must be among some others.
fn known<'a>(
    at: At,
    what: Noun,
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    faults: &mut Vec<Diagnostic>,
) -> bool {
    if names.clone().any(|it| it == name) {
        return true;
    }
    let valid: Vec<_> = names.collect();
    faults.push(faults::unknown_name(at, what, name, &valid));
    false
}
