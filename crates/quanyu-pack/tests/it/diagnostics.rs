//! Broken packs: one edit of a good pack, and what its writer is told.

use quanyu_core::text::Language;
use quanyu_pack::{Diagnostics, Packs, load};

use crate::{edited, files, loaded};

/// Code, file, find, replace. An empty find appends.
type Case = (&'static str, &'static str, &'static str, &'static str);

const R: &str = "demo/registers.toml";
const F: &str = "demo/figures.toml";
const X: &str = "demo/rest.toml";
const C: &str = "demo/codes.toml";
const T: &str = "demo/tests/value.toml";
const B: &str = "base/shared.toml";

#[rustfmt::skip]
const FILES: &[Case] = &[
    ("toml_syntax",               R, "label = \"year\"",            "label = year\""),
    ("toml_syntax",               C, "transfer = \"技术转让\"",      "transfer = \"技术转让\"\ntransfer = \"又一个\""),
    ("unknown_key",               R, "required = true, max_length", "requird = true, max_length"),
    ("unknown_key",               X, "[tiles]",                     "[tyles]"),
    ("missing_key",               R, "title = \"合同\"\n",           ""),
    ("wrong_type",                R, "max_length = 40",             "max_length = \"40\""),
    ("wrong_type",                F, "cited = true",                "cited = \"yes\""),
    ("not_a_choice",              R, "type = \"money\", title = \"成交额\"", "type = \"mony\", title = \"成交额\""),
    ("bad_identifier",            R, "staff = {",                   "\"staff-count\" = {"),
    ("reserved_word",             R, "staff = {",                   "order = {"),
    ("system_column",             R, "staff = {",                   "version = {"),
    ("out_of_range",              R, "scale = 4, title = \"占比\"",  "scale = 14, title = \"占比\""),
    ("not_a_number",              X, "value = \"75亿元\"",           "value = \"约75亿元\""),
    ("not_a_day",                 X, "due = \"2024-06-30\"",        "due = \"2024-06-31\""),
    ("not_a_period",              X, "period = \"2024\"",           "period = \"2024年\""),
    ("not_a_region",              "demo/pack.toml", "990102",       "99010"),
    ("not_a_pattern",             R, "[0-9]+-[0-9]+",               "[0-9+-[0-9]+("),
    ("not_of_the_year",           X, "workdays = [\"2023-01-28\"]", "workdays = [\"2022-01-28\"]"),
    ("duplicate",                 C, "",                            "\n[codes.other]\ntitle = \"x\"\n[codes.other.items]\na = \"b\"\n[register.contract_payment]\ntitle = \"撞名\"\nmodule = \"contracts\"\n[register.contract_payment.field]\nname = { type = \"text\", title = \"名称\" }\n"),
    ("duplicate",                 C, "",                            "\n[indicator.gdp]\ntitle = \"生产总值\"\nunit = \"元\"\ncited = true\n"),
    ("duplicate",                 "demo/industry.csv", "A01,",      "A,"),
    ("csv_row",                   "demo/industry.csv", "A,农业,",   "A,农业,,,,"),
    ("unknown_key",               "demo/industry.csv", "code,zh,parent", "code,zh,parents"),
    ("file_missing",              C, "industry.csv",                "industries.csv"),
    ("nothing_to_extend",         R, "[register.organization]\nextend = true\n\n[register.organization.field]", "[register.organisation]\nextend = true\n\n[register.organisation.field]"),
    ("cyclic_extends",            "base/pack.toml", "",             "extends = [\"demo\"]\n"),
    ("unknown_pack",              "demo/pack.toml", "[\"base\"]",   "[\"bass\"]"),
    ("pack_id_is_not_the_folder", "demo/pack.toml", "id = \"demo\"", "id = \"dema\""),
];

