//! 数据定版: figures frozen for a document, and what changed since.
//!
//! Owns which records stand behind each measure of a figure (value, growth, rank, share), how its definition is written
//! down, and the shapes that pages, commands and documents use. Leaves rows and seals to `quanyu_store::release`,
//! computing to `quanyu-figures`, comparing with today to [`since`].
//!
//! Invariant: a set is computed at one change sequence and frozen in one act; what was printed and what is frozen agree.
//!
//! Start reading at [`freeze`].

mod drawn;
mod since;

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use quanyu_core::{
    period::Period,
    region::RegionCode,
    text::{Language, Text},
};
use quanyu_documents::compose::{MOST_YEARS, Measure as Composed};
use quanyu_pack::model::{Indicator, IndicatorKind, Pack};
use quanyu_store::release::{self as kept, Frozen, Member};
use rust_decimal::Decimal;

use self::drawn::Drawn;
use super::{AppError, Product, Why, asof, indicators, say};

pub(super) use drawn::against;
pub use since::{Change, How, Since, Touch, moved_document, since, since_document};

/// What is measured of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Its value.
    Value,
    /// Its growth against the same period a year before.
    Growth,
    /// Its place among regions.
    Rank,
    /// Its share of the region above.
    Share,
    /// Its difference from the same period a year before.
    Change,
    /// Its growth against the period right before.
    Sequential,
    /// Its growth of a year, averaged over that many.
    Average(u8),
}

impl Measure {
    /// The word that stands in releases and observations: an average with its years, such as `average3`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Growth => "growth",
            Self::Rank => "rank",
            Self::Share => "share",
            Self::Change => "change",
            Self::Sequential => "sequential",
            Self::Average(years) => Composed::Average(years).word(),
        }
    }

    /// The word of its kind, for texts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Average(_) => "average",
            other => other.as_str(),
        }
    }

    /// The period that a value is held against, where it is held against one.
    pub(super) fn base(self, period: Period) -> Option<Period> {
        match self {
            Self::Value | Self::Rank | Self::Share => None,
            Self::Growth | Self::Change => period.shift_years(-1),
            Self::Sequential => period.before(),
            Self::Average(years) => period.shift_years(-i32::from(years)),
        }
    }
}

impl FromStr for Measure {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let all = [
            Self::Value,
            Self::Growth,
            Self::Rank,
            Self::Share,
            Self::Change,
            Self::Sequential,
        ];
        let averages = (2..=MOST_YEARS).map(Self::Average);
        let found = all
            .into_iter()
            .chain(averages)
            .find(|it| it.as_str() == text);
        found.ok_or_else(|| AppError::BadValue {
            kind: "measure",
            value: text.to_owned(),
            why: Why::written("value, growth, rank, share, change, sequential, average3"),
        })
    }
}

/// A figure that a document prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The indicator.
    pub indicator: String,
    /// What of it.
    pub measure: Measure,
    /// The region.
    pub region: RegionCode,
    /// The period that the value is of.
    pub period: Period,
    /// The value that the text was printed from; freezing refuses where the records say another.
    pub value: Option<Decimal>,
    /// As it is printed, such as 超68亿元; `None`: plainly.
    pub said: Option<String>,
    /// The idiom in it, such as 超.
    pub idiom: Option<String>,
}

impl Wanted {
    /// The value of an indicator, said plainly.
    pub fn value(indicator: impl Into<String>, region: &RegionCode, period: Period) -> Self {
        Self {
            indicator: indicator.into(),
            measure: Measure::Value,
            region: region.clone(),
            period,
            value: None,
            said: None,
            idiom: None,
        }
    }
}

