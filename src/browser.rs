//! Opens a page in the user's browser, without a shell.

use std::process::{Command, Stdio};

use crate::vars;
use crate::world::World;

/// Opens an address with the command in `BROWSER`, else with what the desktop opens addresses with. Whether a window
/// came up cannot be known; the address has been printed before.
pub fn open(world: &World, address: &str) {
    if !commands(world, address).into_iter().any(|words| start(&words)) {
        // Nothing to start here.
    }
}

/// The commands to try, in order. `BROWSER` holds several between colons, each with `%s` for the address or without
/// (as Python's `webbrowser` and xdg-open read it).
fn commands(world: &World, address: &str) -> Vec<Vec<String>> {
    if let Some(value) = world.var(vars::BROWSER) {
        return browser_commands(value, address);
    }
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    if cfg!(target_os = "macos") {
        vec![words(&["/usr/bin/open", address])]
    } else if cfg!(windows) {
        vec![words(&["rundll32.exe", "url.dll,FileProtocolHandler", address])]
    } else if world.var(vars::WSL_INTEROP).is_some() {
        vec![words(&["wslview", address]), words(&["rundll32.exe", "url.dll,FileProtocolHandler", address])]
    } else {
        vec![words(&["xdg-open", address])]
    }
}

fn browser_commands(value: &str, address: &str) -> Vec<Vec<String>> {
    value
        .split(if cfg!(windows) { ';' } else { ':' })
        .filter_map(shlex::split)
        .filter(|words| !words.is_empty())
        .map(|mut words| {
            if words.iter().any(|word| word.contains("%s")) {
                words.iter().map(|word| word.replace("%s", address)).collect()
            } else {
                words.push(address.to_owned());
                words
            }
        })
        .collect()
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
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_address_is_one_argument_whatever_browser_says() {
        let commands = browser_commands("firefox -P 'my profile' %s:w3m", "http://a/?b=c&d='e");
        assert_eq!(
            commands,
            [vec!["firefox", "-P", "my profile", "http://a/?b=c&d='e"], vec!["w3m", "http://a/?b=c&d='e"]]
        );
    }
}
