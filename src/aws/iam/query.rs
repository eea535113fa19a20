//! Requests to IAM in AWS's Query protocol, signed for the one region its partition has for it.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;

use super::{Question, answers};
use crate::aws::call::DEADLINE;
use crate::aws::credentials::Credentials;
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::iam::Decision;
use crate::aws::network;
use crate::aws::signed::{self, Post};
use crate::world::World;

const VERSION: &str = "2010-05-08";

/// How long the first wait is while IAM is busy; each later one is twice as long, within [`DEADLINE`].
const FIRST_WAIT: Duration = Duration::from_millis(400);

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why IAM did not answer a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// The caller may not ask.
    NotPermitted,
    /// There is nobody of that name or ARN.
    NobodyThere,
    /// Something else, in words.
    Otherwise(String),
}

/// IAM for one caller.
pub(super) struct Iam {
    connector: SharedHttpConnector,
    address: String,
    region: &'static str,
    credentials: Credentials,
    world: World,
}

impl Iam {
    pub(super) fn new(
        world: &World,
        files: &AwsFiles,
        profile: &str,
        credentials: &Credentials,
        partition: &str,
    ) -> Self {
        let region = home_region(partition);
        Self {
            connector: network::connector(world, &files.profiles, profile),
            address: endpoint::address(world, &files.profiles, Some(profile), Service::Iam, region),
            region,
            credentials: credentials.clone(),
            world: world.clone(),
        }
    }

    /// What a user or role of that ARN may do.
    pub(super) async fn simulate(&self, source: &str, question: &Question) -> Result<Vec<Decision>, Refused> {
        let body = self.post(&simulation(source, question)).await?;
        let found = answers::evaluations(&body).map_err(|error| Refused::Otherwise(error.to_string()))?;
        let decision =
            |action: &&str| found.iter().find(|(known, _)| known.eq_ignore_ascii_case(action)).map(|(_, d)| *d);
        let decisions: Option<Vec<Decision>> = question.actions.iter().map(decision).collect();
        decisions.ok_or_else(|| Refused::Otherwise("its answer leaves actions out".into()))
    }

    /// The ARN of a role of the caller's account, with its path.
    pub(super) async fn role_arn(&self, name: &str) -> Result<String, Refused> {
        let fields = [field("Action", "GetRole"), field("Version", VERSION), field("RoleName", name)];
        let body = self.post(&fields).await?;
        let arn = answers::role_arn(&body).map_err(|error| Refused::Otherwise(error.to_string()))?;
        arn.ok_or_else(|| Refused::Otherwise("its answer has no ARN".into()))
    }

    async fn post(&self, fields: &[(String, String)]) -> Result<String, Refused> {
        let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let post = Post {
            address: format!("{}/", self.address),
            headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())],
            body: pairs.collect::<Vec<_>>().join("&"),
            service: "iam",
            region: self.region.to_owned(),
        };
        let asking = async {
            let mut wait = FIRST_WAIT;
            loop {
                let mut response = post.send(&self.connector, &self.credentials, self.world.now()).await?;
                let body = signed::whole(&mut response).await?;
                let body = String::from_utf8_lossy(&body).into_owned();
                if !is_busy(response.status().as_u16(), &body) {
                    return Ok::<_, String>((response.status().is_success(), body));
                }
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        };
        let asked = timeout(DEADLINE, asking).await.map_err(|_| Refused::Otherwise("no answer in time".into()))?;
        let (went_well, body) = asked.map_err(Refused::Otherwise)?;
        if went_well { Ok(body) } else { Err(refusal(&body)) }
    }
}

/// The region that IAM, which has none, is signed for in a partition.
fn home_region(partition: &str) -> &'static str {
    match partition {
        "aws-us-gov" => "us-gov-west-1",
        "aws-cn" => "cn-north-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

fn field(name: impl Into<String>, value: &str) -> (String, String) {
    (name.into(), value.to_owned())
}

fn simulation(source: &str, question: &Question) -> Vec<(String, String)> {
    let mut fields = vec![
        field("Action", "SimulatePrincipalPolicy"),
        field("Version", VERSION),
        field("PolicySourceArn", source),
        field("ResourceArns.member.1", &question.resource),
    ];
    for (at, action) in question.actions.iter().enumerate() {
        fields.push(field(format!("ActionNames.member.{}", at + 1), action));
    }
    for (at, (key, value)) in question.context.iter().enumerate() {
        let entry = format!("ContextEntries.member.{}", at + 1);
        fields.push(field(format!("{entry}.ContextKeyName"), key));
        fields.push(field(format!("{entry}.ContextKeyType"), "string"));
        fields.push(field(format!("{entry}.ContextKeyValues.member.1"), value));
    }
    fields
}

/// IAM throttles after a burst of some twenty simulations.
fn is_busy(status: u16, body: &str) -> bool {
    status >= 500 || status == 429 || matches!(text(body, "Code"), Some("Throttling" | "ThrottlingException"))
}

fn text<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text)
}

fn refusal(body: &str) -> Refused {
    match text(body, "Code") {
        Some("AccessDenied" | "AccessDeniedException") => Refused::NotPermitted,
        Some("NoSuchEntity") => Refused::NobodyThere,
        code => {
            let message = text(body, "Message").unwrap_or_default();
            Refused::Otherwise(format!("{}: {message}", code.unwrap_or("an unnamed error")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_iam_is_told_apart() {
        let refused = |code: &str| refusal(&format!("<ErrorResponse><Error><Code>{code}</Code><Message>m</Message>"));
        assert_eq!(refused("AccessDenied"), Refused::NotPermitted);
        assert_eq!(refused("NoSuchEntity"), Refused::NobodyThere);
        assert_eq!(refused("InvalidInput"), Refused::Otherwise("InvalidInput: m".into()));
        assert!(is_busy(400, "<Error><Code>Throttling</Code></Error>") && is_busy(503, ""));
        assert!(!is_busy(403, "<Error><Code>AccessDenied</Code></Error>") && !is_busy(200, ""));
    }
}