/// A frozen figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its short name: eight letters and digits.
    pub id: String,
    /// The document that it was frozen for.
    pub document: String,
    /// The indicator.
    pub indicator: String,
    /// What the indicator is called today; its id where it is gone.
    pub title: Text,
    /// What of it.
    pub measure: Measure,
    /// The region.
    pub region: RegionCode,
    /// The period.
    pub period: Period,
    /// The value in base units; `None` where nothing was known.
    pub value: Option<Decimal>,
    /// Of a rank: among how many.
    pub of: Option<u32>,
    /// Base unit; `1` for growth and share, `rank` for ranks.
    pub unit: String,
    /// As the document prints it.
    pub said: String,
    /// The idiom in it.
    pub idiom: Option<String>,
    /// How it was defined, line by line.
    pub definition: String,
    /// The pack revision that it was computed under.
    pub revision: i64,
    /// The change sequence at which it was computed.
    pub sequence: i64,
    /// `computed` or `cited`.
    pub source: String,
    /// What it was cited from.
    pub citation: Option<String>,
    /// How many records it was made of.
    pub records: u64,
    /// Digest over these records and their versions.
    pub digest: String,
    /// The change that froze it.
    pub seq: i64,
    /// Who froze it.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
}

/// A record that a release names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// What it was to the figure.
    pub part: String,
    /// Its register, or the lines it stands in.
    pub register: String,
    /// Its id.
    pub record: i64,
    /// Its version at that time.
    pub version: i64,
    /// What it contributed.
    pub contribution: Option<Decimal>,
    /// What it was called at that time.
    pub label: String,
}

/// The key under which figures of a document of the pack are frozen: `summary@2023`.
#[must_use]
pub fn document_key(document: &str, period: Period) -> String {
    format!("{document}@{period}")
}

/// Freezes figures for a document in one act; their releases in the order asked. A figure of the same document that is
/// frozen already and says the same from the same records keeps its release.
///
/// # Errors
/// [`AppError::ReleaseMoved`] where a text was printed from another value; an unknown indicator.
pub async fn freeze(
    product: &Product,
    document: &str,
    wanted: &[Wanted],
) -> Result<Vec<Release>, AppError> {
    if document.trim().is_empty() {
        return Err(AppError::BadValue {
            kind: "document",
            value: document.to_owned(),
            why: Why::new("数据要为一份文稿定版", "figures are frozen for a document"),
        });
    }
    for it in wanted {
        indicators::indicator(product, &it.indicator)?;
    }
    let (drawn, sequence, revision) = draw(product, wanted).await?;
    let mut figures = Vec::with_capacity(wanted.len());
    for (it, drawn) in wanted.iter().zip(drawn) {
        figures.push(frozen(&product.pack, it, drawn, sequence, revision)?);
    }
    let (document, figures) = (document.to_owned(), Arc::new(figures));
    let releases = product
        .store
        .act(&product.actor(), move |act| {
            let (document, figures) = (document.clone(), Arc::clone(&figures));
            Box::pin(async move { kept::freeze(act, &document, &figures).await })
        })
        .await?;
    releases.iter().map(|it| view(product, it)).collect()
}

/// Everything about the wanted figures, at one change sequence.
async fn draw(product: &Product, wanted: &[Wanted]) -> Result<(Vec<Drawn>, i64, i64), AppError> {
    // The figures that are ready answer at once; where somebody writes meanwhile, those of one change are computed anew.
    let drawn = drawn::all(&product.figures, wanted).await?;
    let mut sequences = drawn.iter().map(|it| it.sequence);
    let first = sequences.next();
    let same = drawn
        .iter()
        .all(|it| it.agrees && Some(it.sequence) == first);
    let (drawn, sequence) = match first {
        Some(sequence) if same => (drawn, sequence),
        _ => {
            let sequence = product.store.head().await?;
            let then = asof::at(product, asof::When::Change(sequence)).await?;
            (drawn::all(&then.figures, wanted).await?, sequence)
        }
    };
    let mut tx = product.store.read().await?;
    let revision = quanyu_store::asof::revision(&mut tx, sequence).await?;
    let mut drawn = drawn;
    drawn::give_versions(&mut tx, product, &mut drawn, sequence).await?;
    Ok((drawn, sequence, revision.map_or(0, |it| it.number)))
}

