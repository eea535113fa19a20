//! What Claude Code takes for an alias that nobody pins: data, as its versions were observed to resolve it.

use super::Version;

/// A family's model, without the prefix of a profile.
type Models = [(&'static str, &'static str); 3];

/// The models of one range of versions.
#[derive(Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The first version and the last that were observed to behave so.
    versions: (Version, Version),
    /// The family of the main model, where nobody names one.
    pub main: &'static str,
    /// On Bedrock, by family.
    models: Models,
    /// On Mantle, by family.
    on_mantle: Models,
    /// The model that judges in auto mode where the pin of the Sonnet family does not; `None` where none was seen.
    pub judge: Option<&'static str>,
    /// Anthropic's names of models that are not taken as judges.
    no_judges: &'static [&'static str],
}

const OBSERVED: [Defaults; 2] = [
    Defaults {
        versions: (Version(2, 1, 329), Version(2, 1, 329)),
        main: "opus",
        models: [
            ("opus", "anthropic.claude-opus-5-5"),
            ("sonnet", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            ("haiku", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ],
        on_mantle: [
            ("opus", "anthropic.claude-opus-5-5"),
            ("sonnet", "anthropic.claude-haiku-4-5"),
            ("haiku", "anthropic.claude-haiku-4-5"),
        ],
        judge: Some("anthropic.claude-sonnet-5"),
        no_judges: &["claude-sonnet-5-5", "claude-opus-5-5", "claude-opus-5"],
    },
    Defaults {
        versions: (Version(2, 1, 197), Version(2, 1, 197)),
        main: "sonnet",
        models: [
            ("opus", "anthropic.claude-opus-4-6-v1"),
            ("sonnet", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            ("haiku", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ],
        on_mantle: [
            ("opus", "anthropic.claude-opus-4-7"),
            ("sonnet", "anthropic.claude-haiku-4-5"),
            ("haiku", "anthropic.claude-haiku-4-5"),
        ],
        judge: None,
        no_judges: &[],
    },
];

impl Defaults {
    /// Those of a version; `None` for one that was not observed.
    #[must_use]
    pub fn of(version: Version) -> Option<&'static Self> {
        OBSERVED.iter().find(|defaults| (defaults.versions.0..=defaults.versions.1).contains(&version))
    }

    /// Those of the newest version that was observed.
    #[must_use]
    pub fn newest() -> &'static Self {
        &OBSERVED[0]
    }

    /// A family's model, without the prefix of a profile.
    #[must_use]
    pub fn model(&self, family: &str, on_mantle: bool) -> Option<&'static str> {
        let models = if on_mantle { &self.on_mantle } else { &self.models };
        models.iter().find(|(known, _)| *known == family).map(|(_, model)| *model)
    }

    /// Whether a model, by Anthropic's name, may judge in auto mode.
    #[must_use]
    pub fn may_judge(&self, name: &str) -> bool {
        !self.no_judges.contains(&name)
    }
}
