//! The names of indicators and which of them a phrase means.
//!
//! Owns the trie of names and the index of character pairs. A name found whole near the number
//! wins; else the name that shares most character pairs with the metric's phrase, where the units
//! allow it. Invariant: compiled once, never changed, shared between threads; a look-up reads a
//! bounded window.

use super::mention::Kind;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// An indicator as the reader needs it.
#[derive(Clone, Debug, Default)]
pub struct LexEntry {
    /// Id of the indicator.
    pub indicator: String,
    /// Title and aliases.
    pub names: Vec<String>,
    /// Unit in which it is counted: 元, 家, 1 …
    pub unit: Option<String>,
    /// Kinds it may be read as; empty for any.
    pub kinds: Vec<Kind>,
}

/// The compiled names.
pub struct Lexicon {
    entries: Vec<LexEntry>,
    steps: HashMap<u64, u32, Quick>,
    /// Entry that ends at a node of the trie, with the length of its name.
    ends: HashMap<u32, (u32, u32), Quick>,
    pairs: HashMap<u64, Vec<u32>, Quick>,
    /// Entry and number of pairs of each name.
    names: Vec<(u32, u32)>,
}

type Quick = BuildHasherDefault<Mix>;

/// Multiplies and folds: the keys are small numbers of our own making.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }
    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

/// A name found for a phrase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// Index of the entry.
    pub entry: u32,
    /// 0 to 1.
    pub sure: f32,
}

/// Folds a name like the text: full-width forms, blanks.
fn folded(name: &str) -> Vec<char> {
    super::text::Text::new(name).c
}

fn pair(first: char, second: char) -> u64 {
    u64::from(first as u32) << 32 | u64::from(second as u32)
}

impl Lexicon {
    /// Compiles the names.
    pub fn new(entries: Vec<LexEntry>) -> Lexicon {
        let mut lexicon = Lexicon {
            entries,
            steps: HashMap::default(),
            ends: HashMap::default(),
            pairs: HashMap::default(),
            names: Vec::new(),
        };
        let mut nodes = 1u32;
        for (nth, entry) in lexicon.entries.iter().enumerate() {
            for name in &entry.names {
                let chars = folded(name);
                if chars.len() < 2 {
                    continue;
                }
                let mut node = 0u32;
                for &ch in &chars {
                    node = *lexicon
                        .steps
                        .entry(u64::from(node) << 32 | u64::from(ch as u32))
                        .or_insert_with(|| {
                            nodes += 1;
                            nodes - 1
                        });
                }
                lexicon
                    .ends
                    .entry(node)
                    .or_insert((nth as u32, chars.len() as u32));
                let id = lexicon.names.len() as u32;
                lexicon.names.push((nth as u32, chars.len() as u32 - 1));
                for two in chars.windows(2) {
                    let list = lexicon.pairs.entry(pair(two[0], two[1])).or_default();
                    if list.last() != Some(&id) {
                        list.push(id);
                    }
                }
            }
        }
        // A pair that a good part of many names share tells nothing and would cost most.
        let common = (lexicon.names.len() / 6).max(64);
        lexicon.pairs.retain(|_, list| list.len() <= common);
        lexicon
    }

    /// A lexicon without names: mentions are read and not linked.
    pub fn empty() -> Lexicon {
        Lexicon::new(Vec::new())
    }

    /// Whether there is nothing to link to.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The id of an entry.
    pub(crate) fn indicator(&self, link: Link) -> &str {
        &self.entries[link.entry as usize].indicator
    }

    /// Whether an indicator of this unit can be said with this one.
    fn fits(&self, entry: u32, kind: Kind, unit: &str) -> bool {
        let entry = &self.entries[entry as usize];
        if !entry.kinds.is_empty() && !entry.kinds.contains(&kind) {
            return false;
        }
        let Some(own) = entry.unit.as_deref() else {
            return true;
        };
        match kind {
            Kind::Level => alike(own, unit),
            Kind::Share | Kind::Delta if matches!(own, "1" | "%") => unit == "1",
            Kind::Delta => unit == "1" || alike(own, unit),
            _ => true,
        }
    }

