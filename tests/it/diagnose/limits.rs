//! Models, endpoints and limits that cannot work, told from files alone.

use super::files::{ASK, Case, ERROR, EXPLAIN, HINT, SAFE, WARNING, assert_found, env, model, refresh, region, top};
use super::{CONFIG, Machine, shared};

/// Settings that leave everything to Mantle, with one more variable.
fn mantle(more: &str) -> Machine {
    let text = shared(&format!(", {more}"), "");
    Machine::new(&text.replace("USE_BEDROCK", "USE_MANTLE").replace("us.anthropic", "anthropic"), CONFIG)
}

pub(super) fn cases() -> Vec<Case> {
    let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc";
    vec![
        (
            "M01",
            ERROR,
            EXPLAIN,
            "anthropic.claude-opus-4-5-20251101-v1:0",
            model("anthropic.claude-opus-4-5-20251101-v1:0"),
        ),
        ("M02", ERROR, EXPLAIN, "us.anthropic", region("eu-west-1")),
        ("M03", ERROR, EXPLAIN, "claude-opus-4-6", model("claude-opus-4-6")),
        ("M05", ERROR, EXPLAIN, "claude-opus-4-6-v1[1m]", model("claude-opus-4-6-v1[1m]")),
        ("M08", ERROR, SAFE, "%2F", model(&arn.replace('/', "%2F"))),
        ("M08", ERROR, EXPLAIN, "eu-west-1", model(&arn.replace("us-west-2", "eu-west-1"))),
        ("M10", HINT, EXPLAIN, "application-inference-profile", model(arn)),
        (
            "M12",
            WARNING,
            ASK,
            "ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION",
            Machine::new(
                "{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"1\", \"AWS_PROFILE\": \"work\", \"ANTHROPIC_SMALL_FAST_MODEL_AWS_REGION\": \"us-east-1\"}}",
                CONFIG,
            ),
        ),
        (
            "M13",
            HINT,
            EXPLAIN,
            "",
            Machine::new("{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": \"1\", \"AWS_PROFILE\": \"work\"}}", CONFIG),
        ),
        ("M22", ERROR, SAFE, "[1m]", model("us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]")),
        ("M23", ERROR, EXPLAIN, "us.anthropic", region("us-gov-west-1")),
        ("M24", WARNING, EXPLAIN, "claude-opus-4-6", top("\"availableModels\": [\"claude-opus-4-6\"]")),
        (
            "M25",
            ERROR,
            SAFE,
            "us.anthropic",
            Machine::new(&shared("", "").replace("USE_BEDROCK", "USE_MANTLE"), CONFIG),
        ),
        ("M26", WARNING, ASK, "CLAUDE_CODE_USE_MANTLE", env("\"CLAUDE_CODE_USE_MANTLE\": \"enable\"")),
        ("N02", ERROR, EXPLAIN, "NODE_EXTRA_CA_CERTS", env("\"NODE_EXTRA_CA_CERTS\": \"/nowhere.pem\"")),
        ("N02", HINT, EXPLAIN, "NODE_EXTRA_CA_CERTS", env("\"NODE_EXTRA_CA_CERTS\": \"/etc/passwd\"")),
        (
            "N04",
            WARNING,
            EXPLAIN,
            "NODE_EXTRA_CA_CERTS",
            refresh("aws sso login --profile work").with("NODE_EXTRA_CA_CERTS", "/etc/passwd"),
        ),
        ("N09", ERROR, EXPLAIN, "elsewhere", mantle("\"ANTHROPIC_BEDROCK_MANTLE_BASE_URL\": \"elsewhere\"")),
        ("C18", ERROR, ASK, "CLAUDE_CODE_SKIP_MANTLE_AUTH", mantle("\"CLAUDE_CODE_SKIP_MANTLE_AUTH\": \"1\"")),
        ("N09", ERROR, EXPLAIN, "gateway", env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"gateway\"")),
        (
            "N09",
            ERROR,
            EXPLAIN,
            "us-east-1",
            env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://bedrock-runtime.us-east-1.amazonaws.com\""),
        ),
        ("O01", WARNING, ASK, "4096", env("\"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"4096\"")),
        (
            "O02",
            WARNING,
            SAFE,
            "8192",
            env("\"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"8192\", \"MAX_THINKING_TOKENS\": \"8192\""),
        ),
        ("O03", ERROR, SAFE, "200000", env("\"CLAUDE_CODE_MAX_OUTPUT_TOKENS\": \"200000\"")),
        ("O04", WARNING, ASK, "ANTHROPIC_BETAS", env("\"ANTHROPIC_BETAS\": \"x\"")),
        ("O06", HINT, ASK, "DISABLE_PROMPT_CACHING", env("\"DISABLE_PROMPT_CACHING\": \"1\"")),
        (
            "O07",
            HINT,
            EXPLAIN,
            "(hidden)",
            env(
                "\"ANTHROPIC_CUSTOM_HEADERS\": \"X-Amzn-Bedrock-GuardrailIdentifier: a\\nX-Amzn-Bedrock-GuardrailVersion: 1\"",
            ),
        ),
        (
            "O08",
            WARNING,
            EXPLAIN,
            "(hidden)",
            env("\"ANTHROPIC_CUSTOM_HEADERS\": \"X-Amzn-Bedrock-GuardrailIdentifier: a\""),
        ),
    ]
}

#[test]
fn which_models_and_limits_are_set() {
    assert_found(cases());
}
