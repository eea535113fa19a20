//! `--report`: the support bundle as a file for the user alone, which takes no other file's place.

use std::io;
use std::path::Path;

use crate::cli::diagnose::{ReportFile, ReportForm};
use crate::draft::Draft;
use crate::error::Failure;
use crate::private_file;
use crate::report::bundle::{Bundle, MARK, html, markdown};
use crate::ui::Ui;
use crate::world::World;

/// How far into a file the mark of a report is looked for.
const MARK_WITHIN: usize = 256;

/// What stands where a report is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing.
    Free,
    /// An earlier report, or a file that the user gives up.
    Taken,
}

/// Looks whether the report may be written, before anything is observed or mended.
///
/// # Errors
/// A refusal: there is no such folder, or another file stands there.
pub(super) fn place(world: &World, file: &ReportFile, yes: bool) -> Result<Place, Failure> {
    let path = world.absolute(&file.path);
    let shown = file.path.display();
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(Failure::refused(format!("there is no folder to write `{shown}` into")));
    }
    let standing = private_file::read(&path)
        .map_err(|error| Failure::refused(format!("`{shown}` cannot take a report: {error}")))?;
    let is_report = |bytes: &Vec<u8>| {
        let beginning = &bytes[..bytes.len().min(MARK_WITHIN)];
        beginning.windows(MARK.len()).any(|window| window == MARK.as_bytes())
    };
    match standing {
        None => Ok(Place::Free),
        Some(bytes) if yes || is_report(&bytes) => Ok(Place::Taken),
        Some(_) => Err(Failure::refused(format!("`{shown}` exists already and is not a report of this program"))
            .hint("name another file, or replace it with `--yes`")),
    }
}

/// Writes the report and says so.
///
/// # Errors
/// The file system's.
pub(super) fn write(world: &World, ui: Ui, file: &ReportFile, place: Place, bundle: &Bundle) -> Result<(), Failure> {
    let text = match file.form {
        ReportForm::Markdown => markdown::page(bundle),
        ReportForm::Html => html::page(bundle),
    };
    let path = world.absolute(&file.path);
    let written = match place {
        Place::Free => settle(&path, text.as_bytes()),
        Place::Taken => private_file::write(&path, text.as_bytes()),
    };
    let shown = file.path.display();
    written.map_err(|error| Failure::failed(format!("the report could not be written to `{shown}`: {error}")))?;
    ui.status(&format!("the report is in `{shown}`; read it before you pass it on"));
    Ok(())
}

/// Takes a place only while nothing stands there.
fn settle(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = Draft::begin(path.parent().unwrap_or(Path::new(".")))?;
    draft.fill(bytes)?;
    draft.sync()?;
    draft.settle(path)
}
