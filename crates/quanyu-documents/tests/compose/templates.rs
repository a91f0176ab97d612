//! Templates: figures only through `fig`, data never markup, faults in their place.

use quanyu_documents::{
    compose::{ComposeError, model::Block, write_html, write_markdown},
    formats::extract,
};

use crate::kit::{WHOLE, composed, rendered};

#[test]
fn a_document_is_asked_for_in_few_rounds() {
    let (doc, rounds) = rendered(WHOLE).unwrap();
    // Figures; then those of the streets and years, which the first answers name; then the text.
    assert!(rounds <= 3, "{rounds}");
    assert_eq!(doc.annexes.len(), 2);
    assert_eq!(doc.figures.len(), 7 + 6);
    assert_eq!(doc.title, ["示例区科学技术局", "关于2023年工作情况的报告"]);
}

#[test]
fn data_stays_text_whatever_it_holds() {
    let doc = composed(WHOLE);
    assert_eq!(doc.sign.as_ref().unwrap().issuer, "示例区科学技术局");
    let text = doc.body.iter().find_map(|it| match it {
        Block::Paragraph(runs) if runs[0].text.starts_with("二是") => Some(runs.clone()),
        _ => None,
    });
    let text = text.unwrap();
    assert_eq!(
        text[1].text,
        "名称中的记号原样保留：# **甲**|@sign: 乙 第二行。"
    );
    assert!(!text[1].strong && text[0].strong);
}

#[test]
fn faults_name_template_line_and_reason() {
    #[rustfmt::skip]
    let cases = [
        ("# 题\n{{ fig(\"contract\") }}",                          "compose_unknown_indicator", "示例.jinja:2: no indicator `contract`; nearest: contracts"),
        ("# 题\n\n{{ fig(\"falling\", \"增长\") }}",               "compose_not_true",          "示例.jinja:3: `增长` is not true of `falling` (示例下降指标), which is -20%"),
        ("# 题\n{{ fig(\"high_tech\", \"突破\", to=90) }}",        "compose_not_true",          "示例.jinja:2: `突破90` is not true of `high_tech` (高新技术企业数), which is 105家"),
        ("# 题\n{{ fig(\"contracts\", \"居全国第n\") }}",          "compose_not_true",          "示例.jinja:2: `居全国第n` is not true of `contracts` (技术合同成交额), which is 全市第2"),
        ("# 题\n{{ fig(\"contracts\", unit=\"家\") }}",            "compose_template",          "示例.jinja:2: contracts: `家` is no unit of what is in 元"),
        ("# 题\n{{ fig(\"contracts\", \"大概\") }}",               "compose_template",          "示例.jinja:2: `大概` in `大概` is no idiom"),
        ("# 题\n{{ fig(\"contracts\", mesure=\"growth\") }}",      "compose_template",          "示例.jinja:2: unknown keyword argument 'mesure'"),
        ("# 题\n{{ 3.5 }}",                                        "compose_template",          "示例.jinja:2: 3.5 is a bare number: figures are printed with fig(…)"),
        ("# 题\n{{ nothing }}",                                    "compose_template",          "示例.jinja:2: `nothing` is undefined"),
        ("# 题\n{% if %}",                                         "compose_template",          "示例.jinja:2: unexpected end of block"),
        ("## 没有标题",                                            "compose_rule",              "示例.jinja: title: "),
    ];
    for (source, code, said) in cases {
        let error: ComposeError = rendered(source).expect_err(source);
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (code, said),
            "{source}"
        );
    }
}

#[test]
fn a_condition_may_ask_whether_something_can_be_said() {
    let source = "# 题\n{% if can(\"high_tech\", \"突破\") %}{{ fig(\"high_tech\", \"突破\") }}{% endif %}{% if can(\"falling\", \"增长\") %}涨{% else %}{{ fig(\"falling\", \"下降\") }}{% endif %}";
    let doc = composed(source);
    let texts: Vec<&str> = doc.figures.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["突破100家", "下降20%"]);
}

#[test]
fn html_and_markdown_hold_the_same_text() {
    let doc = composed(WHOLE);
    let html = write_html(&doc);
    let read = extract(html.as_bytes(), "x.html").unwrap();
    for figure in &doc.figures {
        assert!(read.text.contains(&figure.text), "{}", figure.text);
    }
    assert!(html.contains("data-release=\"contrval\""), "{html}");
    assert!(html.contains("<svg ") && !html.contains("**甲**|@sign: 乙\n"));
    insta::assert_snapshot!("whole.md", write_markdown(&doc));
    insta::assert_snapshot!("whole.html", html);
}
