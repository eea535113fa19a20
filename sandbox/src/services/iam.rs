//! Identity and Access Management, of which a partition has one, in AWS's Query protocol: a role by its name, and what
//! a principal may do, simulated.

use super::sts::{self, element};
use crate::{
    account::Verdict,
    authentication::{self, Caller},
    cloud::Cloud,
    html::escape,
    log::Entry,
    principal::{Judgement, Principal},
    request::{Refusal, Reply, Request},
};

const VERSION: &str = "2010-05-08";
const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

const GET_ROLE: &str = "GetRole";
const SIMULATE: &str = "SimulatePrincipalPolicy";

/// The operation a request asks for, if it is one for this service.
pub(super) fn operation(request: &Request) -> Option<&'static str> {
    let action = request.form_field("Action")?;
    [GET_ROLE, SIMULATE].into_iter().find(|known| *known == action)
}

pub(super) fn answer(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    let request_id = cloud.mint.request_id();
    let operation = operation(request).unwrap_or_default();
    match perform(cloud, request, operation, entry) {
        Ok(result) => {
            let body = format!(
                "<{operation}Response xmlns=\"{NAMESPACE}\">\n  <{operation}Result>\n{result}  </{operation}Result>\n  \
                 <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
                 </{operation}Response>\n"
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

fn perform(cloud: &Cloud, request: &Request, operation: &str, entry: &mut Entry) -> Result<String, Refusal> {
    let caller = authentication::signer(cloud, request, "iam", entry).map_err(|reason| sts::query_refusal(&reason))?;
    let home = cloud.account.partition().home();
    if caller.region != home {
        let message = format!("Credential should be scoped to a valid region. Expected {home}.");
        return Err(Refusal::new(403, "SignatureDoesNotMatch", message));
    }
    if request.form_field("Version").as_deref() != Some(VERSION) {
        return Err(Refusal::new(400, "InvalidAction", format!("Could not find operation {operation}")));
    }
    if operation == GET_ROLE { role(cloud, request, &caller) } else { simulation(cloud, request, &caller) }
}

fn role(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<String, Refusal> {
    let name = request.form_field("RoleName").unwrap_or_default();
    let account_id = &caller.principal.account_id;
    let mut roles = Principal::roles(&cloud.account, &cloud.mint).filter(|role| role.account_id == *account_id);
    let found = roles.find(|role| role.iam_arn.ends_with(&format!("/{name}")));
    let asked = format!("arn:{}:iam::{account_id}:role/{name}", cloud.account.partition());
    let arn = found.as_ref().map_or(&asked, |role| &role.iam_arn);
    caller.principal.require("iam:GetRole", arn, &caller.region).map_err(sts::query_code)?;
    let role = found
        .ok_or_else(|| Refusal::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found.")))?;
    let path = role.iam_arn.split_once(":role").and_then(|(_, rest)| rest.strip_suffix(&name)).unwrap_or("/");
    let id = role.user_id.split(':').next().unwrap_or_default();
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
    let fields = element("Path", path)
        + &element("RoleName", &name)
        + &element("RoleId", id)
        + &element("Arn", &role.iam_arn)
        + &element("CreateDate", "2026-01-01T00:00:00Z")
        + &element("AssumeRolePolicyDocument", trust)
        + &element("MaxSessionDuration", "3600");
    Ok(format!("    <Role>\n{fields}    </Role>\n"))
}

fn simulation(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<String, Refusal> {
    let source = request.form_field("PolicySourceArn").unwrap_or_default();
    caller.principal.require("iam:SimulatePrincipalPolicy", &source, &caller.region).map_err(sts::query_code)?;
    check_source(&source)?;
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
    let members: String =
        pairs.map(|(action, resource)| member(action, resource, principal.judge(action, resource, &context))).collect();
    Ok(format!("    <EvaluationResults>\n{members}    </EvaluationResults>\n    <IsTruncated>false</IsTruncated>\n"))
}

/// Policies are attached to users, groups and roles; neither a session nor the root user has any.
fn check_source(arn: &str) -> Result<(), Refusal> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    if arn.split(':').nth(2) == Some("iam")
        && ["user/", "group/", "role/"].iter().any(|kind| resource.starts_with(kind))
    {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "InvalidInput",
        format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."),
    ))
}

fn member(action: &str, resource: &str, judgement: Judgement) -> String {
    let Judgement { organisation, boundary, identity } = judgement;
    let all = [Some(organisation), boundary, Some(identity)];
    let decision = if all.contains(&Some(Verdict::Denied)) {
        "explicitDeny"
    } else if all.contains(&Some(Verdict::Silent)) {
        "implicitDeny"
    } else {
        "allowed"
    };
    let detail = |name: &str, question: &str, verdict: Verdict| {
        let allowed = verdict == Verdict::Allowed;
        format!("        <{name}>\n          <{question}>{allowed}</{question}>\n        </{name}>\n")
    };
    let of_boundary = |verdict| detail("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary", verdict);
    let details = detail("OrganizationsDecisionDetail", "AllowedByOrganizations", organisation)
        + &boundary.map_or_else(String::new, of_boundary);
    let (action, resource) = (escape(action), escape(resource));
    format!(
        "      <member>\n        <EvalActionName>{action}</EvalActionName>\n        \
         <EvalResourceName>{resource}</EvalResourceName>\n        <EvalDecision>{decision}</EvalDecision>\n        \
         <MatchedStatements/>\n        <MissingContextValues/>\n{details}      </member>\n"
    )
}
