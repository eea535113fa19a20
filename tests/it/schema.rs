//! What the program says as JSON, judged by its published schema.

use std::process::Command;

use serde_json::Value;

use crate::clients::machine::json_schema;
use crate::harness::Home;

const CHECK: &str = "import json, sys, jsonschema\n\
                     schema = json.load(open(sys.argv[1]))\n\
                     jsonschema.Draft202012Validator.check_schema(schema)\n\
                     for path in sys.argv[2:]: jsonschema.validate(json.load(open(path)), schema)\n";

/// Asserts that what each run prints, however it ends, is what a schema of `docs/` says.
pub(crate) fn assert_fits(home: &Home, schema: &str, runs: &[&[&str]]) {
    let Some(python) = json_schema() else { return };
    let mut paths = Vec::new();
    for (number, arguments) in runs.iter().enumerate() {
        let run = home.run(*arguments);
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(report["version"], 1);
        paths.push(home.write(&format!("report-{number}.json"), run.stdout));
    }
    let schema = format!("{}/docs/{schema}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python).args(["-c", CHECK, &schema]).args(paths).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
