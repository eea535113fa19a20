//! What a support bundle tells of the machine, and the names that it must not tell.

use std::path::Path;

use crate::private_file;
use crate::vars;
use crate::world::World;

/// The operating system, and who and what is called how here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// The operating system as it calls itself, such as `Debian GNU/Linux 12 (bookworm)`.
    pub system: String,
    /// Its kernel's version, where it tells.
    pub kernel: Option<String>,
    /// What the machine is called.
    pub host_names: Vec<String>,
    /// What its user is called.
    pub user_names: Vec<String>,
    /// The home folder as it is named and, behind symbolic links, as it is.
    pub homes: Vec<String>,
    /// The folder of the project, alike.
    pub projects: Vec<String>,
}

/// The folders that hold the homes of users, each called like its user.
const FOLDERS_OF_HOMES: [&str; 2] = ["home", "Users"];

/// Looks at the machine.
#[must_use]
pub fn machine(world: &World) -> Machine {
    let variables = |names: &[&str]| names.iter().filter_map(|name| world.var(name)).map(str::to_owned).collect();
    let mut machine = Machine {
        system: system(),
        kernel: None,
        host_names: variables(&[vars::HOSTNAME, vars::COMPUTERNAME]),
        user_names: variables(&[vars::USER, vars::LOGNAME, vars::USERNAME]),
        homes: world.home().map_or_else(Vec::new, |home| spellings(&home)),
        projects: spellings(world.working_directory()),
    };
    #[cfg(unix)]
    {
        let name = rustix::system::uname();
        machine.kernel = Some(name.release().to_string_lossy().into_owned());
        machine.host_names.push(name.nodename().to_string_lossy().into_owned());
    }
    if let Some(home) = world.home()
        && home
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|folder| FOLDERS_OF_HOMES.iter().any(|name| folder == *name))
        && let Some(name) = home.file_name().and_then(|name| name.to_str())
    {
        machine.user_names.push(name.to_owned());
    }
    let short: Vec<String> =
        machine.host_names.iter().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
    machine.host_names.extend(short);
    machine.host_names.retain(|name| !name.is_empty() && name != "localhost");
    machine
}

/// How a folder may be written: as it is named, and without symbolic links; on Windows with slashes too.
fn spellings(folder: &Path) -> Vec<String> {
    let real = fs_err::canonicalize(folder).ok();
    let named = [Some(folder), real.as_deref()].into_iter().flatten().filter_map(Path::to_str);
    let mut spellings: Vec<String> = named.map(|path| path.trim_start_matches(r"\\?\").to_owned()).collect();
    if cfg!(windows) {
        let slashed: Vec<String> = spellings.iter().map(|path| path.replace('\\', "/")).collect();
        spellings.extend(slashed);
    }
    spellings.dedup();
    spellings
}

/// What `os-release` or the Mac's own file calls the system; else what the program was built for.
fn system() -> String {
    let text = |path: &str| {
        let bytes = private_file::read(Path::new(path)).ok().flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    if cfg!(target_os = "macos") {
        let version = text("/System/Library/CoreServices/SystemVersion.plist").and_then(|plist| {
            let (_, rest) = plist.split_once("<key>ProductVersion</key>")?;
            Some(rest.split_once("<string>")?.1.split_once("</string>")?.0.to_owned())
        });
        return version.map_or_else(|| "macOS".to_owned(), |version| format!("macOS {version}"));
    }
    let named = text("/etc/os-release").and_then(|release| {
        let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
        Some(name.trim_matches(['"', '\'']).to_owned())
    });
    named.unwrap_or_else(|| std::env::consts::OS.to_owned())
}
