//! The facts of a bundle: versions, what Claude Code will do, where it is told so, and how long the calls took.

use jiff::Timestamp;

use crate::checks::Outcome;
use crate::checks::facts::{Facts, Look, TokenContent};
use crate::observe::machine::Machine;
use crate::report::v1::diagnosis::title;
use crate::settings::document::Document;
use crate::settings::scope::Content;
use crate::vars;
use crate::world::on_the_wall;

use super::Section;
use super::redaction::{Redactor, Safe};

/// The beginnings of the variables that have a bearing on Claude Code and Bedrock.
const PREFIXES: [&str; 4] = ["AWS_", "ANTHROPIC_", "CLAUDE", "NODE_"];

pub(super) fn sections(redactor: &mut Redactor, facts: &Facts, machine: &Machine, outcome: &Outcome) -> Vec<Section> {
    let mut sections = vec![
        table(redactor, "Versions", &["What", "Which"], &pairs(versions(facts, machine))),
        table(redactor, "What Claude Code will do", &["What", "Which"], &pairs(configuration(facts))),
        table(redactor, "Settings", &["Scope", "File", "Keys, values left out"], &layers(facts)),
        table(redactor, "Variables of the shell", &["Name, value left out"], &variables(facts)),
        table(redactor, "AWS profiles", &["Profile", "Kind", "Keys, values left out"], &profiles(facts)),
        table(redactor, "Ways to AWS", &["Service", "Address", "Answer"], &endpoints(facts)),
        table(redactor, "Timings", &["Call", "Milliseconds"], &timings(facts)),
    ];
    sections.retain(|section| !section.rows.is_empty());
    let skipped =
        outcome.skipped.iter().map(|(id, reason)| vec![redactor.text(id), Safe::own(title(id)), redactor.text(reason)]);
    let skipped = Section {
        title: "Not looked for",
        columns: vec!["Id", "Failure", "Reason"],
        rows: skipped.collect(),
        folded: true,
    };
    let passed = outcome.passed.iter().map(|id| vec![Safe::own(id), Safe::own(title(id))]);
    let passed = Section {
        title: "Looked for and not found",
        columns: vec!["Id", "Failure"],
        rows: passed.collect(),
        folded: true,
    };
    sections.extend([skipped, passed].into_iter().filter(|section| !section.rows.is_empty()));
    sections
}

fn table(redactor: &mut Redactor, title: &'static str, columns: &[&'static str], rows: &[Vec<String>]) -> Section {
    let rows = rows.iter().map(|row| row.iter().map(|cell| redactor.text(cell)).collect());
    Section { title, columns: columns.to_vec(), rows: rows.collect(), folded: false }
}

fn pairs(rows: Vec<(&str, String)>) -> Vec<Vec<String>> {
    rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect()
}

fn versions(facts: &Facts, machine: &Machine) -> Vec<(&'static str, String)> {
    let claude = match &facts.claude_code {
        None => "no `claude` on PATH".to_owned(),
        Some(claude) => {
            let version = claude.version.map_or_else(|| "version unknown".to_owned(), |version| version.to_string());
            format!("{version}, {}", claude.path.display())
        }
    };
    let place = facts.place;
    let places = [
        (place.wsl, "WSL"),
        (place.container, "a container"),
        (place.ssh, "over SSH"),
        (place.editor_remote, "an editor's remote host"),
        (place.ec2, "Amazon EC2"),
        (place.desktop, "Claude's desktop application is installed"),
    ];
    let places: Vec<&str> = places.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    let mut rows = vec![
        ("claude-bedrock", env!("CARGO_PKG_VERSION").to_owned()),
        ("Claude Code", claude),
        ("operating system", format!("{}, {}", machine.system, std::env::consts::ARCH)),
    ];
    rows.extend(machine.kernel.clone().map(|kernel| ("kernel", kernel)));
    if !places.is_empty() {
        rows.push(("place", places.join(", ")));
    }
    rows.push(("time", moment(facts.now)));
    rows
}

fn moment(moment: Timestamp) -> String {
    on_the_wall(moment)
}

