//! 科技通: the firms' side, for people of enterprises and agencies.
//!
//! Owns for which organizations somebody acts, what waits for them, and their profile. Leaves what is filed to [`super::filings`],
//! mandates to [`super::mandates`], figures and rows that are asked for to [`super::collections`].
//!
//! Invariant: everything here is of one organization, and of one for which the person before us acts today.
//!
//! Start reading at [`firm`].

use quanyu_core::{
    access::{Part, Right, Scope},
    text::{Language, Text},
};
use quanyu_pack::model::FieldType;
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    records,
};

use super::{
    AppError, Product, collections,
    dossier::{self, Dossier},
    entries::{self, Outcome, Typed},
    filings::{self, FilingRefusal, Matter, Mine},
    notices::{self, NoticeView},
    registers::{self, Cell, FieldHead},
    who::Grants,
};

/// Notices on the first page.
const FIRST_NOTICES: usize = 5;

/// An organization for which somebody acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firm {
    /// Its record.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The mandate under which the person before us acts for it; none for its own people.
    pub mandate: Option<i64>,
    /// The last day of that.
    pub until: Option<String>,
    /// Filings that it names; all for its own people.
    pub matters: Option<Vec<String>>,
}

/// The first page of a firm.
#[derive(Clone, Debug)]
pub struct Home {
    /// What is open now and not handed in yet.
    pub matters: Vec<Matter>,
    /// What is on its way, what came back first.
    pub mine: Vec<Mine>,
    /// Requests for figures and rows that wait for an answer.
    pub asked: Vec<Asked>,
    /// The last notices.
    pub notices: Vec<NoticeView>,
}

/// A request that is asked of a firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Request and part.
    pub id: (i64, i64),
    /// What it is called.
    pub title: String,
    /// Until when.
    pub due: String,
    /// State of the part: `open`, `reported`, `returned`, `confirmed`.
    pub state: String,
    /// What was said when it was sent back.
    pub remark: Option<String>,
    /// Whether the day is past.
    pub late: bool,
}

/// What the bureau's registers say of a firm.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its own record and what refers to it.
    pub dossier: Dossier,
    /// Whether a correction may be asked for.
    pub corrects: bool,
}

/// A field of the profile for which a correction is asked.
#[derive(Clone, Debug)]
pub struct Correcting {
    /// The field: id and title.
    pub field: (String, Text),
    /// What it says now.
    pub says: String,
    /// The register that takes corrections, and its slots for what it should say and a proof.
    pub register: String,
    /// Slots: should, proof.
    pub slots: (String, Option<String>),
}

/// The organizations for which the person before us acts, his own first.
///
/// # Errors
/// The database's.
pub async fn firms(product: &Product) -> Result<Vec<Firm>, AppError> {
    let mut all: Vec<Firm> = Vec::new();
    let mut tx = product.store.read().await?;
    let Grants::Roles(grants) = &product.who().grants else {
        return Ok(all);
    };
    for grant in grants {
        let role = product.pack.roles.get(&grant.role);
        let (true, Scope::Parts(parts)) = (role.is_some_and(|it| it.firm), &grant.scope) else {
            continue;
        };
        for part in parts {
            if let Part::Organization(id) = part
                && !all.iter().any(|it| it.id == *id)
            {
                all.push(Firm {
                    id: *id,
                    name: name(&mut tx, product, *id).await?,
                    mandate: None,
                    until: None,
                    matters: None,
                });
            }
        }
    }
    for it in product.mandates.iter() {
        if let Some(known) = all.iter_mut().find(|firm| firm.id == it.organization) {
            if let Some(matters) = &mut known.matters {
                matters.extend(it.matters.clone());
            }
            continue;
        }
        all.push(Firm {
            id: it.organization,
            name: name(&mut tx, product, it.organization).await?,
            mandate: Some(it.mandate),
            until: Some(it.to.clone()),
            matters: Some(it.matters.clone()),
        });
    }
    Ok(all)
}

/// The organization meant: the one wished, else the only one. `None` where there are several to choose from.
///
/// # Errors
/// [`FilingRefusal::NoFirm`] where the person before us acts for none, or not for the one wished: the two are not told apart.
pub async fn firm(product: &Product, wish: Option<i64>) -> Result<Option<Firm>, AppError> {
    let mut all = firms(product).await?;
    match wish {
        Some(id) => {
            let found = all.into_iter().find(|it| it.id == id);
            Ok(Some(found.ok_or(FilingRefusal::NoFirm)?))
        }
        None if all.is_empty() => Err(FilingRefusal::NoFirm.into()),
        None if all.len() == 1 => Ok(all.pop()),
        None => Ok(None),
    }
}

/// What an organization is called.
pub(super) async fn name(tx: &mut Tx, product: &Product, id: i64) -> Result<String, AppError> {
    let Some(register) = product.pack.playing("organization") else {
        return Ok(format!("#{id}"));
    };
    let found = records::referred(tx, &register.id, id).await?;
    Ok(found.map_or_else(|| format!("#{id}"), |it| registers::label(register, &it)))
}

/// The first page of a firm.
///
/// # Errors
/// The database's.
pub async fn home(product: &Product, firm: &Firm) -> Result<Home, AppError> {
    let mine = filings::mine(product, firm).await?;
    let mut matters = filings::matters(product, firm).await?;
    matters.retain(|it| it.state == "open" && it.begun.is_none());
    let mut notices = notices::list(product).await?;
    notices.truncate(FIRST_NOTICES);
    Ok(Home {
        matters,
        mine,
        asked: asked(product, firm).await?,
        notices,
    })
}

