//! 数据指标: every indicator's value, and the evidence behind it.
//!
//! Owns the shapes that pages and commands show, and how a value is said. Leaves computing to `quanyu-figures`.
//!
//! Invariant: what is shown as evidence is what the value was computed from, at one change sequence.
//!
//! Start reading at [`figures`], then [`page`].

use quanyu_core::{
    measure,
    period::Period,
    region::RegionCode,
    text::{Language, Text},
};
use quanyu_figures::{By, Citation, Evidence, Figure, Figures, Origin, Request};
use quanyu_pack::model::{Better, Indicator, IndicatorKind, Pack, Register};
use quanyu_store::{Tx, records};
use rust_decimal::Decimal;

use super::{AppError, Product, Why, registers, say};

/// A figure as pages and commands show it.
#[derive(Clone, Debug)]
pub struct FigureView {
    /// Indicator id.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// Region.
    pub region: RegionCode,
    /// Period the value is of (for an indicator with lag, still the period asked for).
    pub period: Period,
    /// Value in base units; `None` where unknown.
    pub value: Option<Decimal>,
    /// Base unit.
    pub unit: String,
    /// Value as people say it (`68.31`), "—" where unknown.
    pub said: String,
    /// Unit that goes with `said` (`亿元`).
    pub said_unit: String,
    /// Growth against the same period a year before; 0.25 is 25%.
    pub growth: Option<Decimal>,
    /// Rank and the number of units ranked.
    pub rank: Option<RankView>,
    /// `computed` or `cited`.
    pub source: &'static str,
    /// What it was cited from.
    pub citation: Option<CitationView>,
    /// How many records make it.
    pub records: u64,
    /// What more means: `higher`, `lower`, `neither`.
    pub better: &'static str,
    /// Years by which its statistics lag.
    pub lag: u8,
    /// Group on the pages.
    pub group: Option<Text>,
}

/// A rank.
#[derive(Clone, Debug)]
pub struct RankView {
    /// 1 is first.
    pub rank: u32,
    /// Among how many, where known.
    pub of: Option<u32>,
    /// Within what region, as named (全市).
    pub scope: String,
    /// Of the value or of its growth.
    pub of_growth: bool,
}

/// Where a cited value is from.
#[derive(Clone, Debug)]
pub struct CitationView {
    /// Issuing body.
    pub body: String,
    /// Document title.
    pub document: String,
    /// Document number.
    pub number: Option<String>,
    /// Its date, ISO.
    pub date: Option<String>,
    /// Page.
    pub page: Option<String>,
    /// 预计, 快报, 初步核算, 年报, 修订.
    pub status: Option<String>,
    /// The record that holds it (register, id).
    pub record: Option<(String, i64)>,
}

/// Everything about one indicator for a region and period.
#[derive(Clone, Debug)]
pub struct IndicatorPage {
    /// The figure.
    pub figure: FigureView,
    /// Definition in words (from the declaration).
    pub definition: Vec<(Text, String)>,
    /// Source of the definition.
    pub basis: Option<String>,
    /// The last years' values, oldest first.
    pub years: Vec<FigureView>,
    /// The months of the period's year.
    pub months: Vec<FigureView>,
    /// Sub-regions with values, best first.
    pub parts: Vec<(String, FigureView)>,
    /// The records behind the figure.
    pub evidence: EvidencePage,
    /// The change sequence all of this was read at.
    pub sequence: i64,
}

/// A page of the records behind a figure.
#[derive(Clone, Debug)]
pub struct EvidencePage {
    /// Register of the records.
    pub register: String,
    /// Its title.
    pub register_title: Text,
    /// The query that gives them, as SQL.
    pub sql: String,
    /// Heads of the columns shown.
    pub heads: Vec<Text>,
    /// Rows: record id, cells as shown, contribution to the value.
    pub rows: Vec<EvidenceRow>,
    /// How many in all.
    pub total: u64,
    /// What all rows add up to, in base units (for sums and counts).
    pub sum: Option<Decimal>,
    /// Start of the next page: pass as `after`.
    pub next: Option<String>,
}

