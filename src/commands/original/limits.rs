//! The original's presets for thinking and answers, with values that do no harm: an answer always has room beside the
//! thinking, and as much as Claude Code gives a model it does not know.

/// A preset.
pub(super) struct Preset {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) thinking: u32,
    pub(super) output: u32,
    pub(super) description: &'static str,
}

/// The presets, the usual one in the middle.
pub(super) const PRESETS: [Preset; 3] = [
    Preset {
        name: "focused",
        label: "Focused",
        thinking: 4096,
        output: 32_000,
        description: "Little thinking, quick answers",
    },
    Preset { name: "balanced", label: "Balanced", thinking: 8192, output: 32_000, description: "What most work needs" },
    Preset {
        name: "thorough",
        label: "Thorough",
        thinking: 16_384,
        output: 64_000,
        description: "Long thinking, long answers",
    },
];

/// The usual preset.
pub(super) const USUAL: &str = "balanced";

/// How much thinking may be asked for.
pub(super) const FEWEST: u32 = 4096;
/// See [`FEWEST`].
pub(super) const MOST: u32 = 16_384;
