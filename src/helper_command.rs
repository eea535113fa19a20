//! The shell commands that `setup` writes into Claude Code's settings, written and recognised.
//!
//! Claude Code runs them by `/bin/sh -c`; on Windows by `cmd.exe`. A profile name is the user's data: it is quoted
//! for that shell, and one that cannot be quoted is refused.

use std::path::{Path, PathBuf};

use crate::vars;
use crate::world::World;

/// A document of the right shape whose keys AWS never issued.
///
/// Claude Code falls back to the ambient identity when `awsCredentialExport` fails or prints nothing, and never when
/// the document is well formed: AWS then refuses the request, and the next export heals it. Access keys that AWS
/// issues start with a prefix such as `AKIA` or `ASIA`.
pub const UNUSABLE_DOCUMENT: &str = r#"{"Credentials":{"AccessKeyId":"CLAUDEBEDROCKSIGNEDOUT","SecretAccessKey":"signed-out","SessionToken":"signed-out"}}"#;

/// The program's name, without what a system puts behind it.
pub const PROGRAM: &str = "claude-bedrock";

/// What draws our part of the status line.
const STATUS_LINE: &str = "statusline";

/// A helper command of ours found in a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The program's path in it.
    pub program: PathBuf,
    /// The profile it serves.
    pub profile: String,
}

/// A profile name or path that no quoting makes safe for the shell.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` cannot be quoted safely for the shell that Claude Code runs helpers with")]
pub struct Unquotable(pub String);

/// The value of `awsCredentialExport` in isolated mode.
///
/// # Errors
/// [`Unquotable`].
pub fn credential_export(program: &Path, profile: &str) -> Result<String, Unquotable> {
    let call = call(program, &["credentials", "--sign-in"], profile)?;
    // Should the program be gone or be killed, the shell answers in its place.
    Ok(format!("{call} || echo {}", shell::literal(UNUSABLE_DOCUMENT)))
}

/// The value of `awsAuthRefresh` in shared mode.
///
/// # Errors
/// [`Unquotable`].
pub fn auth_refresh(program: &Path, profile: &str) -> Result<String, Unquotable> {
    call(program, &["refresh"], profile)
}

/// The command of `statusLine`.
///
/// # Errors
/// [`Unquotable`].
pub fn status_line(program: &Path) -> Result<String, Unquotable> {
    let program = program.to_str().ok_or_else(|| Unquotable(program.display().to_string()))?;
    Ok(format!("{} {STATUS_LINE}", shell::quoted(program)?))
}

/// Whether a command is one that [`status_line`] made, whichever version did.
#[must_use]
pub fn is_status_line(command: &str) -> bool {
    shell::words(command).is_some_and(|words| match words.as_slice() {
        [program, verb] => is_called_like_ours(Path::new(program)) && verb == STATUS_LINE,
        _ => false,
    })
}

/// The value of `awsCredentialExport` for a script of the user's own.
///
/// What the script prints is passed on when it looks like a document with a session token; else, and when the script
/// fails, is killed or is gone, the shell answers in its place. A document that is broken inside goes through.
///
/// # Errors
/// [`Unquotable`].
pub fn own_export(script: &Path) -> Result<String, Unquotable> {
    let quoted = own_script_alone(script)?;
    Ok(format!("{}{quoted}{}{}", shell::GUARD_OPENS, shell::GUARD_CLOSES, shell::literal(UNUSABLE_DOCUMENT)))
}

/// A script of the user's own as a word of the shell, without what [`own_export`] puts around it.
///
/// # Errors
/// [`Unquotable`].
pub fn own_script_alone(script: &Path) -> Result<String, Unquotable> {
    shell::quoted(script.to_str().ok_or_else(|| Unquotable(script.display().to_string()))?)
}

/// The script in a command that [`own_export`] made.
#[must_use]
pub fn own_script(command: &str) -> Option<PathBuf> {
    let guarded = command.strip_prefix(shell::GUARD_OPENS)?;
    let guarded = guarded.strip_suffix(&shell::literal(UNUSABLE_DOCUMENT))?.strip_suffix(shell::GUARD_CLOSES)?;
    match shell::words(guarded)?.as_slice() {
        [script] => Some(PathBuf::from(script)),
        _ => None,
    }
}

/// Whether [`own_export`] passes on what a script printed.
#[must_use]
pub fn guard_passes_on(printed: &str) -> bool {
    shell::guard_passes_on(printed)
}

/// The first word of a command, where a shell would look for the program; `None` when it is not that plain.
#[must_use]
pub fn first_word(command: &str) -> Option<String> {
    shell::words(command)?.into_iter().next()
}

