//! Signing in by a provider: who gets in, and every token, state and trip that does not hold is refused.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Form, State},
    routing::{get, post},
};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use quanyu::app::{
    Product,
    account::session::{self, Attempt},
    oidc::{self, Back, Came, Providers},
    product::load_pack,
};
use quanyu_core::{actor::Actor, value::Value};
use quanyu_pack::Packs;
use quanyu_store::{
    Clock, Store, StoreError, account,
    records::{self, Draft},
};
use serde_json::{Value as Json_, json};

const PACK: &str = r#"
[module.work]
title = "企业"
[role.agent]
title = "企业经办人"
scope = "organization"
rights = ["read"]
side = "firm"
[role.guard]
title = "安全管理员"
scope = "all"
rights = ["administer"]
office = "security"
[register.firm]
title = "企业"
module = "work"
plays = "organization"
key = ["uscc"]
label = "name"
[register.firm.field]
uscc = { type = "text", title = "信用代码", required = true, unique = true }
name = { type = "text", title = "名称", required = true }
"#;

/// A credit code of the synthetic region with its check digit.
const USCC: &str = "91990000MA0000001B";

/// What the provider's next token says instead of what it should; what it saw.
#[derive(Default)]
struct Knobs {
    claims: BTreeMap<&'static str, Json_>,
    other_key: bool,
    unsigned: bool,
    nonce: String,
    issuer: String,
    verifier: Option<String>,
}

type Shared = Arc<Mutex<Knobs>>;

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let mut word = [0_u8; 3];
        word[..part.len()].copy_from_slice(part);
        let bits = u32::from_be_bytes([0, word[0], word[1], word[2]]);
        for place in 0..=part.len() {
            let letter = (bits >> (18 - 6 * place)) & 63;
            out.push(char::from(LETTERS[usize::try_from(letter).unwrap()]));
        }
    }
    out
}

fn key(other: bool) -> SigningKey {
    SigningKey::from_bytes(&[if other { 9 } else { 7 }; 32])
}

fn token(knobs: &Knobs) -> String {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": knobs.issuer, "sub": "p1", "aud": "quanyu", "nonce": knobs.nonce,
        "iat": now, "exp": now + 300, "corp_code": USCC, "corp_name": "示例甲公司",
    });
    for (key, value) in &knobs.claims {
        claims[*key] = value.clone();
    }
    let alg = if knobs.unsigned { "none" } else { "EdDSA" };
    let head = json!({ "alg": alg, "typ": "JWT", "kid": "k" });
    let text = format!(
        "{}.{}",
        base64url(head.to_string().as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    if knobs.unsigned {
        return format!("{text}.");
    }
    let signature = key(knobs.other_key).sign(text.as_bytes());
    format!("{text}.{}", base64url(&signature.to_bytes()))
}

/// A provider on this machine.
async fn provider() -> (String, Shared) {
    let shared: Shared = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    shared.lock().unwrap().issuer.clone_from(&issuer);
    let told = {
        let at = |path: &str| format!("{issuer}{path}");
        json!({
            "issuer": issuer, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"],
        })
    };
    let keys = json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "kid": "k", "use": "sig", "alg": "EdDSA",
        "x": base64url(key(false).verifying_key().as_bytes()),
    }] });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(move || async { Json(told) }))
        .route("/jwks", get(move || async { Json(keys) }))
        .route(
            "/token",
            post(
                |State(shared): State<Shared>, Form(form): Form<BTreeMap<String, String>>| async move {
                    let mut knobs = shared.lock().unwrap();
                    knobs.verifier = form.get("code_verifier").cloned();
                    Json(json!({
                        "access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token(&knobs),
                    }))
                },
            ),
        )
        .with_state(Arc::clone(&shared));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (issuer, shared)
}

struct Bureau {
    store: Store,
    product: Product,
    clock: Clock,
    providers: Providers,
    knobs: Shared,
    /// Its folder lives as long.
    _database: quanyu_testkit::Database,
}

const BACK: &str = "http://localhost:8420/oidc/province/back";

