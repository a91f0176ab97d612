//! Units in the heads of columns: `合同额（万元）` is 合同额 in 万元.

/// Base units as heads write them, longest first where one begins another. A list of the language, not of a register.
const BASES: &[&str] = &[
    "吨标准煤",
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "千瓦时",
    "个百分点",
    "百分点",
    "人民币",
    "美元",
    "欧元",
    "港元",
    "日元",
    "千元",
    "百元",
    "人次",
    "人天",
    "人日",
    "件次",
    "场次",
    "家次",
    "台套",
    "台（套）",
    "台(套)",
    "公顷",
    "公里",
    "千米",
    "公斤",
    "千克",
    "小时",
    "分钟",
    "工作日",
    "千瓦",
    "兆瓦",
    "元",
    "人",
    "家",
    "个",
    "项",
    "件",
    "户",
    "名",
    "位",
    "篇",
    "场",
    "次",
    "台",
    "套",
    "批",
    "亩",
    "㎡",
    "吨",
    "米",
    "年",
    "月",
    "天",
    "日",
    "度",
    "倍",
    "页",
    "册",
    "部",
    "种",
    "支",
    "所",
    "只",
    "艘",
    "辆",
    "条",
    "份",
    "期",
    "分",
    "岁",
    "%",
    "％",
    "‰",
];

const MULTIPLIERS: &[&str] = &[
    "万亿", "千亿", "百亿", "千万", "百万", "十万", "亿", "万", "千", "百",
];

/// Splits a head into name and unit: brackets, a slash, a colon or a blank before a unit, or a bare `%` at the end.
/// Brackets that hold no unit (`企业名称（全称）`) stay part of the name.
#[must_use]
pub fn split_header(header: &str) -> (String, Option<String>) {
    let header = header.trim();
    if let Some((name, inner)) = bracketed(header) {
        let inner = inner
            .trim()
            .trim_start_matches("单位")
            .trim_start_matches(['：', ':', ' ', '为'])
            .trim();
        if let Some(unit) = unit(inner) {
            return (name.trim().to_owned(), Some(unit));
        }
    }
    for mark in ['/', '／', '：', ':', ' ', '，', ',', '\u{3000}', '_'] {
        if let Some((name, rest)) = header.rsplit_once(mark)
            && !name.trim().is_empty()
            && !matches!(rest.trim(), "年" | "月" | "日" | "人" | "期" | "部" | "次")
            && let Some(unit) = unit(rest.trim())
        {
            return (
                name.trim()
                    .trim_end_matches("单位")
                    .trim_end_matches(['：', ':'])
                    .to_owned(),
                Some(unit),
            );
        }
    }
    for mark in ['%', '％', '‰'] {
        if let Some(name) = header.strip_suffix(mark)
            && !name.trim().is_empty()
        {
            return (name.trim().to_owned(), unit(&mark.to_string()));
        }
    }
    (header.to_owned(), None)
}

/// The unit that a line over a table declares for all of it (`单位：万元`, `金额单位：元`, `计量单位:家`).
pub(crate) fn declared(line: &str) -> Option<String> {
    let mut rest = line;
    while let Some(at) = rest.find("单位") {
        rest = rest[at + "单位".len()..].trim_start();
        let Some(after) = rest.strip_prefix(['：', ':']) else {
            continue;
        };
        let after = after.trim_start();
        let end = after
            .find([' ', '\u{3000}', '，', ',', '；', ';', '）', ')', '、'])
            .unwrap_or(after.len());
        if let Some(unit) = unit(&after[..end]) {
            return Some(unit);
        }
    }
    None
}

/// The text as a unit, in its usual width; `None` when it is none.
fn unit(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 10 {
        return None;
    }
    let parts: Vec<&str> = text.split(['/', '／']).collect();
    if parts.len() > 2 || !parts.iter().all(|it| is_unit(it)) {
        return None;
    }
    Some(match text {
        "％" | "百分比" => "%".to_owned(),
        "人民币元" | "元人民币" | "人民币" => "元".to_owned(),
        "万元人民币" | "人民币万元" => "万元".to_owned(),
        other => other.replace('／', "/"),
    })
}

fn is_unit(text: &str) -> bool {
    let text = text.trim();
    if matches!(
        text,
        "百分比" | "人民币元" | "元人民币" | "人民币万元" | "万元人民币"
    ) {
        return true;
    }
    let base = |it: &str| BASES.contains(&it);
    base(text)
        || MULTIPLIERS
            .iter()
            .any(|it| text.strip_prefix(it).is_some_and(base))
}

/// The head without a last pair of brackets, and what stands in it.
fn bracketed(header: &str) -> Option<(&str, &str)> {
    let body = header.strip_suffix(['）', ')', '】', ']'])?;
    // 台（套） inside: the bracket that opens last but one belongs to the unit.
    let opens: Vec<usize> = body
        .char_indices()
        .filter(|(_, c)| matches!(c, '（' | '(' | '【' | '['))
        .map(|(at, _)| at)
        .collect();
    let at = *opens.last()?;
    let width = body[at..].chars().next()?.len_utf8();
    Some((&body[..at], &body[at + width..])).filter(|(name, _)| !name.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_in_heads_and_other_brackets_stay() {
        let cases = [
            ("合同额（万元）", "合同额", Some("万元")),
            ("合同额(亿元)", "合同额", Some("亿元")),
            ("合同额 (单位：万元)", "合同额", Some("万元")),
            ("研发投入/万元", "研发投入", Some("万元")),
            ("研发投入：千元", "研发投入", Some("千元")),
            ("增速（％）", "增速", Some("%")),
            ("占比%", "占比", Some("%")),
            ("参加人数（人次）", "参加人数", Some("人次")),
            ("面积（万平方米）", "面积", Some("万平方米")),
            ("单价（元/平方米）", "单价", Some("元/平方米")),
            ("装机（万千瓦）", "装机", Some("万千瓦")),
            ("企业名称（全称）", "企业名称（全称）", None),
            ("是否高企（是/否）", "是否高企（是/否）", None),
            ("认定时间（年）", "认定时间", Some("年")),
            ("联系电话", "联系电话", None),
            ("省/市", "省/市", None),
            ("（万元）", "（万元）", None),
            ("", "", None),
        ];
        for (header, name, unit) in cases {
            let got = split_header(header);
            assert_eq!(
                (got.0.as_str(), got.1.as_deref()),
                (name, unit),
                "`{header}`"
            );
        }
    }

    #[test]
    fn a_line_over_the_table_declares_the_unit() {
        let cases = [
            ("填报单位：示例街道　　单位：万元", Some("万元")),
            ("金额单位:元", Some("元")),
            ("单位：万元、家", Some("万元")),
            ("填报单位：示例街道", None),
            ("单位负责人：", None),
        ];
        for (line, unit) in cases {
            assert_eq!(declared(line).as_deref(), unit, "`{line}`");
        }
    }
}
