//! What was seen of the real client, 2.1.329 and 2.1.197, with a title for the background and subagents.

use std::path::Path;

use super::*;
use crate::aws::profile::ProfileFiles;
use crate::configuration;
use crate::settings::scope::Settings;
use crate::world::World;

const OPUS: &str = "us.anthropic.claude-opus-5";
const SONNET: &str = "us.anthropic.claude-sonnet-5";
const HAIKU: &str = "us.anthropic.claude-haiku-5-5";
const SMALL: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const BUILT_IN_OPUS: &str = "us.anthropic.claude-opus-5-5";
const BUILT_IN_SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn listed() -> Vec<String> {
    let more = ["us.anthropic.claude-sonnet-4-6", "global.anthropic.claude-opus-5-5"];
    [OPUS, SONNET, HAIKU, SMALL, BUILT_IN_OPUS, BUILT_IN_SONNET]
        .iter()
        .chain(&more)
        .map(|id| (*id).to_owned())
        .collect()
}

/// What is sent, each with what makes Claude Code send it, and what is not understood.
fn sent_by(variables: &[(&str, &str)], settings: &[(&str, &str)]) -> (Vec<Sent>, Vec<(String, String)>) {
    let variables = [("CLAUDE_CODE_USE_BEDROCK", "1"), ("AWS_REGION", "us-west-2")].iter().chain(variables);
    let world = World::with_variables(variables.copied(), Path::new("/"));
    let configuration = configuration::judge(&world, &Settings::of(Vec::new()), &ProfileFiles::default(), None);
    let look = Look {
        configuration: &configuration,
        variable: &|name| world.var(name).map(str::to_owned),
        setting: &|key| {
            let found = settings.iter().filter(|(known, _)| *known == key);
            found.map(|(_, value)| (*value).to_owned()).collect()
        },
        defaults: Defaults::newest(),
    };
    sent(&look.uses(), "us-west-2", None, &listed())
}

fn ids(variables: &[(&str, &str)], settings: &[(&str, &str)]) -> Vec<String> {
    sent_by(variables, settings).0.into_iter().map(|one| one.id).collect()
}

fn background(variables: &[(&str, &str)]) -> Vec<String> {
    let mut sent = sent_by(variables, &[]).0;
    let is_it =
        |by: &String| by.starts_with("background") || by == vars::SMALL_FAST_MODEL || by == vars::DEFAULT_HAIKU_MODEL;
    sent.retain(|one| one.by.iter().any(is_it));
    sent.into_iter().map(|one| one.id).collect()
}

#[test]
fn background_requests_go_where_they_were_seen_to_go() {
    let main = ("ANTHROPIC_MODEL", OPUS);
    assert_eq!(background(&[main]), [OPUS], "the main model, once one is chosen");
    assert_eq!(background(&[]), [BUILT_IN_SONNET]);
    assert_eq!(background(&[("ANTHROPIC_DEFAULT_SONNET_MODEL", SONNET)]), [SONNET]);
    assert_eq!(background(&[("ANTHROPIC_DEFAULT_OPUS_MODEL", OPUS)]), [OPUS], "the main model then, too");
    assert_eq!(background(&[("ANTHROPIC_DEFAULT_MODEL", SONNET)]), [SONNET]);
    assert_eq!(background(&[main, ("ANTHROPIC_DEFAULT_HAIKU_MODEL", HAIKU)]), [HAIKU]);
    // The older name comes first; the alias haiku goes on to mean the pin.
    let both = [main, ("ANTHROPIC_DEFAULT_HAIKU_MODEL", HAIKU), ("ANTHROPIC_SMALL_FAST_MODEL", SMALL)];
    assert_eq!(background(&both), [SMALL, HAIKU]);
    let sent = sent_by(&both, &[]).0;
    let apart: Vec<&str> = sent.iter().filter(|one| one.is_background).map(|one| one.id.as_str()).collect();
    assert_eq!(apart, [SMALL], "which alone may be in a region of its own");
}

