//! Which models are offered, recommended and pinned, out of those Bedrock lists.

use jiff::Timestamp;

use crate::aws::bedrock::InferenceProfile;
use crate::configuration::Rival;
use crate::model;
use crate::offering::{self, Entry, Kind};
use crate::pins::{self, Pinning, Wanted};
use crate::plan::Wish;
use crate::proof::{Proof, Proofs, Status};
use crate::regions::{Reach, Residency};
use crate::slip;
use crate::vars;
use crate::wizard::Stuck;
use crate::wizard::foreign::Recognised;
use crate::wizard::knowledge::{Knowledge, Listing};
use crate::wizard::question::{Offer, Topic};

/// What is on offer in a region, under the residency that counts.
pub(super) struct Choices<'a> {
    entries: Vec<Entry>,
    listed: Vec<String>,
    proofs: &'a Proofs,
    now: Timestamp,
    residency: Option<Residency>,
    /// Where what is pinned keeps requests, though nothing here does and nobody has said that it may change.
    kept_away: Option<Residency>,
    adopted: Option<&'a Recognised>,
    configured: Option<&'a str>,
    /// The models that were asked in this set-up, which goes by what they answered.
    asked_now: &'a [String],
}

impl<'a> Choices<'a> {
    /// `residency` is what was answered; without an answer what is pinned already tells.
    pub(super) fn of(
        knowledge: &'a Knowledge,
        adopted: Option<&'a Recognised>,
        listing: &Listing,
        residency: Option<Residency>,
        asked_now: &'a [String],
    ) -> Self {
        let profiles = listing.profiles();
        let is_new = |found: &&InferenceProfile| profiles.iter().all(|listed| listed.arn != found.arn);
        let looked_up = knowledge.looked_up.iter().filter_map(|(_, found)| found.as_ref()).filter(is_new);
        let known: Vec<InferenceProfile> = profiles.iter().chain(looked_up).cloned().collect();
        let entries = offering::entries(&known, &knowledge.models, false);
        let configured = adopted.and_then(Recognised::main_model).or(knowledge.configured_model.as_deref());
        let system = profiles.iter().filter(|profile| !profile.is_application);
        let main = configured.map(|id| (pins::MAIN, id.to_owned()));
        let kept = pins::kept_residency(&entries, main.as_slice())
            .or_else(|| pins::kept_residency(&entries, &knowledge.pinned))
            .or(knowledge.kept_elsewhere);
        let is_possible =
            |kept: &Residency| entries.is_empty() || entries.iter().any(|entry| kept.admits(&entry.reach));
        Self {
            listed: system.map(|profile| profile.id.clone()).collect(),
            residency: residency.or(kept.filter(is_possible)),
            kept_away: kept.filter(|kept| residency.is_none() && !is_possible(kept)),
            entries,
            proofs: &knowledge.proofs,
            now: knowledge.now,
            adopted,
            configured,
            asked_now,
        }
    }

    /// The residencies to choose between, where there is a choice and nothing has made it yet.
    pub(super) fn open_residencies(&self) -> Vec<(Residency, String)> {
        let found = pins::residencies(&self.entries);
        if self.residency.is_some() || found.len() < 2 && self.kept_away.is_none() {
            return Vec::new();
        }
        found.into_iter().map(|(residency, reach)| (residency, said_of(residency, reach))).collect()
    }

    /// Where what is pinned keeps requests, though nothing here does; only a person can say that it may change.
    pub(super) fn kept_away(&self) -> Option<Residency> {
        self.kept_away
    }

    /// What to know before a model is chosen.
    pub(super) fn note(&self) -> Option<String> {
        let left_out = self.left_out();
        (left_out > 0).then(|| {
            let are = if left_out == 1 { "way to a model is" } else { "ways to models are" };
            format!("{left_out} more {are} left out: requests could be processed elsewhere there; see `--residency`.")
        })
    }

    /// How many ways to models the residency keeps away.
    pub(super) fn left_out(&self) -> usize {
        self.entries.len() - self.admitted().count()
    }

    /// What could be the main model, as it would be pinned.
    pub(super) fn ids(&self) -> Vec<String> {
        self.admitted().filter(|entry| entry.kind != Kind::Foundation).map(|entry| entry.pin().to_owned()).collect()
    }

