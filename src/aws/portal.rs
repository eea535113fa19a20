//! The AWS access portal: which accounts and permission sets a signed-in person has.

use std::cell::Cell;
use std::time::Duration;

use aws_sdk_sso::Client;
use aws_smithy_types::retry::RetryConfig;
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep_until};

use crate::aws::call::retry::{self, Repeat};
use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::network;
use crate::aws::profile::{ProfileFiles, ProfileKind, SsoProfile};
use crate::aws::session::Token;
use crate::world::World;

const SERVICE: &str = "the AWS access portal";

/// The least time between two calls: the portal takes 20 a second of an account, and others ask it too.
const PACE: Duration = Duration::from_millis(65);

/// How many accounts or permission sets are asked for at a time.
const PAGE: i32 = 100;

/// An account someone has access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its twelve digits.
    pub id: String,
    /// Its name, where the portal tells it.
    pub name: Option<String>,
}

/// The portal, as one signed-in person sees it.
#[derive(Debug)]
pub struct Portal<'a> {
    client: Client,
    token: &'a Token,
    /// When the next call may go out.
    next_call: Cell<Option<Instant>>,
}

impl<'a> Portal<'a> {
    /// A view of the portal; nothing is sent yet.
    #[must_use]
    pub fn new(world: &World, files: &ProfileFiles, sso: &SsoProfile, token: &'a Token) -> Self {
        let profile = files.profiles().find(|profile| match profile.kind(files) {
            ProfileKind::Sso(other) | ProfileKind::LegacySso(other) => other.token_cache_key == sso.token_cache_key,
            _ => false,
        });
        let profile = profile.map(|profile| profile.name.as_str());
        let endpoint = endpoint::configured(world, files, profile, Service::Sso);
        let config =
            client_config!(aws_sdk_sso, network::client_for_sign_ins(world, files, profile), &sso.region, endpoint)
                .retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), token, next_call: Cell::new(None) }
    }

    /// Every account, page after page, sorted by name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn accounts(&self) -> Result<Vec<Account>, CallError> {
        let bearer = self.token.bearer().expose_secret();
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let asked = next.clone();
            let page = self.client.list_accounts().access_token(bearer).max_results(PAGE).set_next_token(next);
            let page = retry::ask(Repeat::AnsweredOrLost, || self.at_its_time(page.clone().send())).await;
            let page = page.map_err(|error| call::error(SERVICE, &error))?;
            found.extend(page.account_list.unwrap_or_default().into_iter().filter_map(|account| {
                Some(Account { id: account.account_id?, name: account.account_name.filter(|name| !name.is_empty()) })
            }));
            next = following(asked.as_deref(), page.next_token);
            if next.is_none() {
                break;
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
        Ok(found)
    }

    /// Ends the sign-in on the server.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn log_out(&self) -> Result<(), CallError> {
        let request = self.client.logout().access_token(self.token.bearer().expose_secret());
        request.send().await.map(drop).map_err(|error| call::error(SERVICE, &error))
    }

    /// The permission sets someone has in an account, by name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn roles(&self, account: &str) -> Result<Vec<String>, CallError> {
        let bearer = self.token.bearer().expose_secret();
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let asked = next.clone();
            let page = self.client.list_account_roles().account_id(account).access_token(bearer);
            let page = page.max_results(PAGE).set_next_token(next);
            let page = retry::ask(Repeat::AnsweredOrLost, || self.at_its_time(page.clone().send())).await;
            let page = page.map_err(|error| call::error(SERVICE, &error))?;
            found.extend(page.role_list.unwrap_or_default().into_iter().filter_map(|role| role.role_name));
            next = following(asked.as_deref(), page.next_token);
            if next.is_none() {
                break;
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Holds a call back until its time has come.
    async fn at_its_time<F: Future>(&self, call: F) -> F::Output {
        let now = Instant::now();
        let time = self.next_call.get().map_or(now, |time| time.max(now));
        self.next_call.set(Some(time + PACE));
        sleep_until(time).await;
        call.await
    }
}

/// The token of the page that follows; none behind the last one, and none that leads to the page it came with.
fn following(asked: Option<&str>, next: Option<String>) -> Option<String> {
    next.filter(|next| !next.is_empty() && Some(next.as_str()) != asked)
}
