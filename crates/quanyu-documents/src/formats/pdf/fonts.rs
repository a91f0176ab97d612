//! Fonts: from the bytes of a string to characters and widths.
//!
//! The character of a code is found by, in this order: the font's ToUnicode; the encoding itself where its codes are
//! Unicode (UniGB-UCS2-H …); the character collection (Adobe-GB1 …); the character map of the embedded font program.
//! Private characters count as unmapped: they are shapes of one font, not characters.

use std::collections::HashMap;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, WritingMode, load_embedded};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

/// The characters of a glyph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mapped {
    One(char),
    Many(String),
    Unmapped,
}

impl Mapped {
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::One(c) => c.is_whitespace(),
            Self::Many(text) => text.chars().all(char::is_whitespace),
            Self::Unmapped => false,
        }
    }

    pub(super) fn push_to(&self, out: &mut String) {
        match self {
            Self::One(c) => out.push(*c),
            Self::Many(text) => out.push_str(text),
            Self::Unmapped => out.push('\u{fffd}'),
        }
    }

    fn of(text: BfString) -> Option<Self> {
        let fine = |c: char| !c.is_control() && c != '\u{fffd}' && !is_private(c);
        match text {
            BfString::Char(c) => fine(c).then_some(Self::One(standard(c))),
            BfString::String(text) => {
                (!text.is_empty() && text.chars().all(fine)).then_some(Self::Many(text))
            }
        }
    }
}

/// A code of a string, understood.
pub(super) struct Code {
    pub(super) length: usize,
    /// Thousandths of the font size.
    pub(super) width: f32,
    pub(super) text: Mapped,
    /// The one-byte blank, to which word spacing applies.
    pub(super) is_space: bool,
}

/// A font of the document.
pub(super) struct Font {
    pub(super) name: String,
    kind: Kind,
    to_unicode: Option<CMap>,
}

enum Kind {
    Simple {
        map: Vec<Mapped>,
        first: u32,
        widths: Vec<f32>,
        missing: f32,
        scale: f32,
    },
    Composite(Box<Composite>),
}

struct Composite {
    encoding: CMap,
    direct: Option<Direct>,
    collection: Option<CMap>,
    by_cid: HashMap<u32, char>,
    widths: HashMap<u32, f32>,
    default_width: f32,
}

/// Encodings whose codes are Unicode.
#[derive(Clone, Copy)]
enum Direct {
    Ucs2,
    Utf16,
}

impl Font {
    /// Reads a font; one that cannot be read maps nothing.
    pub(super) fn read(dict: &Dict<'_>) -> Self {
        let name = dict
            .get::<Name<'_>>("BaseFont")
            .map_or_else(|| "?".to_owned(), |it| it.as_str().to_owned());
        let to_unicode = dict
            .get::<Stream<'_>>("ToUnicode")
            .and_then(|it| parse(&it));
        let composite = dict
            .get::<Name<'_>>("Subtype")
            .is_some_and(|it| &*it == b"Type0");
        let kind = if composite { composite_of(dict) } else { None }
            .map_or_else(|| simple(dict), |it| Kind::Composite(Box::new(it)));
        Self {
            name,
            kind,
            to_unicode,
        }
    }

    /// Whether its lines run from above to below.
    pub(super) fn is_vertical(&self) -> bool {
        match &self.kind {
            Kind::Simple { .. } => false,
            Kind::Composite(font) => {
                font.encoding.metadata().writing_mode == Some(WritingMode::Vertical)
            }
        }
    }

    /// The first code of `bytes`, which is not empty.
    pub(super) fn next(&self, bytes: &[u8]) -> Code {
        match &self.kind {
            Kind::Simple {
                map,
                first,
                widths,
                missing,
                scale,
            } => {
                let byte = bytes[0];
                let own = self
                    .to_unicode
                    .as_ref()
                    .and_then(|it| it.lookup_bf_string(byte.into()))
                    .and_then(Mapped::of);
                let text = own.unwrap_or_else(|| map[usize::from(byte)].clone());
                let width = u32::from(byte)
                    .checked_sub(*first)
                    .and_then(|it| widths.get(it as usize))
                    .copied()
                    .unwrap_or(*missing);
                Code {
                    length: 1,
                    width: width * scale,
                    text,
                    is_space: byte == b' ',
                }
            }
            Kind::Composite(font) => font.next(bytes, self.to_unicode.as_ref()),
        }
    }
}

