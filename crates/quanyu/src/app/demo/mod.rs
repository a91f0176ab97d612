//! The demonstration district: synthetic records drawn from the pack's declarations, and files as staff get them.
//!
//! Owns building it once, from an empty store. Leaves drawing to [`draw`], files to [`files`].
//!
//! Invariant: a store that holds records of another kind is never touched; the same seed gives the same district.
//!
//! Start reading at [`build`].

pub mod accounts;
mod days;
pub mod draw;
pub mod files;

use std::time::Instant;

use futures::FutureExt;
use quanyu_core::{actor::Actor, text::Language};
use quanyu_pack::model::Demo;
use quanyu_store::{
    StoreError,
    list::Query,
    records::{self, Draft},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    AppError, Product,
    product::{self, Place},
};

/// The name that changes carry which build the demonstration.
pub const BUILDER: &str = "job:demo";
/// Records written by one act: short enough that readers and other writers hardly wait.
const PER_ACT: usize = 500;

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The pack's title.
    pub title: String,
    /// Records made now; 0 where the district was there already.
    pub made: usize,
    /// Files written now.
    pub files: Vec<String>,
    /// How long it took, in milliseconds.
    pub millis: u128,
    /// Where it is.
    pub place: String,
    /// Who may sign in, and the password of all of them.
    pub accounts: (Vec<accounts::Told>, String),
}

impl Built {
    /// For the terminal, in Chinese and English.
    #[must_use]
    pub fn said(&self) -> String {
        let mut said = self.records();
        let (accounts, password) = &self.accounts;
        if !accounts.is_empty() {
            said.push_str(&format!(
                "\n演示账号（均为虚构，仅限本机），密码 {password}\n\
                 Accounts of the demonstration, on this machine alone; the password of all is {password}\n"
            ));
            for it in accounts {
                said.push_str(&format!("  {:<14}{}\n", it.name, it.title));
            }
        }
        said
    }

    fn records(&self) -> String {
        if self.made == 0 {
            return format!(
                "{} · 演示数据已在 {}\nThe demonstration district is already there.",
                self.title, self.place
            );
        }
        format!(
            "{} · 演示数据：{} 条记录，{} 个文件，用时 {:.1} 秒，位于 {}\n\
             Demonstration data: {} records and {} files, all of them synthetic.",
            self.title,
            self.made,
            self.files.len(),
            self.millis as f64 / 1000.0,
            self.place,
            self.made,
            self.files.len(),
        )
    }
}

/// Opens the demonstration district, and makes its records where there are none yet.
///
/// # Errors
/// A pack without demonstration data, a folder that holds another district, a declaration that cannot be fulfilled.
pub async fn build(place: &Place) -> Result<(Product, Built), AppError> {
    let start = Instant::now();
    let packs = product::packs(place.packs.as_deref());
    let pack = match &place.pack {
        Some(id) => product::load_pack(&packs, id)?,
        None => product::demo_pack(&packs)?,
    };
    let Some(demo) = pack.demo.clone() else {
        return Err(AppError::NoPack {
            id: format!("{} (demo)", pack.id),
            have: packs.ids().join(", "),
        });
    };
    let location = place.location();
    let folder = place.folder();
    let store = quanyu_store::Store::open(&location).await?;
    if let Some(kept) = product::applied_id(&store).await?
        && kept != pack.id
    {
        return Err(AppError::OtherDistrict {
            place: location.to_string(),
            pack: kept,
        });
    }
    store.apply_pack(&pack, &Actor::named(BUILDER)).await?;
    let title = pack.title.get(Language::Zh).to_owned();
    let product = Product::new(store, std::sync::Arc::new(pack))?;
    let mut built = Built {
        title,
        made: 0,
        files: Vec::new(),
        millis: 0,
        place: folder.display().to_string(),
        accounts: Default::default(),
    };
    if is_empty(&product).await? {
        built.made = records_of(&product, &demo).await?;
        built.files = files::write(&product, &demo, &folder.join("demo-files")).await?;
    }
    built.accounts = accounts::make(&product, &demo).await?;
    built.millis = start.elapsed().as_millis();
    Ok((product, built))
}

async fn is_empty(product: &Product) -> Result<bool, AppError> {
    let mut tx = product.store.read().await?;
    for register in product.pack.registers.keys() {
        if quanyu_store::list::count(&mut tx, register, &Query::default()).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn records_of(product: &Product, demo: &Demo) -> Result<usize, AppError> {
    let mut rng = ChaCha8Rng::seed_from_u64(demo.seed);
    let mut made: Vec<draw::Made> = Vec::new();
    let mut count = 0;
    let today = product.today();
    for (number, block) in demo.rows.iter().enumerate() {
        let rows =
            draw::block((&product.pack, today), block, &made, &mut rng).map_err(|error| {
                AppError::Demo {
                    block: number + 1,
                    register: block.register.clone(),
                    why: error.to_string(),
                }
            })?;
        let mut ids = Vec::with_capacity(rows.len());
        for part in rows.chunks(PER_ACT) {
            ids.extend(create(product, &block.register, part).await?);
        }
        count += rows.len();
        made.push(draw::Made {
            name: block.name.clone().unwrap_or_else(|| block.register.clone()),
            register: block.register.clone(),
            ids,
            rows,
        });
    }
    Ok(count)
}

/// The draft of a drawn row, in the state that was drawn with it.
fn draft(row: &draw::Row) -> Draft {
    let mut draft = Draft::new(row.clone());
    let state = draft.values.remove(draw::STATE);
    draft.state = state.and_then(|it| it.as_text().map(str::to_owned));
    draft
}

async fn create(
    product: &Product,
    register: &str,
    rows: &[draw::Row],
) -> Result<Vec<i64>, AppError> {
    let (register, drafts): (String, Vec<Draft>) =
        (register.to_owned(), rows.iter().map(draft).collect());
    let ids = product
        .store
        .act(&Actor::named(BUILDER), move |act| {
            let (register, drafts) = (register.clone(), drafts.clone());
            async move {
                let mut ids = Vec::with_capacity(drafts.len());
                for draft in &drafts {
                    ids.push(records::create(act, &register, draft).await?);
                }
                Ok::<_, StoreError>(ids)
            }
            .boxed()
        })
        .await?;
    Ok(ids)
}
