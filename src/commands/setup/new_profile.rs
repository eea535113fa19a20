//! A profile from nothing but a start URL: signs in, lists accounts and permission sets, plans the sections.

use crate::ask::{self, Reply};
use crate::aws::call;
use crate::aws::files::AwsFiles;
use crate::aws::portal::Portal;
use crate::aws::profile::{ACCOUNT_ACCESS, SsoProfile, portal_address};
use crate::aws::session::{self, Token};
use crate::aws::sign_in::Wish;
use crate::aws_config::NewProfile;
use crate::cli::{Global, NewProfileArgs, WayArgs};
use crate::commands::sign_in::{self, SignedIn, Wanted};
use crate::error::{Exit, Failure, UNREACHABLE_HINT};
use crate::new_profile::{self, Answers, Knowledge, Step, Topic};
use crate::regions;
use crate::ui::{Stream, Ui};
use crate::wizard::{self, Offer, Question, Style};
use crate::world::World;

use super::asker::{Asker, SIGN_IN, Stop};

/// Asks what is not given and answers with the profile, which is written nowhere yet.
pub(super) fn create(
    world: &World,
    ui: Ui,
    global: &Global,
    args: &NewProfileArgs,
    files: &AwsFiles,
    asker: &Asker,
) -> Result<NewProfile, Stop> {
    let (knowledge, answers) = (known(files), given(global, args));
    check_given(&answers, &knowledge)?;
    let mut course = Course { world, ui, files, asker, knowledge, answers, path: Vec::new(), token: None };
    loop {
        let step = match new_profile::next(&course.knowledge, &course.answers) {
            Step::Done(profile) => return Ok(profile),
            step => step,
        };
        if let Err(stop) = course.take(step) {
            course.lead_back(stop)?;
        }
    }
}

/// The questions on their way.
struct Course<'a> {
    world: &'a World,
    ui: Ui,
    files: &'a AwsFiles,
    asker: &'a Asker,
    knowledge: Knowledge,
    answers: Answers,
    /// What was asked, in this order.
    path: Vec<Topic>,
    token: Option<(SsoProfile, Token)>,
}

impl Course<'_> {
    fn take(&mut self, step: Step) -> Result<(), Stop> {
        let Self { world, ui, files, asker, .. } = *self;
        match step {
            Step::Done(_) => {}
            Step::Stuck(message, topic) => {
                let message = if asker.is_person() { message } else { format!("{message}; nothing was written") };
                return Err(Stop::Failed(Failure::refused(message), vec![topic.key().to_owned()]));
            }
            Step::SignIn => {
                if let Some(doubt) = self.answers.sso_region.as_deref().and_then(regions::doubt) {
                    ui.warning(&doubt);
                }
                let (sso, signed_in) = sign_in(world, ui, files, &self.knowledge, &self.answers, asker)?;
                let portal = Portal::new(world, &files.profiles, &sso, &signed_in);
                let progress = ui.progress("Asking AWS which accounts you may use…");
                let accounts = call::block_on(portal.accounts());
                drop(progress);
                self.knowledge.accounts = Some(accounts.map_err(|error| failed(&error, Topic::SsoRegion))?);
                self.token = Some((sso, signed_in));
            }
            Step::ListRoles(account) => {
                let Some((sso, signed_in)) = &self.token else { return Ok(()) };
                let portal = Portal::new(world, &files.profiles, sso, signed_in);
                let progress = ui.progress(&format!("Asking AWS which permission sets you have in {account}…"));
                let roles = call::block_on(portal.roles(&account));
                drop(progress);
                self.knowledge.roles = Some(roles.map_err(|error| failed(&error, Topic::Account))?);
            }
            step @ Step::Ask { topic, .. } => match answer(world, ui, step, asker)? {
                Reply::Back => match self.path.pop() {
                    Some(last) => unset(&mut self.answers, &mut self.knowledge, last),
                    None => return Err(Failure::interrupted().into()),
                },
                Reply::Answer(answer) => match new_profile::check(topic, &answer, &self.knowledge) {
                    Ok(()) => {
                        self.path.push(topic);
                        set(&mut self.answers, topic, answer);
                    }
                    Err(message) if asker.is_person() => ui.warning(&message),
                    Err(message) => {
                        return Err(Stop::Failed(Failure::refused(message), vec![topic.key().to_owned()]));
                    }
                },
            },
        }
        Ok(())
    }

    /// Leads a person back to the first answer that could mend it; with anybody else it ends there.
    fn lead_back(&mut self, stop: Stop) -> Result<(), Stop> {
        let Stop::Failed(failure, keys) = &stop else { return Err(stop) };
        let mending = || Topic::ALL.into_iter().filter(|topic| keys.iter().any(|key| key == topic.key()));
        let is_mendable = matches!(failure.exit, Exit::Failure | Exit::Refused);
        let Some(first) = mending().next().filter(|_| is_mendable && self.asker.is_person()) else {
            return Err(stop);
        };
        let asked_since = self.path.split_off(self.path.partition_point(|asked| *asked < first));
        for topic in mending().chain(asked_since) {
            unset(&mut self.answers, &mut self.knowledge, topic);
        }
        // What is known without a question would only fail again.
        if !matches!(new_profile::next(&self.knowledge, &self.answers), Step::Ask { .. }) {
            return Err(stop);
        }
        self.ui.failure(failure);
        Ok(())
    }
}

