//! A name taken apart: what is left when its writing, its region and its legal form are taken off.
//!
//! Owns what counts as writing. Leaves comparing to [`super::index`].

use super::{Why, variants::simplified};

/// Endings of the legal form, the longest first where one ends with another.
const LEGAL: [(&str, Legal); 13] = [
    ("股份有限公司", Legal::Shares),
    ("股份公司", Legal::Shares),
    ("有限责任公司", Legal::Limited),
    ("有限公司", Legal::Limited),
    ("总公司", Legal::Company),
    ("公司", Legal::Company),
    ("特殊普通合伙", Legal::Partners),
    ("普通合伙", Legal::Partners),
    ("有限合伙", Legal::Partners),
    ("个体工商户", Legal::Other),
    ("个人独资", Legal::Other),
    ("独资", Legal::Other),
    ("LTD", Legal::Limited),
];
/// The two ways to write a limited company.
const LIABILITY: [char; 6] = ['有', '限', '责', '任', '公', '司'];
const LIMITED: [char; 4] = ['有', '限', '公', '司'];
/// Endings of a part of an organization that is none itself.
const BRANCHES: [&str; 11] = [
    "分公司",
    "分厂",
    "分店",
    "分行",
    "支行",
    "分所",
    "分院",
    "分部",
    "营业部",
    "办事处",
    "代表处",
];
/// What a head's name ends with, where the name of a branch follows.
const HEADS: [&str; 6] = ["公司", "集团", "银行", "事务所", "合伙", "厂"];
/// Fewest characters that are left when a region is taken off: a firm's own name is hardly shorter.
const LEFT: usize = 2;

/// A kind of legal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Legal {
    /// 有限公司, 有限责任公司.
    Limited,
    /// 股份有限公司.
    Shares,
    /// 公司 alone.
    Company,
    /// 合伙.
    Partners,
    /// Others that are written behind the name.
    Other,
    /// None.
    No,
}

/// The regions that people leave out: those that the district lies in, and its parts.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Names without the word for their rank, the longest first; with it where that differs.
    names: Vec<Vec<char>>,
}

impl Home {
    /// A home of these regions' names.
    #[must_use]
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<Vec<char>> = Vec::new();
        for name in names {
            let plain = plain(name);
            // 示例市 is also written 示例; where one character would be left, only the whole name counts.
            for rank in ["特别行政区", "自治区", "省", "市", "区", "县"] {
                if let Some(bare) = plain.strip_suffix(rank)
                    && bare.chars().count() >= 2
                {
                    all.push(bare.chars().collect());
                }
            }
            if plain.chars().count() >= 2 {
                all.push(plain.chars().collect());
            }
        }
        all.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self { names: all }
    }

    /// The longest of them that a text begins with.
    fn leads<'a>(&self, text: &'a [char]) -> Option<&'a [char]> {
        let found = self.names.iter().find(|it| text.starts_with(it))?;
        Some(&text[..found.len()])
    }

    /// What may be left of a text behind a region with one wrong character. Of a region of two characters one alone says
    /// nothing: that is found as a character too many.
    fn behind_damaged<'a>(&'a self, text: &'a [char]) -> impl Iterator<Item = &'a [char]> {
        self.names.iter().flat_map(move |name| {
            let lengths = (name.len() - 1).max(2)..=name.len() + 1;
            lengths.filter_map(move |length| {
                let (head, rest) = text.split_at_checked(length)?;
                (rest.len() >= LEFT && one_off(head, name)).then_some(rest)
            })
        })
    }
}

/// A name in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Without blanks, brackets and punctuation, in half width, capitals, simplified characters.
    pub plain: Vec<char>,
    /// What is left of it without region and legal form.
    pub stem: Vec<char>,
    /// The region that was taken off, the narrowest one, without the word for its rank.
    region: Vec<char>,
    legal: Legal,
    /// Whether the legal form had one wrong character.
    damaged: bool,
    /// The stem with the region that stands in brackets within it, for those who leave the brackets out.
    within: Option<Vec<char>>,
    /// Other stems it may have, where its region or legal form is damaged.
    others: Vec<Vec<char>>,
    /// The head's name, where it is one of a branch.
    head: Option<Box<Form>>,
}

