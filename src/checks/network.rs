//! The way to AWS, and what Bedrock's control plane says to the principal that comes along it.

use crate::aws::call::CallError;
use crate::checks::evidence;
use crate::checks::facts::{Endpoint, Facts, Look};
use crate::checks::finding::{Evidence, Finding, Fix};
use crate::checks::{Check, Needs};
use crate::configuration::Provider;
use crate::regions;
use crate::settings::scope::{Found, Source};
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("N09", Needs::Files, malformed_base_url),
    Check::of("N01", Needs::Endpoints, untrusted),
    Check::of("N12", Needs::Endpoints, proxy_refuses),
    Check::of("N09", Needs::Endpoints, base_url_leads_nowhere),
    Check::of("N13", Needs::Endpoints, no_such_host),
    Check::of("N10", Needs::Endpoints, nothing_through),
    Check::of("P15", Needs::Endpoints, some_unreachable),
    Check::of("N05", Needs::OpenEndpoints, slow_proxy),
    Check::of("N14", Needs::OpenEndpoints, far_away),
    Check::of("N02", Needs::Files, certificates_from_settings),
    Check::of("N04", Needs::Files, cli_without_certificates),
    Check::of("P11", Needs::Listing, listing_denied),
];

/// What TLS says of a chain that ends in nobody it trusts.
const UNTRUSTED: [&str; 5] = ["certificate", "UnknownIssuer", "self-signed", "self signed", "invalid peer"];

fn failures(facts: &Facts) -> impl Iterator<Item = (&Endpoint, &str)> {
    facts.online.endpoints.iter().filter_map(|endpoint| match &endpoint.reached {
        Look::Failed(reason) => Some((endpoint, reason.as_str())),
        Look::Seen(_) | Look::Skipped(_) => None,
    })
}

fn is_untrusted(reason: &str) -> bool {
    UNTRUSTED.iter().any(|mark| reason.contains(mark))
}

fn knock(endpoint: &Endpoint, answer: &str) -> Evidence {
    Evidence::Call {
        operation: format!("{} at {}", endpoint.service, evidence::masked(&endpoint.address)),
        answer: evidence::masked(answer),
    }
}

/// The addresses that take the place of Bedrock's and of Mantle's, where Claude Code asks there.
fn base_urls(facts: &Facts) -> impl Iterator<Item = (&'static str, Found)> {
    let is_asked = |name: &&str| match *name {
        vars::MANTLE_BASE_URL => facts.configuration.has_mantle,
        _ => facts.configuration.provider == Provider::Bedrock,
    };
    let names = [vars::BEDROCK_BASE_URL, vars::MANTLE_BASE_URL].into_iter().filter(is_asked);
    names.filter_map(|name| Some((name, facts.variable(name)?)))
}

fn malformed_base_url(facts: &Facts) -> Vec<Finding> {
    base_urls(facts).filter_map(|(name, found)| malformed(facts, name, &found)).collect()
}

fn malformed(facts: &Facts, name: &'static str, found: &Found) -> Option<Finding> {
    let host = found.value.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    let is_web = found.value.starts_with("https://") || found.value.starts_with("http://");
    let Some(host) = host.filter(|host| is_web && !host.is_empty()) else {
        let title = format!("`{name}` is not a web address");
        let fix = Fix::explain("write the whole address, such as `https://gateway.example.com/bedrock`");
        return Some(Finding::error("N09", title, fix).seen([evidence::found(name, found)]));
    };
    let region = &facts.configuration.region.value;
    let of_aws = ["bedrock-runtime.", "bedrock-mantle."].into_iter().find_map(|start| host.strip_prefix(start));
    let of = of_aws.and_then(|rest| rest.split('.').next()).filter(|of| of != region)?;
    let title = format!("`{name}` is in {of}, and requests are signed for {region}");
    let fix = Fix::explain(format!("name the endpoint of {region}, or change the region"));
    let seen = [evidence::found(name, found), evidence::found(vars::AWS_REGION, &facts.configuration.region)];
    Some(Finding::error("N09", title, fix).seen(seen))
}

fn untrusted(facts: &Facts) -> Vec<Finding> {
    let failing: Vec<_> = failures(facts).filter(|(_, reason)| is_untrusted(reason)).collect();
    if failing.is_empty() {
        return Vec::new();
    }
    let title = "the certificate that answers for AWS is not trusted: somebody inspects the connection";
    let sentence = "Our proxy inspects TLS to AWS. Please give me the certificate of its authority as a PEM file.";
    let fix = Fix {
        text: format!(
            "put your company's authority into the system's trust store, or name its PEM file in `{}`",
            vars::NODE_EXTRA_CA_CERTS
        ),
        ..Fix::administrator("", sentence)
    };
    vec![Finding::error("N01", title, fix).seen(failing.into_iter().map(|(endpoint, reason)| knock(endpoint, reason)))]
}

fn proxy(facts: &Facts) -> Option<(&'static str, Found)> {
    [vars::HTTPS_PROXY, vars::HTTPS_PROXY_LOWER].into_iter().find_map(|name| Some((name, facts.variable(name)?)))
}