/// Requests for figures and rows that are asked of a firm, those that wait first.
///
/// # Errors
/// The database's.
pub async fn asked(product: &Product, firm: &Firm) -> Result<Vec<Asked>, AppError> {
    if firm.mandate.is_some() {
        return Ok(Vec::new());
    }
    let today = product.today().to_string();
    let all = collections::all(product).await?;
    let mut asked: Vec<Asked> = Vec::new();
    for listed in all.all {
        let it = &listed.collection;
        let parties = listed.parties.iter();
        for party in parties.filter(|party| party.organization == Some(firm.id)) {
            let waits = matches!(party.state.as_str(), "open" | "returned");
            if it.closed_at.is_some() && waits {
                continue;
            }
            asked.push(Asked {
                id: (it.id, party.place),
                title: it.title.clone(),
                due: it.due.clone(),
                state: party.state.clone(),
                remark: party.remark.clone().filter(|_| party.state == "returned"),
                late: waits && it.due < today,
            });
        }
    }
    let waits = |it: &Asked| !matches!(it.state.as_str(), "open" | "returned");
    asked.sort_by_key(waits);
    Ok(asked)
}

/// What the bureau's registers say of a firm.
///
/// # Errors
/// The database's.
pub async fn profile(
    product: &Product,
    firm: &Firm,
    language: Language,
) -> Result<Profile, AppError> {
    let dossier = dossier::dossier(product, firm.id, language).await?;
    let takes = product.pack.playing("correction");
    let corrects = takes.is_some_and(|it| !product.scope(Right::Enter, it).is_nothing());
    Ok(Profile {
        dossier,
        corrects: corrects && firm.mandate.is_none(),
    })
}

/// A field of a firm's own record, to be corrected.
///
/// # Errors
/// An unknown field; a pack that takes no corrections.
pub async fn correcting(
    product: &Product,
    firm: &Firm,
    field: &str,
    language: Language,
) -> Result<Correcting, AppError> {
    let unknown = || AppError::not_found("field", field, []);
    let takes = product.pack.playing("correction").ok_or_else(unknown)?;
    product.may(Right::Enter, takes)?;
    let own = product.pack.playing("organization").ok_or_else(unknown)?;
    let page = registers::record(product, &own.id, firm.id, None, language).await?;
    let (head, cell): &(FieldHead, Cell) = page
        .fields
        .iter()
        .find(|(head, _)| head.id == field)
        .ok_or_else(unknown)?;
    let should = takes.slot("should").ok_or_else(unknown)?;
    let person = own
        .field(field)
        .is_some_and(|it| it.kind == FieldType::Person);
    Ok(Correcting {
        field: (head.id.clone(), head.title.clone()),
        says: if person {
            String::new()
        } else {
            cell.said.clone()
        },
        register: takes.id.clone(),
        slots: (
            should.id.clone(),
            takes.slot("proof").map(|it| it.id.clone()),
        ),
    })
}

/// Asks for a correction; `typed` holds what it should say, and a proof.
///
/// # Errors
/// An unknown field; a file that is not taken.
pub async fn correct(
    product: &Product,
    firm: &Firm,
    correcting: &Correcting,
    mut typed: Typed,
) -> Result<Outcome, AppError> {
    let takes = registers::declared(product, &correcting.register)?;
    let own = product.pack.playing("organization");
    // Besides its slots and where it belongs, nothing of the form counts.
    let (should, proof) = &correcting.slots;
    let sent = |id: &str| id == should || Some(id) == proof.as_deref();
    typed.own.texts.retain(|id, _| sent(id));
    typed.own.files.retain(|id, _| sent(id));
    typed.own.chosen.clear();
    let mut put = |slot: &str, text: &str| {
        if let Some(field) = takes.slot(slot) {
            let most = field.max_length.map_or(500, |it| it as usize);
            let text = text.chars().take(most).collect();
            typed.own.texts.insert(field.id.clone(), text);
        }
    };
    put("subject", &correcting.field.1.zh);
    put("says", &correcting.says);
    if let Some(field) = takes.slot("organization") {
        typed.own.texts.insert(field.id.clone(), firm.name.clone());
        typed
            .own
            .chosen
            .insert(field.id.clone(), firm.id.to_string());
    }
    if let (Some(place), Some(own)) = (&takes.region, own)
        && let Some(region) = region(product, own, firm.id).await?
    {
        typed
            .own
            .texts
            .insert(place.clone(), product.region_name(&region));
        typed.own.chosen.insert(place.clone(), region.to_string());
    }
    entries::save(product, &takes.id, None, typed).await
}

/// Where an organization is.
async fn region(
    product: &Product,
    own: &quanyu_pack::model::Register,
    id: i64,
) -> Result<Option<quanyu_core::region::RegionCode>, AppError> {
    let mut tx = product.store.read().await?;
    let query = Query {
        filters: vec![Filter::new(
            "@id",
            Op::Eq(quanyu_core::value::Value::Int(id)),
        )],
        limit: 1,
        ..Query::default()
    };
    let found = list::list(&mut tx, &own.id, &query).await?.records;
    let region = found.first().and_then(|it| it.region.parse().ok());
    Ok(region.filter(|it| *it != product.pack.region))
}
