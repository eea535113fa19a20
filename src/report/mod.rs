//! What the program says: for people, and as JSON of a frozen form.

pub mod bundle;
pub mod diff;
pub mod helpers;
pub mod human;
pub mod redacted;
mod sheet;
pub mod v1;
pub mod v1_helpers;
pub mod v1_questions;
