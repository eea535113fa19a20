//! The answer of `env --json`.

use serde::Serialize;

use crate::exported::Exported;

/// The variables in order, and what does not go with them.
#[derive(Debug, Serialize)]
pub struct Environment {
    version: u32,
    variables: Vec<Variable>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Variable {
    name: &'static str,
    value: String,
}

impl Environment {
    /// The report of what is exported.
    #[must_use]
    pub fn of(exported: &Exported) -> Self {
        let variables = exported.variables.iter();
        Self {
            version: 1,
            variables: variables.map(|(name, value)| Variable { name, value: value.clone() }).collect(),
            notes: exported.notes.clone(),
        }
    }
}
