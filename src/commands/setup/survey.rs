//! What the regions answer a profile, before one of them is chosen.

use crate::aws::authority::Authority;
use crate::aws::bedrock::Bedrock;
use crate::aws::credentials::CredentialsError;
use crate::aws::profile::ProfileKind;
use crate::aws::reachability::Answer;
use crate::commands::regions::{ask_all, regions_to_ask};
use crate::configuration::is_region_shaped;
use crate::observe;
use crate::offering;
use crate::pins;
use crate::regions::survey::Survey;
use crate::regions::{self, Residency};
use crate::vars;

use super::Setup;

/// Where nothing tells which partition a profile is in.
const FALLBACK: &str = "us-east-1";

impl Setup<'_> {
    /// Asks all regions of the profile's partition at once. Without a residency on the command line that of what is
    /// pinned counts, in the region where that is used now.
    pub(super) fn survey(
        &self,
        profile: &str,
        region_in_use: &str,
        pins: &[(&str, String)],
    ) -> Result<Survey, CredentialsError> {
        let near = self.region_near(profile);
        let partition = regions::partition_of(&near).name;
        let asked = regions_to_ask(partition, self.args.residency.unwrap_or(Residency::Any), &near);
        let caller = self.own.caller(self.world, &self.files, profile, &near);
        let progress = self.ui.progress(&format!("Asking Bedrock in {} regions at once…", asked.len()));
        let authority = Authority::Keys(caller.credentials()?.into_owned());
        let wanted = self.args.residency.unwrap_or(Residency::Any);
        let mut answers = ask_all(self.world, &self.files, caller.profile, &authority, &asked, wanted);
        drop(progress);
        let kept = || kept_in(&answers, region_in_use, pins);
        let residency = self.args.residency.or_else(kept).unwrap_or(Residency::Any);
        answers.retain(|answer| {
            residency == Residency::Any || regions::find(&answer.region).is_some_and(|at| residency.has(at.country))
        });
        Ok(Survey::of(partition, residency, answers))
    }

    /// Where pins of another region keep requests, as that one tells.
    pub(super) fn kept_residency(&self, profile: &str, region: &str, pins: &[(&str, String)]) -> Option<Residency> {
        let caller = self.own.caller(self.world, &self.files, profile, region);
        let credentials = caller.credentials().ok()?;
        let bedrock = Bedrock::new(self.world, &self.files, caller.profile, region, &credentials);
        observe::models::kept_residency(bedrock, pins)
    }

    /// A region of the profile's partition.
    fn region_near(&self, profile: &str) -> String {
        let found = self.files.profiles.profile(profile);
        let own = found.and_then(|profile| profile.get("region")).map(|value| value.text.clone());
        let of_shell = [vars::AWS_REGION, vars::AWS_DEFAULT_REGION].map(|name| self.world.var(name).map(str::to_owned));
        let of_session = match found.map(|profile| profile.kind(&self.files.profiles)) {
            Some(ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso)) => Some(sso.region),
            _ => None,
        };
        let known = [own].into_iter().chain(of_shell).chain([of_session]).flatten();
        // A name that is misspelt leaves the word to the next one, not to another partition.
        known.into_iter().find(|region| is_region_shaped(region)).unwrap_or_else(|| FALLBACK.to_owned())
    }
}

/// Where pins keep requests, by the profiles that the region they are used in listed.
fn kept_in(answers: &[Answer], region: &str, pins: &[(&str, String)]) -> Option<Residency> {
    let answer = answers.iter().find(|answer| answer.region == region)?;
    let profiles = answer.outcome.as_ref().ok()?.listing.as_ref()?.as_ref().ok()?;
    pins::kept_residency(&offering::entries(profiles, &[], false), pins)
}
