//! The questions for an SSO profile that does not exist yet, as a state machine. Pure.

use crate::aws::portal::Account;
use crate::aws::profile::is_same_portal;
use crate::aws_config::{NewProfile, free_name, is_portable_name, session_name_in};

/// What is known so far.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The names of the profiles there are.
    pub profiles: Vec<String>,
    /// The SSO sessions there are: name, start URL and region.
    pub sessions: Vec<(String, String, String)>,
    /// The accounts of the person, once signed in.
    pub accounts: Option<Vec<Account>>,
    /// The permission sets in the chosen account, once asked.
    pub roles: Option<Vec<String>>,
}

/// What was answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The start URL.
    pub start_url: Option<String>,
    /// The region of IAM Identity Center.
    pub sso_region: Option<String>,
    /// The session's name.
    pub session: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The permission set.
    pub role: Option<String>,
    /// The region to work in.
    pub region: Option<String>,
    /// The profile's name.
    pub name: Option<String>,
}

/// Which question is asked, in the order of the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The start URL.
    StartUrl,
    /// The region of IAM Identity Center.
    SsoRegion,
    /// The session's name.
    Session,
    /// The account.
    Account,
    /// The permission set.
    Role,
    /// The profile's name.
    Name,
}

impl Knowledge {
    /// The session of a start URL, as name, start URL and region, where there is one.
    #[must_use]
    pub fn session_of(&self, start_url: &str) -> Option<&(String, String, String)> {
        self.sessions.iter().find(|(_, url, _)| is_same_portal(url, start_url))
    }
}

impl Topic {
    /// The names of all for programs.
    pub const KEYS: [&'static str; 6] = ["start-url", "sso-region", "sso-session", "account", "role", "profile-name"];

    /// All, in the order of the questions.
    pub const ALL: [Self; 6] = [Self::StartUrl, Self::SsoRegion, Self::Session, Self::Account, Self::Role, Self::Name];

    /// Its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        Self::KEYS[match self {
            Self::StartUrl => 0,
            Self::SsoRegion => 1,
            Self::Session => 2,
            Self::Account => 3,
            Self::Role => 4,
            Self::Name => 5,
        }]
    }

    /// What to know before it is answered. The question itself leaves room for the answer in a line of 80 columns.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        let address = "The start URL is the address of your AWS access portal, where you sign in.";
        (self == Self::StartUrl).then_some(address)
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A question with its choices as value and what is said about it, the recommended first; without choices a text is typed.
    Ask {
        /// What it is about.
        topic: Topic,
        /// The question.
        text: String,
        /// The choices, or the suggestion for a typed text.
        offers: Vec<(String, String)>,
        /// Whether a text is typed.
        typed: bool,
    },
    /// A sign-in to the session is needed, and then the list of accounts.
    SignIn,
    /// The permission sets of the account are needed.
    ListRoles(String),
    /// Everything is answered.
    Done(NewProfile),
    /// It cannot go on, and which answer could mend that.
    Stuck(String, Topic),
}

