//! Draws the records of a block of demonstration data: pure, the same for the same seed.
//!
//! Owns the ways to make values ([`DemoDraw`]) and sums that must come out exactly. Leaves storing to the act in
//! `demo`.
//!
//! Invariant: a declared total is met to the last unit; a record is only drawn from blocks made before.
//!
//! Start reading at [`block`].

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use quanyu_core::{money::Money, uscc, value::Value};
use quanyu_pack::model::{DemoDraw, DemoField, DemoRows, Field, FieldType, Pack, Register};
use rand::{Rng, RngExt};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::days::{days_back, pick, working_days};
use crate::app::cells::{self, CellFault, Found, Input, Names};

/// The values of one record by field.
pub type Row = BTreeMap<String, Value>;

/// A block that is stored: later blocks draw from it.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Its name, or the register's where it has none.
    pub name: String,
    /// The register.
    pub register: String,
    /// Ids in order of drawing.
    pub ids: Vec<i64>,
    /// Values in the same order.
    pub rows: Vec<Row>,
}

/// Why a block cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The register has no such field.
    #[error("no field `{0}`")]
    NoField(String),
    /// A drawn text does not fit its field.
    #[error("`{text}` does not fit field `{field}`: {why:?}")]
    Unfit {
        /// Field.
        field: String,
        /// What was drawn.
        text: String,
        /// Why not.
        why: CellFault,
    },
    /// A list shorter than the block.
    #[error("field `{field}` lists {have} values for {want} records")]
    ShortList {
        /// Field.
        field: String,
        /// Values listed.
        have: usize,
        /// Records wanted.
        want: usize,
    },
    /// Nothing was made that could be drawn from.
    #[error("field `{field}` draws {want} records from `{of}`, which has {have}")]
    NoRecords {
        /// Field.
        field: String,
        /// Block or register.
        of: String,
        /// Records there.
        have: usize,
        /// Records wanted.
        want: usize,
    },
    /// Values that cannot be scaled to the total.
    #[error("field `{0}` cannot be brought to its total")]
    Total(String),
    /// Something is declared that makes no sense, such as a day span that ends before it begins.
    #[error("field `{field}`: {why}")]
    Senseless {
        /// Field.
        field: String,
        /// Why.
        why: &'static str,
    },
}

/// Draws a block.
///
/// # Errors
/// [`DrawError`] where the declaration cannot be fulfilled.
pub fn block(
    (pack, today): (&Pack, Date),
    rows: &DemoRows,
    made: &[Made],
    rng: &mut impl Rng,
) -> Result<Vec<Row>, DrawError> {
    let register = pack
        .registers
        .get(&rows.register)
        .ok_or_else(|| DrawError::NoField(rows.register.clone()))?;
    let count = rows.count as usize;
    let mut drawn: Vec<Row> = vec![Row::new(); count];
    for field in &rows.fields {
        let values = column((pack, today), register, field, &drawn, made, rng)?;
        for (row, value) in drawn.iter_mut().zip(values) {
            row.insert(field.field.clone(), value);
        }
    }
    for total in &rows.totals {
        bring_to_total(register, &total.field, &total.total.value, &mut drawn)?;
    }
    Ok(drawn)
}

/// The key of a row that holds the record's state; no field can have this name.
pub const STATE: &str = "state";

/// The state of a register with a lifecycle, drawn as a text is.
fn state(register: &Register) -> Option<Field> {
    register.lifecycle.as_ref()?;
    Some(Field {
        id: STATE.to_owned(),
        at: register.at,
        ..Field::default()
    })
}

