//! A chart as an enhanced metafile (MS-EMF): records of 32-bit words, little-endian.

use super::{Chart, SIZE, Shape, length, shapes};

/// Ten device units a millimetre: the size of the picture in hundredths follows from it.
const DEVICE: (i32, i32) = (10_000, 1_000);
const BAR: u32 = 0x007d_5533;
const INK: u32 = 0x0011_1111;

/// Kinds of records.
mod kind {
    pub const HEADER: u32 = 1;
    pub const SET_WINDOW: u32 = 9;
    pub const SET_VIEWPORT: u32 = 11;
    pub const EOF: u32 = 14;
    pub const MAP_MODE: u32 = 17;
    pub const BACKGROUND: u32 = 18;
    pub const TEXT_ALIGN: u32 = 22;
    pub const TEXT_COLOUR: u32 = 24;
    pub const MOVE_TO: u32 = 27;
    pub const SELECT: u32 = 37;
    pub const PEN: u32 = 38;
    pub const BRUSH: u32 = 39;
    pub const DELETE: u32 = 40;
    pub const RECTANGLE: u32 = 43;
    pub const LINE_TO: u32 = 54;
    pub const FONT: u32 = 82;
    pub const TEXT: u32 = 84;
}

/// The chart as an EMF file, its texts in the font of that name.
#[must_use]
pub fn emf(chart: &Chart, font: &str) -> Vec<u8> {
    let mut file = File::default();
    let extent = |it: i32| it * DEVICE.0 / DEVICE.1 * 127 / 7200;
    let (width, height) = (extent(SIZE.0), extent(SIZE.1));
    // Anisotropic: twentieths of a point on one side, device units on the other.
    file.record(kind::MAP_MODE, &[8]);
    file.record(kind::SET_WINDOW, &[SIZE.0, SIZE.1]);
    file.record(kind::SET_VIEWPORT, &[width, height]);
    file.record(kind::BACKGROUND, &[1]);
    file.words(kind::TEXT_COLOUR, &[INK]);
    // Centred on the base line.
    file.record(kind::TEXT_ALIGN, &[6 | 24]);
    // Handles: 1 brush, 2 no outline, 3 line, 4 font.
    file.words(kind::BRUSH, &[1, 0, BAR, 0]);
    file.words(kind::PEN, &[2, 5, 0, 0, 0]);
    file.words(kind::PEN, &[3, 0, 15, 0, 0x0033_3333]);
    file.words(kind::SELECT, &[1]);
    let mut size = 0;
    for shape in shapes(chart) {
        match shape {
            Shape::Bar(x, y, w, h) => {
                file.words(kind::SELECT, &[2]);
                file.record(kind::RECTANGLE, &[x, y, x + w, y + h]);
            }
            Shape::Line(x, y, to_x, to_y) => {
                file.words(kind::SELECT, &[3]);
                file.record(kind::MOVE_TO, &[x, y]);
                file.record(kind::LINE_TO, &[to_x, to_y]);
            }
            Shape::Text(x, y, wanted, text) => {
                if wanted != size {
                    file.font(wanted, font, size != 0);
                    size = wanted;
                }
                file.text(x, y, size, &text);
            }
        }
    }
    file.words(kind::EOF, &[0, 16, 20]);
    file.finish(width, height)
}

#[derive(Default)]
struct File {
    bytes: Vec<u8>,
    records: u32,
}

impl File {
    fn record(&mut self, kind: u32, values: &[i32]) {
        let words: Vec<u32> = values.iter().map(|it| it.cast_unsigned()).collect();
        self.words(kind, &words);
    }

    fn words(&mut self, kind: u32, words: &[u32]) {
        let size = u32::try_from(8 + 4 * words.len()).expect("records are short");
        for word in [kind, size].iter().chain(words) {
            self.bytes.extend(word.to_le_bytes());
        }
        self.records += 1;
    }

    /// Makes font 4 anew and selects it.
    fn font(&mut self, size: i32, face: &str, again: bool) {
        if again {
            // The stock font first: a selected one is not deleted.
            self.words(kind::SELECT, &[0x8000_000d]);
            self.words(kind::DELETE, &[4]);
        }
        // Height, width, two angles, weight, then bytes: italic, underline, struck out, character set GB2312, four of precision.
        let mut words = vec![4, (-size).cast_unsigned(), 0, 0, 0, 400, 134 << 24, 0];
        let name = utf16(face);
        let at =
            |index: usize| u32::from(name.get(index).copied().filter(|_| index < 31).unwrap_or(0));
        words.extend((0..16).map(|it| at(2 * it) | at(2 * it + 1) << 16));
        // Full name, style, version and panose are left empty.
        words.resize(1 + 80, 0);
        self.words(kind::FONT, &words);
        self.words(kind::SELECT, &[4]);
    }

    fn text(&mut self, x: i32, y: i32, size: i32, text: &str) {
        let units = utf16(text);
        let count = u32::try_from(units.len()).expect("labels are short");
        let padded = units.len().div_ceil(2);
        let from = 8 + 28 + 40;
        let half = size / 2 * length(text) / 2;
        let bounds = [x - half, y - size, x + half, y + size / 4].map(i32::cast_unsigned);
        let mut words = bounds.to_vec();
        // Advanced mode: the two scales are not used.
        words.extend([2, 0, 0]);
        words.extend([x.cast_unsigned(), y.cast_unsigned(), count, from, 0]);
        words.extend([0; 4]);
        words.push(from + u32::try_from(4 * padded).expect("labels are short"));
        let unit = |at: usize| u32::from(units.get(at).copied().unwrap_or(0));
        words.extend((0..padded).map(|it| unit(2 * it) | unit(2 * it + 1) << 16));
        let size = size.cast_unsigned();
        words.extend(
            units
                .iter()
                .map(|it| if *it < 0x80 { size / 2 } else { size }),
        );
        self.words(kind::TEXT, &words);
    }

    fn finish(self, width: i32, height: i32) -> Vec<u8> {
        let header = 108;
        let all = u32::try_from(self.bytes.len()).expect("a chart is small") + header;
        let at = i32::cast_unsigned;
        // Device units are tenths of a millimetre, the frame is in hundredths.
        #[rustfmt::skip]
        let words = [
            kind::HEADER, header,
            0, 0, at(width), at(height),
            0, 0, at(width * 10), at(height * 10),
            0x464d_4520, 0x0001_0000, all, self.records + 1, 5,
            0, 0, 0,
            at(DEVICE.0), at(DEVICE.0), at(DEVICE.1), at(DEVICE.1),
            0, 0, 0, at(DEVICE.1 * 1000), at(DEVICE.1 * 1000),
        ];
        let mut out: Vec<u8> = words.iter().flat_map(|it| it.to_le_bytes()).collect();
        out.extend(self.bytes);
        out
    }
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}
