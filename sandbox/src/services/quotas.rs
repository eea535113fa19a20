//! Service Quotas, in AWS's JSON 1.1 protocol: the operation in a header, JSON in and out.

use serde_json::{Value, json};

use crate::{
    account::Quota,
    authentication::{self, Unauthenticated},
    cloud::{Cloud, Page},
    log::Entry,
    request::{Refusal, Reply, Request},
};

const TARGET: &str = "ServiceQuotasV20190624.";
const MEDIA_TYPE: &str = "application/x-amz-json-1.1";
const MOST_RESULTS: u64 = 100;

/// The operation a request asks for, if it is one for this service.
pub(super) fn operation(request: &Request) -> Option<&str> {
    request.header("x-amz-target")?.strip_prefix(TARGET)
}

pub(super) fn answer(cloud: &Cloud, request: &Request, _: &str, entry: &mut Entry) -> Reply {
    match perform(cloud, request, entry) {
        Ok(value) => Reply::of(200, MEDIA_TYPE, value.to_string()),
        Err(refusal) => error(&refusal),
    }
}

/// Writes an error as the protocol has it: its type in the body.
pub(super) fn error(refusal: &Refusal) -> Reply {
    let body = json!({ "__type": refusal.code, refusal.key: refusal.message });
    Reply::of(refusal.status, MEDIA_TYPE, body.to_string())
}

fn perform(cloud: &Cloud, request: &Request, entry: &mut Entry) -> Result<Value, Refusal> {
    let caller = authentication::signer(cloud, request, "servicequotas", entry).map_err(|reason| refusal(&reason))?;
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))?;
    let operation = operation(request).unwrap_or_default();
    let allowed = caller.principal.require(&format!("servicequotas:{operation}"), "*", &caller.region);
    // The protocol knows one status for all that is the client's fault.
    allowed.map_err(|refusal| Refusal { status: 400, ..refusal })?;
    let service = body["ServiceCode"].as_str().unwrap_or_default();
    if service != "bedrock" {
        return Err(Refusal::new(400, "NoSuchResourceException", format!("The service {service} does not exist.")));
    }
    let member = cloud.account.member(&caller.principal.account_id);
    let quotas = member.into_iter().flat_map(|member| &member.quotas);
    let here = |quota: &&Quota| quota.region.as_ref().is_none_or(|region| *region == caller.region);
    let place =
        format!("{}:servicequotas:{}:{}", cloud.account.partition(), caller.region, caller.principal.account_id);
    let wanted = body["QuotaCode"].as_str();
    let quotas = quotas.filter(here).filter(|quota| wanted.is_none_or(|code| code == quota.code));
    let quotas = quotas.map(|quota| entry_of(quota, &place)).collect();
    match operation {
        "ListServiceQuotas" => page(cloud, &body, quotas),
        "GetServiceQuota" => match quotas.into_iter().next() {
            Some(quota) if wanted.is_some() => Ok(json!({ "Quota": quota })),
            _ => Err(Refusal::new(
                400,
                "NoSuchResourceException",
                "The request failed because the specified service quota does not exist.",
            )),
        },
        _ => Err(Refusal::new(400, "UnknownOperationException", "The requested operation does not exist.")),
    }
}

fn page(cloud: &Cloud, body: &Value, quotas: Vec<Value>) -> Result<Value, Refusal> {
    let size = match &body["MaxResults"] {
        Value::Null => MOST_RESULTS,
        number => number
            .as_u64()
            .filter(|size| (1..=MOST_RESULTS).contains(size))
            .ok_or_else(|| Refusal::new(400, "IllegalArgumentException", "MaxResults must be between 1 and 100."))?,
    };
    let size = usize::try_from(size).ok();
    let Some(Page { items, next }) = cloud.page(quotas, size, body["NextToken"].as_str()) else {
        return Err(Refusal::new(400, "InvalidPaginationTokenException", "Invalid token."));
    };
    let mut answer = json!({ "Quotas": items });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn entry_of(quota: &Quota, place: &str) -> Value {
    let Quota { code, name, value, adjustable, .. } = quota;
    json!({
        "Adjustable": adjustable,
        "GlobalQuota": false,
        "QuotaAppliedAtLevel": "ACCOUNT",
        "QuotaArn": format!("arn:{place}:bedrock/{code}"),
        "QuotaCode": code,
        "QuotaName": name,
        "ServiceCode": "bedrock",
        "ServiceName": "Amazon Bedrock",
        "Unit": "None",
        "Value": value,
    })
}

fn refusal(reason: &Unauthenticated) -> Refusal {
    let (status, code) = match reason {
        Unauthenticated::Missing => (400, "MissingAuthenticationTokenException"),
        Unauthenticated::Incomplete(_) => (400, "IncompleteSignatureException"),
        Unauthenticated::Unknown | Unauthenticated::ApiKey(_) => (400, "UnrecognizedClientException"),
        Unauthenticated::Expired => (400, "ExpiredTokenException"),
        Unauthenticated::Signature(_) => (400, "InvalidSignatureException"),
    };
    Refusal::new(status, code, reason.to_string())
}