fn column(
    (pack, today): (&Pack, Date),
    register: &Register,
    wanted: &DemoField,
    rows: &[Row],
    made: &[Made],
    rng: &mut impl Rng,
) -> Result<Vec<Value>, DrawError> {
    let name = &wanted.field;
    let state = state(register);
    let field = match (register.field(name), &state) {
        (Some(field), _) => field,
        (None, Some(state)) if name == STATE => state,
        _ => return Err(DrawError::NoField(name.clone())),
    };
    let count = rows.len();
    let known = Known { made };
    let fit = |text: String| {
        cells::read(pack, field, &Input::Text(text.clone()), None, &known).map_err(|why| {
            DrawError::Unfit {
                field: name.clone(),
                text,
                why,
            }
        })
    };
    match &wanted.draw {
        DemoDraw::Set(text) => {
            let value = fit(text.clone())?;
            Ok(vec![value; count])
        }
        DemoDraw::List { values, cycle } => {
            if values.is_empty() || (!cycle && values.len() < count) {
                return Err(DrawError::ShortList {
                    field: name.clone(),
                    have: values.len(),
                    want: count,
                });
            }
            (0..count)
                .map(|place| fit(values[place % values.len()].clone()))
                .collect()
        }
        DemoDraw::Pattern { pattern, words } => (1..=count)
            .map(|number| fit(fill(pattern, words, number, rng)))
            .collect(),
        DemoDraw::Choice { weights, exact } => choices(weights, *exact, count, rng)
            .into_iter()
            .map(fit)
            .collect(),
        DemoDraw::Spread {
            min,
            median,
            max,
            digits,
        } => (0..count)
            .map(|_| fit(skewed(*min, *median, *max, *digits, rng).to_string()))
            .collect(),
        DemoDraw::Between(low, high) => (0..count)
            .map(|_| fit(rng.random_range(*low..=*high).to_string()))
            .collect(),
        DemoDraw::Day { from, to, months } => {
            let days = working_days(pack, name, from, to, months)?;
            (0..count)
                .map(|_| Ok(Value::Date(pick(&days, rng))))
                .collect()
        }
        DemoDraw::Ago(low, high) => (0..count)
            .map(|_| {
                let back = rng.random_range(*low..=*high);
                days_back(pack, name, today, back).map(Value::Date)
            })
            .collect(),
        DemoDraw::After { field, days } => rows
            .iter()
            .map(|row| match row.get(field) {
                Some(Value::Date(day)) => {
                    let later = rng.random_range(days.0..=days.1);
                    day.checked_add(later.days()).map(Value::Date).map_err(|_| {
                        DrawError::Senseless {
                            field: name.clone(),
                            why: "the day lies outside the calendar",
                        }
                    })
                }
                _ => Ok(Value::Null),
            })
            .collect(),
        DemoDraw::Record { of, distinct } => records(name, of, *distinct, count, made, rng),
        DemoDraw::Copy { from, field } => Ok(rows
            .iter()
            .map(|row| copied(row.get(from), field, made))
            .collect()),
        DemoDraw::Uscc => {
            // Earlier blocks of the register have taken the numbers before.
            let before: usize = made
                .iter()
                .filter(|it| it.register == register.id)
                .map(|it| it.ids.len())
                .sum();
            Ok((1..=count)
                .map(|number| Value::Text(synthetic_uscc(&register.id, before + number)))
                .collect())
        }
    }
}

/// References inside draws are made by `record`; a text finds a record of an earlier block by its label or key.
struct Known<'a> {
    made: &'a [Made],
}

impl Names for Known<'_> {
    fn find(&self, register: &str, text: &str) -> Found {
        let mut found = Vec::new();
        for block in self.made.iter().filter(|it| it.register == register) {
            for (id, row) in block.ids.iter().zip(&block.rows) {
                if row.values().any(|it| it.as_text() == Some(text)) {
                    found.push(*id);
                }
            }
        }
        match found.as_slice() {
            [] => Found::Nobody,
            [one] => Found::One(*one),
            many => Found::Many(many.len()),
        }
    }
}

