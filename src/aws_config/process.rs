//! A profile whose credentials this program gives, so that every AWS tool uses its cache.
//!
//! The AWS SDK for JavaScript hands the line of a `credential_process` to a shell, botocore splits it into words as
//! Python's `shlex` does; and the former takes a blank and a `#` or `;` for the beginning of a comment, in quotes too.

use std::path::Path;

use crate::aws::profile::{Call, called_profile};

/// The section of such a profile.
///
/// # Errors
/// That the program's path or the profile's name cannot be written so that every tool reads it.
pub fn process_section(name: &str, program: &Path, profile: &str, region: &str) -> Result<String, String> {
    let unwritable = |text: &str| format!("`{text}` cannot be written so that every AWS tool reads it alike");
    let program = program.to_str().ok_or_else(|| unwritable(&program.display().to_string()))?;
    // An option's value that looks like another option has to hang on its own.
    let option = if profile.starts_with('-') {
        quoted(&format!("--profile={profile}"))
    } else {
        quoted(profile).map(|profile| format!("--profile {profile}"))
    };
    let option = option.ok_or_else(|| unwritable(profile))?;
    let program = quoted(program).ok_or_else(|| unwritable(program))?;
    let command = format!("{program} credentials --format process {option}");
    if called_profile(&command) != Some(Call::Profile(profile.to_owned())) {
        return Err(unwritable(profile));
    }
    Ok(format!("[profile {name}]\ncredential_process = {command}\nregion = {region}\n"))
}

/// A text as one word of a line that a shell and Python's `shlex` read alike.
#[cfg(not(windows))]
fn quoted(text: &str) -> Option<String> {
    let begins_comment = text.char_indices().any(|(at, c)| {
        matches!(c, '#' | ';') && text[..at].ends_with(|before: char| before.is_whitespace() || before == '\u{feff}')
    });
    if text.is_empty() || begins_comment || text.contains(['\n', '\r', '\0']) {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if text.chars().all(is_plain) {
        return Some(text.to_owned());
    }
    // In double quotes Python keeps a backslash that a shell takes away; in single quotes both keep everything.
    Some(format!("'{}'", text.replace('\'', "'\"'\"'")))
}

/// A text as one word of a line for `cmd.exe` and for the AWS CLI, which splits it as Windows programs do.
#[cfg(windows)]
fn quoted(text: &str) -> Option<String> {
    let unsafe_anywhere = |c: char| "\"%!^\n\r\0".contains(c);
    if text.is_empty() || text.contains(unsafe_anywhere) || text.contains(" #") || text.contains(" ;") {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./\\:@+=,".contains(c);
    Some(if text.chars().all(is_plain) { text.to_owned() } else { crate::windows_words::quoted(text) })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_shell_and_python_read_the_same_words() {
        let program = Path::new("/opt/my tools/it's $HOME/claude-bedrock");
        for profile in ["work", "my dev", "o'neil", "a\"b", "$(id)", "back\\slash", "-x", "a#b;c"] {
            let section = process_section("tools", program, profile, "us-west-2").expect("writable");
            let line =
                section.lines().nth(1).and_then(|line| line.strip_prefix("credential_process = ")).expect("a line");
            let words = shlex::split(line).expect("words");
            assert_eq!(words[..4], [program.to_str().expect("UTF-8"), "credentials", "--format", "process"]);
            let named = words[4..].join("=");
            assert_eq!(named, format!("--profile={profile}"));
            let shell = std::process::Command::new("sh").args(["-c", &format!("printf '%s\\n' {line}")]).output();
            let printed = String::from_utf8(shell.expect("a shell").stdout).expect("UTF-8");
            assert_eq!(printed.lines().collect::<Vec<_>>(), words);
        }
    }

    #[test]
    fn what_some_tool_would_misread_is_refused() {
        for profile in ["a #b", "a ;b", "a\nb", ""] {
            assert!(process_section("tools", Path::new("/bin/claude-bedrock"), profile, "x").is_err(), "{profile}");
        }
        // A reader could not tell that the line asks this program.
        assert!(process_section("tools", Path::new("/opt/a #b/claude-bedrock"), "work", "x").is_err());
    }
}
