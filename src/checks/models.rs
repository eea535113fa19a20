//! The models Claude Code is told to use: whether their ids can work in the region.

use crate::checks::evidence;
use crate::checks::facts::Facts;
use crate::checks::finding::{Finding, Fix};
use crate::checks::pinned::{
    Pin, is_anthropic_id, is_listed, is_mantle_alone, listed_like, listing, near, pins, region,
};
use crate::checks::{Check, Needs};
use crate::model::Model;
use crate::regions;
use crate::settings::document::Key;
use crate::vars;

/// The checks of this room.
pub(super) const CHECKS: &[Check] = &[
    Check::of("M23", Needs::Files, gov_cloud),
    Check::of("M25", Needs::Files, mantle_id),
    Check::of("M26", Needs::Files, mantle_not_used),
    Check::of("M03", Needs::Files, anthropic_id),
    Check::of("M05", Needs::Files, unqualified_long_context),
    Check::of("M08", Needs::Files, malformed_arn),
    Check::of("M22", Needs::Files, no_long_context),
    Check::of("M01", Needs::Files, bare_id),
    Check::of("M02", Needs::Files, other_geography),
    Check::of("M06", Needs::Listing, assumed_apac),
    Check::of("M04", Needs::Listing, wrong_ending),
    Check::of("M02", Needs::Listing, not_listed),
];

/// The prefixes of system-defined inference profiles, and what the regions of their geography begin with. A region of
/// no geography here (`il-central-1`, `me-central-1`) may be served by any of them: there the listing alone decides.
const GEOGRAPHIES: [(&str, &[&str]); 7] = [
    ("us-gov", &["us-gov-"]),
    ("us", &["us-", "ca-"]),
    ("eu", &["eu-"]),
    ("apac", &["ap-"]),
    ("jp", &["ap-"]),
    ("au", &["ap-"]),
    ("ca", &["ca-"]),
];

fn gov_cloud(facts: &Facts) -> Vec<Finding> {
    if !regions::is_gov_cloud(region(facts)) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.prefix().is_some_and(|prefix| prefix != "us-gov"));
    wrong
        .map(|pin| {
            let title = format!(
                "`{}` names a profile of the commercial regions, and `{}` is GovCloud",
                pin.name,
                region(facts)
            );
            pin.finding(facts, "M23", title, listed_like(facts, pin.id()))
        })
        .collect()
}

fn mantle_id(facts: &Facts) -> Vec<Finding> {
    if !is_mantle_alone(facts) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.prefix().is_some());
    wrong
        .map(|pin| {
            let bare = pin.id().split_once('.').map_or("", |(_, rest)| rest);
            let title = format!("`{}` names an inference profile, which the Mantle endpoint does not know", pin.name);
            pin.finding(facts, "M25", title, Some(bare))
        })
        .collect()
}

fn mantle_not_used(facts: &Facts) -> Vec<Finding> {
    let Some(switch) = facts.variable(vars::USE_MANTLE) else { return Vec::new() };
    let is_on = vars::is_on(&switch.value);
    let said_no = ["0", "false", "no", "off"].contains(&switch.value.trim().to_ascii_lowercase().as_str());
    if is_on || said_no {
        return Vec::new();
    }
    let title = format!("`{}` is `{}`, which Claude Code takes for off", vars::USE_MANTLE, switch.value);
    let edits = evidence::edit(facts, &switch.source, Key::env(vars::USE_MANTLE), Some("1"));
    vec![
        Finding::warning("M26", title, Fix::ask("write `1`", edits)).seen([evidence::found(vars::USE_MANTLE, &switch)]),
    ]
}

fn anthropic_id(facts: &Facts) -> Vec<Finding> {
    let overrides = facts.model_overrides();
    let is_overridden = |pin: &Pin| overrides.iter().any(|(name, _)| name == pin.id());
    let wrong = pins(facts).into_iter().filter(|pin| is_anthropic_id(pin.id()) && !pin.found.value.ends_with("[1m]"));
    let wrong = wrong.filter(|pin| !is_overridden(pin));
    wrong
        .map(|pin| {
            let title = format!("`{}` is `{}`, an id of Anthropic's own service", pin.name, pin.found.value);
            pin.finding(facts, "M03", title, listed_like(facts, pin.id()))
        })
        .collect()
}

