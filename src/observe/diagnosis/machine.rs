//! The machine around Claude Code: files beside the settings, shells, editors, and what kind of place this is.

use std::path::{Path, PathBuf};

use crate::checks::facts::{Editor, Place, ShellLine, Stray};
use crate::observe::editors;
use crate::private_file;
use crate::programs;
use crate::settings::document::{Document, Key};
use crate::settings::scope::{self, Scope};
use crate::vars;
use crate::world::World;

/// A file longer than this was written by no person, and is not searched.
const LONGEST: u64 = 4 << 20;

/// The shells' start-up files that people set variables in.
const START_UP_FILES: [&str; 10] = [
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".kshrc",
    ".config/fish/config.fish",
    ".config/fish/conf.d/claude.fish",
    ".tcshrc",
];

/// The variables whose assignment in a start-up file is worth a look.
const LOOKED_FOR: [&str; 4] = [vars::USE_BEDROCK, vars::AWS_PROFILE, vars::AWS_REGION, vars::BEARER_TOKEN_BEDROCK];

/// Where the family of Visual Studio Code keeps extensions.
const EXTENSIONS: [&str; 5] = [
    ".vscode/extensions",
    ".vscode-oss/extensions",
    ".cursor/extensions",
    ".vscode-server/extensions",
    ".vscode-remote/extensions",
];

const EXTENSION: &str = "anthropic.claude-code";

/// Where Claude's desktop application keeps its own files.
const DESKTOP: [&str; 3] = ["Library/Application Support/Claude", "AppData/Roaming/Claude", ".config/Claude"];

/// The settings-like files beside those that count, with what of Bedrock stands in them.
pub(super) fn strays(world: &World) -> Vec<Stray> {
    let Some(home) = world.home() else { return Vec::new() };
    let here = world.working_directory().join(".claude");
    let usual = home.join(".claude");
    let user = scope::path_of(world, Scope::User);
    let misnamed = ["settings-local.json", "setting.json", "settings.jsonc", "config.json", "settings.json.txt"];
    let mut paths = vec![home.join(".claude.json"), usual.join("settings.json")];
    for folder in [&usual, &here] {
        paths.extend(misnamed.iter().map(|name| folder.join(name)));
    }
    // The user's local file counts in the home folder alone.
    paths.push(usual.join("settings.local.json"));
    paths.sort();
    paths.dedup();
    let counts: Vec<PathBuf> = [Scope::Project, Scope::Local]
        .into_iter()
        .filter_map(|scope| scope::path_of(world, scope))
        .chain(user)
        .collect();
    paths.retain(|path| !counts.contains(path));
    paths.into_iter().filter_map(stray).collect()
}

fn stray(path: PathBuf) -> Option<Stray> {
    let document = Document::parse(&small(&path)?).ok()?;
    let names = [vars::AUTH_REFRESH, vars::CREDENTIAL_EXPORT].map(Key::top).into_iter();
    let keys = names.chain([vars::USE_BEDROCK, vars::AWS_PROFILE].map(Key::env));
    let found = keys.filter(|key| document.get(key).is_some()).map(|key| {
        let line = document.line_of(&key).unwrap_or(1);
        (key.name().to_owned(), line)
    });
    let keys: Vec<(String, usize)> = found.collect();
    (!keys.is_empty()).then_some(Stray { path, keys })
}

/// The bytes of a file that a person may have written.
fn small(path: &Path) -> Option<Vec<u8>> {
    if fs_err::metadata(path).ok()?.len() > LONGEST {
        return None;
    }
    private_file::read(path).ok()?
}

