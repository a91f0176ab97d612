//! Names as they have to be written, and words that were damaged on the way.
//!
//! Owns the look-up of wrong forms and of near misses. Which names there are is handed in. Invariant: one pass over the
//! text whatever the number of names; a near miss is a character that looks or sounds like the right one, in a name that
//! is otherwise whole.

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
};
use crate::read::Flag;

/// A name as a pack lists it.
#[derive(Clone, Debug, Default)]
pub struct Name {
    /// How it is written.
    pub standard: String,
    /// Short forms that may stand as well.
    pub short: Vec<String>,
    /// Forms that are wrong.
    pub wrong: Vec<String>,
    /// Words that hold a wrong form and are right: 原研究院 for 研究院.
    pub unless: Vec<String>,
    /// Whether a wrong form is damage of the text rather than another name.
    pub damage: bool,
    /// Why: the source of the standard form.
    pub source: String,
}

/// Names, compiled.
pub struct Names {
    names: Vec<Name>,
    finder: Option<AhoCorasick>,
    /// What each pattern of the finder is.
    means: Vec<Means>,
}

#[derive(Clone, Copy, Debug)]
enum Means {
    /// A wrong form of a name.
    Wrong(usize),
    /// A right form, or a word that holds a wrong one.
    Right,
    /// A right form but for one character that looks like it.
    Near(usize, char, char),
}

impl Names {
    /// Compiles names; `words` are other terms of the trade, guarded against damage alone.
    ///
    /// # Panics
    /// Never: the patterns are plain strings.
    #[must_use]
    pub fn new(mut names: Vec<Name>, words: &[String]) -> Self {
        names.extend(words.iter().map(|it| Name {
            standard: it.clone(),
            ..Name::default()
        }));
        let (mut patterns, mut means) = (Vec::new(), Vec::new());
        let mut add = |pattern: String, meaning: Means| {
            if !pattern.is_empty() {
                patterns.push(pattern);
                means.push(meaning);
            }
        };
        let fold = |text: &str| -> String { text.chars().map(crate::claim::narrow).collect() };
        for (nth, name) in names.iter().enumerate() {
            for wrong in &name.wrong {
                add(fold(wrong), Means::Wrong(nth));
            }
            for right in name
                .short
                .iter()
                .chain(&name.unless)
                .chain([&name.standard])
            {
                add(fold(right), Means::Right);
            }
        }
        for (nth, name) in names.iter().enumerate() {
            let chars: Vec<char> = fold(&name.standard).chars().collect();
            if chars.len() < 4 {
                continue;
            }
            for (at, &right) in chars.iter().enumerate() {
                for like in alike(right) {
                    let mut near = chars.clone();
                    near[at] = like;
                    add(near.iter().collect(), Means::Near(nth, right, like));
                }
            }
        }
        let finder = (!patterns.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&patterns)
                .expect("plain strings far below the limit of the automaton")
        });
        Self {
            names,
            finder,
            means,
        }
    }
}

pub(super) fn find(draft: &Draft<'_>, names: &Names, out: &mut Vec<Problem>) {
    damaged_numbers(draft, out);
    placeholders(draft, out);
    let Some(finder) = &names.finder else { return };
    let text: String = draft.chars.iter().collect();
    // Matches come in order, so characters are counted once.
    let (mut byte, mut place) = (0, 0);
    for found in finder.find_iter(&text) {
        place += text[byte..found.start()].chars().count();
        byte = found.start();
        let end = place + text[found.range()].chars().count();
        match names.means[found.pattern()] {
            Means::Right => {}
            Means::Wrong(nth) => out.push(wrong(draft, place, end, &names.names[nth])),
            Means::Near(nth, right, like) => {
                out.push(near(draft, place, end, &names.names[nth], right, like));
            }
        }
    }
}

fn wrong(draft: &Draft<'_>, from: usize, to: usize, name: &Name) -> Problem {
    let said = draft.slice(from, to);
    let why = if name.source.is_empty() {
        both("见标准名称表", "see the list of standard names")
    } else {
        both(name.source.clone(), name.source.clone())
    };
    let (code, zh, en) = if name.damage {
        (Code::Damaged, "文字疑似错漏", "the text looks damaged")
    } else {
        (Code::Name, "名称不规范", "not the standard name")
    };
    Problem::new(
        code,
        from,
        to,
        both(format!("{zh}：“{said}”"), format!("{en}: “{said}”")),
        why,
    )
    .suggest(both(name.standard.clone(), name.standard.clone()))
}

