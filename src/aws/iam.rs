//! What a principal may do, by IAM's own judgement: `SimulatePrincipalPolicy`, in AWS's Query protocol.
//!
//! The one operation of IAM that is needed is signed here: its SDK has hundreds, and would be the largest crate of all.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::aws::call::DEADLINE;
use crate::aws::credentials::Credentials;
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::aws::signed::{self, Post};
use crate::world::World;

const VERSION: &str = "2010-05-08";

/// IAM throttles at a few requests a second and bursts of some more.
const AT_ONCE: usize = 6;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Actions on one resource, asked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The actions.
    pub actions: Vec<&'static str>,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys with the value a request would have.
    pub context: Vec<(&'static str, String)>,
}

/// What IAM says to an action on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// No policy allows it.
    NotAllowed,
    /// A policy denies it.
    Denied,
    /// The organisation's policies do not allow it.
    DeniedByOrganization,
}

/// Why IAM gave no judgement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSimulated {
    /// The principal may not ask.
    #[error("the principal may not simulate its own policies (iam:SimulatePrincipalPolicy)")]
    NotPermitted,
    /// IAM knows none of the ARNs the principal could have.
    #[error("IAM does not know the principal by any ARN it could have; the path of its role is not known")]
    NoSuchPrincipal,
    /// Something else.
    #[error("IAM gave no judgement: {0}")]
    Failed(String),
}

/// Asks IAM about every question, as whichever of the candidates it knows.
///
/// # Errors
/// [`NotSimulated`].
pub async fn simulate(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    credentials: &Credentials,
    candidates: &[String],
    questions: &[Question],
) -> Result<Vec<Vec<Decision>>, NotSimulated> {
    let Some(first) = candidates.first() else { return Err(NotSimulated::NoSuchPrincipal) };
    let region = home_region(first.split(':').nth(1).unwrap_or("aws"));
    let asking = Asking {
        connector: network::connector(world, &files.profiles, profile),
        address: endpoint::address(world, &files.profiles, Some(profile), Service::Iam, region),
        region,
        credentials: credentials.clone(),
        world: world.clone(),
    };
    let Some((question, rest)) = questions.split_first() else { return Ok(Vec::new()) };
    // The first question finds out by which ARN IAM knows the principal.
    let mut answer = Err(NotSimulated::NoSuchPrincipal);
    let mut known = first;
    for candidate in candidates {
        known = candidate;
        answer = asking.ask(candidate, question).await;
        if answer != Err(NotSimulated::NoSuchPrincipal) {
            break;
        }
    }
    let mut decisions = vec![answer?];
    decisions.extend(all(Arc::new(asking), known, rest).await?);
    Ok(decisions)
}

async fn all(asking: Arc<Asking>, known: &str, questions: &[Question]) -> Result<Vec<Vec<Decision>>, NotSimulated> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut asked = JoinSet::new();
    for (at, question) in questions.iter().cloned().enumerate() {
        let (asking, places, known) = (Arc::clone(&asking), Arc::clone(&places), known.to_owned());
        asked.spawn(async move {
            let _place = places.acquire().await;
            (at, asking.ask(&known, &question).await)
        });
    }
    let mut answers = asked.join_all().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
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

struct Asking {
    connector: SharedHttpConnector,
    address: String,
    region: &'static str,
    credentials: Credentials,
    world: World,
}

impl Asking {
    async fn ask(&self, principal: &str, question: &Question) -> Result<Vec<Decision>, NotSimulated> {
        let post = Post {
            address: format!("{}/", self.address),
            headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())],
            body: form(principal, question),
            service: "iam",
            region: self.region.to_owned(),
        };
        let exchange = async {
            let mut response = post.send(&self.connector, &self.credentials, self.world.now()).await?;
            let body = signed::whole(&mut response).await?;
            Ok::<_, String>((response.status().is_success(), String::from_utf8_lossy(&body).into_owned()))
        };
        let exchanged =
            timeout(DEADLINE, exchange).await.map_err(|_| NotSimulated::Failed("no answer in time".into()))?;
        let (went_well, body) = exchanged.map_err(NotSimulated::Failed)?;
        if !went_well {
            return Err(refusal(&body));
        }
        let found = evaluations(&body).map_err(|error| NotSimulated::Failed(error.to_string()))?;
        let decision =
            |action: &&str| found.iter().find(|(known, _)| known.eq_ignore_ascii_case(action)).map(|(_, d)| *d);
        let decisions: Option<Vec<Decision>> = question.actions.iter().map(decision).collect();
        decisions.ok_or_else(|| NotSimulated::Failed("its answer leaves actions out".into()))
    }
}

