//! Passwords: what the rules refuse, and the hash that is kept.
//!
//! Owns argon2id and its cost. Leaves which rules hold to [`super::rules`], remembering to the store.
//!
//! Invariant: a password is hashed and compared off the threads that answer requests, and comparing takes as long for an
//! account that is not there.

use std::sync::OnceLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use super::{AccountRefusal, rules::Rules};
use crate::app::AppError;

/// Longest password: hashing costs by length too.
const LONGEST: usize = 128;

/// Three thousand guesses that people try first, small letters: runs of keys and digits, words, names. They were made
/// for this file from patterns and common knowledge; no list of anybody's passwords stands behind them.
const COMMON: &str = include_str!("common.txt");

/// Whether a password holds a common one, also where letters are written as the digits and signs that look like them.
fn holds_common(lower: &str) -> bool {
    let alike = |it: char| match it {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        it => it,
    };
    let plain: String = lower.chars().map(alike).collect();
    let mut common = COMMON.lines();
    common.any(|it| lower.contains(it) || plain.contains(it))
}

/// Refuses a password that is too easy.
///
/// # Errors
/// [`AccountRefusal::Weak`].
pub fn check(rules: &Rules, name: &str, password: &str) -> Result<(), AccountRefusal> {
    let weak = |why, asked| Err(AccountRefusal::Weak { why, asked });
    let length = password.chars().count();
    let least = rules.get("length");
    if (length as i64) < least {
        return weak("length", least);
    }
    if password.len() > LONGEST {
        return weak("long", LONGEST as i64);
    }
    let has = |sort: fn(&char) -> bool| i64::from(password.chars().any(|it| sort(&it)));
    let classes = has(|it| it.is_ascii_lowercase())
        + has(|it| it.is_ascii_uppercase())
        + has(|it| it.is_ascii_digit())
        + has(|it| !it.is_ascii_alphanumeric());
    if classes < rules.get("classes") {
        return weak("classes", rules.get("classes"));
    }
    let lower = password.to_lowercase();
    let name = name.trim().to_lowercase();
    if name.chars().count() >= 3 && lower.contains(&name) {
        return weak("name", 0);
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 5 || holds_common(&lower) {
        return weak("common", 0);
    }
    Ok(())
}

/// The hash that is kept: argon2id with 19 MiB, two passes, a salt of 16 random bytes.
///
/// # Errors
/// When the machine gives no random bytes or no thread.
pub async fn hash(password: String) -> Result<String, AppError> {
    let hashed = tokio::task::spawn_blocking(move || hashed(&password)).await;
    hashed.ok().flatten().ok_or_else(no_hash)
}

fn hashed(password: &str) -> Option<String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).ok()?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.ok().map(|it: PasswordHash| it.to_string())
}

/// A first password of 20 letters that are not taken for one another, of all four classes: 110 bits.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn random() -> Result<String, AppError> {
    const LETTERS: &[u8; 54] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345678";
    let mut password = String::new();
    while password.len() < 20 {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| no_hash())?;
        // Bytes past the last whole turn would make some letters likelier.
        let fair = bytes.iter().map(|it| usize::from(*it));
        let letters = fair.filter(|it| *it < 216).map(|it| LETTERS[it % 54]);
        password.extend(letters.map(char::from));
    }
    password.truncate(19);
    password.push('-');
    let has = |sort: fn(&u8) -> bool| password.bytes().any(|it| sort(&it));
    let all = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    // One in two hundred lacks a class.
    if all { Ok(password) } else { random() }
}

/// Whether a password has this hash. Without a hash it takes as long and is false.
///
/// # Errors
/// When the machine gives no thread.
pub async fn is(password: String, hash: Option<String>) -> Result<bool, AppError> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| {
            let make = || hashed("nobody has this password").unwrap_or_default();
            NOBODYS.get_or_init(make).clone()
        });
        // Nobody's password is nobody's, even when it is guessed.
        matches(&password, &hash) && known
    })
    .await
    .map_err(|_| no_hash())
}

pub(super) fn matches(password: &str, hash: &str) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    PasswordHash::new(hash).is_ok_and(|it| {
        let argon = Argon2::default();
        argon.verify_password(password.as_bytes(), &it).is_ok()
    })
}

fn no_hash() -> AppError {
    AppError::Output("no password can be hashed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused_and_told_why() {
        let rules = Rules::default();
        let cases = [
            ("Tr0ub4dor&3", None),
            ("海棠依旧-Aa1-知否", None),
            ("Ab1-56789", Some("length")),
            ("abcdefghijk9", Some("classes")),
            ("Zhangsan-2024x", Some("name")),
            ("Password-2024", Some("common")),
            ("Aa1-Aa1-Aa1-", Some("common")),
            ("Quanyu-2024-x", Some("common")),
            ("P@55w0rd-xyz", Some("common")),
            ("x-W0aini1314", Some("common")),
            ("Zhangwei#92x", Some("common")),
            ("aQwertyui-7", Some("common")),
            (&"Ab3-".repeat(40), Some("long")),
        ];
        for (password, want) in cases {
            let got = check(&rules, "zhangsan", password);
            let why = match &got {
                Err(AccountRefusal::Weak { why, .. }) => Some(*why),
                _ => None,
            };
            assert_eq!(why, want, "{password}");
        }
    }

    #[test]
    fn the_common_ones_are_three_thousand_and_long_enough_to_mean_something() {
        let all: std::collections::BTreeSet<&str> = COMMON.lines().collect();
        assert_eq!(all.len(), COMMON.lines().count(), "each once");
        assert!(all.len() >= 3_000, "{}", all.len());
        let short = all
            .iter()
            .find(|it| it.len() < 5 || it.to_lowercase() != **it);
        assert_eq!(short, None);
        // What the machine makes is never among them.
        assert!((0..200).all(|_| check(&Rules::default(), "x", &random().unwrap()).is_ok()));
    }

    #[tokio::test]
    async fn a_hash_is_of_one_password_and_salted() {
        let first = hash("Tr0ub4dor&3".to_owned()).await.unwrap();
        let second = hash("Tr0ub4dor&3".to_owned()).await.unwrap();
        assert_ne!(first, second);
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        assert!(
            is("Tr0ub4dor&3".to_owned(), Some(first.clone()))
                .await
                .unwrap()
        );
        assert!(!is("Tr0ub4dor&4".to_owned(), Some(first)).await.unwrap());
        assert!(
            !is("nobody has this password".to_owned(), None)
                .await
                .unwrap()
        );
    }
}
