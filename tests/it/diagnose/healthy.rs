//! Set-ups of every kind that work: nothing is found in them that weighs more than a hint.

use claude_bedrock::checks::{self, Selection};
use claude_bedrock::observe::diagnosis::{self, Depth};

use super::online::{outcome, world_of};
use super::{CONFIG, Machine, PINS, SSO, problems, shared};
use crate::harness::Home;

const RENEWABLE: &str =
    r#", "clientId": "c", "clientSecret": "s", "refreshToken": "r", "registrationExpiresAt": "2099-01-01T00:00:00Z""#;
const ISOLATED: &str = r#", "awsCredentialExport": "claude-bedrock credentials --sign-in --profile=work || echo '{}'""#;

fn env(more: &str) -> Machine {
    Machine::shared(&format!(", {more}"), "", CONFIG)
}

fn without_profile(more: &str) -> Machine {
    let text =
        format!("{{\"env\": {{\"CLAUDE_CODE_USE_BEDROCK\": \"1\", \"AWS_REGION\": \"us-west-2\", {PINS}{more}}}}}");
    Machine::new(&text, "")
}

/// Settings in isolated mode: no profile in the variables.
fn isolated(config: &str) -> Machine {
    let text = shared("", ISOLATED).replace("\"AWS_PROFILE\": \"work\",", "\"AWS_BEARER_TOKEN_BEDROCK\": \"\",");
    let machine = Machine::new(&text, config);
    let program = machine.write("bin/claude-bedrock", "");
    crate::harness::set_mode(&program, 0o700);
    machine
}

fn gov() -> Machine {
    let text = shared("", "").replace("us-west-2", "us-gov-west-1").replace("us.anthropic", "us-gov.anthropic");
    Machine::new(&text, &CONFIG.replace("us-west-2", "us-gov-west-1"))
}

fn in_region(region: &str, prefix: &str) -> Machine {
    let text = shared("", "").replace("us-west-2", region).replace("us.anthropic", &format!("{prefix}.anthropic"));
    Machine::new(&text, &CONFIG.replace("us-west-2", region))
}

