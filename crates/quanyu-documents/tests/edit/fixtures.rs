//! Files shaped as Word, WPS and LibreOffice save them. Texts are made up.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// All of them by name.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("word", word()),
        ("wps", wps()),
        ("reviewed", reviewed()),
        ("cdata", cdata()),
        ("libreoffice", libreoffice()),
    ]
}

pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The document part around a body.
pub fn document(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"><w:body>{body}<w:sectPr w:rsidR="00B11A22"><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>MORE</Types>"#;

/// A package around a body; `more` are further parts: name, kind of relation and content, text.
fn package(body: &str, more: &[(&str, &str, &str)]) -> Vec<u8> {
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let overrides: String = more
        .iter()
        .map(|(name, of, _)| {
            format!(r#"<Override PartName="/word/{name}" ContentType="{kind}.{of}+xml"/>"#)
        })
        .collect();
    let relations: String = more
        .iter()
        .zip(3..)
        .map(|((name, of, _), id)| {
            format!(r#"<Relationship Id="rId{id}" Type="{R}/{of}" Target="{name}"/>"#)
        })
        .collect();
    let relations = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}<Relationship Id="rId1" Type="{R}/hyperlink" Target="https://example.com/" TargetMode="External"/></Relationships>"#
    );
    let types = TYPES.replace("MORE", &overrides);
    let document = document(body);
    let main = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>"#
    );
    let names: Vec<String> = more.iter().map(|it| format!("word/{}", it.0)).collect();
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", main.as_bytes()),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/media/image1.png", b"\x89PNG not really"),
    ];
    for (name, (_, _, text)) in names.iter().zip(more) {
        parts.push((name, text.as_bytes()));
    }
    zip(&parts)
}

/// One paragraph with these runs.
pub fn one(runs: &str) -> Vec<u8> {
    package(&format!("<w:p>{runs}</w:p>"), &[])
}

/// A document part as it is, however it is.
pub fn raw(document: &str) -> Vec<u8> {
    zip(&[("word/document.xml", document.as_bytes())])
}

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/><w:basedOn w:val="a"/></w:style></w:styles>"#;
const NUMBERING: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#;
const NOTES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote><w:footnote w:id="1"><w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> 该数为快报数。</w:t></w:r></w:p></w:footnote></w:footnotes>"#;

