//! The program, run against an AWS account in a process and against the real clients.

mod aws_file;
#[path = "../clients/mod.rs"]
mod clients;
mod crash;
mod credentials;
mod diagnose;
mod early_end;
mod env;
mod explain;
mod first_contact;
mod harness;
mod helpers;
mod hook;
mod hostile_files;
mod hostile_storm;
mod kill;
mod models;
mod network;
mod new_profile;
mod odd_files;
mod original;
mod partitions;
mod plugin;
mod policy;
mod preferences;
mod profiles;
mod recordings;
mod regions;
mod reset;
mod schema;
mod secrets;
mod session;
mod setup;
mod sign_in;
mod sign_in_storm;
mod silence;
mod status;
mod statusline;
mod storm;
#[path = "../terminal/mod.rs"]
mod terminal;
mod trouble;
