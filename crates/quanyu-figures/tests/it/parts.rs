//! Sealed parts: what is kept from one start to the next, and what is not believed.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use quanyu_figures::{Figures, parts::Place};
use quanyu_pack::model::{FieldType, Pack};
use rust_decimal::Decimal;

use crate::support::{
    Fields, Folder, Memory, day, dec, fields, flow, indicator, pack, period, region, register,
    text, yuan,
};

fn grants() -> Pack {
    let grant = register(
        "grant",
        [
            ("paid_on", FieldType::Date),
            ("amount", FieldType::Money),
            ("to", FieldType::Text),
        ],
    );
    let indicators = vec![
        indicator("paid", flow("grant", "sum(amount)", None, "paid_on")),
        indicator(
            "names",
            flow("grant", "count(distinct \"to\")", None, "paid_on"),
        ),
    ];
    pack(vec![grant], vec![], indicators)
}

fn grant(month: i32, amount: i32) -> Fields {
    fields([
        ("region", text("990101001")),
        ("paid_on", day(&format!("2023-{:02}-15", month % 12 + 1))),
        ("amount", yuan(&amount.to_string())),
        ("to", text(&format!("示例{}", amount % 5))),
    ])
}

fn fill(memory: &Memory, rows: i32) -> Vec<i64> {
    let add = |at| memory.add("grant", grant(at, at + 1));
    (0..rows).map(add).collect()
}

fn open(memory: &Arc<Memory>, place: Place) -> Figures {
    Figures::with_parts(Arc::new(grants()), memory.clone(), place).unwrap()
}

async fn paid(figures: &Figures) -> (Decimal, i64) {
    let answer = figures
        .series("paid", &region("9901"), &[period("2023")])
        .await
        .unwrap();
    (answer.rows[0].value.unwrap_or_default(), answer.sequence)
}

/// What was read of the register: since when, and how many rows.
fn reads(memory: &Memory) -> Vec<(Option<i64>, usize)> {
    let reads = memory.reads().into_iter();
    reads.map(|(_, since, rows)| (since, rows)).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}

#[test]
fn a_second_start_reads_only_what_changed_since() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        let ids = fill(&memory, 40);
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("820"));
        assert_eq!(reads(&memory), [(None, 40)]);
        assert_eq!(folder.parts("grant"), ["0-40.parquet"]);
        drop(figures);

        memory.change("grant", ids[3], grant(0, 1004));
        memory.remove("grant", ids[4]);
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("1815"));
        assert_eq!(reads(&memory), [(Some(40), 1)]);
        let evidence = figures
            .evidence("paid", &region("990101"), period("2023"))
            .await
            .unwrap();
        assert_eq!(evidence.rows.len(), 39);
        assert_eq!(evidence.total(), Some(dec("1815")));
    });
}

#[test]
fn what_is_damaged_or_of_something_else_is_thrown_away_and_read_again() {
    type Spoil = fn(&Folder, &Memory, PathBuf);
    #[rustfmt::skip]
    let cases: &[(&str, Spoil)] = &[
        ("empty",            |_, _, path| fs::write(path, b"").unwrap()),
        ("cut by a byte",    |_, _, path| { let it = fs::read(&path).unwrap(); fs::write(path, &it[..it.len() - 1]).unwrap(); }),
        ("cut in half",      |_, _, path| { let it = fs::read(&path).unwrap(); fs::write(path, &it[..it.len() / 2]).unwrap(); }),
        ("half, then again", |_, _, path| { let mut it = fs::read(&path).unwrap(); it.drain(..it.len() / 2); fs::write(path, it).unwrap(); }),
        ("no parquet",       |_, _, path| fs::write(path, "示例".repeat(400)).unwrap()),
        ("other history",    |_, memory, _| memory.rewrite()),
        ("renamed",          |folder, _, path| fs::rename(path, folder.0.join("grant/0-39.parquet")).unwrap()),
        ("never finished",   |folder, _, path| fs::rename(path, folder.0.join("grant/part.tmp")).unwrap()),
        ("no beginning",     |folder, _, path| fs::rename(path, folder.0.join("grant/7-40.parquet")).unwrap()),
    ];
    runtime().block_on(async {
        for (what, spoil) in cases {
            let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
            fill(&memory, 40);
            paid(&open(&memory, folder.place())).await;
            reads(&memory);
            spoil(&folder, &memory, folder.0.join("grant/0-40.parquet"));
            let figures = open(&memory, folder.place());
            assert_eq!(paid(&figures).await.0, dec("820"), "{what}");
            assert_eq!(reads(&memory), [(None, 40)], "{what}");
            assert_eq!(folder.parts("grant"), ["0-40.parquet"], "{what}");
        }
    });
}

