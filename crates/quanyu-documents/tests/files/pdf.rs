//! PDFs made by hand: each way in which Chinese text is encoded, and each in which a PDF cannot be read.

use hayro_cmap::{CMap, CMapName, load_embedded};
use quanyu_documents::formats::{DocWarning, FormatError, SimpleBlock, extract, write_pdf_simple};

use crate::documents::told;

/// A PDF of numbered objects; object 1 is the catalogue.
fn pdf(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        )
        .bytes(),
    );
    out
}

fn stream(dict: &str, content: &str) -> String {
    format!(
        "<< {dict} /Length {} >>\nstream\n{content}\nendstream",
        content.len()
    )
}

/// Pages with these contents and a font F1 (object 3), its further objects from 4 on.
fn pages(contents: &[&str], font: &[String]) -> Vec<u8> {
    let first = 3 + font.len();
    let kids: String = (0..contents.len())
        .map(|it| format!("{} 0 R ", first + it * 2))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{kids}] /Count {} >>",
            contents.len()
        ),
    ];
    objects.extend(font.iter().cloned());
    for (at, content) in contents.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> /XObject << /P << /Length 0 >> >> >> /Contents {} 0 R >>",
            first + at * 2 + 1
        ));
        objects.push(stream("", content));
    }
    pdf(&objects, "")
}

/// A composite font without an embedded program.
fn font(encoding: &str, ordering: &str, to_unicode: Option<&str>) -> Vec<String> {
    let unicode = if to_unicode.is_some() {
        "/ToUnicode 5 0 R"
    } else {
        ""
    };
    let mut objects = vec![
        format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+SimSun /Encoding /{encoding} /DescendantFonts [4 0 R] {unicode} >>"
        ),
        format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> /DW 1000 >>"
        ),
    ];
    objects.extend(to_unicode.map(|it| stream("", it)));
    objects
}

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().map(|it| format!("{it:02X}")).collect()
}

fn shown(hex: &str) -> String {
    format!("BT /F1 16 Tf 80 600 Td <{hex}> Tj ET")
}

const TEXT: &str = "全年完成合同额万元";

/// Text in glyphs 1, 2, 3 …
fn glyphs() -> String {
    hex((1..=TEXT.chars().count() as u16).flat_map(u16::to_be_bytes))
}

fn to_unicode() -> String {
    let lines: String = TEXT
        .chars()
        .zip(1..)
        .map(|(c, glyph)| format!("<{glyph:04X}> <{:04X}>\n", u32::from(c)))
        .collect();
    format!(
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange {} beginbfchar\n{lines}endbfchar endcmap end",
        TEXT.chars().count()
    )
}

#[test]
fn chinese_text_is_read_in_each_encoding() {
    let gbk = hex(encoding_rs::GBK.encode(TEXT).0.iter().copied());
    let wide = hex(TEXT.encode_utf16().flat_map(u16::to_be_bytes));
    let map = CMap::parse(load_embedded(CMapName::UniGbUcs2H).unwrap(), load_embedded).unwrap();
    let cids = hex(TEXT
        .encode_utf16()
        .flat_map(|it| (map.lookup_cid_code(it.into(), 2).unwrap() as u16).to_be_bytes()));
    let cases = [
        ("GBK-EUC-H", font("GBK-EUC-H", "GB1", None), gbk),
        (
            "UniGB-UCS2-H",
            font("UniGB-UCS2-H", "GB1", None),
            wide.clone(),
        ),
        ("UniGB-UTF16-H", font("UniGB-UTF16-H", "GB1", None), wide),
        (
            "Identity-H with ToUnicode",
            font("Identity-H", "Identity", Some(&to_unicode())),
            glyphs(),
        ),
        (
            "Identity-H of Adobe-GB1",
            font("Identity-H", "GB1", None),
            cids,
        ),
    ];
    for (encoding, font, hex) in cases {
        let doc = extract(&pages(&[&shown(&hex)], &font), "a.pdf").map(|it| it.text);
        assert_eq!(doc, Ok(format!("{TEXT}\n")), "{encoding}");
    }
}

