//! A district opened: its pack, its store, its figures.
//!
//! Owns opening (which pack, which database) and what every act needs. Leaves acts to the modules beside it.
//!
//! Invariant: the pack in memory is the one applied to the store.
//!
//! Start reading at [`Product::open`].

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use include_dir::{Dir, DirEntry, include_dir};
use quanyu_core::{actor::Actor, period::Period, region::RegionCode, text::Language};
use quanyu_documents::compose::Fonts;
use quanyu_figures::{Figures, parts};
use quanyu_pack::{Packs, load, model::Pack};
use quanyu_store::{Clock, Location, PackRevision, Store, Tx, migrate};

use super::{
    AppError, Who, Why, by_reach::ByReach, documents::Reader, lists::names::Names,
    notices::outgoing::Outgoing, registers::tally::Tallies, search::Finder, source::StoreSource,
};

/// The packs as they were when the binary was built.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../packs");

/// Where packs and records are, as the command line says it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Folder with packs.
    pub packs: Option<PathBuf>,
    /// Pack to apply; else the one applied before.
    pub pack: Option<String>,
    /// Folder of an embedded district; else `quanyu-data`.
    pub data: Option<PathBuf>,
    /// `sqlite://…` or `postgres://…`.
    pub database: Option<String>,
}

impl Place {
    /// The folder for records and files.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data
            .clone()
            .unwrap_or_else(|| PathBuf::from("quanyu-data"))
    }

    /// Where columns for computing are kept: a database without a folder of its own has none.
    fn columns(&self) -> Option<PathBuf> {
        let kept = self.data.is_some() || self.database.is_none();
        kept.then(|| self.folder().join("columns"))
    }

    /// Where the search index is kept: a database without a folder of its own has none.
    fn search(&self) -> Option<PathBuf> {
        let kept = self.data.is_some() || self.database.is_none();
        kept.then(|| self.folder().join("search"))
    }

    /// The database.
    #[must_use]
    pub fn location(&self) -> Location {
        let folder = self.folder();
        match &self.database {
            Some(url) => Location::parse(url, &folder),
            None => Location::Sqlite(folder),
        }
    }
}

/// Everything that runs a district in one process, as one person sees it. Cheap to clone.
#[derive(Clone)]
pub struct Product {
    /// The pack that is applied.
    pub pack: Arc<Pack>,
    pub(crate) store: Store,
    /// What the records that this person sees add up to.
    pub(crate) figures: Arc<Figures>,
    /// What all records add up to.
    pub(super) whole: Arc<Figures>,
    pub(super) by_reach: Arc<ByReach>,
    pub(super) reader: Reader,
    pub(super) finder: Arc<Finder>,
    /// Fonts for PDF, opened when the first is made.
    pub(crate) fonts: Arc<OnceLock<Arc<Fonts>>>,
    pub(super) who: Arc<Who>,
    /// For whom this person acts besides, by mandates.
    pub(super) mandates: Arc<Vec<super::mandates::Held>>,
    /// Channels that letters go by.
    pub(crate) outgoing: Arc<Outgoing>,
    /// Names of organizations, indexed when the first list is matched.
    pub(super) names: Arc<Names>,
    /// Counts of large registers.
    pub(super) tallies: Arc<Tallies>,
}

impl Product {
    /// Opens a district: migrates its store, applies the pack asked for, or takes the one applied before.
    ///
    /// # Errors
    /// A pack with faults, a database that cannot be opened, a folder that holds no district.
    pub async fn open(place: &Place) -> Result<Self, AppError> {
        Self::open_at(place, Clock::System).await
    }

    /// Opens a district of demonstration as if so many days had gone by, to show what happens when they have.
    ///
    /// # Errors
    /// As [`Self::open`]; a district that is none of demonstration.
    pub async fn open_ahead(place: &Place, days: u16) -> Result<Self, AppError> {
        const DAY: i64 = 86_400;
        let opened = Self::open_at(place, Clock::Ahead(i64::from(days) * DAY)).await?;
        if !opened.demo() {
            return Err(AppError::BadValue {
                kind: "days",
                value: days.to_string(),
                why: super::Why::new(
                    "只有演示区可以提前日期",
                    "only a district of demonstration goes ahead of its time",
                ),
            });
        }
        Ok(opened)
    }