fn form(principal: &str, question: &Question) -> String {
    let mut fields = vec![
        ("Action".to_owned(), "SimulatePrincipalPolicy"),
        ("Version".to_owned(), VERSION),
        ("PolicySourceArn".to_owned(), principal),
        ("ResourceArns.member.1".to_owned(), &question.resource),
    ];
    for (at, action) in question.actions.iter().enumerate() {
        fields.push((format!("ActionNames.member.{}", at + 1), action));
    }
    for (at, (key, value)) in question.context.iter().enumerate() {
        let entry = format!("ContextEntries.member.{}", at + 1);
        fields.push((format!("{entry}.ContextKeyName"), key));
        fields.push((format!("{entry}.ContextKeyType"), "string"));
        fields.push((format!("{entry}.ContextKeyValues.member.1"), value));
    }
    let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The actions of an answer, each with what it came to.
fn evaluations(body: &str) -> Result<Vec<(String, Decision)>, XmlDecodeError> {
    let mut found = Vec::new();
    let mut document = Document::try_from(body.as_bytes())?;
    let mut root = document.root_element()?;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("EvaluationResults") {
                continue;
            }
            while let Some(mut member) = list.next_tag() {
                found.push(evaluation(&mut member)?);
            }
        }
    }
    Ok(found)
}

fn evaluation(member: &mut ScopedDecoder<'_, '_>) -> Result<(String, Decision), XmlDecodeError> {
    let (mut action, mut decision, mut by_organization) = (String::new(), Decision::NotAllowed, true);
    while let Some(mut field) = member.next_tag() {
        match field.start_el().local() {
            "EvalActionName" => action = try_data(&mut field)?.into_owned(),
            "EvalDecision" => {
                decision = match &*try_data(&mut field)? {
                    "allowed" => Decision::Allowed,
                    "explicitDeny" => Decision::Denied,
                    _ => Decision::NotAllowed,
                }
            }
            "OrganizationsDecisionDetail" => {
                while let Some(mut detail) = field.next_tag() {
                    if detail.start_el().matches("AllowedByOrganizations") {
                        by_organization = &*try_data(&mut detail)? == "true";
                    }
                }
            }
            _ => {}
        }
    }
    let denied = decision != Decision::Allowed && !by_organization;
    Ok((action, if denied { Decision::DeniedByOrganization } else { decision }))
}

fn refusal(body: &str) -> NotSimulated {
    let text = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        rest.split_once('<').map(|(text, _)| text.to_owned())
    };
    match text("Code").as_deref() {
        Some("AccessDenied" | "AccessDeniedException") => NotSimulated::NotPermitted,
        Some("NoSuchEntity") => NotSimulated::NoSuchPrincipal,
        code => {
            let message = text("Message").unwrap_or_default();
            NotSimulated::Failed(format!("{}: {message}", code.unwrap_or("an unnamed error")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_iam_is_read_with_the_organisations_say() {
        // The example of IAM's API reference, with two more members.
        let body = "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
            <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member>\
            <MatchedStatements><member><SourcePolicyId>p</SourcePolicyId></member></MatchedStatements>\
            <MissingContextValues/><EvalResourceName>*</EvalResourceName><EvalDecision>allowed</EvalDecision>\
            <EvalActionName>bedrock:InvokeModel</EvalActionName></member><member><EvalActionName>a:B</EvalActionName>\
            <EvalDecision>implicitDeny</EvalDecision><OrganizationsDecisionDetail><AllowedByOrganizations>false\
            </AllowedByOrganizations></OrganizationsDecisionDetail></member><member><EvalActionName>a:C</EvalActionName>\
            <EvalDecision>explicitDeny</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult>\
            </SimulatePrincipalPolicyResponse>";
        let found = evaluations(body).expect("well formed");
        let expected = [
            ("bedrock:InvokeModel".to_owned(), Decision::Allowed),
            ("a:B".to_owned(), Decision::DeniedByOrganization),
            ("a:C".to_owned(), Decision::Denied),
        ];
        assert_eq!(found, expected);
        assert!(evaluations("<not xml").is_err());
    }

    #[test]
    fn a_refusal_of_iam_is_told_apart() {
        let refused = |code: &str| refusal(&format!("<ErrorResponse><Error><Code>{code}</Code><Message>m</Message>"));
        assert_eq!(refused("AccessDenied"), NotSimulated::NotPermitted);
        assert_eq!(refused("NoSuchEntity"), NotSimulated::NoSuchPrincipal);
        assert_eq!(refused("Throttling"), NotSimulated::Failed("Throttling: m".into()));
    }
}
