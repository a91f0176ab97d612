//! Numbers renewed: written as the old ones were, true of the new value.

// Helpers of tests unwrap too: a panic there is a failure with a line number.
#![allow(clippy::unwrap_used)]

use quanyu_documents::renew::{Renewed, Written, agrees, renew};
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The words with the new number in them, or why there is none.
fn told(text: &str, old: &str, idiom: &str, new: &str, earlier: Option<&str>) -> String {
    let written = Written {
        text,
        value: number(old),
        idiom: Some(idiom).filter(|it| !it.is_empty()),
        comparator: None,
    };
    match renew(&written, number(new), earlier.map(number)) {
        Renewed::Same => "=".to_owned(),
        Renewed::Number { range, text: new } => {
            let chars: Vec<char> = text.chars().collect();
            let part = |range: &[char]| range.iter().collect::<String>();
            format!(
                "{}{new}{}",
                part(&chars[..range.start]),
                part(&chars[range.end..])
            )
        }
        Renewed::Untrue(why) => format!("{why:?}"),
        Renewed::Unsaid => "?".to_owned(),
    }
}

#[test]
fn a_number_is_written_as_the_old_one_was_and_keeps_its_word_true() {
    #[rustfmt::skip]
    let cases = [
        // words, value, idiom, new value, earlier, the words anew
        ("54.64亿元",       "5464000000", "",     "6831000000", None, "68.31亿元"),
        ("5464万元",        "54640000",   "",     "68310000",   None, "6831万元"),
        ("1,024次",         "1024",       "",     "21088",      None, "21,088次"),
        ("9,998次",         "9998",       "",     "998",        None, "998次"),
        ("１０２家",        "102",        "",     "117",        None, "１１７家"),
        ("增长25%",         "0.25",       "",     "0.2531478",  None, "="),
        ("增长25.0%",       "0.25",       "",     "0.2649",     None, "增长26.5%"),
        ("下降3.5%",        "-0.035",     "",     "-0.0512",    None, "下降5.1%"),
        ("增长25%",         "0.25",       "",     "-0.03",      None, "Direction"),
        ("提升0.26个百分点", "0.0026",    "",     "0.0031",     None, "提升0.31个百分点"),
        ("第2",             "2",          "",     "1",          None, "第1"),
        ("第二",            "2",          "",     "3",          None, "第三"),
        ("十二家",          "12",         "",     "105",        None, "一百零五家"),
        ("两家",            "2",          "",     "12",         None, "十二家"),
        ("两家",            "2",          "",     "2",          None, "="),
        ("三十家",          "30",         "",     "2",          None, "二家"),
        ("2.84万个",        "28400",      "",     "31249",      None, "3.12万个"),
        ("新增3家",         "3",          "",     "0",          None, "Zero"),
        ("2/3",             "0.6667",     "",     "0.7",        None, "?"),
        ("首位",            "1",          "",     "2",          None, "?"),
        ("3至5家",          "3",          "",     "4",          None, "?"),
        // Words that bind.
        ("超54亿元",        "5400000000", "超",   "6831000000", None, "超68亿元"),
        ("超68亿元",        "6800000000", "超",   "6800000000", None, "超67亿元"),
        ("超200家",         "200",        "超",   "226",        None, "超220家"),
        ("超200家",         "200",        "超",   "290",        None, "超280家"),
        ("超200家",         "200",        "超",   "207",        None, "="),
        ("逾100项",         "100",        "逾",   "512",        None, "逾500项"),
        ("达21家",          "21",         "达",   "26",         None, "达26家"),
        ("达到1.2亿元",     "120000000",  "达到", "1.39e8",     None, "达到1.3亿元"),
        ("近30%",           "0.3",        "近",   "0.294",      None, "="),
        ("近30%",           "0.3",        "近",   "0.331",      None, "近34%"),
        ("近7家",           "7",          "近",   "4",          None, "NotNear"),
        ("约100人",         "100",        "约",   "203",        None, "约200人"),
        ("180余家",         "180",        "余",   "203",        None, "200余家"),
        ("不足10家",        "10",         "不足", "13",         None, "不足14家"),
        ("100家以上",       "100",        "以上", "131",        None, "130家以上"),
        ("突破100家",       "100",        "突破", "117",        Some("102"), "NotFirst"),
        ("突破100家",       "100",        "突破", "204",        Some("102"), "突破200家"),
        ("前6",             "6",          "前",   "4",          None, "前4"),
    ];
    for (text, old, idiom, new, earlier, wanted) in cases {
        let new = Decimal::from_scientific(new)
            .unwrap_or_else(|_| number(new))
            .to_string();
        assert_eq!(
            told(text, old, idiom, &new, earlier),
            wanted,
            "{text} for {new}"
        );
    }
}

#[test]
fn what_is_written_anew_is_true_of_the_value() {
    let idioms = [
        "", "超", "逾", "达", "近", "约", "余", "不足", "以上", "以下", "为",
    ];
    for idiom in idioms {
        for (text, value, factor) in [
            ("68.3亿元", "6830000000", "100000000"),
            ("200家", "200", "1"),
            ("25%", "0.25", "0.01"),
        ] {
            for share in 1..60 {
                let old = Written {
                    text,
                    value: number(value),
                    idiom: Some(idiom).filter(|it| !it.is_empty()),
                    comparator: None,
                };
                let new = old.value * Decimal::new(share * 7 + 3, 2);
                if let Renewed::Number { text, range } = renew(&old, new, None) {
                    let chars: Vec<char> = old.text.chars().collect();
                    let whole: String = text
                        .chars()
                        .chain(chars[range.end..].iter().copied())
                        .collect();
                    let printed: Decimal = text.replace(',', "").parse().unwrap();
                    let again = Written {
                        text: &whole,
                        value: printed * number(factor),
                        ..old
                    };
                    assert_eq!(agrees(&again, new), Some(true), "{idiom}{whole} of {new}");
                }
            }
        }
    }
}
