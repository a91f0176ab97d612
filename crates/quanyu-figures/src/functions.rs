//! The functions that are ours: division, ratio, codes of a list, and the buckets that figures are grouped by.
//!
//! Owns [`Division`], [`HasCode`], [`PeriodDay`] (which packs may use) and [`RegionBucket`], [`PeriodBucket`] (which
//! [`crate::compute`] puts into its plans). Which functions a pack may use stands in [`crate::language`].
//!
//! Invariant: none takes or returns a floating point number.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int32Array},
        datatypes::{DataType, Date32Type, Decimal128Type, i256},
    },
    common::{Result, ScalarValue, exec_err, plan_err},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
    },
};
use quanyu_core::period::Period;

use crate::number::QUOTIENT_PLACES;

/// Digits and places of a quotient.
const QUOTIENT: DataType = DataType::Decimal128(38, QUOTIENT_PLACES as i8);

/// Runs `work` on the arguments as arrays; constants give a constant.
fn on_arrays(
    args: &ScalarFunctionArgs,
    work: impl FnOnce(&[ArrayRef]) -> Result<ArrayRef>,
) -> Result<ColumnarValue> {
    let constant = args
        .args
        .iter()
        .all(|it| matches!(it, ColumnarValue::Scalar(_)));
    let result = work(&ColumnarValue::values_to_arrays(&args.args)?)?;
    Ok(if constant {
        ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)
    } else {
        ColumnarValue::Array(result)
    })
}

/// `a / b`, and `ratio(a, b)` which is NULL where `b` is zero. Widened first, rounded half away from zero to 12 places.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Division {
    pub(crate) null_at_zero: bool,
    pub(crate) signature: Signature,
}

impl Division {
    pub(crate) fn new(null_at_zero: bool) -> Self {
        Self {
            null_at_zero,
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Division {
    fn name(&self) -> &str {
        if self.null_at_zero { "ratio" } else { "divide" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() != 2 {
            return plan_err!("{} takes two numbers", self.name());
        }
        given
            .iter()
            .map(|it| match it {
                DataType::Decimal128(_, _) => Ok(it.clone()),
                DataType::Null => Ok(DataType::Decimal128(20, 0)),
                it if it.is_integer() => Ok(DataType::Decimal128(20, 0)),
                it => plan_err!("{it} is no exact number, it cannot be divided"),
            })
            .collect()
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(QUOTIENT)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let (a, b) = (
                arrays[0].as_primitive::<Decimal128Type>(),
                arrays[1].as_primitive::<Decimal128Type>(),
            );
            // One side may be a constant beside a column.
            let (alone_a, alone_b) = (a.len() == 1, b.len() == 1);
            let places = QUOTIENT_PLACES as i32 + i32::from(b.scale()) - i32::from(a.scale());
            let mut out = Decimal128Array::builder(a.len().max(b.len()));
            for row in 0..a.len().max(b.len()) {
                let (i, j) = (if alone_a { 0 } else { row }, if alone_b { 0 } else { row });
                if a.is_null(i) || b.is_null(j) {
                    out.append_null();
                } else if b.value(j) == 0 {
                    if !self.null_at_zero {
                        return exec_err!("division by zero; write ratio(a, b) for NULL instead");
                    }
                    out.append_null();
                } else {
                    match divide(a.value(i), b.value(j), places) {
                        Some(value) => out.append_value(value),
                        None => return exec_err!("a quotient has more than 38 digits"),
                    }
                }
            }
            Ok(Arc::new(out.finish().with_data_type(QUOTIENT)))
        })
    }
}

/// Powers of ten that 128 bits hold.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// `a * 10^places / b`, half away from zero; `None` where it does not fit.
pub(crate) fn divide(a: i128, b: i128, places: i32) -> Option<i128> {
    let power = *POWERS.get(places.unsigned_abs() as usize)?;
    let (top, bottom) = if places >= 0 {
        (a.checked_mul(power), Some(b))
    } else {
        (Some(a), b.checked_mul(power))
    };
    let fits = POWERS[38];
    let value = if let (Some(top), Some(bottom)) = (top, bottom) {
        let (whole, rest) = (top / bottom, top % bottom);
        // The rest is below the divisor, so comparing it with what is left of it cannot overflow.
        let up = rest.unsigned_abs() >= bottom.unsigned_abs() - rest.unsigned_abs() && rest != 0;
        whole + i128::from(up) * if (top < 0) == (bottom < 0) { 1 } else { -1 }
    } else {
        let wide = |n: i128| i256::from_i128(n);
        let (top, bottom) = if places >= 0 {
            (wide(a).checked_mul(wide(power))?, wide(b))
        } else {
            (wide(a), wide(b).checked_mul(wide(power))?)
        };
        let (whole, rest) = (top.checked_div(bottom)?, top.checked_rem(bottom)?);
        let twice = rest.wrapping_abs().checked_mul(i256::from_i128(2))?;
        let step = if twice >= bottom.wrapping_abs() { 1 } else { 0 };
        let sign = if (a < 0) == (b < 0) { 1 } else { -1 };
        whole.checked_add(i256::from_i128(step * sign))?.to_i128()?
    };
    (value.abs() < fits).then_some(value)
}

/// `has_code(field, 'a')`: whether a field of several codes holds that one.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct HasCode(pub(crate) Signature);

impl HasCode {
    pub(crate) fn new() -> Self {
        let text = vec![DataType::Utf8View, DataType::Utf8View];
        Self(Signature::exact(text, Volatility::Immutable))
    }
}

impl ScalarUDFImpl for HasCode {
    fn name(&self) -> &str {
        "has_code"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let (list, code) = (arrays[0].as_string_view(), arrays[1].as_string_view());
            let rows = list.len().max(code.len());
            let at = |array: &dyn Array, row| if array.len() == 1 { 0 } else { row };
            let holds = (0..rows).map(|row| {
                let (i, j) = (at(list, row), at(code, row));
                (list.is_valid(i) && code.is_valid(j))
                    .then(|| list.value(i).split(';').any(|it| it == code.value(j)))
            });
            Ok(Arc::new(holds.collect::<BooleanArray>()))
        })
    }
}