    /// What is recommended, as it would be pinned.
    pub(super) fn recommended_id(&self) -> Option<String> {
        Some(self.recommended()?.pin().to_owned())
    }

    /// The Claude models that are listed and may be used, the recommended one first.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        for entry in self.recommended().into_iter().chain(self.admitted()) {
            if offers.iter().all(|offer| offer.value != entry.pin()) {
                offers.push(Offer { value: entry.pin().to_owned(), about: self.about(entry) });
            }
        }
        offers
    }

    /// Those for background requests, the small family first.
    pub(super) fn background_offers(&self, pinned: &str) -> Vec<Offer> {
        let mut entries: Vec<&Entry> = self.admitted().collect();
        entries.sort_by_key(|entry| (entry.pin() != pinned, entry.model.family != "haiku"));
        entries.iter().map(|entry| Offer { value: entry.pin().to_owned(), about: self.about(entry) }).collect()
    }

    /// Whether everything that is listed is kept away by the residency.
    pub(super) fn nothing_stays(&self, region: &str) -> Option<Stuck> {
        let residency = self.residency.filter(|_| !self.entries.is_empty() && self.admitted().next().is_none())?;
        Some(Stuck {
            message: format!("in {region} no Claude model's traffic keeps to `--residency {}`", residency.name()),
            hint: "name another region or another residency; `claude-bedrock models` says where each goes".into(),
            mended_by: &[Topic::Residency, Topic::Region],
        })
    }

    /// A model that Bedrock does not list, or whose traffic goes elsewhere than was asked for.
    pub(super) fn objection(&self, listing: &Listing, model: &str, region: &str) -> Option<Stuck> {
        let id = model::without_context_suffix(model);
        let Some(entry) = self.entries.iter().find(|entry| entry.is_named(id)) else {
            return if *listing == Listing::Denied { None } else { unlisted(listing, id, region) };
        };
        // A region and a way that stays there, both named, say where to; a way to anywhere does not.
        if let Some(kept) = self.kept_away.filter(|_| entry.reach.residency() == Residency::Any) {
            return Some(Stuck {
                message: format!("`{id}` {}; what is pinned now keeps requests in {}", entry.reach, kept.place()),
                hint: format!("if that is to change, say so: `--residency {}`", entry.reach.residency().name()),
                mended_by: &[Topic::Model, Topic::Region],
            });
        }
        let residency = self.residency.filter(|residency| !residency.admits(&entry.reach))?;
        Some(Stuck {
            message: format!("`{id}` {}, which `--residency {}` does not allow", entry.reach, residency.name()),
            hint: "choose another way to the model, or another residency".into(),
            mended_by: &[Topic::Model, Topic::Residency],
        })
    }

    /// Each alias pinned to the newest listed of its family, and to the main model where a family is not there, so that
    /// Claude Code never guesses an id. A pin of an adopted configuration stays while it is listed.
    pub(super) fn pinning(&self, main: &str) -> Pinning {
        let named = [main.to_owned()];
        let theirs: Vec<(&'static str, String)> = vars::FAMILY_PINS
            .iter()
            .filter_map(|(family, name)| Some((*family, self.adopted?.pin(name)?.to_owned())))
            .filter(|(_, id)| !self.entries.iter().any(|entry| entry.is_named(id) && self.is_silent_now(entry)))
            .collect();
        let is_usable = |entry: &Entry| self.is_usable(entry);
        let residency = self.kept_by(main);
        let wanted =
            Wanted { entries: &self.entries, residency, named: &named, current: &theirs, is_usable: &is_usable };
        let aliases = || vars::FAMILY_PINS.map(|(_, name)| (name, main.to_owned())).to_vec();
        wanted.pinning().unwrap_or_else(|| Pinning { main: main.to_owned(), aliases: aliases() })
    }

    /// The family of an id: AWS's word for it, else what its name says.
    pub(super) fn family_of(&self, id: &str) -> Option<String> {
        let wanted = Wanted { entries: &self.entries, residency: None, named: &[], current: &[], is_usable: &|_| true };
        wanted.family_of(id)
    }

    /// Where requests are kept with this main model.
    pub(super) fn kept_by(&self, main: &str) -> Option<Residency> {
        self.residency.or_else(|| pins::kept_residency(&self.entries, &[(pins::MAIN, main.to_owned())]))
    }

    /// What goes beside the pins.
    pub(super) fn companions(&self, pinning: &Pinning, region: &str, rivals: &[Rival]) -> Vec<Wish> {
        pinning.companions(&self.entries, region, &self.listed, rivals)
    }

    fn admitted(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| self.residency.is_none_or(|residency| residency.admits(&entry.reach)))
    }

    /// What was chosen before while it is still there and does not fail to answer now; else the newest Sonnet, the family between the dear and the small.
    fn recommended(&self) -> Option<&Entry> {
        let configured = self.configured.and_then(|id| self.admitted().find(|entry| entry.is_named(id)));
        if let Some(entry) = configured.filter(|entry| !self.is_silent_now(entry)) {
            return Some(entry);
        }
        let is_usable = |entry: &Entry| self.is_usable(entry);
        let wanted = Wanted {
            entries: &self.entries,
            residency: self.residency,
            named: &[],
            current: &[],
            is_usable: &is_usable,
        };
        let main = wanted.pinning()?.main;
        self.entries.iter().find(|entry| entry.pin() == main)
    }

    fn is_usable(&self, entry: &Entry) -> bool {
        let is_stopped = self.proof(entry).is_some_and(|proof| proof.status == Status::Stopped);
        !is_stopped && !self.is_silent_now(entry)
    }

    /// Whether it was asked just now and did not answer, for whatever reason.
    fn is_silent_now(&self, entry: &Entry) -> bool {
        self.proof(entry).is_some_and(|proof| !proof.is_usable() && self.asked_now.contains(&proof.id))
    }

    fn proof(&self, entry: &Entry) -> Option<&Proof> {
        self.proofs.of(&[&entry.id, &entry.arn])
    }

    /// Where its traffic goes, how long it will live, and how it answered when it was last asked; for an opaque ARN
    /// its name comes first.
    fn about(&self, entry: &Entry) -> String {
        let name = (entry.kind == Kind::Application).then(|| entry.name.clone());
        let reach = (!matches!(entry.reach, Reach::Unknown(_))).then(|| entry.reach.to_string());
        let known: Vec<String> = [name, reach, life(entry, self.now)].into_iter().flatten().collect();
        let known = if known.is_empty() { entry.name.clone() } else { known.join(", ") };
        match self.proof(entry) {
            Some(proof) => format!("{known}; {}", proof.words()),
            None => known,
        }
    }
}

