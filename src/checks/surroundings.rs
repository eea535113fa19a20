//! The machine around Claude Code: editors, the desktop application, containers, Windows.

use crate::aws::profile::ProfileKind;
use crate::checks::evidence;
use crate::checks::facts::{Facts, Platform};
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::configuration::Identity;
use crate::helper_command;
use crate::settings::scope::Source;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("C16", Needs::Files, home_of_windows),
    Check::of("C24", Needs::Files, without_the_shell),
    Check::of("C22", Needs::Files, scrubbed),
    Check::of("C26", Needs::Files, desktop_application),
    Check::of("A19", Needs::Files, metadata_search),
];

fn home_of_windows(facts: &Facts) -> Vec<Finding> {
    let (Some(home), Some(profile)) = (facts.world.var(vars::HOME), facts.world.var(vars::USERPROFILE)) else {
        return Vec::new();
    };
    if facts.platform != Platform::Windows || home == profile {
        return Vec::new();
    }
    let title = "`HOME` is set and is not your Windows home: the AWS files are looked for there";
    let seen = [(vars::HOME, home), (vars::USERPROFILE, profile)]
        .map(|(name, value)| Evidence::Variable { name: name.into(), value: value.into() });
    vec![Finding::warning("C16", title, Fix::explain("remove `HOME` from your variables")).seen(seen)]
}

/// A program that is started from a menu sees no variable of the shell and a short `PATH`.
fn without_the_shell(facts: &Facts) -> Vec<Finding> {
    if !facts.is_bedrock() || !facts.editors.iter().any(|editor| editor.has_extension) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(switch) = &facts.configuration.provider_switch
        && matches!(switch.source, Source::Variable(_))
    {
        let title = "Bedrock is switched on in the shell alone: an editor started from the menu does not see it";
        let fix = Fix::explain("write it into the settings").command("claude-bedrock setup");
        found.push(Finding::hint("C24", title, fix).seen([evidence::found(vars::USE_BEDROCK, switch)]));
    }
    let helper = facts.setting(vars::AUTH_REFRESH).filter(|found| helper_command::recognise(&found.value).is_none());
    if let (Some(helper), Some(word)) = (helper, &facts.refresh_helper.first_word)
        && !word.contains('/')
    {
        let title =
            format!("`awsAuthRefresh` runs `{word}` without its path: an editor started from the menu may not find it");
        found.push(
            Finding::hint("C24", title, Fix::explain("write its absolute path"))
                .seen([evidence::found(vars::AUTH_REFRESH, &helper)]),
        );
    }
    found
}

fn scrubbed(facts: &Facts) -> Vec<Finding> {
    let Some(found) =
        facts.variable(vars::SUBPROCESS_ENV_SCRUB).filter(|found| facts.is_bedrock() && vars::is_on(&found.value))
    else {
        return Vec::new();
    };
    let title = "commands that Claude Code runs see no AWS keys of its variables; that is meant so";
    let fix = Fix::explain("let hooks and MCP servers use a profile");
    vec![Finding::hint("C22", title, fix).seen([evidence::found(vars::SUBPROCESS_ENV_SCRUB, &found)])]
}

fn desktop_application(facts: &Facts) -> Vec<Finding> {
    if !facts.place.desktop || !facts.is_bedrock() {
        return Vec::new();
    }
    let title = "Claude's desktop application is installed too, and does not read these settings";
    vec![Finding::hint(
        "C26",
        title,
        Fix::explain("use Claude Code in the terminal, or the application's own third-party configuration"),
    )]
}

/// Without any source the search ends at a service that may not be there, which takes its time.
fn metadata_search(facts: &Facts) -> Vec<Finding> {
    let disabled = facts.variable(vars::AWS_EC2_METADATA_DISABLED).is_some();
    let ambient = matches!(facts.configuration.identity, Identity::Ambient) && facts.is_bedrock();
    let has_source = facts.kind().is_some_and(|kind| !matches!(kind, ProfileKind::None));
    if !ambient || has_source || disabled || !facts.place.container {
        return Vec::new();
    }
    let title = "in this container the search for credentials ends at a metadata service that may not answer";
    let fix = Fix::explain("set `AWS_EC2_METADATA_DISABLED=true`, or let the instance answer two hops away");
    vec![Finding::warning("A19", title, fix)]
}
