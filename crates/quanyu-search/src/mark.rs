//! How well an entry answers, and which of its characters do.
//!
//! Owns the order of what is found and what is marked in it. Invariant: marks lie on character boundaries, ascend and do not overlap.
//!
//! Start reading at [`judge`].

use std::ops::Range;

use crate::{entry::Entry, find::Way, near, pinyin, query::Word, schema::fold_code, text::Folded};

/// Characters of a text that are shown around what was found.
const SHOWN: usize = 72;
/// Characters before it.
const BEFORE: usize = 16;

/// A text, some of which is marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// What is marked, in bytes.
    pub marks: Vec<Range<usize>>,
}

impl Marked {
    fn new(text: &str, marks: Vec<Range<usize>>) -> Self {
        Self {
            text: text.to_owned(),
            marks: joined(marks),
        }
    }

    /// The text in pieces, each with whether it is marked.
    #[must_use]
    pub fn pieces(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            pieces.push((&self.text[at..mark.start], false));
            pieces.push((&self.text[mark.clone()], true));
            at = mark.end;
        }
        pieces.push((&self.text[at..], false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

/// How an entry answers: the smaller `rank` is, the better.
pub(crate) struct Judged {
    pub rank: u8,
    pub way: Way,
    pub title: Marked,
    pub note: Option<Marked>,
}

/// How one word is answered.
struct Answer {
    rank: u8,
    way: Way,
    title: Vec<Range<usize>>,
    note: Option<Marked>,
}

/// How an entry answers all words; `None` where it only has their letters by chance.
pub(crate) fn judge(entry: &Entry, words: &[Word], mistakes: bool) -> Option<Judged> {
    let title = Folded::new(&entry.title);
    let names: Vec<(&str, Folded)> = entry
        .names
        .iter()
        .map(|it| (it.as_str(), Folded::new(it)))
        .collect();
    let text = (!entry.text.is_empty()).then(|| Folded::new(&entry.text));
    let mut judged = Judged {
        rank: 0,
        way: Way::Name,
        title: Marked::default(),
        note: None,
    };
    let mut marks = Vec::new();
    for word in words {
        let answer = by_name(entry, &title, &names, word)
            .or_else(|| text.as_ref().and_then(|it| by_text(entry, it, word)))
            .or_else(|| mistakes.then(|| by_mistake(&title, &names, word)).flatten())?;
        marks.extend(answer.title);
        if answer.rank >= judged.rank {
            judged.rank = answer.rank;
            judged.way = answer.way;
        }
        judged.note = judged.note.or(answer.note);
    }
    judged.title = Marked::new(&entry.title, marks);
    Some(judged)
}

fn by_name(entry: &Entry, title: &Folded, names: &[(&str, Folded)], word: &Word) -> Option<Answer> {
    let of_title = |rank, way, range| Answer {
        rank,
        way,
        title: vec![title.bytes(range)],
        note: None,
    };
    if let Some(range) = title.find(&word.chars) {
        let rank = match (range.start, range.len() == title.chars.len()) {
            (0, true) => 0,
            (0, false) => 1,
            _ => 2,
        };
        return Some(of_title(rank, Way::Name, range));
    }
    if let (Some(asked), Some(code)) = (&word.code, &entry.code)
        && fold_code(code).starts_with(asked.as_str())
    {
        let end = code
            .char_indices()
            .nth(asked.chars().count())
            .map_or(code.len(), |it| it.0);
        let note = Some(Marked::new(code, std::iter::once(0..end).collect()));
        return Some(Answer {
            rank: 1,
            way: Way::Code,
            title: Vec::new(),
            note,
        });
    }
    let of_names = |rank, way, find: &dyn Fn(&Folded) -> Option<Range<usize>>| {
        names.iter().find_map(|(text, name)| {
            let range = find(name)?;
            let note = Some(Marked::new(text, vec![name.bytes(range)]));
            Some(Answer {
                rank,
                way,
                title: Vec::new(),
                note,
            })
        })
    };
    if let Some(answer) = of_names(3, Way::OtherName, &|it| it.find(&word.chars)) {
        return Some(answer);
    }
    let letters: &str = &word.letters;
    if !letters.is_empty() {
        if let Some(range) = pinyin::sounds(&title.chars, letters) {
            return Some(of_title(4, Way::Sound, range));
        }
        if let Some(answer) = of_names(5, Way::Sound, &|it| pinyin::sounds(&it.chars, letters)) {
            return Some(answer);
        }
    }
    None
}

fn by_text(entry: &Entry, text: &Folded, word: &Word) -> Option<Answer> {
    let whole = text.find(&word.chars);
    let found: Vec<Range<usize>> = match &whole {
        Some(range) => vec![range.clone()],
        None => word.parts.iter().filter_map(|it| text.find(it)).collect(),
    };
    if found.is_empty() || (whole.is_none() && found.len() < word.parts.len()) {
        return None;
    }
    let bytes = found.into_iter().map(|it| text.bytes(it)).collect();
    let note = Some(around(&entry.text, joined(bytes)));
    // Words that stand together come before words that only stand in the same text.
    let rank = if whole.is_some() { 6 } else { 7 };
    Some(Answer {
        rank,
        way: Way::Text,
        title: Vec::new(),
        note,
    })
}

fn by_mistake(title: &Folded, names: &[(&str, Folded)], word: &Word) -> Option<Answer> {
    let patterns = near::patterns(&word.chars);
    if let Some(range) = patterns.iter().find_map(|it| it.find(&title.chars)) {
        return Some(Answer {
            rank: 8,
            way: Way::Near,
            title: vec![title.bytes(range)],
            note: None,
        });
    }
    names.iter().find_map(|(text, name)| {
        let range = patterns.iter().find_map(|it| it.find(&name.chars))?;
        let note = Some(Marked::new(text, vec![name.bytes(range)]));
        Some(Answer {
            rank: 9,
            way: Way::Near,
            title: Vec::new(),
            note,
        })
    })
}

/// What of a long text is shown: the sentence of the first mark, or as much of it as there is room for.
fn around(text: &str, marks: Vec<Range<usize>>) -> Marked {
    let Some(first) = marks.first() else {
        return Marked::new(text, marks);
    };
    let ends = |it: char| matches!(it, '。' | '；' | '！' | '？' | '\n');
    let sentence = text[..first.start].rfind(ends).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let mut start = sentence;
    if let Some((at, _)) = text[sentence..first.start].char_indices().rev().nth(BEFORE) {
        start = sentence + at;
    }
    let mut end = text.len();
    for (place, (at, char)) in text[start..].char_indices().enumerate() {
        let at = start + at;
        if at >= first.end && (place >= SHOWN || ends(char)) {
            end = at;
            break;
        }
    }
    let cut = start > sentence;
    let lead = if cut { "…" } else { "" };
    let shown = text[start..end].trim_end();
    let blank = shown.len() - shown.trim_start().len();
    let (shown, start) = (shown.trim_start(), start + blank);
    let end = start + shown.len();
    let moved = |at: usize| at - start + lead.len();
    let marks = marks
        .into_iter()
        .filter(|it| it.start >= start && it.end <= end);
    let marks = marks.map(|it| moved(it.start)..moved(it.end)).collect();
    Marked::new(&format!("{lead}{shown}"), marks)
}

/// Marks in order, none over another.
fn joined(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|it| (it.start, it.end));
    let mut all: Vec<Range<usize>> = Vec::new();
    for mark in marks.into_iter().filter(|it| !it.is_empty()) {
        match all.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => all.push(mark),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(marked: &Marked) -> String {
        let pieces = marked.pieces().into_iter();
        pieces
            .map(|(text, mark)| {
                if mark {
                    format!("[{text}]")
                } else {
                    text.to_owned()
                }
            })
            .collect()
    }

    #[test]
    fn marks_are_put_in_order_and_joined() {
        let marked = Marked::new("示例电子有限公司", vec![6..12, 0..6, 9..12, 18..18]);
        assert_eq!(shown(&marked), "[示例电子]有限公司");
    }

    #[test]
    fn of_a_long_text_the_sentence_is_shown() {
        let text = "第一句与此无关。这里说到技术合同成交额的增长情况；后面还有。";
        let at = text.find("成交额").unwrap();
        assert_eq!(
            shown(&around(text, std::iter::once(at..at + 9).collect())),
            "这里说到技术合同[成交额]的增长情况"
        );
        let long = format!("{}成交额{}", "前".repeat(100), "后".repeat(100));
        let at = long.find("成交额").unwrap();
        let marked = around(&long, std::iter::once(at..at + 9).collect());
        assert!(
            shown(&marked).starts_with("…前") && shown(&marked).contains("[成交额]后"),
            "{marked:?}"
        );
        assert!(marked.text.chars().count() < 100);
    }
}