#[rustfmt::skip]
const REGISTERS: &[Case] = &[
    ("unknown_name",      R, "module = \"contracts\"\nkey",     "module = \"contract\"\nkey"),
    ("unknown_name",      R, "enter = [\"clerk\"]",              "enter = [\"clark\"]"),
    ("unknown_name",      R, "key = [\"number\"]",               "key = [\"nummer\"]"),
    ("unknown_name",      R, "label = \"number\"",               "label = \"title\""),
    ("unknown_name",      R, "list = \"kind\"",                  "list = \"kinds\""),
    ("unknown_name",      R, "to = \"contract\", title",         "to = \"contracts\", title"),
    ("no_label",          R, "label = \"year\"\n",               ""),
    ("field_of_type",     R, "region = \"place\"\nsource",       "region = \"kind\"\nsource"),
    ("field_of_type",     R, "region = \"place\"\nsource",       "owner = \"kind\"\nregion = \"place\"\nsource"),
    ("unknown_name",      R, "enter = [\"clerk\"]",              "enter = [\"clerk\"]\nread = [\"clark\"]"),
    ("office_with_right", B, "scope = \"region\"",               "scope = \"region\"\noffice = \"system\""),
    ("not_a_choice",      B, "scope = \"region\"",               "scope = \"region\"\noffice = \"sytem\""),
    ("type_needs",        R, "scale = 4, title = \"占比\"",       "title = \"占比\""),
    ("not_for_this_type", R, "type = \"date\", title = \"签订日期\"", "type = \"date\", max = 3, title = \"签订日期\""),
    ("min_above_max",     R, "min = 0, max = 1000000000",        "min = 5, max = 1"),
    ("same_head",         R, "[\"技术输出方\"]",                  "[\"编号\"]"),
    ("still_there",       R, "title = \"人数\"",                  "title = \"人数\", was = \"kind\""),
    ("unknown_name",      B, "plays = \"organization\"",         "plays = \"organisation\""),
    ("nobody_plays",      B, "plays = \"organization\"\nslots = { uscc = \"code\" }\n", ""),
    ("slot_empty",        B, "slots = { uscc = \"code\" }\n",    ""),
    ("unknown_name",      B, "uscc = \"code\"",                  "usc = \"code\""),
    ("part_taken",        R, "plays = \"observation\"",          "plays = \"organization\""),
    ("field_of_type",     R, "value = { type = \"decimal\", scale = 4", "value = { type = \"money\""),
    ("unknown_name",      R, "to = \"registered\"",              "to = \"registred\""),
    ("unknown_name",      R, "requires = [\"kind\"]",            "requires = [\"kinds\"]"),
    ("unknown_name",      R, "within = 5",                       "within = 5, number = { field = \"numer\", series = \"kind\" }"),
    ("field_of_type",     R, "within = 5",                       "within = 5, number = { field = \"number\", series = \"kind\" }"),
    ("missing_key",       R, "within = 5",                       "within = 5, number = { field = \"number\" }"),
    ("not_a_choice",      R, "within = 5",                       "kind = \"sideways\""),
    ("unknown_name",      R, "within = 5",                       "opinions = [\"clark\"]"),
    ("unknown_name",      R, "within = 5",                       "within = 5, escalate = { after = 2, to = [\"clerk\", \"cheif\"] }"),
    ("missing_key",       R, "within = 5",                       "within = 5, escalate = { after = 2 }"),
    ("unknown_name",      R, "within = 5",                       "by = \"signed\""),
    ("field_of_type",     R, "within = 5",                       "by = \"amount\""),
    ("field_of_type",     R, "title = \"待核\" }",                "title = \"待核\", since = \"amount\" }"),
    ("does_not_belong",   R, "within = 5",                       "remind = 2"),
    ("does_not_belong",   R, "within = 5",                       "aside = true, within = 5"),
    ("does_not_belong",   R, "within = 5",                       "kind = \"return\", by = \"signed_on\""),
    ("which_kind",        R, "within = 5",                       "effects = [{ text = \"没有效果\" }]"),
    ("does_not_belong",   R, "within = 5",                       "effects = [{ set = { staff = 1 }, text = \"多写了\" }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ set = { stuff = 1 } }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ set = { signed_on = \"@todya\" } }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ set = { signed_on = \"@field.singed_on\" } }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ set = { kind = \"develpo\" } }]"),
    ("field_of_type",     R, "within = 5",                       "effects = [{ set = { amount = \"@today\" } }]"),
    ("does_not_belong",   R, "within = 5",                       "effects = [{ set = { share = 1 } }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ create = \"contrakt\" }]"),
    ("missing_key",       R, "within = 5",                       "effects = [{ create = \"firm_year\", values = { year = \"2023\" } }]"),
    ("unknown_name",      R, "within = 5",                       "effects = [{ notify = [\"@enterd\"], text = \"已登记\" }]"),
    ("missing_key",       R, "within = 5",                       "effects = [{ notify = [\"clerk\"] }]"),
    ("unreachable_state", R, "{ id = \"registered\", title = \"已登记\", last = true },", "{ id = \"registered\", title = \"已登记\", last = true },\n  { id = \"void\", title = \"作废\", last = true },"),
    ("dead_end",          R, "title = \"已登记\", last = true",    "title = \"已登记\""),
    ("last_leads_on",     R, "title = \"待核\"",                  "title = \"待核\", last = true"),
    ("no_parent_region",  "base/regions.csv", "9901,示例市,,,\n", ""),
    ("unknown_name",      "demo/pack.toml", "990102",            "990104"),
    ("outside_region",    X, "\"990102001\" = [0, 1]",           "\"990103\" = [0, 1]"),
    ("unknown_name",      C, "parent = \"transfer\"",            "parent = \"transfers\""),
    ("empty_list",        C, "csv = \"industry.csv\"\n",         ""),
    ("unknown_name",      R, "quick = [\"seen_on\"",              "quick = [\"seenon\""),
    ("unknown_name",      R, "same = [[\"name\"",                 "same = [[\"nam\""),
    ("unknown_name",      R, "date = \"left_on\"",               "date = \"lefton\""),
    ("field_of_type",     R, "date = \"left_on\"",               "date = \"name\""),
    ("unknown_name",      R, "set = { kind = \"transfer\" }",    "set = { kind = \"transfr\" }"),
    ("unknown_name",      R, "clear = [\"seen_on\"]",            "clear = [\"seen\"]"),
    ("field_of_type",     R, "keep = { name = \"earlier\" }",    "keep = { name = \"left_on\" }"),
    ("unknown_key",       R, "keep = { name",                    "kept = { name"),
    ("field_of_type",     R, "valid_from = { type = \"date\"",  "valid_from = { type = \"text\""),
    ("slot_empty",        R, "slots = { organization = \"firm\", document = \"paper\" }\n", ""),
];

