//! Versions of Claude Code that break something on Bedrock, as data.

use crate::aws::profile::ProfileKind;
use crate::checks::facts::Facts;
use crate::checks::finding::Severity;
use crate::claude_code::Version;
use crate::configuration::Identity;
use crate::regions;
use crate::vars;

use super::pinned;

/// A range of versions that breaks something on Bedrock.
#[derive(Debug, Clone, Copy)]
pub struct KnownBad {
    /// The failure mode it causes.
    pub id: &'static str,
    /// The first version of the range; `0.0.0` where it was always so.
    pub first: Version,
    /// The first version after it.
    pub fixed_in: Version,
    /// What it breaks.
    pub effect: &'static str,
    /// Whom it touches.
    pub touches: fn(&Facts) -> bool,
    /// How much it weighs.
    pub severity: Severity,
}

const ALWAYS: Version = Version(0, 0, 0);

const fn bad(
    id: &'static str,
    first: Version,
    fixed_in: Version,
    effect: &'static str,
    touches: fn(&Facts) -> bool,
    severity: Severity,
) -> KnownBad {
    KnownBad { id, first, fixed_in, effect, touches, severity }
}

/// Versions that are known to be bad, from the changelog of Claude Code, its documentation, and issues of
/// anthropics/claude-code; where the changelog names no fix, the first version that is known to be clean stands.
pub const KNOWN_BAD: &[KnownBad] = &[
    bad(
        "C15",
        Version(2, 0, 0),
        Version(2, 0, 24),
        "`awsAuthRefresh` runs at every start and what it says is hidden",
        has_refresh,
        Severity::Warning,
    ),
    bad(
        "R09",
        Version(2, 0, 0),
        Version(2, 0, 24),
        "the output of `awsAuthRefresh` breaks the editor's extension",
        |facts| has_refresh(facts) && in_editor(facts),
        Severity::Warning,
    ),
    bad("C15", ALWAYS, Version(2, 0, 64), "profiles of `aws login` do not work", is_console_login, Severity::Error),
    bad("C15", ALWAYS, Version(2, 1, 43), "`awsAuthRefresh` may hang for ever", has_refresh, Severity::Warning),
    bad(
        "C15",
        Version(2, 1, 79),
        Version(2, 1, 80),
        "a `credential_process` fails when it is run again",
        is_process,
        Severity::Error,
    ),
    bad(
        "C15",
        Version(2, 1, 94),
        Version(2, 1, 96),
        "a Bedrock API key is not sent: `Authorization header is missing`",
        is_api_key,
        Severity::Error,
    ),
    bad(
        "C19",
        ALWAYS,
        Version(2, 1, 97),
        "an empty `AWS_BEARER_TOKEN_BEDROCK` or `ANTHROPIC_BEDROCK_BASE_URL` breaks the signature",
        has_empty_variable,
        Severity::Error,
    ),
    bad(
        "C20",
        ALWAYS,
        Version(2, 1, 101),
        "`ANTHROPIC_AUTH_TOKEN`, `apiKeyHelper` or an `Authorization` header overwrites the signature",
        has_other_authorization,
        Severity::Error,
    ),
    bad(
        "C15",
        ALWAYS,
        Version(2, 1, 105),
        "`/model` outside the US writes ids that begin with `us.` and do not work",
        is_outside_us,
        Severity::Warning,
    ),
    bad(
        "C15",
        Version(2, 1, 111),
        Version(2, 1, 113),
        "Bedrock refuses requests with `invalid beta flag`",
        on_bedrock,
        Severity::Error,
    ),
    bad(
        "C15",
        Version(2, 1, 129),
        Version(2, 1, 130),
        "Bedrock refuses requests with `invalid beta flag`",
        on_bedrock,
        Severity::Error,
    ),
    bad(
        "M09",
        ALWAYS,
        Version(2, 1, 121),
        "requests to newer Opus models ask for thinking in a form they refuse",
        pins_new_opus,
        Severity::Error,
    ),
    bad(
        "O05",
        ALWAYS,
        Version(2, 1, 122),
        "fields of requests are refused: `Extra inputs are not permitted`",
        has_gateway,
        Severity::Warning,
    ),
    bad(
        "C15",
        ALWAYS,
        Version(2, 1, 128),
        "models that are not pinned resolve to `global.` profiles",
        pins_nothing,
        Severity::Warning,
    ),
    bad(
        "R19",
        ALWAYS,
        Version(2, 1, 141),
        "`awsCredentialExport` is skipped while any other credentials work",
        has_export,
        Severity::Error,
    ),
    bad(
        "C15",
        ALWAYS,
        Version(2, 1, 174),
        "GovCloud gets ids that begin with `global.`",
        |facts| is_gov(facts) && pins_nothing(facts),
        Severity::Error,
    ),
    bad(
        "C15",
        ALWAYS,
        Version(2, 1, 181),
        "exported credentials are renewed every minute, and the form of `credential_process` is refused",
        has_export,
        Severity::Warning,
    ),
    bad(
        "R21",
        Version(2, 1, 188),
        Version(2, 1, 239),
        "the start hangs: the look at STS goes past the proxy",
        |facts| has_proxy(facts) && has_refresh(facts),
        Severity::Error,
    ),
    bad("M27", ALWAYS, Version(2, 1, 196), "`/context` fails on Bedrock", on_bedrock, Severity::Hint),
    bad(
        "R20",
        ALWAYS,
        Version(2, 1, 206),
        "minutes pass with `Clearing AWS credential provider cache`",
        |facts| has_export(facts) && has_proxy(facts),
        Severity::Warning,
    ),
    bad(
        "A09",
        Version(2, 1, 207),
        Version(2, 1, 208),
        "the SSO portal is asked in Bedrock's region: `Session token not found or invalid`",
        has_other_sso_region,
        Severity::Error,
    ),
    bad(
        "A27",
        ALWAYS,
        Version(2, 1, 207),
        "an open session does not see renewed credentials, and a chain that stalls hangs for ever",
        uses_profile,
        Severity::Warning,
    ),
    bad(
        "N07",
        ALWAYS,
        Version(2, 1, 208),
        "a gateway's stream fails with `Truncated event message received`",
        has_gateway,
        Severity::Warning,
    ),
    bad(
        "C15",
        ALWAYS,
        Version(2, 1, 211),
        "a part of the system prompt is paid for at every turn",
        on_bedrock,
        Severity::Warning,
    ),
    bad(
        "M21",
        ALWAYS,
        Version(2, 1, 217),
        "with Opus 4.8 a full conversation is not compacted",
        pins_opus_4_8,
        Severity::Warning,
    ),
    bad(
        "N08",
        Version(2, 1, 228),
        Version(2, 1, 239),
        "a gateway that drops `Content-Type` makes every turn cost double",
        has_gateway,
        Severity::Warning,
    ),
    bad(
        "N03",
        ALWAYS,
        Version(2, 1, 261),
        "the certificates of the system's trust store are not used for AWS calls",
        has_own_authority,
        Severity::Warning,
    ),
];

