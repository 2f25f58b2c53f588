#!/usr/bin/python3 -I
"""Prints every public declaration of the libraries that has no doc comment, as FILE:LINE: DECLARATION; requirements of public
protocols and cases of public enums are among them.

Some need none: the members of well-known protocols, the members that a protocol of ours describes, an initialiser that only
stores its arguments, and a case whose value is an id: the table of ids in Sources/Keyroll says what it means.
"""

import re
import sys
from pathlib import Path

DECLARATION = re.compile(r"(\s*)(?:@[\w().,: ]+\s)*public\s+(?!import\b)(.*)")
REQUIREMENT = re.compile(r"\s*((?:mutating |static )?(?:var|func|init|associatedtype|subscript)\b.*)")
MODIFIER = re.compile(r"(static|mutating|final|consuming|borrowing|convenience|nonisolated|\w+\(set\))\s+")
# Equatable, Comparable, Hashable, Collection, Encodable, CustomStringConvertible, RawRepresentable and DiagnosticError.
WELL_KNOWN = re.compile(
    r"func (==|<|hash\(|index\(after|encode\()"
    r"|var (description|debugDescription|startIndex|endIndex|hashValue|id|hint|message)\b"
    r"|let (code|message|hint|description|rawValue): |typealias Code\b"
)
# Signer, SignatureVerifier, KeyBackend, KeyLister, Cryptography, CertificateEncoder and SecretProvider.
WITNESS = re.compile(
    r"var syntax\b|func (sign\(_ message:|isValid\(_ signature:|signer\(for request|secret\(for request"
    r"|digest\(_ bytes|publicKey\((rsa|subjectPublicKeyInfo)|verifier\(for|certificate\(der|fault\("
    r"|(certificates|publicKeys)\(inFile|isSigned\(|chain\(from|listing\("
    r"|newSerialNumber\(|toBeSigned\(|wrap\(|parts\(of|subject\(_ name)"
)
ENUM = re.compile(r"(?:indirect )?enum ")
CASE = re.compile(r"\s*(?:indirect )?case (\w.*)")
IDENTIFIER = re.compile(r"\s*([a-z0-9]+(?:-[a-z0-9]+)*): ")
STORING = re.compile(r"(self\.)?\w+ = [\w.]+$")


def identifiers():
    """The ids of errors and of reasons, from the one table of them."""
    for path in Path("Sources/Keyroll").glob("Meanings*.swift"):
        yield from (found.group(1) for line in path.read_text().split("\n") if (found := IDENTIFIER.match(line)))


def are_identifiers(cases, ids):
    """Whether the value of every case in a line is an id."""
    values = re.findall(r'= "([^"]*)"', cases)
    return len(values) == cases.count(",") + 1 and all(value in ids for value in values)


def only_stores(lines, place, indent):
    """Whether the initialiser at a place only stores its arguments."""
    while not re.search(r"\{$|\{.*\}$", lines[place]):
        place += 1
    if lines[place].endswith("}"):
        body = [re.search(r"\{(.*)\}", lines[place]).group(1).strip()]
    else:
        end = lines.index(indent + "}", place)
        body = [line.strip() for line in lines[place + 1 : end]]
    return all(STORING.match(line) for line in body if line)


def undocumented(path, ids):
    lines = path.read_text().split("\n")
    end_of_protocol = None
    ends_of_enums = []
    for place, line in enumerate(lines):
        if ends_of_enums and line == ends_of_enums[-1]:
            ends_of_enums.pop()
        elif ends_of_enums and (case := CASE.match(line)) and line.startswith(ends_of_enums[-1][:-1] + "  case "):
            if not lines[place - 1].lstrip().startswith("///") and not are_identifiers(case.group(1), ids):
                yield f"{path}:{place + 1}: {line.strip()}"
        if line == end_of_protocol:
            end_of_protocol = None
        elif end_of_protocol and REQUIREMENT.match(line) and not lines[place - 1].lstrip().startswith("///"):
            yield f"{path}:{place + 1}: {line.strip()}"
        found = DECLARATION.match(line)
        if not found:
            continue
        if found.group(2).startswith("protocol "):
            end_of_protocol = found.group(1) + "}"
        if ENUM.match(found.group(2)) and not line.endswith("}"):
            ends_of_enums.append(found.group(1) + "}")
        above = place - 1
        while lines[above].lstrip().startswith("@"):
            above -= 1
        indent, declaration = found.groups()
        while modifier := MODIFIER.match(declaration):
            declaration = declaration[modifier.end() :]
        if lines[above].lstrip().startswith("///") or WELL_KNOWN.match(declaration) or WITNESS.match(declaration):
            continue
        if declaration.startswith("init(") and only_stores(lines, place, indent):
            continue
        yield f"{path}:{place + 1}: {line.strip()}"


ids = set(identifiers())
missing = [
    text
    for path in sorted(Path("Sources").rglob("*.swift"))
    if "KeyrollCLI" not in path.parts
    for text in undocumented(path, ids)
]
for text in missing:
    print(text)
sys.exit(bool(missing))
