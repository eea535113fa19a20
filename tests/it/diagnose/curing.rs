//! Every fix that is offered cures: `--fix --yes` on the reproduction, a second run without the finding, and `reset`,
//! after which every file is what it was.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use claude_bedrock::checks::{self, Selection};
use claude_bedrock::mending;
use claude_bedrock::observe::diagnosis::{self, Depth};
use serde_json::Value;

use super::files::{self, Case};
use super::{CONFIG, Machine, SSO, limits, shared, traces};
use crate::harness::{PROGRAM, Run, files_below, mode, set_mode};

/// Cured by a person who signs in, which no run without a terminal does; `mending` has one who does.
const NEED_A_PERSON: [&str; 6] = ["A03", "A04", "A05", "A13", "A31", "A32"];

/// What a token has that renews itself.
const RENEWABLE: &str =
    r#", "refreshToken": "r", "clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2999-01-01T00:00:00Z""#;

impl Machine {
    /// Runs the program here without a terminal.
    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("/usr/bin/setsid");
        command.args(["--wait", PROGRAM]).args(arguments).env_clear().envs(self.world().variables());
        command.current_dir(self.path().join("work")).stdin(Stdio::null());
        command.output().expect("the program starts").into()
    }

    pub(super) fn report(&self, arguments: &[&str]) -> Value {
        let run = self.run(arguments);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }
}

/// The findings of one id.
pub(super) fn findings<'a>(report: &'a Value, id: &str) -> Vec<&'a Value> {
    report["findings"].as_array().expect("a list").iter().filter(|finding| finding["id"] == id).collect()
}

