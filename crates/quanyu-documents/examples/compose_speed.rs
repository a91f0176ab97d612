//! Composes a docx with one table from a csv, a figure in each cell, and says how long that took: for `bench/compose`.
//!
//!     compose_speed ROWS.csv OUT.docx [TIMES]
//!
//! The csv has a head, then a name and numbers a row. Each number is printed with `fig(…)`, so that it carries its release.

use std::{collections::BTreeSet, error::Error, sync::Arc, time::Instant};

use quanyu_documents::compose::{
    Answer, Ask, Facts, Figure, Known, Rendered, Template, write_docx,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(input), Some(output)) = (args.next(), args.next()) else {
        return Err("compose_speed ROWS.csv OUT.docx [TIMES]".into());
    };
    let times: usize = args.next().map_or(Ok(1), |it| it.parse())?;
    let mut reader = csv::Reader::from_path(&input)?;
    let heads: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|it| Ok(it?.iter().map(str::to_owned).collect()))
        .collect::<Result<_, csv::Error>>()?;
    let template = Template {
        name: "bench".to_owned(),
        source: source(&heads),
    };
    let mut took = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let bytes = compose(&template, &rows)?;
        took.push(start.elapsed().as_secs_f64() * 1000.0);
        std::fs::write(&output, bytes)?;
    }
    took.sort_by(f64::total_cmp);
    println!("{:.1}", took[took.len() / 2]);
    Ok(())
}

fn source(heads: &[String]) -> String {
    let cells: Vec<String> = (1..heads.len())
        .map(|column| format!("{{{{ fig(\"f{column}\", region=it.region) }}}}"))
        .collect();
    format!(
        "# 示例数据表\n|= {}\n{{% for it in rows %}}\n| {{{{ it.name }}}} | {}\n{{% endfor %}}\n",
        heads.join(" | "),
        cells.join(" | ")
    )
}

fn compose(template: &Template, rows: &[Vec<String>]) -> Result<Vec<u8>, Box<dyn Error>> {
    // A code that ends with 000 would be that of the region above.
    let code = |row: usize| format!("99{:06}9", row + 1);
    let list = rows.iter().enumerate().map(|(at, row)| {
        [("name", row[0].clone()), ("region", code(at))]
            .map(|(key, text)| (key.to_owned(), text))
            .into()
    });
    let facts = Facts {
        period: "2023".parse()?,
        region: "99".parse()?,
        region_name: "示例".to_owned(),
        date: jiff::civil::date(2024, 1, 8),
        texts: Default::default(),
        lists: [("rows".to_owned(), list.collect())].into(),
    };
    let mut known = Arc::new(Known::default());
    loop {
        match template.render(&facts, &known)? {
            Rendered::Done(mut doc) => {
                let mut number = 0;
                doc.release(|_| {
                    number += 1;
                    format!("r{number:07}")
                });
                return Ok(write_docx(&doc));
            }
            Rendered::Missing(asked) => answer(asked, rows, &mut known)?,
        }
    }
}

fn answer(
    asked: BTreeSet<Ask>,
    rows: &[Vec<String>],
    known: &mut Arc<Known>,
) -> Result<(), Box<dyn Error>> {
    let known = Arc::make_mut(known);
    for ask in asked {
        let Ask::Figure {
            indicator, region, ..
        } = &ask
        else {
            continue;
        };
        let row: usize = region.as_str()[2..8].parse::<usize>()? - 1;
        let column: usize = indicator[1..].parse()?;
        let figure = Figure {
            title: indicator.clone(),
            unit: "家".to_owned(),
            said_unit: "家".to_owned(),
            value: Some(rows[row][column].parse()?),
            ..Figure::default()
        };
        known.insert(ask, Answer::Figure(figure));
    }
    Ok(())
}
