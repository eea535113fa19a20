//! The commands Claude Code runs for its credentials, as they stand in the settings.

use std::path::Path;

use crate::aws::profile::{Call, ProfileKind, called_profile};
use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Action, Evidence, Finding, Fix, FixKind};
use crate::checks::{Check, Needs};
use crate::configuration::Identity;
use crate::helper_check;
use crate::helper_command;
use crate::settings::scope::Found;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("R25", Needs::Files, relative_script),
    Check::of("R26", Needs::Files, lost_script),
    Check::of("R27", Needs::Files, script_not_executable),
    Check::of("R28", Needs::Files, script_open_to_others),
    Check::of("R16", Needs::Export, export_output),
    Check::of("R17", Needs::Export, export_without_end),
    Check::of("R18", Needs::Export, export_too_short),
    Check::of("R10", Needs::Files, not_found),
    Check::of("R12", Needs::Files, no_aws_cli),
    Check::of("R13", Needs::Files, other_profile),
    Check::of("R05", Needs::Files, asks_for_input),
    Check::of("R06", Needs::Files, browser_elsewhere),
    Check::of("R07", Needs::Files, browser_of_windows),
    Check::of("R08", Needs::Files, one_tab_a_window),
    Check::of("R02", Needs::Identity, runs_every_time),
    Check::of("R03", Needs::Files, nothing_shown),
    Check::of("R11", Needs::Files, many_tabs),
    Check::of("R22", Needs::Files, signs_in_by_itself),
];

/// Programs that ask for a password or a code, which Claude Code gives no terminal for.
const ASKING: [&str; 7] =
    ["gimme-aws-creds", "saml2aws", "aws-google-auth", "okta-awscli", "aws-mfa", "oathtool", "aws-azure-login"];

/// The helper for sign-ins, when it is someone else's.
fn foreign_refresh(facts: &Facts) -> Option<Found> {
    facts
        .setting(vars::AUTH_REFRESH)
        .filter(|found| facts.is_bedrock() && helper_command::recognise(&found.value).is_none())
}

/// The same, when it is the AWS CLI's sign-in.
fn cli_sign_in(facts: &Facts) -> Option<Found> {
    foreign_refresh(facts).filter(|found| found.value.contains("aws sso login"))
}

fn seen(found: &Found) -> [Evidence; 1] {
    [evidence::found(vars::AUTH_REFRESH, found)]
}

fn ours_instead() -> Fix {
    Fix::explain("let `setup` write its own helper, which renews silently, asks once, and needs no AWS CLI")
        .command("claude-bedrock setup")
}

fn export(facts: &Facts) -> Option<Found> {
    facts.setting(vars::CREDENTIAL_EXPORT).filter(|_| facts.is_bedrock())
}

/// A path that means another file in every folder.
fn relative_script(facts: &Facts) -> Vec<Finding> {
    let Some(found) = export(facts) else { return Vec::new() };
    let script = facts.export_helper.first_word.as_deref().filter(|word| word.contains('/'));
    let Some(word) = script.filter(|word| !Path::new(word).is_absolute() && !word.starts_with(['~', '$'])) else {
        return Vec::new();
    };
    let title = format!(
        "the export script `{word}` is named by a relative path: it is found in one folder and not in the next"
    );
    let fix = Fix::explain("write its absolute path");
    vec![Finding::error("R25", title, fix).seen([evidence::found(vars::CREDENTIAL_EXPORT, &found)])]
}

fn lost_script(facts: &Facts) -> Vec<Finding> {
    of_script(facts, "R26", &["no-file", "not-a-file"])
}

fn script_not_executable(facts: &Facts) -> Vec<Finding> {
    of_script(facts, "R27", &["not-executable"])
}

fn script_open_to_others(facts: &Facts) -> Vec<Finding> {
    of_script(facts, "R28", &["writable-by-others", "foreign-owner", "folder-writable"])
}

