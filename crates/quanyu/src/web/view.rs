//! What every page is asked for: region, period, language and form of the answer, all from the address.
//!
//! Owns reading them, their defaults, and writing addresses that keep them, so that a view can be sent as a link and comes back the same.

use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderMap, Method, Uri, header, request::Parts},
};
use quanyu_core::{period::Period, region::RegionCode, text::Language};

use super::{problem::Problem, state::App};

/// How the answer is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// A page.
    #[default]
    Html,
    /// The same figures for programs.
    Json,
    /// The table for Excel.
    Csv,
}

/// What is asked for, beside the page itself.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub language: Language,
    pub region: RegionCode,
    pub period: Period,
    pub format: Format,
    /// Path of the page.
    pub path: String,
    /// All pairs of the query in order.
    pub pairs: Vec<(String, String)>,
    /// Notices that who asks has not read.
    pub unread: i64,
}

/// Parts of a query that a link to another state of the same page does not carry on.
const MOMENTARY: [&str; 7] = ["after", "counted", "done", "format", "lang", "made", "page"];

impl View {
    /// The value of a key of the query; an empty one is as good as none.
    pub fn wish(&self, key: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().find(|(it, _)| it == key)?;
        Some(value.as_str()).filter(|it| !it.is_empty())
    }

    /// All values of a key.
    pub fn wishes<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(it, value)| it == key && !value.is_empty())
            .map(|(_, it)| it.as_str())
    }

    /// The address of another page with the same region and period.
    pub fn link(&self, path: &str) -> String {
        self.link_with(path, &[])
    }

    /// The address of another page with the same region and period, and more.
    pub fn link_with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let (region, period) = (self.region.to_string(), self.period.to_string());
        let own = [("region", region.as_str()), ("period", period.as_str())];
        let own = own
            .into_iter()
            .filter(|(key, _)| !more.iter().any(|(it, _)| it == key));
        address(path, own.chain(more.iter().copied()))
    }

    /// The address of this page with some parts of its query set (`Some`) or dropped (`None`).
    pub fn change(&self, changes: &[(&str, Option<&str>)]) -> String {
        let (region, period) = (self.region.to_string(), self.period.to_string());
        let mut pairs = vec![("region", region.as_str()), ("period", period.as_str())];
        pairs.retain(|(key, _)| !changes.iter().any(|(it, _)| it == key));
        let kept = self.pairs.iter().filter(|(key, value)| {
            !value.is_empty()
                && !["region", "period"].contains(&key.as_str())
                && !MOMENTARY.contains(&key.as_str())
                && !changes.iter().any(|(it, _)| it == key)
        });
        pairs.extend(kept.map(|(key, value)| (key.as_str(), value.as_str())));
        pairs.extend(
            changes
                .iter()
                .filter_map(|(key, value)| Some((*key, (*value)?))),
        );
        address(&self.path, pairs.into_iter())
    }

    /// The address of exactly this view.
    pub fn here(&self) -> String {
        self.change(&[])
    }

    /// The pairs that a form on this page has to carry on, besides `own`.
    pub fn carried(&self, own: &[&str]) -> Vec<(String, String)> {
        let kept = |key: &str| !own.contains(&key) && !MOMENTARY.contains(&key);
        let pairs = self
            .pairs
            .iter()
            .filter(|(key, value)| kept(key) && !value.is_empty());
        let mut pairs: Vec<_> = pairs.cloned().collect();
        for (key, value) in [
            ("region", self.region.to_string()),
            ("period", self.period.to_string()),
        ] {
            if kept(key) && !pairs.iter().any(|(it, _)| it == key) {
                pairs.push((key.to_owned(), value));
            }
        }
        pairs
    }
}

