//! The figures on 20 million values: a register of a million records with twenty sums of money each.
//!
//! `cargo run --release -p quanyu-figures -p quanyu --example bench -- FOLDER` writes the values to FOLDER/values.parquet
//! and the answers to FOLDER/answers.csv, for `bench/figures/peers.py` to compare with, and prints times as CSV.

use std::{collections::BTreeMap, fs::File, io::Write, path::PathBuf, sync::Arc, time::Instant};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, Date32Array, Int64Array, StringArray},
        record_batch::RecordBatch,
    },
    parquet::arrow::ArrowWriter,
};
use quanyu_core::{
    columns::{BATCH_ROWS, Column, ColumnBatch},
    period::Period,
    region::RegionCode,
    text::Text,
};
use quanyu_figures::{
    Answer, By, Figures, Request,
    source::{Piece, Sink, Source, SourceError, Want},
};
use quanyu_pack::model::{
    At, Better, Declared, Display, Field, FieldType, Indicator, IndicatorKind, Pack, Region,
    Register,
};

const ROWS: i64 = 1_000_000;
const VALUES: usize = 20;
const CITIES: i64 = 12;
const COUNTIES: i64 = 10;
/// 2019-01-01 as a day since 1970, and the days of five years.
const FIRST_DAY: i64 = 17_897;
const DAYS: i64 = 1_826;

/// A number that looks random and is the same every time (splitmix64).
fn mixed(seed: i64) -> i64 {
    let mut z = seed.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 1).cast_signed()
}

fn region(id: i64) -> String {
    let at = mixed(id * 32) % (CITIES * COUNTIES);
    format!("99{:02}{:02}", at / COUNTIES + 1, at % COUNTIES + 1)
}

fn day(id: i64) -> i64 {
    FIRST_DAY + mixed(id * 32 + 1) % DAYS
}

/// Fen, up to a hundred million yuan.
fn value(id: i64, at: usize, version: i64) -> i64 {
    mixed(id * 32 + 2 + i64::try_from(at).unwrap_or(0) + version * 7_919) % 10_000_000_000
}

/// The records, the first of them as often changed as `changes` says.
#[derive(Default)]
struct Records {
    changes: std::sync::atomic::AtomicI64,
}

impl Records {
    fn version(&self) -> i64 {
        self.changes.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn batch(&self, want: &Want, ids: Vec<i64>) -> ColumnBatch {
        let column = |name: &str| match name {
            "region" => Column::Text(ids.iter().map(|id| Some(region(*id))).collect()),
            "day" => Column::Int(ids.iter().map(|id| Some(day(*id))).collect()),
            name => {
                let at = name[1..].parse().unwrap_or(0);
                let version = |id: i64| if id == 1 { self.version() } else { 0 };
                Column::Int(
                    ids.iter()
                        .map(|id| Some(value(*id, at, version(*id))))
                        .collect(),
                )
            }
        };
        let columns = want.columns.iter().map(|it| column(&it.name)).collect();
        ColumnBatch { ids, columns }
    }
}

#[async_trait]
impl Source for Records {
    async fn head(&self) -> Result<i64, SourceError> {
        Ok(ROWS + self.version())
    }

