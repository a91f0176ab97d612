//! Secrecy marks: files that bear one have no place here.
//!
//! Owns telling a mark (绝密, 机密, 秘密 with ★ and period, as GB/T 9704 puts them at the head of a document) from words in a
//! sentence (商业秘密, 保密工作). Leaves refusing the file to the application, which does so before anything is stored.
//!
//! Invariant: linear in the text. A mark with a star is found anywhere at the beginning of a line; a bare word only
//! where it stands alone near the head, or after 密级.

/// Lines of text in which a mark without a star is looked for.
const HEAD: usize = 12;
/// Lines in which 密级： is looked for.
const LABELLED: usize = 40;
/// A line with more characters is no mark.
const LONGEST: usize = 24;

/// What stands behind the word of a mark.
const STARS: [char; 5] = ['★', '☆', '⭐', '✭', '⭑'];

/// What a file is marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 秘密
    Secret,
    /// 机密
    Confidential,
    /// 绝密
    TopSecret,
}

impl Level {
    /// The word of the mark.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Secret => "秘密",
            Self::Confidential => "机密",
            Self::TopSecret => "绝密",
        }
    }
}

/// A mark that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The level.
    pub level: Level,
    /// The mark as it stands.
    pub text: String,
}

/// The mark of a text, given by its lines in order; those of page heads come first.
#[must_use]
pub fn find<'t>(lines: impl IntoIterator<Item = &'t str>) -> Option<Mark> {
    let mut seen = 0;
    // A word alone waits for the next line: levels that follow each other are a list or the head of a table.
    let mut waiting: Option<Mark> = None;
    let mut last_was_level = false;
    for line in lines {
        if line.chars().all(char::is_whitespace) {
            continue;
        }
        seen += 1;
        let squeezed = squeezed(line);
        if let Some(mark) = starred(&squeezed) {
            return Some(mark);
        }
        if seen > LABELLED {
            continue;
        }
        if let Some(mark) = labelled(&squeezed) {
            return Some(mark);
        }
        let bare = bare(&squeezed);
        if bare.is_none() && waiting.is_some() {
            return waiting;
        }
        let listed = last_was_level || waiting.is_some();
        last_was_level = bare.is_some();
        waiting = bare.filter(|_| !listed && seen <= HEAD);
    }
    waiting
}

/// The mark that a cell of a table or its page head bears: one with a star, since a bare word may be a value.
#[must_use]
pub fn in_cell(text: &str) -> Option<Mark> {
    if !text.contains(STARS) {
        return None;
    }
    text.lines().find_map(|it| starred(&squeezed(it)))
}

/// Without blanks, the first of a line.
fn squeezed(line: &str) -> String {
    line.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200b}')
        .take(LONGEST * 4)
        .collect()
}

fn level_at(text: &str) -> Option<(Level, &str)> {
    [Level::TopSecret, Level::Confidential, Level::Secret]
        .into_iter()
        .find_map(|level| Some((level, text.strip_prefix(level.word())?)))
}

/// `机密★`, `秘密★5年`, `000001机密★长期`: at the beginning of a line, behind a copy number or 密级.
fn starred(line: &str) -> Option<Mark> {
    let rest = line
        .trim_start_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))
        .trim_start_matches(['№', '【', '[', '（', '(']);
    let rest = rest
        .strip_prefix("密级")
        .map_or(rest, |it| it.trim_start_matches(['：', ':']));
    let (level, behind) = level_at(rest)?;
    behind.starts_with(STARS).then(|| mark(level, rest))
}

/// `密级：机密`; 密级：公开, 密级：秘密□机密□ are none.
fn labelled(line: &str) -> Option<Mark> {
    let at = line.find("密级")?;
    let rest = line[at..].strip_prefix("密级")?;
    let rest = rest.strip_prefix("和保密期限").unwrap_or(rest);
    let rest = rest.strip_prefix(['：', ':'])?;
    let (level, behind) = level_at(rest)?;
    let ends = behind.is_empty()
        || behind.starts_with(|c: char| {
            c.is_ascii_digit() || matches!(c, '，' | ',' | '；' | ';' | '。' | '）' | ')')
        });
    ends.then(|| mark(level, &line[at..]))
}

/// `机密` alone, or with its period: `机密1年`, `秘密·长期`, `绝密启用前`.
fn bare(line: &str) -> Option<Mark> {
    if line.chars().count() > LONGEST {
        return None;
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let (level, behind) = level_at(rest)?;
    let behind = behind.trim_start_matches(['·', '•', '*', '＊', '－', '-', '—']);
    let number = behind
        .trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let period = matches!(behind, "" | "长期" | "永久" | "启用前")
        || (number.len() < behind.len() && matches!(number, "年" | "个月" | "月"));
    period.then(|| mark(level, rest))
}

fn mark(level: Level, text: &str) -> Mark {
    Mark {
        level,
        text: text.chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_and_words_are_not_taken_for_marks() {
        use Level::{Confidential, Secret, TopSecret};
        #[rustfmt::skip]
        let cases = [
            ("机密★1年\n特急\n示例区工作总结", Some(Confidential)),
            ("000001\n秘密★\n示例区工作总结", Some(Secret)),
            ("000001机密★长期\n示例", Some(Confidential)),
            ("绝 密 ★ 永久\n示例", Some(TopSecret)),
            ("机　密\n示例区工作总结", Some(Confidential)),
            ("示例区文件\n密级：秘密\n正文。", Some(Secret)),
            ("示例\n密级和保密期限：机密5年\n正文。", Some(Confidential)),
            ("绝密★启用前\n考试题", Some(TopSecret)),
            ("示例\n正文一。\n附件\n秘密★5年\n名单", Some(Secret)),
            ("秘密3年\n示例", Some(Secret)),
            // No marks.
            ("示例区工作总结\n保护商业秘密，做好保密工作。", None),
            ("秘密的花园\n正文", None),
            ("机密级计算机台账\n正文", None),
            ("密级：公开\n正文", None),
            ("密级：秘密□ 机密□ 绝密□\n正文", None),
            ("密级\n绝密\n机密\n秘密\n合计", None),
            ("核心机密\n正文", None),
            ("密级应当标注为“机密★”或者“秘密★”。\n正文", None),
            ("“秘密★5年”是标注的一例。\n正文", None),
            ("绝密资料管理办法", None),
            ("", None),
        ];
        for (text, level) in cases {
            assert_eq!(find(text.lines()).map(|it| it.level), level, "{text}");
        }
        assert_eq!(
            in_cell("示例\n机密★1年").map(|it| it.level),
            Some(Confidential)
        );
        assert_eq!(in_cell("机密"), None);
        assert_eq!(in_cell("星级★★★"), None);
        let late = format!("{}机密\n", "正文。\n".repeat(40));
        assert_eq!(find(late.lines()), None);
    }
}
