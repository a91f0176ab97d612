//! Columns of text on a page.
//!
//! Owns finding the gutter between two columns, and the order in which the parts of such a page are read: what goes across
//! the page, the left column from above to below, the right one. Columns of a table are no columns of text: their cells are
//! short or do not reach the gutter.

use super::Glyph;

/// Lines that a column has at least.
const LINES: usize = 5;
/// Glyphs that a line of a column has at least, in the middle.
const GLYPHS: usize = 10;

/// Glyphs at one height: where they stand, their size, the stretches that they fill.
pub(super) struct Row<'g> {
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) glyphs: Vec<&'g Glyph>,
}

/// A part of a page that is read from above to below.
pub(super) struct Region<'g> {
    pub(super) rows: Vec<Row<'g>>,
    /// It is a column beside another.
    pub(super) is_column: bool,
}

/// Glyphs as rows from above.
pub(super) fn rows<'g>(mut glyphs: Vec<&'g Glyph>) -> Vec<Row<'g>> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Row<'g>> = Vec::new();
    for glyph in glyphs {
        match rows.last_mut() {
            Some(row)
                if glyph.y - row.y
                    < row.size.min(glyph.size).max(row.size.max(glyph.size) * 0.6) * 0.5 =>
            {
                // The line stands where its largest glyphs do, so that an index does not pull it.
                if glyph.size > row.size * 1.05 {
                    (row.y, row.size) = (glyph.y, glyph.size);
                }
                row.glyphs.push(glyph);
            }
            _ => rows.push(Row {
                y: glyph.y,
                size: glyph.size,
                glyphs: vec![glyph],
            }),
        }
    }
    rows
}

/// The parts of a page in the order of reading.
pub(super) fn regions(rows: Vec<Row<'_>>, width: f32) -> Vec<Region<'_>> {
    let Some(found) = gutter(&rows, width) else {
        return match rows.is_empty() {
            true => Vec::new(),
            false => vec![Region {
                rows,
                is_column: false,
            }],
        };
    };
    let mut above = rows;
    let mut band = above.split_off(found.from);
    let below = band.split_off(found.to - found.from);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for glyph in band.into_iter().flat_map(|it| it.glyphs) {
        match glyph.x + glyph.width * 0.5 < found.x {
            true => left.push(glyph),
            false => right.push(glyph),
        }
    }
    let mut all = regions(above, width);
    for side in [left, right] {
        all.push(Region {
            rows: self::rows(side),
            is_column: true,
        });
    }
    all.extend(regions(below, width));
    all
}

/// A gutter at `x` between the rows `from` and `to`.
struct Gutter {
    x: f32,
    from: usize,
    to: usize,
}

fn gutter(rows: &[Row<'_>], width: f32) -> Option<Gutter> {
    let mut sizes: Vec<f32> = rows.iter().map(|it| it.size).collect();
    sizes.sort_by(f32::total_cmp);
    let size = *sizes.get(sizes.len() / 2)?;
    let spans: Vec<Vec<Span>> = rows.iter().map(|it| spans(it, size)).collect();
    let mut best: Option<(usize, Vec<f32>, usize, usize)> = None;
    let steps = ((width * 0.4 / (size * 0.5)) as usize).min(400);
    for step in 0..=steps {
        let x = width * 0.3 + step as f32 * size * 0.5;
        let crossed = |it: &Vec<Span>| {
            it.iter()
                .any(|it| it.left < x + size * 0.4 && it.right > x - size * 0.4)
        };
        let mut from = 0;
        while from < spans.len() {
            let to = (from..spans.len())
                .find(|it| crossed(&spans[*it]))
                .unwrap_or(spans.len());
            if let Some((first, last)) = columns(&spans[from..to], x, size) {
                let (first, last) = (from + first, from + last);
                match &mut best {
                    Some((count, xs, at, end))
                        if *count == last - first && (*at, *end) == (first, last) =>
                    {
                        xs.push(x)
                    }
                    Some((count, ..)) if *count >= last - first => {}
                    _ => best = Some((last - first, vec![x], first, last)),
                }
            }
            from = to + 1;
        }
    }
    let (_, xs, from, to) = best?;
    Some(Gutter {
        x: xs[xs.len() / 2],
        from,
        to,
    })
}

/// A stretch of a row without a gap.
struct Span {
    left: f32,
    right: f32,
    glyphs: usize,
}

fn spans(row: &Row<'_>, size: f32) -> Vec<Span> {
    let mut glyphs: Vec<&&Glyph> = row.glyphs.iter().filter(|it| !it.text.is_blank()).collect();
    glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut spans: Vec<Span> = Vec::new();
    for glyph in glyphs {
        let right = glyph.x + glyph.width;
        match spans.last_mut() {
            Some(last) if glyph.x - last.right < size * 1.2 => {
                last.right = last.right.max(right);
                last.glyphs += 1;
            }
            _ => spans.push(Span {
                left: glyph.x,
                right,
                glyphs: 1,
            }),
        }
    }
    spans
}

/// From which row to which two columns of text stand beside `x`, in rows that do not cross it.
fn columns(rows: &[Vec<Span>], x: f32, size: f32) -> Option<(usize, usize)> {
    let side = |is_left: bool| -> Vec<(usize, &Span)> {
        let of = |(at, row): (usize, &'_ Vec<Span>)| {
            let mut own = row.iter().filter(|it| (it.right <= x) == is_left);
            let one = own.next()?;
            // A row of several stretches on one side is a row of a table.
            own.next()
                .is_none()
                .then_some((at, one.left, one.right, one.glyphs))
        };
        let picked: Vec<usize> = rows
            .iter()
            .enumerate()
            .filter_map(|it| of(it).map(|it| it.0))
            .collect();
        picked
            .into_iter()
            .filter_map(|at| {
                rows[at]
                    .iter()
                    .find(|it| (it.right <= x) == is_left)
                    .map(|it| (at, it))
            })
            .collect()
    };
    let (left, right) = (side(true), side(false));
    for lines in [&left, &right] {
        if lines.len() < LINES {
            return None;
        }
        let mut counts: Vec<usize> = lines.iter().map(|it| it.1.glyphs).collect();
        counts.sort_unstable();
        let edge = lines.iter().map(|it| it.1.right).fold(0.0, f32::max);
        let full = lines
            .iter()
            .filter(|it| it.1.right > edge - size * 1.5)
            .count();
        if counts[counts.len() / 2] < GLYPHS || full * 2 < lines.len() {
            return None;
        }
    }
    // The columns begin and end together, or nearly: a short line over them goes across.
    let first = left[0].0.max(right[0].0);
    let last = left[left.len() - 1].0.max(right[right.len() - 1].0);
    let begins = left[0].0.min(right[0].0);
    let from = if first - begins <= 2 { begins } else { first };
    (last > from).then_some((from, last + 1))
}
