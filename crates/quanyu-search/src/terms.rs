//! The terms of the index: one field holds them all, told apart by their first letters.
//!
//! Owns how a term is written. A term of an entry begins with the letter of its kind, so that a list of documents for 电子 among
//! organizations holds organizations only; a term that rights ask begins with `*`. Invariant: no value can write a term of
//! another class, whatever characters it has.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::entry::{Kind, Standing};

/// What a term says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// One or two characters of a name.
    Gram,
    /// Two characters of a name with one between them.
    Skip,
    /// A syllable, or two that follow each other.
    Sound,
    /// Two or three first letters of syllables.
    Initials,
    /// A credit code.
    Code,
    /// A word of a text.
    Word,
    /// The register of an entry.
    Register,
    /// A region that a record lies in.
    Region,
    /// The organization that a record belongs to.
    Organization,
    /// The account that entered a record.
    Owner,
}

impl Class {
    fn letter(self) -> char {
        match self {
            Self::Gram => 'g',
            Self::Skip => 's',
            Self::Sound => 'y',
            Self::Initials => 'i',
            Self::Code => 'c',
            Self::Word => 't',
            Self::Register => 'k',
            Self::Region => 'r',
            Self::Organization => 'b',
            Self::Owner => 'w',
        }
    }
}

/// Stands between terms on their way into the index.
const GAP: char = '\u{1f}';
/// Stands before a character that would be a gap.
const ESCAPE: char = '\u{1e}';
/// The kind of what rights ask.
const RIGHTS: char = '*';

/// A term of a kind's entries.
pub(crate) fn of_kind(kind: Kind, class: Class, value: &str) -> String {
    written(kind.letter(), class, value)
}

/// A term that rights ask.
pub(crate) fn of_rights(class: Class, value: &str) -> String {
    written(RIGHTS, class, value)
}

fn written(first: char, class: Class, value: &str) -> String {
    let mut term = String::with_capacity(value.len() + 2);
    term.push(first);
    term.push(class.letter());
    push_escaped(&mut term, value);
    term
}

fn push_escaped(out: &mut String, value: &str) {
    for char in value.chars() {
        match char {
            GAP => out.extend([ESCAPE, '1']),
            ESCAPE => out.extend([ESCAPE, '0']),
            other => out.push(other),
        }
    }
}

/// The terms of an entry, one after the other.
pub(crate) struct Terms {
    kind: char,
    text: String,
}

impl Terms {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind: kind.letter(),
            text: String::with_capacity(1024),
        }
    }

    /// A term of the entry's kind.
    pub fn push(&mut self, class: Class, value: &str) {
        self.add(self.kind, class, value);
    }

    /// A term of the entry's kind, of characters.
    pub fn push_chars(&mut self, class: Class, chars: &[char]) {
        // What is folded is a letter or a digit, never a gap.
        self.text.extend([self.kind, class.letter()]);
        self.text.extend(chars);
        self.text.push(GAP);
    }

    /// What decides who may see the entry.
    pub fn stand(&mut self, register: &str, standing: &Standing) {
        self.add(RIGHTS, Class::Register, register);
        if let Some(region) = &standing.region {
            let mut at = Some(region.clone());
            while let Some(region) = at {
                self.add(RIGHTS, Class::Region, region.as_str());
                at = region.parent();
            }
        }
        if let Some(id) = standing.organization {
            self.add(RIGHTS, Class::Organization, &id.to_string());
        }
        if let Some(name) = &standing.owner {
            self.add(RIGHTS, Class::Owner, name);
        }
    }

    fn add(&mut self, first: char, class: Class, value: &str) {
        self.text.extend([first, class.letter()]);
        push_escaped(&mut self.text, value);
        self.text.push(GAP);
    }

    /// All of them as the index takes them apart again.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Takes terms apart; it is fast because it keeps one buffer.
#[derive(Clone, Default)]
pub(crate) struct Splitter {
    token: Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Split<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Split<'a> {
        self.token.reset();
        Split {
            rest: text,
            token: &mut self.token,
        }
    }
}

pub(crate) struct Split<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl TokenStream for Split<'_> {
    fn advance(&mut self) -> bool {
        let Some((term, rest)) = self.rest.split_once(GAP) else {
            return false;
        };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(term);
        self.token.position = 0;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut stream = splitter.token_stream(text);
        let mut all = Vec::new();
        while stream.advance() {
            all.push(stream.token().text.clone());
        }
        all
    }

    #[test]
    fn a_record_has_a_term_for_each_region_above_it() {
        let mut terms = Terms::new(Kind::Record);
        let standing = Standing {
            region: Some("370202001".parse().unwrap()),
            organization: Some(7),
            owner: Some("u1".to_owned()),
        };
        terms.push_chars(Class::Gram, &['电', '子']);
        terms.stand("contract", &standing);
        assert_eq!(
            split(&terms.finish()),
            [
                "rg电子",
                "*kcontract",
                "*r370202001",
                "*r370202",
                "*r3702",
                "*r37",
                "*r",
                "*b7",
                "*wu1"
            ]
        );
    }

    #[test]
    fn no_name_of_an_account_is_read_as_two() {
        for name in ["a\u{1f}*wb", "a\u{1e}1", "a\u{1e}", "\u{1f}", ""] {
            let mut terms = Terms::new(Kind::Record);
            let standing = Standing {
                owner: Some(name.to_owned()),
                ..Standing::default()
            };
            terms.stand("x", &standing);
            assert_eq!(
                split(&terms.finish()),
                ["*kx".to_owned(), of_rights(Class::Owner, name)],
                "{name:?}"
            );
        }
        assert_ne!(
            of_rights(Class::Owner, "\u{1f}"),
            of_rights(Class::Owner, "\u{1e}1")
        );
    }
}
