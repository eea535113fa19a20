//! The least that Claude Code and this program need of IAM: statements made of what AWS says of the chosen inference
//! profiles, each with its reason. Pure.
//!
//! The resource types an action takes are those of AWS's Service Authorization Reference; `tests/clients/policy` checks
//! them against a copy of it.

pub mod check;
pub mod comparison;
pub mod document;
mod mantle;

use std::collections::BTreeSet;

use crate::aws::bedrock::InferenceProfile;

/// A statement that allows something, and why it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name: letters and digits.
    pub sid: &'static str,
    /// The actions.
    pub actions: Vec<&'static str>,
    /// The ARNs, or `*` for actions that know no resource.
    pub resources: Vec<String>,
    /// An operator, a condition key and its values.
    pub condition: Option<(&'static str, &'static str, Vec<String>)>,
    /// Why it is there, in a sentence.
    pub reason: &'static str,
    /// What does not work without it.
    pub needed_for: &'static str,
}

/// Whose policy it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The partition ARNs begin with.
    pub partition: String,
    /// The account.
    pub account: String,
    /// The region Claude Code is in.
    pub region: String,
    /// The IAM ARN of the role or user, as a pattern where its path is not known.
    pub principal: Option<String>,
    /// Whether IAM has to be asked for that path.
    pub has_unknown_path: bool,
    /// Whether Claude Code signs in with a Bedrock API key.
    pub with_api_key: bool,
    /// Whether Claude Code is switched to Bedrock's Messages API (Mantle), alone or beside the rest.
    pub on_mantle: bool,
}

/// A model to allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An inference profile AWS told about.
    Profile(InferenceProfile),
    /// A model's own id, which answers without a profile.
    Model(String),
    /// An id or ARN that the asking principal may not look up, so that nobody could say where it routes to.
    Unseen(String),
}

/// The operator AWS's own examples use with [`THROUGH_PROFILE`].
const LIKE: &str = "StringLike";
/// The inference profile through which a model is reached.
const THROUGH_PROFILE: &str = "bedrock:InferenceProfileArn";

/// The statements for some models.
#[must_use]
pub fn least(subject: &Subject, targets: &[Target]) -> Vec<Statement> {
    let mut statements = invocation(subject, targets);
    statements.extend(discovery(&subject.partition));
    statements.extend(subject.principal.iter().map(|principal| Statement {
        sid: "CheckThisPolicy",
        // A session's ARN does not have its role's path, which a simulation wants.
        actions: if subject.has_unknown_path {
            vec!["iam:GetRole", "iam:SimulatePrincipalPolicy"]
        } else {
            vec!["iam:SimulatePrincipalPolicy"]
        },
        resources: vec![principal.clone()],
        condition: None,
        reason: "lets the principal ask IAM about itself, and about nobody else",
        needed_for: "`policy check`; without it the check has only evidence",
    }));
    if subject.with_api_key {
        statements.push(Statement {
            sid: "UseApiKeys",
            actions: vec!["bedrock:CallWithBearerToken"],
            resources: everything(),
            condition: None,
            reason: "Claude Code is configured with a Bedrock API key",
            needed_for: "every turn of Claude Code",
        });
    }
    if subject.on_mantle {
        statements.extend(mantle::statements(subject));
    }
    statements.retain(|statement| !statement.resources.is_empty());
    statements
}

/// What the models themselves take.
fn invocation(subject: &Subject, targets: &[Target]) -> Vec<Statement> {
    let reached = reached(subject, targets);
    let profile_arns: Vec<String> = reached.profiles.into_iter().collect();
    let countable = countable(subject, reached.models.iter().chain(&reached.direct));
    let invoked = |sid, resources, condition, reason| Statement {
        sid,
        actions: vec!["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        resources,
        condition,
        reason,
        needed_for: "every turn of Claude Code, its checks at start, `models --probe`",
    };
    vec![
        invoked(
            "InvokeInferenceProfiles",
            profile_arns.clone(),
            None,
            "a request names an inference profile, which is a resource of its own",
        ),
        invoked(
            "InvokeTheirModels",
            reached.models.into_iter().collect(),
            Some((LIKE, THROUGH_PROFILE, profile_arns.clone())),
            "AWS also asks for the model in whichever region the profile routes to; past the profiles nothing is allowed",
        ),
        invoked(
            "InvokeModelsDirectly",
            reached.direct.into_iter().collect(),
            None,
            "a setting names a model by its own id, without a profile",
        ),
        Statement {
            sid: "CountTokens",
            actions: vec!["bedrock:CountTokens"],
            resources: countable,
            condition: None,
            reason: "tokens are counted by a model, not by a profile, and in the region that is asked; AWS's reference \
                     wants this action alone for it",
            needed_for: "`/context` in Claude Code, for the models that count",
        },
        Statement {
            sid: "DescribeInferenceProfiles",
            actions: vec!["bedrock:GetInferenceProfile"],
            resources: profile_arns,
            condition: None,
            reason: "the ARN of an application inference profile does not say which model is behind it",
            needed_for: "Claude Code with ARNs as models, `setup --model ARN`, `policy`",
        },
    ]
}

/// The models as the region's own endpoint knows them, which is where Claude Code has tokens counted (observed): each
/// once, whichever regions its profiles route to.
fn countable<'a>(subject: &Subject, models: impl Iterator<Item = &'a String>) -> Vec<String> {
    let Subject { partition, region, .. } = subject;
    let ids: BTreeSet<&str> = models.filter_map(|arn| arn.split_once(":foundation-model/")).map(|(_, id)| id).collect();
    ids.into_iter().map(|id| format!("arn:{partition}:bedrock:{region}::foundation-model/{id}")).collect()
}

