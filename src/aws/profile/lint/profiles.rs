//! What profiles and sessions show once they are put together.

use super::Lint;
use crate::aws::profile::cli::{CliKind, CliReading};
use crate::aws::profile::{
    ACCOUNT_ACCESS, Call, Gap, Profile, ProfileFiles, ProfileKind, SourceFile, Value, called_profile,
};

/// Judges every profile and session.
pub(super) fn lint(files: &ProfileFiles, cli: &CliReading, found: &mut Vec<Lint>) {
    for profile in files.profiles() {
        let rules: [Rule; 7] = [sources, session, copies, gap, chain, process, second_factor];
        found.extend(rules.iter().filter_map(|rule| rule(profile, files, cli)));
    }
    for session in files.sso_sessions() {
        if session.registration_scopes().iter().any(|scope| scope == ACCOUNT_ACCESS) {
            continue;
        }
        let at = session.get("sso_registration_scopes").map_or(session.line, |value| value.line);
        found.push(Lint {
            id: "no-account-access-scope",
            file: SourceFile::Config,
            line: at,
            profile: None,
            message: format!(
                "`[sso-session {}]` does not ask for the scope `{ACCOUNT_ACCESS}`, without which a sign-in may not \
                 renew itself",
                session.name
            ),
            fix: format!("add `{ACCOUNT_ACCESS}` to its `sso_registration_scopes`"),
        });
    }
    default_twice(files, found);
}

type Rule = fn(&Profile, &ProfileFiles, &CliReading) -> Option<Lint>;

/// A profile has more than one source of credentials.
fn sources(profile: &Profile, files: &ProfileFiles, cli: &CliReading) -> Option<Lint> {
    let kind = profile.kind(files);
    let theirs = cli.kind(&profile.name);
    let sso = ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"];
    let sso = sso.iter().find_map(|key| profile.get(key));
    if let (ProfileKind::StaticKeys(_), Some(sso)) = (&kind, sso) {
        let key = profile.get("aws_access_key_id")?;
        return Some(at(
            profile,
            key,
            "keys-shadow-sso",
            format!(
                "Claude Code uses the access key of `{}` and never its SSO role (line {} of the {} file), which the \
                 AWS CLI uses",
                profile.name,
                sso.line,
                file_name(sso.file)
            ),
            "remove the access key, or give it a profile of its own",
        ));
    }
    let differs = !matches!(theirs, CliKind::None | CliKind::Refused(_)) && theirs.id() != kind.id();
    if !differs || matches!(kind, ProfileKind::Incomplete { .. } | ProfileKind::None) {
        return None;
    }
    let value = profile.keys().map(|(_, value)| value).min_by_key(|value| (value.file, value.line))?;
    Some(at(
        profile,
        value,
        "several-sources",
        format!(
            "`{}` has several sources of credentials; Claude Code takes {kind}, the AWS CLI another one ({})",
            profile.name,
            theirs.id()
        ),
        "leave one source in it, and give the other a profile of its own",
    ))
}

/// `sso_session` names no section.
fn session(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let value = profile.get("sso_session")?;
    if files.sso_session(&value.text).is_some() {
        return None;
    }
    let message = format!("`{}` names the sso-session `{}`, which does not exist", profile.name, value.text);
    let fix = format!("add `[sso-session {}]` with `sso_start_url` and `sso_region` to the config file", value.text);
    Some(at(profile, value, "lost-sso-session", message, &fix))
}

/// The profile repeats what its session says, and says it differently.
fn copies(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let session = files.sso_session(&profile.get("sso_session")?.text)?;
    let (key, value) = session.keys().find_map(|(key, theirs)| {
        let own = profile.get(key).filter(|own| own.text != theirs.text)?;
        Some((key.to_owned(), own))
    })?;
    let message = format!(
        "`{key}` of `{}` is not that of its sso-session `{}`; the AWS CLI refuses the profile, Claude Code takes the \
         session's",
        profile.name, session.name
    );
    Some(at(profile, value, "inconsistent-sso", message, "remove it from the profile"))
}

/// The beginnings of a source.
fn gap(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let kind = profile.kind(files);
    let gap = kind.gap().filter(|gap| !matches!(gap, Gap::NoSuchSession(_)))?;
    let value = profile.keys().map(|(_, value)| value).min_by_key(|value| (value.file, value.line))?;
    let message = format!("`{}` gives no credentials: {gap}", profile.name);
    Some(at(profile, value, "incomplete-credentials", message, "add what is missing, or remove what is there"))
}

/// A chain of profiles that leads nowhere.
fn chain(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let source = profile.get("source_profile").filter(|_| profile.get("role_arn").is_some())?;
    if files.profile(&source.text).is_none() {
        let message = format!("`{}` names the source_profile `{}`, which does not exist", profile.name, source.text);
        return Some(at(profile, source, "lost-source-profile", message, "name a profile that exists"));
    }
    let chain = profile.endless_chain(files).filter(|_| matches!(profile.kind(files), ProfileKind::AssumeRole(_)))?;
    let message = format!("the chain of profiles never ends: {}", chain.join(" -> "));
    Some(at(profile, source, "endless-chain", message, "let one of them have credentials of its own"))
}

/// A program that asks for the profile it is to give the credentials of.
fn process(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let ProfileKind::Process { command } = profile.kind(files) else { return None };
    let value = profile.get("credential_process")?;
    let call = called_profile(&command)?;
    let chain = profile.endless_chain(files)?;
    let message = match call {
        Call::Ambient => format!(
            "the `credential_process` of `{}` names no profile, and so asks for the one it is run for: itself",
            profile.name
        ),
        Call::Profile(_) => format!("the `credential_process` calls itself: {}", chain.join(" -> ")),
    };
    Some(at(profile, value, "self-calling-process", message, "name another profile with `--profile`"))
}

/// A role that asks for a code.
fn second_factor(profile: &Profile, files: &ProfileFiles, _: &CliReading) -> Option<Lint> {
    let ProfileKind::AssumeRole(role) = profile.kind(files) else { return None };
    role.mfa_serial?;
    let message =
        format!("the role of `{}` wants a code of an MFA device, which Claude Code cannot ask for", profile.name);
    let fix = "use a profile without `mfa_serial`, or let a `credential_process` ask for the code";
    Some(at(profile, profile.get("mfa_serial")?, "mfa", message, fix))
}

/// `[default]` and `[profile default]` beside each other.
fn default_twice(files: &ProfileFiles, found: &mut Vec<Lint>) {
    if let Some(line) = files.displaced_default {
        found.push(Lint {
            id: "default-twice",
            file: SourceFile::Config,
            line,
            profile: Some("default".into()),
            message: "Claude Code takes `[profile default]` and ignores `[default]`; the AWS CLI takes the later one"
                .into(),
            fix: "put all keys below `[default]`".into(),
        });
    }
}

fn at(profile: &Profile, value: &Value, id: &'static str, message: String, fix: &str) -> Lint {
    let (file, line) = (value.file, value.line);
    Lint { id, file, line, profile: Some(profile.name.clone()), message, fix: fix.to_owned() }
}

fn file_name(file: SourceFile) -> &'static str {
    match file {
        SourceFile::Config => "config",
        SourceFile::Credentials => "credentials",
    }
}
