//! `inference-config`: the limits of thinking and answers, written with a receipt like everything else.

use serde_json::{Value, json};

use super::Refusal;
use super::limits::{FEWEST, MOST, PRESETS, USUAL};
use crate::apply;
use crate::aws::files;
use crate::cli::plugin::InferenceArgs;
use crate::configuration::{self, Provider};
use crate::error::Failure;
use crate::plan::{Change, Plan};
use crate::private_file::StateFolder;
use crate::receipt::{Receipts, same_value};
use crate::settings::document::{Document, Key, RawJson};
use crate::settings::scope::{self, Scope, Settings};
use crate::settings::store;
use crate::vars;
use crate::world::{NO_HOME, World};

pub(super) fn run(world: &World, args: &InferenceArgs) -> Result<Value, Refusal> {
    match (&args.preset, args.thinking, args.output) {
        (None, None, None) => Ok(show(world)),
        (preset, thinking, output) => set(world, preset.as_deref().unwrap_or("custom"), thinking, output),
    }
}

fn show(world: &World) -> Value {
    let settings = Settings::read(world);
    let files = files::read(world);
    let judged = configuration::judge(world, &settings, &files.profiles, None);
    let number = |name| settings.variable(world, name).and_then(|found| found.value.trim().parse::<u32>().ok());
    let (thinking, output) = (number(vars::MAX_THINKING_TOKENS), number(vars::MAX_OUTPUT_TOKENS));
    let preset = PRESETS.iter().find(|preset| Some(preset.thinking) == thinking && Some(preset.output) == output);
    let is_set = thinking.is_some() || output.is_some();
    let caching = settings.variable(world, vars::DISABLE_PROMPT_CACHING);
    let presets: Vec<Value> = PRESETS
        .iter()
        .map(|preset| {
            json!({
                "name": preset.name, "label": preset.label, "thinkingTokens": preset.thinking,
                "outputTokens": preset.output, "description": preset.description,
                "caveat": "Models that decide by themselves how long to think ignore the number.",
                "isDefault": preset.name == USUAL,
            })
        })
        .collect();
    json!({
        "configured": is_set,
        "bedrockConfigured": judged.provider == Provider::Bedrock,
        "current": {
            "preset": preset.map(|preset| preset.name).or(is_set.then_some("custom")),
            "thinkingTokens": thinking,
            "outputTokens": output,
            "promptCachingDisabled": caching.is_some_and(|found| vars::is_on(&found.value)),
        },
        "presets": presets,
        "tokenRange": { "min": FEWEST, "max": MOST },
        "settingsPath": scope::path_of(world, Scope::User).map(|path| path.display().to_string()),
    })
}

fn set(world: &World, preset: &str, thinking: Option<u32>, output: Option<u32>) -> Result<Value, Refusal> {
    let invalid = |reason: String| Refusal::new("INVALID_CONFIG", reason);
    let named = PRESETS.iter().find(|known| known.name == preset);
    let (thinking, output) = match (named, thinking, output) {
        (Some(known), _, _) => (known.thinking, known.output),
        (None, Some(thinking), Some(output)) if preset == "custom" => (thinking, output),
        (None, _, _) if preset == "custom" => {
            return Err(invalid("a custom preset needs `--thinking` and `--output`".into()));
        }
        _ => {
            return Err(invalid(format!(
                "there is no preset `{preset}`; there are focused, balanced, thorough, custom"
            )));
        }
    };
    if !(FEWEST..=MOST).contains(&thinking) {
        return Err(invalid(format!("`--thinking` is from {FEWEST} to {MOST}")));
    }
    if output <= thinking {
        return Err(invalid(format!("an answer needs more tokens than its thinking: `--output` is above {thinking}")));
    }
    let path = write(world, thinking, output)?;
    Ok(json!({
        "applied": true,
        "config": { "preset": preset, "thinkingTokens": thinking, "outputTokens": output },
        "settingsPath": path,
        "requiresRestart": false,
    }))
}

fn write(world: &World, thinking: u32, output: u32) -> Result<String, Refusal> {
    let unknown = |error: String| Refusal::new("UNKNOWN", error);
    let path = scope::path_of(world, Scope::User).ok_or_else(|| unknown(NO_HOME.into()))?;
    let state = StateFolder::of(world).ok_or_else(|| unknown(NO_HOME.into()))?;
    let _lock = apply::lock(&state)?;
    let snapshot = store::read(&path).map_err(|error| Refusal::new("CONFIG_CORRUPTED", error.to_string()))?;
    let document = Document::parse(snapshot.bytes().unwrap_or_default())
        .map_err(|error| Refusal::new("CONFIG_CORRUPTED", error.to_string()))?;
    let mut plan = Plan::default();
    for (name, number) in [(vars::MAX_THINKING_TOKENS, thinking), (vars::MAX_OUTPUT_TOKENS, output)] {
        let key = Key::env(name);
        let (before, after) = (document.get(&key), Some(RawJson::from_string(&number.to_string())));
        if !same_value(before.as_ref(), after.as_ref()) {
            plan.changes.push(Change { key, before, after });
        }
    }
    let receipts = Receipts::of(&state);
    let known = receipts.find(&path).map_err(|error| unknown(error.to_string()))?;
    if !plan.is_empty() {
        apply::set_up(&receipts, known.as_ref(), snapshot, &document, &Scope::User.to_string(), &plan)
            .map_err(Failure::from)?;
    }
    Ok(path.display().to_string())
}
