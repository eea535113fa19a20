//! `models create-profile`: an inference profile of the account's own, for a cost of its own.

use crate::ask::{self, Watch};
use crate::aws::bedrock::Bedrock;
use crate::aws::call;
use crate::cli::models::CreateProfileArgs;
use crate::cli::{Global, SetupScope};
use crate::commands::target;
use crate::error::{Exit, Failure};
use crate::observe::models::Extent;
use crate::offering::{Entry, Kind};
use crate::report::v1;
use crate::ui::Ui;
use crate::world::World;

use super::Look;
use super::pin::{self, Outcome};

/// What stands when it goes no further.
const MADE: &str = "the profile was made and is not pinned";

pub(super) fn run(
    world: &World,
    ui: Ui,
    global: &Global,
    args: &CreateProfileArgs,
    watch: Watch,
) -> Result<(), Failure> {
    check_name(&args.name)?;
    check_tags(&args.tags)?;
    if args.pin {
        // Before anything is made that could not be pinned then.
        let (path, _) = pin::place(world, SetupScope::User)?;
        target::read(&path)?;
    }
    let look =
        Look::take(world, ui, global, Extent { bare_models: true, papers: false }, std::slice::from_ref(&args.from))?;
    let source = source(&look, &args.from)?;
    let taken = look.offering.entries.iter().find(|entry| entry.kind == Kind::Application && entry.name == args.name);
    if let Some(taken) = taken {
        let region = &look.who.region;
        return Err(Failure::failed(format!("an inference profile `{}` already exists in {region}", args.name))
            .hint(format!("it leads to {}: `claude-bedrock models pin {}`", taken.model_name, taken.arn))
            .hint("or take another name"));
    }
    let tags: Vec<String> = args.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tags = if tags.is_empty() { "without tags".to_owned() } else { format!("with the tags {}", tags.join(", ")) };
    ui.status(&format!(
        "An application inference profile `{}` in {} will be made of {} ({}), {tags}. Having it costs nothing; what is \
         asked through it is counted by itself.",
        args.name, look.who.region, source.id, source.reach
    ));
    if args.dry_run {
        ui.status("Nothing was made (--dry-run).");
        if global.json {
            let report = v1::models::Created::planned(&source.id);
            ui.answer_json(&report)?;
        }
        return Ok(());
    }
    if !args.yes {
        if !world.can_ask() {
            return Err(Failure::refused("there is no terminal to ask on, and nothing was made")
                .hint("run it again with `--yes`, or with `--dry-run` to see it"));
        }
        if !ask::confirm(world, ui, "Make it?", true)? {
            return Err(Failure::interrupted());
        }
    }
    // From here on it may be made, whatever key is pressed.
    drop(watch);
    let made = make(world, ui, &look, source, args)?;
    let arn = made.arn.clone();
    let from = source.id.clone();
    if let Some((key, _)) = args.tags.first() {
        ui.status(&format!(
            "Its cost is told apart from the day on that `{key}` is switched on in AWS Billing under cost allocation \
             tags, which whoever pays for the account does; it can take a day to appear there."
        ));
    }
    if !global.json {
        ui.answer(&format!("{arn}\n"))?;
    }
    let watch = ask::watch_after(ui, MADE);
    let wants_pin = args.pin || (!args.yes && !global.json && may_pin(world, ui, &made)?);
    let pinned = if wants_pin { Some(pin_it(world, ui, look, made, args.yes, watch)?) } else { None };
    match pinned {
        pinned if global.json => {
            let report = v1::models::Created::new(&arn, &from, pinned.map(|outcome| outcome.report));
            ui.answer_json(&report)
        }
        // The answer is the profile's ARN, for scripts; what was pinned is told beside it.
        Some(outcome) => {
            ui.status(outcome.text.trim_end());
            Ok(())
        }
        None => {
            ui.status(&format!("Claude Code uses it once it is pinned: `claude-bedrock models pin {arn}`"));
            Ok(())
        }
    }
}

