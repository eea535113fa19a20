//! A turn after anything has expired ends in an answer, with one sign-in at most, however many sessions ask.

use std::path::Path;

use serde_json::json;

use super::machine::{CLAUDE_VERSIONS, Machine, Request, claude_code};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// A machine whose sign-ins are approved, set up and used once, so that everything is cached.
fn used_machine(identity: &str, claude: &Path) -> Machine {
    let mut machine = Machine::new();
    machine.approve();
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", identity]).success();
    machine.ask(claude).success();
    machine
}

#[track_caller]
fn assert_answered(answers: &[String]) {
    for answer in answers {
        assert!(answer.contains("Hello from the AWS sandbox") && answer.contains("BedrockDeveloper"), "{answers:#?}");
    }
}

fn expire_role_credentials(machine: &Machine) {
    let folder = machine.home().join(".local/state/claude-bedrock/credentials");
    for file in fs_err::read_dir(folder).into_iter().flatten() {
        let path = file.expect("a file").path();
        // Beside them is noted who was given which.
        if path.extension().is_some_and(|extension| extension == "json") {
            machine.change(&path, |cached| cached["expiration"] = json!(LONG_AGO));
        }
    }
}

#[test]
fn a_turn_after_the_role_credentials_expired_is_answered() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        let mut machine = used_machine("isolated", &claude);
        expire_role_credentials(&machine);
        assert_answered(&machine.ask_at_a_terminal(&claude, 4));
        assert_eq!(machine.asked("GetRoleCredentials"), 1, "one for all of them");
        assert_eq!(machine.asked("CreateToken"), 0);
    }
}

#[test]
fn a_turn_after_the_access_token_expired_is_answered_without_a_person() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        for identity in ["isolated", "shared"] {
            let mut machine = used_machine(identity, &claude);
            expire_role_credentials(&machine);
            machine.change(&machine.token_file(), |token| token["expiresAt"] = json!(LONG_AGO));
            assert_answered(&machine.ask_at_a_terminal(&claude, if identity == "isolated" { 4 } else { 1 }));
            assert_eq!(machine.asked("StartDeviceAuthorization"), 0);
            assert_eq!(machine.asked("CreateToken"), 1);
        }
        // Four that share the profile race for the refresh token without any lock; one of them wins.
        let mut machine = used_machine("shared", &claude);
        machine.change(&machine.token_file(), |token| token["expiresAt"] = json!(LONG_AGO));
        assert_answered(&machine.ask_at_a_terminal(&claude, 4));
        let is_renewal = |request: &&Request| request.operation == "CreateToken" && request.status == 200;
        let renewals = machine.requests().iter().filter(is_renewal).count();
        let sign_ins = machine.asked("StartDeviceAuthorization") + machine.asked("Authorize");
        assert!(sign_ins <= 1 && renewals <= 1 + sign_ins, "{sign_ins} sign-ins, {renewals} renewals");
    }
}

#[test]
fn a_turn_after_the_whole_session_ended_is_answered_after_one_sign_in_between_four_sessions() {
    for claude in CLAUDE_VERSIONS.iter().filter_map(|version| claude_code(version)) {
        for identity in ["isolated", "shared"] {
            let mut machine = used_machine(identity, &claude);
            expire_role_credentials(&machine);
            machine.change(&machine.token_file(), |token| {
                token["expiresAt"] = json!(LONG_AGO);
                token.as_object_mut().expect("an object").remove("refreshToken");
            });
            assert_answered(&machine.ask_at_a_terminal(&claude, 4));
            assert_eq!(machine.asked("StartDeviceAuthorization"), 1, "{identity}");
        }
    }
}
