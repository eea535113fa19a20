//! Names and values in two columns, each value with where it comes from; on a narrow terminal one below the other.

use std::fmt::Write;
use std::path::Path;

use anstyle::Style;

use crate::apply::shortened;
use crate::settings::scope::{Found, Source};
use crate::ui::wrap::{parted, width_of, wrapped};
use crate::ui::{DIM, styled};

use super::human::HIDDEN;

/// The columns of a name and the margin before it.
const NAME_WIDTH: usize = 20;
const MARGIN: usize = 2;

/// From here on a long word stays whole, so that it can be searched for and copied.
const WIDE: usize = 100;

/// Below this a column of names leaves no room for values.
const NARROW: usize = 60;

/// A report that grows row by row.
pub(super) struct Sheet<'a> {
    pub(super) text: String,
    pub(super) home: Option<&'a Path>,
    width: usize,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(home: Option<&'a Path>, width: usize) -> Self {
        Self { text: String::new(), home, width }
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it stands.
    pub(super) fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}");
    }

    /// A sentence over the whole width.
    pub(super) fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}", wrapped(text, self.width, MARGIN));
    }

    /// Something secondary, on lines of its own.
    pub(super) fn aside(&mut self, margin: usize, text: &str) {
        for line in self.broken(text, margin) {
            let _ = writeln!(self.text, "{:margin$}{}", "", styled(DIM, &line));
        }
    }

    /// What is said of a value, below it.
    pub(super) fn below(&mut self, style: Style, text: &str) {
        let margin = self.value_margin();
        for line in self.broken(text, margin) {
            let _ = writeln!(self.text, "{:margin$}{}", "", styled(style, &line));
        }
    }

    fn value_margin(&self) -> usize {
        if self.width < NARROW { 2 * MARGIN } else { MARGIN + NAME_WIDTH }
    }

    /// A name and a value.
    pub(super) fn fact(&mut self, name: &str, value: &str) {
        self.row(name, value, None, false);
    }

    /// A name, a value, where the value comes from and what it hides.
    pub(super) fn row(&mut self, name: &str, value: &str, found: Option<&Found>, hides_rivals: bool) {
        let margin = self.value_margin();
        if self.width < NARROW {
            let _ = writeln!(self.text, "{:MARGIN$}{name}", "");
        } else {
            let _ = write!(self.text, "{:MARGIN$}{name:NAME_WIDTH$}", "");
        }
        let lines = self.broken(value, margin);
        let first = if self.width < NARROW { margin } else { 0 };
        for (at, line) in lines.iter().enumerate() {
            let _ = write!(self.text, "{:1$}{line}", "", if at == 0 { first } else { margin });
            if at + 1 < lines.len() {
                self.text.push('\n');
            }
        }
        let column = margin + lines.last().map_or(0, |line| width_of(line));
        let source = found.and_then(|found| source_words(&found.source, self.home));
        match source.map(|words| format!("from {words}")) {
            Some(words) if column + 2 + width_of(&words) <= self.width => {
                let _ = writeln!(self.text, "  {}", styled(DIM, &words));
            }
            Some(words) => {
                self.text.push('\n');
                self.aside(margin, &words);
            }
            None => self.text.push('\n'),
        }
        if let Some(found) = found {
            self.overrides(margin, found, hides_rivals);
        }
    }

    /// What a value hides.
    pub(super) fn overrides(&mut self, margin: usize, found: &Found, hides_values: bool) {
        // One that says the same gives way to nothing.
        for (value, source) in found.overrides.iter().filter(|(value, _)| *value != found.value) {
            let value = if hides_values { HIDDEN } else { value };
            let words = source_words(source, self.home).unwrap_or_else(|| "the default".into());
            self.aside(margin, &format!("overrides {value} from {words}"));
        }
    }

    /// A text in lines that fit beside a margin: broken between words, and a word too long for a line at the signs
    /// that part an ARN or a path.
    fn broken(&self, text: &str, margin: usize) -> Vec<String> {
        let room = self.width.saturating_sub(margin).max(8);
        let lines = wrapped(text, room, 0);
        let lines = lines.split('\n');
        if self.width >= WIDE {
            return lines.map(str::to_owned).collect();
        }
        // A style around a line must not be torn.
        let whole = |line: &&str| width_of(line) <= room || line.contains('\u{1b}');
        lines.flat_map(|line| if whole(&line) { vec![line.to_owned()] } else { parted(line, room) }).collect()
    }
}

/// A source in words; `None` where nobody said so.
pub(super) fn source_words(source: &Source, home: Option<&Path>) -> Option<String> {
    match source {
        Source::Settings { scope, path, line } => {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            Some(format!("{}{line} ({scope} settings)", shortened(path, home)))
        }
        Source::Variable(name) if name.starts_with("--") => Some(name.clone()),
        Source::Variable(name) => Some(format!("the variable {name}")),
        Source::AwsFile { path, line } => Some(format!("{}:{line}", shortened(path, home))),
        Source::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::scope::Scope;

    fn sheet(width: usize) -> String {
        let source =
            Source::Settings { scope: Scope::User, path: "/home/ada/.claude/settings.json".into(), line: Some(4) };
        let overrides = vec![("eu-west-1".to_owned(), Source::Variable("AWS_REGION".into()))];
        let found = Found { value: "us-west-2".into(), source, overrides };
        let mut sheet = Sheet::new(Some(Path::new("/home/ada")), width);
        sheet.row("region", &found.value, Some(&found), false);
        sheet.fact("principal", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_3a8b/ada");
        anstream::adapter::strip_str(&sheet.text).to_string()
    }

    #[test]
    fn a_source_stands_beside_its_value_where_both_fit() {
        insta::assert_snapshot!(sheet(110), @"
          region              us-west-2  from ~/.claude/settings.json:4 (user settings)
                              overrides eu-west-1 from the variable AWS_REGION
          principal           arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_BedrockDeveloper_3a8b/ada
        ");
    }

    #[test]
    fn at_sixty_columns_it_stands_below() {
        insta::assert_snapshot!(sheet(60), @"
          region              us-west-2
                              from ~/.claude/settings.json:4 (user
                              settings)
                              overrides eu-west-1 from the variable
                              AWS_REGION
          principal           arn:aws:sts::111122223333:
                              assumed-role/AWSReservedSSO_
                              BedrockDeveloper_3a8b/ada
        ");
    }

    #[test]
    fn at_forty_columns_everything_is_below_its_name() {
        insta::assert_snapshot!(sheet(40), @"
          region
            us-west-2
            from ~/.claude/settings.json:4 (user
            settings)
            overrides eu-west-1 from the
            variable AWS_REGION
          principal
            arn:aws:sts::111122223333:
            assumed-role/AWSReservedSSO_
            BedrockDeveloper_3a8b/ada
        ");
    }
}