    async fn open_at(place: &Place, clock: Clock) -> Result<Self, AppError> {
        let location = place.location();
        if let (Location::Sqlite(folder), None) = (&location, &place.pack)
            && !folder.join("quanyu.db").is_file()
        {
            return Err(AppError::NoDistrict {
                place: location.to_string(),
            });
        }
        let wanted = match &place.pack {
            Some(id) => Some(load_pack(&packs(place.packs.as_deref()), id)?),
            None => None,
        };
        let store = Store::open_at(&location, clock).await?;
        let pack = match wanted {
            Some(pack) => {
                store.apply_pack(&pack, &Actor::local()).await?;
                pack
            }
            None => {
                let pack = applied(&store).await?.ok_or_else(|| AppError::NoDistrict {
                    place: location.to_string(),
                })?;
                // An earlier version made its tables, or a restore did without views.
                let mut tx = store.read().await?;
                let current = migrate::is_current(&mut tx, &pack).await?;
                drop(tx);
                if !current {
                    store.apply_pack(&pack, &Actor::local()).await?;
                }
                pack
            }
        };
        let revision = last_revision(&mut store.read().await?).await?;
        let columns = place.columns().zip(revision);
        let columns = columns.map(|(folder, it)| {
            let beside = folder.with_file_name("columns_by_reach");
            (
                parts::Place::new(folder, it.hash.clone()),
                parts::Place::new(beside, it.hash),
            )
        });
        let opened = Self::opened(store, Arc::new(pack), columns, place.search())?;
        Ok(opened.sending(Outgoing::open(&place.folder())?))
    }

    /// The same district with these channels for letters.
    #[must_use]
    pub fn sending(mut self, outgoing: Outgoing) -> Self {
        self.outgoing = Arc::new(outgoing);
        self
    }

    /// A district whose pack is applied to the store. Its columns are held in memory.
    ///
    /// # Errors
    /// A pack whose SQL does not plan.
    pub fn new(store: Store, pack: Arc<Pack>) -> Result<Self, AppError> {
        Self::opened(store, pack, None, None)
    }

    fn opened(
        store: Store,
        pack: Arc<Pack>,
        columns: Option<(parts::Place, parts::Place)>,
        search: Option<PathBuf>,
    ) -> Result<Self, AppError> {
        let source = Arc::new(StoreSource::new(store.clone(), &pack));
        let (columns, by_reach) = columns.unzip();
        let figures = match columns {
            Some(place) => Figures::with_parts(pack.clone(), source, place),
            None => Figures::new(pack.clone(), source),
        };
        let figures = figures.map_err(|error| super::packs::figures_fault(&pack, error))?;
        let reader = Reader::new(&pack);
        let whole = Arc::new(figures);
        let finder = Finder::new(store.clone(), Arc::clone(&pack), search);
        Ok(Self {
            pack,
            store,
            figures: Arc::clone(&whole),
            whole,
            by_reach: Arc::new(ByReach::new(by_reach)),
            reader,
            finder: Arc::new(finder),
            fonts: Arc::default(),
            who: Arc::new(Who::local()),
            mandates: Arc::default(),
            outgoing: Arc::default(),
            names: Arc::default(),
            tallies: Arc::default(),
        })
    }

    /// Reads documents with this pack's indicators.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Whether the records are demonstration data.
    #[must_use]
    pub fn demo(&self) -> bool {
        self.pack.demo_district
    }

    /// The day in China now. The zone has had no changes since 1991, so no zone data are needed.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        const EIGHT_HOURS: i32 = 8 * 3600;
        let now = self.store.now();
        match jiff::tz::Offset::from_seconds(EIGHT_HOURS) {
            Ok(zone) => zone.to_datetime(now).date(),
            Err(_) => jiff::tz::Offset::UTC.to_datetime(now).date(),
        }
    }

    /// Makes ready what the first page needs, so that nobody waits for it: rows in parts, sums, the years that are known. What
    /// goes wrong here goes wrong again where it is asked for, and is told there.
    pub async fn warm(&self) {
        if let Err(error) = self.periods().await {
            tracing::warn!(%error, "nothing could be made ready");
        }
    }

    /// The change sequence now.
    ///
    /// # Errors
    /// The database's.
    pub async fn sequence(&self) -> Result<i64, AppError> {
        Ok(self.store.head().await?)
    }

    /// A region by code or name; without one, the reporting region.
    ///
    /// # Errors
    /// When there is no such region.
    pub fn region(&self, wish: Option<&str>) -> Result<RegionCode, AppError> {
        let Some(wish) = wish.map(str::trim).filter(|it| !it.is_empty()) else {
            return Ok(self.pack.region.clone());
        };
        let regions = &self.pack.regions;
        if let Ok(code) = wish.parse::<RegionCode>()
            && (regions.contains_key(&code) || code == self.pack.region)
        {
            return Ok(code);
        }
        let named = |it: &&quanyu_pack::model::Region| {
            it.name == wish || it.aliases.iter().any(|name| name == wish)
        };
        let inside = regions
            .values()
            .filter(|it| self.pack.region.contains(&it.code))
            .find(named);
        match inside.or_else(|| regions.values().find(named)) {
            Some(region) => Ok(region.code.clone()),
            None => Err(AppError::not_found(
                "region",
                wish,
                regions.values().map(|it| it.name.as_str()),
            )),
        }
    }

    /// The name of a region, or its code where the pack does not know it.
    #[must_use]
    pub fn region_name(&self, region: &RegionCode) -> String {
        match self.pack.regions.get(region) {
            Some(it) => it.name.clone(),
            None => region.to_string(),
        }
    }

    /// Regions offered for choice: the reporting region and what lies right below it.
    #[must_use]
    pub fn regions(&self) -> Vec<(RegionCode, String)> {
        let own = &self.pack.region;
        let mut offered = vec![(own.clone(), self.region_name(own))];
        let below = self
            .pack
            .regions
            .values()
            .filter(|it| it.code.parent().as_ref() == Some(own));
        offered.extend(below.map(|it| (it.code.clone(), it.name.clone())));
        offered
    }

    /// A period from its text; without one, the last year in which the records hold something.
    ///
    /// # Errors
    /// When the text is no period.
    pub async fn period(&self, wish: Option<&str>) -> Result<Period, AppError> {
        match wish.map(str::trim).filter(|it| !it.is_empty()) {
            Some(text) => text.parse::<Period>().map_err(|error| AppError::BadValue {
                kind: "period",
                value: text.to_owned(),
                why: error.into(),
            }),
            None => {
                let offered = self.periods().await?;
                offered.first().copied().ok_or(AppError::BadValue {
                    kind: "period",
                    value: String::new(),
                    why: Why::new(
                        "台账里还没有带日期的记录，请写明时期",
                        "no records hold a date yet; say which period",
                    ),
                })
            }
        }
    }

    /// Years offered for choice, the newest first: those in which an indicator of the cockpit knows something.
    ///
    /// # Errors
    /// The figures'.
    pub async fn periods(&self) -> Result<Vec<Period>, AppError> {
        super::indicators::known_years(self).await
    }
}

