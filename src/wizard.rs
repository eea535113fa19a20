//! The set-up's questions as a state machine: what is known and what was answered give the next step.
//!
//! Pure. Flags, `--yes` and a terminal answer the same questions.

use crate::aws::bedrock::InferenceProfile;
use crate::cli::{IdentityMode, SetupScope};
use crate::model;
use crate::plan::{Choice, OwnHelpers};
use crate::vars;

/// A profile the user may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileOption {
    /// Its name.
    pub name: String,
    /// Its kind, account and sign-in, in a few words.
    pub description: String,
    /// Whether it would give credentials now.
    pub usable: bool,
    /// Whether Claude Code finds it by itself.
    pub found_by_claude_code: bool,
    /// The regions it suggests, the most likely first.
    pub regions: Vec<String>,
}

/// What was learnt of Bedrock in the chosen region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// What it offers.
    Profiles(Vec<InferenceProfile>),
    /// The principal may not list.
    Denied,
}

/// What the questions are made from.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The profiles there are.
    pub profiles: Vec<ProfileOption>,
    /// The profile Claude Code is configured with or `AWS_PROFILE` names.
    pub configured_profile: Option<String>,
    /// The region Claude Code is configured with by a settings file or variable.
    pub configured_region: Option<String>,
    /// The identity mode we wrote earlier.
    pub configured_identity: Option<IdentityMode>,
    /// The main model we wrote earlier.
    pub configured_model: Option<String>,
    /// What Bedrock offers to the profile in the region, once asked.
    pub listing: Option<Listing>,
}

/// What was answered so far, by flags or by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The profile.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The main model.
    pub model: Option<String>,
    /// The identity mode.
    pub identity: Option<IdentityMode>,
    /// The settings file.
    pub scope: SetupScope,
}

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The profile.
    Profile,
    /// The region.
    Region,
    /// The main model.
    Model,
    /// The identity mode.
    Identity,
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The answer it stands for.
    pub value: String,
    /// What is said about it.
    pub label: String,
}

/// A question with its choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// The question.
    pub text: String,
    /// The choices, the recommended one first.
    pub offers: Vec<Offer>,
    /// Whether the first choice may be taken unasked.
    pub has_recommendation: bool,
    /// Whether another answer than those offered is fine.
    pub free: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A question.
    Ask(Question),
    /// Bedrock is to be asked what it offers to this profile in this region.
    Observe {
        /// The profile.
        profile: String,
        /// The region.
        region: String,
    },
    /// Everything is answered.
    Done(Choice),
    /// It cannot go on, and what to do.
    Stuck {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
}

/// The next step.
#[must_use]
pub fn next(knowledge: &Knowledge, answers: &Answers) -> Step {
    let Some(profile) = &answers.profile else { return ask_profile(knowledge) };
    let option = knowledge.profiles.iter().find(|option| &option.name == profile);
    let Some(region) = &answers.region else { return Step::Ask(ask_region(knowledge, option)) };
    let Some(listing) = &knowledge.listing else {
        return Step::Observe { profile: profile.clone(), region: region.clone() };
    };
    let Some(model) = &answers.model else { return ask_model(knowledge, listing, region) };
    if let Some(stuck) = unlisted(listing, model, region) {
        return stuck;
    }
    // A project's settings hold no identity, so there is nothing to ask.
    let identity = match (answers.scope, answers.identity) {
        (SetupScope::Project, _) => IdentityMode::Shared,
        (_, Some(identity)) => identity,
        (_, None) => return Step::Ask(ask_identity(knowledge, option)),
    };
    let for_project = answers.scope == SetupScope::Project;
    if identity == IdentityMode::Shared && !for_project && option.is_some_and(|option| !option.found_by_claude_code) {
        return Step::Stuck {
            message: format!("Claude Code does not find the profile `{profile}` by itself, for its name is quoted"),
            hint: "use `--identity isolated`, which works with any profile name".into(),
        };
    }
    Step::Done(Choice {
        profile: profile.clone(),
        region: region.clone(),
        model: model.clone(),
        pins: pins(listing, model),
        identity,
        scope: answers.scope,
        own: OwnHelpers::default(),
    })
}

fn ask_profile(knowledge: &Knowledge) -> Step {
    if knowledge.profiles.is_empty() {
        return Step::Stuck {
            message: "there is no AWS profile on this machine".into(),
            hint: "create one with `aws configure sso`, then run `claude-bedrock setup` again".into(),
        };
    }
    let mut options: Vec<&ProfileOption> = knowledge.profiles.iter().collect();
    let is_first = |option: &ProfileOption| Some(&option.name) == knowledge.configured_profile.as_ref();
    options.sort_by_key(|option| (!is_first(option), !option.usable));
    let usable = options.iter().filter(|option| option.usable).count();
    let offers = options
        .iter()
        .map(|option| Offer { value: option.name.clone(), label: format!("{}  ({})", option.name, option.description) })
        .collect();
    Step::Ask(Question {
        topic: Topic::Profile,
        text: "Which AWS profile should Claude Code use?".into(),
        offers,
        has_recommendation: is_first(options[0]) || usable == 1 || options.len() == 1,
        free: false,
    })
}

