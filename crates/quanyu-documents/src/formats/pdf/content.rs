//! The content of a page: text state, and glyphs with their places.
//!
//! Invariant: bounded however the file is made: operators, nested forms and the stack of states have limits.

use std::{collections::HashMap, rc::Rc};

use hayro_syntax::{
    content::UntypedIter,
    object::{Array, Dict, Name, Object, Stream},
    page::{Page as PdfPage, Resources},
};

use super::{Glyph, Page, fonts::Font, marked::Mark};

/// Operators of a whole document.
const MAX_OPERATORS: usize = 60_000_000;
const MAX_NESTING: usize = 12;
const MAX_STATES: usize = 256;
/// Marked stretches in each other; past this one that ends is taken for one further out.
const MAX_MARKS: usize = 1024;

type Matrix = [f64; 6];
const ONE: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Reads pages; fonts are read once for the document.
#[derive(Default)]
pub(super) struct Reader {
    fonts: HashMap<(u32, i32), Rc<Font>>,
    operators: usize,
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    mode: i64,
}

/// A glyph before the direction of the page is known.
pub(super) struct Placed {
    pub(super) glyph: Glyph,
    /// Direction of writing in quarter turns; `None` when it is slanted.
    pub(super) turn: Option<u8>,
}

struct Run<'r> {
    page: Page,
    placed: Vec<Placed>,
    /// How many stretches say themselves what they stand for.
    actual: usize,
    reader: &'r mut Reader,
}

impl Reader {
    pub(super) fn exhausted(&self) -> bool {
        self.operators > MAX_OPERATORS
    }

    pub(super) fn page(&mut self, pdf: &PdfPage<'_>) -> Page {
        let (width, height) = pdf.render_dimensions();
        let mut run = Run {
            page: Page {
                width,
                height,
                ..Page::default()
            },
            placed: Vec::new(),
            actual: 0,
            reader: self,
        };
        let state = State {
            matrix: pdf.initial_transform(true).as_coeffs(),
            font: None,
            size: 0.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        };
        if let Some(stream) = pdf.page_stream() {
            run.content(stream, pdf.resources(), state, 0);
        }
        run.settle()
    }
}