fn proxy_refuses(facts: &Facts) -> Vec<Finding> {
    let refused = |reason: &str| {
        let reason = reason.to_lowercase();
        ["407", "proxy authentication", "proxy authorization"].iter().any(|mark| reason.contains(mark))
    };
    let mut failing = failures(facts).filter(|(_, reason)| refused(reason)).peekable();
    if failing.peek().is_none() {
        return Vec::new();
    }
    let seen: Vec<Evidence> = failing.map(|(endpoint, reason)| knock(endpoint, reason)).collect();
    let found = proxy(facts).map(|(name, found)| evidence::found(name, &found));
    let fix =
        Fix::explain("put the name and password your proxy wants into its address, or ask for a rule without them");
    vec![Finding::error("N12", "the proxy wants to know who you are", fix).seen(found.into_iter().chain(seen))]
}

fn base_url_leads_nowhere(facts: &Facts) -> Vec<Finding> {
    let led = |(name, found): (&'static str, Found)| {
        let (endpoint, reason) =
            failures(facts).find(|(endpoint, reason)| endpoint.service.ends_with(name) && !is_untrusted(reason))?;
        let title = format!("nobody answers at `{name}`");
        let fix = Fix::explain("correct the address, or reach it: VPN, private DNS, `NO_PROXY`");
        Some(Finding::error("N09", title, fix).seen([evidence::found(name, &found), knock(endpoint, reason)]))
    };
    base_urls(facts).filter_map(led).collect()
}

/// A region that has the form of one and is none: no name service knows its hosts.
fn no_such_host(facts: &Facts) -> Vec<Finding> {
    let region = &facts.configuration.region;
    let unknown = |reason: &str| ["dns", "lookup", "resolve"].iter().any(|mark| reason.to_lowercase().contains(mark));
    let of_region = |endpoint: &Endpoint| endpoint.service.starts_with("Amazon Bedrock");
    let failing: Vec<_> = failures(facts).filter(|(endpoint, reason)| of_region(endpoint) && unknown(reason)).collect();
    if failing.is_empty() || regions::find(&region.value).is_some_and(|region| region.has_bedrock) {
        return Vec::new();
    }
    let title = format!("there is no Bedrock in `{}`: its hosts are not known", region.value);
    let fix = Fix::explain("choose a region that serves Claude").command("claude-bedrock regions");
    let seen = failing.into_iter().map(|(endpoint, reason)| knock(endpoint, reason));
    vec![Finding::error("N13", title, fix).seen([evidence::found(vars::AWS_REGION, region)].into_iter().chain(seen))]
}

fn nothing_through(facts: &Facts) -> Vec<Finding> {
    let endpoints = &facts.online.endpoints;
    let failing: Vec<_> = failures(facts).collect();
    if endpoints.is_empty() || failing.len() < endpoints.len() || failing.iter().all(|(_, reason)| is_untrusted(reason))
    {
        return Vec::new();
    }
    let found = proxy(facts).map(|(name, found)| evidence::found(name, &found));
    let hosts: Vec<String> = endpoints.iter().map(|endpoint| host(&endpoint.address)).collect();
    let sentence = format!("Please let this machine reach {} on port 443.", hosts.join(", "));
    let fix = Fix::administrator("connect to the network or the VPN; else ask for the way to be opened", sentence);
    let seen = failing.into_iter().map(|(endpoint, reason)| knock(endpoint, reason));
    vec![Finding::error("N10", "nothing gets through to AWS", fix).seen(found.into_iter().chain(seen))]
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default().to_owned()
}

fn some_unreachable(facts: &Facts) -> Vec<Finding> {
    let all = facts.online.endpoints.len();
    let failing: Vec<_> = failures(facts).filter(|(_, reason)| !is_untrusted(reason)).collect();
    if failing.is_empty() || failing.len() == all {
        return Vec::new();
    }
    let names: Vec<&str> = failing.iter().map(|(endpoint, _)| endpoint.service).collect();
    let title = format!("{} cannot be reached, other AWS services can", names.join(" and "));
    let hosts: Vec<String> = failing.iter().map(|(endpoint, _)| host(&endpoint.address)).collect();
    let sentence =
        format!("Please let this machine reach {} on port 443, or add VPC endpoints for them.", hosts.join(", "));
    let fix = Fix::administrator("ask for the way to be opened", sentence);
    let table = facts.online.endpoints.iter().map(|endpoint| match &endpoint.reached {
        Look::Seen(reached) => knock(endpoint, &format!("answered in {} ms", reached.took.as_millis())),
        Look::Failed(reason) | Look::Skipped(reason) => knock(endpoint, reason),
    });
    vec![Finding::error("P15", title, fix).seen(table)]
}

/// Slower than any way around the earth.
const FAR: std::time::Duration = std::time::Duration::from_millis(1500);

