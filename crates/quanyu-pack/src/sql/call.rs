//! Calls of functions: which exist, where they may stand, what they take and give.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments,
    Spanned, WindowType,
};

use super::{
    Typed, Unit,
    expr::{Scope, Walk, plain_name},
    functions::{FUNCTIONS, Function, Gives, Place, Takes},
    types::Kind,
};
use crate::faults;

impl Walk<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, expr: &Expr, scope: &Scope<'_>) -> Typed {
        let name = plain_name(&call.name).unwrap_or_default();
        let at = self.text.place(call.name.span());
        let Some(function) = FUNCTIONS.iter().find(|it| it.name == name) else {
            let valid: Vec<_> = FUNCTIONS.iter().map(|it| it.name).collect();
            let shown = call.name.to_string();
            self.fault(faults::unknown_name(at, faults::FUNCTION, &shown, &valid));
            return Typed::any();
        };
        let FunctionArguments::List(list) = &call.args else {
            return self.refuse_expr(expr);
        };
        let odd = call.uses_odbc_syntax
            || call.parameters != FunctionArguments::None
            || call.null_treatment.is_some()
            || !call.within_group.is_empty()
            || !list.clauses.is_empty();
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let window = match &call.over {
            None => None,
            Some(WindowType::WindowSpec(spec)) if self.queries && spec.window_name.is_none() => {
                Some(spec)
            }
            Some(_) => return self.refuse(at, "这里用窗口函数", "a window here"),
        };
        if odd
            || distinct && function.place != Place::Group
            || call.filter.is_some() && function.place != Place::Group
            || window.is_some() && function.place == Place::Row
        {
            return self.refuse_expr(expr);
        }
        if function.place == Place::Window && window.is_none() {
            return self.refuse(
                at,
                &format!("不带 over 的 `{name}`"),
                &format!("`{name}` without `over (…)`"),
            );
        }
        let aggregate = function.place == Place::Group && window.is_none();
        if aggregate && (!self.aggregates || self.in_aggregate) {
            return if self.in_aggregate {
                self.refuse(
                    at,
                    "聚合函数里再用聚合函数",
                    "an aggregate inside an aggregate",
                )
            } else {
                self.refuse(at, "这里用聚合函数", "an aggregate here")
            };
        }
        if let Some(spec) = window {
            spec.partition_by.iter().for_each(|it| {
                self.expr(it, scope);
            });
            self.order(&spec.order_by, scope);
        }
        self.in_aggregate |= aggregate;
        if let Some(filter) = &call.filter {
            self.wants(filter, Kind::Bool, scope);
        }
        let typed = self.arguments(function, &list.args, expr, scope);
        if aggregate {
            self.in_aggregate = false;
        }
        typed
    }

    fn arguments(
        &mut self,
        function: &Function,
        args: &[FunctionArg],
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Typed {
        let mut exprs = Vec::new();
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)) => exprs.push(arg),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard)
                    if function.name == "count" && args.len() == 1 =>
                {
                    return Typed {
                        unit: Unit::Count,
                        ..Typed::of(Kind::Int)
                    };
                }
                _ => return self.refuse_expr(expr),
            }
        }
        let (fewest, most) = function.count;
        if !(fewest..=most).contains(&exprs.len()) {
            let at = self.at(expr);
            self.fault(faults::sql_type(
                at,
                format!("`{}` 的参数个数不对", function.name),
                format!(
                    "`{}` does not take {} arguments",
                    function.name,
                    exprs.len()
                ),
            ));
            return Typed::any();
        }
        let mut result: Option<Typed> = None;
        for (place, arg) in exprs.into_iter().enumerate() {
            match function.takes {
                Takes::Numbers => {
                    let typed = self.number(arg, scope);
                    // The second argument of `round` is no amount.
                    if place == 0 {
                        result = Some(typed);
                    }
                }
                Takes::TextThenNumbers if place > 0 => self.wants(arg, Kind::Int, scope),
                Takes::Texts | Takes::TextThenNumbers => self.wants(arg, Kind::Text, scope),
                Takes::Alike => {
                    let typed = self.expr(arg, scope);
                    result = Some(self.join(result, typed, arg));
                }
                Takes::Any => {
                    let typed = self.expr(arg, scope);
                    result.get_or_insert(typed);
                }
            }
        }
        let same = result.unwrap_or_else(Typed::any);
        match (function.gives, function.name) {
            (_, "count") => Typed {
                unit: Unit::Count,
                ..Typed::of(Kind::Int)
            },
            (_, "avg") => Typed {
                kind: Kind::Decimal,
                literal: None,
                ..same
            },
            (Gives::Same, _) => Typed {
                literal: None,
                ..same
            },
            (Gives::Always(kind), _) => Typed::of(kind),
        }
    }
}
