//! The least beside what a principal has: the questions to ask, and what the answers leave to add. Pure.

use std::collections::BTreeSet;

use super::{LIKE, Statement, Subject, THROUGH_PROFILE, Target};
use crate::aws::iam::{Decision, Question};
use crate::gate;

/// One action on one resource, and whether the principal may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The statement that allows it.
    pub sid: &'static str,
    /// The action.
    pub action: &'static str,
    /// The ARN, or `*`.
    pub resource: String,
    /// Whether the principal may.
    pub verdict: Verdict,
}

/// The least beside what a principal has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Its ARN.
    pub principal: String,
    /// Each action on each resource.
    pub findings: Vec<Finding>,
    /// The statements that give what is missing and nothing else.
    pub missing: Vec<Statement>,
    /// Why IAM did not judge; `None` when it did.
    pub unsimulated: Option<String>,
}

impl Comparison {
    /// Whether something may not be done, whatever would give it.
    #[must_use]
    pub fn lacks_something(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict.is_against())
    }

    /// What its method does not see, in a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<&'static str> {
        let mut notes = Vec::new();
        if self.unsimulated.is_none() {
            notes.push(
                "IAM's simulation sees neither the policy of a session itself nor control policies with conditions; \
                 what `claude-bedrock models --probe` was last answered is counted in.",
            );
        }
        if self.findings.iter().any(|finding| matches!(finding.verdict, Verdict::Forbidden(_))) {
            notes.push("What is forbidden is so whatever the principal's own policies allow: no statement gives it.");
        }
        notes
    }
}

/// Whether a principal may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not for want of an allow, and in whose words.
    Missing(String),
    /// It may not whatever its own policies allow, and why.
    Forbidden(String),
    /// Nobody could tell, and why.
    Unknown(String),
}

impl From<Decision> for Verdict {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allowed => Self::Allowed,
            Decision::NotAllowed => Self::Missing("no policy allows it".into()),
            Decision::Denied => Self::Forbidden("a policy denies it explicitly".into()),
            Decision::DeniedByOrganization => {
                Self::Forbidden("the organisation does not allow it (a service control policy)".into())
            }
            Decision::DeniedByBoundary => Self::Forbidden("the permissions boundary does not allow it".into()),
        }
    }
}

impl Verdict {
    /// The verdict of AWS's own refusal.
    #[must_use]
    pub fn of_refusal(message: String) -> Self {
        if gate::wants_an_allow(&message) { Self::Missing(message) } else { Self::Forbidden(message) }
    }

    /// Whether the principal may not.
    #[must_use]
    pub fn is_against(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Forbidden(_))
    }
}

/// The questions to IAM that a policy is made of, each with the statement it is about. What has no concrete resource
/// is asked of one that has.
#[must_use]
pub fn questions(subject: &Subject, targets: &[Target], statements: &[Statement]) -> Vec<(&'static str, Question)> {
    let mut questions = Vec::new();
    for statement in statements.iter().filter(|statement| statement.sid != "CheckThisPolicy") {
        for (resource, profile) in resources(subject, statement, targets) {
            let mut context = vec![("aws:RequestedRegion", region_of(&resource, subject))];
            context.extend(profile.map(|profile| (THROUGH_PROFILE, profile)));
            if let Some((operator, key, values)) = &statement.condition
                && *operator != LIKE
            {
                context.extend(values.first().map(|value| (*key, value.clone())));
            }
            questions.push((statement.sid, Question { actions: statement.actions.clone(), resource, context }));
        }
    }
    questions
}

/// The concrete resources of a statement, a model with each profile that leads to it.
fn resources(subject: &Subject, statement: &Statement, targets: &[Target]) -> Vec<(String, Option<String>)> {
    let profiles = || {
        targets.iter().filter_map(|target| match target {
            Target::Profile(profile) => Some(profile),
            Target::Model(_) | Target::Unseen(_) => None,
        })
    };
    if statement.condition.as_ref().is_some_and(|(_, key, _)| *key == THROUGH_PROFILE) {
        let pairs = profiles().flat_map(|profile| profile.model_arns.iter().map(move |arn| (arn, &profile.arn)));
        let pairs: BTreeSet<_> = pairs.map(|(model, profile)| (model.clone(), Some(profile.clone()))).collect();
        return pairs.into_iter().collect();
    }
    let is_pattern = |arn: &String| arn.contains('*') && arn != "*";
    if statement.resources.iter().any(is_pattern) {
        let mut models = profiles().flat_map(|profile| &profile.model_arns);
        let here = models.clone().find(|arn| arn.split(':').nth(3) == Some(&subject.region));
        let model = here.or_else(|| models.find(|arn| !arn.contains(":bedrock:::")));
        return model.map(|arn| (arn.clone(), None)).into_iter().collect();
    }
    statement.resources.iter().map(|arn| (arn.clone(), None)).collect()
}

