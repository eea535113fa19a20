//! Driven by keys in a real terminal, at two widths, with colour and without.

mod answers;
mod diagnose;
mod endings;
mod exit_codes;
mod lines;
mod login;
mod models;
mod new_profile;
mod others;
mod screen;
