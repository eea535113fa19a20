//! What stands between an account and a model, in the words the product has to recognise.

use super::{SONNET, body, cloud, invoke, kind};
use crate::{
    account::{Account, Gates, Model, Permissions, Quota},
    cloud::Cloud,
    log::Log,
};

/// The account of the tests with something changed.
fn changed(change: impl FnOnce(&mut Account)) -> Cloud {
    let mut account = Account::default();
    change(&mut account);
    Cloud::new(account, Log::default(), std::time::Duration::ZERO, false)
}

fn with_gates(gates: &str) -> Cloud {
    let gates: Gates = toml::from_str(gates).expect("well formed");
    changed(|account| account.accounts[0].gates = gates)
}

fn with_model(change: impl FnOnce(&mut Model)) -> Cloud {
    changed(|account| {
        let sonnet = account.models.iter_mut().find(|model| model.id == "anthropic.claude-sonnet-4-6");
        change(sonnet.expect("declared"));
    })
}

#[track_caller]
fn assert_refused(cloud: &Cloud, status: u16, code: &str, words: &str) {
    let (reply, _) = invoke(cloud, "BedrockDeveloper", SONNET);
    assert_eq!((reply.status, kind(&reply)), (status, Some(code)));
    let message = body(&reply)["message"].to_string();
    assert!(message.contains(words), "{message}");
}

#[test]
fn every_gate_has_its_own_words() {
    let missing = "Model use case details have not been submitted for this account.";
    assert_refused(&with_gates("use_case_form = \"missing\""), 404, "ResourceNotFoundException", missing);
    let pay = "INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. Your";
    assert_refused(&with_gates("no_payment_instrument = true"), 403, "AccessDeniedException", pay);
    let country = "not allowed from unsupported countries";
    assert_refused(&with_gates("unsupported_country = true"), 400, "ValidationException", country);
    let agreement = |status: &str| with_gates(&format!("agreements = [{{ models = \"*\", status = \"{status}\" }}]"));
    let pending = "Your AWS Marketplace subscription for this model is still being processed";
    assert_refused(&agreement("pending"), 403, "AccessDeniedException", pending);
    let subscribe = "(aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe)";
    assert_refused(&agreement("not_available"), 403, "AccessDeniedException", subscribe);
    let access = "You don't have access to the model with the specified model ID.";
    assert_refused(&with_gates("models_without_access = [\"*sonnet*\"]"), 403, "AccessDeniedException", access);
    let closed = "anthropic.claude-sonnet-4-6 is not available for this account";
    assert_refused(&with_gates("closed_models = [\"*sonnet*\"]"), 403, "AccessDeniedException", closed);
    assert_eq!(invoke(&with_gates(""), "BedrockDeveloper", SONNET).0.status, 200);
}

#[test]
fn who_may_subscribe_opens_the_gate_for_all() {
    let cloud = changed(|account| {
        account.accounts[0].gates =
            toml::from_str("agreements = [{ models = \"*\", status = \"not_available\" }]").expect("well formed");
        account.accounts[0].roles[1].permissions =
            Permissions { allow: vec!["*".to_owned()], ..Permissions::default() };
    });
    assert_eq!(invoke(&cloud, "BedrockDeveloper", SONNET).0.status, 403);
    assert_eq!(invoke(&cloud, "ReadOnly", SONNET).0.status, 200);
    assert_eq!(invoke(&cloud, "BedrockDeveloper", SONNET).0.status, 200);
}

#[test]
fn models_grow_old_and_die() {
    let legacy = "marked by provider as Legacy and you have not been actively using the model in the last 15 days";
    let old = with_model(|model| model.legacy_at = Some(jiff::Timestamp::UNIX_EPOCH));
    assert_refused(&old, 404, "ResourceNotFoundException", legacy);
    let in_use = changed(|account| {
        account.models.iter_mut().for_each(|model| model.legacy_at = Some(jiff::Timestamp::UNIX_EPOCH));
        account.accounts[0].gates.legacy_models_in_use = vec!["anthropic.claude-sonnet-4-6".to_owned()];
    });
    assert_eq!(invoke(&in_use, "BedrockDeveloper", SONNET).0.status, 200);
    let end = "This model version has reached the end of its life";
    let ended = with_model(|model| model.end_of_life_at = Some(jiff::Timestamp::UNIX_EPOCH));
    assert_refused(&ended, 404, "ResourceNotFoundException", end);
    let mode = "data retention mode 'default' is not available for this model";
    assert_refused(&with_model(|model| model.data_retention = Some(Vec::new())), 400, "ValidationException", mode);
}

#[test]
fn quotas_are_taken_from_until_nothing_is_left() {
    let quota = |value: u32, unit: &str| {
        let quota = format!("code = \"L-1\"\nname = \"x\"\nvalue = {value}.0\nmodels = \"us.*\"\nunit = \"{unit}\"\n");
        let quota: Quota = toml::from_str(&quota).expect("well formed");
        changed(|account| account.accounts[0].quotas = vec![quota])
    };
    let day = "Too many tokens per day, please wait before trying again.";
    assert_refused(&quota(0, "tokens_per_day"), 429, "ThrottlingException", day);
    // One request is of a hundred tokens of answer and a few of prompt.
    let cloud = quota(150, "tokens_per_minute");
    assert_eq!(invoke(&cloud, "BedrockDeveloper", SONNET).0.status, 200);
    assert_refused(&cloud, 429, "ThrottlingException", "Too many tokens, please wait before trying again.");
    let cloud = quota(1, "requests_per_minute");
    assert_eq!(invoke(&cloud, "BedrockDeveloper", SONNET).0.status, 200);
    assert_refused(&cloud, 429, "ThrottlingException", "Too many requests, please wait before trying again.");
    cloud.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(invoke(&cloud, "BedrockDeveloper", SONNET).0.status, 200);
}

#[test]
fn an_organisation_denies_a_region_nobody_chose() {
    let policy = "name = \"us-west-2 only\"\n[[statements]]\neffect = \"deny\"\nactions = [\"bedrock:*\"]\n\
                  condition = { StringNotEquals = { \"aws:RequestedRegion\" = \"us-west-2\" } }\n";
    let policy = toml::from_str(policy).expect("well formed");
    let cloud = changed(|account| account.service_control_policies.push(policy));
    let (reply, _) = invoke(&cloud, "BedrockDeveloper", SONNET);
    let message = body(&reply)["message"].to_string();
    let resource = "on resource: arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6";
    assert!(message.contains(&format!("{resource} with an explicit deny in a service control policy")), "{message}");
}

#[test]
fn nothing_stands_in_the_way_of_the_default_account() {
    assert_eq!(invoke(&cloud(), "BedrockDeveloper", SONNET).0.status, 200);
}
