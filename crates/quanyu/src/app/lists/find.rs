//! Many names looked up at once: by credit code, by what is remembered, by likeness.
//!
//! Owns which of the three decides, and that nobody is matched whom the person before us may not see. Leaves likeness to
//! `quanyu_core::lists`.
//!
//! Start reading at [`find`].

use std::{
    collections::{BTreeSet, HashMap},
    str::FromStr as _,
    sync::Arc,
};

use quanyu_core::{
    access::{Place, Right, Scope},
    lists::{self, Index, Verdict, form::plain},
    region::RegionCode,
    typed,
    uscc::Uscc,
};
use quanyu_pack::model::Register;
use quanyu_store::{
    list,
    lists::{self as kept, Found},
    records::{self, Record},
};

use super::{AppError, ListRefusal, Product, organizations};

/// A row of a list: a name, a credit code, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The name.
    pub name: String,
    /// The code, where there is one that has the form.
    pub code: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What is kept of it.
    pub found: Found,
    /// Whom it may mean, the likeliest first.
    pub hits: Vec<Hit>,
}

/// An organization that a row may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The organization.
    pub id: i64,
    /// The name of it that is like the one asked for.
    pub name: String,
    /// Whether that is a former one.
    pub former: bool,
    /// What led to it: a word of [`lists::Why`], `code`, `code_differs`, `alias`, `former`.
    pub why: String,
}

impl Asked {
    /// What a row of a list asks.
    #[must_use]
    pub fn of(cells: &[String], name_column: usize, code_column: Option<usize>) -> Self {
        let cell = |it: usize| cells.get(it).map(String::as_str).unwrap_or_default();
        let code = code_column.map(|it| typed::plain(cell(it)));
        Self {
            name: cell(name_column).trim().to_owned(),
            code: code
                .and_then(|it| Uscc::from_str(&it).ok())
                .map(|it| it.as_str().to_owned()),
        }
    }
}

/// Looks names up.
///
/// # Errors
/// Without a right to see organizations; the database's.
pub async fn find(product: &Product, asked: &[Asked]) -> Result<Vec<Answer>, AppError> {
    let register = organizations(product)?;
    let scope = product.may(Right::Read, register)?;
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let index = product.names.current(product).await?;
    let by_code = by_code(product, register, asked).await?;
    let by_alias = by_alias(product, asked).await?;
    let names: Arc<[String]> = asked.iter().map(|it| it.name.clone()).collect();
    let mut hidden = BTreeSet::new();
    let mut looked = BTreeSet::new();
    // Whom the person before us may not see is taken away and the names are looked up again, since another may be meant then.
    let verdicts = loop {
        let verdicts = look_up(&index, &names, &hidden).await?;
        let ids = verdicts.iter().flat_map(Verdict::hits).map(|it| it.id);
        let all: BTreeSet<i64> = ids
            .chain(by_code.values().copied())
            .chain(by_alias.values().copied())
            .collect();
        let fresh: Vec<i64> = all.difference(&looked).copied().collect();
        if scope == Scope::All || fresh.is_empty() {
            break verdicts;
        }
        let seen = seen(product, register, &scope, &fresh).await?;
        hidden.extend(fresh.iter().filter(|it| !seen.contains(it)));
        looked.extend(fresh);
    };
    let codes = codes_of(product, register, asked, &verdicts).await?;
    let answers = asked.iter().zip(&verdicts).map(|(asked, verdict)| {
        let visible = |id: &&i64| !hidden.contains(*id);
        let by_code = asked
            .code
            .as_ref()
            .and_then(|it| by_code.get(it))
            .filter(visible);
        let by_alias = by_alias.get(&plain(&asked.name)).filter(visible);
        decided(asked, verdict, by_code.copied(), by_alias.copied(), &codes)
    });
    Ok(answers.collect())
}

/// The organization of a credit code or of a name as it is written.
///
/// # Errors
/// Where nobody or several bear it.
pub async fn one(product: &Product, text: &str) -> Result<i64, AppError> {
    let asked = [Asked {
        name: text.trim().to_owned(),
        code: Uscc::from_str(&typed::plain(text))
            .ok()
            .map(|it| it.as_str().to_owned()),
    }];
    let answers = find(product, &asked).await?;
    let answer = answers.into_iter().next();
    let (found, hits) = answer.map_or((None, 0), |it| (it.found.organization, it.hits.len()));
    found.ok_or_else(|| {
        AppError::List(ListRefusal::NotOne {
            name: text.trim().to_owned(),
            found: hits,
        })
    })
}

/// Refuses organizations that the person before us may not see, or that there are not.
///
/// # Errors
/// The first of them.
pub async fn may_see(product: &Product, ids: &BTreeSet<i64>) -> Result<(), AppError> {
    let register = organizations(product)?;
    let scope = product.may(Right::Read, register)?;
    let all: Vec<i64> = ids.iter().copied().collect();
    let seen = seen(product, register, &scope, &all).await?;
    match all.iter().find(|it| !seen.contains(it)) {
        None => Ok(()),
        Some(id) => Err(AppError::not_found("record", &id.to_string(), [])),
    }
}

/// Whether a scope holds an organization.
pub(super) fn holds(scope: &Scope, record: &Record) -> bool {
    let region = record.region.parse::<RegionCode>().ok();
    scope.holds(Place {
        region: region.as_ref(),
        organization: Some(record.id),
        owner: record.owner_user.as_deref(),
    })
}

