//! Finding a name among a million: every stem under the hashes of itself and of itself less one character.
//!
//! Owns the index and what follows from the names found. Two stems that differ by one character share a text that is either
//! of them less one character, so that looking up these few is enough; what is found is then compared as written. Hashes
//! are of 32 bits: a collision costs a comparison and nothing else.
//!
//! Invariant: what is found is like the name asked for by [`Form::like`]; the index itself decides nothing.

use std::collections::{BTreeSet, HashMap};

use super::{Form, Hit, Home, Verdict, Why};

/// Stems with fewer characters are looked for as they are: there one character is half of the name.
pub(super) const SHORTEST: usize = 4;
/// Candidates a person is offered.
const OFFERED: usize = 8;
/// Names compared for one that is looked for; where more are near, its stem says nothing.
const COMPARED: usize = 2_000;

/// A name that an organization bears or once bore.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The organization.
    pub id: i64,
    /// The name.
    pub name: &'a str,
    /// Whether it is one of the past.
    pub former: bool,
}

/// The names of all organizations.
#[derive(Clone, Debug, Default)]
pub struct Index {
    home: Home,
    /// All names, one behind the other.
    text: String,
    slots: Vec<Slot>,
    /// Hash in the upper half, slot in the lower; in order.
    near: Vec<u64>,
    /// The same for names that came later.
    later: HashMap<u32, Vec<u32>>,
    late: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// 0 where the name was taken away: ids begin with 1.
    id: i64,
    start: u32,
    length: u16,
    former: bool,
}

impl Index {
    /// An index over these names.
    #[must_use]
    pub fn new<'a>(home: Home, names: impl IntoIterator<Item = Named<'a>>) -> Self {
        let mut index = Self {
            home,
            ..Self::default()
        };
        for named in names {
            if let Some((slot, form)) = index.put(named) {
                for hash in form.kept_under().flat_map(hashes) {
                    index.near.push(u64::from(hash) << 32 | u64::from(slot));
                }
            }
        }
        index.near.sort_unstable();
        index.near.dedup();
        index.near.shrink_to_fit();
        index
    }

    /// How many names it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|it| it.id != 0).count()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that it takes, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity()
            + self.slots.capacity() * size_of::<Slot>()
            + self.near.capacity() * size_of::<u64>()
    }

    /// Whether so many names came since it was made that it should be made anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.late > 10_000 + self.slots.len() / 20
    }

    /// Takes the names of these organizations away and puts others in their place.
    pub fn renew<'a>(&mut self, gone: &BTreeSet<i64>, names: impl IntoIterator<Item = Named<'a>>) {
        for slot in self.slots.iter_mut().filter(|it| gone.contains(&it.id)) {
            slot.id = 0;
        }
        for named in names {
            let Some((slot, form)) = self.put(named) else {
                continue;
            };
            self.late += 1;
            for hash in form.kept_under().flat_map(hashes) {
                self.later.entry(hash).or_default().push(slot);
            }
        }
    }

    /// Which organization a name means. `seen` says which may be spoken of.
    pub fn find(&self, name: &str, seen: impl Fn(i64) -> bool) -> Verdict {
        let asked = Form::of(name, &self.home);
        if asked.plain.is_empty() {
            return Verdict::Unmatched;
        }
        // Most names stand on the list as they are borne: then nothing else has to be looked at.
        let mut slots = BTreeSet::new();
        for stem in asked.kept_under() {
            self.under(hash(stem.iter().copied()), &mut slots);
        }
        let sure = verdict(self.alike(&asked, slots, &seen));
        if sure.hits().first().is_some_and(|it| it.why.certain()) {
            return sure;
        }
        let mut slots = BTreeSet::new();
        for stem in asked.looked_for() {
            for hash in hashes(stem) {
                self.under(hash, &mut slots);
            }
        }
        verdict(self.alike(&asked, slots, &seen))
    }

    /// The organizations that bear names like the one asked for, each with the likest of its names.
    fn alike(
        &self,
        asked: &Form,
        slots: BTreeSet<u32>,
        seen: impl Fn(i64) -> bool,
    ) -> Vec<(Rank, Hit)> {
        let mut best: HashMap<i64, (Rank, Hit)> = HashMap::new();
        for slot in slots.into_iter().take(COMPARED) {
            let Some((slot, name)) = self.slot(slot) else {
                continue;
            };
            let borne = Form::borne(name, &self.home);
            let Some(why) = asked.like(&borne).filter(|_| seen(slot.id)) else {
                continue;
            };
            let rank = (why, asked.distance(&borne, why), slot.former);
            if best.get(&slot.id).is_none_or(|(known, _)| rank < *known) {
                let hit = Hit {
                    id: slot.id,
                    name: name.to_owned(),
                    former: slot.former,
                    why,
                };
                best.insert(slot.id, (rank, hit));
            }
        }
        best.into_values().collect()
    }

    fn put(&mut self, named: Named<'_>) -> Option<(u32, Form)> {
        let form = Form::borne(named.name, &self.home);
        if form.plain.is_empty() {
            return None;
        }
        let slot = u32::try_from(self.slots.len()).ok()?;
        self.slots.push(Slot {
            id: named.id,
            start: u32::try_from(self.text.len()).ok()?,
            length: u16::try_from(named.name.len()).ok()?,
            former: named.former,
        });
        self.text.push_str(named.name);
        Some((slot, form))
    }

    fn slot(&self, slot: u32) -> Option<(Slot, &str)> {
        let slot = *self.slots.get(slot as usize).filter(|it| it.id != 0)?;
        let start = slot.start as usize;
        Some((slot, &self.text[start..start + usize::from(slot.length)]))
    }

    fn under(&self, hash: u32, slots: &mut BTreeSet<u32>) {
        let from = self.near.partition_point(|it| (it >> 32) < u64::from(hash));
        let found = self.near[from..]
            .iter()
            .take_while(|it| (*it >> 32) == u64::from(hash))
            .take(COMPARED);
        slots.extend(found.map(|it| (it & u64::from(u32::MAX)) as u32));
        slots.extend(self.later.get(&hash).into_iter().flatten());
    }
}

