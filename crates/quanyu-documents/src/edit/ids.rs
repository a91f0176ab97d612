//! Numbers of annotations: each once in a file.

use std::collections::BTreeSet;

/// Numbers that are taken. Word keeps them in 32 bits with a sign.
#[derive(Default)]
pub(super) struct Ids {
    taken: BTreeSet<i64>,
    next: i64,
}

/// Past this a file's own numbers are gone round: they were never honest.
const HIGHEST: i64 = 1 << 30;

impl Ids {
    /// Takes note of all numbers of a part. Those of other things (bookmarks, controls) do no harm.
    pub(super) fn note(&mut self, xml: &str) {
        for (at, _) in xml.match_indices(":id=") {
            let rest = &xml[at + 4..];
            let digits = rest.trim_start_matches(['"', '\'']);
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            self.taken.extend(digits[..end].parse::<i64>());
        }
        let highest = self.taken.range(..HIGHEST).next_back().copied();
        self.next = highest.map_or(0, |it| it + 1);
    }

    /// A number that is free.
    pub(super) fn fresh(&mut self) -> i64 {
        while !self.taken.insert(self.next) {
            self.next = (self.next + 1) % i64::from(i32::MAX);
        }
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_numbers_are_free_however_the_file_numbers() {
        let cases = [
            ("", 0),
            (r#"<w:ins w:id="7"/><w:del w:id='3'/>"#, 8),
            (r#"<w:ins w:id="2147483647"/><w:x r:id="rId9"/>"#, 0),
            (r#"<w:ins w:id="1073741823"/>"#, 1_073_741_824),
        ];
        for (xml, want) in cases {
            let mut ids = Ids::default();
            ids.note(xml);
            assert_eq!(ids.fresh(), want, "{xml}");
            assert_ne!(ids.fresh(), want, "{xml}");
        }
    }
}
