//! The user settings of editors of the Visual Studio Code family.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::private_file;
use crate::world::World;

/// Where they are, below the home folder.
pub const SETTINGS: [&str; 10] = [
    ".config/Code/User/settings.json",
    ".config/Code - Insiders/User/settings.json",
    ".config/VSCodium/User/settings.json",
    ".config/Cursor/User/settings.json",
    "Library/Application Support/Code/User/settings.json",
    "Library/Application Support/Code - Insiders/User/settings.json",
    "Library/Application Support/Cursor/User/settings.json",
    "AppData/Roaming/Code/User/settings.json",
    ".vscode-server/data/Machine/settings.json",
    ".vscode-remote/data/Machine/settings.json",
];

/// A file longer than this was written by no person.
const LONGEST: u64 = 4 << 20;

/// Those that there are, each with what stands in it; null for one that cannot be read.
#[must_use]
pub fn settings(world: &World) -> Vec<(PathBuf, Value)> {
    let paths = world.home().into_iter().flat_map(|home| SETTINGS.map(|path| home.join(path)));
    let is_small = |path: &PathBuf| fs_err::metadata(path).is_ok_and(|found| found.len() <= LONGEST);
    let read = |path: PathBuf| {
        let bytes = private_file::read(&path).ok().flatten();
        let value = bytes.map(|bytes| read(&String::from_utf8_lossy(&bytes))).unwrap_or_default();
        (path, value)
    };
    paths.filter(is_small).map(read).collect()
}

/// What stands in such a file, nothing in an empty one; null where that is not to be made out.
#[must_use]
pub fn read(text: &str) -> Value {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = without_comments(text);
    if text.trim().is_empty() { json!({}) } else { serde_json::from_str(&text).unwrap_or_default() }
}

/// The editors' settings take comments and a comma before a closing bracket, which JSON does not.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    let mut in_string = false;
    while let Some(sign) = signs.next() {
        match (in_string, sign, signs.peek()) {
            (true, '\\', Some(_)) => {
                plain.push(sign);
                plain.extend(signs.next());
            }
            (_, '"', _) => {
                in_string = !in_string;
                plain.push(sign);
            }
            (false, '/', Some('/')) => while signs.next().is_some_and(|sign| sign != '\n') {},
            (false, '/', Some('*')) => {
                let mut last = ' ';
                for sign in signs.by_ref() {
                    if last == '*' && sign == '/' {
                        break;
                    }
                    last = sign;
                }
            }
            (false, '}' | ']', _) => {
                let kept = plain.trim_end().trim_end_matches(',').len();
                plain.truncate(kept);
                plain.push(sign);
            }
            _ => plain.push(sign),
        }
    }
    plain
}