/// How near a name is: how it differs, how far, whether it is a former one.
type Rank = (Why, u8, bool);

/// What follows from the organizations found.
fn verdict(mut ranked: Vec<(Rank, Hit)>) -> Verdict {
    ranked.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| (&x.name, x.id).cmp(&(&y.name, y.id))));
    let mut hits: Vec<Hit> = ranked.into_iter().map(|it| it.1).collect();
    let Some(first) = hits.first() else {
        return Verdict::Unmatched;
    };
    if first.why.certain() {
        let (why, former) = (first.why, first.former);
        let equal = hits
            .iter()
            .filter(|it| (it.why, it.former) == (why, former))
            .count();
        if equal == 1 {
            return Verdict::Matched(hits.swap_remove(0));
        }
        // Several bear just this name: no other is meant.
        hits.retain(|it| (it.why, it.former) == (why, former));
    }
    hits.truncate(OFFERED);
    Verdict::Doubtful(hits)
}

/// The hashes of a stem and of it less each of its characters.
fn hashes(stem: &[char]) -> impl Iterator<Item = u32> {
    let skips = if stem.len() >= SHORTEST {
        stem.len()
    } else {
        0
    };
    std::iter::once(None)
        .chain((0..skips).map(Some))
        .map(move |skip| {
            let kept = stem
                .iter()
                .enumerate()
                .filter(move |(place, _)| Some(*place) != skip);
            hash(kept.map(|(_, c)| *c))
        })
}

/// FNV-1a over code points, folded to 32 bits: the same on every machine.
fn hash(text: impl Iterator<Item = char>) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in text {
        hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    }
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: i64, name: &str, former: bool) -> Named<'_> {
        Named { id, name, former }
    }

    fn index() -> Index {
        let names = [
            named(1, "海州蓝鲸科技有限公司", false),
            named(2, "海州白鲸科技有限公司", false),
            named(3, "海州红杉电子有限公司", false),
            named(3, "海州赤杉电子有限公司", true),
            named(4, "海州双子软件有限公司", false),
            named(5, "海州双子软件有限公司", false),
            named(6, "海州赤杉电子股份有限公司", false),
        ];
        Index::new(Home::new(["示例省", "海州市"]), names)
    }

    fn said(verdict: &Verdict) -> String {
        let hits: Vec<String> = verdict
            .hits()
            .iter()
            .map(|it| format!("{}:{}", it.id, it.why.word()))
            .collect();
        let word = match verdict {
            Verdict::Matched(_) => "matched",
            Verdict::Doubtful(_) => "doubtful",
            Verdict::Unmatched => "unmatched",
        };
        format!("{word} {}", hits.join(" ")).trim_end().to_owned()
    }

    #[test]
    fn a_name_is_matched_doubtful_or_unmatched() {
        #[rustfmt::skip]
        let cases = [
            ("海州蓝鲸科技有限公司",       "matched 1:same"),
            ("海州蓝鲸科技有限责任公司",   "matched 1:form"),
            // What another bears now comes before what this one bore.
            ("海州赤杉电子有限公司",       "matched 3:same"),
            ("海州赤杉电子有限责任公司",   "matched 3:form"),
            ("海州双子软件有限公司",       "doubtful 4:same 5:same"),
            ("海州黑鲸科技有限公司",       "doubtful 2:one_off 1:one_off"),
            ("白鲸科技有限公司",           "doubtful 2:region 1:one_off"),
            ("海州蓝鲸科技有限公司一分公司", "doubtful 1:branch"),
            ("海州没有这家有限公司",       "unmatched"),
            ("——",                         "unmatched"),
        ];
        let index = index();
        for (name, want) in cases {
            assert_eq!(said(&index.find(name, |_| true)), want, "{name}");
        }
        assert_eq!(
            said(&index.find("海州双子软件有限公司", |it| it == 5)),
            "matched 5:same"
        );
    }

    #[test]
    fn an_index_moves_on_with_its_organizations() {
        let mut index = index();
        let names = [
            named(1, "海州巨鲸科技有限公司", false),
            named(1, "海州蓝鲸科技有限公司", true),
            named(7, "海州新来电器有限公司", false),
        ];
        index.renew(&BTreeSet::from([1, 2, 7]), names);
        for (name, want) in [
            ("海州巨鲸科技有限公司", "matched 1:same"),
            ("海州蓝鲸科技有限公司", "matched 1:same"),
            ("海州新来电气有限公司", "doubtful 7:one_off"),
            ("海州白鲸科技有限公司", "doubtful 1:one_off"),
        ] {
            assert_eq!(said(&index.find(name, |_| true)), want, "{name}");
        }
        assert!(
            matches!(index.find("海州蓝鲸科技有限公司", |_| true), Verdict::Matched(it) if it.former && it.why == Why::Same)
        );
    }
}
