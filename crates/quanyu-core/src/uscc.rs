//! Unified social credit codes (统一社会信用代码, GB 32100-2015).
//!
//! Owns form and check digit. A few codes really issued fail the check: typing is refused, an import only warns.
//!
//! Invariant: a [`Uscc`] has the form; whether its check digit fits is asked with [`Uscc::checks`].

use std::{fmt, str::FromStr};

/// The 31 characters a code is written in; the index is the value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^(i-1) mod 31 for the first 17 places.
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// An 18 character credit code in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

/// Why a text is no credit code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a credit code has 18 characters, `{0}` has {1}")]
    Length(String, usize),
    /// A character that never occurs at its place (I, O, S, V, Z never occur).
    #[error("`{1}` cannot stand at place {2} of the credit code `{0}`")]
    Character(String, char, usize),
}

impl Uscc {
    /// The code as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the last character is the check character of the first 17.
    #[must_use]
    pub fn checks(&self) -> bool {
        check_character(&self.0[..17]) == self.0.chars().last()
    }
}

/// The check character of the first 17 characters of a code; `None` where one is outside the alphabet.
#[must_use]
pub fn check_character(first_17: &str) -> Option<char> {
    let bytes = first_17.as_bytes();
    if bytes.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let value = ALPHABET.iter().position(|it| it == byte)?;
        sum += u32::try_from(value).ok()? * weight;
    }
    Some(char::from(ALPHABET[((31 - sum % 31) % 31) as usize]))
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(text: &str) -> Result<Self, UsccError> {
        let code = text.trim().to_ascii_uppercase();
        let length = code.chars().count();
        if length != 18 {
            return Err(UsccError::Length(text.to_owned(), length));
        }
        for (place, c) in code.chars().enumerate() {
            let fine = c.is_ascii()
                && ALPHABET.contains(&(c as u8))
                && (!(2..8).contains(&place) || c.is_ascii_digit());
            if !fine {
                return Err(UsccError::Character(text.to_owned(), c, place + 1));
            }
        }
        Ok(Self(code))
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_check() {
        // Synthetic codes of domain/codes.md section 1, among them the remainders 0 and 1.
        for code in [
            "91350100M000100Y43",
            "91330000MA2X1Y3C6Y",
            "52330000MJ0TE5T35J",
            "91330000MA0T0045X0",
            "91330000MA0T0002X6",
        ] {
            assert!(code.parse::<Uscc>().unwrap().checks(), "{code}");
        }
        assert!(
            !"91350100M000100Y4Z"
                .replace('Z', "4")
                .parse::<Uscc>()
                .unwrap()
                .checks()
        );
    }

    #[test]
    fn what_has_not_the_form_is_refused() {
        let cases = [
            ("9135", UsccError::Length("9135".into(), 4)),
            (
                "91350100M000100Y4Z",
                UsccError::Character("91350100M000100Y4Z".into(), 'Z', 18),
            ),
            (
                "9135A100M000100Y43",
                UsccError::Character("9135A100M000100Y43".into(), 'A', 5),
            ),
        ];
        for (text, why) in cases {
            assert_eq!(text.parse::<Uscc>(), Err(why));
        }
        assert_eq!(
            "91350100m000100y43".parse::<Uscc>().unwrap().as_str(),
            "91350100M000100Y43"
        );
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_character_never_checks(place in 0..17usize, step in 1..31usize) {
            let code = "91350100M000100Y43";
            let mut bytes = code.as_bytes().to_vec();
            let value = ALPHABET.iter().position(|it| *it == bytes[place]).unwrap();
            bytes[place] = ALPHABET[(value + step) % 31];
            let damaged = String::from_utf8(bytes).unwrap();
            if let Ok(damaged) = damaged.parse::<Uscc>() {
                proptest::prop_assert!(!damaged.checks());
            }
        }
    }
}
