//! What the program says: for people, and as JSON of a frozen form.

pub mod human;
pub mod v1;
