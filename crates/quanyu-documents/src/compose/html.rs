//! A document as one HTML page that stands by itself: for preview, mail and the notice board.
//!
//! Every figure is a `span` with its release, so that a page can open what is behind it.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{
    chart::svg,
    model::{Align, Block, Doc, Run, Table},
};

const STYLE: &str = "
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 28em; padding: 3em 1em; font: 1.05rem/1.9 FangSong_GB2312, 仿宋_GB2312, FangSong, 仿宋, serif; color: #111; background: #fff; }
h1 { font: 600 1.5em/1.5 FZXiaoBiaoSong-B05S, 方正小标宋简体, SimSun, 宋体, serif; text-align: center; margin: 0 0 1em; }
h2, h3, h4, h5 { font-size: 1em; margin: 0; text-indent: 2em; font-weight: normal; }
h2 { font-family: SimHei, 黑体, sans-serif; }
h3, b { font-family: KaiTi_GB2312, 楷体_GB2312, KaiTi, 楷体, serif; font-weight: normal; }
p { margin: 0; text-indent: 2em; text-align: justify; }
p.flush { text-indent: 0; }
p.right { text-align: right; text-indent: 0; }
p.mark { color: #c00; font: 600 2em/1.6 FZXiaoBiaoSong-B05S, 方正小标宋简体, SimSun, serif; text-align: center; text-indent: 0; }
p.number { text-align: center; text-indent: 0; border-bottom: 2px solid #c00; margin-bottom: 2em; }
table { border-collapse: collapse; width: 100%; margin: .5em 0 1em; font-size: .85em; line-height: 1.5; }
caption, figcaption { font-family: SimHei, 黑体, sans-serif; padding: .4em 0; }
th, td { border: 1px solid #333; padding: .2em .4em; text-align: center; }
th { font-family: SimHei, 黑体, sans-serif; font-weight: normal; }
td.l { text-align: left; } td.r { text-align: right; }
figure { margin: 1em 0; } figure svg { width: 100%; height: auto; }
section { margin-top: 3em; }
footer { margin-top: 3em; border-top: 2px solid #333; border-bottom: 2px solid #333; font-size: .85em; }
footer p { text-indent: 0; padding: 0 1em; display: flex; justify-content: space-between; }
footer p + p { border-top: 1px solid #333; }
@media print { body { max-width: none; padding: 0; } section { break-before: page; } }
";

/// The document as HTML.
#[must_use]
pub fn write(doc: &Doc) -> String {
    let mut page = Page {
        doc,
        out: String::new(),
    };
    let title = doc.title.concat();
    page.raw(&format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        escape(title.as_str())
    ));
    page.head();
    page.raw(&format!("<h1>{}</h1>\n", lines(&doc.title)));
    if let Some(to) = &doc.to {
        page.line("flush", to);
    }
    page.blocks(&doc.body);
    page.below();
    let many = doc.annexes.len() > 1;
    for (number, annex) in (1..).zip(&doc.annexes) {
        let name = if many {
            format!("附件{number}")
        } else {
            "附件".to_owned()
        };
        page.raw("<section>\n");
        page.line("flush", &name);
        page.raw(&format!("<h1>{}</h1>\n", escape(annex.title.as_str())));
        page.blocks(&annex.body);
        page.raw("</section>\n");
    }
    page.raw("</main>\n");
    page.imprint();
    page.raw("</body>\n</html>\n");
    page.out
}

fn lines(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|it| escape(it.as_str())).collect();
    lines.join("<br>")
}

struct Page<'a> {
    doc: &'a Doc,
    out: String,
}

impl Page<'_> {
    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self, class: &str, text: &str) {
        self.raw(&format!("<p class=\"{class}\">{}</p>\n", escape(text)));
    }

    fn head(&mut self) {
        let head = &self.doc.head;
        for text in [&head.copy, &head.urgency].into_iter().flatten() {
            self.line("flush", text);
        }
        if let Some(issuer) = &head.issuer {
            self.line("mark", issuer);
            let signer = head.signer.as_ref().map(|it| format!("　　签发人：{it}"));
            let number = format!(
                "{}{}",
                head.number.as_deref().unwrap_or_default(),
                signer.unwrap_or_default()
            );
            self.line("number", &number);
        }
    }

    fn below(&mut self) {
        let many = self.doc.annexes.len() > 1;
        for (number, annex) in (1..).zip(&self.doc.annexes) {
            let label = if number == 1 {
                "附件："
            } else {
                "　　　"
            };
            let number = if many {
                format!("{number}.")
            } else {
                String::new()
            };
            self.line("", &format!("{label}{number}{}", annex.title));
        }
        if let Some(sign) = &self.doc.sign {
            self.line("right", &sign.issuer);
            self.line("right", &sign.date);
        }
        if let Some(note) = &self.doc.note {
            self.line("", &format!("（{note}）"));
        }
    }

    fn imprint(&mut self) {
        if let Some(imprint) = &self.doc.imprint {
            self.raw("<footer>\n");
            if let Some(copies) = &imprint.copies {
                self.line("", &format!("抄送：{copies}。"));
            }
            self.raw(&format!(
                "<p><span>{}</span> <span>{}印发</span></p>\n</footer>\n",
                escape(imprint.printer.as_str()),
                escape(imprint.date.as_str())
            ));
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading {
                    level,
                    number,
                    text,
                    rest,
                } if rest.is_empty() => {
                    let tag = level + 1;
                    self.raw(&format!("<h{tag}>{number}"));
                    self.runs(text);
                    self.raw(&format!("</h{tag}>\n"));
                }
                Block::Heading {
                    number, text, rest, ..
                } => {
                    self.raw(&format!("<p>{number}<b>"));
                    self.runs(text);
                    self.raw("</b>");
                    self.runs(rest);
                    self.raw("</p>\n");
                }
                Block::Paragraph(runs) => {
                    self.raw("<p>");
                    self.runs(runs);
                    self.raw("</p>\n");
                }
                Block::Table(table) => self.table(table),
                Block::Chart(chart) => {
                    let drawn = svg(chart, "SimHei, 黑体, sans-serif");
                    self.raw(&format!("<figure>{drawn}</figure>\n"));
                }
            }
        }
    }

    fn table(&mut self, table: &Table) {
        self.raw("<table>\n");
        if !table.caption.is_empty() {
            self.raw("<caption>");
            self.runs(&table.caption);
            self.raw("</caption>\n");
        }
        self.raw("<thead><tr>");
        for cell in &table.head {
            self.raw("<th>");
            self.runs(cell);
            self.raw("</th>");
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.raw("<tr>");
            for (cell, align) in row.iter().zip(&table.align) {
                self.raw(match align {
                    Align::Left => "<td class=\"l\">",
                    Align::Centre => "<td>",
                    Align::Right => "<td class=\"r\">",
                });
                self.runs(cell);
                self.raw("</td>");
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }

    fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            let text = escape(run.text.as_str());
            let (open, close) = if run.strong {
                ("<b>", "</b>")
            } else {
                ("", "")
            };
            let written = match run.figure {
                None => write!(self.out, "{open}{text}{close}"),
                Some(index) => {
                    let figure = &self.doc.figures[index];
                    write!(
                        self.out,
                        "{open}<span class=\"figure\" data-release=\"{}\" data-indicator=\"{}\" data-period=\"{}\">{text}</span>{close}",
                        escape(figure.release.as_str()),
                        escape(figure.indicator.as_str()),
                        figure.period
                    )
                }
            };
            written.expect("a string takes any text");
        }
    }
}
