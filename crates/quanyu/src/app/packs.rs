//! Packs checked, tested and compared.
//!
//! Owns running a pack's cases on a store of their own, and bringing together what the loader and the query engine
//! find wrong. Leaves the grammar to `quanyu-pack`.
//!
//! Start reading at [`check`].

use std::{fmt::Write as _, path::Path};

use quanyu_core::text::Language;
use quanyu_figures::FiguresError;
use quanyu_pack::{
    Diagnostic, Diagnostics, Packs, load,
    model::{Pack, PackTest, TestFigure},
};
use rust_decimal::Decimal;

use super::{
    AppError, Product,
    cells::{self, Input},
    names::NameMap,
    product,
};

/// What a command on packs says.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For the terminal.
    pub text: String,
    /// Whether nothing is wrong.
    pub fine: bool,
}

/// The pack's own folder, packs beside it, and the copy built in.
fn around(folder: Option<&Path>, dir: &Path) -> Result<(Packs, String), AppError> {
    let own = Packs::from_pack_dir(dir);
    let id = own.only().filter(|_| dir.join("pack.toml").is_file());
    let id = id.ok_or_else(|| AppError::File {
        file: dir.join("pack.toml").display().to_string(),
        why: "there is no pack in this folder".to_owned(),
    })?;
    Ok((own.or(product::packs(folder)), id))
}

/// Everything that is wrong in a pack, in Chinese and English.
///
/// # Errors
/// When the folder holds no pack.
pub async fn check(folder: Option<&Path>, dir: &Path) -> Result<Outcome, AppError> {
    let (packs, id) = around(folder, dir)?;
    let faults = match load(&packs, &id) {
        Err(faults) => faults,
        Ok(pack) => {
            let mut faults = planning_faults(&pack, quanyu_figures::check(&pack));
            faults.list.extend(super::compose::faults(&pack));
            if faults.list.is_empty() {
                let text = format!(
                    "{id}：没有问题 · no faults\n台账 registers {} · 指标 indicators {} · 代码表 code lists {} · 区划 regions {}",
                    pack.registers.len(),
                    pack.indicators.len(),
                    pack.codes.len(),
                    pack.regions.len()
                );
                return Ok(Outcome { text, fine: true });
            }
            faults
        }
    };
    Ok(Outcome {
        text: faults.render(Language::Zh, false),
        fine: false,
    })
}

fn planning_faults(pack: &Pack, faults: Vec<quanyu_figures::Fault>) -> Diagnostics {
    let list = faults.into_iter().map(|it| {
        let zh = format!("查询无法执行：{}", it.message);
        Diagnostic::new(
            "sql_does_not_plan",
            it.at,
            zh,
            format!("the query does not plan: {}", it.message),
        )
    });
    Diagnostics::new(pack.files.clone(), list.collect())
}

/// What the figures refuse of a pack, as the loader would say it.
#[must_use]
pub fn figures_fault(pack: &Pack, error: FiguresError) -> AppError {
    match error {
        FiguresError::Pack(faults) => {
            AppError::Pack(planning_faults(pack, faults).render(Language::Zh, false))
        }
        other => other.into(),
    }
}

