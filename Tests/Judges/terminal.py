"""Runs a command on a real terminal of its own and answers its prompts, as a person would.

Standard input: {"command": [...], "environment": {...}, "redirect": {"stdout": true, ...}, "input": "...",
                 "answers": [{"prompt": "Password", "answer": "secret"}], "seconds": 30}
Standard output: {"status", "screen", "stdout", "stderr", "echo_was_off_at_prompt": [...], "echo_is_on_at_end"}

Only what `redirect` names is taken off the terminal, and standard input only when `input` is given. A prompt is awaited
on the screen after the one before it; an answer is typed with a return, or as it stands when it ends in a control
character. The status is that of a shell: 128 and the number of the signal that ended the command, null when it did not
end in time or a prompt never came. Line ends on the screen are those of the terminal: "\\r\\n".
"""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time


def main():
    wanted = json.load(sys.stdin)
    keyboard, screen = pty.openpty()
    redirected = wanted.get("redirect", {})
    process = subprocess.Popen(
        wanted["command"],
        stdin=subprocess.PIPE if "input" in wanted else screen,
        stdout=subprocess.PIPE if redirected.get("stdout") else screen,
        stderr=subprocess.PIPE if redirected.get("stderr") else screen,
        env=wanted.get("environment"),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(screen, termios.TIOCSCTTY, 0),
    )
    if process.stdin:
        process.stdin.write(wanted["input"].encode())
        process.stdin.close()
    sources = {keyboard: "screen"}
    for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
        if pipe:
            sources[pipe.fileno()] = name
    heard = {"screen": b"", "stdout": b"", "stderr": b""}
    echo_was_off = []
    answers = [(item["prompt"].encode(), item["answer"].encode()) for item in wanted.get("answers", [])]
    position = 0
    deadline = time.monotonic() + wanted.get("seconds", 30)

    while time.monotonic() < deadline:
        ended = process.poll() is not None
        ready = select.select(list(sources), [], [], 0 if ended else 0.02)[0]
        for source in ready:
            received = os.read(source, 65536)
            heard[sources[source]] += received
            if not received:
                del sources[source]
        if answers and (found := heard["screen"].find(answers[0][0], position)) >= 0:
            prompt, answer = answers.pop(0)
            position = found + len(prompt)
            echo_was_off.append(not echoes(screen))
            os.write(keyboard, answer if answer and answer[-1] < 0x20 else answer + b"\n")
        if ended and not ready:
            break

    ended_itself = process.poll() is not None
    if not ended_itself:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    status = process.returncode if process.returncode >= 0 else 128 - process.returncode
    report = {name: text.decode(errors="backslashreplace") for name, text in heard.items()}
    report["status"] = status if ended_itself and not answers else None
    report["echo_was_off_at_prompt"] = echo_was_off
    report["echo_is_on_at_end"] = echoes(screen)
    json.dump(report, sys.stdout)


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


if __name__ == "__main__":
    main()