/// Fills `{n}`, `{n:04}` and word braces.
fn fill(
    pattern: &str,
    words: &[(String, Vec<String>)],
    number: usize,
    rng: &mut impl Rng,
) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push('{');
            out.push_str(after);
            return out;
        };
        let (name, width) = name.split_once(':').map_or((name, 0), |(name, width)| {
            (name, width.parse().unwrap_or(0))
        });
        if name == "n" {
            out.push_str(&format!("{number:0width$}"));
        } else if let Some((_, list)) = words.iter().find(|(it, _)| it == name)
            && !list.is_empty()
        {
            out.push_str(&list[rng.random_range(0..list.len())]);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn choices(
    weights: &[(String, Decimal)],
    exact: bool,
    count: usize,
    rng: &mut impl Rng,
) -> Vec<String> {
    let sum: Decimal = weights.iter().map(|(_, weight)| *weight).sum();
    if weights.is_empty() || sum <= Decimal::ZERO {
        return vec![String::new(); count];
    }
    if !exact {
        let sum = sum.to_f64().unwrap_or(1.0);
        return (0..count)
            .map(|_| {
                let mut left = unit(rng) * sum;
                for (value, weight) in weights {
                    left -= weight.to_f64().unwrap_or(0.0);
                    if left < 0.0 {
                        return value.clone();
                    }
                }
                weights[weights.len() - 1].0.clone()
            })
            .collect();
    }
    // Largest remainder: the counts follow the weights as closely as whole numbers can.
    let total = Decimal::from(count);
    let shares: Vec<Decimal> = weights
        .iter()
        .map(|(_, weight)| total * weight / sum)
        .collect();
    let mut counts: Vec<usize> = shares
        .iter()
        .map(|it| it.floor().to_usize().unwrap_or(0))
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|it| std::cmp::Reverse(shares[*it].fract()));
    let missing = count - counts.iter().sum::<usize>();
    for place in order.into_iter().cycle().take(missing) {
        counts[place] += 1;
    }
    let mut out: Vec<String> = weights
        .iter()
        .zip(counts)
        .flat_map(|((value, _), n)| std::iter::repeat_n(value.clone(), n))
        .collect();
    shuffle(&mut out, rng);
    out
}

/// A log-normal number whose 99th percentile is near `max`, clipped to the bounds.
fn skewed(min: Decimal, median: Decimal, max: Decimal, digits: u32, rng: &mut impl Rng) -> Decimal {
    let (low, middle, high) = (
        min.to_f64().unwrap_or(0.0),
        median.to_f64().unwrap_or(1.0),
        max.to_f64().unwrap_or(1.0),
    );
    // Box-Muller; the first number is kept away from 0, where the logarithm has no value.
    let (a, b) = (1.0 - unit(rng), unit(rng));
    let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    let sigma = if middle > 0.0 && high > middle {
        (high / middle).ln() / 2.33
    } else {
        0.0
    };
    let value = (middle * (sigma * normal).exp()).clamp(low, high);
    Decimal::from_f64_retain(value)
        .unwrap_or(median)
        .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
        .clamp(min, max)
}

