//! Names with one character wrong.
//!
//! Owns what one mistake is: a character wrong, left out, too many, or two swapped. Invariant: what a pattern must have as terms
//! every name has that fits the pattern, so that nothing that fits is missed.
//!
//! Start reading at [`patterns`].

use std::ops::Range;

use crate::terms::Class;

/// Characters that a name must have before a mistake is looked for: of two, one wrong leaves nothing.
const LEAST: usize = 3;
/// Characters in which mistakes are looked for.
const MOST: usize = 32;

/// Characters in a row as they may have been meant; any one character where there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern(Vec<Option<char>>);

/// What may have been meant, if one mistake was made.
pub(crate) fn patterns(typed: &[char]) -> Vec<Pattern> {
    if !(LEAST..=MOST).contains(&typed.len()) {
        return Vec::new();
    }
    let known: Vec<Option<char>> = typed.iter().copied().map(Some).collect();
    let mut all = Vec::new();
    for at in 0..typed.len() {
        let mut wrong = known.clone();
        wrong[at] = None;
        let mut extra = known.clone();
        extra.remove(at);
        all.extend([wrong, extra]);
        if at > 0 {
            let mut missing = known.clone();
            missing.insert(at, None);
            let mut swapped = known.clone();
            swapped.swap(at - 1, at);
            all.extend([missing, swapped]);
        }
    }
    let mut patterns: Vec<Pattern> = all.into_iter().map(Pattern::trimmed).collect();
    patterns.retain(|it| it.0.len() > 1);
    patterns.sort();
    patterns.dedup();
    patterns
}

impl Pattern {
    /// Any character before or after says nothing.
    fn trimmed(mut chars: Vec<Option<char>>) -> Self {
        while chars.last().is_some_and(Option::is_none) {
            chars.pop();
        }
        while chars.first().is_some_and(Option::is_none) {
            chars.remove(0);
        }
        Self(chars)
    }

    /// What a name must have that fits.
    pub fn wanted(&self) -> Vec<(Class, String)> {
        let pairs = self.0.windows(2).filter_map(|it| match it {
            [Some(a), Some(b)] => Some((Class::Gram, [*a, *b].iter().collect::<String>())),
            _ => None,
        });
        let skips = self.0.windows(3).filter_map(|it| match it {
            [Some(a), None, Some(b)] => Some((Class::Skip, [*a, *b].iter().collect())),
            _ => None,
        });
        let mut all: Vec<(Class, String)> = pairs.chain(skips).collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all.dedup();
        all
    }

    /// Where a name fits.
    pub fn find(&self, name: &[char]) -> Option<Range<usize>> {
        let fits = |part: &[char]| {
            part.iter()
                .zip(&self.0)
                .all(|(has, want)| want.is_none_or(|want| want == *has))
        };
        let at = name.windows(self.0.len()).position(fits)?;
        Some(at..at + self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(name: &str, typed: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let typed: Vec<char> = typed.chars().collect();
        patterns(&typed).iter().any(|it| it.find(&name).is_some())
    }

    #[test]
    fn one_mistake_is_forgiven_two_are_not() {
        #[rustfmt::skip]
        let cases = [
            ("青岛示例电子有限公司", "示利电子", true),
            ("青岛示例电子有限公司", "示电子", true),
            ("青岛示例电子有限公司", "示例例电子", true),
            ("青岛示例电子有限公司", "例示电子", true),
            ("青岛示例电子有限公司", "岛例示电子", true),
            ("青岛示例电子有限公司", "示利店子", false),
            ("青岛示例电子有限公司", "示利", false),
            ("青岛示例电子有限公司", "", false),
        ];
        for (name, typed, want) in cases {
            assert_eq!(near(name, typed), want, "{typed}");
        }
    }
}
