//! A policy document of IAM, as requests carry it, as the account's own form of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::policy::{Effect, Permissions, Statement, Values};

/// A document; what it says beyond this is not known here, and refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version")]
    _version: Option<String>,
    statement: Statements,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Statements {
    One(Box<Written>),
    Many(Vec<Written>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: String,
    action: Values,
    resource: Values,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, Values>>,
}

impl Permissions {
    /// Reads a policy document; `None` when it is none that is understood here.
    pub(crate) fn from_document(text: &str) -> Option<Self> {
        let document: Document = serde_json::from_str(text).ok()?;
        let written = match document.statement {
            Statements::One(one) => vec![*one],
            Statements::Many(many) => many,
        };
        let statement = |written: Written| {
            let effect = match written.effect.as_str() {
                "Allow" => Effect::Allow,
                "Deny" => Effect::Deny,
                _ => return None,
            };
            let statement = Statement {
                effect,
                actions: written.action.as_slice().to_vec(),
                not_actions: Vec::new(),
                resources: written.resource.as_slice().to_vec(),
                condition: written.condition,
            };
            statement.unknown_operator().is_none().then_some(statement)
        };
        let statements = written.into_iter().map(statement).collect::<Option<Vec<_>>>()?;
        Some(Self { statements, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Verdict, Wish};

    #[test]
    fn a_document_says_what_its_statements_say() {
        let one =
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}}"#;
        let many = r#"{"Statement": [{"Sid": "x", "Effect": "Deny", "Action": ["sts:*"], "Resource": ["*"]}]}"#;
        let judge = |text: &str, action: &str| {
            let wish = Wish { action, resource: "r", context: &[] };
            Permissions::from_document(text).expect("understood").judge(wish)
        };
        assert_eq!(judge(one, "bedrock:InvokeModel"), Verdict::Allowed);
        assert_eq!(judge(one, "sts:X"), Verdict::Silent);
        assert_eq!(judge(many, "sts:X"), Verdict::Denied);
        for text in ["{}", "no", r#"{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}"#] {
            assert!(Permissions::from_document(text).is_none(), "{text}");
        }
    }
}