impl FromRequestParts<App> for View {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let language = language(&parts.headers, parts.uri.query());
        let refuse = |code, key: &'static str, value: &str| {
            Problem::of(app, language, code).fact(key, value)
        };
        let pairs = pairs(&parts.uri).ok_or_else(|| {
            refuse(
                "web_bad_query",
                "query",
                parts.uri.query().unwrap_or_default(),
            )
        })?;
        let wish = |key: &str| {
            let found = pairs.iter().find(|(it, _)| it == key);
            found
                .map(|(_, value)| value.trim())
                .filter(|it| !it.is_empty())
        };
        let region = match wish("region") {
            None => app.product.home_region(),
            Some(text) => {
                let code: RegionCode = text
                    .parse()
                    .map_err(|_| refuse("web_bad_region", "region", text))?;
                if !app.product.pack.regions.contains_key(&code) {
                    return Err(refuse("web_unknown_region", "region", text));
                }
                code
            }
        };
        let period = match wish("period") {
            None => app.latest().await,
            Some(text) => text
                .parse()
                .map_err(|_| refuse("web_bad_period", "period", text))?,
        };
        let format = match wish("format") {
            None | Some("html") => Format::Html,
            Some("json") => Format::Json,
            Some("csv") => Format::Csv,
            Some(text) => return Err(refuse("web_bad_format", "format", text)),
        };
        Ok(Self {
            language,
            region,
            period,
            format,
            path: parts.uri.path().to_owned(),
            pairs,
            unread: unread(parts, app, format).await,
        })
    }
}

/// Notices that who asks has not read; a page is shown without the count where it cannot be had.
async fn unread(parts: &mut Parts, app: &App, format: Format) -> i64 {
    if format != Format::Html || parts.method != Method::GET {
        return 0;
    }
    let Ok(app) = App::from_request_parts(parts, app).await;
    // A page says account names where the names that people read cannot be had.
    if let Err(error) = app.people.follow(&app.product).await {
        tracing::warn!(error = %error, "the names of accounts were not read");
    }
    crate::app::notices::unread(&app.product).await.unwrap_or(0)
}

/// The language of an answer: as the address asks, else as chosen before, else Chinese.
pub(super) fn language(headers: &HeaderMap, query: Option<&str>) -> Language {
    let from_word = |word: &str| match word {
        "en" => Some(Language::En),
        "zh" | "zh-CN" => Some(Language::Zh),
        _ => None,
    };
    let asked = query.and_then(|it| it.split('&').find_map(|pair| pair.strip_prefix("lang=")));
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|it| it.to_str().ok());
    let mut chosen = cookies
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().strip_prefix("lang="));
    asked
        .and_then(from_word)
        .or_else(|| chosen.find_map(from_word))
        .unwrap_or_default()
}

fn pairs(uri: &Uri) -> Option<Vec<(String, String)>> {
    Query::<Vec<(String, String)>>::try_from_uri(uri)
        .ok()
        .map(|it| it.0)
}

fn address<'a>(path: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = path.to_owned();
    for (place, (key, value)) in pairs.enumerate() {
        out.push(if place == 0 { '?' } else { '&' });
        encode(key, &mut out);
        out.push('=');
        encode(value, &mut out);
    }
    out
}

/// A text as a part of an address.
pub(super) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn view(query: &[(&str, &str)]) -> View {
        View {
            language: Language::Zh,
            region: "370202".parse().unwrap(),
            period: "2023".parse().unwrap(),
            format: Format::Html,
            path: "/registers/contract".into(),
            pairs: query
                .iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect(),
            unread: 0,
        }
    }

    #[test]
    fn links_keep_region_and_period_and_drop_the_place_in_the_list() {
        let here = view(&[
            ("period", "2023"),
            ("sort", "amount"),
            ("after", "7"),
            ("lang", "en"),
            ("f.name", ""),
        ]);
        assert_eq!(
            here.here(),
            "/registers/contract?region=370202&period=2023&sort=amount"
        );
        assert_eq!(here.link("/"), "/?region=370202&period=2023");
        assert_eq!(
            here.link_with("/", &[("region", "3702")]),
            "/?period=2023&region=3702"
        );
        assert_eq!(
            here.change(&[("sort", None), ("f.name", Some("甲&乙"))]),
            "/registers/contract?region=370202&period=2023&f.name=%E7%94%B2%26%E4%B9%99"
        );
        assert_eq!(
            here.carried(&["period"]),
            [
                ("sort".into(), "amount".into()),
                ("region".into(), "370202".into())
            ]
        );
    }

    #[test]
    fn the_address_chooses_the_language_before_the_cookie() {
        let cases = [
            (None, None, Language::Zh),
            (Some("lang=en"), None, Language::En),
            (None, Some("a=1; lang=en"), Language::En),
            (Some("x=1&lang=zh"), Some("lang=en"), Language::Zh),
            (Some("lang=fr"), Some("lang=fr"), Language::Zh),
        ];
        for (query, cookie, want) in cases {
            let mut headers = HeaderMap::new();
            if let Some(cookie) = cookie {
                headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            }
            assert_eq!(language(&headers, query), want, "{query:?} {cookie:?}");
        }
    }
}
