//! What AWS answers to calls that change nothing, and what models answered when they were last asked: the evidence where
//! IAM does not judge, and beside its judgement.

use tokio::task::JoinSet;

use crate::aws::bedrock::{Bedrock, InferenceProfile};
use crate::aws::call::{self, CallError};
use crate::aws::iam::Question;
use crate::aws::probe::{Outcome, Prober};
use crate::aws::quotas;
use crate::commands::principal::OnBehalf;
use crate::observe::principal::Principal;
use crate::policy::Target;
use crate::policy::check::{Finding, Verdict};
use crate::proof::{Proof, Proofs, Status};
use crate::world::World;

use super::Inquiry;

/// The verdict on each action of each question, as far as it is known.
pub(super) fn gather(world: &World, inquiry: &Inquiry, questions: &[(&'static str, Question)]) -> Vec<Finding> {
    let counted = questions.iter().filter(|(_, question)| question.actions.contains(&COUNTED));
    let countable: Vec<String> = counted.map(|(_, question)| question.resource.clone()).collect();
    let seen = call::block_on(Seen::gather(world, inquiry, &countable));
    let mut findings: Vec<Finding> = Vec::new();
    for (sid, question) in questions {
        for action in &question.actions {
            let resource = question.resource.clone();
            let finding = Finding { sid, action, verdict: seen.verdict(inquiry, action, &resource), resource };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}

/// Puts beside IAM's judgement what models answered when they were last asked: of a session's own policy, and of
/// control policies with conditions, a simulation knows nothing.
pub(super) fn add_proofs(inquiry: &Inquiry, proofs: &Proofs, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.verdict == Verdict::Allowed) {
        if finding.action != STREAMED {
            continue;
        }
        match proven(inquiry, proofs, &finding.resource) {
            Verdict::Forbidden(message) => {
                finding.verdict =
                    Verdict::Forbidden(format!("IAM's simulation allows it, and AWS refused it: {message}"));
            }
            Verdict::Missing(message) => {
                finding.verdict = Verdict::Unknown(format!(
                    "IAM's simulation allows it now, and AWS refused it when the model was last asked: {message}. \
                     `claude-bedrock models --probe` asks again"
                ));
            }
            Verdict::Allowed | Verdict::Unknown(_) => {}
        }
    }
}

/// What `/context` needs; it bills nothing.
const COUNTED: &str = "bedrock:CountTokens";

/// What a probe needs: it streams its one token.
const STREAMED: &str = "bedrock:InvokeModelWithResponseStream";

/// What AWS answered.
struct Seen {
    lists_profiles: Verdict,
    lists_models: Verdict,
    reads_lifecycles: Verdict,
    reads_availability: Verdict,
    reads_form: Verdict,
    reads_retention: Verdict,
    reads_quotas: Verdict,
    /// By ARN.
    describes: Vec<(String, Verdict)>,
    /// By ARN, those of the region that was asked.
    counts: Vec<(String, Verdict)>,
    proofs: Proofs,
}

impl Seen {
    async fn gather(world: &World, inquiry: &Inquiry, countable: &[String]) -> Self {
        let OnBehalf { files, who, .. } = &inquiry.on_behalf;
        let Principal { profile, region, credentials, .. } = who;
        let bedrock = Bedrock::new(world, files, profile, region, credentials);
        let model = profiles(inquiry).find_map(|found| found.model_arns.first());
        let model = model.and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
        let (listed, models, lifecycle, availability, form, retention, quotas) = tokio::join!(
            bedrock.inference_profiles(),
            bedrock.foundation_models(),
            bedrock.lifecycle_of(model),
            bedrock.availability(model),
            bedrock.use_case_is_filed(),
            bedrock.data_retention(),
            quotas::of_bedrock(world, files, profile, region, credentials),
        );
        let prober = Prober::new(world, files, profile, region, credentials);
        let mut counting = JoinSet::new();
        for arn in countable {
            if let Some((_, model)) = arn.split_once(&format!(":bedrock:{region}::foundation-model/")) {
                let (prober, arn, model) = (prober.clone(), arn.clone(), model.to_owned());
                counting.spawn(async move { (arn, counted(prober.count(&model).await)) });
            }
        }
        let mut describes = Vec::new();
        for found in profiles(inquiry) {
            describes.push((found.arn.clone(), told(bedrock.inference_profile(&found.arn).await)));
        }
        Self {
            lists_profiles: told(listed),
            lists_models: told(models),
            reads_lifecycles: told(lifecycle),
            reads_availability: told(availability),
            reads_form: told(form),
            reads_retention: told(retention),
            reads_quotas: match quotas {
                Ok(_) => Verdict::Allowed,
                Err(words) if words.contains("not authorized") => Verdict::of_refusal(words),
                Err(words) => Verdict::Unknown(words),
            },
            describes,
            counts: counting.join_all().await,
            proofs: who.proofs(world),
        }
    }

    fn verdict(&self, inquiry: &Inquiry, action: &str, resource: &str) -> Verdict {
        match action {
            "bedrock:ListInferenceProfiles" => self.lists_profiles.clone(),
            "bedrock:ListFoundationModels" => self.lists_models.clone(),
            "bedrock:GetFoundationModel" => self.reads_lifecycles.clone(),
            "bedrock:GetFoundationModelAvailability" => self.reads_availability.clone(),
            "bedrock:GetAccountDataRetention" => self.reads_retention.clone(),
            "bedrock:GetUseCaseForModelAccess" => self.reads_form.clone(),
            "servicequotas:ListServiceQuotas" => self.reads_quotas.clone(),
            "bedrock:GetInferenceProfile" => of(&self.describes, resource),
            COUNTED => of(&self.counts, resource),
            STREAMED => proven(inquiry, &self.proofs, resource),
            _ => untold(),
        }
    }
}

fn of(verdicts: &[(String, Verdict)], resource: &str) -> Verdict {
    verdicts.iter().find(|(arn, _)| arn == resource).map_or_else(untold, |(_, verdict)| verdict.clone())
}

fn counted(answer: Result<(), Outcome>) -> Verdict {
    match answer {
        Ok(()) => Verdict::Allowed,
        Err(Outcome::Refused { code: Some(code), message, .. }) if code == "AccessDeniedException" => {
            Verdict::of_refusal(message)
        }
        // A model that does not count says so only to those who may ask it; but nothing was shown.
        Err(Outcome::Refused { message, .. } | Outcome::Unreachable(message)) => Verdict::Unknown(message),
        Err(Outcome::TimedOut | Outcome::Answered { .. }) => untold(),
    }
}

/// What a probe says of a profile, or of a model that a profile leads to.
fn proven(inquiry: &Inquiry, proofs: &Proofs, resource: &str) -> Verdict {
    let leading = profiles(inquiry)
        .filter(|profile| profile.arn == resource || profile.model_arns.iter().any(|arn| arn == resource));
    let proofs: Vec<&Proof> = leading.filter_map(|found| proofs.of(&[&found.id, &found.arn])).collect();
    let refused = proofs.iter().find(|proof| {
        let names_it = proof.message.as_deref().is_some_and(|message| message.contains(resource));
        proof.status == Status::Stopped && names_it
    });
    match (refused, proofs.iter().any(|proof| proof.is_usable())) {
        (Some(proof), _) => Verdict::of_refusal(proof.message.clone().unwrap_or_default()),
        (None, true) => Verdict::Allowed,
        (None, false) => Verdict::Unknown("`claude-bedrock models --probe` tells".into()),
    }
}

fn profiles(inquiry: &Inquiry) -> impl Iterator<Item = &InferenceProfile> {
    inquiry.targets.iter().filter_map(|target| match target {
        Target::Profile(profile) => Some(profile),
        Target::Unseen(_) => None,
    })
}

fn untold() -> Verdict {
    Verdict::Unknown("no call that changes nothing tells".into())
}

fn told<T>(answer: Result<T, CallError>) -> Verdict {
    match answer {
        Ok(_) => Verdict::Allowed,
        Err(error) if error.is_denied() => Verdict::of_refusal(error.to_string()),
        Err(error) => Verdict::Unknown(error.to_string()),
    }
}
