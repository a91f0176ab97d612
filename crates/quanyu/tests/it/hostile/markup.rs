//! Markup and scripts in every field of every register, and wherever a page says again what it was asked.

use std::{collections::BTreeMap, sync::Arc};

use quanyu::{app::product, web::ROUTES};
use quanyu_pack::model::{Field, FieldType, Pack};

use super::{encoded, parameters};
use crate::{
    commands::packs,
    entries::{leads_to, office, post},
    web::Site,
};

/// Text, what of it never stands in a page as it is, and how it does.
const MARKUP: [(&str, &str, &str); 4] = [
    ("<b onclick=x>", "<b onclick", "&lt;b onclick=x&gt;"),
    ("\"onclick=x y=\"", "\"onclick=", "&quot;onclick=x y=&quot;"),
    ("x'onclick=x y='", "'onclick=", "x&#x27;onclick=x y=&#x27;"),
    (
        "</textarea><i>",
        "</textarea><i",
        "&lt;/textarea&gt;&lt;i&gt;",
    ),
];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR";

fn pack() -> Arc<Pack> {
    Arc::new(product::load_pack(&product::packs(Some(&packs())), "office").unwrap())
}

/// What a field can hold that says the markup; `None` for a type that holds no text.
fn stored(field: &Field, markup: &str) -> Option<String> {
    match field.kind {
        FieldType::Text | FieldType::LongText | FieldType::Person => Some(markup.to_owned()),
        _ => None,
    }
}

/// What a required field holds besides.
fn plain(field: &Field, round: usize) -> String {
    match field.kind {
        FieldType::Date => "2026-05-12".to_owned(),
        FieldType::Organization => "示例01科技有限公司".to_owned(),
        FieldType::Period => format!("{}", 2020 + round),
        FieldType::Region => "990102001".to_owned(),
        _ => "1".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_refuses_comes_back_as_text_in_every_type_of_field() {
    let site = Site::of(office()).await;
    let (pack, mut kinds) = (pack(), BTreeMap::new());
    for register in pack.registers.values() {
        let own = register.fields.iter().map(|it| (it, it.id.clone()));
        let lines = register.lines.iter().flat_map(|lines| {
            let path = move |it: &Field| format!("{}.0.{}", lines.id, it.id);
            lines.fields.iter().map(move |it| (it, path(it)))
        });
        for (field, path) in own.chain(lines) {
            for (text, never, _) in MARKUP {
                let to = format!("/registers/{}/new", register.id);
                let (name, said) = (format!("f.{path}"), text.to_owned());
                // A row more is asked for, so that the form comes back whatever was typed.
                let sent = [("do", "more.none"), (name.as_str(), said.as_str())];
                let again = post(&site, &to, &sent, &[]).await;
                let sent = [("do", "save"), (name.as_str(), said.as_str())];
                let saved = post(&site, &to, &sent, &[]).await;
                let to = format!("/registers/{}/check?path={path}", register.id);
                let checked = post(&site, &to, &sent[1..], &[]).await;
                for answer in [&again, &saved] {
                    assert!(
                        !answer.status.is_server_error() && !answer.text.contains(never),
                        "{}.{path} {text}: {} {}",
                        register.id,
                        answer.status,
                        answer.text
                    );
                }
                let json = checked.headers["content-type"].to_str().unwrap();
                assert!(json.contains("json"), "{json}: {}", checked.text);
                assert!(!checked.status.is_server_error(), "{}", checked.text);
            }
            kinds.insert(format!("{:?}", std::mem::discriminant(&field.kind)), ());
        }
    }
    assert!(
        kinds.len() >= 14,
        "the pack has a field of nearly every type"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_record_holds_is_text_on_every_page_that_shows_it() {
    let site = Site::of(office()).await;
    let pack = pack();
    for (round, (markup, never, shown)) in MARKUP.into_iter().enumerate() {
        let mut made = Vec::new();
        for register in pack.registers.values() {
            let mut sent: Vec<(String, String)> = vec![("do".to_owned(), "save".to_owned())];
            for field in &register.fields {
                let said = stored(field, markup);
                let said = said.or_else(|| field.required.then(|| plain(field, round)));
                sent.extend(said.map(|it| (format!("f.{}", field.id), it)));
            }
            for lines in &register.lines {
                sent.push((format!("l.{}", lines.id), String::new()));
                for field in &lines.fields {
                    let name = format!("f.{}.0.{}", lines.id, field.id);
                    sent.extend(stored(field, markup).map(|it| (name, it)));
                }
            }
            let fields: Vec<(&str, &str)> =
                sent.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            let file = register.fields.iter().find(|it| it.kind == FieldType::File);
            // A file's name is a name: what would end it is not sent by a browser either.
            let name = format!("{}.png", markup.replace(['"', '/'], ""));
            let up = file.map(|it| format!("up.{}", it.id));
            let files: Vec<_> = up
                .iter()
                .map(|it| (it.as_str(), name.as_str(), PNG))
                .collect();
            let to = format!("/registers/{}/new", register.id);
            let answer = post(&site, &to, &fields, &files).await;
            let path = leads_to(&answer);
            let id = path.rsplit('/').next().unwrap().to_owned();
            made.push((register.id.clone(), id, register.label.clone()));
        }
        for (register, id, label) in &made {
            let fits = |it: &str| it.replace("{register}", register).replace("{record}", id);
            for (route, _) in ROUTES {
                let path = fits(route).replace("{id}", id).replace(['{', '}'], "");
                let answer = site.get(&path).await;
                let kind = answer.headers.get("content-type");
                let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
                if kind.starts_with("text/html") {
                    assert!(!answer.text.contains(never), "{path}: {}", answer.text);
                }
            }
            let field = pack.registers[register].field(label).unwrap();
            if stored(field, markup).is_none() {
                continue;
            }
            for path in [
                format!("/registers/{register}"),
                format!("/registers/{register}/{id}"),
                format!("/registers/{register}/{id}/edit"),
            ] {
                let page = site.get(&path).await.text;
                assert!(
                    page.contains(shown) && !page.contains(never),
                    "{path}: {page}"
                );
            }
        }
        let found = site
            .get(&format!("/search?q={}", encoded(markup)))
            .await
            .text;
        assert!(found.contains(shown) && !found.contains(never), "{found}");
        let csv = site.get("/registers/meeting/export?as=csv").await;
        assert_eq!(csv.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_address_says_comes_back_as_text() {
    let site = Site::of(office()).await;
    let (markup, never, _) = MARKUP[0];
    for (route, names) in parameters() {
        let path = route
            .replace("{register}", "meeting")
            .replace(['{', '}'], "");
        let all = names
            .iter()
            .filter(|it| !["region", "period", "format"].contains(&it.as_str()));
        let all: Vec<String> = all.map(|it| format!("{it}={}", encoded(markup))).collect();
        let alone = names.iter().map(|it| format!("{it}={}", encoded(markup)));
        for query in alone.chain([all.join("&")]) {
            let answer = site.get(&format!("{path}?{query}")).await;
            assert!(!answer.status.is_server_error(), "{path}?{query}");
            let kind = answer.headers.get("content-type");
            let html = kind.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
            assert!(!html || !answer.text.contains(never), "{path}?{query}");
        }
    }
    for path in [
        "/<b onclick=x>",
        "/registers/<b onclick=x>",
        "/assets/<b onclick=x>",
    ] {
        let path = path.replace("<b onclick=x>", &encoded(markup));
        let answer = site.get(&path).await;
        assert!(!answer.text.contains(never), "{path}: {}", answer.text);
    }
}
