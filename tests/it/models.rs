//! `models` over accounts with different truths: the right models offered, the right gate named, the right pins written.

mod pins;

use aws_sandbox::Account;
use serde_json::Value;

use crate::harness::Home;

/// An account, what is to be seen in it, and what is to be pinned.
#[derive(Clone, Copy)]
struct Truth {
    name: &'static str,
    /// More TOML for the account.
    more: &'static str,
    /// What is changed in the default account's text.
    change: &'static [(&'static str, &'static str)],
    region: &'static str,
    residency: Option<&'static str>,
    /// Ids that answer; a `*` at the end stands for any rest.
    answers: &'static [&'static str],
    /// Ids that are stopped, and the failure mode.
    stopped: &'static [(&'static str, &'static str)],
    /// Ids that are not listed.
    absent: &'static [&'static str],
    /// The main model `pin --auto` writes; empty where nothing can be pinned.
    main: &'static str,
}

const USUAL: Truth = Truth {
    name: "the usual account",
    more: "",
    change: &[],
    region: "us-west-2",
    residency: None,
    answers: &["us.anthropic.claude-sonnet-5-5", "global.*"],
    stopped: &[],
    absent: &["eu.*", "jp.*"],
    main: "us.anthropic.claude-sonnet-5-5",
};

const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";
const SONNET: &str = "us.anthropic.claude-sonnet-5-5";