#[rustfmt::skip]
const FIGURES: &[Case] = &[
    ("which_kind",      F, "growth_of = \"contract_value\"\n",  ""),
    ("does_not_belong", F, "cited = true",                      "cited = true\ndate = \"signed_on\""),
    ("unknown_name",    F, "of = \"firm_year\"",                "of = \"firm_years\""),
    ("unknown_name",    F, "date = \"year\"",                   "date = \"yaer\""),
    ("field_of_type",   F, "date = \"year\"",                   "date = \"income\""),
    ("unknown_name",    F, "denominator = \"big_contracts\"",   "denominator = \"big_contract\""),
    ("cycle",           F, "numerator = \"contract_value\"",    "numerator = \"average\""),
    ("cockpit_twice",   F, "cockpit = 2",                       "cockpit = 1"),
    ("alias_twice",     F, "title = \"企业收入\"",               "title = \"技术合同额\""),
    ("wrong_unit",      F, "value = \"sum(amount)\"",           "value = \"sum(staff)\""),
    ("wrong_unit",      F, "unit = \"项\"",                      "unit = \"元\""),
    ("wrong_unit",      F, "unit = \"元/项\"",                   "unit = \"1\""),
    ("wrong_unit",      F, "unit = \"亿元\"",                    "unit = \"万人\""),
    ("wrong_unit",      F, "unit = \"元\"\nof = \"contract\"",   "unit = \"万元\"\nof = \"contract\""),
    ("wrong_unit",      X, "75亿元",                             "75亿人"),
    ("unknown_name",    X, "indicator = \"contract_value\"\ncomparator = \"ge\"", "indicator = \"contract_values\"\ncomparator = \"ge\""),
    ("statistics",      R, "purpose = \"汇总\"\n",               ""),
    ("statistics",      F, "value = \"sum(income)\"\ndate = \"year\"", "value = \"sum(income)\"\ndate = \"year\"\n[dataset.rich]\ntitle = \"x\"\nsql = \"select id, firm, income from firm_year\"\n"),
    ("unknown_name",    T, "indicator = \"contract_value\", period", "indicator = \"contract_walue\", period"),
    ("unknown_name",    T, "state = \"registered\"",            "state = \"done\""),
    ("expects_nothing", T, ", value = \"100万元\" }",            " }"),
];