/// A record behind a figure.
#[derive(Clone, Debug)]
pub struct EvidenceRow {
    /// Record id.
    pub id: i64,
    /// Cells as shown.
    pub cells: Vec<String>,
    /// Contribution, as shown.
    pub contribution: String,
}

impl CitationView {
    /// In one line: `body《document》(number), date, page`.
    #[must_use]
    pub fn said(&self) -> Text {
        let mut parts = vec![format!("{}《{}》", self.body, self.document)];
        parts.extend(self.number.clone());
        parts.extend(self.date.clone());
        let mut en = parts.clone();
        parts.extend(self.page.as_ref().map(|it| format!("第{it}页")));
        en.extend(self.page.as_ref().map(|it| format!("page {it}")));
        parts.extend(self.status.clone());
        Text {
            zh: parts.join("，"),
            en: Some(en.join(", ")),
        }
    }
}

/// All the rows behind a figure, for the command line.
#[derive(Clone, Debug)]
pub struct EvidenceList {
    /// Rows in order of record.
    pub rows: Vec<EvidenceItem>,
    /// The figure's value.
    pub value: Option<Decimal>,
}

/// One record behind a figure.
#[derive(Clone, Debug)]
pub struct EvidenceItem {
    /// Register.
    pub register: String,
    /// Record.
    pub record: i64,
    /// What it contributes.
    pub contribution: Option<Decimal>,
    /// What it is called.
    pub label: String,
}

/// Figures of indicators for a region and period.
///
/// # Errors
/// An unknown indicator; what the figures refuse.
pub async fn figures(
    product: &Product,
    wanted: Option<&[String]>,
    region: &RegionCode,
    period: Period,
) -> Result<Vec<FigureView>, AppError> {
    for id in wanted.into_iter().flatten() {
        indicator(product, id)?;
    }
    let request = Request {
        indicators: wanted.map(<[String]>::to_vec),
        region: region.clone(),
        periods: vec![period],
        by: None,
    };
    let answer = product.figures.query(&request).await?;
    Ok(answer
        .rows
        .iter()
        .map(|it| view(&product.pack, it))
        .collect())
}

/// The indicator of that id.
///
/// # Errors
/// When there is none, with the nearest name.
pub fn indicator<'a>(product: &'a Product, id: &str) -> Result<&'a Indicator, AppError> {
    let all = &product.pack.indicators;
    all.get(id)
        .ok_or_else(|| AppError::not_found("indicator", id, all.keys().map(String::as_str)))
}

/// The records behind a figure, all of them.
///
/// # Errors
/// An unknown indicator; a dataset without ids.
pub async fn evidence(
    product: &Product,
    id: &str,
    region: &RegionCode,
    period: Period,
) -> Result<EvidenceList, AppError> {
    indicator(product, id)?;
    let evidence = gathered(&product.figures, id, region, period).await?;
    let mut tx = product.store.read().await?;
    let mut rows = Vec::with_capacity(evidence.rows.len());
    for row in &evidence.rows {
        let (register, label) = match find(&mut tx, product, &evidence.registers, row.record)
            .await?
        {
            Some((register, record)) => (register.id.clone(), registers::label(register, &record)),
            None => (String::new(), String::new()),
        };
        rows.push(EvidenceItem {
            register,
            record: row.record,
            contribution: row.value,
            label,
        });
    }
    Ok(EvidenceList {
        rows,
        value: evidence.value,
    })
}

/// The evidence of a figure; that of a ratio or growth is the evidence of its parts, one after the other.
pub(crate) async fn gathered(
    figures: &Figures,
    id: &str,
    region: &RegionCode,
    period: Period,
) -> Result<Evidence, AppError> {
    let mut evidence = figures.evidence(id, region, period).await?;
    for part in evidence.parts.clone() {
        let below = figures
            .evidence(&part.indicator, region, part.period)
            .await?;
        evidence.registers.extend(below.registers);
        evidence.rows.extend(below.rows);
    }
    evidence.registers.sort();
    evidence.registers.dedup();
    Ok(evidence)
}

