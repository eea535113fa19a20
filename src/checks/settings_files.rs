//! What stands in which settings file, and whether Claude Code comes to read it.

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Evidence, Finding, Fix, Severity};
use crate::checks::{Check, Needs};
use crate::settings::document::{Key, RawJson};
use crate::settings::scope::{Content, Scope, Source};
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("C27", Needs::Files, managed_dropped),
    Check::of("C07", Needs::Files, dropped),
    Check::of("C04", Needs::Files, misplaced),
    Check::of("C12", Needs::Files, elsewhere),
    Check::of("C17", Needs::Files, secrets),
    Check::of("C08", Needs::Files, invented),
    Check::of("C06", Needs::Files, outranked),
    Check::of("C05", Needs::Files, overruled),
];

/// Names that guides and other programs made up, with the real ones.
const INVENTED: [(&str, &str); 6] = [
    ("ANTHROPIC_BEDROCK_ENDPOINT_URL", vars::BEDROCK_BASE_URL),
    ("CLAUDE_CODE_AWS_PROFILE", vars::AWS_PROFILE),
    ("CLAUDE_CODE_BEDROCK_OPUS_MODEL", vars::DEFAULT_OPUS_MODEL),
    ("CLAUDE_CODE_BEDROCK_SONNET_MODEL", vars::DEFAULT_SONNET_MODEL),
    ("CLAUDE_CODE_BEDROCK_HAIKU_MODEL", vars::DEFAULT_HAIKU_MODEL),
    ("BEDROCK_AWS_REGION", vars::AWS_REGION),
];

/// Variables whose exported value a person expects to count.
const EXPECTED_FROM_SHELL: [&str; 8] = [
    vars::AWS_PROFILE,
    vars::AWS_REGION,
    vars::AWS_DEFAULT_REGION,
    vars::MODEL,
    vars::DEFAULT_OPUS_MODEL,
    vars::DEFAULT_SONNET_MODEL,
    vars::DEFAULT_HAIKU_MODEL,
    vars::USE_BEDROCK,
];

fn managed_dropped(facts: &Facts) -> Vec<Finding> {
    dropped_layers(facts, true)
        .map(|(path, reason)| {
            let sentence =
                format!("Claude Code cannot start on our machines: `{}` cannot be read. {reason}", path.display());
            let fix = Fix::administrator("an administrator has to fix the managed settings", sentence);
            let title = format!("the managed settings `{}` cannot be read", path.display());
            Finding::error("C27", title, fix).seen([unread(path, reason)])
        })
        .collect()
}

fn dropped(facts: &Facts) -> Vec<Finding> {
    let files = dropped_layers(facts, false).map(|(path, reason)| {
        let title = format!("Claude Code drops `{}` whole: nothing in it counts", path.display());
        Finding::error("C07", title, Fix::explain(remedy(reason))).seen([unread(path, reason)])
    });
    files.chain(values_of_no_use(facts)).collect()
}

/// Values in `env` that are neither text nor a number nor a switch: Claude Code passes over them without a word.
fn values_of_no_use(facts: &Facts) -> impl Iterator<Item = Finding> {
    let mut found = Vec::new();
    for (layer, document) in facts.documents() {
        for (name, value) in document.env() {
            if !value.text().starts_with(['n', '{', '[']) {
                continue;
            }
            let key = Key::Env(name.clone().into());
            let line = document.line_of(&key).unwrap_or(1);
            let title = format!("`{name}` in `env` is not text, so Claude Code ignores it");
            let source = Source::Settings { scope: layer.scope, path: layer.path.clone(), line: Some(line) };
            let fix =
                Fix::ask(format!("remove `env.{name}`, or give it a text"), evidence::edit(facts, &source, key, None));
            let shown = Evidence::Line {
                path: layer.path.clone(),
                line,
                text: format!("\"{name}\": {}", kind_of(&value)),
                meant: kind_of(&value).into(),
            };
            found.push(Finding::warning("C07", title, fix).seen([shown]));
        }
    }
    found.into_iter()
}