/// What the profile is to lead to.
fn source<'a>(look: &'a Look, from: &str) -> Result<&'a Entry, Failure> {
    let source = look.offering.entries.iter().find(|entry| entry.is_named(from));
    let Some(source) = source else {
        let failure = Failure::refused(format!("Bedrock lists no `{from}` in {}", look.who.region));
        return Err(match look.near(from)[..] {
            [] => failure.hint("`claude-bedrock models --all` lists what there is"),
            ref near => failure.hint(format!("listed there: {}", near.join(", "))),
        });
    };
    if source.kind == Kind::Application {
        return Err(Failure::refused(format!("`{from}` is an application profile already"))
            .hint("name a profile of AWS's or a model; `claude-bedrock models` lists them"));
    }
    Ok(source)
}

/// Has AWS make it, and gives it as AWS would list it.
fn make(world: &World, ui: Ui, look: &Look, source: &Entry, args: &CreateProfileArgs) -> Result<Entry, Failure> {
    let who = &look.who;
    let bedrock = Bedrock::by(world, &look.files, &who.profile, &who.region, &who.authority);
    let progress = ui.progress("Asking Bedrock to make the profile…");
    let made = call::block_on(bedrock.create_inference_profile(&args.name, &source.arn, &args.tags));
    drop(progress);
    let arn = made.map_err(|error| {
        let failure = Failure::failed(format!("the profile was not made: {error}"));
        if error.is_denied() {
            failure.hint("it needs bedrock:CreateInferenceProfile, and with tags bedrock:TagResource")
        } else {
            failure
        }
    })?;
    let id = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
    Ok(Entry { id, arn, name: args.name.clone(), kind: Kind::Application, ..source.clone() })
}

/// Asks a person whether it is to be pinned as well; nobody else is asked.
fn may_pin(world: &World, ui: Ui, made: &Entry) -> Result<bool, Failure> {
    if !world.can_ask() {
        return Ok(false);
    }
    let question = format!("Pin it, as the main model and the alias `{}`?", made.model.family);
    ask::confirm(world, ui, &question, false).map_err(|failure| failure.after(MADE).hint(pin_hint(&made.arn)))
}

fn pin_hint(arn: &str) -> String {
    format!("`claude-bedrock models pin {arn}` pins it")
}

/// Pins what was made. What was made stays when that fails.
fn pin_it(world: &World, ui: Ui, mut look: Look, made: Entry, yes: bool, watch: Watch) -> Result<Outcome, Failure> {
    let arn = made.arn.clone();
    // A listing of a moment ago does not have it.
    look.offering.entries.retain(|entry| entry.arn != arn);
    look.offering.entries.insert(0, made);
    pin::made(world, ui, &arn, look, yes, watch).map_err(|failure| {
        let failure = failure.after(MADE);
        let is_told = failure.exit == Exit::Interrupted;
        let hint = pin_hint(&arn);
        failure.hint(if is_told { hint } else { format!("{MADE}; {hint}") })
    })
}

/// AWS takes a key once.
fn check_tags(tags: &[(String, String)]) -> Result<(), Failure> {
    let twice = tags.iter().enumerate().find(|(at, (key, _))| tags[..*at].iter().any(|(other, _)| other == key));
    match twice {
        Some((_, (key, _))) => {
            Err(Failure::refused(format!("the tag `{key}` is named twice"))
                .hint("a profile has one value for each tag"))
        }
        None => Ok(()),
    }
}

/// AWS's rule, said before anything is asked: letters and digits with single blanks, underscores or hyphens between.
fn check_name(name: &str) -> Result<(), Failure> {
    let parts = name.strip_suffix([' ', '_', '-']).unwrap_or(name).split([' ', '_', '-']);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if name.len() <= 64 && parts.clone().all(is_part) {
        return Ok(());
    }
    Err(Failure::refused(format!("`{name}` is not a name AWS accepts for an inference profile"))
        .hint("use at most 64 letters and digits, single blanks, `_` or `-` between them"))
}
