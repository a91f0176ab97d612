//! Pictures of numbers, drawn on the server as SVG: they need no script, and print.
//!
//! Owns the geometry of sparklines, line charts and bars. Scripts replace line charts by livelier ones from the same numbers; the
//! numbers also stand in a table beside each chart.
//!
//! Positions are `f64`: they are places on a screen, no figures.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Serialize;

/// A line without axes, 120 × 28.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Spark {
    pub path: String,
    /// The last point.
    pub x: String,
    pub y: String,
}

/// The sparkline of at least two known values.
pub(super) fn spark(values: &[Option<Decimal>]) -> Option<Spark> {
    let known: Vec<f64> = values
        .iter()
        .flatten()
        .filter_map(ToPrimitive::to_f64)
        .collect();
    if known.len() < 2 {
        return None;
    }
    let (low, high) = bounds(&known);
    let step = 116.0 / (values.len() - 1) as f64;
    let points = places(
        values,
        |place| 2.0 + step * place as f64,
        |value| 25.0 - 22.0 * (value - low) / (high - low).max(f64::MIN_POSITIVE),
    );
    let (x, y) = *points.iter().flatten().next_back()?;
    Some(Spark {
        path: path(&points),
        x: short(x),
        y: short(y),
    })
}

/// A line chart of several series over the same points, 720 × 230.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Lines {
    pub grid: Vec<Mark>,
    pub ticks: Vec<Mark>,
    pub series: Vec<Line>,
    /// A level to reach.
    pub target: Option<Mark>,
}

/// A place with its words.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Mark {
    pub at: String,
    pub words: String,
}

/// One line and the words at its end.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    /// `now` or `before`.
    pub class: &'static str,
    pub path: String,
    pub x: String,
    pub y: String,
    pub words: String,
}

const LEFT: f64 = 48.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 200.0;

/// The chart of `series` (class, values, words at the end) over `ticks`, from zero up, with a level to reach.
pub(super) fn lines(
    ticks: &[String],
    series: &[(&'static str, &[Option<Decimal>], String)],
    target: Option<(Decimal, String)>,
) -> Option<Lines> {
    let values = series.iter().flat_map(|(_, it, _)| it.iter().flatten());
    let known: Vec<f64> = values
        .chain(target.as_ref().map(|it| &it.0))
        .filter_map(ToPrimitive::to_f64)
        .collect();
    if known.is_empty() || ticks.is_empty() {
        return None;
    }
    let (low, high) = bounds(&known);
    let (low, high, step) = axis(low.min(0.0), high);
    let x = |place: usize| LEFT + (RIGHT - LEFT) * place as f64 / (ticks.len().max(2) - 1) as f64;
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low);
    let mut grid = Vec::new();
    let mut level = low;
    while level <= high + step / 2.0 {
        grid.push(Mark {
            at: short(y(level)),
            words: number(level, step),
        });
        level += step;
    }
    let mut taken: Vec<f64> = Vec::new();
    let series = series.iter().filter_map(|(class, values, words)| {
        let points = places(values, x, y);
        let (end_x, end_y) = *points.iter().flatten().next_back()?;
        // Words at the ends of two lines that meet are moved apart.
        let mut word_y = end_y;
        while taken.iter().any(|it| (it - word_y).abs() < 15.0) {
            word_y += 15.0;
        }
        taken.push(word_y);
        Some(Line {
            class,
            path: path(&points),
            x: short(end_x + 8.0),
            y: short(word_y + 4.0),
            words: words.clone(),
        })
    });
    Some(Lines {
        series: series.collect(),
        ticks: ticks
            .iter()
            .enumerate()
            .map(|(place, words)| Mark {
                at: short(x(place)),
                words: words.clone(),
            })
            .collect(),
        target: target.and_then(|(value, words)| {
            Some(Mark {
                at: short(y(value.to_f64()?)),
                words,
            })
        }),
        grid,
    })
}

/// Upright bars with a word below each, in a box of 100 by 100 a bar's share wide.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Bars {
    pub bars: Vec<Bar>,
    /// Width of the picture.
    pub width: u32,
}

/// One bar.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Bar {
    pub x: u32,
    pub y: String,
    pub height: String,
    /// Value, above the bar.
    pub said: String,
    /// Word below.
    pub words: String,
    /// Whether it is the one the page is about.
    pub current: bool,
    /// Nothing is known.
    pub unknown: bool,
}

