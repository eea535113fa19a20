//! `models create-profile`: an inference profile of the account's own, for a cost of its own.

use crate::ask;
use crate::aws::bedrock::Bedrock;
use crate::aws::call;
use crate::cli::Global;
use crate::cli::models::CreateProfileArgs;
use crate::error::Failure;
use crate::offering::Kind;
use crate::report::v1;
use crate::ui::Ui;
use crate::world::World;

use super::Look;

pub(super) fn run(world: &World, ui: Ui, global: &Global, args: &CreateProfileArgs) -> Result<(), Failure> {
    check_name(&args.name)?;
    let look = Look::take(world, ui, global, true)?;
    let source = look.offering.entries.iter().find(|entry| entry.is_named(&args.from));
    let Some(source) = source else {
        let failure = Failure::refused(format!("Bedrock lists no `{}` in {}", args.from, look.who.region));
        return Err(match look.near(&args.from)[..] {
            [] => failure.hint("`claude-bedrock models --all` lists what there is"),
            ref near => failure.hint(format!("listed there: {}", near.join(", "))),
        });
    };
    if source.kind == Kind::Application {
        return Err(Failure::refused(format!("`{}` is an application profile already", args.from))
            .hint("name a profile of AWS's or a model; `claude-bedrock models` lists them"));
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
        return Ok(());
    }
    if !args.yes {
        if !world.can_ask() {
            return Err(Failure::refused("nobody is there to agree to it, and nothing was made")
                .hint("run it again with `--yes`, or with `--dry-run` to see it"));
        }
        if !ask::confirm(world, ui, "Make it?", true)? {
            return Err(Failure::interrupted());
        }
    }
    let who = &look.who;
    let bedrock = Bedrock::new(world, &look.files, &who.profile, &who.region, &who.credentials);
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
    let pin = format!("claude-bedrock models pin {arn}");
    if global.json {
        let text = serde_json::to_string_pretty(&v1::models::Created::new(&arn, &source.id)).unwrap_or_default();
        return ui.answer_verbatim(&(text + "\n"));
    }
    ui.answer(&format!("{arn}\n"))?;
    ui.status(&format!("Claude Code uses it once it is pinned: `{pin}`"));
    Ok(())
}

/// AWS's rule, said before anything is asked: letters and digits with single blanks, underscores or hyphens between.
fn check_name(name: &str) -> Result<(), Failure> {
    let parts = name.strip_suffix([' ', '_', '-']).unwrap_or(name).split([' ', '_', '-']);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if name.len() <= 64 && parts.clone().all(is_part) {
        return Ok(());
    }
    Err(Failure::refused(format!("`{name}` is no name AWS takes for an inference profile"))
        .hint("use at most 64 letters and digits, single blanks, `_` or `-` between them"))
}