fn frozen(
    pack: &Pack,
    wanted: &Wanted,
    drawn: Drawn,
    sequence: i64,
    revision: i64,
) -> Result<(Frozen, Arc<Vec<Member>>), AppError> {
    if let (Some(printed), found) = (wanted.value, drawn.value)
        && Some(printed) != found
    {
        return Err(AppError::ReleaseMoved {
            indicator: wanted.indicator.clone(),
            printed: printed.normalize().to_string(),
            found: found.map_or_else(|| "—".to_owned(), |it| it.normalize().to_string()),
        });
    }
    let unit = unit(pack, &wanted.indicator, wanted.measure);
    let said = wanted
        .said
        .clone()
        .unwrap_or_else(|| plainly(pack, &wanted.indicator, wanted.measure, drawn.value));
    let figure = Frozen {
        indicator: wanted.indicator.clone(),
        measure: wanted.measure.as_str().to_owned(),
        region: wanted.region.to_string(),
        period: wanted.period.to_string(),
        value: drawn.value,
        of: drawn.of.map(i64::from),
        unit,
        said,
        idiom: wanted.idiom.clone(),
        definition: definition(pack, &wanted.indicator),
        sequence,
        revision,
        source: if drawn.citation.is_some() {
            "cited"
        } else {
            "computed"
        }
        .to_owned(),
        citation: drawn.citation,
    };
    Ok((figure, Arc::new(drawn.members)))
}

/// A release.
///
/// # Errors
/// When there is none of that name.
pub async fn get(product: &Product, id: &str) -> Result<Release, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::get(&mut tx, id).await?;
    let found = found.ok_or_else(|| AppError::not_found("release", id, []))?;
    view(product, &found)
}

/// The releases of these names; unknown names are left out.
///
/// # Errors
/// The database's.
pub async fn find(
    product: &Product,
    ids: &[String],
) -> Result<BTreeMap<String, Release>, AppError> {
    let mut tx = product.store.read().await?;
    let mut found = BTreeMap::new();
    for id in ids {
        if let Some(release) = kept::get(&mut tx, id).await? {
            found.insert(id.clone(), view(product, &release)?);
        }
    }
    Ok(found)
}

/// The releases of a document in order of freezing.
///
/// # Errors
/// The database's.
pub async fn of_document(product: &Product, document: &str) -> Result<Vec<Release>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::of_document(&mut tx, document).await?;
    found.iter().map(|it| view(product, it)).collect()
}

/// The releases of an indicator, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_indicator(
    product: &Product,
    indicator: &str,
    limit: u32,
) -> Result<Vec<Release>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::of_indicator(&mut tx, indicator, limit).await?;
    found.iter().map(|it| view(product, it)).collect()
}

/// All releases, the newest first.
///
/// # Errors
/// The database's.
pub async fn latest(product: &Product, limit: u32) -> Result<Vec<Release>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::latest(&mut tx, limit).await?;
    found.iter().map(|it| view(product, it)).collect()
}

/// The records that a release was made of, called as they were called then.
///
/// # Errors
/// When there is no such release.
pub async fn records(product: &Product, id: &str) -> Result<Vec<Used>, AppError> {
    let mut tx = product.store.read().await?;
    let found = kept::get(&mut tx, id).await?;
    let found = found.ok_or_else(|| AppError::not_found("release", id, []))?;
    let members = kept::members(&mut tx, &found).await?;
    let ids: Vec<i64> = members.iter().map(|it| it.record).collect();
    let bodies = quanyu_store::asof::registers(&mut tx, &ids, found.figure.sequence).await?;
    let used = members.into_iter().map(|it| {
        let label = bodies.get(&it.record).and_then(|(register, body)| {
            let field = &product.pack.registers.get(register)?.label;
            body.fields.get(field).cloned()
        });
        Used {
            label: label.unwrap_or_else(|| format!("#{}", it.record)),
            part: it.part,
            register: it.register,
            record: it.record,
            version: it.version,
            contribution: it.contribution,
        }
    });
    Ok(used.collect())
}

