//! Proven with the real clients, each in a network namespace that holds nothing but loopback.

mod aws_cli;
mod claude_code;
mod helpers;
mod identity;
pub(crate) mod machine;
mod oracle;
mod plugin;
mod policy;
mod profiles;
mod region_data;
mod staying_signed_in;
