//! Text, web pages and docx.

use quanyu_documents::formats::{
    BlockKind, DocText, DocWarning, SimpleBlock, extract, write_docx_simple,
};

use crate::kit::zip;

/// Each block on a line: its kind, level and text, cut out by its offsets.
pub fn told(doc: &DocText) -> String {
    let chars: Vec<char> = doc.text.chars().collect();
    let line = |it: &quanyu_documents::formats::BlockSpan| {
        let text: String = chars[it.start_char..it.end_char].iter().collect();
        let kind = match it.kind {
            BlockKind::Title => "title".to_owned(),
            BlockKind::Heading => format!("h{}", it.level),
            BlockKind::Paragraph => "p".to_owned(),
            BlockKind::Cell { table, row, column } => format!("t{table}.{row}.{column}"),
            BlockKind::Footnote => "note".to_owned(),
            _ => "?".to_owned(),
        };
        let place = it.paragraph.map_or_else(
            || it.page.map_or_else(String::new, |page| format!(" @{page}")),
            |at| format!(" #{at}"),
        );
        format!("{kind}{place}: {}", text.replace('\n', "⏎"))
    };
    doc.blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn refusal(bytes: &[u8], name: &str) -> Option<&'static str> {
    extract(bytes, name).err().map(|it| it.code())
}

#[test]
fn text_files_are_read_in_their_encoding_with_offsets_of_the_file() {
    let text = "示例区工作总结\r\n\r\n一、主要做法\r\n全年完成合同额 12.5 亿元。\r\n";
    let wide: Vec<u8> = [0xFE, 0xFF]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let cases = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("UTF-16", wide),
    ];
    for (encoding, bytes) in cases {
        let doc = extract(&bytes, "a.txt").unwrap();
        assert_eq!(doc.text, text, "{encoding}");
        assert_eq!(
            told(&doc),
            "p: 示例区工作总结\nh1: 一、主要做法\np: 全年完成合同额 12.5 亿元。",
            "{encoding}"
        );
        assert_eq!(doc.title.as_deref(), Some("示例区工作总结"), "{encoding}");
    }
}

#[test]
fn files_that_hold_no_text_are_refused() {
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("a.txt", Vec::new(), "document_empty"),
        ("a.txt", b" \r\n ".to_vec(), "document_empty"),
        (
            "a.txt",
            vec![0, 1, 2, 0, 0, 3, 7, 9],
            "document_not_a_document",
        ),
        ("a.txt", vec![0xFF, 0xFF, 0x81], "document_encoding"),
        (
            "a.docx",
            zip(&[("xl/workbook.xml", b"<a/>")]),
            "document_not_a_document",
        ),
        (
            "a.docx",
            b"PK\x03\x04 cut off".to_vec(),
            "document_truncated",
        ),
        ("a.pdf", b"\x89PNG".to_vec(), "document_not_a_document"),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(refusal(&bytes, name), Some(code), "{name} {bytes:?}");
    }
}

#[test]
fn a_web_page_is_its_main_text() {
    let page = r#"<!DOCTYPE html><html><head><meta charset="gb2312"><title>示例区通报 - 示例网</title><style>p{color:red}</style></head><body>
        <div class="nav"><ul><li><a href="/">首页</a><li><a href="/a">政务公开</a></ul></div>
        <div id="main"><h1>示例区通报</h1><div class="text">
        <p>　　一、总体情况</p><p>全年完成合同额&nbsp;12.5亿元，增长<b>25%</b>，位居全市第2。<br>其中，高新区占四成，增速较快。</p>
        <script>var a = "<p>不是正文</p>";</script><p style="display: none">隐藏的，不读。</p>
        <table><tr><th>地区</th><th>合同额（亿元）</th></tr><tr><td>示例甲区</td><td><p>12.5</p></td></tr></table></div></div>
        <div class="footer"><a href="/x">网站地图</a> 版权所有</div></body></html>"#;
    let bytes = encoding_rs::GB18030.encode(page).0.into_owned();
    let doc = extract(&bytes, "a.html").unwrap();
    insta::assert_snapshot!(told(&doc), @r"
    title: 示例区通报
    h1: 一、总体情况
    p: 全年完成合同额 12.5亿元，增长25%，位居全市第2。
    p: 其中，高新区占四成，增速较快。
    t0.0.0: 地区
    t0.0.1: 合同额（亿元）
    t0.1.0: 示例甲区
    t0.1.1: 12.5
    ");
    assert_eq!(doc.title.as_deref(), Some("示例区通报"));
}

#[test]
fn a_page_nested_without_end_is_read_in_time() {
    let page = format!(
        "<html><body>{}文字，在最里面。{}",
        "<div>".repeat(200_000),
        "<td><p><li>".repeat(20_000)
    );
    assert!(
        extract(page.as_bytes(), "a.html")
            .unwrap()
            .text
            .contains("文字，在最里面。")
    );
}

fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<w:document xmlns:w="w" xmlns:mc="mc" xmlns:wps="wps"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    let mut parts: Vec<(&str, &[u8])> = vec![("word/document.xml", document.as_bytes())];
    parts.extend(more.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&parts)
}

