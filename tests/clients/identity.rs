//! No turn is ever answered by another identity than the one chosen.
//!
//! Everything the wrong identity needs is there: keys and an API key that work, in variables and as the default
//! profile. What was chosen is dead, in every way it can be.

use std::path::Path;

use super::machine::{AMBIENT_API_KEY, AMBIENT_KEYS, CLAUDE_VERSIONS, Machine, claude_code};

/// The ambient user as the default profile of `~/.aws/credentials`.
const AMBIENT_CREDENTIALS_FILE: &str = "[default]\naws_access_key_id = AKIAAMBIENT000000001\n\
    aws_secret_access_key = ambientsecretambientsecretambientsecret0\n";

fn machine_set_up(identity: &str) -> Machine {
    let mut machine = Machine::new();
    machine.write("home/.aws/credentials", AMBIENT_CREDENTIALS_FILE);
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", identity]).success();
    for (name, value) in AMBIENT_KEYS.into_iter().chain([AMBIENT_API_KEY]) {
        machine.variable(name, value);
    }
    machine
}

/// Asks, expects no answer, and no request signed by anyone who could be served.
#[track_caller]
fn assert_nobody_answers(machine: &mut Machine, claude: &Path) {
    let run = machine.ask(claude);
    assert_ne!(run.code, Some(0), "{}", run.stdout);
    let served: Vec<_> = machine.requests().into_iter().filter(|request| request.principal.is_some()).collect();
    assert_eq!(served, [], "{}", run.stdout);
}

fn assert_the_chosen_one_answers(machine: &mut Machine, claude: &Path) {
    machine.ask(claude).success();
    let strangers: Vec<_> = machine
        .requests()
        .into_iter()
        .filter(|request| request.principal.as_deref().is_some_and(|arn| !arn.contains("BedrockDeveloper")))
        .collect();
    assert_eq!(strangers, []);
}

#[test]
fn a_dead_session_is_not_answered_by_the_ambient_identity_and_heals_by_a_sign_in() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        for identity in ["isolated", "shared"] {
            let mut machine = machine_set_up(identity);
            assert_the_chosen_one_answers(&mut machine, &claude);
            machine.sign_out();
            assert_nobody_answers(&mut machine, &claude);
            machine.sign_in();
            assert_the_chosen_one_answers(&mut machine, &claude);
        }
    }
}

#[test]
fn a_program_that_is_gone_or_killed_is_not_replaced_by_the_ambient_identity() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = machine_set_up("isolated");
        let settings = machine.home().join(".claude/settings.json");
        let written = fs_err::read_to_string(&settings).expect("settings");
        let program = crate::harness::PROGRAM;
        assert!(written.contains(program), "{written}");
        machine.write("home/killed", "#!/bin/sh\nkill -9 $$\n");
        make_executable(&machine.home().join("killed"));
        let killed = machine.home().join("killed").display().to_string();
        for replacement in ["/nowhere/claude-bedrock", killed.as_str()] {
            machine.write("home/.claude/settings.json", written.replace(program, replacement));
            assert_nobody_answers(&mut machine, &claude);
        }
    }
}

#[test]
fn without_our_setting_the_ambient_identity_is_the_users_choice() {
    // The other side of the test above: it would also pass if the ambient identity could not answer at all.
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = machine_set_up("isolated");
        machine.program(&["reset"]).success();
        machine.variable("CLAUDE_CODE_USE_BEDROCK", "1");
        machine.variable("ANTHROPIC_MODEL", "us.anthropic.claude-sonnet-4-6");
        machine.variable("AWS_REGION", "us-west-2");
        machine.ask(&claude).success();
        let served = machine.requests().into_iter().filter_map(|request| request.principal);
        assert!(served.into_iter().all(|arn| arn.ends_with("user/ambient")));
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o700)).expect("our own file");
}
