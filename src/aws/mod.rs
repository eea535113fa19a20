//! AWS as Claude Code sees it: profiles, the SSO token cache, credentials, identity and Bedrock.
//!
//! No type of the AWS SDK leaves this module, and nothing here builds a runtime or a TLS stack before a cached
//! answer has been ruled out.

pub mod api_key;
pub mod authority;
pub mod bedrock;
pub mod call;
pub mod credentials;
pub mod endpoint;
pub mod files;
pub mod iam;
pub mod identity;
pub mod knock;
mod network;
pub mod portal;
pub mod probe;
pub mod profile;
pub mod quotas;
pub mod reachability;
pub mod session;
pub mod sign_in;
mod signed;