#[test]
fn glyphs_without_characters_are_refused_with_the_font() {
    let bytes = pages(&[&shown(&glyphs())], &font("Identity-H", "Identity", None));
    assert_eq!(
        extract(&bytes, "a.pdf"),
        Err(FormatError::Unmappable {
            share: 100,
            fonts: vec!["ABCDEF+SimSun".to_owned()]
        })
    );
    // Private characters are shapes, not text.
    let private = to_unicode()
        .replace(&format!("{:04X}", u32::from('全')), "E001")
        .replace(&format!("{:04X}", u32::from('年')), "F8FF");
    let bytes = pages(
        &[&shown(&glyphs())],
        &font("Identity-H", "Identity", Some(&private)),
    );
    assert_eq!(
        extract(&bytes, "a.pdf").map_err(|it| it.code()),
        Err("document_unmappable")
    );
}

#[test]
fn the_character_map_of_the_embedded_font_helps_out() {
    let bytes = truetype(TEXT);
    let mut objects = font("Identity-H", "Identity", None);
    objects[1] = objects[1].replace(
        ">> /DW",
        ">> /FontDescriptor 5 0 R /CIDToGIDMap /Identity /DW",
    );
    objects.push(
        "<< /Type /FontDescriptor /FontName /ABCDEF+SimSun /Flags 4 /FontFile2 6 0 R >>".to_owned(),
    );
    objects.push(stream(
        "/Filter /ASCIIHexDecode",
        &format!("{}>", hex(bytes)),
    ));
    assert_eq!(
        extract(&pages(&[&shown(&glyphs())], &objects), "a.pdf").map(|it| it.text),
        Ok(format!("{TEXT}\n"))
    );
}

/// The least TrueType font that maps the characters of `text` to glyphs 1, 2, 3 …
fn truetype(text: &str) -> Vec<u8> {
    let mut points: Vec<(u32, u32)> = text.chars().map(u32::from).zip(1..).collect();
    points.sort_unstable();
    let groups: Vec<u8> = points
        .iter()
        .flat_map(|(c, glyph)| [*c, *c, *glyph].map(u32::to_be_bytes).concat())
        .collect();
    let count = points.len() as u32;
    let sub = [
        &[0, 12, 0, 0][..],
        &(16 + count * 12).to_be_bytes(),
        &0_u32.to_be_bytes(),
        &count.to_be_bytes(),
        &groups,
    ]
    .concat();
    let cmap = [&[0, 0, 0, 1, 0, 3, 0, 10][..], &12_u32.to_be_bytes(), &sub].concat();
    let mut head = vec![0; 54];
    head[..4].copy_from_slice(&[0, 1, 0, 0]);
    head[12..16].copy_from_slice(&0x5F0F_3CF5_u32.to_be_bytes());
    head[18..20].copy_from_slice(&1000_u16.to_be_bytes());
    let mut hhea = vec![0; 36];
    hhea[..4].copy_from_slice(&[0, 1, 0, 0]);
    hhea[34..36].copy_from_slice(&1_u16.to_be_bytes());
    let maxp = [&[0, 0, 0x50, 0][..], &(count as u16 + 1).to_be_bytes()].concat();
    let tables = [
        (b"cmap", cmap),
        (b"head", head),
        (b"hhea", hhea),
        (b"maxp", maxp),
    ];
    let mut out = [&[0, 1, 0, 0, 0, 4][..], &[0; 6]].concat();
    let mut at = 12 + 16 * 4;
    for (tag, table) in &tables {
        out.extend(
            [
                &tag[..],
                &[0; 4],
                &(at as u32).to_be_bytes(),
                &(table.len() as u32).to_be_bytes(),
            ]
            .concat(),
        );
        at += table.len();
    }
    tables.iter().for_each(|it| out.extend(&it.1));
    out
}