#[rustfmt::skip]
const APPRAISALS: &[Case] = &[
    ("weights",         X, "points = 40",                    "points = 50"),
    ("weights",         X, "weight = 60",                    "weight = 50"),
    ("does_not_add_up", X, "\"990102001\" = \"50亿元\"",      "\"990102001\" = \"51亿元\""),
    ("does_not_add_up", X, "1, \"4项\"]",                     "1, \"3项\"]"),
    ("out_of_range",    X, "1, \"4项\"]",                     "\"5项\"]"),
    ("wrong_unit",      X, "1, \"4项\"]",                     "1, \"4家\"]"),
    ("does_not_belong", X, "growth = true\nvalue = \"10%\"", "growth = true\nvalue = \"10%\"\nmonths = [0.1]"),
    ("not_a_region",    X, "parts = { \"990102001\"",        "parts = { \"街道\""),
    ("outside_region",  X, "parts = { \"990102001\"",        "parts = { \"990103\""),
    ("unknown_name",    X, "parts = { \"990102001\"",        "parts = { \"990102009\""),
    ("not_a_choice",    X, "method = \"rank\"",              "method = \"ranks\""),
    ("missing_key",     X, "ranks = [{ to = 3, share = 1 }, { to = 6, share = \"80%\" }]\n", ""),
    ("missing_key",     X, "set_by = \"示例市\"\n",           ""),
    ("does_not_belong", X, "method = \"yes_no\"",            "method = \"yes_no\"\nbands = [{ from = 1, share = 1 }]"),
    ("does_not_belong", X, "method = \"given\"",             "method = \"given\"\nindicator = \"contract_value\""),
    ("not_rising",      X, "{ from = \"80%\", share = \"50%\" }", "{ from = \"110%\", share = \"50%\" }"),
    ("not_rising",      X, "{ to = 6, share = \"80%\" }",    "{ to = 6, share = 1 }"),
    ("no_direction",    F, "title = \"单位数\"",              "title = \"单位数\"\nbetter = \"neither\""),
    ("not_split",       X, "weight = 60\nmethod = \"proportional\"\nparts = { \"990102001\" = \"50亿元\", \"990102002\" = \"25亿元\" }", "weight = 60\nmethod = \"proportional\""),
    ("unknown_name",    X, "per = [\"organizations\"]",      "per = [\"organisations\"]"),
    ("unknown_name",    X, "indicator = \"contract_growth\"", "indicator = \"contract_grow\""),
    ("nobody_plays",    R, "plays = \"score\"\n",            ""),
    ("field_of_type",   R, "points = { type = \"decimal\", scale = 2,", "points = { type = \"integer\","),
    ("out_of_range",    X, "cap = 1.1",                      "cap = 0.9"),
    ("out_of_range",    X, "floor = \"50%\"",                "floor = \"150%\""),
    ("out_of_range",    X, "last_year = 10.5",               "last_year = 11.5"),
    ("out_of_range",    X, "remind = 7",                     "remind = 100"),
    ("duplicate",       C, "",                               "\n[appraisal.city]\ntitle = \"x\"\nperiod = 2024\nset_by = \"x\"\npoints = 0\nitem = {}\n"),
];

