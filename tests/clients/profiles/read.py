"""Reads pairs of AWS files with a real botocore and prints what it finds, one JSON document a line.

Usage: read.py PACKAGE FOLDER COUNT, where PACKAGE is `botocore`, or `awscli` for the botocore inside the AWS CLI, and
FOLDER holds 0.config, 0.credentials and so on. Every pair is read by the same code paths that a command of the AWS CLI takes.
"""

import importlib
import json
import os
import sys

package, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
# The AWS CLI puts its own botocore in the place of any other once it is imported.
origin = importlib.import_module(package).__path__[0]
credentials, exceptions, session_module = (
    importlib.import_module("botocore." + name) for name in ("credentials", "exceptions", "session")
)
assert credentials.__file__.startswith(origin), credentials.__file__


def flat(values):
    found = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found.update({f"{key}.{inner}": text for inner, text in value.items()})
        else:
            found[key] = value
    return found


def probe(provider):
    """The kind a provider stands for if it would take the profile; its own checks raise."""
    name = type(provider).__name__
    if name == "AssumeRoleWithWebIdentityProvider":
        if provider._get_config("web_identity_token_file"):
            return "web-identity" if provider._get_config("role_arn") else "incomplete"
        # An empty file name is a name to the profile's other providers, and none to this one.
    elif name == "SSOProvider":
        config = provider._load_sso_config()
        if config:
            return "sso" if "sso_session" in config else "legacy-sso"
    elif name in ("SharedCredentialProvider", "ConfigProvider"):
        return "static-keys" if provider.load() else None
    elif name == "ProcessProvider":
        return "credential-process" if provider._credential_process is not None else None
    elif name == "LoginProvider":
        loaded = provider._load_config().get("profiles", {}).get(provider._profile_name, {})
        return "aws-login" if "login_session" in loaded else None
    else:
        raise RuntimeError("an unknown provider: " + name)
    return None


def assumed(session, profile):
    provider = credentials.AssumeRoleProvider(
        load_config=lambda: session.full_config, client_creator=None, cache={}, profile_name=profile
    )
    provider._loaded_config = session.full_config
    if not provider._has_assume_role_config_vars(session.full_config["profiles"][profile]):
        return None
    try:
        provider._get_role_config(profile)
    except exceptions.PartialCredentialsError:
        return "incomplete"
    except exceptions.InvalidConfigError as error:
        if "both source_profile and credential_source" in str(error):
            return "incomplete"
    return "assume-role"


def kind(session, builder, profile):
    try:
        role = assumed(session, profile)
        if role:
            return role
        for provider in builder.providers(profile, disable_env_vars=True):
            found = probe(provider)
            if found:
                return found
    except (exceptions.InvalidConfigError, exceptions.PartialCredentialsError):
        return "incomplete"
    return "none"


session = session_module.Session()
builder = credentials.ProfileProviderBuilder(session)


def read(index):
    # One session reads them all: what it remembers of a pair is forgotten.
    session._config = None
    session.set_config_variable("config_file", os.path.join(folder, f"{index}.config"))
    session.set_config_variable("credentials_file", os.path.join(folder, f"{index}.credentials"))
    try:
        config = session.full_config
    except exceptions.ConfigParseError:
        return {"refused": True}
    return {
        "refused": False,
        "profiles": {name: flat(values) for name, values in config["profiles"].items()},
        "sessions": {name: flat(values) for name, values in config.get("sso_sessions", {}).items()},
        "kinds": {name: kind(session, builder, name) for name in config["profiles"]},
    }


for index in range(count):
    print(json.dumps(read(index)))
