//! Filling in and handing in: the register's own form without what is known anyway, each cell with where it comes from.
//!
//! Owns which fields a firm does not type (whose it is, of which period, which call it answers, where it belongs), and the order:
//! first what was typed is kept as a draft, then it is handed in, so that nothing is lost by what is missing. Leaves saving to
//! `entries`, the step to `steps`.
//!
//! Invariant: a firm's form writes records of that firm alone, whatever was sent.
//!
//! Start reading at [`file`].

use std::collections::BTreeMap;

use quanyu_core::{access::Belongs, text::Language};
use quanyu_pack::model::{Filing, FilingKind, Register};
use quanyu_store::records::{self, Record};
use rust_decimal::Decimal;

use super::{
    FilingRefusal, Matter, call_of, declared, fits,
    origins::{Origin, origins},
    period_of,
};
use crate::app::{
    AppError, Product,
    cells::CellFault,
    entries::{self, Fault, FormView, Outcome, Typed},
    firms::Firm,
    registers,
    steps::{self, Taking},
    who::organization_of,
};

/// A form to be filled in by a firm.
#[derive(Clone, Debug)]
pub struct FilingForm {
    /// The filing: id and title.
    pub filing: (String, quanyu_core::text::Text),
    /// The period that it is of.
    pub period: Option<String>,
    /// Controls.
    pub form: FormView,
    /// Where values come from, by field.
    pub origins: BTreeMap<String, Origin>,
    /// By how much numbers moved from the period before, by field.
    pub moved: BTreeMap<String, Decimal>,
    /// The field that takes the reason for that, and from how many percent.
    pub jump: Option<(String, i64)>,
    /// Fields that the step asks for.
    pub requires: Vec<String>,
}

/// What came of a form.
#[derive(Debug)]
pub enum Filed {
    /// It was kept, and handed in where that was asked.
    Done {
        /// The register.
        register: String,
        /// The record.
        id: i64,
        /// Whether it was handed in.
        submitted: bool,
    },
    /// It was kept as a draft, and not handed in for this reason: what is missing in which field, or what the step refused.
    Kept {
        /// The record.
        id: i64,
        /// What is missing.
        faults: Vec<Fault>,
        /// What the step refused.
        refused: Option<Box<AppError>>,
    },
    /// Nothing was kept.
    Not(Box<Outcome>),
}

/// The form of something new.
///
/// # Errors
/// [`FilingRefusal::NotOpen`] where no call is open.
pub async fn begin(
    product: &Product,
    firm: &Firm,
    matter: &Matter,
    typed: Option<&Typed>,
    faults: &[Fault],
    language: Language,
) -> Result<FilingForm, AppError> {
    let filing = declared(product, &matter.filing)?;
    let register = registers::declared(product, &filing.register)?;
    need_open(filing, matter)?;
    let period = period(product, register, matter);
    let known = origins(
        product,
        firm.id,
        filing,
        register,
        period.as_deref(),
        None,
        language,
    );
    let known = known.await?;
    let mut given = Typed::default();
    for (field, it) in &known {
        given.own.texts.insert(field.clone(), it.text.0.clone());
        if !it.text.1.is_empty() {
            given.own.chosen.insert(field.clone(), it.text.1.clone());
        }
    }
    if let Some(typed) = typed {
        given.own.texts.extend(typed.own.texts.clone());
        given.own.chosen.extend(typed.own.chosen.clone());
        given.lines.extend(typed.lines.clone());
    }
    let form = entries::filled(product, &register.id, None, Some(&given), faults).await?;
    Ok(shown(product, filing, register, form, known, period))
}

/// The form of a record of the firm.
///
/// # Errors
/// Where there is none, or it is no longer the firm's to change.
pub async fn again(
    product: &Product,
    firm: &Firm,
    (register, id): (&str, i64),
    typed: Option<&Typed>,
    faults: &[Fault],
    language: Language,
) -> Result<FilingForm, AppError> {
    let (register, filing, record) = own(product, firm, register, id).await?;
    entries::still_theirs(product, register, &record)?;
    let period = period_of(register).and_then(|it| record.value(&it.id).canonical());
    let known = origins(
        product,
        firm.id,
        filing,
        register,
        period.as_deref(),
        Some(id),
        language,
    );
    let known = known.await?;
    let form = entries::filled(product, &register.id, Some(id), typed, faults).await?;
    let mut shown = shown(product, filing, register, form, known, period);
    shown.moved = fits::moved(product, filing, register, &record).await?;
    // A value that was typed over is no longer from elsewhere.
    let same = |(field, it): (&String, &Origin)| it.before || it.value == *record.value(field);
    shown.origins = shown
        .origins
        .iter()
        .filter(|(field, it)| same((field, it)))
        .map(|(field, it)| (field.clone(), it.clone()))
        .collect();
    Ok(shown)
}

