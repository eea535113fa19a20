//! `policy check`: the least beside what the principal has, by IAM's own simulation or, where there is none, by what AWS
//! answered to calls that change nothing.

use crate::ask;
use crate::aws::call;
use crate::aws::iam::{self, NotSimulated, Question};
use crate::cli::{CheckArgs, Global};
use crate::commands::models;
use crate::commands::principal::OnBehalf;
use crate::error::Failure;
use crate::policy::check::{self, Comparison};
use crate::report::{human, v1};
use crate::ui::Ui;
use crate::world::World;

use super::{Inquiry, evidence, sign_in_region};

pub(super) fn run(world: &World, ui: Ui, global: &Global, inquiry: &Inquiry, args: CheckArgs) -> Result<(), Failure> {
    if args.probe {
        models::agree(world, ui, evidence::requests(inquiry), args.yes)?;
    }
    let watch = ask::watch(ui);
    let progress = ui.progress("Asking IAM what the principal may do…");
    let comparison = compare(world, inquiry, args.probe);
    drop(progress);
    drop(watch);
    if global.json {
        ui.answer_json(&v1::policy::Check::of(&comparison))?;
    } else {
        ui.answer(&human::policy::check(&comparison))?;
    }
    if !comparison.lacks_something() {
        return Ok(());
    }
    let failure = Failure::failed("permissions are missing");
    Err(if comparison.missing.is_empty() {
        failure.hint("what forbids them is named above; whoever manages it has to except Bedrock, or use other models")
    } else {
        failure.hint("give the statements above to whoever manages your AWS account")
    })
}

fn compare(world: &World, inquiry: &Inquiry, asks: bool) -> Comparison {
    let questions = check::questions(&inquiry.subject, &inquiry.targets, &inquiry.statements);
    let asked: Vec<Question> = questions.iter().map(|(_, question)| question.clone()).collect();
    let (findings, unsimulated) = match simulate(world, inquiry, &asked) {
        Ok(decisions) => {
            let mut findings = check::findings(&questions, &decisions);
            evidence::add_answers(world, inquiry, asks, &mut findings);
            (findings, None)
        }
        Err(reason) => (evidence::gather(world, inquiry, &questions, asks), Some(reason.to_string())),
    };
    Comparison {
        principal: inquiry.identity.arn.clone(),
        missing: check::missing(&findings, &inquiry.statements),
        findings,
        unsimulated,
    }
}

fn simulate(world: &World, inquiry: &Inquiry, asked: &[Question]) -> Result<Vec<Vec<iam::Decision>>, NotSimulated> {
    let Inquiry { on_behalf, identity, .. } = inquiry;
    let OnBehalf { files, who, .. } = on_behalf;
    let region = sign_in_region(on_behalf);
    let region = region.as_deref();
    call::block_on(iam::simulate(world, files, &who.profile, &who.credentials, identity, region, asked))
}
