//! Values that hold from a day to a day.
//!
//! Owns the spans of a record's dated fields. They are lines of the record, `_spans`: each has `_from` (nothing: nobody
//! knows since when), `_to` (the first day on which it no longer holds; nothing: it still does) and one dated field's
//! value. So they are written, logged, verified, backed up and taken back as lines are. The field's own column holds the
//! value of today.
//!
//! A field without spans holds its value since nobody knows when: that is how a value begins whose first day nobody
//! gave. A change without a day begins on the day of the act.
//!
//! Invariant: the spans of a field never overlap, and the one that holds today says what the column says. A value that
//! begins later than today is refused, since nobody would bring it into the column on its day.

use jiff::civil::Date;
use quanyu_core::value::Value;

use super::{Draft, Line, Record};
use crate::{act::Act, error::StoreError, schema::Table};

/// The lines that hold the spans.
pub const SPANS: &str = "_spans";
/// First day.
pub const FROM: &str = "_from";
/// The day after the last.
pub const TO: &str = "_to";

/// From when to when a value holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first day; nothing where it is not known.
    pub from: Option<Date>,
    /// The first day on which it no longer holds.
    pub to: Option<Date>,
}

impl Span {
    /// Whether the day lies in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|it| it <= day) && self.to.is_none_or(|it| day < it)
    }
}

/// A value of a dated field with its span.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    id: Option<i64>,
    span: Span,
    value: Value,
}

fn day(line: &Line, name: &str) -> Option<Date> {
    match line.values.get(name) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    }
}

impl Record {
    /// The values that a dated field has had, with their spans, in order. A value that holds since nobody knows when, and
    /// still does, is one of them.
    #[must_use]
    pub fn spans(&self, field: &str) -> Vec<(Span, Value)> {
        self.pieces(field)
            .into_iter()
            .map(|it| (it.span, it.value))
            .collect()
    }

    fn pieces(&self, field: &str) -> Vec<Piece> {
        let lines = self.lines.get(SPANS).into_iter().flatten();
        let mut pieces: Vec<Piece> = lines
            .filter_map(|line| {
                let value = line.values.get(field).filter(|it| !it.is_null())?;
                Some(Piece {
                    id: line.id,
                    span: Span {
                        from: day(line, FROM),
                        to: day(line, TO),
                    },
                    value: value.clone(),
                })
            })
            .collect();
        if pieces.is_empty() && !self.value(field).is_null() {
            pieces.push(Piece {
                id: None,
                span: Span::default(),
                value: self.value(field).clone(),
            });
        }
        pieces.sort_by_key(|it| it.span.from);
        pieces
    }

    /// The record as it was on a day: dated fields say what held then. It has to be read with its lines.
    #[must_use]
    pub fn on(mut self, day: Date) -> Self {
        let spans = self.lines.get(SPANS).cloned().unwrap_or_default();
        let mut fields: Vec<&String> = spans
            .iter()
            .flat_map(|it| &it.values)
            .filter(|(name, value)| !matches!(name.as_str(), FROM | TO) && !value.is_null())
            .map(|(name, _)| name)
            .collect();
        fields.dedup();
        for field in fields {
            let pieces = self.pieces(field);
            let held = pieces.into_iter().find(|it| it.span.holds(day));
            let value = held.map_or(Value::Null, |it| it.value);
            self.values.insert(field.clone(), value);
        }
        self
    }
}

