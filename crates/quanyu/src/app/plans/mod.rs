//! 计划: targets and tasks of a period, those that packs declare together with those that were read from a document and
//! confirmed.
//!
//! Owns where they come from. Leaves rules to `quanyu_core::appraisal`, reading a document to [`read`], the day of a task
//! and its steps to [`tasks`].
//!
//! Invariant: a target that a pack declares and one that was confirmed look the same to whoever shows them; where both speak of
//! one indicator and period, the confirmed one counts.
//!
//! Start reading at [`targets`]; who judges by targets asks for [`aims`].

pub mod read;
pub mod tasks;

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    appraisal::{Course, Direction, Goal, Gone, Status, elapsed, planned},
    period::Period,
    region::RegionCode,
    text::Text,
    value::Value,
};
use quanyu_figures::Request;
use quanyu_pack::model::{Comparator, Display, Indicator, Plan, Register, Split};
use quanyu_store::{
    list::{self as rows, Query},
    records::Record,
};
use rust_decimal::Decimal;

use super::{AppError, Product, cockpit::TargetView, say};

/// A target, wherever it is from.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    /// Its plan: an id of the pack, else as the document calls it.
    pub plan: String,
    /// What the plan is called.
    pub plan_title: Text,
    /// Its id in the pack, else its record.
    pub id: String,
    /// As it is said.
    pub text: Text,
    /// What is measured.
    pub indicator: String,
    /// Growth, not a value.
    pub growth: bool,
    /// `assigned`, `own` or `split`, where it is told.
    pub level: Option<String>,
    /// How it is compared.
    pub comparator: Comparator,
    /// In base units.
    pub value: Decimal,
    /// What it is for.
    pub period: Period,
    /// By when.
    pub by: Date,
    /// How it is spread over months and parts.
    pub split: Split,
}

/// The targets of the plans that the period lies in, with what is reached.
///
/// # Errors
/// What the figures refuse; the database's.
pub async fn targets(
    product: &Product,
    region: &RegionCode,
    period: Period,
    today: Date,
) -> Result<Vec<TargetView>, AppError> {
    // A plan is the reporting region's; its streets have the parts that an appraisal splits.
    if *region != product.pack.region {
        return Ok(Vec::new());
    }
    let mut wanted = aims(product).await?;
    wanted.retain(|it| it.period.contains(period));
    let figures = gather(product, region, period, &wanted).await?;
    Ok(wanted
        .iter()
        .filter_map(|it| {
            let indicator = product.pack.indicators.get(&it.indicator)?;
            Some(view(it, indicator, &figures, period, today))
        })
        .collect())
}

/// The targets of all plans: those that were confirmed, and those that the pack declares where nothing was confirmed of the same
/// indicator for the same period. The newest stands last.
///
/// # Errors
/// The database's.
pub(super) async fn aims(product: &Product) -> Result<Vec<Aim>, AppError> {
    let confirmed = confirmed(product).await?;
    Ok(merged(declared(product), confirmed))
}

/// What was confirmed stands before what the pack declares at the same level, so that what was set from above and what the
/// bureau set itself stand beside each other; it keeps the way through the year that was declared for it.
fn merged(declared: Vec<Aim>, mut confirmed: Vec<Aim>) -> Vec<Aim> {
    let mut all = Vec::with_capacity(declared.len() + confirmed.len());
    for aim in declared {
        let same = |it: &&mut Aim| {
            it.indicator == aim.indicator
                && it.growth == aim.growth
                && it.period == aim.period
                && (it.level.is_none() || it.level == aim.level)
        };
        let mut later: Vec<&mut Aim> = confirmed.iter_mut().filter(same).collect();
        if later.is_empty() {
            all.push(aim);
            continue;
        }
        for it in &mut later {
            it.split.clone_from(&aim.split);
        }
    }
    all.extend(confirmed);
    all
}

/// Targets that the pack declares.
fn declared(product: &Product) -> Vec<Aim> {
    let of_plan = |plan: &Plan| {
        let aims = plan.targets.iter().map(|target| Aim {
            plan: plan.id.clone(),
            plan_title: plan.title.clone(),
            id: target.id.clone(),
            text: target.text.clone(),
            indicator: target.indicator.clone(),
            growth: target.growth,
            level: Some(target.level.word().to_owned()),
            comparator: target.comparator,
            value: target.value,
            period: plan.period,
            by: target.by.unwrap_or_else(|| plan.period.last_day()),
            split: target.split.clone(),
        });
        aims.collect::<Vec<_>>()
    };
    product.pack.plans.values().flat_map(of_plan).collect()
}

