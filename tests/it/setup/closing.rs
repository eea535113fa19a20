//! The settings under "more", the status line and the probe: by flag, by answers, and what of them lasts.

use aws_sandbox::{Account, Fault, FaultEffect};
use serde_json::{Map, Value, json};

use crate::harness::Home;

const ACCOUNT: &str = include_str!("../../../sandbox/account.toml");
const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";
const INVOKED: &str = "InvokeModelWithResponseStream";

/// An account that may list no inference profiles.
fn unlisted() -> Home {
    let denied = "permissions = { allow = [\"*\"], deny = [\"bedrock:ListInferenceProfiles\"] }";
    assert!(ACCOUNT.contains(PERMISSIONS));
    Home::with(Account::from_toml(&ACCOUNT.replace(PERMISSIONS, denied)).expect("an account"), true)
}

/// An account whose models ask for the use-case form.
fn without_form() -> Home {
    Home::with_more("[accounts.gates]\nuse_case_form = \"missing\"\n")
}

fn ask(home: &Home, answers: &Value) -> Value {
    home.run(["setup", "--json", "--answers", &answers.to_string()]).json()
}

/// The values of the choices of a question.
fn choices(answer: &Value) -> Vec<&str> {
    let choices = answer["question"]["choices"].as_array().expect("choices");
    choices.iter().map(|choice| choice["answer"].as_str().expect("text")).collect()
}

fn told(answer: &Value) -> String {
    answer["question"]["notes"].to_string()
}

