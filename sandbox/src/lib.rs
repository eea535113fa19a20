//! An AWS account in one process.
//!
//! A [`Sandbox`] serves the parts of AWS that Claude Code on Amazon Bedrock needs, in AWS's wire
//! formats, on a loopback port: IAM Identity Center's OIDC service and access portal, the
//! Security Token Service, and Bedrock's control and data planes. Signatures are verified, what
//! is issued expires, and permissions are checked. What there is to find, [`Account`] says.

pub mod account;
mod authentication;
mod catalogue;
mod clock;
mod cloud;
mod environment;
mod eventstream;
mod furnish;
mod html;
mod log;
mod principal;
mod process;
pub mod program;
mod request;
mod server;
mod services;
mod sigv4;
mod tokens;

pub use self::{
    account::{Account, AccountError},
    log::Entry,
    server::{Options, Sandbox},
};