impl Bureau {
    async fn new(approve: &str) -> Self {
        let (issuer, knobs) = provider().await;
        let files = vec![
            (
                "b/pack.toml".to_owned(),
                "id = \"b\"\ntitle = \"试验局\"\nregion = \"990102\"\n".to_owned(),
            ),
            (
                "b/regions.csv".to_owned(),
                "code,name,aliases,from,to\n99,试验省,,,\n9901,试验市,,,\n990102,试验区,,,\n"
                    .to_owned(),
            ),
            ("b/b.toml".to_owned(), PACK.to_owned()),
        ];
        let pack = Arc::new(load_pack(&Packs::from_files(files), "b").unwrap());
        let clock = Clock::fixed(Timestamp::now());
        let database = quanyu_testkit::sqlite();
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        let draft = Draft::new([
            ("uscc", Value::text(USCC)),
            ("name", Value::text("示例甲公司")),
        ]);
        store
            .act::<_, _, StoreError>(&Actor::named("builder"), move |act| {
                let draft = draft.clone();
                Box::pin(async move { records::create(act, "firm", &draft).await })
            })
            .await
            .unwrap();
        let text = format!(
            "[provider.province]\ntitle = \"示例省\"\nissuer = \"{issuer}\"\nclient_id = \"quanyu\"\n\
             claims = {{ uscc = \"corp_code\", name = \"corp_name\" }}\nsource = \"示例\"\nrole = \"agent\"\n\
             approve = \"{approve}\"\n"
        );
        let providers = Providers::parse(&text, &pack).unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        Self {
            store,
            product,
            clock,
            providers,
            knobs,
            _database: database,
        }
    }

    /// Goes out; what came back so far as the browser knows it.
    async fn out(&self) -> Back {
        let begun = oidc::begin(
            &self.product,
            &self.providers,
            "province",
            BACK,
            "/my/profile",
        );
        let begun = begun.await.unwrap();
        let (_, query) = begun.location.split_once('?').unwrap();
        let query: BTreeMap<&str, &str> = query
            .split('&')
            .filter_map(|it| it.split_once('='))
            .collect();
        assert_eq!(query["code_challenge_method"], "S256");
        let mut knobs = self.knobs.lock().unwrap();
        knobs.nonce = query["nonce"].to_owned();
        Back {
            code: "c".to_owned(),
            state: query["state"].to_owned(),
            error: None,
            browser: Some(begun.browser),
        }
    }