#[rustfmt::skip]
const SQL: &[Case] = &[
    ("sql_syntax",   F, "sum(amount)",                       "sum(amount"),
    ("sql_syntax",   F, "where c.amount >= 1000000",         "where c.amount >= >= 1000000"),
    ("sql_refused",  F, "sum(amount)",                       "sum(amount) over ()"),
    ("sql_refused",  F, "sum(amount)",                       "sum((select 1))"),
    ("sql_refused",  F, "sum(amount)",                       "sum(max(amount))"),
    ("sql_refused",  F, "join organization o on o.id = c.seller", "right join organization o on o.id = c.seller"),
    ("sql_refused",  F, "select c.id",                       "with recursive t as (select 1 as a) select c.id"),
    ("sql_refused",  F, "c.state = 'registered'\n",          "c.state = 'registered'\n limit 5\n"),
    ("sql_refused",  F, "kind is null",                      "kind ~ 'a'"),
    ("sql_refused",  F, "kind is null",                      "\\\"kind\\\" is null"),
    ("unknown_name", F, "sum(amount)",                       "median(amount)"),
    ("unknown_name", F, "sum(amount)",                       "sum(amuont)"),
    ("unknown_name", F, "from contract c",                   "from contracts c"),
    ("unknown_name", F, "o.name as",                         "p.name as"),
    ("unknown_name", F, "kind = 'develop'",                  "kind = 'develpo'"),
    ("unknown_name", F, "'registered'",                      "'done'"),
    ("unknown_name", R, "guard = \"amount > 0\"",            "guard = \"amonut > 0\""),
    ("ambiguous",    F, "select c.id, c.region",             "select c.id, region"),
    ("sql_type",     F, "value = \"sum(amount)\"",           "value = \"sum(number)\""),
    ("sql_type",     F, "value = \"sum(amount)\"",           "value = \"amount\""),
    ("sql_type",     F, "value = \"sum(amount)\"",           "value = \"max(signed_on)\""),
    ("sql_type",     F, "kind is null",                      "signed_on > 2023"),
    ("sql_type",     F, "kind is null",                      "amount"),
    ("sql_type",     F, "value = \"sum(amount)\"",           "value = \"sum(amount + staff)\""),
    ("sql_type",     F, "o.name as seller_name",             "o.name || '' "),
    ("sql_type",     R, "ratio(tech_part, amount)",          "upper(number)"),
    ("cycle",        F, "from contract c",                   "from big_contract c"),
    ("not_a_day",    F, "kind is null",                      "signed_on > date '2023-02-30'"),
];

