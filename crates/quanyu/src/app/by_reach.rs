//! Figures by reach: what the records that somebody sees add up to.
//!
//! Owns which figures a person is given: the whole district's, or those of the records within reach, computed once for all who
//! reach equally far. Leaves the scope as an expression to `quanyu-figures`.
//!
//! Invariant: whoever does not see every record is given no figure that is made of others.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use quanyu_core::access::Scope;
use quanyu_figures::{Figures, Reaches, parts::Place};
use quanyu_pack::model::Pack;

/// Reaches whose figures are held ready: streets, parks and sections; firms come and go.
const HELD: usize = 64;

/// Figures by reach.
#[derive(Default)]
pub(super) struct ByReach {
    place: Option<Place>,
    base: OnceLock<Figures>,
    held: Mutex<BTreeMap<Reaches, Arc<Figures>>>,
}

impl ByReach {
    /// With a place for rows of its own.
    pub fn new(place: Option<Place>) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// The figures of whoever reaches so far.
    pub fn of(&self, pack: &Pack, whole: &Arc<Figures>, reaches: &Reaches) -> Arc<Figures> {
        let all = |id: &String| reaches.get(id).is_some_and(|it| it.scope == Scope::All);
        if pack.registers.keys().all(all) {
            return Arc::clone(whole);
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = held.get(reaches) {
            return Arc::clone(figures);
        }
        if held.len() >= HELD {
            held.clear();
        }
        let base = self.base.get_or_init(|| whole.by_reach(self.place.clone()));
        let figures = Arc::new(base.seen_as(reaches.clone()));
        held.insert(reaches.clone(), Arc::clone(&figures));
        figures
    }
}