fn on_bedrock(facts: &Facts) -> bool {
    facts.is_bedrock()
}

fn has_refresh(facts: &Facts) -> bool {
    on_bedrock(facts) && facts.setting(vars::AUTH_REFRESH).is_some()
}

fn has_export(facts: &Facts) -> bool {
    on_bedrock(facts) && facts.setting(vars::CREDENTIAL_EXPORT).is_some()
}

fn in_editor(facts: &Facts) -> bool {
    facts.editors.iter().any(|editor| editor.has_extension)
}

fn has_proxy(facts: &Facts) -> bool {
    facts.variable(vars::HTTPS_PROXY).is_some() || facts.variable(vars::HTTPS_PROXY_LOWER).is_some()
}

fn uses_profile(facts: &Facts) -> bool {
    on_bedrock(facts) && matches!(facts.configuration.identity, Identity::Profile(_) | Identity::Ambient)
}

fn is_console_login(facts: &Facts) -> bool {
    uses_profile(facts) && matches!(facts.kind(), Some(ProfileKind::Login { .. }))
}

fn is_process(facts: &Facts) -> bool {
    uses_profile(facts) && matches!(facts.kind(), Some(ProfileKind::Process { .. }))
}

fn is_api_key(facts: &Facts) -> bool {
    on_bedrock(facts) && matches!(facts.configuration.identity, Identity::ApiKey(_))
}

fn has_empty_variable(facts: &Facts) -> bool {
    let names = [vars::BEARER_TOKEN_BEDROCK, vars::BEDROCK_BASE_URL];
    on_bedrock(facts)
        && names
            .iter()
            .any(|name| facts.settings.variable(&facts.world, name).is_some_and(|found| found.value.is_empty()))
}

fn has_other_authorization(facts: &Facts) -> bool {
    let header = facts.variable(vars::CUSTOM_HEADERS);
    let header = header.is_some_and(|found| {
        found
            .value
            .lines()
            .any(|line| line.split(':').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("authorization")))
    });
    let helper = facts.setting(vars::API_KEY_HELPER).is_some();
    on_bedrock(facts) && (header || helper || facts.variable(vars::AUTH_TOKEN).is_some())
}

fn is_outside_us(facts: &Facts) -> bool {
    on_bedrock(facts) && !facts.configuration.region.value.starts_with("us-")
}

fn is_gov(facts: &Facts) -> bool {
    regions::is_gov_cloud(&facts.configuration.region.value)
}

fn pins_nothing(facts: &Facts) -> bool {
    on_bedrock(facts)
        && facts.configuration.main_model.is_none()
        && facts.configuration.pins.iter().all(|(_, pin)| pin.is_none())
}

fn has_gateway(facts: &Facts) -> bool {
    on_bedrock(facts) && facts.variable(vars::BEDROCK_BASE_URL).is_some()
}

fn has_own_authority(facts: &Facts) -> bool {
    on_bedrock(facts) && has_proxy(facts) && facts.variable(vars::NODE_EXTRA_CA_CERTS).is_none()
}

fn has_other_sso_region(facts: &Facts) -> bool {
    let (Some(ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)), true) = (facts.kind(), uses_profile(facts)) else {
        return false;
    };
    sso.region != facts.configuration.region.value
}

fn pins_new_opus(facts: &Facts) -> bool {
    pinned(facts).any(|(model, ..)| model.family == "opus" && model.generation.as_slice() >= [4, 7].as_slice())
}

fn pins_opus_4_8(facts: &Facts) -> bool {
    pinned(facts).any(|(model, ..)| model.family == "opus" && model.generation == [4, 8])
}
