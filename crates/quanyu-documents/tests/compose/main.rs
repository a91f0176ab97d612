//! Composing, from template to file: one binary, a module for each promise.

mod idioms;
mod kit;
mod marks;
mod page;
mod templates;
