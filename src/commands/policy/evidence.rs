//! What AWS answers to calls that change nothing, and what models answered when they were asked: the evidence where IAM
//! does not judge, and beside its judgement.
//!
//! No request is made that is meant to fail. One that no model takes would tell for free whether it is allowed; but
//! whoever watches an account takes such requests for those of a thief who tries keys out.

mod answers;

use crate::aws::bedrock::{Agreement, Availability, Bedrock, InferenceProfile};
use crate::aws::call::{self, CallError};
use crate::aws::iam::Question;
use crate::aws::probe::Prober;
use crate::aws::quotas;
use crate::claude_code::defaults::Defaults;
use crate::commands::principal::OnBehalf;
use crate::configuration::Provider;
use crate::observe::principal::{self, Principal};
use crate::policy::Target;
use crate::policy::check::{Finding, Verdict};
use crate::proof::{Proof, Proofs, Status};
use crate::world::World;

use self::answers::{Answers, STREAMED, WHOLE, of_call};
use super::inquiry::Inquiry;

/// What `/context` needs; it bills nothing.
const COUNTED: &str = "bedrock:CountTokens";
/// The same through Mantle.
const COUNTED_BY_MANTLE: &str = "bedrock-mantle:CountTokens";
/// What a turn through Mantle needs.
const INVOKED_BY_MANTLE: &str = "bedrock-mantle:CreateInference";

/// How many requests asking all the models takes.
pub(super) fn requests(inquiry: &Inquiry) -> usize {
    answers::requests(inquiry)
}

