//! `policy check`: the least beside what the principal has, by IAM's own simulation or, where that is not permitted, by
//! what AWS answered to calls that change nothing.

use crate::ask;
use crate::aws::bedrock::Bedrock;
use crate::aws::call::{self, CallError};
use crate::aws::iam::{self, NotSimulated, Question};
use crate::aws::quotas;
use crate::cli::Global;
use crate::commands::principal::OnBehalf;
use crate::error::Failure;
use crate::observe::principal::Principal;
use crate::policy::Target;
use crate::policy::check::{self, Finding, Verdict};
use crate::proof::{Proof, Proofs, Status};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

use super::{Inquiry, sign_in_region};

pub(super) fn run(world: &World, ui: Ui, global: &Global, inquiry: &Inquiry) -> Result<(), Failure> {
    let questions = check::questions(&inquiry.subject, &inquiry.targets, &inquiry.statements);
    let watch = ask::watch(ui);
    let progress = ui.progress("Asking IAM what the principal may do…");
    let asked: Vec<Question> = questions.iter().map(|(_, question)| question.clone()).collect();
    let simulated = simulate(world, inquiry, &asked);
    let (findings, unsimulated) = match simulated {
        Ok(decisions) => (check::findings(&questions, &decisions), None),
        Err(reason) => (evidence(world, inquiry, &questions), Some(reason.to_string())),
    };
    drop(progress);
    drop(watch);
    let missing = check::missing(&findings, &inquiry.statements);
    let arn = &inquiry.identity.arn;
    if global.json {
        let report = v1::policy::Check::of(arn, &findings, &missing, unsimulated.as_deref());
        let text = serde_json::to_string_pretty(&report).unwrap_or_default();
        ui.answer_verbatim(&(text + "\n"))?;
    } else {
        ui.answer(&human::policy::check(arn, &findings, &missing, unsimulated.as_deref()))?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::failed("permissions are missing")
        .hint("give the statements above to whoever manages your AWS account"))
}

fn simulate(world: &World, inquiry: &Inquiry, asked: &[Question]) -> Result<Vec<Vec<iam::Decision>>, NotSimulated> {
    let OnBehalf { files, who, .. } = &inquiry.on_behalf;
    let candidates = inquiry.identity.iam_candidates(sign_in_region(&inquiry.on_behalf).as_deref());
    call::block_on(iam::simulate(world, files, &who.profile, &who.credentials, &candidates, asked))
}

/// What calls that change nothing, and probes made before, tell.
fn evidence(world: &World, inquiry: &Inquiry, questions: &[(&'static str, Question)]) -> Vec<Finding> {
    let seen = call::block_on(Seen::gather(world, inquiry));
    let verdict = |action: &str, resource: &str| seen.verdict(inquiry, action, resource);
    let mut findings: Vec<Finding> = Vec::new();
    for (sid, question) in questions {
        for action in &question.actions {
            let resource = question.resource.clone();
            let finding = Finding { sid, action, verdict: verdict(action, &resource), resource };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}

/// What AWS answered.
struct Seen {
    lists_profiles: Verdict,
    lists_models: Verdict,
    reads_lifecycles: Verdict,
    reads_quotas: Verdict,
    /// By ARN.
    describes: Vec<(String, Verdict)>,
    proofs: Proofs,
}

impl Seen {
    async fn gather(world: &World, inquiry: &Inquiry) -> Self {
        let OnBehalf { files, who, .. } = &inquiry.on_behalf;
        let Principal { profile, region, credentials, .. } = who;
        let bedrock = Bedrock::new(world, files, profile, region, credentials);
        let model = profiles(inquiry).find_map(|found| found.model_arns.first());
        let model = model.and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
        let (listed, models, lifecycle, quotas) = tokio::join!(
            bedrock.inference_profiles(),
            bedrock.foundation_models(),
            bedrock.lifecycle_of(model),
            quotas::of_bedrock(world, files, profile, region, credentials),
        );
        let mut describes = Vec::new();
        for found in profiles(inquiry) {
            describes.push((found.arn.clone(), told(bedrock.inference_profile(&found.arn).await)));
        }
        Self {
            lists_profiles: told(listed),
            lists_models: told(models),
            reads_lifecycles: told(lifecycle),
            reads_quotas: match quotas {
                Ok(_) => Verdict::Allowed,
                Err(words) if words.contains("not authorized") => Verdict::Missing(words),
                Err(words) => Verdict::Unknown(words),
            },
            describes,
            proofs: who.proofs(world),
        }
    }

    fn verdict(&self, inquiry: &Inquiry, action: &str, resource: &str) -> Verdict {
        match action {
            "bedrock:ListInferenceProfiles" => self.lists_profiles.clone(),
            "bedrock:ListFoundationModels" => self.lists_models.clone(),
            "bedrock:GetFoundationModel" => self.reads_lifecycles.clone(),
            "servicequotas:ListServiceQuotas" => self.reads_quotas.clone(),
            "bedrock:GetInferenceProfile" => {
                let found = self.describes.iter().find(|(arn, _)| arn == resource);
                found.map_or_else(untold, |(_, verdict)| verdict.clone())
            }
            // A probe streams its one token.
            "bedrock:InvokeModelWithResponseStream" => self.invoked(inquiry, resource),
            _ => untold(),
        }
    }

    /// What a probe says of a profile, or of a model that a profile leads to.
    fn invoked(&self, inquiry: &Inquiry, resource: &str) -> Verdict {
        let leading = profiles(inquiry)
            .filter(|profile| profile.arn == resource || profile.model_arns.iter().any(|arn| arn == resource));
        let proofs: Vec<&Proof> = leading.filter_map(|found| self.proofs.of(&[&found.id, &found.arn])).collect();
        let refused = proofs.iter().find(|proof| {
            let names_it = proof.message.as_deref().is_some_and(|message| message.contains(resource));
            proof.status == Status::Stopped && names_it
        });
        match (refused, proofs.iter().any(|proof| proof.is_usable())) {
            (Some(proof), _) => Verdict::Missing(proof.message.clone().unwrap_or_default()),
            (None, true) => Verdict::Allowed,
            (None, false) => Verdict::Unknown("`claude-bedrock models --probe` tells".into()),
        }
    }
}

fn profiles(inquiry: &Inquiry) -> impl Iterator<Item = &crate::aws::bedrock::InferenceProfile> {
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
        Err(error) if error.is_denied() => Verdict::Missing(error.to_string()),
        Err(error) => Verdict::Unknown(error.to_string()),
    }
}
