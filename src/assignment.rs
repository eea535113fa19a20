//! One variable in the words of a shell or of an env file, its value quoted so that the reader takes it for nothing but
//! a text. Pure.

/// Who reads the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// sh, bash, zsh.
    Sh,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// cmd.exe.
    Cmd,
    /// An env file.
    Dotenv,
}

/// A value that the reader's syntax has no words for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{syntax} cannot hold the value of {name}: it has {what} in it")]
pub struct Inexpressible {
    /// The variable.
    pub name: String,
    /// The syntax, as people call it.
    pub syntax: &'static str,
    /// What is in the way.
    pub what: &'static str,
}

/// What single quotes mean to PowerShell, besides the straight one.
const POWERSHELL_QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

impl Syntax {
    /// One line (of sh and fish: one command) that sets a variable.
    ///
    /// # Errors
    /// [`Inexpressible`].
    pub fn set(self, name: &str, value: &str) -> Result<String, Inexpressible> {
        if let Some(what) = self.obstacle(value) {
            return Err(Inexpressible { name: name.to_owned(), syntax: self.name(), what });
        }
        Ok(match self {
            Self::Sh => format!("export {name}='{}'", value.replace('\'', "'\\''")),
            Self::Fish => format!("set -gx {name} '{}';", value.replace('\\', "\\\\").replace('\'', "\\'")),
            Self::Powershell => {
                let doubled =
                    |sign: char| if POWERSHELL_QUOTES.contains(&sign) { vec![sign, sign] } else { vec![sign] };
                format!("$Env:{name} = '{}'", value.chars().flat_map(doubled).collect::<String>())
            }
            Self::Cmd => format!("set \"{name}={value}\""),
            // Docker takes quotes for a part of the value; nobody needs them around these signs.
            Self::Dotenv if !value.is_empty() && value.chars().all(is_plain) => format!("{name}={value}"),
            Self::Dotenv => format!("{name}='{value}'"),
        })
    }

    /// One line that takes a variable away; `None` where there are no words for that.
    #[must_use]
    pub fn unset(self, name: &str) -> Option<String> {
        match self {
            Self::Sh => Some(format!("unset {name}")),
            Self::Fish => Some(format!("set -e {name};")),
            Self::Powershell => Some(format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue")),
            Self::Cmd => Some(format!("set \"{name}=\"")),
            // An empty value is not the same: the AWS tools take it for a profile without a name.
            Self::Dotenv => None,
        }
    }

    /// What of a value has no words. A control character other than a line break is in no name that AWS or Claude Code
    /// knows, and would move a terminal's cursor.
    fn obstacle(self, value: &str) -> Option<&'static str> {
        let has = |signs: &[char]| value.contains(signs);
        if value.chars().any(|sign| sign.is_control() && sign != '\n') {
            return Some("a control character");
        }
        match self {
            Self::Sh | Self::Fish => None,
            _ if has(&['\n']) => Some("a line break"),
            // In a batch file `%` and in a block `!` name variables, and `"` ends the quotes.
            Self::Cmd if has(&['%']) => Some("a `%`"),
            Self::Cmd if has(&['!']) => Some("a `!`"),
            Self::Cmd if has(&['"']) => Some("a quotation mark"),
            // Readers disagree on what these mean between single quotes.
            Self::Dotenv if has(&['\'']) => Some("an apostrophe"),
            Self::Dotenv if has(&['\\']) => Some("a backslash"),
            Self::Dotenv if value.contains("${") => Some("a `${`"),
            Self::Powershell | Self::Cmd | Self::Dotenv => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::Fish => "fish",
            Self::Powershell => "PowerShell",
            Self::Cmd => "cmd.exe",
            Self::Dotenv => "an env file",
        }
    }
}

