//! IAM's sentence taken apart: the action, the resource, and whose policy said no.

use super::{Asked, Gate, Opener};

/// The mark of every such sentence, before it is taken apart.
pub(super) const UNSPECIFIC: &str = "P06";

/// The gate in `User: ARN is not authorized to perform: ACTION on resource: ARN because …`.
pub(super) fn gate(message: &str, asked: &Asked<'_>) -> Option<Gate> {
    let (_, rest) = split_once_ignoring_case(message, "not authorized to perform")?;
    let mut words = rest.trim_start_matches([':', ' ']).split_whitespace();
    let action = words.next()?.trim_end_matches([',', '.']).to_owned();
    let resource = split_once_ignoring_case(rest, "on resource:")
        .and_then(|(_, after)| after.split_whitespace().next())
        .map(|arn| arn.trim_end_matches([',', '.']).to_owned());
    let reason = rest.to_lowercase();
    let region = resource.as_deref().and_then(region_of);
    let elsewhere = region.clone().filter(|region| asked.region != Some(region));
    let on = resource.as_deref().unwrap_or("its resource");
    let (id, name, title, fix) = if reason.contains("service control policy") {
        (
            "P07",
            "service-control-policy",
            "a service control policy of the organisation forbids it",
            match region.as_deref() {
                Some("any") => "use a profile whose traffic stays in named regions, or have the policy except \
                                this model for requests without a region"
                    .to_owned(),
                Some(region) => {
                    format!("use a profile that does not route to {region}, or have the policy except Bedrock there")
                }
                None => "have the policy except Bedrock".to_owned(),
            },
        )
    } else if action.starts_with("bedrock-mantle:") {
        (
            "P13",
            "mantle-permission",
            "Mantle's own permission is missing",
            format!("have {action} allowed; the bedrock: actions do not cover it"),
        )
    } else if reason.contains("session policy") {
        (
            "P09",
            "session-policy",
            "the session's own policy does not allow it",
            format!("have {action} on {on} allowed in the policy the session was made with"),
        )
    } else if ["bedrock:ListInferenceProfiles", "bedrock:GetInferenceProfile"].contains(&action.as_str()) {
        (
            "P11",
            "listing-permission",
            "you are not allowed to look up inference profiles",
            format!("have {action} allowed"),
        )
    } else if on.contains(":foundation-model/") && asked.model.is_some_and(is_profile) {
        (
            "P08",
            "model-behind-profile",
            "the profile is allowed, and the model behind it is not",
            format!("have {action} on {on} allowed too, and on that model in every region the profile routes to"),
        )
    } else {
        (UNSPECIFIC, "permission", "a permission is missing", format!("have {action} on {on} allowed"))
    };
    Some(Gate {
        id,
        name,
        title,
        fix,
        opener: Opener::Administrator,
        action: Some(action),
        resource,
        region: if id == "P07" { region } else { elsewhere },
    })
}

/// Whether a refusal is for want of an allow in the policies of the identity itself; what an organisation, a session,
/// a boundary or an explicit denial forbids, no allow gives.
#[must_use]
pub fn wants_an_allow(message: &str) -> bool {
    let reason = message.to_lowercase();
    let elsewhere = ["explicit deny", "service control policy", "session policy", "permissions boundary"];
    !elsewhere.iter().any(|words| reason.contains(words))
}

/// Whether an id names an inference profile rather than a model.
fn is_profile(id: &str) -> bool {
    id.contains("inference-profile/") || id.split_once("anthropic.").is_some_and(|(prefix, _)| !prefix.is_empty())
}

/// The region of an ARN; `any` for one of a model without a region.
fn region_of(arn: &str) -> Option<String> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    Some(if region.is_empty() { "any".to_owned() } else { region.to_owned() })
}

fn split_once_ignoring_case<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    // Only ASCII is lowered, so the places stay the same.
    let at = text.to_ascii_lowercase().find(mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}