/// Where models are, and under which prefix.
const PLACES: &[Truth] = &[
    USUAL,
    Truth { name: "anywhere is allowed", residency: Some("any"), main: "global.anthropic.claude-sonnet-5-5", ..USUAL },
    Truth {
        name: "Tokyo has no apac profiles",
        region: "ap-northeast-1",
        residency: Some("jp"),
        answers: &["jp.*", "global.*"],
        absent: &["apac.*", "us.*"],
        main: "jp.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "only jp profiles",
        change: &[("geographies = [\"jp\", \"global\"]", "geographies = [\"jp\"]")],
        region: "ap-northeast-3",
        answers: &["jp.*"],
        absent: &["global.*"],
        main: "jp.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "Sydney",
        region: "ap-southeast-2",
        residency: Some("apac"),
        answers: &["au.*"],
        absent: &["apac.*"],
        main: "au.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "Canada has global profiles only",
        region: "ca-central-1",
        answers: &["global.*"],
        absent: &["us.*", "ca.*"],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "nothing in Canada stays in the EU",
        region: "ca-central-1",
        residency: Some("eu"),
        answers: &["global.*"],
        absent: &["eu.*"],
        main: "",
        ..USUAL
    },
    Truth {
        name: "Frankfurt",
        region: "eu-central-1",
        residency: Some("eu"),
        answers: &["eu.*", "global.*"],
        absent: &["us.*"],
        main: "eu.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth { name: "a region without Claude", region: "me-central-1", answers: &[], absent: &["*"], main: "", ..USUAL },
    Truth {
        name: "GovCloud",
        more: "[[geographies]]\nname = \"us-gov\"\ntitle = \"US Gov\"\nroutes = [\"us-gov-east-1\", \"us-gov-west-1\"]\n\
               description = \"{model}\"\n[[regions]]\nname = \"us-gov-west-1\"\ngeographies = [\"us-gov\"]\n",
        region: "us-gov-west-1",
        residency: Some("us"),
        answers: &["us-gov.*"],
        absent: &["us.*", "global.*"],
        main: "us-gov.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
];

/// What an account has to do, pay or wait for.
const GATES: &[Truth] = &[
    Truth {
        name: "the form is missing",
        more: "[accounts.gates]\nuse_case_form = \"missing\"\n",
        answers: &[],
        stopped: &[("*", "P01")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "a Marketplace agreement is pending",
        more: "[accounts.gates]\nagreements = [{ models = \"anthropic.claude-sonnet-5-5\", status = \"pending\" }]\n",
        answers: &["us.anthropic.claude-opus-5-5"],
        stopped: &[("us.anthropic.claude-sonnet-5-5", "P03"), ("global.anthropic.claude-sonnet-5-5", "P03")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "nobody has subscribed",
        more: "[accounts.gates]\nagreements = [{ models = \"*\", status = \"not_available\" }]\n",
        answers: &[],
        stopped: &[("*", "P02")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "no payment instrument",
        more: "[accounts.gates]\nno_payment_instrument = true\n",
        answers: &[],
        stopped: &[("*", "P04")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "an unsupported country",
        more: "[accounts.gates]\nunsupported_country = true\n",
        answers: &[],
        stopped: &[("*", "P05")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "a model that is not for this account",
        more: "[accounts.gates]\nclosed_models = [\"anthropic.claude-sonnet-5-5\"]\n",
        answers: &["us.anthropic.claude-sonnet-5"],
        stopped: &[(SONNET, "M18")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "models without access",
        more: "[accounts.gates]\nmodels_without_access = [\"anthropic.claude-sonnet-*\"]\n",
        answers: &["us.anthropic.claude-opus-5-5"],
        stopped: &[("us.anthropic.claude-sonnet-*", "M17")],
        main: "us.anthropic.claude-opus-5-5",
        ..USUAL
    },
    Truth {
        name: "data retention",
        change: &[(
            "created_at = \"2026-11-04T00:00:00Z\"",
            "created_at = \"2026-11-04T00:00:00Z\"\ndata_retention = [\"provider_data_share\"]",
        )],
        stopped: &[("us.anthropic.claude-fable-5-2", "M19"), ("global.anthropic.claude-fable-5-2", "M19")],
        ..USUAL
    },
    Truth {
        name: "a legacy model nobody has used",
        change: &[(
            "created_at = \"2026-10-15T00:00:00Z\"",
            "created_at = \"2026-10-15T00:00:00Z\"\nlegacy_at = \"2026-11-01T00:00:00Z\"",
        )],
        answers: &["us.anthropic.claude-sonnet-5"],
        stopped: &[(SONNET, "M14"), ("us.anthropic.claude-opus-5-5", "M14")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "a legacy model in use gives way to a living one all the same",
        more: "[accounts.gates]\nlegacy_models_in_use = [\"anthropic.claude-sonnet-5-5\"]\n",
        change: &[(
            "created_at = \"2026-10-15T00:00:00Z\"",
            "created_at = \"2026-10-15T00:00:00Z\"\nlegacy_at = \"2026-11-01T00:00:00Z\"",
        )],
        stopped: &[("us.anthropic.claude-opus-5-5", "M14"), ("global.anthropic.claude-opus-5-5", "M14")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "a model at its end",
        change: &[(
            "created_at = \"2026-10-15T00:00:00Z\"",
            "created_at = \"2026-10-15T00:00:00Z\"\nend_of_life_at = \"2026-11-01T00:00:00Z\"",
        )],
        answers: &["us.anthropic.claude-sonnet-5"],
        absent: &["us.anthropic.claude-opus-5-5", SONNET],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
];

/// Quotas, capacity and bad weather.
const WEATHER: &[Truth] = &[
    Truth {
        name: "a daily quota of zero",
        more: "[[accounts.quotas]]\ncode = \"L-1\"\nvalue = 0\nadjustable = false\nunit = \"tokens_per_day\"\n\
               name = \"Model invocation max tokens per day for Anthropic Claude Sonnet 5.5\"\n\
               models = \"*.anthropic.claude-sonnet-5-5\"\n",
        answers: &["us.anthropic.claude-opus-5-5"],
        stopped: &[(SONNET, "Q03")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "a daily quota that is used up",
        more: "[[accounts.quotas]]\ncode = \"L-1\"\nvalue = 5\nadjustable = true\nunit = \"tokens_per_day\"\n\
               name = \"Model invocation max tokens per day for Anthropic Claude Sonnet 5.5\"\n\
               models = \"*.anthropic.claude-sonnet-5-5\"\n",
        answers: &["us.anthropic.claude-opus-5-5"],
        stopped: &[(SONNET, "Q02")],
        main: "us.anthropic.claude-sonnet-5",
        ..USUAL
    },
    Truth {
        name: "tokens of this minute",
        more: "[[accounts.quotas]]\ncode = \"L-1\"\nvalue = 5\nadjustable = true\nunit = \"tokens_per_minute\"\n\
               name = \"x\"\nmodels = \"*.anthropic.claude-sonnet-5-5\"\n",
        answers: &["us.anthropic.claude-opus-5-5"],
        stopped: &[(SONNET, "Q01")],
        ..USUAL
    },
    Truth {
        name: "requests of this minute",
        more: "[[accounts.quotas]]\ncode = \"L-1\"\nvalue = 0\nadjustable = true\nunit = \"requests_per_minute\"\n\
               name = \"x\"\nmodels = \"*\"\n",
        answers: &[],
        stopped: &[("*", "Q05")],
        ..USUAL
    },
    Truth {
        name: "no capacity",
        more: "[[faults]]\noperation = \"InvokeModel*\"\nmodel = \"us.*\"\n\
               effect = { answer = { status = 503, code = \"ServiceUnavailableException\", message = \"Try later.\" } }\n",
        answers: &["global.*"],
        stopped: &[("us.*", "Q06")],
        ..USUAL
    },
    Truth {
        name: "a stream that ends with an exception",
        more: "[[faults]]\noperation = \"InvokeModelWithResponseStream\"\nmodel = \"us.*\"\n\
               effect = { exception = { after = 1, name = \"throttlingException\", message = \"Too many tokens.\" } }\n",
        answers: &["global.*"],
        stopped: &[("us.*", "Q01")],
        ..USUAL
    },
    Truth {
        name: "a connection that is closed",
        more: "[[faults]]\noperation = \"InvokeModel*\"\nmodel = \"us.*\"\neffect = \"dropped_before\"\n",
        answers: &["global.*"],
        stopped: &[("us.*", "")],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "a gateway with a page of its own",
        more: "[[faults]]\noperation = \"InvokeModel*\"\nmodel = \"us.*\"\n\
               effect = { answer = { status = 502, body = \"<html>Bad gateway</html>\", media_type = \"text/html\" } }\n",
        answers: &["global.*"],
        stopped: &[("us.*", "")],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "a control plane that is throttled for a moment",
        more: "[[faults]]\noperation = \"ListInferenceProfiles\"\ntimes = 2\n\
               effect = { answer = { status = 429, code = \"ThrottlingException\", message = \"Rate exceeded\" } }\n",
        ..USUAL
    },
];

/// Who may what.
const POLICIES: &[Truth] = &[
    Truth {
        name: "an organisation that forbids one of the regions routed to",
        more: "[[service_control_policies]]\nname = \"not Ohio\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\ncondition = { StringLike = { \"aws:RequestedRegion\" = \"us-east-2\" } }\n\
               [[service_control_policies]]\nname = \"all\"\n[[service_control_policies.statements]]\neffect = \"allow\"\nactions = [\"*\"]\n",
        answers: &["global.*"],
        stopped: &[("us.*", "P07 us-east-2")],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "an organisation that forbids requests without a region",
        more: "[[service_control_policies]]\nname = \"not anywhere\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\ncondition = { StringLike = { \"aws:RequestedRegion\" = \"unspecified\" } }\n\
               [[service_control_policies]]\nname = \"all\"\n[[service_control_policies.statements]]\neffect = \"allow\"\nactions = [\"*\"]\n",
        answers: &["us.*"],
        stopped: &[("global.*", "P07 any")],
        ..USUAL
    },
    Truth {
        name: "listing alone",
        change: &[(PERMISSIONS, "permissions = { allow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"] }")],
        answers: &[],
        stopped: &[("*", "P06")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "a session policy",
        change: &[(
            PERMISSIONS,
            "permissions = { allow = [\"*\"] }\nsession_policy = { allow = [\"bedrock:List*\", \"sts:*\"] }",
        )],
        answers: &[],
        stopped: &[("*", "P09")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "the profiles allowed, and not the models behind them",
        change: &[(
            PERMISSIONS,
            "[accounts.roles.permissions]\nallow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*:*:inference-profile/*\"]\n",
        )],
        answers: &[],
        stopped: &[("*", "P08")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "application profiles alone",
        change: &[(
            PERMISSIONS,
            "[accounts.roles.permissions]\nallow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*:*:application-inference-profile/*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*::foundation-model/*\"]\n\
             condition = { StringLike = { \"bedrock:InferenceProfileArn\" = \"arn:aws:bedrock:*:*:application-inference-profile/*\" } }\n",
        )],
        more: "[[accounts.inference_profiles]]\nid = \"abcdef123456\"\nname = \"team-sonnet\"\nregion = \"us-west-2\"\n\
               copy_from = \"us.anthropic.claude-sonnet-5-5\"\n",
        answers: &["abcdef123456"],
        stopped: &[("us.*", "P06"), ("global.*", "P06")],
        main: "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcdef123456",
        ..USUAL
    },
];

fn home(truth: &Truth) -> Home {
    let mut text = include_str!("../../sandbox/account.toml").to_owned();
    for (from, to) in truth.change {
        assert!(text.contains(from), "{}: {from}", truth.name);
        text = text.replace(from, to);
    }
    let at = text.find("# Cross-region inference").expect("the default account has its landmark");
    let text = format!("{}{}\n{}", &text[..at], truth.more, &text[at..]);
    Home::with(Account::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", truth.name)), true)
}

fn matches(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |start| id.starts_with(start))
}

fn check(truth: &Truth) {
    let home = home(truth);
    let said = home.run(["models", "--probe", "--yes", "--json", "--region", truth.region]).json();
    let models = said["models"].as_array().expect("a list");
    let text =
        |model: &Value, pointer: &str| model.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = |pattern: &str| -> Vec<&Value> {
        models.iter().filter(|model| matches(pattern, &text(model, "/id"))).collect()
    };
    for pattern in truth.answers {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        for model in named(pattern)
            .iter()
            .filter(|m| truth.stopped.iter().all(|(stopped, _)| !matches(stopped, &text(m, "/id"))))
        {
            assert_eq!(text(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
        }
    }
    for (pattern, expected) in truth.stopped {
        assert!(!named(pattern).is_empty(), "{}: no {pattern}: {said:#}", truth.name);
        let (mode, region) = expected.split_once(' ').unwrap_or((expected, ""));
        for model in named(pattern) {
            assert_ne!(text(model, "/probe/status"), "answered", "{}: {model:#}", truth.name);
            assert_eq!(text(model, "/probe/failure_mode"), mode, "{}: {model:#}", truth.name);
            assert!(mode.is_empty() || !text(model, "/probe/fix").is_empty(), "{}: {model:#}", truth.name);
            assert!(region.is_empty() || text(model, "/probe/region") == region, "{}: {model:#}", truth.name);
        }
    }
    for pattern in truth.absent {
        assert!(named(pattern).is_empty(), "{}: {pattern} is listed", truth.name);
    }
    let residency = truth.residency.map(|residency| ["--residency", residency]);
    let pin = ["models", "pin", "--auto", "--yes", "--json", "--region", truth.region];
    let pinned = home.run(pin.iter().chain(residency.iter().flatten()));
    if truth.main.is_empty() {
        let said = pinned.failure(1);
        assert!(said.contains("no Claude model answers in") && !home.settings().exists(), "{}: {said}", truth.name);
        return;
    }
    assert_eq!(pinned.json()["main"], truth.main, "{}", truth.name);
    let settings = home.settings_json();
    let env = settings["env"].as_object().expect("an object");
    let pins = env.iter().filter(|(name, _)| name.ends_with("_MODEL"));
    for (name, id) in pins {
        let id = id.as_str().expect("text");
        let model = models.iter().find(|model| text(model, "/id") == id || text(model, "/arn") == id);
        let model = model.unwrap_or_else(|| panic!("{}: {name} is {id}, which is not listed", truth.name));
        assert!(
            ["answered", "throttled"].contains(&text(model, "/probe/status").as_str()),
            "{}: {name} is {id}: {model:#}",
            truth.name
        );
    }
    let prefix = env.get("ANTHROPIC_BEDROCK_REGION_PREFIX").and_then(Value::as_str);
    let expected = ["jp", "au"].into_iter().find(|prefix| truth.main.starts_with(&format!("{prefix}.")));
    assert_eq!(prefix, expected, "{}", truth.name);
}

#[test]
fn models_are_found_where_they_are() {
    PLACES.iter().for_each(check);
}

#[test]
fn what_an_account_has_to_do_is_named() {
    GATES.iter().for_each(check);
}

#[test]
fn quotas_and_weather_are_told_from_gates() {
    WEATHER.iter().for_each(check);
}

#[test]
fn who_may_what_is_told_from_what_there_is() {
    POLICIES.iter().for_each(check);
}