pub(super) fn unit(rng: &mut impl Rng) -> f64 {
    // 53 bits: every such fraction is a float.
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn shuffle<T>(list: &mut [T], rng: &mut impl Rng) {
    for place in (1..list.len()).rev() {
        list.swap(place, rng.random_range(0..=place));
    }
}

fn records(
    field: &str,
    of: &str,
    distinct: bool,
    count: usize,
    made: &[Made],
    rng: &mut impl Rng,
) -> Result<Vec<Value>, DrawError> {
    let named: Vec<&Made> = made.iter().filter(|it| it.name == of).collect();
    let blocks = if named.is_empty() {
        made.iter().filter(|it| it.register == of).collect()
    } else {
        named
    };
    let mut ids: Vec<i64> = blocks
        .iter()
        .flat_map(|it| it.ids.iter().copied())
        .collect();
    if ids.is_empty() || (distinct && ids.len() < count) {
        return Err(DrawError::NoRecords {
            field: field.to_owned(),
            of: of.to_owned(),
            have: ids.len(),
            want: count,
        });
    }
    if distinct {
        shuffle(&mut ids, rng);
        return Ok(ids.into_iter().take(count).map(Value::Int).collect());
    }
    Ok((0..count)
        .map(|_| Value::Int(ids[rng.random_range(0..ids.len())]))
        .collect())
}

fn copied(reference: Option<&Value>, field: &str, made: &[Made]) -> Value {
    let Some(Value::Int(id)) = reference else {
        return Value::Null;
    };
    made.iter()
        .find_map(|block| {
            block
                .ids
                .binary_search(id)
                .ok()
                .and_then(|place| block.rows[place].get(field))
        })
        .cloned()
        .unwrap_or(Value::Null)
}

/// A credit code of the synthetic region 990000: it can be nobody's. The middle tells the register, so that two
/// registers do not share codes.
fn synthetic_uscc(register: &str, number: usize) -> String {
    let mark = register
        .bytes()
        .fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 97);
    let head = format!("91990000MA{mark:02}{number:05}");
    match uscc::check_character(&head) {
        Some(check) => format!("{head}{check}"),
        None => head,
    }
}

