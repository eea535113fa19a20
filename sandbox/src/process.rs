//! The process around us: the only room that asks for its environment and its clock.
#![expect(clippy::disallowed_methods, reason = "the product's fence; this is the sandbox's one gate through it")]

use std::{env, ffi::OsString, io, path::PathBuf};

use jiff::Timestamp;

/// Reads a variable of the caller's environment.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// Finds our own executable.
pub(crate) fn executable() -> io::Result<PathBuf> {
    env::current_exe()
}

/// Reads the real clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