fn ask_region(knowledge: &Knowledge, option: Option<&ProfileOption>) -> Question {
    let mut regions: Vec<String> = knowledge.configured_region.iter().cloned().collect();
    for region in option.iter().flat_map(|option| &option.regions) {
        if !regions.contains(region) {
            regions.push(region.clone());
        }
    }
    if regions.is_empty() {
        // What Claude Code itself falls back to.
        regions.push("us-east-1".into());
    }
    Question {
        topic: Topic::Region,
        text: "In which AWS region?".into(),
        offers: regions.into_iter().map(|region| Offer { label: region.clone(), value: region }).collect(),
        has_recommendation: true,
        free: true,
    }
}

fn ask_model(knowledge: &Knowledge, listing: &Listing, region: &str) -> Step {
    let listed = match listing {
        Listing::Profiles(profiles) => profiles.as_slice(),
        Listing::Denied => &[],
    };
    let claude: Vec<&InferenceProfile> = listed.iter().filter(|profile| model::of_profile(profile).is_some()).collect();
    if claude.is_empty() && *listing != Listing::Denied {
        return Step::Stuck {
            message: format!("Bedrock lists no Claude inference profile in {region}"),
            hint: "name another region with `--region`, or an application inference profile's ARN with `--model`"
                .into(),
        };
    }
    let recommended = recommended(knowledge, listed);
    let mut offers: Vec<Offer> = Vec::new();
    for profile in recommended.into_iter().chain(claude) {
        if offers.iter().all(|offer| offer.value != profile.id) {
            offers.push(Offer { value: profile.id.clone(), label: format!("{}  ({})", profile.id, profile.name) });
        }
    }
    Step::Ask(Question {
        topic: Topic::Model,
        text: "Which model should be the main one?".into(),
        has_recommendation: !offers.is_empty(),
        free: offers.is_empty(),
        offers,
    })
}

/// What was chosen before while it is still listed; else the newest Sonnet, the family between the dear and the small.
fn recommended<'a>(knowledge: &Knowledge, listed: &'a [InferenceProfile]) -> Option<&'a InferenceProfile> {
    let earlier = knowledge.configured_model.as_deref().map(model::without_context_suffix);
    listed
        .iter()
        .find(|profile| Some(profile.id.as_str()) == earlier)
        .or_else(|| ["sonnet", "opus", "haiku", "fable"].iter().find_map(|family| model::newest(listed, family)))
}

/// A model that Bedrock does not list, told in the words of the user; ARNs are looked up one by one elsewhere.
fn unlisted(listing: &Listing, model: &str, region: &str) -> Option<Step> {
    let Listing::Profiles(listed) = listing else { return None };
    let id = model::without_context_suffix(model);
    if id.starts_with("arn:") || listed.iter().any(|profile| profile.id == id) {
        return None;
    }
    let near: Vec<&str> = listed
        .iter()
        .filter(|profile| profile.id.contains(id) || profile.id.ends_with(id.rsplit('.').next().unwrap_or(id)))
        .map(|profile| profile.id.as_str())
        .take(4)
        .collect();
    let hint = match near.as_slice() {
        [] => "run `claude-bedrock setup` without `--model` to choose from those listed".to_owned(),
        near => format!("listed there: {}", near.join(", ")),
    };
    Some(Step::Stuck { message: format!("Bedrock lists no inference profile `{id}` in {region}"), hint })
}

fn ask_identity(knowledge: &Knowledge, option: Option<&ProfileOption>) -> Question {
    let isolated = Offer {
        value: "isolated".into(),
        label: "isolated  (Claude Code alone gets the credentials; your shells and its tools keep their own)".into(),
    };
    let shared = Offer {
        value: "shared".into(),
        label: "shared  (AWS_PROFILE in the settings; every command Claude Code runs uses the profile too)".into(),
    };
    let keep_shared = knowledge.configured_identity == Some(IdentityMode::Shared)
        && option.is_some_and(|option| option.found_by_claude_code);
    Question {
        topic: Topic::Identity,
        text: "How should Claude Code get its AWS identity?".into(),
        offers: if keep_shared { vec![shared, isolated] } else { vec![isolated, shared] },
        has_recommendation: true,
        free: false,
    }
}

/// Each alias pinned to the newest listed of its family, and to the main model where a family is not there, so that
/// Claude Code never guesses an id.
fn pins(listing: &Listing, main: &str) -> Vec<(&'static str, String)> {
    let main_id = model::without_context_suffix(main);
    let main_family = model::Model::parse(main_id).map(|model| model.family);
    vars::FAMILY_PINS
        .iter()
        .map(|(family, name)| {
            let listed = match listing {
                Listing::Profiles(listed) => model::newest(listed, family).map(|profile| profile.id.clone()),
                Listing::Denied => None,
            };
            let is_mains = main_family.as_deref() == Some(family);
            let id = listed.filter(|_| !is_mains).unwrap_or_else(|| main.to_owned());
            (*name, id)
        })
        .collect()
}
