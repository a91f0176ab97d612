//! Search over names, codes, texts and titles: organizations, records, documents, indicators, registers.
//!
//! Owns the act of searching and what of it the person before us may see. Leaves how words are found to `quanyu-search`, keeping
//! the index at the last change to [`finder`], what a record is found by to [`sheets`].
//!
//! Invariant: nobody finds a record that a list would not show.
//!
//! Start reading at [`search`].

mod finder;
mod sheets;

use quanyu_core::access::{Right, Scope};
use quanyu_pack::model::Register;
use quanyu_search::{Reach, Wish};

use super::{AppError, Product};

pub(super) use finder::Finder;
pub use quanyu_search::{Group, Hit, Kind, Marked, Way};

/// Characters of a name that the index has.
const WHOLE_NAME: u32 = 200;
/// Hits of a kind at most.
const MOST: usize = 100;

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// By kind, in the order in which they are shown; kinds without hits are left out.
    pub groups: Vec<Group>,
    /// Whether the index is being filled, so that more may be found later.
    pub filling: bool,
}

/// How the index stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Entries.
    pub entries: u64,
    /// The change that it is at.
    pub sequence: i64,
}

/// What bears the words in its name, code or text, or sounds so; of each of `kinds` the best `limit`.
///
/// # Errors
/// The database's, and an index that can be neither read nor filled again.
pub async fn search(
    product: &Product,
    words: &str,
    kinds: &[Kind],
    limit: usize,
) -> Result<Found, AppError> {
    let kept = product.finder.kept().await?;
    let filling = kept.ready().await?;
    let (words, kinds, reach) = (words.to_owned(), kinds.to_vec(), reach(product));
    let limit = limit.clamp(1, MOST);
    let groups = kept
        .ask(move |index| {
            let wish = Wish {
                words: &words,
                kinds: &kinds,
                limit,
                reach: &reach,
            };
            index.find(&wish)
        })
        .await?;
    Ok(Found { groups, filling })
}

/// Candidates of a name that a list looks at; where more may have it, the list does as well without them.
const CANDIDATES: usize = 2_000;

/// The records of a register that may have this text in their names, as of a change sequence; `None` where the index does not know, or
/// knows too many. Who may see them is not asked here.
///
/// # Errors
/// As [`search`].
pub(super) async fn bearing(
    product: &Product,
    head: i64,
    register: &Register,
    text: &str,
) -> Result<Option<Vec<i64>>, AppError> {
    let label = register.field(&register.label);
    let short = label.is_some_and(|it| it.max_length.is_some_and(|it| it <= WHOLE_NAME));
    let Some(kind) = sheets::kind(&product.pack, register).filter(|_| short) else {
        return Ok(None);
    };
    let kept = product.finder.kept().await?;
    if kept.ready().await? || kept.standing().sequence < head {
        return Ok(None);
    }
    let (register, text) = (register.id.clone(), text.to_owned());
    kept.ask(move |index| index.bearing(kind, &register, &text, CANDIDATES))
        .await
}

/// Records of one register that are called so, sound so or whose code begins so, the best first; `None` where the index is being
/// filled, or knows nothing of such a register.
///
/// # Errors
/// As [`search`].
pub(super) async fn named(
    product: &Product,
    register: &Register,
    words: &str,
    limit: usize,
) -> Result<Option<Vec<i64>>, AppError> {
    let Some(kind) = sheets::kind(&product.pack, register) else {
        return Ok(None);
    };
    let kept = product.finder.kept().await?;
    if kept.ready().await? {
        return Ok(None);
    }
    let scope = product.scope(Right::Read, register);
    // A register beside it of which nothing is seen keeps the others out.
    let beside = (String::new(), Scope::nothing());
    let reach = Reach::of([(register.id.clone(), scope), beside]);
    let words = words.to_owned();
    let ask = move |index: &quanyu_search::Index| {
        let wish = Wish {
            words: &words,
            kinds: &[kind],
            limit,
            reach: &reach,
        };
        index.find(&wish)
    };
    let ids = |groups: Vec<Group>| -> Vec<i64> {
        let hits = groups.into_iter().flat_map(|it| it.hits);
        hits.map(|it| it.record).collect()
    };
    let found = ids(kept.ask(ask.clone()).await?);
    // What was entered a moment ago is looked for once more.
    if found.is_empty() && kept.catch_up().await? {
        return Ok(Some(ids(kept.ask(ask).await?)));
    }
    Ok(Some(found))
}

/// Fills the index anew, whatever it holds.
///
/// # Errors
/// As [`search`]; and where another process writes into it.
pub async fn rebuild(product: &Product) -> Result<Standing, AppError> {
    let kept = product.finder.kept().await?;
    kept.fill().await?;
    Ok(kept.standing())
}

/// Keeps the index at the last change until the process ends. One task of a server does this.
pub async fn follow(product: Product) {
    finder::follow(product).await;
}

/// Over which records of which registers the person before us sees.
fn reach(product: &Product) -> Reach {
    let registers = product.pack.registers.values();
    Reach::of(registers.map(|it| (it.id.clone(), product.scope(Right::Read, it))))
}