/// The next step.
#[must_use]
pub fn next(knowledge: &Knowledge, answers: &Answers) -> Step {
    let Some(start_url) = &answers.start_url else {
        return typed(Topic::StartUrl, "What is your company's SSO start URL?", None);
    };
    let known = knowledge.session_of(start_url);
    let region = answers.sso_region.clone().or_else(|| known.map(|(.., region)| region.clone()));
    let Some(sso_region) = region.or_else(|| region_in(start_url)) else {
        return typed(Topic::SsoRegion, "In which region is your IAM Identity Center?", Some("us-east-1"));
    };
    let reused = known.filter(|(.., region)| *region == sso_region).map(|(name, ..)| name.clone());
    let Some(session) = reused.clone().or_else(|| answers.session.clone()) else {
        let suggestion =
            free_name(&session_name_in(start_url), |name| knowledge.sessions.iter().any(|(known, ..)| known == name));
        return typed(Topic::Session, "What should the SSO session be called?", Some(&suggestion));
    };
    let Some(accounts) = &knowledge.accounts else { return Step::SignIn };
    let Some(account) = &answers.account else { return ask_account(accounts) };
    if accounts.iter().all(|known| known.id != *account) {
        return Step::Stuck(format!("the portal gives you no account {account}"), Topic::Account);
    }
    let Some(roles) = &knowledge.roles else { return Step::ListRoles(account.clone()) };
    let Some(role) = &answers.role else { return ask_role(roles, account) };
    if !roles.contains(role) {
        let message = format!("the portal gives you no permission set `{role}` in account {account}");
        return Step::Stuck(message, Topic::Role);
    }
    let Some(name) = &answers.name else {
        let suggestion = free_name(&format!("{role}-{account}"), |name| knowledge.profiles.iter().any(|p| p == name));
        return typed(Topic::Name, "What should the AWS profile be called?", Some(&suggestion));
    };
    if knowledge.profiles.contains(name) {
        return Step::Stuck(format!("there already is a profile `{name}`"), Topic::Name);
    }
    Step::Done(NewProfile {
        name: name.clone(),
        is_new_session: reused.is_none(),
        session,
        start_url: start_url.clone(),
        region: answers.region.clone().unwrap_or_else(|| sso_region.clone()),
        sso_region,
        account_id: account.clone(),
        role_name: role.clone(),
    })
}

/// Judges a typed answer; the error says what is wrong with it.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn check(topic: Topic, answer: &str, knowledge: &Knowledge) -> Result<(), String> {
    match topic {
        Topic::StartUrl if !answer.starts_with("https://") || answer.len() < "https://a.b".len() => {
            Err("it begins with https://, as in https://d-1234567890.awsapps.com/start".into())
        }
        Topic::SsoRegion if !crate::configuration::is_region_shaped(answer) => {
            Err("regions look like us-west-2".into())
        }
        Topic::Session | Topic::Name if !is_portable_name(answer) => {
            Err("letters, digits and _ . @ % + : / - only: other names are not read by every AWS tool".into())
        }
        Topic::Session if knowledge.sessions.iter().any(|(name, ..)| name == answer) => {
            Err(format!("there already is an SSO session `{answer}` with another start URL or region"))
        }
        Topic::Name if knowledge.profiles.iter().any(|name| name == answer) => {
            Err(format!("there already is a profile `{answer}`"))
        }
        _ => Ok(()),
    }
}

fn typed(topic: Topic, text: &str, suggestion: Option<&str>) -> Step {
    let offers = suggestion.map(|text| (text.to_owned(), String::new())).into_iter().collect();
    Step::Ask { topic, text: text.to_owned(), offers, typed: true }
}

fn ask_account(accounts: &[Account]) -> Step {
    if accounts.is_empty() {
        let message = "the portal gives you no account; ask who runs your IAM Identity Center";
        return Step::Stuck(message.into(), Topic::StartUrl);
    }
    let about = |account: &Account| account.name.clone().unwrap_or_default();
    let offers = accounts.iter().map(|account| (account.id.clone(), about(account))).collect();
    Step::Ask { topic: Topic::Account, text: "Which AWS account?".into(), offers, typed: false }
}

fn ask_role(roles: &[String], account: &str) -> Step {
    if roles.is_empty() {
        return Step::Stuck(format!("the portal gives you no permission set in account {account}"), Topic::Account);
    }
    let offers = roles.iter().map(|role| (role.clone(), String::new())).collect();
    Step::Ask { topic: Topic::Role, text: "With which permission set?".into(), offers, typed: false }
}

/// The region that was answered or that the start URL tells.
#[must_use]
pub fn region(answers: &Answers) -> Option<String> {
    answers.sso_region.clone().or_else(|| region_in(answers.start_url.as_deref()?))
}

