//! The wording of every fault, in Chinese and English.
//!
//! Owns the texts, so that one fault reads the same wherever it is found. Each function is one kind of fault; its
//! name is the code.

mod access;
mod appraisal;
mod filing;
mod publication;

use crate::{diagnostic::Diagnostic, model::At, nearest::nearest};

pub(crate) use access::{account_needs_region, mandate_needs_organization, office_with_right};
pub(crate) use appraisal::{does_not_add_up, no_direction, not_rising, not_split, weights};
pub(crate) use filing::{belongs_to_nobody, no_firm_files, no_period_in_key};
pub(crate) use publication::{
    flows_elsewhere, no_step_does, not_masked, statistics_shown, step_not_from,
};

/// What a name names, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noun(pub &'static str, pub &'static str);

pub(crate) const REGISTER: Noun = Noun("台账", "register");
pub(crate) const FIELD: Noun = Noun("字段", "field");
pub(crate) const DATASET: Noun = Noun("数据集", "dataset");
pub(crate) const TABLE: Noun = Noun("台账、明细或数据集", "register, lines or dataset");
pub(crate) const COLUMN: Noun = Noun("列", "column");
pub(crate) const INDICATOR: Noun = Noun("指标", "indicator");
pub(crate) const APPRAISAL: Noun = Noun("考核", "appraisal");
pub(crate) const FILING: Noun = Noun("填报事项", "filing");
pub(crate) const PLAN: Noun = Noun("工作计划", "plan");
pub(crate) const NAME: Noun = Noun("标准名称", "standard name");
pub(crate) const DOCUMENT: Noun = Noun("公文", "document");
pub(crate) const TEMPLATE: Noun = Noun("模板文件", "template file");
pub(crate) const PUBLICATION: Noun = Noun("公示", "publication");
pub(crate) const OPEN_DATA: Noun = Noun("开放数据", "open data");
pub(crate) const FLOW: Noun = Noun("交换内容", "flow");
pub(crate) const ROLE: Noun = Noun("角色", "role");
pub(crate) const MODULE: Noun = Noun("模块", "module");
pub(crate) const CODES: Noun = Noun("代码表", "code list");
pub(crate) const CODE: Noun = Noun("代码", "code");
pub(crate) const STATE: Noun = Noun("状态", "state");
pub(crate) const SOURCE: Noun = Noun("取值", "value");
pub(crate) const TRANSITION: Noun = Noun("办理步骤", "transition");
pub(crate) const REGION: Noun = Noun("行政区划", "region");
pub(crate) const PART: Noun = Noun("引擎角色", "part");
pub(crate) const SLOT: Noun = Noun("引擎字段", "slot");
pub(crate) const BLOCK: Noun = Noun("台账或数据块", "register or block");
pub(crate) const FILE: Noun = Noun("演示文件", "demonstration file");
pub(crate) const YEAR: Noun = Noun("年份", "year");
pub(crate) const CASE: Noun = Noun("用例", "case");
pub(crate) const FUNCTION: Noun = Noun("函数", "function");
pub(crate) const ALIAS: Noun = Noun("表别名", "table alias");

/// Faults after which names are missing that are only not read.
pub(crate) const HIDES_NAMES: [&str; 5] = [
    "toml_syntax",
    "unreadable",
    "unknown_pack",
    "cyclic_extends",
    "file_missing",
];

fn list(names: &[&str]) -> (String, String) {
    const SHOWN: usize = 12;
    let zh = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join("、");
    let en = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        (
            format!("{zh} 等{}个", names.len()),
            format!("{en} and {} more", names.len() - SHOWN),
        )
    } else {
        (zh, en)
    }
}

/// "Did you mean", else what there is.
fn meant(fault: Diagnostic, wrong: &str, names: &[&str]) -> Diagnostic {
    if let Some(name) = nearest(wrong, names.iter().copied()) {
        return fault.hint(
            format!("是不是要写 `{name}`？"),
            format!("did you mean `{name}`?"),
        );
    }
    if names.is_empty() {
        return fault;
    }
    let (zh, en) = list(names);
    fault.hint(format!("可用的有：{zh}"), format!("there is: {en}"))
}

