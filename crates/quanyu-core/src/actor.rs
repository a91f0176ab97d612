//! Who acts.
//!
//! Owns the name that every change carries. Rights and scopes come with sign-in.

use std::fmt;

/// Whoever makes a change: `local` before sign-in exists, later an account, a token or a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor(String);

impl Actor {
    /// The operator of a machine that nobody else can reach.
    #[must_use]
    pub fn local() -> Self {
        Self("local".to_owned())
    }

    /// A named actor, such as `job:demo`.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as the change chain keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
