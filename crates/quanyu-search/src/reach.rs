//! Who finds what: scopes as a condition on the index.
//!
//! Owns rendering [`Scope`] as a question about the terms that every record carries. Invariant: it finds exactly what
//! [`Scope::holds`] gives; `tests/it/scope.rs` holds the two equal.

use quanyu_core::access::{Part, Scope};
use tantivy::query::Query;

use crate::{
    entry::Kind,
    query::{all, any, none, term},
    schema::Fields,
    terms::{Class, of_rights},
};

/// Over which records of which registers somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Registers by what is seen of them; those that are not named are not seen.
    groups: Vec<(Scope, Vec<String>)>,
    everything: bool,
}

impl Reach {
    /// Over everything.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            groups: Vec::new(),
            everything: true,
        }
    }

    /// Over what each register is seen of.
    #[must_use]
    pub fn of(registers: impl IntoIterator<Item = (String, Scope)>) -> Self {
        let mut groups: Vec<(Scope, Vec<String>)> = Vec::new();
        let mut everything = true;
        for (register, scope) in registers {
            everything &= scope == Scope::All;
            if scope.is_nothing() {
                continue;
            }
            match groups.iter_mut().find(|(it, _)| *it == scope) {
                Some((_, names)) => names.push(register),
                None => groups.push((scope, vec![register])),
            }
        }
        Self {
            everything: everything && !groups.is_empty(),
            groups,
        }
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether nothing is seen at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.everything && self.groups.is_empty()
    }

    /// The condition that entries of a kind must meet; `None` where every one does.
    pub(crate) fn filter(&self, fields: Fields, kind: Kind) -> Option<Box<dyn Query>> {
        if self.everything {
            return None;
        }
        if self.groups.is_empty() {
            return Some(none());
        }
        let registers = |names: &[String]| {
            any(names
                .iter()
                .map(|it| term(fields, &of_rights(Class::Register, it)))
                .collect())
        };
        match kind {
            // What an indicator measures is no secret to who may read anything.
            Kind::Indicator => None,
            Kind::Register => {
                let names: Vec<String> = self.groups.iter().flat_map(|it| it.1.clone()).collect();
                Some(registers(&names))
            }
            Kind::Organization | Kind::Record | Kind::Document => {
                let groups = self.groups.iter().map(|(scope, names)| match scope {
                    Scope::All => registers(names),
                    Scope::Parts(parts) => all([registers(names), within(fields, parts)]),
                });
                Some(any(groups.collect()))
            }
        }
    }
}

fn within(fields: Fields, parts: &[Part]) -> Box<dyn Query> {
    let parts = parts.iter().map(|part| {
        let text = match part {
            Part::Region(code) => of_rights(Class::Region, code.as_str()),
            Part::Organization(id) => of_rights(Class::Organization, &id.to_string()),
            Part::Owner(name) => of_rights(Class::Owner, name),
        };
        term(fields, &text)
    });
    any(parts.collect())
}
