//! The program beside what people use instead, and beside the aims of its speed.
//!
//! It measures what `cargo build --release --workspace` built, as a person's shell or Claude Code would start it. Runs
//! are interleaved, so that a busy moment of the machine hits all alike; medians are printed. Names behind `--` choose:
//! `cargo bench -p claude-bedrock-benches -- startup cold`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::disallowed_methods, reason = "a benchmark's own files and arguments")]

mod cold;
mod diagnose;
mod original;
mod probes;
mod regions;
mod stage;
mod startup;
mod table;
mod tls;

/// Every benchmark, and what it is called.
const BENCHMARKS: [(&str, fn()); 6] = [
    ("startup", startup::run),
    ("cold", cold::run),
    ("hook", original::hook),
    ("diagnose", diagnose::run),
    ("regions", regions::run),
    ("probes", probes::run),
];

fn main() {
    // Cargo's own `--bench` is none of the names.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for name in &wanted {
        let known = BENCHMARKS.map(|(name, _)| name);
        assert!(known.contains(&name.as_str()), "there is no benchmark `{name}`, only {}", known.join(", "));
    }
    for (name, run) in BENCHMARKS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n== {name}");
            run();
        }
    }
}
