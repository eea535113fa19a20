//! Faults of helper commands.

use super::{ASK, CONFIG, Case, ERROR, EXPLAIN, HINT, Machine, SSO, WARNING, export, profile, refresh, shared, top};

pub(in crate::diagnose) fn helpers() -> Vec<Case> {
    let login = "aws sso login --profile work";
    let bin = |machine: Machine, mode: u32| {
        let path = machine.write("bin/grant.sh", "#!/bin/sh\n");
        crate::harness::set_mode(&path, mode);
        let text = shared("", &format!(", \"awsCredentialExport\": \"{}\"", path.display()));
        machine.file(".claude/settings.json", &text)
    };
    vec![
        ("R03", HINT, EXPLAIN, login, refresh(login)),
        (
            "R05",
            WARNING,
            EXPLAIN,
            "gimme-aws-creds",
            refresh("gimme-aws-creds --profile work").file("bin/gimme-aws-creds", ""),
        ),
        ("R06", WARNING, EXPLAIN, login, refresh(login).with("SSH_CONNECTION", "a b")),
        ("R07", WARNING, EXPLAIN, login, refresh(login).with("WSL_INTEROP", "/run/x")),
        ("R08", WARNING, EXPLAIN, login, refresh(login).with("VSCODE_IPC_HOOK_CLI", "/run/x")),
        ("R10", ERROR, EXPLAIN, "awslogin", refresh("awslogin work")),
        ("R11", HINT, EXPLAIN, login, refresh(login)),
        ("R12", ERROR, EXPLAIN, login, top(&format!("\"awsAuthRefresh\": \"{login}\""))),
        (
            "R13",
            ERROR,
            EXPLAIN,
            "other",
            Machine::new(
                &shared("", ", \"awsAuthRefresh\": \"aws sso login --profile other\""),
                &format!("{CONFIG}[profile other]\nregion = us-west-2\n"),
            )
            .file("bin/aws", ""),
        ),
        ("R22", HINT, EXPLAIN, "", profile(SSO).signed_in(60, "")),
        ("R25", ERROR, EXPLAIN, "./grant.sh", export("./grant.sh")),
        ("R26", ERROR, EXPLAIN, "/nowhere/grant.sh", export("/nowhere/grant.sh")),
        ("R27", ERROR, ASK, "grant.sh", bin(Machine::new("", CONFIG), 0o600)),
        ("R28", ERROR, ASK, "grant.sh", bin(Machine::new("", CONFIG), 0o777)),
    ]
}
