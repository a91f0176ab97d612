//! Quanyu 全域: the application — acts, pages, commands and jobs over store, figures and documents.
//!
//! Owns [`app`] (what can be done), [`cli`] and [`web`] (how it is asked for) and the messages people read.
//!
//! Invariant: the edges `cli` and `web` call `app` and nothing below it.
//!
//! Start reading at [`app`].

pub mod app;
pub mod cli;
pub mod messages;
pub mod web;