/// What every reader of env files takes for itself.
fn is_plain(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || "-_.:/,+=[]".contains(sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_reader_gets_its_own_quoting() {
        let set = |syntax: Syntax| syntax.set("N", "it's $(x) ‘q’ \\").ok();
        assert_eq!(set(Syntax::Sh).as_deref(), Some("export N='it'\\''s $(x) ‘q’ \\'"));
        assert_eq!(set(Syntax::Fish).as_deref(), Some("set -gx N 'it\\'s $(x) ‘q’ \\\\';"));
        assert_eq!(set(Syntax::Powershell).as_deref(), Some("$Env:N = 'it''s $(x) ‘‘q’’ \\'"));
        assert_eq!(set(Syntax::Cmd).as_deref(), Some("set \"N=it's $(x) ‘q’ \\\""));
        assert_eq!(set(Syntax::Dotenv), None);
        let set = |value| Syntax::Dotenv.set("N", value).ok();
        assert_eq!(set("us.anthropic.claude-x-v1:0").as_deref(), Some("N=us.anthropic.claude-x-v1:0"));
        assert_eq!(set("us.anthropic.claude-x[1m]").as_deref(), Some("N=us.anthropic.claude-x[1m]"));
        assert_eq!((set("a b").as_deref(), set("").as_deref()), (Some("N='a b'"), Some("N=''")));
        // To `set` a backslash is a sign like any other, also before the last quote.
        assert_eq!(Syntax::Cmd.set("N", "name\\").as_deref(), Ok("set \"N=name\\\""));
    }

    #[test]
    fn what_a_reader_would_misread_is_refused_with_its_reason() {
        let refusals = [
            (Syntax::Cmd, "50%", "cmd.exe cannot hold the value of N: it has a `%` in it"),
            (Syntax::Cmd, "a\"b", "cmd.exe cannot hold the value of N: it has a quotation mark in it"),
            (Syntax::Cmd, "hey!", "cmd.exe cannot hold the value of N: it has a `!` in it"),
            (Syntax::Powershell, "a\nb", "PowerShell cannot hold the value of N: it has a line break in it"),
            (Syntax::Dotenv, "${HOME}", "an env file cannot hold the value of N: it has a `${` in it"),
            (Syntax::Sh, "a\u{1b}[2J", "sh cannot hold the value of N: it has a control character in it"),
        ];
        for (syntax, value, said) in refusals {
            assert_eq!(syntax.set("N", value).expect_err("refused").to_string(), said);
        }
        assert!(Syntax::Sh.set("N", "a\nb").is_ok());
        assert_eq!(Syntax::Dotenv.unset("N"), None);
    }

    /// PowerShell's rule (`about_Quoting_Rules`, and its tokenizer): nothing is expanded between single quotes, of which
    /// it knows five; two of them side by side are one, and one ends the text. What follows is another command.
    fn read_by_powershell(line: &str) -> Option<(String, String)> {
        let (name, rest) = line.strip_prefix("$Env:")?.split_once(" = ")?;
        let is_quote = |sign: &char| ['\'', '‘', '’', '‚', '‛'].contains(sign);
        let mut signs = rest.chars().peekable();
        signs.next().filter(is_quote)?;
        let mut value = String::new();
        while let Some(sign) = signs.next() {
            if is_quote(&sign) && signs.next_if(is_quote).is_none() {
                return signs.next().is_none().then(|| (name.to_owned(), value));
            }
            value.push(sign);
        }
        None
    }

    /// cmd.exe's rules for a line of a batch file: `%` names a variable everywhere and, where delayed expansion is on,
    /// so does `!`; between quotes nothing else means anything; `set` takes what is before the last quote.
    fn read_by_cmd(line: &str) -> Option<(String, String)> {
        if line.contains(['%', '!', '\n', '\r']) {
            return None;
        }
        let quoted = line.strip_prefix("set \"")?;
        let (inside, behind) = quoted.rsplit_once('"')?;
        let (name, value) = inside.split_once('=')?;
        (behind.is_empty() && !value.contains('"')).then(|| (name.to_owned(), value.to_owned()))
    }

    proptest! {
        #[test]
        fn powershell_and_cmd_read_what_was_meant(value in "[-'\"\\\\$`!%^&|;<>(){}*?~#=+ \n‘’‚‛“éaZ0]{0,24}") {
            for (syntax, read) in [(Syntax::Powershell, read_by_powershell as fn(&str) -> _), (Syntax::Cmd, read_by_cmd)] {
                match syntax.set("N", &value) {
                    Ok(line) => prop_assert_eq!(read(&line), Some(("N".to_owned(), value.clone())), "{}", line),
                    Err(_) => prop_assert!(value.contains(['\n', '%', '!', '"']), "{:?}", value),
                }
            }
            // PowerShell has words for everything on one line.
            prop_assert_eq!(Syntax::Powershell.set("N", &value).is_err(), value.contains('\n'));
        }
    }
}
