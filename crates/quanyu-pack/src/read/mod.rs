//! From checked TOML to the model: one file a kind of declaration.
//!
//! Owns merging: a later pack's declaration replaces or extends an earlier one's. Leaves shapes to
//! [`crate::grammar`] (a node of wrong shape was told there and is read as left out) and references to
//! [`crate::check`].

mod appraisal;
mod case;
mod codes;
mod demo;
mod filing;
mod indicator;
mod lifecycle;
mod name;
mod plan;
mod publication;
mod region;
mod register;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::region::RegionCode;

use crate::{
    diagnostic::Diagnostic,
    faults::{self, Noun},
    grammar::is_identifier,
    model::{At, Pack},
    node::Node,
};

pub(crate) use region::read_regions;

/// A pack being put together, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Reading {
    /// What was read so far.
    pub pack: Pack,
    /// What is wrong so far.
    pub faults: Vec<Diagnostic>,
    /// What the present pack declared, and where.
    seen: BTreeMap<(&'static str, String), At>,
    /// Where the values of a declaration stand: its own place, the key, and the number in a list.
    places: BTreeMap<(At, String, usize), At>,
    /// Fields whose type was told as wrong.
    pub unsure: BTreeSet<At>,
    /// Where regions stand in their CSV files.
    pub region_places: BTreeMap<RegionCode, At>,
    /// Where tiles stand.
    pub tile_places: BTreeMap<RegionCode, At>,
    /// Where codes that are written out stand.
    pub code_places: BTreeMap<(String, String), At>,
    /// Where the pack names its region.
    pub region_at: Option<At>,
    /// Units typed with targets.
    pub target_units: Vec<TargetUnit>,
    /// Files that were read as code lists.
    pub csv: Vec<u32>,
    /// The pack whose files are read is the one asked for, none that it extends.
    pub own: bool,
}

/// A unit typed with the value of a target.
pub(crate) struct TargetUnit {
    /// The target's indicator.
    pub indicator: String,
    /// The base unit typed.
    pub unit: String,
    /// Whether the target is one of growth.
    pub growth: bool,
    /// Where.
    pub at: At,
}

impl Reading {
    /// Another pack's files follow.
    pub(crate) fn next_pack(&mut self) {
        self.seen.clear();
    }

    /// Reads a whole file but `pack.toml`.
    pub(crate) fn file(&mut self, root: Node<'_>) {
        let each = |key: &str| {
            root.entries_of(key)
                .into_iter()
                .filter(|(id, _)| is_identifier(id))
        };
        each("module").for_each(|(id, node)| self.module(id, node));
        each("role").for_each(|(id, node)| self.role(id, node));
        each("name").for_each(|(id, node)| self.name(id, node));
        each("document").for_each(|(id, node)| self.document(id, node));
        each("codes").for_each(|(id, node)| self.codes(id, node));
        each("register").for_each(|(id, node)| self.register(id, node));
        each("dataset").for_each(|(id, node)| self.dataset(id, node));
        each("indicator").for_each(|(id, node)| self.indicator(id, node));
        each("plan").for_each(|(id, node)| self.plan(id, node));
        each("publication").for_each(|(id, node)| self.publication(id, node));
        each("open_data").for_each(|(id, node)| self.open_data(id, node));
        each("flow").for_each(|(id, node)| self.flow(id, node));
        each("appraisal").for_each(|(id, node)| self.appraisal(id, node));
        each("filing").for_each(|(id, node)| self.filing(id, node));
        if let Some(node) = root.get("supervision") {
            self.supervision(node);
        }
        root.entries_of("calendar")
            .into_iter()
            .for_each(|(year, node)| self.calendar(year, node));
        root.entries_of("tiles")
            .into_iter()
            .for_each(|(region, node)| self.tile(region, node));
        if let Some(node) = root.get("demo") {
            self.demo(node);
        }
        if self.own {
            root.items_of("case")
                .into_iter()
                .for_each(|node| self.case(node));
        }
    }

    /// Notes where the values of a declaration stand, for the checks that come later.
    pub(crate) fn note(&mut self, owner: At, node: Node<'_>) {
        for (key, value) in node.entries() {
            for (number, item) in value.items().into_iter().enumerate() {
                self.places
                    .insert((owner, key.to_owned(), number), item.content());
            }
            for (inner, value) in value.entries() {
                self.places
                    .insert((owner, format!("{key}.{inner}"), 0), value.content());
            }
        }
    }

    /// Values of an earlier declaration that a later one takes over keep their places.
    pub(crate) fn inherit(&mut self, earlier: At, owner: At) {
        let from = (earlier, String::new(), 0);
        let kept: Vec<_> = self
            .places
            .range(from..)
            .take_while(|((at, ..), _)| *at == earlier)
            .map(|((_, key, number), at)| ((owner, key.clone(), *number), *at))
            .collect();
        for (key, at) in kept {
            self.places.entry(key).or_insert(at);
        }
    }

    /// Where the value of a key of a declaration stands; the declaration where it has no such key.
    pub(crate) fn place(&self, owner: At, key: &str) -> At {
        self.item_place(owner, key, 0)
    }

    /// Where an item of a list stands.
    pub(crate) fn item_place(&self, owner: At, key: &str, number: usize) -> At {
        self.given(owner, key, number).unwrap_or(owner)
    }

    /// Where a value stands, if it was given.
    pub(crate) fn given(&self, owner: At, key: &str, number: usize) -> Option<At> {
        self.places.get(&(owner, key.to_owned(), number)).copied()
    }

    /// Notes a declaration; one of the same kind and name in the same pack is a fault.
    pub(crate) fn declare(&mut self, what: Noun, id: &str, at: At) {
        if let Some(first) = self.seen.get(&(what.1, id.to_owned())) {
            self.faults.push(faults::duplicate(at, what, id, *first));
        } else {
            self.seen.insert((what.1, id.to_owned()), at);
        }
    }
}

/// Sets a place to a value that was given, else leaves it.
pub(crate) fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}
