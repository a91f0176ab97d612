//! Robots of chats: how a request to one is signed, and what its answer means.
//!
//! Owns the signature of DingTalk (time and secret under HMAC-SHA256, in the address) and the error that both DingTalk and WeCom put into
//! an answer that says 200. WeCom asks for no signature: its key is in the address. Leaves the request to [`super::send`].

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The address with the time and its signature.
#[must_use]
pub(super) fn signed(url: &str, secret: &str, millisecond: i64) -> String {
    let mut seal =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length will do");
    seal.update(format!("{millisecond}\n{secret}").as_bytes());
    let mut sign = String::new();
    for letter in base64(&seal.finalize().into_bytes()).chars() {
        match letter {
            '+' => sign.push_str("%2B"),
            '/' => sign.push_str("%2F"),
            '=' => sign.push_str("%3D"),
            it => sign.push(it),
        }
    }
    let parts = if url.contains('?') { '&' } else { '?' };
    format!("{url}{parts}timestamp={millisecond}&sign={sign}")
}

/// Why a robot did not take a message although its server answered well; `None` where it did.
#[must_use]
pub(super) fn refused(answer: &str) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_str(answer).ok()?;
    let code = answer.get("errcode")?.as_i64().filter(|it| *it != 0)?;
    let why = answer.get("errmsg").and_then(|it| it.as_str());
    Some(format!("{code} {}", why.unwrap_or_default()))
}

/// As RFC 4648 writes bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_rfc_writes_them() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (text, want) in cases {
            assert_eq!(base64(text.as_bytes()), want);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn a_signature_is_of_its_time_and_secret_and_fits_an_address() {
        // Computed with another program: python3 -c "import hmac…" over the same text.
        let url = signed(
            "https://robot.example/send?access_token=x",
            "SEC000",
            1_700_000_000_000,
        );
        assert_eq!(
            url,
            "https://robot.example/send?access_token=x&timestamp=1700000000000&sign=ltBBey5eZrWKh1cPzFIdz3v3xpkc4Tjx4lLsPSHqdtA%3D"
        );
        assert!(signed("https://robot.example/send", "a", 1).contains("/send?timestamp=1&sign="));
        assert_ne!(signed("u", "a", 1), signed("u", "a", 2));
        assert_ne!(signed("u", "a", 1), signed("u", "b", 1));
    }

    #[test]
    fn an_answer_may_refuse_although_it_is_200() {
        let cases = [
            ("{\"errcode\":0,\"errmsg\":\"ok\"}", None),
            (
                "{\"errcode\":310000,\"errmsg\":\"sign not match\"}",
                Some("310000 sign not match"),
            ),
            ("{\"errcode\":93000}", Some("93000 ")),
            ("ok", None),
            ("", None),
            ("[]", None),
        ];
        for (answer, want) in cases {
            assert_eq!(refused(answer).as_deref(), want, "{answer}");
        }
    }
}
