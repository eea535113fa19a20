"""Plays a person at a terminal: `typist.py STEPS COMMAND...`, and prints what the terminal showed in the end.

STEPS is a JSON list of `{"wait": TEXT}`, `{"gone": TEXT}`, `{"type": TEXT}`, `{"erase": COUNT}` and `{"key":
NAME}`, keys named as tmux names them.
"""

import json
import os
import subprocess
import sys
import time

PATIENCE = 25
SOCKET = f"typist-{os.getpid()}"


def tmux(*arguments):
    return subprocess.run(["tmux", "-u", "-L", SOCKET, *arguments], capture_output=True, text=True, check=True).stdout


def shown():
    return tmux("capture-pane", "-p", "-J", "-S", "-")


def wait(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds(screen := shown()):
        if time.monotonic() > end:
            sys.exit(f"{what!r} was waited for in vain:\n{screen}")
        time.sleep(0.05)
    # An interface that has just drawn itself may not listen yet.
    time.sleep(0.4)


def main():
    steps = json.loads(sys.argv[1])
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "50", "--", *sys.argv[2:])
    try:
        for step in steps:
            ((kind, text),) = step.items()
            if kind == "wait":
                wait(lambda screen: text in screen, text)
            elif kind == "gone":
                wait(lambda screen: text not in screen, text)
            elif kind == "type":
                tmux("send-keys", "-l", text)
                time.sleep(0.6)
            elif kind == "erase":
                tmux("send-keys", "-N", str(text), "BSpace")
            else:
                tmux("send-keys", text)
        print(shown())
    finally:
        subprocess.run(["tmux", "-L", SOCKET, "kill-server"], capture_output=True, check=False)


main()
