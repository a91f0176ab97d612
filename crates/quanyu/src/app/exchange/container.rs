//! The file of an exchange package: a line, a manifest, the parts, a signature over all of it.
//!
//! Owns writing and reading it; `docs/exchange.md` describes it for others. Knows no table.
//!
//! Invariant: every byte of the file is under the signature or is the signature; a file that is read is whole.
//!
//! Start reading at [`write()`], then [`read()`].

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use quanyu_core::change::seal_text;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ExchangeRefusal;

/// The first line.
const MAGIC: &[u8] = b"QUANYU-EXCHANGE 1\n";
/// Bytes of a signature.
const SIGNATURE: usize = 64;
/// Bytes of a manifest at most: a hundred thousand parts.
const MOST_MANIFEST: usize = 16 * 1024 * 1024;

/// What a package says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The pack of the district.
    pub pack: String,
    /// The side that made it.
    pub from: String,
    /// The side that it is for.
    pub to: String,
    /// From 1, for each direction, without a gap.
    pub number: i64,
    /// SHA-256 of the package before; zeros for the first.
    pub previous: String,
    /// When, UTC.
    pub made_at: String,
    /// The last package of the other direction that was taken in here.
    pub acknowledges: i64,
    /// The key that signs it.
    pub key: String,
    /// The key that signs from the next package on.
    pub hand_over: Option<HandOver>,
    /// The parts in order.
    pub parts: Vec<Part>,
    /// What is in it: flow and records.
    pub holds: BTreeMap<String, i64>,
    /// What was left out of it: why, and how often.
    pub left_out: BTreeMap<String, i64>,
}

/// A key that follows another, signed by that one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// The new key.
    pub key: String,
    /// The old key's signature of the words of [`hand_over_words`].
    pub signature: String,
}

/// A part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// `records.jsonl`, `files/HASH` …
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

/// A package that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its parts by name.
    pub parts: BTreeMap<String, Vec<u8>>,
    /// SHA-256 of the file.
    pub hash: String,
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    seal_text(&Sha256::digest(bytes).into())
}

/// What the old key signs when it hands over.
#[must_use]
pub fn hand_over_words(pack: &str, side: &str, number: i64, key: &str) -> String {
    format!("quanyu exchange hand-over\n{pack}\n{side}\n{number}\n{key}\n")
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Bytes of hexadecimal digits in lower case; nothing else stands for them.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let lower = |it: u8| it.is_ascii_digit() || matches!(it, b'a'..=b'f');
    if text.len() != N * 2 || !text.bytes().all(lower) {
        return None;
    }
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Writes a package; the manifest's parts are filled in.
#[must_use]
pub fn write(mut manifest: Manifest, parts: &[(String, Vec<u8>)], key: &SigningKey) -> Vec<u8> {
    manifest.key = hex(key.verifying_key().as_bytes());
    manifest.parts = parts
        .iter()
        .map(|(name, bytes)| Part {
            name: name.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        })
        .collect();
    let head = serde_json::to_vec(&manifest).expect("a manifest is JSON");
    let mut out = MAGIC.to_vec();
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&head);
    for (_, bytes) in parts {
        out.extend_from_slice(bytes);
    }
    let signature = key.sign(&Sha256::digest(&out));
    out.extend_from_slice(&signature.to_bytes());
    out
}

/// Reads a package that one of these keys signed.
///
/// # Errors
/// [`ExchangeRefusal::Damaged`] for what is no whole package, [`ExchangeRefusal::Foreign`] for one that none of the keys signed.
pub fn read(bytes: &[u8], trusted: &[String]) -> Result<Opened, ExchangeRefusal> {
    let damaged = |why: &str| ExchangeRefusal::Damaged {
        why: why.to_owned(),
    };
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| damaged("the first line"))?;
    let (length, rest) = rest
        .split_first_chunk::<4>()
        .ok_or_else(|| damaged("cut off"))?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MOST_MANIFEST || rest.len() < length + SIGNATURE {
        return Err(damaged("the length of the manifest"));
    }
    let (head, rest) = rest.split_at(length);
    let (mut body, sign) = rest.split_at(rest.len() - SIGNATURE);
    let manifest: Manifest = serde_json::from_slice(head).map_err(|_| damaged("the manifest"))?;
    let foreign = || ExchangeRefusal::Foreign {
        key: manifest.key.clone(),
    };
    if !trusted.contains(&manifest.key) {
        return Err(foreign());
    }
    let key = unhex::<32>(&manifest.key).and_then(|it| VerifyingKey::from_bytes(&it).ok());
    let key = key.ok_or_else(foreign)?;
    let signed = &bytes[..bytes.len() - SIGNATURE];
    let sign: [u8; SIGNATURE] = sign.try_into().map_err(|_| damaged("the signature"))?;
    key.verify_strict(&Sha256::digest(signed), &Signature::from_bytes(&sign))
        .map_err(|_| damaged("the signature"))?;
    let mut parts = BTreeMap::new();
    for part in &manifest.parts {
        let size = usize::try_from(part.bytes).unwrap_or(usize::MAX);
        if body.len() < size {
            return Err(damaged(&part.name));
        }
        let (own, rest) = body.split_at(size);
        body = rest;
        if sha256(own) != part.sha256 {
            return Err(damaged(&part.name));
        }
        if parts.insert(part.name.clone(), own.to_vec()).is_some() {
            return Err(damaged(&part.name));
        }
    }
    if !body.is_empty() {
        return Err(damaged("bytes behind the last part"));
    }
    Ok(Opened {
        hash: sha256(bytes),
        manifest,
        parts,
    })
}