/// Assignments of the switch and its companions in shells' start-up files.
pub(super) fn shell_lines(world: &World) -> Vec<ShellLine> {
    let Some(home) = world.home() else { return Vec::new() };
    let mut found = Vec::new();
    for name in START_UP_FILES {
        let path = home.join(name);
        let Some(bytes) = small(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let assigned: Vec<(usize, &str, bool)> = text
            .lines()
            .enumerate()
            .filter_map(|(at, line)| assignment(line).map(|(name, exported)| (at + 1, name, exported)))
            .collect();
        for (line, name, exported) in &assigned {
            // `X=1` and `export X` may stand apart.
            let later = assigned.iter().any(|(_, other, exported)| other == name && *exported);
            found.push(ShellLine {
                path: path.clone(),
                line: *line,
                name: (*name).to_owned(),
                exported: *exported || later,
            });
        }
    }
    found
}

/// The variable a line assigns, and whether it exports it.
fn assignment(line: &str) -> Option<(&'static str, bool)> {
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    let first = *words.first()?;
    let looked_for = |word: &str| LOOKED_FOR.into_iter().find(|name| *name == word);
    match first {
        "set" => {
            let flags: Vec<&&str> = words.iter().skip(1).take_while(|word| word.starts_with('-')).collect();
            let name = looked_for(words.get(1 + flags.len())?)?;
            let exported =
                flags.iter().any(|flag| flag.contains('x') && !flag.starts_with("--") || **flag == "--export");
            Some((name, exported))
        }
        "export" | "setenv" | "declare" | "typeset" => {
            let word = words.iter().skip(1).find(|word| !word.starts_with('-'))?;
            let name = looked_for(word.split('=').next()?)?;
            let exported = matches!(first, "export" | "setenv")
                || words.iter().any(|word| word.starts_with('-') && word.contains('x'));
            Some((name, exported))
        }
        _ => Some((looked_for(first.split_once('=')?.0)?, false)),
    }
}

/// The editors of the family with what they are told about Claude Code.
pub(super) fn editors(world: &World) -> Vec<Editor> {
    let Some(home) = world.home() else { return Vec::new() };
    let is_ours = |entry: std::io::Result<fs_err::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().to_lowercase().starts_with(EXTENSION))
    };
    let has_extension = EXTENSIONS
        .iter()
        .any(|folder| fs_err::read_dir(home.join(folder)).is_ok_and(|entries| entries.into_iter().any(is_ours)));
    let settings = editors::settings(world).into_iter();
    let mut found: Vec<Editor> = settings.map(|(path, value)| editor(path, &value, has_extension)).collect();
    if found.is_empty() && has_extension {
        found.push(Editor { path: home.join(editors::SETTINGS[0]), has_extension, ..Editor::default() });
    }
    found
}

fn editor(path: PathBuf, value: &serde_json::Value, has_extension: bool) -> Editor {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // Both forms are seen: a list of names and values, and an object.
    let named = |entry: &serde_json::Value| Some((entry["name"].as_str()?.to_owned(), text(&entry["value"])));
    let variables = match &value[vars::VSCODE_ENVIRONMENT] {
        serde_json::Value::Array(entries) => entries.iter().filter_map(named).collect(),
        serde_json::Value::Object(entries) => entries.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        _ => Vec::new(),
    };
    let disables_login_prompt = value[vars::VSCODE_DISABLE_LOGIN_PROMPT].as_bool().unwrap_or(false);
    Editor { path, has_extension, disables_login_prompt, variables }
}

/// What kind of place this is.
pub(super) fn place(world: &World) -> Place {
    let kernel = private_file::read(Path::new("/proc/version")).ok().flatten().unwrap_or_default();
    let vendor = private_file::read(Path::new("/sys/class/dmi/id/sys_vendor")).ok().flatten().unwrap_or_default();
    let set = |name| world.var(name).is_some();
    let home = world.home().unwrap_or_default();
    Place {
        wsl: set(vars::WSL_INTEROP) || String::from_utf8_lossy(&kernel).to_lowercase().contains("microsoft"),
        container: World::is_container() || set(vars::CODESPACES),
        ssh: set(vars::SSH_CONNECTION) || set(vars::SSH_TTY),
        editor_remote: set(vars::VSCODE_IPC_HOOK_CLI),
        ec2: vendor.starts_with(b"Amazon EC2"),
        desktop: DESKTOP.iter().any(|folder| home.join(folder).is_dir()),
        has_wslview: programs::on_path(world, "wslview").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_told_from_exports() {
        for (line, expected) in [
            ("export CLAUDE_CODE_USE_BEDROCK=1", Some((vars::USE_BEDROCK, true))),
            ("  CLAUDE_CODE_USE_BEDROCK=1", Some((vars::USE_BEDROCK, false))),
            ("set CLAUDE_CODE_USE_BEDROCK 1", Some((vars::USE_BEDROCK, false))),
            ("set -gx CLAUDE_CODE_USE_BEDROCK 1", Some((vars::USE_BEDROCK, true))),
            ("set -g AWS_PROFILE work", Some((vars::AWS_PROFILE, false))),
            ("declare -x AWS_PROFILE=work", Some((vars::AWS_PROFILE, true))),
            ("# export AWS_PROFILE=work", None),
            ("echo $AWS_PROFILE", None),
            ("", None),
        ] {
            assert_eq!(assignment(line), expected, "{line}");
        }
    }

    #[test]
    fn settings_of_editors_are_read_with_comments_and_commas() {
        let text = "{ // c\n \"a\": \"//no\", /* x */ \"claudeCode.disableLoginPrompt\": true,\n \
                    \"claudeCode.environmentVariables\": [{\"name\": \"AWS_PROFILE\", \"value\": \"x\"},],\n}";
        let found = editor(PathBuf::new(), &editors::read(text), true);
        assert!(found.disables_login_prompt);
        assert_eq!(found.variables, [("AWS_PROFILE".to_owned(), "x".to_owned())]);
    }
}
