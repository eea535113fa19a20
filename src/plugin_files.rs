//! The files of the Claude Code plugin, carried by the program, and the marketplace folder they are laid out in.
//!
//! Claude Code reads a plugin of a folder's marketplace from that folder (observed with 2.1.329), so that the folder is
//! one that stays, and the plugin's version is the program's.

use std::io;
use std::path::{Path, PathBuf};

use crate::private_file::{self, StateFolder};
use crate::settings::scope::{self, Scope};
use crate::world::World;

/// The marketplace's name; Claude Code refuses names that begin with `claude-`.
pub const MARKETPLACE: &str = "bedrock-for-claude-code";
/// The plugin as Claude Code names it.
pub const PLUGIN: &str = "bedrock@bedrock-for-claude-code";

macro_rules! files {
    ($($path:literal),* $(,)?) => { [$(($path, include_str!(concat!("../", $path)))),*] };
}

/// Every file by its path in the marketplace's folder.
pub const FILES: [(&str, &str); 12] = files![
    ".claude-plugin/marketplace.json",
    "plugin/.claude-plugin/plugin.json",
    "plugin/README.md",
    "plugin/bin/claude-bedrock",
    "plugin/commands/diagnose.md",
    "plugin/commands/models.md",
    "plugin/commands/refresh.md",
    "plugin/commands/reset.md",
    "plugin/commands/status.md",
    "plugin/hooks/hooks.json",
    "plugin/skills/aws-bedrock/SKILL.md",
    "plugin/skills/bedrock/SKILL.md",
];

/// The folder of the marketplace.
#[must_use]
pub fn folder(state: &StateFolder) -> PathBuf {
    state.path().join("marketplace")
}

/// Lays the marketplace out.
///
/// # Errors
/// The file system's.
pub fn write(folder: &Path) -> io::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        private_file::write(&path, text.as_bytes())?;
        #[cfg(unix)]
        if text.starts_with("#!") {
            use std::os::unix::fs::PermissionsExt;
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// The first of Claude Code's own files that names the marketplace: the user's settings, which declare it, and the list
/// of those that were added (observed with 2.1.329).
#[must_use]
pub fn named_in(world: &World) -> Option<PathBuf> {
    let settings = scope::path_of(world, Scope::User)?;
    let known = settings.parent()?.join("plugins/known_marketplaces.json");
    [settings, known].into_iter().find(|path| {
        let bytes = private_file::read(path).ok().flatten().unwrap_or_default();
        bytes.windows(MARKETPLACE.len()).any(|window| window == MARKETPLACE.as_bytes())
    })
}

/// Takes the marketplace away.
///
/// # Errors
/// The file system's.
pub fn remove(folder: &Path) -> io::Result<()> {
    private_file::remove_folder(folder)
}