pub(crate) fn toml_syntax(at: At, message: &str) -> Diagnostic {
    Diagnostic::new(
        "toml_syntax",
        at,
        format!("TOML 写法有误：{message}"),
        format!("not valid TOML: {message}"),
    )
}

pub(crate) fn unknown_key(at: At, key: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new(
        "unknown_key",
        at,
        format!("这里没有 `{key}` 这一项"),
        format!("unknown key `{key}`"),
    );
    meant(fault, key, valid)
}

pub(crate) fn missing_key(at: At, key: &str) -> Diagnostic {
    Diagnostic::new(
        "missing_key",
        at,
        format!("缺少 `{key}`"),
        format!("`{key}` is missing"),
    )
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
    let fault = Diagnostic::new(
        "not_a_choice",
        at,
        format!("`{word}` 不在可选范围内"),
        format!("`{word}` is not one of the words allowed here"),
    );
    meant(fault, word, valid)
}

pub(crate) fn bad_identifier(at: At, word: &str) -> Diagnostic {
    Diagnostic::new(
        "bad_identifier",
        at,
        format!("`{word}` 不能作标识"),
        format!("`{word}` cannot be an identifier"),
    )
    .hint(
        "只用小写字母、数字和下划线，以字母开头，不超过40个字符",
        "use a-z, 0-9 and _, a letter first, at most 40 characters",
    )
}

pub(crate) fn reserved_word(at: At, word: &str) -> Diagnostic {
    Diagnostic::new(
        "reserved_word",
        at,
        format!("`{word}` 是 SQL 的保留字，不能作标识"),
        format!("`{word}` is a reserved word of SQL and cannot name this"),
    )
}

pub(crate) fn system_column(at: At, word: &str) -> Diagnostic {
    Diagnostic::new(
        "system_column",
        at,
        format!("`{word}` 是每个台账自带的列，不能作字段名"),
        format!("every register has a column `{word}`; a field cannot have this name"),
    )
}

pub(crate) fn out_of_range(at: At, number: &str, low: &str, high: &str) -> Diagnostic {
    Diagnostic::new(
        "out_of_range",
        at,
        format!("{number} 不在 {low}—{high} 之内"),
        format!("{number} is not between {low} and {high}"),
    )
}

pub(crate) fn not_a_number(at: At, text: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        "not_a_number",
        at,
        format!("“{text}”不是数"),
        format!("`{text}` is not a number"),
    )
    .hint("写成 1234.5、12.5万、3.2亿元 或 25%", why.to_owned())
}

pub(crate) fn not_a_day(at: At, text: &str) -> Diagnostic {
    Diagnostic::new(
        "not_a_day",
        at,
        format!("“{text}”不是日期"),
        format!("`{text}` is not a day"),
    )
    .hint("写成 2024-05-01", "write 2024-05-01")
}

pub(crate) fn not_a_period(at: At, text: &str) -> Diagnostic {
    Diagnostic::new(
        "not_a_period",
        at,
        format!("“{text}”不是时期"),
        format!("`{text}` is not a period"),
    )
    .hint(
        "写成 2023、2023H1、2023Q3、2023-09、2023-01/2023-09 或 2022-2023",
        "write 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 or 2022-2023",
    )
}

pub(crate) fn not_a_region(at: At, text: &str) -> Diagnostic {
    Diagnostic::new(
        "not_a_region",
        at,
        format!("“{text}”不是行政区划代码"),
        format!("`{text}` is not a region code"),
    )
    .hint("写2、4、6、9或12位数字", "write 2, 4, 6, 9 or 12 digits")
}

pub(crate) fn not_a_pattern(at: At, text: &str, why: &str) -> Diagnostic {
    Diagnostic::new(
        "not_a_pattern",
        at,
        format!("`{text}` 不是正则表达式"),
        format!("`{text}` is not a regular expression"),
    )
    .hint(format!("正则引擎说：{why}"), why.to_owned())
}

pub(crate) fn duplicate(at: At, what: Noun, name: &str, first: At) -> Diagnostic {
    Diagnostic::new(
        "duplicate",
        at,
        format!("{} `{name}` 重复声明", what.0),
        format!("{} `{name}` is declared twice", what.1),
    )
    .also(first, "先在这里声明", "first declared here")
}

pub(crate) fn unknown_name(at: At, what: Noun, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new(
        "unknown_name",
        at,
        format!("没有{} `{name}`", what.0),
        format!("there is no {} `{name}`", what.1),
    );
    meant(fault, name, valid)
}

