//! The change chain: what each entry says and how it is sealed to the one before.
//!
//! Owns the canonical bytes of an entry and their hash. Leaves storing, reading and comparing with rows to the store.
//!
//! Invariant: two entries that differ in any field have different bytes (every part is length-prefixed), so the hash of
//! the last entry stands for the whole history.
//!
//! Start reading at [`Entry::seal`].

use sha2::{Digest, Sha256};

/// One change of one record, or an act that changes no record (such as applying a pack).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number: gapless from 1.
    pub seq: i64,
    /// Who.
    pub actor: String,
    /// When, UTC, RFC 3339 with microseconds.
    pub at: String,
    /// What was done, such as `record.create`.
    pub act: String,
    /// Register, empty for acts on none.
    pub register: String,
    /// Record id, 0 for acts on none.
    pub record: i64,
    /// Field values before, canonical text by field; `None` for a new record.
    pub before: Option<String>,
    /// Field values after; `None` for a removed record.
    pub after: Option<String>,
    /// The pack revision it was made under.
    pub pack: i64,
}

/// The hash of an entry, which the next one carries.
pub type Seal = [u8; 32];

/// What stands before the first entry.
pub const GENESIS: Seal = [0; 32];

impl Entry {
    /// SHA-256 over the previous seal and every field.
    #[must_use]
    pub fn seal(&self, previous: &Seal) -> Seal {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(self.seq.to_be_bytes());
        for text in [&self.actor, &self.at, &self.act, &self.register] {
            part(&mut hash, text);
        }
        hash.update(self.record.to_be_bytes());
        for text in [&self.before, &self.after] {
            hash.update([u8::from(text.is_some())]);
            part(&mut hash, text.as_deref().unwrap_or_default());
        }
        hash.update(self.pack.to_be_bytes());
        hash.finalize().into()
    }
}

fn part(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

/// A seal as people copy it: 64 hexadecimal digits.
#[must_use]
pub fn seal_text(seal: &Seal) -> String {
    seal.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A seal from its 64 hexadecimal digits.
#[must_use]
pub fn seal_from_text(text: &str) -> Option<Seal> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut seal = GENESIS;
    for (byte, place) in seal.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
    }
    Some(seal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            seq: 7,
            actor: "local".into(),
            at: "2023-05-01T00:00:00.000000Z".into(),
            act: "record.update".into(),
            register: "contract".into(),
            record: 3,
            before: Some("a".into()),
            after: Some("b".into()),
            pack: 1,
        }
    }

    #[test]
    fn any_other_field_gives_another_seal() {
        let seal = entry().seal(&GENESIS);
        let others: [fn(&mut Entry); 10] = [
            |e| e.seq = 8,
            |e| e.actor.push('x'),
            |e| e.at.push('x'),
            |e| e.act.push('x'),
            |e| e.register.push('x'),
            |e| e.record = 4,
            |e| e.before = None,
            |e| e.before = Some(String::new()),
            |e| e.after = Some("ba".into()),
            |e| e.pack = 2,
        ];
        for (place, change) in others.iter().enumerate() {
            let mut other = entry();
            change(&mut other);
            assert_ne!(other.seal(&GENESIS), seal, "case {place}");
        }
        assert_ne!(entry().seal(&seal), seal);
        assert_eq!(seal_from_text(&seal_text(&seal)), Some(seal));
    }
}
