//! Expressions: names, types and the refusal of what is outside the subset.

use sqlparser::ast::{
    CastKind, CeilFloorKind, Expr, ObjectName, ObjectNamePart, OrderByExpr, Spanned, Value,
};

use super::{
    Analysis, Purpose, SqlText, Typed, Unit, Uses,
    functions::{Operation, cast, date_part, interval_unit, operation, sign},
    types::{Column, Kind},
};
use crate::{faults, model::At};

/// Deeper expressions are refused: the walk is recursive.
const DEEPEST: usize = 100;

/// A table that names can be looked up in.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    /// The name it goes by.
    pub alias: String,
    /// The register, lines or dataset it is; `None` for a sub-query.
    pub table: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// Tables that names are looked up in, inner before outer.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'s> {
    /// Tables of this query.
    pub relations: Vec<Relation>,
    /// Columns that `using` merged.
    pub merged: Vec<String>,
    /// Output columns, where they can be named too (group by, order by).
    pub output: Vec<Column>,
    /// The query around.
    pub outer: Option<&'s Scope<'s>>,
}

/// One walk over one text.
pub(super) struct Walk<'w, 'a> {
    pub analysis: &'w mut Analysis<'a>,
    pub text: &'w SqlText<'w>,
    pub uses: Uses,
    /// Common table expressions by name.
    pub with: Vec<(String, Vec<Column>)>,
    /// Inside an aggregate function.
    pub in_aggregate: bool,
    /// Aggregates are allowed here.
    pub aggregates: bool,
    /// Windows and sub-queries are allowed here.
    pub queries: bool,
    depth: usize,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(analysis: &'w mut Analysis<'a>, text: &'w SqlText<'w>) -> Self {
        Self {
            analysis,
            text,
            uses: Uses::default(),
            with: Vec::new(),
            in_aggregate: false,
            aggregates: true,
            queries: true,
            depth: 0,
        }
    }

    /// An expression that stands alone, over the rows of one table.
    pub(super) fn top(
        &mut self,
        expr: &Expr,
        table: &str,
        columns: Vec<Column>,
        purpose: Purpose,
    ) -> Typed {
        self.queries = false;
        self.aggregates = purpose == Purpose::Aggregate;
        let relation = Relation {
            alias: table.to_owned(),
            table: Some(table.to_owned()),
            columns,
        };
        let scope = Scope {
            relations: vec![relation],
            ..Scope::default()
        };
        let before = self.analysis.faults.len();
        let typed = self.expr(expr, &scope);
        if purpose == Purpose::Aggregate && self.analysis.faults.len() == before {
            let outside = self.uses.columns.iter().find(|it| !it.aggregated).cloned();
            if let Some(column) = outside {
                self.fault(faults::sql_type(
                    column.at,
                    format!("`{}` 要放在 sum、count 等聚合函数里", column.column),
                    format!(
                        "`{}` must stand inside an aggregate such as sum or count",
                        column.column
                    ),
                ));
            } else if self.uses.columns.is_empty()
                && !expr.to_string().to_lowercase().contains("count(*)")
            {
                self.fault(faults::sql_type(
                    self.text.at,
                    "这里要有聚合函数",
                    "an aggregate belongs here",
                ));
            }
        }
        typed
    }

    pub(super) fn fault(&mut self, fault: crate::Diagnostic) {
        self.analysis.faults.push(fault);
    }

    pub(super) fn refuse(&mut self, at: At, zh: &str, en: &str) -> Typed {
        self.fault(faults::sql_refused(at, zh, en));
        Typed::any()
    }

    pub(super) fn refuse_expr(&mut self, expr: &Expr) -> Typed {
        let text: String = expr.to_string().chars().take(40).collect();
        let at = self.at(expr);
        self.refuse(at, &format!(" `{text}`"), &format!("`{text}`"))
    }

    pub(super) fn at(&self, expr: &Expr) -> At {
        self.text.place(expr.span())
    }

