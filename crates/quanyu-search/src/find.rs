//! Asking the index: from words to what is shown.
//!
//! Owns the order of asking. First names and codes as typed, then as they sound, then texts, and only where nothing was found
//! names with a mistake. Every stage looks at a bounded number of entries, so that no question takes long, whatever it asks.
//!
//! Start reading at [`find`].

use std::collections::{BTreeSet, BinaryHeap};

use tantivy::{
    DocAddress, DocSet as _, Searcher, TERMINATED, TantivyDocument,
    query::{EnableScoring, Query},
};

use crate::{
    SearchError,
    entry::Kind,
    mark::{Judged, Marked, judge},
    query::{self, Asker, all},
    reach::Reach,
    schema::{self, Fields, LENGTH, RECORD},
};

/// Entries that a stage looks at: enough that the shortest names are among them, few enough for a millisecond or two.
const LOOKED_AT: usize = 8_000;
/// Entries that are read for each that is shown: some only have the letters by chance.
const READ: usize = 2;
/// Entries that are read however few are shown.
const READ_LEAST: usize = 12;

/// What somebody asks.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// As typed.
    pub words: &'a str,
    /// Kinds to look among.
    pub kinds: &'a [Kind],
    /// Hits of a kind.
    pub limit: usize,
    /// What the asker may see.
    pub reach: &'a Reach,
}

/// What was found of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The kind.
    pub kind: Kind,
    /// The best answers first.
    pub hits: Vec<Hit>,
    /// Whether there are more than are shown.
    pub more: bool,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Register of the record; of an indicator or register, its own id.
    pub register: String,
    /// The record's number; 0 for what a pack declares.
    pub record: i64,
    /// What it is called, with what answers.
    pub title: Marked,
    /// Its credit code.
    pub code: Option<String>,
    /// Its other names.
    pub names: Vec<String>,
    /// The other name, code or part of the text that answers, where the title does not.
    pub note: Option<Marked>,
    /// How it answers.
    pub way: Way,
}

/// How an entry answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Its title has the characters.
    Name,
    /// Another name has them.
    OtherName,
    /// Its credit code begins so.
    Code,
    /// A name is spelt so.
    Sound,
    /// Its text has the words.
    Text,
    /// A name has them but for one.
    Near,
}

impl Way {
    /// The word that programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::OtherName => "other_name",
            Self::Code => "code",
            Self::Sound => "pinyin",
            Self::Text => "text",
            Self::Near => "near",
        }
    }
}

/// What comes first.
#[derive(Clone, Copy)]
enum Order {
    /// Short names.
    Short,
    /// New records.
    New,
}

/// What answers, by kind; kinds of which nothing does are left out.
pub(crate) fn find(
    searcher: &Searcher,
    fields: Fields,
    wish: &Wish<'_>,
) -> Result<Vec<Group>, SearchError> {
    let words = query::words(wish.words);
    let mut groups = Vec::new();
    if words.is_empty() || wish.limit == 0 || wish.reach.is_nothing() {
        return Ok(groups);
    }
    for kind in wish.kinds {
        let asker = Asker {
            searcher,
            fields,
            kind: *kind,
            narrow: !wish.reach.is_everything(),
        };
        let mut look = Look {
            asker,
            wish,
            words: words.clone(),
            seen: BTreeSet::new(),
            found: Vec::new(),
            more: false,
        };
        look.stages()?;
        if let Some(group) = look.finish() {
            groups.push(group);
        }
    }
    Ok(groups)
}

struct Look<'a> {
    asker: Asker<'a>,
    wish: &'a Wish<'a>,
    words: Vec<query::Word>,
    seen: BTreeSet<DocAddress>,
    found: Vec<(u8, usize, Hit)>,
    more: bool,
}

