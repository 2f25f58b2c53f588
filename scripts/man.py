#!/usr/bin/env python3
"""Writes the manual pages of keyroll: scripts/man.py KEYROLL FOLDER [SECONDS]

The pages of the commands come from what the binary KEYROLL says of its own options, the page of the error ids from the table in
Sources/Keyroll, and everything else from docs/man. A page goes to FOLDER/man1, man5 or man7. SECONDS since 1970 is the date of the
pages; without it they have that of the last commit.
"""
import datetime
import json
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
WRITTEN = ROOT / "docs/man"
TABLES = [ROOT / "Sources/Keyroll/Meanings.swift", *sorted((ROOT / "Sources/Keyroll").glob("Meanings+*.swift"))]


def text(words):
    """Prose for a page: nothing in it is taken for a macro or an escape, and what is to be copied keeps its hyphens."""
    words = words.replace("\\", "\\e").replace("--", "\\-\\-")
    words = re.sub(r"(?<=[\s(])-(?=[\s;,.)])", r"\\-", words)
    return re.sub(r"^([.'])", r"\\&\1", words)


def argument(word):
    """One argument of a macro."""
    word = word.replace("\\", "\\e").replace('"', '""')
    # A word that is the name of a macro, or punctuation, would be taken for it.
    if len(word) <= 3:
        word = "\\&" + word
    return f'"{word}"' if " " in word else word


def prose(discussion):
    """Paragraphs and examples of a help text: (lines of mdoc, lines of the examples)."""
    lines, examples = [], []
    for block in discussion.split("\n\n"):
        first, *rest = block.split("\n")
        if first in ("Example:", "Examples:"):
            examples += [line.removeprefix("  ") for line in rest]
        else:
            lines += [".Pp"] * bool(lines) + sentences(block.replace("\n", " "))
    return lines, examples


def sentences(words):
    """One sentence to a line, as mdoc wants it, and no line of more than 80 characters."""
    parts = re.split(r"(?<=[a-z0-9)\"][.:]) (?=[A-Z])", words)
    return [text(line) for part in parts for line in textwrap.wrap(part, 76, break_long_words=False, break_on_hyphens=False)]


def option_names(option):
    for name in option.get("names", []):
        yield "Fl " + ("" if name["kind"] == "short" else "\\-") + name["name"]


def items(arguments):
    """The list of options or arguments, with their permitted values and defaults."""
    if not arguments:
        return []
    lines = [".Bl -tag -width Ds"]
    for item in arguments:
        value = [] if item["kind"] == "flag" else [f"Ar {argument(item['valueName'])}"]
        if item["kind"] == "positional":
            lines.append(f".It {value[0]}" + (" ..." if item["isRepeating"] else ""))
        else:
            lines.append(".It " + " , ".join(" ".join([name, *value]) for name in option_names(item)))
        lines += sentences(item.get("abstract", "")) or ["\\&"]
        if item.get("allValues"):
            lines.append("Permitted values:")
            lines += [f".Cm {argument(value)}{' ,' if index else ' .'}" for index, value
                      in zip(range(len(item["allValues"]) - 1, -1, -1), item["allValues"])]
        if item.get("defaultValue") not in (None, ""):
            lines += ["The default is", f".Cm {argument(item['defaultValue'])} ."]
    return lines + [".El"]


def synopsis(name, arguments):
    lines = [f".Nm {name}"]
    if any(item["kind"] != "positional" and item["isOptional"] for item in arguments):
        lines.append(".Op Ar options")
    for item in arguments:
        if item["kind"] != "positional" and not item["isOptional"]:
            lines.append(f".{next(option_names(item))} Ar {argument(item['valueName'])}")
    for item in arguments:
        if item["kind"] == "positional":
            more = " ..." if item["isRepeating"] else ""
            lines.append(f".{'Op ' if item['isOptional'] else ''}Ar {argument(item['valueName'])}{more}")
    return lines


def file(name):
    """A hand-written part, or nothing."""
    path = WRITTEN / name
    return path.read_text().rstrip("\n").split("\n") if path.exists() else []


def see_also(pages):
    """Cross references in the order of mdoc: by section, then by name."""
    pages = sorted(set(pages), key=lambda page: (page[1], page[0]))
    return [".Sh SEE ALSO"] + [f".Xr {name} {section}{' ,' if index else ''}" for index, (name, section)
                               in zip(range(len(pages) - 1, -1, -1), pages)]