/// The record of an id that lies in one of the registers.
async fn find<'a>(
    tx: &mut Tx,
    product: &'a Product,
    among: &[String],
    id: i64,
) -> Result<Option<(&'a Register, records::Record)>, AppError> {
    for register in among.iter().filter_map(|it| product.pack.registers.get(it)) {
        if let Some(record) = records::get(tx, &register.id, id).await? {
            return Ok(Some((register, record)));
        }
    }
    Ok(None)
}

/// A figure as it is shown.
#[must_use]
pub fn view(pack: &Pack, figure: &Figure) -> FigureView {
    let indicator = pack.indicators.get(&figure.indicator);
    let display = indicator.map(|it| it.display.clone()).unwrap_or_default();
    let (said, said_unit) = say::value(figure.value, &figure.unit, &display);
    let grown = matches!(
        indicator.map(|it| &it.kind),
        Some(IndicatorKind::Growth { .. })
    );
    FigureView {
        indicator: figure.indicator.clone(),
        title: figure.name.clone(),
        region: figure.region.clone(),
        period: figure.period,
        value: figure.value,
        unit: figure.unit.clone(),
        said,
        said_unit,
        growth: figure.growth,
        rank: figure.rank.as_ref().map(|it| RankView {
            rank: it.place,
            of: it.of,
            scope: it.scope.clone().unwrap_or_default(),
            of_growth: grown,
        }),
        source: match figure.source {
            Origin::Computed => "computed",
            Origin::Cited(_) => "cited",
        },
        citation: match &figure.source {
            Origin::Cited(citation) => Some(cited(pack, citation)),
            Origin::Computed => figure
                .rank
                .as_ref()
                .and_then(|it| it.cited.as_ref())
                .map(|it| cited(pack, it)),
        },
        records: figure.records,
        better: match indicator.map(|it| it.better) {
            Some(Better::Lower) => "lower",
            Some(Better::Neither) => "neither",
            _ => "higher",
        },
        lag: figure.lag,
        group: indicator.and_then(|it| it.group.clone()),
    }
}

fn cited(pack: &Pack, it: &Citation) -> CitationView {
    let register = pack.playing("observation");
    CitationView {
        body: it.body.clone().unwrap_or_default(),
        document: it.document.clone().unwrap_or_default(),
        number: it.number.clone(),
        date: it.date.map(|it| it.to_string()),
        page: it.page.clone(),
        status: it
            .status
            .as_ref()
            .map(|status| say::slot_code(pack, register, "status", status)),
        record: register.map(|register| (register.id.clone(), it.record)),
    }
}

/// Years in which a flow of the cockpit (any, where none is on the cockpit) counts something, the newest first. Stocks are no
/// sign of a year: a qualification that still holds counts in years that have not begun.
///
/// # Errors
/// The figures'.
pub async fn known_years(product: &Product) -> Result<Vec<Period>, AppError> {
    let pack = &product.pack;
    let flows = || {
        pack.indicators
            .values()
            .filter(|it| matches!(it.kind, IndicatorKind::Flow { .. }))
    };
    let mut wanted: Vec<String> = flows()
        .filter(|it| it.cockpit.is_some())
        .map(|it| it.id.clone())
        .collect();
    if wanted.is_empty() {
        wanted = flows().map(|it| it.id.clone()).collect();
    }
    if wanted.is_empty() {
        wanted = pack.indicators.keys().cloned().collect();
    }
    let years = recent_years();
    let request = Request {
        indicators: Some(wanted),
        region: pack.region.clone(),
        periods: years.clone(),
        by: None,
    };
    let answer = product.figures.query(&request).await?;
    let known = |period: &Period| {
        answer
            .rows
            .iter()
            .any(|it| it.period == *period && it.records > 0)
    };
    Ok(years.into_iter().rev().filter(known).collect())
}

/// The fifteen years up to the one that the clock of this machine says.
fn recent_years() -> Vec<Period> {
    let now = i32::from(jiff::Zoned::now().year());
    (now - 14..=now).filter_map(Period::year).collect()
}