/// `period_first_day(field)` and `period_last_day(field)`: days of a field of type period.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct PeriodDay {
    pub(crate) last: bool,
    signature: Signature,
}

impl PeriodDay {
    pub(crate) fn new(last: bool) -> Self {
        Self {
            last,
            signature: Signature::exact(vec![DataType::Utf8View], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for PeriodDay {
    fn name(&self) -> &str {
        if self.last {
            "period_last_day"
        } else {
            "period_first_day"
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let days = arrays[0].as_string_view().iter().map(|text| {
                let period: Period = text?.parse().ok()?;
                let day = if self.last {
                    period.last_day()
                } else {
                    period.first_day()
                };
                Some(epoch_day(day))
            });
            Ok(Arc::new(days.collect::<Date32Array>()))
        })
    }
}

/// Days since 1970-01-01.
pub(crate) fn epoch_day(day: jiff::civil::Date) -> i32 {
    (day - jiff::civil::date(1970, 1, 1)).get_days()
}

/// Which of some regions of one level a region lies in: an index, NULL for none.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RegionBucket {
    /// Codes of the same length, ascending.
    codes: Vec<String>,
    signature: Signature,
}

impl RegionBucket {
    pub(crate) fn new(codes: Vec<String>) -> Self {
        Self {
            codes,
            signature: Signature::exact(vec![DataType::Utf8View], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for RegionBucket {
    fn name(&self) -> &str {
        "region_bucket"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let regions = arrays[0].as_string_view();
            let length = self.codes.first().map_or(0, String::len);
            // Rows of one region mostly stand together: the last answer is tried first.
            let mut last: (u128, Option<i32>) = (u128::MAX, None);
            let buckets = regions.views().iter().enumerate().map(|(row, view)| {
                if regions.is_null(row) {
                    return None;
                }
                // A view of at most 12 bytes holds the text itself; all codes do.
                if *view == last.0 && (*view as u32) <= 12 {
                    return last.1;
                }
                let text = regions.value(row);
                let bucket = text
                    .get(..length)
                    .and_then(|it| {
                        self.codes
                            .binary_search_by(|code| code.as_str().cmp(it))
                            .ok()
                    })
                    .and_then(|it| i32::try_from(it).ok());
                last = (*view, bucket);
                bucket
            });
            Ok(Arc::new(buckets.collect::<Int32Array>()))
        })
    }
}

/// Which of some periods that do not overlap a day (or a period as text) lies in: an index, NULL for none.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct PeriodBucket {
    /// First and last day of each, ascending.
    spans: Vec<(i32, i32)>,
    signature: Signature,
}

impl PeriodBucket {
    pub(crate) fn new(periods: &[Period]) -> Self {
        Self {
            spans: periods
                .iter()
                .map(|it| (epoch_day(it.first_day()), epoch_day(it.last_day())))
                .collect(),
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn bucket(&self, first: i32, last: i32) -> Option<i32> {
        let at = self.spans.partition_point(|span| span.1 < first);
        let span = self.spans.get(at)?;
        (span.0 <= first && last <= span.1)
            .then(|| i32::try_from(at).ok())
            .flatten()
    }
}

impl ScalarUDFImpl for PeriodBucket {
    fn name(&self) -> &str {
        "period_bucket"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [DataType::Date32] => Ok(vec![DataType::Date32]),
            [DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8] => {
                Ok(vec![DataType::Utf8View])
            }
            other => plan_err!("{other:?} is neither a date nor a period"),
        }
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let buckets: Int32Array = if arrays[0].data_type() == &DataType::Date32 {
                let days = arrays[0].as_primitive::<Date32Type>();
                days.iter().map(|it| self.bucket(it?, it?)).collect()
            } else {
                let texts = arrays[0].as_string_view();
                let span = |text: &str| -> Option<(i32, i32)> {
                    let period: Period = text.parse().ok()?;
                    Some((epoch_day(period.first_day()), epoch_day(period.last_day())))
                };
                texts
                    .iter()
                    .map(|it| span(it?).and_then(|(first, last)| self.bucket(first, last)))
                    .collect()
            };
            Ok(Arc::new(buckets))
        })
    }
}

/// The month of a day as `year * 12 + month - 1`; with a second day, that of the later of the first and the day after the
/// second, and NULL where there is no second.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct MonthOf {
    signature: Signature,
}

impl MonthOf {
    pub(crate) fn new() -> Self {
        let days = [1, 2].map(|it| TypeSignature::Exact(vec![DataType::Date32; it]));
        Self {
            signature: Signature::one_of(days.into(), Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for MonthOf {
    fn name(&self) -> &str {
        "month_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_arrays(&args, |arrays| {
            let days = arrays[0].as_primitive::<Date32Type>();
            let months: Int32Array = match arrays.get(1) {
                None => days.iter().map(|it| it.map(month_of)).collect(),
                Some(ends) => {
                    let ends = ends.as_primitive::<Date32Type>();
                    let later = |from: Option<i32>, to: Option<i32>| Some(from?.max(to? + 1));
                    let rows = days.iter().zip(ends.iter());
                    rows.map(|(from, to)| later(from, to).map(month_of))
                        .collect()
                }
            };
            Ok(Arc::new(months))
        })
    }
}

/// The month that a day since 1970-01-01 lies in. The Gregorian calendar repeats every 400 years of 146,097 days; counted
/// from the first of March, a leap day is the last of its year (Hinnant, `civil_from_days`).
fn month_of(day: i32) -> i32 {
    let from_march = day + 719_468;
    let era = from_march.div_euclid(146_097);
    let of_era = from_march.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    (era * 400 + year) * 12 + from_march + 2
}
