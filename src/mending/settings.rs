//! Keys of the settings that a person would write or take away by hand.

use std::path::Path;

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Fix, SettingEdit};
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::Scope;
use crate::vars;

/// The export script by its absolute path, where the path that is written leads to a file from here.
pub(super) fn absolute_script(facts: &Facts) -> Option<Fix> {
    let found = facts.setting(vars::CREDENTIAL_EXPORT)?;
    let word = facts.export_helper.first_word.as_deref()?;
    let path = facts.world.absolute(Path::new(word));
    let path = facts.export_helper.found.as_ref().filter(|there| **there == path)?;
    // `components` drops the `.` of `./grant.sh`; what is quoted or escaped has to be written by hand.
    let absolute: std::path::PathBuf = path.components().collect();
    let absolute = absolute.to_str()?;
    let rest = found.value.strip_prefix(word)?;
    let quoted = shlex::try_quote(absolute).ok()?;
    let edits =
        evidence::edit(facts, &found.source, Key::top(vars::CREDENTIAL_EXPORT), Some(&format!("{quoted}{rest}")));
    Some(Fix::ask(format!("write `{quoted}`"), edits))
}

/// What stands beside AWS's signature and overwrites it, taken away; a newer Claude Code does not mind it.
pub(super) fn other_authorization(facts: &Facts, update: &Fix) -> Option<Fix> {
    let token = facts.variable(vars::AUTH_TOKEN).map(|found| (found, Key::env(vars::AUTH_TOKEN)));
    let helper = facts.setting(vars::API_KEY_HELPER).map(|found| (found, Key::top(vars::API_KEY_HELPER)));
    let standing: Vec<_> = token.into_iter().chain(helper).collect();
    let edits: Vec<SettingEdit> =
        standing.iter().flat_map(|(found, key)| evidence::edit(facts, &found.source, key.clone(), None)).collect();
    if edits.is_empty() || edits.len() < standing.len() {
        return None;
    }
    let names: Vec<String> = standing.iter().map(|(_, key)| format!("`{key}`")).collect();
    let fix = Fix::ask(format!("remove {} beside Bedrock, or {}", names.join(" and "), update.text), edits);
    Some(Fix { update_to: update.update_to, ..fix })
}

/// The certificates Claude Code trusts, for the AWS CLI too.
pub(super) fn same_certificates(facts: &Facts) -> Option<Fix> {
    let extra = facts.variable(vars::NODE_EXTRA_CA_CERTS)?;
    let edits = evidence::user_edit(facts, Key::env(vars::AWS_CA_BUNDLE), &extra.value);
    Some(Fix::ask(format!("set `{}` to the same file", vars::AWS_CA_BUNDLE), edits))
}

/// A rule that keeps Claude from signing in, where there are no rules yet.
pub(super) fn sign_in_denied(facts: &Facts) -> Option<Fix> {
    let user = facts.settings.layers().iter().find(|layer| layer.scope == Scope::User)?;
    let key = Key::top(vars::PERMISSIONS);
    if facts.documents().any(|(layer, document)| layer.path == user.path && document.get(&key).is_some()) {
        return None;
    }
    let rules = RawJson::from_raw(r#"{"deny": ["Bash(aws sso login:*)"]}"#).ok()?;
    let edit = SettingEdit { path: user.path.clone(), scope: user.scope, key, before: None, after: Some(rules) };
    Some(Fix::ask("deny it in your settings, if you mind", vec![edit]))
}
