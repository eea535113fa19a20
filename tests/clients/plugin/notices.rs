//! What starting and failing sessions say to the person at the terminal, and that healthy ones say nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{Person, at_terminals, enter, machine, newest, typed, wait};
use crate::clients::machine::Machine;
use crate::harness::PROGRAM;

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// The profile `work` in the form whose sign-ins never renew themselves.
const LEGACY: &str = "[profile work]\nsso_start_url = https://d-9067642ac7.awsapps.com/start\nsso_region = us-east-1\n\
                      sso_account_id = 111122223333\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n";

/// A home of its own for a state, beside the machine's: set up, signed in, with the plugin.
struct State<'a> {
    machine: &'a Machine,
    home: PathBuf,
}

impl<'a> State<'a> {
    fn new(machine: &'a Machine, name: &str) -> Self {
        let home = machine.home().join("states").join(name);
        fs_err::create_dir_all(&home).expect("a folder");
        let mut copy = Command::new("cp");
        copy.arg("-a").args([".aws", ".claude", ".claude.json", ".local"].map(|file| machine.home().join(file)));
        assert!(copy.arg(&home).status().expect("cp starts").success());
        Self { machine, home }
    }

    fn settings(self, change: impl FnOnce(&mut Value)) -> Self {
        self.machine.change(&self.home.join(".claude/settings.json"), change);
        self
    }

    /// The token's fields; what becomes null goes.
    fn token(self, change: impl FnOnce(&mut Value)) -> Self {
        let name = self.machine.token_file();
        let name = name.strip_prefix(self.machine.home()).expect("below the home");
        self.machine.change(&self.home.join(name), change);
        self
    }

    fn sees(self, steps: Vec<Value>) -> Person {
        let home = self.home.to_str().expect("UTF-8").to_owned();
        Person { variables: vec![("HOME", home)], folder: None, steps }
    }
}

/// A token that nothing renews, ending so many minutes before it would.
fn unrenewable(minutes: i64) -> impl FnOnce(&mut Value) {
    move |token| {
        let end: jiff::Timestamp = token["expiresAt"].as_str().expect("text").parse().expect("a time");
        let end = end - jiff::SignedDuration::from_mins(minutes);
        token["expiresAt"] = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        token.as_object_mut().expect("an object").remove("refreshToken");
    }
}

/// The token renews itself, and what it needs for that ends before it.
fn registration_ends(token: &mut Value) {
    let end: jiff::Timestamp = token["expiresAt"].as_str().expect("text").parse().expect("a time");
    let end = end - jiff::SignedDuration::from_mins(45);
    token["registrationExpiresAt"] = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
}

/// A hook of the user's own that says something when ours has long been heard.
fn late_word(settings: &mut Value) {
    let hook = json!({ "type": "command", "command": "sleep 1; echo '{\"systemMessage\": \"LATE-WORD\"}'" });
    settings["hooks"] = json!({ "SessionStart": [{ "hooks": [hook] }] });
}

/// Signed in by the old form of the profile.
fn legacy<'a>(machine: &'a Machine, claude_home: &str) -> State<'a> {
    let state = State::new(machine, claude_home);
    fs_err::remove_dir_all(state.home.join(".aws/sso")).expect("a cache");
    let home = format!("HOME={}", state.home.display());
    let config = state.home.join(".aws/config");
    machine.write(config.to_str().expect("UTF-8"), LEGACY);
    machine.run(["env", &home, PROGRAM, "login", "--profile", "work", "--no-browser"]).success();
    state
}

/// Told that the sign-in ended, they see a turn fail and the terminal's notification, and mend it without a model.
fn ended(machine: &Machine) -> Person {
    let state = State::new(machine, "ended").token(unrenewable(0)).token(|token| token["expiresAt"] = json!(LONG_AGO));
    // Without the helper of ours nobody else signs in meanwhile.
    let state = state.settings(|settings| {
        settings.as_object_mut().expect("an object").remove("awsAuthRefresh");
    });
    state.sees(vec![
        wait("says: Amazon Bedrock: the sign-in to `work` ended"),
        wait("Bedrock work · us-west-2 · sonnet · signed out: claude-bedrock refresh"),
        typed("Say hello."),
        enter(),
        wait("Could not load AWS credentials"),
        json!({ "bytes": "\u{1b}]9;Amazon Bedrock: the sign-in to `work` ended" }),
        json!({ "bytes": "Run: claude-bedrock refresh\u{7}" }),
        typed("!"),
        typed("claude-bedrock refresh && echo RENE''WED"),
        enter(),
        wait("RENEWED"),
        // What was typed goes to the model then, whose credentials work.
        wait("Hello from the AWS sandbox"),
    ])
}

