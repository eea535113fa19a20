"""Signs in, renews and uses one SSO session with several programs in turn and at once.

Usage: interop.py OURS AWS_CLI JS_PACKAGES CLAUDE

The account is at AWS_ENDPOINT_URL, the home at HOME; refresh tokens are single use. For each foreign client: it renews
and we use what it wrote, we renew and it uses what we wrote. Then everybody at once with everything ended, again and
again: a foreign client may lose a call, nobody ever the session. Prints one line per finding; the exit code is 1 when
one is wrong.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import urllib.request

OURS, AWS_CLI, JS_PACKAGES, CLAUDE = sys.argv[1:5]
HOME = os.environ["HOME"]
ROUNDS = 2
LONG_AGO = "2020-01-01T00:00:00Z"

BOTOCORE = """
import botocore.session
print(botocore.session.Session(profile='work').get_credentials().get_frozen_credentials().access_key)
"""
JS = """
const { createRequire } = require('node:module');
const packages = createRequire(process.argv[1] + '/');
packages('@aws-sdk/credential-providers').fromSSO({ profile: 'work' })().then(
  (found) => console.log(found.accessKeyId), (error) => { console.error(error.message); process.exit(1); });
"""
FOREIGN = {
    "aws": [AWS_CLI, "configure", "export-credentials", "--profile", "work", "--format", "process"],
    "botocore": [sys.executable, "-c", BOTOCORE],
    "js": ["node", "-e", JS, JS_PACKAGES],
    "claude": [CLAUDE, "-p", "Say hello."],
}
LEGACY = """
[profile legacy]
sso_start_url = https://d-9067642ac7.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = BedrockDeveloper
region = us-west-2
"""
WE = [OURS, "credentials", "--profile", "work"]
wrong = []


def tell(right, text):
    """Prints what was found."""
    print("ok    " + text.split(": ")[0] if right else "WRONG " + text, flush=True)
    if not right:
        wrong.append(text)


def start(command):
    """Starts a program without a terminal and without anything of its own in a cache."""
    environment = os.environ | {"CLAUDE_CODE_MAX_RETRIES": "0", "DISABLE_AUTOUPDATER": "1"}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def end(process):
    """Whether it got credentials, and what it said."""
    said, _ = process.communicate(timeout=120)
    return process.returncode == 0 and ("ASIA" in said or "Hello from the AWS sandbox" in said), said.strip()[-300:]


def run(command):
    return end(start(command))


def asked(operation):
    """How often the account was asked for something so far."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/requests") as answer:
        return sum(entry["operation"] == operation for entry in json.load(answer))


def forget_credentials():
    """Removes every cached credential of a role, so that each program needs the token of the session."""
    for folder in (".aws/cli/cache", ".local/state/claude-bedrock/credentials"):
        shutil.rmtree(f"{HOME}/{folder}", ignore_errors=True)


def end_token():
    """Lets the session's token end, as its file has it."""
    for path in glob.glob(f"{HOME}/.aws/sso/cache/*.json"):
        with open(path, encoding="utf-8") as file:
            token = json.load(file)
        if "accessToken" in token:
            token["expiresAt"] = LONG_AGO
            with open(path, "w", encoding="utf-8") as file:
                json.dump(token, file)


def renewals(what):
    """Does something and counts the exchanges of tokens it took."""
    before = asked("CreateToken")
    done, said = what()
    return done, asked("CreateToken") - before, said


def check_turns(name, command):
    """They renew and we use it; we renew and they use it."""
    forget_credentials()
    end_token()
    tell((found := renewals(lambda: run(command)))[:2] == (True, 1), f"{name} renews: {found}")
    tell((found := renewals(lambda: run(WE)))[:2] == (True, 0), f"we use what {name} wrote: {found}")
    forget_credentials()
    end_token()
    tell((found := renewals(lambda: run(WE)))[:2] == (True, 1), f"we renew: {found}")
    tell((found := renewals(lambda: run(command)))[:2] == (True, 0), f"{name} uses what we wrote: {found}")


def check_sign_ins():
    """The AWS CLI signs in and we use it; we sign in and it uses that; nobody registers a client that is there."""
    for name, sign_in in {
        "aws": [AWS_CLI, "sso", "login", "--sso-session", "work", "--use-device-code"],
        "we": [OURS, "login", "--no-browser", "--profile", "work"],
    }.items():
        signed_in = start(sign_in)
        said, _ = signed_in.communicate(timeout=120)
        tell(signed_in.returncode == 0, f"{name} sign in: {said.strip()[-200:]!r}")
        forget_credentials()
        for user, command in {"we": WE, **FOREIGN}.items():
            done, count, said = renewals(lambda command=command: run(command))
            tell((done, count) == (True, 0), f"{user} use the sign-in: {(done, count, said)}")
    tell(asked("RegisterClient") == 1, f"one registration serves both: {asked('RegisterClient')}")


def check_legacy():
    """A sign-in to a start URL by itself is everybody's, too, whoever made it, and so is its registration."""
    with open(f"{HOME}/.aws/config", "a", encoding="utf-8") as config:
        config.write(LEGACY)
    renamed = lambda word: "legacy" if word == "work" else word.replace("'work'", "'legacy'")
    of_legacy = {name: [*map(renamed, command)] for name, command in FOREIGN.items() if name != "claude"}
    before = asked("RegisterClient")
    for name, sign_in in {
        "aws": [AWS_CLI, "sso", "login", "--profile", "legacy", "--no-browser"],
        "we": [OURS, "login", "--no-browser", "--profile", "legacy"],
    }.items():
        signed_in = start(sign_in)
        said, _ = signed_in.communicate(timeout=120)
        tell(signed_in.returncode == 0, f"{name} sign in to the start URL: {said.strip()[-200:]!r}")
        forget_credentials()
        for user, command in {"we": [*WE[:-1], "legacy"], **of_legacy}.items():
            done, said = run(command)
            tell(done, f"{user} use the sign-in to the start URL: {said}")
        said, _ = start([OURS, "logout", "--profile", "legacy"]).communicate(timeout=60)
        tell("Signed out" in said, f"it is signed out of: {said}")
    tell(asked("RegisterClient") == before + 1, "one registration serves both of the start URL")


def take_time():
    """Lets every exchange of a token take so long that others begin theirs meanwhile."""
    fault = json.dumps({"operation": "CreateToken", "latency": "1500ms"}).encode()
    urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/faults", fault).close()


def check_at_once(round_number):
    """Everybody at once, with everything ended."""
    forget_credentials()
    end_token()
    pages = asked("StartDeviceAuthorization") + asked("Authorize")
    started = {name: start(command) for name, command in {"we": WE, **FOREIGN, "we too": WE}.items()}
    ends = {name: end(process) for name, process in started.items()}
    lost = {name: said for name, (done, said) in ends.items() if not done}
    print(f"      at once {round_number}, a call was lost by: {sorted(lost) or 'nobody'}")
    tell(not {"we", "we too"} & set(lost), f"at once {round_number} we lost none: {lost}")
    forget_credentials()
    for name, command in {"we": WE, **FOREIGN}.items():
        done, said = run(command)
        tell(done, f"after {round_number} {name} is signed in: {said}")
    now = asked("StartDeviceAuthorization") + asked("Authorize")
    tell(now == pages, f"at once {round_number} no page was opened: {now - pages}")


check_sign_ins()
check_legacy()
for foreign, how in FOREIGN.items():
    check_turns(foreign, how)
take_time()
for number in range(ROUNDS):
    check_at_once(number)
sys.exit(1 if wrong else 0)
