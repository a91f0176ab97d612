//! The product as its users meet it: the real binary and the real pages, on small districts.
//!
//! One binary, because each links the query engine. Start reading at [`commands`].

mod commands;
mod web;
