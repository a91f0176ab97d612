//! Steps of any register: whose they are, what they need, what happens with them. On both engines.

use std::sync::Arc;

use jiff::Timestamp;
use quanyu::app::{
    AppError, Product, Who,
    delegations::{self, NewDelegation},
    notices,
    product::load_pack,
    steps::{self, Giving, Taking},
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
    Clock, Store, StoreError, audit,
    list::{self, Query},
    records::{self, Draft},
};
use quanyu_testkit::{Database, databases};

/// An office with matters that are noted, handled, checked with opinions, and decided by a meeting.
pub(crate) const OFFICE: &str = r#"
[module.work]
title = "事务"
[role.clerk]
title = "经办人"
scope = "all"
rights = ["read", "enter"]
[role.head]
title = "科室负责人"
scope = "all"
rights = ["read", "enter", "confirm"]
[role.office]
title = "办公室"
scope = "all"
rights = ["read"]
[role.finance]
title = "财务"
scope = "all"
rights = ["read"]
[role.chief]
title = "局长"
scope = "all"
rights = ["read", "confirm"]
[role.street]
title = "街道"
scope = "region"
rights = ["read", "enter"]
[calendar.2024]
holidays = ["2024-01-01", "2024-02-10/2024-02-17"]
workdays = ["2024-02-04", "2024-02-18"]
source = "试验用"
[register.matter]
title = { zh = "事项", en = "Matters" }
module = "work"
label = "title"
region = "place"
enter = ["clerk", "street"]
confirm = ["head", "chief"]
[register.matter.field]
title = { type = "text", title = "事项名称", required = true }
place = { type = "region", title = "地点" }
raised_on = { type = "date", title = "提出日期" }
promised_on = { type = "date", title = "承诺日期" }
reply = { type = "long_text", title = "答复" }
replied_on = { type = "date", title = "答复日期" }
sheet = { type = "file", title = "附件" }
minutes = { type = "text", title = "纪要号" }
closed_on = { type = "date", title = "办结日期" }
[register.matter.lifecycle]
states = [
  { id = "noted", title = "已登记", since = "raised_on" },
  { id = "doing", title = "办理中" },
  { id = "checking", title = "待复核" },
  { id = "deciding", title = "待上会" },
  { id = "done", title = "已办结", last = true },
  { id = "dropped", title = "已撤销", last = true },
]
transitions = [
  { id = "assign", title = "交办", from = "noted", to = "doing", role = "head", within = 2, remind = 1, escalate = { after = 2, to = "chief" } },
  { id = "reply", title = "答复", from = "doing", to = "checking", role = ["clerk", "street"], requires = ["reply", "replied_on", "sheet"], guard = "replied_on >= raised_on", by = "promised_on", within = 5 },
  { id = "back", title = "退回", kind = "return", from = "checking", to = "doing", role = "head" },
  { id = "undo", title = "撤回", kind = "withdraw", from = "checking", to = "doing", role = ["clerk", "street"] },
  { id = "pass", title = "报会", from = "checking", to = "deciding", role = "head", opinions = ["office", "finance"], within = 3 },
  { id = "decide", title = "会议通过", kind = "meeting", from = "deciding", to = "done", role = "chief", effects = [
    { set = { minutes = "@minutes", closed_on = "@today" } },
    { create = "diary", values = { title = "@label", about = "@record", noted_on = "@today", source = "会议" } },
    { notify = ["@entered", "office"], text = { zh = "“{label}”已通过：{note}", en = "`{label}` was passed: {note}" } },
  ] },
  { id = "drop", title = "撤销", aside = true, from = "noted", to = "dropped", role = "head" },
]
[register.diary]
title = "大事记"
module = "work"
label = "title"
[register.diary.field]
title = { type = "text", title = "标题", required = true }
about = { type = "reference", to = "matter", title = "事项" }
noted_on = { type = "date", title = "日期" }
source = { type = "text", title = "来源" }
"#;

