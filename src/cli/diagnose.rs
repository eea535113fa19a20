//! The file of `diagnose --report`.

use std::path::PathBuf;

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
pub(super) fn parse_report_file(text: &str) -> Result<ReportFile, String> {
    let path = PathBuf::from(text);
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    let form = match end.as_str() {
        "md" => ReportForm::Markdown,
        "html" => ReportForm::Html,
        _ => return Err("a report is Markdown or a page: its name has to end in `.md` or `.html`".into()),
    };
    Ok(ReportFile { path, form })
}