pub(crate) fn unknown_pack(at: At, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new(
        "unknown_pack",
        at,
        format!("没有配置包 `{name}`"),
        format!("there is no pack `{name}`"),
    );
    meant(fault, name, valid)
}

pub(crate) fn nothing_to_extend(at: At, what: Noun, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new(
        "nothing_to_extend",
        at,
        format!("所继承的配置包里没有{} `{name}`，无从扩展", what.0),
        format!(
            "no pack before this one declares the {} `{name}`, so there is nothing to extend",
            what.1
        ),
    );
    meant(fault, name, valid)
}

pub(crate) fn cyclic_extends(at: At, name: &str) -> Diagnostic {
    Diagnostic::new(
        "cyclic_extends",
        at,
        format!("配置包 `{name}` 绕回了自己"),
        format!("pack `{name}` extends itself in a circle"),
    )
}

pub(crate) fn pack_id_is_not_the_folder(at: At, id: &str, folder: &str) -> Diagnostic {
    Diagnostic::new(
        "pack_id_is_not_the_folder",
        at,
        format!("id 写的是 `{id}`，文件夹叫 `{folder}`"),
        format!("id is `{id}`, but the folder is called `{folder}`"),
    )
}

pub(crate) fn file_missing(at: At, name: &str, valid: &[&str]) -> Diagnostic {
    let fault = Diagnostic::new(
        "file_missing",
        at,
        format!("找不到文件 `{name}`"),
        format!("there is no file `{name}`"),
    );
    meant(fault, name, valid)
}

pub(crate) fn unreadable(at: At, why: &str) -> Diagnostic {
    Diagnostic::new(
        "unreadable",
        at,
        format!("文件读不出来：{why}"),
        format!("the file cannot be read: {why}"),
    )
}

pub(crate) fn csv_row(at: At, why_zh: &str, why_en: &str) -> Diagnostic {
    Diagnostic::new("csv_row", at, why_zh.to_owned(), why_en.to_owned())
}

pub(crate) fn which_kind(at: At, zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new("which_kind", at, zh.to_owned(), en.to_owned())
}

pub(crate) fn does_not_belong(at: At, key: &str, zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new(
        "does_not_belong",
        at,
        format!("`{key}` 用不到{zh}上"),
        format!("`{key}` does not go with {en}"),
    )
}

pub(crate) fn not_of_the_year(at: At, day: &str, year: &str) -> Diagnostic {
    Diagnostic::new(
        "not_of_the_year",
        at,
        format!("{day} 不在{year}年"),
        format!("{day} is not in {year}"),
    )
}

pub(crate) fn not_for_this_type(at: At, key: &str, word: &str) -> Diagnostic {
    Diagnostic::new(
        "not_for_this_type",
        at,
        format!("`{key}` 不能用在 {word} 字段上"),
        format!("`{key}` does not go with a field of type {word}"),
    )
}

pub(crate) fn type_needs(at: At, word: &str, key: &str) -> Diagnostic {
    Diagnostic::new(
        "type_needs",
        at,
        format!("{word} 字段要写 `{key}`"),
        format!("a field of type {word} needs `{key}`"),
    )
}

pub(crate) fn min_above_max(at: At, min: &str, max: &str) -> Diagnostic {
    Diagnostic::new(
        "min_above_max",
        at,
        format!("下限 {min} 大于上限 {max}"),
        format!("the smallest, {min}, is above the largest, {max}"),
    )
}

pub(crate) fn field_of_type(at: At, name: &str, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::new(
        "field_of_type",
        at,
        format!("字段 `{name}` 是 {found}，这里要 {wanted}"),
        format!("field `{name}` is {found}, this needs {wanted}"),
    )
}

pub(crate) fn no_label(at: At) -> Diagnostic {
    Diagnostic::new(
        "no_label",
        at,
        "这个台账没有 text 字段，要用 `label` 指定显示哪个字段".into(),
        "this register has no text field: say with `label` which field is shown".into(),
    )
}

pub(crate) fn still_there(at: At, was: &str, other: At) -> Diagnostic {
    Diagnostic::new(
        "still_there",
        at,
        format!("`was` 指的 `{was}` 还在用，不是旧名"),
        format!("`{was}` is still declared, so it is no earlier name"),
    )
    .also(other, "这里仍在声明", "still declared here")
}

