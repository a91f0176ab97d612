//! How much one person or program may ask of the interface.
//!
//! Owns the bound. Invariant: whoever asks too much is told when to ask again, and holds up nobody else.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};

use crate::web::{problem::Problem, state::App, view};

/// Requests a second in the long run: a program that copies a register asks less.
const A_SECOND: u32 = 50;
/// Requests at once.
const AT_ONCE: u32 = 200;
/// Askers that are remembered before those who asked nothing lately are forgotten.
const ASKERS: usize = 10_000;

/// Who asked how much.
#[derive(Clone)]
pub(in crate::web) struct Rates {
    limiter: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for Rates {
    fn default() -> Self {
        let nonzero = |it| NonZeroU32::new(it).expect("the bounds are not zero");
        let quota = Quota::per_second(nonzero(A_SECOND)).allow_burst(nonzero(AT_ONCE));
        Self {
            limiter: Arc::new(DefaultKeyedRateLimiter::keyed(quota)),
        }
    }
}

impl Rates {
    /// Counts a request; how long to wait where it is one too many.
    fn count(&self, asker: &str) -> Result<(), Duration> {
        if self.limiter.len() > ASKERS {
            self.limiter.retain_recent();
        }
        let counted = self.limiter.check_key(&asker.to_owned());
        counted.map_err(|it| it.wait_time_from(DefaultClock::default().now()))
    }
}

/// Refuses what is too much.
pub(in crate::web) async fn limit(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api/v1/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let seen = match App::from_request_parts(&mut parts, &app).await {
        Ok(seen) => seen,
        Err(never) => match never {},
    };
    let asker = seen.product.actor();
    let Err(wait) = app.rates.count(asker.as_str()) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let language = view::language(&parts.headers, parts.uri.query());
    let seconds = wait.as_secs() + 1;
    let problem = Problem::of(&app, language, "api_too_many").json_if(true);
    let mut response = problem
        .fact("seconds", &seconds.to_string())
        .into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_much_waits_and_others_do_not() {
        let rates = Rates::default();
        let passed = (0..AT_ONCE * 2)
            .filter(|_| rates.count("a").is_ok())
            .count();
        // A few more than the burst pass, because time goes on while they are counted.
        assert!(
            (AT_ONCE as usize..AT_ONCE as usize + 50).contains(&passed),
            "{passed}"
        );
        assert!(
            rates
                .count("a")
                .is_err_and(|it| it <= Duration::from_secs(1))
        );
        assert!(rates.count("b").is_ok());
    }
}
