//! The program, run against an AWS account in a process and against the real clients.

#[path = "../clients/mod.rs"]
mod clients;
mod credentials;
mod harness;
mod helpers;
mod reset;
mod secrets;
mod setup;
mod status;