fn unqualified_long_context(facts: &Facts) -> Vec<Finding> {
    let wrong = pins(facts).into_iter().filter(|pin| is_anthropic_id(pin.id()) && pin.found.value.ends_with("[1m]"));
    wrong
        .map(|pin| {
            let title = format!("`{}` is `{}`, which Bedrock does not know", pin.name, pin.found.value);
            pin.finding(facts, "M05", title, listed_like(facts, pin.id()))
        })
        .collect()
}

/// `arn:PARTITION:bedrock:REGION:ACCOUNT:RESOURCE`.
fn malformed_arn(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for pin in pins(facts).into_iter().filter(|pin| pin.id().starts_with("arn:")) {
        let parts: Vec<&str> = pin.id().splitn(6, ':').collect();
        let id = pin.id().to_owned();
        let (fault, instead) = match parts.as_slice() {
            _ if id.contains("%2F") || id.contains("%2f") => {
                (Some("`%2F` in it stands for `/`".to_owned()), Some(id.replace("%2F", "/").replace("%2f", "/")))
            }
            [_, partition, "bedrock", of, account, resource] => {
                let is_profile = [
                    "inference-profile/",
                    "application-inference-profile/",
                    "foundation-model/",
                    "provisioned-model/",
                    "imported-model/",
                    "custom-model/",
                ];
                if !is_profile.iter().any(|start| resource.starts_with(start)) {
                    (Some("it names no model and no inference profile".to_owned()), None)
                } else if *partition != regions::partition_of(region(facts)).name {
                    (Some(format!("it is of the partition `{partition}`, and `{}` is of another", region(facts))), None)
                } else if !of.is_empty() && *of != region(facts) && !resource.starts_with("foundation-model/") {
                    (Some(format!("it is of {of}, and requests go to {}", region(facts))), None)
                } else if !account.is_empty()
                    && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    (Some("its account is not twelve digits".to_owned()), None)
                } else {
                    (None, None)
                }
            }
            _ => (Some("it is not an ARN of Bedrock".to_owned()), None),
        };
        if let Some(fault) = fault {
            found.push(pin.finding(
                facts,
                "M08",
                format!("the ARN in `{}` cannot work: {fault}", pin.name),
                instead.as_deref(),
            ));
        }
    }
    found
}

/// Models without the long context, as the documentation of Claude Code lists them (model-config, August 2026).
fn lacks_long_context(model: &Model) -> bool {
    match model.family.as_str() {
        "sonnet" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 5]),
        "opus" => matches!(model.generation.as_slice(), [3, ..] | [4] | [4, 0..=5]),
        "haiku" => matches!(model.generation.as_slice(), [3 | 4, ..]),
        _ => false,
    }
}

fn no_long_context(facts: &Facts) -> Vec<Finding> {
    let wrong = pins(facts).into_iter().filter(|pin| {
        pin.found.value.ends_with("[1m]") && Model::parse(pin.id()).is_some_and(|model| lacks_long_context(&model))
    });
    wrong
        .map(|pin| {
            let title = format!("the model in `{}` has no context of a million tokens", pin.name);
            let plain = pin.id().to_owned();
            let edits = evidence::edit(facts, &pin.found.source, pin.key(), Some(&plain));
            let fix =
                if edits.is_empty() { Fix::explain("take `[1m]` off") } else { Fix::safe("take `[1m]` off", edits) };
            Finding::error("M22", title, fix).seen([evidence::found(pin.name, &pin.found)])
        })
        .collect()
}

/// A foundation model's own id where only inference profiles answer: from Claude 4 on, and wherever AWS lists one.
fn bare_id(facts: &Facts) -> Vec<Finding> {
    if is_mantle_alone(facts) || facts.variable(vars::USE_MANTLE).is_some_and(|found| vars::is_on(&found.value)) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| pin.id().starts_with("anthropic.claude-"));
    wrong
        .filter_map(|pin| {
            let model = Model::parse(pin.id())?;
            let listed = listed_like(facts, pin.id());
            if listed.is_none() && model.generation.first().is_none_or(|generation| *generation < 4) {
                return None;
            }
            let title = format!("`{}` names a model that only answers through an inference profile", pin.name);
            Some(pin.finding(facts, "M01", title, listed))
        })
        .collect()
}

