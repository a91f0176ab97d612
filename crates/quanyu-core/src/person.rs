//! Personal data as people see them who need not know them: enough to tell one from another, not enough to use.
//!
//! Owns the masks of names, numbers and addresses (what is kept of each is in the table of its test). Leaves who sees what in
//! clear to the application.
//!
//! Invariant: a mask never shows what it cannot place; a text that is of no known sort keeps its first letter alone.

/// A text masked by its sort, which its form tells: mobile 3 + 4, identity number 6 + 4, e-mail first letter and domain, bank
/// account last 4, an address up to its street or town, a name its family name.
#[must_use]
pub fn mask(text: &str) -> String {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().count();
    let number = text
        .chars()
        .all(|it| it.is_ascii_digit() || matches!(it, '-' | ' ' | '+'));
    if let Some((name, domain)) = text.split_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    if is_identity(text) {
        return keep(text, 6, 4);
    }
    if number && digits == 11 && text.starts_with('1') {
        return keep(text, 3, 4);
    }
    if number && digits >= 15 {
        return keep(text, 0, 4);
    }
    if number && digits >= 5 {
        return keep(text, 0, 2);
    }
    if letters > 5
        && let Some(at) = ["街道", "镇", "乡", "区", "市"]
            .iter()
            .find_map(|it| Some(text.find(it)? + it.len()))
    {
        return format!("{}***", &text[..at]);
    }
    let family = match DOUBLE.iter().find(|it| text.starts_with(*it)) {
        Some(double) if letters > 2 => double.chars().count(),
        _ => 1,
    };
    keep(text, family, 0)
}

/// Family names of two letters that are common.
const DOUBLE: [&str; 12] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "令狐",
];

/// An identity number of 15 or 18 places, the last of which may be X.
fn is_identity(text: &str) -> bool {
    let Some((last, head)) = text.as_bytes().split_last() else {
        return false;
    };
    matches!(head.len(), 14 | 17)
        && head.iter().all(u8::is_ascii_digit)
        && (last.is_ascii_digit() || (head.len() == 17 && matches!(last, b'X' | b'x')))
        // A year of birth and a month: else it is some other long number.
        && {
            let month = if head.len() == 17 { &text[10..12] } else { &text[8..10] };
            matches!(month.parse::<u8>(), Ok(1..=12))
        }
}

fn keep(text: &str, first: usize, last: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let shown = |at: usize| at < first || at + last >= letters.len();
    let masked = letters.iter().enumerate();
    let masked: String = masked
        .map(|(at, it)| if shown(at) { *it } else { '*' })
        .collect();
    // A single letter would stand there whole.
    if letters.len() < 2 {
        "*".to_owned()
    } else {
        masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_keeps_what_tells_people_apart_and_no_more() {
        let cases = [
            ("13812345678", "138****5678"),
            ("110105199003070123", "110105********0123"),
            ("11010519900307012X", "110105********012X"),
            ("110105900307012", "110105*****7012"),
            ("张三丰", "张**"),
            ("张三", "张*"),
            ("欧阳示例", "欧阳**"),
            ("示", "*"),
            ("", "*"),
            ("zhang@x.cn", "z***@x.cn"),
            ("6222020200112341234", "***************1234"),
            ("0532-85881234", "***********34"),
            (
                "示例市示例区香港中路街道示例路1号",
                "示例市示例区香港中路街道***",
            ),
            ("示例省示例市示例路1号", "示例省示例市***"),
            ("Maria Example", "M************"),
        ];
        for (text, want) in cases {
            assert_eq!(mask(text), want, "{text}");
        }
    }
}