    async fn back(&self, sent: &Back) -> Result<Came, &'static str> {
        let attempt = Attempt::default();
        let came = oidc::come_back(
            &self.product,
            &self.providers,
            "province",
            BACK,
            sent,
            &attempt,
        );
        came.await.map_err(|it| it.code())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legal_person_gets_one_account_over_the_organization_of_its_credit_code() {
    let bureau = Bureau::new("automatic").await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let sent = bureau.out().await;
        let Came::In { held, next } = bureau.back(&sent).await.unwrap() else {
            panic!("nobody came in");
        };
        assert_eq!(next, "/my/profile");
        let known = session::of(&bureau.product, &held).await.unwrap().unwrap();
        assert!(known.who.holds("agent") && known.must.is_none());
        sessions.push((held, known.account));
    }
    assert_eq!(sessions[0].1, sessions[1].1, "one account");
    assert_ne!(sessions[0].0, sessions[1].0, "a session of its own");
    assert!(bureau.knobs.lock().unwrap().verifier.is_some(), "PKCE");
    // Without a password there is no other way in.
    let attempt = Attempt {
        name: sessions[0].1.clone(),
        ..Attempt::default()
    };
    assert!(session::sign_in(&bureau.product, &attempt).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_operators_leave_an_account_waits_for_an_administrator() {
    let bureau = Bureau::new("administrator").await;
    for _ in 0..2 {
        let sent = bureau.out().await;
        assert!(matches!(bureau.back(&sent).await, Ok(Came::Waits { .. })));
    }
    let mut tx = bureau.store.read().await.unwrap();
    let all = account::list(&mut tx, "", 10).await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(all[0].roles.is_empty() && all[0].password.is_none());
    let anybody = quanyu_store::notice::Reader {
        person: "x".to_owned(),
        roles: None,
    };
    let told = quanyu_store::notice::list(&mut tx, &anybody, 10).await;
    assert_eq!(told.unwrap().len(), 1, "the administrator is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_hold_signs_nobody_in() {
    let bureau = Bureau::new("automatic").await;
    let past = Timestamp::now().as_second() - 3600;
    /// What it is called, what is put in its place, the refusal.
    type Case = (&'static str, Option<(&'static str, Json_)>, &'static str);
    #[rustfmt::skip]
    let cases: [Case; 11] = [
        ("another nonce",    Some(("nonce", json!("n"))),                     "oidc_token"),
        ("another audience", Some(("aud", json!("someone"))),                 "oidc_token"),
        ("a further audience", Some(("aud", json!(["quanyu", "someone"]))),   "oidc_token"),
        ("expired",          Some(("exp", json!(past))),                      "oidc_token"),
        ("another issuer",   Some(("iss", json!("https://evil.example"))),    "oidc_token"),
        ("another key",      None,                                            "oidc_token"),
        ("unsigned",         None,                                            "oidc_token"),
        ("no code",          Some(("corp_code", Json_::Null)),                "oidc_no_code"),
        ("a wrong digit",    Some(("corp_code", json!("91990000MA0000001A"))), "oidc_no_code"),
        ("no code at all",   Some(("corp_code", json!("'; drop table account"))), "oidc_no_code"),
        ("a number",         Some(("corp_code", json!(91))),                  "oidc_no_code"),
    ];
    for (name, claim, want) in cases {
        let sent = bureau.out().await;
        {
            let mut knobs = bureau.knobs.lock().unwrap();
            knobs.other_key = name == "another key";
            knobs.unsigned = name == "unsigned";
            knobs.claims = claim.into_iter().collect();
        }
        assert_eq!(bureau.back(&sent).await.err(), Some(want), "{name}");
    }
    let mut tx = bureau.store.read().await.unwrap();
    assert!(account::list(&mut tx, "", 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trip_is_used_once_in_time_by_the_browser_that_began_it() {
    let bureau = Bureau::new("automatic").await;
    let sent = bureau.out().await;
    bureau.back(&sent).await.unwrap();
    assert_eq!(
        bureau.back(&sent).await.err(),
        Some("oidc_trip"),
        "replayed"
    );

    let sent = bureau.out().await;
    let other = Back {
        browser: Some("b".repeat(64)),
        ..sent.clone()
    };
    assert_eq!(
        bureau.back(&other).await.err(),
        Some("oidc_trip"),
        "another browser"
    );
    // Whoever tried has used it up.
    assert_eq!(bureau.back(&sent).await.err(), Some("oidc_trip"));

    let none = Back {
        browser: None,
        ..bureau.out().await
    };
    assert_eq!(
        bureau.back(&none).await.err(),
        Some("oidc_trip"),
        "no browser"
    );

    let late = bureau.out().await;
    bureau.clock.advance_seconds(11 * 60);
    assert_eq!(
        bureau.back(&late).await.err(),
        Some("oidc_trip"),
        "too late"
    );

    let forged = Back {
        state: "s".to_owned(),
        ..bureau.out().await
    };
    assert_eq!(
        bureau.back(&forged).await.err(),
        Some("oidc_trip"),
        "forged"
    );

    let denied = Back {
        error: Some("access_denied".to_owned()),
        ..bureau.out().await
    };
    assert_eq!(bureau.back(&denied).await.err(), Some("oidc_denied"));
}

#[test]
fn a_file_of_providers_is_checked_before_anybody_is_sent_anywhere() {
    let files = vec![
        (
            "b/pack.toml".to_owned(),
            "id = \"b\"\ntitle = \"试验局\"\n".to_owned(),
        ),
        ("b/b.toml".to_owned(), PACK.to_owned()),
    ];
    let pack = load_pack(&Packs::from_files(files), "b").unwrap();
    let right = "[provider.province]\ntitle = { zh = \"示例省\", en = \"Example\" }\nissuer = \"https://id.example\"\n\
                 client_id = \"quanyu\"\nclaims = { uscc = \"a\", name = \"b\" }\nsource = \"示例\"\nrole = \"agent\"\n";
    assert!(Providers::parse(right, &pack).is_ok());
    let cases = [
        ("https://id.example", "http://id.example", "https"),
        (
            "https://id.example",
            "http://localhost.evil.example",
            "https",
        ),
        ("role = \"agent\"", "role = \"guard\"", "guard"),
        ("role = \"agent\"", "role = \"nobody\"", "nobody"),
        ("source = \"示例\"\n", "", "source"),
        ("client_id", "clientid", "clientid"),
        ("provider.province", "provider.Province", "Province"),
    ];
    for (from, to, want) in cases {
        let error = Providers::parse(&right.replace(from, to), &pack).unwrap_err();
        assert!(error.to_string().contains(want), "{to}: {error}");
    }
}