fn kind_of(value: &RawJson) -> &'static str {
    match value.text().chars().next() {
        Some('{') => "{…}",
        Some('[') => "[…]",
        _ => "null",
    }
}

fn dropped_layers(facts: &Facts, managed: bool) -> impl Iterator<Item = (&std::path::Path, &str)> {
    facts.settings.layers().iter().filter_map(move |layer| match &layer.content {
        Content::Dropped(reason) if (layer.scope == Scope::Managed) == managed => {
            Some((layer.path.as_path(), reason.as_str()))
        }
        _ => None,
    })
}

/// The place in a file's own words ends with `(line 3, column 5)`.
fn unread(path: &std::path::Path, reason: &str) -> Evidence {
    let place = reason.rsplit_once("(line ").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    match place {
        Some(line) => Evidence::Line { path: path.to_owned(), line, text: reason.to_owned(), meant: String::new() },
        None => Evidence::File { path: path.to_owned(), text: reason.to_owned() },
    }
}

fn remedy(reason: &str) -> String {
    let what = if reason.contains("comma") {
        "remove the comma"
    } else if reason.contains("comment") {
        "remove the comments: JSON has none"
    } else if reason.contains("ends in the middle") {
        "complete the file, or restore it from a backup"
    } else if reason.contains("takes") {
        "correct the value or remove the key"
    } else {
        "correct the file"
    };
    format!("{what}; Claude Code reads the file again by itself")
}

/// The helpers' keys in files that Claude Code does not read for them.
fn misplaced(facts: &Facts) -> Vec<Finding> {
    let is_helper = |name: &str| [vars::AUTH_REFRESH, vars::CREDENTIAL_EXPORT].contains(&name);
    let mut found = Vec::new();
    for stray in &facts.strays {
        let is_main = stray.path.file_name().is_some_and(|name| name == ".claude.json");
        // `~/.claude.json` holds Claude Code's own state, where `env` and the like mean nothing by themselves.
        let keys: Vec<_> = stray.keys.iter().filter(|(name, _)| !is_main || is_helper(name)).collect();
        let Some((name, line)) = keys.first() else { continue };
        let names: Vec<_> = keys.iter().map(|(name, _)| format!("`{name}`")).collect();
        let title = format!(
            "{} in `{}` counts for nothing: Claude Code does not read it there",
            names.join(", "),
            stray.path.display()
        );
        let fix = Fix::explain("move it to `~/.claude/settings.json`, or run `claude-bedrock setup`")
            .command("claude-bedrock setup");
        let line =
            Evidence::Line { path: stray.path.clone(), line: *line, text: format!("\"{name}\""), meant: name.clone() };
        found.push(Finding::warning("C04", title, fix).seen([line]));
    }
    found
}

/// The user's settings are somewhere else, and a set-up was left in the usual place.
fn elsewhere(facts: &Facts) -> Vec<Finding> {
    let Some(folder) = facts.world.var(vars::CLAUDE_CONFIG_DIR) else { return Vec::new() };
    let switch = Key::env(vars::USE_BEDROCK);
    let has_switch =
        facts.documents().any(|(layer, document)| layer.scope == Scope::User && document.get(&switch).is_some());
    let left = facts.strays.iter().find(|stray| {
        stray.path.ends_with(".claude/settings.json") && stray.keys.iter().any(|(name, _)| name == vars::USE_BEDROCK)
    });
    match left {
        Some(stray) if !has_switch => {
            let title = format!(
                "Bedrock is configured in `{}`, which Claude Code does not read while `{}` is set",
                stray.path.display(),
                vars::CLAUDE_CONFIG_DIR
            );
            let fix = Fix::explain("set it up where Claude Code looks, or unset the variable")
                .command("claude-bedrock setup");
            let variable = Evidence::Variable { name: vars::CLAUDE_CONFIG_DIR.into(), value: folder.to_owned() };
            vec![Finding::error("C12", title, fix).seen([variable])]
        }
        _ => Vec::new(),
    }
}

