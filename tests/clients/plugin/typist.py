"""Plays people at terminals, one each: `typist.py SESSIONS COMMAND...`, and prints as a JSON list what each terminal
showed in the end.

SESSIONS is a JSON list of `{"variables": {NAME: VALUE}, "folder": PATH, "steps": STEPS}`, STEPS a list of `{"wait": TEXT}`, `{"gone":
TEXT}`, `{"type": TEXT}`, `{"erase": COUNT}`, `{"key": NAME}` with keys named as tmux names them, `{"bytes": TEXT}`, a
wait for what the command wrote to its terminal, `{"pause": SECONDS}`, `{"post": PATH}`, a request to the account, and
`{"copy": [FROM, TO]}`, of a file.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PATIENCE = 90
SOCKET = f"typist-{os.getpid()}"


class Vain(Exception):
    pass


def tmux(*arguments):
    command = ["tmux", "-u", "-L", SOCKET, "-f", "/dev/null", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Session:
    def __init__(self, number, told, folder):
        # tmux takes the beginning of a name for it where nobody bears that name any more.
        self.name = f"s{number:03}"
        self.steps = told["steps"]
        self.written = os.path.join(folder, self.name)
        self.outcome = None
        variables = [f"-e{name}={value}" for name, value in told.get("variables", {}).items()]
        place = ["-c", told.get("folder") or os.getcwd()]
        tmux("new-session", "-d", "-s", self.name, "-x", "150", "-y", "50", *place, *variables, "--", *sys.argv[2:])
        tmux("pipe-pane", "-t", self.name, "-o", f"cat > '{self.written}'")

    def shown(self, history=False):
        return tmux("capture-pane", "-p", "-J", "-t", self.name, *(["-S", "-"] if history else []))

    def wait(self, holds, what):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise Vain(f"{what!r} was waited for in vain:\n{self.shown(history=True)}")
            time.sleep(0.05)

    def do(self, kind, what):
        if kind == "wait":
            self.wait(lambda: what in self.shown(), what)
            # An interface that has just drawn itself may not listen yet.
            time.sleep(0.4)
        elif kind == "gone":
            self.wait(lambda: what not in self.shown(), what)
            time.sleep(0.4)
        elif kind == "bytes":
            self.wait(lambda: what.encode() in open(self.written, "rb").read(), what)
        elif kind == "type":
            tmux("send-keys", "-t", self.name, "-l", what)
            # What follows comes too early before the text is there; some of it is never shown as it was typed.
            end = time.monotonic() + 15
            while what.strip() not in self.shown() and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(0.6)
        elif kind == "erase":
            tmux("send-keys", "-t", self.name, "-N", str(what), "BSpace")
        elif kind == "key":
            tmux("send-keys", "-t", self.name, what)
        elif kind == "pause":
            time.sleep(what)
        elif kind == "post":
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + what, b"", timeout=PATIENCE).read()
        elif kind == "copy":
            shutil.copyfile(*what)
        else:
            raise Vain(f"no step is called {kind!r}")

    def play(self):
        try:
            for step in self.steps:
                ((kind, what),) = step.items()
                self.do(kind, what)
            self.outcome = self.shown(history=True)
        except Exception as error:
            self.outcome = error


def main():
    with tempfile.TemporaryDirectory() as folder:
        # Its socket outlives a server that has ended.
        os.environ["TMUX_TMPDIR"] = folder
        try:
            sessions = [Session(number, told, folder) for number, told in enumerate(json.loads(sys.argv[1]))]
            threads = [threading.Thread(target=session.play) for session in sessions]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            subprocess.run(["tmux", "-L", SOCKET, "kill-server"], capture_output=True, check=False)
    failures = [str(session.outcome) for session in sessions if isinstance(session.outcome, Exception)]
    if failures:
        sys.exit("\n".join(failures))
    print(json.dumps([session.outcome for session in sessions]))


main()