async fn seen(
    product: &Product,
    register: &Register,
    scope: &Scope,
    ids: &[i64],
) -> Result<BTreeSet<i64>, AppError> {
    let mut tx = product.store.read().await?;
    let records = list::by_ids(&mut tx, &register.id, ids).await?;
    Ok(records
        .iter()
        .filter(|it| holds(scope, it))
        .map(|it| it.id)
        .collect())
}

async fn look_up(
    index: &Arc<Index>,
    names: &Arc<[String]>,
    hidden: &BTreeSet<i64>,
) -> Result<Vec<Verdict>, AppError> {
    let (index, names, hidden) = (index.clone(), names.clone(), hidden.clone());
    let done = tokio::task::spawn_blocking(move || {
        let look = |it: &String| index.find(it, |id| !hidden.contains(&id));
        names.iter().map(look).collect()
    });
    done.await.map_err(|it| AppError::Output(it.to_string()))
}

async fn by_code(
    product: &Product,
    register: &Register,
    asked: &[Asked],
) -> Result<HashMap<String, i64>, AppError> {
    let codes: BTreeSet<String> = asked.iter().filter_map(|it| it.code.clone()).collect();
    let Some(field) = register.slot("uscc").filter(|_| !codes.is_empty()) else {
        return Ok(HashMap::new());
    };
    let codes: Vec<String> = codes.into_iter().collect();
    let mut tx = product.store.read().await?;
    let found = records::find(&mut tx, &register.id, &field.id, &codes).await?;
    Ok(found.into_iter().collect())
}

async fn by_alias(product: &Product, asked: &[Asked]) -> Result<HashMap<String, i64>, AppError> {
    let names: BTreeSet<String> = asked.iter().map(|it| plain(&it.name)).collect();
    let names: Vec<String> = names.into_iter().filter(|it| !it.is_empty()).collect();
    let mut tx = product.store.read().await?;
    Ok(kept::aliases(&mut tx, &names).await?.into_iter().collect())
}

/// Credit codes of those who were found by name where the list has a code of its own.
async fn codes_of(
    product: &Product,
    register: &Register,
    asked: &[Asked],
    verdicts: &[Verdict],
) -> Result<HashMap<i64, String>, AppError> {
    let Some(field) = register.slot("uscc") else {
        return Ok(HashMap::new());
    };
    let coded = asked.iter().zip(verdicts).filter(|it| it.0.code.is_some());
    let ids: BTreeSet<i64> = coded.flat_map(|it| it.1.hits()).map(|it| it.id).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut tx = product.store.read().await?;
    let records = list::by_ids(&mut tx, &register.id, &ids).await?;
    let code = |it: &Record| Some((it.id, it.value(&field.id).canonical()?));
    Ok(records.iter().filter_map(code).collect())
}

/// What follows from a code, from what is remembered and from likeness.
fn decided(
    asked: &Asked,
    verdict: &Verdict,
    by_code: Option<i64>,
    by_alias: Option<i64>,
    codes: &HashMap<i64, String>,
) -> Answer {
    let mut hits: Vec<Hit> = verdict.hits().iter().map(hit).collect();
    if let Some(id) = by_code {
        let own = hits.iter().position(|it| it.id == id);
        if asked.name.is_empty() || own.is_some() || by_alias == Some(id) {
            return matched(id, "code", asked);
        }
        // The code is one organization's, the name another's: a person has to look.
        hits.insert(0, told(id, "code", asked));
        return doubtful(hits, "code_differs");
    }
    if let Some(id) = by_alias {
        return matched(id, "alias", asked);
    }
    match (verdict, hits.first()) {
        (Verdict::Matched(_), Some(first)) => {
            let other = asked
                .code
                .as_ref()
                .is_some_and(|code| codes.get(&first.id).is_some_and(|own| own != code));
            if other {
                return doubtful(hits, "code_differs");
            }
            let why = first.why.clone();
            let id = first.id;
            Answer {
                found: Found {
                    status: "matched".to_owned(),
                    why: Some(why),
                    organization: Some(id),
                },
                hits,
            }
        }
        (Verdict::Doubtful(_), Some(first)) => {
            let why = if first.why == lists::Why::Same.word() {
                "several"
            } else {
                &first.why
            };
            let why = why.to_owned();
            doubtful(hits, &why)
        }
        _ => Answer {
            found: Found {
                status: "unmatched".to_owned(),
                ..Found::default()
            },
            hits,
        },
    }
}

fn hit(it: &lists::Hit) -> Hit {
    let sure = it.former && it.why.certain();
    Hit {
        id: it.id,
        name: it.name.clone(),
        former: it.former,
        why: if sure { "former" } else { it.why.word() }.to_owned(),
    }
}

fn told(id: i64, why: &str, asked: &Asked) -> Hit {
    Hit {
        id,
        name: asked.name.clone(),
        former: false,
        why: why.to_owned(),
    }
}

fn matched(id: i64, why: &str, asked: &Asked) -> Answer {
    Answer {
        found: Found {
            status: "matched".to_owned(),
            why: Some(why.to_owned()),
            organization: Some(id),
        },
        hits: vec![told(id, why, asked)],
    }
}

fn doubtful(hits: Vec<Hit>, why: &str) -> Answer {
    Answer {
        found: Found {
            status: "doubtful".to_owned(),
            why: Some(why.to_owned()),
            organization: None,
        },
        hits,
    }
}