impl Composite {
    fn next(&self, bytes: &[u8], to_unicode: Option<&CMap>) -> Code {
        let mut code = 0_u32;
        for (at, byte) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(*byte);
            if let Some(cid) = self.encoding.lookup_cid_code(code, at as u8 + 1) {
                let text = self.character(code, cid, at + 1, to_unicode);
                let width = self.widths.get(&cid).copied().unwrap_or(self.default_width);
                return Code {
                    length: at + 1,
                    width,
                    text,
                    is_space: at == 0 && *byte == b' ',
                };
            }
        }
        Code {
            length: bytes.len().min(2),
            width: self.default_width,
            text: Mapped::Unmapped,
            is_space: false,
        }
    }

    fn character(&self, code: u32, cid: u32, length: usize, to_unicode: Option<&CMap>) -> Mapped {
        let own = || to_unicode?.lookup_bf_string(code).and_then(Mapped::of);
        let direct = || {
            let c = match (self.direct?, length) {
                (Direct::Utf16, 4) => char::decode_utf16([(code >> 16) as u16, code as u16])
                    .next()?
                    .ok()?,
                _ => char::from_u32(code)?,
            };
            Mapped::of(BfString::Char(c))
        };
        let collected = || {
            let map = self.collection.as_ref()?;
            let by_code = || {
                map.lookup_cid_code(cid, 2)
                    .and_then(char::from_u32)
                    .map(BfString::Char)
            };
            map.lookup_bf_string(cid)
                .or_else(by_code)
                .and_then(Mapped::of)
        };
        let embedded = || Mapped::of(BfString::Char(*self.by_cid.get(&cid)?));
        own()
            .or_else(direct)
            .or_else(collected)
            .or_else(embedded)
            .unwrap_or(Mapped::Unmapped)
    }
}

fn parse(stream: &Stream<'_>) -> Option<CMap> {
    CMap::parse(&stream.decoded().ok()?, load_embedded)
}

fn predefined(name: CMapName<'_>) -> Option<CMap> {
    CMap::parse(load_embedded(name)?, load_embedded)
}

fn composite_of(dict: &Dict<'_>) -> Option<Composite> {
    let descendant = dict
        .get::<Array<'_>>("DescendantFonts")?
        .iter::<Dict<'_>>()
        .next()?;
    let (encoding, direct) = match dict.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => match &*name {
            b"Identity-H" => (CMap::identity_h(), None),
            b"Identity-V" => (CMap::identity_v(), None),
            known => {
                let text = String::from_utf8_lossy(known);
                let direct = match () {
                    () if !text.starts_with("Uni") => None,
                    () if text.contains("UCS2") => Some(Direct::Ucs2),
                    () if text.contains("UTF16") => Some(Direct::Utf16),
                    () => None,
                };
                (predefined(CMapName::from_bytes(known))?, direct)
            }
        },
        Object::Stream(stream) => (parse(&stream)?, None),
        _ => return None,
    };
    let system = descendant.get::<Dict<'_>>("CIDSystemInfo");
    let named = system.and_then(|it| {
        let registry = it.get::<hayro_syntax::object::String<'_>>("Registry")?;
        let ordering = it.get::<hayro_syntax::object::String<'_>>("Ordering")?;
        Some(CidFamily::from_registry_ordering(
            registry.as_bytes(),
            ordering.as_bytes(),
        ))
    });
    let of_encoding = encoding
        .metadata()
        .character_collection
        .as_ref()
        .map(|it| it.family.clone())
        .filter(|it| *it != CidFamily::AdobeIdentity);
    let collection = of_encoding
        .or(named)
        .and_then(|it| it.ucs2_cmap())
        .and_then(predefined);
    Some(Composite {
        by_cid: embedded_map(&descendant).unwrap_or_default(),
        widths: descendant
            .get::<Array<'_>>("W")
            .map(|it| cid_widths(&it))
            .unwrap_or_default(),
        default_width: descendant.get::<f32>("DW").unwrap_or(1000.0),
        encoding,
        direct,
        collection,
    })
}

/// `[first [w w …] first last w …]`
fn cid_widths(array: &Array<'_>) -> HashMap<u32, f32> {
    let mut widths = HashMap::new();
    let mut items = array.iter::<Object<'_>>();
    while let Some(Object::Number(first)) = items.next() {
        let first = first.as_i64().clamp(0, 0xFFFF) as u32;
        match items.next() {
            Some(Object::Array(each)) => widths.extend((first..0x1_0000).zip(each.iter::<f32>())),
            Some(Object::Number(last)) => {
                let Some(Object::Number(width)) = items.next() else {
                    break;
                };
                let last = last.as_i64().clamp(0, 0xFFFF) as u32;
                widths.extend((first..=last).map(|it| (it, width.as_f32())));
            }
            _ => break,
        }
    }
    widths
}

