//! What officers see of publications: which windows run, end today, wait for an answer; one of them whole.
//!
//! Start reading at [`all`], then [`show`].

use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx, duty,
    list::{self, Filter, Op, Query},
    publication::{self, Publication, Standing, Version},
    records::{self, Record},
};

use super::{frozen::Frozen, kind, known, open_objections, open_states, playing, slot, window};
use crate::app::{AppError, Product, registers, steps};

/// Publications of a standing that are listed.
const MOST: u32 = 200;

/// Everything about publications.
#[derive(Clone, Debug)]
pub struct AllView {
    /// The day.
    pub today: Date,
    /// Shown now, those that end first before the others.
    pub running: Vec<Listed>,
    /// Not shown yet.
    pub drafts: Vec<Listed>,
    /// Over.
    pub ended: Vec<Listed>,
    /// Objections that are not answered.
    pub objections: Vec<ObjectionView>,
    /// Whether who looks may make one.
    pub makes: bool,
}

/// A publication in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its record.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: Text,
    /// Where it is.
    pub standing: Standing,
    /// First and last day of the window.
    pub window: Option<(String, String)>,
    /// Working days left, counting the last; none left where it has passed.
    pub left: Option<i64>,
    /// Its window ends today.
    pub ends_today: bool,
    /// Its window has passed.
    pub over: bool,
    /// Objections that are not answered.
    pub open: i64,
    /// Records it shows.
    pub items: usize,
    /// Its last version.
    pub version: i64,
    /// Where the portal shows it, and since when.
    pub link: Option<String>,
    /// Since when the portal shows it.
    pub posted_on: Option<String>,
}

/// An objection.
#[derive(Clone, Debug)]
pub struct ObjectionView {
    /// Its record.
    pub id: i64,
    /// The register that holds it.
    pub register: String,
    /// The publication: record and title.
    pub publication: (i64, String),
    /// What of it is objected to.
    pub about: String,
    /// What is said.
    pub content: String,
    /// When it came.
    pub received_on: String,
    /// Until when it is answered.
    pub due: Option<String>,
    /// Past that day.
    pub late: bool,
    /// Where it is: id and title.
    pub state: (String, Text),
    /// Answered.
    pub closed: bool,
}

/// A kind that may be published.
#[derive(Clone, Debug)]
pub struct KindView {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The register.
    pub register: Text,
    /// Working days, and what says so; none for a notice.
    pub window: Option<(u32, String)>,
    /// Records that could be shown now.
    pub count: i64,
}

/// A record that could be shown.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The record.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// Some of its cells.
    pub cells: Vec<String>,
}

/// Records that could be shown, for a kind.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The kind.
    pub kind: KindView,
    /// Heads of the cells.
    pub heads: Vec<Text>,
    /// The records, as many as may be published together.
    pub records: Vec<Candidate>,
    /// There are more.
    pub more: bool,
}

/// A publication whole.
#[derive(Clone, Debug)]
pub struct ShowView {
    /// What a list says of it.
    pub listed: Listed,
    /// The register that holds its record.
    pub keeper: String,
    /// The record's version.
    pub record_version: i64,
    /// The register whose records it shows.
    pub register: (String, Text),
    /// What its window rests on.
    pub source: Option<String>,
    /// Its records.
    pub items: Vec<ItemView>,
    /// The text: as it would be shown where it is a draft, else as it is shown.
    pub text: Result<Frozen, (Text, Text)>,
    /// The versions, the last first.
    pub versions: Vec<Version>,
    /// Objections, the last first.
    pub objections: Vec<ObjectionView>,
    /// Whether who looks may change it.
    pub changes: bool,
    /// The step its records go on with.
    pub then: Option<Text>,
}

/// A record of a publication.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The record.
    pub id: i64,
    /// What it is called; nothing where it is out of reach.
    pub label: Option<String>,
    /// Its state.
    pub state: Option<Text>,
    /// Why it is withheld.
    pub withheld: Option<String>,
}