fn near(
    draft: &Draft<'_>,
    from: usize,
    to: usize,
    name: &Name,
    right: char,
    like: char,
) -> Problem {
    let said = draft.slice(from, to);
    Problem::new(
        Code::Damaged,
        from,
        to,
        both(
            format!("文字疑似错漏：“{said}”"),
            format!("the text looks damaged: “{said}”"),
        ),
        both(
            format!("“{like}”应为“{right}”"),
            format!("“{like}” stands for “{right}”"),
        ),
    )
    .suggest(both(name.standard.clone(), name.standard.clone()))
}

/// Numbers that the reader had to mend: 25机 for 25%, 204年.
fn damaged_numbers(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for it in &draft.reading.mentions {
        let damaged = it.flags.contains(&Flag::Damaged);
        if !damaged && !it.flags.contains(&Flag::BadDate) {
            continue;
        }
        let (zh, en) = if damaged {
            ("数字疑似错漏", "a damaged number")
        } else {
            ("日期疑似有误", "the date looks wrong")
        };
        out.push(Problem::new(
            if damaged {
                Code::Damaged
            } else {
                Code::NumberStyle
            },
            it.start,
            it.end,
            both(
                format!("{zh}：“{}”", it.text),
                format!("{en}: “{}”", it.text),
            ),
            both(
                "已按上下文理解，请核对原文",
                "read as it must have stood: look at the original",
            ),
        ));
    }
}

/// Blanks that were left to be filled: XX家, **项, ____.
fn placeholders(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    let blank = |ch: char| matches!(ch, '*' | '×' | '_' | 'X' | 'x' | '□' | '○');
    let mut at = 0;
    while at < draft.chars.len() {
        let ch = draft.ch(at);
        if !blank(ch) {
            at += 1;
            continue;
        }
        let mut end = at;
        while draft.ch(end) == ch {
            end += 1;
        }
        let letter = |it: char| it.is_ascii_alphanumeric();
        let word = letter(ch) && (at > 0 && letter(draft.ch(at - 1)) || letter(draft.ch(end)));
        let unit = [
            "家", "项", "个", "人", "亿", "万", "场", "件", "%", "名", "元",
        ]
        .iter()
        .any(|it| draft.has(end, it));
        let long = end - at >= 2 || matches!(ch, 'X' | 'x');
        if unit && long && !word || matches!(ch, '_' | '□') && end - at >= 2 {
            out.push(Problem::new(
                Code::Placeholder,
                at,
                end,
                both("留空未填", "a blank that is not filled"),
                both("定稿前须填入数字", "a number is to be filled in"),
            ));
        }
        at = end;
    }
}

/// Characters that one is taken for, by its look or its sound.
fn alike(ch: char) -> impl Iterator<Item = char> {
    // Groups of characters that typists and scanners take for each other.
    const GROUPS: &str = "术木本 未末 己已巳 人入八 士土 日曰目 大太犬 干千于 天夫 侯候 拔拨 折拆 型形刑 即既 账帐 定订 份分 做作 再在 元无 师帅 治冶 密蜜 杨扬 待侍 \
        徒徙 贝见 今令 免兔 由田甲 业亚 企全 科料 技枝 枝伎 研砚妍 究穴 院皖 创刨 新薪 高商 中申 小少 专传 精情 特持 政攻 策第 金全 融触 合台 \
        同问 工土 项顷 目自 平乎 台合 重童 点占 实买 验险 室宣 发友 展屏 改该 革草 市巾 场汤 开升 放故 成戊 果杲 转传 化比 \
        揭竭 榜傍 挂桂 帅师 首道 席度 专传 才寸 区匹 街衔 学字 生牛 产彦 推椎 荐存 认汄 服报 务条 培陪 育肓 孵俘 器哭 智知 \
        能熊 力刀 知如 识织 权杈 有月 效郊 领颂 军车 示未 范苑 基墓 地池 计汁 划刬 规现 会合 议仪 意义 级极 资货 经径 济齐 投没 入人 强弱 度渡 制治 \
        质志 协胁 共其 享亨 数教 字子 数效 字宇 型性 链连 际标 标际 系糸 统绕 部郜 省肖 央决 党常 委季 府俯 局居 厅斤 处外";
    let mut found: Vec<char> = Vec::new();
    for group in GROUPS.split_whitespace() {
        if group.contains(ch) {
            found.extend(group.chars().filter(|it| *it != ch));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter()
}
