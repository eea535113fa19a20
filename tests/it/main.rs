//! The program, run against an AWS account in a process and against the real clients.

#[path = "../clients/mod.rs"]
mod clients;
mod credentials;
mod harness;
mod hostile_files;
mod kill;
mod reset;
mod secrets;
mod setup;
mod status;
mod storm;