impl Look<'_> {
    fn stages(&mut self) -> Result<(), SearchError> {
        self.stage(Some(self.asker.by_name(&self.words)), Order::Short, false)?;
        if self.wants() {
            self.stage(self.asker.by_sound(&self.words), Order::Short, false)?;
        }
        if self.wants() && matches!(self.asker.kind, Kind::Record | Kind::Document) {
            let ask = self.asker.by_text(&mut self.words)?;
            self.stage(ask, Order::New, false)?;
        }
        if self.found.is_empty() {
            self.stage(self.asker.by_mistake(&self.words), Order::Short, true)?;
        }
        Ok(())
    }

    fn wants(&self) -> bool {
        self.found.len() < self.wish.limit
    }

    fn stage(
        &mut self,
        ask: Option<Box<dyn Query>>,
        order: Order,
        mistakes: bool,
    ) -> Result<(), SearchError> {
        let Some(ask) = ask else { return Ok(()) };
        let filter = self.wish.reach.filter(self.asker.fields, self.asker.kind);
        let ask = match filter {
            Some(filter) => all([ask, filter]),
            None => ask,
        };
        let take = self.wish.limit * READ + READ_LEAST;
        let (first, matched) = collect(self.asker.searcher, ask.as_ref(), order, take)?;
        self.more |= matched > first.len();
        for address in first {
            if !self.seen.insert(address) {
                continue;
            }
            let document: TantivyDocument = self.asker.searcher.doc(address)?;
            let Some(entry) = schema::entry(self.asker.fields, &document) else {
                continue;
            };
            let Some(Judged {
                rank,
                way,
                title,
                note,
            }) = judge(&entry, &self.words, mistakes)
            else {
                continue;
            };
            let length = match order {
                Order::Short => entry.title.len(),
                Order::New => 0,
            };
            let hit = Hit {
                kind: entry.kind,
                register: entry.register,
                record: entry.record,
                title,
                code: entry.code,
                names: entry.names,
                note,
                way,
            };
            self.found.push((rank, length, hit));
        }
        Ok(())
    }

    fn finish(mut self) -> Option<Group> {
        // Of equal answers in texts the new ones come first, of names the old ones.
        self.found.sort_by_key(|(rank, length, hit)| {
            let age = if *length == 0 {
                -hit.record
            } else {
                hit.record
            };
            (*rank, *length, age)
        });
        let more = self.more || self.found.len() > self.wish.limit;
        let hits: Vec<Hit> = self
            .found
            .into_iter()
            .take(self.wish.limit)
            .map(|it| it.2)
            .collect();
        if hits.is_empty() {
            return None;
        }
        Some(Group {
            kind: self.asker.kind,
            hits,
            more,
        })
    }
}

/// The first entries that answer, and how many answer among those looked at.
fn collect(
    searcher: &Searcher,
    ask: &dyn Query,
    order: Order,
    take: usize,
) -> Result<(Vec<DocAddress>, usize), SearchError> {
    let weight = ask.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut best: BinaryHeap<(u64, DocAddress)> = BinaryHeap::with_capacity(take + 1);
    let mut matched = 0;
    // Entries of a young segment are looked at first: who looks for news finds them however many old ones there are.
    for (place, reader) in searcher.segment_readers().iter().enumerate().rev() {
        let mut docs = weight.scorer(reader, 1.0)?;
        if docs.doc() == TERMINATED {
            continue;
        }
        let column = match order {
            Order::Short => LENGTH,
            Order::New => RECORD,
        };
        let column = reader
            .fast_fields()
            .column_first_or_default::<u64>(column)?;
        let segment = u32::try_from(place).unwrap_or(u32::MAX);
        while docs.doc() != TERMINATED && matched < LOOKED_AT {
            let doc = docs.doc();
            if reader.alive_bitset().is_none_or(|it| it.is_alive(doc)) {
                matched += 1;
                let key = column.get_val(doc);
                let key = match order {
                    Order::Short => key,
                    Order::New => !key,
                };
                let found = (key, DocAddress::new(segment, doc));
                if best.len() < take {
                    best.push(found);
                } else if let Some(mut worst) = best.peek_mut()
                    && found < *worst
                {
                    *worst = found;
                }
            }
            docs.advance();
        }
    }
    let first = best.into_sorted_vec().into_iter().map(|it| it.1);
    Ok((first.collect(), matched))
}
