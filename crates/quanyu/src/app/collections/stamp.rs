//! The hidden id of a party's workbook: of which request and whose it is, under a seal that only this district can make.
//!
//! Owns writing and testing it. The key is the part's random number, which no page, file or answer ever says, so that an id changed to
//! another request or place, or made up, is told from one of ours. Leaves finding the part to [`super::files`].

use hmac::{Hmac, KeyInit as _, Mac as _};
use quanyu_core::change::seal_text;
use sha2::Sha256;

use super::Party;

/// Digits of a seal.
const SEAL: usize = 64;

/// The id of a party's workbook.
pub(super) fn stamp(request: i64, party: &Party) -> String {
    let seal: [u8; 32] = seal(request, party).finalize().into_bytes().into();
    format!("{request}-{}-{}", party.place, seal_text(&seal))
}

/// Request, place and seal of an id; `None` where it has not the form of one.
pub(super) fn read(text: &str) -> Option<(i64, i64, [u8; 32])> {
    let mut parts = text.trim().splitn(3, '-');
    let number = |it: Option<&str>| {
        let it = it.filter(|it| it.bytes().all(|it| it.is_ascii_digit()))?;
        it.parse::<i64>().ok()
    };
    let (request, place) = (number(parts.next())?, number(parts.next())?);
    let digits = parts
        .next()
        .filter(|it| it.len() == SEAL && it.is_ascii())?;
    let mut seal = [0; 32];
    for (at, byte) in seal.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some((request, place, seal))
}

/// Whether a seal is the one of this party's workbook.
pub(super) fn is_ours(request: i64, party: &Party, found: &[u8; 32]) -> bool {
    seal(request, party).verify_slice(found).is_ok()
}

fn seal(request: i64, party: &Party) -> Hmac<Sha256> {
    let mut seal = Hmac::<Sha256>::new_from_slice(party.token.as_bytes())
        .expect("a key of any length will do");
    seal.update(format!("{request}/{}/{}", party.place, party.title).as_bytes());
    seal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_changed_anywhere_is_none_of_ours() {
        let party = |place: i64, title: &str, token: &str| Party {
            place,
            title: title.to_owned(),
            token: token.to_owned(),
            ..Party::default()
        };
        let own = party(3, "示例街道", "5f");
        let id = stamp(12, &own);
        let (request, place, seal) = read(&id).unwrap();
        assert_eq!((request, place), (12, 3));
        assert!(is_ours(12, &own, &seal));
        for (request, other) in [
            (13, own.clone()),
            (12, party(4, "示例街道", "5f")),
            (12, party(3, "另一街道", "5f")),
            (12, party(3, "示例街道", "60")),
        ] {
            assert!(!is_ours(request, &other, &seal), "{request} {other:?}");
        }
        let last = if id.ends_with('0') { "1" } else { "0" };
        let (_, _, changed) = read(&format!("{}{last}", &id[..id.len() - 1])).unwrap();
        assert!(!is_ours(12, &own, &changed));
        let digits = "0".repeat(SEAL);
        for text in [
            "",
            "12-3",
            "12-3-",
            "-1-3-00",
            "a-b-c",
            &format!("12-+3-{digits}"),
            &format!("12-3-{digits}0"),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