/// Keeps a form, and hands it in where that is asked.
///
/// # Errors
/// Where nothing is open, or the record is no longer the firm's to change.
pub async fn file(
    product: &Product,
    firm: &Firm,
    (matter, at): (Option<&Matter>, Option<(&str, i64, i64)>),
    mut typed: Typed,
    submit: bool,
) -> Result<Filed, AppError> {
    let (register, filing) = match (matter, at) {
        (_, Some((register, id, _))) => {
            let (register, filing, _) = own(product, firm, register, id).await?;
            fixed_out(product, filing, register, &mut typed);
            (register, filing)
        }
        (Some(matter), None) => {
            let filing = declared(product, &matter.filing)?;
            let register = registers::declared(product, &filing.register)?;
            need_open(filing, matter)?;
            fixed_out(product, filing, register, &mut typed);
            put_fixed(product, firm, filing, register, matter, &mut typed).await?;
            (register, filing)
        }
        (None, None) => return Err(FilingRefusal::NoFirm.into()),
    };
    let over = at.map(|(_, id, version)| (id, version));
    let id = match entries::save(product, &register.id, over, typed).await? {
        Outcome::Saved { id, .. } => id,
        outcome => return Ok(Filed::Not(Box::new(outcome))),
    };
    if !submit {
        return Ok(Filed::Done {
            register: register.id.clone(),
            id,
            submitted: false,
        });
    }
    let faults = lacks(product, filing, register, id).await?;
    if !faults.is_empty() {
        return Ok(Filed::Kept {
            id,
            faults,
            refused: None,
        });
    }
    let taking = Taking {
        register: register.id.clone(),
        record: id,
        step: filing.submit.clone(),
        ..Taking::default()
    };
    match steps::take(product, &taking).await {
        Ok(_) => Ok(Filed::Done {
            register: register.id.clone(),
            id,
            submitted: true,
        }),
        Err(error) => Ok(Filed::Kept {
            id,
            faults: Vec::new(),
            refused: Some(Box::new(error)),
        }),
    }
}

/// What a record lacks to be handed in, in its places.
async fn lacks(
    product: &Product,
    filing: &Filing,
    register: &Register,
    id: i64,
) -> Result<Vec<Fault>, AppError> {
    let mut tx = product.store.read().await?;
    let record = records::get(&mut tx, &register.id, id).await?;
    drop(tx);
    let Some(record) = record else {
        return Ok(Vec::new());
    };
    let fault = |path: &str, code, facts| Fault {
        path: path.to_owned(),
        fault: CellFault { code, facts },
        record: None,
    };
    let missing = required(filing, register);
    let missing = missing.iter().filter(|it| record.value(it).is_null());
    let mut faults: Vec<Fault> = missing
        .map(|it| fault(it, "cell_required", Vec::new()))
        .collect();
    if let Some(jump) = &filing.jump {
        let reason = record.value(&jump.reason).as_text().unwrap_or_default();
        let moved = fits::moved(product, filing, register, &record).await?;
        if let (true, Some((field, change))) = (reason.trim().is_empty(), moved.first_key_value()) {
            let title = register.field(field).map(|it| it.title.zh.clone());
            let percent = (*change * Decimal::ONE_HUNDRED).round_dp(1).normalize();
            let facts = vec![
                ("field", title.unwrap_or_default()),
                ("change", percent.to_string()),
                ("most", jump.percent.to_string()),
            ];
            faults.push(fault(&jump.reason, "filing_moved", facts));
        }
    }
    Ok(faults)
}

/// Fields that the step of a filing asks for.
fn required(filing: &Filing, register: &Register) -> Vec<String> {
    let steps = register.lifecycle.iter().flat_map(|it| &it.transitions);
    let mut step = steps.filter(|it| it.id == filing.submit);
    step.next()
        .map(|it| it.requires.clone())
        .unwrap_or_default()
}