/// Bars for (word, value, value as said, current).
pub(super) fn bars(values: &[(String, Option<Decimal>, String, bool)]) -> Option<Bars> {
    let known: Vec<f64> = values
        .iter()
        .filter_map(|it| it.1.as_ref()?.to_f64())
        .collect();
    if known.is_empty() {
        return None;
    }
    let (low, high) = bounds(&known);
    let (low, high) = (low.min(0.0), high.max(0.0));
    let scale = 110.0 / (high - low).max(f64::MIN_POSITIVE);
    let zero = 20.0 + high * scale;
    let bars = values
        .iter()
        .zip(0_u32..)
        .map(|((words, value, said, current), place)| {
            let size = value.and_then(|it| it.to_f64()).unwrap_or_default() * scale;
            Bar {
                x: place * BAR,
                y: short(zero - size.max(0.0)),
                height: short(size.abs().max(0.5)),
                said: said.clone(),
                words: words.clone(),
                current: *current,
                unknown: value.is_none(),
            }
        });
    let bars: Vec<_> = bars.collect();
    Some(Bars {
        width: u32::try_from(bars.len()).unwrap_or(1) * BAR,
        bars,
    })
}

/// Width of a bar with its room.
const BAR: u32 = 44;

fn bounds(known: &[f64]) -> (f64, f64) {
    known
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
            (low.min(*it), high.max(*it))
        })
}

/// Round bounds around `low..high` and the step between grid lines: 1, 2 or 5 times a power of ten, about five lines.
fn axis(low: f64, high: f64) -> (f64, f64, f64) {
    let span = (high - low).max(1e-9);
    let power = 10_f64.powf((span / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|it| it * power)
        .into_iter()
        .find(|it| span / it <= 5.0);
    let step = step.unwrap_or(10.0 * power);
    (
        (low / step).floor() * step,
        (high / step).ceil() * step,
        step,
    )
}

/// A grid line's number with the decimals that its step needs.
fn number(value: f64, step: f64) -> String {
    let digits = if step >= 1.0 {
        0
    } else {
        (-step.log10()).ceil().clamp(0.0, 6.0) as usize
    };
    format!(
        "{:.*}",
        digits,
        if value.abs() < step / 1e6 { 0.0 } else { value }
    )
}

fn places(
    values: &[Option<Decimal>],
    x: impl Fn(usize) -> f64,
    y: impl Fn(f64) -> f64,
) -> Vec<Option<(f64, f64)>> {
    let place =
        |(place, value): (usize, &Option<Decimal>)| Some((x(place), y(value.as_ref()?.to_f64()?)));
    values.iter().enumerate().map(place).collect()
}

/// A path through the known points; unknown ones leave a gap.
fn path(points: &[Option<(f64, f64)>]) -> String {
    let mut out = String::new();
    let mut pen_down = false;
    for point in points {
        match point {
            Some((x, y)) => {
                out.push(if pen_down { 'L' } else { 'M' });
                out.push_str(&short(*x));
                out.push(' ');
                out.push_str(&short(*y));
                pen_down = true;
            }
            None => pen_down = false,
        }
    }
    out
}

/// One decimal is finer than a pixel.
fn short(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(list: &[i64]) -> Vec<Option<Decimal>> {
        list.iter()
            .map(|it| (*it >= 0).then(|| Decimal::from(*it)))
            .collect()
    }

    #[test]
    fn axes_are_round() {
        let cases = [
            (0.0, 68.3, (0.0, 80.0, 20.0)),
            (0.0, 3.0, (0.0, 3.0, 1.0)),
            (-4.0, 9.0, (-5.0, 10.0, 5.0)),
            (0.0, 0.29, (0.0, 0.3, 0.1)),
        ];
        for (low, high, want) in cases {
            let got = axis(low, high);
            for (got, want) in [(got.0, want.0), (got.1, want.1), (got.2, want.2)] {
                assert!((got - want).abs() < 1e-9, "{low}..{high}: {got} for {want}");
            }
        }
    }

    #[test]
    fn unknown_points_leave_a_gap_and_nothing_known_draws_nothing() {
        let got = spark(&values(&[0, 10, -1, 10, 20])).unwrap();
        assert_eq!(got.path.matches('M').count(), 2, "{}", got.path);
        assert_eq!((got.x.as_str(), got.y.as_str()), ("118", "3"));
        assert_eq!(spark(&values(&[5, -1, -1])), None);
        assert_eq!(
            lines(
                &["1".into()],
                &[("now", &values(&[-1]), String::new())],
                None
            ),
            None
        );
        assert_eq!(bars(&[("2023".into(), None, "—".into(), true)]), None);
    }

    #[test]
    fn words_at_the_ends_of_lines_do_not_cover_each_other() {
        let (a, b) = (values(&[1, 100]), values(&[1, 99]));
        let ticks = ["1".to_owned(), "2".to_owned()];
        let got = lines(
            &ticks,
            &[("now", &a, "a".into()), ("before", &b, "b".into())],
            None,
        )
        .unwrap();
        let y = |place: usize| got.series[place].y.parse::<f64>().unwrap();
        assert!((y(0) - y(1)).abs() >= 15.0, "{got:?}");
    }
}