#[test]
fn pdfs_that_cannot_be_read_say_why() {
    let good = pages(
        &[&shown(&glyphs())],
        &font("Identity-H", "Identity", Some(&to_unicode())),
    );
    let picture = pages(
        &["q 500 0 0 700 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"],
        &font("Identity-H", "Identity", None),
    );
    let locked = pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [] /Count 0 >>".to_owned(),
            format!(
                "<< /Filter /Standard /V 1 /R 2 /P -4 /O <{}> /U <{}> >>",
                "11".repeat(32),
                "22".repeat(32)
            ),
        ],
        "/Encrypt 3 0 R /ID [<00> <00>]",
    );
    let cases = [
        ("a scan", picture, "document_scan"),
        ("locked", locked, "document_password"),
        (
            "nothing on the page",
            pages(&["q Q"], &font("Identity-H", "Identity", None)),
            "document_empty",
        ),
        (
            "no pages",
            b"%PDF-1.4\nnothing here\n%%EOF".to_vec(),
            "document_damaged",
        ),
    ];
    for (what, bytes, code) in cases {
        assert_eq!(
            extract(&bytes, "a.pdf").map_err(|it| it.code()),
            Err(code),
            "{what}"
        );
    }
    for part in 1..20 {
        let cut = &good[..good.len() * part / 20];
        assert_eq!(
            extract(cut, "a.pdf").map_err(|it| it.code()),
            Err("document_truncated"),
            "cut at {part}/20"
        );
    }
}

