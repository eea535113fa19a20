//! What accounts change about themselves while the sandbox runs; it ends with the process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use crate::account::{AgreementStatus, ApplicationProfile, DataRetention, Member, UseCaseForm, glob};

/// The changes, by account id.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<HashMap<String, Change>>);

/// What one account has changed.
#[derive(Debug, Default)]
pub(crate) struct Change {
    created: Vec<ApplicationProfile>,
    deleted: HashSet<String>,
    /// Requests to make a profile that were carried out, by their token, and the id made.
    pub(crate) requests: HashMap<String, (serde_json::Value, String)>,
    pub(crate) use_case_form: Option<Vec<u8>>,
    pub(crate) agreements: HashMap<String, AgreementStatus>,
    pub(crate) data_retention: Option<(DataRetention, Timestamp)>,
}

impl Changes {
    /// The account's changes, for as long as the guard lives.
    pub(crate) fn of<T>(&self, account_id: &str, look: impl FnOnce(&mut Change) -> T) -> T {
        let mut all: MutexGuard<'_, _> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        look(all.entry(account_id.to_owned()).or_default())
    }

    /// The application inference profiles the account has now.
    pub(crate) fn profiles(&self, member: &Member) -> Vec<ApplicationProfile> {
        self.of(&member.id, |change| {
            let all = member.inference_profiles.iter().chain(&change.created);
            all.filter(|profile| !change.deleted.contains(&profile.id)).cloned().collect()
        })
    }

    /// Whether the use-case form has been handed in.
    pub(crate) fn has_form(&self, member: &Member) -> bool {
        member.gates.use_case_form == UseCaseForm::Submitted
            || self.of(&member.id, |change| change.use_case_form.is_some())
    }

    /// How far the agreement on a model has come.
    pub(crate) fn agreement(&self, member: &Member, model: &str) -> AgreementStatus {
        let changed = self.of(&member.id, |change| change.agreements.get(model).copied());
        let declared = member.gates.agreements.iter().find(|agreement| glob(&agreement.models, model));
        changed.or(declared.map(|agreement| agreement.status)).unwrap_or(AgreementStatus::Available)
    }

    /// What may be kept of prompts and answers, and since when if it was changed.
    pub(crate) fn data_retention(&self, member: &Member) -> (DataRetention, Option<Timestamp>) {
        let changed = self.of(&member.id, |change| change.data_retention);
        changed.map_or((member.gates.data_retention, None), |(mode, time)| (mode, Some(time)))
    }
}

impl Change {
    pub(crate) fn create(&mut self, profile: ApplicationProfile) {
        self.created.push(profile);
    }

    pub(crate) fn delete(&mut self, id: &str) {
        self.deleted.insert(id.to_owned());
    }
}
