//! What a principal may do, by IAM's own judgement: `SimulatePrincipalPolicy`, in AWS's Query protocol.
//!
//! The two operations of IAM that are needed are signed here: its SDK has hundreds, and would be the largest crate of
//! all.

mod answers;
mod query;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::query::{Iam, Refused};
use crate::aws::credentials::Credentials;
use crate::aws::files::AwsFiles;
use crate::aws::identity::{Identity, Kind};
use crate::world::World;

/// IAM throttles at a few requests a second and bursts of some more.
const AT_ONCE: usize = 6;

/// Actions on one resource, asked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The actions.
    pub actions: Vec<&'static str>,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys with the value a request would have.
    pub context: Vec<(&'static str, String)>,
}

/// What IAM says to an action on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// No policy allows it.
    NotAllowed,
    /// A policy denies it.
    Denied,
    /// The organisation's policies do not allow it.
    DeniedByOrganization,
    /// The permissions boundary does not allow it.
    DeniedByBoundary,
}

/// Why IAM gave no judgement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSimulated {
    /// The principal may not ask.
    #[error("the principal may not simulate its own policies (iam:SimulatePrincipalPolicy)")]
    NotPermitted,
    /// IAM does not know the role without a path, and does not tell the path.
    #[error(
        "the role `{0}` has a path, which the ARN of a session does not tell, and the principal may not ask for it \
         (iam:GetRole)"
    )]
    NoPath(String),
    /// IAM knows no such role or user.
    #[error("IAM does not know `{0}` any more")]
    NobodyThere(String),
    /// A federated user, who has the policies of somebody else.
    #[error(
        "IAM simulates users and roles alone, and the federated user `{0}` has what both the user who made the session \
         and the session's own policy allow"
    )]
    Federated(String),
    /// The root user, who has no policies.
    #[error("the root user has no policies: it may do whatever the organisation does not forbid its account")]
    Root,
    /// Something else.
    #[error("IAM gave no judgement: {0}")]
    Failed(String),
}

/// Asks IAM about every question, as the user or role that the principal is in IAM. `sign_in_region` is that of IAM
/// Identity Center, which is in the paths of its roles.
///
/// # Errors
/// [`NotSimulated`].
pub async fn simulate(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    credentials: &Credentials,
    identity: &Identity,
    sign_in_region: Option<&str>,
    questions: &[Question],
) -> Result<Vec<Vec<Decision>>, NotSimulated> {
    match identity.kind() {
        Kind::Root => return Err(NotSimulated::Root),
        Kind::Federated(name) => return Err(NotSimulated::Federated(name.to_owned())),
        Kind::Other => return Err(NotSimulated::Failed(format!("`{}` is neither a user nor a role", identity.arn))),
        Kind::User | Kind::Role(_) => {}
    }
    let iam = Iam::new(world, files, profile, credentials, identity.partition());
    let Some((question, rest)) = questions.split_first() else { return Ok(Vec::new()) };
    let (source, first) = find(&iam, identity, sign_in_region, question).await?;
    let mut decisions = vec![first];
    decisions.extend(all(Arc::new(iam), &source, rest).await?);
    Ok(decisions)
}

/// Finds out by which ARN IAM knows the principal, with the first question: by those it is likely to have, and then by
/// the one that IAM tells.
async fn find(
    iam: &Iam,
    identity: &Identity,
    sign_in_region: Option<&str>,
    question: &Question,
) -> Result<(String, Vec<Decision>), NotSimulated> {
    let mut why = Refused::NobodyThere;
    let candidates = identity.iam_candidates(sign_in_region);
    for candidate in &candidates {
        match iam.simulate(candidate, question).await {
            Ok(decisions) => return Ok((candidate.clone(), decisions)),
            Err(Refused::Otherwise(reason)) => return Err(NotSimulated::Failed(reason)),
            // A permission for the right ARN may be asked for with a wrong one.
            Err(refused) => why = refused,
        }
    }
    let Kind::Role(name) = identity.kind() else { return Err(refused_at_last(why, &identity.arn)) };
    match iam.role_arn(name).await {
        Ok(arn) if !candidates.contains(&arn) => match iam.simulate(&arn, question).await {
            Ok(decisions) => Ok((arn, decisions)),
            Err(refused) => Err(refused_at_last(refused, name)),
        },
        Err(Refused::NotPermitted) if why == Refused::NobodyThere => Err(NotSimulated::NoPath(name.to_owned())),
        Ok(_) | Err(Refused::NotPermitted) => Err(refused_at_last(why, name)),
        Err(refused) => Err(refused_at_last(refused, name)),
    }
}

fn refused_at_last(refused: Refused, name: &str) -> NotSimulated {
    match refused {
        Refused::NotPermitted => NotSimulated::NotPermitted,
        Refused::NobodyThere => NotSimulated::NobodyThere(name.to_owned()),
        Refused::Otherwise(reason) => NotSimulated::Failed(reason),
    }
}

async fn all(iam: Arc<Iam>, source: &str, questions: &[Question]) -> Result<Vec<Vec<Decision>>, NotSimulated> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut asked = JoinSet::new();
    for (at, question) in questions.iter().cloned().enumerate() {
        let (iam, places, source) = (Arc::clone(&iam), Arc::clone(&places), source.to_owned());
        asked.spawn(async move {
            let _place = places.acquire().await;
            let answer = iam.simulate(&source, &question).await;
            (at, answer.map_err(|refused| refused_at_last(refused, &source)))
        });
    }
    let mut answers = asked.join_all().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