/// The region in a start URL's host, where it has one: `https://ssoins-1.us-east-1.portal.amazonaws.com`,
/// `https://d-1.portal.eu-west-1.app.aws`. The older `awsapps.com` addresses have none.
fn region_in(start_url: &str) -> Option<String> {
    let labels: Vec<&str> = host(start_url).split('.').collect();
    let is_region = |label: &&str| {
        let parts: Vec<&str> = label.split('-').collect();
        parts.len() >= 3
            && parts[0].len() == 2
            && parts.last().is_some_and(|last| last.len() <= 2 && last.bytes().all(|byte| byte.is_ascii_digit()))
            && parts[1..parts.len() - 1].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    labels.get(1..)?.iter().find(|label| is_region(label)).map(|label| (*label).to_owned())
}

fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#', ':']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://acme.awsapps.com/start";

    fn topic(step: Step) -> Topic {
        match step {
            Step::Ask { topic, .. } => topic,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn from_nothing_to_a_profile() {
        let mut knowledge = Knowledge { profiles: vec!["Dev-1".into()], ..Knowledge::default() };
        let mut answers = Answers::default();
        assert_eq!(topic(next(&knowledge, &answers)), Topic::StartUrl);
        answers.start_url = Some(URL.into());
        assert_eq!(topic(next(&knowledge, &answers)), Topic::SsoRegion);
        answers.sso_region = Some("eu-west-1".into());
        let Step::Ask { topic: Topic::Session, offers, .. } = next(&knowledge, &answers) else { panic!("the session") };
        assert_eq!(offers[0].0, "acme");
        answers.session = Some("acme".into());
        assert_eq!(next(&knowledge, &answers), Step::SignIn);
        knowledge.accounts = Some(vec![Account { id: "1".into(), name: Some("Prod".into()) }]);
        assert_eq!(topic(next(&knowledge, &answers)), Topic::Account);
        answers.account = Some("1".into());
        assert_eq!(next(&knowledge, &answers), Step::ListRoles("1".into()));
        knowledge.roles = Some(vec!["Dev".into()]);
        assert_eq!(topic(next(&knowledge, &answers)), Topic::Role);
        answers.role = Some("Dev".into());
        let Step::Ask { topic: Topic::Name, offers, .. } = next(&knowledge, &answers) else { panic!("the name") };
        assert_eq!(offers[0].0, "Dev-1-2", "the first suggestion is taken");
        answers.name = Some("bedrock".into());
        let Step::Done(profile) = next(&knowledge, &answers) else { panic!("done") };
        assert!(profile.is_new_session && profile.region == "eu-west-1");
    }

    #[test]
    fn a_session_that_is_there_is_used_again() {
        let knowledge =
            Knowledge { sessions: vec![("corp".into(), URL.into(), "us-east-1".into())], ..Knowledge::default() };
        for url in [URL, "https://ACME.awsapps.com/start/", "https://acme.awsapps.com/start#/"] {
            let answers = Answers { start_url: Some(url.into()), ..Answers::default() };
            assert_eq!(next(&knowledge, &answers), Step::SignIn, "{url}");
        }
    }

    #[test]
    fn the_region_is_read_where_the_address_has_it() {
        assert_eq!(region_in("https://ssoins-1.us-east-1.portal.amazonaws.com"), Some("us-east-1".into()));
        assert_eq!(region_in("https://d-1.portal.ap-southeast-2.app.aws/start"), Some("ap-southeast-2".into()));
        assert_eq!(region_in("https://d-9067642ac7.awsapps.com/start"), None);
        assert_eq!(region_in("https://sign-in-1.awsapps.com/start"), None);
    }

    #[test]
    fn typed_answers_are_judged() {
        let knowledge = Knowledge { profiles: vec!["work".into()], ..Knowledge::default() };
        assert!(check(Topic::StartUrl, "http://acme.awsapps.com", &knowledge).is_err());
        assert!(check(Topic::StartUrl, URL, &knowledge).is_ok());
        assert!(check(Topic::SsoRegion, "Oregon", &knowledge).is_err());
        assert!(check(Topic::Name, "my dev", &knowledge).is_err());
        assert!(check(Topic::Name, "work", &knowledge).is_err());
    }
}
