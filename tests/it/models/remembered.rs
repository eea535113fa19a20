//! What a probe told is told again by the reports that ask no model, while it counts for who would ask and where.

use serde_json::{Value, json};

use crate::harness::Home;

const CLOSED: &str = "[accounts.gates]\nclosed_models = [\"anthropic.claude-opus-5-5\"]\n\n";

/// A home in the default account with a gate of its own.
fn playing(gate: &str) -> Home {
    let text = include_str!("../../../sandbox/account.toml");
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{gate}{}", &text[..at], &text[at..]);
    Home::with(aws_sandbox::Account::from_toml(&text).expect("an account"), true)
}

/// A home that is set up and whose models were asked; one of them is closed.
fn probed() -> Home {
    let home = playing(CLOSED);
    home.run(["setup", "--yes"]).success();
    home.run(["models", "--probe", "--yes"]).success();
    home
}

fn probes(home: &Home, arguments: &[&str]) -> Value {
    let arguments = ["status", "--offline", "--json"].iter().chain(arguments);
    home.run(arguments).json()["probes"].clone()
}

#[test]
fn status_tells_how_the_pinned_models_answered_and_how_long_ago() {
    let home = Home::new();
    home.run(["setup", "--yes"]).success();
    assert_eq!(probes(&home, &[]), json!([]));
    let home = probed();
    let asked = home.sandbox.requests().len();
    let said = home.run(["status", "--offline"]).success();
    assert!(said.contains("ago: answers after "), "{said}");
    assert!(said.contains("ago: M18: "), "{said}");
    let said = probes(&home, &[]);
    let of = |role: &str| {
        let found = said
            .as_array()
            .expect("a list")
            .iter()
            .find(|probe| probe["pinned_as"].as_array().is_some_and(|roles| roles.contains(&role.into())));
        found.cloned().unwrap_or_default()
    };
    assert_eq!((&of("opus")["status"], &of("opus")["failure_mode"]), (&json!("stopped"), &json!("M18")));
    assert!(of("opus")["fix"].is_string(), "{said}");
    assert_eq!(of("main"), of("sonnet"));
    assert_eq!(
        (&of("main")["status"], &of("main")["id"]),
        (&json!("answered"), &json!("us.anthropic.claude-sonnet-5-5"))
    );
    assert_eq!(of("haiku")["pinned_as"], json!(["haiku", "background"]));
    assert_eq!(home.sandbox.requests().len(), asked, "nobody was asked");
}

/// Papers would have it that no Fable is served in the account's data retention mode; the one that was asked is.
#[test]
fn what_has_answered_is_nothing_diagnose_finds_fault_with() {
    let home = playing("[accounts.gates]\ndata_retention = \"default\"\n\n");
    home.run(["setup", "--yes"]).success();
    home.run(["models", "pin", "us.anthropic.claude-fable-5-1", "--yes"]).success();
    assert!(home.run(["diagnose", "--only", "M19"]).stdout.contains("error[M19] `us.anthropic.claude-fable-5-1`"));
    home.run(["models", "--probe", "--yes"]).success();
    let after = home.run(["diagnose", "--only", "M19"]);
    assert!(after.code == Some(0) && !after.stdout.contains("error[M19]"), "{after:?}");
}

#[test]
fn what_another_identity_or_region_heard_or_what_is_old_is_not_told() {
    let home = probed();
    assert_ne!(probes(&home, &["--profile", "work"]), json!([]));
    assert_eq!(probes(&home, &["--profile", "keys"]), json!([]));
    let settings = home.settings_text();
    home.write(".claude/settings.json", settings.replace("us-west-2", "us-east-1"));
    assert_eq!(probes(&home, &[]), json!([]), "another region");
    home.write(".claude/settings.json", &settings);
    let kept = home.state_files("proofs").remove(0);
    let mut file: Value = serde_json::from_slice(&fs_err::read(&kept).expect("kept")).expect("JSON");
    for proof in file["models"].as_array_mut().expect("a list") {
        proof["at"] = "2026-01-01T00:00:00Z".into();
    }
    home.write(kept.strip_prefix(home.path()).expect("below").to_str().expect("UTF-8"), file.to_string());
    assert_eq!(probes(&home, &[]), json!([]), "weeks have passed");
    home.write(kept.strip_prefix(home.path()).expect("below").to_str().expect("UTF-8"), "{\"version\":1,\"mod");
    assert_eq!(probes(&home, &[]), json!([]), "a file that cannot be read tells nothing");
}
