//! An AWS account in one process.
//!
//! A [`Sandbox`] serves the parts of AWS that Claude Code on Amazon Bedrock needs, in AWS's wire
//! formats, on a loopback port: IAM Identity Center's OIDC service and access portal, the
//! Security Token Service, Sign-In for `aws login`, Service Quotas, and Bedrock's control and data
//! planes. Signatures are verified, what is issued expires, and permissions are checked. What
//! there is to find, [`Account`] says; what goes wrong, [`Fault`] does.

pub mod account;
mod approvals;
mod authentication;
mod catalogue;
mod changes;
mod clock;
mod cloud;
mod control;
mod environment;
mod eventstream;
mod exchange;
mod fault;
mod furnish;
mod html;
mod log;
mod principal;
mod process;
pub mod program;
mod recording;
mod request;
mod server;
mod services;
mod sigv4;
mod tokens;
mod usage;

pub use self::{
    account::{Account, AccountError},
    fault::{Fault, FaultAnswer, FaultEffect},
    log::Entry,
    server::{Options, Sandbox},
};
