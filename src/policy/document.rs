//! Policies as documents: of IAM, and as a `CloudFormation` template. Pure.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Statement;

/// The most characters of a managed policy, blanks not counted (IAM and AWS STS quotas, 2026).
pub const LONGEST: usize = 6144;

/// The most characters of the inline policy of a permission set (IAM Identity Center quotas, 2026).
pub const LONGEST_INLINE: usize = 32_768;

/// A policy of IAM.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    version: &'static str,
    statement: Vec<StatementDocument>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatementDocument {
    sid: String,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Value::is_null")]
    condition: Value,
}

impl Document {
    /// The document of some statements.
    #[must_use]
    pub fn of(statements: &[Statement]) -> Self {
        Self {
            version: "2012-10-17",
            statement: statements.iter().map(|one| written(one, one.sid.to_owned())).collect(),
        }
    }

    /// The same as several documents, none of which is too long for a managed policy. A statement that is too long by
    /// itself is parted by its resources.
    #[must_use]
    pub fn parts(statements: &[Statement]) -> Vec<Self> {
        let mut parts = vec![Self { version: "2012-10-17", statement: Vec::new() }];
        for piece in statements.iter().flat_map(pieces) {
            let Some(last) = parts.last_mut() else { break };
            last.statement.push(piece);
            if last.characters() > LONGEST && last.statement.len() > 1 {
                let moved = last.statement.pop().into_iter().collect();
                parts.push(Self { version: "2012-10-17", statement: moved });
            }
        }
        parts
    }

    /// Its length as IAM counts it.
    #[must_use]
    pub fn characters(&self) -> usize {
        let text = serde_json::to_string(self).unwrap_or_default();
        text.chars().filter(|sign| !sign.is_whitespace()).count()
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// A template with one managed policy a part.
#[must_use]
pub fn template(statements: &[Statement], region: &str) -> String {
    let parts = Document::parts(statements);
    let (mut resources, mut outputs) = (Map::new(), Map::new());
    for (at, part) in parts.iter().enumerate() {
        let name =
            format!("ClaudeCodeOnBedrock{}", if parts.len() == 1 { String::new() } else { (at + 1).to_string() });
        let description = format!("Claude Code on Amazon Bedrock in {region}: part {} of {}", at + 1, parts.len());
        let properties = json!({ "Description": description, "PolicyDocument": part });
        outputs.insert(format!("{name}Arn"), json!({ "Value": { "Ref": name } }));
        resources.insert(name, json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": properties }));
    }
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The least that Claude Code on Amazon Bedrock needs of IAM",
        "Resources": resources,
        "Outputs": outputs,
    });
    serde_json::to_string_pretty(&template).unwrap_or_default() + "\n"
}

fn written(statement: &Statement, sid: String) -> StatementDocument {
    let condition = match &statement.condition {
        None => Value::Null,
        Some((operator, key, values)) => json!({ *operator: { *key: values } }),
    };
    StatementDocument {
        sid,
        effect: "Allow",
        action: statement.actions.clone(),
        resource: statement.resources.clone(),
        condition,
    }
}

/// A statement whole or, where that is too long for a policy, by its resources. A condition that lists every profile is
/// short enough for as many as a region has.
fn pieces(statement: &Statement) -> Vec<StatementDocument> {
    let length = |resources: &[String]| resources.iter().map(|arn| arn.len() + 3).sum::<usize>();
    let condition = statement.condition.as_ref().map_or(0, |(_, _, values)| length(values));
    // What else a document and a statement are made of.
    let room = LONGEST.saturating_sub(400 + condition).max(LONGEST / 4);
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    for arn in &statement.resources {
        let Some(last) = groups.last_mut() else { break };
        if !last.is_empty() && length(last) + arn.len() + 3 > room {
            groups.push(vec![arn.clone()]);
        } else {
            last.push(arn.clone());
        }
    }
    let count = groups.len();
    let piece = |(at, resources): (usize, Vec<String>)| {
        let sid = if count == 1 { statement.sid.to_owned() } else { format!("{}{}", statement.sid, at + 1) };
        StatementDocument { resource: resources, ..written(statement, sid) }
    };
    groups.into_iter().enumerate().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(resources: usize) -> Statement {
        Statement {
            sid: "Long",
            actions: vec!["bedrock:InvokeModel"],
            resources: (0..resources)
                .map(|n| format!("arn:aws:bedrock:us-west-{n}::foundation-model/anthropic.claude-opus-5-5"))
                .collect(),
            condition: Some(("StringLike", "bedrock:InferenceProfileArn", vec!["arn:aws:bedrock:x".into()])),
            reason: "",
            needed_for: "",
        }
    }

    #[test]
    fn a_policy_that_is_too_long_is_parted_and_loses_nothing() {
        let statements = [long(150), long(3)];
        assert!(Document::of(&statements).characters() > LONGEST);
        let parts = Document::parts(&statements);
        assert!(parts.len() > 1);
        let resources: usize = parts.iter().flat_map(|part| &part.statement).map(|one| one.resource.len()).sum();
        assert_eq!(resources, 153);
        for part in &parts {
            assert!(part.characters() <= LONGEST, "{}", part.characters());
            assert!(part.statement.iter().all(|one| one.condition["StringLike"].is_object()));
        }
        assert_eq!(Document::parts(&[long(3)]).len(), 1);
    }
}
