//! Whether a person would see a browser open, and whether that browser could call back to this machine.
//!
//! Pure; what it judges was looked up before.

use crate::vars;
use crate::world::World;

/// How a person can be brought to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A browser opens here and calls back to a port of this machine.
    Callback,
    /// A code is shown, to be entered in any browser; `opens` says whether one can be opened from here.
    Code {
        /// Whether a browser can be opened from here.
        opens: bool,
    },
}

/// Why nobody can be asked to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Nobody {
    /// A continuous-integration job.
    #[error("this is a continuous-integration job, where nobody can sign in")]
    ContinuousIntegration,
    /// A hook of Claude Code's, whose output nobody sees until it has ended.
    #[error("this is a hook of Claude Code's, where nobody would see a sign-in")]
    Hook,
    /// Neither a terminal nor a desktop.
    #[error("there is neither a terminal nor a desktop on which a sign-in could be seen")]
    NoTerminalAndNoDesktop,
    /// Claude Code runs without a person, as `claude -p` in a script does.
    #[error("Claude Code runs without a terminal here, so nobody would see a sign-in")]
    Unattended,
}

/// What is known of the surroundings beyond variables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The process has a controlling terminal.
    pub terminal: bool,
    /// The process runs in a container.
    pub container: bool,
    /// A command for opening pages is configured.
    pub browser: bool,
}

/// Judges the surroundings.
///
/// # Errors
/// Why nobody can be asked.
pub fn way(world: &World, surroundings: Surroundings) -> Result<Way, Nobody> {
    if world.is_continuous_integration() {
        return Err(Nobody::ContinuousIntegration);
    }
    let is_of_claude_code = world.var(vars::CLAUDE_TOOL).is_some();
    if is_of_claude_code && world.var(vars::CLAUDE_PROJECT_DIR).is_some() && !world.terminal.input {
        return Err(Nobody::Hook);
    }
    let remote = [vars::SSH_CONNECTION, vars::SSH_TTY].iter().any(|name| world.var(name).is_some());
    let desktop = has_desktop(world, remote);
    if !surroundings.terminal {
        // Claude Code names a run without its interface `sdk-cli`, `sdk-py`, `sdk-ts`.
        if world.var(vars::CLAUDE_ENTRYPOINT).is_some_and(|name| name.starts_with("sdk")) {
            return Err(Nobody::Unattended);
        }
        // What a command of the Bash tool prints is read out to whoever asked for it.
        if !desktop && !is_of_claude_code {
            return Err(Nobody::NoTerminalAndNoDesktop);
        }
    }
    let opens = desktop || surroundings.browser || world.var(vars::BROWSER).is_some();
    let elsewhere = remote || surroundings.container || world.var(vars::CODESPACES).is_some();
    Ok(if opens && !elsewhere { Way::Callback } else { Way::Code { opens } })
}

/// Whether a window can be shown here. macOS and Windows have a desktop unless one is logged in from afar; WSL has
/// Windows' own while its interoperability is on.
fn has_desktop(world: &World, remote: bool) -> bool {
    let display = [vars::DISPLAY, vars::WAYLAND_DISPLAY, vars::WSL_INTEROP];
    let named = display.iter().any(|name| world.var(name).is_some());
    if cfg!(any(target_os = "macos", windows)) { !remote } else { named }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const TERMINAL: Surroundings = Surroundings { terminal: true, container: false, browser: false };
    const NOTHING: Surroundings = Surroundings { terminal: false, container: false, browser: false };

    fn judged(variables: &[(&str, &str)], surroundings: Surroundings) -> Result<Way, Nobody> {
        way(&World::with_variables(variables.iter().copied(), Path::new("/")), surroundings)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn every_surrounding_has_its_way() {
        let desktop = ("DISPLAY", ":0");
        let ssh = ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22");
        let sdk = ("CLAUDE_CODE_ENTRYPOINT", "sdk-cli");
        assert_eq!(judged(&[desktop], TERMINAL), Ok(Way::Callback));
        assert_eq!(judged(&[desktop], NOTHING), Ok(Way::Callback), "an editor on a desktop");
        assert_eq!(judged(&[("WSL_INTEROP", "/run/WSL/1")], TERMINAL), Ok(Way::Callback));
        assert_eq!(judged(&[], TERMINAL), Ok(Way::Code { opens: false }));
        assert_eq!(judged(&[desktop, ssh], TERMINAL), Ok(Way::Code { opens: true }), "a forwarded display");
        assert_eq!(judged(&[ssh], TERMINAL), Ok(Way::Code { opens: false }));
        let container = Surroundings { container: true, ..TERMINAL };
        assert_eq!(judged(&[], Surroundings { browser: true, ..TERMINAL }), Ok(Way::Callback));
        assert_eq!(judged(&[("BROWSER", "x")], container), Ok(Way::Code { opens: true }));
        assert_eq!(judged(&[("BROWSER", "x"), ("CODESPACES", "true")], TERMINAL), Ok(Way::Code { opens: true }));
        assert_eq!(judged(&[desktop, ("CI", "true")], TERMINAL), Err(Nobody::ContinuousIntegration));
        assert_eq!(judged(&[desktop, ("CI", "false")], TERMINAL), Ok(Way::Callback));
        assert_eq!(judged(&[desktop, sdk], NOTHING), Err(Nobody::Unattended));
        assert_eq!(judged(&[sdk], TERMINAL), Ok(Way::Code { opens: false }), "`claude -p` typed by a person");
        assert_eq!(judged(&[], NOTHING), Err(Nobody::NoTerminalAndNoDesktop));
        let tool = ("CLAUDECODE", "1");
        assert_eq!(judged(&[tool], NOTHING), Ok(Way::Code { opens: false }), "a session's Bash tool");
        assert_eq!(judged(&[tool, sdk], NOTHING), Err(Nobody::Unattended), "that of `claude -p`");
        let hook = ("CLAUDE_PROJECT_DIR", "/project");
        assert_eq!(judged(&[desktop, tool, hook], TERMINAL), Err(Nobody::Hook));
        assert_eq!(judged(&[desktop, hook], TERMINAL), Ok(Way::Callback), "a helper of Claude Code's");
    }
}