/// Every kind of set-up that files alone show to be sound.
#[expect(clippy::too_many_lines, reason = "a table")]
fn offline() -> Vec<(&'static str, Machine)> {
    let keys = |machine: Machine| machine.with("AWS_ACCESS_KEY_ID", "AKIAX").with("AWS_SECRET_ACCESS_KEY", "s");
    let key = ", \"AWS_BEARER_TOKEN_BEDROCK\": \"ABSKexample\"";
    let role = "[profile base]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n[profile work]\nregion = us-west-2\n\
                role_arn = arn:aws:iam::111122223333:role/dev\nsource_profile = base\n";
    let over_sso =
        "[profile work]\nrole_arn = arn:aws:iam::111122223333:role/dev\nsource_profile = corp\nregion = us-west-2\n";
    let web = "[profile work]\nregion = us-west-2\nrole_arn = arn:aws:iam::111122223333:role/ci\nweb_identity_token_file = /etc/passwd\n";
    let legacy = "[profile work]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
                  sso_account_id = 111122223333\nsso_role_name = Dev\nregion = us-west-2\n";
    let project = shared("", "").replace("\"AWS_PROFILE\": \"work\",", "");
    let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc";
    vec![
        ("isolated, keys", isolated(CONFIG)),
        ("isolated, SSO", isolated(SSO).signed_in(60, RENEWABLE)),
        ("isolated, SSO whose token is over and renews itself", isolated(SSO).signed_in(-60, RENEWABLE)),
        ("isolated beside keys in the shell", keys(isolated(SSO).signed_in(60, RENEWABLE))),
        ("shared, keys in the file", env("\"X\": \"1\"")),
        (
            "shared, keys in the credentials file",
            Machine::shared("", "", "[profile work]\nregion = us-west-2\n")
                .file(".aws/credentials", "[work]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n"),
        ),
        ("shared, SSO", Machine::shared("", "", SSO).signed_in(60, RENEWABLE)),
        (
            "shared, SSO, with our helper",
            Machine::new(&shared("", ", \"awsAuthRefresh\": \"claude-bedrock refresh --profile=work\""), SSO)
                .signed_in(60, RENEWABLE)
                .file("bin/claude-bedrock", ""),
        ),
        (
            "shared, SSO, with a helper that begins with a word of the shell",
            Machine::new(&shared("", ", \"awsAuthRefresh\": \"umask 077 && sign-in work\""), SSO)
                .signed_in(60, RENEWABLE),
        ),
        (
            "shared, SSO, with the AWS CLI's sign-in",
            Machine::new(&shared("", ", \"awsAuthRefresh\": \"aws sso login --profile work\""), SSO)
                .signed_in(60, RENEWABLE)
                .file("bin/aws", ""),
        ),
        (
            "shared, SSO, as the original plugin wrote it",
            Machine::new(&shared("", ", \"awsAuthRefresh\": \"aws sso login --profile work\""), legacy)
                .file(".aws/sso/cache/x.json", "{}")
                .with("X", "1")
                .legacy_signed_in("https://corp.awsapps.com/start")
                .file("bin/aws", ""),
        ),
        ("keys in the shell", keys(without_profile(""))),
        (
            "keys in the settings",
            without_profile(", \"AWS_ACCESS_KEY_ID\": \"AKIAX\", \"AWS_SECRET_ACCESS_KEY\": \"s\""),
        ),
        ("temporary keys in the shell", keys(without_profile("")).with("AWS_SESSION_TOKEN", "t")),
        ("temporary keys in a CI run", keys(without_profile("")).with("AWS_SESSION_TOKEN", "t").with("CI", "true")),
        ("a role over keys", Machine::shared("", "", role)),
        (
            "a role over SSO",
            Machine::shared("", "", &format!("{over_sso}{}", SSO.replace("profile work", "profile corp")))
                .signed_in(60, RENEWABLE),
        ),
        ("a web identity in a profile", Machine::shared("", "", web)),
        (
            "a web identity in variables",
            without_profile("")
                .with("AWS_WEB_IDENTITY_TOKEN_FILE", "/etc/passwd")
                .with("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/ci"),
        ),
        (
            "a container's credentials",
            without_profile("").with("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
        ),
        (
            "a `credential_process`",
            Machine::shared("", "", "[profile work]\nregion = us-west-2\ncredential_process = /bin/sh -c true\n"),
        ),
        ("an API key in the shell", without_profile("").with("AWS_BEARER_TOKEN_BEDROCK", "ABSKexample")),
        ("an API key in the settings", without_profile(key)),
        ("GovCloud", gov()),
        ("the EU", in_region("eu-central-1", "eu")),
        ("Japan", in_region("ap-northeast-1", "jp")),
        ("anywhere", in_region("sa-east-1", "global")),
        (
            "Mantle",
            Machine::new(
                &shared("", "").replace("USE_BEDROCK", "USE_MANTLE").replace("us.anthropic", "anthropic"),
                CONFIG,
            ),
        ),
        (
            "Mantle behind a gateway that signs",
            Machine::new(
                &format!(
                    "{{\"env\": {{\"CLAUDE_CODE_USE_MANTLE\": \"1\", \"AWS_REGION\": \"us-west-2\", {}, \
                     \"CLAUDE_CODE_SKIP_MANTLE_AUTH\": \"1\", \
                     \"ANTHROPIC_BEDROCK_MANTLE_BASE_URL\": \"https://gateway.example\"}}}}",
                    PINS.replace("us.anthropic", "anthropic")
                ),
                "",
            ),
        ),
        ("Mantle beside Bedrock", env("\"CLAUDE_CODE_USE_MANTLE\": \"1\"")),
        ("a proxy", env("\"HTTPS_PROXY\": \"http://proxy.example:3128\", \"NO_PROXY\": \"localhost\"")),
        (
            "a company's certificates",
            env("\"NODE_EXTRA_CA_CERTS\": \"/etc/passwd\"").with("NODE_EXTRA_CA_CERTS", "/etc/passwd"),
        ),
        ("a gateway", env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://gateway.example/bedrock\"")),
        (
            "a gateway that signs",
            without_profile(
                ", \"CLAUDE_CODE_SKIP_BEDROCK_AUTH\": \"1\", \"ANTHROPIC_BEDROCK_BASE_URL\": \"https://gateway.example\"",
            ),
        ),
        (
            "an endpoint in the VPC",
            env("\"ANTHROPIC_BEDROCK_BASE_URL\": \"https://bedrock-runtime.us-west-2.amazonaws.com\""),
        ),
        (
            "the project's settings",
            Machine::new("", &CONFIG.replace("profile work", "default")).file("work/.claude/settings.json", &project),
        ),
        ("the local settings", Machine::new("", CONFIG).file("work/.claude/settings.local.json", &shared("", ""))),
        (
            "another folder of settings",
            Machine::new("", CONFIG)
                .file("elsewhere/settings.json", &shared("", ""))
                .with("CLAUDE_CONFIG_DIR", "HOME/elsewhere"),
        ),
        (
            "other AWS files",
            Machine::shared("", "", "").file("aws/config", CONFIG).with("AWS_CONFIG_FILE", "HOME/aws/config"),
        ),
        (
            "everything in the shell",
            keys(Machine::new("", ""))
                .with("CLAUDE_CODE_USE_BEDROCK", "1")
                .with("AWS_REGION", "us-west-2")
                .with("ANTHROPIC_MODEL", "us.anthropic.claude-opus-5-5"),
        ),
        (
            "nothing but the switch and a profile",
            Machine::new("{\"env\": {\"CLAUDE_CODE_USE_BEDROCK\": 1, \"AWS_PROFILE\": \"work\"}}", CONFIG),
        ),
        (
            "an application profile",
            Machine::new(&shared("", "").replacen("us.anthropic.claude-sonnet-5-5", arn, 1), CONFIG),
        ),
        ("the long context", Machine::new(&shared("", "").replace("opus-5-5", "opus-5-5[1m]"), CONFIG)),
        (
            "aliases as models",
            Machine::new(
                &shared("", ", \"model\": \"opus\"")
                    .replace("\"ANTHROPIC_MODEL\": \"us.anthropic.claude-sonnet-5-5\",", ""),
                CONFIG,
            ),
        ),
        (
            "a guardrail",
            env(
                "\"ANTHROPIC_CUSTOM_HEADERS\": \"X-Amzn-Bedrock-GuardrailIdentifier: a\\nX-Amzn-Bedrock-GuardrailVersion: 1\"",
            ),
        ),
        ("the newest Claude Code", Machine::shared("", "", SSO).signed_in(60, RENEWABLE).claude("2.1.329")),
        (
            "an editor",
            env("\"X\": \"1\"")
                .file(".vscode/extensions/anthropic.claude-code-2.1.3/x", "")
                .file(".config/Code/User/settings.json", "{// on\n\"claudeCode.disableLoginPrompt\": true,}"),
        ),
    ]
}

impl Machine {
    /// Signs in to a start URL, as profiles of the older kind do.
    pub(super) fn legacy_signed_in(self, url: &str) -> Self {
        let name = claude_bedrock::aws::profile::token_cache_file_name(url);
        let end = super::now() + jiff::SignedDuration::from_hours(2);
        let text = format!(r#"{{"accessToken": "t", "expiresAt": "{}"}}"#, end.strftime("%Y-%m-%dT%H:%M:%SZ"));
        self.file(&format!(".aws/sso/cache/{name}"), &text)
    }
}

#[test]
fn nothing_is_wrong_with_sound_files() {
    let all = offline();
    assert!(all.len() >= 30, "{}", all.len());
    let found: Vec<String> = all
        .into_iter()
        .filter_map(|(name, machine)| {
            let outcome = machine.outcome();
            (!outcome.is_healthy()).then(|| format!("{name}: {:?}", problems(&outcome.findings)))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_wrong_with_a_set_up_that_works() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    for mode in ["isolated", "shared"] {
        let _ = home.run(["setup", "--yes", "--identity", mode, "--force"]).success();
        let outcome = outcome(&home, &[]);
        assert!(outcome.is_healthy(), "{mode}: {:?}", problems(&outcome.findings));
        for id in ["A02", "A04", "A07", "A26", "M02", "N10", "P01", "P02", "P11", "P15"] {
            assert!(outcome.passed.contains(&id), "{mode}: {id} of {:?}, {:?}", outcome.passed, outcome.skipped);
        }
    }
}

#[test]
fn a_look_at_files_is_no_look_at_the_network() {
    let home = Home::new();
    let _ = home.run(["setup", "--yes"]).success();
    let before = home.sandbox.requests().len();
    let facts = diagnosis::facts(&world_of(&home, &[]), Depth::Files);
    let outcome = checks::judge(&facts, &Selection::default());
    assert_eq!(home.sandbox.requests().len(), before);
    let skipped = outcome.skipped.iter().find(|(id, _)| *id == "P11").expect("it cannot be looked for");
    assert!(skipped.1.contains("--offline") && !outcome.passed.contains(&"P11"));
}
