#!/usr/bin/env python3
"""Prints CHANGELOG.md as Debian has changelogs: scripts/changelog.py FILE MAINTAINER SECONDS"""
import email.utils
import pathlib
import re
import sys
import textwrap

file, maintainer, seconds = sys.argv[1:]
date = email.utils.formatdate(int(seconds))
for section in re.split(r"^## ", pathlib.Path(file).read_text(), flags=re.MULTILINE)[1:]:
    heading, body = section.split("\n", 1)
    version = heading.split()[0]
    print(f"keyroll ({version}) stable; urgency=medium\n")
    for item in re.findall(r"^- (.*(?:\n  .*)*)", body, flags=re.MULTILINE):
        words = " ".join(item.split()).replace("`", "")
        print("\n".join(textwrap.wrap(words, 76, initial_indent="  * ", subsequent_indent="    ")))
    # Every version has the date of the commit, because the file does not say when it was released.
    print(f"\n -- {maintainer}  {date}\n")
