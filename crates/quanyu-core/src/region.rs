//! Codes of administrative divisions (GB/T 2260, with 9 and 12 digits below a district).
//!
//! Owns the code and its place in the tree. Leaves names and validity to packs.
//!
//! Invariant: 2, 4, 6, 9 or 12 digits; a parent is a prefix.

use std::{fmt, str::FromStr};

/// A region's code without trailing zeros: `37`, `3702`, `370202`, `370202001`. The nation is the empty code.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(String);

/// What a region is, by the length of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionLevel {
    /// 全国.
    Nation,
    /// 省, two digits.
    Province,
    /// 市, four digits.
    City,
    /// 区县, six digits.
    District,
    /// 街道、镇, nine digits.
    Street,
    /// 社区、村, twelve digits.
    Community,
}

/// A text that is no region code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a region code; write 2, 4, 6, 9 or 12 digits")]
pub struct NotARegion(pub String);

impl RegionCode {
    /// The whole nation.
    #[must_use]
    pub fn nation() -> Self {
        Self::default()
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is.
    #[must_use]
    pub fn level(&self) -> RegionLevel {
        match self.0.len() {
            0 => RegionLevel::Nation,
            2 => RegionLevel::Province,
            4 => RegionLevel::City,
            6 => RegionLevel::District,
            9 => RegionLevel::Street,
            _ => RegionLevel::Community,
        }
    }

    /// The region above; `None` for the nation.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let keep = match self.0.len() {
            0 => return None,
            2 => 0,
            4 => 2,
            6 => 4,
            9 => 6,
            _ => 9,
        };
        Some(Self(self.0[..keep].to_owned()))
    }

    /// Whether `other` is this region or lies within it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl FromStr for RegionCode {
    type Err = NotARegion;

    /// Reads a code; trailing zeros that pad a province or city to six digits, or a district or street to twelve, are cut.
    fn from_str(text: &str) -> Result<Self, NotARegion> {
        let refuse = || NotARegion(text.to_owned());
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let mut code = text;
        if code.len() == 12 {
            code = code.strip_suffix("000").unwrap_or(code);
        }
        if code.len() == 9 {
            code = code.strip_suffix("000").unwrap_or(code);
        }
        for long in [6, 4] {
            if code.len() == long {
                code = code.strip_suffix("00").unwrap_or(code);
            }
        }
        match code.len() {
            2 | 4 | 6 | 9 | 12 => Ok(Self(code.to_owned())),
            _ => Err(refuse()),
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_cut_to_their_level() {
        let cases = [
            ("370000", "37", RegionLevel::Province),
            ("370200", "3702", RegionLevel::City),
            ("370202", "370202", RegionLevel::District),
            ("370202000000", "370202", RegionLevel::District),
            ("370202001000", "370202001", RegionLevel::Street),
            ("370202001001", "370202001001", RegionLevel::Community),
        ];
        for (text, code, level) in cases {
            let region: RegionCode = text.parse().unwrap();
            assert_eq!((region.as_str(), region.level()), (code, level), "{text}");
            assert!(region.parent().unwrap().contains(&region));
            assert!(RegionCode::nation().contains(&region));
        }
        for text in ["3", "370", "37020", "3702021", "37o2", "", "甲区"] {
            assert!(text.parse::<RegionCode>().is_err(), "{text}");
        }
    }
}
