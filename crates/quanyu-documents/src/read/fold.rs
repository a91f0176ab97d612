//! One character to one: full-width and traditional forms folded, each with its class.
//!
//! Owns the table of the basic plane, which also says which word tables a character can begin or end a
//! word of, so that most characters cost one look. Invariant: folding never changes the number of characters,
//! so offsets survive it.

use std::sync::LazyLock;

/// What a character is to the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Han characters and whatever else makes words.
    Word,
    /// 0-9.
    Digit,
    /// Han numerals, multipliers included.
    Han,
    /// Latin letters.
    Latin,
    /// Words that begin a phrase worth a look without being numerals (第, 首, 前 …).
    Trigger,
    /// End of line, or a gap as wide as a column.
    Break,
    /// 。！？
    Stop,
    /// ；
    Semi,
    /// ，：
    Comma,
    /// 、
    List,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// An opening quotation mark.
    Quote,
    /// A closing quotation mark.
    Unquote,
    /// 《
    Book,
    /// 》
    Unbook,
    /// - — ~
    Dash,
    /// %, ‰
    Percent,
    /// Any other sign.
    Sign,
    /// A cell border: | or a tab.
    Cell,
}

/// A character's class and the tables it may begin or end a word of, in one number.
pub(super) type Mark = u16;
/// Blanks or a soft line break stood before it.
pub(super) const GAP: Mark = 1 << 5;
/// It may begin a word of `context`.
pub(super) const CONTEXT: Mark = 1 << 6;
/// It may begin an area stated as scope.
pub(super) const SCOPE: Mark = 1 << 7;
/// It may end a word that governs a number.
pub(super) const CUE: Mark = 1 << 8;
/// It is folded into another character.
const FOLDS: Mark = 1 << 9;
/// It is dropped, or kept only where it parts something: blanks and line ends.
pub(super) const BLANK: Mark = 1 << 10;
/// The class stands in the lowest bits.
pub(super) const CLASS: Mark = 31;

const CLASSES: [Class; 32] = {
    use Class as C;
    let mut classes = [C::Break; 32];
    let known = [
        C::Word,
        C::Digit,
        C::Han,
        C::Latin,
        C::Trigger,
        C::Break,
        C::Stop,
        C::Semi,
        C::Comma,
        C::List,
        C::Open,
        C::Close,
        C::Quote,
        C::Unquote,
        C::Book,
        C::Unbook,
        C::Dash,
        C::Percent,
        C::Sign,
        C::Cell,
    ];
    let mut nth = 0;
    while nth < known.len() {
        classes[known[nth] as usize] = known[nth];
        nth += 1;
    }
    classes
};

/// The class in a mark.
#[inline]
pub(super) fn class_in(mark: Mark) -> Class {
    CLASSES[usize::from(mark & CLASS)]
}

/// The mark of every character of the basic plane.
pub(super) static MARKS: LazyLock<Vec<Mark>> = LazyLock::new(|| {
    let mut marks: Vec<Mark> = Vec::with_capacity(0x10000);
    let mut words = vec![0; 0x10000];
    for (bit, first) in [
        (CONTEXT, super::context::begins()),
        (SCOPE, super::cues::SCOPES.keys()),
        (CUE, super::cues::CUES.keys()),
    ] {
        for ch in first {
            if let Some(word) = words.get_mut(ch as usize) {
                *word |= bit;
            }
        }
    }
    for code in 0..0x10000u32 {
        let raw = char::from_u32(code).unwrap_or(' ');
        let ch = fold(raw);
        let mut mark = class_of(ch) as Mark | words[ch as usize];
        if ch != raw {
            mark |= FOLDS;
        }
        if matches!(ch, ' ' | '\t' | '\n' | '\u{200b}') {
            mark |= BLANK;
        }
        marks.push(mark);
    }
    marks
});

/// The folded form of a raw character, and its mark.
#[inline]
pub(super) fn marked(marks: &[Mark], ch: char) -> (char, Mark) {
    match marks.get(ch as usize) {
        Some(&mark) if mark & FOLDS != 0 => (fold(ch), mark),
        Some(&mark) => (ch, mark),
        None => (ch, Class::Word as Mark),
    }
}

