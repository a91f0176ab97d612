//! The oracle: a slow evaluator in plain Rust that knows no SQL must say the same as the figures, after every change,
//! and so must the evidence.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::{Date, date};
use proptest::{collection::vec, option, prelude::*, sample::select};
use quanyu_core::{money::Money, period::Period, region::RegionCode, value::Value};
use quanyu_figures::{Figure, Figures, Request};
use quanyu_pack::model::{FieldType, IndicatorKind};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::support::{
    Fields, Folder, Memory, REGIONS, fields, flow, growth, indicator, pack, period, ratio, region,
    register, stock,
};

/// A row as the oracle sees it.
#[derive(Clone, Debug)]
struct Row {
    region: Option<&'static str>,
    day: Option<Date>,
    until: Option<Date>,
    span: Option<&'static str>,
    amount: Option<i64>,
    score: Option<i64>,
    pieces: Option<i64>,
    kind: Option<&'static str>,
    paid: Option<bool>,
}

const SPANS: [&str; 7] = [
    "2022",
    "2023",
    "2023H1",
    "2023Q3",
    "2023-02",
    "2022-10/2023-03",
    "2022-2023",
];

impl Row {
    fn fields(&self) -> Fields {
        let text = |it: Option<&str>| it.map_or(Value::Null, Value::text);
        fields([
            ("region", text(self.region)),
            ("day", self.day.map_or(Value::Null, Value::Date)),
            ("until", self.until.map_or(Value::Null, Value::Date)),
            ("span", text(self.span)),
            (
                "amount",
                self.amount
                    .map_or(Value::Null, |it| Value::Money(Money::from_fen(it))),
            ),
            (
                "score",
                self.score
                    .map_or(Value::Null, |it| Value::Decimal(Decimal::new(it, 3))),
            ),
            ("pieces", self.pieces.map_or(Value::Null, Value::Int)),
            ("kind", text(self.kind)),
            (
                "paid",
                self.paid.map_or(Value::Null, |it| Value::Int(it.into())),
            ),
        ])
    }
}

/// A number of a row: its SQL and what it means.
#[derive(Clone, Debug)]
enum Number {
    Amount,
    Score,
    Pieces,
    Product(Box<Number>, Box<Number>),
    Sum(Box<Number>, Box<Number>),
    Ratio(Box<Number>, Box<Number>),
    Half(Box<Number>),
    OrZero(Box<Number>),
    IfPaid(Box<Number>),
}

