//! Prints what is read from documents or workbooks: `document_text FILE…`. For looking at files by hand.

use quanyu_documents::{
    formats::{SimpleBlock, extract, write_docx_simple, write_pdf_simple},
    workbook::{Cell, Wish, open},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in std::env::args().skip(1) {
        println!("== {file}");
        let path = std::path::Path::new(&file);
        if file == "sample" {
            sample()?;
        } else if [".xlsx", ".xls", ".csv", ".et", ".ods"]
            .iter()
            .any(|it| file.ends_with(it))
        {
            match open(path, &Wish::default()) {
                Err(error) => println!("{}: {error}", error.code()),
                Ok(mut sheet) => {
                    println!(
                        "{:?} {:?}",
                        sheet.titles(),
                        sheet
                            .columns()
                            .iter()
                            .map(|it| (&it.name, &it.unit))
                            .collect::<Vec<_>>()
                    );
                    for row in sheet.by_ref() {
                        let row = row?;
                        println!(
                            "{}{} {:?}",
                            row.number,
                            if row.hidden { "h" } else { "" },
                            row.cells.iter().map(Cell::said).collect::<Vec<_>>()
                        );
                    }
                    println!("{:?}", sheet.report());
                }
            }
        } else {
            match extract(&std::fs::read(path)?, &file) {
                Err(error) => println!("{}: {error}", error.code()),
                Ok(doc) => println!(
                    "title {:?} warnings {:?}\n{}",
                    doc.title, doc.warnings, doc.text
                ),
            }
        }
    }
    Ok(())
}

/// Writes `sample.docx` and `sample.pdf`.
fn sample() -> Result<(), Box<dyn std::error::Error>> {
    let text = "全年完成技术合同成交额 12.5 亿元，同比增长 25%，位居全市第 2 位。";
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let blocks = [
        SimpleBlock::Title("示例区科技创新工作总结".to_owned()),
        SimpleBlock::Heading(1, "一、总体情况".to_owned()),
        SimpleBlock::Paragraph(text.repeat(12)),
        SimpleBlock::Heading(2, "（一）主体培育".to_owned()),
        SimpleBlock::Paragraph(text.repeat(20)),
        SimpleBlock::Table(vec![
            row(["地区", "合同额（亿元）", "位次"]),
            row(["示例甲区", "12.5", "2"]),
            row(["示例乙区", "11.0", "3"]),
        ]),
        SimpleBlock::Paragraph("以上情况，特此通报。".to_owned()),
    ];
    std::fs::write("sample.docx", write_docx_simple(&blocks))?;
    std::fs::write("sample.pdf", write_pdf_simple(&blocks))?;
    Ok(())
}
