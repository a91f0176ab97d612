//! What was known on an earlier day: figures, and the records behind them, as of a change.
//!
//! Owns which change a day means, the pack that applied then, and the door through which figures get rows of that time.
//! Leaves the rows themselves to `quanyu_store::asof`, computing to `quanyu-figures`.
//!
//! Invariant: what is computed as of a change is what was computed when it was the last one.
//!
//! Start reading at [`at`].

use std::{fmt, str::FromStr, sync::Arc};

use async_trait::async_trait;
use jiff::{civil::Date, tz::Offset};
use quanyu_core::{period::Period, region::RegionCode};
use quanyu_figures::{
    Figures, Request,
    source::{Piece, Sink, Source, SourceError, Want},
};
use quanyu_pack::{Packs, model::Pack};
use quanyu_store::{Store, asof, body::Body, migrate};

use super::{
    AppError, Product, Why,
    indicators::{self, EvidenceItem, EvidenceList, FigureView},
    product::load_pack,
    source::lines_of,
};

/// Offset of China from UTC; the zone has had no changes since 1991.
const CHINA: i32 = 8 * 3600;

/// A moment of the past: a day (what was known at its end) or a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The end of this day in China.
    Day(Date),
    /// When this change was the last one.
    Change(i64),
}

impl FromStr for When {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let text = text.trim();
        if let Ok(seq) = text.parse::<i64>()
            && seq > 0
        {
            return Ok(Self::Change(seq));
        }
        text.parse().map(Self::Day).map_err(|_| AppError::BadValue {
            kind: "moment",
            value: text.to_owned(),
            why: Why::new(
                "请写日期，如 2024-03-31，或变更的序号",
                "write a day such as 2024-03-31, or the number of a change",
            ),
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Change(seq) => write!(f, "{seq}"),
        }
    }
}

/// A district as it was known.
pub struct AsOf {
    /// The last change of that time.
    pub sequence: i64,
    /// The pack revision that applied.
    pub revision: i64,
    /// Its declarations.
    pub pack: Arc<Pack>,
    pub(crate) figures: Figures,
    store: Store,
}

/// The district as it was known then.
///
/// # Errors
/// [`AppError::NothingKnown`] where no pack was applied yet; a change that there is not.
pub async fn at(product: &Product, when: When) -> Result<AsOf, AppError> {
    let mut tx = product.store.read().await?;
    let sequence = match when {
        When::Change(seq) if seq > tx.head() => {
            return Err(AppError::BadValue {
                kind: "moment",
                value: seq.to_string(),
                why: Why::new(
                    format!("最后一次变更是第 {} 号", tx.head()),
                    format!("the last change is {}", tx.head()),
                ),
            });
        }
        When::Change(seq) => seq,
        When::Day(day) => asof::last_before(&mut tx, end_of(day)?).await?,
    };
    let nothing = || AppError::NothingKnown {
        when: when.to_string(),
    };
    let revision = asof::revision(&mut tx, sequence).await?;
    let revision = revision.ok_or_else(nothing)?;
    let current = migrate::revisions(&mut tx).await?;
    let pack = if current.first().map(|it| it.number) == Some(revision.number) {
        Arc::clone(&product.pack)
    } else {
        let files = migrate::files(&mut tx, revision.number).await?;
        Arc::new(load_pack(&Packs::from_files(files), &revision.id)?)
    };
    drop(tx);
    let source = ThenSource {
        store: product.store.clone(),
        lines: lines_of(&pack),
        sequence,
    };
    let figures = Figures::new(Arc::clone(&pack), Arc::new(source))
        .map_err(|error| super::packs::figures_fault(&pack, error))?;
    Ok(AsOf {
        sequence,
        revision: revision.number,
        pack,
        figures,
        store: product.store.clone(),
    })
}

/// The first moment after a day in China.
fn end_of(day: Date) -> Result<jiff::Timestamp, AppError> {
    let bad = |_| AppError::BadValue {
        kind: "moment",
        value: day.to_string(),
        why: Why::new("超出日历的范围", "it lies outside the calendar"),
    };
    let next = day.tomorrow().map_err(bad)?;
    let china = Offset::from_seconds(CHINA).map_err(bad)?;
    china.to_timestamp(next.at(0, 0, 0, 0)).map_err(bad)
}

