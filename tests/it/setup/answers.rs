//! The same questions for another program: JSON in, the next question out, and nothing written but an agreed plan.

use aws_sandbox::Account;
use serde_json::{Map, Value, json};

use crate::harness::{Home, Run};

fn ask(home: &Home, answers: &Map<String, Value>) -> Run {
    home.run(["setup", "--json", "--answers", &Value::from(answers.clone()).to_string()])
}

/// Answers with what is recommended, else with the first choice, until there is no question; gives the topics asked
/// and the end.
fn walk(home: &Home, mut answers: Map<String, Value>) -> (Vec<String>, Value) {
    let mut topics = Vec::new();
    loop {
        let answer = ask(home, &answers).json();
        let question = &answer["question"];
        let Some(topic) = question["topic"].as_str() else { return (topics, answer) };
        assert!(!topics.contains(&topic.to_owned()), "asked twice: {topic}");
        topics.push(topic.to_owned());
        let first = question["recommended"].as_str().or(question["choices"][0]["answer"].as_str());
        answers.insert(topic.to_owned(), first.expect("something to answer").into());
    }
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

#[test]
fn questions_lead_to_a_plan_that_is_written_only_when_agreed_to() {
    let home = Home::new();
    let before = home.files();
    let given = json!({ "profile": "work", "region": "us-east-1", "tier": "flex" });
    let (topics, end) = {
        let first = ask(&home, &Map::new()).json();
        assert_eq!((first["state"].as_str(), first["question"]["topic"].as_str()), (Some("question"), Some("profile")));
        assert_eq!(first["question"]["recommended"], "work");
        assert_eq!(home.files(), before, "a question writes nothing");
        walk(&home, object(given))
    };
    assert!(
        topics.starts_with(&["residency".into(), "model".into()]) && topics.ends_with(&["confirmation".into()]),
        "{topics:?}"
    );
    assert_eq!(end["state"], "applied");
    assert_eq!(end["plan"]["choice"]["region"], "us-east-1");
    assert!(end["recovery"].as_str().expect("words").contains("delete env.CLAUDE_CODE_USE_BEDROCK"));
    assert_eq!(home.settings_json()["env"]["AWS_REGION"], "us-east-1");
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_BEDROCK_SERVICE_TIER"], "flex");
    let (_, again) = walk(&home, object(end["answers"].clone()));
    assert_eq!(again["state"], "unchanged", "{again}");
    home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

/// The answers up to the plan, and the plan.
fn planned(home: &Home) -> (Map<String, Value>, Value) {
    let mut answers = Map::new();
    loop {
        let answer = ask(home, &answers).json();
        if answer["state"] == "plan" {
            return (answers, answer);
        }
        let topic = answer["question"]["topic"].as_str().expect("a question").to_owned();
        answers.insert(topic, answer["question"]["recommended"].clone());
    }
}

#[test]
fn a_consent_counts_for_the_plan_it_was_given_to() {
    let home = Home::new();
    home.write(".claude/settings.json", "{\n  \"model\": \"opus\"\n}\n");
    let (mut answers, plan) = planned(&home);
    assert!(plan["diff"].as_str().expect("a diff").contains("+   \"env\": {"), "{plan}");
    let consent = plan["question"]["choices"][0]["answer"].clone();
    let changed = home.write(".claude/settings.json", "{\n  \"model\": \"sonnet\"\n}\n");
    for wrong in [consent.as_str().expect("text"), "yes", "true", "apply"] {
        answers.insert("confirmation".into(), wrong.into());
        let again = ask(&home, &answers).json();
        assert_eq!(again["state"], "plan", "{wrong}");
        assert_eq!(fs_err::read_to_string(&changed).expect("there"), "{\n  \"model\": \"sonnet\"\n}\n");
    }
    answers.insert("confirmation".into(), "no".into());
    assert!(ask(&home, &answers).failure(130).contains("nothing was changed"));
    assert_eq!(fs_err::read_to_string(&changed).expect("there"), "{\n  \"model\": \"sonnet\"\n}\n");
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_questions_that_mend_it() {
    let home = Home::new();
    let before = home.files();
    let cases = [
        (json!({ "profile": "$(touch pwned)\n'\"" }), Some("profile"), "is not an answer to"),
        (json!({ "profile": "work", "region": "us-west-2; touch pwned" }), Some("region"), "is not an AWS region"),
        (
            json!({ "profile": "work", "region": "us-west-2", "residency": "us", "model": "`touch pwned`" }),
            Some("model"),
            "blanks",
        ),
        (
            json!({ "profile": "work", "region": "us-west-2", "residency": "us", "model": "claude" }),
            Some("model"),
            "lists no inference profile",
        ),
        (json!({ "profile": "work", "output-tokens": "few" }), None, "A number of tokens"),
        (json!({ "regoin": "us-west-2" }), None, "`regoin`, which is not a question"),
        (json!({ "profile": 1 }), None, "no text under `profile`"),
        (json!({ "profile": "x".repeat(100_000) }), Some("profile"), "is not an answer to"),
    ];
    for (answers, mended_by, reason) in cases {
        let run = ask(&home, &object(answers));
        assert!(run.stderr.contains(reason), "{}", run.stderr);
        assert_eq!(run.code, Some(2));
        if let Some(topic) = mended_by {
            let stuck: Value = serde_json::from_str(&run.stdout).expect("JSON");
            assert_eq!(stuck["state"], "stuck");
            assert!(stuck["mended_by"].as_array().expect("topics").contains(&topic.into()), "{stuck}");
        }
    }
    for text in ["", "[]", "{", "\"x\"", "{\"a\"}"] {
        assert!(home.run(["setup", "--json", "--answers", text]).failure(2).contains("`--answers`"));
    }
    assert!(home.run(["setup", "--answers", "{}"]).failure(2).contains("--json"));
    assert_eq!(home.files(), before);
}

#[test]
fn a_profile_from_a_start_url_is_signed_in_to_on_a_yes_and_written_with_the_plan() {
    let home = Home::with(Account::default(), false);
    fs_err::remove_file(home.path().join(".aws/config")).expect("there");
    home.sandbox.decide_from_now_on(Some(true));
    let home = home.env("CLAUDECODE", "1");
    let url = "https://d-9067642ac7.awsapps.com/start";
    let start =
        json!({ "start-url": url, "sso-region": "us-east-1", "role": "BedrockDeveloper", "region": "us-west-2" });
    let (topics, end) = walk(&home, object(start));
    assert_eq!(end["state"], "applied", "{end}");
    assert!(topics.contains(&"sign-in".into()) && topics.contains(&"account".into()), "{topics:?}");
    assert_eq!(home.asked("StartDeviceAuthorization"), 1, "one sign-in for the whole interview");
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    assert!(config.contains("[sso-session ") && config.contains(url), "{config}");
    assert!(config.contains("\nsso_role_name = BedrockDeveloper\nregion = us-west-2\n"), "the one chosen: {config}");
}

/// From a start URL on, every failure names the answer that could mend it.
#[test]
fn a_home_without_any_profile_is_led_to_one() {
    let home = Home::with(Account::default(), false);
    fs_err::remove_file(home.path().join(".aws/config")).expect("there");
    home.sandbox.decide_from_now_on(Some(true));
    let home = home.env("CLAUDECODE", "1");
    assert_eq!(ask(&home, &object(json!({}))).json()["question"]["topic"], "start-url");
    let named = home.run(["setup", "--json", "--profile", "nope", "--answers", "{}"]);
    let stuck: Value = serde_json::from_str(&named.stdout).expect("JSON");
    assert_eq!(stuck["mended_by"], json!(["start-url"]), "{stuck}");
    let url = "https://d-9067642ac7.awsapps.com/start";
    let more = |more: Value| {
        let known = json!({ "start-url": url, "sso-region": "us-east-1", "sso-session": "s", "sign-in": "yes" });
        let mut answers = object(known);
        answers.extend(object(more));
        answers
    };
    for (answers, topic) in [
        (more(json!({ "start-url": "http://acme.awsapps.com/start" })), "start-url"),
        (more(json!({ "start-url": "https://nobody.awsapps.com/start" })), "start-url"),
        (more(json!({ "sign-in": "no" })), "sign-in"),
        (more(json!({ "account": "999999999999" })), "account"),
        (more(json!({ "account": "111122223333", "role": "Nobody" })), "role"),
    ] {
        let run = ask(&home, &answers);
        let stuck: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(stuck["state"], "stuck", "{stuck}");
        assert!(stuck["mended_by"].as_array().expect("topics").contains(&topic.into()), "{stuck}");
    }
    assert!(!home.path().join(".aws/config").exists());
}

#[test]
fn a_sign_in_is_asked_for_before_it_begins() {
    let home = Home::with(Account::default(), false);
    let answers = object(json!({ "profile": "work", "region": "us-west-2" }));
    let question = ask(&home, &answers).json();
    assert_eq!(question["question"]["topic"], "sign-in");
    assert_eq!(home.asked("StartDeviceAuthorization") + home.asked("RegisterClient"), 0);
}
