//! Is a column in the unit it seems to be in? Values off by a thousand or ten thousand against those held are asked about.
//!
//! Owns the comparison of sizes. The middle value is compared, since a few large contracts pull an average anywhere.

use std::collections::BTreeMap;

use quanyu_core::value::Value;
use quanyu_pack::model::Register;
use quanyu_store::list::{self, Query};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::Mapping;
use crate::app::{AppError, Product};

/// Records looked at for the size of what is held; the newest ones.
const SAMPLE: u32 = 2_000;
/// Fewer values say nothing about a column.
const FEWEST: usize = 5;
/// How near the ratio must be to a thousand or ten thousand, in powers of ten.
const NEAR: f64 = 0.35;

/// Sizes of values by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    sizes: BTreeMap<String, Vec<f64>>,
}

/// Sizes of the values held.
pub(super) type Held = Seen;

impl Seen {
    /// Takes note of a number.
    pub fn add(&mut self, field: &str, value: &Value) {
        let number = match value {
            Value::Money(money) => money.yuan(),
            Value::Decimal(decimal) => *decimal,
            _ => return,
        };
        if number > Decimal::ZERO
            && let Some(size) = number.to_f64()
        {
            self.sizes
                .entry(field.to_owned())
                .or_default()
                .push(size.log10());
        }
    }

    fn middle(&self, field: &str) -> Option<f64> {
        let mut sizes = self
            .sizes
            .get(field)
            .filter(|it| it.len() >= FEWEST)?
            .clone();
        sizes.sort_by(f64::total_cmp);
        Some(sizes[sizes.len() / 2])
    }

    /// What is to be asked about the columns of a file, in Chinese and English.
    pub fn questions(&self, seen: &Seen, mapping: &Mapping) -> Vec<String> {
        let mut questions = Vec::new();
        for column in &mapping.columns {
            let (Some(held), Some(now)) =
                (self.middle(&column.field.id), seen.middle(&column.field.id))
            else {
                continue;
            };
            for (power, factor) in [(3.0, "1000"), (4.0, "10000")] {
                let off = now - held;
                if (off.abs() - power).abs() <= NEAR {
                    let (zh, en) = if off > 0.0 {
                        ("大", "larger")
                    } else {
                        ("小", "smaller")
                    };
                    questions.push(format!(
                        "“{head}”列的数值比台账中已有数值{zh}约 {factor} 倍，表头单位是否有误？ · column `{head}` is about {factor} times {en} \
                         than what the register holds: is its unit right?",
                        head = column.head
                    ));
                }
            }
        }
        questions
    }
}

/// Sizes of what the register holds, for the columns of a file.
pub(super) async fn held(
    product: &Product,
    register: &Register,
    mapping: &Mapping,
) -> Result<Held, AppError> {
    let mut tx = product.store.read().await?;
    let query = Query {
        descending: true,
        limit: SAMPLE,
        ..Query::default()
    };
    let page = list::list(&mut tx, &register.id, &query).await?;
    let mut held = Held::default();
    for record in &page.records {
        for column in &mapping.columns {
            held.add(&column.field.id, record.value(&column.field.id));
        }
    }
    Ok(held)
}