/// What changes from one pack to another.
///
/// # Errors
/// When one of them cannot be loaded.
pub fn diff(folder: Option<&Path>, old: &Path, new: &Path) -> Result<Outcome, AppError> {
    let pack = |dir: &Path| {
        let (packs, id) = around(folder, dir)?;
        load(&packs, &id).map_err(|faults| AppError::Pack(faults.render(Language::Zh, false)))
    };
    let changes = quanyu_pack::diff(&pack(old)?, &pack(new)?);
    let lossy = changes.iter().any(|it| it.loses_data);
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let text = if lines.is_empty() {
        "没有变化 · no changes".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(Outcome { text, fine: !lossy })
}

/// Runs the cases of a pack, each on an empty store of its own.
///
/// # Errors
/// When the pack cannot be loaded or no store can be made.
pub async fn test(folder: Option<&Path>, dir: &Path) -> Result<Outcome, AppError> {
    let (packs, id) = around(folder, dir)?;
    let pack =
        load(&packs, &id).map_err(|faults| AppError::Pack(faults.render(Language::Zh, false)))?;
    let (mut passed, mut failed) = (0, 0);
    let mut text = String::new();
    for case in &pack.tests {
        let faults = run(&pack, case).await?;
        if faults.is_empty() {
            passed += 1;
        } else {
            failed += 1;
            let _ = writeln!(text, "✗ {}", case.name);
            for fault in faults {
                let _ = writeln!(text, "    {fault}");
            }
        }
    }
    let _ = write!(text, "{passed} passed, {failed} failed");
    Ok(Outcome {
        text,
        fine: failed == 0,
    })
}

async fn run(pack: &Pack, case: &PackTest) -> Result<Vec<String>, AppError> {
    let folder =
        tempfile::tempdir().map_err(|error| AppError::file(&std::env::temp_dir(), &error))?;
    let store =
        quanyu_store::Store::open(&quanyu_store::Location::Sqlite(folder.path().to_owned()))
            .await?;
    store
        .apply_pack(pack, &quanyu_core::actor::Actor::named("job:pack-test"))
        .await?;
    let product = Product::new(store, std::sync::Arc::new(pack.clone()))?;
    let mut faults = Vec::new();
    for record in &case.records {
        if let Err(fault) = add(&product, record).await? {
            faults.push(fault);
        }
    }
    if faults.is_empty() {
        for expected in &case.expect {
            faults.extend(compare(&product, expected).await?);
        }
    }
    Ok(faults)
}

/// Makes a record of a case; a cell that does not fit its field is told.
async fn add(
    product: &Product,
    record: &quanyu_pack::model::TestRecord,
) -> Result<Result<(), String>, AppError> {
    use futures::FutureExt;
    use quanyu_store::records::{self, Draft};

    let Some(register) = product.pack.registers.get(&record.register) else {
        return Ok(Err(format!("no register `{}`", record.register)));
    };
    let mut draft = Draft::default();
    let mut names = NameMap::default();
    let mut tx = product.store.read().await?;
    for (id, cell) in &record.cells {
        if id == "state" {
            draft.state = Some(cell.value.clone());
            continue;
        }
        let Some(field) = register.field(id) else {
            return Ok(Err(format!("no field `{id}`")));
        };
        names
            .look_up(
                &mut tx,
                &product.pack,
                &super::imports::named_by(&product.pack, field, &cell.value),
            )
            .await?;
        match cells::read(
            &product.pack,
            field,
            &Input::Text(cell.value.clone()),
            None,
            &names,
        ) {
            Ok(value) => {
                draft.values.insert(id.clone(), value);
            }
            Err(fault) => {
                let (told, _) = crate::messages::text(Language::Zh, fault.code, &fault.facts);
                return Ok(Err(format!(
                    "{}.{id} = `{}`: {told}",
                    register.id, cell.value
                )));
            }
        }
    }
    drop(tx);
    let register = register.id.clone();
    let made = product
        .store
        .act(
            &quanyu_core::actor::Actor::named("job:pack-test"),
            move |act| {
                let (register, draft) = (register.clone(), draft.clone());
                async move { records::create(act, &register, &draft).await }.boxed()
            },
        )
        .await;
    Ok(made.map(|_| ()).map_err(|error| error.to_string()))
}

async fn compare(product: &Product, expected: &TestFigure) -> Result<Vec<String>, AppError> {
    let region = expected
        .region
        .clone()
        .unwrap_or_else(|| product.pack.region.clone());
    let answer = product
        .figures
        .series(&expected.indicator, &region, &[expected.period])
        .await?;
    let figure = answer.rows.first();
    let mut faults = Vec::new();
    let asked = [
        ("value", &expected.value, figure.and_then(|it| it.value)),
        ("growth", &expected.growth, figure.and_then(|it| it.growth)),
    ];
    for (what, wanted, found) in asked {
        let Some(wanted) = wanted else { continue };
        let number = match wanted.value.as_str() {
            "none" => None,
            text => match quanyu_core::typed::number(text) {
                Ok(number) => number.map(|it| it.value),
                Err(error) => {
                    faults.push(error.to_string());
                    continue;
                }
            },
        };
        if number.map(|it| it.normalize()) != found.map(|it| rounded_like(it, number).normalize()) {
            let said = |it: Option<Decimal>| {
                it.map_or_else(|| "none".to_owned(), |it| it.normalize().to_string())
            };
            faults.push(format!(
                "{} {} {} {what}: expected {}, found {}",
                expected.indicator,
                region,
                expected.period,
                said(number),
                said(found)
            ));
        }
    }
    Ok(faults)
}

/// A ratio has twelve places; a case that writes fewer asks for as many as it writes.
fn rounded_like(found: Decimal, wanted: Option<Decimal>) -> Decimal {
    let Some(wanted) = wanted else { return found };
    found.round_dp_with_strategy(
        wanted.scale().max(2),
        rust_decimal::RoundingStrategy::MidpointAwayFromZero,
    )
}
