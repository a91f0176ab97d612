//! The firms' side: whose records somebody sees, filing and mending, mandates. On both engines.

use std::sync::Arc;

use jiff::Timestamp;
use quanyu::app::{
    AppError, Product, Who,
    entries::{self, Outcome, Typed},
    filings::{
        self, conditions,
        form::{self, Filed},
        standing,
    },
    firms::{self, Firm},
    mandates::{self, Giving},
    notices,
    product::load_pack,
    registers,
    steps::{self, Taking},
    who::{Grant, Grants},
};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
    text::Language,
    value::Value,
};
use quanyu_pack::Packs;
use quanyu_store::{
    Clock, Store, StoreError, account, audit, mandate,
    records::{self, Draft},
};
use quanyu_testkit::{Database, databases};

/// A bureau whose firms file facts of a year and apply for something.
const PACK: &str = r#"
[module.work]
title = "企业"
[role.clerk]
title = "经办人"
scope = "all"
rights = ["read", "enter", "confirm"]
[role.agent]
title = "企业经办人"
scope = "organization"
rights = ["read", "enter"]
side = "firm"
[role.agency]
title = "服务机构"
scope = "organization"
rights = ["read", "enter"]
side = "firm"
mandated = true
[calendar.2024]
holidays = ["2024-01-01"]
source = "试验用"
[register.firm]
title = "企业"
module = "work"
plays = "organization"
key = ["uscc"]
label = "name"
enter = ["clerk"]
[register.firm.field]
uscc = { type = "text", title = "信用代码", required = true, unique = true }
name = { type = "text", title = "名称", required = true }
[register.title]
title = "资质"
module = "work"
label = "kind"
enter = ["clerk"]
[register.title.field]
firm = { type = "organization", title = "企业", required = true }
kind = { type = "text", title = "类别" }
from_day = { type = "date", title = "起" }
to_day = { type = "date", title = "止" }
[register.books]
title = "账目"
module = "work"
key = ["firm", "year"]
label = "year"
enter = ["clerk"]
[register.books.field]
firm = { type = "organization", title = "企业", required = true }
year = { type = "period", title = "年度", required = true }
staff = { type = "integer", title = "人数" }
[register.call]
title = "通知"
module = "work"
plays = "call"
slots = { filing = "matter" }
label = "title"
enter = ["clerk"]
[register.call.field]
title = { type = "text", title = "标题", required = true }
matter = { type = "text", title = "事项", required = true }
period = { type = "period", title = "年度" }
opens_on = { type = "date", title = "开放", required = true }
closes_on = { type = "date", title = "截止", required = true }
[register.fact]
title = "年度数据"
module = "work"
key = ["firm", "year"]
label = "year"
enter = ["clerk", "agent", "agency"]
source = "企业填报"
[register.fact.field]
firm = { type = "organization", title = "企业", required = true }
year = { type = "period", title = "年度", required = true }
cost = { type = "money", title = "研发费用" }
staff = { type = "integer", title = "人数" }
why = { type = "text", title = "变动原因" }
[register.fact.lifecycle]
states = [{ id = "draft", title = "填报中" }, { id = "sent", title = "待确认" }, { id = "done", title = "已确认", last = true }]
transitions = [
  { id = "submit", title = "提交", from = "draft", to = "sent", role = ["agent", "agency", "clerk"], requires = ["cost"] },
  { id = "confirm", title = "确认", from = "sent", to = "done", role = "clerk", within = 3 },
  { id = "back", title = "退回", kind = "return", from = "sent", to = "draft", role = "clerk", effects = [{ notify = ["agent"], text = "{label}退回：{note}" }] },
  { id = "undo", title = "撤回", kind = "withdraw", from = "sent", to = "draft", role = ["agent", "agency"] },
]
[filing.facts]
title = "年度填报"
register = "fact"
kind = "yearly"
submit = "submit"
prefill = { staff = ["books.staff"] }
jump = { percent = 30, reason = "why" }
[filing.facts.condition.known]
title = "有效资质"
of = "title"
where = "kind = 'high'"
from = "from_day"
to = "to_day"
[register.wish]
title = "申报书"
module = "work"
label = "title"
enter = ["clerk", "agent", "agency"]
[register.wish.field]
firm = { type = "organization", title = "企业", required = true }
call = { type = "reference", to = "call", title = "通知" }
title = { type = "text", title = "名称", required = true }
[register.wish.lifecycle]
states = [{ id = "draft", title = "填报中" }, { id = "sent", title = "待受理" }, { id = "done", title = "已受理", last = true }]
transitions = [
  { id = "submit", title = "提交", from = "draft", to = "sent", role = ["agent", "agency"] },
  { id = "accept", title = "受理", from = "sent", to = "done", role = "clerk" },
]
[filing.wishes]
title = "申报"
register = "wish"
submit = "submit"
"#;