#[rustfmt::skip]
const DEMO: &[Case] = &[
    ("unknown_name",    X, "register = \"contract\"\ncount", "register = \"contact\"\ncount"),
    ("unknown_name",    X, "field.staff =",                  "field.staf ="),
    ("cannot_be_made",  X, "{ choice = { develop = 2, transfer = 1 }, exact = true }", "{ between = [1, 2] }"),
    ("cannot_be_made",  X, "{ list = [\"A\", \"种植\"], cycle = true }", "{ list = [\"A\", \"种植\"] }"),
    ("unknown_name",    X, "field.state = \"registered\"",   "field.state = \"done\""),
    ("cannot_be_made",  X, "total.amount",                   "total.number"),
    ("cannot_be_made",  X, "total.amount",                   "total.tech_part"),
    ("cannot_be_made",  X, "field.number = { pattern = \"2023-{n:05}\" }\n", ""),
    ("cannot_be_made",  X, "median = 800000",                "median = 8000000"),
    ("cannot_be_made",  X, "of = \"firms\"",                 "of = \"parks\""),
    ("cannot_be_made",  X, "of = \"firms\"",                 "of = \"firms\", distinct = true"),
    ("unknown_key",     X, "{a}{n:02}",                      "{b}{n:02}"),
    ("unknown_name",    X, "develop = 2",                    "develpo = 2"),
    ("unknown_name",    X, "from = \"seller\", field = \"place\"", "from = \"seller\", field = \"plaice\""),
    ("which_kind",      X, "{ uscc = true }",                "{ uscc = true, set = \"1\" }"),
    ("does_not_belong", X, "{ uscc = true }",                "{ uscc = true, cycle = true }"),
    ("unknown_name",    X, "{contract_value@2023}",          "{contract_valeu@2023}"),
    ("not_a_period",    X, "{contract_value@2023}",          "{contract_value@23}"),
    ("unknown_name",    X, "", "\n[[demo.account]]\nname = \"jia\"\ntitle = \"示例甲\"\nrole = \"clark\"\n"),
    ("account_needs_region", X, "", "\n[[demo.account]]\nname = \"jia\"\ntitle = \"示例甲\"\nrole = \"clerk\"\n"),
];

#[rustfmt::skip]
const DOCUMENTS: &[Case] = &[
    ("unknown_name", X, "every = \"year\"\n", "every = \"year\"\ntemplate = \"templates/summary.jinja\"\n"),
    ("wrong_type",   X, "every = \"year\"\n", "every = \"year\"\ntemplate = 3\n"),
];

const N: &str = "demo/names.toml";

#[rustfmt::skip]
const NAMES: &[Case] = &[
    ("missing_key",         N, "standard = \"研究院\"\n",          ""),
    ("not_a_choice",        N, "kind = \"body\"",                  "kind = \"boddy\""),
    ("form_of_two_names",   N, "standard = \"研究院\"",            "standard = \"示例市科技局\""),
    ("wrong_form_is_right", N, "wrong = [\"讨论院\"]",             "wrong = [\"示例市科技局\"]"),
    ("form_too_short",      N, "wrong = [\"讨论院\"]",             "wrong = [\"院\"]"),
    ("holds_no_wrong_form", N, "unless = [\"原示例市科技委\"]",     "unless = [\"示例省科技厅\"]"),
];

const P: &str = "demo/publications.toml";