/// Where packs are found: the folder given, `./packs`, and the copy built in.
#[must_use]
pub fn packs(folder: Option<&Path>) -> Packs {
    let mut files = Vec::new();
    collect(&BUILT_IN, &mut files);
    let built_in = Packs::from_files(files);
    match folder {
        Some(folder) => Packs::from_dir(folder).or(built_in),
        None => Packs::from_dir("packs").or(built_in),
    }
}

fn collect(dir: &Dir<'_>, files: &mut Vec<(String, String)>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => collect(dir, files),
            DirEntry::File(file) => {
                let name = file.path().to_string_lossy().replace('\\', "/");
                if let Some(text) = file.contents_utf8() {
                    files.push((name, text.to_owned()));
                }
            }
        }
    }
}

/// Loads a pack.
///
/// # Errors
/// When there is none of that name, or it has faults.
pub fn load_pack(packs: &Packs, id: &str) -> Result<Pack, AppError> {
    let have = packs.ids();
    if !have.iter().any(|it| it == id) {
        return Err(AppError::NoPack {
            id: id.to_owned(),
            have: have.join(", "),
        });
    }
    load(packs, id).map_err(|faults| AppError::Pack(faults.render(Language::Zh, false)))
}

/// The pack marked as the demonstration district.
///
/// # Errors
/// When none is, or it has faults.
pub fn demo_pack(packs: &Packs) -> Result<Pack, AppError> {
    let have = packs.ids();
    let mut found = None;
    for id in &have {
        // The mark stands in pack.toml; only the marked pack has to be whole.
        let marked = packs.files(id).is_some_and(|files| {
            files.iter().any(|it| {
                it.path == "pack.toml" && it.text.as_ref().is_ok_and(|text| marks_demo(text))
            })
        });
        if marked {
            found = Some(id);
        }
    }
    match found {
        Some(id) => load_pack(packs, id),
        None => Err(AppError::NoPack {
            id: "demo = true".to_owned(),
            have: have.join(", "),
        }),
    }
}

fn marks_demo(text: &str) -> bool {
    toml::from_str::<toml::Table>(text)
        .is_ok_and(|it| it.get("demo").and_then(toml::Value::as_bool) == Some(true))
}

/// The pack whose indicators documents are read with: the one named, else the demonstration district's.
///
/// # Errors
/// As [`load_pack`].
pub fn pack_for_reading(folder: Option<&PathBuf>, id: Option<&str>) -> Result<Arc<Pack>, AppError> {
    let packs = packs(folder.map(PathBuf::as_path));
    let pack = match id {
        Some(id) => load_pack(&packs, id)?,
        None => demo_pack(&packs)?,
    };
    Ok(Arc::new(pack))
}

/// The pack that was applied last, as the store keeps it.
async fn applied(store: &Store) -> Result<Option<Pack>, AppError> {
    let mut tx = store.read().await?;
    let Some(revision) = last_revision(&mut tx).await? else {
        return Ok(None);
    };
    let files = migrate::files(&mut tx, revision.number).await?;
    load_pack(&Packs::from_files(files), &revision.id).map(Some)
}

/// The id of the pack that was applied last.
///
/// # Errors
/// The database's.
pub async fn applied_id(store: &Store) -> Result<Option<String>, AppError> {
    let mut tx = store.read().await?;
    Ok(last_revision(&mut tx).await?.map(|it| it.id))
}

async fn last_revision(tx: &mut Tx) -> Result<Option<PackRevision>, AppError> {
    // They come with the newest first.
    Ok(migrate::revisions(tx).await?.into_iter().next())
}