/// Everything about one indicator.
///
/// # Errors
/// An unknown indicator, a cursor that is none, what the figures refuse.
pub async fn page(
    product: &Product,
    id: &str,
    region: &RegionCode,
    period: Period,
    after: Option<&str>,
    limit: u32,
    language: Language,
) -> Result<IndicatorPage, AppError> {
    let pack = &product.pack;
    let declared = indicator(product, id)?;
    let view_all = |figures: &[Figure]| figures.iter().map(|it| view(pack, it)).collect::<Vec<_>>();
    let now = product.figures.series(id, region, &[period]).await?;
    let figure = now
        .rows
        .first()
        .map(|it| view(pack, it))
        .ok_or_else(|| AppError::not_found("indicator", id, []))?;
    let year = period.last_year();
    let last_years: Vec<Period> = (year - 4..=year).filter_map(Period::year).collect();
    let years = product.figures.series(id, region, &last_years).await?;
    let whole_year = Period::year(year).unwrap_or(period);
    let months = product
        .figures
        .query(&Request {
            indicators: Some(vec![id.to_owned()]),
            region: region.clone(),
            periods: vec![whole_year],
            by: Some(By::Months),
        })
        .await?;
    let parts = product.figures.children(id, region, period).await?;
    let mut parts: Vec<(String, FigureView)> = parts
        .rows
        .iter()
        .filter(|it| it.value.is_some())
        .map(|it| (product.region_name(&it.region), view(pack, it)))
        .collect();
    parts.sort_by_key(|(_, it)| (std::cmp::Reverse(it.value), it.region.clone()));
    if declared.better == Better::Lower {
        parts.reverse();
    }
    Ok(IndicatorPage {
        figure,
        definition: say::definition(pack, declared, language),
        basis: declared.source.clone(),
        years: view_all(&years.rows),
        months: view_all(&months.rows),
        parts,
        evidence: evidence_page(product, id, region, period, after, limit, language).await?,
        sequence: now.sequence,
    })
}

async fn evidence_page(
    product: &Product,
    id: &str,
    region: &RegionCode,
    period: Period,
    after: Option<&str>,
    limit: u32,
    language: Language,
) -> Result<EvidencePage, AppError> {
    let pack = &product.pack;
    let evidence = gathered(&product.figures, id, region, period).await?;
    let after = match after.filter(|it| !it.is_empty()) {
        Some(text) => text.parse::<i64>().map_err(|_| AppError::BadValue {
            kind: "cursor",
            value: text.to_owned(),
            why: Why::new("请从第一页重新翻起", "a cursor is taken from a page before"),
        })?,
        None => 0,
    };
    let limit = limit.clamp(1, 500) as usize;
    let left: Vec<_> = evidence
        .rows
        .iter()
        .filter(|it| it.record > after)
        .collect();
    let shown = &left[..left.len().min(limit)];
    let register = evidence
        .registers
        .first()
        .and_then(|it| pack.registers.get(it));
    let fields = register.map(registers::first_fields).unwrap_or_default();
    let unit = product
        .pack
        .indicators
        .get(id)
        .map(|it| it.unit.as_str())
        .unwrap_or_default();
    let mut tx = product.store.read().await?;
    let mut rows = Vec::with_capacity(shown.len());
    for row in shown {
        let mut cells = Vec::new();
        if let Some((register, record)) =
            find(&mut tx, product, &evidence.registers, row.record).await?
        {
            for field in &fields {
                let field = register.field(&field.id).unwrap_or(field);
                cells.push(
                    registers::cell(&mut tx, product, field, record.value(&field.id), language)
                        .await?
                        .said,
                );
            }
        }
        let contribution = row.value.map_or_else(
            || "—".to_owned(),
            |it| {
                let (_, digits) = measure::handy(it, unit);
                measure::say(it, unit, if unit == "元" { 2 } else { digits }).0
            },
        );
        rows.push(EvidenceRow {
            id: row.record,
            cells,
            contribution,
        });
    }
    let next = (left.len() > shown.len())
        .then(|| shown.last().map(|it| it.record.to_string()))
        .flatten();
    Ok(EvidencePage {
        register: register.map(|it| it.id.clone()).unwrap_or_default(),
        register_title: register.map(|it| it.title.clone()).unwrap_or_default(),
        sql: evidence.definition.sql.clone().unwrap_or_default(),
        heads: fields.iter().map(|it| it.title.clone()).collect(),
        rows,
        total: evidence.rows.len() as u64,
        sum: evidence.total(),
        next,
    })
}
