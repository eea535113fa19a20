//! How the program is linked: for a start that costs little, for it is started at every turn of Claude Code.
//!
//! `cargo bench -p claude-bedrock-benches -- startup` shows what each of these saves.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if var("CARGO_CFG_TARGET_OS").as_deref() == Some("linux") && var("CARGO_CFG_TARGET_ENV").as_deref() == Some("gnu") {
        // Some twenty thousand relocations of the AWS SDK's tables would be applied at every start, a third of the time
        // a cached answer takes; a program at a fixed address needs none.
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // To find, map and relocate the compiler's library for unwinding takes a tenth of an empty program's time. Named
        // here, its archive comes before the shared library on the linker's command line, which is then not needed.
        if is_there("libgcc_eh.a") {
            println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
}

/// Whether the compiler that links has a library; a linker may come without one.
fn is_there(file: &str) -> bool {
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    // Where none is named, `cc` links for the machine it runs on.
    let own = || (var("HOST") == var("TARGET")).then(|| "cc".to_owned());
    let Some(linker) = var("RUSTC_LINKER").or_else(own) else { return false };
    let answer = Command::new(linker).arg(format!("-print-file-name={file}")).output();
    // What it does not find it answers with as it was asked.
    answer.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim_end()).is_absolute())
}

#[expect(clippy::disallowed_methods, reason = "what cargo tells a build script")]
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