#[test]
fn pages_join_into_paragraphs_without_numbers_and_running_heads() {
    let wide = |text: &str| hex(text.encode_utf16().flat_map(u16::to_be_bytes));
    let line = |x: u32, y: u32, size: u32, text: &str| {
        format!("BT /F1 {size} Tf {x} {y} Td <{}> Tj ET\n", wide(text))
    };
    let page = |number: u32, body: &str| {
        format!(
            "{}{body}{}",
            line(200, 770, 9, "示例局　内部资料"),
            line(290, 40, 10, &format!("— {number} —"))
        )
    };
    let full = "全年完成技术合同成交额同比增长位居全市第二位其中";
    let contents = [
        page(
            1,
            &[
                line(150, 700, 22, "示例区工作总结"),
                line(112, 650, 16, "一、总体情况"),
                line(112, 620, 16, &full[..66]),
                line(80, 590, 16, full),
            ]
            .concat(),
        ),
        page(
            2,
            &[
                line(80, 700, 16, "高新区占四成。"),
                line(112, 670, 16, "下一段。"),
                line(100, 600, 12, "地区"),
                line(300, 600, 12, "合同额"),
                line(100, 580, 12, "甲区"),
                line(300, 580, 12, "12.5"),
            ]
            .concat(),
        ),
        page(
            3,
            &[
                "q 0.7 0.7 -0.7 0.7 300 300 cm\n".to_owned(),
                line(0, 0, 40, "水印"),
                "Q\n".to_owned(),
                line(112, 700, 16, "结尾。"),
            ]
            .concat(),
        ),
    ];
    let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
    let doc = extract(
        &pages(&contents, &font("UniGB-UCS2-H", "GB1", None)),
        "a.pdf",
    )
    .unwrap();
    insta::assert_snapshot!(told(&doc), @r"
    title @1: 示例区工作总结
    h1 @1: 一、总体情况
    p @1: 全年完成技术合同成交额同比增长位居全市第二位全年完成技术合同成交额同比增长位居全市第二位其中高新区占四成。
    p @2: 下一段。
    t0.0.0 @2: 地区
    t0.0.1 @2: 合同额
    t0.1.0 @2: 甲区
    t0.1.1 @2: 12.5
    p @3: 结尾。
    ");
    assert_eq!(doc.warnings, [DocWarning::SlantedText]);
}

#[test]
fn a_simple_pdf_is_read_back() {
    let long = "全年完成技术合同成交额 12.5 亿元，同比增长 25%，位居全市第 2 位；".repeat(8);
    let blocks = [
        SimpleBlock::Title("示例市通报".to_owned()),
        SimpleBlock::Heading(1, "一、总体情况".to_owned()),
        SimpleBlock::Paragraph(long.clone() + "完。"),
        SimpleBlock::Table(vec![
            vec![
                "地区".to_owned(),
                "合同额（亿元）".to_owned(),
                "位次".to_owned(),
            ],
            vec!["示例甲区".to_owned(), "12.5".to_owned(), "2".to_owned()],
        ]),
        SimpleBlock::Paragraph("以上。".to_owned()),
    ];
    let bytes = write_pdf_simple(&blocks);
    assert_eq!(bytes, write_pdf_simple(&blocks));
    let doc = extract(&bytes, "a.pdf").unwrap();
    let text = doc.text.replace(' ', "");
    assert_eq!(
        text,
        format!(
            "示例市通报\n一、总体情况\n{}完。\n地区\t合同额（亿元）\t位次\n示例甲区\t12.5\t2\n以上。\n",
            long.replace(' ', "")
        )
    );
    assert_eq!(doc.title.as_deref(), Some("示例市通报"));
}

#[test]
fn a_pdf_made_by_libreoffice_is_read_like_its_source() {
    // Its fonts are embedded subsets under Identity-H with ToUnicode.
    let doc = extract(include_bytes!("libreoffice.pdf"), "a.pdf").unwrap();
    let sentence = "全年完成技术合同成交额12.5亿元，同比增长25%，位居全市第2位。";
    let wanted = [
        "示例区科技创新工作总结",
        "一、总体情况",
        &sentence.repeat(12),
        "（一）主体培育",
        &sentence.repeat(20),
        "地区\t合同额（亿元）\t位次",
        "示例甲区\t12.5\t2",
        "示例乙区\t11.0\t3",
        "以上情况，特此通报。",
    ];
    assert_eq!(doc.text.trim_end().lines().collect::<Vec<_>>(), wanted);
    assert_eq!(doc.title.as_deref(), Some("示例区科技创新工作总结"));
}

/// A PDF whose objects lie in an object stream, found by a cross-reference stream, as Word and WPS write it.
fn packed(objects: &[String], streams: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let first_stream = objects.len() + 1;
    let mut places = Vec::new();
    for (at, text) in streams.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{text}\nendobj\n", first_stream + at).bytes());
    }
    let (mut heads, mut bodies) = (String::new(), String::new());
    for (at, object) in objects.iter().enumerate() {
        heads.push_str(&format!("{} {} ", at + 1, bodies.len()));
        bodies.push_str(object);
        bodies.push('\n');
    }
    let holder = first_stream + streams.len();
    let inside = format!("{heads}{bodies}");
    places.push(out.len());
    let held = stream(
        &format!("/Type /ObjStm /N {} /First {}", objects.len(), heads.len()),
        &inside,
    );
    out.extend(format!("{holder} 0 obj\n{held}\nendobj\n").bytes());
    let start = out.len();
    let entry = |kind: u8, place: usize, index: usize| {
        let place = u32::try_from(place).unwrap().to_be_bytes();
        let index = u16::try_from(index).unwrap().to_be_bytes();
        [&[kind][..], &place, &index].concat()
    };
    let mut table = entry(0, 0, 65535);
    for at in 0..objects.len() {
        table.extend(entry(2, holder, at));
    }
    for place in places {
        table.extend(entry(1, place, 0));
    }
    table.extend(entry(1, start, 0));
    let size = holder + 2;
    let table = stream(
        &format!("/Type /XRef /W [1 4 2] /Size {size} /Root 1 0 R /Filter /ASCIIHexDecode"),
        &format!("{}>", hex(table)),
    );
    out.extend(
        format!(
            "{} 0 obj\n{table}\nendobj\nstartxref\n{start}\n%%EOF\n",
            holder + 1
        )
        .bytes(),
    );
    out
}

#[test]
fn a_pdf_as_word_packs_it_is_read_by_its_tags() {
    // A subset of a TrueType font under Identity-H with ToUnicode; objects and their table in streams; tagged content.
    let content = format!(
        "/Artifact <</Attached [/Top] /Type /Pagination /Subtype /Header>> BDC BT /F1 9 Tf 80 780 Td <{0}> Tj ET EMC\n\
         /P <</MCID 0>> BDC BT /F1 16 Tf 80 600 Td <{0}> Tj ET EMC\n\
         /Span <</ActualText <FEFF0031003200350025>>> BDC BT /F1 16 Tf 224 600 Td <00010002> Tj ET EMC\n\
         /Span /Tag BDC BT /F1 16 Tf 256 600 Td <0003> Tj ET EMC\n\
         /P <</MCID 1>> BDC BT /F1 16 Tf 80 560 Td <0004> Tj ET EMC",
        glyphs()
    );
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 4 0 R >> /Properties << /Tag << /ActualText (\\255) >> >> >> /Contents 6 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /Type0 /BaseFont /BCDEEE+FangSong /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 7 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /BCDEEE+FangSong /CIDToGIDMap /Identity /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 /W [1 [1000 1000 1000]] >>".to_owned(),
    ];
    let streams = [stream("", &content), stream("", &to_unicode())];
    let doc = extract(&packed(&objects, &streams), "a.pdf").unwrap();
    // The head of the page and the soft hyphen are no text; the glyphs of the number are what they stand for.
    assert_eq!(doc.text, format!("{TEXT}125%\n成\n"));
}

