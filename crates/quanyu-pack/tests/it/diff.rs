//! Changes between two packs, and which of them can lose data.

use quanyu_pack::diff;

use crate::{edited, files, loaded};

const R: &str = "demo/registers.toml";

/// The lines of the difference that an edit makes.
fn lines(file: &str, find: &str, replace: &str) -> Vec<String> {
    let old = loaded(files()).unwrap();
    let new = loaded(edited(file, find, replace)).unwrap();
    diff(&old, &new).iter().map(ToString::to_string).collect()
}

#[test]
fn an_edit_is_told_as_people_say_it() {
    #[rustfmt::skip]
    let cases: [(&str, &str, &str, &[&str]); 16] = [
        (R, "[register.contract]", "\n\n# only lines moved\n[register.contract]", &[]),
        (R, "staff = {", "people = { type = \"text\", title = \"联系\" }\nstaff = {", &["+ field contract.people"]),
        (R, "renewal_of = { type = \"reference\", to = \"contract\", title = \"续签自\" }\n", "", &["- field contract.renewal_of: its values stay, hidden  (can lose data)"]),
        (R, "renewal_of = {", "renewed = { was = \"renewal_of\",", &["> field contract.renewed: was renewal_of"]),
        (R, "tech_part = { type = \"money\"", "tech_part = { type = \"decimal\", scale = 2", &["~ field contract.tech_part: type money → decimal(2)  (can lose data)"]),
        (R, "scale = 4, title = \"占比\"", "scale = 6, title = \"占比\"", &["~ field contract.share: type decimal(4) → decimal(6)"]),
        (R, "scale = 4, title = \"占比\"", "scale = 2, title = \"占比\"", &["~ field contract.share: type decimal(4) → decimal(2)  (can lose data)"]),
        (R, "unit = \"人\"", "unit = \"个\"", &["~ field contract.staff: unit 人 → 个  (can lose data)"]),
        (R, "title = \"类型\"", "title = \"合同类型\"", &["~ field contract.kind"]),
        (R, "title = \"付款日\"", "required = true, title = \"付款日\"", &["~ field contract.payment.paid_on: required false → true"]),
        (R, "key = [\"number\"]", "key = [\"number\", \"seller\"]", &["~ register contract: key number → number+seller"]),
        (R, "within = 5", "within = 6", &["~ transition contract.register"]),
        ("demo/codes.toml", "licence = { zh = \"技术许可\", parent = \"transfer\" }\n", "", &["- code kind.licence: records that hold it would not be read; say retired = true  (can lose data)"]),
        ("demo/codes.toml", "parent = \"transfer\"", "retired = true", &["~ code kind.licence"]),
        ("demo/figures.toml", "digits = 1", "digits = 2", &["~ indicator contract_value"]),
        ("demo/rest.toml", "75亿元", "76亿元", &["~ plan year"]),
    ];
    for (file, find, replace, want) in cases {
        assert_eq!(lines(file, find, replace), want, "{find} → {replace}");
    }
}

#[test]
fn whole_declarations_come_and_go() {
    let old = loaded(files()).unwrap();
    let more = edited(
        "demo/figures.toml",
        "",
        "\n[register.park]\ntitle = \"园区\"\nmodule = \"contracts\"\n[register.park.field]\nname = { type = \"text\", title = \"名称\" }\n",
    );
    let new = loaded(more).unwrap();
    let told = |from, to| {
        diff(from, to)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&old, &new), ["+ register park"]);
    assert_eq!(
        told(&new, &old),
        ["- register park: its records stay, hidden  (can lose data)"]
    );
    assert!(diff(&new, &new).is_empty());
}
