//! Whose names and which secrets a bundle must not show, as far as they are known from what was read.

use serde_json::Value;

use crate::checks::evidence::is_secret_key;
use crate::checks::facts::Facts;
use crate::observe::machine::Machine;
use crate::vars;

use super::redaction::{Kind, Redactor};

/// Learns everything, always in the same order, so that the same machine has the same placeholders.
pub(super) fn learn(redactor: &mut Redactor, facts: &Facts, machine: &Machine) {
    folders(redactor, machine);
    for (name, value) in variables(facts) {
        variable(redactor, &name, &value);
    }
    for name in &machine.user_names {
        redactor.learn_name(Kind::User, name);
    }
    for name in &machine.host_names {
        redactor.learn_name(Kind::Host, name);
    }
    aws_files(redactor, facts);
    for (_, document) in facts.documents() {
        let value: Value = serde_json::from_str(document.text()).unwrap_or_default();
        secrets_of(redactor, &value);
    }
    for endpoint in &facts.online.endpoints {
        redactor.learn_host(&endpoint.address);
    }
    // Whoever uses a role is told by the end of its ARN.
    if let Some(identity) = facts.online.identity.seen()
        && let Some((_, name)) = identity.arn.rsplit_once('/')
    {
        redactor.learn_name(if name.contains('@') { Kind::Email } else { Kind::User }, name);
    }
}

fn folders(redactor: &mut Redactor, machine: &Machine) {
    machine.homes.iter().for_each(|home| redactor.learn_folder(home, "~"));
    // One project is looked at, whatever ways there are to write its folder.
    machine.projects.iter().for_each(|project| redactor.learn_folder(project, "project-1"));
}

/// Every variable of the shell and of the settings.
fn variables(facts: &Facts) -> Vec<(String, String)> {
    let of_shell = facts.world.variables().iter();
    let of_shell = of_shell.map(|(name, value)| (name.to_string_lossy(), value.to_string_lossy()));
    let mut variables: Vec<(String, String)> =
        of_shell.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    for (_, document) in facts.documents() {
        let values = document.env().into_iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        variables.extend(values);
    }
    variables
}

fn variable(redactor: &mut Redactor, name: &str, value: &str) {
    let upper = name.to_ascii_uppercase();
    if upper == vars::CUSTOM_HEADERS {
        let values = value.lines().filter_map(|line| line.split_once(':'));
        values.for_each(|(_, value)| value.split_whitespace().for_each(|word| redactor.learn_secret(word)));
    } else if vars::may_hold_secret(&upper) || upper == vars::AWS_ACCESS_KEY_ID {
        redactor.learn_secret(value);
    } else if upper == vars::NO_PROXY {
        value.split(',').map(str::trim).for_each(|host| redactor.learn_host(host));
    } else if value.contains("://") || upper.ends_with("_PROXY") {
        redactor.learn_host(value);
    } else if upper == vars::AWS_PROFILE {
        redactor.learn_name(Kind::Profile, value);
    }
}

fn aws_files(redactor: &mut Redactor, facts: &Facts) {
    let profiles = &facts.files.profiles;
    for session in profiles.sso_sessions() {
        redactor.learn_name(Kind::Session, &session.name);
        session.keys().for_each(|(key, value)| aws_value(redactor, key, &value.text));
    }
    for profile in profiles.profiles() {
        redactor.learn_name(Kind::Profile, &profile.name);
        profile.keys().for_each(|(key, value)| aws_value(redactor, key, &value.text));
    }
    let named = facts.configuration.profile.iter().map(|found| &found.value).chain(&facts.cli_profiles);
    named.for_each(|name| redactor.learn_name(Kind::Profile, name));
}

fn aws_value(redactor: &mut Redactor, key: &str, value: &str) {
    match key {
        "sso_start_url" => redactor.learn_name(Kind::StartUrl, value),
        "sso_session" => redactor.learn_name(Kind::Session, value),
        "source_profile" => redactor.learn_name(Kind::Profile, value),
        "role_session_name" => redactor.learn_name(Kind::User, value),
        "aws_access_key_id" | "external_id" => redactor.learn_secret(value),
        _ if is_secret_key(key) => redactor.learn_secret(value),
        _ if value.contains("://") => redactor.learn_host(value),
        _ => {}
    }
}

/// The values of settings whose names say that they are secrets, however deep.
fn secrets_of(redactor: &mut Redactor, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if vars::may_hold_secret(name) => {
                        redactor.learn_secret(text);
                    }
                    other => secrets_of(redactor, other),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| secrets_of(redactor, value)),
        _ => {}
    }
}
