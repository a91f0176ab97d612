//! The wording of every fault, in Chinese and English.
//!
//! Owns the texts, so that one fault reads the same wherever it is found. Each function is one kind of fault; its
//! name is the code.

use crate::{diagnostic::Diagnostic, model::At, nearest::nearest};

/// What a name names, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noun(pub &'static str, pub &'static str);

pub(crate) const REGISTER: Noun = Noun("台账", "register");
pub(crate) const FIELD: Noun = Noun("字段", "field");
pub(crate) const LINES: Noun = Noun("明细", "lines");
pub(crate) const DATASET: Noun = Noun("数据集", "dataset");
pub(crate) const TABLE: Noun = Noun("台账、明细或数据集", "register, lines or dataset");
pub(crate) const COLUMN: Noun = Noun("列", "column");
pub(crate) const INDICATOR: Noun = Noun("指标", "indicator");
pub(crate) const PLAN: Noun = Noun("工作计划", "plan");
pub(crate) const DOCUMENT: Noun = Noun("公文", "document");
pub(crate) const ROLE: Noun = Noun("角色", "role");
pub(crate) const MODULE: Noun = Noun("模块", "module");
pub(crate) const CODES: Noun = Noun("代码表", "code list");
pub(crate) const CODE: Noun = Noun("代码", "code");
pub(crate) const STATE: Noun = Noun("状态", "state");
pub(crate) const TRANSITION: Noun = Noun("办理步骤", "transition");
pub(crate) const REGION: Noun = Noun("行政区划", "region");
pub(crate) const PART: Noun = Noun("引擎角色", "part");
pub(crate) const SLOT: Noun = Noun("引擎字段", "slot");
pub(crate) const PACK: Noun = Noun("配置包", "pack");
pub(crate) const BLOCK: Noun = Noun("台账或数据块", "register or block");
pub(crate) const YEAR: Noun = Noun("年份", "year");
pub(crate) const CASE: Noun = Noun("用例", "case");
pub(crate) const FUNCTION: Noun = Noun("函数", "function");
pub(crate) const ALIAS: Noun = Noun("表别名", "table alias");

fn list(names: &[&str]) -> (String, String) {
    const SHOWN: usize = 12;
    let zh = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join("、");
    let en = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        (format!("{zh} 等{}个", names.len()), format!("{en} and {} more", names.len() - SHOWN))
    } else {
        (zh, en)
    }
}

/// "Did you mean", else what there is.
fn meant(fault: Diagnostic, wrong: &str, names: &[&str]) -> Diagnostic {
    if let Some(name) = nearest(wrong, names.iter().copied()) {
        return fault.hint(format!("是不是要写 `{name}`？"), format!("did you mean `{name}`?"));
    }
    if names.is_empty() {
        return fault;
    }
    let (zh, en) = list(names);
    fault.hint(format!("可用的有：{zh}"), format!("there is: {en}"))
}

pub(crate) fn toml_syntax(at: At, message: &str) -> Diagnostic {
    Diagnostic::new("toml_syntax", at, format!("TOML 写法有误：{message}"), format!("not valid TOML: {message}"))
}

pub(crate) fn unknown_key(at: At, key: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new("unknown_key", at, format!("这里没有 `{key}` 这一项"), format!("unknown key `{key}`"));
    meant(fault, key, valid)
}

pub(crate) fn missing_key(at: At, key: &str) -> Diagnostic {
    Diagnostic::new("missing_key", at, format!("缺少 `{key}`"), format!("`{key}` is missing"))
}

pub(crate) fn wrong_type(at: At, wanted: Noun, found: Noun) -> Diagnostic {
    Diagnostic::new(
        "wrong_type",
        at,
        format!("这里应是{}，写的是{}", wanted.0, found.0),
        format!("expected {}, found {}", wanted.1, found.1),
    )
}

pub(crate) fn not_a_choice(at: At, word: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new("not_a_choice", at, format!("`{word}` 不在可选范围内"), format!("`{word}` is not one of the words allowed here"));
    meant(fault, word, valid)
}

pub(crate) fn bad_identifier(at: At, word: &str) -> Diagnostic {
    Diagnostic::new("bad_identifier", at, format!("`{word}` 不能作标识"), format!("`{word}` cannot be an identifier"))
        .hint("只用小写字母、数字和下划线，以字母开头，不超过40个字符", "use a-z, 0-9 and _, a letter first, at most 40 characters")
}

pub(crate) fn reserved_word(at: At, word: &str) -> Diagnostic {
    Diagnostic::new("reserved_word", at, format!("`{word}` 是 SQL 的保留字，不能作标识"), format!("`{word}` is a reserved word of SQL and cannot name this"))
}

