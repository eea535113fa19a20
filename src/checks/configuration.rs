//! Which provider answers, and in which region.

mod leftovers;

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::configuration::{self, Provider};
use crate::regions;
use crate::settings::document::Key;
use crate::settings::scope::{Found, Scope, Source};
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("C21", Needs::Files, switch_off),
    Check::of("C01", Needs::Files, not_bedrock),
    Check::of("C03", Needs::Files, leftovers::leftovers),
    Check::of("C23", Needs::Files, two_providers),
    Check::of("C02", Needs::Files, waits_for_trust),
    Check::of("C10", Needs::Files, malformed_region),
    Check::of("C11", Needs::Files, contradicting_regions),
    Check::of("C13", Needs::Files, aws_files_elsewhere),
    Check::of("C18", Needs::Files, unsigned),
];

/// The switch says neither yes nor, any more, what it seems to say.
fn switch_off(facts: &Facts) -> Vec<Finding> {
    let Some(switch) = facts.variable(vars::USE_BEDROCK) else { return Vec::new() };
    if vars::is_on(&switch.value) {
        return Vec::new();
    }
    let said_no = ["0", "false", "no", "off"].contains(&switch.value.trim().to_ascii_lowercase().as_str());
    let old = facts.version().is_some_and(|version| version < crate::claude_code::Version(1, 0, 124));
    match (said_no, old) {
        (true, true) => {
            let title = format!("`{}` is {}, which this Claude Code takes for on", vars::USE_BEDROCK, switch.value);
            let edits = evidence::edit(facts, &switch.source, Key::env(vars::USE_BEDROCK), None);
            let fix = Fix::safe("remove the key", edits);
            vec![Finding::warning("C21", title, fix).seen([evidence::found(vars::USE_BEDROCK, &switch)])]
        }
        (true, false) => Vec::new(),
        (false, _) => {
            let title = format!("`{}` is `{}`, which Claude Code takes for off", vars::USE_BEDROCK, switch.value);
            let edits = evidence::edit(facts, &switch.source, Key::env(vars::USE_BEDROCK), Some("1"));
            let fix = Fix::ask("write `1`", edits);
            vec![Finding::error("C21", title, fix).seen([evidence::found(vars::USE_BEDROCK, &switch)])]
        }
    }
}

/// Claude Code answers from somewhere else.
fn not_bedrock(facts: &Facts) -> Vec<Finding> {
    if facts.is_bedrock() {
        return Vec::new();
    }
    if let Some(switch) = leftovers::switched_off(facts) {
        return vec![switched_off(facts, switch)];
    }
    let unexported = facts.shell_lines.iter().filter(|line| line.name == vars::USE_BEDROCK && !line.exported);
    let mut evidence: Vec<Evidence> = unexported
        .map(|line| Evidence::Line {
            path: line.path.clone(),
            line: line.line,
            text: format!("{} is set here and not exported", line.name),
            meant: line.name.clone(),
        })
        .collect();
    let title = match facts.configuration.provider {
        Provider::Anthropic => "Claude Code does not use Amazon Bedrock: no settings file and no exported variable \
                                switches it on"
            .to_owned(),
        other => format!("Claude Code does not use Amazon Bedrock: its provider is {other}"),
    };
    match &facts.configuration.provider_switch {
        Some(switch) => evidence.push(evidence::found(switch_name(facts.configuration.provider), switch)),
        None => evidence.push(Evidence::Said(format!("{} is not set where Claude Code looks", vars::USE_BEDROCK))),
    }
    let fix = Fix::explain("set it up").command("claude-bedrock setup");
    vec![Finding::error("C01", title, fix).seen(evidence)]
}

/// The switch reaches Claude Code and says no.
fn switched_off(facts: &Facts, switch: &Found) -> Finding {
    let title = format!("Claude Code does not use Amazon Bedrock: `{}` is `{}`", vars::USE_BEDROCK, switch.value);
    let edits = evidence::edit(facts, &switch.source, Key::env(vars::USE_BEDROCK), Some("1"));
    let fix = match &switch.source {
        Source::Variable(name) => Fix::explain(format!("set `{name}` to 1 in your shell, or unset it")),
        _ if leftovers::is_set_up(facts) => Fix::ask("set it to `1`", edits),
        _ => Fix::explain("set it up").command("claude-bedrock setup"),
    };
    Finding::error("C01", title, fix)
        .why("Somebody turned the switch off; what else a set-up consists of has no effect while it is.")
        .seen([evidence::found(vars::USE_BEDROCK, switch)])
}