fn quotient(a: Decimal, b: Decimal) -> Decimal {
    (a / b)
        .round_dp_with_strategy(12, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

impl Number {
    fn sql(&self) -> String {
        match self {
            Self::Amount => "amount".into(),
            Self::Score => "score".into(),
            Self::Pieces => "pieces".into(),
            Self::Product(a, b) => format!("({} * {})", a.sql(), b.sql()),
            Self::Sum(a, b) => format!("({} + {})", a.sql(), b.sql()),
            Self::Ratio(a, b) => format!("ratio({}, {})", a.sql(), b.sql()),
            Self::Half(a) => format!("({} / 2.0)", a.sql()),
            Self::OrZero(a) => format!("coalesce({}, 0)", a.sql()),
            Self::IfPaid(a) => format!("(case when paid then {} end)", a.sql()),
        }
    }

    fn of(&self, row: &Row) -> Option<Decimal> {
        let both = |a: &Self, b: &Self| a.of(row).zip(b.of(row));
        match self {
            Self::Amount => row.amount.map(|it| Decimal::new(it, 2)),
            Self::Score => row.score.map(|it| Decimal::new(it, 3)),
            Self::Pieces => row.pieces.map(Decimal::from),
            Self::Product(a, b) => both(a, b).map(|(a, b)| a * b),
            Self::Sum(a, b) => both(a, b).map(|(a, b)| a + b),
            Self::Ratio(a, b) => both(a, b)
                .filter(|(_, b)| !b.is_zero())
                .map(|(a, b)| quotient(a, b)),
            Self::Half(a) => a.of(row).map(|it| quotient(it, Decimal::TWO)),
            Self::OrZero(a) => Some(a.of(row).unwrap_or_default()),
            Self::IfPaid(a) => a.of(row).filter(|_| row.paid == Some(true)),
        }
    }
}

/// A condition with the three values of SQL.
#[derive(Clone, Debug)]
enum Test {
    KindIs(&'static str),
    KindIn,
    NoKind,
    Paid,
    Above(Number, i64),
    Between(Number, i64, i64),
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
}

impl Test {
    fn sql(&self) -> String {
        match self {
            Self::KindIs(kind) => format!("kind = '{kind}'"),
            Self::KindIn => "kind in ('a', 'b')".into(),
            Self::NoKind => "kind is null".into(),
            Self::Paid => "paid".into(),
            Self::Above(a, n) => format!("{} > {}", a.sql(), Decimal::new(*n, 1)),
            Self::Between(a, low, high) => format!("{} between {low} and {high}", a.sql()),
            Self::Not(a) => format!("not ({})", a.sql()),
            Self::And(a, b) => format!("({} and {})", a.sql(), b.sql()),
            Self::Or(a, b) => format!("({} or {})", a.sql(), b.sql()),
        }
    }

    fn of(&self, row: &Row) -> Option<bool> {
        match self {
            Self::KindIs(kind) => row.kind.map(|it| it == *kind),
            Self::KindIn => row.kind.map(|it| it == "a" || it == "b"),
            Self::NoKind => Some(row.kind.is_none()),
            Self::Paid => row.paid,
            Self::Above(a, n) => a.of(row).map(|it| it > Decimal::new(*n, 1)),
            Self::Between(a, low, high) => a
                .of(row)
                .map(|it| it >= Decimal::from(*low) && it <= Decimal::from(*high)),
            Self::Not(a) => a.of(row).map(|it| !it),
            Self::And(a, b) => match (a.of(row), b.of(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.of(row), b.of(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

#[derive(Clone, Debug)]
enum Added {
    Rows,
    Count(Number),
    Kinds,
    Sum(Number),
    Mean(Number),
    Least(Number),
    Greatest(Number),
}

impl Added {
    fn sql(&self) -> String {
        match self {
            Self::Rows => "count(*)".into(),
            Self::Count(it) => format!("count({})", it.sql()),
            Self::Kinds => "count(distinct kind)".into(),
            Self::Sum(it) => format!("sum({})", it.sql()),
            Self::Mean(it) => format!("avg({})", it.sql()),
            Self::Least(it) => format!("min({})", it.sql()),
            Self::Greatest(it) => format!("max({})", it.sql()),
        }
    }

    fn of(&self, rows: &[&Row]) -> Option<Decimal> {
        let known = |it: &Number| rows.iter().filter_map(|row| it.of(row)).collect::<Vec<_>>();
        let sum = |known: Vec<Decimal>| (!known.is_empty()).then(|| known.iter().sum::<Decimal>());
        match self {
            Self::Rows => Some(rows.len().into()),
            Self::Count(it) => Some(known(it).len().into()),
            Self::Kinds => Some(
                rows.iter()
                    .filter_map(|it| it.kind)
                    .collect::<BTreeSet<_>>()
                    .len()
                    .into(),
            ),
            Self::Sum(it) => sum(known(it)),
            Self::Mean(it) => {
                let known = known(it);
                let count = Decimal::from(known.len());
                sum(known).map(|sum| quotient(sum, count))
            }
            Self::Least(it) => known(it).into_iter().min(),
            Self::Greatest(it) => known(it).into_iter().max(),
        }
    }

    fn adds_up(&self) -> bool {
        matches!(self, Self::Rows | Self::Count(_) | Self::Sum(_))
    }
}

#[derive(Clone, Copy, Debug)]
enum When {
    Day,
    Span,
    Held,
    HeldFrom,
    HeldSpan,
}

#[derive(Clone, Debug)]
struct Rule {
    added: Added,
    test: Option<Test>,
    when: When,
    zero: bool,
}

impl Rule {
    fn kind(&self) -> IndicatorKind {
        let (value, test) = (self.added.sql(), self.test.as_ref().map(Test::sql));
        let test = test.as_deref();
        match self.when {
            When::Day => flow("thing", &value, test, "day"),
            When::Span => flow("thing", &value, test, "span"),
            When::Held => stock("thing", &value, test, "day", Some("until")),
            When::HeldFrom => stock("thing", &value, test, "day", None),
            When::HeldSpan => stock("thing", &value, test, "span", Some("span")),
        }
    }

    fn counts(&self, row: &Row, region: &RegionCode, when: Period) -> bool {
        let (first, last) = (when.first_day(), when.last_day());
        let span = row.span.map(period);
        let on_time = match self.when {
            When::Day => row.day.is_some_and(|it| first <= it && it <= last),
            When::Span => span.is_some_and(|it| when.contains(it)),
            When::Held => {
                row.day.is_some_and(|it| it <= last) && row.until.is_none_or(|it| it >= last)
            }
            When::HeldFrom => row.day.is_some_and(|it| it <= last),
            When::HeldSpan => {
                span.is_some_and(|it| it.first_day() <= last && it.last_day() >= last)
            }
        };
        on_time
            && row.region.is_some_and(|it| it.starts_with(region.as_str()))
            && self.test.as_ref().is_none_or(|it| it.of(row) == Some(true))
    }

    fn value(&self, rows: &[Row], code: &RegionCode, when: Period) -> (Option<Decimal>, u64) {
        if !region(REGIONS[0]).contains(code) {
            return (None, 0);
        }
        let rows: Vec<&Row> = rows
            .iter()
            .filter(|it| self.counts(it, code, when))
            .collect();
        let value = if rows.is_empty() {
            self.zero.then_some(Decimal::ZERO)
        } else {
            self.added.of(&rows)
        };
        (value, rows.len() as u64)
    }

    /// Everything that a figure says.
    fn figure(&self, rows: &[Row], code: &RegionCode, when: Period) -> Said {
        let (value, records) = self.value(rows, code, when);
        let before = year_before(when).and_then(|it| self.value(rows, code, it).0);
        let is_part = code.as_str().len() > 4;
        let above = code.parent().unwrap_or_default();
        let beside = REGIONS
            .map(region)
            .into_iter()
            .filter(|it| it.parent() == code.parent());
        let others: Vec<_> = beside
            .filter_map(|it| self.value(rows, &it, when).0)
            .collect();
        let whole = self.value(rows, &above, when).0;
        Said {
            value,
            records,
            growth: value
                .zip(before)
                .and_then(|(now, before)| grown(now, before)),
            rank: value.filter(|_| is_part).map(|it| {
                (
                    1 + others.iter().filter(|other| **other > it).count(),
                    others.len(),
                )
            }),
            share: value
                .zip(whole)
                .filter(|(_, whole)| is_part && self.added.adds_up() && !whole.is_zero())
                .map(|(part, whole)| quotient(part, whole)),
        }
    }
}

fn year_before(when: Period) -> Option<Period> {
    when.shift_years(-1).filter(|_| when.len_months() <= 12)
}

fn grown(now: Decimal, before: Decimal) -> Option<Decimal> {
    (before > Decimal::ZERO).then(|| quotient(now - before, before))
}

#[derive(Debug, PartialEq)]
struct Said {
    value: Option<Decimal>,
    records: u64,
    growth: Option<Decimal>,
    rank: Option<(usize, usize)>,
    share: Option<Decimal>,
}

impl Said {
    fn of(figure: &Figure) -> Self {
        Self {
            value: figure.value,
            records: figure.records,
            growth: figure.growth,
            rank: figure
                .rank
                .as_ref()
                .map(|it| (it.place as usize, it.of.unwrap() as usize)),
            share: figure.share,
        }
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Add(Row),
    Change(prop::sample::Index, Row),
    Remove(prop::sample::Index),
    /// What is in memory goes into a part.
    Seal,
    /// The process ends and another begins.
    Start,
}

fn rows() -> impl Strategy<Value = Row> {
    let day = || {
        (2021..2024_i16, 1..=12_i8, select(vec![1_i8, 15, 28])).prop_map(|(y, m, d)| {
            let first = date(y, m, d);
            if d == 28 {
                first.last_of_month()
            } else {
                first
            }
        })
    };
    let code = select(vec![
        "9901",
        "990101",
        "990101001",
        "990101002",
        "990102001",
        "9902",
    ]);
    (
        (
            option::weighted(0.95, code),
            option::weighted(0.95, day()),
            option::of(day()),
        ),
        option::weighted(0.9, select(SPANS.to_vec())),
        (
            option::weighted(0.8, -300..2000_i64),
            option::weighted(0.8, -900..5000_i64),
        ),
        option::weighted(0.8, -2..6_i64),
        (
            option::weighted(0.8, select(vec!["a", "b", "c"])),
            option::weighted(0.8, any::<bool>()),
        ),
    )
        .prop_map(
            |((region, day, until), span, (amount, score), pieces, (kind, paid))| Row {
                region,
                day,
                until,
                span,
                amount,
                score,
                pieces,
                kind,
                paid,
            },
        )
}

fn numbers() -> impl Strategy<Value = Number> {
    let leaf = prop_oneof![
        Just(Number::Amount),
        Just(Number::Score),
        Just(Number::Pieces)
    ];
    leaf.prop_recursive(2, 4, 2, |it| {
        let one = it.clone().prop_map(Box::new);
        let two = (it.clone().prop_map(Box::new), it.prop_map(Box::new));
        prop_oneof![
            two.clone().prop_map(|(a, b)| Number::Sum(a, b)),
            two.clone().prop_map(|(a, b)| Number::Product(a, b)),
            two.prop_map(|(a, b)| Number::Ratio(a, b)),
            one.clone().prop_map(Number::Half),
            one.clone().prop_map(Number::OrZero),
            one.prop_map(Number::IfPaid),
        ]
    })
}

fn tests() -> impl Strategy<Value = Test> {
    let leaf = prop_oneof![
        select(vec!["a", "b"]).prop_map(Test::KindIs),
        Just(Test::KindIn),
        Just(Test::NoKind),
        Just(Test::Paid),
        (numbers(), -20..80_i64).prop_map(|(a, n)| Test::Above(a, n)),
        (numbers(), -3..2_i64, 2..9_i64).prop_map(|(a, low, high)| Test::Between(a, low, high)),
    ];
    leaf.prop_recursive(2, 5, 2, |it| {
        let two = (it.clone().prop_map(Box::new), it.clone().prop_map(Box::new));
        prop_oneof![
            it.prop_map(Box::new).prop_map(Test::Not),
            two.clone().prop_map(|(a, b)| Test::And(a, b)),
            two.prop_map(|(a, b)| Test::Or(a, b)),
        ]
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    let added = prop_oneof![
        Just(Added::Rows),
        Just(Added::Kinds),
        numbers().prop_map(Added::Count),
        numbers().prop_map(Added::Sum),
        numbers().prop_map(Added::Mean),
        numbers().prop_map(Added::Least),
        numbers().prop_map(Added::Greatest),
    ];
    let when = select(vec![
        When::Day,
        When::Day,
        When::Span,
        When::Held,
        When::HeldFrom,
        When::HeldSpan,
    ]);
    (added, option::of(tests()), when, any::<bool>()).prop_map(|(added, test, when, zero)| Rule {
        added,
        test,
        when,
        zero,
    })
}

fn edits() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    let edit = prop_oneof![
        3 => rows().prop_map(Edit::Add),
        2 => (any::<prop::sample::Index>(), rows()).prop_map(|(at, row)| Edit::Change(at, row)),
        1 => any::<prop::sample::Index>().prop_map(Edit::Remove),
        1 => Just(Edit::Seal),
        1 => Just(Edit::Start),
    ];
    vec(vec(edit, 1..8), 1..3)
}

proptest! {
    // A case asks a few hundred figures; more cases are run by `make torture`.
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("QUANYU_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(16)
    ))]

    #[test]
    fn figures_and_evidence_say_what_the_oracle_says_after_every_change(
        start in vec(rows(), 0..30),
        edits in edits(),
        rules in vec(rules(), 2..5),
        asked in vec(select(SPANS.to_vec()), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(None, start, edits, rules, asked))?;
    }

    #[test]
    fn parts_and_what_changed_since_say_what_the_oracle_says(
        start in vec(rows(), 0..30),
        edits in edits(),
        rules in vec(rules(), 2..5),
        asked in vec(select(SPANS.to_vec()), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(Some(Folder::new()), start, edits, rules, asked))?;
    }
}

async fn compare(
    folder: Option<Folder>,
    start: Vec<Row>,
    edits: Vec<Vec<Edit>>,
    rules: Vec<Rule>,
    asked: Vec<&str>,
) -> Result<(), TestCaseError> {
    let thing = register(
        "thing",
        [
            ("day", FieldType::Date),
            ("until", FieldType::Date),
            ("span", FieldType::Period),
            ("amount", FieldType::Money),
            ("score", FieldType::Decimal { scale: 3 }),
            ("pieces", FieldType::Integer),
            ("kind", FieldType::Text),
            ("paid", FieldType::YesNo),
        ],
    );
    let name = |at: usize| format!("rule{at}");
    let mut indicators: Vec<_> = rules
        .iter()
        .enumerate()
        .map(|(at, rule)| {
            let mut it = indicator(&name(at), rule.kind());
            it.empty_is_zero = rule.zero;
            it
        })
        .collect();
    indicators.push(indicator("part", ratio("rule0", "rule1")));
    indicators.push(indicator("rise", growth("rule0")));
    let pack = Arc::new(pack(vec![thing], vec![], indicators));
    let memory = Arc::new(Memory::default());
    let open = || match &folder {
        None => Figures::new(pack.clone(), memory.clone()).unwrap(),
        Some(it) => Figures::with_parts(pack.clone(), memory.clone(), it.place()).unwrap(),
    };
    let mut figures = open();
    let mut rows = BTreeMap::new();
    let add = |rows: &mut BTreeMap<i64, Row>, row: Row| {
        rows.insert(memory.add("thing", row.fields()), row);
    };
    for row in start {
        add(&mut rows, row);
    }
    let periods: Vec<Period> = asked.into_iter().map(period).collect();
    for edits in std::iter::once(Vec::new()).chain(edits) {
        for edit in edits {
            let pick = |at: prop::sample::Index, rows: &BTreeMap<i64, Row>| {
                (!rows.is_empty()).then(|| *rows.keys().nth(at.index(rows.len())).unwrap())
            };
            match edit {
                Edit::Add(row) => add(&mut rows, row),
                Edit::Change(at, row) => {
                    if let Some(id) = pick(at, &rows) {
                        memory.change("thing", id, row.fields());
                        rows.insert(id, row);
                    }
                }
                Edit::Remove(at) => {
                    if let Some(id) = pick(at, &rows) {
                        memory.remove("thing", id);
                        rows.remove(&id);
                    }
                }
                Edit::Seal => figures.seal().await,
                Edit::Start => {
                    drop(figures);
                    figures = open();
                }
            }
        }
        let held: Vec<Row> = rows.values().cloned().collect();
        for code in ["99", "9901", "990101", "990102001"] {
            let code = region(code);
            let request = Request {
                indicators: None,
                region: code.clone(),
                periods: periods.clone(),
                by: None,
            };
            let answer = figures.query(&request).await.unwrap();
            for figure in &answer.rows {
                let when = figure.period;
                let of = |at: usize, when| rules[at].value(&held, &code, when).0;
                match figure.indicator.as_str() {
                    "part" => {
                        let both = of(0, when).zip(of(1, when)).filter(|(_, b)| !b.is_zero());
                        prop_assert_eq!(
                            figure.value,
                            both.map(|(a, b)| quotient(a, b)),
                            "{} {}",
                            code,
                            when
                        );
                    }
                    "rise" => {
                        let before = year_before(when).and_then(|it| of(0, it));
                        let both = of(0, when)
                            .zip(before)
                            .and_then(|(now, before)| grown(now, before));
                        prop_assert_eq!(figure.value, both, "{} {}", code, when);
                    }
                    rule => {
                        let rule = &rules[rule["rule".len()..].parse::<usize>().unwrap()];
                        let want = rule.figure(&held, &code, when);
                        prop_assert_eq!(
                            Said::of(figure),
                            want,
                            "{:?} {} {} over {:?}",
                            rule,
                            code,
                            when,
                            held
                        );
                    }
                }
            }
        }
        let code = region("9901");
        for (at, rule) in rules.iter().enumerate() {
            let evidence = figures
                .evidence(&name(at), &code, periods[0])
                .await
                .unwrap();
            let (value, records) = rule.value(&held, &code, periods[0]);
            prop_assert_eq!(evidence.total(), value, "evidence of {:?}", rule);
            let ids: Vec<i64> = evidence.rows.iter().map(|it| it.record).collect();
            let counting = rows
                .iter()
                .filter(|(_, row)| rule.counts(row, &code, periods[0]));
            prop_assert_eq!(ids, counting.map(|(id, _)| *id).collect::<Vec<_>>());
            prop_assert_eq!(evidence.rows.len() as u64, records);
        }
    }
    Ok(())
}
