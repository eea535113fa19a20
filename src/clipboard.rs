//! The clipboard of the machine a person sits at, filled by the platform's own program: its standard input, no shell.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::vars;
use crate::world::World;

/// How long such a program may take; those of X11 and Wayland leave a child behind that keeps the text.
const PATIENCE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(10);

/// Copies a text and names the program that did it; none where there is none, or where the person sits elsewhere.
#[must_use]
pub fn copy(world: &World, text: &str) -> Option<&'static str> {
    programs(world).into_iter().find(|words| runs(words, text)).map(|words| words[0])
}

fn programs(world: &World) -> Vec<&'static [&'static str]> {
    let is_set = |name: &str| world.var(name).is_some();
    if [vars::SSH_CONNECTION, vars::SSH_TTY, vars::CODESPACES].into_iter().any(is_set) {
        return Vec::new();
    }
    if cfg!(target_os = "macos") {
        return vec![&["/usr/bin/pbcopy"]];
    }
    if cfg!(windows) || is_set(vars::WSL_INTEROP) {
        return vec![&["clip.exe"]];
    }
    let mut programs: Vec<&'static [&'static str]> = Vec::new();
    if is_set(vars::WAYLAND_DISPLAY) {
        programs.push(&["wl-copy"]);
    }
    if is_set(vars::DISPLAY) {
        programs.push(&["xclip", "-selection", "clipboard"]);
        programs.push(&["xsel", "--input", "--clipboard"]);
    }
    programs
}

fn runs(words: &[&str], text: &str) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    // Dropped, it is closed, and the program has the whole text.
    let written = child.stdin.take().is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return written && status.success(),
            Ok(None) => thread::sleep(POLL),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_is_that_of_the_desktop_in_front_of_the_person() {
        let first = |variables: &[(&str, &str)]| {
            let world = World::with_variables(variables.iter().copied(), Path::new("/"));
            programs(&world).first().map(|words| words[0])
        };
        assert_eq!(first(&[]), None);
        assert_eq!(first(&[("DISPLAY", ":0")]), Some("xclip"));
        assert_eq!(first(&[("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")]), Some("wl-copy"));
        assert_eq!(first(&[("WSL_INTEROP", "/run/WSL/1"), ("DISPLAY", ":0")]), Some("clip.exe"));
        assert_eq!(first(&[("SSH_CONNECTION", "a"), ("DISPLAY", ":0")]), None, "a forwarded display is another's");
    }

    #[test]
    #[cfg(unix)]
    fn only_a_program_that_went_well_has_copied() {
        assert!(runs(&["cat"], "text"));
        assert!(!runs(&["false"], "text") && !runs(&["/nowhere/copy"], "text"));
    }
}
