//! The desk: what waits for whom and until when, reminders, handover, calendar. On both engines.

use quanyu::app::{boards, calendar, deadlines, desk, duties, handover, notices, steps};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
    appraisal::task::Standing,
    text::Language,
    value::Value,
};
use quanyu_store::{
    StoreError, audit,
    records::{self, Draft},
};
use quanyu_testkit::databases;

use crate::steps::{Office, reply, taking};

async fn labels(product: &quanyu::app::Product) -> Vec<String> {
    let desk = desk::desk(product).await.unwrap();
    let lists = [desk.returned, desk.checks, desk.tasks, desk.waiting];
    lists.into_iter().flatten().map(|it| it.label).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_on_the_desk_of_those_who_can_take_it_by_day() {
    for database in databases() {
        let office = Office::of(&database).await;
        let (clerk, head) = (office.clerk(), office.head());
        // Days count by the calendar of work: Friday, then two working days.
        #[rustfmt::skip]
        let cases = [
            // noted for,   due,         left, standing
            ("2024-01-03", "2024-01-05", -1, Standing::Late),
            ("2024-01-04", "2024-01-08",  0, Standing::Soon),
            ("2024-01-05", "2024-01-09",  1, Standing::Soon),
            ("2024-01-08", "2024-01-10",  2, Standing::Ahead),
            // Over the spring festival, with a Sunday that is worked.
            ("2024-02-08", "2024-02-18", 26, Standing::Ahead),
        ];
        for (day, ..) in &cases {
            office
                .note("wang", &format!("事项{day}"), &[("raised_on", day)])
                .await;
        }
        let desk = desk::desk(&head).await.unwrap();
        let told: Vec<_> = desk
            .checks
            .iter()
            .map(|it| {
                (
                    it.label.clone(),
                    it.due.unwrap().to_string(),
                    it.left.unwrap(),
                    it.standing,
                )
            })
            .collect();
        let want: Vec<_> = cases
            .iter()
            .map(|(day, due, left, standing)| {
                (format!("事项{day}"), (*due).to_owned(), *left, *standing)
            })
            .collect();
        assert_eq!(told, want, "{}", database.name);
        assert_eq!(
            (desk.counts.all, desk.counts.late, desk.counts.today),
            (5, 1, 1)
        );
        assert_eq!(labels(&clerk).await, Vec::<String>::new());

        // It goes on to the next desk, with the record's own day before the usual one.
        let id = office
            .note(
                "wang",
                "限时",
                &[("raised_on", "2024-01-08"), ("promised_on", "2024-01-31")],
            )
            .await;
        steps::take(&head, &taking(id, "assign")).await.unwrap();
        let desk = desk::desk(&clerk).await.unwrap();
        assert_eq!(desk.tasks.len(), 1);
        assert_eq!(desk.tasks[0].due.unwrap().to_string(), "2024-01-31");

        // Named for somebody it is off the others' desks; removed it is off all.
        steps::assign(&head, "matter", id, Some("sun"))
            .await
            .unwrap_err();
        steps::assign(&clerk, "matter", id, Some("sun"))
            .await
            .unwrap();
        assert_eq!(labels(&clerk).await, Vec::<String>::new());
        let sun = office.seen("sun", &[("clerk", Scope::All)]);
        assert_eq!(labels(&sun).await, ["限时"]);
        office
            .store
            .act::<_, _, StoreError>(&Actor::named("x"), move |act| {
                Box::pin(async move { records::remove(act, "matter", id, 2).await })
            })
            .await
            .unwrap();
        assert_eq!(labels(&sun).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_and_whose_opinion_is_asked_stand_apart() {
    let database = quanyu_testkit::sqlite();
    let office = Office::of(&database).await;
    let (clerk, head) = (office.clerk(), office.head());
    let id = office
        .note("wang", "甲", &[("raised_on", "2024-01-05")])
        .await;
    steps::take(&head, &taking(id, "assign")).await.unwrap();
    steps::take(&clerk, &reply(id)).await.unwrap();
    let finance = office.seen("wu", &[("finance", Scope::All)]);
    let asked = desk::desk(&finance).await.unwrap();
    assert!(
        asked.checks.len() == 1 && asked.checks[0].opinion,
        "{asked:?}"
    );
    let waits = desk::desk(&head).await.unwrap();
    assert_eq!(waits.waiting.len(), 1, "{waits:?}");
    assert_eq!(waits.waiting[0].waits.len(), 2);
    let back = steps::Taking {
        note: Some("重写".into()),
        ..taking(id, "back")
    };
    steps::take(&head, &back).await.unwrap();
    let desk = desk::desk(&clerk).await.unwrap();
    assert_eq!((desk.returned.len(), desk.tasks.len()), (1, 0));
    assert_eq!(desk.returned[0].reason.as_deref(), Some("重写"));
    assert_eq!(labels(&finance).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_duties_is_the_same_followed_or_made_anew() {
    for database in databases() {
        let office = Office::of(&database).await;
        let mut ids = Vec::new();
        for n in 0..40 {
            let day = format!("2024-01-{:02}", 2 + n % 20);
            ids.push(
                office
                    .note("wang", &format!("事项{n}"), &[("raised_on", &day)])
                    .await,
            );
            if n % 7 == 0 {
                duties::follow(&office.product).await.unwrap();
            }
        }
        for id in ids.iter().step_by(3) {
            steps::take(&office.head(), &taking(*id, "assign"))
                .await
                .unwrap();
        }
        for id in ids.iter().step_by(5) {
            let (id, version) = (*id, if id % 3 == ids[0] % 3 { 2 } else { 1 });
            let changed = Draft::new([("raised_on", Value::Date("2024-01-31".parse().unwrap()))]);
            let _ = office
                .store
                .act::<_, _, StoreError>(&Actor::named("x"), move |act| {
                    let changed = changed.clone();
                    Box::pin(
                        async move { records::update(act, "matter", id, version, &changed).await },
                    )
                })
                .await;
        }
        let told = async || -> Vec<String> {
            duties::follow(&office.product).await.unwrap();
            let desk = desk::desk(&office.product).await.unwrap();
            let lists = [desk.checks, desk.tasks, desk.waiting];
            lists
                .into_iter()
                .flatten()
                .map(|it| format!("{} {} {:?} {:?}", it.label, it.state.0, it.due, it.since))
                .collect()
        };
        let followed = told().await;
        assert_eq!(followed.len(), 40, "{}", database.name);
        // A new revision of the pack makes it anew.
        let mut pack = (*office.product.pack).clone();
        pack.files[0].text.push('\n');
        office
            .store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        assert_eq!(told().await, followed, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_and_an_escalation_go_out_once_for_each_day_that_is_set() {
    for database in databases() {
        let office = Office::of(&database).await;
        let chief = office.seen("zhao", &[("chief", Scope::All)]);
        let id = office
            .note("wang", "甲", &[("raised_on", "2024-01-05")])
            .await;
        let look = async |day: &str| {
            deadlines::look(&office.product, day.parse().unwrap())
                .await
                .unwrap()
        };
        // Due on the 9th: reminded one working day before, escalated two after.
        #[rustfmt::skip]
        let cases = [
            ("2024-01-05", 0), ("2024-01-08", 1), ("2024-01-08", 0), ("2024-01-10", 0),
            ("2024-01-11", 1), ("2024-01-12", 0),
        ];
        for (day, count) in cases {
            assert_eq!(look(day).await, count, "{day} {}", database.name);
        }
        let heard = |all: Vec<notices::NoticeView>| -> Vec<(String, String)> {
            all.into_iter().map(|it| (it.kind, it.text.zh)).collect()
        };
        let head = heard(notices::list(&office.head()).await.unwrap());
        assert_eq!(
            head,
            [(
                "due".into(),
                "“甲”（事项）还有1个工作日到期，期限2024-01-09".into()
            )]
        );
        let told = heard(notices::list(&chief).await.unwrap());
        assert_eq!(
            told,
            [(
                "late".into(),
                "“甲”（事项）已逾期2个工作日，期限2024-01-09".into()
            )]
        );
        // Another day is another deadline.
        let moved = Draft::new([("raised_on", Value::Date("2024-01-15".parse().unwrap()))]);
        office
            .store
            .act::<_, _, StoreError>(&Actor::named("x"), move |act| {
                let moved = moved.clone();
                Box::pin(async move { records::update(act, "matter", id, 1, &moved).await })
            })
            .await
            .unwrap();
        assert_eq!(look("2024-01-15").await, 0);
        assert_eq!(look("2024-01-16").await, 1);

        // Read once, it is read.
        assert_eq!(notices::unread(&chief).await.unwrap(), 1);
        notices::read(&chief, None).await.unwrap();
        assert_eq!(notices::unread(&chief).await.unwrap(), 0);
        assert_eq!(notices::unread(&office.head()).await.unwrap(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_to_a_role_is_seen_where_the_role_reaches() {
    let database = quanyu_testkit::sqlite();
    let office = Office::of(&database).await;
    let east = office
        .note(
            "x",
            "东",
            &[("raised_on", "2024-01-05"), ("place", "990102001")],
        )
        .await;
    steps::take(&office.head(), &taking(east, "assign"))
        .await
        .unwrap();
    let reach = |code: &str| Scope::Parts(vec![Part::Region(code.parse().unwrap())]);
    #[rustfmt::skip]
    let cases = [
        ("990102001", 1), ("990102002", 0), ("990102", 1), ("99010200", 1),
    ];
    for (code, count) in cases {
        if code.len() == 8 {
            continue;
        }
        let who = office.seen("street", &[("street", reach(code))]);
        assert_eq!(notices::unread(&who).await.unwrap(), count, "{code}");
        assert_eq!(labels(&who).await.len() as i64, count, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_one_person_goes_to_another_in_one_act() {
    for database in databases() {
        let office = Office::of(&database).await;
        let (clerk, head) = (office.clerk(), office.head());
        let sun = office.seen("sun", &[("clerk", Scope::All)]);
        let draft = office
            .note("wang", "草稿", &[("raised_on", "2024-01-05")])
            .await;
        let named = office
            .note("wang", "指定", &[("raised_on", "2024-01-05")])
            .await;
        let open = office
            .note("wang", "角色", &[("raised_on", "2024-01-05")])
            .await;
        for id in [named, open] {
            steps::take(&head, &taking(id, "assign")).await.unwrap();
        }
        steps::assign(&clerk, "matter", named, Some("wang"))
            .await
            .unwrap();
        // A clerk hands over his own; another's only those who confirm.
        assert!(handover::preview(&sun, "wang").await.is_err());
        let list = handover::preview(&head, "wang").await.unwrap();
        let mut told: Vec<_> = list.items.iter().map(|it| it.2.label.clone()).collect();
        told.sort();
        assert_eq!(told, ["指定", "草稿"], "what a role takes is nobody's own");
        for successor in ["", "wang"] {
            let got = handover::hand_over(&clerk, "wang", successor, None).await;
            assert_eq!(got.map_err(|it| it.code()), Err("bad_value"));
        }
        let id = handover::hand_over(&clerk, "wang", "sun", Some("调岗".into()))
            .await
            .unwrap();
        let kept = handover::get(&sun, id).await.unwrap();
        assert_eq!((kept.items.len(), kept.note.as_deref()), (2, Some("调岗")));
        assert_eq!(
            handover::preview(&clerk, "wang").await.unwrap().items.len(),
            0
        );
        let over = handover::preview(&sun, "sun").await.unwrap();
        assert_eq!(over.items.len(), 2, "{over:?}");
        let mut tx = office.store.read().await.unwrap();
        let record = records::get(&mut tx, "matter", draft)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(record.owner_user.as_deref(), Some("sun"));
        drop(tx);
        assert!(labels(&sun).await.contains(&"指定".to_owned()));
        assert_eq!(notices::list(&sun).await.unwrap()[0].kind, "handover");
        let verified = audit::verify(&office.store, None).await.unwrap();
        assert_eq!(verified.fault, None, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_and_the_calendar_hold_what_may_be_read() {
    let database = quanyu_testkit::sqlite();
    let office = Office::of(&database).await;
    office
        .note(
            "x",
            "东",
            &[("raised_on", "2024-01-05"), ("place", "990102001")],
        )
        .await;
    office
        .note(
            "x",
            "西",
            &[("raised_on", "2024-01-03"), ("place", "990102002")],
        )
        .await;
    let east = Scope::Parts(vec![Part::Region("990102001".parse().unwrap())]);
    let street = office.seen("street", &[("street", east)]);
    let nobody = office.seen("nobody", &[]);
    let day = "2024-01-20".parse().unwrap();
    for (who, count, late) in [(&office.product, 2, 1), (&street, 1, 0)] {
        let board = boards::board(who, "matter").await.unwrap();
        assert_eq!(
            (board.columns[0].count, board.columns[0].late),
            (count, late)
        );
        assert_eq!(board.columns[0].cards.len() as i64, count);
        let month = calendar::month(who, day, false).await.unwrap();
        let due: usize = month.days.iter().map(|it| it.tasks.len()).sum();
        assert_eq!(due as i64, count);
        assert_eq!(month.days.len() % 7, 0);
        let text = calendar::file(who, false, Language::Zh).await.unwrap();
        assert_eq!(text.matches("BEGIN:VEVENT").count() as i64, count);
    }
    let refused = boards::board(&nobody, "matter").await;
    assert_eq!(refused.map(drop).map_err(|it| it.code()), Err("not_found"));
    let month = calendar::month(&nobody, day, false).await.unwrap();
    assert!(month.days.iter().all(|it| it.tasks.is_empty()));
}