impl Form {
    /// Takes a name on a list apart, with what it may mean where it is damaged or that of a branch.
    #[must_use]
    pub fn of(name: &str, home: &Home) -> Self {
        let mut form = Self::borne(name, home);
        form.head = head(&form.plain).map(|it| Box::new(Self::borne(&it, home)));
        let (end, ..) = legal(&form.plain);
        let behind = home.behind_damaged(&form.plain[..end]);
        let mut others: Vec<Vec<char>> = behind.map(<[char]>::to_vec).collect();
        others.extend(before_damaged_shares(&form.stem).map(<[char]>::to_vec));
        others.retain(|it| *it != form.stem);
        others.sort_unstable();
        others.dedup();
        form.others = others;
        form
    }

    /// Takes a name apart that an organization bears.
    #[must_use]
    pub fn borne(name: &str, home: &Home) -> Self {
        let text: Vec<char> = plain(name).chars().collect();
        let (end, legal, damaged) = legal(&text);
        let body = &text[..end];
        let (mut from, mut region) = (0, Vec::new());
        while let Some(found) = home.leads(&body[from..]) {
            if body.len() - from - found.len() < LEFT {
                break;
            }
            from += found.len();
            region = bare(found);
        }
        let mut stem = body[from..].to_vec();
        let mut within = None;
        if region.is_empty()
            && let Some((inside, rest)) = bracketed(name, home, &stem)
        {
            region = inside;
            within = Some(std::mem::replace(&mut stem, rest));
        }
        Self {
            plain: text,
            stem,
            region,
            legal,
            damaged,
            within,
            others: Vec::new(),
            head: None,
        }
    }

    /// Stems that a borne name is kept under.
    pub(super) fn kept_under(&self) -> impl Iterator<Item = &[char]> {
        let own = std::iter::once(&self.stem).chain(&self.within);
        own.map(Vec::as_slice)
    }

    /// Stems to look for: its own, those beside damaged words, its head's.
    pub(super) fn looked_for(&self) -> impl Iterator<Item = &[char]> {
        let head = self.head.iter().flat_map(|it| it.kept_under());
        let others = self.others.iter().map(Vec::as_slice);
        self.kept_under().chain(others).chain(head)
    }

    /// How far it is from a name that it is like, among those that differ in the same way: what has its legal form and
    /// region before what has not, a missing character before a wrong one, which many names are apart by.
    pub(super) fn distance(&self, borne: &Self, why: Why) -> u8 {
        match why {
            Why::Same | Why::Form => 0,
            Why::Legal | Why::Region => u8::from(self.legal != borne.legal),
            Why::Branch => match &self.head {
                Some(head) if head.plain == borne.plain => 0,
                Some(head) => 1 + u8::from(head.legal != borne.legal),
                None => 3,
            },
            Why::OneOff => {
                let (a, b) = (&self.plain, &borne.plain);
                let moved =
                    a.len() == b.len() && a.iter().zip(b).filter(|(a, b)| a != b).count() == 2;
                match one_off(a, b) {
                    true if moved => 0,
                    true => 1 + u8::from(a.len() == b.len()),
                    false => 3 + u8::from(self.legal != borne.legal),
                }
            }
        }
    }

    /// How it differs from a name that an organization bears; `None` where that is another name.
    #[must_use]
    pub fn like(&self, borne: &Self) -> Option<Why> {
        if let Some(why) = self.like_alone(borne) {
            return Some(why);
        }
        let head = self.head.as_ref()?;
        head.like_alone(borne)
            .filter(|why| *why != Why::OneOff)
            .map(|_| Why::Branch)
    }

    fn like_alone(&self, borne: &Self) -> Option<Why> {
        if self.plain == borne.plain {
            return Some(Why::Same);
        }
        if self.stem == borne.stem {
            let same_region = self.region == borne.region;
            return Some(match (same_region, self.legal == borne.legal) {
                _ if self.damaged || borne.damaged => Why::OneOff,
                (true, true) => Why::Form,
                (true, false) => Why::Legal,
                // Both name a region, and another one: another organization, that may only be the same.
                (false, _) => Why::Region,
            });
        }
        if one_off(&self.plain, &borne.plain) {
            return Some(Why::OneOff);
        }
        // Short stems are too near to each other for that.
        let long = self.stem.len().min(borne.stem.len()) >= super::index::SHORTEST;
        (long && one_off(&self.stem, &borne.stem)).then_some(Why::OneOff)
    }
}