/// Words that a shell answers to by itself: POSIX's reserved words and built-in utilities that may begin a command.
const SHELL_WORDS: [&str; 31] = [
    ".", ":", "alias", "case", "cd", "command", "echo", "eval", "exec", "exit", "export", "false", "for", "if",
    "printf", "pwd", "read", "readonly", "set", "shift", "source", "test", "times", "trap", "true", "ulimit", "umask",
    "unset", "until", "wait", "while",
];

/// Whether a shell answers to a word by itself, so that no program need be there.
#[must_use]
pub fn is_of_the_shell(word: &str) -> bool {
    SHELL_WORDS.contains(&word)
}

fn call(program: &Path, arguments: &[&str], profile: &str) -> Result<String, Unquotable> {
    let program = program.to_str().ok_or_else(|| Unquotable(program.display().to_string()))?;
    let profile = shell::quoted(&format!("--profile={profile}"))?;
    Ok(format!("{} {} {profile}", shell::quoted(program)?, arguments.join(" ")))
}

/// Recognises a helper command of ours, whichever version wrote it.
#[must_use]
pub fn recognise(command: &str) -> Option<Ours> {
    let words = shell::words(command)?;
    let program = PathBuf::from(words.first()?);
    let is_ours =
        is_called_like_ours(&program) && words.get(1).is_some_and(|word| word == "credentials" || word == "refresh");
    let profile = words.iter().find_map(|word| word.strip_prefix("--profile="))?;
    is_ours.then(|| Ours { program, profile: profile.to_owned() })
}

/// Whether a file is called as this program is, or as a download of it, with a version or a system behind the name: by
/// that its commands are recognised.
#[must_use]
pub fn is_called_like_ours(program: &Path) -> bool {
    program.file_stem().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PROGRAM))
}

/// The program's path as helpers should name it: the entry on `PATH` that leads to the running program, for that
/// entry survives an upgrade where a versioned folder does not; else the running program itself.
#[must_use]
pub fn lasting_program_path(world: &World) -> PathBuf {
    let running = world.executable();
    let Ok(resolved) = fs_err::canonicalize(running) else { return running.to_owned() };
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let entries = world.path_var(vars::PATH).unwrap_or_default();
    std::env::split_paths(&entries)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|entry| fs_err::canonicalize(entry).is_ok_and(|path| path == resolved))
        .unwrap_or_else(|| running.to_owned())
}

#[cfg(not(windows))]
mod shell {
    //! `/bin/sh`.

    use super::Unquotable;

    pub(super) const GUARD_OPENS: &str = "document=$(";
    pub(super) const GUARD_CLOSES: &str = r#") && case $document in *'"SessionToken":""'*|*'"SessionToken": ""'*) false;; '{'*'"SessionToken"'*'}') printf '%s\n' "$document";; *) false;; esac || echo "#;

    /// The `case` above: `$(...)` takes the newlines off the end, and what was printed is one object.
    pub(super) fn guard_passes_on(printed: &str) -> bool {
        let printed = printed.trim_end_matches('\n');
        let has_empty_token = [r#""SessionToken":"""#, r#""SessionToken": """#].iter().any(|t| printed.contains(t));
        !has_empty_token && printed.starts_with('{') && printed.ends_with('}') && printed.contains("\"SessionToken\"")
    }

    pub(super) fn quoted(word: &str) -> Result<String, Unquotable> {
        let quoted = shlex::try_quote(word).map_err(|_| Unquotable(word.to_owned()))?;
        Ok(quoted.into_owned())
    }

    pub(super) fn literal(text: &str) -> String {
        format!("'{text}'")
    }

    pub(super) fn words(command: &str) -> Option<Vec<String>> {
        shlex::split(command)
    }
}

#[cfg(windows)]
mod shell {
    //! `cmd.exe`, which has no way to quote a double quote or a percent sign within quotes.

    use super::Unquotable;
    use crate::windows_words;

    pub(super) const GUARD_OPENS: &str = "";
    pub(super) const GUARD_CLOSES: &str = " || echo ";

    /// `cmd.exe` looks at the exit code alone.
    pub(super) fn guard_passes_on(_printed: &str) -> bool {
        true
    }

    pub(super) fn quoted(word: &str) -> Result<String, Unquotable> {
        if word.contains(['"', '%', '!', '\r', '\n', '\0']) {
            return Err(Unquotable(word.to_owned()));
        }
        Ok(windows_words::quoted(word))
    }

    pub(super) fn literal(text: &str) -> String {
        text.to_owned()
    }

