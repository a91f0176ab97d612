//! The styles of a docx: fonts, sizes and places of GB/T 9704-2012.
//!
//! Fonts are named, not embedded: the machines of the bureau have them, and they are not free to be passed on.

use super::{CHARACTER, HEAD, LINE, W, WIDTH};

pub(super) const FANG: &str = "仿宋_GB2312";
pub(super) const HEI: &str = "黑体";
pub(super) const KAI: &str = "楷体_GB2312";
pub(super) const SONG: &str = "宋体";
pub(super) const TITLE: &str = "方正小标宋简体";
/// Letters and digits.
const LATIN: &str = "Times New Roman";

/// Half points: 二号, 三号, 四号, and the size of tables.
const SIZE_2: u32 = 44;
const SIZE_3: u32 = 32;
pub(super) const SIZE_4: u32 = 28;
const SIZE_TABLE: u32 = 24;

/// The fonts of a run.
pub(super) fn fonts(han: &str) -> String {
    // The numbers of pages are in Songti, digits too.
    let latin = if han == SONG { SONG } else { LATIN };
    format!(r#"<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" w:eastAsia="{han}"/>"#)
}

/// A quarter of a point closer than it is wide: 28 characters of 15.75 points fill 156 mm (442.2 points) in every program.
const TIGHT: &str = r#"<w:spacing w:val="-5"/>"#;
/// As wide as it is.
const WIDE: &str = r#"<w:spacing w:val="0"/>"#;

pub(super) fn part() -> String {
    let indent = format!(
        r#"<w:ind w:firstLineChars="200" w:firstLine="{}"/>"#,
        2 * CHARACTER
    );
    let centre = r#"<w:jc w:val="center"/>"#;
    let line =
        format!(r#"<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>"#);
    let heading =
        |level: u32| format!(r#"<w:keepNext/>{line}{indent}<w:outlineLvl w:val="{level}"/>"#);
    // What is not of size 3 does not stand on the grid of size 3.
    let free = r#"<w:snapToGrid w:val="0"/>"#;
    let table =
        format!(r#"{free}<w:spacing w:before="0" w:after="0" w:line="360" w:lineRule="exact"/>"#);
    let small =
        format!(r#"{free}<w:spacing w:before="0" w:after="0" w:line="280" w:lineRule="exact"/>"#);
    let styles = [
        style("Flush", "Flush", &line, &rule(FANG, SIZE_3)),
        style(
            "Title",
            "Title",
            &format!("<w:keepNext/>{line}{centre}"),
            &rule(TITLE, SIZE_2),
        ),
        style("Heading1", "heading 1", &heading(0), &rule(HEI, SIZE_3)),
        style("Heading2", "heading 2", &heading(1), &rule(KAI, SIZE_3)),
        style("Heading3", "heading 3", &heading(2), &rule(FANG, SIZE_3)),
        style("Heading4", "heading 4", &heading(3), &rule(FANG, SIZE_3)),
        style(
            "Mark",
            "Issuer Mark",
            centre,
            &format!(r#"{}<w:color w:val="FF0000"/>{WIDE}"#, fonts(TITLE)),
        ),
        style("HeadLine", "Head Line", &line, &rule(HEI, SIZE_3)),
        style("TableText", "Table Text", &table, &rule(FANG, SIZE_TABLE)),
        style(
            "TableHead",
            "Table Head",
            &format!("<w:keepNext/>{table}{centre}"),
            &rule(HEI, SIZE_TABLE),
        ),
        style(
            "Caption",
            "caption",
            &format!("<w:keepNext/>{line}{centre}"),
            &rule(HEI, SIZE_4),
        ),
        style(
            "Picture",
            "Picture",
            // As high as the picture, not as a line of text.
            &format!(
                r#"{free}<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>{centre}"#
            ),
            &rule(FANG, SIZE_3),
        ),
        style("Imprint", "Imprint", &table, &rule(FANG, SIZE_4)),
        style("Footer", "footer", &small, &rule(SONG, SIZE_4)),
    ];
    // Body text is the default: two characters in, runs back flush, set to both edges, Han and Latin without a gap.
    format!(
        r#"{HEAD}<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}{TIGHT}<w:sz w:val="{SIZE_3}"/><w:szCs w:val="{SIZE_3}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>{line}{indent}<w:jc w:val="both"/></w:pPr></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>{}</w:styles>"#,
        styles.concat(),
        fonts = fonts(FANG),
    )
}

fn rule(font: &str, size: u32) -> String {
    let spacing = if size == SIZE_3 { "" } else { WIDE };
    format!(
        r#"{}{spacing}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#,
        fonts(font)
    )
}

fn style(id: &str, name: &str, paragraph: &str, run: &str) -> String {
    let flush = match paragraph.contains("<w:ind ") {
        true => "",
        false => r#"<w:ind w:firstLineChars="0" w:firstLine="0"/>"#,
    };
    // Children of pPr have an order: keepNext, snapToGrid, spacing, ind, jc, outlineLvl.
    let (before, after) = match paragraph
        .find("<w:jc ")
        .or_else(|| paragraph.find("<w:outlineLvl "))
    {
        Some(at) => paragraph.split_at(at),
        None => (paragraph, ""),
    };
    format!(
        r#"<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:pPr>{before}{flush}{after}</w:pPr><w:rPr>{run}</w:rPr></w:style>"#
    )
}

/// Size of the issuer's mark in half points: as large as one line of the type area takes with a little air, at most 62 pt.
pub(super) fn mark_size(characters: usize) -> u32 {
    let fit = WIDTH * 19 / 200 / u32::try_from(characters.max(1)).unwrap_or(u32::MAX);
    fit.clamp(44, 124)
}
