//! What models answered: when they were last asked, and just now where that was agreed to.

use jiff::Timestamp;

use crate::aws::call;
use crate::aws::probe::{Outcome, Probed, Prober};
use crate::commands::policy::inquiry::Inquiry;
use crate::gate::Asked;
use crate::policy::Target;
use crate::policy::check::Verdict;
use crate::proof::{Proof, Proofs, Status};

/// What Claude Code's checks at start and its second tries need: an answer that comes as a whole.
pub(super) const WHOLE: &str = "bedrock:InvokeModel";

/// What turns and probes need: an answer that is streamed.
pub(super) const STREAMED: &str = "bedrock:InvokeModelWithResponseStream";

/// The failure mode of a principal who may not subscribe to a model.
const MARKETPLACE: &str = "P02";

/// What is known of answers.
pub(super) struct Answers {
    kept: Proofs,
    just: Vec<Just>,
}

/// What a model answered just now, and what asking it so takes.
struct Just {
    arn: String,
    action: &'static str,
    proof: Proof,
}

/// A way to models: a profile with those behind it, or a model by itself.
struct Way {
    id: String,
    arn: String,
    models: Vec<String>,
}

impl Way {
    fn leads_to(&self, resource: &str) -> bool {
        self.arn == resource || self.models.iter().any(|arn| arn == resource)
    }
}

impl Answers {
    /// What models answered when they were last asked.
    pub(super) fn kept(proofs: Proofs) -> Self {
        Self { kept: proofs, just: Vec::new() }
    }

    /// The same, and what they answer now, each asked with a stream and without one.
    pub(super) async fn and_now(mut self, inquiry: &Inquiry, prober: &Prober, now: Timestamp) -> Self {
        let asking = ways(inquiry).into_iter().flat_map(|way| {
            [WHOLE, STREAMED].map(|action| {
                let (id, arn, prober) = (way.id.clone(), way.arn.clone(), prober.clone());
                async move {
                    let outcome = if action == WHOLE { prober.ask_whole(&id).await } else { prober.ask(&id).await };
                    (Probed { id, outcome }, arn, action)
                }
            })
        });
        for (probed, arn, action) in call::joined(asking.collect()).await {
            let region = Some(inquiry.subject.region.as_str());
            let asked = Asked { model: Some(&probed.id), region, ..Asked::default() };
            self.just.push(Just { arn, action, proof: Proof::of(&probed, &asked, now) });
        }
        self
    }

    /// What they say of an action on a profile, or on a model that a profile leads to; `None` where they say nothing.
    pub(super) fn verdict(&self, inquiry: &Inquiry, action: &str, resource: &str) -> Option<Verdict> {
        let leading: Vec<Way> = ways(inquiry).into_iter().filter(|way| way.leads_to(resource)).collect();
        let proofs: Vec<&Proof> = leading.iter().filter_map(|way| self.newest(way, action)).collect();
        let refused = proofs.iter().find(|proof| {
            let names_it = proof.message.as_deref().is_some_and(|message| names(message, resource));
            proof.status == Status::Stopped && names_it
        });
        match refused {
            Some(proof) => Some(Verdict::of_refusal(proof.message.clone().unwrap_or_default())),
            None => proofs.iter().any(|proof| proof.is_usable()).then_some(Verdict::Allowed),
        }
    }

    /// What they say of an action of AWS Marketplace: somebody who may not subscribe is told so.
    pub(super) fn marketplace(&self, inquiry: &Inquiry, action: &str) -> Option<Verdict> {
        let asked: Vec<Way> = ways(inquiry);
        let proofs = asked.iter().flat_map(|way| [WHOLE, STREAMED].map(|action| self.newest(way, action)));
        let is_it = |proof: &&Proof| proof.failure_mode.as_deref() == Some(MARKETPLACE);
        let refused = proofs.flatten().find(is_it)?.message.as_deref()?;
        refused.contains(action).then(|| Verdict::of_refusal(refused.to_owned()))
    }

    fn newest(&self, way: &Way, action: &str) -> Option<&Proof> {
        let just = self.just.iter().find(|just| just.arn == way.arn && just.action == action);
        let kept = || (action == STREAMED).then(|| self.kept.of(&[&way.id, &way.arn])).flatten();
        just.map(|just| &just.proof).or_else(kept)
    }
}

/// How many requests asking all of them takes.
pub(super) fn requests(inquiry: &Inquiry) -> usize {
    ways(inquiry).len() * 2
}

/// Whether IAM's sentence is about a resource, whole: the ARN of one model begins like that of another.
fn names(message: &str, resource: &str) -> bool {
    message.split_whitespace().any(|word| word.trim_end_matches([',', '.']) == resource)
}

fn ways(inquiry: &Inquiry) -> Vec<Way> {
    let here = |id: &str| {
        let (partition, region) = (&inquiry.subject.partition, &inquiry.subject.region);
        format!("arn:{partition}:bedrock:{region}::foundation-model/{id}")
    };
    let way = |target: &Target| match target {
        Target::Profile(profile) => Some(Way {
            id: if profile.is_application { profile.arn.clone() } else { profile.id.clone() },
            arn: profile.arn.clone(),
            models: profile.model_arns.clone(),
        }),
        Target::Model(id) => Some(Way { id: id.clone(), arn: here(id), models: Vec::new() }),
        Target::Unseen(_) => None,
    };
    inquiry.targets.iter().filter_map(way).collect()
}

/// The verdict on an action from a call that needed it and nothing else.
pub(super) fn of_call(answer: Result<(), Outcome>, action: &str) -> Verdict {
    match answer {
        Ok(()) => Verdict::Allowed,
        Err(Outcome::Refused { status: Some(403), message, .. }) if message.contains("not authorized to perform") => {
            if message.contains(action) {
                return Verdict::of_refusal(message);
            }
            // AWS's user guide has a second action beside the one its reference names.
            Verdict::Unknown(format!("AWS asks for another action as well: {message}"))
        }
        // A model that does not count says so only to those who may ask it; but nothing was shown.
        Err(Outcome::Refused { message, .. } | Outcome::Unreachable(message)) => Verdict::Unknown(message),
        Err(Outcome::TimedOut | Outcome::Answered { .. }) => Verdict::Unknown("AWS did not answer in time".into()),
    }
}