pub(crate) fn system_column(at: At, word: &str) -> Diagnostic {
    Diagnostic::new("system_column", at, format!("`{word}` 是每个台账自带的列，不能作字段名"), format!("every register has a column `{word}`; a field cannot have this name"))
}

pub(crate) fn out_of_range(at: At, number: &str, low: &str, high: &str) -> Diagnostic {
    Diagnostic::new("out_of_range", at, format!("{number} 不在 {low}—{high} 之内"), format!("{number} is not between {low} and {high}"))
}

pub(crate) fn not_a_number(at: At, text: &str, why: &str) -> Diagnostic {
    Diagnostic::new("not_a_number", at, format!("“{text}”不是数"), format!("`{text}` is not a number")).hint("写成 1234.5、12.5万、3.2亿元 或 25%", why.to_owned())
}

pub(crate) fn not_a_day(at: At, text: &str) -> Diagnostic {
    Diagnostic::new("not_a_day", at, format!("“{text}”不是日期"), format!("`{text}` is not a day")).hint("写成 2024-05-01", "write 2024-05-01")
}

pub(crate) fn not_a_period(at: At, text: &str) -> Diagnostic {
    Diagnostic::new("not_a_period", at, format!("“{text}”不是时期"), format!("`{text}` is not a period"))
        .hint("写成 2023、2023H1、2023Q3、2023-09、2023-01/2023-09 或 2022-2023", "write 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 or 2022-2023")
}

pub(crate) fn not_a_region(at: At, text: &str) -> Diagnostic {
    Diagnostic::new("not_a_region", at, format!("“{text}”不是行政区划代码"), format!("`{text}` is not a region code")).hint("写2、4、6、9或12位数字", "write 2, 4, 6, 9 or 12 digits")
}

pub(crate) fn not_a_pattern(at: At, text: &str, why: &str) -> Diagnostic {
    Diagnostic::new("not_a_pattern", at, format!("`{text}` 不是正则表达式"), format!("`{text}` is not a regular expression")).hint(why.to_owned(), why.to_owned())
}

pub(crate) fn duplicate(at: At, what: Noun, name: &str, first: At) -> Diagnostic {
    Diagnostic::new("duplicate", at, format!("{} `{name}` 重复声明", what.0), format!("{} `{name}` is declared twice", what.1)).also(first, "先在这里声明", "first declared here")
}

pub(crate) fn unknown_name(at: At, what: Noun, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new("unknown_name", at, format!("没有{} `{name}`", what.0), format!("there is no {} `{name}`", what.1));
    meant(fault, name, valid)
}

pub(crate) fn nothing_to_extend(at: At, what: Noun, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new("nothing_to_extend", at, format!("所继承的配置包里没有{} `{name}`，无从扩展", what.0), format!("no pack before this one declares the {} `{name}`, so there is nothing to extend", what.1));
    meant(fault, name, valid)
}

pub(crate) fn cyclic_extends(at: At, name: &str) -> Diagnostic {
    Diagnostic::new("cyclic_extends", at, format!("配置包 `{name}` 绕回了自己"), format!("pack `{name}` extends itself in a circle"))
}

pub(crate) fn pack_id_is_not_the_folder(at: At, id: &str, folder: &str) -> Diagnostic {
    Diagnostic::new("pack_id_is_not_the_folder", at, format!("id 写的是 `{id}`，文件夹叫 `{folder}`"), format!("id is `{id}`, but the folder is called `{folder}`"))
}

pub(crate) fn file_missing(at: At, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new("file_missing", at, format!("找不到文件 `{name}`"), format!("there is no file `{name}`"));
    meant(fault, name, valid)
}

pub(crate) fn unreadable(at: At, why: &str) -> Diagnostic {
    Diagnostic::new("unreadable", at, format!("文件读不出来：{why}"), format!("the file cannot be read: {why}"))
}

pub(crate) fn csv_row(at: At, why_zh: &str, why_en: &str) -> Diagnostic {
    Diagnostic::new("csv_row", at, why_zh.to_owned(), why_en.to_owned())
}

pub(crate) fn which_kind(at: At, zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new("which_kind", at, zh.to_owned(), en.to_owned())
}

pub(crate) fn does_not_belong(at: At, key: &str, zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new("does_not_belong", at, format!("`{key}` 用不到{zh}上"), format!("`{key}` does not go with {en}"))
}

pub(crate) fn not_of_the_year(at: At, day: &str, year: &str) -> Diagnostic {
    Diagnostic::new("not_of_the_year", at, format!("{day} 不在{year}年"), format!("{day} is not in {year}"))
}
