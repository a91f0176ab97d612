//! What a step of a publication does: shows, corrects, settles, takes down.
//!
//! Owns what is made before the act (the text, its docx, the steps that records will take) and what is checked again inside it.
//!
//! Invariant: a text is shown only of records as they are in the act; a publication ends with its records gone on, or not at all.
//!
//! Start reading at [`Planned::of`].

use futures::future::BoxFuture;
use jiff::civil::Date;
use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::{PublicationAct, Register};
use quanyu_store::{
    Act, files, list,
    publication::{self, NewVersion, Standing},
};

use super::{
    PublicationRefusal,
    frozen::{Frozen, Made},
    known, open_objections, playing, slot,
};
use crate::app::{
    AppError, Product,
    steps::take::{Order, Taking},
};

/// An act on a publication, with everything made that takes no transaction.
#[derive(Clone)]
pub(in crate::app) struct Planned {
    what: What,
    id: i64,
    /// Fields of the publication's own record: the window.
    pub set: Vec<(String, Value)>,
}

#[derive(Clone)]
enum What {
    Show {
        made: Box<Made>,
        version: Box<NewVersion>,
        docx: (files::Stored, String),
        first: bool,
    },
    Settle {
        orders: Vec<(i64, String, Order)>,
        objections: Option<Box<Register>>,
        today: Date,
    },
    Withdraw,
}

impl Planned {
    /// Makes what an act needs.
    ///
    /// # Errors
    /// As [`Frozen::of`]; the disk's.
    pub fn of<'a>(
        product: &'a Product,
        register: &'a Register,
        id: i64,
        act: PublicationAct,
        note: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Self, AppError>> {
        Box::pin(async move {
            let mut set = Vec::new();
            let what = match act {
                PublicationAct::Publish | PublicationAct::Correct => {
                    let first = act == PublicationAct::Publish;
                    let why = note.filter(|_| !first).map(str::to_owned);
                    let made = Frozen::of(product, id, why).await?;
                    let window = made.frozen.terms.as_ref();
                    let window = window.map(|it| (it.from.clone(), it.to.clone()));
                    if let Some((from, to)) = &window {
                        for (name, day) in [("starts_on", from), ("ends_on", to)] {
                            if let (Some(field), Ok(day)) = (slot(register, name), day.parse()) {
                                set.push((field.to_owned(), Value::Date(day)));
                            }
                        }
                    }
                    let name = made.frozen.name("docx");
                    let stored = files::put(&product.store, made.frozen.docx()).await?;
                    let body = made.frozen.text();
                    let version = NewVersion {
                        publication: id,
                        kind: made.frozen.kind.clone(),
                        hash: Frozen::hash(&body),
                        body,
                        docx: stored.value(&name),
                        window,
                        reason: made.frozen.correction.clone(),
                    };
                    What::Show {
                        made: Box::new(made),
                        version: Box::new(version),
                        docx: (stored, name),
                        first,
                    }
                }
                PublicationAct::Settle => settle(product, id).await?,
                PublicationAct::Withdraw => What::Withdraw,
            };
            Ok(Self { what, id, set })
        })
    }

    /// Does it, inside the act of the step.
    pub fn run<'a>(
        &'a self,
        act: &'a mut Act,
        product: &'a Product,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        Box::pin(async move {
            let found = known(&mut act.tx, self.id).await?;
            let wanted = match &self.what {
                What::Show { first: true, .. } => &[Standing::Draft][..],
                What::Withdraw => &[Standing::Draft, Standing::Running],
                _ => &[Standing::Running],
            };
            if !wanted.contains(&found.standing) {
                let standing = found.standing.word();
                return Err(PublicationRefusal::Standing { standing }.into());
            }
            match &self.what {
                What::Show {
                    made,
                    version,
                    docx: (stored, name),
                    ..
                } => {
                    unchanged(act, product, self.id, made).await?;
                    const MEDIA: &str =
                        "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
                    files::name(act, stored, name, MEDIA).await?;
                    publication::show(act, version).await?;
                }
                What::Settle {
                    orders,
                    objections,
                    today,
                } => {
                    if let Some((_, until)) = &found.window
                        && until.parse::<Date>().is_ok_and(|it| it >= *today)
                    {
                        let until = until.clone();
                        return Err(PublicationRefusal::Running { until }.into());
                    }
                    if let Some(register) = objections {
                        let query = open_objections(register, self.id);
                        let count = list::count(&mut act.tx, &register.id, &query).await?;
                        if count > 0 {
                            return Err(PublicationRefusal::Objections { count }.into());
                        }
                    }
                    let items = publication::items(&mut act.tx, self.id).await?;
                    publication::end(act, self.id, Standing::Settled).await?;
                    for (record, label, order) in orders {
                        let item = items.iter().find(|it| it.record == *record);
                        if item.is_none_or(|it| it.withheld.is_some()) {
                            continue;
                        }
                        order
                            .run(act)
                            .await
                            .map_err(|error| not_on(label, &error))?;
                    }
                }
                What::Withdraw => publication::end(act, self.id, Standing::Withdrawn).await?,
            }
            Ok(())
        })
    }
}

fn not_on(label: &str, error: &AppError) -> AppError {
    let said = |language| crate::messages::text(language, error.code(), &error.facts(language)).0;
    PublicationRefusal::NotOn {
        record: label.to_owned(),
        zh: said(Language::Zh),
        why: said(Language::En),
    }
    .into()
}

/// Refuses where a record is not what the text was made of.
async fn unchanged(act: &mut Act, product: &Product, id: i64, made: &Made) -> Result<(), AppError> {
    let kind = super::kind(&product.pack, &made.frozen.kind)?;
    let items = publication::items(&mut act.tx, id).await?;
    let items: Vec<i64> = items
        .iter()
        .filter(|it| it.withheld.is_none())
        .map(|it| it.record)
        .collect();
    let seen: Vec<i64> = made.seen.iter().map(|it| it.0.record).collect();
    let found = list::by_ids(&mut act.tx, &kind.register, &seen).await?;
    let changed = made.seen.iter().find(|(item, version, _)| {
        let now = found.iter().find(|it| it.id == item.record);
        now.is_none_or(|it| it.version != *version)
    });
    if let Some((_, _, label)) = changed {
        return Err(PublicationRefusal::Changed {
            record: label.clone(),
        }
        .into());
    }
    if items != seen {
        let record = made.frozen.title.clone();
        return Err(PublicationRefusal::Changed { record }.into());
    }
    Ok(())
}

async fn settle(product: &Product, id: i64) -> Result<What, AppError> {
    let mut tx = product.store.read().await?;
    let found = known(&mut tx, id).await?;
    let items = publication::items(&mut tx, id).await?;
    drop(tx);
    let kind = super::kind(&product.pack, &found.kind)?;
    let mut orders = Vec::new();
    if let Some(then) = &kind.then {
        for item in items.iter().filter(|it| it.withheld.is_none()) {
            let taking = Taking {
                register: kind.register.clone(),
                record: item.record,
                step: then.clone(),
                note: Some("公示期满，无未办结异议".to_owned()),
                ..Taking::default()
            };
            let label = format!("#{}", item.record);
            let order = crate::app::steps::take::plan(product, &taking)
                .await
                .map_err(|error| not_on(&label, &error))?;
            orders.push((item.record, label, order.following()));
        }
    }
    Ok(What::Settle {
        orders,
        objections: match &kind.window {
            Some(_) => Some(Box::new(playing(&product.pack, "objection")?.clone())),
            None => None,
        },
        today: product.today(),
    })
}