fn switch_name(provider: Provider) -> &'static str {
    match provider {
        Provider::Foundry => vars::USE_FOUNDRY,
        Provider::Vertex => vars::USE_VERTEX,
        Provider::AnthropicAws => vars::USE_ANTHROPIC_AWS,
        Provider::Mantle => vars::USE_MANTLE,
        Provider::Bedrock | Provider::Anthropic => vars::USE_BEDROCK,
    }
}

/// More than one provider is switched on.
fn two_providers(facts: &Facts) -> Vec<Finding> {
    let switches = [vars::USE_BEDROCK, vars::USE_FOUNDRY, vars::USE_VERTEX, vars::USE_ANTHROPIC_AWS];
    let on = |name: &'static str| Some((name, facts.variable(name).filter(|found| vars::is_on(&found.value))?));
    let on: Vec<(&'static str, Found)> = switches.into_iter().filter_map(on).collect();
    let [(winner, _), losers @ ..] = on.as_slice() else { return Vec::new() };
    if losers.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = on.iter().map(|(name, _)| format!("`{name}`")).collect();
    let title = format!("{} are on together; `{winner}` wins", names.join(" and "));
    let edits = losers.iter().flat_map(|(name, found)| evidence::edit(facts, &found.source, Key::env(name), None));
    let fix = Fix::ask("keep one of them", edits.collect());
    vec![Finding::warning("C23", title, fix).seen(on.iter().map(|(name, found)| evidence::found(name, found)))]
}

/// The switch is where Claude Code reads it only after the folder is trusted, or where an editor does not look.
fn waits_for_trust(facts: &Facts) -> Vec<Finding> {
    if !facts.is_bedrock() {
        return Vec::new();
    }
    let Some(switch) = &facts.configuration.provider_switch else { return Vec::new() };
    let mut found = Vec::new();
    let is_of_project = matches!(switch.source, Source::Settings { scope: Scope::Project | Scope::Local, .. });
    if is_of_project {
        let title =
            "the switch is set in this project only: until the folder is trusted, Claude Code asks for a sign-in";
        let fix =
            Fix::explain("configure Bedrock in your own settings too").command("claude-bedrock setup --scope user");
        found.push(Finding::hint("C02", title, fix).seen([evidence::found(vars::USE_BEDROCK, switch)]));
    }
    for editor in facts.editors.iter().filter(|editor| editor.has_extension && !editor.disables_login_prompt) {
        let title = "the editor's extension shows its own sign-in although Bedrock is configured";
        let fix = Fix::explain("set `\"claudeCode.disableLoginPrompt\": true` in the editor's user settings");
        let seen =
            Evidence::File { path: editor.path.clone(), text: "`claudeCode.disableLoginPrompt` is not true".into() };
        found.push(Finding::hint("C02", title, fix).seen([seen]));
    }
    found
}

/// A value that is no region: Claude Code passes over it, or asks where nobody answers.
fn malformed_region(facts: &Facts) -> Vec<Finding> {
    if !facts.is_bedrock() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for name in [vars::AWS_REGION, vars::AWS_DEFAULT_REGION, vars::SMALL_FAST_MODEL_AWS_REGION] {
        let Some(value) = facts.variable(name) else { continue };
        let Some((title, meant)) = region_fault(name, &value.value) else { continue };
        let edits = match &meant {
            Some(region) => evidence::edit(facts, &value.source, Key::env(name), Some(region)),
            None => Vec::new(),
        };
        let text = match &meant {
            Some(region) => format!("write `{region}`"),
            None => "write a region such as `us-west-2`".to_owned(),
        };
        found.push(Finding::error("C10", title, Fix::ask(text, edits)).seen([evidence::found(name, &value)]));
    }
    if let Some(profile) = facts.profile()
        && facts.variable(vars::AWS_REGION).is_none()
        && let Some(value) = profile.get("region")
        && let Some((title, _)) = region_fault("region", &value.text)
    {
        let fix = Fix::explain("correct it in the AWS file");
        found.push(Finding::error("C10", title, fix).seen([evidence::aws_value(facts, "region", value)]));
    }
    found
}

/// What is wrong with a region's name, and the one that was meant.
pub(crate) fn region_fault(name: &str, value: &str) -> Option<(String, Option<String>)> {
    let trimmed = value.trim();
    if regions::is_known(trimmed) {
        return None;
    }
    let lower = trimmed.to_ascii_lowercase().replace(['_', ' '], "-");
    if !configuration::is_region_shaped(trimmed) {
        let meant = regions::find(&lower).map(|region| region.name.to_owned());
        return Some((format!("`{name}` is `{value}`, which is not a region; Claude Code ignores it"), meant));
    }
    let zone = trimmed.strip_suffix(|c: char| c.is_ascii_lowercase()).and_then(regions::find);
    if let Some(region) = zone {
        return Some((
            format!("`{name}` is `{value}`, which is an availability zone of {}", region.name),
            Some(region.name.into()),
        ));
    }
    if let Some(region) = regions::find(&lower) {
        return Some((format!("`{name}` is `{value}`; regions are written in lower case"), Some(region.name.into())));
    }
    let near = regions::all().iter().min_by_key(|region| strsim::levenshtein(region.name, &lower))?;
    let is_near = strsim::levenshtein(near.name, &lower) <= 2;
    // A region that is newer than the data would be near none, or a number further.
    let is_slip = is_near
        && near.name.trim_end_matches(|c: char| c.is_ascii_digit())
            != lower.trim_end_matches(|c: char| c.is_ascii_digit());
    is_slip.then(|| (format!("`{name}` is `{value}`, a region nobody knows"), Some(near.name.to_owned())))
}

/// Several regions are named; one wins.
fn contradicting_regions(facts: &Facts) -> Vec<Finding> {
    let region = &facts.configuration.region;
    let other = region.overrides.iter().any(|(value, _)| value.trim() != region.value);
    if !facts.is_bedrock() || !other {
        return Vec::new();
    }
    let title = format!("more than one region is named; Claude Code uses `{}`", region.value);
    let fix = Fix::explain("nothing has to be done while this is the one you want");
    vec![Finding::hint("C11", title, fix).seen(evidence::with_overrides(vars::AWS_REGION, region))]
}

/// The variables that say where the AWS files are.
fn aws_files_elsewhere(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, path) in
        facts.lost_files.iter().filter(|(name, _)| name.starts_with("AWS_") && *name != vars::AWS_CA_BUNDLE)
    {
        let title = format!("`{name}` names `{}`, which does not exist", path.display());
        let fix = Fix::explain(format!("unset `{name}`, or name the file that is there"));
        found.push(Finding::error("C13", title, fix).seen([variable(facts, name)]));
    }
    let config = facts.variable(vars::AWS_CONFIG_FILE);
    if let Some(value) = &config
        && value.value.starts_with('~')
        && facts.files.profiles.sso_sessions().next().is_some()
    {
        let title = format!(
            "`{}` begins with `~`: Claude Code finds the profiles there and not their SSO sessions",
            vars::AWS_CONFIG_FILE
        );
        let fix = Fix::explain("write the whole path");
        found.push(Finding::error("C13", title, fix).seen([evidence::found(vars::AWS_CONFIG_FILE, value)]));
    }
    found
}

fn variable(facts: &Facts, name: &'static str) -> Evidence {
    match facts.variable(name) {
        Some(value) => evidence::found(name, &value),
        None => Evidence::Said(format!("`{name}` is set")),
    }
}

/// Requests without a signature, and nobody to sign them.
fn unsigned(facts: &Facts) -> Vec<Finding> {
    let configuration::Identity::Unsigned(switch) = &facts.configuration.identity else { return Vec::new() };
    let (name, gateway) = match facts.configuration.provider {
        Provider::Mantle => (vars::SKIP_MANTLE_AUTH, vars::MANTLE_BASE_URL),
        _ => (vars::SKIP_BEDROCK_AUTH, vars::BEDROCK_BASE_URL),
    };
    if !facts.is_bedrock() || facts.variable(gateway).is_some() {
        return Vec::new();
    }
    let title = format!("`{name}` is on and no gateway is named: AWS refuses every request");
    let edits = evidence::edit(facts, &switch.source, Key::env(name), None);
    let fix = Fix::ask(format!("remove `{name}`"), edits);
    vec![Finding::error("C18", title, fix).seen([evidence::found(name, switch)])]
}