fn slow_proxy(facts: &Facts) -> Vec<Finding> {
    let slow: Vec<(&Endpoint, std::time::Duration)> = facts
        .online
        .endpoints
        .iter()
        .filter_map(|endpoint| Some((endpoint, endpoint.reached.seen()?.took)))
        .filter(|(_, took)| *took > FAR)
        .collect();
    let Some((name, found)) = proxy(facts).filter(|_| !slow.is_empty()) else { return Vec::new() };
    let title = "the proxy is slow with AWS: every start and every first answer waits for it";
    let fix = Fix::explain("update Claude Code, and let AWS's hosts pass beside the proxy with `NO_PROXY` if they may");
    let seen = slow.iter().map(|(endpoint, took)| knock(endpoint, &format!("answered in {} ms", took.as_millis())));
    vec![Finding::warning("N05", title, fix).seen([evidence::found(name, &found)].into_iter().chain(seen))]
}

fn far_away(facts: &Facts) -> Vec<Finding> {
    // Behind a proxy it is the proxy that is slow.
    if proxy(facts).is_some() {
        return Vec::new();
    }
    let slow = facts.online.endpoints.iter().find_map(|endpoint| {
        let reached = endpoint.reached.seen()?;
        (endpoint.service.starts_with("Amazon Bedrock") && reached.took > FAR).then_some((endpoint, reached.took))
    });
    let Some((endpoint, took)) = slow else { return Vec::new() };
    let title =
        format!("Bedrock in `{}` takes {} ms to answer anything", facts.configuration.region.value, took.as_millis());
    let fix = Fix::explain("choose a region nearer to you").command("claude-bedrock setup");
    vec![Finding::hint("N14", title, fix).seen([knock(endpoint, &format!("answered in {} ms", took.as_millis()))])]
}

fn certificates_from_settings(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, path) in &facts.lost_files {
        if ![vars::NODE_EXTRA_CA_CERTS, vars::AWS_CA_BUNDLE].contains(name) {
            continue;
        }
        let title = format!("`{name}` names `{}`, which does not exist", path.display());
        let fix = Fix::explain("name the PEM file of your company's authority by its absolute path");
        let seen = facts.variable(name).map(|value| evidence::found(name, &value));
        found.push(Finding::error("N02", title, fix).seen(seen));
    }
    let value = facts.variable(vars::NODE_EXTRA_CA_CERTS).filter(|_| facts.is_bedrock() && found.is_empty());
    if let Some(value) = value
        && matches!(value.source, Source::Settings { .. })
        && facts.world.var(vars::NODE_EXTRA_CA_CERTS).is_none()
    {
        let title = format!(
            "`{}` is set in the settings only, which some builds of Claude Code read too late",
            vars::NODE_EXTRA_CA_CERTS
        );
        let fix = Fix::explain("export it in your shell too");
        found.push(Finding::hint("N02", title, fix).seen([evidence::found(vars::NODE_EXTRA_CA_CERTS, &value)]));
    }
    found
}

fn cli_without_certificates(facts: &Facts) -> Vec<Finding> {
    let uses_cli = facts.setting(vars::AUTH_REFRESH).filter(|found| found.value.contains("aws ") && facts.is_bedrock());
    let (Some(helper), Some(extra)) = (uses_cli, facts.variable(vars::NODE_EXTRA_CA_CERTS)) else { return Vec::new() };
    if facts.variable(vars::AWS_CA_BUNDLE).is_some() || crate::helper_command::recognise(&helper.value).is_some() {
        return Vec::new();
    }
    let title = format!("the helper runs the AWS CLI, which does not read `{}`", vars::NODE_EXTRA_CA_CERTS);
    let fix = Fix::explain(format!("set `{}` to the same file", vars::AWS_CA_BUNDLE));
    let seen = [evidence::found(vars::AUTH_REFRESH, &helper), evidence::found(vars::NODE_EXTRA_CA_CERTS, &extra)];
    vec![Finding::warning("N04", title, fix).seen(seen)]
}

/// Without the listing Claude Code puts its preferred prefix before the model's name and hopes.
fn listing_denied(facts: &Facts) -> Vec<Finding> {
    let Some(error @ CallError::Answered { .. }) = facts.online.listing.failed() else { return Vec::new() };
    if !error.is_denied() || !facts.is_bedrock() {
        return Vec::new();
    }
    let all_pinned = facts.configuration.main_model.is_some()
        && facts.configuration.pins.iter().take(3).all(|(_, pin)| pin.is_some());
    let who = facts.online.identity.seen().map_or("my principal", |identity| identity.arn.as_str());
    let sentence = format!(
        "Please allow bedrock:ListInferenceProfiles and bedrock:GetInferenceProfile to {who}; Claude Code looks its models up with them."
    );
    let (title, text) = if all_pinned {
        (
            "listing Bedrock's models is not allowed; your pins are used unseen",
            "nothing has to be done while they work; an administrator can allow the look",
        )
    } else {
        (
            "listing Bedrock's models is not allowed, so Claude Code guesses the ids of those you have not pinned",
            "pin every model with `claude-bedrock setup --model ID`, or ask for the permission",
        )
    };
    let fix = Fix::administrator(text, sentence);
    let seen = [evidence::call("bedrock:ListInferenceProfiles", error)];
    let finding = if all_pinned { Finding::hint("P11", title, fix) } else { Finding::warning("P11", title, fix) };
    vec![finding.seen(seen)]
}
