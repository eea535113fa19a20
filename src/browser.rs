//! Opens a page in the user's browser, without a shell.

use std::process::{Command, Stdio};

use crate::vars;
use crate::world::World;

/// The commands that can open a page, in the order they are tried; in each `%s` stands for the address, which else
/// comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    commands: Vec<Vec<String>>,
}

/// None of the commands could be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOpened {
    /// The programs that were tried.
    pub programs: Vec<String>,
}

impl Browser {
    /// The command that was configured, else those in `BROWSER`, else what the desktop opens addresses with.
    #[must_use]
    pub fn of(world: &World, configured: Option<Vec<String>>) -> Self {
        let commands = match (configured, world.var(vars::BROWSER)) {
            (Some(words), _) => vec![words],
            (None, Some(value)) => browser_commands(value),
            (None, None) => openers(world),
        };
        Self { commands }
    }

    /// Opens an address. Whether a window came up cannot be known; the address has been printed before.
    ///
    /// # Errors
    /// That no command could be started.
    pub fn open(&self, address: &str) -> Result<(), NotOpened> {
        if self.commands.iter().any(|words| start(&with_address(words, address))) {
            return Ok(());
        }
        Err(NotOpened { programs: self.commands.iter().filter_map(|words| words.first().cloned()).collect() })
    }
}

/// What `BROWSER` holds: several commands between colons (as Python's `webbrowser` and xdg-open read it).
fn browser_commands(value: &str) -> Vec<Vec<String>> {
    let commands = value.split(if cfg!(windows) { ';' } else { ':' }).filter_map(shlex::split);
    commands.filter(|words| !words.is_empty()).collect()
}

/// What the system opens addresses with.
fn openers(world: &World) -> Vec<Vec<String>> {
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    let by_windows = words(&["rundll32.exe", "url.dll,FileProtocolHandler"]);
    if cfg!(target_os = "macos") {
        vec![words(&["/usr/bin/open"])]
    } else if cfg!(windows) {
        vec![by_windows]
    } else if world.var(vars::WSL_INTEROP).is_some() {
        vec![words(&["wslview"]), by_windows]
    } else {
        vec![words(&["xdg-open"])]
    }
}

fn with_address(words: &[String], address: &str) -> Vec<String> {
    let mut words = words.to_vec();
    if words.iter().any(|word| word.contains("%s")) {
        return words.iter().map(|word| word.replace("%s", address)).collect();
    }
    words.push(address.to_owned());
    words
}

fn start(words: &[String]) -> bool {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A Ctrl-C here must not close the browser.
        command.process_group(0);
    }
    // Not waited for: a browser that was not running yet stays in the foreground of its command.
    command.spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_address_is_one_argument_whatever_browser_says() {
        let commands = browser_commands("firefox -P 'my profile' %s:w3m");
        let opened: Vec<Vec<String>> = commands.iter().map(|words| with_address(words, "http://a/?b=c&d='e")).collect();
        assert_eq!(
            opened,
            [vec!["firefox", "-P", "my profile", "http://a/?b=c&d='e"], vec!["w3m", "http://a/?b=c&d='e"]]
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_configured_command_comes_before_the_variable_and_that_before_the_system() {
        let world = World::with_variables([("BROWSER", "w3m")], Path::new("/"));
        let of = |configured: Option<&str>| Browser::of(&world, configured.map(|word| vec![word.to_owned()])).commands;
        assert_eq!(of(Some("mine")), [["mine"]]);
        assert_eq!(of(None), [["w3m"]]);
        let bare = World::with_variables::<&str, &str>([], Path::new("/"));
        assert_eq!(Browser::of(&bare, None).commands, [["xdg-open"]]);
    }

    #[test]
    fn programs_that_are_not_there_are_named() {
        let browser = Browser { commands: vec![vec!["/nowhere/one".into()], vec!["/nowhere/two".into(), "%s".into()]] };
        let programs = browser.open("http://a").expect_err("not there").programs;
        assert_eq!(programs, ["/nowhere/one", "/nowhere/two"]);
    }
}