/// What is to be said of a model that is on its way out.
fn life(entry: &Entry, now: Timestamp) -> Option<String> {
    let until = entry.lifecycle.end_of_life_at.map(|end| end.strftime("%Y-%m-%d"));
    match (entry.stage(now), until) {
        ("end-of-life", Some(end)) => Some(format!("ended on {end}")),
        ("legacy", Some(end)) => Some(format!("legacy, ends on {end}")),
        ("legacy", None) => Some("legacy".to_owned()),
        _ => None,
    }
}

fn said_of(residency: Residency, reach: &Reach) -> String {
    match residency {
        Residency::Any => "wherever AWS has room: the most capacity".to_owned(),
        _ => format!("{reach}, whatever happens"),
    }
}

/// A model that Bedrock does not list, told in the words of the user; ARNs are looked up one by one elsewhere.
fn unlisted(listing: &Listing, id: &str, region: &str) -> Option<Stuck> {
    let listed = listing.profiles();
    if id.starts_with("arn:") || listed.iter().any(|profile| profile.id == id) {
        return None;
    }
    let near: Vec<&str> = listed
        .iter()
        .filter(|profile| profile.id.contains(id) || profile.id.ends_with(id.rsplit('.').next().unwrap_or(id)))
        .map(|profile| profile.id.as_str())
        .take(4)
        .collect();
    let meant = slip::meant(id, listed.iter().map(|profile| profile.id.as_str()));
    let hint = match (near.as_slice(), meant) {
        ([], Some(meant)) => format!("did you mean `{meant}`?"),
        ([], None) => "run `claude-bedrock setup` without `--model` to choose from those listed".to_owned(),
        (near, _) => format!("listed there: {}", near.join(", ")),
    };
    let message = format!("Bedrock lists no inference profile `{id}` in {region}");
    Some(Stuck { message, hint, mended_by: &[Topic::Model, Topic::Region] })
}
