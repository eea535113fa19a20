//! How the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Some twenty thousand relocations of the AWS SDK's tables would be applied at every start, a third of the time a
    // cached answer takes; a program at a fixed address needs none. `cargo bench -p claude-bedrock-benches -- startup`
    // shows it.
    if var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

#[expect(clippy::disallowed_methods, reason = "what cargo tells a build script")]
fn var(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