/// Targets in the register that plays `target`, in the order in which they were made.
async fn confirmed(product: &Product) -> Result<Vec<Aim>, AppError> {
    let Some(register) = product.pack.playing("target") else {
        return Ok(Vec::new());
    };
    let mut tx = product.store.read().await?;
    let query = Query {
        limit: rows::LONGEST_PAGE,
        ..Query::default()
    };
    let page = rows::list(&mut tx, &register.id, &query).await?;
    let mut records = page.records;
    records.sort_by_key(|it| it.id);
    let aim = |it: &Record| {
        let text = |slot: &str| text_of(register, it, slot);
        let own: Period = text("period")?.parse().ok()?;
        let value = match slot(register, it, "value")? {
            Value::Decimal(value) => *value,
            _ => return None,
        };
        let plan = text("plan").unwrap_or_default();
        let titled = product.pack.plans.get(&plan).map(|it| it.title.clone());
        Some(Aim {
            plan_title: titled.unwrap_or_else(|| Text::zh(plan.clone())),
            plan,
            id: it.id.to_string(),
            text: Text::zh(text("text").unwrap_or_default()),
            indicator: text("indicator")?,
            growth: slot(register, it, "growth").and_then(Value::as_int) == Some(1),
            level: text("level").filter(|it| !it.is_empty()),
            comparator: comparator(&text("comparator")?),
            value,
            period: own,
            by: day_of(register, it, "by").unwrap_or_else(|| own.last_day()),
            split: Split::default(),
        })
    };
    Ok(records.iter().filter_map(aim).collect())
}

/// A comparator from its word.
#[must_use]
pub fn comparator(word: &str) -> Comparator {
    match word {
        "gt" => Comparator::Gt,
        "lt" => Comparator::Lt,
        "le" => Comparator::Le,
        "eq" => Comparator::Eq,
        _ => Comparator::Ge,
    }
}

/// The value in a slot of the part that a register plays.
pub(super) fn slot<'a>(register: &Register, record: &'a Record, slot: &str) -> Option<&'a Value> {
    let field = register.slot(slot)?;
    Some(record.value(&field.id)).filter(|it| !it.is_null())
}

pub(super) fn text_of(register: &Register, record: &Record, name: &str) -> Option<String> {
    Some(slot(register, record, name)?.as_text()?.to_owned())
}

pub(super) fn day_of(register: &Register, record: &Record, name: &str) -> Option<Date> {
    match slot(register, record, name)? {
        Value::Date(day) => Some(*day),
        _ => None,
    }
}

type Figures = BTreeMap<(String, Period), (Option<Decimal>, Option<Decimal>)>;

/// Value and growth of the indicators: one query for each lag.
async fn gather(
    product: &Product,
    region: &RegionCode,
    period: Period,
    wanted: &[Aim],
) -> Result<Figures, AppError> {
    let mut by_lag: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let mut years = Vec::new();
    for it in wanted {
        let Some(indicator) = product.pack.indicators.get(&it.indicator) else {
            continue;
        };
        let ids = by_lag.entry(indicator.lag).or_default();
        if !ids.contains(&it.indicator) {
            ids.push(it.indicator.clone());
        }
        if !years.contains(&it.period) {
            years.push(it.period);
        }
    }
    let mut figures = Figures::new();
    for (lag, ids) in by_lag {
        let mut periods: Vec<Period> = period.shift_years(-i32::from(lag)).into_iter().collect();
        // Where a stock stood when the plan began.
        periods.extend(
            years
                .iter()
                .filter_map(|it| it.shift_years(-1 - i32::from(lag))),
        );
        periods.dedup();
        let request = Request {
            indicators: Some(ids),
            region: region.clone(),
            periods,
            by: None,
        };
        let answer = product.figures.query(&request).await?;
        figures.extend(
            answer
                .rows
                .into_iter()
                .map(|it| ((it.indicator, it.period), (it.value, it.growth))),
        );
    }
    Ok(figures)
}

fn view(
    wanted: &Aim,
    indicator: &Indicator,
    figures: &Figures,
    period: Period,
    today: Date,
) -> TargetView {
    let lag = -i32::from(indicator.lag);
    let known = |period: Option<Period>| {
        let (value, growth) = *figures.get(&(wanted.indicator.clone(), period?))?;
        if wanted.growth { growth } else { value }
    };
    let found = known(period.shift_years(lag));
    let share_display = Display {
        unit: Some("%".to_owned()),
        digits: Some(1),
    };
    let (base, display) = if wanted.growth {
        ("1", &share_display)
    } else {
        (indicator.unit.as_str(), &indicator.display)
    };
    let share = found
        .filter(|_| !wanted.value.is_zero())
        .and_then(|it| it.checked_div(wanted.value))
        .map(|it| it.round_dp(4));
    let stood = known(wanted.period.shift_years(lag - 1));
    let light = light(
        wanted,
        indicator,
        found,
        stood,
        period.last_day().min(today),
    );
    TargetView {
        plan: wanted.plan.clone(),
        id: wanted.id.clone(),
        text: wanted.text.clone(),
        indicator: indicator.id.clone(),
        title: indicator.title.clone(),
        level: wanted.level.clone(),
        comparator: wanted.comparator.word(),
        asked: format!(
            "{}{}",
            say::comparator(wanted.comparator),
            say::whole(Some(wanted.value), base, display)
        ),
        reached: found.map(|it| say::whole(Some(it), base, display)),
        share,
        light: light.word(),
        by: wanted.by.to_string(),
    }
}