/// Brings the spans of a new state in line with its values, and its values in line with today.
pub(super) fn lay(
    act: &mut Act,
    table: &Table,
    spans: &Table,
    (old, new): (&Record, &mut Record),
    draft: &Draft,
) -> Result<(), StoreError> {
    let today = act.day();
    // A record that is being made has no earlier state whose values could end.
    let born = old.values.values().all(Value::is_null) && old.lines.is_empty();
    for column in spans
        .shown()
        .filter(|it| !matches!(it.field.as_str(), FROM | TO))
    {
        let field = &column.field;
        if !draft.values.contains_key(field) {
            continue;
        }
        let value = new.value(field).clone();
        let stated = draft.spans.get(field).filter(|it| **it != Span::default());
        let from = |from| Span {
            from: Some(from),
            to: None,
        };
        let span = match (stated, draft.from) {
            (Some(span), _) => *span,
            _ if value == *old.value(field) => continue,
            (None, Some(day)) => from(day),
            (None, None) if born => continue,
            (None, None) => from(today),
        };
        let wrong = |reason| StoreError::WrongValue {
            register: table.id.clone(),
            field: field.clone(),
            value: span
                .from
                .or(span.to)
                .map(|it| it.to_string())
                .unwrap_or_default(),
            reason,
        };
        if span.from.is_some_and(|it| it > today) {
            return Err(wrong("a value that begins later is entered when it begins"));
        }
        if let (Some(from), Some(to)) = (span.from, span.to)
            && to <= from
        {
            return Err(wrong("it ends before it begins"));
        }
        let pieces = overlay(old.pieces(field), span, &value);
        let held = pieces.iter().find(|it| it.span.holds(today));
        let held = held.map_or(Value::Null, |it| it.value.clone());
        new.values.insert(field.clone(), held);
        put(act, new, spans, field, pieces);
    }
    Ok(())
}

/// What a field's values become when `value` holds in `span`.
fn overlay(pieces: Vec<Piece>, span: Span, value: &Value) -> Vec<Piece> {
    // Nobody knew since when it holds: now it is known.
    if let [only] = pieces.as_slice()
        && only.value == *value
        && only.span.from.is_none()
        && only.span.to == span.to
    {
        let mut known = pieces;
        known[0].span.from = span.from;
        return known;
    }
    let before = pieces.clone();
    let mut laid = Vec::with_capacity(pieces.len() + 2);
    for piece in pieces {
        let mut id = piece.id;
        if let Some(from) = span.from
            && piece.span.from.is_none_or(|it| it < from)
        {
            let to = piece.span.to.map_or(from, |it| it.min(from));
            laid.push(Piece {
                id: id.take(),
                span: Span {
                    from: piece.span.from,
                    to: Some(to),
                },
                value: piece.value.clone(),
            });
        }
        if let Some(to) = span.to
            && piece.span.to.is_none_or(|it| it > to)
        {
            let from = piece.span.from.map_or(to, |it| it.max(to));
            laid.push(Piece {
                id: id.take(),
                span: Span {
                    from: Some(from),
                    to: piece.span.to,
                },
                value: piece.value,
            });
        }
    }
    if !value.is_null() {
        laid.push(Piece {
            id: None,
            span,
            value: value.clone(),
        });
    }
    laid.sort_by_key(|it| it.span.from);
    let mut joined: Vec<Piece> = Vec::with_capacity(laid.len());
    for piece in laid {
        match joined.last_mut() {
            Some(last) if last.value == piece.value && last.span.to == piece.span.from => {
                last.span.to = piece.span.to;
                last.id = last.id.or(piece.id);
            }
            _ => joined.push(piece),
        }
    }
    // What was there stays what it is.
    for place in 0..joined.len() {
        let same = |it: &&Piece| {
            it.span.from == joined[place].span.from && it.value == joined[place].value
        };
        let id = before.iter().find(same).and_then(|it| it.id);
        if joined[place].id.is_none() && joined.iter().all(|it| it.id != id) {
            joined[place].id = id;
        }
    }
    joined
}