/// Whether a hand-over was signed by the key before.
#[must_use]
pub fn hands_over(manifest: &Manifest, new: &HandOver) -> bool {
    let words = hand_over_words(&manifest.pack, &manifest.from, manifest.number, &new.key);
    let old = unhex::<32>(&manifest.key).and_then(|it| VerifyingKey::from_bytes(&it).ok());
    let sign = unhex::<SIGNATURE>(&new.signature).map(|it| Signature::from_bytes(&it));
    match (old, sign) {
        (Some(old), Some(sign)) => old.verify_strict(words.as_bytes(), &sign).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(key: &SigningKey) -> Vec<u8> {
        let manifest = Manifest {
            pack: "tiny".into(),
            from: "outer".into(),
            to: "inner".into(),
            number: 1,
            previous: "0".repeat(64),
            ..Manifest::default()
        };
        let parts = [
            ("records.jsonl".to_owned(), b"{}\n".to_vec()),
            ("files/a".to_owned(), Vec::new()),
            ("files/b".to_owned(), vec![0, 255, 7]),
        ];
        write(manifest, &parts, key)
    }

    #[test]
    fn every_bit_of_a_package_is_under_its_signature() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let trusted = [hex(key.verifying_key().as_bytes())];
        let bytes = made(&key);
        let opened = read(&bytes, &trusted).unwrap();
        assert_eq!(opened.parts["files/b"], [0, 255, 7]);
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut wrong = bytes.clone();
                wrong[place] ^= 1 << bit;
                assert!(read(&wrong, &trusted).is_err(), "byte {place}, bit {bit}");
            }
        }
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], &trusted).is_err(), "{length} bytes");
        }
        let mut more = bytes.clone();
        more.push(0);
        assert!(read(&more, &trusted).is_err());
    }

    #[test]
    fn a_package_of_another_key_is_refused_whatever_key_it_names() {
        let (ours, theirs) = (
            SigningKey::from_bytes(&[7; 32]),
            SigningKey::from_bytes(&[8; 32]),
        );
        let trusted = [hex(ours.verifying_key().as_bytes())];
        let refused = read(&made(&theirs), &trusted).unwrap_err();
        assert_eq!(refused.code(), "exchange_foreign");
        // Signed by another, named as if by ours.
        let mut bytes = made(&ours);
        let end = bytes.len() - SIGNATURE;
        let signature = theirs.sign(&Sha256::digest(&bytes[..end]));
        bytes[end..].copy_from_slice(&signature.to_bytes());
        assert_eq!(
            read(&bytes, &trusted).unwrap_err().code(),
            "exchange_damaged"
        );
    }

    #[test]
    fn a_key_is_handed_over_by_the_one_before_and_no_other() {
        let (old, new) = (
            SigningKey::from_bytes(&[7; 32]),
            SigningKey::from_bytes(&[8; 32]),
        );
        let manifest = Manifest {
            pack: "tiny".into(),
            from: "outer".into(),
            number: 4,
            key: hex(old.verifying_key().as_bytes()),
            ..Manifest::default()
        };
        let next = hex(new.verifying_key().as_bytes());
        let words = hand_over_words("tiny", "outer", 4, &next);
        let by = |key: &SigningKey| HandOver {
            key: next.clone(),
            signature: hex(&key.sign(words.as_bytes()).to_bytes()),
        };
        assert!(hands_over(&manifest, &by(&old)));
        assert!(!hands_over(&manifest, &by(&new)));
        let later = Manifest {
            number: 5,
            ..manifest
        };
        assert!(!hands_over(&later, &by(&old)), "only with its own package");
    }
}
