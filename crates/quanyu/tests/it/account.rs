//! Signing in: who gets in, how long, what everybody else is told, and what each role then sees.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use jiff::Timestamp;
use quanyu::{
    app::{
        Product, Who,
        account::second,
        demo,
        product::{self, Place},
    },
    web::{App, Need, ROUTES, router},
};
use quanyu_store::{Clock, Location, Store, audit, change};
use tower::ServiceExt;

use crate::commands::{District, packs, said};

const PASSWORD: &str = "Yanshi-2024";

/// The tiny district behind its real door, under a clock that tests move.
pub(crate) struct Gate {
    pub(crate) district: District,
    pub(crate) product: Arc<Product>,
    pub(crate) clock: Clock,
    location: Location,
    /// The same district, looked at from beside.
    pub(crate) beside: Store,
    router: Router,
}

/// A browser: what it holds, and the token of the last page's forms.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    cookie: Option<String>,
    csrf: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    /// The token of its forms.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// What its cookie holds.
    pub(crate) fn held(&self) -> String {
        self.cookie.clone().unwrap()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|it| it.to_str().ok())
            .unwrap_or_default()
    }
}

impl Gate {
    pub(crate) async fn new() -> Self {
        let district = District::demo();
        let location = Location::Sqlite(district.file("data"));
        Self::at(district, location).await
    }

    /// One on each engine.
    pub(crate) async fn everywhere() -> Vec<Self> {
        let mut all = vec![Self::new().await];
        if let Some(database) = quanyu_testkit::postgres() {
            let Location::Postgres { url, .. } = &database.location else {
                panic!("{database:?}")
            };
            let district = District::empty();
            let place = Place {
                packs: Some(packs()),
                pack: Some("tiny".to_owned()),
                data: Some(district.file("data")),
                database: Some(url.clone()),
            };
            demo::build(&place).await.unwrap();
            all.push(Self::at(district, place.location()).await);
        }
        all
    }

    async fn at(district: District, location: Location) -> Self {
        let clock = Clock::fixed(Timestamp::now());
        let store = Store::open_at(&location, clock.clone()).await.unwrap();
        let beside = Store::open_at(&location, clock.clone()).await.unwrap();
        let pack = product::load_pack(&product::packs(Some(&packs())), "tiny").unwrap();
        let product = Arc::new(Product::new(store, Arc::new(pack)).unwrap());
        let router = router(App::new(product.clone()));
        Self {
            district,
            product,
            clock,
            location,
            beside,
            router,
        }
    }

    pub(crate) async fn ask(&self, browser: &mut Browser, request: Request<Body>) -> Answer {
        let (mut parts, body) = request.into_parts();
        let host = "localhost:8420".parse().unwrap();
        parts.headers.insert(header::HOST, host);
        if let Some(cookie) = &browser.cookie {
            let cookie = format!("a=b; quanyu_session={cookie}").parse().unwrap();
            parts.headers.insert(header::COOKIE, cookie);
        }
        let request = Request::from_parts(parts, body);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        };
        for set in answer.headers.get_all(header::SET_COOKIE) {
            if let Some(held) = set.to_str().unwrap().strip_prefix("quanyu_session=") {
                let held = held.split(';').next().unwrap();
                browser.cookie = Some(held.to_owned()).filter(|it| !it.is_empty());
            }
        }
        if let Some((_, rest)) = answer.text.split_once("name=\"csrf\" value=\"") {
            browser.csrf = rest.split('"').next().unwrap().to_owned();
        }
        answer
    }

    pub(crate) async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.ask(browser, request).await
    }

    /// Sends a form with the token of the last page.
    pub(crate) async fn form(&self, browser: &mut Browser, path: &str, body: &str) -> Answer {
        let body = match browser.csrf.as_str() {
            "" => body.to_owned(),
            token => format!("csrf={token}&{body}"),
        };
        self.raw(browser, path, &body).await
    }

    async fn raw(&self, browser: &mut Browser, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::ORIGIN, "http://localhost:8420")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.ask(browser, request).await
    }

    async fn try_in(
        &self,
        browser: &mut Browser,
        name: &str,
        password: &str,
        code: &str,
    ) -> Answer {
        let body = format!("name={name}&password={password}&code={code}&next=/registers");
        self.raw(browser, "/signin", &body).await
    }

    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = Browser::default();
        let answer = self.try_in(&mut browser, name, PASSWORD, "").await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.text);
        self.get(&mut browser, "/account").await;
        browser
    }

    /// What the chain says was done, the last first.
    async fn acts(&self) -> Vec<(String, String, String)> {
        let store = self.store().await;
        let mut tx = store.read().await.unwrap();
        let all = change::latest(&mut tx, i64::MAX, 30).await.unwrap();
        let told = |it: change::Change| {
            let body = it.after.map(|it| it.text()).unwrap_or_default();
            (it.act, it.actor, body)
        };
        all.into_iter().map(told).collect()
    }

    async fn store(&self) -> Store {
        Store::open_at(&self.location, self.clock.clone())
            .await
            .unwrap()
    }

    /// The number of the last change.
    pub(crate) async fn sequence(&self) -> i64 {
        let mut tx = self.beside.read().await.unwrap();
        let last = change::latest(&mut tx, i64::MAX, 1).await.unwrap();
        last[0].seq
    }
}