/// Puts a field's spans among the lines; what holds since nobody knows when, and still does, needs none.
fn put(act: &mut Act, record: &mut Record, table: &Table, field: &str, pieces: Vec<Piece>) {
    let was = record.lines.remove(SPANS).unwrap_or_default();
    let (of_field, mut lines): (Vec<Line>, Vec<Line>) = was
        .into_iter()
        .partition(|it| it.values.get(field).is_some_and(|it| !it.is_null()));
    let plain = matches!(pieces.as_slice(), [one] if one.span == Span::default());
    for piece in pieces.into_iter().filter(|_| !plain) {
        let known = of_field
            .iter()
            .find(|it| piece.id.is_some() && it.id == piece.id);
        let mut line = known.cloned().unwrap_or_else(|| Line {
            id: Some(act.next_ids(1)),
            values: table
                .shown()
                .map(|it| (it.field.clone(), Value::Null))
                .collect(),
            ..Line::default()
        });
        let known = |it: Option<Date>| it.map_or(Value::Null, Value::Date);
        line.values.insert(FROM.to_owned(), known(piece.span.from));
        line.values.insert(TO.to_owned(), known(piece.span.to));
        line.values.insert(field.to_owned(), piece.value);
        lines.push(line);
    }
    // In one order, so that what changes nothing is seen to change nothing.
    let place = |line: &Line| {
        let mut fields = table
            .shown()
            .filter(|it| !matches!(it.field.as_str(), FROM | TO));
        let has = |name: &str| line.values.get(name).is_some_and(|it| !it.is_null());
        fields.position(|it| has(&it.field)).unwrap_or(usize::MAX)
    };
    lines.sort_by_key(|it| (place(it), day(it, FROM)));
    if !lines.is_empty() {
        record.lines.insert(SPANS.to_owned(), lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| text.parse().unwrap())
    }

    /// `A 2020-01-01..2021-01-01, B 2021-01-01..`
    fn pieces(text: &str) -> Vec<Piece> {
        text.split(',')
            .filter_map(|it| {
                let (value, span) = it.trim().split_once(' ')?;
                let (from, to) = span.split_once("..")?;
                Some(Piece {
                    id: None,
                    span: Span {
                        from: date(from),
                        to: date(to),
                    },
                    value: Value::Text(value.to_owned()),
                })
            })
            .collect()
    }

    #[test]
    fn a_value_laid_over_others_ends_begins_or_splits_them() {
        #[rustfmt::skip]
        let cases = [
            // there, laid over it, what comes out
            ("A ..", "B 2023-05-01..", "A ..2023-05-01, B 2023-05-01.."),
            ("A ..", "A 2023-05-01..", "A 2023-05-01.."),
            ("A ..2022-01-01, B 2022-01-01..", "C 2021-01-01..", "A ..2021-01-01, C 2021-01-01.."),
            ("A ..2022-01-01, B 2022-01-01..", "A 2023-01-01..", "A ..2022-01-01, B 2022-01-01..2023-01-01, A 2023-01-01.."),
            ("A ..2022-01-01, B 2022-01-01..", "B 2021-01-01..", "A ..2021-01-01, B 2021-01-01.."),
            ("A ..", "B 2020-01-01..2021-01-01", "A ..2020-01-01, B 2020-01-01..2021-01-01, A 2021-01-01.."),
            ("A 2022-01-01..", "B ..2022-01-01", "B ..2022-01-01, A 2022-01-01.."),
            ("A 2022-01-01..", "A ..2022-01-01", "A .."),
            ("", "A 2022-01-01..", "A 2022-01-01.."),
            ("A 2020-01-01..2021-01-01", "B 2022-01-01..", "A 2020-01-01..2021-01-01, B 2022-01-01.."),
        ];
        for (there, over, wanted) in cases {
            let over = pieces(over).remove(0);
            let got = overlay(pieces(there), over.span, &over.value);
            assert_eq!(got, pieces(wanted), "{there} under {over:?}");
            let ended = overlay(got, over.span, &Value::Null);
            let left = ended
                .iter()
                .any(|it| it.span.from == over.span.from && it.value == over.value);
            assert!(!left, "{there}: an unknown value ends what it is laid over");
        }
    }

    proptest::proptest! {
        /// The oracle is a value for each day.
        #[test]
        fn spans_say_on_each_day_what_was_laid_there_last(
            laid in proptest::collection::vec((0i8..28, 0i8..28, proptest::option::of("[ABC]")), 0..8),
        ) {
            let day = |n: i8| jiff::civil::date(2023, 2, n + 1);
            let mut days: Vec<Option<String>> = vec![None; 28];
            let mut pieces = Vec::new();
            for (from, length, value) in laid {
                let to = from.saturating_add(length + 1);
                for n in from..to.min(28) {
                    days[n as usize].clone_from(&value);
                }
                let span = Span { from: Some(day(from)), to: (to < 28).then(|| day(to)) };
                let value = value.map_or(Value::Null, Value::Text);
                pieces = overlay(pieces, span, &value);
            }
            for (n, wanted) in days.iter().enumerate() {
                let mut held = pieces.iter().filter(|it| it.span.holds(day(n as i8)));
                let got = held.next().and_then(|it| it.value.canonical());
                proptest::prop_assert_eq!(&got, wanted);
                proptest::prop_assert!(held.next().is_none(), "two values on one day");
            }
        }
    }
}
