//! What is known of the settings under "more" before anybody is asked: flags, answers, and what an earlier set-up wrote.

use std::collections::BTreeMap;

use crate::commands::target;
use crate::error::Failure;
use crate::receipt::Receipt;
use crate::settings::document::{Document, Key};
use crate::vars;
use crate::wizard::Topic;
use crate::wizard::more::{Extra, More};

use super::Setup;
use super::asker::Stop;

/// The variables whose value is the answer.
const PLAIN: [(Extra, &str); 4] = [
    (Extra::BackgroundRegion, vars::SMALL_FAST_MODEL_AWS_REGION),
    (Extra::Tier, vars::BEDROCK_SERVICE_TIER),
    (Extra::OutputTokens, vars::MAX_OUTPUT_TOKENS),
    (Extra::ThinkingTokens, vars::MAX_THINKING_TOKENS),
];

/// The switches, and the answer that each of them is.
const CACHING: [(&str, &str); 3] = [
    (vars::ENABLE_PROMPT_CACHING_1H, "1h"),
    (vars::FORCE_PROMPT_CACHING_5M, "5m"),
    (vars::DISABLE_PROMPT_CACHING, "off"),
];

impl Setup<'_> {
    /// What was given beats what an earlier set-up wrote; the rest is asked, where that is wanted.
    pub(super) fn given_more(&self) -> Result<More, Stop> {
        let (_, document) = target::read(&self.path)?;
        let receipt = self.receipts.find(&self.path).map_err(|error| Failure::failed(error.to_string()))?;
        let mut values = receipt.map(|receipt| written_earlier(&document, &receipt)).unwrap_or_default();
        values.extend(self.args.more.values());
        let mut open = self.args.more.more;
        if let Some(given) = self.asker.given() {
            for extra in Extra::ALL {
                let Some(answer) = given.answers.get(extra.name()) else { continue };
                let accepted = Topic::Extra(extra).accept(answer).map_err(|reason| refused(reason, extra))?;
                values.insert(extra, accepted);
            }
            open |= given.answers.contains_key(Topic::More.key());
        }
        Ok(More { open, asked: Vec::new(), values })
    }
}

fn refused(reason: String, extra: Extra) -> Stop {
    Stop::Failed(Failure::refused(reason), vec![extra.name().to_owned()])
}

/// The answers that an earlier set-up was given and that still stand in the file.
fn written_earlier(document: &Document, receipt: &Receipt) -> BTreeMap<Extra, String> {
    let ours = |name: &'static str| {
        let key = Key::env(name);
        let current = document.get(&key);
        let is_ours = receipt.key(&key).is_some_and(|record| record.is_ours(current.as_ref()));
        current.filter(|_| is_ours)?.as_str()
    };
    let plain = PLAIN.iter().filter_map(|(extra, name)| Some((*extra, ours(name)?)));
    let caching = CACHING.iter().filter(|(name, _)| ours(name).is_some());
    let caching = caching.map(|(_, answer)| (Extra::Caching, (*answer).to_owned()));
    plain.chain(caching).filter(|(extra, answer)| extra.accept(answer).is_ok()).collect()
}
