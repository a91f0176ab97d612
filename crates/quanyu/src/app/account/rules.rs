//! Rules of sign-in: numbers that a security administrator may set within bounds, each with where it is from.
//!
//! Owns the rules there are. Leaves keeping those that were set to the store.
//!
//! Start reading at [`RULES`].

use futures::FutureExt as _;
use quanyu_core::access::Office;
use quanyu_store::account as rows;

use super::AccountRefusal;
use crate::app::{AppError, Product};

/// A rule of sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What holds where nobody set it.
    pub value: i64,
    /// Bounds, both of them allowed.
    pub bounds: (i64, i64),
    /// Where it is from. GB/T 22239-2019 asks for the rule, the number is the house's.
    pub source: &'static str,
}

/// All rules. The standard asks for complexity, change, lock and time-out (8.1.4.1 a, b) and names no numbers: those are ours.
pub const RULES: [Rule; 10] = [
    rule("length", 10, (8, 64), "GB/T 22239-2019 8.1.4.1 a"),
    rule("classes", 3, (1, 4), "GB/T 22239-2019 8.1.4.1 a"),
    rule("history", 5, (0, 24), "GB/T 22239-2019 8.1.4.1 a"),
    rule("days", 90, (0, 3650), "GB/T 22239-2019 8.1.4.1 a"),
    rule("fails", 5, (3, 20), "GB/T 22239-2019 8.1.4.1 b"),
    rule("lock_minutes", 30, (5, 1440), "GB/T 22239-2019 8.1.4.1 b"),
    rule("idle_minutes", 15, (5, 480), "GB/T 22239-2019 8.1.4.1 b"),
    rule("hours", 8, (1, 24), "GB/T 22239-2019 8.1.4.1 b"),
    rule("one_session", 0, (0, 1), "GB/T 22239-2019 8.1.4.1 b"),
    rule("second_factor", 0, (0, 1), "GB/T 22239-2019 8.1.4.1 d"),
];

const fn rule(name: &'static str, value: i64, bounds: (i64, i64), source: &'static str) -> Rule {
    Rule {
        name,
        value,
        bounds,
        source,
    }
}

/// The rules that hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules([i64; RULES.len()]);

impl Default for Rules {
    fn default() -> Self {
        Self(RULES.map(|it| it.value))
    }
}

impl Rules {
    /// The value of a rule; 0 for a name that is none.
    #[must_use]
    pub fn get(&self, name: &str) -> i64 {
        let place = RULES.iter().position(|it| it.name == name);
        debug_assert!(place.is_some(), "no rule `{name}`");
        place.map_or(0, |it| self.0[it])
    }
}

/// The rules that hold in a district.
///
/// # Errors
/// The database's.
pub async fn of(product: &Product) -> Result<Rules, AppError> {
    let mut tx = product.store.read().await?;
    Ok(from(rows::rules(&mut tx).await?))
}

/// Rules with those that were set.
pub(crate) fn from(set: Vec<(String, i64)>) -> Rules {
    let mut rules = Rules::default();
    for (name, value) in set {
        if let Some(place) = RULES.iter().position(|it| it.name == name) {
            let (least, most) = RULES[place].bounds;
            rules.0[place] = value.clamp(least, most);
        }
    }
    rules
}

/// Sets a rule.
///
/// # Errors
/// A right that is missing, a value out of bounds, no such rule.
pub async fn set(product: &Product, name: &str, value: i64) -> Result<(), AppError> {
    product.need(Office::Security)?;
    let Some(rule) = RULES.iter().find(|it| it.name == name) else {
        let names = RULES.iter().map(|it| it.name);
        return Err(AppError::not_found("rule", name, names));
    };
    let (least, most) = rule.bounds;
    if !(least..=most).contains(&value) {
        return Err(AccountRefusal::BadRule {
            rule: name.to_owned(),
            least,
            most,
        }
        .into());
    }
    let name = rule.name;
    product
        .store
        .act(&product.actor(), move |act| {
            async move { Ok::<_, AppError>(rows::set_rule(act, name, value).await?) }.boxed()
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_holds_within_its_bounds_and_the_rest_is_the_houses() {
        let rules = from(vec![
            ("length".to_owned(), 12),
            ("fails".to_owned(), 1000),
            ("gone".to_owned(), 1),
        ]);
        assert_eq!(rules.get("length"), 12);
        assert_eq!(rules.get("fails"), 20);
        assert_eq!(rules.get("idle_minutes"), 15);
        for rule in RULES {
            let (least, most) = rule.bounds;
            assert!((least..=most).contains(&rule.value), "{}", rule.name);
        }
    }
}
