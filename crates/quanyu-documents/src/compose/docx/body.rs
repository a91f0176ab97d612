//! The text of a document part: title, headings, paragraphs, figures, attachments.

use quick_xml::escape::escape;

use super::{
    CHARACTER, PICTURES, WIDTH, frame,
    styles::{self, FANG, HEI, KAI},
    table,
};
use crate::compose::{
    chart::{self, Chart},
    marks::bookmark,
    model::{Block, Doc, Run},
};

/// Everything inside `w:body` but the section.
pub(super) fn body(doc: &Doc) -> String {
    let mut writer = Writer {
        doc,
        out: String::new(),
        pictures: 0,
    };
    frame::head(&mut writer);
    writer.title(&doc.title);
    writer.empty();
    if let Some(to) = &doc.to {
        writer.paragraph("Flush", "", &[Run::plain(to.as_str())], None);
    }
    let stays = doc.sign.is_some() && doc.annexes.is_empty();
    writer.blocks(&doc.body, stays);
    frame::below(&mut writer);
    for (number, annex) in (1..).zip(&doc.annexes) {
        let number = if doc.annexes.len() == 1 {
            String::new()
        } else {
            number.to_string()
        };
        let name = format!("附件{number}");
        writer.paragraph(
            "HeadLine",
            "<w:pageBreakBefore/>",
            &[Run::plain(name)],
            None,
        );
        writer.empty();
        writer.title(std::slice::from_ref(&annex.title));
        writer.empty();
        writer.blocks(&annex.body, false);
    }
    frame::imprint(&mut writer);
    writer.out
}

pub(super) struct Writer<'a> {
    pub doc: &'a Doc,
    pub out: String,
    pictures: usize,
}

impl Writer<'_> {
    /// A paragraph in a style, with properties of its own, in a font where it is not the style's.
    pub fn paragraph(&mut self, style: &str, properties: &str, runs: &[Run], font: Option<&str>) {
        self.open(style, properties);
        self.runs(runs, font);
        self.out.push_str("</w:p>");
    }

    pub fn open(&mut self, style: &str, properties: &str) {
        self.out.push_str("<w:p>");
        if style != "Normal" || !properties.is_empty() {
            self.out.push_str("<w:pPr>");
            if style != "Normal" {
                self.out
                    .push_str(&format!(r#"<w:pStyle w:val="{style}"/>"#));
            }
            self.out.push_str(properties);
            self.out.push_str("</w:pPr>");
        }
    }

    pub fn empty(&mut self) {
        self.paragraph("Flush", "", &[], None);
    }

    fn title(&mut self, lines: &[String]) {
        for line in lines {
            self.paragraph("Title", "", &[Run::plain(line.as_str())], None);
        }
    }

    /// Blocks; the last paragraph stays with what follows, so that no page holds the signature alone.
    fn blocks(&mut self, blocks: &[Block], stays: bool) {
        for (at, block) in blocks.iter().enumerate() {
            let keep = if stays && at + 1 == blocks.len() {
                "<w:keepNext/>"
            } else {
                ""
            };
            match block {
                Block::Heading {
                    level,
                    number,
                    text,
                    rest,
                } => self.heading(*level, number, text, rest, keep),
                Block::Paragraph(runs) => self.paragraph("Normal", keep, runs, None),
                Block::Table(it) => table::write(self, it),
                Block::Chart(it) => self.chart(it),
            }
        }
    }

    fn heading(&mut self, level: u8, number: &str, text: &[Run], rest: &[Run], keep: &str) {
        let number = [Run::plain(number)];
        if rest.is_empty() {
            let style = format!("Heading{level}");
            self.open(&style, "");
            self.runs(&number, None);
            self.runs(text, None);
        } else {
            // A heading that runs on into its paragraph is set in its font, and is no heading of the outline.
            let font = match level {
                1 => HEI,
                2 => KAI,
                _ => FANG,
            };
            self.open("Normal", keep);
            self.runs(&number, Some(font));
            self.runs(text, Some(font));
            self.runs(rest, None);
        }
        self.out.push_str("</w:p>");
    }

    pub fn runs(&mut self, runs: &[Run], font: Option<&str>) {
        for run in runs {
            let font = if run.strong { Some(KAI) } else { font };
            match run.figure {
                None => self.run(&run.text, font),
                Some(index) => {
                    // LibreOffice before 7.5 drops tags but keeps bookmarks; Word and WPS keep both.
                    let bookmark = bookmark(&self.doc.figures[index].release, index);
                    if let Some(name) = &bookmark {
                        self.out.push_str(&format!(
                            r#"<w:bookmarkStart w:id="{index}" w:name="{name}"/>"#
                        ));
                    }
                    // Ids of controls must be unique and not zero.
                    self.out.push_str(&format!(
                        r#"<w:sdt><w:sdtPr><w:tag w:val="{}"/><w:id w:val="{}"/></w:sdtPr><w:sdtContent>"#,
                        escape(self.doc.tag(index)),
                        100_000_000 + index
                    ));
                    self.run(&run.text, font);
                    self.out.push_str("</w:sdtContent></w:sdt>");
                    if bookmark.is_some() {
                        self.out
                            .push_str(&format!(r#"<w:bookmarkEnd w:id="{index}"/>"#));
                    }
                }
            }
        }
    }

    fn run(&mut self, text: &str, font: Option<&str>) {
        if text.is_empty() {
            return;
        }
        self.out.push_str("<w:r>");
        if let Some(font) = font {
            self.out
                .push_str(&format!("<w:rPr>{}</w:rPr>", styles::fonts(font)));
        }
        self.out.push_str(r#"<w:t xml:space="preserve">"#);
        self.out.push_str(&escape(text));
        self.out.push_str("</w:t></w:r>");
    }

    fn chart(&mut self, chart: &Chart) {
        let (id, number) = (PICTURES + self.pictures, self.pictures + 1);
        self.pictures += 1;
        // English metric units: 635 to a twentieth of a point.
        let (width, height) = (chart::SIZE.0 * 635, chart::SIZE.1 * 635);
        let words = escape(chart.words()).into_owned();
        self.open("Picture", "");
        self.out.push_str(&format!(
            r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{number}" name="chart{number}" descr="{words}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="chart{number}.emf" descr="{words}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId{id}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
        ));
    }
}

/// Properties that set a paragraph from the right edge, in half characters.
pub(super) fn from_right(half_characters: u32) -> String {
    let right = half_characters * CHARACTER / 2;
    format!(
        r#"<w:ind w:right="{right}" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>"#
    )
}

/// A stop at the right edge of the type area, `inset` characters in.
pub(super) fn right_stop(inset: u32) -> String {
    format!(
        r#"<w:tabs><w:tab w:val="right" w:pos="{}"/></w:tabs>"#,
        WIDTH - inset * CHARACTER
    )
}