    async fn read(&self, wants: &[Want], sink: &mut Sink<'_>) -> Result<i64, SourceError> {
        for (at, want) in wants.iter().enumerate() {
            let last = if want.since.is_some() { 1 } else { ROWS };
            let mut first = 1;
            while first <= last {
                let until = (first + BATCH_ROWS as i64 - 1).min(last);
                sink(at, Piece::Rows(self.batch(want, (first..=until).collect())))?;
                first = until + 1;
            }
        }
        self.head().await
    }
}

fn pack() -> Pack {
    let said = |text: String| Declared {
        value: text,
        at: At::default(),
    };
    let field = |id: String, kind| Field {
        title: Text::zh(id.as_str()),
        id,
        kind,
        ..Field::default()
    };
    let mut fields = vec![field("day".into(), FieldType::Date)];
    fields.extend((0..VALUES).map(|it| field(format!("v{it}"), FieldType::Money)));
    let register = Register {
        id: "fact".into(),
        fields,
        ..Register::default()
    };
    let indicators = (0..VALUES).map(|it| Indicator {
        id: format!("i{it:02}"),
        title: Text::zh(format!("示例指标{it}")),
        unit: "元".into(),
        kind: IndicatorKind::Flow {
            of: said("fact".into()),
            value: said(format!("sum(v{it})")),
            filter: None,
            date: said("day".into()),
            region: None,
        },
        lag: 0,
        published: None,
        basis: None,
        empty_is_zero: false,
        better: Better::Higher,
        display: Display::default(),
        aliases: Vec::new(),
        group: None,
        cockpit: None,
        source: None,
        at: At::default(),
    });
    let mut codes = vec!["99".to_owned()];
    for city in 1..=CITIES {
        codes.push(format!("99{city:02}"));
        codes.extend((1..=COUNTIES).map(|it| format!("99{city:02}{it:02}")));
    }
    let regions = codes.into_iter().map(|code| {
        let code: RegionCode = code.parse().expect("the code was just made");
        let region = Region {
            level: code.level(),
            name: code.to_string(),
            aliases: Vec::new(),
            from: None,
            to: None,
            code: code.clone(),
        };
        (code, region)
    });
    Pack {
        id: "bench".into(),
        region: "99".parse().expect("a province"),
        regions: regions.collect(),
        registers: BTreeMap::from([("fact".into(), register)]),
        indicators: indicators.map(|it| (it.id.clone(), it)).collect(),
        ..Pack::default()
    }
}

/// One indicator, the months of a year, by city.
async fn months(figures: &Figures, indicator: &str, year: i32) -> Answer {
    let year = Period::year(year).expect("a year of our time");
    let request = Request {
        indicators: Some(vec![indicator.to_owned()]),
        region: "99".parse().expect("a province"),
        periods: year.each_month().collect(),
        by: Some(By::Children),
    };
    figures.query(&request).await.expect("an answer")
}

/// All indicators, five years, by county.
async fn counties(figures: &Figures) -> Vec<Answer> {
    let mut answers = Vec::new();
    for city in 1..=CITIES {
        let request = Request {
            indicators: None,
            region: format!("99{city:02}").parse().expect("a city"),
            periods: (2019..2024).filter_map(Period::year).collect(),
            by: Some(By::Children),
        };
        answers.push(figures.query(&request).await.expect("an answer"));
    }
    answers
}

fn write_values(path: PathBuf) {
    let ids: Vec<i64> = (1..=ROWS).collect();
    let day = |id: &i64| i32::try_from(day(*id)).expect("a day of our time");
    let mut columns: Vec<(String, ArrayRef)> = vec![
        (
            "region".into(),
            Arc::new(StringArray::from_iter_values(
                ids.iter().map(|id| region(*id)),
            )),
        ),
        (
            "day".into(),
            Arc::new(Date32Array::from_iter_values(ids.iter().map(day))),
        ),
    ];
    for at in 0..VALUES {
        let values = ids.iter().map(|id| value(*id, at, 0));
        columns.push((
            format!("v{at}"),
            Arc::new(Int64Array::from_iter_values(values)),
        ));
    }
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let file = File::create(path).expect("a file in the folder");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("the values");
    writer.close().expect("the end of the file");
}

fn write_answers<'a>(path: PathBuf, answers: impl IntoIterator<Item = &'a Answer>) {
    let mut file = std::io::BufWriter::new(File::create(path).expect("a file in the folder"));
    for it in answers.into_iter().flat_map(|it| &it.rows) {
        let value = it.value.map(|it| it.to_string()).unwrap_or_default();
        writeln!(file, "{},{},{},{value}", it.indicator, it.region, it.period).expect("a line");
    }
}

/// A moment by the clock and by the processor.
struct Watch(Instant, f64);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), processor())
    }

    /// Milliseconds since, by the clock and by the processor.
    fn stop(&self) -> (f64, f64) {
        let clock = self.0.elapsed().as_secs_f64() * 1000.0;
        (clock, processor() - self.1)
    }
}

/// Milliseconds that all threads of this process were on a processor (Linux; else 0): on a machine with other work this says
/// more than the clock.
fn processor() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanoseconds = threads.flatten().filter_map(|it| {
        let text = std::fs::read_to_string(it.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e6
}

fn told(what: &str, times: &mut [(f64, f64)]) {
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (clock, worst) = (times[times.len() / 2].0, times[times.len() - 1].0);
    times.sort_by(|a, b| a.1.total_cmp(&b.1));
    println!(
        "{what},{clock:.3},{worst:.3},{:.3}",
        times[times.len() / 2].1
    );
}

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    write_values(folder.join("values.parquet"));
    let source = Arc::new(Records::default());
    let figures = Figures::new(Arc::new(pack()), source.clone()).expect("a pack without faults");

    println!("what,median ms,worst ms,processor ms");
    let start = Watch::start();
    figures.refresh().await.expect("rows");
    told("rows read", &mut [start.stop()]);
    let start = Watch::start();
    let first = months(&figures, "i00", 2023).await;
    told(
        "one indicator 12 months by city: first",
        &mut [start.stop()],
    );
    let start = Watch::start();
    let all = counties(&figures).await;
    told(
        "20 indicators 120 counties 5 years: first",
        &mut [start.stop()],
    );
    write_answers(folder.join("answers.csv"), all.iter().chain([&first]));

    let mut times = Vec::new();
    for at in 0..100 {
        let start = Watch::start();
        let answer = months(
            &figures,
            &format!("i{:02}", at % VALUES),
            2019 + at as i32 % 5,
        )
        .await;
        times.push(start.stop());
        assert_eq!(answer.rows.len(), 144);
    }
    told("one indicator 12 months by city", &mut times);
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Watch::start();
        let answers = counties(&figures).await;
        times.push(start.stop());
        assert_eq!(
            answers.iter().map(|it| it.rows.len()).sum::<usize>(),
            12_000
        );
    }
    told("20 indicators 120 counties 5 years", &mut times);
    let mut times = Vec::new();
    for _ in 0..20 {
        source
            .changes
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let start = Watch::start();
        counties(&figures).await;
        times.push(start.stop());
    }
    told(
        "20 indicators 120 counties 5 years: after a changed record",
        &mut times,
    );
}