/// Monday morning, 8 January 2024, in China.
const MONDAY: &str = "2024-01-08T01:00:00Z";

pub(crate) struct Office {
    pub(crate) store: Store,
    pub(crate) product: Product,
    pub(crate) clock: Clock,
}

impl Office {
    pub(crate) async fn of(database: &Database) -> Self {
        let pack = "id = \"office\"\ntitle = \"试验局\"\nregion = \"990102\"\n";
        let regions = "code,name,aliases,from,to\n99,试验省,,,\n9901,试验市,,,\n990102,试验区,,,\n\
                       990102001,东街道,,,\n990102002,西街道,,,\n";
        let files = vec![
            ("office/pack.toml".to_owned(), pack.to_owned()),
            ("office/regions.csv".to_owned(), regions.to_owned()),
            ("office/office.toml".to_owned(), OFFICE.to_owned()),
        ];
        let pack = Arc::new(load_pack(&Packs::from_files(files), "office").unwrap());
        let clock = Clock::fixed(MONDAY.parse::<Timestamp>().unwrap());
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        Self {
            store,
            product,
            clock,
        }
    }

    /// The district as somebody with these roles sees it.
    pub(crate) fn seen(&self, name: &str, roles: &[(&str, Scope)]) -> Product {
        let grants = roles.iter().map(|(role, scope)| Grant {
            role: (*role).to_owned(),
            scope: scope.clone(),
        });
        self.product.seen_by(Who {
            actor: Actor::named(name),
            name: name.to_owned(),
            grants: Grants::Roles(grants.collect()),
            only: None,
        })
    }

    pub(crate) fn clerk(&self) -> Product {
        self.seen("wang", &[("clerk", Scope::All)])
    }

    pub(crate) fn head(&self) -> Product {
        self.seen("li", &[("head", Scope::All)])
    }

    /// A matter that somebody noted.
    pub(crate) async fn note(&self, who: &str, title: &str, values: &[(&str, &str)]) -> i64 {
        let mut draft = Draft::new([("title", Value::text(title))]);
        for (field, text) in values {
            let value = match text.parse() {
                Ok(day) => Value::Date(day),
                Err(_) => Value::text(*text),
            };
            draft.values.insert((*field).to_owned(), value);
        }
        draft.owner_user = Some(who.to_owned());
        self.store
            .act::<_, _, StoreError>(&Actor::named(who), move |act| {
                let draft = draft.clone();
                Box::pin(async move { records::create(act, "matter", &draft).await })
            })
            .await
            .unwrap()
    }

    /// So many days go by.
    pub(crate) fn wait_days(&self, days: i64) {
        self.clock.advance_seconds(days * 86_400);
    }
}

pub(crate) fn taking(record: i64, step: &str) -> Taking {
    Taking {
        register: "matter".into(),
        record,
        step: step.into(),
        ..Taking::default()
    }
}

/// An answer with all that it needs.
pub(crate) fn reply(record: i64) -> Taking {
    Taking {
        values: [
            ("reply".to_owned(), "已协调解决".to_owned()),
            ("replied_on".to_owned(), "2024-01-09".to_owned()),
        ]
        .into(),
        files: vec![("sheet".into(), "答复函.pdf".into(), b"%PDF-1.4".to_vec())],
        ..taking(record, "reply")
    }
}

fn opinion(record: i64, agrees: bool, note: Option<&str>) -> Giving {
    Giving {
        register: "matter".into(),
        record,
        step: "pass".into(),
        agrees,
        note: note.map(str::to_owned),
        ..Giving::default()
    }
}

fn code<T>(got: Result<T, AppError>) -> &'static str {
    match got {
        Ok(_) => "done",
        Err(error) => error.code(),
    }
}

