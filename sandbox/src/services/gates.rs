//! What stands between an account and a model, in AWS's order and words.

use super::{Visit, invalid};
use crate::{
    account::{AgreementStatus, DataRetention, Model, glob},
    cloud::Cloud,
    request::Refusal,
};

/// Lets a request through to a model, or says what is in the way.
pub(super) fn pass(cloud: &Cloud, visit: &Visit<'_>, model: &Model) -> Result<(), Refusal> {
    let gates = &visit.member.gates;
    let anthropic = model.provider == "Anthropic";
    if gates.unsupported_country && anthropic {
        let message = "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.";
        return Err(invalid(message));
    }
    check_life(cloud, visit, model)?;
    if anthropic && !cloud.changes.has_form(visit.member) {
        let message = "Model use case details have not been submitted for this account. Fill out the Anthropic use \
                       case details form before using the model. If you have already filled out the form, try again \
                       in 15 minutes.";
        return Err(Refusal::new(404, "ResourceNotFoundException", message));
    }
    check_agreement(cloud, visit, model)?;
    if gates.models_without_access.iter().any(|pattern| glob(pattern, &model.id)) {
        return Err(denied("You don't have access to the model with the specified model ID."));
    }
    if gates.closed_models.iter().any(|pattern| glob(pattern, &model.id)) {
        return Err(denied(format!(
            "{} is not available for this account. You can explore other available models on Amazon Bedrock. For \
             additional access options, contact AWS Sales at https://aws.amazon.com/contact-us/sales-support/",
            model.id
        )));
    }
    let (mode, _) = cloud.changes.data_retention(visit.member);
    if model.data_retention.as_ref().is_some_and(|modes| !modes.contains(&mode)) {
        return Err(invalid(format!("data retention mode '{}' is not available for this model", name_of(mode))));
    }
    Ok(())
}

fn check_life(cloud: &Cloud, visit: &Visit<'_>, model: &Model) -> Result<(), Refusal> {
    let not_found = |message: &str| Err(Refusal::new(404, "ResourceNotFoundException", message));
    if model.has_ended(cloud.now()) {
        return not_found(
            "This model version has reached the end of its life. Please refer to the AWS documentation for more \
             details.",
        );
    }
    if model.is_legacy(cloud.now()) && !visit.member.gates.legacy_models_in_use.contains(&model.id) {
        return not_found(
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the \
             model in the last 15 days. Please upgrade to an active model on Amazon Bedrock",
        );
    }
    Ok(())
}

/// The first caller who may subscribe concludes the agreement, as on AWS.
fn check_agreement(cloud: &Cloud, visit: &Visit<'_>, model: &Model) -> Result<(), Refusal> {
    let subscribes = || {
        let keys =
            [("aws:RequestedRegion", visit.region.name.as_str()), ("aws:CalledViaLast", "bedrock.amazonaws.com")];
        ["aws-marketplace:ViewSubscriptions", "aws-marketplace:Subscribe"]
            .iter()
            .all(|action| visit.caller.principal.require_with(action, "*", &keys).is_ok())
    };
    if visit.member.gates.no_payment_instrument {
        return Err(denied(
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. \
             Your AWS Marketplace subscription for this model cannot be completed at this time. If you recently \
             fixed this issue, try again after 2 minutes.",
        ));
    }
    match cloud.changes.agreement(visit.member, &model.id) {
        AgreementStatus::Available => return Ok(()),
        AgreementStatus::Pending => {
            return Err(denied(
                "Your account is not authorized to access this model. Your AWS Marketplace subscription for this \
                 model is still being processed",
            ));
        }
        AgreementStatus::NotAvailable | AgreementStatus::Error if !subscribes() => {
            return Err(denied(
                "Model access is denied due to IAM user or service role is not authorized to perform the required \
                 AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable \
                 access to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS \
                 Marketplace subscription for this model cannot be completed at this time. If you recently fixed \
                 this issue, try again after 5 minutes.",
            ));
        }
        AgreementStatus::NotAvailable | AgreementStatus::Error => {}
    }
    cloud.changes.of(&visit.member.id, |change| {
        change.agreements.insert(model.id.clone(), AgreementStatus::Available);
    });
    Ok(())
}

const fn name_of(mode: DataRetention) -> &'static str {
    match mode {
        DataRetention::Default => "default",
        DataRetention::None => "none",
        DataRetention::AwsReview => "aws_review",
        DataRetention::ProviderDataShare => "provider_data_share",
        DataRetention::Inherit => "inherit",
    }
}

fn denied(message: impl Into<String>) -> Refusal {
    Refusal::new(403, "AccessDeniedException", message)
}
