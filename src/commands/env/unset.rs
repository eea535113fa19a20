//! `env --unset`: what takes away whatever `env` may ever have set, whether it is configured still or not.
//! Where the user's AWS files are is not among it, unless Claude Code's settings say so too.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{pretty, syntax};
use crate::assignment::Syntax;
use crate::cli::{EnvFormat, Global};
use crate::error::Failure;
use crate::exported;
use crate::observe::editors;
use crate::settings::scope::Settings;
use crate::ui::Ui;
use crate::vars;
use crate::world::World;

pub(super) fn run(world: &World, ui: Ui, global: &Global, format: EnvFormat) -> Result<(), Failure> {
    let ours = exported::names_of_ours(&Settings::read(world));
    if global.json || format == EnvFormat::Json {
        return json(ui, global, &ours);
    }
    match syntax(format) {
        None => vscode(world, ui, &ours),
        Some(Syntax::Dotenv) => dotenv(ui, &ours),
        Some(syntax) => {
            let lines: Vec<String> = ours.iter().filter_map(|name| syntax.unset(name)).collect();
            ui.answer_verbatim(&(lines.join("\n") + "\n"))
        }
    }
}

fn json(ui: Ui, global: &Global, ours: &[&str]) -> Result<(), Failure> {
    let nothing: Value = ours.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    if global.json {
        return ui.answer_verbatim(&pretty(&json!({ "version": 1, "variables": nothing })));
    }
    ui.status("Null takes a name away (a JSON merge patch, RFC 7396); merged by something else, delete these names.");
    ui.answer_verbatim(&pretty(&nothing))
}

/// An env file has no words for taking a variable away, and an empty value is not the same as none: the AWS tools take
/// an empty `AWS_PROFILE` for a profile without a name. So what stands in place of ours is a comment.
fn dotenv(ui: Ui, ours: &[&str]) -> Result<(), Failure> {
    ui.status(
        "An env file sets variables and can take none away. Put this in place of the file that `env` wrote, and it",
    );
    ui.status("sets nothing; from a file with lines of your own delete the lines of these names, and no others.");
    ui.status("What has read the old file, a shell or a container, keeps the values until it is started anew.");
    let mut text = "# Nothing is set here: `claude-bedrock env --unset` took these away.\n".to_owned();
    for name in ours {
        let _ = writeln!(text, "# {name}=");
    }
    ui.answer_verbatim(&text)
}

/// The extension's two settings as they are without ours. What else stands in an editor's settings stays as it is.
fn vscode(world: &World, ui: Ui, names_of_ours: &[&str]) -> Result<(), Failure> {
    let (unread, read): (Vec<_>, Vec<_>) = editors::settings(world).into_iter().partition(|(_, it)| it.is_null());
    let found: Vec<_> = read.into_iter().filter(|(_, settings)| holds_ours(settings, names_of_ours)).collect();
    ui.status(&format!("Ours in `{}` are the entries named {}.", vars::VSCODE_ENVIRONMENT, names_of_ours.join(", ")));
    for (path, _) in &unread {
        ui.warning(&format!("`{}` cannot be read, or is no settings file: look into it yourself", path.display()));
    }
    if found.is_empty() {
        let other = if unread.is_empty() { "" } else { " other" };
        ui.status(&format!(
            "No{other} settings of an editor below your home folder hold any of them. Where they are elsewhere, delete \
             these"
        ));
        ui.status("entries there, keep the others, and set what follows.");
        return ui.answer_verbatim(&pretty(&json!({ vars::VSCODE_DISABLE_LOGIN_PROMPT: false })));
    }
    let mut text = String::new();
    for (path, settings) in &found {
        let (ours, kept) =
            entries(settings).into_iter().partition::<Vec<_>, _>(|(name, _)| names_of_ours.contains(&name.as_str()));
        // Their secrets are nobody's to print, and a list without them would lose them.
        let has_secret = kept.iter().any(|(name, value)| vars::may_hold_secret(name) || value.contains('@'));
        explain(ui, path, &names(&ours), &names(&kept), has_secret);
        let two = without_ours(settings, names_of_ours, has_secret);
        text.push_str(&pretty(&two));
    }
    ui.answer_verbatim(&text)
}

fn explain(ui: Ui, path: &Path, ours: &str, kept: &str, has_secret: bool) {
    let ours = if ours.is_empty() { "no variable of ours" } else { ours };
    let kept = if kept.is_empty() { String::new() } else { format!("; yours stay: {kept}") };
    let how = if has_secret {
        "Among yours there may be a secret, which is not printed: delete our entries there, and set what follows:"
    } else {
        "In place of these two settings put what follows:"
    };
    ui.status(&format!("`{}` holds {ours}{kept}. {how}", path.display()));
}

/// Whether there is something of ours in it.
fn holds_ours(settings: &Value, ours: &[&str]) -> bool {
    settings[vars::VSCODE_DISABLE_LOGIN_PROMPT] == true
        || entries(settings).iter().any(|(name, _)| ours.contains(&name.as_str()))
}

/// The two settings without what is ours, with the values of others as they stand there, whichever form they have; of
/// those with a secret among them nothing.
fn without_ours(settings: &Value, ours: &[&str], has_secret: bool) -> Value {
    let is_theirs = |entry: &&Value| entry["name"].as_str().is_none_or(|name| !ours.contains(&name));
    let left = match &settings[vars::VSCODE_ENVIRONMENT] {
        Value::Array(entries) => Value::Array(entries.iter().filter(is_theirs).cloned().collect()),
        Value::Object(entries) => {
            let theirs = entries.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
            Value::Object(theirs.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        }
        other => other.clone(),
    };
    let mut two = Map::new();
    two.insert(vars::VSCODE_DISABLE_LOGIN_PROMPT.to_owned(), false.into());
    if !left.is_null() && !has_secret {
        two.insert(vars::VSCODE_ENVIRONMENT.to_owned(), left);
    }
    Value::Object(two)
}

/// The entries, each as a name and a value, whichever form they have.
fn entries(settings: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match &settings[vars::VSCODE_ENVIRONMENT] {
        Value::Array(entries) => {
            let named = |entry: &Value| Some((entry["name"].as_str()?.to_owned(), text(&entry["value"])));
            entries.iter().filter_map(named).collect()
        }
        Value::Object(entries) => entries.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        _ => Vec::new(),
    }
}

fn names(entries: &[(String, String)]) -> String {
    entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}
