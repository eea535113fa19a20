//! What today's Claude Code makes of the settings that older guides recommend for Bedrock. Pure.
//!
//! The facts are those of Claude Code's documentation of August to October 2026 (environment variables, Amazon Bedrock)
//! and of its changelog; which of the variables for the background model counts was observed with 2.1.329 and 2.1.197.

use crate::vars;

/// Output tokens below this cut long answers short: models that Claude Code does not know get 32,000.
const FEW_OUTPUT_TOKENS: u64 = 16_000;

/// A setting with what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The variable.
    pub name: &'static str,
    /// What it does today, and what to do instead.
    pub text: String,
}

/// What is to be said about the settings that are there; `value` gives a variable's, none for unset or empty.
#[must_use]
pub fn notes(value: impl Fn(&str) -> Option<String>) -> Vec<Note> {
    let number = |name| value(name).and_then(|text| text.trim().parse::<u64>().ok());
    let (output, thinking) = (number(vars::MAX_OUTPUT_TOKENS), number(vars::MAX_THINKING_TOKENS));
    let mut notes = Vec::new();
    let mut note = |name, text: String| notes.push(Note { name, text });
    if let Some(output) = output.filter(|output| *output < FEW_OUTPUT_TOKENS) {
        note(
            vars::MAX_OUTPUT_TOKENS,
            format!("{output} tokens cut long answers and edits short; without it every model has its own limit"),
        );
    }
    if let Some(thinking) = thinking.filter(|thinking| *thinking > 0) {
        let text = match output {
            Some(output) if output <= thinking => {
                format!("{thinking} is not below {}, which models before Opus 4.6 refuse", vars::MAX_OUTPUT_TOKENS)
            }
            _ => "models that think adaptively ignore it; `effortLevel` in the settings is what they heed".into(),
        };
        note(vars::MAX_THINKING_TOKENS, text);
    }
    if value(vars::DISABLE_PROMPT_CACHING).is_some_and(|value| vars::is_on(&value)) {
        let text = "every turn pays for the whole conversation as fresh input; leave it out unless a model refuses";
        note(vars::DISABLE_PROMPT_CACHING, text.into());
    }
    let has_haiku_pin = value(vars::DEFAULT_HAIKU_MODEL).is_some();
    if value(vars::SMALL_FAST_MODEL).is_some() {
        let text = if has_haiku_pin {
            format!("deprecated, and it beats {} for background requests; leave it out", vars::DEFAULT_HAIKU_MODEL)
        } else {
            format!("deprecated; give its value to {}, which the alias haiku heeds too", vars::DEFAULT_HAIKU_MODEL)
        };
        note(vars::SMALL_FAST_MODEL, text);
    }
    let names_background = has_haiku_pin || value(vars::SMALL_FAST_MODEL).is_some();
    if value(vars::SMALL_FAST_MODEL_AWS_REGION).is_some() && !names_background {
        let text = format!("without effect while {} is not set", vars::DEFAULT_HAIKU_MODEL);
        note(vars::SMALL_FAST_MODEL_AWS_REGION, text);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(settings: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        let value =
            |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        notes(value).into_iter().map(|note| (note.name, note.text)).collect()
    }

    #[test]
    fn what_the_guides_recommend_is_told_for_what_it_is() {
        let guide = said(&[
            ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "4096"),
            ("MAX_THINKING_TOKENS", "1024"),
            ("ANTHROPIC_SMALL_FAST_MODEL", "us.anthropic.claude-haiku-4-5-20251001-v1:0"),
            ("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", "eu-west-1"),
            ("DISABLE_PROMPT_CACHING", "1"),
        ]);
        let names: Vec<&str> = guide.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
                "MAX_THINKING_TOKENS",
                "DISABLE_PROMPT_CACHING",
                "ANTHROPIC_SMALL_FAST_MODEL"
            ]
        );
        assert!(guide[1].1.contains("effortLevel"));
    }

    #[test]
    fn the_region_of_the_background_model_wants_a_background_model() {
        let region = ("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", "eu-west-1");
        let alone = said(&[region, ("ANTHROPIC_DEFAULT_OPUS_MODEL", "x")]);
        assert_eq!(alone.len(), 1);
        assert!(alone[0].1.contains("without effect"), "{alone:?}");
        assert_eq!(said(&[region, ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "x")]), []);
        let both = said(&[("ANTHROPIC_SMALL_FAST_MODEL", "x"), ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "y"), region]);
        assert!(both.len() == 1 && both[0].1.contains("it beats ANTHROPIC_DEFAULT_HAIKU_MODEL"), "{both:?}");
    }

    #[test]
    fn a_thinking_budget_as_large_as_the_output_is_refused_by_old_models() {
        let preset = said(&[("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "8192"), ("MAX_THINKING_TOKENS", "8192")]);
        assert!(preset[1].1.contains("not below"), "{preset:?}");
    }

    #[test]
    fn what_does_no_harm_is_not_mentioned() {
        let harmless = said(&[
            ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "32000"),
            ("MAX_THINKING_TOKENS", "0"),
            ("DISABLE_PROMPT_CACHING", "0"),
            ("ANTHROPIC_DEFAULT_HAIKU_MODEL", "x"),
            ("ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION", "eu-west-1"),
        ]);
        assert_eq!(harmless, []);
    }
}
