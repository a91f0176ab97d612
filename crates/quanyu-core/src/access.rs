//! Who may see and do what: rights, and how far they reach.
//!
//! Owns the scope, one value that every layer renders for itself: SQL in the store, an expression in figures, a filter in
//! search. Leaves the giving of rights to packs and accounts.
//!
//! Invariant: rights only add up. Whoever has no grant sees nothing.
//!
//! Start reading at [`Scope`].

use crate::region::RegionCode;

/// What may be done with records of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// See records, counts, totals, figures.
    Read,
    /// Make and change records.
    Enter,
    /// Confirm what others entered.
    Confirm,
    /// Take records out as a file.
    Export,
    /// See personal data unmasked; every sight is noted.
    SeePerson,
    /// Run the system: accounts, packs, backups.
    Administer,
}

impl Right {
    /// All of them, as packs write them.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("read", Self::Read),
        ("enter", Self::Enter),
        ("confirm", Self::Confirm),
        ("export", Self::Export),
        ("see_person", Self::SeePerson),
        ("administer", Self::Administer),
    ];

    /// The right that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(it, _)| *it == word);
        found.map(|(_, right)| *right)
    }

    /// The word a pack writes.
    #[must_use]
    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, right)| *right == self);
        found.map_or("", |(word, _)| word)
    }
}

/// How far a right reaches: over everything, or over the parts named. No parts: over nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every record.
    All,
    /// Records that any of these parts holds.
    Parts(Vec<Part>),
}

/// A part of the records of a register.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Records of a region and of all below it.
    Region(RegionCode),
    /// Records that belong to an organization (by record id), and that organization itself.
    Organization(i64),
    /// Records that this account entered.
    Owner(String),
}

/// Where a record says to which organization it belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Belongs {
    /// It is the organization.
    Itself,
    /// In this field.
    Field(String),
    /// In its owner, where the register names no organization.
    Owner,
}

/// What somebody may reach of one register.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reach {
    /// How far.
    pub scope: Scope,
    /// Where its records name their organization.
    pub belongs: Belongs,
}

/// The three administrators, who are never one person (三员分立): each sees what the others do, none does the others' work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Office {
    /// Makes, locks and ends accounts.
    System,
    /// Gives roles and scopes, sets the rules of sign-in.
    Security,
    /// Reads the log.
    Audit,
}

impl Office {
    /// All of them, as packs write them.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("system", Self::System),
        ("security", Self::Security),
        ("audit", Self::Audit),
    ];

    /// The office that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(it, _)| *it == word);
        found.map(|(_, office)| *office)
    }

    /// The word a pack writes.
    #[must_use]
    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, office)| *office == self);
        found.map_or("", |(word, _)| word)
    }
}

/// What of a record decides whether a scope holds it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The record's region.
    pub region: Option<&'a RegionCode>,
    /// The organization it belongs to; of an organization, its own id.
    pub organization: Option<i64>,
    /// The account that entered it.
    pub owner: Option<&'a str>,
}

impl Scope {
    /// Over nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Parts(Vec::new())
    }

    /// Over what either reaches.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Parts(mut parts), Self::Parts(more)) => {
                for part in more {
                    if !parts.contains(&part) {
                        parts.push(part);
                    }
                }
                Self::Parts(parts)
            }
        }
    }

    /// Whether it reaches over nothing at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Parts(parts) if parts.is_empty())
    }

    /// Whether it holds a record at this place.
    #[must_use]
    pub fn holds(&self, place: Place<'_>) -> bool {
        let Self::Parts(parts) = self else {
            return true;
        };
        parts.iter().any(|part| match part {
            Part::Region(code) => place.region.is_some_and(|it| code.contains(it)),
            Part::Organization(id) => place.organization == Some(*id),
            Part::Owner(name) => place.owner == Some(name.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_add_up_and_nobody_sees_anything() {
        let street: RegionCode = "370202001".parse().unwrap();
        let other: RegionCode = "370202002".parse().unwrap();
        let at = |region, organization, owner| Place {
            region,
            organization,
            owner,
        };
        let own = Scope::Parts(vec![Part::Owner("u7".to_owned())]);
        let both = Scope::Parts(vec![Part::Region(street.clone())]).or(own.clone());
        #[rustfmt::skip]
        let cases = [
            (&both, at(Some(&street), None, None), true),
            (&both, at(Some(&other), None, None), false),
            (&both, at(Some(&other), None, Some("u7")), true),
            (&own, at(Some(&street), Some(3), Some("u8")), false),
            (&Scope::Parts(vec![Part::Organization(3)]), at(None, Some(3), None), true),
            (&Scope::nothing(), at(Some(&street), Some(3), Some("u7")), false),
            (&Scope::All, at(None, None, None), true),
        ];
        for (scope, place, want) in cases {
            assert_eq!(scope.holds(place), want, "{scope:?} {place:?}");
        }
        assert_eq!(both.clone().or(both.clone()), both);
        assert_eq!(own.or(Scope::All), Scope::All);
    }

    #[test]
    fn every_right_is_written_as_it_is_read() {
        for (word, right) in Right::WORDS {
            assert_eq!(Right::parse(word), Some(right));
            assert_eq!(right.word(), word);
        }
        for (word, office) in Office::WORDS {
            assert_eq!(Office::parse(word), Some(office));
            assert_eq!(office.word(), word);
        }
        assert_eq!(Right::parse("reed"), None);
    }
}
