//! What came of the attempt to get credentials.

use crate::aws::credentials::{CredentialsError, ProcessError};
use crate::aws::session::SessionError;
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::sources::{named_by, profile_name, refusal};
use crate::checks::{Check, Needs};
use crate::private_file::StateFolder;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("A07", Needs::Credentials, renewal_refused),
    Check::of("A30", Needs::Credentials, role_not_given),
    Check::of("P15", Needs::Credentials, sign_in_service_silent),
    Check::of("A16", Needs::Credentials, process_hangs),
    Check::of("A17", Needs::Credentials, process_output),
    Check::of("A01", Needs::Credentials, none_for_another_reason),
];

fn renewal_refused(facts: &Facts) -> Vec<Finding> {
    let Some(error @ CredentialsError::Session(SessionError::RenewalRefused(session))) = refusal(facts) else {
        return Vec::new();
    };
    let name =
        facts.online.credentials.failed().and_then(CredentialsError::failing_profile).unwrap_or(profile_name(facts));
    let title = format!("the SSO session `{session}` has ended: AWS does not renew its sign-in any more");
    vec![Finding::error("A07", title, Fix::sign_in(name)).seen([evidence::call("sso-oidc:CreateToken", error)])]
}

fn role_not_given(facts: &Facts) -> Vec<Finding> {
    let (title, sentence, error) = match refusal(facts) {
        Some(error @ CredentialsError::RoleNotAssigned { role, account, .. }) => (
            format!("the portal does not give you the role `{role}` in account {account}"),
            format!("Please assign me the permission set {role} in the AWS account {account}."),
            error.to_string(),
        ),
        Some(error @ CredentialsError::RoleRefused { role, .. }) => (
            format!("the role `{role}` cannot be assumed"),
            format!("Please let my principal assume the role {role} (its trust policy and my sts:AssumeRole)."),
            error.to_string(),
        ),
        _ => return Vec::new(),
    };
    let fix = Fix::administrator("ask for it, or choose a profile with a role you have", sentence);
    vec![
        Finding::error("A30", title, fix)
            .seen(named_by(facts).into_iter().chain([evidence::call("GetRoleCredentials", &error)])),
    ]
}

/// The doors that are knocked at are not those of the sign-in; where none of them opens, that is told already.
fn sign_in_service_silent(facts: &Facts) -> Vec<Finding> {
    let error = refusal(facts).and_then(CredentialsError::call).filter(|error| error.is_passing());
    let others_answer = facts.online.endpoints.iter().any(|endpoint| endpoint.reached.seen().is_some());
    let Some(error) = error.filter(|_| others_answer) else { return Vec::new() };
    let sentence = "Please let this machine reach the hosts of AWS IAM Identity Center and STS on port 443.";
    let fix = Fix::administrator("try again in a moment; where it stays so, ask for the way to be opened", sentence);
    let title = format!("there are no credentials, though other AWS services answer: {error}");
    vec![Finding::error("P15", title, fix).seen(named_by(facts).into_iter().chain([evidence::call("sign-in", error)]))]
}

fn process_hangs(facts: &Facts) -> Vec<Finding> {
    let Some(error @ CredentialsError::Process { error: ProcessError::TimedOut(_), profile }) = refusal(facts) else {
        return Vec::new();
    };
    let title = format!("the `credential_process` of `{profile}` does not end");
    let fix = Fix::explain("fix the program: it must not wait for input, which Claude Code never gives it");
    vec![
        Finding::error("A16", title, fix)
            .seen(process_line(facts, profile).into_iter().chain([evidence::call("credential_process", error)])),
    ]
}

fn process_output(facts: &Facts) -> Vec<Finding> {
    match refusal(facts) {
        Some(CredentialsError::Process { error: ProcessError::TimedOut(_), .. }) | None => Vec::new(),
        Some(error @ CredentialsError::Process { profile, .. }) => {
            let title = format!("the `credential_process` of `{profile}` gives no credentials");
            let fix =
                Fix::explain("print one JSON document with `Version` 1 to standard output, and messages elsewhere");
            let line = process_line(facts, profile);
            vec![
                Finding::error("A17", title, fix)
                    .seen(line.into_iter().chain([evidence::call("credential_process", error)])),
            ]
        }
        Some(_) => Vec::new(),
    }
}

/// Whatever else kept the credentials away. What the files alone tell has been told.
fn none_for_another_reason(facts: &Facts) -> Vec<Finding> {
    let Some(error) = facts.online.credentials.failed() else { return Vec::new() };
    let has_own_id = matches!(
        error.innermost(),
        CredentialsError::Session(SessionError::RenewalRefused(_))
            | CredentialsError::RoleNotAssigned { .. }
            | CredentialsError::RoleRefused { .. }
            | CredentialsError::Process { .. }
    );
    if has_own_id || facts.readiness.as_ref().is_some_and(Result::is_err) {
        return Vec::new();
    }
    if let (Some(fault), Some(state)) = (error.file_fault(), StateFolder::of(&facts.world)) {
        return vec![unusable_folder(facts, &state, fault)];
    }
    let fix = Fix::explain("look again in a moment; if it stays, see which service fails")
        .command("claude-bedrock diagnose --only A,N,P15");
    vec![
        Finding::error("A01", "no credentials could be obtained", fix)
            .seen(named_by(facts).into_iter().chain([evidence::call("the profile's credentials", error)])),
    ]
}

/// Where nothing of ours can be kept, nothing that has to be guarded by a lock can be asked for.
fn unusable_folder(facts: &Facts, state: &StateFolder, fault: &str) -> Finding {
    let folder = state.path();
    let title = format!("no credentials can be obtained while `{}` cannot be used", folder.display());
    let fix = Fix::explain(format!(
        "make `{}` a folder of yours that can be written to, or name another place in `{}`",
        folder.display(),
        vars::XDG_STATE_HOME
    ));
    let seen = Evidence::File { path: folder.to_owned(), text: evidence::masked(fault) };
    Finding::error("A01", title, fix)
        .why("Every process of this program, Claude Code's helper too, keeps its locks and credentials there.")
        .seen(named_by(facts).into_iter().chain([seen]))
}

fn process_line(facts: &Facts, profile: &str) -> Option<Evidence> {
    let value = facts.files.profiles.profile(profile)?.get("credential_process")?;
    Some(evidence::aws_value(facts, "credential_process", value))
}