/// Everything about publications, for who looks.
///
/// # Errors
/// No register of publications, a right that is missing.
pub async fn all(product: &Product) -> Result<AllView, AppError> {
    let keeper = playing(&product.pack, "publication")?;
    product.may(Right::Read, keeper)?;
    let today = product.today();
    let mut tx = product.store.read().await?;
    let (mut running, mut drafts, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    let standings = [
        Standing::Running,
        Standing::Draft,
        Standing::Settled,
        Standing::Withdrawn,
    ];
    for standing in standings {
        let into = match standing {
            Standing::Running => &mut running,
            Standing::Draft => &mut drafts,
            Standing::Settled | Standing::Withdrawn => &mut ended,
        };
        for it in publication::of_standing(&mut tx, standing, MOST).await? {
            into.extend(listed(&mut tx, product, keeper, it, today).await?);
        }
    }
    ended.sort_by_key(|it| std::cmp::Reverse(it.id));
    let mut objections = Vec::new();
    if let Some(register) = product.pack.playing("objection")
        && !product.scope(Right::Read, register).is_nothing()
    {
        let states = open_states(register).into_iter().map(Value::Text);
        let query = Query {
            filters: vec![Filter::new("@state", Op::In(states.collect()))],
            order: slot(register, "due").map(str::to_owned),
            limit: MOST,
            ..Query::default()
        };
        let page = list::list(&mut tx, &register.id, &query).await?;
        for it in &page.records {
            objections.push(objection(&mut tx, product, register, it, today).await?);
        }
    }
    Ok(AllView {
        today,
        running,
        drafts,
        ended,
        objections,
        makes: !product.scope(Right::Enter, keeper).is_nothing(),
    })
}

/// The kinds that may be published, with how many records wait for each.
///
/// # Errors
/// A right that is missing.
pub async fn kinds(product: &Product) -> Result<Vec<KindView>, AppError> {
    let keeper = playing(&product.pack, "publication")?;
    product.may(Right::Enter, keeper)?;
    let mut all = Vec::new();
    for it in product.pack.publications.values() {
        let Ok(register) = registers::readable(product, &it.register) else {
            continue;
        };
        let mut tx = product.store.read().await?;
        let count = list::count(&mut tx, &register.id, &waiting(it)).await?;
        all.push(KindView {
            id: it.id.clone(),
            title: it.title.clone(),
            register: register.title.clone(),
            window: it.window.as_ref().map(|it| (it.days, it.source.clone())),
            count,
        });
    }
    Ok(all)
}

fn waiting(it: &quanyu_pack::model::Publication) -> Query {
    let states = it.states.iter().map(|it| Value::text(it.as_str()));
    let states: Vec<Value> = states.collect();
    let filters = match states.is_empty() {
        true => Vec::new(),
        false => vec![Filter::new("@state", Op::In(states))],
    };
    Query {
        filters,
        limit: super::MOST_ITEMS as u32,
        ..Query::default()
    }
}

/// The records that could be shown in a publication of a kind.
///
/// # Errors
/// A kind that is none; a right that is missing.
pub async fn candidates(product: &Product, id: &str) -> Result<Asked, AppError> {
    let declared = kind(&product.pack, id)?;
    let shown = kinds(product).await?;
    let view = shown.into_iter().find(|it| it.id == id);
    let view = view.ok_or_else(|| AppError::not_found("publication", id, []))?;
    let register = registers::readable(product, &declared.register)?;
    let mut tx = product.store.read().await?;
    let page = list::list(&mut tx, &register.id, &waiting(declared)).await?;
    let columns = declared.columns.iter().filter(|it| it.mask.is_none());
    let fields: Vec<_> = columns
        .filter_map(|it| register.field(&it.field))
        .filter(|it| it.id != register.label)
        .take(4)
        .collect();
    let mut records = Vec::new();
    for record in &page.records {
        let open = publication::of_record(&mut tx, record.id).await?;
        let taken = open.iter().any(|(it, withheld)| {
            it.kind == id
                && withheld.is_none()
                && matches!(it.standing, Standing::Draft | Standing::Running)
        });
        if taken {
            continue;
        }
        let mut cells = Vec::new();
        for field in &fields {
            let value = record.value(&field.id);
            let cell = registers::cell(&mut tx, product, field, value, Language::Zh).await?;
            cells.push(cell.said);
        }
        records.push(Candidate {
            id: record.id,
            label: registers::label(register, record),
            cells,
        });
    }
    Ok(Asked {
        kind: view,
        heads: fields.iter().map(|it| it.title.clone()).collect(),
        records,
        more: page.next.is_some(),
    })
}

/// A publication whole.
///
/// # Errors
/// One that is not there or out of reach.
pub async fn show(product: &Product, id: i64) -> Result<ShowView, AppError> {
    let keeper = playing(&product.pack, "publication")?;
    product.may(Right::Read, keeper)?;
    let today = product.today();
    let mut tx = product.store.read().await?;
    let found = known(&mut tx, id).await?;
    let standing = found.standing;
    let held = records::get(&mut tx, &keeper.id, id).await?;
    let held = held.ok_or_else(|| super::missing(id))?;
    let listed = listed(&mut tx, product, keeper, found.clone(), today).await?;
    let listed = listed.ok_or_else(|| super::missing(id))?;
    let declared = kind(&product.pack, &found.kind)?;
    let register = registers::declared(product, &declared.register)?;
    let mut items = Vec::new();
    for it in publication::items(&mut tx, id).await? {
        let record = records::get(&mut tx, &it.register, it.record).await?;
        let state = record.as_ref().and_then(|it| it.state.clone());
        let lifecycle = register.lifecycle.as_ref();
        items.push(ItemView {
            id: it.record,
            label: record.map(|it| registers::label(register, &it)),
            state: state
                .zip(lifecycle)
                .map(|(state, it)| steps::state_of(it, &state).1),
            withheld: it.withheld,
        });
    }
    let versions = publication::versions(&mut tx, id).await?;
    let mut objections = Vec::new();
    if let Some(other) = product.pack.playing("objection")
        && !product.scope(Right::Read, other).is_nothing()
    {
        let mut query = open_objections(other, id);
        query.filters.truncate(1);
        query.descending = true;
        query.limit = MOST;
        let page = list::list(&mut tx, &other.id, &query).await?;
        for it in &page.records {
            objections.push(objection(&mut tx, product, other, it, today).await?);
        }
    }
    drop(tx);
    let text = match versions.first() {
        Some(it) => Ok(Frozen::read(&it.shown.body)?),
        None => match Frozen::of(product, id, None).await {
            Ok(made) => Ok(made.frozen),
            Err(error) => {
                let said = |language| {
                    let (what, hint) =
                        crate::messages::text(language, error.code(), &error.facts(language));
                    (what, hint)
                };
                let (zh, en) = (said(Language::Zh), said(Language::En));
                let both = |zh: String, en: String| Text { zh, en: Some(en) };
                Err((both(zh.0, en.0), both(zh.1, en.1)))
            }
        },
    };
    let reach = product.scope(Right::Enter, keeper);
    let steps = register.lifecycle.iter().flat_map(|it| &it.transitions);
    let then = steps.filter(|it| declared.then.as_ref() == Some(&it.id));
    Ok(ShowView {
        keeper: keeper.id.clone(),
        record_version: held.version,
        register: (register.id.clone(), register.title.clone()),
        source: declared.window.as_ref().map(|it| it.source.clone()),
        items,
        text,
        versions,
        objections,
        changes: Product::holds(&reach, keeper, &held)
            && matches!(standing, Standing::Draft | Standing::Running),
        then: then.map(|it| it.title.clone()).next(),
        listed,
    })
}

/// The docx of a version as it was frozen; of a draft, as it would be.
///
/// # Errors
/// One that is not there or out of reach.
pub async fn docx(
    product: &Product,
    id: i64,
    number: Option<i64>,
) -> Result<(String, Vec<u8>), AppError> {
    match version(product, id, number).await? {
        Some(found) => {
            let (hash, name) =
                steps::file_of(&found.shown.docx).ok_or_else(|| super::missing(id))?;
            let bytes = quanyu_store::files::read(&product.store, &hash).await?;
            Ok((name, bytes))
        }
        None => {
            let made = Frozen::of(product, id, None).await?.frozen;
            Ok((made.name("docx"), made.docx()))
        }
    }
}

/// The HTML of a version, as [`docx`].
///
/// # Errors
/// As [`docx`].
pub async fn html(
    product: &Product,
    id: i64,
    number: Option<i64>,
) -> Result<(String, String), AppError> {
    let frozen = match version(product, id, number).await? {
        Some(found) => Frozen::read(&found.shown.body)?,
        None => Frozen::of(product, id, None).await?.frozen,
    };
    Ok((frozen.name("html"), frozen.html()))
}

/// A version of a publication that who looks may read; `None` for one that was never shown.
async fn version(
    product: &Product,
    id: i64,
    number: Option<i64>,
) -> Result<Option<Version>, AppError> {
    let keeper = playing(&product.pack, "publication")?;
    product.may(Right::Read, keeper)?;
    let mut tx = product.store.read().await?;
    if records::get(&mut tx, &keeper.id, id).await?.is_none() {
        return Err(super::missing(id));
    }
    match number {
        Some(number) => {
            let found = publication::version_of(&mut tx, id, number).await?;
            found.map(Some).ok_or_else(|| super::missing(id))
        }
        None => Ok(publication::versions(&mut tx, id).await?.into_iter().next()),
    }
}

async fn listed(
    tx: &mut Tx,
    product: &Product,
    keeper: &Register,
    it: Publication,
    today: Date,
) -> Result<Option<Listed>, AppError> {
    let Some(record) = records::get(tx, &keeper.id, it.id).await? else {
        return Ok(None);
    };
    let text = |name: &str| {
        let field = slot(keeper, name)?;
        record.value(field).canonical()
    };
    let open = match product.pack.playing("objection") {
        Some(other) => list::count(tx, &other.id, &open_objections(other, it.id)).await?,
        None => 0,
    };
    let last = it.window.as_ref().and_then(|it| it.1.parse::<Date>().ok());
    let running = it.standing == Standing::Running;
    let declared = product.pack.publications.get(&it.kind);
    Ok(Some(Listed {
        id: it.id,
        title: text("title").unwrap_or_else(|| format!("#{}", it.id)),
        kind: declared.map_or_else(|| Text::zh(&it.kind), |it| it.title.clone()),
        standing: it.standing,
        left: last.and_then(|last| window::left(&product.pack, today, last)),
        ends_today: running && last == Some(today),
        over: running && last.is_some_and(|it| it < today),
        window: it.window,
        open,
        items: publication::items(tx, it.id).await?.len(),
        version: it.version,
        link: text("link"),
        posted_on: text("posted_on"),
    }))
}

async fn objection(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    record: &Record,
    today: Date,
) -> Result<ObjectionView, AppError> {
    let text = |name: &str| {
        let field = slot(register, name)?;
        record.value(field).canonical()
    };
    let of = match slot(register, "publication").map(|it| record.value(it)) {
        Some(Value::Int(id)) => *id,
        _ => 0,
    };
    let keeper = playing(&product.pack, "publication")?;
    let title = records::get(tx, &keeper.id, of).await?;
    let lifecycle = register.lifecycle.clone().unwrap_or_default();
    let state = record.state.clone().unwrap_or_default();
    let closed = lifecycle.state(&state).is_some_and(|it| it.last);
    let due = match text("due") {
        Some(due) => Some(due),
        None => duty::get(tx, record.id).await?.and_then(|it| it.due),
    };
    let late = due.as_deref().and_then(|it| it.parse::<Date>().ok());
    Ok(ObjectionView {
        id: record.id,
        register: register.id.clone(),
        publication: (
            of,
            title.map_or_else(String::new, |it| registers::label(keeper, &it)),
        ),
        about: text("about").unwrap_or_default(),
        content: text("content").unwrap_or_default(),
        received_on: text("received_on").unwrap_or_default(),
        late: !closed && late.is_some_and(|it| it < today),
        due,
        state: steps::state_of(&lifecycle, &state),
        closed,
    })
}