impl AsOf {
    /// Figures as they were known.
    ///
    /// # Errors
    /// An unknown indicator; what the figures refuse.
    pub async fn figures(
        &self,
        wanted: Option<&[String]>,
        region: &RegionCode,
        period: Period,
    ) -> Result<Vec<FigureView>, AppError> {
        for id in wanted.into_iter().flatten() {
            self.known(id)?;
        }
        let request = Request {
            indicators: wanted.map(<[String]>::to_vec),
            region: region.clone(),
            periods: vec![period],
            by: None,
        };
        let answer = self.figures.query(&request).await?;
        let view = |it| indicators::view(&self.pack, it);
        Ok(answer.rows.iter().map(view).collect())
    }

    /// The records behind a figure, called as they were called then.
    ///
    /// # Errors
    /// An unknown indicator; a dataset without ids.
    pub async fn evidence(
        &self,
        id: &str,
        region: &RegionCode,
        period: Period,
    ) -> Result<EvidenceList, AppError> {
        self.known(id)?;
        let evidence = indicators::gathered(&self.figures, id, region, period).await?;
        let ids: Vec<i64> = evidence.rows.iter().map(|it| it.record).collect();
        let mut tx = self.store.read().await?;
        let found = asof::registers(&mut tx, &ids, self.sequence).await?;
        let rows = evidence.rows.iter().map(|row| {
            let (register, label) = match found.get(&row.record) {
                Some((register, body)) => {
                    (register.clone(), self.label(register, row.record, body))
                }
                None => (String::new(), String::new()),
            };
            EvidenceItem {
                register,
                record: row.record,
                contribution: row.value,
                label,
            }
        });
        Ok(EvidenceList {
            rows: rows.collect(),
            value: evidence.value,
        })
    }

    fn known(&self, id: &str) -> Result<(), AppError> {
        let all = &self.pack.indicators;
        if all.contains_key(id) {
            return Ok(());
        }
        Err(AppError::not_found(
            "indicator",
            id,
            all.keys().map(String::as_str),
        ))
    }

    /// What a record was called.
    fn label(&self, register: &str, record: i64, body: &Body) -> String {
        let field = self.pack.registers.get(register).map(|it| &it.label);
        let label = field.and_then(|it| body.fields.get(it));
        label.cloned().unwrap_or_else(|| format!("#{record}"))
    }
}

/// The records of a store as they were when a change was the last one.
struct ThenSource {
    store: Store,
    lines: Vec<(String, String)>,
    sequence: i64,
}

#[async_trait]
impl Source for ThenSource {
    async fn head(&self) -> Result<i64, SourceError> {
        Ok(self.sequence)
    }

    async fn read(&self, wants: &[Want], sink: &mut Sink<'_>) -> Result<i64, SourceError> {
        let failed = |error: quanyu_store::StoreError| SourceError(Box::new(error));
        let mut tx = self.store.read().await.map_err(failed)?;
        for (place, want) in wants.iter().enumerate() {
            // The past does not change: what was read once is all there is.
            if want.since.is_some() {
                continue;
            }
            let lines = self.lines.iter().find(|it| it.0 == want.table);
            let table = lines.map_or(want.table.as_str(), |it| it.1.as_str());
            let then = asof::Then::new(&tx, table, &want.columns, self.sequence).map_err(failed)?;
            let mut after = 0;
            loop {
                let batch = then.untouched(&mut tx, after).await.map_err(failed)?;
                let Some(last) = batch.ids.last() else { break };
                after = *last;
                sink(place, Piece::Rows(batch))?;
            }
            let mut after = 0;
            while let Some((batch, last)) = then.touched(&mut tx, after).await.map_err(failed)? {
                after = last;
                if !batch.ids.is_empty() {
                    sink(place, Piece::Rows(batch))?;
                }
            }
        }
        Ok(self.sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        let cases = [
            ("2024-03-31", "2024-03-31T16:00:00Z"),
            ("2023-12-31", "2023-12-31T16:00:00Z"),
        ];
        for (day, end) in cases {
            let end: jiff::Timestamp = end.parse().unwrap();
            assert_eq!(end_of(day.parse().unwrap()).unwrap(), end);
        }
    }

    #[test]
    fn a_moment_is_a_day_or_a_change() {
        let cases = [
            ("2024-03-31", Some("2024-03-31")),
            (" 815 ", Some("815")),
            ("0", None),
            ("-3", None),
            ("2024-02-30", None),
            ("昨天", None),
        ];
        for (text, want) in cases {
            let got = text.parse::<When>().ok().map(|it| it.to_string());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }
}
