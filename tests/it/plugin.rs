//! The plugin's texts: every command in them runs, what they approve only reads, and their tables are ours.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use claude_bedrock::{catalogue, plugin_files, regions};
use serde_json::{Value, json};

use crate::harness::{Home, PROGRAM, Run, set_mode};

/// A text of the plugin by its path.
fn texts() -> Vec<(&'static str, &'static str)> {
    plugin_files::FILES
        .into_iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|ending| ending == "md"))
        .collect()
}

/// The lines of a text's fenced commands.
fn commands(text: &str) -> Vec<&str> {
    let fences = text.split("```bash\n").skip(1);
    fences.flat_map(|rest| rest.split("```").next().unwrap_or_default().lines()).collect()
}

/// What a text lets Claude Code run unasked.
fn allowed(text: &str) -> Vec<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix("allowed-tools: ")).unwrap_or_default();
    line.split(", ").filter(|tool| !tool.is_empty()).collect()
}

#[test]
fn every_command_in_the_texts_runs() {
    let mut ran = BTreeSet::new();
    for (path, text) in texts() {
        let home = Home::new();
        home.run(["setup", "--yes", "--profile", "work"]).success();
        for command in commands(text) {
            let output = home.command("sh").args(["-c", command]).output().expect("a shell");
            let errors = String::from_utf8_lossy(&output.stderr);
            // A diagnosis that found something is an answer, too.
            let codes: &[i32] = if command.contains(" diagnose ") { &[0, 1] } else { &[0] };
            assert!(codes.contains(&output.status.code().unwrap_or(-1)), "{path}: {command}\n{errors}");
            if command.contains("--json") {
                assert!(is_object(&output.stdout), "{path}: {command} answers as JSON");
            }
            ran.insert(command);
        }
    }
    assert!(ran.len() >= 10, "{ran:?}");
}

/// What a user, or who wrote a file or a model's name, might say where a text has an example.
fn hostile_words() -> Vec<String> {
    let words = [
        "$(touch pwned)",
        "`touch pwned`",
        "x'; touch pwned; '",
        "x\"; touch pwned; \"",
        "x\ntouch pwned\n",
        "\"}, {\"profile\": \"work\"}",
        "x\\",
        "--yes",
        "--auto",
        "../../../etc/passwd",
        "\u{1b}]0;x\u{7}\u{202e}",
        "",
    ];
    words.into_iter().map(str::to_owned).chain([" x".repeat(15_000)]).collect()
}

/// A command of a text, once for each of its examples with that one replaced, quoted as the texts tell.
fn with_words(command: &str, hostile: &str) -> Vec<String> {
    let words = shlex::split(command).expect("words");
    let mut lines = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let mut with = |replaced: String| {
            let mut words = words.clone();
            words[at] = replaced;
            let quoted = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''")));
            lines.push(quoted.collect::<Vec<_>>().join(" "));
        };
        if let Ok(Value::Object(answers)) = serde_json::from_str(word) {
            for key in answers.keys() {
                let mut answers = answers.clone();
                answers[key] = hostile.into();
                with(Value::from(answers).to_string());
            }
        } else if word.starts_with("us.") || word == "O02" || word == "work" {
            with(hostile.to_owned());
        }
    }
    lines
}

#[test]
fn whatever_a_user_says_to_a_command_is_data() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let before = home.files();
    let mut tried = BTreeSet::new();
    for (path, text) in texts() {
        for command in commands(text) {
            for line in hostile_words().iter().flat_map(|hostile| with_words(command, hostile)) {
                tried.insert(command);
                let output = home.command("sh").args(["-c", &line]).output().expect("a shell");
                let said = String::from_utf8_lossy(&output.stderr);
                let shown: String = line.chars().take(200).collect();
                assert!(matches!(output.status.code(), Some(0..=3)), "{path}: {shown}\n{said}");
                assert!(output.stdout.is_empty() || is_object(&output.stdout), "{path}: {shown}\n{said}");
                assert!(home.files() == before, "{path}: {shown}\n{said}");
            }
        }
    }
    assert!(tried.len() >= 4, "{tried:?}");
}