#[test]
fn a_part_of_another_revision_of_the_pack_is_read_again() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        fill(&memory, 40);
        paid(&open(&memory, folder.place())).await;
        reads(&memory);
        let second = Place::new(&folder.0, "second").sealing_from(2);
        assert_eq!(paid(&open(&memory, second)).await.0, dec("820"));
        assert_eq!(reads(&memory), [(None, 40)]);
    });
}

#[test]
fn no_flipped_byte_is_believed() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        fill(&memory, 40);
        paid(&open(&memory, folder.place())).await;
        let path = folder.0.join("grant/0-40.parquet");
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len())
            .step_by(whole.len() / 60)
            .chain([whole.len() - 1])
        {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&path, &bytes).unwrap();
            reads(&memory);
            assert_eq!(paid(&open(&memory, folder.place())).await.0, dec("820"));
            assert_eq!(reads(&memory), [(None, 40)], "byte {at}");
        }
    });
}

#[test]
fn a_damaged_later_part_costs_only_what_it_held() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        let ids = fill(&memory, 40);
        let figures = open(&memory, folder.place());
        paid(&figures).await;
        memory.remove("grant", ids[0]);
        memory.add("grant", grant(0, 500));
        paid(&figures).await;
        figures.seal().await;
        drop(figures);
        assert_eq!(folder.parts("grant"), ["0-40.parquet", "40-42.parquet"]);

        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("1319"));
        drop(figures);
        reads(&memory);
        fs::write(folder.0.join("grant/40-42.parquet"), b"PAR1").unwrap();
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("1319"));
        assert_eq!(reads(&memory), [(Some(40), 1)]);
    });
}

#[test]
fn parts_stay_few_and_a_process_that_was_killed_leaves_nothing_behind() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        fill(&memory, 100);
        let figures = open(&memory, folder.place());
        let mut whole = dec("5050");
        paid(&figures).await;
        for round in 0..40 {
            for _ in 0..3 {
                memory.add("grant", grant(round, 10));
                whole += dec("10");
            }
            assert_eq!(paid(&figures).await.0, whole);
            figures.seal().await;
            let parts = folder.parts("grant");
            assert!(parts.len() <= 4, "{parts:?}");
        }
        // Killed after a new part has its name, before the old ones are gone; and in the middle of another.
        let parts = folder.parts("grant");
        let path = |name: &str| folder.0.join("grant").join(name);
        let last = parts.last().unwrap().clone();
        let kept: Vec<(String, Vec<u8>)> = parts
            .iter()
            .map(|it| (it.clone(), fs::read(path(it)).unwrap()))
            .collect();
        memory.add("grant", grant(1, 10_000));
        whole += dec("10000");
        paid(&figures).await;
        for round in 0..50 {
            memory.add("grant", grant(round, 10));
            whole += dec("10");
        }
        paid(&figures).await;
        figures.seal().await;
        drop(figures);
        for (name, bytes) in kept {
            fs::write(path(&name), bytes).unwrap();
        }
        fs::write(path("part.tmp"), b"half").unwrap();
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, whole);
        let left = folder.parts("grant");
        assert!(!left.contains(&"part.tmp".to_owned()), "{left:?}");
        assert!(left.len() <= 4, "{last}: {left:?}");
    });
}

