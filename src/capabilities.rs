//! What a model can do that AWS does not say: from one dated file with its sources, `data/model-capabilities.json`.
//!
//! Pure. It decides nothing that a probe could decide.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Model;

const DATA: &str = include_str!("../data/model-capabilities.json");

#[derive(Debug, Default, Deserialize)]
struct Data {
    as_of: String,
    long_context_by_suffix: Vec<Span>,
    long_context_always: Vec<Span>,
    capabilities: BTreeMap<String, Vec<Span>>,
}

/// Generations of a family, both ends included.
#[derive(Debug, Deserialize)]
struct Span {
    family: String,
    from: Vec<u32>,
    #[serde(default)]
    to: Option<Vec<u32>>,
}

// A test reads it whole; what could not be read would be a file without an entry.
static KNOWN: LazyLock<Data> = LazyLock::new(|| serde_json::from_str(DATA).unwrap_or_default());

/// How a model comes to a context window of a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongContext {
    /// It always has it.
    Always,
    /// With `[1m]` behind its id.
    BySuffix,
    /// Not at all, as far as is known.
    No,
}

/// How a model comes to a context window of a million tokens.
#[must_use]
pub fn long_context(model: &Model) -> LongContext {
    let is_in = |spans: &[Span]| spans.iter().any(|span| span.has(model));
    if is_in(&KNOWN.long_context_always) {
        LongContext::Always
    } else if is_in(&KNOWN.long_context_by_suffix) {
        LongContext::BySuffix
    } else {
        LongContext::No
    }
}

/// The model's capabilities as `ANTHROPIC_DEFAULT_*_MODEL_SUPPORTED_CAPABILITIES` takes them, between commas.
#[must_use]
pub fn supported(model: &Model) -> String {
    let known = KNOWN.capabilities.iter().filter(|(_, spans)| spans.iter().any(|span| span.has(model)));
    known.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",")
}

/// The date of the file.
#[must_use]
pub fn as_of() -> &'static str {
    &KNOWN.as_of
}

impl Span {
    fn has(&self, model: &Model) -> bool {
        let is_before_end = self.to.as_ref().is_none_or(|to| model.generation <= *to);
        self.family == model.family && model.generation >= self.from && is_before_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str) -> Model {
        Model::parse(id).expect("a Claude model")
    }

    #[test]
    fn the_suffix_is_for_those_that_take_it() {
        let of = |id| long_context(&model(id));
        assert_eq!(of("us.anthropic.claude-opus-5-5"), LongContext::BySuffix);
        assert_eq!(of("anthropic.claude-opus-4-6-v1"), LongContext::BySuffix);
        assert_eq!(of("eu.anthropic.claude-sonnet-4-6"), LongContext::BySuffix);
        assert_eq!(of("eu.anthropic.claude-sonnet-5-5"), LongContext::Always);
        assert_eq!(of("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), LongContext::No);
        assert_eq!(of("us.anthropic.claude-haiku-5-5"), LongContext::No);
    }

    #[test]
    fn capabilities_are_those_of_the_generation() {
        assert_eq!(as_of().len(), 10);
        assert_eq!(
            supported(&model("us.anthropic.claude-opus-4-7")),
            "adaptive_thinking,effort,interleaved_thinking,max_effort,thinking,xhigh_effort"
        );
        assert_eq!(supported(&model("anthropic.claude-haiku-4-5-20251001-v1:0")), "interleaved_thinking,thinking");
    }
}
