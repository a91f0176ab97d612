//! What a renewed document still needs from people.

use quanyu_documents::renew::{Cue, cues};

use super::{Notice, Work};

/// What is left, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// 增长 of what fell.
    Direction,
    /// 突破 of a mark that was passed before.
    NotFirst,
    /// 近, 超 with no round number near.
    NotNear,
    /// Nothing.
    Zero,
    /// 首次, 首家.
    First,
    /// 突破, 新高.
    Record,
    /// 连续三年.
    Streak,
    /// 第1, 首位, 唯一.
    Top,
    /// A year.
    Year,
    /// 第三届.
    Edition,
    /// The same number as before.
    Unchanged,
    /// No value on record.
    Unsourced,
    /// The old number was not that of the records.
    Doubt,
    /// A number written in a way that is not imitated.
    Unsaid,
    /// An aim.
    Target,
    /// A place in the file that is not edited.
    NoPlace,
}

impl Sort {
    /// The word in JSON and in the texts of the pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direction => "direction",
            Self::NotFirst => "not_first",
            Self::NotNear => "not_near",
            Self::Zero => "zero",
            Self::First => "first",
            Self::Record => "record",
            Self::Streak => "streak",
            Self::Top => "top",
            Self::Year => "year",
            Self::Edition => "edition",
            Self::Unchanged => "unchanged",
            Self::Unsourced => "unsourced",
            Self::Doubt => "doubt",
            Self::Unsaid => "unsaid",
            Self::Target => "target",
            Self::NoPlace => "no_place",
        }
    }

    /// Whether it is remarked in the file; years and aims are many, and are listed.
    #[must_use]
    pub fn is_remarked(self) -> bool {
        !matches!(self, Self::Year | Self::Unchanged | Self::Target)
    }

    /// The remark in the file, which is a Chinese one.
    pub(super) fn remark(self, found: Option<&str>) -> String {
        let what = match self {
            Self::Direction => "升降方向变了，原句不再成立，请改写",
            Self::NotFirst => "没有跨过新的整数关口，不能再写“突破”，请改写",
            Self::NotNear => "附近没有合适的整数，原来的表述不再成立，请改写",
            Self::Zero => "本期为零，请改写或删去",
            Self::First => "“首次”类表述只成立一次，请核实",
            Self::Record => "“突破”“新高”类表述请核实本期是否仍成立",
            Self::Streak => "连续年数请核实",
            Self::Top => "位次类表述请核实本期是否仍成立",
            Self::Year => "年份请核实",
            Self::Edition => "届次请核实",
            Self::Unchanged => "数字未变",
            Self::Unsourced => "台账中没有本期数据，请补",
            Self::Doubt => "原数与台账不一致，未换",
            Self::Unsaid => "写法特殊，未自动换数",
            Self::Target => "目标请按新计划填写",
            Self::NoPlace => "此处不能自动修订",
        };
        match found {
            Some(found) => format!("换数：{what}。台账：{found}"),
            None => format!("换数：{what}。"),
        }
    }
}

impl Work<'_> {
    /// Words that were true once, years, editions.
    pub(super) fn words(&mut self) {
        let numbers: Vec<(usize, usize)> = self
            .text
            .mentions
            .iter()
            .filter(|it| it.is_figure())
            .map(|it| (it.start, it.end))
            .collect();
        let doubted: Vec<usize> = self.untrue.iter().map(|it| it.range.start).collect();
        for cued in cues(&self.text.text) {
            let sort = match cued.cue {
                Cue::First => Sort::First,
                Cue::Record => Sort::Record,
                Cue::Streak => Sort::Streak,
                Cue::Top => Sort::Top,
            };
            // A rank that was renewed is right; one word is told once.
            let inside = numbers
                .iter()
                .find(|it| it.0 <= cued.range.start && cued.range.end <= it.1);
            let settled = inside.is_some_and(|it| {
                doubted.contains(&it.0) || cued.cue == Cue::Top && self.changes.contains_key(&it.0)
            });
            // 突破 without a number near is no claim of one.
            let bare = cued.cue == Cue::Record
                && inside.is_none()
                && !numbers
                    .iter()
                    .any(|it| it.0 >= cued.range.start && it.0 <= cued.range.end + 2);
            if !(settled || bare && self.is_record(&cued.range)) {
                let notice = self.notice(sort, cued.range, None);
                self.untrue.push(notice);
            }
        }
        self.untrue.sort_by_key(|it| it.range.start);
        let years = self.to.last_year() - self.from.last_year();
        let mut dated: Vec<Notice> = Vec::new();
        for mention in self.text.mentions.iter().filter(|it| !it.is_figure()) {
            let range = mention.start..mention.end;
            if let Some(moved) = later(&mention.text, self.from.last_year(), years) {
                dated.push(self.notice(Sort::Year, range, Some(moved)));
            } else if mention.kind == "ordinal_event" && mention.text.contains('届') {
                dated.push(self.notice(Sort::Edition, range, None));
            }
        }
        self.leftovers.extend(dated);
        self.leftovers.sort_by_key(|it| it.range.start);
    }

    /// Whether the word is 突破, which is a mark only before a number.
    fn is_record(&self, range: &std::ops::Range<usize>) -> bool {
        self.chars[range.clone()].iter().collect::<String>() == "突破"
    }
}

/// A text with its years moved, where they are those about the document's own: 2022年 and 2023年 of a report on 2022.
fn later(text: &str, own: i32, years: i32) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut moved) = (String::new(), 0, false);
    while at < chars.len() {
        let end = (at..chars.len())
            .find(|it| !chars[*it].is_ascii_digit())
            .unwrap_or(chars.len());
        let digits: String = chars[at..end].iter().collect();
        match digits.parse::<i32>() {
            Ok(year) if digits.len() == 4 && (own - 1..=own + 1).contains(&year) => {
                out.push_str(&(year + years).to_string());
                moved = true;
            }
            _ => out.push_str(&digits),
        }
        if let Some(c) = chars.get(end) {
            out.push(*c);
        }
        at = end + 1;
    }
    (moved && years != 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_about_the_documents_own_move_with_it() {
        let cases = [
            ("2022年", Some("2023年")),
            ("2021—2022年", Some("2022—2023年")),
            ("2023年6月", Some("2024年6月")),
            ("2015年", None),
            ("20225", None),
            ("上半年", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(later(text, 2022, 1).as_deref(), wanted, "{text}");
        }
        assert_eq!(later("2022年", 2022, 0), None);
    }
}
