//! Tests of a pack: facts in, figures out. The application runs them.

use quanyu_core::{period::Period, region::RegionCode};

use super::{At, Declared};

/// A case: a few records, and what the indicators must then say.
#[derive(Clone, Debug, PartialEq)]
pub struct PackTest {
    /// What it shows, a sentence.
    pub name: String,
    /// Records, in order of making: a reference may name one made before.
    pub records: Vec<TestRecord>,
    /// Figures expected.
    pub expect: Vec<TestFigure>,
    /// Where it was declared.
    pub at: At,
}

/// A record, as a row of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRecord {
    /// The register.
    pub register: String,
    /// Field and cell; `state` puts the record into that state.
    pub cells: Vec<(String, Declared<String>)>,
    /// Where it was declared.
    pub at: At,
}

/// A figure expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFigure {
    /// The indicator.
    pub indicator: String,
    /// The region; `None` is the pack's.
    pub region: Option<RegionCode>,
    /// The period.
    pub period: Period,
    /// Its value as people type it (`68亿元`, `25%`); `none` is unknown. Not asked where not given.
    pub value: Option<Declared<String>>,
    /// Its growth against the year before, likewise.
    pub growth: Option<Declared<String>>,
    /// Where it was declared.
    pub at: At,
}
