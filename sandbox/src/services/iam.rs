//! Identity and Access Management, of which a partition has one: what a principal may do, simulated.

use super::sts;
use crate::{
    authentication,
    cloud::Cloud,
    html::escape,
    log::Entry,
    principal::{Judgement, Principal},
    request::{Refusal, Reply, Request},
};

pub(super) const OPERATION: &str = "SimulatePrincipalPolicy";
const VERSION: &str = "2010-05-08";
const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
/// The region that stands in signatures for a service that has none.
const HOME: &str = "us-east-1";

pub(super) fn answer(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    let request_id = cloud.mint.request_id();
    match simulation(cloud, request, entry) {
        Ok(results) => {
            let body = format!(
                "<{OPERATION}Response xmlns=\"{NAMESPACE}\">\n  <{OPERATION}Result>\n    <EvaluationResults>\n{results}    \
                 </EvaluationResults>\n    <IsTruncated>false</IsTruncated>\n  </{OPERATION}Result>\n  \
                 <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
                 </{OPERATION}Response>\n"
            );
            Reply::of(200, "text/xml", body)
        }
        Err(refusal) => error(&refusal, &request_id),
    }
}

/// Writes an error as the service's protocol has it.
pub(super) fn error(refusal: &Refusal, request_id: &str) -> Reply {
    sts::query_error_of(NAMESPACE, refusal, request_id)
}

fn simulation(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<String, Refusal> {
    let caller = authentication::signer(cloud, request, "iam", entry).map_err(|reason| sts::query_refusal(&reason))?;
    if caller.region != HOME {
        let message = format!("Credential should be scoped to a valid region. Expected {HOME}.");
        return Err(Refusal::new(403, "SignatureDoesNotMatch", message));
    }
    if request.form_field("Version").as_deref() != Some(VERSION) {
        return Err(Refusal::new(400, "InvalidAction", format!("Could not find operation {OPERATION}")));
    }
    let source = request.form_field("PolicySourceArn").unwrap_or_default();
    caller.principal.require("iam:SimulatePrincipalPolicy", &source, HOME).map_err(sts::query_code)?;
    let principal = Principal::by_iam_arn(&cloud.account, &cloud.mint, &source).ok_or_else(|| {
        Refusal::new(404, "NoSuchEntity", format!("The entity with the ARN {source} cannot be found."))
    })?;
    let members = |name: &str| -> Vec<String> {
        (1..).map_while(|at| request.form_field(&format!("{name}.member.{at}"))).collect()
    };
    let (actions, resources) = (members("ActionNames"), members("ResourceArns"));
    if actions.is_empty() {
        return Err(Refusal::new(400, "InvalidInput", "At least one action name is required."));
    }
    let context: Vec<(String, String)> = (1..)
        .map_while(|at| {
            let entry = format!("ContextEntries.member.{at}");
            let name = request.form_field(&format!("{entry}.ContextKeyName"))?;
            Some((name, request.form_field(&format!("{entry}.ContextKeyValues.member.1"))?))
        })
        .collect();
    let context: Vec<(&str, &str)> = context.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let everything = ["*".to_owned()];
    let resources = if resources.is_empty() { &everything[..] } else { &resources[..] };
    let pairs = actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    Ok(pairs.map(|(action, resource)| member(action, resource, principal.judge(action, resource, &context))).collect())
}

fn member(action: &str, resource: &str, judgement: Judgement) -> String {
    let decision = match judgement {
        Judgement::Allowed => "allowed",
        Judgement::NotAllowed { .. } => "implicitDeny",
        Judgement::Denied { .. } => "explicitDeny",
    };
    let organisation = match judgement {
        Judgement::Allowed => true,
        Judgement::NotAllowed { by_organisation } | Judgement::Denied { by_organisation } => !by_organisation,
    };
    let (action, resource) = (escape(action), escape(resource));
    format!(
        "      <member>\n        <EvalActionName>{action}</EvalActionName>\n        \
         <EvalResourceName>{resource}</EvalResourceName>\n        <EvalDecision>{decision}</EvalDecision>\n        \
         <MatchedStatements/>\n        <MissingContextValues/>\n        <OrganizationsDecisionDetail>\n          \
         <AllowedByOrganizations>{organisation}</AllowedByOrganizations>\n        </OrganizationsDecisionDetail>\n      \
         </member>\n"
    )
}