/// A project whose settings Claude Code drops whole, and says so itself before the session begins.
fn dropped(machine: &Machine) -> Person {
    let state = State::new(machine, "dropped");
    let folder = state.home.join("project");
    let settings = folder.join(".claude/settings.json");
    machine.write(settings.to_str().expect("UTF-8"), "{ // mine\n\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"1\"}}\n");
    let trusted = json!({ folder.to_str().expect("UTF-8"): { "hasTrustDialogAccepted": true } });
    machine.change(&state.home.join(".claude.json"), |known| known["projects"] = trusted);
    let down = || json!({ "key": "Down" });
    let person = state.sees(vec![
        wait("3. Continue without these settings"),
        down(),
        down(),
        wait("❯ 3. Continue"),
        enter(),
        wait("says: Amazon Bedrock: Claude Code ignores"),
    ]);
    Person { folder: Some(folder), ..person }
}

/// Keys that AWS does not know: nothing in the files tells, and the turn that fails does.
fn refused(machine: &Machine) -> Person {
    let state = State::new(machine, "refused").settings(|settings| {
        settings.as_object_mut().expect("an object").remove("awsAuthRefresh");
        let env = settings["env"].as_object_mut().expect("an object");
        env.remove("AWS_PROFILE");
        env.insert("AWS_ACCESS_KEY_ID".into(), json!("AKIAGONE000000000001"));
        env.insert("AWS_SECRET_ACCESS_KEY".into(), json!("gonegonegonegonegonegonegonegonegonegone"));
    });
    state.sees(vec![
        wait("❯"),
        json!({ "pause": 1 }),
        typed("Say hello."),
        enter(),
        wait("AWS authentication failed"),
        json!({ "bytes": "\u{1b}]9;Amazon Bedrock did not accept the credentials. Run: claude-bedrock diagnose\u{7}" }),
    ])
}

#[test]
fn every_state_is_told_when_a_session_begins_and_a_healthy_one_is_not() {
    let Some(claude) = newest() else { return };
    let mut machine = machine(&claude);
    machine.approve();
    machine.program(&["setup", "--yes", "--profile", "work", "--identity", "shared", "--statusline"]).success();
    machine.program(&["plugin", "install"]).success();
    let says = |text: &str| vec![wait(&format!("says: Amazon Bedrock: {text}"))];
    let quiet = || vec![wait("LATE-WORD")];
    let people = [
        ended(&machine),
        State::new(&machine, "soon").token(unrenewable(40)).sees(says("the sign-in to `work` ends in 1")),
        legacy(&machine, "legacy").sees(says("the sign-in to `https://d-9067642ac7.awsapps.com/start` is configured")),
        State::new(&machine, "helper")
            .settings(|settings| {
                let helper =
                    settings["awsAuthRefresh"].as_str().expect("a helper").replace(PROGRAM, "/gone/claude-bedrock");
                settings["awsAuthRefresh"] = helper.into();
            })
            .sees(says("`awsAuthRefresh` runs `/gone/claude-bedrock`, which no longer exists")),
        State::new(&machine, "setting")
            .settings(|settings| settings["env"]["AWS_PROFILE"] = json!("nobody"))
            .sees(says("the profile `nobody` is in neither")),
        State::new(&machine, "registration")
            .token(registration_ends)
            .sees(says("this machine's registration with AWS ends in")),
        State::new(&machine, "fault")
            .settings(|settings| settings["env"]["ANTHROPIC_MODEL"] = json!("anthropic.claude-sonnet-4-6"))
            .sees(says("`ANTHROPIC_MODEL` names a model that only answers through an inference profile")),
        dropped(&machine),
        refused(&machine),
        State::new(&machine, "healthy").settings(late_word).sees(quiet()),
        State::new(&machine, "elsewhere")
            .settings(late_word)
            .settings(|settings| settings["env"] = json!({}))
            .sees(quiet()),
    ];
    let screens = at_terminals(&machine, &claude, &people);
    assert!(screens[0].contains("! claude-bedrock refresh"), "{}", screens[0]);
    for screen in &screens[..8] {
        assert_eq!(screen.matches("says: Amazon Bedrock").count(), 1, "{screen}");
    }
    for screen in &screens[8..] {
        assert!(!screen.contains("says: Amazon Bedrock"), "{screen}");
    }
    let token = fs_err::read_to_string(machine.home().join("states/ended").join(below(&machine))).expect("a token");
    assert!(!token.contains(LONG_AGO), "{}", screens[0]);
}

/// The token's file by its path below a home.
fn below(machine: &Machine) -> PathBuf {
    machine.token_file().strip_prefix(machine.home()).map(Path::to_owned).expect("below the home")
}