fn serves(regions: &[&str], region: &str) -> bool {
    regions.iter().any(|start| region.starts_with(start))
}

/// The geography of a pin's prefix, where that is another one than the region's.
fn elsewhere(facts: &Facts, pin: &Pin) -> Option<&'static str> {
    let (prefix, regions) = GEOGRAPHIES.iter().find(|(known, _)| pin.prefix() == Some(known))?;
    (!serves(regions, region(facts))).then_some(*prefix)
}

/// A prefix of another geography than the region's; what a listing says is better, so it waits for one.
fn other_geography(facts: &Facts) -> Vec<Finding> {
    let has_geography = GEOGRAPHIES.iter().any(|(_, regions)| serves(regions, region(facts)));
    if listing(facts).is_some() || regions::is_gov_cloud(region(facts)) || !has_geography {
        return Vec::new();
    }
    let mut found = Vec::new();
    for pin in pins(facts) {
        let Some(prefix) = elsewhere(facts, &pin) else { continue };
        let title = format!(
            "`{}` names a `{prefix}.` profile, and no region such as `{}` serves those",
            pin.name,
            region(facts)
        );
        found.push(pin.finding(facts, "M02", title, None));
    }
    found
}

/// The pins that the region does not list, with the listed profile of the same model.
fn unlisted(facts: &Facts) -> Vec<(Pin, Option<&str>)> {
    // Where the slip is in the provider's name, only what is near shows that an id was meant.
    let is_slip = |pin: &Pin| !is_anthropic_id(pin.id()) && !near(facts, pin.id()).is_empty();
    let is_id = |pin: &Pin| pin.prefix().is_some() || !pin.id().starts_with("anthropic.") && is_slip(pin);
    if is_mantle_alone(facts) || listing(facts).is_none_or(<[_]>::is_empty) || regions::is_gov_cloud(region(facts)) {
        return Vec::new();
    }
    let wrong = pins(facts).into_iter().filter(|pin| is_id(pin) && !is_listed(facts, pin.id()));
    wrong
        .map(|pin| {
            let instead = listed_like(facts, pin.id());
            (pin, instead)
        })
        .collect()
}

fn prefix_of(id: &str) -> &str {
    id.split_once('.').map_or("", |(prefix, _)| prefix)
}

fn assumed_apac(facts: &Facts) -> Vec<Finding> {
    let wrong = unlisted(facts).into_iter().filter(|(pin, instead)| pin.prefix() == Some("apac") && instead.is_some());
    wrong
        .map(|(pin, instead)| {
            let title =
                format!("`{}` begins with `apac.`, under which `{}` does not list the model", pin.name, region(facts));
            pin.finding(facts, "M06", title, instead)
        })
        .collect()
}

fn wrong_ending(facts: &Facts) -> Vec<Finding> {
    let same_prefix =
        |(pin, instead): &(Pin, Option<&str>)| instead.is_some_and(|instead| pin.prefix() == Some(prefix_of(instead)));
    unlisted(facts)
        .into_iter()
        .filter(same_prefix)
        .map(|(pin, instead)| {
            let title = format!("`{}` is nearly right: no `{}` is listed in `{}`", pin.name, pin.id(), region(facts));
            pin.finding(facts, "M04", title, instead)
        })
        .collect()
}

fn not_listed(facts: &Facts) -> Vec<Finding> {
    let other = |(pin, instead): &(Pin, Option<&str>)| match instead {
        Some(instead) => pin.prefix() != Some(prefix_of(instead)) && pin.prefix() != Some("apac"),
        None => true,
    };
    unlisted(facts)
        .into_iter()
        .filter(other)
        .map(|(pin, instead)| {
            let title = format!("`{}` names `{}`, which `{}` does not list", pin.name, pin.id(), region(facts));
            let finding = match instead {
                Some(_) => pin.finding(facts, "M02", title, instead),
                None => pin.slip(facts, "M02", title, &near(facts, pin.id())),
            };
            match (elsewhere(facts, &pin), instead) {
                (Some(_), _) => finding,
                (None, Some(_)) => finding.why("The region lists this model, but not with that prefix."),
                (None, None) => finding.why(
                    "The region lists nothing of that name: a letter is wrong, the model is gone, or it is not there yet.",
                ),
            }
        })
        .collect()
}