#[test]
fn every_fix_that_is_offered_cures_and_is_undone() {
    let cases = cases();
    let (one, other) = cases.split_at(cases.len() / 2);
    let results: Vec<(&str, Result<bool, String>)> = std::thread::scope(|scope| {
        let halves = [one, other].map(|cases| scope.spawn(|| cases.iter().map(tried).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().expect("no panic")).collect()
    });
    let wrong: Vec<&String> = results.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let cured = |id: &str| results.iter().any(|(known, result)| *known == id && *result == Ok(true));
    let lost: Vec<&str> = cases
        .iter()
        .filter(|case| case.2 != files::EXPLAIN && !NEED_A_PERSON.contains(&case.0) && !cured(case.0))
        .map(|case| case.0)
        .collect();
    assert!(lost.is_empty(), "a fix and no cure: {lost:?}");
}

/// Every home that has a fault which files show.
pub(super) fn cases() -> Vec<Case> {
    let tables = [
        files::configuration(),
        files::versions(),
        files::credentials(),
        files::helpers(),
        limits::cases(),
        traces::cases(),
    ];
    tables.into_iter().flatten().collect()
}

/// Whether the fix of one case cures, or what is wrong with it; false where there is none to apply.
fn tried(case: &Case) -> (&'static str, Result<bool, String>) {
    let (id, .., evidence, machine) = case;
    (id, cured(id, machine).map_err(|what| format!("{id} ({evidence}) {what}")))
}

fn cured(id: &str, machine: &Machine) -> Result<bool, String> {
    let report = machine.report(&["diagnose", "--offline", "--json"]);
    if findings(&report, id).iter().any(|finding| finding["fix"]["kind"] == "explain")
        || findings(&report, id).is_empty()
    {
        return Ok(false);
    }
    let before = files_below(machine.path());
    let had_state = machine.path().join(".local").exists();
    let run = machine.run(&["diagnose", "--offline", "--fix", "--yes", "--json", "--only", id]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    if NEED_A_PERSON.contains(&id) {
        let is_said = run.stderr.contains("nobody is here to sign in");
        let is_left = files_below(machine.path()) == before && machine.path().join(".local").exists() == had_state;
        return if is_said && is_left { Ok(false) } else { Err(format!("is done, or not said: {run:?}")) };
    }
    if report["fixed"]["cured"].as_array().expect("a list").iter().all(|cured| cured != id) {
        return Err(format!("is not cured ({}): {report:#}", run.stderr));
    }
    let report = machine.report(&["diagnose", "--offline", "--json", "--only", id]);
    if !findings(&report, id).is_empty() {
        return Err(format!("comes back: {report:#}"));
    }
    let reset = machine.run(&["reset"]);
    if reset.code != Some(0) || files_below(machine.path()) != before {
        return Err(format!("is not undone: {reset:?}"));
    }
    let report = machine.report(&["diagnose", "--offline", "--json", "--only", id]);
    // Who may write a script is not given back.
    if findings(&report, id).is_empty() && !["R27", "R28"].contains(&id) {
        return Err(format!("is still cured: {report:#}"));
    }
    Ok(true)
}

/// Homes whose fault is in the AWS files, and a line that is there after mending.
fn aws_files() -> Vec<(&'static str, Machine, &'static str)> {
    let home = |config: &str| Machine::shared("", "", config);
    let signed_in = |config: &str| home(config).signed_in(60, RENEWABLE);
    let header = |header: &str| home(&CONFIG.replace("[profile work]", header));
    let cli = |config: &str| {
        let helper = ", \"awsAuthRefresh\": \"aws sso login --profile work\"";
        Machine::shared("", helper, config).file("bin/aws", "")
    };
    let lost = SSO.replace("sso_session = corp", "sso_session = crop");
    let two =
        format!("{lost}[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = us-east-1\n");
    let without_region = SSO.replacen("sso_region = us-west-2\n", "", 1);
    let elsewhere = "[profile older]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = eu-west-1\n\
                     sso_account_id = 111122223333\nsso_role_name = Dev\n";
    let own = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n\
               region = us-west-2\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-west-2\n";
    let chained = format!(
        "{SSO}[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\nduration_seconds = 7200\n"
    );
    let role = shared("", "").replace("\"work\"", "\"role\"");
    let keys = "[work]\naws_access_key_id = AKIAX\naws_secret_access_key = SECRETish\n[mine]\nregion = x\n";
    let without_region_variable = shared("", "").replace("\"AWS_REGION\": \"us-west-2\",", "");
    vec![
        ("A02", header("[work]"), "[profile work]"),
        ("A02", header("# mine\r\n[work]\r\n# and this"), "[profile work]\r\n"),
        ("A02", header("[ profile work ]"), "[profile work]"),
        ("A02", header("[Profile work]"), "[profile work]"),
        (
            "A02",
            home("").file(".aws/credentials", "[profile work]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n"),
            "[work]",
        ),
        ("A15", header("[profile  work]"), "[profile work]"),
        ("A06", signed_in(&SSO.replace("[sso-session corp]", "[sso_session corp]")), "[sso-session corp]"),
        ("A06", signed_in(&lost), "sso_session = corp"),
        ("A06", signed_in(&two), "sso_session = corp"),
        ("A06", signed_in(own), "[sso-session corp]\nsso_start_url = https://d-1234567890.awsapps.com/start\n"),
        ("A06", signed_in(&format!("{without_region}{elsewhere}")), "sso_region = eu-west-1\n[profile older]"),
        ("A08", signed_in(&SSO.replace("https://", "")), "sso_start_url = https://d-"),
        ("A08", signed_in(&SSO.replace("sso_region = us-west-2", "sso_region = us west 2")), "sso_region = us-west-2"),
        ("A13", signed_in(SSO).file(".aws/credentials", keys), "# aws_secret_access_key = SECRETish\n[mine]"),
        ("A14", signed_in(&chained).file(".claude/settings.json", &role), "duration_seconds = 3600"),
        ("A29", cli(&format!("{CONFIG}\n{CONFIG}[profile z]\nregion = x\n")), "\n\n[profile z]"),
        ("A29", cli(&format!("\u{feff}{CONFIG}region = us-west-2\nhello there\n")), "# hello there"),
        ("A29", home(&format!("{CONFIG}[profile work]\n# mine\nregion = us-west-2\n")), "= s\n# mine\n"),
        ("A29", home(&format!("{CONFIG}this is not ini\n")), "\n# this is not ini\n"),
        ("A29", home(&format!("{CONFIG}[profile broken\n")), "\n# [profile broken\n"),
        ("A29", home(&format!("{CONFIG}region = us-west-2\n[default]\n")), "= s\n[default]\n"),
        (
            "C10",
            Machine::new(&without_region_variable, &CONFIG.replace("us-west-2", "us-west-2a")),
            "region = us-west-2\n",
        ),
    ]
}

/// Homes whose fault is in keys of the settings that a person would write or take away by hand.
fn settings_keys() -> Vec<(&'static str, Machine)> {
    let export = |command: &str| Machine::shared("", &format!(", \"awsCredentialExport\": \"{command}\""), CONFIG);
    vec![
        ("C20", files::env("\"ANTHROPIC_AUTH_TOKEN\": \"x\"").claude("2.1.100")),
        ("C20", files::top("\"apiKeyHelper\": \"/bin/x\"").claude("2.1.100")),
        ("N04", files::refresh("aws sso login --profile work").with("NODE_EXTRA_CA_CERTS", "/etc/passwd")),
        ("R22", Machine::shared("", "", SSO).signed_in(60, RENEWABLE)),
        ("R25", export("./grant.sh").file("work/grant.sh", "#!/bin/sh\n")),
        ("R25", export("../grant.sh --json").file("grant.sh", "#!/bin/sh\n")),
    ]
}

#[test]
fn settings_keys_are_mended_and_given_back() {
    let tried =
        settings_keys().into_iter().enumerate().map(|(number, (id, machine))| (number, id, cured(id, &machine)));
    let wrong: Vec<_> = tried.filter(|(_, _, result)| *result != Ok(true)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The ids for which `--fix` has something to do in one of the homes of these tests.
pub(super) fn mendable() -> BTreeSet<&'static str> {
    let cases = cases().into_iter().map(|case| (case.0, case.4));
    let cases = cases.chain(settings_keys()).chain(aws_files().into_iter().map(|case| (case.0, case.1)));
    let offers = |id: &str, machine: &Machine| {
        let facts = diagnosis::facts(&machine.world(), Depth::Files);
        let mut outcome = checks::judge(&facts, &Selection::default());
        mending::offer(&facts, &mut outcome);
        outcome.findings.iter().any(|finding| finding.id == id && finding.fix.action.is_some())
    };
    cases.filter(|(id, machine)| offers(id, machine)).map(|(id, _)| id).collect()
}

#[test]
fn aws_files_are_mended_line_by_line() {
    let mut wrong = Vec::new();
    for (number, (id, machine, expected)) in aws_files().into_iter().enumerate() {
        let both = || {
            let text = |name: &str| fs_err::read_to_string(machine.path().join(name)).unwrap_or_default();
            text(".aws/config") + &text(".aws/credentials")
        };
        let report = machine.report(&["diagnose", "--offline", "--json", "--only", id]);
        let Some(finding) = findings(&report, id).into_iter().find(|finding| finding["fix"]["kind"] != "explain")
        else {
            wrong.push(format!("#{number} {id}: nothing is offered: {report:#}"));
            continue;
        };
        assert!(finding["fix"]["lines"][0]["file"].is_string(), "{finding:#}");
        assert!(!report.to_string().contains("SECRETish"), "{report:#}");
        let run = machine.run(&["diagnose", "--offline", "--fix", "--yes", "--only", id]);
        if !both().contains(expected) {
            wrong.push(format!("#{number} {id}: {run:?}\n{}", both()));
        }
        let _ = machine.run(&["reset"]).success();
        wrong.extend(mended(id, &machine).err().map(|what| format!("#{number} {id}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn mended(id: &str, machine: &Machine) -> Result<(), String> {
    if !NEED_A_PERSON.contains(&id) {
        return cured(id, machine).map(drop);
    }
    // With a sign-in that still works nobody is needed.
    let before = files_below(machine.path());
    let report = machine.report(&["diagnose", "--offline", "--fix", "--yes", "--json", "--only", id]);
    let is_cured = report["fixed"]["cured"].as_array().expect("a list").iter().any(|cured| cured == id);
    let _ = machine.run(&["reset"]).success();
    if is_cured && files_below(machine.path()) == before { Ok(()) } else { Err(format!("{report:#}")) }
}

#[test]
fn what_others_edited_since_stays_when_lines_are_given_back() {
    let machine = Machine::shared("", "", &CONFIG.replace("[profile work]", "[work]"));
    let _ = machine.run(&["diagnose", "--offline", "--fix", "--only", "A02"]).success();
    let config = machine.path().join(".aws/config");
    let mended = fs_err::read_to_string(&config).expect("there");
    machine.write(".aws/config", &format!("# by hand\n{mended}output = json\n"));
    let said = machine.run(&["reset"]).success();
    assert!(said.contains("gets back the lines"), "{said}");
    let expected = format!("# by hand\n{}output = json\n", CONFIG.replace("[profile work]", "[work]"));
    assert_eq!(fs_err::read_to_string(&config).expect("there"), expected);
    let _ = machine.run(&["diagnose", "--offline", "--fix", "--only", "A02"]).success();
    machine.write(".aws/config", "[profile other]\nregion = x\n");
    let said = machine.run(&["reset"]).success();
    assert!(said.contains("keeps the lines"), "{said}");
    assert_eq!(fs_err::read_to_string(&config).expect("there"), "[profile other]\nregion = x\n");
}

#[test]
fn files_with_secrets_are_taken_from_others_and_no_other_file_is() {
    let machine = Machine::shared("", "", CONFIG).signed_in(60, RENEWABLE).file(".aws/sso/cache/notes.txt", "");
    let cache = machine.path().join(".aws/sso/cache");
    let token = cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    let (config, notes) = (machine.path().join(".aws/config"), cache.join("notes.txt"));
    for (path, mode) in [(&token, 0o644), (&config, 0o640), (&notes, 0o644)] {
        set_mode(path, mode);
    }
    let report = machine.report(&["diagnose", "--offline", "--json", "--only", "C17"]);
    let found = findings(&report, "C17");
    assert_eq!((found.len(), &found[0]["severity"], &found[0]["fix"]["kind"]), (1, &"hint".into(), &"ask".into()));
    assert_eq!(found[0]["evidence"].as_array().expect("a list").len(), 2, "{report}");
    let report = machine.report(&["diagnose", "--offline", "--fix", "--json", "--only", "C17"]);
    assert_eq!(report["fixed"]["cured"], serde_json::json!([]), "not without a yes");
    let report = machine.report(&["diagnose", "--offline", "--fix", "--yes", "--json", "--only", "C17"]);
    assert_eq!(report["fixed"]["cured"], serde_json::json!(["C17"]), "{report}");
    assert_eq!((mode(&token), mode(&config), mode(&notes)), (0o600, 0o600, 0o644));
}
