//! The command line of `diagnose`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// Options of `diagnose`
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("agreeable").args(["fix", "probe", "report"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct DiagnoseArgs {
    /// Look from files alone, without the network
    #[arg(long, conflicts_with = "probe")]
    pub offline: bool,
    /// Look for these failure modes or families alone, such as `A04` or `A,M02`
    #[arg(long, value_name = "ID|FAMILY", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<String>,
    /// Also ask every model Claude Code would use for one token, which is billed; you are asked first
    #[arg(long)]
    pub probe: bool,
    /// Mend what can be mended here, asking where it is more than a slip, and look again
    #[arg(long)]
    pub fix: bool,
    /// Also write a support bundle to attach to a ticket, without names and secrets: `.md` or `.html`
    #[arg(long, value_name = "FILE", value_parser = parse_report_file)]
    pub report: Option<ReportFile>,
    /// Do not ask before mending or before a probe; write the report over a file that is no report
    #[arg(long, short, requires = "agreeable")]
    pub yes: bool,
}

/// A file for a report, and the form its name asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// The file.
    pub path: PathBuf,
    /// What goes into it.
    pub form: ReportForm,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// `.md`
    Markdown,
    /// `.html`
    Html,
}

/// Reads the form from the end of a file's name.
///
/// # Errors
/// That it tells none.
fn parse_report_file(text: &str) -> Result<ReportFile, String> {
    let path = PathBuf::from(text);
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    let form = match end.as_str() {
        "md" => ReportForm::Markdown,
        "html" => ReportForm::Html,
        _ => return Err("a report is Markdown or a page: its name has to end in `.md` or `.html`".into()),
    };
    Ok(ReportFile { path, form })
}
