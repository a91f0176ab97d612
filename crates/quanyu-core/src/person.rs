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
    keep(text, family(text), 0)
}

/// How a pack says that a text is masked when it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// A name: its family name.
    Name,
    /// A telephone number: first three and last four, of a short one the last two.
    Phone,
    /// An identity number: first four and last two.
    IdNumber,
    /// Nothing of it.
    Hide,
}

impl Mask {
    /// All words that a pack writes.
    pub const WORDS: [&'static str; 4] = ["name", "phone", "id_number", "hide"];

    /// The mask that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let masks = [Self::Name, Self::Phone, Self::IdNumber, Self::Hide];
        let place = Self::WORDS.iter().position(|it| *it == word)?;
        masks.get(place).copied()
    }

    /// A text as it is published.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        let text = text.trim();
        let letters = text.chars().count();
        match self {
            // Several names stand side by side.
            Self::Name => {
                let names = text.split_inclusive(['、', '，', ',', '；', ';', ' ', '/']);
                let each = names.map(|it| {
                    let end = it.trim_end_matches(['、', '，', ',', '；', ';', ' ', '/']);
                    if end.is_empty() {
                        return it.to_owned();
                    }
                    format!("{}{}", keep(end, family(end), 0), &it[end.len()..])
                });
                each.collect()
            }
            Self::Phone if letters >= 11 => keep(text, 3, 4),
            Self::Phone => keep(text, 0, 2.min(letters / 3)),
            Self::IdNumber if letters >= 15 => keep(text, 4, 2),
            Self::IdNumber => keep(text, 1.min(letters / 3), 0),
            Self::Hide => "***".to_owned(),
        }
    }
}

/// A text that is to be published with identity numbers and mobile numbers in it masked, wherever they stand.
#[must_use]
pub fn scrub(text: &str) -> String {
    let inside = |it: char| it.is_ascii_alphanumeric();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let (before, tail) = rest.split_at(start);
        out.push_str(before);
        let end = tail.find(|it| !inside(it)).unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        let mobile = word.len() == 11
            && word.bytes().all(|it| it.is_ascii_digit())
            && matches!(word.as_bytes(), [b'1', b'3'..=b'9', ..]);
        if is_identity(word) && word.len() == 18 {
            out.push_str(&Mask::IdNumber.apply(word));
        } else if mobile {
            out.push_str(&Mask::Phone.apply(word));
        } else {
            out.push_str(word);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Letters of the family name.
fn family(name: &str) -> usize {
    match DOUBLE.iter().find(|it| name.starts_with(*it)) {
        Some(double) if name.chars().count() > 2 => double.chars().count(),
        _ => 1,
    }
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

    #[test]
    fn what_is_published_is_masked_as_declared() {
        use Mask::{Hide, IdNumber, Name, Phone};
        #[rustfmt::skip]
        let cases = [
            (Name,     "张三",               "张*"),
            (Name,     "欧阳示例",           "欧阳**"),
            (Name,     "张三、李四光",       "张*、李**"),
            (Name,     "张",                 "*"),
            (Name,     "",                   ""),
            (Phone,    "13812345678",        "138****5678"),
            (Phone,    "85881234",           "******34"),
            (Phone,    "1",                  "*"),
            (IdNumber, "11010519900307012X", "1101************2X"),
            (IdNumber, "E12345678",          "E********"),
            (Hide,     "示例",               "***"),
        ];
        for (mask, text, want) in cases {
            assert_eq!(mask.apply(text), want, "{mask:?} {text}");
        }
        assert!(Mask::WORDS.iter().all(|it| Mask::parse(it).is_some()));
    }

    #[test]
    fn numbers_of_persons_are_masked_in_running_text_and_others_are_not() {
        let cases = [
            ("联系13812345678或来访", "联系138****5678或来访"),
            ("证件11010519900307012X。", "证件1101************2X。"),
            // A credit code, a document number, a sum and a project number stay.
            ("91370202MA3EXAMPLE", "91370202MA3EXAMPLE"),
            (
                "示例〔2023〕18号，20231234567元",
                "示例〔2023〕18号，20231234567元",
            ),
            ("2023-HX-13812345678A", "2023-HX-13812345678A"),
            ("", ""),
        ];
        for (text, want) in cases {
            assert_eq!(scrub(text), want);
        }
    }
}
