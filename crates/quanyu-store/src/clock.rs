//! What time it is, as an argument.
//!
//! Owns the choice between the machine's clock and a fixed one. Nothing else in the store asks for the time.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, ToSpan};

/// A clock.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// The machine's, so many seconds on: for districts of demonstration.
    Ahead(i64),
    /// One that tests set.
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `now` until it is moved.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(now)))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Ahead(seconds) => {
                let now = Timestamp::now();
                now.checked_add(seconds.seconds()).unwrap_or(now)
            }
            Self::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock on; the machine's own clock does not follow.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Self::Fixed(at) = self {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.checked_add(seconds.seconds()).unwrap_or(*at);
        }
    }
}

/// A time as the database keeps it: UTC, RFC 3339, microseconds, so that text order is time order.
#[must_use]
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
