//! Accounts that differ in who may what.

use super::{SONNET, Truth, USUAL};

const PERMISSIONS: &str = "permissions = { allow = [\"bedrock:*\", \"servicequotas:*\", \"sts:*\"] }";
/// A profile of the account's own.
const TEAM: &str = "[[accounts.inference_profiles]]\nid = \"abcdef123456\"\nname = \"team-sonnet\"\n\
                    region = \"us-west-2\"\ncopy_from = \"us.anthropic.claude-sonnet-5-5\"\n";
const TEAM_ARN: &str = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/abcdef123456";

/// Who may what.
pub(crate) const POLICIES: &[Truth] = &[
    Truth {
        name: "an organisation that forbids one of the regions routed to",
        more: "[[service_control_policies]]\nname = \"not Ohio\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\ncondition = { StringLike = { \"aws:RequestedRegion\" = \"us-east-2\" } }\n\
               [[service_control_policies]]\nname = \"all\"\n[[service_control_policies.statements]]\neffect = \"allow\"\nactions = [\"*\"]\n",
        answers: &["global.*"],
        stopped: &[("us.*", "P07 us-east-2")],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "an organisation that forbids requests without a region",
        more: "[[service_control_policies]]\nname = \"not anywhere\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\ncondition = { StringLike = { \"aws:RequestedRegion\" = \"unspecified\" } }\n\
               [[service_control_policies]]\nname = \"all\"\n[[service_control_policies.statements]]\neffect = \"allow\"\nactions = [\"*\"]\n",
        answers: &["us.*"],
        stopped: &[("global.*", "P07 any")],
        ..USUAL
    },
    Truth {
        name: "inference profiles that may not be listed",
        change: &[(PERMISSIONS, "permissions = { allow = [\"*\"], deny = [\"bedrock:ListInferenceProfiles\"] }")],
        answers: &[],
        stopped: &[("anthropic.*", "M01")],
        absent: &["us.*", "global.*"],
        main: "",
        ..USUAL
    },
    Truth {
        name: "inference profiles that may not be listed, and ids that somebody knows",
        change: &[(PERMISSIONS, "permissions = { allow = [\"*\"], deny = [\"bedrock:ListInferenceProfiles\"] }")],
        answers: &[],
        stopped: &[("anthropic.*", "M01")],
        absent: &["us.*", "global.*"],
        typed: &[SONNET, "us.anthropic.claude-opus-5", "us.anthropic.claude-haiku-5-5"],
        ..USUAL
    },
    Truth {
        name: "nothing to be looked up, and an opaque ARN that somebody knows",
        change: &[(PERMISSIONS, "permissions = { allow = [\"bedrock:Invoke*\", \"sts:*\"] }")],
        more: TEAM,
        answers: &[],
        absent: &["*"],
        typed: &[TEAM_ARN],
        main: TEAM_ARN,
        allowed: &["arn:aws:bedrock:*::foundation-model/anthropic.*"],
        ..USUAL
    },
    Truth {
        name: "the root user",
        more: "[[accounts.users]]\nname = \"root\"\nroot = true\naccess_key_id = \"AKIAROOT000000000001\"\n\
               secret_access_key = \"rootsecretrootsecretrootsecretrootsecret\"\npermissions = { allow = [\"*\"] }\n\
               [[profiles]]\nname = \"root\"\nuser = \"root\"\nregion = \"us-west-2\"\n",
        profile: "root",
        ..USUAL
    },
    Truth {
        name: "the root user under an organisation that forbids one of the regions routed to",
        more: "[[accounts.users]]\nname = \"root\"\nroot = true\naccess_key_id = \"AKIAROOT000000000001\"\n\
               secret_access_key = \"rootsecretrootsecretrootsecretrootsecret\"\npermissions = { allow = [\"*\"] }\n\
               [[profiles]]\nname = \"root\"\nuser = \"root\"\nregion = \"us-west-2\"\n\
               [[service_control_policies]]\nname = \"not Ohio\"\n[[service_control_policies.statements]]\n\
               effect = \"deny\"\nactions = [\"bedrock:*\"]\ncondition = { StringLike = { \"aws:RequestedRegion\" = \"us-east-2\" } }\n\
               [[service_control_policies]]\nname = \"all\"\n[[service_control_policies.statements]]\neffect = \"allow\"\nactions = [\"*\"]\n",
        profile: "root",
        answers: &["global.*"],
        stopped: &[("us.*", "P07 us-east-2")],
        main: "global.anthropic.claude-sonnet-5-5",
        ..USUAL
    },
    Truth {
        name: "listing alone",
        change: &[(PERMISSIONS, "permissions = { allow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"] }")],
        answers: &[],
        stopped: &[("*", "P06")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "a session policy",
        change: &[(
            PERMISSIONS,
            "permissions = { allow = [\"*\"] }\nsession_policy = { allow = [\"bedrock:List*\", \"sts:*\"] }",
        )],
        answers: &[],
        stopped: &[("*", "P09")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "the profiles allowed, and not the models behind them",
        change: &[(
            PERMISSIONS,
            "[accounts.roles.permissions]\nallow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*:*:inference-profile/*\"]\n",
        )],
        answers: &[],
        stopped: &[("*", "P08")],
        main: "",
        ..USUAL
    },
    Truth {
        name: "application profiles alone",
        change: &[(
            PERMISSIONS,
            "[accounts.roles.permissions]\nallow = [\"bedrock:List*\", \"bedrock:Get*\", \"sts:*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*:*:application-inference-profile/*\"]\n\
             [[accounts.roles.permissions.statements]]\neffect = \"allow\"\nactions = [\"bedrock:Invoke*\"]\n\
             resources = [\"arn:aws:bedrock:*::foundation-model/*\"]\n\
             condition = { StringLike = { \"bedrock:InferenceProfileArn\" = \"arn:aws:bedrock:*:*:application-inference-profile/*\" } }\n",
        )],
        more: TEAM,
        answers: &["abcdef123456"],
        stopped: &[("us.*", "P06"), ("global.*", "P06")],
        main: TEAM_ARN,
        ..USUAL
    },
];
