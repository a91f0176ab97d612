//! Small word tables matched forwards and backwards on characters.
//!
//! A table is compiled once and asked "which of your words ends here" or "starts here"; the
//! longest answer wins. Each question costs a bucket of a few words, whatever the text is.

/// A compiled table of words, each with what it means.
pub(crate) struct Words<T: Copy> {
    /// Where each bucket begins in `rows`; one more entry closes the last.
    index: Vec<u16>,
    rows: Vec<Row<T>>,
    backwards: bool,
}

struct Row<T> {
    /// The character asked for first: the word's first, or its last when asked backwards.
    key: char,
    /// The character asked for next, or the first again where there is none.
    next: char,
    word: Box<[char]>,
    tag: T,
}

const BUCKETS: usize = 1024;

#[inline]
fn bucket(ch: char) -> usize {
    let code = ch as usize;
    (code ^ (code >> 9)) & (BUCKETS - 1)
}

/// Whether `text` begins with `word`. Words are a few characters long: calling `memcmp` costs more than they do.
#[inline]
fn same(word: &[char], text: &[char]) -> bool {
    word.iter().zip(text).all(|(own, other)| own == other)
}

impl<T: Copy> Words<T> {
    /// A table asked by [`Words::ends`].
    pub fn backwards(words: &[(&str, T)]) -> Words<T> {
        Words::build(words, true)
    }

    /// A table asked by [`Words::starts`].
    pub fn forwards(words: &[(&str, T)]) -> Words<T> {
        Words::build(words, false)
    }

    fn build(words: &[(&str, T)], backwards: bool) -> Words<T> {
        let mut rows: Vec<Row<T>> = Vec::with_capacity(words.len());
        for (word, tag) in words {
            let word: Box<[char]> = word.chars().collect();
            let length = word.len();
            if let Some(&key) = if backwards { word.last() } else { word.first() } {
                let next = match (length, backwards) {
                    (1, _) => key,
                    (_, true) => word[length - 2],
                    (_, false) => word[1],
                };
                rows.push(Row {
                    key,
                    next,
                    word,
                    tag: *tag,
                });
            }
        }
        // Stable: of two equal words the first in the table stays first.
        rows.sort_by_key(|row| (bucket(row.key), std::cmp::Reverse(row.word.len())));
        let mut index = vec![0u16; BUCKETS + 1];
        for row in &rows {
            index[bucket(row.key) + 1] += 1;
        }
        for nth in 0..BUCKETS {
            index[nth + 1] += index[nth];
        }
        Words {
            index,
            rows,
            backwards,
        }
    }

    /// The characters asked for first.
    pub fn keys(&self) -> Vec<char> {
        self.rows.iter().map(|row| row.key).collect()
    }

    #[inline]
    fn rows(&self, key: char) -> &[Row<T>] {
        let nth = bucket(key);
        &self.rows[usize::from(self.index[nth])..usize::from(self.index[nth + 1])]
    }

    /// The longest word that ends just before `end` and starts at `floor` or later.
    #[inline]
    pub fn ends(&self, text: &[char], floor: usize, end: usize) -> Option<(usize, T)> {
        debug_assert!(self.backwards);
        if end <= floor || end > text.len() {
            return None;
        }
        let part = &text[floor..end];
        let last = *part.last()?;
        let rows = self.rows(last);
        if rows.is_empty() {
            return None;
        }
        let before = part.len().checked_sub(2).map(|nth| part[nth]);
        for row in rows {
            let length = row.word.len();
            if row.key == last
                && (length == 1
                    || before == Some(row.next)
                        && length <= part.len()
                        && same(&row.word[..length - 2], &part[part.len() - length..]))
            {
                return Some((end - length, row.tag));
            }
        }
        None
    }

    /// The longest word that starts at `at` and ends at `ceiling` or earlier.
    #[inline]
    pub fn starts(&self, text: &[char], at: usize, ceiling: usize) -> Option<(usize, T)> {
        debug_assert!(!self.backwards);
        let part = text.get(at..ceiling.min(text.len()))?;
        let first = *part.first()?;
        let rows = self.rows(first);
        if rows.is_empty() {
            return None;
        }
        let after = part.get(1).copied();
        for row in rows {
            let length = row.word.len();
            if row.key == first
                && (length == 1
                    || after == Some(row.next)
                        && length <= part.len()
                        && same(&row.word[2..], &part[2..]))
            {
                return Some((at + length, row.tag));
            }
        }
        None
    }

    /// The rightmost word inside `floor..end`: its start, its end, its meaning.
    pub fn last_in(&self, text: &[char], floor: usize, end: usize) -> Option<(usize, usize, T)> {
        let mut at = end;
        while at > floor {
            if let Some((start, tag)) = self.ends(text, floor, at) {
                return Some((start, at, tag));
            }
            at -= 1;
        }
        None
    }

    /// The leftmost word inside `at..ceiling`: its start, its end, its meaning.
    pub fn first_in(&self, text: &[char], at: usize, ceiling: usize) -> Option<(usize, usize, T)> {
        for start in at..ceiling.min(text.len()) {
            if let Some((end, tag)) = self.starts(text, start, ceiling) {
                return Some((start, end, tag));
            }
        }
        None
    }
}
