//! What of the requests waits for whom: to be answered, answered once more, or confirmed.
//!
//! Owns whose duty a request is. Leaves the desk that shows it to [`crate::app::desk`].
//!
//! Invariant: nobody is told of a part that he does not see; who asks others is not asked by his own request for their parts.
//!
//! Start reading at [`waiting`].

use jiff::civil::Date;
use quanyu_core::{
    access::{self, Right, Scope},
    appraisal::task::{Standing, standing, working_days},
    region::RegionCode,
};
use quanyu_store::{Tx, collections as kept};

use super::{Collection, Party, reach};
use crate::app::{AppError, Product};

/// Requests that are looked at.
const MOST: u32 = 200;

/// What is to be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Answer it.
    Answer,
    /// Answer it once more: it was sent back.
    Again,
    /// Confirm what others answered.
    Confirm,
}

impl What {
    /// `answer`, `again`, `confirm`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Again => "again",
            Self::Confirm => "confirm",
        }
    }
}

/// A request that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The request.
    pub collection: i64,
    /// What it is called.
    pub title: String,
    /// The part to be answered; none where answers are to be confirmed.
    pub place: Option<i64>,
    /// Whose part it is, or whose answers they are.
    pub parties: Vec<String>,
    /// What is to be done.
    pub what: What,
    /// Why it was sent back.
    pub remark: Option<String>,
    /// Until when.
    pub due: Date,
    /// Working days until then; `None` where a year has no calendar.
    pub left: Option<i64>,
    /// Where it is.
    pub standing: Standing,
}

/// What of the requests waits for the person before us, by day.
///
/// # Errors
/// The database's.
pub async fn waiting(tx: &mut Tx, product: &Product, today: Date) -> Result<Vec<Asking>, AppError> {
    let (enters, confirms) = (reach(product, Right::Enter), reach(product, Right::Confirm));
    if enters.is_nothing() && confirms.is_nothing() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for collection in kept::open(tx, MOST).await? {
        let parties = kept::parties(tx, collection.id).await?;
        let Some(asking) = Asking::of(product, &collection, today) else {
            continue;
        };
        for party in parties.iter().filter(|it| answers(product, &enters, it)) {
            let what = match party.state.as_str() {
                "open" => What::Answer,
                "returned" => What::Again,
                _ => continue,
            };
            all.push(Asking {
                place: Some(party.place),
                parties: vec![party.title.clone()],
                remark: party.remark.clone().filter(|_| what == What::Again),
                what,
                ..asking.clone()
            });
        }
        let reported = parties.iter().filter(|it| it.state == "reported");
        let reported: Vec<String> = reported.map(|it| it.title.clone()).collect();
        if confirms == Scope::All && !reported.is_empty() {
            all.push(Asking {
                parties: reported,
                what: What::Confirm,
                ..asking
            });
        }
    }
    Ok(all)
}

impl Asking {
    fn of(product: &Product, collection: &Collection, today: Date) -> Option<Self> {
        let due: Date = collection.due.parse().ok()?;
        let left = working_days(today, due, |it| product.pack.is_working_day(it));
        Some(Self {
            collection: collection.id,
            title: collection.title.clone(),
            place: None,
            parties: Vec::new(),
            what: What::Answer,
            remark: None,
            due,
            left,
            standing: standing(Some(due), today, left, product.pack.supervision.remind),
        })
    }
}

/// Whether a part is this person's to answer. Whoever reaches everything answers for the bureau itself: its sections.
fn answers(product: &Product, enters: &Scope, party: &Party) -> bool {
    let region = party.region.as_ref();
    let region = region.and_then(|it| it.parse::<RegionCode>().ok());
    if *enters == Scope::All {
        return party.organization.is_none() && region.as_ref() == Some(&product.pack.region);
    }
    enters.holds(access::Place {
        region: region.as_ref(),
        organization: party.organization,
        owner: None,
    })
}