/// The light of a target on `day`: the rules of an appraisal's item, with the target's own comparator.
fn light(
    wanted: &Aim,
    indicator: &Indicator,
    found: Option<Decimal>,
    stood: Option<Decimal>,
    day: Date,
) -> Status {
    let course = indicator.course(wanted.growth);
    let goal = Goal {
        target: wanted.value,
        direction: match wanted.comparator {
            Comparator::Lt | Comparator::Le => Direction::Down,
            Comparator::Eq | Comparator::Gt | Comparator::Ge => Direction::Up,
        },
        course,
        base: stood.filter(|_| course == Course::Stock),
    };
    let first = wanted.period.first_day();
    // What lags is final when it is there.
    let over = day >= wanted.by || indicator.lag > 0;
    let gone = Gone {
        share: planned(first, &wanted.split.months, day)
            .unwrap_or_else(|| elapsed(first, wanted.by, day)),
        over,
    };
    match goal.status(found, gone) {
        // At the target is not past it, nor is past it at it.
        Status::Done if found.is_some_and(|it| !wanted.comparator.met(it, wanted.value)) => {
            if over { Status::Behind } else { Status::OnPace }
        }
        status => status,
    }
}

#[cfg(test)]
mod tests {
    use quanyu_pack::model::{At, Better, IndicatorKind};

    use super::*;

    fn aim(id: &str, indicator: &str, growth: bool, period: &str) -> Aim {
        Aim {
            plan: "示例计划".into(),
            plan_title: Text::zh("示例计划"),
            id: id.into(),
            text: Text::default(),
            indicator: indicator.into(),
            growth,
            level: None,
            comparator: Comparator::Ge,
            value: Decimal::ONE,
            period: period.parse().unwrap(),
            by: "2024-12-31".parse().unwrap(),
            split: Split::default(),
        }
    }

    #[test]
    fn what_was_confirmed_counts_before_what_the_pack_declares() {
        let declared = vec![
            aim("a", "firms", false, "2024"),
            aim("b", "firms", true, "2024"),
            aim("c", "value", false, "2023"),
        ];
        let confirmed = vec![
            aim("1", "firms", false, "2024"),
            aim("2", "value", false, "2024"),
            aim("3", "firms", false, "2024"),
        ];
        let all = merged(declared, confirmed);
        let ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["b", "c", "1", "2", "3"]);
        let at = |id: &str, level: &str| Aim {
            level: Some(level.to_owned()),
            ..aim(id, "firms", false, "2024")
        };
        let all = merged(
            vec![at("above", "assigned"), at("split", "split")],
            vec![at("1", "own"), at("2", "split")],
        );
        let ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["above", "1", "2"], "levels stand beside each other");
    }

    #[test]
    fn a_target_is_judged_by_its_own_comparator_and_day() {
        let indicator = Indicator {
            id: "x".into(),
            title: Text::zh("数"),
            unit: "家".into(),
            kind: IndicatorKind::Flow {
                of: Default::default(),
                value: Default::default(),
                filter: None,
                date: Default::default(),
                region: None,
            },
            lag: 0,
            published: None,
            basis: None,
            empty_is_zero: true,
            better: Better::Higher,
            display: Display::default(),
            aliases: Vec::new(),
            group: None,
            cockpit: None,
            source: None,
            at: At::default(),
        };
        #[rustfmt::skip]
        let cases = [
            // compared,       found,       day,          light
            (Comparator::Ge, Some(100), "2023-12-31", Status::Done),
            (Comparator::Gt, Some(100), "2023-12-31", Status::Behind),
            (Comparator::Gt, Some(100), "2023-11-30", Status::OnPace),
            (Comparator::Eq, Some(101), "2023-12-31", Status::Behind),
            (Comparator::Ge, Some(50),  "2023-06-30", Status::OnPace),
            (Comparator::Ge, Some(49),  "2023-06-30", Status::Behind),
            (Comparator::Le, Some(101), "2023-06-30", Status::Behind),
            (Comparator::Le, Some(40),  "2023-06-30", Status::OnPace),
            (Comparator::Le, Some(100), "2023-12-31", Status::Done),
            (Comparator::Ge, None,      "2023-12-31", Status::Waiting),
        ];
        for (comparator, found, day, want) in cases {
            let wanted = Aim {
                plan: String::new(),
                plan_title: Text::default(),
                id: String::new(),
                text: Text::default(),
                indicator: "x".into(),
                growth: false,
                level: None,
                comparator,
                value: Decimal::ONE_HUNDRED,
                period: "2023".parse().unwrap(),
                by: "2023-12-31".parse().unwrap(),
                split: Split::default(),
            };
            let got = light(
                &wanted,
                &indicator,
                found.map(Decimal::from),
                None,
                day.parse().unwrap(),
            );
            assert_eq!(got, want, "{comparator:?} {found:?} on {day}");
        }
    }
}