/// Characters by CID from the character map or the glyph names of the embedded program.
fn embedded_map(descendant: &Dict<'_>) -> Option<HashMap<u32, char>> {
    let descriptor = descendant.get::<Dict<'_>>("FontDescriptor")?;
    let program = ["FontFile2", "FontFile3"]
        .into_iter()
        .find_map(|it| descriptor.get::<Stream<'_>>(it))?;
    let data = program.decoded().ok()?;
    let by_glyph = glyph_map(&data)?;
    let Some(map) = descendant.get::<Stream<'_>>("CIDToGIDMap") else {
        return Some(by_glyph);
    };
    let map = map.decoded().ok()?;
    let glyph = |pair: &[u8]| u32::from(u16::from_be_bytes([pair[0], pair[1]]));
    Some(
        (0_u32..)
            .zip(map.chunks_exact(2))
            .filter_map(|(cid, pair)| Some((cid, *by_glyph.get(&glyph(pair))?)))
            .collect(),
    )
}

fn glyph_map(data: &[u8]) -> Option<HashMap<u32, char>> {
    let mut map = HashMap::new();
    if let Ok(face) = ttf_parser::Face::parse(data, 0) {
        for table in face
            .tables()
            .cmap
            .iter()
            .flat_map(|it| it.subtables)
            .filter(ttf_parser::cmap::Subtable::is_unicode)
        {
            table.codepoints(|point| {
                if let (Some(glyph), Some(c)) = (table.glyph_index(point), char::from_u32(point)) {
                    map.entry(u32::from(glyph.0)).or_insert(c);
                }
            });
        }
        for glyph in 0..face.number_of_glyphs() {
            if !map.contains_key(&u32::from(glyph))
                && let Some(c) = face.glyph_name(ttf_parser::GlyphId(glyph)).and_then(named)
            {
                map.insert(glyph.into(), c);
            }
        }
    } else if let Some(table) = ttf_parser::cff::Table::parse(data) {
        for glyph in 0..table.number_of_glyphs() {
            if let Some(c) = table.glyph_name(ttf_parser::GlyphId(glyph)).and_then(named) {
                map.insert(glyph.into(), c);
            }
        }
    }
    (!map.is_empty()).then_some(map)
}

fn simple(dict: &Dict<'_>) -> Kind {
    let descriptor = dict.get::<Dict<'_>>("FontDescriptor");
    let symbolic = descriptor
        .as_ref()
        .and_then(|it| it.get::<i32>("Flags"))
        .is_some_and(|it| it & 4 != 0);
    let embedded = descriptor.as_ref().is_some_and(|it| {
        ["FontFile", "FontFile2", "FontFile3"]
            .iter()
            .any(|key| it.contains_key(key))
    });
    let encoding = dict.get::<Object<'_>>("Encoding");
    let type3 = dict
        .get::<Name<'_>>("Subtype")
        .is_some_and(|it| &*it == b"Type3");
    let (base, differences) = match &encoding {
        Some(Object::Name(name)) => (Some(name.as_str().to_owned()), None),
        Some(Object::Dict(it)) => (
            it.get::<Name<'_>>("BaseEncoding")
                .map(|it| it.as_str().to_owned()),
            it.get::<Array<'_>>("Differences"),
        ),
        _ => (None, None),
    };
    // Without a named encoding an embedded symbolic font has codes of its own.
    let known = base.is_some() || !(type3 || symbolic && embedded);
    let mut map: Vec<Mapped> = (0..=255_u8)
        .map(|byte| {
            if known {
                latin(byte, base.as_deref())
            } else {
                Mapped::Unmapped
            }
        })
        .collect();
    let mut at = 0_usize;
    for item in differences
        .into_iter()
        .flat_map(|it| it.iter::<Object<'_>>().collect::<Vec<_>>())
    {
        match item {
            Object::Number(number) => at = number.as_i64().clamp(0, 255) as usize,
            Object::Name(name) => {
                if let Some(slot) = map.get_mut(at) {
                    *slot = named(name.as_str()).map_or(Mapped::Unmapped, Mapped::One);
                }
                at += 1;
            }
            _ => {}
        }
    }
    let widths = dict
        .get::<Array<'_>>("Widths")
        .map(|it| it.iter::<f32>().collect())
        .unwrap_or_default();
    let missing = descriptor
        .and_then(|it| it.get::<f32>("MissingWidth"))
        .unwrap_or(500.0);
    let scale = if type3 {
        dict.get::<[f32; 6]>("FontMatrix")
            .map_or(1.0, |it| it[0].abs() * 1000.0)
    } else {
        1.0
    };
    Kind::Simple {
        map,
        first: dict.get::<u32>("FirstChar").unwrap_or(0),
        widths,
        missing,
        scale,
    }
}

/// A byte in the Latin encodings: Windows' unless the Mac's is named.
fn latin(byte: u8, base: Option<&str>) -> Mapped {
    let encoding = if base == Some("MacRomanEncoding") {
        encoding_rs::MACINTOSH
    } else {
        encoding_rs::WINDOWS_1252
    };
    let bytes = [byte];
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    match text.chars().next() {
        Some(c) if !c.is_control() => Mapped::One(c),
        _ => Mapped::Unmapped,
    }
}

/// The character of a glyph name: `uni4E2D`, `u4E2D`, a letter, or a usual name.
fn named(name: &str) -> Option<char> {
    let name = name.split('.').next().filter(|it| !it.is_empty())?;
    let hex = |it: &str| u32::from_str_radix(it, 16).ok().and_then(char::from_u32);
    if let Some(code) = name
        .strip_prefix("uni")
        .filter(|it| it.len() == 4)
        .or_else(|| {
            name.strip_prefix('u')
                .filter(|it| (4..=6).contains(&it.len()))
        })
        .and_then(hex)
    {
        return Some(code).filter(|it| !is_private(*it));
    }
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(c);
    }
    NAMES.iter().find(|it| it.0 == name).map(|it| it.1)
}