pub(crate) fn same_head(at: At, head: &str, other: At) -> Diagnostic {
    Diagnostic::new(
        "same_head",
        at,
        format!("表头“{head}”同时指两个字段，导入时无法区分"),
        format!("the head `{head}` means two fields; an import could not tell them apart"),
    )
    .also(other, "另一个字段", "the other field")
}

pub(crate) fn part_taken(at: At, part: &str, other: At) -> Diagnostic {
    Diagnostic::new(
        "part_taken",
        at,
        format!("`{part}` 已由另一个台账担任"),
        format!("another register already plays `{part}`"),
    )
    .also(other, "在这里", "here")
}

pub(crate) fn slot_empty(at: At, part: &str, slot: &str) -> Diagnostic {
    Diagnostic::new(
        "slot_empty",
        at,
        format!("担任 `{part}` 的台账要有字段 `{slot}`，或用 slots 指定"),
        format!(
            "a register that plays `{part}` needs a field `{slot}`, or one named for it in `slots`"
        ),
    )
}

pub(crate) fn nobody_plays(at: At, part: &str) -> Diagnostic {
    Diagnostic::new(
        "nobody_plays",
        at,
        format!("没有台账担任 `{part}`"),
        format!("no register plays `{part}`"),
    )
}

pub(crate) fn unreachable_state(at: At, state: &str) -> Diagnostic {
    Diagnostic::new(
        "unreachable_state",
        at,
        format!("状态 `{state}` 到不了：没有步骤从起始状态通向它"),
        format!("state `{state}` can never be reached from the first state"),
    )
}

pub(crate) fn dead_end(at: At, state: &str) -> Diagnostic {
    Diagnostic::new(
        "dead_end",
        at,
        format!("状态 `{state}` 没有出路，又没写 last = true"),
        format!("nothing leads on from state `{state}`, but it does not say `last = true`"),
    )
}

pub(crate) fn last_leads_on(at: At, state: &str) -> Diagnostic {
    Diagnostic::new(
        "last_leads_on",
        at,
        format!("状态 `{state}` 写了 last = true，却还有步骤从它出发"),
        format!("state `{state}` says `last = true`, but a step leads on from it"),
    )
}

pub(crate) fn no_parent_region(at: At, code: &str, parent: &str) -> Diagnostic {
    Diagnostic::new(
        "no_parent_region",
        at,
        format!("{code} 的上级 {parent} 不在行政区划表里"),
        format!("the region above {code}, {parent}, is not in the list of regions"),
    )
}

pub(crate) fn outside_region(at: At, code: &str, region: &str) -> Diagnostic {
    Diagnostic::new(
        "outside_region",
        at,
        format!("{code} 不在 {region} 之内"),
        format!("{code} is not within {region}"),
    )
}

pub(crate) fn ends_before_it_begins(at: At) -> Diagnostic {
    Diagnostic::new(
        "ends_before_it_begins",
        at,
        "止日早于起日".into(),
        "the last day is before the first".into(),
    )
}

pub(crate) fn empty_list(at: At) -> Diagnostic {
    Diagnostic::new(
        "empty_list",
        at,
        "代码表是空的：写 items 或 csv".into(),
        "the code list is empty: give items or csv".into(),
    )
}

pub(crate) fn wrong_unit(
    at: At,
    unit: &str,
    wanted: &str,
    why_zh: &str,
    why_en: &str,
) -> Diagnostic {
    Diagnostic::new(
        "wrong_unit",
        at,
        format!("单位“{unit}”不符：{why_zh}"),
        format!("unit `{unit}` does not fit: {why_en}"),
    )
    .hint(format!("应写 `{wanted}`"), format!("write `{wanted}`"))
}

pub(crate) fn count_unit(at: At, unit: &str) -> Diagnostic {
    Diagnostic::new(
        "wrong_unit",
        at,
        format!("单位“{unit}”不符：计数的单位不会是它"),
        format!("unit `{unit}` does not fit: a count is never in it"),
    )
    .hint("写 家、项、人、件 等", "write 家, 项, 人, 件 …")
}

