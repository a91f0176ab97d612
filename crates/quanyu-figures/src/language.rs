//! The expression language: the part of SQL that a pack may write.
//!
//! Owns the table of functions, the meaning of `/` and `avg`, and the refusal of floating point. Operators are those of
//! SQL with its NULL logic: `and or not = <> < <= > >= + - * / % || like in between is null case`, `date '2023-01-01'`,
//! `interval '1 year'`, joins, groups, unions and subqueries in datasets.
//!
//! Invariant: what is not in [`SCALARS`], [`AGGREGATES`] or [`WINDOWS`] is refused when a pack is checked.

use std::sync::Arc;

use datafusion::{
    common::{
        DFSchema, Result, plan_err,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    execution::{SessionStateBuilder, SessionStateDefaults, session_state::SessionState},
    functions, functions_aggregate, functions_window,
    logical_expr::{
        Expr, ExprSchemable, LogicalPlan, ScalarUDF,
        expr::{AggregateFunction, AggregateFunctionParams, ScalarFunction},
        planner::{ExprPlanner, PlannerResult, RawAggregateExpr, RawBinaryExpr},
    },
    prelude::SessionConfig,
    sql::sqlparser::ast::BinaryOperator,
};

use crate::functions::{Division, HasCode, PeriodDay};

/// Functions of a row's values that come with the engine.
pub const SCALARS: &[&str] = &[
    "abs",
    "ceil",
    "floor",
    "round",
    "trunc",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "character_length",
    "concat",
    "contains",
    "ends_with",
    "left",
    "lower",
    "btrim",
    "replace",
    "right",
    "split_part",
    "starts_with",
    "strpos",
    "substr",
    "upper",
    "date_part",
    "date_trunc",
    "make_date",
];

/// Aggregates. `avg` is a sum divided by a count, so that it is exact for whole numbers too.
pub const AGGREGATES: &[&str] = &["avg", "bool_and", "bool_or", "count", "max", "min", "sum"];

/// Window functions; aggregates may have a window as well.
pub const WINDOWS: &[&str] = &["dense_rank", "lag", "lead", "rank", "row_number"];

/// Functions that are ours.
pub const OWN: &[&str] = &[
    "divide",
    "has_code",
    "period_first_day",
    "period_last_day",
    "ratio",
];

/// A session that speaks this language and no more.
pub(crate) fn session() -> SessionState {
    let mut config = SessionConfig::new()
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(true);
    config.options_mut().sql_parser.parse_float_as_decimal = true;
    let known = |names: &[&str], name: &str| names.contains(&name);
    let scalars = functions::all_default_functions()
        .into_iter()
        .filter(|it| known(SCALARS, it.name()))
        .chain([
            division(false),
            division(true),
            Arc::new(ScalarUDF::from(HasCode::new())),
            Arc::new(ScalarUDF::from(PeriodDay::new(false))),
            Arc::new(ScalarUDF::from(PeriodDay::new(true))),
        ])
        .collect();
    let aggregates = functions_aggregate::all_default_aggregate_functions()
        .into_iter()
        .filter(|it| known(AGGREGATES, it.name()))
        .collect();
    let windows = functions_window::all_default_window_functions()
        .into_iter()
        .filter(|it| known(WINDOWS, it.name()))
        .collect();
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(Exact)];
    planners.extend(SessionStateDefaults::default_expr_planners());
    SessionStateBuilder::new()
        .with_config(config)
        .with_expr_planners(planners)
        .with_scalar_functions(scalars)
        .with_aggregate_functions(aggregates)
        .with_window_functions(windows)
        .build()
}

fn division(null_at_zero: bool) -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::from(Division::new(null_at_zero)))
}

/// Plans `/` and `avg` as exact division.
#[derive(Debug)]
struct Exact;

impl ExprPlanner for Exact {
    fn plan_binary_op(
        &self,
        raw: RawBinaryExpr,
        _schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        if raw.op != BinaryOperator::Divide {
            return Ok(PlannerResult::Original(raw));
        }
        let args = vec![raw.left, raw.right];
        let divide = ScalarFunction::new_udf(division(false), args);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(divide)))
    }

    fn plan_aggregate(&self, raw: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        if raw.func.name() != "avg" {
            return Ok(PlannerResult::Original(raw));
        }
        let part = |func| {
            Expr::AggregateFunction(AggregateFunction {
                func,
                params: AggregateFunctionParams {
                    args: raw.args.clone(),
                    distinct: raw.distinct,
                    filter: raw.filter.clone(),
                    order_by: Vec::new(),
                    null_treatment: None,
                },
            })
        };
        // NULL where there is nothing to average, as SQL has it: ratio, not divide.
        let args = vec![
            part(functions_aggregate::sum::sum_udaf()),
            part(functions_aggregate::count::count_udaf()),
        ];
        let mean = ScalarFunction::new_udf(division(true), args);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(mean)))
    }
}

/// Refuses a plan in which anything is a floating point number.
pub(crate) fn refuse_floats(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        for field in node.schema().fields() {
            if field.data_type().is_floating() {
                return plan_err!("`{}` is a floating point number", field.name());
            }
        }
        let inputs = node.inputs();
        let mut schema = DFSchema::empty();
        for input in &inputs {
            schema.merge(input.schema());
        }
        if inputs.is_empty() {
            schema.merge(node.schema());
        }
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                let floating = match part {
                    Expr::Literal(value, _) => value.data_type().is_floating(),
                    // What has no type here (a column of an outer query) is looked at where it comes from.
                    part => part.get_type(&schema).is_ok_and(|kind| kind.is_floating()),
                };
                if floating {
                    return plan_err!("`{part}` is a floating point number");
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}
