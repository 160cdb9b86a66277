//! `platform`: policy decisions, document search, users and the care of a database, in one binary.
//!
//! The rooms, from the outside in; each may use those after it and none before. ARCHITECTURE.md has the map.

pub mod cli;
pub mod commands;
pub mod ui;

pub mod api;
pub mod backend;

pub mod services;

pub mod operation;

pub mod context;

pub mod engines;
pub mod settings;
pub mod store;

pub mod model;

pub mod error;
