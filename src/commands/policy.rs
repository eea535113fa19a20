//! `policy`: the least that Claude Code and this program need of IAM, made of what AWS says of the models.

mod check;
mod evidence;
mod inquiry;

use crate::aws::profile::ProfileKind;
use crate::cli::{Global, PolicyArgs, PolicyCommand, PolicyFormat};
use crate::commands::principal::OnBehalf;
use crate::error::Failure;
use crate::policy::Target;
use crate::policy::document::{self, Document};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

use self::inquiry::Inquiry;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &PolicyArgs) -> Result<(), Failure> {
    let inquiry = Inquiry::make(world, ui, global, args.models)?;
    for target in &inquiry.targets {
        if let Target::Unseen(id) = target {
            ui.warning(&format!(
                "{} may not look up `{id}`, so its regions are not known; the policy holds it by its profile alone",
                inquiry.identity.arn
            ));
        }
    }
    for note in &inquiry.notes {
        ui.warning(note);
    }
    if let Some(PolicyCommand::Check(args)) = args.command {
        return check::run(world, ui, global, &inquiry, args);
    }
    let Inquiry { statements, subject, sent, .. } = &inquiry;
    if global.json {
        let report = v1::policy::Policy::of(statements, sent);
        return ui.answer_json(&report);
    }
    ui.status(human::policy::explanation(statements, sent).trim_end());
    let whole = Document::of(statements);
    if args.format == PolicyFormat::Cloudformation {
        return ui.answer_verbatim(&document::template(statements, &subject.region));
    }
    let characters = whole.characters();
    if characters > document::LONGEST {
        ui.warning(&format!(
            "{characters} characters are more than the {} of a managed policy: make it the inline policy of a \
             permission set ({} characters), or take `--format cloudformation`, which parts it",
            document::LONGEST,
            document::LONGEST_INLINE
        ));
    }
    ui.answer_verbatim(&whole.text())
}

/// The region of the profile's sign-in, which is in the paths of the roles it gives.
fn sign_in_region(on_behalf: &OnBehalf) -> Option<String> {
    let profiles = &on_behalf.files.profiles;
    match profiles.profile(&on_behalf.who.profile)?.kind(profiles) {
        ProfileKind::Sso(sso) | ProfileKind::LegacySso(sso) => Some(sso.region),
        _ => None,
    }
}