fn configuration(facts: &Facts) -> Vec<(&'static str, String)> {
    let configuration = &facts.configuration;
    let mut rows = vec![
        ("provider", configuration.provider.to_string()),
        ("identity", configuration.identity.mode().to_owned()),
        ("region", configuration.region.value.clone()),
    ];
    rows.extend(configuration.profile.iter().map(|found| ("profile", format!("`{}`", found.value))));
    match &facts.online.identity {
        Look::Seen(identity) => rows.push(("principal", identity.arn.clone())),
        Look::Failed(error) => rows.push(("principal", format!("unknown: {error}"))),
        Look::Skipped(reason) => rows.push(("principal", format!("not asked: {reason}"))),
    }
    if let Some(token) = &facts.token {
        let content = match &token.content {
            TokenContent::Absent => "none".to_owned(),
            TokenContent::Unreadable(reason) => reason.clone(),
            TokenContent::Token { expires_at, renewable, .. } => {
                let renewal = if *renewable { "renews itself" } else { "does not renew itself" };
                format!("until {}, {renewal}", moment(*expires_at))
            }
        };
        rows.push(("sign-in", content));
    }
    let main = configuration.main_model.as_ref().map_or("not pinned", |found| found.value.as_str());
    rows.push(("main model", main.to_owned()));
    for (family, pin) in &configuration.pins {
        rows.push((family, pin.as_ref().map_or("not pinned", |found| found.value.as_str()).to_owned()));
    }
    if let Some(listing) = facts.online.listing.seen() {
        rows.push(("inference profiles listed", listing.len().to_string()));
    }
    rows
}

fn layers(facts: &Facts) -> Vec<Vec<String>> {
    let layers = facts.settings.layers().iter();
    let rows = layers.map(|layer| {
        let content = match &layer.content {
            Content::Absent => "there is no file".to_owned(),
            Content::Dropped(reason) => format!("dropped whole: {reason}"),
            Content::Document(document) => keys(document).join(", "),
        };
        vec![layer.scope.to_string(), layer.path.display().to_string(), content]
    });
    rows.collect()
}

fn keys(document: &Document) -> Vec<String> {
    let top: serde_json::Map<String, serde_json::Value> = serde_json::from_str(document.text()).unwrap_or_default();
    let top = top.into_iter().map(|(key, _)| key).filter(|key| key != vars::ENV);
    top.chain(document.env().into_iter().map(|(name, _)| format!("env.{name}"))).collect()
}

fn variables(facts: &Facts) -> Vec<Vec<String>> {
    let names = facts.world.variables().keys().filter_map(|name| name.to_str());
    let counts = |name: &&str| {
        let upper = name.to_ascii_uppercase();
        PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
            || upper.ends_with("_PROXY")
            || vars::BEDROCK_ENV.contains(name)
            || [vars::BROWSER, vars::CI, vars::SSH_CONNECTION, vars::WSL_INTEROP, vars::CODESPACES].contains(name)
    };
    names.filter(counts).map(|name| vec![name.to_owned()]).collect()
}

fn profiles(facts: &Facts) -> Vec<Vec<String>> {
    let files = &facts.files.profiles;
    let rows = files.profiles().map(|profile| {
        let keys: Vec<&str> = profile.keys().map(|(key, _)| key).collect();
        vec![format!("`{}`", profile.name), profile.kind(files).to_string(), keys.join(", ")]
    });
    rows.collect()
}

fn endpoints(facts: &Facts) -> Vec<Vec<String>> {
    let rows = facts.online.endpoints.iter().map(|endpoint| {
        let answer = match &endpoint.reached {
            Look::Seen(reached) => format!("HTTP {} after {} ms", reached.status, reached.took.as_millis()),
            Look::Failed(reason) | Look::Skipped(reason) => reason.clone(),
        };
        vec![endpoint.service.to_owned(), endpoint.address.clone(), answer]
    });
    rows.collect()
}

fn timings(facts: &Facts) -> Vec<Vec<String>> {
    let timings = facts.online.timings.iter();
    timings.map(|(call, took)| vec![(*call).to_owned(), took.as_millis().to_string()]).collect()
}
