//! What looks like the name of an organization in running text and in columns.
//!
//! Owns the words that names end with and what people put around names: numbers, marks between them. Leaves what a name means
//! to [`super::Index`].

/// What names of organizations end with, but for branches.
const ENDINGS: [&str; 36] = [
    "公司",
    "集团",
    "厂",
    "院",
    "所",
    "中心",
    "大学",
    "学校",
    "中学",
    "小学",
    "合作社",
    "合伙",
    "协会",
    "学会",
    "商会",
    "联合会",
    "研究会",
    "促进会",
    "联盟",
    "基金会",
    "银行",
    "支行",
    "分行",
    "分店",
    "商店",
    "药店",
    "酒店",
    "出版社",
    "报社",
    "杂志社",
    "电视台",
    "实验室",
    "工作室",
    "营业部",
    "办事处",
    "经营部",
];
/// What parts names in one line.
const PARTING: [char; 8] = ['、', '；', ';', '，', ',', '\t', '|', '。'];
/// Longest name: the longest that are registered have some 50 characters.
const LONGEST: usize = 60;

/// Whether a text looks like the name of an organization: it has the ending of one and nothing of a sentence.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let text = text.trim();
    let length = text.chars().count();
    if !(4..=LONGEST).contains(&length)
        || text.contains(['。', '，', '、', '；', '：', ':', '?', '？', '!', '！'])
    {
        return false;
    }
    // A legal form may follow in brackets: 合伙企业（有限合伙）.
    let bare = match text.rfind(['（', '(']) {
        Some(at) if text.ends_with(['）', ')']) && at > 0 => &text[..at],
        _ => text,
    };
    [text, bare].iter().any(|it| {
        ENDINGS.iter().any(|end| it.ends_with(end))
            || it.ends_with("合伙）")
            || it.ends_with("企业")
    })
}

/// The names in a line of text. A line that is one text without marks within is taken whole where `whole` says that each line is
/// a name.
#[must_use]
pub fn names_in(line: &str, whole: bool) -> Vec<String> {
    let line = unnumbered(line.trim());
    if line.is_empty() {
        return Vec::new();
    }
    let parts: Vec<&str> = line
        .split(PARTING)
        .map(unnumbered)
        .filter(|it| !it.is_empty())
        .collect();
    let mut names: Vec<String> = Vec::new();
    for part in &parts {
        if is_name(part) {
            names.push((*part).to_owned());
            continue;
        }
        // Cells of a table that became a line are parted by blanks, which names seldom hold.
        let words = part.split_whitespace().map(unnumbered);
        names.extend(words.filter(|it| is_name(it)).map(str::to_owned));
    }
    if names.is_empty() && whole && parts.len() == 1 {
        return vec![line.to_owned()];
    }
    names
}

/// A text without the number before it: `12.`, `（3）`, `①`, `4、`, `5 `.
fn unnumbered(text: &str) -> &str {
    let text = text.trim();
    let inner = text.trim_start_matches(['（', '(']);
    let digits = inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return text
            .trim_start_matches(|c: char| ('①'..='⑳').contains(&c))
            .trim_start();
    }
    let rest = &inner[digits..];
    let after = rest.trim_start_matches(['.', '．', '、', '）', ')', ' ', '\u{3000}', '\t']);
    // 3M中国有限公司 and 58同城 begin with digits of their own.
    if after.len() < rest.len() && digits <= 5 {
        after
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_what_people_paste() {
        #[rustfmt::skip]
        let cases: [(&str, bool, &[&str]); 12] = [
            ("海州蓝鲸科技有限公司", false, &["海州蓝鲸科技有限公司"]),
            ("12. 海州蓝鲸科技有限公司", false, &["海州蓝鲸科技有限公司"]),
            ("（3）海州蓝鲸合伙企业（有限合伙）", false, &["海州蓝鲸合伙企业（有限合伙）"]),
            ("①海州海洋研究所", false, &["海州海洋研究所"]),
            ("海州蓝鲸科技有限公司、海州红杉电子有限公司；海州大学", false, &["海州蓝鲸科技有限公司", "海州红杉电子有限公司", "海州大学"]),
            ("1 海州蓝鲸科技有限公司 城南区 2023", false, &["海州蓝鲸科技有限公司"]),
            ("3M海州有限公司", false, &["3M海州有限公司"]),
            ("现将下列企业予以公示，请各区核对后反馈。", false, &[]),
            ("现将下列企业予以公示，请各区核对后反馈。", true, &[]),
            ("蓝鲸", true, &["蓝鲸"]),
            ("蓝鲸", false, &[]),
            ("  ", true, &[]),
        ];
        for (line, whole, want) in cases {
            assert_eq!(names_in(line, whole), want, "{line}");
        }
    }
}
