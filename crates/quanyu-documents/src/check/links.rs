//! Which indicator each mention is held against: the reader's link, or what the words right before it name.
//!
//! Owns two readings that only the whole list of names can give: 认定数量首次突破100家, where 首次 stands between name and number, and
//! ，达到104家, which goes on with the figure before. Invariant: a link of the reader is never changed here.

use super::{draft::Draft, known::Known};
use crate::read::{Kind, Mention};

/// Words that may stand between a name and its number.
const BETWEEN: [&str; 8] = ["", "首次", "再次", "已", "累计", "共", "总数", "数量"];
/// Furthest that a name may begin before its number.
const REACH: usize = 28;

/// The indicator of each mention.
pub(super) fn links(draft: &Draft<'_>, known: &Known) -> Vec<Option<String>> {
    let mentions = &draft.reading.mentions;
    let mut links: Vec<Option<String>> = Vec::with_capacity(mentions.len());
    for (nth, mention) in mentions.iter().enumerate() {
        let link = match &mention.indicator {
            Some(id) => Some(id.clone()),
            None if mention.kind == Kind::Level && mention.metric.is_none() => goes_on(draft, nth)
                .and_then(|before| links[before].clone())
                .or_else(|| named(draft, known, mention)),
            None => None,
        };
        links.push(link);
    }
    links
}

/// The mention right before, where nothing but a comma parts the two and both count the same things.
fn goes_on(draft: &Draft<'_>, nth: usize) -> Option<usize> {
    let mention = &draft.reading.mentions[nth];
    let before = nth.checked_sub(1)?;
    let other = &draft.reading.mentions[before];
    let comma = other.end + 1 == mention.start && draft.ch(other.end) == ',';
    let further = ["达", "超", "突破"]
        .iter()
        .any(|it| mention.text.starts_with(it));
    (comma
        && further
        && other.kind == Kind::Level
        && other.unit == mention.unit
        && other.nature == mention.nature)
        .then_some(before)
}

/// The indicator whose name ends right before a number.
fn named(draft: &Draft<'_>, known: &Known, mention: &Mention) -> Option<String> {
    let (floor, _) = draft.sentence(mention.start);
    let floor = floor.max(mention.start.saturating_sub(REACH));
    let fits = |unit: &str| mention.unit.as_deref() == Some(unit);
    let mut best: Option<(usize, &String)> = None;
    for (id, subject) in known.subjects.iter().filter(|(_, it)| fits(&it.unit)) {
        for name in &subject.names {
            let length = name.chars().count();
            for word in BETWEEN {
                let gap = word.chars().count();
                let begins = mention
                    .start
                    .checked_sub(length + gap)
                    .filter(|it| *it >= floor);
                if let Some(at) = begins
                    && length >= 3
                    && best.is_none_or(|(longest, _)| length > longest)
                    && draft.has(at, name)
                    && draft.has(at + length, word)
                {
                    best = Some((length, id));
                }
            }
        }
    }
    best.map(|(_, id)| id.clone())
}
