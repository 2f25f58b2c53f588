#!/usr/bin/python3 -I
"""Prints every public declaration of the libraries that has no doc comment, as FILE:LINE: DECLARATION; requirements of public
protocols are among them.

Some need none: the members of well-known protocols, the members that a protocol of ours describes, and an initialiser that
only stores its arguments.
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
STORING = re.compile(r"(self\.)?\w+ = [\w.]+$")


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


def undocumented(path):
    lines = path.read_text().split("\n")
    end_of_protocol = None
    for place, line in enumerate(lines):
        if line == end_of_protocol:
            end_of_protocol = None
        elif end_of_protocol and REQUIREMENT.match(line) and not lines[place - 1].lstrip().startswith("///"):
            yield f"{path}:{place + 1}: {line.strip()}"
        found = DECLARATION.match(line)
        if not found:
            continue
        if found.group(2).startswith("protocol "):
            end_of_protocol = found.group(1) + "}"
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


missing = [
    text
    for path in sorted(Path("Sources").rglob("*.swift"))
    if "KeyrollCLI" not in path.parts
    for text in undocumented(path)
]
for text in missing:
    print(text)
sys.exit(bool(missing))
