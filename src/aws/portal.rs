//! The AWS access portal: which accounts and permission sets a signed-in person has.

use aws_sdk_sso::Client;
use secrecy::ExposeSecret;

use crate::aws::call::{self, CallError, client_config};
use crate::aws::endpoint::{self, Service};
use crate::aws::profile::{ProfileFiles, SsoProfile};
use crate::aws::session::Token;
use crate::world::World;

const SERVICE: &str = "the AWS access portal";

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
}

impl<'a> Portal<'a> {
    /// A view of the portal; nothing is sent yet.
    #[must_use]
    pub fn new(world: &World, files: &ProfileFiles, sso: &SsoProfile, token: &'a Token) -> Self {
        let endpoint = endpoint::configured(world, files, None, Service::Sso);
        let config = client_config!(aws_sdk_sso, world, &sso.region, endpoint);
        Self { client: Client::from_conf(config.build()), token }
    }

    /// Every account, page after page, sorted by name.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn accounts(&self) -> Result<Vec<Account>, CallError> {
        let request = self.client.list_accounts().access_token(self.token.bearer().expose_secret());
        let mut pages = request.into_paginator().page_size(100).send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call::error(SERVICE, &error))?;
            found.extend(page.account_list.unwrap_or_default().into_iter().filter_map(|account| {
                Some(Account { id: account.account_id?, name: account.account_name.filter(|name| !name.is_empty()) })
            }));
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
        let request = self.client.list_account_roles().account_id(account);
        let request = request.access_token(self.token.bearer().expose_secret());
        let mut pages = request.into_paginator().page_size(100).send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call::error(SERVICE, &error))?;
            found.extend(page.role_list.unwrap_or_default().into_iter().filter_map(|role| role.role_name));
        }
        found.sort_unstable();
        Ok(found)
    }
}