/// Secrets where every command Claude Code runs can read them.
fn secrets(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for (layer, document) in facts.documents() {
        for name in [vars::AWS_SECRET_ACCESS_KEY, vars::BEARER_TOKEN_BEDROCK, vars::AWS_SESSION_TOKEN] {
            let key = Key::env(name);
            if document.get(&key).and_then(|value| value.as_str()).is_none_or(|value| value.is_empty()) {
                continue;
            }
            let line = document.line_of(&key);
            let path = layer.path.display();
            let shown = Evidence::Line {
                path: layer.path.clone(),
                line: line.unwrap_or(1),
                text: format!("\"{name}\": (hidden)"),
                meant: "(hidden)".into(),
            };
            let rotate = "issue a new secret, because this one could be read by others";
            found.push(
                match layer.scope {
                    // A file for everyone who works on the project.
                    Scope::Project => Finding::error(
                        "C17",
                        format!("`{path}` holds a secret, and is made to be shared"),
                        Fix::explain(format!("take it out of the file, {rotate}, and use a profile"))
                            .command("claude-bedrock setup"),
                    ),
                    _ => Finding::hint(
                        "C17",
                        format!("`{path}` holds a secret in plain text, which every command of Claude Code can read"),
                        Fix::explain("a profile in isolated mode keeps it to Claude Code")
                            .command("claude-bedrock setup"),
                    ),
                }
                .seen([shown]),
            );
            break;
        }
    }
    found
}

/// Names nobody reads.
fn invented(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for (layer, document) in facts.documents() {
        for (name, value) in document.env() {
            let Some(real) = real_name(&name) else { continue };
            if name == vars::SMALL_FAST_MODEL && value.as_str().is_some_and(|value| value.is_empty()) {
                // That is how it is cancelled.
                continue;
            }
            let key = Key::Env(name.clone().into());
            let line = document.line_of(&key);
            let source = Source::Settings { scope: layer.scope, path: layer.path.clone(), line };
            let text = value.as_str().unwrap_or_else(|| value.text().to_owned());
            let mut edits = evidence::edit(facts, &source, key, None);
            let standing = document.get(&Key::env(real));
            let text_of_fix = match &standing {
                None => {
                    edits.extend(evidence::edit(facts, &source, Key::env(real), Some(&text)));
                    format!("rename it to `{real}`")
                }
                Some(_) => format!("remove it; `{real}` is set too, and stays"),
            };
            let standing = standing.map(|value| {
                let line = document.line_of(&Key::env(real));
                let value = value.as_str().unwrap_or_else(|| value.text().to_owned());
                let source = Source::Settings { scope: layer.scope, path: layer.path.clone(), line };
                let found = crate::settings::scope::Found { value, source, overrides: Vec::new() };
                evidence::found(real, &found)
            });
            let shown = crate::settings::scope::Found { value: text, source, overrides: Vec::new() };
            let is_deprecated = name == vars::SMALL_FAST_MODEL;
            let (title, fix) = (
                if is_deprecated {
                    format!("`{name}` is deprecated by `{real}`")
                } else {
                    format!("nobody reads `{name}`; the variable is called `{real}`")
                },
                Fix::ask(text_of_fix, edits),
            );
            let finding =
                if is_deprecated { Finding::hint("C08", title, fix) } else { Finding::warning("C08", title, fix) };
            found.push(finding.seen([evidence::found(&name, &shown)].into_iter().chain(standing)));
        }
    }
    for (name, real) in INVENTED {
        if let Some(value) = facts.world.var(name) {
            let title = format!("nobody reads the variable `{name}`; it is called `{real}`");
            let shown = Evidence::Variable { name: name.into(), value: evidence::shown(name, value) };
            found.push(Finding::warning("C08", title, Fix::explain(format!("export `{real}` instead"))).seen([shown]));
        }
    }
    found
}

