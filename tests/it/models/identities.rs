//! Models are asked as whoever Claude Code would be: with an API key, and with what the user's own script gives.

use serde_json::{Value, json};

use crate::harness::{Home, set_mode};

const KEY: &str = "ABSKexampleexampleexample";

const HOLDER: &str = "[[accounts.users]]\nname = \"holder\"\naccess_key_id = \"AKIAHOLDER0000000001\"\nsecret_access_key = \"holdersecretholdersecretholdersecret0000\"\napi_key = \"ABSKexampleexampleexample\"\npermissions = { allow = [\"bedrock:*\"] }\n\n";

/// A home whose Claude Code uses Bedrock in a region, with more variables in its settings.
fn home(env: &Value) -> Home {
    let text = include_str!("../../../sandbox/account.toml");
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{HOLDER}{}", &text[..at], &text[at..]);
    let home = Home::with(aws_sandbox::Account::from_toml(&text).expect("an account"), true);
    let mut settings = json!({ "env": { "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2" } });
    settings["env"].as_object_mut().expect("an object").extend(env.as_object().expect("an object").clone());
    home.write(".claude/settings.json", settings.to_string());
    home
}

fn principals(home: &Home, operation: &str) -> Vec<String> {
    let requests = home.sandbox.requests();
    let mut found: Vec<String> =
        requests.into_iter().filter(|request| request.operation == operation).filter_map(|r| r.principal).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn an_api_key_lists_probes_and_pins_and_is_never_shown() {
    for in_settings in [true, false] {
        let key = if in_settings { json!({ "AWS_BEARER_TOKEN_BEDROCK": KEY }) } else { json!({}) };
        let home = home(&key);
        let home = if in_settings { home } else { home.env("AWS_BEARER_TOKEN_BEDROCK", KEY) };
        let mut said = Vec::new();
        for arguments in [
            &["models"][..],
            &["models", "--json", "--probe", "--yes"],
            &["models", "pin", "--auto", "--yes"],
            &["status", "--offline"],
            &["regions", "--residency", "us"],
        ] {
            let run = home.run(arguments);
            said.push(run.stderr.clone());
            said.push(run.success());
        }
        assert!(said[3].contains("\"status\": \"answered\""), "{}", said[3]);
        assert!(said[7].contains("ago: answers after"), "{}", said[7]);
        assert!(said[9].contains("Take us-") && said[9].contains("all newest"), "{}", said[9]);
        assert!(said.iter().all(|text| !text.contains(KEY)), "{said:?}");
        let holder = ["arn:aws:iam::111122223333:user/holder".to_owned()];
        for operation in ["ListInferenceProfiles", "GetFoundationModelAvailability", "InvokeModelWithResponseStream"] {
            assert_eq!(principals(&home, operation), holder, "{operation}");
        }
        assert_eq!(home.settings_json()["env"]["ANTHROPIC_MODEL"], "us.anthropic.claude-sonnet-5-5");
        let kept = home.state_files("proofs").remove(0);
        assert!(!fs_err::read_to_string(kept).expect("text").contains(KEY));
        // What only Bedrock takes is told where another service would be asked.
        let refused = home.run(["policy", "check"]).failure(2);
        assert!(refused.contains("a Bedrock API key"), "{refused}");
    }
}

#[test]
fn an_api_key_is_not_shown_where_a_project_leads() {
    let home = home(&json!({ "AWS_BEARER_TOKEN_BEDROCK": KEY }));
    let away = "http://user:secret@gateway.example/path";
    let project = home.working_directory().join(".claude/settings.json");
    let project = project.strip_prefix(home.path()).expect("below").to_str().expect("UTF-8").to_owned();
    home.write(&project, json!({ "env": { "ANTHROPIC_BEDROCK_BASE_URL": away } }).to_string());
    let home = home.env("ANTHROPIC_BEDROCK_BASE_URL", away);
    let refused = home.run(["models"]).failure(2);
    assert!(refused.contains("gateway.example") && !refused.contains("secret") && !refused.contains(KEY), "{refused}");
    assert!(home.sandbox.requests().is_empty());
}

#[test]
fn a_script_of_ones_own_gives_the_identity_that_asks() {
    let script = "#!/bin/sh\ncat \"$HOME/grant.json\"\n";
    let home = home(&json!({}));
    let grant = home.run(["credentials", "--profile", "work"]).success();
    home.write("grant.json", &grant);
    let path = home.write("grant.sh", script);
    set_mode(&path, 0o700);
    let settings = home.settings_text().replacen('{', &format!("{{\"awsCredentialExport\":{path:?},"), 1);
    home.write(".claude/settings.json", &settings);
    let asked = home.run(["models", "--json", "--probe", "--yes"]).json();
    assert_eq!(asked["models"][0]["probe"]["status"], "answered", "{asked:#}");
    let role = principals(&home, "InvokeModelWithResponseStream");
    assert!(role.len() == 1 && role[0].contains("AWSReservedSSO_BedrockDeveloper"), "{role:?}");
    let _ = home.run(["models", "pin", "--auto", "--yes"]).success();
    let probes = home.run(["status", "--offline", "--json"]).json()["probes"].clone();
    assert_eq!(probes[0]["status"], "answered", "{probes}");
    // A script that fails is told, and nobody else asks.
    home.write("grant.json", "nothing");
    let asked_before = home.sandbox.requests().len();
    let failed = home.run(["models"]).failure(1);
    assert!(failed.contains("your own export command gives nothing to ask with"), "{failed}");
    assert!(failed.contains("helpers test") && home.sandbox.requests().len() == asked_before, "{failed}");
}

#[test]
fn a_projects_script_is_not_run_and_a_gateway_is_named() {
    let home = home(&json!({}));
    let path = home.write("pwn.sh", "#!/bin/sh\ntouch \"$HOME/pwned\"\n");
    set_mode(&path, 0o700);
    let project = home.working_directory().join(".claude/settings.json");
    let project = project.strip_prefix(home.path()).expect("below").to_str().expect("UTF-8").to_owned();
    home.write(&project, json!({ "awsCredentialExport": path }).to_string());
    let refused = home.run(["models"]).failure(1);
    assert!(refused.contains("project's settings") && !home.path().join("pwned").exists(), "{refused}");
    home.write(&project, "{}");
    let unsigned = json!({ "env": { "CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1" } });
    home.write(".claude/settings.json", unsigned.to_string());
    let refused = home.run(["models"]).failure(2);
    assert!(refused.contains("unsigned, to a gateway"), "{refused}");
    let gateway = json!({ "env": { "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work",
        "ANTHROPIC_BEDROCK_BASE_URL": "https://u:p@gateway.example/x" } });
    home.write(".claude/settings.json", gateway.to_string());
    let said = home.run(["models", "--json"]).json();
    let problem = said["problems"][0].as_str().unwrap_or_default();
    assert!(problem.contains("gateway.example, which") && !problem.contains("u:p"), "{said}");
    let mantle = json!({ "env": { "CLAUDE_CODE_USE_MANTLE": "1", "AWS_REGION": "us-west-2", "AWS_PROFILE": "work" } });
    home.write(".claude/settings.json", mantle.to_string());
    let said = home.run(["models", "--json"]).json();
    assert!(said["problems"][0].as_str().is_some_and(|text| text.contains("(Mantle)")), "{said}");
}
