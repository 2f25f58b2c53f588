#!/usr/bin/env python3
"""Presses the tabulator key in a shell: scripts/complete.py SHELL COMMAND...

COMMAND starts the shell interactively, where keyroll and its completions are installed. The last word of each line below must be
completed.
"""
import os
import pathlib
import pty
import re
import select
import sys
import tempfile
import time

# What is typed, and what its last word must become.
CASES = [
    ("keyroll ver", "verify"),
    ("keyroll sign pro", "proof"),
    ("keyroll sign proof --object", "--object-id"),
    ("keyroll sign proof --algorithm PS5", "PS512"),
    ("keyroll profiles github", "github-app"),
    ("keyroll sign proof --key comple", "completed-key.pem"),
    ("keyroll verify comple", "completed-key.pem"),
]
SETTINGS = {
    "bash": "PS1='ready> '; source /usr/share/bash-completion/bash_completion; bind 'set bell-style none'\n",
    "zsh": "unsetopt zle_bracketed_paste; PS1='ready> '; autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' insert-tab false\n",
    "fish": "function fish_prompt; echo 'ready> '; end; function fish_greeting; end\n",
}
PATIENCE = 20


def plain(data):
    """What a terminal would show, without its control sequences."""
    return re.sub(r"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])", "", data.decode(errors="replace"))


class Session:
    def __init__(self, command, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm", HOME=folder, LC_ALL="C.UTF-8")
            os.execvp(command[0], command)
        self.seen = b""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, *wanted):
        """True when all that was shown since the last call has one of these in it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.terminal, 65536)
                except OSError:
                    break
                # fish asks the terminal what it is, and waits for the answer.
                if b"\x1b[c" in self.seen or b"\x1b[0c" in self.seen:
                    self.type("\x1b[?1;2c")
            if any(text in plain(self.seen) for text in wanted):
                return True
        return False


def main():
    shell, command = sys.argv[1], sys.argv[2:]
    failures = 0
    for typed, expected in CASES:
        folder = tempfile.mkdtemp()
        session = Session(command, folder)
        session.type(SETTINGS[shell])
        session.type("cd /completion && echo re''ady\n")
        if not session.wait_for("ready\r", "ready\n"):
            sys.exit(f"error: {shell} does not start: {plain(session.seen)!r}")
        time.sleep(1)
        session.seen = b""
        session.type(typed)
        time.sleep(0.5)
        session.type("\t")
        time.sleep(2)
        # At the beginning of the line, so that the shell prints what it has completed.
        session.type("\x01echo it is'': ")
        time.sleep(0.5)
        session.seen = b""
        session.type("\n")
        completed = session.wait_for(f"it is: {typed[:typed.rindex(' ') + 1]}{expected}".rstrip())
        print(f"{'ok   ' if completed else 'WRONG'} {shell}: {typed}<TAB> gives {expected}")
        if not completed:
            failures += 1
            print(f"      shown: {plain(session.seen)!r}")
        session.type("\x03\nexit\n")
        time.sleep(0.2)
        os.close(session.terminal)
        os.waitpid(session.process, 0)
        for entry in sorted(pathlib.Path(folder).rglob("*"), reverse=True):
            entry.rmdir() if entry.is_dir() else entry.unlink()
        os.rmdir(folder)
    return 1 if failures else 0


sys.exit(main())