pub(crate) fn cycle(at: At, path: &str) -> Diagnostic {
    Diagnostic::new(
        "cycle",
        at,
        format!("互相引用成了圈：{path}"),
        format!("this depends on itself: {path}"),
    )
}

pub(crate) fn cockpit_twice(at: At, number: u32, other: At) -> Diagnostic {
    Diagnostic::new(
        "cockpit_twice",
        at,
        format!("驾驶舱第 {number} 位有两个指标"),
        format!("two indicators want place {number} on the cockpit"),
    )
    .also(other, "另一个指标", "the other one")
}

pub(crate) fn alias_twice(at: At, alias: &str, other: &str, other_at: At) -> Diagnostic {
    Diagnostic::new(
        "alias_twice",
        at,
        format!("“{alias}”也是指标 `{other}` 的名称，公文里读到时无法区分"),
        format!("`{alias}` is also a name of indicator `{other}`; a text could mean either"),
    )
    .also(other_at, "另一个指标", "the other one")
}

pub(crate) fn statistics(at: At, field: &str, declared: At) -> Diagnostic {
    Diagnostic::new("statistics", at, format!("字段 `{field}` 是统计部门的单个企业数据，不能用在这里"), format!("field `{field}` holds per-firm data from statistics, which must not be used here"))
        .hint("只可汇总使用的，在字段上写 purpose = \"汇总\"；数据集里只能放在聚合函数之内", "where only totals are made of it, say purpose = \"汇总\" on the field; in a dataset it may stand only inside an aggregate")
        .also(declared, "字段在这里声明", "the field is declared here")
}

pub(crate) fn cannot_be_made(at: At, zh: impl Into<String>, en: impl Into<String>) -> Diagnostic {
    Diagnostic::new("cannot_be_made", at, zh.into(), en.into())
}

pub(crate) fn expects_nothing(at: At) -> Diagnostic {
    Diagnostic::new(
        "expects_nothing",
        at,
        "这一条既没有 value 也没有 growth".into(),
        "this gives neither `value` nor `growth`".into(),
    )
}

pub(crate) fn sql_syntax(at: At, why: &str) -> Diagnostic {
    Diagnostic::new(
        "sql_syntax",
        at,
        format!("SQL 写法有误：{why}"),
        format!("not valid SQL: {why}"),
    )
}

pub(crate) fn sql_refused(at: At, zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new(
        "sql_refused",
        at,
        format!("配置包的 SQL 不支持{zh}"),
        format!("not in the subset of SQL that packs may use: {en}"),
    )
}

pub(crate) fn sql_type(at: At, zh: impl Into<String>, en: impl Into<String>) -> Diagnostic {
    Diagnostic::new("sql_type", at, zh.into(), en.into())
}

pub(crate) fn ambiguous(at: At, name: &str, tables: &str) -> Diagnostic {
    Diagnostic::new(
        "ambiguous",
        at,
        format!("列 `{name}` 在 {tables} 里都有，请写明表名"),
        format!("column `{name}` is in {tables}: say which"),
    )
}

pub(crate) fn form_of_two_names(at: At, form: &str, other: &str) -> Diagnostic {
    Diagnostic::new(
        "form_of_two_names",
        at,
        format!("“{form}”已是标准名称 `{other}` 的写法"),
        format!("“{form}” is a form of the standard name `{other}` already"),
    )
}

pub(crate) fn wrong_form_is_right(at: At, form: &str, of: &str) -> Diagnostic {
    Diagnostic::new(
        "wrong_form_is_right",
        at,
        format!("“{form}”不能又算错误写法：它是标准名称 `{of}` 的写法"),
        format!("“{form}” cannot be wrong: it is a form of the standard name `{of}`"),
    )
}

pub(crate) fn form_too_short(at: At, form: &str) -> Diagnostic {
    Diagnostic::new(
        "form_too_short",
        at,
        format!("“{form}”只有一个字，到处都会碰到"),
        format!("“{form}” is one character, which is found everywhere"),
    )
}

pub(crate) fn holds_no_wrong_form(at: At, form: &str) -> Diagnostic {
    Diagnostic::new(
        "holds_no_wrong_form",
        at,
        format!("“{form}”里没有 wrong 列出的写法，写在 unless 中不起作用"),
        format!("“{form}” holds none of the wrong forms, so it says nothing in `unless`"),
    )
}
