//! Cells, heads, rows set aside, encodings.

use crate::kit::{row, told, xlsx_of};

#[test]
fn cells_of_every_kind_are_read() {
    let rows = [
        row(1, "名称|认定日期|增速（%）|金额（万元）|通过|计算|时间"),
        r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>45231</v></c><c r="C2" s="2"><v>0.25</v></c><c r="D2"><v>0.30000000000000004</v></c><c r="E2" t="b"><v>1</v></c><c r="F2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="G2" s="3"><v>0.5</v></c></row>"#.to_owned(),
        r#"<row r="4" hidden="1"><c r="A4" t="str"><f>A2</f><v>示例&amp;乙_x000D_</v></c><c r="B4" t="d"><v>2023-05-01</v></c><c r="D4"><v>123456789012345678</v></c><c r="F4"><f>A1+1</f></c></row>"#.to_owned(),
        r#"<row r="5"><c t="inlineStr"><is><r><t>分</t></r><rPh><t>fen</t></rPh><r><t>段</t></r></is></c><c><v>1E+300</v></c></row>"#.to_owned(),
    ];
    insta::assert_snapshot!(told(xlsx_of(&rows.concat(), "", &["示例甲"]), "a.xlsx"), @r"
    head: 名称 | 认定日期 | 增速[%] | 金额[万元] | 通过 | 计算 | 时间
    2: 示例甲 | d:2023-11-01 | p:25% | n:0.3 | b:TRUE | e:#DIV/0! | 12:00:00
    4 hidden: 示例&乙 | d:2023-05-01 |  | n:123456789012345678 |  | e:#? | 
    5: 分段 | 1E+300 |  |  |  |  | 
    ");
}

#[test]
fn a_table_as_streets_send_it_is_found_with_its_merged_head() {
    let rows = [
        row(1, "示例街道企业经营情况表"),
        row(2, "填报单位：示例街道||||单位：万元"),
        row(3, "序号|企业名称|营业收入||备注"),
        row(4, "||上年|本年（元）|"),
        row(5, "1|2|3|4|5"),
        row(6, "1|示例甲|100|1200000|合并"),
        row(7, "2|示例乙|12.5万|||"),
        row(8, "合  计||112.5|1200000|"),
        row(9, "序号|企业名称|上年|本年（元）|备注"),
        row(10, "3|示例丙|7|70000|"),
        row(11, "注：数据为企业自报"),
        row(12, "填表人：示例||审核人：示例||"),
    ];
    let merges = r#"<mergeCells><mergeCell ref="A1:E1"/><mergeCell ref="A3:A4"/><mergeCell ref="B3:B4"/><mergeCell ref="C3:D3"/><mergeCell ref="E3:E4"/><mergeCell ref="E6:E7"/></mergeCells>"#;
    insta::assert_snapshot!(told(xlsx_of(&rows.concat(), merges, &[]), "a.xlsx"), @r"
    head: 序号 | 企业名称 | 营业收入/上年 | 营业收入/本年[元] | 备注
    6: n:1 | 示例甲 | n:100 | n:1200000 | 合并
    7: n:2 | 示例乙 | 12.5万 |  | 合并
    10: n:3 | 示例丙 | n:7 | n:70000 | 
    ColumnNumbers 5: 1 2 3 4 5
    Total 8: 合  计 112.5 1200000
    RepeatedHead 9: 序号 企业名称 上年 本年（元） 备注
    Note 11: 注：数据为企业自报
    Note 12: 填表人：示例 审核人：示例
    ");
}

#[test]
fn text_tables_are_read_in_their_encoding_and_stay_text() {
    let text =
        "企业名称,信用代码,金额（万元）\r\n示例甲,=\"0012\",\"1,200\"\r\n\"示例,乙\",0013,\r\n";
    let wanted =
        "head: 企业名称 | 信用代码 | 金额[万元]\n2: 示例甲 | 0012 | 1,200\n3: 示例,乙 | 0013 | ";
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(
            text.replace(',', "\t")
                .replace("示例\t乙", "示例,乙")
                .replace("1\t200", "1,200")
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    let cases = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("UTF-16 with tabs", wide),
    ];
    for (encoding, bytes) in cases {
        assert_eq!(told(bytes, "a.csv"), wanted, "{encoding}");
    }
}

#[test]
fn the_sheet_asked_for_is_read_or_the_names_are_told() {
    use quanyu_documents::workbook::{Wish, open_bytes};
    let bytes = xlsx_of(&row(1, "甲|乙"), "", &[]);
    let asked = |name: &str| {
        open_bytes(
            bytes.clone(),
            "a.xlsx",
            &Wish {
                sheet: Some(name.to_owned()),
                ..Wish::default()
            },
        )
        .map(|it| it.name().to_owned())
        .map_err(|it| it.to_string())
    };
    assert_eq!(asked("隐藏"), Ok("隐藏".to_owned()));
    assert_eq!(
        asked("没有"),
        Err("no sheet `没有`; there are 台账, 隐藏".to_owned())
    );
}

#[test]
fn an_old_workbook_is_read_like_a_new_one_with_percent_and_hidden_rows() {
    // Saved by LibreOffice 7.4: a merged head of two rows, percent formats, a hidden row, formulas.
    insta::assert_snapshot!(told(include_bytes!("street.xls").to_vec(), "street.xls"), @r"
    head: 名称 | 经营情况/收入[万元] | 经营情况/增速[%] | 认定日期 | 备注
    4: 示例0 | n:100.1 | p:25.5% | d:2023-05-01 | n:101.1
    5 hidden: 示例1 | n:100.3 | p:25.5% | d:2023-05-02 | n:101.1
    6: 示例2 | n:100.5 | p:25.5% | d:2023-05-03 | n:101.1
    7: 示例3 | n:100.7 | p:25.5% | d:2023-05-04 | n:101.1
    Total 8: 合计 400
    Note 9: 注：示例
    ");
}