/// The region a request for a resource is made in; `unspecified` is what AWS puts there for a model of every region.
fn region_of(arn: &str, subject: &Subject) -> String {
    match arn.split(':').nth(3) {
        None => subject.region.clone(),
        Some("") => "unspecified".into(),
        Some(region) => region.to_owned(),
    }
}

/// The findings of IAM's answers, in the order of the questions.
#[must_use]
pub fn findings(questions: &[(&'static str, Question)], decisions: &[Vec<Decision>]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for ((sid, question), decisions) in questions.iter().zip(decisions) {
        for (action, decision) in question.actions.iter().zip(decisions) {
            let new = Finding { sid, action, resource: question.resource.clone(), verdict: (*decision).into() };
            // A model that several profiles lead to counts once, and is missing when it is for any of them.
            let alike =
                |known: &&mut Finding| (known.sid, known.action, &known.resource) == (sid, *action, &new.resource);
            match findings.iter_mut().find(alike) {
                Some(known) if known.verdict == Verdict::Allowed => known.verdict = new.verdict,
                Some(_) => {}
                None => findings.push(new),
            }
        }
    }
    findings
}

/// The statements that give what is missing and nothing else; for what is forbidden no statement helps.
#[must_use]
pub fn missing(findings: &[Finding], statements: &[Statement]) -> Vec<Statement> {
    let of = |statement: &Statement| {
        let lacking: Vec<&Finding> = (findings.iter())
            .filter(|finding| finding.sid == statement.sid && matches!(finding.verdict, Verdict::Missing(_)))
            .collect();
        let actions = statement.actions.iter().copied();
        let actions: Vec<_> = actions.filter(|action| lacking.iter().any(|one| one.action == *action)).collect();
        let resources = statement.resources.iter();
        // A pattern was asked about by something it matches.
        let wanted = |arn: &&String| arn.contains('*') || lacking.iter().any(|finding| finding.resource == **arn);
        let resources = resources.filter(wanted).cloned().collect();
        Statement { actions, resources, ..statement.clone() }
    };
    statements.iter().map(of).filter(|statement| !statement.actions.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::bedrock::InferenceProfile;
    use crate::policy::least;

    const GLOBAL: &str = "arn:aws:bedrock:us-west-2:111122223333:inference-profile/global.anthropic.x";
    const HERE: &str = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.x";
    const ANYWHERE: &str = "arn:aws:bedrock:::foundation-model/anthropic.x";

    fn subject() -> Subject {
        Subject {
            partition: "aws".into(),
            account: "111122223333".into(),
            region: "us-west-2".into(),
            principal: Some("arn:aws:iam::111122223333:role/*x".into()),
            has_unknown_path: false,
            with_api_key: false,
            on_mantle: false,
        }
    }

    fn targets() -> Vec<Target> {
        vec![Target::Profile(InferenceProfile {
            id: "global.anthropic.x".into(),
            arn: GLOBAL.into(),
            name: String::new(),
            is_application: false,
            model_arns: vec![HERE.into(), ANYWHERE.into()],
        })]
    }

    #[test]
    fn a_question_has_the_context_a_request_would_have() {
        let statements = least(&subject(), &targets());
        let questions = questions(&subject(), &targets(), &statements);
        let of = |sid: &str, resource: &str| {
            let found = questions.iter().find(|(known, question)| *known == sid && question.resource == resource);
            &found.expect("asked").1.context
        };
        let anywhere = of("InvokeTheirModels", ANYWHERE);
        assert!(anywhere.contains(&("aws:RequestedRegion", "unspecified".into())), "{anywhere:?}");
        assert!(anywhere.contains(&("bedrock:InferenceProfileArn", GLOBAL.into())), "{anywhere:?}");
        assert!(of("SubscribeByFirstUse", "*").contains(&("aws:CalledViaLast", "bedrock.amazonaws.com".into())));
        assert_eq!(of("ReadLifecycles", HERE), &[("aws:RequestedRegion", "us-west-2".to_owned())]);
        assert!(questions.iter().all(|(sid, _)| *sid != "CheckThisPolicy"));
    }

    #[test]
    fn what_is_missing_is_given_and_nothing_else() {
        let statements = least(&subject(), &targets());
        let questions = questions(&subject(), &targets(), &statements);
        let decide = |question: &Question, action: &&str| {
            let denied = question.resource == ANYWHERE && action.ends_with("Stream");
            if denied { Decision::NotAllowed } else { Decision::Allowed }
        };
        let decisions: Vec<Vec<Decision>> = questions
            .iter()
            .map(|(_, question)| question.actions.iter().map(|action| decide(question, action)).collect())
            .collect();
        let findings = findings(&questions, &decisions);
        let missing = missing(&findings, &statements);
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].actions, ["bedrock:InvokeModelWithResponseStream"]);
        assert_eq!(missing[0].resources, [ANYWHERE]);
        assert!(missing[0].condition.is_some());
    }
}
