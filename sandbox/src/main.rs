//! `aws-sandbox`: runs a command where AWS is an account in one process.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use aws_sandbox::program::{self, Cli, Failure};
use clap::Parser;

fn main() -> ExitCode {
    match program::run(Cli::parse()) {
        Ok(code) => code,
        Err(Failure::Usage(error)) => {
            // Nobody is left to tell when stderr is closed.
            let _ = error.print();
            ExitCode::from(2)
        }
        Err(failure) => {
            let _ = writeln!(io::stderr(), "aws-sandbox: {failure}");
            ExitCode::FAILURE
        }
    }
}