impl Run<'_> {
    fn content(
        &mut self,
        stream: &[u8],
        resources: &Resources<'_>,
        mut state: State,
        depth: usize,
    ) {
        let mut stack: Vec<State> = Vec::new();
        let mut marks: Vec<Mark> = Vec::new();
        let (mut line, mut text) = (ONE, ONE);
        let mut instructions = UntypedIter::new(stream);
        while let Some(instruction) = instructions.next() {
            self.reader.operators += 1;
            if self.reader.exhausted() {
                return;
            }
            let operands: Vec<&Object<'_>> = instruction.operands().collect();
            let number = |at: usize| match operands.get(at) {
                Some(Object::Number(it)) => it.as_f64(),
                _ => 0.0,
            };
            let matrix = || {
                [
                    number(0),
                    number(1),
                    number(2),
                    number(3),
                    number(4),
                    number(5),
                ]
            };
            let operator: &[u8] = instruction.operator;
            match operator {
                b"q" if stack.len() < MAX_STATES => stack.push(state.clone()),
                b"Q" => state = stack.pop().unwrap_or(state),
                b"cm" => state.matrix = after(matrix(), state.matrix),
                b"BT" => (line, text) = (ONE, ONE),
                b"Tc" => state.char_space = number(0),
                b"Tw" => state.word_space = number(0),
                b"Tz" => state.scale = number(0) / 100.0,
                b"TL" => state.leading = number(0),
                b"Ts" => state.rise = number(0),
                b"Tr" => state.mode = number(0) as i64,
                b"Tf" => {
                    if let Some(Object::Name(name)) = operands.first() {
                        state.font = self.font(resources, name);
                        state.size = number(1);
                    }
                }
                b"Td" | b"TD" => {
                    if operator == b"TD" {
                        state.leading = -number(1);
                    }
                    line = after([1.0, 0.0, 0.0, 1.0, number(0), number(1)], line);
                    text = line;
                }
                b"Tm" => {
                    line = matrix();
                    text = line;
                }
                b"T*" | b"'" | b"\"" => {
                    if operator == b"\"" {
                        (state.word_space, state.char_space) = (number(0), number(1));
                    }
                    line = after([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                    if let Some(Object::String(bytes)) = operands.last() {
                        self.show(bytes.as_bytes(), &state, &mut text);
                    }
                }
                b"Tj" => {
                    if let Some(Object::String(bytes)) = operands.first() {
                        self.show(bytes.as_bytes(), &state, &mut text);
                    }
                }
                b"TJ" => {
                    if let Some(Object::Array(items)) = operands.first() {
                        self.show_all(items, &state, &mut text);
                    }
                }
                b"BMC" if marks.len() < MAX_MARKS => marks.push(Mark::Plain),
                b"BDC" if marks.len() < MAX_MARKS => {
                    let mark = Mark::read(&operands, resources, self.placed.len());
                    self.actual += usize::from(mark.is_actual());
                    marks.push(mark);
                }
                b"EMC" => {
                    if let Some(mark) = marks.pop() {
                        self.end(mark);
                    }
                }
                b"BI" => self.page.pictures += 1,
                b"Do" => {
                    if let Some(form) = operands.first().and_then(|it| {
                        if let Object::Name(name) = it {
                            resources.get_x_object(name)
                        } else {
                            None
                        }
                    }) {
                        self.form(&form, resources, &state, depth);
                    }
                }
                _ => {}
            }
        }
        while let Some(mark) = marks.pop() {
            self.end(mark);
        }
    }

    fn end(&mut self, mark: Mark) {
        self.actual -= usize::from(mark.is_actual());
        mark.end(&mut self.page, &mut self.placed);
    }

    fn form(&mut self, form: &Stream<'_>, outer: &Resources<'_>, state: &State, depth: usize) {
        let kind = form.dict().get::<Name<'_>>("Subtype");
        if kind.as_ref().is_some_and(|it| &**it == b"Image") {
            self.page.pictures += 1;
            return;
        }
        if depth >= MAX_NESTING || kind.is_none_or(|it| &*it != b"Form") {
            return;
        }
        let Ok(content) = form.decoded() else { return };
        let mut inner = state.clone();
        if let Some(matrix) = form.dict().get::<[f64; 6]>("Matrix") {
            inner.matrix = after(matrix, inner.matrix);
        }
        match form.dict().get::<Dict<'_>>("Resources") {
            Some(own) => self.content(&content, &Resources::new(own), inner, depth + 1),
            None => self.content(&content, outer, inner, depth + 1),
        }
    }

    fn font(&mut self, resources: &Resources<'_>, name: &Name<'_>) -> Option<Rc<Font>> {
        let dict = resources.get_font(name)?;
        let key = dict.obj_id().map(|it| (it.obj_number, it.gen_number));
        if let Some(font) = key.and_then(|it| self.reader.fonts.get(&it)) {
            return Some(Rc::clone(font));
        }
        let font = Rc::new(Font::read(&dict));
        if let Some(key) = key {
            self.reader.fonts.insert(key, Rc::clone(&font));
        }
        Some(font)
    }

    fn show_all(&mut self, items: &Array<'_>, state: &State, text: &mut Matrix) {
        for item in items.iter::<Object<'_>>() {
            match item {
                Object::String(bytes) => self.show(bytes.as_bytes(), state, text),
                Object::Number(shift) => {
                    let shift = -shift.as_f64() / 1000.0 * state.size * state.scale;
                    *text = after([1.0, 0.0, 0.0, 1.0, shift, 0.0], *text);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, bytes: &[u8], state: &State, text: &mut Matrix) {
        let Some(font) = &state.font else { return };
        let mut at = 0;
        while at < bytes.len() {
            let code = font.next(&bytes[at..]);
            at += code.length.max(1);
            let advance = f64::from(code.width) / 1000.0 * state.size;
            let space = state.char_space + if code.is_space { state.word_space } else { 0.0 };
            let on_page = after(
                after(
                    [
                        state.size * state.scale,
                        0.0,
                        0.0,
                        state.size,
                        0.0,
                        state.rise,
                    ],
                    *text,
                ),
                state.matrix,
            );
            let across = (on_page[0].powi(2) + on_page[1].powi(2)).sqrt();
            let size = (on_page[2].powi(2) + on_page[3].powi(2)).sqrt();
            if font.is_vertical() {
                self.page.vertical += usize::from(!code.text.is_blank());
                *text = after([1.0, 0.0, 0.0, 1.0, 0.0, -state.size], *text);
                continue;
            }
            if size > 0.0 && size.is_finite() && across.is_finite() {
                if code.text == super::fonts::Mapped::Unmapped && self.actual == 0 {
                    *self.page.unmapped.entry(font.name.clone()).or_default() += 1;
                }
                self.page.invisible += usize::from(matches!(state.mode, 3 | 7));
                let width = (f64::from(code.width) / 1000.0 * across) as f32;
                let glyph = Glyph {
                    x: on_page[4] as f32,
                    y: on_page[5] as f32,
                    width,
                    size: size as f32,
                    text: code.text,
                };
                self.placed.push(Placed {
                    glyph,
                    turn: turn(on_page[0], on_page[1]),
                });
            }
            *text = after(
                [1.0, 0.0, 0.0, 1.0, (advance + space) * state.scale, 0.0],
                *text,
            );
        }
    }

    /// Turns the page so that most of its text runs to the right; what runs otherwise (a watermark) is left out.
    fn settle(mut self) -> Page {
        let mut counts = [0_usize; 4];
        for placed in &self.placed {
            if let Some(turn) = placed.turn {
                counts[usize::from(turn)] += 1;
            }
        }
        let main = (0..4_u8)
            .max_by_key(|it| (counts[usize::from(*it)], 4 - *it))
            .unwrap_or(0);
        let (width, height) = (self.page.width, self.page.height);
        for Placed { mut glyph, turn } in self.placed {
            if turn != Some(main) {
                self.page.slanted += usize::from(!glyph.text.is_blank());
                continue;
            }
            (glyph.x, glyph.y) = match main {
                0 => (glyph.x, glyph.y),
                1 => (glyph.y, width - glyph.x),
                2 => (width - glyph.x, height - glyph.y),
                _ => (height - glyph.y, glyph.x),
            };
            self.page.glyphs.push(glyph);
        }
        if main % 2 == 1 {
            (self.page.width, self.page.height) = (height, width);
        }
        self.page
    }
}

/// `first`, then `second`.
fn after(first: Matrix, second: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = second;
    [
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + l,
    ]
}

/// Quarter turns of a direction, y growing downwards.
fn turn(x: f64, y: f64) -> Option<u8> {
    let steep = 0.2;
    match (x, y) {
        (x, y) if x > 0.0 && y.abs() < x * steep => Some(0),
        (x, y) if y > 0.0 && x.abs() < y * steep => Some(1),
        (x, y) if x < 0.0 && y.abs() < -x * steep => Some(2),
        (x, y) if y < 0.0 && x.abs() < -y * steep => Some(3),
        _ => None,
    }
}