#[rustfmt::skip]
const PUBLICATIONS: &[Case] = &[
    ("unknown_name",     P, "register = \"contract\"\nstates",   "register = \"contrakt\"\nstates"),
    ("unknown_name",     P, "\"seller\", \"kind\"]",            "\"seler\", \"kind\"]"),
    ("unknown_name",     P, "states = [\"draft\"]",             "states = [\"drafd\"]"),
    ("unknown_name",     P, "then = \"register\"",             "then = \"registar\""),
    ("step_not_from",    P, "states = [\"draft\"]",             "states = [\"draft\", \"registered\"]"),
    ("not_masked",       P, "mask = { name = \"name\" }\n",      ""),
    ("not_a_choice",     P, "mask = { name = \"name\" }",        "mask = { name = \"nane\" }"),
    ("unknown_name",     P, "mask = { name = \"name\" }",        "mask = { name = \"name\", phone = \"phone\" }"),
    ("statistics_shown", P, "register = \"contract\"\nstates = [\"draft\"]\ncolumns = [\"number\", \"seller\", \"kind\"]", "register = \"firm_year\"\ncolumns = [\"year\", \"income\"]"),
    ("does_not_belong",  P, "columns = [\"about\", \"name\"]",   "columns = [\"about\", \"name\", \"scan\"]"),
    ("missing_key",      P, "window = { days = 5, answer",      "window = { answer"),
    ("nobody_plays",     P, "plays = \"objection\"\nlabel = \"about\"\nslots = { publication = \"against\" }", "label = \"about\""),
    ("field_of_type",    P, "ends_on = { type = \"date\"",       "ends_on = { type = \"text\""),
    ("no_step_does",     P, "by = \"ends_on\", effects = [{ publication = \"settle\" }]", "by = \"ends_on\""),
    ("not_a_choice",     P, "publication = \"settle\"",          "publication = \"setle\""),
    ("does_not_belong",  R, "requires = [\"kind\"], within = 5",  "effects = [{ publication = \"publish\" }]"),
    ("missing_key",      P, "states = [\"registered\"]\n",       ""),
    ("unknown_name",     P, "columns = [\"number\", \"kind\", \"staff\"]", "columns = [\"number\", \"kind\", \"staff\", \"scan\"]"),
    ("unknown_name",     P, "small = { count = \"staff\"",       "small = { count = \"staf\""),
    ("unknown_name",     P, "of = \"contract\"",                "of = \"kontract\""),
    ("not_a_choice",     P, "to = \"inner\"",                   "to = \"inside\""),
    ("flows_elsewhere",  P, "\"content\", \"received_on\"]",     "\"content\", \"received_on\", \"name\"]"),
    ("field_of_type",    P, "files = [\"scan\"]",               "files = [\"about\"]"),
    ("does_not_belong",  P, "files = [\"scan\"]",               "files = [\"scan\"]\nnotices = [\"clerk\"]\n[flow.years]\ntitle = \"年报\"\nregister = \"firm_year\"\nto = \"inner\"\nstate = true"),
    ("unknown_name",     P, "files = [\"scan\"]",               "files = [\"scan\"]\nnotices = [\"clark\"]"),
];

const FILING: &str =
    "\n[filing.a]\ntitle = \"填报\"\nregister = \"contract\"\nsubmit = \"register\"\n";

/// What is wrong with a filing that is appended.
fn filings() -> Vec<Case> {
    let with =
        |more: &str| -> &'static str { Box::leak(format!("{FILING}{more}").into_boxed_str()) };
    let but = |from: &str, to: &str| -> &'static str {
        assert!(FILING.contains(from), "{from}");
        Box::leak(FILING.replace(from, to).into_boxed_str())
    };
    #[rustfmt::skip]
    let cases = vec![
        ("unknown_name",      X, "", but("\"contract\"", "\"contrakt\"")),
        ("unknown_name",      X, "", but("\"register\"", "\"registr\"")),
        ("unknown_key",       X, "", but("submit", "sumbit")),
        ("no_firm_files",     X, "", with("")),
        ("no_period_in_key",  X, "", with("kind = \"yearly\"\n")),
        ("not_a_choice",      X, "", with("kind = \"yaerly\"\n")),
        ("unknown_name",      X, "", with("prefill = { amount = [\"firm_year.incom\"] }\n")),
        ("field_of_type",     X, "", with("prefill = { amount = [\"contract.kind\"] }\n")),
        ("statistics",        X, "", with("prefill = { amount = [\"firm_year.income\"] }\n")),
        ("field_of_type",     X, "", with("jump = { percent = 30, reason = \"amount\" }\n")),
        ("unknown_name",      X, "", with("[filing.a.condition.b]\ntitle = \"条件\"\nof = \"contract\"\nwhere = \"amont > 0\"\n")),
        ("field_of_type",     X, "", with("[filing.a.condition.b]\ntitle = \"条件\"\nof = \"contract\"\nwhere = \"amount > 0\"\nto = \"amount\"\n")),
        ("mandate_needs_organization", B, "scope = \"region\"", "scope = \"region\"\nmandated = true"),
    ];
    cases
}