/// What a look at the script's file itself brought.
fn of_script(facts: &Facts, id: &'static str, codes: &[&str]) -> Vec<Finding> {
    let Some(found) = export(facts) else { return Vec::new() };
    let path = facts.export_helper.path.clone().unwrap_or_default();
    let problems = facts.export_helper.file.iter().filter(|problem| codes.contains(&problem.code));
    problems
        .map(|problem| {
            Finding::error(id, problem.message.clone(), file_fix(problem, &path))
                .seen([evidence::found(vars::CREDENTIAL_EXPORT, &found)])
        })
        .collect()
}

fn file_fix(problem: &helper_check::Finding, path: &Path) -> Fix {
    let text = problem.hint.clone().unwrap_or_else(|| "name a script that exists".to_owned());
    let narrows = ["not-executable", "writable-by-others"].contains(&problem.code);
    if !narrows {
        return Fix::explain(text);
    }
    Fix {
        kind: FixKind::Ask,
        command: Some(helper_check::file::narrowing_command(path)),
        action: Some(Action::Narrow(path.to_owned())),
        ..Fix::explain("give the script to yourself alone")
    }
}

const WITHOUT_END: [&str; 2] = ["no-expiration", "unreadable-expiration"];
const TOO_SHORT: [&str; 2] = ["short-expiration", "past-expiration"];
const OF_THE_FILE: [&str; 6] =
    ["no-file", "not-a-file", "not-executable", "writable-by-others", "foreign-owner", "folder-writable"];

fn of_export(facts: &Facts, id: &'static str, wanted: impl Fn(&helper_check::Finding) -> bool) -> Vec<Finding> {
    let Some(found) = export(facts) else { return Vec::new() };
    let problems = facts.online.export.seen().into_iter().flatten().filter(|problem| wanted(problem));
    problems
        .map(|problem| {
            let fix = Fix::explain(problem.hint.clone().unwrap_or_else(|| "fix the script".into()))
                .command("claude-bedrock helpers test");
            let says = problem
                .claude_code_says
                .map(|says| Evidence::Call { operation: "Claude Code".into(), answer: says.into() });
            let title = format!("`awsCredentialExport`: {}", problem.message);
            let finding =
                if problem.is_problem() { Finding::error(id, title, fix) } else { Finding::warning(id, title, fix) };
            finding.seen([evidence::found(vars::CREDENTIAL_EXPORT, &found)].into_iter().chain(says))
        })
        .collect()
}

fn export_output(facts: &Facts) -> Vec<Finding> {
    of_export(facts, "R16", |problem| {
        problem.is_problem()
            && ![&WITHOUT_END[..], &TOO_SHORT, &OF_THE_FILE].iter().any(|codes| codes.contains(&problem.code))
    })
}

fn export_without_end(facts: &Facts) -> Vec<Finding> {
    of_export(facts, "R17", |problem| WITHOUT_END.contains(&problem.code))
}

fn export_too_short(facts: &Facts) -> Vec<Finding> {
    of_export(facts, "R18", |problem| TOO_SHORT.contains(&problem.code))
}

fn not_found(facts: &Facts) -> Vec<Finding> {
    let helpers = [(vars::AUTH_REFRESH, &facts.refresh_helper), (vars::CREDENTIAL_EXPORT, &facts.export_helper)];
    let mut all = Vec::new();
    for (key, helper) in helpers {
        let (Some(found), Some(word)) = (facts.setting(key).filter(|_| facts.is_bedrock()), &helper.first_word) else {
            continue;
        };
        // A script's own path is R16's, and the AWS CLI's absence R12's.
        let is_path = word.contains('/') || word.contains('\\');
        let has_own_id = (is_path && key == vars::CREDENTIAL_EXPORT) || word == "aws";
        let is_plain = word.chars().all(|c| c.is_alphanumeric() || "/\\:._-~ ".contains(c));
        if helper.found.is_some() || has_own_id || !is_plain || helper_command::is_of_the_shell(word) {
            continue;
        }
        let title = format!("`{key}` runs `{word}`, which a shell without your aliases does not find");
        let fix = match helper_command::recognise(&found.value) {
            Some(_) => {
                Fix::explain("this program was moved; let `setup` write its new place").command("claude-bedrock setup")
            }
            None => {
                Fix::explain("write the absolute path of the program; an alias or a function counts for nothing there")
            }
        };
        all.push(Finding::error("R10", title, fix).seen([evidence::found(key, &found)]));
    }
    all
}

