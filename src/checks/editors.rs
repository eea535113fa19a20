//! What the settings of an editor of the Visual Studio Code family say of Claude Code.

use crate::checks::evidence;
use crate::checks::facts::{Editor, Facts};
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::settings::scope::Source;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("C25", Needs::Files, extension_variables),
    Check::of("C17", Needs::Files, secrets),
    Check::of("C05", Needs::Files, overruled),
    Check::of("C24", Needs::Files, editor_alone),
];

/// A variable of an editor's settings as it may be shown.
fn seen(editor: &Editor, name: &str, value: &str) -> Evidence {
    let text = format!("`{}` sets `{name}` to {}", vars::VSCODE_ENVIRONMENT, evidence::shown(name, value));
    Evidence::File { path: editor.path.clone(), text }
}

/// Every variable of every editor.
fn variables(facts: &Facts) -> impl Iterator<Item = (&Editor, &str, &str)> {
    let all = facts.editors.iter().flat_map(|editor| editor.variables.iter().map(move |one| (editor, one)));
    all.map(|(editor, (name, value))| (editor, name.as_str(), value.as_str()))
}

fn extension_variables(facts: &Facts) -> Vec<Finding> {
    if !(facts.place.wsl || facts.place.editor_remote || facts.place.ssh) {
        return Vec::new();
    }
    let with = |editor: &&Editor| editor.variables.iter().any(|(name, _)| vars::BEDROCK_ENV.contains(&name.as_str()));
    let editors = facts.editors.iter().filter(with);
    editors
        .map(|editor| {
            let title = "`claudeCode.environmentVariables` of the editor does not reach a Claude Code on another host";
            let fix = Fix::explain("configure Bedrock in Claude Code's own settings on this host")
                .command("claude-bedrock setup");
            let names: Vec<&str> = editor.variables.iter().map(|(name, _)| name.as_str()).collect();
            let text = format!("it sets {}", names.join(", "));
            Finding::warning("C25", title, fix).seen([Evidence::File { path: editor.path.clone(), text }])
        })
        .collect()
}

/// Secrets in a file that editors copy to every machine of a person.
fn secrets(facts: &Facts) -> Vec<Finding> {
    let names = [vars::AWS_SECRET_ACCESS_KEY, vars::BEARER_TOKEN_BEDROCK, vars::AWS_SESSION_TOKEN];
    let found = variables(facts).find(|(_, name, value)| names.contains(name) && !value.is_empty());
    let Some((editor, name, value)) = found else { return Vec::new() };
    let title = "the editor's settings hold a secret, and editors copy their settings to other machines";
    let fix = Fix::explain("take it out, issue a new secret, and use a profile").command("claude-bedrock setup");
    vec![Finding::warning("C17", title, fix).seen([seen(editor, name, value)])]
}

/// What Claude Code's own settings say comes after what the editor gives it.
fn overruled(facts: &Facts) -> Vec<Finding> {
    let lost = variables(facts).filter_map(|(editor, name, value)| {
        let known = vars::BEDROCK_ENV.into_iter().find(|known| *known == name)?;
        let wins = facts.variable(known)?;
        let of_settings = matches!(wins.source, Source::Settings { .. });
        (of_settings && wins.value != value && !value.is_empty()).then_some((editor, known, value, wins))
    });
    lost.map(|(editor, name, value, wins)| {
        let title = format!("the editor's `{name}` has no effect: Claude Code's settings say otherwise");
        let fix = Fix::explain("change it in Claude Code's settings, or take it out of the editor's")
            .command("claude-bedrock setup");
        Finding::hint("C05", title, fix).seen([evidence::found(name, &wins), seen(editor, name, value)])
    })
    .collect()
}

/// Bedrock is on in the editor and nowhere else.
fn editor_alone(facts: &Facts) -> Vec<Finding> {
    let on = variables(facts).find(|(_, name, value)| *name == vars::USE_BEDROCK && vars::is_on(value));
    let Some((editor, name, value)) = on.filter(|_| facts.configuration.provider_switch.is_none()) else {
        return Vec::new();
    };
    let title = "Bedrock is switched on in the editor alone: a terminal does not see it";
    let fix = Fix::explain("write it into Claude Code's settings").command("claude-bedrock setup");
    vec![Finding::hint("C24", title, fix).seen([seen(editor, name, value)])]
}