/// Monday morning, 8 January 2024, in China.
const MONDAY: &str = "2024-01-08T01:00:00Z";

struct Bureau {
    store: Store,
    product: Product,
    clock: Clock,
    /// Two firms and an agency.
    firms: [i64; 3],
    calls: [i64; 2],
}

fn day(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

impl Bureau {
    async fn of(database: &Database) -> Self {
        let pack = "id = \"bureau\"\ntitle = \"试验局\"\nregion = \"990102\"\n";
        let regions = "code,name,aliases,from,to\n99,试验省,,,\n9901,试验市,,,\n990102,试验区,,,\n";
        let files = vec![
            ("bureau/pack.toml".to_owned(), pack.to_owned()),
            ("bureau/regions.csv".to_owned(), regions.to_owned()),
            ("bureau/bureau.toml".to_owned(), PACK.to_owned()),
        ];
        let pack = Arc::new(load_pack(&Packs::from_files(files), "bureau").unwrap());
        let clock = Clock::fixed(MONDAY.parse::<Timestamp>().unwrap());
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        let mut bureau = Self {
            store,
            product,
            clock,
            firms: [0; 3],
            calls: [0; 2],
        };
        for (number, name) in ["示例甲公司", "示例乙公司", "示例服务公司"]
            .iter()
            .enumerate()
        {
            let values = [
                ("uscc", Value::text(format!("CODE{number}"))),
                ("name", Value::text(*name)),
            ];
            bureau.firms[number] = bureau.make("firm", &values).await;
        }
        for firm in bureau.firms {
            let own = ("firm", Value::Int(firm));
            let year = |it: &str| ("year", Value::text(it));
            let cost = Value::Money("1000000".parse().unwrap());
            bureau
                .make("fact", &[own.clone(), year("2022"), ("cost", cost)])
                .await;
            bureau
                .make(
                    "books",
                    &[own.clone(), year("2023"), ("staff", Value::Int(40))],
                )
                .await;
            let span = [
                ("from_day", day("2022-05-01")),
                ("to_day", day("2025-05-01")),
            ];
            let kind = ("kind", Value::text("high"));
            bureau
                .make("title", &[vec![own, kind], span.to_vec()].concat())
                .await;
        }
        for (number, (matter, period)) in [("facts", Some("2023")), ("wishes", None)]
            .iter()
            .enumerate()
        {
            let mut values = vec![
                ("title", Value::text(format!("通知{matter}"))),
                ("matter", Value::text(*matter)),
                ("opens_on", day("2024-01-02")),
                ("closes_on", day("2024-01-12")),
            ];
            values.extend(period.map(|it| ("period", Value::text(it))));
            bureau.calls[number] = bureau.make("call", &values).await;
        }
        bureau
    }

    async fn make(&self, register: &str, values: &[(&str, Value)]) -> i64 {
        let values = values.iter().map(|(id, it)| ((*id).to_owned(), it.clone()));
        let (register, draft) = (register.to_owned(), Draft::new(values));
        self.store
            .act::<_, _, StoreError>(&Actor::named("builder"), move |act| {
                let (register, draft) = (register.clone(), draft.clone());
                Box::pin(async move { records::create(act, &register, &draft).await })
            })
            .await
            .unwrap()
    }

    fn person(&self, name: &str, role: &str, scope: Scope) -> Who {
        Who {
            actor: Actor::named(name),
            name: name.to_owned(),
            grants: Grants::Roles(vec![Grant {
                role: role.to_owned(),
                scope,
            }]),
            only: None,
        }
    }

    /// The district as an agent of a firm sees it, and that firm.
    async fn agent(&self, number: usize) -> (Product, Firm) {
        let scope = Scope::Parts(vec![Part::Organization(self.firms[number])]);
        let who = self.person(&format!("agent{number}"), "agent", scope);
        let product = self.product.seen_by(who);
        let firm = firms::firm(&product, None).await.unwrap().unwrap();
        (product, firm)
    }

    fn clerk(&self) -> Product {
        self.product
            .seen_by(self.person("clerk", "clerk", Scope::All))
    }

    /// The agency's person with an account of his, as a session of today sees him.
    async fn agency(&self) -> Product {
        let held = account::Held {
            role: "agency".to_owned(),
            region: None,
            organization: Some(self.firms[2]),
        };
        let new = account::NewAccount {
            name: "agency".to_owned(),
            title: "代办员".to_owned(),
            roles: vec![held],
            ..account::NewAccount::default()
        };
        let mut tx = self.store.read().await.unwrap();
        let there = account::by_name(&mut tx, "agency").await.unwrap();
        drop(tx);
        if there.is_none() {
            self.store
                .act::<_, _, StoreError>(&Actor::named("builder"), move |act| {
                    let new = new.clone();
                    Box::pin(async move { account::create(act, &new).await })
                })
                .await
                .unwrap();
        }
        let mut tx = self.store.read().await.unwrap();
        let found = account::by_name(&mut tx, "agency").await.unwrap().unwrap();
        drop(tx);
        let held = mandates::held_by(&self.product, &found).await.unwrap();
        let parts = vec![Part::Organization(self.firms[2])];
        let who = self.person("agency", "agency", Scope::Parts(parts));
        self.product.seen_acting(who, Arc::new(held))
    }
}

/// Files the yearly facts of a firm; the record.
async fn filed(product: &Product, firm: &Firm, call: i64, texts: &[(&str, &str)]) -> Filed {
    let matter = filings::one(product, firm, &call.to_string())
        .await
        .unwrap();
    let typed = Typed::of(texts.iter().copied());
    form::file(product, firm, (Some(&matter), None), typed, true)
        .await
        .unwrap()
}

async fn mended(
    product: &Product,
    firm: &Firm,
    (register, id): (&str, i64),
    texts: &[(&str, &str)],
) -> Result<Filed, AppError> {
    let mut tx_version = 0;
    if let Ok(page) = registers::record(product, register, id, None, Language::Zh).await {
        tx_version = page.version;
    }
    let at = Some((register, id, tx_version));
    let typed = Typed::of(texts.iter().copied());
    form::file(product, firm, (None, at), typed, true).await
}

fn step(register: &str, record: i64, step: &str) -> Taking {
    Taking {
        register: register.into(),
        record,
        step: step.into(),
        note: Some("请核对".into()),
        ..Taking::default()
    }
}

fn done(filed: Filed) -> i64 {
    match filed {
        Filed::Done {
            id,
            submitted: true,
            ..
        } => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_files_mends_what_came_back_and_changes_nothing_that_it_handed_in() {
    for database in databases() {
        let bureau = Bureau::of(&database).await;
        let (agent, firm) = bureau.agent(0).await;
        let clerk = bureau.clerk();
        let matters = filings::matters(&agent, &firm).await.unwrap();
        let told: Vec<_> = matters
            .iter()
            .map(|it| (it.filing.as_str(), it.state, it.left))
            .collect();
        assert_eq!(
            told,
            [("facts", "open", Some(4)), ("wishes", "open", Some(4))],
            "{}",
            database.name
        );
        let found = conditions::looked_up(&agent, &firm, "facts", Language::Zh).await;
        assert!(found.unwrap()[0].met);

        // What is known stands in the form, with where it is from.
        let form = form::begin(&agent, &firm, &matters[0], None, &[], Language::Zh)
            .await
            .unwrap();
        let cost = &form.origins["cost"];
        assert_eq!(
            (cost.said.as_str(), cost.period.as_deref(), cost.before),
            ("1,000,000.00", Some("2022"), true)
        );
        assert_eq!(cost.source.as_deref(), Some("企业填报"));
        let staff = &form.origins["staff"];
        assert_eq!((staff.said.as_str(), staff.before), ("40", false));
        let shown: Vec<_> = form
            .form
            .controls
            .iter()
            .map(|it| it.path.as_str())
            .collect();
        assert_eq!(shown, ["cost", "staff", "why"]);

        // A jump is kept and not handed in, until it has its reason; whose it is, is not typed.
        let texts = [("cost", "140万"), ("firm", "示例乙公司"), ("year", "1999")];
        let kept = filed(&agent, &firm, bureau.calls[0], &texts).await;
        let Filed::Kept { id, faults, .. } = kept else {
            panic!("{kept:?}");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(
            (faults[0].path.as_str(), faults[0].fault.code),
            ("why", "filing_moved")
        );
        // Neither by the plain step, which officers' pages and programs take.
        let plain = steps::take(&agent, &step("fact", id, "submit")).await;
        assert_eq!(plain.unwrap_err().code(), "filing_jump");
        let texts = [("why", "新增产线")];
        assert_eq!(
            done(mended(&agent, &firm, ("fact", id), &texts).await.unwrap()),
            id
        );

        // Handed in it is the bureau's: no page and no program changes it for the firm.
        let late = mended(&agent, &firm, ("fact", id), &[("cost", "1")]).await;
        assert_eq!(late.unwrap_err().code(), "not_allowed");
        let plain = entries::save(&agent, "fact", Some((id, 4)), Typed::of([("cost", "1")])).await;
        assert_eq!(plain.unwrap_err().code(), "not_allowed");
        let gone = entries::remove(&agent, "fact", id, 4, "x").await;
        assert_eq!(gone.unwrap_err().code(), "not_allowed");
        let page = standing::show(&agent, &firm, ("fact", id), Language::Zh)
            .await
            .unwrap();
        assert_eq!((page.mine.whose, page.editable), ("theirs", false));
        assert_eq!(page.mine.left, Some(3));
        assert_eq!(
            page.open
                .iter()
                .map(|it| it.id.as_str())
                .collect::<Vec<_>>(),
            ["undo"]
        );

        // It comes back, the firm is told, and mends it also when the call is over.
        steps::take(&clerk, &step("fact", id, "back"))
            .await
            .unwrap();
        let told = notices::list(&agent).await.unwrap();
        assert!(
            told.iter().any(|it| it.text.zh == "2023退回：请核对"),
            "{told:?}"
        );
        bureau.clock.advance_seconds(8 * 86_400);
        let texts = [("cost", "120万")];
        done(mended(&agent, &firm, ("fact", id), &texts).await.unwrap());
        steps::take(&clerk, &step("fact", id, "confirm"))
            .await
            .unwrap();
        let mine = filings::mine(&agent, &firm).await.unwrap();
        assert!(mine.iter().any(|it| it.id == id && it.whose == "over"));

        // Nobody begins after the last day, by whatever way.
        let (other, theirs) = bureau.agent(1).await;
        let matters = filings::matters(&other, &theirs).await.unwrap();
        assert!(matters.iter().all(|it| it.state == "over"), "{matters:?}");
        let form = form::begin(&other, &theirs, &matters[0], None, &[], Language::Zh).await;
        assert_eq!(form.unwrap_err().code(), "filing_not_open");
        let texts = [("firm", "示例乙公司"), ("year", "2023"), ("cost", "100万")];
        let made = entries::save(&other, "fact", None, Typed::of(texts))
            .await
            .unwrap();
        let Outcome::Saved { id, .. } = made else {
            panic!("{made:?}");
        };
        let taken = steps::take(&other, &step("fact", id, "submit")).await;
        assert_eq!(taken.unwrap_err().code(), "filing_not_open");
        let verified = audit::verify(&bureau.store, None).await.unwrap();
        assert_eq!(verified.fault, None, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_never_sees_nor_touches_what_is_anothers() {
    for database in databases() {
        let bureau = Bureau::of(&database).await;
        let mut records = Vec::new();
        for number in [0, 1] {
            let (agent, firm) = bureau.agent(number).await;
            let texts = [("cost", "110万")];
            let id = done(filed(&agent, &firm, bureau.calls[0], &texts).await);
            records.push(id);
        }
        for (number, other) in [(0, 1), (1, 0)] {
            let (agent, firm) = bureau.agent(number).await;
            let (own, others) = (records[number], records[other]);
            let mine = filings::mine(&agent, &firm).await.unwrap();
            assert!(mine.iter().any(|it| it.id == own));
            assert!(mine.iter().all(|it| it.id != others), "{}", database.name);
            let at = ("fact", others);
            let shown = standing::show(&agent, &firm, at, Language::Zh).await;
            assert_eq!(shown.unwrap_err().code(), "not_found");
            let form = form::again(&agent, &firm, at, None, &[], Language::Zh).await;
            assert_eq!(form.unwrap_err().code(), "not_found");
            let sent = mended(&agent, &firm, at, &[("cost", "1")]).await;
            assert_eq!(sent.unwrap_err().code(), "not_found");
            let taken = steps::take(&agent, &step("fact", others, "undo")).await;
            assert!(taken.is_err());
            // Saying that one acts for another is no way in.
            let wished = firms::firm(&agent, Some(bureau.firms[other])).await;
            assert_eq!(wished.unwrap_err().code(), "filing_no_firm");
            let forged = Firm {
                id: bureau.firms[other],
                ..firm.clone()
            };
            assert!(firms::profile(&agent, &forged, Language::Zh).await.is_err());
            assert!(filings::mine(&agent, &forged).await.unwrap().is_empty());
            // Of every register, what is seen is one's own; calls are for all.
            for register in ["firm", "fact", "books", "title", "wish"] {
                let whole = registers::all(&agent).await.unwrap();
                let count = whole
                    .iter()
                    .find(|it| it.id == register)
                    .and_then(|it| it.count);
                let most = if register == "fact" { 2 } else { 1 };
                assert!(count.unwrap_or(0) <= most, "{register}: {count:?}");
            }
            let whole = registers::all(&agent).await.unwrap();
            let calls = whole.iter().find(|it| it.id == "call").unwrap();
            assert_eq!(calls.count, Some(2));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_acts_for_a_firm_in_the_matters_named_and_no_longer_than_it_may() {
    for database in databases() {
        let bureau = Bureau::of(&database).await;
        let (agent, firm) = bureau.agent(0).await;
        let agency = bureau.agency().await;
        let own = firms::firms(&agency).await.unwrap();
        assert_eq!(own.len(), 1, "{own:?}");

        let giving = |name: &str, matters: &[&str], to: &str| Giving {
            agency: name.to_owned(),
            matters: matters.iter().map(|it| (*it).to_owned()).collect(),
            to: to.parse().ok(),
            ..Giving::default()
        };
        #[rustfmt::skip]
        let refused = [
            (giving("示例乙公司", &["wishes"], "2024-02-01"), "mandate_no_agency"),
            (giving("没有这家", &["wishes"], "2024-02-01"), "mandate_no_agency"),
            (giving("示例甲公司", &["wishes"], "2024-02-01"), "mandate_no_agency"),
            (giving("示例服务公司", &[], "2024-02-01"), "mandate_no_matter"),
            (giving("示例服务公司", &["nothing"], "2024-02-01"), "mandate_no_matter"),
            (giving("示例服务公司", &["wishes"], "2024-01-01"), "mandate_bad_term"),
            (giving("示例服务公司", &["wishes"], "2034-01-01"), "mandate_bad_term"),
        ];
        for (giving, want) in refused {
            let given = mandates::give(&agent, &firm, &giving).await;
            assert_eq!(given.unwrap_err().code(), want, "{giving:?}");
        }
        let fine = giving("示例服务公司", &["wishes"], "2024-01-10");
        let given = mandates::give(&agent, &firm, &fine).await.unwrap();

        // In the matter named, and noted by whom and for whom.
        let agency = bureau.agency().await;
        let all = firms::firms(&agency).await.unwrap();
        assert_eq!(all.len(), 2);
        let for_firm = all.into_iter().find(|it| it.mandate.is_some()).unwrap();
        assert_eq!((for_firm.id, for_firm.mandate), (firm.id, Some(given)));
        let matters = filings::matters(&agency, &for_firm).await.unwrap();
        let matters: Vec<_> = matters.iter().map(|it| it.filing.as_str()).collect();
        assert_eq!(matters, ["wishes"]);
        let id = done(filed(&agency, &for_firm, bureau.calls[1], &[("title", "浮标")]).await);
        let mut tx = bureau.store.read().await.unwrap();
        let uses = mandate::uses_of(&mut tx, id).await.unwrap();
        drop(tx);
        assert_eq!(uses.len(), 2, "made and handed in");
        assert!(uses.iter().all(|it| it.1 == firm.id));
        let page = standing::show(&agent, &firm, ("wish", id), Language::Zh)
            .await
            .unwrap();
        let (taken, behalf) = &page.taken[0];
        assert_eq!(
            (taken.actor.as_str(), behalf.as_deref()),
            ("agency", Some("示例甲公司"))
        );
        // Nothing of the other matters, no mandates, no other firm.
        let mine = filings::mine(&agency, &for_firm).await.unwrap();
        assert!(mine.iter().all(|it| it.register.0 == "wish"), "{mine:?}");
        let typed = Typed::of([("firm", "示例甲公司"), ("year", "2021"), ("cost", "1")]);
        assert!(entries::save(&agency, "fact", None, typed).await.is_err());
        let further = mandates::give(&agency, &for_firm, &fine).await;
        assert_eq!(further.unwrap_err().code(), "mandate_not_for_agencies");
        assert!(mandates::end(&agency, &for_firm, given).await.is_err());
        let (other, theirs) = bureau.agent(1).await;
        let ended = mandates::end(&other, &theirs, given).await;
        assert_eq!(ended.unwrap_err().code(), "not_found");

        // Past its last day, and ended before it, nothing is left.
        bureau.clock.advance_seconds(3 * 86_400);
        assert_eq!(firms::firms(&bureau.agency().await).await.unwrap().len(), 1);
        let long = giving("示例服务公司", &["wishes"], "2024-06-30");
        let again = mandates::give(&agent, &firm, &long).await.unwrap();
        assert_eq!(firms::firms(&bureau.agency().await).await.unwrap().len(), 2);
        mandates::end(&agent, &firm, again).await.unwrap();
        let agency = bureau.agency().await;
        assert_eq!(firms::firms(&agency).await.unwrap().len(), 1);
        let states: Vec<_> = mandates::list(&agent, &firm)
            .await
            .unwrap()
            .iter()
            .map(|it| it.state)
            .collect();
        assert_eq!(states, ["ended", "over"]);
        // Not even what it entered itself.
        let left = entries::save(&agency, "wish", Some((id, 2)), Typed::of([("title", "x")])).await;
        assert_eq!(left.unwrap_err().code(), "not_found");
        let left = registers::record(&agency, "wish", id, None, Language::Zh).await;
        assert_eq!(left.unwrap_err().code(), "not_found");
        let verified = audit::verify(&bureau.store, None).await.unwrap();
        assert_eq!(verified.fault, None, "{}", database.name);
    }
}
