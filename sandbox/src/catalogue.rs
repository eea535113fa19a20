//! What the models of an account are called in a region, and where they route to.

use jiff::Timestamp;

use crate::account::{Account, ApplicationProfile, Geography, Model, Region};

/// An inference profile as one account sees it in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InferenceProfile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) arn: String,
    pub(crate) model_arns: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) created_at: Timestamp,
    /// The foundation model behind it.
    pub(crate) model: String,
}

/// Who made an inference profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    System,
    Application,
}

/// What a model id in a request turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The foundation model's id.
    pub(crate) model: String,
    /// The ARN that permissions are checked on.
    pub(crate) arn: String,
    /// Whether it can be invoked as it was named.
    pub(crate) invocable: bool,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "SYSTEM_DEFINED",
            Self::Application => "APPLICATION",
        }
    }
}

/// Lists the inference profiles, in the order the region declares its geographies.
pub(crate) fn inference_profiles(account: &Account, region: &Region, account_id: &str) -> Vec<InferenceProfile> {
    let mut profiles: Vec<InferenceProfile> = region
        .geographies
        .iter()
        .filter_map(|name| account.geographies.iter().find(|geography| &geography.name == name))
        .flat_map(|geography| {
            let has_profile = |model: &&Model| {
                let geographies = model.geographies.as_ref();
                geographies.is_none_or(|names| names.contains(&geography.name))
            };
            let models = account.models.iter().filter(has_profile);
            models.map(|model| system_profile(region, account_id, geography, model))
        })
        .collect();
    let declared = account.member(account_id).map_or(&[][..], |member| &member.inference_profiles);
    let applications: Vec<InferenceProfile> = declared
        .iter()
        .filter(|profile| profile.region == region.name)
        .filter_map(|profile| application_profile(account, &profiles, region, account_id, profile))
        .collect();
    profiles.extend(applications);
    profiles
}

/// Finds what a model id, profile id or ARN of a request names in a region.
pub(crate) fn target(account: &Account, region: &Region, account_id: &str, name: &str) -> Option<Target> {
    let profiles = inference_profiles(account, region, account_id);
    if let Some(profile) = profiles.into_iter().find(|profile| profile.answers_to(name)) {
        return Some(Target { model: profile.model, arn: profile.arn, invocable: true });
    }
    let model = account.models.iter().find(|model| {
        let arn = foundation_model_arn(&region.name, &model.id);
        !region.geographies.is_empty() && (name == model.id || name == arn)
    })?;
    Some(Target {
        model: model.id.clone(),
        arn: foundation_model_arn(&region.name, &model.id),
        invocable: model.on_demand,
    })
}

impl InferenceProfile {
    /// Whether a request means this profile.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        name == self.arn || name == self.id
    }
}

fn system_profile(region: &Region, account_id: &str, geography: &Geography, model: &Model) -> InferenceProfile {
    let id = format!("{}.{}", geography.name, model.id);
    let routes = geography.routes.iter().map(|route| route.replace("{source}", &region.name));
    InferenceProfile {
        name: format!("{} {} {}", geography.title, model.provider, model.name),
        description: geography.description.replace("{model}", &format!("{} {}", model.provider, model.name)),
        arn: format!("arn:aws:bedrock:{}:{account_id}:inference-profile/{id}", region.name),
        model_arns: routes.map(|route| foundation_model_arn(&route, &model.id)).collect(),
        kind: Kind::System,
        created_at: model.created_at,
        model: model.id.clone(),
        id,
    }
}

fn application_profile(
    account: &Account,
    system: &[InferenceProfile],
    region: &Region,
    account_id: &str,
    profile: &ApplicationProfile,
) -> Option<InferenceProfile> {
    let source = system.iter().find(|known| known.id == profile.copy_from);
    let (model, model_arns, created_at) = if let Some(source) = source {
        (source.model.clone(), source.model_arns.clone(), source.created_at)
    } else {
        let model = account.models.iter().find(|model| model.id == profile.copy_from)?;
        (model.id.clone(), vec![foundation_model_arn(&region.name, &model.id)], model.created_at)
    };
    Some(InferenceProfile {
        id: profile.id.clone(),
        name: profile.name.clone(),
        description: String::new(),
        arn: format!("arn:aws:bedrock:{}:{account_id}:application-inference-profile/{}", region.name, profile.id),
        model_arns,
        kind: Kind::Application,
        created_at,
        model,
    })
}

fn foundation_model_arn(region: &str, id: &str) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(region: &str) -> Vec<String> {
        let account = Account::default();
        let region = account.region(region).expect("declared").clone();
        let profiles = inference_profiles(&account, &region, "111122223333");
        profiles.into_iter().map(|profile| profile.id).collect()
    }

    #[test]
    fn regions_list_the_profiles_of_their_geographies_in_order() {
        let west = ids("us-west-2");
        assert!(west[0].starts_with("us.") && west[west.len() - 1].starts_with("global."));
        assert!(ids("eu-central-1")[0].starts_with("eu."));
        assert!(ids("ap-northeast-1")[0].starts_with("jp."));
        assert!(ids("ap-southeast-2")[0].starts_with("au."));
        assert!(ids("ca-central-1").iter().all(|id| id.starts_with("global.")));
        assert!(ids("me-central-1").is_empty());
    }

    #[test]
    fn a_profile_names_its_routes() {
        let account = Account::default();
        let region = account.region("us-west-2").expect("declared");
        let profiles = inference_profiles(&account, region, "111122223333");
        let by_id = |id: &str| profiles.iter().find(|profile| profile.id == id).expect("listed");
        let sonnet = by_id("us.anthropic.claude-sonnet-4-6");
        assert_eq!(sonnet.name, "US Anthropic Claude Sonnet 4.6");
        assert_eq!(sonnet.model_arns.len(), 3);
        let global = by_id("global.anthropic.claude-sonnet-4-6");
        assert_eq!(global.model_arns[1], "arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6");
    }

    #[test]
    fn a_bare_model_exists_but_needs_a_profile() {
        let account = Account::default();
        let region = account.region("us-west-2").expect("declared");
        let bare = target(&account, region, "111122223333", "anthropic.claude-sonnet-4-6").expect("known");
        assert!(!bare.invocable);
        assert_eq!(target(&account, region, "111122223333", "eu.anthropic.claude-sonnet-4-6"), None);
    }
}