/// The name that was meant, for one that nobody reads: a known invention, or a slip of a key or two.
fn real_name(name: &str) -> Option<&'static str> {
    if name == vars::SMALL_FAST_MODEL {
        return Some(vars::DEFAULT_HAIKU_MODEL);
    }
    if let Some((_, real)) = INVENTED.iter().find(|(invented, _)| *invented == name) {
        return Some(real);
    }
    if vars::BEDROCK_ENV.contains(&name) || name.len() < 8 {
        return None;
    }
    // The aliases' variables differ by a word that a slip must not reach.
    vars::BEDROCK_ENV
        .into_iter()
        .find(|real| real.len().abs_diff(name.len()) <= 2 && strsim::levenshtein(real, name) <= 2)
}

/// What the user wrote loses against a stronger file.
fn outranked(facts: &Facts) -> Vec<Finding> {
    let keys = vars::BEDROCK_ENV.iter().map(|name| Key::env(name)).chain([
        Key::top(vars::MODEL_SETTING),
        Key::top(vars::AUTH_REFRESH),
        Key::top(vars::CREDENTIAL_EXPORT),
    ]);
    let mut found = Vec::new();
    for key in keys {
        let mut at = facts.documents().filter_map(|(layer, document)| Some((layer, document, document.get(&key)?)));
        let Some((winner, document, value)) = at.next() else { continue };
        let loser = at.find(|(layer, _, other)| layer.scope == Scope::User && other != &value);
        let (Some((loser, other, _)), true) = (loser, winner.scope < Scope::User) else { continue };
        let name = key.name().to_owned();
        let title = format!("`{name}` of your settings is overruled by the {} settings", winner.scope);
        let source = |layer: &crate::settings::scope::Layer, line| Source::Settings {
            scope: layer.scope,
            path: layer.path.clone(),
            line,
        };
        let shown = |layer: &crate::settings::scope::Layer, document: &crate::settings::document::Document| {
            let value = document.get(&key).map(|raw| raw.as_str().unwrap_or_else(|| raw.text().to_owned()));
            let found = crate::settings::scope::Found {
                value: value.unwrap_or_default(),
                source: source(layer, document.line_of(&key)),
                overrides: Vec::new(),
            };
            evidence::found(&name, &found)
        };
        let fix = if winner.scope == Scope::Managed {
            let sentence = format!("`{}` sets `{name}` for everyone; please change it there.", winner.path.display());
            Fix::administrator("only an administrator can change it", sentence)
        } else {
            Fix::explain(format!("change it in `{}`, which wins in this folder", winner.path.display()))
        };
        let switches_off = name == vars::USE_BEDROCK && !facts.is_bedrock();
        let severity = if switches_off { Severity::Error } else { Severity::Warning };
        let finding = Finding { severity, ..Finding::warning("C06", title, fix) };
        found.push(finding.seen([shown(winner, document), shown(loser, other)]));
    }
    found
}

/// What the shell exports loses against the settings.
fn overruled(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in EXPECTED_FROM_SHELL {
        let Some(value) = facts.variable(name) else { continue };
        if matches!(value.source, Source::Variable(_)) {
            continue;
        }
        let shell = value.overrides.iter().find(|(_, source)| matches!(source, Source::Variable(_)));
        if shell.is_some_and(|(exported, _)| exported != &value.value && !exported.is_empty()) {
            let title =
                format!("exporting `{name}` has no effect: the settings say {}", evidence::shown(name, &value.value));
            let fix = Fix::explain("change it in the settings, or run `claude-bedrock setup`")
                .command("claude-bedrock setup");
            found.push(Finding::hint("C05", title, fix).seen(evidence::with_overrides(name, &value)));
        }
    }
    found
}