/// Word: numbers of revisions on every run, checked spelling between them, a list number, fields, a link, smart tags,
/// a content control, a table, a text box twice, a note, a formula, small letters over others.
pub fn word() -> Vec<u8> {
    let box_text = r#"<w:txbxContent><w:p w:rsidR="00C0"><w:pPr><w:jc w:val="left"/></w:pPr><w:r w:rsidR="00C0"><w:rPr><w:sz w:val="21"/></w:rPr><w:t>框中12家</w:t></w:r></w:p></w:txbxContent>"#;
    let body = [
        r#"<w:p w14:paraId="1A2B3C4D" w:rsidR="00A1" w:rsidRDefault="00A1"><w:pPr><w:pStyle w:val="a3"/></w:pPr><w:bookmarkStart w:id="0" w:name="_Hlk1"/><w:r><w:t>示例区工作总结</w:t></w:r><w:bookmarkEnd w:id="0"/></w:p>"#,
        r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr><w:rPr><w:b/></w:rPr></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>主要指标</w:t></w:r></w:p>"#,
        r#"<w:p w:rsidR="00A1"><w:pPr><w:tabs><w:tab w:val="left" w:pos="420"/></w:tabs><w:ind w:firstLineChars="200" w:firstLine="640"/></w:pPr><w:r w:rsidRPr="00D4"><w:rPr><w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋" w:hint="eastAsia"/><w:sz w:val="32"/></w:rPr><w:t>全年完成合同额</w:t></w:r><w:proofErr w:type="spellStart"/><w:r w:rsidR="00E5"><w:rPr><w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋"/><w:sz w:val="32"/></w:rPr><w:t>12</w:t></w:r><w:proofErr w:type="spellEnd"/><w:r w:rsidR="00F6"><w:rPr><w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋"/><w:sz w:val="32"/></w:rPr><w:t>.5亿元</w:t></w:r><w:r><w:rPr><w:sz w:val="32"/><w:rPrChange w:id="5" w:author="甲" w:date="2023-12-01T08:00:00Z"><w:rPr><w:sz w:val="28"/></w:rPr></w:rPrChange></w:rPr><w:lastRenderedPageBreak/><w:t xml:space="preserve">，增长 25%</w:t></w:r><w:r><w:rPr><w:rStyle w:val="a"/></w:rPr><w:footnoteReference w:id="1"/></w:r><w:r><w:t>。</w:t></w:r></w:p>"#,
        r#"<w:p><w:smartTag w:uri="urn:schemas-microsoft-com:office:smarttags" w:element="chmetcnv"><w:smartTagPr><w:attr w:name="UnitName" w:val="家"/></w:smartTagPr><w:r><w:t>7</w:t></w:r><w:smartTag w:uri="u" w:element="e"><w:r><w:t>1家</w:t></w:r></w:smartTag></w:smartTag><w:r><w:tab/><w:t>见</w:t></w:r><w:hyperlink r:id="rId1" w:history="1"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>链接第2位</w:t></w:r></w:hyperlink><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> REF _Hlk1 \h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>域结果3</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>9</w:t></w:r></w:fldSimple><w:r><w:t>页</w:t><w:br/><w:t>第&amp;二&#x884C;</w:t><w:noBreakHyphen/><w:t>完</w:t></w:r></w:p>"#,
        r#"<w:sdt><w:sdtPr><w:id w:val="-99"/><w:tag w:val="块"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>控件中的</w:t></w:r><w:sdt><w:sdtPr><w:rPr><w:b/></w:rPr><w:id w:val="7"/><w:tag w:val="r:9"/></w:sdtPr><w:sdtContent><w:r><w:rPr><w:b/></w:rPr><w:t>68.3亿元</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>和</w:t></w:r><w:sdt><w:sdtPr><w:id w:val="8"/><w:text/></w:sdtPr><w:sdtContent><w:r><w:t>纯文本4项</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>。</w:t></w:r></w:p></w:sdtContent></w:sdt>"#,
        r#"<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="4000"/></w:tblGrid><w:tr w:rsidR="00A1"><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>地区</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve"> 甲 </w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>12.5</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#,
        &format!(
            r#"<w:p><w:r><w:t>框前</w:t></w:r><w:r><w:rPr><w:noProof/></w:rPr><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData uri="u"><wps:wsp><wps:txbx>{box_text}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{box_text}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>框后。</w:t></w:r></w:p>"#
        ),
        r#"<w:p><w:r><w:t>公式</w:t></w:r><m:oMath><m:r><m:rPr/><m:t>x=1</m:t></m:r></m:oMath><w:r><w:t>和</w:t></w:r><w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="center"/></w:rubyPr><w:rt><w:r><w:t>zhu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>注音</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>。</w:t></w:r></w:p>"#,
    ];
    package(
        &body.concat(),
        &[
            ("styles.xml", "styles", STYLES),
            ("numbering.xml", "numbering", NUMBERING),
            ("footnotes.xml", "footnotes", NOTES),
        ],
    )
}

