//! Claude Code's settings files: how one is edited, and how it is written.

pub mod document;
pub mod scope;
pub mod store;
