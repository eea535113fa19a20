//! The environment of a program inside the sandbox.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
};

use crate::process;

/// What a program needs of the caller's terminal and language.
const INHERITED: [&str; 3] = ["TERM", "LANG", "LC_ALL"];

/// Everything a program inside sees; whatever is not here, such as `AWS_PROFILE`, it does not see.
pub(crate) fn inside(home: &Path, endpoint: &str) -> Vec<(OsString, OsString)> {
    let inherited = INHERITED.iter().filter_map(|name| Some((OsString::from(name), process::variable(name)?)));
    let mut variables: Vec<(OsString, OsString)> = inherited.collect();
    variables.push(("PATH".into(), search_path()));
    variables.extend(account(home, endpoint));
    variables
}

/// The variables that lead a program to the sandbox's account.
///
/// Claude Code sends model requests to the base URLs and nowhere else; everything else follows
/// the endpoint URL.
pub(crate) fn account(home: &Path, endpoint: &str) -> Vec<(OsString, OsString)> {
    vec![
        ("HOME".into(), home.into()),
        ("AWS_ENDPOINT_URL".into(), endpoint.into()),
        ("ANTHROPIC_BEDROCK_BASE_URL".into(), endpoint.into()),
        ("ANTHROPIC_BEDROCK_MANTLE_BASE_URL".into(), format!("{endpoint}/anthropic").into()),
        ("AWS_EC2_METADATA_DISABLED".into(), "true".into()),
    ]
}

/// Our own folder, where the product is built too, before the caller's path.
fn search_path() -> OsString {
    let caller = process::variable("PATH").unwrap_or_default();
    let ours = process::executable().ok();
    let ours = ours.as_deref().and_then(Path::parent).map(Path::to_owned);
    // Only a folder with a separator in its name cannot be joined.
    env::join_paths(ours.into_iter().chain(env::split_paths(&caller))).unwrap_or(caller)
}

/// Finds a program as a shell would.
pub(crate) fn find(program: &OsStr, search_path: &OsStr) -> Option<std::path::PathBuf> {
    env::split_paths(search_path)
        .map(|folder| folder.join(program).with_extension(env::consts::EXE_EXTENSION))
        .find(|candidate| candidate.is_file())
}
