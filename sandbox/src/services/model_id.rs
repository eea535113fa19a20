//! What may be a model id at all.

use super::invalid;
use crate::request::Refusal;

/// What AWS quotes of a model id that cannot be one, from its model of the service.
const MODEL_ID: &str = concat!(
    r"(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,",
    r"63}/[a-z0-9]{12})|(:foundation-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))",
    r"|([0-9]{12}:imported-model/[a-z0-9]{12})|([0-9]{12}:provisioned-model/[a-z0-9]{12})",
    r"|([0-9]{12}:custom-model-deployment/[a-z0-9]{12})|([0-9]{12}:(inference-profile",
    r"|application-inference-profile)/[a-zA-Z0-9-:.]+)))",
    r"|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))|(([0-9a-zA-Z][_-]?)+)",
    r"|([a-zA-Z0-9-:.]+)$",
    r"|(^(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:prompt/[0-9a-zA-Z]{10}(?::[0-9]{1,5})?))$",
    r"|(^arn:aws:sagemaker:[a-z0-9-]+:[0-9]{12}:endpoint/[a-zA-Z0-9-]+$)",
    r"|(^arn:aws(-[^:]+)?:bedrock:([0-9a-z-]{1,20}):([0-9]{12}):(default-)?prompt-router/[a-zA-Z0-9-:.]+$)",
);

/// Refuses an ARN that cannot be one of a model or profile, as the front end does before anything looks for it.
pub(super) fn check(model: &str) -> Result<(), Refusal> {
    let Some(arn) = model.strip_prefix("arn:") else { return Ok(()) };
    let mut parts = arn.splitn(5, ':');
    let mut part = || parts.next().unwrap_or_default();
    let (partition, service, _, account, resource) = (part(), part(), part(), part(), part());
    let is_account = account.is_empty() || account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let has_resource = resource.split_once('/').is_some_and(|(kind, id)| !kind.is_empty() && !id.is_empty());
    if partition.starts_with("aws") && ["bedrock", "sagemaker"].contains(&service) && is_account && has_resource {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{model}' at 'modelId' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: {MODEL_ID}"
    )))
}