#[test]
fn settings_by_flag_are_written_stay_and_go_when_told() {
    let home = Home::new();
    let before = home.files();
    let flags = ["--tier", "flex", "--caching", "1h", "--output-tokens", "20000", "--background-region", "us-east-1"];
    let said = home.run(["setup", "--yes"].iter().chain(&flags)).success();
    let values = |home: &Home| {
        let env = home.settings_json()["env"].clone();
        ["ANTHROPIC_BEDROCK_SERVICE_TIER", "ENABLE_PROMPT_CACHING_1H", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"]
            .map(|name| env[name].as_str().map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(values(&home), [some("flex"), some("1"), some("20000")], "{said}");
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION"], "us-east-1");
    // Another set-up is about something else.
    let _ = home.run(["setup", "--yes", "--model", "us.anthropic.claude-opus-5-5"]).success();
    assert_eq!(values(&home), [some("flex"), some("1"), some("20000")]);
    let _ = home.run(["setup", "--yes", "--tier", "as-it-is", "--caching", "5m"]).success();
    assert_eq!(values(&home), [None, None, some("20000")]);
    assert_eq!(home.settings_json()["env"]["FORCE_PROMPT_CACHING_5M"], "1");
    let _ = home.run(["reset"]).success();
    assert_eq!(home.files(), before);
}

#[test]
fn a_small_limit_is_told_for_what_it_does() {
    let home = Home::new();
    let said = home.run(["setup", "--yes", "--dry-run", "--output-tokens", "4096", "--caching", "off"]).success();
    assert!(said.contains("CLAUDE_CODE_MAX_OUTPUT_TOKENS: 4096 tokens cut long answers"), "{said}");
    assert!(said.contains("DISABLE_PROMPT_CACHING: every turn pays for the whole conversation"), "{said}");
}

#[test]
fn a_value_that_cannot_be_is_refused_with_what_can() {
    let home = Home::new();
    let before = home.files();
    let cases: [(&[&str], &str); 6] = [
        (&["--tier", "fast"], "default, flex, priority"),
        (&["--caching", "2h"], "1h, 5m, off"),
        (&["--output-tokens", "few"], "from 1024 on"),
        (&["--background-region", "oregon"], "regions look like us-west-2"),
        (&["--background-model", "us.anthropic.claude-nano"], "no inference profile `us.anthropic.claude-nano`"),
        (&["--output-tokens", "8192", "--thinking-tokens", "8192"], "cannot think 8192 tokens in an answer of 8192"),
    ];
    for (flags, reason) in cases {
        let said = home.run(["setup", "--yes"].iter().chain(flags)).failure(2);
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(home.files(), before);
}

#[test]
fn the_status_line_goes_by_its_own_flag() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--statusline"]).success();
    let _ = home.run(["setup", "--yes", "--no-statusline"]).success();
    assert_eq!(home.settings_json()["statusLine"], Value::Null);
    home.write(".claude/settings.json", "{\"statusLine\": {\"type\": \"command\", \"command\": \"mine\"}}");
    let _ = home.run(["setup", "--yes", "--no-statusline"]).success();
    assert_eq!(home.settings_json()["statusLine"]["command"], "mine", "somebody else's stays");
}

#[test]
fn a_probe_by_flag_states_its_cost_and_is_not_made_twice() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes", "--dry-run"]).success();
    assert_eq!(home.asked(INVOKED), 0, "nothing is billed unasked");
    let run = home.run(["setup", "--yes", "--probe"]);
    assert!(run.stderr.contains("4 requests of about 8 input tokens"), "{}", run.stderr);
    assert!(run.stderr.contains("✔ us.anthropic.claude-haiku-5-5 answers after"), "{}", run.stderr);
    let _ = run.success();
    assert_eq!(home.asked(INVOKED), 4);
    let _ = home.run(["setup", "--yes", "--probe", "--identity", "shared"]).success();
    assert_eq!(home.asked(INVOKED), 4, "what was proven a moment ago is");
}

/// It is there, but that it answers is said of what answered alone.
#[test]
fn a_throttled_model_has_not_answered_and_is_asked_again() {
    let home = Home::new();
    let fault = FaultEffect::error(429, "ThrottlingException", "Too many tokens, please wait before trying again.");
    home.sandbox.set_fault(Fault { model: Some("*opus-5-5".into()), ..Fault::of("InvokeModel*", fault) });
    let asking = ["setup", "--yes", "--probe", "--dry-run"];
    for opus in [5, 6] {
        let run = home.run(asking);
        let told = "us.anthropic.claude-opus-5-5 is there, but has not answered: Q01";
        assert!(
            run.stderr.contains(&format!("! {told}")) && run.stderr.contains(&format!("warning: {told}")),
            "{run:?}"
        );
        assert!(!run.stderr.contains("✔ us.anthropic.claude-opus-5-5"), "{run:?}");
        assert!(!run.stderr.contains("Every model to be pinned has answered"), "{run:?}");
        let _ = run.success();
        assert!(home.asked(INVOKED) >= opus - 1);
    }
    home.sandbox.clear_faults();
    let run = home.run(asking);
    assert!(
        run.stderr.contains("One request of about") && run.stderr.contains("has answered within the last week"),
        "{run:?}"
    );
}

#[test]
fn a_model_that_is_stopped_ends_an_unattended_set_up_with_the_fix() {
    let home = without_form();
    let before = home.files();
    let said = home.run(["setup", "--yes", "--probe"]).failure(2);
    assert!(said.contains("us.anthropic.claude-sonnet-5-5 does not answer: P01") && said.contains("form"), "{said}");
    assert_eq!(home.files(), before);
    // Without a probe the last one is remembered, and told.
    let run = home.run(["setup", "--yes", "--model", "us.anthropic.claude-sonnet-5-5"]);
    assert!(run.stderr.contains("does not answer: P01"), "{}", run.stderr);
    let _ = run.success();
}

#[test]
fn a_recommended_model_that_is_stopped_gives_way_to_the_next_that_answers_and_a_named_one_to_none() {
    let home = Home::with_more(
        "[accounts.gates]\nagreements = [{ models = \"anthropic.claude-sonnet-5-5\", status = \"pending\" }]\n",
    );
    let run = home.run(["setup", "--yes", "--probe"]);
    let passed = "us.anthropic.claude-sonnet-5-5 is recommended and was passed over, because it does not answer: P03: ";
    assert!(run.stderr.contains(passed), "{}", run.stderr);
    assert!(run.stderr.contains("us.anthropic.claude-sonnet-5 answers and is the main model"), "{}", run.stderr);
    assert!(run.success().contains("main model us.anthropic.claude-sonnet-5\n"));
    let env = home.settings_json()["env"].clone();
    for pin in ["ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL"] {
        assert_eq!(env[pin], "us.anthropic.claude-sonnet-5", "{env}");
    }
    let before = home.files();
    let said = home
        .run(["setup", "--yes", "--probe", "--model", "us.anthropic.claude-sonnet-5-5", "--tier", "flex"])
        .failure(2);
    assert!(said.contains("us.anthropic.claude-sonnet-5-5 does not answer: P03"), "{said}");
    assert_eq!(home.settings_json()["env"], env);
    assert_eq!(home.files().len(), before.len());
    // What is pinned already gives way, too; and what was refused before is asked anew.
    let _ = home.run(["setup", "--yes", "--model", "us.anthropic.claude-sonnet-5-5"]).success();
    let _ = home.run(["setup", "--yes", "--probe"]).success();
    assert_eq!(home.settings_json()["env"], env);
}

#[test]
fn a_typed_model_is_unverified_until_it_was_asked() {
    let home = unlisted();
    let typed = ["setup", "--yes", "--model", "us.anthropic.claude-opus-5-5"];
    let run = home.run(typed.iter().chain(&["--dry-run"]));
    assert!(run.stderr.contains("us.anthropic.claude-opus-5-5 is unverified"), "{}", run.stderr);
    let _ = run.success();
    let run = home.run(typed.iter().chain(&["--probe"]));
    assert!(!run.stderr.contains("unverified"), "{}", run.stderr);
    let _ = run.success();
    assert_eq!(home.asked(INVOKED), 1);
    let run = home.run(["setup", "--yes", "--model", "us.anthropic.claude-nothing", "--probe"]);
    assert!(run.stderr.contains("us.anthropic.claude-nothing does not answer"), "{}", run.stderr);
    let _ = run.failure(2);
}

#[test]
fn another_program_is_led_to_more_and_comes_back_to_the_plan() {
    let home = Home::new();
    let mut answers = json!({ "profile": "work", "region": "us-west-2", "residency": "us",
        "model": "us.anthropic.claude-opus-5-5", "identity": "isolated" });
    let plan = ask(&home, &answers);
    assert_eq!((plan["state"].as_str(), choices(&plan)[1], choices(&plan)[3]), (Some("plan"), "no", "more"));
    answers["confirmation"] = "more".into();
    let menu = ask(&home, &answers);
    assert_eq!(menu["question"]["topic"], "more");
    assert_eq!((&menu["question"]["several"], &menu["question"]["recommended"]), (&true.into(), &"done".into()));
    assert!(choices(&menu).contains(&"status-line"), "{menu}");
    answers["more"] = "tier, status-line".into();
    for (topic, answer) in [("tier", "flex"), ("status-line", "yes")] {
        let question = ask(&home, &answers);
        assert_eq!(question["question"]["topic"], topic, "{question}");
        answers[topic] = answer.into();
    }
    let plan = ask(&home, &answers);
    assert_eq!(plan["state"], "plan", "{plan}");
    assert!(!choices(&plan).contains(&"more"), "all that was named is answered: {plan}");
    assert!(plan["diff"].as_str().expect("a diff").contains("\"statusLine\""), "{plan}");
    answers["confirmation"] = choices(&plan)[0].into();
    assert_eq!(ask(&home, &answers)["state"], "applied");
    assert_eq!(home.settings_json()["statusLine"]["refreshInterval"], 60);
    assert_eq!(home.settings_json()["env"]["ANTHROPIC_BEDROCK_SERVICE_TIER"], "flex");
    for (wrong, topic) in [(json!({ "more": "speed" }), "more"), (json!({ "tier": "fast" }), "tier")] {
        let run = home.run(["setup", "--json", "--answers", &wrong.to_string()]);
        let all: Map<String, Value> = serde_json::from_str(&run.stdout).unwrap_or_default();
        // A wrong list is noticed where it is asked for, a wrong value at once.
        if topic == "tier" {
            assert_eq!((&all["state"], &all["mended_by"]), (&"stuck".into(), &json!(["tier"])));
            let _ = run.failure(2);
        }
    }
}

#[test]
fn a_consent_to_a_probe_is_good_for_one() {
    let home = Home::new();
    let mut answers = json!({ "profile": "work", "region": "us-west-2", "residency": "us",
        "model": "us.anthropic.claude-sonnet-5-5", "identity": "isolated", "confirmation": "probe" });
    let plan = ask(&home, &answers);
    assert_eq!(home.asked(INVOKED), 0, "a plain word names no plan");
    let offer = &plan["question"]["choices"][2];
    assert!(offer["about"].as_str().expect("words").contains("36 tokens are billed"), "{offer}");
    answers["confirmation"] = offer["answer"].clone();
    for _ in 0..2 {
        let plan = ask(&home, &answers);
        assert_eq!((plan["state"].as_str(), choices(&plan).len()), (Some("plan"), 3), "{plan}");
        assert!(told(&plan).contains("Every model to be pinned has answered"), "{plan}");
        assert_eq!(home.asked(INVOKED), 4);
    }
    let home = without_form();
    answers["confirmation"] = "x".into();
    answers["confirmation"] = ask(&home, &answers)["question"]["choices"][2]["answer"].clone();
    let plan = ask(&home, &answers);
    let asked = home.asked(INVOKED);
    assert!(asked > 0 && told(&plan).contains("us.anthropic.claude-sonnet-5-5 does not answer: P01"), "{plan}");
    let _ = ask(&home, &answers);
    assert_eq!(home.asked(INVOKED), asked, "the same consent again is to nothing new");
}

#[test]
fn regions_are_answered_with_how_near_they_are_and_what_they_have() {
    let home = Home::new();
    let question = ask(&home, &json!({ "profile": "work" }));
    assert_eq!(
        (&question["question"]["topic"], &question["question"]["recommended"]),
        (&"region".into(), &"us-west-2".into())
    );
    let first = question["question"]["choices"][0]["about"].as_str().expect("words");
    assert!(first.ends_with(" ms; us or anywhere; the newest models"), "{question}");
    assert!(question.to_string().contains("the newest models for you (opus 5.5, sonnet 5.5, "), "{question}");
    assert!(choices(&question).contains(&"eu-central-1"), "{question}");
}
