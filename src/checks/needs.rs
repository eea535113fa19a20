//! What a check cannot do without, and what is missing of it.

use crate::aws::call::CallError;
use crate::aws::probe::Outcome;

use super::facts::{Facts, Look};

/// What a check cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Files and variables, which are always there.
    Files,
    /// The installed Claude Code's version.
    Version,
    /// A knock at every door, answered or not.
    Endpoints,
    /// An answer from every door.
    OpenEndpoints,
    /// An attempt to get credentials.
    Credentials,
    /// Who AWS says Claude Code is.
    Identity,
    /// What Bedrock lists.
    Listing,
    /// Whether the use-case form was handed in.
    UseCase,
    /// The models' papers.
    Availability,
    /// Where the models are in their lives.
    Lifecycle,
    /// The account's data retention mode.
    DataRetention,
    /// What a configured export prints.
    Export,
    /// What Service Quotas says.
    Quotas,
    /// An answer or a refusal of every model.
    Probe,
    /// That every model was asked, whatever came of it.
    Asked,
}

/// What is missing for a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// It was not asked for, and why: the check has nothing to judge.
    NotAsked(String),
    /// It was asked for and did not come, or not all of it: the check may still find something in what there is, and
    /// passes nothing.
    NotAnswered(String),
}

impl Lack {
    fn not_asked(reason: &str) -> Self {
        Self::NotAsked(reason.to_owned())
    }

    /// Why, in words.
    #[must_use]
    pub fn reason(self) -> String {
        let (Self::NotAsked(reason) | Self::NotAnswered(reason)) = self;
        reason
    }
}

impl Needs {
    /// What of it is not there, if something is.
    #[must_use]
    pub fn lacking(self, facts: &Facts) -> Option<Lack> {
        let online = &facts.online;
        match self {
            Self::Version if facts.version().is_some() => None,
            Self::Version if facts.claude_code.is_some() => {
                Some(Lack::not_asked("the installed Claude Code tells no version"))
            }
            Self::Version => Some(Lack::not_asked("no `claude` is on PATH, so its version is unknown")),
            Self::Endpoints | Self::OpenEndpoints if online.endpoints.is_empty() => {
                Some(Lack::not_asked(online.credentials.skipped().unwrap_or("no endpoint was asked")))
            }
            Self::Files | Self::Endpoints => None,
            Self::OpenEndpoints => online.endpoints.iter().find_map(|endpoint| {
                let reason = endpoint.reached.failed()?;
                Some(Lack::NotAnswered(format!("{} was not reached: {reason}", endpoint.service)))
            }),
            Self::Credentials => of_look(&online.credentials),
            Self::Identity => of_look(&online.identity),
            Self::Listing => of_look(&online.listing),
            Self::UseCase => of_look(&online.use_case),
            Self::Availability => of_each(facts, &online.availability),
            Self::Lifecycle => of_each(facts, &online.lifecycles),
            Self::DataRetention => of_look(&online.data_retention),
            Self::Export => of_look(&online.export),
            Self::Quotas => of_look(&online.quotas),
            Self::Asked => of_look(&online.probes).or_else(|| online.unasked.clone().map(Lack::NotAnswered)),
            Self::Probe => Self::Asked.lacking(facts).or_else(|| {
                let silent = online.probes.seen()?.iter().find(|probed| is_open(&probed.outcome))?;
                Some(Lack::NotAnswered(format!("`{}` gave no answer that lasts", silent.id)))
            }),
        }
    }

    /// Whether the network has to be asked for it.
    #[must_use]
    pub fn is_online(self) -> bool {
        !matches!(self, Self::Files | Self::Version)
    }
}

/// Whether the same request may end in another way at another time.
fn is_open(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::TimedOut | Outcome::Unreachable(_) => true,
        Outcome::Refused { status, .. } => status.is_some_and(|status| status == 429 || status >= 500),
        Outcome::Answered { .. } => false,
    }
}

fn of_look<T, E: std::fmt::Display>(look: &Look<T, E>) -> Option<Lack> {
    match look {
        Look::Seen(_) => None,
        Look::Skipped(reason) => Some(Lack::not_asked(reason)),
        Look::Failed(error) => Some(Lack::NotAnswered(error.to_string())),
    }
}

/// What is missing of something that is asked for by model.
fn of_each<T>(facts: &Facts, looks: &[(String, Look<T, CallError>)]) -> Option<Lack> {
    if looks.is_empty() {
        // Without a list it is not known which models are behind the pins.
        let none = Lack::not_asked("no model is pinned that Bedrock lists");
        return of_look(&facts.online.listing).or(Some(none));
    }
    looks.iter().find_map(|(_, look)| of_look(look))
}
