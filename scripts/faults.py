"""Started by faults.sh: runs keyroll once for each fault of the module in Tests/FaultModule, and sums up the results."""
import collections
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time

COMMAND, FOLDER, MODULE = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
# Takes part of the faults, for a first look: every so many of them.
STEP = int(sys.argv[4]) if len(sys.argv) > 4 else 1
TIMEOUT = 3
# The time that a run may take besides its calls: further looks at a token that does not show, and a machine that is busy.
PATIENCE = 20
VALUES = pathlib.Path("Fixtures/pkcs11/return-values.txt")
# Functions that a run does not call while nothing goes wrong.
UNUSED = {"C_GetSessionInfo", "C_GetInfo", "C_GetSlotInfo", "C_GetMechanismInfo"}


def plans():
    """The name of each fault, and the lines that make it."""
    functions = {}
    for line in VALUES.read_text().splitlines():
        if not line.startswith("#"):
            function, *values = line.split()
            if function not in UNUSED:
                functions[function] = values
    for function, values in functions.items():
        for value in values:
            for which in ("1", "2", "*"):
                for verb in ("fail", "answer"):
                    yield "answers", f"{verb} {function} {which} {value}"
    for function in ["C_GetFunctionList", *functions]:
        yield "noise", f"print {function} *"
        yield "hangs", f"hang {function} 1"
        yield "crashes", f"crash {function} 1"
        if function != "C_GetFunctionList":
            yield "hangs", f"hang {function} 2"
            yield "missing functions", f"null {function}"
    yield "missing functions", "null list"
    for kind in ("spoil", "truncate", "empty", "repeat"):
        yield "signatures", f"{kind} C_Sign *"
    for kind in ("close", "logout", "remove"):
        for function in ("C_FindObjectsInit", "C_GetAttributeValue", "C_SignInit", "C_Sign"):
            yield "losses", f"{kind} {function} 1"


def run(numbered):
    """What is wrong with the run that this fault is in, if anything, and how it ended."""
    number, (kind, line) = numbered
    place = FOLDER / f"run-{number}"
    place.mkdir()
    module = place / "fault.so"
    shutil.copy(FOLDER / "fault.so", module)
    shutil.copytree(FOLDER / "tokens/tokens", place / "tokens")
    configuration = place / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {place}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    (place / "fault.so.plan").write_text(f"module {MODULE}\nenvironment SOFTHSM2_CONF {configuration}\n{line}\n")
    arguments = [
        COMMAND, "sign", "proof", "--object-id", "6d3e7a10-2f4b-4c5d-8e9f-0a1b2c3d4e5f", "--device-timeout", f"{TIMEOUT}s",
        "--pin-file", str(FOLDER / "tokens/pin"), "--key", f"pkcs11:token=keyroll;object=rsa-2048?module-path={module}",
    ]
    start = time.monotonic()
    try:
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT + PATIENCE,
            env={"SOFTHSM2_CONF": str(configuration)})
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        status, output = None, b""
    calls = place / "fault.so.calls"
    logins = calls.read_text().count("C_Login ") if calls.exists() else 0
    wrong = []
    if status is None:
        wrong.append(f"no end after {time.monotonic() - start:.0f} s")
    elif status != 0 and output:
        wrong.append("output after a failure")
    elif status == 0 and not (output.startswith(b"ey") and output.count(b".") == 2 and output.count(b"\n") == 1):
        wrong.append("something else than a token on standard output")
    # A module that crashes ends the process, but only in one of its own calls.
    if status is not None and status < 0 and kind != "crashes":
        wrong.append(f"ended by signal {-status}")
    if logins > 1:
        wrong.append(f"{logins} logins")
    shutil.rmtree(place)
    ended = "no end" if status is None else "signed" if status == 0 else "crashed" if status < 0 else "refused"
    return kind, line, ended, wrong


def main():
    every = list(enumerate(plans()))[::STEP]
    ends = collections.defaultdict(collections.Counter)
    faults = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for kind, line, ended, wrong in pool.map(run, every):
            ends[kind][ended] += 1
            for text in wrong:
                faults.append(f"{line}: {text}")
    for kind, counts in ends.items():
        print(f"{kind}: {sum(counts.values())} runs, " + ", ".join(f"{count} {end}" for end, count in sorted(counts.items())))
    for fault in faults:
        print(f"wrong: {fault}")
    print(f"{len(every)} runs, {len(faults)} wrong")
    return 1 if faults else 0


sys.exit(main())
