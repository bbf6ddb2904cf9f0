#!/usr/bin/python3
"""Arrows between folders point one way (docs: the layout). Run by the tests.

plugin → protocol ← service → core → checks → facts; core → reader → parse →
facts; core and parse → rules; core → store.h; cli → feed → checks. The plugin includes Dovecot and the protocol, the
scanner never Dovecot, parse/ no database, and no file but those in
plugin/compat/ and the settings file looks at Dovecot's generation.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAY = {
    "plugin": {"plugin", "protocol"},
    "protocol": {"protocol"},
    "facts": {"facts"},
    "rules": {"rules", "facts"},
    "parse": {"parse", "rules", "facts"},
    "checks": {"checks", "facts"},
    "feed": {"feed", "checks", "facts"},
    "core": {"core", "checks", "facts", "reader", "rules", "protocol"},
    "reader": {"reader", "parse", "facts"},
    "sql": {"sql", "core", "checks", "facts", "protocol"},
    "service": {"service", "core", "checks", "facts", "reader", "protocol",
                "sql"},
    "cli": {"cli", "core", "checks", "facts", "feed", "reader", "rules",
            "protocol", "sql"},
}
# The store's header speaks of the pipeline's result; its one entry is scan.h.
GENERATION = re.compile(r"#\s*(?:el)?if.*(DOVECOT_VERSION|DOVECOT_ABI|"
                        r"DOVECOT_24|DOVECOT_23|SETTINGS_GET)")
DATABASE = re.compile(r"#\s*include\s*<sqlite3\.h>")
GLIB = re.compile(r"#\s*include\s*<(glib|gio|gmime)")


def layer(path):
    parts = path.relative_to(ROOT).parts
    if parts[0] == "scanner":
        return parts[1]
    return parts[0]


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if found:
            yield number, found.group(1)


def resolve(path, name):
    for base in (path.parent, ROOT):
        target = (base / name).resolve()
        if target.is_file() and ROOT in target.parents:
            return target
    return None


def main():
    faults, seen = [], 0
    for folder in ("plugin", "scanner", "sql"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            seen += 1
            here = layer(path)
            for number, name in includes(path):
                target = resolve(path, name)
                if target and layer(target) not in MAY[here]:
                    faults.append("%s:%d: %s may not include %s"
                                  % (path.relative_to(ROOT), number, here,
                                     name))
            text = path.read_text()
            if here != "sql" and DATABASE.search(text):
                faults.append("%s: only sql/ speaks SQLite" % path)
            if here in ("plugin", "protocol") and GLIB.search(text):
                faults.append("%s: no GLib in Dovecot's processes" % path)
            if (GENERATION.search(text) and "compat" not in path.parts
                    and "warden-settings" not in path.name):
                faults.append("%s: generation #if outside compat/" % path)
    print("\n".join(faults) or "%d files, arrows point one way" % seen)
    return 1 if faults or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