#[test]
fn whatever_stands_in_the_files_is_data() {
    let hostile = "x\"; touch pwned; '$(touch pwned)` \u{7}";
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work", "--identity", "shared"]).success();
    let mut settings = home.settings_json();
    for name in ["AWS_PROFILE", "ANTHROPIC_MODEL", "AWS_REGION"] {
        settings["env"][name] = hostile.into();
    }
    home.write(".claude/settings.json", settings.to_string());
    let config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    home.write(".aws/config", config + "\n[profile x\"; touch pwned; '$(touch pwned)]\nregion = us-west-2\n");
    let reading = texts().into_iter().flat_map(|(_, text)| commands(text));
    // What writes may change the settings; all of it may say nothing but JSON, and do nothing that a name says.
    for command in reading.filter(|command| command.contains("--json")) {
        let output = home.command("sh").args(["-c", command]).output().expect("a shell");
        assert!(matches!(output.status.code(), Some(0..=3)), "{command}: {output:?}");
        assert!(output.stdout.is_empty() || is_object(&output.stdout), "{command}: {output:?}");
    }
    let names = fs_err::read_dir(home.working_directory()).expect("a folder");
    assert_eq!(names.count(), 0);
}

/// So many profiles with such names that what is said of all of them is megabytes.
fn crowd(home: &Home) -> usize {
    let mut config = String::from_utf8(home.read(".aws/config")).expect("UTF-8");
    let name = ";$(touch${IFS}pwned)&`touch${IFS}pwned`|{a:1}\\n<b>".repeat(24);
    let many = 800;
    for number in 0..many {
        let _ = write!(
            config,
            "[profile p{number:03}{name}]\nregion = us-west-2\nsso_session = work\nsso_account_id = 111122223333\n\
             sso_role_name = R$(touch pwned)\"'\n",
        );
    }
    home.write(".aws/config", config);
    many
}