fn no_aws_cli(facts: &Facts) -> Vec<Finding> {
    let Some(found) = foreign_refresh(facts) else { return Vec::new() };
    if facts.refresh_helper.first_word.as_deref() != Some("aws") || facts.refresh_helper.found.is_some() {
        return Vec::new();
    }
    let title = "`awsAuthRefresh` runs the AWS CLI, which is not installed";
    vec![Finding::error("R12", title, ours_instead()).seen(seen(&found))]
}

fn other_profile(facts: &Facts) -> Vec<Finding> {
    let Some(found) = facts.setting(vars::AUTH_REFRESH).filter(|_| facts.is_bedrock()) else { return Vec::new() };
    let Some(used) = &facts.configuration.profile else { return Vec::new() };
    let named = match helper_command::recognise(&found.value) {
        Some(ours) => ours.profile,
        None => match called_profile(&found.value) {
            Some(Call::Profile(name)) => name,
            Some(Call::Ambient) | None => return Vec::new(),
        },
    };
    if named == used.value
        || session_of(facts, &named).is_some_and(|session| Some(session) == session_of(facts, &used.value))
    {
        return Vec::new();
    }
    let title = format!("`awsAuthRefresh` signs in to `{named}`, and Claude Code uses `{}`", used.value);
    let fix = Fix::explain(format!("name `{}` in it, or run `claude-bedrock setup`", used.value))
        .command("claude-bedrock setup");
    let other = evidence::found(vars::AWS_PROFILE, used);
    vec![Finding::error("R13", title, fix).seen(seen(&found).into_iter().chain([other]))]
}

/// The session two profiles may share, so that a sign-in to one is one to the other.
fn session_of(facts: &Facts, profile: &str) -> Option<String> {
    let profiles = &facts.files.profiles;
    match profiles.profile(profile)?.kind(profiles) {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso.token_cache_key),
        ProfileKind::AssumeRole(_) => {
            let source = profiles.profile(profile)?.get("source_profile")?;
            // One step suffices for what people write, and never loops.
            match profiles.profile(&source.text)?.kind(profiles) {
                ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso.token_cache_key),
                _ => None,
            }
        }
        _ => None,
    }
}

fn asks_for_input(facts: &Facts) -> Vec<Finding> {
    let Some(found) = foreign_refresh(facts) else { return Vec::new() };
    let Some(program) = ASKING.iter().find(|program| found.value.split([' ', '/']).any(|word| word == **program))
    else {
        return Vec::new();
    };
    let title = format!("`{program}` asks for a password or a code, and Claude Code gives its helper no keyboard");
    let fix = Fix::explain("sign in with it in another terminal, or use a factor that needs no typing");
    vec![Finding::warning("R05", title, fix).seen(seen(&found))]
}

fn browser_elsewhere(facts: &Facts) -> Vec<Finding> {
    let Some(found) = cli_sign_in(facts) else { return Vec::new() };
    let elsewhere = facts.place.ssh || facts.place.container;
    if !elsewhere || found.value.contains("--use-device-code") || facts.place.editor_remote {
        return Vec::new();
    }
    let title = "`aws sso login` waits here for a browser that is on another machine";
    let fix = Fix::explain(
        "add `--no-browser --use-device-code`, or let `setup` write its own helper, which sees that by itself",
    )
    .command("claude-bedrock setup");
    // A container on one's own machine may well share its browser's network.
    let finding = if facts.place.ssh { Finding::warning("R06", title, fix) } else { Finding::hint("R06", title, fix) };
    vec![finding.seen(seen(&found))]
}

