//! Small word tables matched forwards and backwards on characters.
//!
//! A table is compiled once and asked "which of your words ends here" or "starts here"; the
//! longest answer wins. Each question costs a bucket of a few words, whatever the text is.

/// A compiled table of words, each with what it means.
pub(crate) struct Words<T: Copy> {
    buckets: Vec<Vec<(Box<[char]>, T)>>,
    backwards: bool,
}

const BUCKETS: usize = 256;

fn bucket(ch: char) -> usize {
    let code = ch as usize;
    (code ^ (code >> 8)) & (BUCKETS - 1)
}

impl<T: Copy> Words<T> {
    /// A table asked by [`Words::ends`].
    pub fn backwards(words: &[(&str, T)]) -> Words<T> {
        Words::build(words.iter().map(|(word, tag)| (*word, *tag)), true)
    }

    /// A table asked by [`Words::starts`].
    pub fn forwards(words: &[(&str, T)]) -> Words<T> {
        Words::build(words.iter().map(|(word, tag)| (*word, *tag)), false)
    }

    fn build<'a>(words: impl Iterator<Item = (&'a str, T)>, backwards: bool) -> Words<T> {
        let mut buckets: Vec<Vec<(Box<[char]>, T)>> = (0..BUCKETS).map(|_| Vec::new()).collect();
        for (word, tag) in words {
            let chars: Box<[char]> = word.chars().collect();
            let key = if backwards {
                chars.last()
            } else {
                chars.first()
            };
            if let Some(&key) = key {
                buckets[bucket(key)].push((chars, tag));
            }
        }
        for words in &mut buckets {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        Words { buckets, backwards }
    }

    /// The longest word that ends just before `end` and starts at `floor` or later.
    pub fn ends(&self, text: &[char], floor: usize, end: usize) -> Option<(usize, T)> {
        debug_assert!(self.backwards);
        if end <= floor || end > text.len() {
            return None;
        }
        let part = &text[floor..end];
        let last = *part.last()?;
        for (word, tag) in &self.buckets[bucket(last)] {
            if part.ends_with(word) {
                return Some((end - word.len(), *tag));
            }
        }
        None
    }

    /// The longest word that starts at `at` and ends at `ceiling` or earlier.
    pub fn starts(&self, text: &[char], at: usize, ceiling: usize) -> Option<(usize, T)> {
        debug_assert!(!self.backwards);
        let part = text.get(at..ceiling.min(text.len()))?;
        let first = *part.first()?;
        for (word, tag) in &self.buckets[bucket(first)] {
            if part.starts_with(word) {
                return Some((at + word.len(), *tag));
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