/// The Adobe names of ASCII and of the marks that Latin text in reports uses.
#[rustfmt::skip]
const NAMES: &[(&str, char)] = &[
    ("space", ' '), ("exclam", '!'), ("quotedbl", '"'), ("numbersign", '#'), ("dollar", '$'), ("percent", '%'), ("ampersand", '&'),
    ("quotesingle", '\''), ("parenleft", '('), ("parenright", ')'), ("asterisk", '*'), ("plus", '+'), ("comma", ','), ("hyphen", '-'),
    ("minus", '-'), ("period", '.'), ("slash", '/'), ("zero", '0'), ("one", '1'), ("two", '2'), ("three", '3'), ("four", '4'), ("five", '5'),
    ("six", '6'), ("seven", '7'), ("eight", '8'), ("nine", '9'), ("colon", ':'), ("semicolon", ';'), ("less", '<'), ("equal", '='),
    ("greater", '>'), ("question", '?'), ("at", '@'), ("bracketleft", '['), ("backslash", '\\'), ("bracketright", ']'), ("asciicircum", '^'),
    ("underscore", '_'), ("grave", '`'), ("quoteleft", '‘'), ("quoteright", '’'), ("quotedblleft", '“'), ("quotedblright", '”'),
    ("braceleft", '{'), ("bar", '|'), ("braceright", '}'), ("asciitilde", '~'), ("endash", '–'), ("emdash", '—'), ("bullet", '•'),
    ("ellipsis", '…'), ("perthousand", '‰'), ("degree", '°'), ("multiply", '×'), ("divide", '÷'), ("plusminus", '±'), ("yen", '¥'),
    ("periodcentered", '·'), ("section", '§'), ("copyright", '©'), ("registered", '®'), ("nbspace", ' '), ("fi", 'ﬁ'), ("fl", 'ﬂ'),
];

fn is_private(c: char) -> bool {
    matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF)
}

/// Radicals that fonts share with characters (⼀ for 一) as the characters.
fn standard(c: char) -> char {
    // The Kangxi radicals that programs put out for usual characters; only those with figures and units matter here.
    match c {
        '⼀' => '一',
        '⼆' => '二',
        '⼋' => '八',
        '⼗' => '十',
        '⼈' => '人',
        '⼤' => '大',
        '⼩' => '小',
        '⼦' => '子',
        '⼯' => '工',
        '⼒' => '力',
        '⼊' => '入',
        '⼝' => '口',
        '⼟' => '土',
        '⼠' => '士',
        '⼥' => '女',
        '⼭' => '山',
        '⼼' => '心',
        '⼿' => '手',
        '⽂' => '文',
        '⽅' => '方',
        '⽇' => '日',
        '⽉' => '月',
        '⽊' => '木',
        '⽔' => '水',
        '⽕' => '火',
        '⽣' => '生',
        '⽤' => '用',
        '⽬' => '目',
        '⽴' => '立',
        '⽼' => '老',
        '⾃' => '自',
        '⾏' => '行',
        '⾥' => '里',
        '⾦' => '金',
        '⻓' => '长',
        '⻔' => '门',
        '⾯' => '面',
        '⾼' => '高',
        '⻛' => '风',
        '⻋' => '车',
        '⻅' => '见',
        '⻚' => '页',
        '⻢' => '马',
        '⻬' => '齐',
        c => c,
    }
}