    /// The indicator meant by the words around a number. `before` ends at the number, `after`
    /// begins behind its unit.
    pub(crate) fn link(
        &self,
        before: &[char],
        after: &[char],
        metric: &[char],
        kind: Kind,
        unit: &str,
        scratch: &mut Vec<u16>,
    ) -> Option<Link> {
        if self.names.is_empty() {
            return None;
        }
        let mut best: Option<(i32, Link)> = None;
        for (chars, behind) in [(before, false), (after, true)] {
            for start in 0..chars.len() {
                let Some((length, entry)) = self.longest(&chars[start..], kind, unit) else {
                    continue;
                };
                let away = if behind {
                    start
                } else {
                    chars.len() - start - length
                };
                let score = 6 * length as i32 - away as i32 - if behind { 3 } else { 0 };
                if best.is_none_or(|(old, _)| score > old) {
                    let cover = length as f32 / metric.len().clamp(length, 24) as f32;
                    best = Some((
                        score,
                        Link {
                            entry,
                            sure: (0.72 + 0.27 * cover - 0.01 * away.min(12) as f32)
                                .clamp(0.5, 0.99),
                        },
                    ));
                }
            }
        }
        best.map(|(_, link)| link)
            .or_else(|| self.similar(metric, kind, unit, scratch))
    }

    fn longest(&self, chars: &[char], kind: Kind, unit: &str) -> Option<(usize, u32)> {
        let mut node = 0u32;
        let mut found = None;
        for (nth, &ch) in chars.iter().enumerate().take(32) {
            node = *self
                .steps
                .get(&(u64::from(node) << 32 | u64::from(ch as u32)))?
                .max(&0);
            if let Some(&(entry, _)) = self.ends.get(&node)
                && self.fits(entry, kind, unit)
            {
                found = Some((nth + 1, entry));
            }
            if nth + 1 < chars.len()
                && !self
                    .steps
                    .contains_key(&(u64::from(node) << 32 | u64::from(chars[nth + 1] as u32)))
            {
                return found;
            }
        }
        found
    }

    fn similar(
        &self,
        metric: &[char],
        kind: Kind,
        unit: &str,
        scratch: &mut Vec<u16>,
    ) -> Option<Link> {
        if !(3..=40).contains(&metric.len()) {
            return None;
        }
        scratch.resize(self.names.len(), 0);
        let mut touched: Vec<u32> = Vec::new();
        for two in metric.windows(2) {
            for &id in self
                .pairs
                .get(&pair(two[0], two[1]))
                .map_or(&[][..], Vec::as_slice)
            {
                if scratch[id as usize] == 0 {
                    touched.push(id);
                }
                scratch[id as usize] += 1;
            }
        }
        let own = metric.len() as f32 - 1.0;
        let mut best: Option<Link> = None;
        for id in touched {
            let shared = f32::from(std::mem::take(&mut scratch[id as usize]));
            let (entry, pairs) = self.names[id as usize];
            let dice = 2.0 * shared.min(pairs as f32) / (own + pairs as f32);
            if dice >= 0.62
                && self.fits(entry, kind, unit)
                && best.is_none_or(|old| dice * 0.85 > old.sure)
            {
                best = Some(Link {
                    entry,
                    sure: dice * 0.85,
                });
            }
        }
        best
    }
}

/// Counters used for the same things.
fn alike(own: &str, unit: &str) -> bool {
    if own == unit {
        return true;
    }
    let groups = [
        ["家", "个", "户"],
        ["人", "名", "位"],
        ["项", "件", "个"],
        ["场", "次", "场次"],
        ["m2", "平方米", "㎡"],
    ];
    groups
        .iter()
        .any(|group| group.contains(&own) && group.contains(&unit))
}