#[test]
fn a_second_process_writes_nothing_and_answers_right() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        fill(&memory, 40);
        let first = open(&memory, folder.place());
        paid(&first).await;
        let second = open(&memory, folder.place());
        reads(&memory);
        for round in 0..20 {
            memory.add("grant", grant(round, 10));
            paid(&second).await;
            second.seal().await;
        }
        assert_eq!(folder.parts("grant"), ["0-40.parquet"]);
        assert_eq!(reads(&memory)[0], (Some(40), 1));
        // The first one writes parts anew while the second has the old ones open.
        assert_eq!(paid(&first).await, paid(&second).await);
        first.seal().await;
        assert_eq!(paid(&second).await.0, dec("1020"));
        let evidence = second
            .evidence("paid", &region("9901"), period("2023"))
            .await;
        assert_eq!(evidence.unwrap().rows.len(), 60);
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_no_reason_not_to_answer() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        fill(&memory, 40);
        fs::write(&folder.0, b"a file where a folder should be").unwrap();
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("820"));
        figures.seal().await;
        drop(figures);
        fs::remove_file(&folder.0).unwrap();

        // The table's folder is a file: found when the first rows are there.
        fs::create_dir_all(&folder.0).unwrap();
        fs::write(folder.0.join("grant"), b"in the way").unwrap();
        let figures = open(&memory, folder.place());
        assert_eq!(paid(&figures).await.0, dec("820"));
        memory.add("grant", grant(0, 10));
        assert_eq!(paid(&figures).await.0, dec("830"));
    });
}

#[test]
fn answers_stay_right_while_rows_are_sealed_and_changed() {
    runtime().block_on(async {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        let figures = Arc::new(open(&memory, folder.place()));
        // What is paid as of each sequence.
        let truth = Arc::new(Mutex::new(BTreeMap::from([(0, Decimal::ZERO)])));
        let mut ids = Vec::new();
        let writes = async {
            let mut sum = Decimal::ZERO;
            let mut amounts = BTreeMap::new();
            for round in 0..300_i32 {
                let amount = round % 97 + 1;
                {
                    // The truth is there before anybody can read the change.
                    let mut truth = truth.lock().unwrap();
                    let sequence = i64::from(round) + 1;
                    if round % 5 == 4 {
                        let id = ids[(round as usize * 7) % ids.len()];
                        sum += Decimal::from(amount - amounts.insert(id, amount).unwrap());
                        memory.change("grant", id, grant(round, amount));
                    } else if round % 17 == 16 {
                        let id = ids.swap_remove((round as usize * 5) % ids.len());
                        sum -= Decimal::from(amounts.remove(&id).unwrap());
                        memory.remove("grant", id);
                    } else {
                        let id = memory.add("grant", grant(round, amount));
                        ids.push(id);
                        amounts.insert(id, amount);
                        sum += Decimal::from(amount);
                    }
                    truth.insert(sequence, sum);
                }
                tokio::task::yield_now().await;
            }
        };
        let reader = |cells: bool| {
            let (figures, truth) = (figures.clone(), truth.clone());
            tokio::spawn(async move {
                for _ in 0..60 {
                    if cells {
                        let code = region("9901");
                        let evidence = figures.evidence("paid", &code, period("2023")).await;
                        let evidence = evidence.unwrap();
                        let want = truth.lock().unwrap()[&evidence.sequence];
                        assert_eq!(evidence.total().unwrap_or_default(), want);
                    } else {
                        let (value, sequence) = paid(&figures).await;
                        assert_eq!(value, truth.lock().unwrap()[&sequence]);
                    }
                }
            })
        };
        let sealer = {
            let figures = figures.clone();
            tokio::spawn(async move {
                for _ in 0..60 {
                    figures.seal().await;
                    tokio::task::yield_now().await;
                }
            })
        };
        let readers = [reader(false), reader(true), reader(false)];
        writes.await;
        for reader in readers {
            reader.await.unwrap();
        }
        sealer.await.unwrap();
        let (value, sequence) = paid(&figures).await;
        assert_eq!((value, sequence), (truth.lock().unwrap()[&300], 300));
    });
}
