//! Search over names: registers, indicators, organizations.

use quanyu_core::text::Text;

/// Something found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// `register`, `indicator`, `record`.
    pub kind: &'static str,
    /// Register of a record; else empty.
    pub register: String,
    /// Id of the register or indicator, or the record's number.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// A second line.
    pub note: String,
}
