//! What stands around the body: head (版头), signature and date, note, imprint (版记), page numbers.

use quick_xml::escape::escape;

use super::{
    CHARACTER, HEAD, LINE, W, WIDTH,
    body::{Writer, from_right, right_stop},
    styles::{self, KAI, mark_size},
};
use crate::compose::{
    model::{Imprint, Run},
    place::{half_widths, signature},
};

/// The head: copy number, urgency, the mark, number, signer, the red line.
pub(super) fn head(writer: &mut Writer<'_>) {
    let head = writer.doc.head.clone();
    let mut lines = 0;
    for (text, style) in [(&head.copy, "Flush"), (&head.urgency, "HeadLine")] {
        if let Some(text) = text {
            writer.paragraph(style, "", &[Run::plain(text.as_str())], None);
            lines += 1;
        }
    }
    let Some(issuer) = &head.issuer else {
        return;
    };
    // The mark begins 35 mm under the edge of the type area; lines above it count.
    let before = (1984_u32).saturating_sub(lines * LINE);
    let size = mark_size(issuer.chars().count());
    writer.open(
        "Mark",
        &format!(
            r#"<w:spacing w:before="{before}" w:after="0" w:line="{}" w:lineRule="exact"/>"#,
            size * 12
        ),
    );
    writer.out.push_str(&format!(
        r#"<w:r><w:rPr><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr><w:t>{}</w:t></w:r></w:p>"#,
        escape(issuer.as_str())
    ));
    writer.empty();
    writer.empty();
    // Red, as wide as the type area, 4 mm (11 points) under the number.
    let rule =
        r#"<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="11" w:color="FF0000"/></w:pBdr>"#;
    let number = head.number.clone().unwrap_or_default();
    match &head.signer {
        None => {
            writer.paragraph(
                "Flush",
                &format!(r#"{rule}<w:jc w:val="center"/>"#),
                &[Run::plain(number)],
                None,
            );
        }
        Some(signer) => {
            let stop = right_stop(1);
            let indent =
                format!(r#"<w:ind w:left="{CHARACTER}" w:firstLineChars="0" w:firstLine="0"/>"#);
            writer.open("Flush", &format!("{rule}{stop}{indent}"));
            writer.runs(&[Run::plain(number)], None);
            writer.out.push_str("<w:r><w:tab/></w:r>");
            writer.runs(&[Run::plain("签发人：")], None);
            writer.runs(&[Run::plain(signer.as_str())], Some(KAI));
            writer.out.push_str("</w:p>");
        }
    }
    writer.empty();
    writer.empty();
}

/// Attachment note, issuer, date and note.
pub(super) fn below(writer: &mut Writer<'_>) {
    let doc = writer.doc;
    let keep = "<w:keepNext/>";
    if !doc.annexes.is_empty() {
        writer.paragraph("Flush", keep, &[], None);
        let many = doc.annexes.len() > 1;
        for (number, annex) in (1..).zip(&doc.annexes) {
            // Two in; wrapped text stands under the name.
            let (left, hanging) = match (many, number) {
                (false, _) => (5, 3),
                (true, 1) => (6, 4),
                (true, _) => (6, 1),
            };
            let indent = format!(
                r#"{keep}<w:ind w:left="{}" w:firstLineChars="0" w:hanging="{}"/>"#,
                left * CHARACTER,
                hanging * CHARACTER
            );
            let label = match (many, number) {
                (false, _) => "附件：".to_owned(),
                (true, 1) => "附件：1.".to_owned(),
                (true, _) => format!("{number}."),
            };
            writer.paragraph(
                "Flush",
                &indent,
                &[Run::plain(format!("{label}{}", annex.title))],
                None,
            );
        }
    }
    if let Some(sign) = &doc.sign {
        let (issuer, date) = signature(sign);
        writer.paragraph("Flush", keep, &[], None);
        if !sign.issuer.is_empty() {
            let place = format!("{keep}{}", from_right(issuer));
            writer.paragraph("Flush", &place, &[Run::plain(sign.issuer.as_str())], None);
        }
        let place = match doc.note {
            Some(_) => format!("{keep}{}", from_right(date)),
            None => from_right(date),
        };
        writer.paragraph("Flush", &place, &[Run::plain(sign.date.as_str())], None);
    }
    if let Some(note) = &doc.note {
        writer.paragraph("Normal", "", &[Run::plain(format!("（{note}）"))], None);
    }
}

/// The imprint: a box at the bottom of the type area of the last page. Its rules are paragraphs of their own, because text
/// stands one character in and the rules do not. (LibreOffice keeps neither a floating table nor a frame down there.)
pub(super) fn imprint(writer: &mut Writer<'_>) {
    let Some(imprint) = writer.doc.imprint.clone() else {
        return;
    };
    let body = std::mem::take(&mut writer.out);
    let lines = rows(writer, &imprint);
    let rows = std::mem::replace(&mut writer.out, body);
    // 18 points a line, 3 a rule; 635 English metric units are a twentieth of a point.
    let rules = if imprint.copies.is_some() { 3 } else { 2 };
    let (width, height) = (WIDTH * 635, (lines * 360 + rules * 60) * 635);
    writer.out.push_str(&format!(
        r#"<w:p><w:pPr><w:pStyle w:val="Flush"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH><wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV><wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/><wp:docPr id="1000" name="imprint"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{rows}</w:txbxContent></wps:txbx><wps:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>"#
    ));
}

/// The paragraphs of the imprint; how many lines of text they are.
fn rows(writer: &mut Writer<'_>, imprint: &Imprint) -> u32 {
    let rule = |writer: &mut Writer<'_>, eighths: u32| {
        let border = format!(
            r#"<w:pBdr><w:top w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/></w:pBdr><w:spacing w:line="60" w:lineRule="exact"/>"#
        );
        writer.paragraph("Imprint", &border, &[], None);
    };
    // One character of size 4 in on both sides; 0.35 mm first and last, 0.25 mm between.
    let side = 280;
    let mut lines = 1;
    rule(writer, 8);
    if let Some(copies) = &imprint.copies {
        let indent = format!(
            r#"<w:ind w:left="{}" w:right="{side}" w:firstLineChars="0" w:hanging="{}"/>"#,
            4 * side,
            3 * side
        );
        let said = format!("{copies}。");
        lines += half_widths(&said).div_ceil((WIDTH - 5 * side) * 2 / side);
        writer.paragraph(
            "Imprint",
            &indent,
            &[Run::plain(format!("抄送：{said}"))],
            None,
        );
        rule(writer, 6);
    }
    let stop = format!(
        r#"<w:tabs><w:tab w:val="right" w:pos="{}"/></w:tabs>"#,
        WIDTH - side
    );
    let indent = format!(r#"<w:ind w:left="{side}" w:firstLineChars="0" w:firstLine="0"/>"#);
    writer.open("Imprint", &format!("{stop}{indent}"));
    writer.runs(&[Run::plain(imprint.printer.as_str())], None);
    writer.out.push_str("<w:r><w:tab/></w:r>");
    writer.runs(&[Run::plain(format!("{}印发", imprint.date))], None);
    writer.out.push_str("</w:p>");
    rule(writer, 8);
    lines
}

/// — 1 —: at the right on odd pages, at the left on even ones, one character in.
pub(super) fn footer(odd: bool) -> String {
    let side = 280;
    let place = match odd {
        true => format!(
            r#"<w:ind w:right="{side}" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>"#
        ),
        false => format!(
            r#"<w:ind w:left="{side}" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="left"/>"#
        ),
    };
    let fonts = styles::fonts(styles::SONG);
    let run = |text: &str| {
        format!(r#"<w:r><w:rPr>{fonts}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#)
    };
    format!(
        r#"{HEAD}<w:ftr {W}><w:p><w:pPr><w:pStyle w:val="Footer"/>{place}</w:pPr>{}<w:fldSimple w:instr=" PAGE ">{}</w:fldSimple>{}</w:p></w:ftr>"#,
        run("— "),
        run("1"),
        run(" —")
    )
}
