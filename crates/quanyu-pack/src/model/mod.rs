//! What a pack declares, after reading and checking: the contract between packs and all engines.
//!
//! Owns the types only. [`Pack`] is the merged result: a pack with everything that it extends.
//!
//! Invariant: identifiers are `snake_case` ASCII; maps are ordered, so that tables, pages and hashes come out the same.

mod appraisal;
mod case;
mod demo;
mod filing;
mod flow;
mod indicator;
mod lifecycle;
mod name;
mod plan;
mod publication;
mod register;

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    access::Office,
    region::{RegionCode, RegionLevel},
    text::Text,
};

pub use appraisal::{Appraisal, AppraisalItem, Measure, Split, Whom};
pub use case::{PackTest, TestFigure, TestRecord};
pub use demo::{
    Demo, DemoAccount, DemoCorrection, DemoDraw, DemoField, DemoFile, DemoRows, DemoStep, DemoTotal,
};
pub use filing::{Condition, Filing, FilingKind, Jump, Prefill};
pub use flow::{Flow, Side};
pub use indicator::{Better, Dataset, Display, Indicator, IndicatorKind};
pub use lifecycle::{
    Effect, EffectKind, Escalation, Given, Lifecycle, Numbering, PEOPLE, State, StepKind,
    Transition,
};
pub use name::{NameKind, StandardName};
pub use plan::{Comparator, Plan, PlanTarget, PlanTask, Supervision, TargetLevel};
pub use publication::{OpenData, Publication, PublicationAct, Shown, Small, Window};
pub use register::{Event, Field, FieldType, Lines, PARTS, Register};

/// Where something was declared: a file of [`Pack::files`] and a byte range in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// Index into [`Pack::files`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// A value and where it was declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: At,
}

/// A source file of the pack, kept whole: it is stored with each applied revision and shown in diagnostics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// `pack id/path inside the pack`, such as `national/registers/contracts.toml`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A pack with everything it extends, merged. Later packs may add to and replace what earlier ones declare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// Identifier, the folder's name.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The reporting region.
    pub region: RegionCode,
    /// Whether it is the demonstration district.
    pub demo_district: bool,
    /// The packs it extends, nearest last, without itself.
    pub extends: Vec<String>,
    /// All source files of all packs in reading order.
    pub files: Vec<SourceFile>,
    /// Rooms of the application, in order of the menu.
    pub modules: Vec<Module>,
    /// Regions by code.
    pub regions: BTreeMap<RegionCode, Region>,
    /// Where the tiles of the map stand: (row, column) by region.
    pub tiles: BTreeMap<RegionCode, (u32, u32)>,
    /// Code lists by id.
    pub codes: BTreeMap<String, CodeList>,
    /// Days by year that are not as the weekday says.
    pub calendar: BTreeMap<i16, CalendarYear>,
    /// Registers by id.
    pub registers: BTreeMap<String, Register>,
    /// Datasets by id.
    pub datasets: BTreeMap<String, Dataset>,
    /// Indicators by id.
    pub indicators: BTreeMap<String, Indicator>,
    /// Plans by id.
    pub plans: BTreeMap<String, Plan>,
    /// Standard names by id.
    pub names: BTreeMap<String, StandardName>,
    /// Appraisal schemes by id.
    pub appraisals: BTreeMap<String, Appraisal>,
    /// What organizations file themselves, by id.
    pub filings: BTreeMap<String, Filing>,
    /// How tasks are supervised.
    pub supervision: Supervision,
    /// Documents by id.
    pub documents: BTreeMap<String, Document>,
    /// Kinds of publications by id.
    pub publications: BTreeMap<String, Publication>,
    /// Open data by id.
    pub open_data: BTreeMap<String, OpenData>,
    /// What goes to the other network, by id.
    pub flows: BTreeMap<String, Flow>,
    /// Roles by id.
    pub roles: BTreeMap<String, Role>,
    /// Demonstration data, where the pack has any.
    pub demo: Option<Demo>,
    /// Tests of this pack, without those of packs it extends.
    pub tests: Vec<PackTest>,
}

/// A room of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Identifier, named by registers.
    pub id: String,
    /// What the menu says.
    pub title: Text,
    /// Where it was declared.
    pub at: At,
}

/// A region of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Code.
    pub code: RegionCode,
    /// Full name, such as 示例区.
    pub name: String,
    /// Other names that texts use (short names).
    pub aliases: Vec<String>,
    /// What it is.
    pub level: RegionLevel,
    /// First day of validity, where known.
    pub from: Option<Date>,
    /// Last day of validity, where it ended.
    pub to: Option<Date>,
}

/// A list of codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeList {
    /// What it is called.
    pub title: Text,
    /// Where the list is from.
    pub source: Option<String>,
    /// Codes in order of declaration.
    pub items: Vec<Code>,
    /// Where it was declared.
    pub at: At,
}

impl CodeList {
    /// The item of a code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Code> {
        self.items.iter().find(|it| it.code == code)
    }
}

/// One code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The code itself, as stored.
    pub code: String,
    /// What it means.
    pub title: Text,
    /// The code above, in lists that are trees.
    pub parent: Option<String>,
    /// Other texts that mean this code in workbooks.
    pub synonyms: Vec<String>,
    /// A retired code is shown but no longer offered.
    pub retired: bool,
}

/// Days of a year that differ from Monday-to-Friday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarYear {
    /// Days off.
    pub holidays: Vec<Date>,
    /// Weekend days that are worked.
    pub workdays: Vec<Date>,
    /// The notice that says so.
    pub source: String,
}

/// A document the bureau writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// How often: `year`, `half`, `quarter`, `month`, `once`.
    pub every: String,
    /// The file that it is composed from, as a path inside a pack; the nearest pack that has it wins.
    pub template: Option<Declared<String>>,
    /// Where it was declared.
    pub at: At,
}

/// A role: who may do what where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// `all`, `region`, `organization` or `own`.
    pub scope: String,
    /// `read`, `enter`, `confirm`, `export`, `see_person`, `administer`.
    pub rights: Vec<String>,
    /// It is held on the firms' side: its holders see pages of their own, not those of staff.
    pub firm: bool,
    /// Its holders act for organizations that give theirs a mandate.
    pub mandated: bool,
    /// The administrator's office that it holds; nobody holds two.
    pub office: Option<Office>,
    /// Where it was declared.
    pub at: At,
}

impl Pack {
    /// The one register that plays `part` (such as `organization`, `observation`), where one does.
    #[must_use]
    pub fn playing(&self, part: &str) -> Option<&Register> {
        self.registers
            .values()
            .find(|it| it.plays.as_deref() == Some(part))
    }

    /// The file of a path inside a pack, and its place in [`Pack::files`]: of this pack, else of the nearest that it extends.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<(u32, &SourceFile)> {
        let nearest = std::iter::once(&self.id).chain(self.extends.iter().rev());
        nearest.into_iter().find_map(|pack| {
            let name = format!("{pack}/{path}");
            let at = self.files.iter().position(|it| it.name == name)?;
            Some((u32::try_from(at).ok()?, &self.files[at]))
        })
    }

    /// Whether `day` is a working day; `None` where the calendar holds no such year.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> Option<bool> {
        let year = self.calendar.get(&day.year())?;
        if year.holidays.contains(&day) {
            return Some(false);
        }
        let weekend = matches!(
            day.weekday(),
            jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
        );
        Some(!weekend || year.workdays.contains(&day))
    }
}