    /// The type of an expression.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Typed {
        if self.depth >= DEEPEST {
            // Once is enough: the text around is refused as a whole.
            if self.depth == DEEPEST {
                self.fault(faults::sql_refused(
                    self.text.at,
                    "嵌套这么深的表达式",
                    "an expression nested this deeply",
                ));
            }
            return Typed::any();
        }
        self.depth += 1;
        let typed = self.expr_inner(expr, scope);
        self.depth -= 1;
        typed
    }

    fn expr_inner(&mut self, expr: &Expr, scope: &Scope<'_>) -> Typed {
        match expr {
            Expr::Identifier(name) => self.column(None, name, scope),
            Expr::CompoundIdentifier(names) => match &names[..] {
                [table, name] => self.column(Some(table), name, scope),
                _ => self.refuse_expr(expr),
            },
            Expr::Nested(inner) => self.expr(inner, scope),
            Expr::Value(value) => match &value.value {
                Value::Number(digits, false) => Typed::of(if digits.contains(['.', 'e', 'E']) {
                    Kind::Decimal
                } else {
                    Kind::Int
                }),
                Value::SingleQuotedString(text) => Typed {
                    literal: Some(text.clone()),
                    ..Typed::of(Kind::Text)
                },
                Value::Boolean(_) => Typed::of(Kind::Bool),
                Value::Null => Typed::any(),
                _ => self.refuse_expr(expr),
            },
            Expr::TypedString(typed) => match (cast(&typed.data_type), &typed.value.value) {
                (Some(Kind::Date), Value::SingleQuotedString(day)) => {
                    if day.len() != 10 || day.parse::<jiff::civil::Date>().is_err() {
                        let at = self.at(expr);
                        self.fault(faults::not_a_day(at, day));
                    }
                    Typed::of(Kind::Date)
                }
                _ => self.refuse_expr(expr),
            },
            Expr::Interval(interval) => {
                let unit = interval.leading_field.as_ref().is_some_and(interval_unit);
                let plain =
                    matches!(&*interval.value, Expr::Value(_)) && interval.last_field.is_none();
                if unit && plain {
                    Typed::of(Kind::Interval)
                } else {
                    self.refuse_expr(expr)
                }
            }
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                self.expr(inner, scope);
                Typed::of(Kind::Bool)
            }
            Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner) => {
                self.wants(inner, Kind::Bool, scope);
                Typed::of(Kind::Bool)
            }
            Expr::IsDistinctFrom(a, b) | Expr::IsNotDistinctFrom(a, b) => {
                self.compare(a, b, scope);
                Typed::of(Kind::Bool)
            }
            Expr::InList { expr, list, .. } => {
                for item in list {
                    self.compare(expr, item, scope);
                }
                Typed::of(Kind::Bool)
            }
            Expr::Between {
                expr, low, high, ..
            } => {
                self.compare(expr, low, scope);
                self.compare(expr, high, scope);
                Typed::of(Kind::Bool)
            }
            Expr::Like {
                any: false,
                expr,
                pattern,
                escape_char: None,
                ..
            } => {
                self.wants(expr, Kind::Text, scope);
                self.wants(pattern, Kind::Text, scope);
                Typed::of(Kind::Bool)
            }
            Expr::UnaryOp { op, expr: inner } => match sign(*op) {
                Some(Operation::Logic) => {
                    self.wants(inner, Kind::Bool, scope);
                    Typed::of(Kind::Bool)
                }
                Some(_) => self.number(inner, scope),
                None => self.refuse_expr(expr),
            },
            Expr::BinaryOp { left, op, right } => match operation(op) {
                Some(operation) => self.binary(operation, left, right, scope),
                None => self.refuse_expr(expr),
            },
            Expr::Cast {
                kind: CastKind::Cast,
                expr: inner,
                data_type,
                array: false,
                format: None,
            } => {
                let typed = self.expr(inner, scope);
                match cast(data_type) {
                    Some(kind) => Typed {
                        kind,
                        literal: None,
                        ..typed
                    },
                    None => self.refuse_expr(expr),
                }
            }
            Expr::Extract {
                field, expr: inner, ..
            } if date_part(field) => {
                self.wants(inner, Kind::Date, scope);
                Typed::of(Kind::Int)
            }
            Expr::Floor {
                expr: inner,
                field: CeilFloorKind::DateTimeField(part),
            }
            | Expr::Ceil {
                expr: inner,
                field: CeilFloorKind::DateTimeField(part),
            } if *part == sqlparser::ast::DateTimeField::NoDateTime => self.number(inner, scope),
            Expr::Trim {
                trim_where: None,
                trim_what: None,
                expr: inner,
                trim_characters: None,
            } => {
                self.wants(inner, Kind::Text, scope);
                Typed::of(Kind::Text)
            }
            Expr::Substring {
                expr: inner,
                substring_from: Some(from),
                substring_for,
                special: true,
                ..
            } => {
                self.wants(inner, Kind::Text, scope);
                for number in std::iter::once(from).chain(substring_for) {
                    self.wants(number, Kind::Int, scope);
                }
                Typed::of(Kind::Text)
            }
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => {
                let mut result: Option<Typed> = None;
                for when in conditions {
                    match operand {
                        Some(operand) => self.compare(operand, &when.condition, scope),
                        None => self.wants(&when.condition, Kind::Bool, scope),
                    }
                    let typed = self.expr(&when.result, scope);
                    result = Some(self.join(result, typed, &when.result));
                }
                if let Some(last) = else_result {
                    let typed = self.expr(last, scope);
                    result = Some(self.join(result, typed, last));
                }
                result.unwrap_or_else(Typed::any)
            }
            Expr::Function(call) => self.call(call, expr, scope),
            Expr::Exists { subquery, .. } if self.queries => {
                self.inner_query(subquery, scope);
                Typed::of(Kind::Bool)
            }
            Expr::InSubquery { expr, subquery, .. } if self.queries => {
                self.expr(expr, scope);
                self.inner_query(subquery, scope);
                Typed::of(Kind::Bool)
            }
            Expr::Subquery(query) if self.queries => {
                let columns = self.inner_query(query, scope);
                columns
                    .first()
                    .map_or_else(Typed::any, |it| Typed::of(it.kind))
            }
            _ => self.refuse_expr(expr),
        }
    }

    /// A sub-query in an expression: what it groups by is its own business.
    fn inner_query(&mut self, query: &sqlparser::ast::Query, scope: &Scope<'_>) -> Vec<Column> {
        let (aggregate, allowed) = (self.in_aggregate, self.aggregates);
        (self.in_aggregate, self.aggregates) = (false, true);
        let columns = self.query(query, Some(scope), false);
        (self.in_aggregate, self.aggregates) = (aggregate, allowed);
        columns
    }

    /// Two branches of one value.
    pub(super) fn join(&mut self, first: Option<Typed>, next: Typed, expr: &Expr) -> Typed {
        let Some(first) = first else {
            return Typed {
                literal: None,
                ..next
            };
        };
        let Some(kind) = first.kind.common(next.kind) else {
            let at = self.at(expr);
            self.mismatch(at, first.kind, next.kind);
            return Typed::any();
        };
        let unit = if next.kind == Kind::Any || first.unit == next.unit {
            first.unit
        } else {
            Unit::Unknown
        };
        Typed {
            kind,
            unit,
            literal: None,
        }
    }

    fn binary(
        &mut self,
        operation: Operation,
        left: &Expr,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Typed {
        match operation {
            Operation::Logic => {
                self.wants(left, Kind::Bool, scope);
                self.wants(right, Kind::Bool, scope);
                Typed::of(Kind::Bool)
            }
            Operation::Compare => {
                self.compare(left, right, scope);
                Typed::of(Kind::Bool)
            }
            Operation::Join => {
                self.expr(left, scope);
                self.expr(right, scope);
                Typed::of(Kind::Text)
            }
            Operation::Product => {
                let (a, b) = (self.number(left, scope), self.number(right, scope));
                // Money times a plain number stays money; money over money is a share.
                let kind = match (a.kind, b.kind) {
                    (Kind::Int, Kind::Int) => Kind::Int,
                    (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
                    _ => Kind::Decimal,
                };
                Typed::of(kind)
            }
            Operation::Sum => {
                let (a, b) = (self.expr(left, scope), self.expr(right, scope));
                if a.kind == Kind::Date && b.kind == Kind::Interval {
                    return Typed::of(Kind::Date);
                }
                for (typed, expr) in [(&a, left), (&b, right)] {
                    if !typed.kind.is_number() {
                        let at = self.at(expr);
                        self.not_a_number(at, typed.kind);
                        return Typed::any();
                    }
                }
                if let (Unit::Of(one), Unit::Of(other)) = (&a.unit, &b.unit)
                    && one != other
                {
                    let at = self.at(right);
                    self.fault(faults::sql_type(
                        at,
                        format!("{one} 与 {other} 不能相加减"),
                        format!("{one} and {other} cannot be added"),
                    ));
                }
                let unit = if a.unit == b.unit {
                    a.unit
                } else {
                    Unit::Unknown
                };
                Typed {
                    kind: a.kind.common(b.kind).unwrap_or(Kind::Any),
                    unit,
                    literal: None,
                }
            }
        }
    }

    pub(super) fn number(&mut self, expr: &Expr, scope: &Scope<'_>) -> Typed {
        let typed = self.expr(expr, scope);
        if typed.kind.is_number() {
            return typed;
        }
        let at = self.at(expr);
        self.not_a_number(at, typed.kind);
        Typed::any()
    }

    fn not_a_number(&mut self, at: At, kind: Kind) {
        let (zh, en) = kind.name();
        self.fault(faults::sql_type(
            at,
            format!("这里要数，写的是{zh}"),
            format!("expected a number, found {en}"),
        ));
    }

    pub(super) fn wants(&mut self, expr: &Expr, kind: Kind, scope: &Scope<'_>) {
        let typed = self.expr(expr, scope);
        if typed.kind != kind && typed.kind != Kind::Any {
            let at = self.at(expr);
            let ((wanted_zh, wanted_en), (zh, en)) = (kind.name(), typed.kind.name());
            self.fault(faults::sql_type(
                at,
                format!("这里要{wanted_zh}，写的是{zh}"),
                format!("expected {wanted_en}, found {en}"),
            ));
        }
    }

    fn mismatch(&mut self, at: At, one: Kind, other: Kind) {
        let ((one_zh, one_en), (other_zh, other_en)) = (one.name(), other.name());
        self.fault(faults::sql_type(
            at,
            format!("{one_zh}与{other_zh}不能放在一起比较"),
            format!("{one_en} and {other_en} cannot be compared"),
        ));
    }

    /// Two values that are compared; a text literal must be a word the column can hold.
    fn compare(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_>) {
        let (a, b) = (self.expr(left, scope), self.expr(right, scope));
        let day = |kind: Kind, literal: &Option<String>| {
            kind == Kind::Date
                && literal
                    .as_ref()
                    .is_some_and(|it| it.parse::<jiff::civil::Date>().is_ok())
        };
        if a.kind.common(b.kind).is_none() && !day(a.kind, &b.literal) && !day(b.kind, &a.literal) {
            let at = self.at(right);
            self.mismatch(at, a.kind, b.kind);
        }
        for (column, literal, expr) in [(left, b.literal, right), (right, a.literal, left)] {
            if let (Some(words), Some(word)) = (self.words(column, scope), literal) {
                let at = self.at(expr);
                self.known_word(at, &words, &word);
            }
        }
    }

    pub(super) fn order(&mut self, order: &[OrderByExpr], scope: &Scope<'_>) {
        for item in order {
            self.expr(&item.expr, scope);
            if item.with_fill.is_some() {
                self.refuse(self.text.at, "`with fill`", "`with fill`");
            }
        }
    }
}

/// A name of one unquoted part, in lower case.
pub(super) fn plain_name(name: &ObjectName) -> Option<String> {
    match &name.0[..] {
        [ObjectNamePart::Identifier(ident)] if ident.quote_style.is_none() => {
            Some(ident.value.to_lowercase())
        }
        _ => None,
    }
}
