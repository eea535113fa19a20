//! The program's own settings: one small file of the user's, `~/.config/claude-bedrock/config.toml`, that it reads and
//! never writes.
//!
//! ```toml
//! # The command that opens a sign-in page; `%s` stands for its address, which else comes last.
//! browser = ["firefox", "-P", "work"]
//! ```

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::Failure;
use crate::private_file;
use crate::vars;
use crate::world::World;

/// What may be set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// The command that opens a sign-in page, by words; no shell sees it.
    pub browser: Option<Vec<String>>,
}

impl Preferences {
    /// Reads the file; a missing one sets nothing.
    ///
    /// # Errors
    /// That it cannot be read or understood, with the line.
    pub fn read(world: &World) -> Result<Self, Failure> {
        let Some(path) = path(world) else { return Ok(Self::default()) };
        let bytes = private_file::read(&path).map_err(|error| Failure::refused(error.to_string()))?;
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        Self::parse(&bytes).map_err(|(line, reason)| {
            Failure::refused(format!("`{}` line {line}: {reason}", path.display()))
                .hint("it may hold `browser = [\"firefox\", \"-P\", \"work\"]` and nothing else")
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, (usize, String)> {
        let line_at = |offset: usize| bytes[..offset.min(bytes.len())].split(|byte| *byte == b'\n').count();
        let text =
            std::str::from_utf8(bytes).map_err(|error| (line_at(error.valid_up_to()), "not UTF-8 text".to_owned()))?;
        let preferences: Self = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let line = line_at(error.span().map_or(0, |span| span.start));
            (line, error.message().lines().next().unwrap_or_default().to_owned())
        })?;
        match &preferences.browser {
            Some(words) if words.first().is_none_or(String::is_empty) => {
                let at = text.lines().position(|line| line.trim_start().starts_with("browser"));
                Err((at.unwrap_or_default() + 1, "`browser` names no program".to_owned()))
            }
            _ => Ok(preferences),
        }
    }
}

/// `$XDG_CONFIG_HOME/claude-bedrock/config.toml`, or below `~/.config`; on Windows below `%APPDATA%`.
fn path(world: &World) -> Option<PathBuf> {
    let base = if cfg!(windows) {
        world.path_var(vars::APPDATA)
    } else {
        // The specification tells to ignore a relative path.
        let named = world.path_var(vars::XDG_CONFIG_HOME).filter(|path| path.is_absolute());
        named.or_else(|| Some(world.home()?.join(".config")))
    };
    Some(base?.join("claude-bedrock").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, reason) in [
            ("# mine\nbrowser = \"firefox\"\n", 2, "invalid type"),
            ("\n\nbrowsr = []\n", 3, "unknown field `browsr`"),
            ("browser = [\"a\"\n", 1, "unclosed array"),
            ("\nbrowser = []\n", 2, "names no program"),
            ("browser = [\"\"]\n", 1, "names no program"),
            ("browser = [1]", 1, "invalid type"),
        ] {
            let (at, said) = Preferences::parse(text.as_bytes()).expect_err(text);
            assert!(said.contains(reason), "{text}: {said}");
            assert_eq!(at, line, "{text}: {said}");
        }
        assert_eq!(Preferences::parse(b"a = \xff").expect_err("bytes").0, 1);
    }

    #[test]
    fn a_command_is_a_list_of_words() {
        let read = Preferences::parse(b"# mine\nbrowser = [\"open\", \"-a\", \"My Browser\"]\n").expect("understood");
        assert_eq!(read.browser.expect("set"), ["open", "-a", "My Browser"]);
        assert_eq!(Preferences::parse(b""), Ok(Preferences::default()));
    }
}
