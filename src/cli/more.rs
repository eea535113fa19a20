//! The command line of the settings that most people leave as they are.

use std::collections::BTreeMap;

use clap::Args;

use crate::wizard::more::Extra;
use crate::wizard::question::{NO, YES};

/// Settings most people leave as they are; `as-it-is` leaves one to Claude Code
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings most people leave as they are")]
pub struct MoreArgs {
    /// Ask about these before the changes are shown
    #[arg(long)]
    pub more: bool,
    /// Put profile, region, model family and what is about to end into Claude Code's status line; one that is there
    /// already stays
    #[arg(long, conflicts_with = "no_statusline")]
    pub statusline: bool,
    /// No status line of ours, and the one an earlier `setup` wrote goes
    #[arg(long)]
    pub no_statusline: bool,
    /// The small model for titles and checks, which the alias haiku means then, too
    #[arg(long, value_name = "ID", value_parser = |text: &str| Extra::Background.accept(text))]
    pub background_model: Option<String>,
    /// The region that the background model answers in, where it is another one
    #[arg(long, value_name = "REGION", value_parser = |text: &str| Extra::BackgroundRegion.accept(text))]
    pub background_region: Option<String>,
    /// How long prompts are cached: `1h`, `5m`, or `off`, which harms
    #[arg(long, value_name = "HOW", value_parser = |text: &str| Extra::Caching.accept(text))]
    pub caching: Option<String>,
    /// Bedrock's service tier: `flex`, `priority` or `default`
    #[arg(long, value_name = "TIER", value_parser = |text: &str| Extra::Tier.accept(text))]
    pub tier: Option<String>,
    /// How many tokens an answer may have; few cut answers short, a moderate limit helps where AWS throttles
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| Extra::OutputTokens.accept(text))]
    pub output_tokens: Option<String>,
    /// How many tokens a model may think, 0 for as little as can be; obsolete, effort is what counts today
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| Extra::ThinkingTokens.accept(text))]
    pub thinking_tokens: Option<String>,
}

impl MoreArgs {
    /// The answers that were given.
    #[must_use]
    pub fn values(&self) -> BTreeMap<Extra, String> {
        let status_line = match (self.statusline, self.no_statusline) {
            (true, _) => Some(YES.to_owned()),
            (false, true) => Some(NO.to_owned()),
            (false, false) => None,
        };
        let given = [
            (Extra::StatusLine, status_line),
            (Extra::Background, self.background_model.clone()),
            (Extra::BackgroundRegion, self.background_region.clone()),
            (Extra::Caching, self.caching.clone()),
            (Extra::Tier, self.tier.clone()),
            (Extra::OutputTokens, self.output_tokens.clone()),
            (Extra::ThinkingTokens, self.thinking_tokens.clone()),
        ];
        given.into_iter().filter_map(|(extra, answer)| Some((extra, answer?))).collect()
    }
}
