//! What Service Quotas says of Bedrock's daily tokens, which tells an account without any from one that used them up.

use std::time::Duration;

use serde_json::Value;

use crate::aws::credentials::Credentials;
use crate::aws::endpoint::{self, Service};
use crate::aws::files::AwsFiles;
use crate::aws::network;
use crate::aws::signed::{self, Post};
use crate::world::World;

/// How long it may take.
const DEADLINE: Duration = Duration::from_secs(15);

/// More pages than Bedrock's quotas fill.
const MOST_PAGES: usize = 20;

/// A quota of Bedrock's.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// AWS's code, such as `L-0123ABCD`.
    pub code: String,
    /// Its name, which ends with the model's.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Whether a request can raise it.
    pub adjustable: bool,
}

impl Quota {
    /// Whether it is about a day's tokens for a model of that name.
    #[must_use]
    pub fn is_daily_for(&self, model_name: &str) -> bool {
        let name = self.name.to_lowercase();
        name.contains("tokens per day") && name.ends_with(&model_name.to_lowercase())
    }
}

/// Bedrock's quotas for the account in the region.
///
/// # Errors
/// In words, why they are not known.
pub async fn of_bedrock(
    world: &World,
    files: &AwsFiles,
    profile: &str,
    region: &str,
    credentials: &Credentials,
) -> Result<Vec<Quota>, String> {
    let connector = network::connector(world, &files.profiles, profile);
    let address = endpoint::address(world, &files.profiles, Some(profile), Service::ServiceQuotas, region);
    let read = async {
        let mut quotas = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut wanted = serde_json::json!({ "ServiceCode": "bedrock", "MaxResults": 100 });
            if let Some(token) = &token {
                wanted["NextToken"] = token.as_str().into();
            }
            let post = Post {
                address: format!("{address}/"),
                headers: vec![
                    ("content-type", "application/x-amz-json-1.1".to_owned()),
                    ("x-amz-target", "ServiceQuotasV20190624.ListServiceQuotas".to_owned()),
                ],
                body: wanted.to_string(),
                service: "servicequotas",
                region: region.to_owned(),
            };
            let mut response = post.send(&connector, credentials, world.now()).await?;
            let status = response.status();
            let body = signed::whole(&mut response).await?;
            let page: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
            if !status.is_success() {
                let message = page["message"].as_str().or_else(|| page["Message"].as_str());
                return Err(message.unwrap_or("Service Quotas refused").to_owned());
            }
            quotas.extend(page["Quotas"].as_array().into_iter().flatten().map(quota));
            token = page["NextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        Ok(quotas)
    };
    tokio::time::timeout(DEADLINE, read).await.unwrap_or_else(|_| Err("Service Quotas did not answer".to_owned()))
}

fn quota(entry: &Value) -> Quota {
    Quota {
        code: entry["QuotaCode"].as_str().unwrap_or_default().to_owned(),
        name: entry["QuotaName"].as_str().unwrap_or_default().to_owned(),
        value: entry["Value"].as_f64().unwrap_or_default(),
        adjustable: entry["Adjustable"].as_bool().unwrap_or_default(),
    }
}
