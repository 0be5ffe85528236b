"""Types into a shell in a terminal of its own, as a person does who leans on the Tab key.

Called with JSON: {argv, env, setup, typed: [[keys, expected], ...]}. Prints, for each, what the terminal has shown
until `expected` was there, as a JSON list; what never came ends it with exit code 1.
"""

import json
import os
import pty
import re
import select
import sys
import time

READY = "ready to type"
SECONDS = 30
KILL_LINE = "\x15"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\][^\x07]*\x07|[\x07\r]")


def read_until(terminal: int, expected: str) -> str:
    shown = ""
    deadline = time.monotonic() + SECONDS
    while expected not in CONTROL.sub("", shown):
        if time.monotonic() > deadline:
            sys.exit(f"expected {expected!r}, and the terminal shows {shown!r}")
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536).decode("utf-8", "replace")
    return CONTROL.sub("", shown)


task = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvpe(task["argv"][0], task["argv"], task["env"])
# Split, so that the echo of the line is not taken for its answer.
os.write(terminal, f"{task['setup']}; echo {READY[:5]}''{READY[5:].replace(' ', chr(92) + ' ')}\n".encode())
read_until(terminal, READY)
answers = []
for keys, expected in task["typed"]:
    os.write(terminal, keys.encode())
    answers.append(read_until(terminal, expected))
    os.write(terminal, KILL_LINE.encode())
print(json.dumps(answers))
os.close(terminal)
