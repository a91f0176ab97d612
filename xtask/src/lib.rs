//! Chores of the repository: what keeps it tidy, and what is generated.
//!
//! Owns checks that no compiler or linter makes: which crate may see which, that documents name what exists, that no
//! district is named in code. Leaves style to rustfmt, code to clippy, licences to cargo-deny.
//!
//! Invariant: no dependency but what reads the manifests, so that it builds in seconds.
//!
//! Start reading at [`tidy::all`].

pub mod results;
pub mod tidy;
pub mod tree;
