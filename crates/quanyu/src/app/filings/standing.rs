//! Where a filed record stands: what it says, the way it goes, who has it now, what is missing, until when.
//!
//! Leaves making and mending it to [`super::form`]. Start reading at [`show`].

use quanyu_core::text::{Language, Text};
use quanyu_pack::model::StepKind;
use quanyu_store::{mandate, records, step};

use super::{Mine, form, of_register};
use crate::app::{
    AppError, Product, entries,
    firms::{self, Firm},
    registers::{self, Cell, FieldHead},
    steps::{self, StepView, Taken},
    who::organization_of,
};

/// A filed record.
#[derive(Clone, Debug)]
pub struct StandingPage {
    /// Where it stands.
    pub mine: Mine,
    /// Its version.
    pub version: i64,
    /// What it says.
    pub fields: Vec<(FieldHead, Cell)>,
    /// Its files: title, name, hash.
    pub files: Vec<(Text, String, String)>,
    /// States on its way: title, passed, here.
    pub way: Vec<(Text, bool, bool)>,
    /// Steps taken, each with the organization that somebody acted for by a mandate.
    pub taken: Vec<(Taken, Option<String>)>,
    /// Steps that the person before us may take besides handing in, such as taking it back.
    pub open: Vec<StepView>,
    /// What the step of handing in lacks.
    pub missing: Vec<Text>,
    /// Whether it may be changed and handed in.
    pub editable: bool,
}

/// A filed record of a firm.
///
/// # Errors
/// Where there is none of this firm.
pub async fn show(
    product: &Product,
    firm: &Firm,
    (register, id): (&str, i64),
    language: Language,
) -> Result<StandingPage, AppError> {
    let unknown = || AppError::not_found("record", &format!("{register}/{id}"), []);
    let declared = registers::readable(product, register).map_err(|_| unknown())?;
    let corrects = declared.plays.as_deref() == Some("correction");
    let filing = of_register(product, register);
    if filing.is_none() && !corrects {
        return Err(unknown());
    }
    let mut tx = product.store.read().await?;
    let record = records::get(&mut tx, register, id).await?;
    let record = record.filter(|it| organization_of(declared, it) == Some(firm.id));
    let record = record.ok_or_else(unknown)?;
    let mine = super::standing(&mut tx, product, declared, filing, &record).await?;
    let uses = mandate::uses_of(&mut tx, id).await?;
    let seqs: Vec<i64> = step::of_record(&mut tx, id)
        .await?
        .iter()
        .map(|it| it.seq)
        .collect();
    // A step has its number behind the change that it is of and that change's note.
    let mut for_whom = Vec::with_capacity(seqs.len());
    for seq in seqs {
        let found = uses.iter().find(|(at, _)| at + 2 == seq);
        for_whom.push(match found {
            Some((_, organization)) => Some(firms::name(&mut tx, product, *organization).await?),
            None => None,
        });
    }
    drop(tx);
    let page = registers::record(product, register, id, None, language).await?;
    let mut fields = page.fields;
    fields.retain(|(_, cell)| !cell.said.is_empty() && cell.said != "—");
    let taken = steps::taken(product, register, id).await?;
    let passed: Vec<String> = taken.iter().map(|it| it.from.0.clone()).collect();
    let lifecycle = declared.lifecycle.as_ref();
    let states = lifecycle.into_iter().flat_map(|it| &it.states);
    let way = states
        .filter(|it| {
            // Ends that it did not come to are not on its way.
            !it.last || it.id == mine.state.0 || first_end(lifecycle) == Some(it.id.as_str())
        })
        .map(|it| {
            let here = it.id == mine.state.0;
            (it.title.clone(), passed.contains(&it.id) && !here, here)
        });
    let way = way.collect();
    let offered = steps::offered(product, register, id).await?;
    let submit = filing.map(|it| it.submit.as_str());
    let handing = offered.iter().find(|it| Some(it.id.as_str()) == submit);
    let missing = handing.map(|it| it.missing.iter().map(|it| it.1.clone()).collect());
    let editable = handing.is_some_and(|it| it.hand.is_some())
        && entries::still_theirs(product, declared, &record).is_ok();
    let open = offered
        .into_iter()
        .filter(|it| it.hand.is_some() && Some(it.id.as_str()) != submit)
        .filter(|it| it.kind == StepKind::Withdraw || it.missing.is_empty() && !it.waits());
    Ok(StandingPage {
        mine,
        version: record.version,
        fields,
        files: page.files,
        way,
        taken: taken.into_iter().zip(for_whom).collect(),
        open: open.collect(),
        missing: missing.unwrap_or_default(),
        editable,
    })
}

/// The end that a record comes to where all goes well: the first declared.
fn first_end(lifecycle: Option<&quanyu_pack::model::Lifecycle>) -> Option<&str> {
    let mut states = lifecycle?.states.iter();
    states.find(|it| it.last).map(|it| it.id.as_str())
}

/// A file that a record of a firm names: name and content.
///
/// # Errors
/// Where it names none.
pub async fn file(
    product: &Product,
    firm: &Firm,
    (register, id): (&str, i64),
    hash: &str,
) -> Result<(String, Vec<u8>), AppError> {
    form::own(product, firm, register, id).await?;
    crate::app::files::read(product, register, id, hash).await
}