fn p(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn a_docx_gives_paragraphs_tables_boxes_and_notes() {
    let body = [
        p(r#"<w:pStyle w:val="1"/>"#, "示例区工作总结"),
        "<w:p><w:r><w:t>全年完成</w:t></w:r><w:r><w:t xml:space=\"preserve\"> 12.5亿元 </w:t><w:footnoteReference w:id=\"2\"/></w:r><w:ins><w:r><w:t>（预计）</w:t></w:r></w:ins><w:del><w:r><w:delText>旧数</w:delText></w:r></w:del><w:r><w:t>&amp;增长25%。</w:t><w:br/><w:t>第二行</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>框中文字</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>框中文字</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent><w:t>框外文字。</w:t></w:r></w:p>".to_owned(),
        format!("<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}{}</w:tc><w:tc><w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>", p("", "地区"), p("", "金额"), p("", "示例"), p("", "甲区"), p("", "内一"), p("", "内二")),
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:fldChar/><w:instrText>PAGE</w:instrText><w:t>结尾。</w:t></w:r></w:p>".to_owned(),
    ];
    let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="1"><w:name w:val="Title"/></w:style></w:styles>"#;
    let notes = r#"<w:footnotes xmlns:w="w"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>不读</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>为快报数。</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let doc = extract(
        &docx(
            &body.concat(),
            &[("word/styles.xml", styles), ("word/footnotes.xml", notes)],
        ),
        "a.docx",
    )
    .unwrap();
    insta::assert_snapshot!(told(&doc), @r"
    title #0: 示例区工作总结
    p #1: 全年完成 12.5亿元 （预计）&增长25%。⏎第二行
    p #2: 框外文字。
    p #3: 框中文字
    t0.0.0 #4: 地区
    t0.0.1 #5: 金额
    t0.1.0 #6: 示例 甲区
    t0.1.1 #8: 内一 内二
    p #11: 结尾。
    note: 为快报数。
    ");
    assert_eq!(
        (doc.title.as_deref(), doc.warnings),
        (Some("示例区工作总结"), vec![DocWarning::TrackedDeletions])
    );
}

#[test]
fn automatic_numbers_are_written_out() {
    let numbering = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl><w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num></w:numbering>"#;
    let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="a"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr></w:style></w:styles>"#;
    let list = |level: u32, id: u32| {
        format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr>"#)
    };
    let body = [
        p(r#"<w:pStyle w:val="a"/>"#, "主要做法"),
        p(r#"<w:pStyle w:val="b"/>"#, "主体培育"),
        p(&list(2, 3), "企业"),
        p(&list(2, 3), "平台"),
        p(r#"<w:pStyle w:val="b"/>"#, "人才引育"),
        p(&list(2, 3), "专家"),
        p(&list(0, 4), "圆点没有号"),
        p(r#"<w:pStyle w:val="a"/>"#, "下步打算"),
    ];
    let doc = extract(
        &docx(
            &body.concat(),
            &[
                ("word/numbering.xml", numbering),
                ("word/styles.xml", styles),
            ],
        ),
        "a.docx",
    )
    .unwrap();
    insta::assert_snapshot!(told(&doc), @r"
    h1 #0: 一、主要做法
    h2 #1: （一）主体培育
    h3 #2: 1.企业
    h3 #3: 2.平台
    h2 #4: （二）人才引育
    h3 #5: 1.专家
    p #6: 圆点没有号
    h1 #7: 二、下步打算
    ");
}

#[test]
fn a_simple_docx_is_read_back_and_its_bytes_are_the_same_each_time() {
    let blocks = [
        SimpleBlock::Title("示例名单".to_owned()),
        SimpleBlock::Heading(1, "一、第一批".to_owned()),
        SimpleBlock::Paragraph("共 2 家 <企业> & 机构，名单如下。".to_owned()),
        SimpleBlock::Table(vec![
            vec!["序号".to_owned(), "名称".to_owned()],
            vec!["1".to_owned(), "示例甲".to_owned()],
        ]),
    ];
    let bytes = write_docx_simple(&blocks);
    assert_eq!(bytes, write_docx_simple(&blocks));
    insta::assert_snapshot!(told(&extract(&bytes, "a.docx").unwrap()), @r"
    title #0: 示例名单
    h1 #1: 一、第一批
    p #2: 共 2 家 <企业> & 机构，名单如下。
    t0.0.0 #3: 序号
    t0.0.1 #4: 名称
    t0.1.0 #5: 1
    t0.1.1 #6: 示例甲
    ");
}

#[test]
fn a_docx_bomb_and_a_cut_docx_are_refused() {
    let mut body = "<w:p><w:r><w:t>".to_owned();
    body.push_str(&" ".repeat(300 << 20));
    assert_eq!(
        refusal(&docx(&body, &[]), "a.docx"),
        Some("document_too_large")
    );
    let whole = docx(&p("", "文字。"), &[]);
    assert_eq!(
        refusal(&whole[..whole.len() - 30], "a.docx"),
        Some("document_truncated")
    );
    assert_eq!(
        refusal(
            &zip(&[(
                "word/document.xml",
                b"<w:document><w:body><w:p><w:r><w:t>x</w:t>"
            )]),
            "a.docx"
        ),
        Some("document_damaged")
    );
}