/// A record of a firm with its register and filing. What is another's is not told from what is not there.
pub(super) async fn own<'a>(
    product: &'a Product,
    firm: &Firm,
    register: &str,
    id: i64,
) -> Result<(&'a Register, &'a Filing, Record), AppError> {
    let unknown = || AppError::not_found("record", &format!("{register}/{id}"), []);
    let filing = super::of_register(product, register).ok_or_else(unknown)?;
    let declared = registers::readable(product, register).map_err(|_| unknown())?;
    let mut tx = product.store.read().await?;
    let record = records::get(&mut tx, register, id).await?;
    let record = record.filter(|it| organization_of(declared, it) == Some(firm.id));
    Ok((declared, filing, record.ok_or_else(unknown)?))
}

fn need_open(filing: &Filing, matter: &Matter) -> Result<(), AppError> {
    if matter.state == "open" {
        return Ok(());
    }
    Err(FilingRefusal::NotOpen {
        filing: filing.title.clone(),
    }
    .into())
}

/// The period that something new is of: the call's, else this year.
fn period(product: &Product, register: &Register, matter: &Matter) -> Option<String> {
    period_of(register)?;
    let called = matter.call.as_ref().and_then(|it| it.period.clone());
    called.or_else(|| Some(product.today().year().to_string()))
}

/// Fields that a firm does not type.
fn fixed(product: &Product, filing: &Filing, register: &Register) -> Vec<String> {
    let mut fixed = Vec::new();
    if let Belongs::Field(field) = register.belongs() {
        fixed.push(field);
    }
    let period = period_of(register).filter(|_| filing.kind == FilingKind::Yearly);
    fixed.extend(period.map(|it| it.id.clone()));
    fixed.extend(call_of(product, register).map(|it| it.id.clone()));
    let region = register.region.iter();
    fixed.extend(
        region
            .filter(|id| filing.prefill.iter().any(|it| it.0 == **id))
            .cloned(),
    );
    fixed
}

fn fixed_out(product: &Product, filing: &Filing, register: &Register, typed: &mut Typed) {
    for field in fixed(product, filing, register) {
        typed.own.texts.remove(&field);
        typed.own.chosen.remove(&field);
        typed.own.files.remove(&field);
        typed.clear.remove(&field);
        typed.from.remove(&field);
    }
}

/// What a firm does not type, for a new record.
async fn put_fixed(
    product: &Product,
    firm: &Firm,
    filing: &Filing,
    register: &Register,
    matter: &Matter,
    typed: &mut Typed,
) -> Result<(), AppError> {
    let mut put = |field: &str, text: String, chosen: String| {
        typed.own.texts.insert(field.to_owned(), text);
        typed.own.chosen.insert(field.to_owned(), chosen);
    };
    if let Belongs::Field(field) = register.belongs() {
        put(&field, firm.name.clone(), firm.id.to_string());
    }
    let period = period(product, register, matter);
    if let (Some(field), Some(period)) = (period_of(register), &period) {
        put(&field.id, period.clone(), String::new());
    }
    if let (Some(field), Some(call)) = (call_of(product, register), &matter.call) {
        put(&field.id, call.title.clone(), call.id.to_string());
    }
    let known = origins(
        product,
        firm.id,
        filing,
        register,
        period.as_deref(),
        None,
        Language::Zh,
    );
    if let Some(region) = &register.region
        && filing.prefill.iter().any(|it| it.0 == *region)
        && let Some(it) = known.await?.remove(region)
    {
        put(region, it.text.0, it.text.1);
    }
    Ok(())
}

fn shown(
    product: &Product,
    filing: &Filing,
    register: &Register,
    mut form: FormView,
    origins: BTreeMap<String, Origin>,
    period: Option<String>,
) -> FilingForm {
    let fixed = fixed(product, filing, register);
    form.controls.retain(|it| !fixed.contains(&it.path));
    let requires = required(filing, register);
    for control in &mut form.controls {
        control.required |= requires.contains(&control.path);
    }
    let moved = BTreeMap::new();
    FilingForm {
        filing: (filing.id.clone(), filing.title.clone()),
        period,
        form,
        origins,
        moved,
        jump: filing
            .jump
            .as_ref()
            .map(|it| (it.reason.clone(), it.percent)),
        requires,
    }
}
