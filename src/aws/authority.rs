//! What makes Bedrock believe a request: a signature, or a key that is shown.

use secrecy::SecretString;

use crate::aws::credentials::Credentials;

/// What a request to Bedrock is made with.
#[derive(Debug, Clone)]
pub enum Authority {
    /// Keys that sign it.
    Keys(Credentials),
    /// A Bedrock API key, which is shown (`Authorization: Bearer`).
    ApiKey(SecretString),
}
