//! 考核: a scheme for a region and period, item by item: what is reached, what it earns now and at today's pace, what is
//! missing.
//!
//! Owns the shapes that pages and commands show. Leaves rules to `quanyu_core::appraisal`, values to the figures, which are
//! asked in few queries by [`facts`]; leaderboards are in [`board`], one item with its months and parts in [`item`].
//!
//! Invariant: nothing known is 待统计, never nothing earned; a total says how many points it does not know yet.
//!
//! Start reading at [`scheme`].

pub mod board;
mod facts;
pub mod item;
mod judge;

use jiff::civil::Date;
use quanyu_core::{
    appraisal::{Status, pace::Basis},
    period::Period,
    region::RegionCode,
    text::{Language, Text},
};
use quanyu_pack::model::{Appraisal, AppraisalItem, Pack, Whom};
use rust_decimal::Decimal;

use super::{AppError, Product, Why};

pub use facts::When;

/// A scheme for a region and period.
#[derive(Clone, Debug)]
pub struct SchemeView {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Who set it.
    pub set_by: Text,
    /// What it is from.
    pub source: Option<String>,
    /// Whether it is for parts rather than the whole.
    pub for_parts: bool,
    /// The time it is for, and how much of it is gone.
    pub when: When,
    /// Region shown.
    pub region: RegionCode,
    /// Its name.
    pub region_name: String,
    /// Its items in order; those that ask nothing of this region are left out.
    pub items: Vec<ItemView>,
    /// Totals over the items shown.
    pub totals: Totals,
    /// The change sequence that it was read at.
    pub sequence: i64,
}

/// Points over items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Points in all.
    pub full: Decimal,
    /// Earned as it stands.
    pub now: Decimal,
    /// Earned at today's pace; what waits for statistics counts with last year's points.
    pub forecast: Decimal,
    /// Of `forecast`, points that are last year's.
    pub assumed: Decimal,
    /// Weight of items that wait and have no points of last year either.
    pub open: Decimal,
    /// Points of the year before; `None` where an item does not know them.
    pub last_year: Option<Decimal>,
    /// Weight of items by light: done, on pace, behind, waiting.
    pub weights: [Decimal; 4],
    /// Items by light: done, on pace, behind, waiting.
    pub counts: [usize; 4],
}

/// An item as it stands.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// Identifier inside the scheme.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Group in the table.
    pub group: Option<Text>,
    /// The section that leads.
    pub section: Text,
    /// `proportional`, `banded`, `rank`, `yes_no`, `deduct`, `given`.
    pub method: &'static str,
    /// Points for all of it.
    pub weight: Decimal,
    /// The indicator, where one measures it.
    pub indicator: Option<String>,
    /// Its growth is asked, not its value.
    pub growth: bool,
    /// The region that the value is of.
    pub region: RegionCode,
    /// The period that the value is of.
    pub period: Period,
    /// Base unit of the values.
    pub unit: String,
    /// What is asked, in base units.
    pub target: Decimal,
    /// As people say it: `≥65亿元`, `第3`.
    pub target_said: String,
    /// What is reached.
    pub found: Option<Decimal>,
    /// As people say it.
    pub found_said: Option<String>,
    /// Share of the target that is done.
    pub share: Option<Decimal>,
    /// Share of the target that should be there today (序时进度).
    pub pace: Decimal,
    /// What should be there today, as people say it.
    pub line_said: String,
    /// The light.
    pub light: Status,
    /// Points as it stands.
    pub score: Option<Decimal>,
    /// Where it ends at today's pace.
    pub forecast: Option<Decimal>,
    /// As people say it.
    pub forecast_said: Option<String>,
    /// What that rests on.
    pub basis: Option<Basis>,
    /// Points at today's pace.
    pub forecast_score: Option<Decimal>,
    /// Points lost at today's pace.
    pub lost: Option<Decimal>,
    /// Missing until all is earned, in base units, up to the next whole step of the unit.
    pub gap: Option<Decimal>,
    /// As people say it: `13家`, `0.77亿元`, `1名`; nothing where nothing is missing.
    pub gap_said: Option<String>,
    /// Missing until it is where it should be today.
    pub behind_said: Option<String>,
    /// Points of the year before.
    pub last_year: Option<Decimal>,
    /// By when the statistics are out, where it waits for them.
    pub ready: Option<Date>,
    /// That day is past.
    pub overdue: bool,
    /// `computed`, `cited` or `given`.
    pub source: &'static str,
    /// How many records make the value.
    pub records: u64,
}

/// A scheme in a list.
#[derive(Clone, Debug)]
pub struct SchemeHead {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Who set it.
    pub set_by: Text,
    /// Whether it is for parts.
    pub for_parts: bool,
    /// Items.
    pub items: usize,
}

