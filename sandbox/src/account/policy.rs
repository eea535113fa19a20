//! Policies: who may do what, and in whose words it is refused.
//!
//! Evaluated in the order of IAM: an explicit denial wins wherever it stands, then every kind of
//! policy that limits has to allow.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What may be done: actions by pattern, or whole statements. A denial wins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Allowed actions, such as `bedrock:*`, `*` standing for any text.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Explicitly denied actions.
    #[serde(default)]
    pub deny: Vec<String>,
    /// Statements with resources and conditions.
    #[serde(default)]
    pub statements: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Actions by pattern.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Actions by pattern it is not about; it is about all others.
    #[serde(default)]
    pub not_actions: Vec<String>,
    /// ARNs by pattern; all when absent.
    #[serde(default = "everything")]
    pub resources: Vec<String>,
    /// Operators, such as `StringNotEquals`, with their keys and values.
    #[serde(default)]
    pub condition: BTreeMap<String, BTreeMap<String, Values>>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// One value, or several of which one has to match.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// A service control policy of the organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceControlPolicy {
    /// The policy's name.
    pub name: String,
    /// The accounts it is attached to; all when absent.
    #[serde(default)]
    pub accounts: Option<Vec<String>>,
    /// What it says; `FullAWSAccess` stands beside it unless it allows anything itself.
    pub statements: Vec<Statement>,
}

/// What someone wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// Condition keys and their values.
    pub(crate) context: &'a [(&'a str, &'a str)],
}

/// What a set of statements says to a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Denied,
    Silent,
}

const OPERATORS: [&str; 4] = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];

impl Permissions {
    pub(crate) fn judge(&self, wish: Wish<'_>) -> Verdict {
        let names = |patterns: &[String]| patterns.iter().any(|pattern| glob_ignoring_case(pattern, wish.action));
        match judge(&self.statements, wish) {
            Verdict::Denied => Verdict::Denied,
            _ if names(&self.deny) => Verdict::Denied,
            Verdict::Silent if names(&self.allow) => Verdict::Allowed,
            verdict => verdict,
        }
    }
}

impl ServiceControlPolicy {
    pub(crate) fn is_attached_to(&self, account_id: &str) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.iter().any(|id| id == account_id))
    }

    pub(crate) fn judge(&self, wish: Wish<'_>) -> Verdict {
        match judge(&self.statements, wish) {
            Verdict::Silent if self.statements.iter().all(|statement| statement.effect == Effect::Deny) => {
                Verdict::Allowed
            }
            verdict => verdict,
        }
    }
}

impl Statement {
    /// The first condition operator nobody here knows.
    pub(super) fn unknown_operator(&self) -> Option<&str> {
        self.condition.keys().map(String::as_str).find(|operator| !OPERATORS.contains(operator))
    }

    fn is_about(&self, wish: Wish<'_>) -> bool {
        let names = |patterns: &[String]| patterns.iter().any(|pattern| glob_ignoring_case(pattern, wish.action));
        let action = if self.not_actions.is_empty() { names(&self.actions) } else { !names(&self.not_actions) };
        action
            && self.resources.iter().any(|pattern| glob(pattern, wish.resource))
            && self.condition.iter().all(|(operator, keys)| {
                keys.iter().all(|(key, values)| {
                    let value = wish.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                    holds(operator, value.map(|(_, value)| *value), values)
                })
            })
    }
}

impl Values {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Matches a pattern in which `*` is any text and `?` any one character.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // Where to go on after a mismatch: behind the last `*`, one byte later than before.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            (Some((wanted, rest)), Some((byte, after))) if wanted == byte || *wanted == b'?' => {
                (pattern, text) = (rest, after);
            }
            (None, None) => return true,
            _ => {
                let Some((behind, from)) = retry else { return false };
                let Some((_, later)) = from.split_first() else { return false };
                retry = Some((behind, later));
                (pattern, text) = (behind, later);
            }
        }
    }
}

/// Matches an action, whose case does not matter.
pub(crate) fn glob_ignoring_case(pattern: &str, text: &str) -> bool {
    glob(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

fn judge(statements: &[Statement], wish: Wish<'_>) -> Verdict {
    let mut verdict = Verdict::Silent;
    for statement in statements.iter().filter(|statement| statement.is_about(wish)) {
        match statement.effect {
            Effect::Deny => return Verdict::Denied,
            Effect::Allow => verdict = Verdict::Allowed,
        }
    }
    verdict
}

/// A key that is absent fails what wants a value and passes what wants none of them, as in IAM.
fn holds(operator: &str, value: Option<&str>, values: &Values) -> bool {
    let equals = |value: &str| values.as_slice().iter().any(|wanted| wanted == value);
    let like = |value: &str| values.as_slice().iter().any(|pattern| glob(pattern, value));
    match operator {
        "StringEquals" => value.is_some_and(equals),
        "StringNotEquals" => !value.is_some_and(equals),
        "StringLike" => value.is_some_and(like),
        "StringNotLike" => !value.is_some_and(like),
        _ => false,
    }
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_iam() {
        assert!(glob("*", "bedrock:InvokeModel"));
        assert!(glob_ignoring_case("bedrock:invoke*stream", "bedrock:InvokeModelWithResponseStream"));
        assert!(glob("bedrock:*Model*Stream", "bedrock:InvokeModelWithResponseStream"));
        assert!(glob("a?c*c", "abcabc"));
        assert!(!glob("bedrock:Get*", "bedrock:InvokeModel"));
        assert!(!glob("bedrock:Invoke", "bedrock:InvokeModel"));
        assert!(!glob("arn:A*", "arn:a"));
        assert!(!glob("", "x") && glob("", "") && glob("**", ""));
    }

    #[test]
    fn conditions_and_resources_narrow_a_statement() {
        let text = r#"
            allow = ["sts:*"]
            [[statements]]
            effect = "allow"
            actions = ["bedrock:Invoke*"]
            resources = ["arn:aws:bedrock:*::foundation-model/anthropic.*"]
            [[statements]]
            effect = "deny"
            actions = ["*"]
            condition = { StringNotEquals = { "aws:RequestedRegion" = ["us-east-1", "us-west-2"] } }
        "#;
        let permissions: Permissions = toml::from_str(text).expect("well formed");
        let judge = |action, resource, region| {
            permissions.judge(Wish { action, resource, context: &[("aws:RequestedRegion", region)] })
        };
        let model = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.x";
        assert_eq!(judge("bedrock:InvokeModel", model, "us-west-2"), Verdict::Allowed);
        assert_eq!(judge("bedrock:InvokeModel", model, "us-east-2"), Verdict::Denied);
        assert_eq!(
            judge("bedrock:InvokeModel", "arn:aws:bedrock:us-west-2:1:inference-profile/x", "us-west-2"),
            Verdict::Silent
        );
        assert_eq!(judge("sts:AssumeRole", "*", "us-east-1"), Verdict::Allowed);
    }
}
