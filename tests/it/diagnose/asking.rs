//! With what is asked, and which models: the aliases nobody pins, the holders of API keys, and what keeps this program
//! itself from asking.

use std::os::unix::fs::symlink;
use std::time::Duration;

use claude_bedrock::aws::credentials::CacheKey;
use claude_bedrock::aws::files;
use claude_bedrock::observe::diagnosis::Depth;
use claude_bedrock::private_file::{self, StateFolder};
use serde_json::Value;

use super::mantle::{asked, outcome};
use super::online::world_of;
use super::{problems, shared};
use crate::harness::{Home, PROGRAM, set_mode};

/// A home with these settings.
fn home(settings: &str) -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", settings);
    home
}

/// A Claude Code that tells its version by its place.
fn installed(home: &Home, version: &str) -> String {
    let program = home.write(&format!("versions/{version}"), "");
    set_mode(&program, 0o700);
    let folder = home.path().join("claude");
    fs_err::create_dir_all(&folder).expect("a folder");
    symlink(program, folder.join("claude")).expect("linkable");
    folder.to_str().expect("UTF-8").to_owned()
}

#[test]
fn what_claude_code_takes_for_an_alias_nobody_pins_is_asked_too_or_said_not_to_be_known() {
    let haiku = ",\n    \"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"us.anthropic.claude-haiku-5-5\"";
    let home = home(&shared("", "").replace(haiku, ""));
    let path = installed(&home, "2.1.329");
    let known = outcome(&home, &[("PATH", &path)], Depth::Probe);
    assert!(known.passed.contains(&"P06"), "{:?}", known.skipped);
    let unpinned = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    assert!(asked(&home).iter().any(|(_, model)| model == unpinned), "{:?}", asked(&home));
    let fewer = asked(&home).len();
    let again = outcome(&home, &[("PATH", &path)], Depth::Network);
    assert!(again.passed.contains(&"P06") && asked(&home).len() == fewer, "{:?}", again.skipped);

    fs_err::remove_file(home.path().join("claude/claude")).expect("ours");
    let path = installed(&home, "2.1.250");
    let unknown = outcome(&home, &[("PATH", &path)], Depth::Probe);
    let (_, reason) = unknown.skipped.iter().find(|(id, _)| *id == "P06").expect("skipped");
    assert!(reason.contains("haiku") && reason.contains("2.1.250"), "{reason}");
    assert!(!unknown.passed.contains(&"P06"));
}

#[test]
fn the_holder_of_an_api_key_has_its_models_asked_as_well() {
    let user = "[[accounts.users]]\nname = \"key\"\napi_key = \"ABSKexample\"\n\
                permissions = { allow = [\"bedrock:*\"] }\n";
    let home = Home::with_more(user);
    let text = shared(", \"AWS_BEARER_TOKEN_BEDROCK\": \"ABSKexample\"", "").replace("\"AWS_PROFILE\": \"work\",", "");
    home.write(".claude/settings.json", &text);
    let outcome = outcome(&home, &[], Depth::Probe);
    assert_eq!(asked(&home).len(), 3, "{:?}", outcome.skipped);
    assert!(outcome.passed.contains(&"P06"), "{:?}", outcome.skipped);
}

#[test]
fn another_process_that_gets_the_same_credentials_is_not_waited_for_and_nothing_is_said_to_be_sound() {
    let home = home(&shared("", ""));
    let world = world_of(&home, &[]);
    let state = StateFolder::of(&world).expect("a home");
    let files = files::read(&world);
    let key = CacheKey::of(&world, &files, "work").expect("cached");
    let _held = private_file::lock(&state.lock(key.name()), Duration::ZERO).expect("free");
    let outcome = outcome(&home, &[], Depth::Network);
    assert!(outcome.is_healthy() && !outcome.passed.contains(&"P11"), "{:?}", problems(&outcome.findings));
    for id in ["A01", "P11", "M02"] {
        let reason = &outcome.skipped.iter().find(|(known, _)| *known == id).expect("skipped").1;
        assert!(reason.contains("another claude-bedrock kept"), "{id}: {reason}");
    }
}

#[test]
fn a_folder_of_ours_that_cannot_be_used_is_named_with_its_fault() {
    let home = home(&shared("", ""));
    home.write(".local/state/claude-bedrock", "");
    let outcome = outcome(&home, &[], Depth::Network);
    let found = outcome.findings.iter().find(|finding| finding.id == "A01").expect("no credentials");
    let (title, seen) = (&found.title, format!("{:?}", found.evidence));
    assert!(title.contains(".local/state/claude-bedrock` cannot be used"), "{title}");
    assert!(seen.contains(".local/state/claude-bedrock") && found.fix.text.contains("XDG_STATE_HOME"), "{seen}");
    assert!(!found.fix.text.contains("in a moment"), "{}", found.fix.text);
}

#[test]
fn an_export_whose_shell_does_not_start_gives_nothing() {
    let home = home("");
    let script = home.write("grant.sh", "#!/bin/sh\n");
    set_mode(&script, 0o700);
    let text = shared("", &format!(", \"awsCredentialExport\": \"{}\"", script.display()));
    home.write(".claude/settings.json", text.replace("\"AWS_PROFILE\": \"work\",", ""));
    // In a mount namespace of its own the machine may have another shell, or one that is no program.
    let without_shell = "mount --bind /dev/null \"$(readlink -f /bin/sh)\" && exec \"$@\"";
    let mut command = home.command("unshare");
    command.args(["-rm", "sh", "-c", without_shell, "sh", PROGRAM, "diagnose", "--json", "--only", "R16,A"]);
    let output = command.output().expect("starts");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|finding| finding["id"] == "R16").unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(found["severity"], "error");
    assert!(found["title"].to_string().contains("the shell could not be started"), "{found:#}");
    for skipped in ["A10", "A11"] {
        let passed = report["passed"].as_array().expect("a list");
        assert!(!passed.iter().any(|check| check["id"] == skipped), "{skipped} was not looked for: {report:#}");
    }
}