/// The schemes for a period, those for the whole region first.
#[must_use]
pub fn schemes(pack: &Pack, period: Period) -> Vec<SchemeHead> {
    let mut heads: Vec<_> = pack
        .appraisals
        .values()
        .filter(|it| facts::holds(it.period, period))
        .map(|it| SchemeHead {
            id: it.id.clone(),
            title: it.title.clone(),
            set_by: it.set_by.clone(),
            for_parts: it.whom == Whom::Parts,
            items: it.items.len(),
        })
        .collect();
    heads.sort_by_key(|it| it.for_parts);
    heads
}

/// The scheme of that id.
///
/// # Errors
/// When there is none, with the nearest name.
pub fn declared<'a>(product: &'a Product, id: &str) -> Result<&'a Appraisal, AppError> {
    let all = &product.pack.appraisals;
    all.get(id)
        .ok_or_else(|| AppError::not_found("appraisal", id, all.keys().map(String::as_str)))
}

/// The scheme to show for a period where none was named.
///
/// # Errors
/// When none is for that period.
pub fn first(product: &Product, period: Period) -> Result<String, AppError> {
    let found = schemes(&product.pack, period).into_iter().next();
    found.map(|it| it.id).ok_or_else(|| AppError::NotFound {
        kind: "appraisal",
        id: period.to_string(),
        near: None,
    })
}

/// A scheme for a region, as it stands at the end of `period` (or on `today`, where that is before).
///
/// # Errors
/// An unknown scheme, a period outside the scheme's, what the figures refuse.
pub async fn scheme(
    product: &Product,
    id: &str,
    region: &RegionCode,
    period: Period,
    today: Date,
) -> Result<SchemeView, AppError> {
    let scheme = declared(product, id)?;
    let when = when(scheme, period, today)?;
    let items: Vec<&AppraisalItem> = scheme.items.iter().collect();
    let facts = facts::gather(product, scheme, &items, region, false, &when).await?;
    let views: Vec<ItemView> = items
        .iter()
        .filter_map(|it| judge::item(product, it, region, &when, &facts))
        .collect();
    Ok(SchemeView {
        id: scheme.id.clone(),
        title: scheme.title.clone(),
        set_by: scheme.set_by.clone(),
        source: scheme.source.clone(),
        for_parts: scheme.whom == Whom::Parts,
        region: region.clone(),
        region_name: product.region_name(region),
        totals: totals(&views),
        items: views,
        sequence: facts.sequence,
        when,
    })
}

/// The time of a scheme seen from a period and a day.
fn when(scheme: &Appraisal, period: Period, today: Date) -> Result<When, AppError> {
    When::new(scheme.period, period, today).ok_or_else(|| AppError::BadValue {
        kind: "period",
        value: period.to_string(),
        why: Why::new(
            format!("{}考核的是 {}", scheme.title.zh, scheme.period),
            format!(
                "{} is for {}",
                scheme.title.get(Language::En),
                scheme.period
            ),
        ),
    })
}

/// Lights in the order of [`Totals::counts`].
pub const LIGHTS: [Status; 4] = [
    Status::Done,
    Status::OnPace,
    Status::Behind,
    Status::Waiting,
];

fn totals(items: &[ItemView]) -> Totals {
    let mut totals = Totals {
        last_year: Some(Decimal::ZERO),
        ..Totals::default()
    };
    for item in items {
        totals.full += item.weight;
        totals.now += item.score.unwrap_or_default();
        match (item.forecast_score, item.last_year) {
            (Some(points), _) => totals.forecast += points,
            (None, Some(points)) => {
                totals.forecast += points;
                totals.assumed += points;
            }
            (None, None) => totals.open += item.weight,
        }
        totals.last_year = totals
            .last_year
            .and_then(|sum| item.last_year.map(|it| sum + it));
        let light = LIGHTS.iter().position(|it| *it == item.light);
        if let Some(place) = light {
            totals.weights[place] += item.weight;
            totals.counts[place] += 1;
        }
    }
    totals.last_year = totals.last_year.filter(|_| !items.is_empty());
    totals
}

/// The items that lose points, the most first; then those that wait.
#[must_use]
pub fn lost(items: &[ItemView]) -> Vec<&ItemView> {
    let mut lost: Vec<&ItemView> = items
        .iter()
        .filter(|it| it.lost.is_some_and(|lost| lost > Decimal::ZERO))
        .collect();
    lost.sort_by(|a, b| b.lost.cmp(&a.lost).then_with(|| a.id.cmp(&b.id)));
    lost
}
