"""Prints the ten tests whose cases took the longest, from an event stream of swift test."""

import json
import sys

started, seconds = {}, {}
with open(sys.argv[1], encoding="utf-8") as stream:
    for line in stream:
        record = json.loads(line)
        if record["kind"] != "event":
            continue
        event = record["payload"]
        test = event.get("testID", "").split("/")[:-1]
        # All tests start together; only the times of their cases are known.
        key = ("/".join(test), json.dumps(event.get("_testCase")))
        if event["kind"] == "testCaseStarted":
            started[key] = event["instant"]["absolute"]
        elif event["kind"] == "testCaseEnded" and key in started:
            name = key[0]
            seconds[name] = seconds.get(name, 0) + event["instant"]["absolute"] - started.pop(key)

print("the slowest tests, in seconds:")
for name in sorted(seconds, key=seconds.get, reverse=True)[:10]:
    print(f"{seconds[name]:8.1f}  {name}")
