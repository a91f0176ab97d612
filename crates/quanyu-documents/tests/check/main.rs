//! Drafts against a made-up district: verdicts, problems, seeded errors. Names and numbers are invented; the numbers are
//! drawn from a declared seed.
#![allow(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod problems;
mod seeded;
mod verdicts;
mod world;