/// The verdict on each action of each question, as far as it is known; `asks` also has the models answer.
pub(super) fn gather(
    world: &World,
    inquiry: &Inquiry,
    questions: &[(&'static str, Question)],
    asks: bool,
) -> Vec<Finding> {
    let seen = call::block_on(Seen::gather(world, inquiry, questions, asks));
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

/// Puts beside IAM's judgement what models answered: of a session's own policy, and of control policies with
/// conditions, a simulation knows nothing.
pub(super) fn add_answers(world: &World, inquiry: &Inquiry, asks: bool, findings: &mut [Finding]) {
    let answers = call::block_on(answers(world, inquiry, asks));
    for finding in findings.iter_mut().filter(|finding| finding.verdict == Verdict::Allowed) {
        match answers.verdict(inquiry, finding.action, &finding.resource) {
            Some(Verdict::Forbidden(message)) => {
                finding.verdict =
                    Verdict::Forbidden(format!("IAM's simulation allows it, and AWS refused it: {message}"));
            }
            Some(Verdict::Missing(message)) => {
                finding.verdict = Verdict::Unknown(format!(
                    "IAM's simulation allows it now, and AWS refused it when the model was last asked: {message}. \
                     `claude-bedrock models --probe` asks again"
                ));
            }
            _ => {}
        }
    }
}

async fn answers(world: &World, inquiry: &Inquiry, asks: bool) -> Answers {
    let answers = Answers::kept(inquiry.on_behalf.who.proofs(world));
    if asks { answers.and_now(inquiry, &prober(world, inquiry), world.now()).await } else { answers }
}

fn prober(world: &World, inquiry: &Inquiry) -> Prober {
    let OnBehalf { files, who: Principal { profile, region, credentials, .. }, .. } = &inquiry.on_behalf;
    Prober::new(world, files, profile, region, credentials)
}

/// What AWS answered.
struct Seen {
    lists_profiles: Verdict,
    lists_models: Verdict,
    reads_lifecycles: Verdict,
    reads_form: Verdict,
    reads_retention: Verdict,
    reads_quotas: Verdict,
    /// By the model's id.
    availability: Vec<(String, Result<Availability, CallError>)>,
    /// By ARN.
    describes: Vec<(String, Verdict)>,
    /// By ARN.
    counts: Vec<(String, Verdict)>,
    counts_by_mantle: Option<Verdict>,
    answers_by_mantle: Verdict,
    answers: Answers,
}

impl Seen {
    async fn gather(world: &World, inquiry: &Inquiry, questions: &[(&'static str, Question)], asks: bool) -> Self {
        let OnBehalf { files, who, .. } = &inquiry.on_behalf;
        let Principal { profile, region, credentials, .. } = who;
        let bedrock = &Bedrock::new(world, files, profile, region, credentials);
        let prober = &prober(world, inquiry);
        let counted = questions.iter().filter(|(_, question)| question.actions.contains(&COUNTED));
        let counting = counted.filter_map(|(_, question)| {
            let (_, model) = question.resource.split_once("::foundation-model/")?;
            Some(async move { (question.resource.clone(), of_call(prober.count(model).await, COUNTED)) })
        });
        let describing = profiles(inquiry)
            .map(|found| async move { (found.arn.clone(), told(bedrock.inference_profile(&found.arn).await)) });
        let models = models(inquiry);
        let model = models.first().cloned().unwrap_or_default();
        let availability = models.into_iter().map(|id| async move { (id.clone(), bedrock.availability(&id).await) });
        let (listed, known, lifecycle, form, retention, quotas, availability, counts, describes) = tokio::join!(
            bedrock.inference_profiles(),
            bedrock.foundation_models(),
            bedrock.lifecycle_of(&model),
            bedrock.use_case_is_filed(),
            bedrock.data_retention(),
            quotas::of_bedrock(world, files, profile, region, credentials),
            call::joined(availability.collect()),
            call::joined(counting.collect()),
            call::joined(describing.collect()),
        );
        Self {
            lists_profiles: told(listed),
            lists_models: told(known),
            reads_lifecycles: told(lifecycle),
            reads_form: told(form),
            reads_retention: told(retention),
            reads_quotas: match quotas {
                Ok(_) => Verdict::Allowed,
                Err(words) if words.contains("not authorized") => Verdict::of_refusal(words),
                Err(words) => Verdict::Unknown(words),
            },
            availability,
            describes,
            counts,
            counts_by_mantle: counted_by_mantle(inquiry, prober).await,
            answers_by_mantle: answered_by_mantle(world, inquiry),
            answers: answers(world, inquiry, asks).await,
        }
    }

    fn verdict(&self, inquiry: &Inquiry, action: &str, resource: &str) -> Verdict {
        match action {
            "bedrock:ListInferenceProfiles" => self.lists_profiles.clone(),
            "bedrock:ListFoundationModels" => self.lists_models.clone(),
            "bedrock:GetFoundationModel" => self.reads_lifecycles.clone(),
            "bedrock:GetFoundationModelAvailability" => self.reads_availability(),
            "bedrock:GetAccountDataRetention" => self.reads_retention.clone(),
            "bedrock:GetUseCaseForModelAccess" => self.reads_form.clone(),
            "servicequotas:ListServiceQuotas" => self.reads_quotas.clone(),
            "bedrock:GetInferenceProfile" => of(&self.describes, resource),
            COUNTED => of(&self.counts, resource),
            COUNTED_BY_MANTLE => self.counts_by_mantle.clone().unwrap_or_else(untold),
            INVOKED_BY_MANTLE => self.answers_by_mantle.clone(),
            WHOLE | STREAMED => self.answers.verdict(inquiry, action, resource).unwrap_or_else(|| unasked(action)),
            _ if action.starts_with("aws-marketplace:") => self.marketplace(inquiry, action),
            _ if action.ends_with(":CallWithBearerToken") => Verdict::Unknown(
                "only a request with the API key itself tells: `claude -p hello` with it is refused where it is missing"
                    .into(),
            ),
            _ => untold(),
        }
    }

    fn reads_availability(&self) -> Verdict {
        match self.availability.first() {
            Some((_, Ok(_))) => Verdict::Allowed,
            Some((_, Err(error))) if error.is_denied() => Verdict::of_refusal(error.to_string()),
            Some((_, Err(error))) => Verdict::Unknown(error.to_string()),
            None => untold(),
        }
    }

    /// Whether it is needed at all is told by the account's agreements; whether it is allowed, only by a first use.
    fn marketplace(&self, inquiry: &Inquiry, action: &str) -> Verdict {
        if let Some(verdict) = self.answers.marketplace(inquiry, action) {
            return verdict;
        }
        let with = |wanted: Agreement| -> Vec<&str> {
            let is_it = |papers: &Availability| papers.agreement == wanted;
            let found = self.availability.iter().filter(|(_, papers)| papers.as_ref().is_ok_and(is_it));
            found.map(|(id, _)| id.as_str()).collect()
        };
        let missing = with(Agreement::Missing);
        Verdict::Unknown(if !missing.is_empty() {
            format!(
                "the account has no agreement about {} yet, which their first use makes; `claude-bedrock models --probe` \
                 is that, and tells",
                missing.join(", ")
            )
        } else if with(Agreement::Made).len() == self.availability.len() && !inquiry.targets.is_empty() {
            "nothing here needs it, because the account has agreements about all these models; the first use of another one, \
             by `claude-bedrock models --probe`, tells whether it is allowed"
                .into()
        } else {
            "whether the account has agreements about these models is not told; the first use of a model without one \
             tells, by `claude-bedrock models --probe`"
                .into()
        })
    }
}

async fn counted_by_mantle(inquiry: &Inquiry, prober: &Prober) -> Option<Verdict> {
    if !inquiry.subject.on_mantle {
        return None;
    }
    let configuration = &inquiry.on_behalf.configuration;
    let named = configuration.main_model.as_ref().map(|found| found.value.clone());
    let own = named.filter(|id| id.starts_with("anthropic."));
    let model = own.or_else(|| Defaults::newest().model("opus", true).map(str::to_owned))?;
    Some(of_call(prober.count_by_mantle(&model).await, COUNTED_BY_MANTLE))
}

/// What `diagnose --probe` was told by Mantle; what is kept of it where Mantle stands alone has a place of its own.
fn answered_by_mantle(world: &World, inquiry: &Inquiry) -> Verdict {
    let OnBehalf { files, configuration, who } = &inquiry.on_behalf;
    let alone = configuration.provider == Provider::Mantle;
    let place = format!("mantle in {}", who.region);
    let proofs = if alone {
        Proofs::of_key(world, principal::key_of(world, files, configuration, &place).as_ref())
    } else {
        who.proofs(world)
    };
    let there = || proofs.all().iter().filter(|proof| configuration.goes_to_mantle(&proof.id));
    let words = |proof: &Proof| proof.message.clone().filter(|_| proof.status == Status::Stopped);
    let refused = there().filter_map(words).find(|message| message.contains(INVOKED_BY_MANTLE));
    match refused {
        Some(message) => Verdict::of_refusal(message),
        None if there().any(Proof::is_usable) => Verdict::Allowed,
        None => Verdict::Unknown("`claude-bedrock diagnose --probe` tells, for one billed token a model".into()),
    }
}

/// The foundation models behind the profiles and beside them, by their own ids.
fn models(inquiry: &Inquiry) -> Vec<String> {
    let behind = profiles(inquiry).flat_map(|profile| &profile.model_arns).filter_map(|arn| arn.rsplit('/').next());
    let beside = inquiry.targets.iter().filter_map(|target| match target {
        Target::Model(id) => Some(id.as_str()),
        _ => None,
    });
    let mut ids: Vec<String> = behind.chain(beside).map(str::to_owned).collect();
    if ids.is_empty() {
        // On Mantle alone nothing is behind a profile; whether papers can be read is told by any model's.
        ids.extend(Defaults::newest().model("opus", false).map(str::to_owned));
    }
    ids.sort();
    ids.dedup();
    ids
}

fn of(verdicts: &[(String, Verdict)], resource: &str) -> Verdict {
    verdicts.iter().find(|(arn, _)| arn == resource).map_or_else(untold, |(_, verdict)| verdict.clone())
}

fn profiles(inquiry: &Inquiry) -> impl Iterator<Item = &InferenceProfile> {
    inquiry.targets.iter().filter_map(|target| match target {
        Target::Profile(profile) => Some(profile),
        Target::Model(_) | Target::Unseen(_) => None,
    })
}

/// How to find out what only an answer of the model's tells.
fn unasked(action: &str) -> Verdict {
    Verdict::Unknown(if action == WHOLE {
        "an answer that is not streamed tells: `claude-bedrock policy check --probe`, for one billed token a model"
            .into()
    } else {
        "`claude-bedrock models --probe` tells, and so does `claude-bedrock policy check --probe`".into()
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