fn browser_of_windows(facts: &Facts) -> Vec<Finding> {
    let Some(found) = cli_sign_in(facts).filter(|_| facts.place.wsl && !facts.place.has_wslview) else {
        return Vec::new();
    };
    let title = "`aws sso login` finds no browser in WSL";
    vec![Finding::warning("R07", title, ours_instead()).seen(seen(&found))]
}

fn one_tab_a_window(facts: &Facts) -> Vec<Finding> {
    let Some(found) = cli_sign_in(facts).filter(|_| facts.place.editor_remote) else { return Vec::new() };
    if found.value.contains("--no-browser") {
        return Vec::new();
    }
    let title = "every window of the editor opens a tab for one sign-in, and only one of them works";
    vec![Finding::warning("R08", title, ours_instead()).seen(seen(&found))]
}

/// STS fails for a reason that is no ended sign-in, and each failure runs the command.
fn runs_every_time(facts: &Facts) -> Vec<Finding> {
    use crate::aws::call::CallError;
    let (Some(found), Some(error)) = (facts.setting(vars::AUTH_REFRESH), facts.online.identity.failed()) else {
        return Vec::new();
    };
    let is_about_keys = error.code().is_some_and(|code| {
        ["ExpiredToken", "InvalidClientToken", "UnrecognizedClient", "Signature"].iter().any(|mark| code.contains(mark))
    });
    if is_about_keys || !facts.is_bedrock() {
        return Vec::new();
    }
    let text = match error {
        CallError::Answered { .. } => "allow `sts:GetCallerIdentity`, or use isolated mode, which needs no such look",
        _ => "let Claude Code reach STS (proxy, VPC endpoint), or use isolated mode, which needs no such look",
    };
    let fix = Fix::explain(text).command("claude-bedrock setup --identity isolated");
    let title = "Claude Code runs `awsAuthRefresh` at every start, because its look at STS fails";
    let asked = evidence::call("sts:GetCallerIdentity", error);
    vec![Finding::warning("R02", title, fix).seen([evidence::found(vars::AUTH_REFRESH, &found), asked])]
}

fn nothing_shown(facts: &Facts) -> Vec<Finding> {
    let Some(found) = cli_sign_in(facts) else { return Vec::new() };
    let title = "what `aws sso login` says, the code among it, is not shown at the start of Claude Code";
    vec![Finding::hint("R03", title, ours_instead()).seen(seen(&found))]
}

fn many_tabs(facts: &Facts) -> Vec<Finding> {
    let Some(found) = cli_sign_in(facts) else { return Vec::new() };
    let title = "sessions that start together each open a sign-in: `aws sso login` waits for no other";
    vec![Finding::hint("R11", title, ours_instead()).seen(seen(&found))]
}

/// Nothing keeps Claude from running a sign-in by itself.
fn signs_in_by_itself(facts: &Facts) -> Vec<Finding> {
    let is_shared = matches!(facts.configuration.identity, Identity::Profile(_)) && facts.is_bedrock();
    let is_sso = matches!(facts.kind(), Some(ProfileKind::Sso(_) | ProfileKind::LegacySso(_)));
    let denied = facts.documents().any(|(_, document)| {
        let text = document.text();
        text.contains("\"deny\"") && text.contains("aws sso login")
    });
    if !is_shared || !is_sso || denied {
        return Vec::new();
    }
    let title = "nothing keeps Claude from signing in by itself for every profile of your SSO session";
    let fix = Fix::explain("add `Bash(aws sso login:*)` to `permissions.deny` of your settings, if you mind");
    vec![Finding::hint("R22", title, fix)]
}