fn told(case: &Case) -> Diagnostics {
    let (code, file, find, replace) = case;
    loaded(edited(file, find, replace)).expect_err(&format!("{code}: {file}: {find} → {replace}"))
}

/// All cases of a table as their writers would see them: English, then the Chinese messages.
fn shown(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let told = told(case);
        let (code, file, find, replace) = case;
        let codes: Vec<_> = told.list.iter().map(|it| it.code).collect();
        assert!(
            codes.contains(code),
            "{file}: {find} → {replace}: told {codes:?}\n{told}"
        );
        out.push_str(&format!(
            "──── {code}: {find:?} → {replace:?}\n{}",
            told.render(Language::En, false)
        ));
        for it in &told.list {
            out.push_str(&format!("中: {}", it.zh));
            if let Some(hint) = &it.hint_zh {
                out.push_str(&format!("；{hint}"));
            }
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

#[test]
fn faults_of_files_are_told_where_they_stand() {
    insta::assert_snapshot!("files", shown(FILES));
}

#[test]
fn faults_of_documents_are_told_where_they_stand() {
    insta::assert_snapshot!("documents", shown(DOCUMENTS));
}

#[test]
fn faults_of_filings_are_told_where_they_stand() {
    insta::assert_snapshot!("filings", shown(&filings()));
}

#[test]
fn faults_of_registers_are_told_where_they_stand() {
    insta::assert_snapshot!("registers", shown(REGISTERS));
}

#[test]
fn faults_of_figures_are_told_where_they_stand() {
    insta::assert_snapshot!("figures", shown(FIGURES));
}

#[test]
fn faults_of_appraisals_are_told_where_they_stand() {
    insta::assert_snapshot!("appraisals", shown(APPRAISALS));
}

#[test]
fn faults_of_sql_are_told_where_they_stand() {
    insta::assert_snapshot!("sql", shown(SQL));
}

#[test]
fn faults_of_demonstration_data_are_told_where_they_stand() {
    insta::assert_snapshot!("demo", shown(DEMO));
}

#[test]
fn faults_of_standard_names_are_told_where_they_stand() {
    insta::assert_snapshot!("names", shown(NAMES));
}

#[test]
fn faults_of_publications_are_told_where_they_stand() {
    insta::assert_snapshot!("publications", shown(PUBLICATIONS));
}

#[test]
fn every_fault_names_file_and_line_in_both_languages() {
    for case in [
        FILES,
        REGISTERS,
        FIGURES,
        APPRAISALS,
        SQL,
        DEMO,
        NAMES,
        PUBLICATIONS,
    ]
    .concat()
    {
        let told = told(&case);
        for it in &told.list {
            assert!(!told.place(it.at).0.is_empty(), "{case:?}");
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(&it.zh), "{case:?}: {}", it.zh);
            assert_eq!(it.hint_zh.is_some(), it.hint_en.is_some(), "{case:?}");
        }
        let line = format!("{}:", told.place(told.list[0].at).0);
        assert!(told.to_string().contains(&line), "{case:?}");
    }
}

#[test]
fn all_faults_of_all_files_are_told_in_one_run() {
    let mut files = files();
    for (code, file, find, replace) in [REGISTERS[2], FIGURES[5], DEMO[1], SQL[12]] {
        let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
        assert!(text.contains(find), "{code}");
        *text = text.replacen(find, replace, 1);
    }
    let told = loaded(files).unwrap_err();
    let found: Vec<_> = told.list.iter().map(|it| told.place(it.at).0).collect();
    for file in [R, F, X] {
        assert!(found.contains(&file), "{file}: {told}");
    }
    assert!(told.list.len() >= 4, "{told}");
}

#[test]
fn a_pack_that_is_not_there_is_told_with_the_nearest() {
    let told = load(&Packs::from_files(files()), "dmo").unwrap_err();
    assert_eq!(
        told.list[0].advice(Language::En),
        Some("did you mean `demo`?")
    );
}