pub(crate) fn concrete(route: &str) -> String {
    route
        .replace("{register}", "contract")
        .replace("{record}", "13")
        .replace("{indicator}", "contract_value")
        .replace("{name}", "quanyu.css")
        .replace(['{', '}'], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_way_in_opens_to_somebody_who_has_not_signed_in() {
    let gate = Gate::new().await;
    let nobody = &mut Browser::default();
    for (route, need) in ROUTES {
        let path = concrete(route);
        let answer = gate.get(nobody, &path).await;
        match need {
            Need::Anyone => assert!(
                answer.status != 401 && answer.header("location") != "/signin",
                "{path}: {}",
                answer.status
            ),
            _ if path.starts_with("/api/") => {
                assert_eq!(answer.status, 401, "{path}");
                assert!(answer.text.contains("\"web_sign_in\""), "{}", answer.text);
            }
            _ => {
                assert_eq!(answer.status, 303, "{path}");
                assert!(answer.header("location").starts_with("/signin"), "{path}");
            }
        }
        if *need != Need::Anyone {
            let answer = gate.raw(nobody, &path, "a=1").await;
            assert_eq!(answer.status, 401, "POST {path}");
        }
    }
    let answer = gate.get(nobody, "/no/such/page?x=1").await;
    assert_eq!(
        answer.header("location"),
        "/signin?next=%2Fno%2Fsuch%2Fpage%3Fx%3D1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_get_in_is_told_the_same_and_an_account_is_locked_after_five_failures() {
    let gate = Gate::new().await;
    let browser = &mut Browser::default();
    let told = |it: &Answer| {
        it.text
            .replace("value=\"ke\"", "")
            .replace("value=\"niemand\"", "")
    };
    let unknown = gate.try_in(browser, "niemand", "wrong", "").await;
    assert_eq!(unknown.status, 401);
    for attempt in 1..=5 {
        let wrong = gate.try_in(browser, "ke", "wrong", "").await;
        assert_eq!(told(&wrong), told(&unknown), "attempt {attempt}");
    }
    let locked = gate.try_in(browser, "ke", PASSWORD, "").await;
    assert_eq!(
        told(&locked),
        told(&unknown),
        "the right password of a locked account"
    );
    assert_eq!(browser.cookie, None);
    gate.clock.advance_seconds(29 * 60);
    assert_eq!(gate.try_in(browser, "ke", PASSWORD, "").await.status, 401);
    gate.clock.advance_seconds(2 * 60);
    assert_eq!(gate.try_in(browser, "ke", PASSWORD, "").await.status, 303);
    let acts = gate.acts().await;
    let count = |what: &str| acts.iter().filter(|it| it.0 == what).count();
    assert_eq!(
        (count("sign_in.failed"), count("sign_in")),
        (8, 1),
        "{acts:?}"
    );
    assert!(count("account.locked_out") >= 1);
    let clear = acts.iter().find(|it| it.2.contains(PASSWORD));
    assert_eq!(clear, None);
    let report = audit::verify(&gate.store().await, None).await.unwrap();
    assert_eq!(report.fault, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_new_at_sign_in_hashed_and_ends_idle_late_and_on_request() {
    let gate = Gate::new().await;
    // A session that somebody planted is not the one that is signed in.
    let planted = "0".repeat(64);
    let mut browser = Browser {
        cookie: Some(planted.clone()),
        csrf: String::new(),
    };
    let answer = gate.try_in(&mut browser, "ke", PASSWORD, "").await;
    assert_eq!(answer.header("location"), "/registers");
    let set = answer.header("set-cookie").to_owned();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    let held = browser.cookie.clone().unwrap();
    assert_ne!(held, planted);
    assert_eq!(held.len(), 64);
    let kept = std::fs::read(gate.district.file("data/quanyu.db")).unwrap();
    let log = std::fs::read(gate.district.file("data/quanyu.db-wal")).unwrap_or_default();
    let found = |text: &str| {
        [&kept, &log]
            .iter()
            .any(|it| it.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    assert!(!found(&held), "only its hash is kept");

    assert_eq!(gate.get(&mut browser, "/registers").await.status, 200);
    gate.clock.advance_seconds(14 * 60);
    assert_eq!(gate.get(&mut browser, "/registers").await.status, 200);
    gate.clock.advance_seconds(14 * 60);
    assert_eq!(
        gate.get(&mut browser, "/registers").await.status,
        200,
        "it was used in between"
    );
    gate.clock.advance_seconds(16 * 60);
    assert_eq!(
        gate.get(&mut browser, "/registers").await.status,
        303,
        "idle"
    );

    let mut browser = gate.signed_in("ke").await;
    for _ in 0..47 {
        gate.clock.advance_seconds(10 * 60);
        assert_eq!(gate.get(&mut browser, "/registers").await.status, 200);
    }
    gate.clock.advance_seconds(11 * 60);
    assert_eq!(
        gate.get(&mut browser, "/registers").await.status,
        303,
        "after eight hours"
    );

    let mut browser = gate.signed_in("ke").await;
    let mut thief = browser.clone();
    let out = gate.form(&mut browser, "/signout", "").await;
    assert_eq!((out.status.as_u16(), browser.cookie.as_ref()), (303, None));
    assert_eq!(
        gate.get(&mut thief, "/registers").await.status,
        303,
        "what was held opens nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_counts_only_with_its_sessions_token_from_our_own_pages() {
    let gate = Gate::new().await;
    let (mut one, other) = (gate.signed_in("ke").await, gate.signed_in("dong").await);
    assert_ne!(one.csrf, other.csrf);
    for body in ["", "csrf=", "a=1", &format!("csrf={}", other.csrf)] {
        let answer = gate.raw(&mut one, "/signout", body).await;
        assert_eq!(answer.status, 403, "{body}");
        assert!(answer.text.contains("web_stale_form"), "{body}");
    }
    let foreign = Request::post("/signout")
        .header(header::ORIGIN, "http://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={}", one.csrf)))
        .unwrap();
    assert_eq!(gate.ask(&mut one, foreign).await.status, 403);
    assert_eq!(gate.get(&mut one, "/account").await.status, 200);
    assert_eq!(gate.form(&mut one, "/signout", "").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_other_sessions_and_gives_this_one_another_cookie() {
    let gate = Gate::new().await;
    let (mut here, mut there) = (gate.signed_in("ke").await, gate.signed_in("ke").await);
    let before = here.cookie.clone();
    let change = |present: &str, new: &str| format!("present={present}&new={new}&again={new}");
    for (present, new, code) in [
        ("wrong", "Anders-2025x", "account_wrong_password"),
        (PASSWORD, "kurz", "account_weak_length"),
        (PASSWORD, PASSWORD, "account_reused"),
    ] {
        let answer = gate
            .form(&mut here, "/account/password", &change(present, new))
            .await;
        assert!(
            answer.status.is_client_error() && answer.text.contains(code),
            "{code}: {}",
            answer.text
        );
    }
    let answer = gate
        .form(
            &mut here,
            "/account/password",
            &change(PASSWORD, "Anders-2025x"),
        )
        .await;
    assert_eq!(answer.header("location"), "/account?done=password");
    assert_ne!(here.cookie, before);
    assert_eq!(gate.get(&mut here, "/account").await.status, 200);
    assert_eq!(gate.get(&mut there, "/account").await.status, 303);
    let mut stale = Browser {
        cookie: before,
        csrf: String::new(),
    };
    assert_eq!(gate.get(&mut stale, "/account").await.status, 303);
    for file in ["data/quanyu.db", "data/quanyu.db-wal"] {
        let kept = std::fs::read(gate.district.file(file)).unwrap_or_default();
        let found = kept.windows(12).any(|it| it == b"Anders-2025x");
        assert!(!found, "{file} holds a password");
    }
    // Back to the one before is refused while it is remembered.
    let back = gate
        .form(
            &mut here,
            "/account/password",
            &change("Anders-2025x", PASSWORD),
        )
        .await;
    assert!(back.text.contains("account_reused"), "{}", back.text);
    // Ninety days on it has to be changed before anything else.
    gate.clock.advance_seconds(91 * 86_400);
    let mut late = Browser::default();
    gate.try_in(&mut late, "ke", "Anders-2025x", "").await;
    let answer = gate.get(&mut late, "/registers").await;
    assert_eq!(answer.header("location"), "/account");
    let page = gate.get(&mut late, "/account").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("请先修改密码"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_once_it_is_set_and_its_code_opens_once() {
    let gate = Gate::new().await;
    let mut browser = gate.signed_in("ke").await;
    let page = gate.get(&mut browser, "/account?second=new").await;
    let (_, rest) = page.text.split_once("name=\"secret\" value=\"").unwrap();
    let secret = rest.split('"').next().unwrap().to_owned();
    assert!(
        page.text.contains("src=\"data:image/svg+xml,%3C"),
        "a picture to scan"
    );
    let code = |clock: &Clock| second::code(&secret, clock.now().as_second()).unwrap();
    let wrong = format!("present={PASSWORD}&secret={secret}&code=000000");
    let answer = gate.form(&mut browser, "/account/second", &wrong).await;
    assert!(answer.text.contains("account_bad_code"));
    let right = format!(
        "present={PASSWORD}&secret={secret}&code={}",
        code(&gate.clock)
    );
    let answer = gate.form(&mut browser, "/account/second", &right).await;
    assert_eq!(
        answer.header("location"),
        "/account?done=second",
        "{}",
        answer.text
    );

    let mut other = Browser::default();
    assert_eq!(
        gate.try_in(&mut other, "ke", PASSWORD, "").await.status,
        401
    );
    let used = code(&gate.clock);
    assert_eq!(
        gate.try_in(&mut other, "ke", PASSWORD, &used).await.status,
        401,
        "used to set it"
    );
    gate.clock.advance_seconds(60);
    let fresh = code(&gate.clock);
    assert_eq!(
        gate.try_in(&mut other, "ke", "wrong", &fresh).await.status,
        401
    );
    assert_eq!(
        gate.try_in(&mut other, "ke", PASSWORD, &fresh).await.status,
        303
    );
    assert_eq!(
        gate.try_in(&mut other, "ke", PASSWORD, &fresh).await.status,
        401,
        "once"
    );
    let kept = std::fs::read(gate.district.file("data/quanyu.db")).unwrap();
    assert!(
        !kept.windows(secret.len()).any(|it| it == secret.as_bytes()),
        "the secret is sealed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_the_records_within_reach_and_the_rest_is_not_there() {
    let gate = Gate::new().await;
    let all = Product::seen_by(&gate.product, Who::local());
    let everything = counted(&all, "contract").await;
    let mut dong = gate.signed_in("dong").await;
    let list = |path: &str| format!("/api/v1/registers/{path}/records?limit=500");
    let own = gate.get(&mut dong, &list("contract")).await;
    let own: serde_json::Value = serde_json::from_str(&own.text).unwrap();
    let seen: Vec<i64> = ids(&own);
    assert!(
        !seen.is_empty() && (seen.len() as u64) < everything,
        "{own}"
    );
    assert_eq!(own["count"].as_u64().unwrap() as usize, seen.len(), "{own}");
    let mut ke = gate.signed_in("ke").await;
    let whole = gate.get(&mut ke, &list("contract")).await;
    let whole: serde_json::Value = serde_json::from_str(&whole.text).unwrap();
    for id in ids(&whole) {
        let answer = gate
            .get(&mut dong, &format!("/registers/contract/{id}"))
            .await;
        let want = if seen.contains(&id) { 200 } else { 404 };
        assert_eq!(answer.status, want, "contract {id}");
    }
    // A firm sees itself and its own contracts, nobody else's.
    let mut qi = gate.signed_in("qi").await;
    let firms = gate.get(&mut qi, &list("firm")).await;
    let firms: serde_json::Value = serde_json::from_str(&firms.text).unwrap();
    let [firm] = ids(&firms)[..] else {
        panic!("{firms}")
    };
    let contracts = gate.get(&mut qi, &list("contract")).await;
    let contracts: serde_json::Value = serde_json::from_str(&contracts.text).unwrap();
    for id in ids(&contracts) {
        let page = gate
            .get(&mut qi, &format!("/registers/contract/{id}"))
            .await;
        assert!(
            page.text.contains(&format!("/registers/firm/{firm}?")),
            "{id}"
        );
    }
    // Who has entered nothing sees nothing, and administrators see no business at all.
    let mut zhuan = gate.signed_in("zhuan").await;
    let none = gate.get(&mut zhuan, &list("contract")).await;
    let none: serde_json::Value = serde_json::from_str(&none.text).unwrap();
    assert_eq!(
        (none["count"].as_u64(), ids(&none).len()),
        (Some(0), 0),
        "{none}"
    );
    for name in ["xi", "an", "shen"] {
        let mut admin = gate.signed_in(name).await;
        for path in [
            list("contract"),
            "/registers".to_owned(),
            "/search?q=示例".to_owned(),
        ] {
            let path = path.replace("示例", "%E7%A4%BA");
            assert_eq!(
                gate.get(&mut admin, &path).await.status,
                403,
                "{name} {path}"
            );
        }
        let home = gate.get(&mut admin, "/").await;
        assert_eq!(home.status, 303, "{name}");
    }
}

pub(crate) fn ids(list: &serde_json::Value) -> Vec<i64> {
    let rows = list["records"]
        .as_array()
        .or_else(|| list["rows"].as_array());
    let rows = rows.unwrap_or_else(|| panic!("{list}"));
    rows.iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

async fn counted(product: &Product, register: &str) -> u64 {
    let all = quanyu::app::registers::all(product).await.unwrap();
    all.iter()
        .find(|it| it.id == register)
        .unwrap()
        .count
        .unwrap()
}

#[test]
fn administrators_are_kept_apart_and_accounts_are_made_and_locked_at_the_machine() {
    let district = District::demo();
    let add = |arguments: &[&str]| {
        let mut all = vec!["account", "add"];
        all.extend(arguments);
        district.run(&all)
    };
    #[rustfmt::skip]
    let cases: [(&[&str], Option<&str>); 9] = [
        (&["neu", "--role", "chief"], None),
        (&["neu", "--role", "chief"], Some("已存在")),
        (&["a", "--role", "chief"], Some("不能作账号名")),
        (&["neu2", "--role", "cheif"], Some("chief")),
        (&["neu3", "--role", "keeper", "--role", "guard"], Some("不能授予同一账号")),
        (&["neu4", "--role", "keeper", "--role", "chief"], Some("不能授予同一账号")),
        (&["neu5", "--role", "clerk"], Some("要指定区域")),
        (&["neu6", "--role", "agent", "--organization", "没有这家"], Some("没有找到")),
        (&["neu7", "--role", "clerk", "--region", "东街道"], None),
    ];
    for (arguments, want) in cases {
        let done = add(arguments);
        let told = said(&done);
        match want {
            None => assert!(done.status.success(), "{arguments:?}: {told}"),
            Some(want) => assert!(
                !done.status.success() && told.contains(want),
                "{arguments:?}: {told}"
            ),
        }
    }
    assert!(district.run(&["account", "lock", "neu7"]).status.success());
    let rows = district.rows(&["account", "list", "--format", "jsonl"]);
    let found = rows.iter().find(|it| it["name"] == "neu7").unwrap();
    assert_eq!(found["state"], "locked");
    assert_eq!(found["roles"], "clerk@东街道");
    // Nobody serves made-up accounts to others.
    let served = district.run(&["serve", "--host", "0.0.0.0", "--port", "0"]);
    assert!(
        !served.status.success() && said(&served).contains("演示账号"),
        "{}",
        said(&served)
    );
}
