//! The accounts, as data: what is to be seen in each, and what Claude Code is to be told.

mod policies;

pub(crate) use policies::POLICIES;

/// An account, what is to be seen in it, and what is to be pinned.
#[derive(Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) name: &'static str,
    /// The account's text, before anything is changed in it.
    pub(crate) account: &'static str,
    /// More TOML for the account.
    pub(crate) more: &'static str,
    /// So many more models of an old generation, each with two profiles.
    pub(crate) old_models: usize,
    /// What is changed in the default account's text.
    pub(crate) change: &'static [(&'static str, &'static str)],
    /// The profile of those who ask.
    pub(crate) profile: &'static str,
    pub(crate) region: &'static str,
    pub(crate) residency: Option<&'static str>,
    /// Ids that answer; a `*` at the end stands for any rest.
    pub(crate) answers: &'static [&'static str],
    /// Ids that are stopped, and the failure mode.
    pub(crate) stopped: &'static [(&'static str, &'static str)],
    /// Ids that are not listed.
    pub(crate) absent: &'static [&'static str],
    /// The ids that somebody types; without any `pin --auto` chooses.
    pub(crate) typed: &'static [&'static str],
    /// The main model that is written; empty where nothing can be pinned.
    pub(crate) main: &'static str,
    /// The models the policy allows behind the pinned profiles, where nobody may see where those route to.
    pub(crate) allowed: &'static [&'static str],
}

impl Truth {
    /// The account's text, to which [`Self::more`] is still to be added.
    pub(crate) fn text(&self) -> String {
        let mut text = self.account.to_owned();
        for (from, to) in self.change {
            assert!(text.contains(from), "{}: {from}", self.name);
            text = text.replace(from, to);
        }
        text + &old_models(self.old_models)
    }

    /// Whether an id is one that is stopped.
    pub(crate) fn stops(&self, id: &str) -> bool {
        self.stopped.iter().any(|(pattern, _)| matches(pattern, id))
    }
}

/// Models of an old generation for the end of an account's text.
pub(crate) fn old_models(how_many: usize) -> String {
    let model = |number: usize| {
        format!(
            "\n[[models]]\nid = \"anthropic.claude-haiku-3-{number}\"\nprovider = \"Anthropic\"\n\
             name = \"Claude Haiku 3.{number}\"\ncreated_at = \"2025-01-01T00:00:00Z\"\n"
        )
    };
    (0..how_many).map(model).collect()
}

/// Whether an id is what a pattern stands for.
pub(crate) fn matches(pattern: &str, id: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == id, |start| id.starts_with(start))
}

const USUAL: Truth = Truth {
    name: "the usual account",
    account: include_str!("../../../sandbox/account.toml"),
    more: "",
    old_models: 0,
    change: &[],
    profile: "work",
    region: "us-west-2",
    residency: None,
    answers: &["us.anthropic.claude-sonnet-5-5", "global.*"],
    stopped: &[],
    absent: &["eu.*", "jp.*"],
    typed: &[],
    main: "us.anthropic.claude-sonnet-5-5",
    allowed: &[],
};

/// Its own partition: profiles, models and principals have ARNs of `aws-us-gov`.
const GOVCLOUD: &str = include_str!("../../../sandbox/accounts/us-gov.toml");
const SONNET: &str = "us.anthropic.claude-sonnet-5-5";
/// Where models are, and under which prefix.
pub(crate) const PLACES: &[Truth] = &[
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
    Truth { name: "300 profiles more, over several pages", old_models: 150, ..USUAL },
    Truth {
        name: "GovCloud",
        account: GOVCLOUD,
        region: "us-gov-west-1",
        residency: Some("us"),
        answers: &["us-gov.*"],
        absent: &["us.*", "global.*"],
        main: "us-gov.anthropic.claude-sonnet-4-6",
        ..USUAL
    },
];

/// What an account has to do, pay or wait for.
pub(crate) const GATES: &[Truth] = &[
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
        name: "access to one family alone",
        more: "[accounts.gates]\nmodels_without_access = [\"anthropic.claude-sonnet-*\", \"anthropic.claude-opus-*\", \
               \"anthropic.claude-fable-*\"]\n",
        answers: &["us.anthropic.claude-haiku-5-5"],
        stopped: &[("us.anthropic.claude-sonnet-*", "M17"), ("us.anthropic.claude-opus-*", "M17")],
        main: "us.anthropic.claude-haiku-5-5",
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
pub(crate) const WEATHER: &[Truth] = &[
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
        name: "availability that is throttled",
        more: "[[faults]]\noperation = \"GetFoundationModelAvailability\"\n\
               effect = { answer = { status = 429, code = \"ThrottlingException\", message = \"Rate exceeded\" } }\n",
        ..USUAL
    },
    Truth {
        name: "availability that hangs",
        more: "[[faults]]\noperation = \"GetFoundationModelAvailability\"\neffect = \"silence\"\n",
        ..USUAL
    },
    Truth {
        name: "a control plane that is throttled for a moment",
        more: "[[faults]]\noperation = \"ListInferenceProfiles\"\ntimes = 2\n\
               effect = { answer = { status = 429, code = \"ThrottlingException\", message = \"Rate exceeded\" } }\n",
        ..USUAL
    },
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Truth> {
    [PLACES, GATES, WEATHER, POLICIES].into_iter().flatten()
}