/// Claude Code shows a model 30,000 characters of what a command prints, and of more only the beginning.
#[test]
fn what_is_said_of_hundreds_of_hostile_profiles_is_json_and_no_more_than_claude_code_shows() {
    let home = Home::new();
    home.run(["setup", "--yes", "--profile", "work"]).success();
    let many = crowd(&home);
    let texts = texts().into_iter().filter(|(path, _)| !path.ends_with("models.md"));
    let reading = texts.flat_map(|(_, text)| commands(text)).filter(|command| command.contains("--json"));
    for command in reading.collect::<BTreeSet<_>>() {
        let output = home.command("sh").args(["-c", command]).output().expect("a shell");
        assert!(output.stdout.is_empty() || is_object(&output.stdout), "{command}: {output:?}");
        assert!(output.stdout.len() < 30_000, "{command} says {} bytes", output.stdout.len());
        assert!(output.stderr.len() < 30_000, "{command} says {} bytes beside", output.stderr.len());
    }
    let ask = |answers: Value| home.run(["setup", "--json", "--answers", &answers.to_string()]).json();
    let first = ask(json!({}));
    let listed = first["question"]["choices"].as_array().expect("choices").len();
    assert_eq!(first["question"]["choices"][0]["answer"], "work", "the better ones come first");
    assert_eq!(first["question"]["unlisted"], many + 1 - listed);
    let found = ask(json!({ "search": "p799 touch" }));
    let name = found["question"]["choices"][0]["answer"].as_str().expect("a name").to_owned();
    assert!(name.starts_with("p799;$(touch${IFS}pwned)&`"), "{name}");
    assert_eq!((&found["question"]["unlisted"], &found["answers"]), (&json!(many), &json!({})));
    let none = ask(json!({ "search": "p800 \u{7}$(touch pwned)" }));
    assert_eq!(none["question"]["choices"], json!([]));
    assert!(none["question"]["notes"].to_string().contains(r#"None of the 801 choices contains \"p800"#), "{none}");
    // One that is not listed is an answer all the same; what is none says so in no more words than fit.
    let chosen = ask(json!({ "profile": name }));
    assert_ne!((&chosen["state"], &chosen["question"]["topic"]), (&json!("stuck"), &json!("profile")), "{chosen}");
    let wrong = home.run(["setup", "--json", "--answers", "{\"profile\":\"nobody\"}"]);
    assert!(wrong.stdout.len() < 30_000 && wrong.stdout.contains("and 781 more"), "{}", wrong.stdout);
    // Whole, for programs that read it all.
    let all = home.run(["profiles", "--json"]).json();
    assert_eq!(all["profiles"].as_array().map(Vec::len), Some(many + 1));
    let names = fs_err::read_dir(home.working_directory()).expect("a folder");
    assert_eq!(names.count(), 0);
}

/// A `claude` that answers with empty lists, and fails where it is told to.
fn claude_failing_at(home: &Home, what: &str) -> String {
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> '{0}/asked'\ncase \"$*\" in\n  '{what}'*) echo 'no room' >&2; exit 1 ;;\n  \
         *list*) echo '[]' ;;\nesac\n",
        home.path().display()
    );
    let claude = home.write("bin/claude", script);
    set_mode(&claude, 0o700);
    format!("{}:/usr/bin:/bin", claude.parent().expect("a folder").display())
}

#[test]
fn an_installation_that_fails_leaves_nothing_and_none_is_begun_without_claude_code() {
    let home = Home::new();
    let state = home.path().join(".local/state/claude-bedrock");
    let run = |path: &str, arguments: &[&str]| -> Run {
        home.command(PROGRAM).args(arguments).env("PATH", path).output().expect("it starts").into()
    };
    let nowhere = "/usr/bin:/bin";
    let refused = run(nowhere, &["plugin", "install"]).failure(1);
    assert!(refused.contains("no `claude` on PATH"), "{refused}");
    assert!(!state.join("marketplace").exists());
    let path = claude_failing_at(&home, "plugin install");
    let failed = run(&path, &["plugin", "install"]).failure(1);
    assert!(failed.contains("no room"), "{failed}");
    assert!(!state.join("marketplace").exists());
    // What was in use before stays, for Claude Code reads the plugin from there.
    plugin_files::write(&state.join("marketplace")).expect("written");
    let _ = run(&path, &["plugin", "install"]).failure(1);
    assert!(state.join("marketplace/plugin/hooks/hooks.json").exists());
    // Without Claude Code what is left of it goes, but for what its own files name.
    let known = home.write(".claude/plugins/known_marketplaces.json", "{\"bedrock-for-claude-code\": {}}");
    let kept = run(nowhere, &["plugin", "uninstall"]).failure(1);
    assert!(kept.contains("known_marketplaces.json` names the plugin"), "{kept}");
    assert!(state.join("marketplace").exists());
    fs_err::remove_file(known).expect("there");
    let gone = run(nowhere, &["plugin", "uninstall", "--json"]).json();
    assert_eq!(gone["installed"], false);
    assert!(!state.join("marketplace").exists());
}

fn is_object(answer: &[u8]) -> bool {
    serde_json::from_slice::<Value>(answer).is_ok_and(|answer| answer.is_object())
}

#[test]
fn what_is_approved_unasked_only_reads_and_is_spelt_out() {
    for (path, text) in texts() {
        for tool in allowed(text) {
            let command = tool.strip_prefix("Bash(claude-bedrock ").and_then(|rest| rest.strip_suffix(')'));
            let command = command.unwrap_or_else(|| panic!("{path} approves {tool}"));
            let words = shlex::split(command).expect("words");
            let reads = match words[0].as_str() {
                "status" | "profiles" | "models" | "diagnose" | "regions" => !words.contains(&"--probe".to_owned()),
                "reset" => words.contains(&"--dry-run".to_owned()),
                "setup" => words[1..] == ["--json", "--answers", "{}"],
                _ => false,
            };
            assert!(reads && !command.contains(['*', ':', ';', '&', '|', '$', '`', '\n']), "{path} approves {tool}");
        }
    }
}

#[test]
fn every_slash_command_reads_before_it_asks_and_ends_with_a_way_out() {
    for (path, text) in
        texts().into_iter().filter(|(path, _)| path.contains("/commands/") || path.contains("/bedrock/"))
    {
        let description = text.lines().find_map(|line| line.strip_prefix("description: "));
        assert!(description.is_some_and(|text| !text.contains(": ")), "{path}: its description is plain YAML");
        assert!(!allowed(text).is_empty() && !commands(text).is_empty(), "{path}");
        assert!(text.contains("anual recovery") || text.contains("Manual Recovery"), "{path}");
        assert!(text.contains("program is not installed"), "{path}");
    }
}

#[test]
fn manifests_carry_the_version_and_every_file_is_in_the_program() {
    let manifest: Value = serde_json::from_str(file("plugin/.claude-plugin/plugin.json")).expect("JSON");
    assert_eq!(
        (manifest["name"].as_str(), manifest["version"].as_str()),
        (Some("bedrock"), Some(env!("CARGO_PKG_VERSION")))
    );
    let marketplace: Value = serde_json::from_str(file(".claude-plugin/marketplace.json")).expect("JSON");
    assert_eq!(marketplace["name"], plugin_files::MARKETPLACE);
    let mut found = BTreeSet::new();
    for folder in ["plugin", ".claude-plugin"] {
        collect(&root().join(folder), &mut found);
    }
    let carried: BTreeSet<PathBuf> = plugin_files::FILES.iter().map(|(path, _)| root().join(path)).collect();
    assert_eq!(found, carried);
}

#[test]
fn a_missing_program_is_one_line_and_no_hindrance_for_a_hook() {
    let home = Home::new();
    let folder = home.path().join("marketplace");
    plugin_files::write(&folder).expect("written");
    let wrapper = folder.join("plugin/bin/claude-bedrock");
    let run = |path: &str, program: &str, arguments: &[&str]| {
        let mut command = home.command("sh");
        command.arg(&wrapper).args(arguments).env("PATH", path).env("CLAUDE_BEDROCK_PROGRAM", program);
        command.output().expect("a shell")
    };
    let nowhere = "/usr/bin:/bin";
    let missing = run(nowhere, "", &["status", "--json"]);
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!((missing.status.code(), said.lines().count()), (Some(127), 1), "{said}");
    assert!(said.contains("cargo install") && said.contains("CLAUDE_BEDROCK_PROGRAM"), "{said}");
    let hook = run(nowhere, "", &["hook", "session-start"]);
    assert!(hook.status.success() && hook.stdout.is_empty() && hook.stderr.is_empty());
    let named = run(nowhere, PROGRAM, &["status", "--offline", "--json"]);
    assert!(named.status.success() && named.stdout.starts_with(b"{"));
    // Found by itself at the end of PATH, it is not called again and again.
    let own = format!("{nowhere}:{}", folder.join("plugin/bin").display());
    assert_eq!(run(&own, "", &["status"]).status.code(), Some(127));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the tables are written when asked for; the test runner's own variable")]
fn the_tables_of_the_reference_are_the_programs_own_data() {
    let path = "plugin/skills/aws-bedrock/SKILL.md";
    let text = fs_err::read_to_string(root().join(path)).expect("the reference");
    let mut regions = String::from("| Region | Place | Partition |\n|---|---|---|\n");
    for region in regions::all().iter().filter(|region| region.has_bedrock) {
        let _ = writeln!(regions, "| `{}` | {} | `{}` |", region.name, region.description, region.partition);
    }
    let mut failures = String::from("| What goes wrong | What fixes it |\n|---|---|\n");
    for mode in catalogue::all() {
        let command = mode.fix.command().map(|command| format!("`{command}`: ")).unwrap_or_default();
        let row = format!("| {} | {command}{} |", mode.title, mode.fix.text()).replace('\n', " ");
        let _ = writeln!(failures, "{row}");
    }
    let expected = with_table(&with_table(&text, "regions", &regions), "failures", &failures);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs_err::write(root().join(path), &expected).expect("written");
    } else {
        assert!(text == expected, "{path} is behind the program's data; run its test with UPDATE_DOCS=1");
    }
}

fn with_table(text: &str, name: &str, table: &str) -> String {
    let (opens, closes) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&opens).expect("its place");
    let (_, after) = rest.split_once(&closes).expect("its end");
    format!("{before}{opens}{table}{closes}{after}")
}

fn file(path: &str) -> &'static str {
    plugin_files::FILES.iter().find(|(known, _)| *known == path).expect("carried").1
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs_err::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.insert(path);
        }
    }
}
