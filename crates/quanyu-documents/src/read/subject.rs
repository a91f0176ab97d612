//! Subjects of lists (甲、乙达N1家、N2家,分别增长P1、P2) and of figures that were masked.
//!
//! Owns who a figure of a list belongs to. Invariant: subjects are handed out only where there are
//! as many as figures.

use super::item::{Item, What};
use super::kind::listed;
use super::metric;
use super::sentence::{Reader, Said};

impl Reader<'_> {
    /// 甲、乙达N1家、N2家,分别增长P1、P2: a list of figures takes its subjects from the list of
    /// nouns before it, or from the list of figures of the same length before that.
    pub(super) fn subjects(&self, from: usize, items: &[Item]) -> Vec<Option<String>> {
        let text = self.text;
        let mut subjects: Vec<Option<String>> = Vec::new();
        let mut named: Vec<String> = Vec::new();
        let mut first = 0;
        while first < items.len() {
            let mut last = first;
            while last + 1 < items.len()
                && counts(&items[last])
                && counts(&items[last + 1])
                && items[last].end < items[last + 1].start
                && listed(text, items[last].end, items[last + 1].start)
            {
                last += 1;
            }
            let length = last - first + 1;
            if length >= 2 {
                let floor = if first == 0 {
                    from
                } else {
                    items[first - 1].end
                };
                let clause = self.clause(floor, items[first].start);
                let noun = metric::noun(text, clause, items[first].start);
                let parts: Vec<&str> = noun
                    .split(['、', '和', '与', '及'])
                    .filter(|part| !part.is_empty())
                    .collect();
                if parts.len() == length {
                    named = parts.into_iter().map(str::to_owned).collect();
                } else if noun.chars().count() >= 2 {
                    named.clear();
                }
                if named.len() == length {
                    subjects.resize(items.len(), None);
                    for (nth, name) in named.iter().enumerate() {
                        subjects[first + nth] = Some(name.clone());
                    }
                }
            }
            first = last + 1;
        }
        subjects
    }

    /// 产业投资XX亿元,增长5%: what was masked is still what grew.
    pub(super) fn note_masked(&self, said: &mut Said, floor: usize, item: &Item) {
        let text = self.text;
        if !matches!(text.before(item.start), 'x' | 'X' | '*' | '×' | '□' | '○') {
            return;
        }
        let mut end = item.start;
        while end > floor && matches!(text.before(end), 'x' | 'X' | '*' | '×' | '□' | '○' | '.')
        {
            end -= 1;
        }
        let clause = self.clause(floor, end);
        let noun = metric::noun(text, clause, end);
        if !noun.is_empty() {
            said.metric = Some(noun);
            said.indicator = None;
        }
    }
}

fn counts(item: &Item) -> bool {
    matches!(item.what, What::Figure(_) | What::Rank { .. })
}
