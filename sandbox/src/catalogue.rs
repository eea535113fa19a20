//! What the models of an account are called in a region, and where they route to.

use std::collections::BTreeMap;

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
    pub(crate) tags: BTreeMap<String, String>,
}

/// What there is in one region for one account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Catalogue<'a> {
    pub(crate) account: &'a Account,
    pub(crate) region: &'a Region,
    pub(crate) account_id: &'a str,
    /// The application inference profiles of the account, in all regions.
    pub(crate) applications: &'a [ApplicationProfile],
    pub(crate) now: Timestamp,
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
    /// The ARNs that permissions are checked on: the profile's, if it is one, then its models'.
    pub(crate) arns: Vec<String>,
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

impl<'a> Catalogue<'a> {
    /// Lists the inference profiles, in the order the region declares its geographies.
    pub(crate) fn inference_profiles(self) -> Vec<InferenceProfile> {
        let has_ended = |profile: &InferenceProfile| {
            self.account.model(&profile.model).is_some_and(|model| model.has_ended(self.now))
        };
        self.profiles_ever().into_iter().filter(|profile| !has_ended(profile)).collect()
    }

    /// Those of models that have ended, too: they are listed no more, but known by name.
    fn profiles_ever(self) -> Vec<InferenceProfile> {
        let mut profiles: Vec<InferenceProfile> = self
            .region
            .geographies
            .iter()
            .filter_map(|name| self.account.geographies.iter().find(|geography| &geography.name == name))
            .flat_map(|geography| {
                let has_profile = |model: &&Model| {
                    let geographies = model.geographies.as_ref();
                    geographies.is_none_or(|names| names.contains(&geography.name))
                };
                let models = self.account.models.iter().filter(has_profile);
                models.map(|model| self.system_profile(geography, model))
            })
            .collect();
        let here = self.applications.iter().filter(|profile| profile.region == self.region.name);
        let applications: Vec<InferenceProfile> =
            here.filter_map(|profile| self.application_profile(&profiles, profile)).collect();
        profiles.extend(applications);
        profiles
    }

    /// Finds what a model id, profile id or ARN of a request names.
    pub(crate) fn target(self, name: &str) -> Option<Target> {
        if let Some(profile) = self.profiles_ever().into_iter().find(|profile| profile.answers_to(name)) {
            let arns = std::iter::once(profile.arn).chain(profile.model_arns).collect();
            return Some(Target { model: profile.model, arns, invocable: true });
        }
        let model = self.foundation_model(name)?;
        let arns = vec![self.account.foundation_model_arn(&self.region.name, &model.id)];
        Some(Target { model: model.id.clone(), arns, invocable: model.on_demand })
    }

    /// Lists the foundation models that have not ended; a region without geographies has none.
    pub(crate) fn foundation_models(self) -> impl Iterator<Item = &'a Model> {
        let here = !self.region.geographies.is_empty();
        self.account.models.iter().filter(move |model| here && !model.has_ended(self.now))
    }

    /// Finds a foundation model by its id or ARN, ended or not.
    pub(crate) fn foundation_model(self, name: &str) -> Option<&'a Model> {
        let here = !self.region.geographies.is_empty();
        self.account.models.iter().find(|model| {
            here && (name == model.id || name == self.account.foundation_model_arn(&self.region.name, &model.id))
        })
    }

    fn system_profile(self, geography: &Geography, model: &Model) -> InferenceProfile {
        let id = format!("{}.{}", geography.name, model.id);
        let region = &self.region.name;
        let routes = geography.routes.iter().map(|route| route.replace("{source}", region));
        InferenceProfile {
            name: format!("{} {} {}", geography.title, model.provider, model.name),
            description: geography.description.replace("{model}", &format!("{} {}", model.provider, model.name)),
            arn: format!(
                "arn:{}:bedrock:{region}:{}:inference-profile/{id}",
                self.account.partition(),
                self.account_id
            ),
            model_arns: routes.map(|route| self.account.foundation_model_arn(&route, &model.id)).collect(),
            kind: Kind::System,
            created_at: model.created_at,
            model: model.id.clone(),
            tags: BTreeMap::new(),
            id,
        }
    }

    fn application_profile(
        self,
        system: &[InferenceProfile],
        profile: &ApplicationProfile,
    ) -> Option<InferenceProfile> {
        let source = system.iter().find(|known| known.answers_to(&profile.copy_from));
        let (model, model_arns, created_at) = if let Some(source) = source {
            (source.model.clone(), source.model_arns.clone(), source.created_at)
        } else {
            let model = self.foundation_model(&profile.copy_from)?;
            (model.id.clone(), vec![self.account.foundation_model_arn(&self.region.name, &model.id)], model.created_at)
        };
        let place = format!("{}:bedrock:{}:{}", self.account.partition(), self.region.name, self.account_id);
        Some(InferenceProfile {
            id: profile.id.clone(),
            name: profile.name.clone(),
            description: profile.description.clone().unwrap_or_default(),
            arn: format!("arn:{place}:application-inference-profile/{}", profile.id),
            model_arns,
            kind: Kind::Application,
            created_at: profile.created_at.unwrap_or(created_at),
            model,
            tags: profile.tags.clone(),
        })
    }
}

impl InferenceProfile {
    /// Whether a request means this profile.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        name == self.arn || name == self.id
    }
}

impl Account {
    /// The ARN of a foundation model in a region, or of every region where that is empty.
    pub(crate) fn foundation_model_arn(&self, region: &str, id: &str) -> String {
        format!("arn:{}:bedrock:{region}::foundation-model/{id}", self.partition())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_region<'a>(account: &'a Account, region: &str) -> Catalogue<'a> {
        let region = account.region(region).expect("declared");
        Catalogue { account, region, account_id: "111122223333", applications: &[], now: Timestamp::UNIX_EPOCH }
    }

    fn ids(region: &str) -> Vec<String> {
        let account = Account::default();
        let profiles = in_region(&account, region).inference_profiles();
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
        let profiles = in_region(&account, "us-west-2").inference_profiles();
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
        let west = in_region(&account, "us-west-2");
        let bare = west.target("anthropic.claude-sonnet-4-6").expect("known");
        assert!(!bare.invocable && bare.arns.len() == 1);
        assert_eq!(west.target("us.anthropic.claude-sonnet-4-6").expect("known").arns.len(), 4);
        assert_eq!(west.target("eu.anthropic.claude-sonnet-4-6"), None);
    }

    #[test]
    fn a_model_at_its_end_is_listed_no_more() {
        let mut account = Account::default();
        account.models[0].end_of_life_at = Some(Timestamp::UNIX_EPOCH);
        let ended = account.models[0].id.clone();
        let west = in_region(&account, "us-west-2");
        assert!(west.inference_profiles().iter().all(|profile| profile.model != ended));
        assert!(west.foundation_model(&ended).is_some());
    }
}