fn street(code: &str) -> Scope {
    Scope::Parts(vec![Part::Region(code.parse().unwrap())])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_goes_its_way_through_hands_opinions_and_a_meeting() {
    for database in databases() {
        let office = Office::of(&database).await;
        let (clerk, head) = (office.clerk(), office.head());
        let chief = office.seen("zhao", &[("chief", Scope::All)]);
        let id = office
            .note("wang", "示例园区增容", &[("raised_on", "2024-01-05")])
            .await;

        // Nobody but the head assigns; he may, and the clerk is told.
        assert_eq!(
            code(steps::take(&clerk, &taking(id, "assign")).await),
            "step_not_yours"
        );
        assert_eq!(
            code(steps::take(&head, &taking(id, "assign")).await),
            "done"
        );
        let told = notices::list(&clerk).await.unwrap();
        assert!(told[0].text.zh.contains("示例园区增容"), "{told:?}");

        // What it needs is told whole before anything is written.
        let before = office.store.head().await.unwrap();
        assert_eq!(
            code(steps::take(&clerk, &taking(id, "reply")).await),
            "step_missing"
        );
        let mut early = reply(id);
        early
            .values
            .insert("replied_on".into(), "2024-01-04".into());
        assert_eq!(code(steps::take(&clerk, &early).await), "step_guard");
        let mut elsewhere = reply(id);
        elsewhere.files[0].0 = "reply".into();
        assert_eq!(code(steps::take(&clerk, &elsewhere).await), "not_found");
        assert_eq!(office.store.head().await.unwrap(), before);
        let open = steps::offered(&clerk, "matter", id).await.unwrap();
        let said = steps::guard::explained(
            &clerk,
            "matter",
            id,
            open[0].unmet.as_deref().unwrap(),
            Language::Zh,
        );
        let said = said.await.unwrap();
        assert_eq!(said.words, "答复日期 ≥ 提出日期");
        let found: Vec<_> = said.found.iter().map(|it| it.1.as_str()).collect();
        assert_eq!(found, ["—", "2024-01-05"]);

        // Taken back by who took it, by nobody else; then sent back with a reason.
        assert_eq!(code(steps::take(&clerk, &reply(id)).await), "done");
        let other = office.seen("sun", &[("clerk", Scope::All)]);
        assert_eq!(
            code(steps::take(&other, &taking(id, "undo")).await),
            "step_not_yours"
        );
        let offered = steps::offered(&other, "matter", id).await.unwrap();
        assert!(offered.iter().all(|it| it.id != "undo"), "{offered:?}");
        assert_eq!(code(steps::take(&clerk, &taking(id, "undo")).await), "done");
        assert_eq!(code(steps::take(&clerk, &reply(id)).await), "done");
        assert_eq!(
            code(steps::take(&head, &taking(id, "back")).await),
            "step_no_reason"
        );
        let back = Taking {
            note: Some("口径再核".into()),
            ..taking(id, "back")
        };
        assert_eq!(code(steps::take(&head, &back).await), "done");
        let told = notices::list(&clerk).await.unwrap();
        assert_eq!(
            (told[0].kind.as_str(), told[0].text.zh.contains("口径再核")),
            ("returned", true)
        );
        assert_eq!(code(steps::take(&clerk, &reply(id)).await), "done");

        // Opinions first; who is against says why, and the step then needs words too.
        assert_eq!(
            code(steps::take(&head, &taking(id, "pass")).await),
            "step_opinions"
        );
        let desk = office.seen("qian", &[("office", Scope::All)]);
        let finance = office.seen("wu", &[("finance", Scope::All)]);
        assert_eq!(
            code(steps::give(&clerk, &opinion(id, true, None)).await),
            "step_not_yours"
        );
        assert_eq!(
            code(steps::give(&desk, &opinion(id, true, None)).await),
            "done"
        );
        assert_eq!(
            code(steps::give(&finance, &opinion(id, false, None)).await),
            "step_no_reason"
        );
        let against = opinion(id, false, Some("资金来源未定"));
        assert_eq!(code(steps::give(&finance, &against).await), "done");
        assert_eq!(
            code(steps::take(&head, &taking(id, "pass")).await),
            "step_no_reason"
        );
        let pass = Taking {
            note: Some("资金已落实，见附函".into()),
            ..taking(id, "pass")
        };
        assert_eq!(code(steps::take(&head, &pass).await), "done");

        // A meeting decides: with its minutes, not of tomorrow.
        let decide = |minutes: Option<&str>, day: Option<&str>| Taking {
            minutes: minutes.map(str::to_owned),
            met_on: day.map(|it| it.parse().unwrap()),
            note: Some("同意".into()),
            ..taking(id, "decide")
        };
        let sly = Taking {
            values: [("title".to_owned(), "改名".to_owned())].into(),
            ..decide(Some("〔2024〕1号"), Some("2024-01-08"))
        };
        assert_eq!(code(steps::take(&chief, &sly).await), "not_allowed");
        #[rustfmt::skip]
        let cases = [
            (decide(None, Some("2024-01-08")),                "step_no_minutes"),
            (decide(Some("〔2024〕1号"), None),               "step_no_minutes"),
            (decide(Some("〔2024〕1号"), Some("2024-01-09")), "step_no_minutes"),
            (decide(Some("〔2024〕1号"), Some("2024-01-08")), "done"),
        ];
        for (it, want) in cases {
            assert_eq!(code(steps::take(&chief, &it).await), want, "{it:?}");
        }

        // What the pack declares happened with it.
        let mut tx = office.store.read().await.unwrap();
        let matter = records::get(&mut tx, "matter", id).await.unwrap().unwrap();
        assert_eq!(matter.value("minutes"), &Value::text("〔2024〕1号"));
        assert_eq!(
            matter.value("closed_on"),
            &Value::Date("2024-01-08".parse().unwrap())
        );
        let few = Query {
            limit: 9,
            ..Query::default()
        };
        let diary = list::list(&mut tx, "diary", &few).await.unwrap().records;
        let said: Vec<_> = diary.iter().map(|it| it.value("title").clone()).collect();
        assert_eq!(said, [Value::text("示例园区增容")]);
        assert_eq!(diary[0].value("about"), &Value::Int(id));
        assert_eq!(diary[0].value("source"), &Value::text("会议"));
        drop(tx);
        for who in [&clerk, &desk] {
            let told = notices::list(who).await.unwrap();
            assert!(told[0].text.zh.ends_with("已通过：同意"), "{told:?}");
        }

        // The timeline says who, in which role, on what ground.
        let taken = steps::taken(&head, "matter", id).await.unwrap();
        let told: Vec<_> = taken.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(
            told,
            [
                "assign", "reply", "undo", "reply", "back", "reply", "pass", "decide"
            ]
        );
        assert_eq!(taken[6].opinions.len(), 2);
        assert!(!taken[6].opinions[1].1.agrees);
        let minutes = taken[7].minutes.as_ref().unwrap();
        assert_eq!(
            (minutes.0.as_str(), minutes.1.as_str()),
            ("〔2024〕1号", "2024-01-08")
        );
        let verified = audit::verify(&office.store, None).await.unwrap();
        assert_eq!(verified.fault, None, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_reaches_as_far_as_it_was_given() {
    let database = quanyu_testkit::sqlite();
    let office = Office::of(&database).await;
    let east = office
        .note(
            "x",
            "东",
            &[("raised_on", "2024-01-05"), ("place", "990102001")],
        )
        .await;
    let west = office
        .note(
            "x",
            "西",
            &[("raised_on", "2024-01-05"), ("place", "990102002")],
        )
        .await;
    for id in [east, west] {
        steps::take(&office.head(), &taking(id, "assign"))
            .await
            .unwrap();
    }
    let officer = office.seen("east", &[("street", street("990102001"))]);
    let nobody = office.seen("nobody", &[]);
    let wide = office.seen(
        "wide",
        &[("street", street("990102001")), ("clerk", Scope::nothing())],
    );
    #[rustfmt::skip]
    let cases = [
        (&officer, west, "not_found"),
        (&nobody,  west, "not_found"),
        (&wide,    west, "not_found"),
        (&officer, east, "done"),
    ];
    for (who, record, want) in cases {
        assert_eq!(
            code(steps::take(who, &reply(record)).await),
            want,
            "{:?}",
            who.who()
        );
    }
    let mut tx = office.store.read().await.unwrap();
    let record = records::get(&mut tx, "matter", west)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.state.as_deref(), Some("doing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_stands_in_from_a_day_to_a_day_and_the_step_says_for_whom() {
    for database in databases() {
        let office = Office::of(&database).await;
        let (head, deputy) = (office.head(), office.seen("sun", &[("clerk", Scope::All)]));
        let id = office
            .note("wang", "代办事项", &[("raised_on", "2024-01-05")])
            .await;
        assert_eq!(
            code(steps::take(&deputy, &taking(id, "assign")).await),
            "step_not_yours"
        );
        let new = |person: &str, deputy: &str, from: &str, to: &str| NewDelegation {
            person: person.into(),
            deputy: deputy.into(),
            from: from.parse().ok(),
            to: to.parse().ok(),
            note: Some("出差".into()),
        };
        #[rustfmt::skip]
        let refused = [
            new("", "", "2024-01-09", "2024-01-10"),
            new("", "li", "2024-01-09", "2024-01-10"),
            new("", "sun", "2024-01-10", "2024-01-09"),
            new("", "sun", "2024-01-02", "2024-01-03"),
            new("", "sun", "2024-01-09", "2025-01-09"),
            new("", "sun", "", "2024-01-09"),
            new("zhao", "sun", "2024-01-09", "2024-01-10"),
        ];
        for it in refused {
            assert_eq!(
                code(delegations::give(&head, &it).await),
                "bad_value",
                "{it:?}"
            );
        }
        delegations::give(&head, &new("", "sun", "2024-01-09", "2024-01-10"))
            .await
            .unwrap();
        // Not before the first day.
        assert_eq!(
            code(steps::take(&deputy, &taking(id, "assign")).await),
            "step_not_yours"
        );
        office.wait_days(1);
        assert_eq!(
            code(steps::take(&deputy, &taking(id, "assign")).await),
            "done"
        );
        let taken = steps::taken(&head, "matter", id).await.unwrap();
        assert_eq!(
            (taken[0].actor.as_str(), taken[0].behalf.as_deref()),
            ("sun", Some("li"))
        );
        // Not past the last, nor once it was ended; nobody else ends it.
        let more = office
            .note("wang", "又一项", &[("raised_on", "2024-01-05")])
            .await;
        let listed = delegations::list(&deputy).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(
            code(delegations::end(&deputy, listed[0].id).await),
            "not_found"
        );
        delegations::end(&head, listed[0].id).await.unwrap();
        assert_eq!(
            code(steps::take(&deputy, &taking(more, "assign")).await),
            "step_not_yours"
        );
        delegations::give(&head, &new("", "sun", "2024-01-09", "2024-01-10"))
            .await
            .unwrap();
        office.wait_days(2);
        assert_eq!(
            code(steps::take(&deputy, &taking(more, "assign")).await),
            "step_not_yours"
        );
        let verified = audit::verify(&office.store, None).await.unwrap();
        assert_eq!(verified.fault, None, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_take_the_same_step_at_once_take_it_once() {
    for database in databases() {
        let office = Office::of(&database).await;
        let id = office
            .note("wang", "抢办", &[("raised_on", "2024-01-05")])
            .await;
        let many: Vec<_> = (0..8)
            .map(|n| {
                let who = office.seen(&format!("h{n}"), &[("head", Scope::All)]);
                tokio::spawn(async move { code(steps::take(&who, &taking(id, "assign")).await) })
            })
            .collect();
        let mut told = Vec::new();
        for it in many {
            told.push(it.await.unwrap());
        }
        told.sort_unstable();
        let mut want = vec!["done"];
        want.extend(["step_wrong_state"; 7]);
        assert_eq!(told, want, "{}", database.name);
        assert_eq!(
            steps::taken(&office.product, "matter", id)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}