/// WPS: a mark of the encoding, spaces between elements, its own run for each turn of script, empty properties.
pub fn wps() -> Vec<u8> {
    let run = |hint: &str, text: &str| {
        format!(
            "<w:r>\n<w:rPr>\n<w:rFonts w:hint=\"{hint}\" w:ascii=\"仿宋_GB2312\" w:eastAsia=\"仿宋_GB2312\"/>\n<w:sz w:val=\"32\"/>\n<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/>\n</w:rPr>\n<w:t>{text}</w:t>\n</w:r>\n"
        )
    };
    let body = format!(
        "<w:p>\n<w:pPr>\n<w:keepNext w:val=\"0\"/>\n<w:rPr/>\n</w:pPr>\n{}{}{}{}</w:p>\n<w:p>\n<w:r><w:rPr/><w:t>居全市第</w:t></w:r><w:r><w:t/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:t>位。</w:t></w:r>\n<w:bookmarkStart w:id=\"3\" w:name=\"_GoBack\"/><w:bookmarkEnd w:id=\"3\"/>\n</w:p>\n",
        run("eastAsia", "全年认定高新技术企业"),
        run("default", "１０２"),
        run("eastAsia", "家，同比增长"),
        run("default", "9.7%"),
    );
    let marked = format!("\u{feff}{}", document(&body));
    let plain = package(&body, &[]);
    // The same package with the mark before the document part.
    let mut parts = crate::judge::parts(&plain);
    parts.insert("word/document.xml".to_owned(), marked.into_bytes());
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, it)| (name.as_str(), it.as_slice()))
        .collect();
    zip(&parts)
}

/// Reviewed by others: inserted, deleted and moved text, remarks that are there.
pub fn reviewed() -> Vec<u8> {
    let comments = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:comments xmlns:w="{W}"><w:comment w:id="4" w:author="乙" w:date="2023-12-02T08:00:00Z" w:initials="乙"><w:p><w:r><w:annotationRef/></w:r><w:r><w:t>已阅</w:t></w:r></w:p></w:comment></w:comments>"#
    );
    let body = r#"<w:p><w:r><w:t>走访企业</w:t></w:r><w:del w:id="11" w:author="甲" w:date="2023-12-01T08:00:00Z"><w:r><w:delText>900</w:delText></w:r></w:del><w:ins w:id="12" w:author="甲" w:date="2023-12-01T08:00:00Z"><w:r><w:rPr><w:b/></w:rPr><w:t>1024次</w:t></w:r><w:r><w:t>（预计）</w:t></w:r></w:ins><w:commentRangeStart w:id="4"/><w:r><w:t>，办结</w:t></w:r><w:ins w:id="13" w:author="甲" w:date="2023-12-01T08:00:00Z"><w:smartTag w:uri="u" w:element="e"><w:r><w:t>520个</w:t></w:r></w:smartTag></w:ins><w:commentRangeEnd w:id="4"/><w:r><w:rPr><w:rStyle w:val="a"/></w:rPr><w:commentReference w:id="4"/></w:r><w:moveTo w:id="14" w:author="甲" w:date="2023-12-01T08:00:00Z"><w:r><w:t>，移来12家</w:t></w:r></w:moveTo><w:r><w:t>。</w:t></w:r></w:p>"#;
    package(body, &[("comments.xml", "comments", &comments)])
}

/// Character data in sections, remarks of XML within a text, a text that keeps its blanks without saying so.
pub fn cdata() -> Vec<u8> {
    one(
        r#"<w:r><w:t><![CDATA[甲<乙]]>丙<!-- x -->丁<![CDATA[戊&己]]></w:t></w:r><w:r><w:t>庚 辛  壬 </w:t><w:t>癸</w:t></w:r>"#,
    )
}

/// LibreOffice: its own order of properties, one run for several texts, a soft break.
pub fn libreoffice() -> Vec<u8> {
    one(
        r#"<w:pPr><w:pStyle w:val="Normal"/><w:bidi w:val="0"/><w:jc w:val="start"/><w:rPr></w:rPr></w:pPr><w:r><w:rPr></w:rPr><w:t xml:space="preserve">落地科技型企业 </w:t></w:r><w:r><w:rPr><w:rFonts w:eastAsia="仿宋"/></w:rPr><w:t>36</w:t><w:tab/><w:t>家</w:t><w:softHyphen/><w:t>。</w:t></w:r>"#,
    )
}