/// The folded form of a raw character.
pub(super) fn folded(ch: char) -> char {
    marked(&MARKS, ch).0
}

/// The class of a raw character.
pub(super) fn class_at(ch: char) -> Class {
    class_in(marked(&MARKS, ch).1)
}

/// Traditional forms of the characters the grammar asks for; mirrors of pages use them.
const TRADITIONAL: &str = "個个項项萬万億亿長长達达過过佔占為为爲为與与從从場场條条點点臺台輛辆處处戶户畝亩噸吨級级屆届區区縣县國国總总數数較较減减約约餘余幾几兩两產产業业實实現现壓压縮缩別别標标務务計计爭争確确預预將将擬拟優优覆覆蓋盖隊队組组種种間间張张書书錢钱額额資资學学會会項项類类併并來来內内僅仅連连續续";

/// The same in order of the traditional form.
static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    let mut chars = TRADITIONAL.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if from != to {
            pairs.push((from, to));
        }
    }
    pairs.sort_by_key(|&(from, _)| from);
    pairs.dedup_by_key(|&mut (from, _)| from);
    pairs
});

fn fold(ch: char) -> char {
    match ch {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(ch as u32 - 0xfee0) {
            Some('~') | None => '~',
            Some(ch) => ch,
        },
        '\u{3000}'
        | '\u{a0}'
        | '\u{2002}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{b}'
        | '\u{c}' => ' ',
        '\u{200b}'..='\u{200f}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{2060}'
        | '\r'
        | '\0'..='\u{8}'
        | '\u{e}'..='\u{1f}' => '\u{200b}',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2236}' | '\u{fe55}' | '\u{fe13}' => ':',
        '\u{fe50}' => ',',
        '\u{fe54}' => ';',
        '\u{fe6a}' => '%',
        '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2013}'..='\u{2015}' | '\u{2500}' | '\u{2501}' => '—',
        '\u{301c}' | '\u{223c}' => '~',
        '\u{33a1}' => '㎡',
        '\u{201f}' => '“',
        '\u{ff61}' => '。',
        '│' | '┃' | '¦' => '|',
        _ => {
            if !('\u{4e00}'..='\u{9fff}').contains(&ch) {
                return ch;
            }
            let found = PAIRS.binary_search_by_key(&ch, |&(from, _)| from);
            found.map_or(ch, |nth| PAIRS[nth].1)
        }
    }
}

fn class_of(ch: char) -> Class {
    match ch {
        '0'..='9' => Class::Digit,
        '零' | '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十'
        | '百' | '千' | '万' | '亿' | '两' => Class::Han,
        'a'..='z' | 'A'..='Z' | 'α'..='ω' | 'Ⅰ'..='ⅿ' => Class::Latin,
        '第' | '首' | '前' | '唯' | '持' | '翻' | '仅' | '榜' | '每' | '半' => {
            Class::Trigger
        }
        '\n' => Class::Break,
        '。' | '!' | '?' => Class::Stop,
        ';' => Class::Semi,
        ',' | ':' => Class::Comma,
        '、' => Class::List,
        '(' | '[' | '【' | '〔' | '{' => Class::Open,
        ')' | ']' | '】' | '〕' | '}' => Class::Close,
        '“' | '‘' | '「' | '『' => Class::Quote,
        '”' | '’' | '」' | '』' => Class::Unquote,
        '《' | '〈' => Class::Book,
        '》' | '〉' => Class::Unbook,
        '-' | '—' | '~' => Class::Dash,
        '%' | '‰' => Class::Percent,
        '|' | '\t' => Class::Cell,
        '\u{0}'..='\u{bf}'
        | '\u{2000}'..='\u{2bff}'
        | '\u{3001}'..='\u{303f}'
        | '×'
        | '\u{e000}'..='\u{f8ff}'
        | '\u{fe00}'..='\u{ffff}' => Class::Sign,
        _ => Class::Word,
    }
}