/// A name without what is only writing.
#[must_use]
pub fn plain(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => simplified(c),
        })
        .filter(|c| c.is_alphanumeric() || matches!(c, '&' | '+'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// Where the legal form begins, what it is, and whether a character of it is wrong.
fn legal(text: &[char]) -> (usize, Legal, bool) {
    let ending = |wanted: fn(Legal) -> bool| {
        LEGAL
            .iter()
            .filter(move |it| wanted(it.1))
            .find_map(|(words, legal)| {
                let end = without(text, words)?;
                (end >= LEFT).then_some((end, *legal, false))
            })
    };
    if let Some(found) = ending(|it| it != Legal::Company) {
        return found;
    }
    // 有限公词, 有限公: before 公司 alone, so that 有公司 is a damaged 有限公司 and not 有 with 公司.
    for words in [LIABILITY.as_slice(), LIMITED.as_slice()] {
        for length in [words.len() + 1, words.len(), words.len() - 1] {
            let Some(end) = text.len().checked_sub(length).filter(|it| *it >= LEFT) else {
                continue;
            };
            // 某某科技有限公司 with one character more is not 某某科 with 技有限公司.
            let whole = length <= words.len() || text[end] == words[0];
            if whole && one_off(&text[end..], words) {
                return match without(&text[..end], "股份") {
                    Some(end) if end >= LEFT => (end, Legal::Shares, true),
                    _ => (end, Legal::Limited, true),
                };
            }
        }
    }
    ending(|it| it == Legal::Company).unwrap_or((text.len(), Legal::No, false))
}

/// Where words begin that a text ends with.
fn without(text: &[char], words: &str) -> Option<usize> {
    let mut end = text.len();
    for c in words.chars().rev() {
        end = end.checked_sub(1).filter(|it| text[*it] == c)?;
    }
    Some(end)
}

/// What stands before 股份 with one wrong character, where a stem ends with that.
fn before_damaged_shares(stem: &[char]) -> impl Iterator<Item = &[char]> {
    [2_usize, 3].into_iter().filter_map(move |length| {
        let (rest, end) = stem.split_at_checked(stem.len().checked_sub(length)?)?;
        (rest.len() >= LEFT && one_off(end, &['股', '份'])).then_some(rest)
    })
}

/// A region of home in brackets within a name: itself and the stem without it.
fn bracketed(name: &str, home: &Home, stem: &[char]) -> Option<(Vec<char>, Vec<char>)> {
    let open = name.find(['(', '（'])?;
    let inside = &name[open..];
    let inside = &inside[inside.chars().next()?.len_utf8()..];
    let inside: Vec<char> = plain(&inside[..inside.find([')', '）'])?])
        .chars()
        .collect();
    if home.leads(&inside)?.len() != inside.len() {
        return None;
    }
    let at = plain(&name[..open]).chars().count();
    // The stem begins where the name does, since no region was taken off its head.
    if stem.get(at..at + inside.len())? != inside || stem.len() < inside.len() + LEFT {
        return None;
    }
    let mut rest = stem.to_vec();
    rest.drain(at..at + inside.len());
    Some((bare(&inside), rest))
}

/// A region without the word for its rank.
fn bare(name: &[char]) -> Vec<char> {
    let ranked = matches!(name.last(), Some('省' | '市' | '区' | '县')) && name.len() > 2;
    name[..name.len() - usize::from(ranked)].to_vec()
}

/// The name of the head, where a name is one of a branch.
fn head(plain: &[char]) -> Option<String> {
    let text: String = plain.iter().collect();
    let branch = BRANCHES.iter().find(|it| text.ends_with(*it))?;
    let before = &text[..text.len() - branch.len()];
    let ends = HEADS
        .iter()
        .filter_map(|it| Some(before.rfind(it)? + it.len()));
    let end = ends.max()?;
    let head = &before[..end];
    (head.chars().count() > LEFT + 2).then(|| head.to_owned())
}

/// Whether two texts differ by one character: another one, one more, one less, or two that changed places.
#[must_use]
pub fn one_off(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        0 => match (short, long) {
            ([], []) => false,
            ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
            ([a, b, rest @ ..], [c, d, other @ ..]) => a == d && b == c && rest == other,
            _ => false,
        },
        1 => short == &long[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home::new(["示例省", "海州市", "城南区", "东街道"])
    }

    #[test]
    fn names_are_as_like_as_people_would_say() {
        use Why::{Branch, Form as Written, Legal, OneOff, Region, Same};
        #[rustfmt::skip]
        let cases = [
            // As written, as borne, how they differ.
            ("海州蓝鲸科技有限公司",          "海州蓝鲸科技有限公司",          Some(Same)),
            (" 海州蓝鲸　科技有限公司 ",      "海州蓝鲸科技有限公司",          Some(Same)),
            ("海州蓝鲸(集团)有限公司",        "海州蓝鲸（集团）有限公司",      Some(Same)),
            ("海州蓝鲸集团有限公司",          "海州蓝鲸（集团）有限公司",      Some(Same)),
            ("海州蓝鲸ＡＩ科技有限公司",      "海州蓝鲸ai科技有限公司",        Some(Same)),
            ("海州東華電子有限公司",          "海州东华电子有限公司",          Some(Same)),
            ("海州蓝鲸科技有限责任公司",      "海州蓝鲸科技有限公司",          Some(Written)),
            ("海州市蓝鲸科技有限公司",        "海州蓝鲸科技有限公司",          Some(Written)),
            ("海州蓝鲸科技股份有限公司",      "海州蓝鲸科技有限公司",          Some(Legal)),
            ("海州蓝鲸科技",                  "海州蓝鲸科技有限公司",          Some(Legal)),
            ("蓝鲸科技有限公司",              "海州蓝鲸科技有限公司",          Some(Region)),
            ("示例省蓝鲸科技有限公司",        "海州蓝鲸科技有限公司",          Some(Region)),
            ("蓝鲸科技（海州）有限公司",      "海州蓝鲸科技有限公司",          Some(Written)),
            ("海州蓝鲸科技有限公司北城分公司", "海州蓝鲸科技有限公司",         Some(Branch)),
            ("海州蓝鲸科技股份有限公司北城分公司", "海州蓝鲸科技有限公司",     Some(Branch)),
            ("海州蓝鲸科枝有限公司",          "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州蓝鲸技有限公司",            "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州鲸蓝科技有限公司",          "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海洲蓝鲸科技有限公司",          "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("州蓝鲸科技有限公司",            "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州蓝鲸科技有限公",            "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州蓝鲸科技有公司",            "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州蓝鲸科技有限限公司",        "海州蓝鲸科技有限公司",          Some(OneOff)),
            ("海州白鲨科技有限公司",          "海州蓝鲸科技有限公司",          None),
            ("海州蓝鲸生物有限公司",          "海州蓝鲸科技有限公司",          None),
            ("海州蓝鲸科技集团有限公司",      "海州蓝鲸科技有限公司",          None),
            ("海州",                          "海州蓝鲸科技有限公司",          None),
            ("",                              "海州蓝鲸科技有限公司",          None),
        ];
        let home = home();
        for (written, borne, want) in cases {
            let got = Form::of(written, &home).like(&Form::of(borne, &home));
            assert_eq!(got, want, "{written} against {borne}");
        }
    }

    #[test]
    fn one_character_is_one_character() {
        let cases = [
            ("甲乙丙", "甲乙丙", false),
            ("甲乙丙", "甲丁丙", true),
            ("甲乙丙", "甲丙", true),
            ("甲丙", "甲乙丙", true),
            ("甲乙丙丁", "乙甲丙丁", true),
            ("甲乙丙丁", "丁乙丙甲", false),
            ("甲乙", "丙丁", false),
            ("", "甲", true),
            ("", "", false),
        ];
        for (a, b, want) in cases {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(one_off(&x, &y), want, "{a} {b}");
        }
    }
}
