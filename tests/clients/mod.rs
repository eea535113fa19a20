//! Proven with the real clients, each in a network namespace that holds nothing but loopback.

mod accounts;
mod aws_cli;
mod aws_file;
mod browser;
mod claude_code;
mod explain;
mod helpers;
mod identity;
mod interop;
pub(crate) mod machine;
mod mantle;
mod mixed_writes;
mod models;
mod oracle;
mod partitions;
mod plugin;
mod policy;
mod profiles;
mod region_data;
mod staying_signed_in;
