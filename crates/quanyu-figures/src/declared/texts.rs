//! The SQL texts of one indicator: parsed, typed, and refused where they do not fit.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::{DataFusionError, plan_err},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, expr::AggregateFunction},
};
use quanyu_pack::model::{At, Declared};

use super::{Measure, Planner, told};
use crate::{language, number};

/// The texts of one indicator.
pub(super) struct Texts<'a> {
    pub(super) planner: &'a mut Planner,
    pub(super) id: &'a str,
    pub(super) rows: &'a LogicalPlan,
}

impl Texts<'_> {
    fn told<T>(&mut self, at: At, result: Result<T, DataFusionError>) -> Option<T> {
        result
            .map_err(|error| self.planner.fault(self.id, at, told(&error)))
            .ok()
    }

    /// An expression over a row, of a type that fits.
    pub(super) fn typed(
        &mut self,
        text: &Declared<String>,
        what: &str,
        fits: fn(&DataType) -> bool,
    ) -> Option<Expr> {
        let parsed = self.parsed(&text.value).and_then(|expr| {
            let kind = self.kind(&expr)?;
            if fits(&kind) {
                Ok(expr)
            } else {
                plan_err!("`{}` is {}, not {what}", text.value, word(&kind))
            }
        });
        self.told(text.at, parsed)
    }

    /// A day; of a field of type period its first or last.
    pub(super) fn day(&mut self, text: &Declared<String>, last: bool) -> Option<Expr> {
        let expr = self.typed(text, "a date or a period", is_day)?;
        if self.kind(&expr).is_ok_and(|kind| kind == DataType::Date32) {
            return Some(expr);
        }
        let name = if last {
            "period_last_day"
        } else {
            "period_first_day"
        };
        let udf = Arc::clone(&self.planner.context.state().scalar_functions()[name]);
        Some(udf.call(vec![expr]))
    }

    fn parsed(&self, text: &str) -> Result<Expr, DataFusionError> {
        let expr = self
            .planner
            .context
            .state()
            .create_logical_expr(text, self.rows.schema())?;
        Ok(expr.unalias_nested().data)
    }

    /// The type that the expression has once the engine has coerced its parts; refuses floats on the way.
    fn kind(&self, expr: &Expr) -> Result<DataType, DataFusionError> {
        let plan = LogicalPlanBuilder::from(self.rows.clone())
            .project([expr.clone().alias("it")])?
            .build()?;
        language::refuse_floats(&plan)?;
        let plan = self.planner.context.state().optimize(&plan)?;
        language::refuse_floats(&plan)?;
        Ok(plan.schema().field(0).data_type().clone())
    }

    /// One aggregate, and its own filter where it has one.
    pub(super) fn measure(&mut self, text: &Declared<String>) -> Option<(Measure, Option<Expr>)> {
        let measure = self
            .parsed(&text.value)
            .and_then(|expr| measure(&expr))
            .and_then(|(measure, filter)| {
                let Some(argument) = measure.argument() else {
                    return Ok((measure, filter));
                };
                let kind = self.kind(argument)?;
                let counts = matches!(measure, Measure::Count(_) | Measure::Distinct(_));
                if counts || number::is_number(&kind) {
                    Ok((measure, filter))
                } else {
                    plan_err!(
                        "`{}` is taken of {}, not of a number",
                        text.value,
                        word(&kind)
                    )
                }
            });
        self.told(text.at, measure)
    }
}

fn measure(expr: &Expr) -> Result<(Measure, Option<Expr>), DataFusionError> {
    const WANTED: &str = "write one aggregate: count(*), count(x), count(distinct x), sum(x), avg(x), min(x) or max(x)";
    match expr {
        Expr::Alias(alias) => measure(&alias.expr),
        // `avg(x)` is planned as a sum over a count.
        Expr::ScalarFunction(mean) if mean.name() == "ratio" => match mean.args.as_slice() {
            [above, below] => match (measure(above)?, measure(below)?) {
                ((Measure::Sum(a), f), (Measure::Count(b), g)) if a == b && f == g => {
                    Ok((Measure::Average(a), f))
                }
                _ => plan_err!("{WANTED}; a ratio is an indicator of its own"),
            },
            _ => plan_err!("{WANTED}"),
        },
        Expr::AggregateFunction(AggregateFunction { func, params }) => {
            let [argument] = params.args.as_slice() else {
                return plan_err!("{WANTED}");
            };
            if !params.order_by.is_empty() {
                return plan_err!("{WANTED}");
            }
            let it = argument.clone();
            let constant = matches!(argument, Expr::Literal(value, _) if !value.is_null());
            let measure = match (func.name(), params.distinct) {
                ("count", false) if constant => Measure::Rows,
                ("count", false) => Measure::Count(it),
                ("count", true) => Measure::Distinct(it),
                ("sum", false) => Measure::Sum(it),
                ("min", _) => Measure::Least(it),
                ("max", _) => Measure::Greatest(it),
                _ => return plan_err!("{WANTED}"),
            };
            Ok((measure, params.filter.as_deref().cloned()))
        }
        _ => plan_err!("{WANTED}"),
    }
}

pub(super) fn is_yes_no(kind: &DataType) -> bool {
    matches!(kind, DataType::Boolean)
}

pub(super) fn is_day(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32) || is_text(kind)
}

pub(super) fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8
    )
}

/// A type in the words of packs.
fn word(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "true or false".to_owned(),
        DataType::Date32 => "a date".to_owned(),
        DataType::Decimal128(_, scale) => format!("a number with {scale} places"),
        kind if is_text(kind) => "a text".to_owned(),
        kind if kind.is_integer() => "a whole number".to_owned(),
        kind => kind.to_string(),
    }
}