#[test]
fn turns_go_where_they_were_seen_to_go() {
    assert!(ids(&[], &[]).contains(&BUILT_IN_OPUS.to_owned()));
    assert_eq!(ids(&[("ANTHROPIC_DEFAULT_SONNET_MODEL", SONNET)], &[]), [SONNET], "and not to Opus");
    let plan = [
        ("ANTHROPIC_MODEL", "opusplan"),
        ("ANTHROPIC_DEFAULT_OPUS_MODEL", OPUS),
        ("ANTHROPIC_DEFAULT_SONNET_MODEL", SONNET),
    ];
    assert_eq!(ids(&plan, &[]), [OPUS, SONNET]);
    assert_eq!(ids(&[("ANTHROPIC_MODEL", "sonnet[1m]")], &[]), [BUILT_IN_SONNET]);
    assert_eq!(ids(&[("ANTHROPIC_MODEL", "claude-sonnet-4-6")], &[]), ["us.anthropic.claude-sonnet-4-6"]);
}

#[test]
fn every_setting_that_names_a_model_counts() {
    let variables = [
        ("ANTHROPIC_MODEL", OPUS),
        ("CLAUDE_CODE_SUBAGENT_MODEL", SONNET),
        ("ANTHROPIC_CUSTOM_MODEL_OPTION", "arn:aws:bedrock:us-west-2:1:application-inference-profile/x[1m]"),
        ("CLAUDE_CODE_AUTO_MODE_MODEL", "claude-haiku-4-5-20251001"),
    ];
    let settings = [
        ("fallbackModel", r#"["us.anthropic.a.claude-b", "us.anthropic.claude-fall"]"#),
        ("modelOverrides", r#"{"claude-haiku-4-5-20251001": "us.anthropic.claude-over"}"#),
        ("modelOverrides", r#"{"claude-opus-4-6": "us.anthropic.claude-weaker"}"#),
        ("modelOverrides", r#"{"claude-sonnet-4-5-20250929": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}"#),
        ("availableModels", r#"["sonnet", "us.anthropic.claude-offered"]"#),
        ("modelPicker", r#"{"options": [{"model": "us.anthropic.claude-picked"}, {"label": "x"}]}"#),
    ];
    let (sent, unknown) = sent_by(&variables, &settings);
    let by = |id: &str| sent.iter().find(|one| one.id == id).map(|one| one.by.join(", ")).unwrap_or_default();
    assert_eq!(by(OPUS), "ANTHROPIC_MODEL, background requests, for which nobody names a model");
    assert_eq!(by(SONNET), "CLAUDE_CODE_SUBAGENT_MODEL");
    let team = "arn:aws:bedrock:us-west-2:1:application-inference-profile/x";
    assert_eq!(by(team), "ANTHROPIC_CUSTOM_MODEL_OPTION");
    assert_eq!(by("us.anthropic.claude-over"), "CLAUDE_CODE_AUTO_MODE_MODEL, modelOverrides");
    assert_eq!(by("us.anthropic.claude-weaker"), "modelOverrides");
    assert_eq!(by("us.anthropic.claude-fall"), "fallbackModel");
    assert_eq!(by("us.anthropic.claude-offered"), "availableModels");
    assert_eq!(by("us.anthropic.claude-picked"), "modelPicker");
    assert_eq!(by(BUILT_IN_SONNET), "", "an alias to choose from is pinned or not, and its own id is no override");
    assert_eq!(unknown, [("fallbackModel".to_owned(), "us.anthropic.a.claude-b".to_owned())]);
}

#[test]
fn what_nobody_knows_is_said_and_what_is_set_is_told_from_what_is_not() {
    let (_, unknown) = sent_by(&[("ANTHROPIC_MODEL", "gpt-oss")], &[]);
    assert_eq!(unknown[0], ("ANTHROPIC_MODEL".to_owned(), "gpt-oss".to_owned()));
    let (sent, unknown) = sent_by(&[("ANTHROPIC_MODEL", OPUS), ("CLAUDE_CODE_SUBAGENT_MODEL", "fable")], &[]);
    assert_eq!((sent.len(), unknown.len()), (1, 1), "no version was seen to take one for fable");
    assert!(sent[0].is_named);
    assert!(sent_by(&[], &[]).0.iter().all(|one| !one.is_named));
}
