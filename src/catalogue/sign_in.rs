//! Identity and credentials, part one: profiles, SSO and keys.

use super::{Before, FailureMode, Fix, Message};

pub(super) const MODES: &[FailureMode] = &[
    FailureMode {
        id: "A01",
        title: "Claude Code finds no AWS credentials at all",
        cause: "Every place was asked (the variables, the profile, the container, the machine) and none had any. \
            Often the profile's name is wrong, so that the search goes past it.",
        fix: Fix::ask("claude-bedrock setup", "Choose a profile that works, or create one"),
        before: Before::Files("the places of the chain in Claude Code's order, with what each holds"),
        symptom: "",
        messages: &[
            Message::certain("Could not load credentials from any providers"),
            Message::likely(
                "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
            ),
            Message::wrapper("Could not load AWS credentials"),
            Message::maybe("Check or refresh your AWS credentials and try again."),
            Message::maybe("\"error\":\"cloud_credential_error\""),
        ],
        source: "claude-code#9909, #51108, #12134; claude-code-action#1090; observed",
    },
    FailureMode {
        id: "A02",
        title: "The profile does not exist",
        cause: "`AWS_PROFILE` names a profile that the AWS files do not have: a slip, a missing `profile ` before \
            the name in the config file, or another file.",
        fix: Fix::ask(
            "claude-bedrock setup --profile NAME",
            "Choose one that exists; `claude-bedrock profiles` lists them, with near misses",
        ),
        before: Before::Files("the name in both AWS files"),
        symptom: "",
        messages: &[
            Message::certain("Profile '<profile>' could not be found in shared credentials file."),
            Message::certain(
                "Could not resolve credentials using profile: [<profile>] in configuration/credentials file(s).",
            ),
        ],
        source: "token-providers of the AWS SDK for JavaScript",
    },
    FailureMode {
        id: "A03",
        title: "Nobody has signed in to this SSO session yet",
        cause: "The cache has no token for the session, or one that does not parse. The profile itself is in order.",
        fix: Fix::ask(
            "claude-bedrock login --profile NAME",
            "Sign in once; it is renewed silently from then on where AWS allows it",
        ),
        before: Before::Files("the token's file in the SSO cache"),
        symptom: "",
        messages: &[
            Message::certain(
                "The SSO session token associated with profile=<profile> was not found or is invalid. To refresh \
                this SSO session run 'aws sso login' with the corresponding profile.",
            ),
            Message::certain("Error loading SSO Token: Token for <session> does not exist"),
            Message::certain(
                "Couldn't load credentials for profile \"<profile>\". If this is an SSO profile, run: aws sso \
                login --profile <profile>",
            ),
        ],
        source: "credential-provider-sso of the AWS SDK for JavaScript; observed",
    },
    FailureMode {
        id: "A04",
        title: "The SSO sign-in has ended",
        cause: "The access token is over and could not be renewed: it has no refresh token, or the session \
            behind it has ended.",
        fix: Fix::ask(
            "claude-bedrock login --profile NAME",
            "Sign in again; `claude-bedrock refresh` tries without a browser first",
        ),
        before: Before::Files("the token's end, its refresh token and the registration behind it"),
        symptom: "",
        messages: &[
            Message::certain(
                "Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding \
                profile.",
            ),
            Message::certain(
                "Value not present for '<key>' in SSO Token. Cannot refresh. To refresh this SSO session run 'aws \
                sso login' with the corresponding profile.",
            ),
            Message::certain(
                "The SSO session associated with this profile has expired. To refresh this SSO session run aws \
                sso login with the corresponding profile.",
            ),
            Message::certain(
                "The SSO session associated with this profile has expired or is otherwise invalid. To refresh \
                this SSO session run aws sso login with the corresponding profile.",
            ),
            Message::certain("Error when retrieving token from sso: Token has expired and refresh failed"),
            Message::likely("Token has expired and refresh failed"),
            Message::certain("Error loading SSO Token: The SSO session has expired or is invalid").approximate(),
        ],
        source: "claude-code#849; aws-sdk-js-v3#5724; boto3#4119; observed",
    },
    FailureMode {
        id: "A05",
        title: "The sign-in lasts hours where it could last weeks",
        cause: "The profile is of the old form, or its session lacks `sso_registration_scopes`, so AWS issues no \
            refresh token and every end means a browser.",
        fix: Fix::ask("claude-bedrock refresh --upgrade", "Convert it to an SSO session with scopes, and sign in once"),
        before: Before::Files("`sso_start_url` inside the profile, or a token without a refresh token"),
        symptom: "The sign-in is asked for again and again, each time with the message of an ended one",
        messages: &[],
        source: "granted#615; aws-sso-cli#1232; aws-vault#445",
    },
    FailureMode {
        id: "A06",
        title: "The profile's SSO settings are incomplete",
        cause: "A profile needs its session, its account and its role, and the session its start URL and region. One \
            of them is missing or misspelt.",
        fix: Fix::ask(
            "claude-bedrock diagnose --fix --only A06",
            "Add what is missing; `claude-bedrock profiles` names file and line",
        ),
        before: Before::Files("the AWS config file, line by line"),
        symptom: "",
        messages: &[
            Message::certain("Profile '<profile>' is missing required property 'sso_session'."),
            Message::certain("Sso session '<session>' could not be found in shared credentials file."),
            Message::certain("Sso session '<session>' is missing required property 'sso_region'."),
            Message::certain("Sso session '<session>' is missing required property 'sso_start_url'."),
            Message::certain(
                "Profile is configured with invalid SSO credentials. Required parameters \"sso_account_id\", \
                \"sso_region\", \"sso_role_name\", \"sso_start_url\".",
            ),
            Message::certain(
                "Conflicting SSO region configurations between profile <profile> and sso-session <session>",
            )
            .approximate(),
            Message::certain(
                "Conflicting SSO start_url configurations between profile <profile> and sso-session <session>",
            )
            .approximate(),
            Message::certain(
                "is configured to use the SSO token provider but the \"<session>\" sso_session configuration does \
                not exist.",
            )
            .approximate(),
            Message::certain(
                "Missing the following required SSO configuration values: <names>. To make sure this profile is \
                properly configured to use SSO, please run: aws configure sso",
            ),
            Message::certain(
                "The profile \"<profile>\" is configured to use SSO but is missing required configuration: \
                sso_<key>",
            )
            .approximate(),
        ],
        source: "token-providers and credential-provider-sso of the AWS SDK for JavaScript; observed",
    },
    FailureMode {
        id: "A07",
        title: "The portal has ended the session for good",
        cause: "The refresh token was refused: the session reached the length your administrator set, or somebody \
            revoked it.",
        fix: Fix::ask("claude-bedrock login --profile NAME", "Sign in again"),
        before: Before::Calls("one attempt to renew the token"),
        symptom: "",
        messages: &[
            Message::certain("An error occurred (InvalidGrantException) when calling the CreateToken operation"),
            Message::maybe("InvalidGrantException"),
        ],
        source: "aws-cli#8561, #7692",
    },
    FailureMode {
        id: "A08",
        title: "The start URL or the SSO region is wrong",
        cause: "The sign-in page of another region does not know your company's portal, so the very first sign-in is \
            refused.",
        fix: Fix::ask(
            "claude-bedrock setup --start-url URL --sso-region REGION",
            "Correct both, as your company's portal shows them",
        ),
        before: Before::Files("the portal's address and its region, as they are written"),
        symptom: "",
        messages: &[
            Message::common("Invalid grant provided"),
            Message::certain(
                "An error occurred (InvalidRequestException) when calling the StartDeviceAuthorization operation",
            ),
            Message::certain("Invalid start url provided").approximate(),
            Message::certain("InvalidRequestException: Invalid start url provided").approximate(),
        ],
        source: "leapp#332; aws-sso-cli#453",
    },
    FailureMode {
        id: "A09",
        title: "The SSO token is refused",
        cause: "The token was revoked, or it was shown to another region than the one that issued it. Claude Code \
            2.1.207 did that itself wherever the session's region differs from Bedrock's.",
        fix: Fix::ask(
            "claude-bedrock login --profile NAME",
            "Sign in again; if the AWS CLI works with the same profile, update Claude Code to 2.1.208",
        ),
        before: Before::Files("the version, and both regions"),
        symptom: "",
        messages: &[
            Message::certain("UnauthorizedException: Session token not found or invalid"),
            Message::certain(
                "An error occurred (UnauthorizedException) when calling the GetRoleCredentials operation: Session \
                token not found or invalid",
            ),
            Message::common("Session token not found or invalid"),
        ],
        source: "claude-code#77253, #77138; aws-cli#7340; changelog 2.1.208; observed",
    },
    FailureMode {
        id: "A10",
        title: "The temporary AWS keys have expired",
        cause: "Every request is signed with keys that AWS no longer accepts. A sign-in to Anthropic, which older \
            versions suggest here, changes nothing.",
        fix: Fix::safe(
            "claude-bedrock refresh --force",
            "Fetch others; Claude Code picks them up at the next request where a profile or a helper gives them",
        ),
        before: Before::Calls("the end of the cached keys, then GetCallerIdentity"),
        symptom: "",
        messages: &[
            Message::certain("The security token included in the request is expired"),
            Message::certain(
                "An error occurred (ExpiredTokenException) when calling the <operation> operation: The security \
                token included in the request is expired",
            ),
            Message::likely("ExpiredTokenException"),
            Message::likely("An error occurred (ExpiredToken) when calling the <operation> operation"),
            Message::common("The provided token has expired.").approximate(),
        ],
        source: "claude-code#28032, #18396, #5737; errors documentation; observed",
    },
    FailureMode {
        id: "A11",
        title: "AWS does not know these keys",
        cause: "The key id is wrong, deleted or of another partition, or temporary keys (`ASIA…`) came without their \
            session token.",
        fix: Fix::ask(
            "claude-bedrock setup",
            "See with `claude-bedrock status` which identity is used, and choose another",
        ),
        before: Before::Calls("the form of the keys beside their token, then GetCallerIdentity"),
        symptom: "",
        messages: &[
            Message::certain("The security token included in the request is invalid."),
            Message::certain(
                "An error occurred (UnrecognizedClientException) when calling the <operation> operation: The \
                security token included in the request is invalid.",
            ),
            Message::certain("An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation"),
            Message::likely("UnrecognizedClientException"),
            Message::likely("InvalidClientTokenId"),
            Message::likely("The AWS Access Key Id you provided does not exist in our records").approximate(),
            Message::likely(
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                Secret Access Key and signing method.",
            )
            .approximate(),
        ],
        source: "claude-code#2260, #5418, #18580; observed",
    },
    FailureMode {
        id: "A12",
        title: "Claude Code and the AWS CLI act as different people",
        cause: "Both `AWS_PROFILE` and a pair of keys are set. Claude Code prefers the profile, the AWS CLI the \
            keys, so a test with one says nothing of the other.",
        fix: Fix::ask("claude-bedrock setup", "Unset one of them"),
        before: Before::Files("both set, in the shell or the settings"),
        symptom: "",
        messages: &[Message::certain(
            "Multiple credential sources detected: Both AWS_PROFILE and the pair \
                AWS_ACCESS_KEY_ID/AWS_SECRET_ACCESS_KEY static credentials are set.",
        )],
        source: "aws-sdk-js-v3#2549, #6277; observed",
    },
    FailureMode {
        id: "A13",
        title: "Old keys hide a fresh sign-in",
        cause: "`~/.aws/credentials` holds keys under the profile's name, and they win over the SSO settings or the \
            `credential_process` of the config file.",
        fix: Fix::ask("claude-bedrock diagnose --fix --only A13", "Remove the old section; a copy is kept"),
        before: Before::Files("the same name in both files"),
        symptom: "Nothing is said; the identity or the end of the credentials is not the one you signed in for",
        messages: &[],
        source: "guidance-for-claude-code-with-amazon-bedrock#768",
    },
];