    pub(super) fn words(command: &str) -> Option<Vec<String>> {
        windows_words::words(command)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const AWKWARD: [&str; 7] =
        ["work", "my dev", "o'neil \"x\"", "$(touch pwned)", "a;touch pwned", "`id`", "-leading \\ dash"];

    #[test]
    fn a_profile_name_stays_data_in_a_real_shell() {
        for profile in AWKWARD {
            let command = auth_refresh(Path::new("/bin/echo"), profile).expect("quotable");
            let output = std::process::Command::new("/bin/sh").arg("-c").arg(&command).output().expect("sh runs");
            let printed = String::from_utf8(output.stdout).expect("text");
            assert_eq!(printed, format!("refresh --profile={profile}\n"), "{command}");
        }
    }

    #[test]
    fn our_commands_are_recognised_and_others_are_not() {
        for profile in AWKWARD {
            let program = Path::new("/opt/o'dd bin/claude-bedrock");
            let ours = Ours { program: program.to_owned(), profile: profile.to_owned() };
            let export = credential_export(program, profile).expect("quotable");
            assert_eq!(recognise(&export), Some(ours.clone()));
            assert_eq!(recognise(&auth_refresh(program, profile).expect("quotable")), Some(ours));
        }
        let line = status_line(Path::new("/opt/o'dd bin/claude-bedrock")).expect("quotable");
        assert!(is_status_line(&line) && !is_status_line("/opt/line.sh") && recognise(&line).is_none(), "{line}");
        assert_eq!(recognise("aws sso login --profile=work"), None);
        assert_eq!(recognise("/opt/claude-bedrock status --profile=work"), None);
        assert_eq!(recognise("unbalanced 'quote"), None);
    }

    fn own_export_says(script: &Path) -> String {
        let command = own_export(script).expect("quotable");
        let output = std::process::Command::new("/bin/sh").arg("-c").arg(&command).output().expect("sh runs");
        assert!(output.status.success(), "{command}");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn an_own_script_is_passed_on_or_answered_for_as_the_guard_says() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::Builder::new().prefix("o'dd $(touch pwned) ").tempdir().expect("a folder");
        let script = folder.path().join("my grant.sh");
        let good = [
            "{\"Credentials\":{\"SessionToken\":\"x\"}}\n",
            "{\n  \"Version\": 1,\n  \"AccessKeyId\": \"%s\\n\",\n  \"SessionToken\": \"a/+=\"\n}\n",
        ];
        let bad = [
            "",
            "{}\n",
            "<html>\n",
            "hello\n{\"SessionToken\":\"x\"}\n",
            "{\"SessionToken\": \"\"}\n",
            "{\"SessionToken\":\"\"}\n",
            "{\"SessionToken\": \"x\",\n",
        ];
        for (printed, code) in
            good.map(|text| (text, 0)).into_iter().chain(bad.map(|text| (text, 0))).chain([(good[0], 1)])
        {
            let text = format!("#!/bin/sh\ncat <<'END'\n{printed}END\nexit {code}\n");
            crate::private_file::write(&script, text.as_bytes()).expect("writable");
            fs_err::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).expect("our file");
            assert_eq!(guard_passes_on(printed), good.contains(&printed), "{printed}");
            let expected =
                if guard_passes_on(printed) && code == 0 { printed } else { &format!("{UNUSABLE_DOCUMENT}\n") };
            assert_eq!(own_export_says(&script), expected);
        }
        fs_err::remove_file(&script).expect("our file");
        assert_eq!(own_export_says(&script).trim_end(), UNUSABLE_DOCUMENT);
    }

    #[test]
    fn a_guarded_script_is_recognised_as_someones_own() {
        for script in ["/bin/generate_aws_grant.sh", "/home/o'neil/my \"grants\"/$(id).sh", "/opt/claude-bedrock"] {
            let command = own_export(Path::new(script)).expect("quotable");
            assert_eq!(own_script(&command).as_deref(), Some(Path::new(script)));
            assert_eq!(recognise(&command), None);
        }
        assert_eq!(own_script("/bin/generate_aws_grant.sh"), None);
        let ours = credential_export(Path::new("/opt/claude-bedrock"), "work").expect("quotable");
        assert_eq!(own_script(&ours), None);
    }

    #[test]
    fn a_missing_program_is_answered_for_by_the_shell() {
        let command = credential_export(Path::new("/nowhere/claude-bedrock"), "work").expect("quotable");
        let output = std::process::Command::new("/bin/sh").arg("-c").arg(&command).output().expect("sh runs");
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).expect("text").trim_end(), UNUSABLE_DOCUMENT);
    }
}
