//! What an index says of itself: how far it is, and of which history.

use std::fmt;

/// Raised with every change of what is put into the index or how; an index of another version is filled again.
const VERSION: u32 = 1;

/// A point in the chain of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The change that the index is at.
    pub sequence: i64,
    /// The seal of that change, which tells this history from any other.
    pub seal: String,
}

/// What a commit carries: version, pack, and the stamp once the index is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub pack: String,
    pub stamp: Option<Stamp>,
}

impl Payload {
    /// A payload that was written by this version.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        if parts.next()?.parse() != Ok(VERSION) {
            return None;
        }
        let pack = parts.next()?.to_owned();
        let stamp = match (parts.next(), parts.next()) {
            (Some(sequence), Some(seal)) => Some(Stamp {
                sequence: sequence.parse().ok()?,
                seal: seal.to_owned(),
            }),
            _ => None,
        };
        Some(Self { pack, stamp })
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION} {}", self.pack)?;
        match &self.stamp {
            Some(stamp) => write!(f, " {} {}", stamp.sequence, stamp.seal),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_as_it_was_written() {
        let stamp = Stamp {
            sequence: 42,
            seal: "ab12".to_owned(),
        };
        for stamp in [None, Some(stamp)] {
            let payload = Payload {
                pack: "9f".to_owned(),
                stamp,
            };
            assert_eq!(Payload::parse(&payload.to_string()), Some(payload));
        }
        for other in ["", "0 9f 42 ab", "1", "x y z", "1 9f many ab"] {
            assert_eq!(Payload::parse(other), None, "{other:?}");
        }
    }
}
