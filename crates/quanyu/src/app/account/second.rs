//! The second factor: codes of six digits by time (RFC 6238), as authenticator apps make them.
//!
//! Owns secrets and the comparing of codes. Leaves keeping the secret sealed, and that a code opens only once, to the store.

use quanyu_core::text::Language;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::session;
use crate::app::{AppError, Product};

/// Seconds of a step.
const STEP: u64 = 30;

/// A secret that is offered, not yet set.
#[derive(Clone, Debug)]
pub struct Offer {
    /// In base 32, to be typed where nothing can be scanned.
    pub secret: String,
    /// What the picture says.
    pub address: String,
}

/// A new secret of 160 bits for an account.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn offer(product: &Product) -> Result<Offer, AppError> {
    // The first 20 of 32 random bytes.
    let random = session::random()?;
    let bytes: Vec<u8> = (0..40)
        .step_by(2)
        .filter_map(|it| u8::from_str_radix(&random[it..it + 2], 16).ok())
        .collect();
    let secret = Secret::from(bytes).to_base32();
    offered(product, &secret)
}

/// An offered secret again, as the page shows it after a wrong code.
///
/// # Errors
/// A text that is no secret.
pub fn offered(product: &Product, secret: &str) -> Result<Offer, AppError> {
    let bad = || AppError::from(super::AccountRefusal::BadCode);
    let secret = Secret::try_from_base32(secret).map_err(|_| bad())?;
    let text = secret.to_base32();
    let issuer = product.pack.title.get(Language::Zh).replace(':', "：");
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_secret(secret)
        .with_issuer(Some(issuer))
        .with_account_name(product.who().actor.as_str().to_owned())
        .build();
    let address = totp.ok().and_then(|it| it.to_url().ok()).ok_or_else(bad)?;
    Ok(Offer {
        secret: text,
        address,
    })
}

/// The step of a code that is right now, or was half a minute before or after.
pub(super) fn step(secret: &str, code: &str, at: i64) -> Option<i64> {
    let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    let step = totp(secret)?.check(&code, u64::try_from(at).ok()?)?;
    i64::try_from(step).ok()
}

/// The code of a secret at a time, as an authenticator shows it.
#[must_use]
pub fn code(secret: &str, at: i64) -> Option<String> {
    let code = totp(secret)?.generate(u64::try_from(at).ok()?);
    Some(code.to_string())
}

fn totp(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_step_duration(STEP)
        .with_skew(1)
        .with_secret(secret)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits.
    #[test]
    fn a_code_is_right_in_its_half_minute_and_the_ones_beside_it() {
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        let cases = [
            (59, "287082", Some(1)),
            (59, "287 082", Some(1)),
            (1_111_111_109, "081804", Some(37_037_036)),
            (1_111_111_109 + 30, "081804", Some(37_037_036)),
            (1_111_111_109 + 61, "081804", None),
            (59, "287083", None),
            (59, "", None),
            (59, "2870820", None),
        ];
        for (at, code, want) in cases {
            assert_eq!(step(&secret, code, at), want, "{at} {code}");
        }
    }
}