/// What is read or done by the account's models as a whole.
fn discovery(partition: &str) -> Vec<Statement> {
    vec![
        Statement {
            sid: "DiscoverModels",
            actions: vec!["bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles"],
            resources: everything(),
            condition: None,
            reason: "lists know no resource; they show names, and invoke nothing",
            needed_for: "`setup`, `models`, `regions`, and Claude Code's choice of a model that is not pinned",
        },
        Statement {
            sid: "ReadLifecycles",
            actions: vec!["bedrock:GetFoundationModel"],
            resources: vec![format!("arn:{partition}:bedrock:*::foundation-model/anthropic.*")],
            condition: None,
            reason: "when a model becomes legacy or ends is told model by model",
            needed_for: "`models`",
        },
        Statement {
            sid: "ReadGates",
            actions: vec![
                "bedrock:GetAccountDataRetention",
                "bedrock:GetFoundationModelAvailability",
                "bedrock:GetUseCaseForModelAccess",
            ],
            resources: everything(),
            condition: None,
            reason: "all are the account's, and know no resource",
            needed_for: "`models`, `diagnose`: telling a form, an agreement or a retention mode from a permission",
        },
        Statement {
            sid: "ReadQuotas",
            actions: vec!["servicequotas:ListServiceQuotas"],
            resources: everything(),
            condition: None,
            reason: "a quota of zero looks like throttling; the list knows no resource",
            needed_for: "`models --probe`",
        },
        Statement {
            sid: "SubscribeByFirstUse",
            actions: vec!["aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions"],
            resources: everything(),
            condition: Some(("StringEquals", "aws:CalledViaLast", vec!["bedrock.amazonaws.com".into()])),
            reason: "the account's first use of a model subscribes to it; only Bedrock may do so, and it can be left \
                     out once someone else has",
            needed_for: "the first turn with a model that nobody in the account has used",
        },
    ]
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

struct Reached {
    profiles: BTreeSet<String>,
    /// Behind the profiles.
    models: BTreeSet<String>,
    /// Without one.
    direct: BTreeSet<String>,
}

fn reached(subject: &Subject, targets: &[Target]) -> Reached {
    let Subject { partition, account, region, .. } = subject;
    let mut reached = Reached { profiles: BTreeSet::new(), models: BTreeSet::new(), direct: BTreeSet::new() };
    for target in targets {
        match target {
            Target::Profile(profile) => {
                reached.profiles.insert(profile.arn.clone());
                reached.models.extend(profile.model_arns.iter().cloned());
            }
            Target::Model(id) => {
                reached.direct.insert(format!("arn:{partition}:bedrock:{region}::foundation-model/{id}"));
            }
            Target::Unseen(id) => {
                let is_arn = id.starts_with("arn:");
                let arn = format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{id}");
                reached.profiles.insert(if is_arn { id.clone() } else { arn });
                // Nobody knows the routes; the condition keeps these to the profile.
                reached.models.insert(format!("arn:{partition}:bedrock:*::foundation-model/anthropic.*"));
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject {
            partition: "aws-us-gov".into(),
            account: "111122223333".into(),
            region: "us-gov-west-1".into(),
            principal: None,
            has_unknown_path: false,
            with_api_key: false,
            on_mantle: false,
        }
    }

    fn profile(arn: &str, models: &[&str]) -> Target {
        let id = arn.rsplit('/').next().expect("an id").to_owned();
        let model_arns = models.iter().map(|model| (*model).to_owned()).collect();
        Target::Profile(InferenceProfile {
            id,
            arn: arn.into(),
            name: String::new(),
            is_application: false,
            model_arns,
        })
    }

    fn of<'a>(statements: &'a [Statement], sid: &str) -> &'a Statement {
        statements.iter().find(|statement| statement.sid == sid).expect("there")
    }

    #[test]
    fn arns_stay_in_the_partition_and_models_behind_their_profiles() {
        let arn = "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov.anthropic.claude-x";
        let model = |region: &str| format!("arn:aws-us-gov:bedrock:{region}::foundation-model/anthropic.claude-x");
        let models = [model("us-gov-west-1"), model("us-gov-east-1")];
        let models: Vec<&str> = models.iter().map(String::as_str).collect();
        let statements = least(&subject(), &[profile(arn, &models)]);
        let invoked = of(&statements, "InvokeTheirModels");
        assert_eq!(invoked.resources.len(), 2);
        assert_eq!(invoked.condition, Some(("StringLike", "bedrock:InferenceProfileArn", vec![arn.to_owned()])));
        let arns = statements.iter().flat_map(|statement| &statement.resources).filter(|arn| *arn != "*");
        for arn in arns {
            assert!(arn.starts_with("arn:aws-us-gov:"), "{arn}");
        }
    }

    #[test]
    fn tokens_are_counted_in_the_region_that_is_asked_and_an_opaque_arn_is_itself() {
        let arn = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abc123";
        let models = [
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.x",
            "arn:aws:bedrock:::foundation-model/anthropic.x",
        ];
        let here = Subject { partition: "aws".into(), region: "us-west-2".into(), ..subject() };
        let statements = least(&here, &[profile(arn, &models)]);
        assert_eq!(of(&statements, "InvokeTheirModels").resources.len(), 2);
        assert_eq!(of(&statements, "CountTokens").resources, [models[0]]);
        assert_eq!(of(&statements, "DescribeInferenceProfiles").resources, [arn]);
        // A profile that routes to other regions alone is counted where it is asked all the same.
        let elsewhere = Subject { region: "ca-west-1".into(), ..here };
        let statements = least(&elsewhere, &[profile(arn, &models)]);
        let counted = "arn:aws:bedrock:ca-west-1::foundation-model/anthropic.x";
        assert_eq!(of(&statements, "CountTokens").resources, [counted]);
    }

    #[test]
    fn a_model_without_a_profile_is_allowed_by_itself() {
        let here = Subject { partition: "aws".into(), region: "us-west-2".into(), ..subject() };
        let statements = least(&here, &[Target::Model("anthropic.claude-3-haiku-20240307-v1:0".into())]);
        let arn = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0";
        assert_eq!(of(&statements, "InvokeModelsDirectly").resources, [arn]);
        assert_eq!(of(&statements, "InvokeModelsDirectly").condition, None);
        assert_eq!(of(&statements, "CountTokens").resources, [arn]);
        assert!(statements.iter().all(|statement| statement.sid != "InvokeInferenceProfiles"));
    }

    #[test]
    fn mantle_has_statements_of_its_own() {
        let statements = least(&Subject { on_mantle: true, with_api_key: true, ..subject() }, &[]);
        let project = "arn:aws-us-gov:bedrock-mantle:us-gov-west-1:111122223333:project/default";
        assert_eq!(of(&statements, "InvokeThroughMantle").resources, [project]);
        assert_eq!(of(&statements, "CountTokensThroughMantle").actions, ["bedrock-mantle:CountTokens"]);
        assert_eq!(of(&statements, "UseApiKeysOnMantle").resources, ["*"]);
        let without = least(&subject(), &[]);
        assert!(without.iter().flat_map(|one| &one.actions).all(|action| !action.starts_with("bedrock-mantle:")));
    }

    #[test]
    fn what_could_not_be_looked_up_is_held_by_its_profile() {
        let statements = least(&subject(), &[Target::Unseen("us-gov.anthropic.claude-x".into())]);
        let invoked = of(&statements, "InvokeTheirModels");
        assert_eq!(invoked.resources, ["arn:aws-us-gov:bedrock:*::foundation-model/anthropic.*"]);
        let profile = "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov.anthropic.claude-x";
        assert_eq!(of(&statements, "InvokeInferenceProfiles").resources, [profile]);
        assert_eq!(invoked.condition.as_ref().expect("one").2, [profile]);
    }
}
