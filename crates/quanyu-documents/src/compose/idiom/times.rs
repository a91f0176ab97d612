//! A growth said in times: 翻番, 增长1.5倍.

use rust_decimal::Decimal;

use super::{Bound, Idiom, Measure, Refusal, Said, Scaled, Wish, choose, holds, plain};

/// 翻一番 of a growth.
pub(super) fn doubled(idiom: &Idiom, value: Decimal) -> Result<Said, Refusal> {
    let growth = Decimal::from(idiom.limit);
    if !holds(Bound::Doubled, value, growth, Decimal::ONE, &[]) {
        return Err(Refusal::NotTrue(percent(value)));
    }
    Ok(Said {
        text: format!("{}{}", idiom.lead, idiom.after),
        measure: Measure::Growth,
        value,
        printed: growth,
        unit: "1".to_owned(),
        bound: Bound::Doubled,
    })
}

/// 增长1.5倍 of a growth; what has not even doubled is said in per cent.
pub(super) fn times(idiom: &Idiom, value: Decimal, wish: &Wish) -> Result<Said, Refusal> {
    let scaled = Scaled {
        number: value,
        unit: "倍",
        base: "1",
        digits: 1,
    };
    let number = (value >= Decimal::ONE)
        .then(|| choose::number(idiom.bound, &scaled, wish, &[]))
        .flatten()
        .ok_or_else(|| Refusal::NotTrue(percent(value)))?;
    let verb = idiom.verb.as_ref().map_or("", |it| it.1.as_str());
    Ok(Said {
        text: format!(
            "{}{verb}{}{number}倍{}",
            idiom.lead, idiom.before, idiom.after
        ),
        measure: Measure::Growth,
        value,
        printed: number.normalize(),
        unit: "1".to_owned(),
        bound: idiom.bound,
    })
}

fn percent(value: Decimal) -> String {
    plain(&Scaled {
        number: value * Decimal::ONE_HUNDRED,
        unit: "%",
        base: "1",
        digits: 1,
    })
}