class Manual:
    def __init__(self, keyroll, folder, date):
        self.folder, self.date = folder, f"{date:%B} {date.day}, {date.year}"
        dump = subprocess.run([keyroll, "--experimental-dump-help"], capture_output=True, check=True, text=True).stdout
        self.root = json.loads(dump)["command"]

    def write(self, name, section, lines):
        titles = [line for line in lines if line.startswith(".Sh ")]
        if len(titles) != len(set(titles)):
            sys.exit(f"error: {name} has a section twice: " + ", ".join(titles))
        place = self.folder / f"man{section}"
        place.mkdir(parents=True, exist_ok=True)
        heading = [f".Dd {self.date}", f".Dt {name.upper()} {section}", ".Os"]
        (place / f"{name}.{section}").write_text("\n".join(heading + lines) + "\n")

    def commands(self):
        self.command(self.root, [], [])
        for name, section in (("keyroll-keys", 7), ("keyroll-profiles", 5)):
            self.write(name, section, file(f"{name}.{section}.mdoc"))
        self.errors()

    @staticmethod
    def children(command):
        return [child for child in command.get("subcommands", []) if child["commandName"] != "help" and child["shouldDisplay"]]

    def command(self, command, parents, siblings):
        words = [*parents, command["commandName"]]
        # keyroll-keys(7) and keyroll-keys(1) stand side by side, as passwd(1) and passwd(5) do.
        page = "-".join(words)
        arguments = [item for item in command.get("arguments", []) if item["shouldDisplay"]]
        children = self.children(command)
        abstract = command["abstract"].removesuffix(".")
        lines = [".Sh NAME", f".Nm {page}", f".Nd {text(abstract[0].lower() + abstract[1:])}", ".Sh SYNOPSIS"]
        if children:
            lines += [f".Nm {' '.join(words)}", ".Ar command", ".Op Ar options"]
        else:
            lines += synopsis(" ".join(words), arguments)
        described, examples = prose(command.get("discussion") or command["abstract"])
        described = described or sentences(command["abstract"])
        own = file(f"{page}.1.mdoc")
        lines += [".Sh DESCRIPTION"] + described
        if children:
            lines += [".Pp", "The commands are:", ".Bl -tag -width Ds"]
            for child in children:
                lines += [f".It Xr {page}-{child['commandName']} 1"] + sentences(child["abstract"])
                if default := command.get("defaultSubcommand"):
                    lines += ["This is what is done when no command is named."] * (default == child["commandName"])
            lines += [".El"]
        if arguments:
            lines += [".Pp"] * bool(described or children) + ["The arguments and options are:"]
            lines += items(arguments)
        if ".Sh EXIT STATUS" not in own and page != "keyroll":
            lines += file("exit-status.mdoc")
        if own:
            lines += own
        if examples:
            # EXAMPLES stand behind EXIT STATUS, and before DIAGNOSTICS.
            place = lines.index(".Sh DIAGNOSTICS") if ".Sh DIAGNOSTICS" in lines else len(lines)
            lines[place:place] = (
                [".Sh EXAMPLES", ".Bd -literal -offset indent"] + [text(line) for line in examples] + [".Ed"])
        lines += see_also(self.related(words, arguments, children, siblings))
        if page == "keyroll":
            lines += file("standards.mdoc")
        self.write(page, 1, lines)
        for child in children:
            self.command(child, words, [other for other in children if other is not child])

    @staticmethod
    def related(words, arguments, children, siblings):
        page = "-".join(words)
        names = {name["name"] for item in arguments for name in item.get("names", [])}
        pages = [("keyroll-errors", 7)]
        for depth in range(1, len(words)):
            pages.append(("-".join(words[:depth]), 1))
        if len(words) > 2:
            pages += [("-".join([*words[:-1], other["commandName"]]), 1) for other in siblings]
        pages += [(f"{page}-{child['commandName']}", 1) for child in children]
        if names & {"key", "pin-file", "password-file"} or page == "keyroll":
            pages.append(("keyroll-keys", 7))
        if names & {"profile", "parameter"} or page in ("keyroll", "keyroll-profiles"):
            pages.append(("keyroll-profiles", 5))
        return pages

    def errors(self):
        lines = file("keyroll-errors.7.mdoc")
        for title, rows in meanings():
            lines += [f".Ss {text(title)}", ".Bl -tag -width Ds"]
            for identifier, meaning in rows:
                lines += [f".It Sy {identifier}", *sentences(meaning)]
            lines.append(".El")
        lines += see_also([("keyroll", 1), ("keyroll-explain", 1), ("keyroll-keys", 7), ("keyroll-profiles", 5)])
        self.write("keyroll-errors", 7, lines)


def meanings():
    """The one table of ids: [(title, [(id, meaning)])], its Markdown as plain text."""
    sections = []
    for path in TABLES:
        for table in re.findall(r'Table = """\n(.*?)\n    """|table = """\n(.*?)\n    """', path.read_text(), re.DOTALL):
            for line in "".join(table).replace("\\\n", "").split("\n"):
                line = re.sub(r"(?<=\S)  +", " ", line.strip()).replace("`", "")
                line = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line).replace("**", "")
                if line.startswith("# "):
                    sections.append((line[2:], []))
                elif line:
                    identifier, meaning = line.split(": ", 1)
                    sections[-1][1].append((identifier, meaning))
    if len(sections) < 10 or not all(rows for _, rows in sections):
        sys.exit("error: the table of ids in Sources/Keyroll was not understood")
    return sections


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    if len(sys.argv) == 4:
        seconds = int(sys.argv[3])
    else:
        seconds = int(subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, check=True).stdout)
    date = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    Manual(sys.argv[1], pathlib.Path(sys.argv[2]), date).commands()


main()