pub(super) fn view(product: &Product, it: &kept::Release) -> Result<Release, AppError> {
    let bad = |kind, value: &str| AppError::BadValue {
        kind,
        value: value.to_owned(),
        why: Why::new(
            format!("定版数据 {} 里是这样写的", it.id),
            format!("release {} holds it", it.id),
        ),
    };
    let figure = &it.figure;
    let indicator = product.pack.indicators.get(&figure.indicator);
    Ok(Release {
        id: it.id.clone(),
        document: it.document.clone(),
        indicator: figure.indicator.clone(),
        title: indicator.map_or_else(|| Text::zh(&figure.indicator), |it| it.title.clone()),
        measure: figure.measure.parse()?,
        region: figure
            .region
            .parse()
            .map_err(|_| bad("region", &figure.region))?,
        period: figure
            .period
            .parse()
            .map_err(|_| bad("period", &figure.period))?,
        value: figure.value,
        of: figure.of.and_then(|it| u32::try_from(it).ok()),
        unit: figure.unit.clone(),
        said: figure.said.clone(),
        idiom: figure.idiom.clone(),
        definition: figure.definition.clone(),
        revision: figure.revision,
        sequence: figure.sequence,
        source: figure.source.clone(),
        citation: figure.citation.clone(),
        records: u64::try_from(it.records).unwrap_or(0),
        digest: it.digest.clone(),
        seq: it.seq,
        actor: it.actor.clone(),
        at: say::shanghai(&it.at),
    })
}

/// The unit of a measure.
fn unit(pack: &Pack, indicator: &str, measure: Measure) -> String {
    match measure {
        Measure::Value | Measure::Change => pack
            .indicators
            .get(indicator)
            .map_or_else(String::new, |it| it.unit.clone()),
        Measure::Growth | Measure::Share | Measure::Sequential | Measure::Average(_) => {
            "1".to_owned()
        }
        Measure::Rank => "rank".to_owned(),
    }
}

/// A measure as it is said without any idiom.
#[must_use]
pub fn plainly(pack: &Pack, indicator: &str, measure: Measure, value: Option<Decimal>) -> String {
    match (measure, value) {
        (_, None) => "—".to_owned(),
        (Measure::Rank, Some(value)) => format!("第{}", value.normalize()),
        (Measure::Change, Some(value)) if unit(pack, indicator, measure) == "1" => {
            let (number, unit) = quanyu_core::measure::say(value, "个百分点", 2);
            format!("{number}{unit}")
        }
        (Measure::Value | Measure::Change, value) => {
            let declared = pack.indicators.get(indicator);
            let display = declared.map(|it| it.display.clone()).unwrap_or_default();
            say::whole(value, &unit(pack, indicator, measure), &display)
        }
        (_, value) => say::whole(value, "1", &quanyu_pack::model::Display::default()),
    }
}

/// A definition as it is frozen: line by line, with those of the indicators and datasets that it is made of.
fn definition(pack: &Pack, id: &str) -> String {
    let mut lines = Vec::new();
    let mut open = vec![id.to_owned()];
    let mut seen = Vec::new();
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        if let Some(indicator) = pack.indicators.get(&id) {
            described(pack, indicator, &mut lines);
            open.extend(parts(indicator));
        }
        seen.push(id);
    }
    lines.join("\n")
}

fn described(pack: &Pack, indicator: &Indicator, lines: &mut Vec<String>) {
    lines.push(format!("{}（{}）", indicator.title.zh, indicator.id));
    for (name, text) in say::definition(pack, indicator, Language::Zh) {
        lines.push(format!("{}：{text}", name.zh));
    }
    if let Some(source) = &indicator.source {
        lines.push(format!("口径：{source}"));
    }
    if let IndicatorKind::Flow { of, .. } | IndicatorKind::Stock { of, .. } = &indicator.kind
        && let Some(dataset) = pack.datasets.get(&of.value)
    {
        let sql: Vec<&str> = dataset.sql.value.split_whitespace().collect();
        lines.push(format!("数据集 {}：{}", dataset.id, sql.join(" ")));
    }
}

/// The indicators that one is made of.
fn parts(indicator: &Indicator) -> Vec<String> {
    match &indicator.kind {
        IndicatorKind::Ratio {
            numerator,
            denominator,
        } => vec![denominator.value.clone(), numerator.value.clone()],
        IndicatorKind::Growth { of } => vec![of.value.clone()],
        _ => Vec::new(),
    }
}