/// Scales the drawn numbers so that they add up to the total; what rounding leaves goes to the largest.
fn bring_to_total(
    register: &Register,
    name: &str,
    total: &str,
    rows: &mut [Row],
) -> Result<(), DrawError> {
    let wrong = || DrawError::Total(name.to_owned());
    let field = register
        .field(name)
        .ok_or_else(|| DrawError::NoField(name.to_owned()))?;
    let total = quanyu_core::typed::number(total)
        .ok()
        .flatten()
        .ok_or_else(wrong)?
        .value;
    let digits = match &field.kind {
        FieldType::Money => 2,
        FieldType::Decimal { scale } => u32::from(*scale),
        FieldType::Integer => 0,
        _ => return Err(wrong()),
    };
    let number = |value: Option<&Value>| match value {
        Some(Value::Money(money)) => money.yuan(),
        Some(Value::Decimal(decimal)) => *decimal,
        Some(Value::Int(int)) => Decimal::from(*int),
        _ => Decimal::ZERO,
    };
    let drawn: Decimal = rows.iter().map(|row| number(row.get(name))).sum();
    if drawn <= Decimal::ZERO {
        return Err(wrong());
    }
    let mut sum = Decimal::ZERO;
    let mut scaled = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let value = (number(row.get(name)) * total / drawn)
            .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        sum += value;
        scaled.push(value);
    }
    let largest = (0..scaled.len())
        .max_by_key(|it| scaled[*it])
        .ok_or_else(wrong)?;
    scaled[largest] += total - sum;
    if scaled[largest] < Decimal::ZERO {
        return Err(wrong());
    }
    for (row, value) in rows.iter_mut().zip(scaled) {
        let value = match &field.kind {
            FieldType::Money => Value::Money(Money::from_yuan(value).map_err(|_| wrong())?),
            FieldType::Integer => Value::Int(value.to_i64().ok_or_else(wrong)?),
            _ => Value::Decimal(value),
        };
        row.insert(name.to_owned(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use quanyu_core::text::Language;
    use quanyu_pack::{Packs, load};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn pack(rows: &str) -> Pack {
        let text = format!(
            r#"
[module.room]
title = "台账"
[register.firm]
title = "企业"
module = "room"
key = ["uscc"]
label = "name"
[register.firm.field]
uscc = {{ type = "text", title = "信用代码" }}
name = {{ type = "text", title = "名称" }}
staff = {{ type = "integer", title = "人数" }}
sales = {{ type = "money", title = "收入" }}
founded = {{ type = "date", title = "成立" }}
closed = {{ type = "date", title = "注销" }}
mother = {{ type = "reference", to = "firm", title = "母公司" }}
mother_name = {{ type = "text", title = "母公司名称" }}
[calendar.2023]
holidays = ["2023-01-02"]
workdays = []
source = "试验用"
[demo]
seed = 1
{rows}
"#
        );
        let files = vec![
            (
                "t/pack.toml".to_owned(),
                "id = \"t\"\ntitle = \"试验\"\n".to_owned(),
            ),
            ("t/all.toml".to_owned(), text),
        ];
        load(&Packs::from_files(files), "t")
            .unwrap_or_else(|faults| panic!("{}", faults.render(Language::En, false)))
    }

    fn drawn(pack: &Pack) -> Vec<Made> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut made: Vec<Made> = Vec::new();
        for block_rows in &pack.demo.as_ref().unwrap().rows {
            let rows = block(
                (pack, jiff::civil::date(2024, 1, 8)),
                block_rows,
                &made,
                &mut rng,
            )
            .unwrap();
            let first = made.iter().map(|it| it.ids.len() as i64).sum::<i64>() + 1;
            made.push(Made {
                name: block_rows
                    .name
                    .clone()
                    .unwrap_or_else(|| block_rows.register.clone()),
                register: block_rows.register.clone(),
                ids: (first..first + rows.len() as i64).collect(),
                rows,
            });
        }
        made
    }

    const ROWS: &str = r#"
[[demo.rows]]
register = "firm"
name = "mothers"
count = 40
field.uscc = { uscc = true }
field.name = { pattern = "示例{a}{n:03}有限公司", words.a = ["海", "山"] }
field.staff = { choice = { "10" = 3, "20" = 1 }, exact = true }
field.sales = { spread = { min = "1", median = "100", max = "9000", digits = 2 } }
field.founded = { day = { from = "2023-01-01", to = "2023-03-31", months = [1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0] } }
field.closed = { after = { field = "founded", days = [10, 20] } }
total.sales = "123456.78"

[[demo.rows]]
register = "firm"
count = 40
field.name = { pattern = "示例子公司{n}" }
field.mother = { record = { of = "mothers", distinct = true } }
field.mother_name = { copy = { from = "mother", field = "name" } }
"#;

    #[test]
    fn totals_are_met_and_proportions_are_exact() {
        let pack = pack(ROWS);
        let made = drawn(&pack);
        let sum: Money = made[0]
            .rows
            .iter()
            .map(|row| match row["sales"] {
                Value::Money(money) => money,
                ref other => panic!("{other:?}"),
            })
            .sum();
        assert_eq!(sum.to_string(), "123456.78");
        let tens = made[0]
            .rows
            .iter()
            .filter(|row| row["staff"] == Value::Int(10))
            .count();
        assert_eq!(tens, 30);
        for row in &made[0].rows {
            let code = row["uscc"].as_text().unwrap();
            assert!(code.parse::<uscc::Uscc>().unwrap().checks(), "{code}");
            let (Value::Date(founded), Value::Date(closed)) = (&row["founded"], &row["closed"])
            else {
                panic!("{row:?}")
            };
            assert!(
                founded.month() != 2 && pack.is_working_day(*founded) == Some(true),
                "{founded}"
            );
            let later = founded.until(*closed).unwrap().get_days();
            assert!((10..=20).contains(&later), "{later}");
        }
    }

    #[test]
    fn records_are_drawn_once_and_copied_from() {
        let made = drawn(&pack(ROWS));
        let mut mothers: Vec<i64> = made[1]
            .rows
            .iter()
            .filter_map(|row| row["mother"].as_int())
            .collect();
        mothers.sort_unstable();
        assert_eq!(mothers, made[0].ids);
        for row in &made[1].rows {
            let place = made[0]
                .ids
                .iter()
                .position(|id| Some(*id) == row["mother"].as_int())
                .unwrap();
            assert_eq!(row["mother_name"], made[0].rows[place]["name"]);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_district() {
        let pack = pack(ROWS);
        let rows = |made: Vec<Made>| made.into_iter().map(|it| it.rows).collect::<Vec<_>>();
        assert_eq!(rows(drawn(&pack)), rows(drawn(&pack)));
    }
}
