//! Which cell each figure of a document stands for.
//!
//! Invariant: of the readings that a figure allows the one is taken under which it is true of the records; where none is,
//! the first that the records know, marked as not agreed.

use quanyu_core::{period::Period, region::RegionCode};
use quanyu_documents::renew as numbers;
use quanyu_store::bindings::Binding;

use super::{
    values::{Measure, Values, Wanted},
    written,
};
use crate::app::{
    AppError, Product,
    documents::{MentionView, ReadDocument},
};

/// The bindings of a document that reports `from`.
pub(super) async fn bindings(
    product: &Product,
    document: &ReadDocument,
    from: Period,
) -> Result<Vec<Binding>, AppError> {
    let readings: Vec<(&MentionView, Vec<Wanted>)> = document
        .mentions
        .iter()
        .filter(|it| it.is_figure() && it.nature.as_deref() != Some("target"))
        .map(|it| (it, readings(product, it, from)))
        .collect();
    let all: Vec<Wanted> = readings.iter().flat_map(|it| it.1.clone()).collect();
    let mut values = Values::default();
    values.fetch(product, &all).await?;
    let mut bound = Vec::new();
    for (mention, readings) in readings {
        let known: Vec<(&Wanted, bool)> = readings
            .iter()
            .filter_map(|it| {
                let (indicator, region, measure, period) = it;
                let found = values.get(product, indicator, region, *measure, *period)?;
                let agrees = written(mention).and_then(|it| numbers::agrees(&it, found.value));
                Some((it, agrees.unwrap_or(false)))
            })
            .collect();
        let best = known.iter().find(|it| it.1).or_else(|| known.first());
        if let Some(((indicator, region, measure, period), agreed)) = best {
            bound.push(Binding {
                start: mention.start as i64,
                end: mention.end as i64,
                text: mention.text.clone(),
                indicator: indicator.clone(),
                measure: measure.word().to_owned(),
                region: region.to_string(),
                role: role(from, *period),
                agreed: *agreed,
            });
        }
    }
    Ok(bound)
}

/// The cells that a figure may stand for, the likeliest first.
fn readings(product: &Product, mention: &MentionView, from: Period) -> Vec<Wanted> {
    let Some((id, _)) = &mention.indicator else {
        return Vec::new();
    };
    let Some(declared) = product.pack.indicators.get(id) else {
        return Vec::new();
    };
    let Some(region) = region(product, mention.scope.as_deref()) else {
        return Vec::new();
    };
    let stated = mention.period.as_deref().and_then(|it| it.parse().ok());
    let period: Period = stated.unwrap_or(from);
    // Without a year of its own a sentence on what lags speaks of the year before.
    let lagged = (declared.lag > 0)
        .then(|| period.shift_years(-i32::from(declared.lag)))
        .flatten();
    let mut all = Vec::new();
    for measure in Measure::of_kind(&mention.kind, &declared.unit) {
        for period in [Some(period), lagged].into_iter().flatten() {
            all.push((id.clone(), region.clone(), measure, period));
        }
    }
    all
}

/// The region that a sentence names; the reporting one where it names none, or its own kind (全区).
fn region(product: &Product, scope: Option<&str>) -> Option<RegionCode> {
    let own = &product.pack.region;
    let Some(scope) = scope else {
        return Some(own.clone());
    };
    if let Some(kind) = scope.strip_prefix('全') {
        let mut at = Some(own.clone());
        while let Some(region) = at {
            if product.region_name(&region).ends_with(kind) {
                return Some(region);
            }
            at = region.parent();
        }
        return None;
    }
    product.region(Some(scope)).ok()
}

/// The period of a figure as seen from that of its document: years away, or a period of its own.
fn role(from: Period, period: Period) -> String {
    let years = period.last_year() - from.last_year();
    match from.shift_years(years) == Some(period) {
        true => years.to_string(),
        false => period.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_kept_as_seen_from_the_documents() {
        let cases = [
            ("2022", "2022", "0"),
            ("2022", "2021", "-1"),
            ("2022H1", "2021H1", "-1"),
            ("2022", "2022-09", "2022-09"),
            ("2022H1", "2022", "2022"),
        ];
        for (from, period, wanted) in cases {
            let got = role(from.parse().unwrap(), period.parse().unwrap());
            assert_eq!(got, wanted, "{period} in {from}");
        }
    }
}
