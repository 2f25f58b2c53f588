#!/usr/bin/env python3
"""Writes SBOM.cdx.json (CycloneDX 1.6) and the copyright file of a binary, out of the linker's map of it.

Every archive and object that the map names must belong to a component below: one that nobody has listed is an error, so that
nothing is shipped without its name and licence.
"""
import argparse
import datetime
import json
import pathlib
import re
import subprocess
import sys
import uuid

SWIFT_LICENSE = "Apache-2.0 WITH Swift-exception"
GCC_LICENSE = "GPL-3.0-or-later WITH GCC-exception-3.1"

# What is linked in: the names of its archives and objects, its licence, who holds the copyright, and where it comes from.
STATIC = {
    "swift": (
        r"libswift(Core|_Concurrency|Glibc|Synchronization|SwiftOnoneSupport|_Builtin_float|Runtime|Dispatch|_Volatile)\.a|swiftrt\.o|static-stdlib.*\.o",
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors", "https://github.com/swiftlang/swift"),
    "llvm-project": (
        r"libswiftCore\.a\((MemAlloc|SmallPtrSet|SmallVector|StringRef)\.cpp\.o\)",
        "Apache-2.0 WITH LLVM-exception", "the LLVM project authors", "https://github.com/llvm/llvm-project"),
    "swift-experimental-string-processing": (
        r"libswift_(StringProcessing|RegexParser)\.a|libswiftRegexBuilder\.a",
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors",
        "https://github.com/swiftlang/swift-experimental-string-processing"),
    "swift-foundation": (
        r"libFoundationEssentials\.a|lib_FoundationCShims\.a",
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors", "https://github.com/swiftlang/swift-foundation"),
    "swift-collections": (
        r"lib_FoundationCollections\.a",
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors", "https://github.com/apple/swift-collections"),
    "swift-corelibs-libdispatch": (
        r"libdispatch\.a|libBlocksRuntime\.a",
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors",
        "https://github.com/swiftlang/swift-corelibs-libdispatch"),
    "gcc": (
        r"libstdc\+\+\.a|libgcc(_eh)?\.a|crtbeginS?\.o|crtendS?\.o",
        GCC_LICENSE, "Free Software Foundation, Inc.", "https://gcc.gnu.org/"),
    "glibc": (
        r"S?crt[1in]\.o|libc_nonshared\.a",
        "LGPL-2.1-or-later", "Free Software Foundation, Inc.", "https://www.gnu.org/software/libc/"),
}
# What comes with the Swift toolchain, and has no other version here.
OF_TOOLCHAIN = {name for name in STATIC if name.startswith(("swift", "llvm"))}
# What the system brings: the name in the binary, its component, its licence, where it comes from.
SHARED = {
    r"libcrypto\.so\.3": ("openssl", "Apache-2.0", "https://www.openssl.org/"),
    r"libp11-kit\.so\.0": ("p11-kit", "BSD-3-Clause", "https://p11-glue.github.io/p11-glue/p11-kit.html"),
    r"lib(c|m|dl|pthread)\.so\.\d|ld-linux.*\.so\.\d": ("glibc", "LGPL-2.1-or-later", "https://www.gnu.org/software/libc/"),
}


def fail(message):
    sys.exit(f"error: {message}")


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def linked(map_file):
    """The component of each archive and object in the map: {component: {file}}."""
    found = {}
    text = map_file.read_text(errors="replace")
    for member in set(re.findall(r"\blibswiftCore\.a\([^()]+\)", text)):
        if re.fullmatch(STATIC["llvm-project"][0], member):
            found.setdefault("llvm-project", set()).add(member)
    for path in sorted(set(re.findall(r"(?:^|\s)(/[^\s()]+\.(?:a|o))(?=[\s()]|$)", text))):
        file = pathlib.PurePosixPath(path)
        if match := re.search(r"/([A-Za-z0-9_]+)\.build/", path):
            component = "swift-argument-parser" if match[1].startswith("ArgumentParser") else "keyroll"
            # A compiler's own object that wraps the names of modules.
            found.setdefault(component, set()).add(match[1])
            continue
        names = [name for name, (pattern, *_) in STATIC.items() if re.fullmatch(pattern, file.name)]
        if len(names) != 1:
            fail(f"the map of the linker names {path}, which scripts/sbom.py does not know")
        found.setdefault(names[0], set()).add(file.name)
    for needed in ("keyroll", "swift-argument-parser", "swift", "gcc"):
        if needed not in found:
            fail(f"the map of the linker has nothing of {needed}: it was not understood")
    return found


def needed(binary):
    """The shared libraries that the binary asks for: {component: {library}}."""
    found = {}
    for library in re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", binary)):
        names = [component for pattern, (component, *_) in SHARED.items() if re.fullmatch(pattern, library)]
        if len(names) != 1:
            fail(f"the binary asks for {library}, which scripts/sbom.py does not know")
        found.setdefault(names[0], set()).add(library)
    return found


def versions():
    swift = re.search(r"Swift version (\S+)", run("swift", "--version"))[1]
    return {"gcc": run("gcc", "-dumpfullversion").strip(), "glibc": run("getconf", "GNU_LIBC_VERSION").split()[1],
            **dict.fromkeys(OF_TOOLCHAIN, swift)}


def component(name, version, licence, address, scope, how, files, purl=None):
    return {
        "type": "library", "bom-ref": f"{name}:{how}", "name": name, **({"version": version} if version else {}), "scope": scope,
        "licenses": [{"expression": licence}], **({"purl": purl} if purl else {}),
        "externalReferences": [{"type": "website" if "github" not in address else "vcs", "url": address}],
        "properties": [{"name": "keyroll:linked", "value": how}, *({"name": "keyroll:file", "value": file} for file in sorted(files))],
    }


def bill(options, static, shared):
    pin = json.loads(options.resolved.read_text())["pins"][0]
    version = versions()
    parser = "https://github.com/apple/swift-argument-parser"
    components = [component(
        "swift-argument-parser", pin["state"]["version"], SWIFT_LICENSE, parser, "required", "statically",
        static["swift-argument-parser"], f"pkg:swift/github.com/apple/swift-argument-parser@{pin['state']['version']}")]
    for name in sorted(set(static) - {"keyroll", "swift-argument-parser"}):
        _, licence, _, address = STATIC[name]
        components.append(component(name, version[name], licence, address, "required", "statically", static[name]))
    for name in sorted(shared):
        _, licence, address = next(entry for entry in SHARED.values() if entry[0] == name)
        components.append(component(name, None, licence, address, "required", "dynamically", shared[name]))
    components.append(component(
        "libqrencode", None, "LGPL-2.1-or-later", "https://fukuchi.org/works/qrencode/", "optional", "when used", {"libqrencode.so.4"}))
    time = datetime.datetime.fromtimestamp(options.epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'keyroll:{options.commit}')}",
        "metadata": {
            "timestamp": time, "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "application", "bom-ref": "keyroll", "name": "keyroll", "version": options.version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [{"name": "keyroll:commit", "value": options.commit}],
            },
        },
        "components": components,
        "dependencies": [{"ref": "keyroll", "dependsOn": [entry["bom-ref"] for entry in components]}],
    }


COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: keyroll
Comment:
 The program has parts of other projects built in. The linker's map of the
 program names them; they are listed below, each with its licence.

Files: *
Copyright: 2026 the keyroll authors
License: Apache-2.0
"""
LICENSES = """
License: Apache-2.0
 Licensed under the Apache License, Version 2.0.
 .
 On Debian systems its text is in /usr/share/common-licenses/Apache-2.0;
 elsewhere it is at https://www.apache.org/licenses/LICENSE-2.0.

License: Apache-2.0 WITH Swift-exception
 Licensed under the Apache License, Version 2.0, with this exception:
 .
 As an exception, if you use this Software to compile your source code and
 portions of this Software are embedded into the binary product as a result,
 you may redistribute such product without providing attribution as would
 otherwise be required by Sections 4(a), 4(b) and 4(d) of the License.
 .
 On Debian systems the text of the License is in
 /usr/share/common-licenses/Apache-2.0; elsewhere it is at
 https://www.apache.org/licenses/LICENSE-2.0.

License: Apache-2.0 WITH LLVM-exception
 Licensed under the Apache License, Version 2.0, with this exception:
 .
 As an exception, if, as a result of your compiling your source code, portions
 of this Software are embedded into an Object form of such source code, you may
 redistribute such embedded portions in such Object form without complying with
 the conditions of Sections 4(a), 4(b) and 4(d) of the License.
 .
 On Debian systems the text of the License is in
 /usr/share/common-licenses/Apache-2.0; elsewhere it is at
 https://www.apache.org/licenses/LICENSE-2.0.

License: GPL-3.0-or-later WITH GCC-exception-3.1
 Licensed under the GNU General Public License, version 3 or later, with the
 GCC Runtime Library Exception, version 3.1, which lets programs that were
 compiled by GCC, or linked with its runtime, have any other licence.
 .
 On Debian systems the text of the licence is in
 /usr/share/common-licenses/GPL-3; elsewhere it is at
 https://www.gnu.org/licenses/gpl-3.0. The exception is at
 https://www.gnu.org/licenses/gcc-exception-3.1.

License: LGPL-2.1-or-later
 Licensed under the GNU Lesser General Public License, version 2.1 or later.
 The start-up objects and the static part of the C library may be linked into
 any program without restriction.
 .
 On Debian systems the text of the licence is in
 /usr/share/common-licenses/LGPL-2.1; elsewhere it is at
 https://www.gnu.org/licenses/old-licenses/lgpl-2.1.
"""


def copyright_text(static):
    text = COPYRIGHT
    entries = {name: STATIC[name][1:] for name in static if name in STATIC}
    entries["swift-argument-parser"] = (
        SWIFT_LICENSE, "Apple Inc. and the Swift project authors", "https://github.com/apple/swift-argument-parser")
    for name, (licence, holders, address) in sorted(entries.items()):
        text += f"\nFiles: built-in/{name}/*\nCopyright: {holders}\nLicense: {licence}\n"
        text += f"Comment:\n {address}\n Built into the program: {', '.join(sorted(static[name]))}\n"
    return text + LICENSES


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("binary", "version", "commit"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("map", "resolved", "sbom", "copyright"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    parser.add_argument("--epoch", required=True, type=int)
    options = parser.parse_args()
    static = linked(options.map)
    options.sbom.write_text(json.dumps(bill(options, static, needed(options.binary)), indent=2) + "\n")
    options.copyright.write_text(copyright_text(static))


main()