#[test]
fn two_columns_are_read_one_after_the_other() {
    let wide = |text: &str| hex(text.encode_utf16().flat_map(u16::to_be_bytes));
    let line = |x: usize, y: usize, size: usize, text: &str| {
        format!("BT /F1 {size} Tf {x} {y} Td <{}> Tj ET\n", wide(text))
    };
    let mut content = line(150, 740, 20, "示例简报第三期");
    let left = "左栏文字说的是科技企业的培育和服务情况";
    let right = "右栏文字说的是创新平台建设和人才引进的";
    for row in 0..12 {
        let y = 700 - row * 18;
        content += &line(50, y, 12, if row == 11 { "左栏完。" } else { left });
        // The lines of the right column stand a little lower.
        content += &line(320, y - 5, 12, if row == 11 { "右栏完。" } else { right });
    }
    content += &line(
        50,
        440,
        12,
        "以上各项均为快报数，全文至此结束，由示例处室负责解释，如有出入以年报为准，特此说明。",
    );
    let doc = extract(
        &pages(&[&content], &font("UniGB-UCS2-H", "GB1", None)),
        "a.pdf",
    )
    .unwrap();
    let lines: Vec<&str> = doc.text.lines().collect();
    assert_eq!(lines[0], "示例简报第三期");
    assert_eq!(lines[1], format!("{}左栏完。", left.repeat(11)));
    assert_eq!(lines[2], format!("{}右栏完。", right.repeat(11)));
    assert!(lines[3].starts_with("以上各项"), "{lines:?}");
}

#[test]
fn a_table_of_short_cells_is_not_taken_for_columns() {
    let wide = |text: &str| hex(text.encode_utf16().flat_map(u16::to_be_bytes));
    let line = |x: usize, y: usize, text: &str| {
        format!("BT /F1 12 Tf {x} {y} Td <{}> Tj ET\n", wide(text))
    };
    let content: String = (0..8)
        .map(|row| {
            line(60, 700 - row * 20, "示例街道") + &line(330, 700 - row * 20, &format!("{row}2.5"))
        })
        .collect();
    let doc = extract(
        &pages(&[&content], &font("UniGB-UCS2-H", "GB1", None)),
        "a.pdf",
    )
    .unwrap();
    let lines: Vec<&str> = doc.text.lines().collect();
    assert_eq!(lines[3], "示例街道\t32.5");
}

#[test]
fn vertical_text_is_refused_and_a_mark_of_secrecy_is_seen() {
    let wide = hex(TEXT.encode_utf16().flat_map(u16::to_be_bytes));
    let bytes = pages(&[&shown(&wide)], &font("UniGB-UCS2-V", "GB1", None));
    assert_eq!(
        extract(&bytes, "a.pdf").map_err(|it| it.code()),
        Err("document_vertical")
    );
    // The mark stands in the running head, which is not part of the text.
    let mark = hex("机密★1年".encode_utf16().flat_map(u16::to_be_bytes));
    let content = format!(
        "/Artifact <</Type /Pagination /Subtype /Header>> BDC BT /F1 9 Tf 80 780 Td <{mark}> Tj ET EMC\n{}",
        shown(&wide)
    );
    let doc = extract(
        &pages(&[&content], &font("UniGB-UCS2-H", "GB1", None)),
        "a.pdf",
    )
    .unwrap();
    assert_eq!(doc.text, format!("{TEXT}\n"));
    assert_eq!(doc.secrecy.map(|it| it.text).as_deref(), Some("机密★1年"));
}
