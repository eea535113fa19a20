//! What accounts have used of their quotas, and AWS's words when there is no more.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use crate::{
    account::{Member, Quota, QuotaUnit, glob},
    request::Refusal,
};

/// Amounts used, by account, region and quota code, each with the window it is of.
#[derive(Debug, Default)]
pub(crate) struct Usage(Mutex<HashMap<(String, String, String), (i64, u64)>>);

impl Usage {
    /// Takes a request's tokens from all quotas it falls under, or from none of them.
    ///
    /// As on AWS, what an answer may have at most is taken at the start.
    pub(crate) fn take(
        &self,
        member: &Member,
        region: &str,
        model: &str,
        tokens: u64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        for (quota, unit) in member.quotas.iter().filter_map(|quota| applies(quota, region, model)) {
            let window = now.as_second() / unit.seconds();
            let amount = if unit == QuotaUnit::RequestsPerMinute { 1 } else { tokens };
            let key = (member.id.clone(), region.to_owned(), quota.code.clone());
            let before = used.get(&key).filter(|(of, _)| *of == window).map_or(0, |(_, amount)| *amount);
            let after = before.saturating_add(amount);
            #[expect(clippy::cast_precision_loss, reason = "quotas are far below 2^52")]
            if after as f64 > quota.value {
                return Err(Refusal::new(429, "ThrottlingException", unit.exhausted()));
            }
            taken.push((key, (window, after)));
        }
        used.extend(taken);
        Ok(())
    }
}

impl QuotaUnit {
    const fn seconds(self) -> i64 {
        match self {
            Self::TokensPerMinute | Self::RequestsPerMinute => 60,
            Self::TokensPerDay => 86_400,
        }
    }

    const fn exhausted(self) -> &'static str {
        match self {
            Self::TokensPerMinute => "Too many tokens, please wait before trying again.",
            Self::TokensPerDay => "Too many tokens per day, please wait before trying again.",
            Self::RequestsPerMinute => "Too many requests, please wait before trying again.",
        }
    }
}

fn applies<'a>(quota: &'a Quota, region: &str, model: &str) -> Option<(&'a Quota, QuotaUnit)> {
    let here = quota.region.as_ref().is_none_or(|of| of == region);
    let models = quota.models.as_ref()?;
    (here && glob(models, model)).then_some((quota, quota.unit?))
}