/// What the portal answered, and the answer that could mend it.
fn failed(error: &call::CallError, mended_by: Topic) -> Stop {
    let failure = Failure::failed(error.to_string());
    let failure = if error.code().is_none() { failure.hint(UNREACHABLE_HINT) } else { failure };
    Stop::Failed(failure, vec![mended_by.key().to_owned()])
}

fn known(files: &AwsFiles) -> Knowledge {
    let text = |session: &crate::aws::profile::SsoSession, key: &str| {
        session.get(key).map(|value| value.text.clone()).unwrap_or_default()
    };
    Knowledge {
        profiles: files.profiles.profiles().map(|profile| profile.name.clone()).collect(),
        sessions: files
            .profiles
            .sso_sessions()
            .map(|session| (session.name.clone(), text(session, "sso_start_url"), text(session, "sso_region")))
            .collect(),
        ..Knowledge::default()
    }
}

fn given(global: &Global, args: &NewProfileArgs) -> Answers {
    Answers {
        start_url: args.start_url.as_deref().map(portal_address),
        sso_region: args.sso_region.clone(),
        session: args.sso_session.clone(),
        account: args.account.clone(),
        role: args.role.clone(),
        region: global.region.as_deref().map(|region| region.trim().to_owned()),
        name: global.profile.clone(),
    }
}

fn check_given(answers: &Answers, knowledge: &Knowledge) -> Result<(), Stop> {
    let given = [
        (Topic::StartUrl, "--start-url", &answers.start_url),
        (Topic::SsoRegion, "--sso-region", &answers.sso_region),
        (Topic::Session, "--sso-session", &answers.session),
        (Topic::Name, "--profile", &answers.name),
    ];
    for (topic, option, answer) in given {
        if let Some(answer) = answer {
            new_profile::check(topic, answer, knowledge)
                .map_err(|message| Failure::refused(format!("`{option} {answer}` cannot be used: {message}")))
                .map_err(|failure| Stop::Failed(failure, vec![topic.key().to_owned()]))?;
        }
    }
    Ok(())
}

/// The session as it will stand in the file, signed in to.
fn sign_in(
    world: &World,
    ui: Ui,
    files: &AwsFiles,
    knowledge: &Knowledge,
    answers: &Answers,
    asker: &Asker,
) -> Result<(SsoProfile, Token), Stop> {
    let start_url = answers.start_url.clone().unwrap_or_default();
    let (session, start_url, region) = match knowledge.session_of(&start_url) {
        Some(known) if answers.sso_region.as_ref().is_none_or(|wanted| *wanted == known.2) => known.clone(),
        _ => {
            let region = new_profile::region(answers).unwrap_or_default();
            (answers.session.clone().unwrap_or_default(), start_url, region)
        }
    };
    let sso = SsoProfile {
        token_cache_key: session.clone(),
        session_name: Some(session.clone()),
        start_url,
        region,
        account_id: String::new(),
        role_name: String::new(),
        registration_scopes: vec![ACCOUNT_ACCESS.to_owned()],
        found_by_claude_code: true,
    };
    if let Some(given) = asker.given() {
        // An earlier run of the same interview may have signed in.
        if let Some(token) = session::read(world, &sso).filter(|token| token.is_usable(world.now())) {
            return Ok((sso, token));
        }
        if !given.signs_in(&session, &format!("nobody is signed in to the SSO session `{session}`"))? {
            return Err(Stop::Failed(Failure::interrupted(), vec![SIGN_IN.to_owned()]));
        }
    }
    let wanted = Wanted {
        profile: &session,
        sso: &sso,
        way: WayArgs::default(),
        wish: Wish::Forced,
        refused: false,
        stream: Stream::Status,
        listens: false,
    };
    let SignedIn { token, .. } = sign_in::sign_in(world, ui, files, &wanted).map_err(|failure| {
        // A start URL or a region that is none shows at the sign-in.
        let topics = [Topic::StartUrl, Topic::SsoRegion].map(|topic| topic.key().to_owned());
        Stop::Failed(failure, [SIGN_IN.to_owned()].into_iter().chain(topics).collect())
    })?;
    Ok((sso, token))
}

