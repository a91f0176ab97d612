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
    /// The pairs of characters that begin a name, and those that stand in one.
    begins: Sieve,
    inside: Sieve,
    steps: HashMap<u64, u32, Quick>,
    /// Entry that ends at a node of the trie, or [`NONE`].
    ends: Vec<u32>,
    pairs: HashMap<u64, Vec<u32>, Quick>,
    /// Entry and number of pairs of each name.
    names: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

/// Hashes numbers.
pub(crate) type Quick = BuildHasherDefault<Mix>;

/// Multiplies and folds: the keys are small numbers of our own making.
#[derive(Default)]
pub(crate) struct Mix(u64);

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

/// Room that look-ups use again.
#[derive(Default)]
pub(crate) struct Scratch {
    shared: Vec<u16>,
    touched: Vec<u32>,
}

/// A set of pairs of characters that may say yes to one it lacks, and never no to one it has: most pairs
/// of a text stand in no name, and this says so in a few instructions.
struct Sieve(Vec<u64>);

impl Sieve {
    fn new() -> Sieve {
        Sieve(vec![0; 1 << 10])
    }

    #[inline]
    fn place(first: char, second: char) -> (usize, u32) {
        let mixed = (first as u32)
            .wrapping_mul(0x9e37_79b1)
            .wrapping_add(second as u32)
            .wrapping_mul(0x85eb_ca6b);
        ((mixed >> 22) as usize, mixed >> 16 & 63)
    }

    fn add(&mut self, first: char, second: char) {
        let (word, bit) = Sieve::place(first, second);
        self.0[word] |= 1 << bit;
    }

    #[inline]
    fn has(&self, first: char, second: char) -> bool {
        let (word, bit) = Sieve::place(first, second);
        self.0[word] >> bit & 1 == 1
    }
}

/// Folds a name like the text: full-width forms, blanks.
fn folded(name: &str) -> Vec<char> {
    super::text::Text::new(name).c
}

fn step(node: u32, ch: char) -> u64 {
    u64::from(node) << 32 | u64::from(ch as u32)
}

fn pair(first: char, second: char) -> u64 {
    u64::from(first as u32) << 32 | u64::from(second as u32)
}

impl Lexicon {
    /// Compiles the names.
    pub fn new(entries: Vec<LexEntry>) -> Lexicon {
        let mut lexicon = Lexicon {
            entries,
            begins: Sieve::new(),
            inside: Sieve::new(),
            steps: HashMap::default(),
            ends: vec![NONE],
            pairs: HashMap::default(),
            names: Vec::new(),
        };
        for (nth, entry) in lexicon.entries.iter().enumerate() {
            for name in &entry.names {
                let chars = folded(name);
                if chars.len() < 2 {
                    continue;
                }
                lexicon.begins.add(chars[0], chars[1]);
                let mut node = 0u32;
                for &ch in &chars {
                    let ends = &mut lexicon.ends;
                    node = *lexicon.steps.entry(step(node, ch)).or_insert_with(|| {
                        ends.push(NONE);
                        ends.len() as u32 - 1
                    });
                }
                let end = &mut lexicon.ends[node as usize];
                if *end == NONE {
                    *end = nth as u32;
                }
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
        for &two in lexicon.pairs.keys() {
            let half = |code: u64| char::from_u32(code as u32).unwrap_or(' ');
            lexicon.inside.add(half(two >> 32), half(two & 0xffff_ffff));
        }
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
        metric: &str,
        kind: Kind,
        unit: &str,
        scratch: &mut Scratch,
    ) -> Option<Link> {
        if self.names.is_empty() {
            return None;
        }
        // Score, length, distance and entry of the best.
        let mut best: Option<(i32, usize, usize, u32)> = None;
        for (chars, behind) in [(before, false), (after, true)] {
            for (start, two) in chars.windows(2).enumerate() {
                if !self.begins.has(two[0], two[1]) {
                    continue;
                }
                let Some((length, entry)) = self.longest(&chars[start..], kind, unit) else {
                    continue;
                };
                let away = if behind {
                    start
                } else {
                    chars.len() - start - length
                };
                let score = 6 * length as i32 - away as i32 - if behind { 3 } else { 0 };
                if best.is_none_or(|(old, ..)| score > old) {
                    best = Some((score, length, away, entry));
                }
            }
        }
        let Some((_, length, away, entry)) = best else {
            return self.similar(metric, kind, unit, scratch);
        };
        let words = metric.chars().count().min(24).max(length);
        let cover = length as f32 / words as f32;
        let sure = (0.72 + 0.27 * cover - 0.01 * away.min(12) as f32).clamp(0.5, 0.99);
        Some(Link { entry, sure })
    }

    fn longest(&self, chars: &[char], kind: Kind, unit: &str) -> Option<(usize, u32)> {
        let mut node = 0u32;
        let mut found = None;
        for (nth, &ch) in chars.iter().enumerate().take(32) {
            let Some(&next) = self.steps.get(&step(node, ch)) else {
                break;
            };
            node = next;
            let entry = self.ends[node as usize];
            if entry != NONE && self.fits(entry, kind, unit) {
                found = Some((nth + 1, entry));
            }
        }
        found
    }

    fn similar(&self, metric: &str, kind: Kind, unit: &str, scratch: &mut Scratch) -> Option<Link> {
        let length = metric.chars().take(41).count();
        if !(3..=40).contains(&length) {
            return None;
        }
        // A likeness of 0.62 needs at least 0.449 of the phrase's own pairs, however short the name.
        let mut left = None;
        let mut hits = 0u32;
        for right in metric.chars() {
            hits += u32::from(left.is_some_and(|left| self.inside.has(left, right)));
            left = Some(right);
        }
        if (hits as f32) < 0.44 * (length as f32 - 1.0) {
            return None;
        }
        let Scratch { shared, touched } = scratch;
        shared.resize(self.names.len(), 0);
        touched.clear();
        let mut chars = metric.chars();
        let mut left = chars.next()?;
        for right in chars {
            if self.inside.has(left, right)
                && let Some(names) = self.pairs.get(&pair(left, right))
            {
                for &id in names {
                    if shared[id as usize] == 0 {
                        touched.push(id);
                    }
                    shared[id as usize] += 1;
                }
            }
            left = right;
        }
        let own = length as f32 - 1.0;
        let mut best: Option<Link> = None;
        for &id in touched.iter() {
            let shared = f32::from(std::mem::take(&mut shared[id as usize]));
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
