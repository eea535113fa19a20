//! The program's own settings file.

use crate::harness::Home;

/// The program's own settings, below the home folder.
const FILE: &str = ".config/claude-bedrock/config.toml";

#[test]
fn a_configured_browser_comes_before_the_variable() {
    let home = Home::approving();
    let browser = home.path().join("browser").display().to_string();
    home.write(FILE, format!("# mine\nbrowser = [\"{browser}\", \"%s\"]\n"));
    let home = home.env("BROWSER", "/nowhere/browser");
    let said = home.run(["login", "--profile", "work", "--browser"]).success();
    assert!(!said.contains("No browser could be started"), "{said}");
    assert_eq!(home.opened().len(), 1);
    let elsewhere = home.write("elsewhere/claude-bedrock/config.toml", "\nbrowser = \"firefox\"\n");
    let folder = home.path().join("elsewhere");
    let home = home.env("XDG_CONFIG_HOME", folder);
    let said = home.run(["login", "--profile", "work", "--browser"]).failure(2);
    assert!(said.contains(&format!("`{}` line 2: ", elsewhere.display())) && said.contains("hint:"), "{said}");
    // What is renewed silently needs no browser.
    home.shorten_token(45);
    let renewed = home.run(["refresh", "--profile", "work"]);
    assert_eq!(renewed.code, Some(0));
    assert!(renewed.stderr.contains("warning:") && renewed.stderr.contains("line 2"), "{}", renewed.stderr);
}
