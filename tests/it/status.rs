//! `status`: provider, identity, models and lifetimes, each with where it comes from.

use serde_json::{Value, json};

use crate::harness::Home;

fn set_up() -> Home {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    home
}

fn offline(home: &Home) -> Value {
    home.run(["status", "--offline", "--json"]).json()
}

#[test]
fn a_set_up_is_reported_to_a_person() {
    let home = set_up();
    let said = home.portable(&home.run(["status"]).success());
    insta::assert_snapshot!(said, @"
    Claude Code answers from Amazon Bedrock
      because CLAUDE_CODE_USE_BEDROCK is 1 in ~/.claude/settings.json:3 (user settings)

      profile             work  from ~/.claude/settings.json:12 (user settings)
      identity            isolated: Claude Code alone has these credentials
                          from ~/.claude/settings.json:12 (user settings)
      principal           arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_3a8bd466f62018e8/ada
      account             111122223333
      region              us-west-2  from ~/.claude/settings.json:4 (user settings)
      main model          us.anthropic.claude-sonnet-5-5  from ~/.claude/settings.json:5 (user settings)
      opus                us.anthropic.claude-opus-5-5  from ~/.claude/settings.json:6 (user settings)
      sonnet              us.anthropic.claude-sonnet-5-5  from ~/.claude/settings.json:7 (user settings)
      haiku               us.anthropic.claude-haiku-5-5  from ~/.claude/settings.json:8 (user settings)
      fable               us.anthropic.claude-fable-5-2  from ~/.claude/settings.json:9 (user settings)

      SSO session         work
      access token        until TIME (in TIME), renews itself
      client registration until TIME (in TIME)
      role credentials    until TIME (in TIME)
    ");
}

#[test]
fn an_unconfigured_home_is_reported_to_a_person() {
    let home = Home::new();
    let said = home.portable(&home.run(["status"]).success());
    insta::assert_snapshot!(said, @"
    Claude Code answers from Anthropic, not from Amazon Bedrock
      because no provider is switched on (CLAUDE_CODE_USE_BEDROCK is unset)
      `claude-bedrock setup` switches Amazon Bedrock on

      profile             none
      identity            ambient: what the AWS SDK finds by itself
      account             unknown
      region              us-east-1
      main model          not pinned; Claude Code chooses
      opus                not pinned
      sonnet              not pinned
      haiku               not pinned
      fable               not pinned

      role credentials    none cached; fetched when needed
    ");
}

#[test]
fn the_json_of_a_set_up_has_every_fact() {
    let home = set_up();
    let said = home.run(["status", "--json"]).json();
    assert_eq!(said["version"], 1);
    assert_eq!(said["provider"], "bedrock");
    assert_eq!(said["profile"], "work");
    assert_eq!(said["region"], "us-west-2");
    let models = json!({
        "main": "us.anthropic.claude-sonnet-5-5",
        "opus": "us.anthropic.claude-opus-5-5",
        "sonnet": "us.anthropic.claude-sonnet-5-5",
        "haiku": "us.anthropic.claude-haiku-5-5",
        "fable": "us.anthropic.claude-fable-5-2",
    });
    assert_eq!(said["models"], models);
    assert_eq!(said["identity"]["mode"], "isolated");
    assert_eq!(said["identity"]["account"], "111122223333");
    let document = home.run(["credentials"]).json();
    let moment = |value: &Value| value.as_str().expect("text").parse::<jiff::Timestamp>().expect("a time").as_second();
    assert_eq!(moment(&said["credentials"]["expires_at"]), moment(&document["Credentials"]["Expiration"]));
    assert_eq!(moment(&said["session"]["expires_at"]), moment(&home.token()["expiresAt"]));
    assert_eq!(said["session"]["renewable"], true);
    assert_eq!(said["session"]["name"], "work");
    assert_eq!(said["problems"], json!([]));
}

#[test]
fn a_sign_in_that_cannot_renew_itself_says_so() {
    let home = Home::new();
    home.change_token(&[("refreshToken", Value::Null)]);
    let said = home.run(["status", "--offline", "--json", "--profile", "work"]).json();
    assert_eq!(said["session"]["renewable"], false);
    let text = home.run(["status", "--offline", "--profile", "work"]).success();
    assert!(text.contains("cannot renew itself"), "{text}");
}

#[test]
fn the_principal_is_the_one_aws_saw() {
    let home = set_up();
    let said = home.run(["status", "--json"]).json();
    let last = home.sandbox.requests().pop().expect("a request");
    assert_eq!(last.operation, "GetCallerIdentity");
    assert_eq!(said["identity"]["arn"].as_str(), last.principal.as_deref());
    let arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_";
    assert!(said["identity"]["arn"].as_str().is_some_and(|text| text.starts_with(arn)), "{said}");
}

#[test]
fn offline_nobody_is_asked_and_the_principal_is_unknown() {
    let home = set_up();
    let asked = home.sandbox.requests().len();
    let said = offline(&home);
    assert_eq!(home.sandbox.requests().len(), asked);
    assert_eq!(said["identity"]["arn"], Value::Null);
    assert_eq!(said["identity"]["account"], "111122223333");
}

#[test]
fn what_is_unknown_is_null() {
    let said = Home::new().run(["status", "--json"]).json();
    let expected = json!({
        "version": 1,
        "provider": "anthropic",
        "profile": null,
        "region": "us-east-1",
        "models": {"main": null, "opus": null, "sonnet": null, "haiku": null, "fable": null},
        "identity": {"mode": "ambient", "account": null, "arn": null},
        "credentials": {"expires_at": null},
        "session": {"name": null, "expires_at": null, "renewable": null, "registration_expires_at": null},
        "sources": {
            "provider": null,
            "identity": null,
            "profile": null,
            "region": {"kind": "default", "overrides": []},
            "models": {"main": null, "opus": null, "sonnet": null, "haiku": null, "fable": null},
        },
        "probes": [],
        "problems": [],
    });
    assert_eq!(said, expected);
}

#[test]
fn someone_signed_out_still_gets_a_status() {
    let home = Home::with(aws_sandbox::Account::default(), false);
    let said = home.run(["status", "--json", "--profile", "work"]).json();
    assert_eq!(said["session"]["name"], "work");
    assert_eq!(said["session"]["expires_at"], Value::Null);
    assert_eq!(said["identity"]["arn"], Value::Null);
    assert_eq!(
        said["problems"],
        json!(["nobody is signed in to the SSO session `work`; run `claude-bedrock login --profile work`"])
    );
    let text = home.run(["status", "--profile", "work"]).success();
    assert!(text.contains("nobody is signed in"), "{text}");
}

#[test]
fn a_dead_network_still_gives_a_status() {
    let home = set_up().env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let said = home.run(["status", "--json"]).json();
    assert_eq!(said["provider"], "bedrock");
    assert_eq!(said["identity"]["arn"], Value::Null);
    assert!(said["problems"][0].as_str().is_some_and(|text| text.contains("could not be reached")), "{said}");
}

#[test]
fn settings_beat_the_shell_and_say_what_they_override() {
    let home = set_up().env("AWS_REGION", "eu-west-1").env("ANTHROPIC_MODEL", "shells").env("AWS_PROFILE", "shells");
    let said = offline(&home);
    assert_eq!(said["region"], "us-west-2");
    assert_eq!(said["profile"], "work");
    assert_eq!(said["models"]["main"], "us.anthropic.claude-sonnet-5-5");
    let region = json!({
        "kind": "settings", "scope": "user", "path": home.settings(), "line": 4,
        "overrides": [
            {"value": "eu-west-1", "kind": "variable", "name": "AWS_REGION"},
            {"value": "us-west-2", "kind": "aws-file", "path": home.path().join(".aws/config"), "line": 5},
        ],
    });
    assert_eq!(said["sources"]["region"], region);
    let model = json!([{"value": "shells", "kind": "variable", "name": "ANTHROPIC_MODEL"}]);
    assert_eq!(said["sources"]["models"]["main"]["overrides"], model);
    let text = home.run(["status", "--offline"]).success();
    assert!(text.contains("overrides eu-west-1 from the variable AWS_REGION"), "{text}");
}

#[test]
fn without_settings_the_shell_counts() {
    let home =
        Home::new().env("CLAUDE_CODE_USE_BEDROCK", "1").env("AWS_PROFILE", "work").env("ANTHROPIC_MODEL", "mine");
    let said = home.run(["status", "--json"]).json();
    assert_eq!((&said["provider"], &said["profile"]), (&json!("bedrock"), &json!("work")));
    assert_eq!((&said["identity"]["mode"], &said["models"]["main"]), (&json!("ambient"), &json!("mine")));
    assert_eq!(said["sources"]["provider"]["name"], "CLAUDE_CODE_USE_BEDROCK");
    let last = home.sandbox.requests().pop().expect("a request");
    assert_eq!(said["identity"]["arn"].as_str(), last.principal.as_deref());
    let text = home.run(["status", "--offline"]).success();
    assert!(text.contains("because CLAUDE_CODE_USE_BEDROCK is 1 in the shell's environment"), "{text}");
}

#[test]
fn the_modes_of_an_identity_are_told_apart() {
    let cases = [
        (r#"{"env": {"AWS_PROFILE": "work"}}"#, "shared"),
        (r#"{"env": {"AWS_ACCESS_KEY_ID": "AKIAX"}}"#, "ambient"),
        (r#"{"awsCredentialExport": "/opt/theirs", "env": {"AWS_PROFILE": "work"}}"#, "export"),
        (r#"{"awsCredentialExport": "/opt/theirs", "env": {"AWS_BEARER_TOKEN_BEDROCK": "x"}}"#, "api-key"),
        (r#"{"env": {"AWS_BEARER_TOKEN_BEDROCK": "x", "CLAUDE_CODE_SKIP_BEDROCK_AUTH": "1"}}"#, "unsigned"),
    ];
    for (settings, mode) in cases {
        let home = Home::new();
        home.write(".claude/settings.json", settings);
        assert_eq!(offline(&home)["identity"]["mode"], mode, "{settings}");
    }
}

#[test]
fn every_switch_has_its_provider() {
    let cases = [
        ("CLAUDE_CODE_USE_BEDROCK", "bedrock"),
        ("CLAUDE_CODE_USE_VERTEX", "vertex"),
        ("CLAUDE_CODE_USE_FOUNDRY", "foundry"),
        ("CLAUDE_CODE_USE_MANTLE", "mantle"),
        ("CLAUDE_CODE_USE_ANTHROPIC_AWS", "anthropic-aws"),
    ];
    for (switch, provider) in cases {
        let home = Home::new();
        home.write(".claude/settings.json", json!({"env": {switch: "1"}}).to_string());
        assert_eq!(offline(&home)["provider"], provider);
        assert_eq!(offline(&Home::new().env(switch, "true"))["provider"], provider);
        assert_eq!(offline(&Home::new().env(switch, "0"))["provider"], "anthropic");
    }
    let home = Home::new().env("CLAUDE_CODE_USE_BEDROCK", "1");
    home.write(".claude/settings.json", r#"{"env": {"CLAUDE_CODE_USE_BEDROCK": "", "CLAUDE_CODE_USE_VERTEX": "1"}}"#);
    assert_eq!(offline(&home)["provider"], "vertex", "an empty value in the settings cancels the shell's");
}

#[test]
fn an_api_key_is_reported_and_never_printed() {
    let key = "ABSK-a-key-that-nobody-may-see";
    let in_settings = Home::new();
    let settings = json!({"env": {"AWS_BEARER_TOKEN_BEDROCK": key, "CLAUDE_CODE_USE_BEDROCK": "1"}});
    in_settings.write(".claude/settings.json", settings.to_string());
    let in_both = set_up().env("AWS_BEARER_TOKEN_BEDROCK", key);
    in_both.write("work/.claude/settings.json", settings.to_string());
    for home in [in_settings, in_both, Home::new().env("AWS_BEARER_TOKEN_BEDROCK", key)] {
        assert_eq!(offline(&home)["identity"]["mode"], "api-key");
        for arguments in [&["status"][..], &["status", "--json"], &["status", "--verbose", "--offline"]] {
            let run = home.run(arguments);
            assert!(!run.stderr.contains(key) && !run.stdout.contains(key), "{run:?}");
            let _ = run.success();
        }
        assert!(home.run(["status", "--offline"]).success().contains("a Bedrock API key"));
    }
}

#[test]
fn the_profile_is_known_while_bedrock_is_switched_off() {
    let home = set_up();
    let text = home.settings_text().replace("\"CLAUDE_CODE_USE_BEDROCK\": \"1\"", "\"CLAUDE_CODE_USE_BEDROCK\": \"0\"");
    home.write(".claude/settings.json", text);
    let said = home.run(["status", "--json"]).json();
    assert_eq!((&said["provider"], &said["profile"]), (&json!("anthropic"), &json!("work")));
    assert_eq!(said["identity"]["account"], "111122223333");
}

#[test]
fn a_profile_named_on_the_command_line_is_looked_at_instead() {
    let home = Home::new();
    let said = home.run(["status", "--json", "--profile", "work"]).json();
    assert_eq!((&said["profile"], &said["region"]), (&json!("work"), &json!("us-west-2")));
    let said = home.run(["status", "--json", "--profile", "nope"]).json();
    assert!(said["problems"][0].as_str().is_some_and(|text| text.contains("`nope` is in neither")), "{said}");
}

#[test]
fn local_settings_beat_the_projects_and_those_the_users() {
    let home = set_up();
    let region = |region: &str| json!({"env": {"AWS_REGION": region}}).to_string();
    home.write("work/.claude/settings.json", region("eu-west-1"));
    assert_eq!(offline(&home)["region"], "eu-west-1");
    home.write("work/.claude/settings.local.json", region("eu-west-3"));
    let said = offline(&home);
    assert_eq!((&said["region"], &said["sources"]["region"]["scope"]), (&json!("eu-west-3"), &json!("local")));
    let overridden = &said["sources"]["region"]["overrides"];
    assert_eq!((&overridden[0]["scope"], &overridden[1]["scope"]), (&json!("project"), &json!("user")));
}