fn answer(world: &World, ui: Ui, step: Step, asker: &Asker) -> Result<Reply, Stop> {
    let Step::Ask { topic, text, offers, typed } = step else { return Ok(Reply::Back) };
    if !asker.asks() {
        // Something typed is suggested; of a list only the one choice there is can be meant.
        return match offers.as_slice() {
            [(value, _)] => Ok(Reply::Answer(value.clone())),
            _ => Err(unanswered(topic, &offers).into()),
        };
    }
    let (key, note) = (topic.key(), topic.note());
    let offers: Vec<Offer> =
        offers.iter().map(|(value, about)| Offer { value: value.clone(), about: about.clone() }).collect();
    let style = if typed { Style::Type } else { Style::Choose };
    let has_recommendation = asker.is_person() || typed && !offers.is_empty() || offers.len() == 1;
    let topic = wizard::Topic::Profile;
    let notes = note.map(str::to_owned).into_iter().collect();
    let question = Question { topic, notes, text, style, offers, has_recommendation, start: 0 };
    match asker.given() {
        Some(given) => given.answer(key, &question).map(Reply::Answer),
        None => Ok(ask::question(world, ui, &question)?),
    }
}

fn unanswered(topic: Topic, offers: &[(String, String)]) -> Failure {
    let (what, option) = match topic {
        Topic::StartUrl => ("no start URL is known", "--start-url URL"),
        Topic::SsoRegion => ("the region of IAM Identity Center is not known", "--sso-region REGION"),
        Topic::Session => ("the SSO session has no name", "--sso-session NAME"),
        Topic::Account => ("several accounts could be meant", "--account ID"),
        Topic::Role => ("several permission sets could be meant", "--role NAME"),
        Topic::Name => ("the profile has no name", "--profile NAME"),
    };
    let labels: Vec<String> =
        offers.iter().map(|(value, about)| format!("{value}  {about}").trim_end().to_owned()).collect();
    let list = if labels.is_empty() { String::new() } else { format!(":\n  {}", labels.join("\n  ")) };
    Failure::refused(format!("{what}, and nothing was written{list}")).hint(format!("name one with `{option}`"))
}

fn set(answers: &mut Answers, topic: Topic, answer: String) {
    let place = match topic {
        Topic::StartUrl => &mut answers.start_url,
        Topic::SsoRegion => &mut answers.sso_region,
        Topic::Session => &mut answers.session,
        Topic::Account => &mut answers.account,
        Topic::Role => &mut answers.role,
        Topic::Name => &mut answers.name,
    };
    *place = Some(if topic == Topic::StartUrl { portal_address(&answer) } else { answer });
}

fn unset(answers: &mut Answers, knowledge: &mut Knowledge, topic: Topic) {
    match topic {
        Topic::StartUrl => answers.start_url = None,
        Topic::SsoRegion => answers.sso_region = None,
        Topic::Session => answers.session = None,
        Topic::Account => {
            answers.account = None;
            knowledge.roles = None;
        }
        Topic::Role => answers.role = None,
        Topic::Name => answers.name = None,
    }
    if matches!(topic, Topic::StartUrl | Topic::SsoRegion | Topic::Session) {
        knowledge.accounts = None;
        knowledge.roles = None;
    }
}
