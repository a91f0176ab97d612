//! One character to one: full-width and traditional forms folded, each with its class.
//!
//! Owns the table of the basic plane. Invariant: folding never changes the number of characters,
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

/// Folded character and class for every character of the basic plane.
pub(super) static TABLE: LazyLock<Vec<(u16, Class)>> = LazyLock::new(|| {
    let mut table: Vec<(u16, Class)> = Vec::with_capacity(0x10000);
    for code in 0..0x10000u32 {
        let folded = char::from_u32(code).map_or(' ', fold);
        table.push((folded as u16, class_of(folded)));
    }
    table
});

/// The folded form of a raw character.
pub(super) fn folded(ch: char) -> char {
    let found = TABLE.get(ch as usize);
    found
        .and_then(|&(code, _)| char::from_u32(u32::from(code)))
        .unwrap_or(ch)
}

/// The class of a raw character.
pub(super) fn class_at(ch: char) -> Class {
    TABLE
        .get(ch as usize)
        .map_or(Class::Word, |&(_, class)| class)
}

/// Traditional forms of the characters the grammar asks for; mirrors of pages use them.
const TRADITIONAL: &str = "個个項项萬万億亿長长達达過过佔占為为爲为與与從从場场條条點点臺台輛辆處处戶户畝亩噸吨級级屆届區区縣县國国總总數数較较減减約约餘余幾几兩两產产業业實实現现壓压縮缩別别標标務务計计爭争確确預预將将擬拟優优覆覆蓋盖隊队組组種种間间張张書书錢钱額额資资學学會会項项類类併并來来內内僅仅連连續续";

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
            let mut pairs = TRADITIONAL.chars();
            while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
                if from == ch {
                    return to;
                }
            }
            ch
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
