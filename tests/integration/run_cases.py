#!/usr/bin/python3
"""Run `warden scan --json` over tests/cases and compare.

Each case is a folder with message.eml and expect.json:

  verdict, action   exactly these
  symbols           findings that must be there (others may)
  absent            findings that must not
  only              exactly these findings, as a set
  parts             each of these must be among the parts, with these values
  urls              addresses that must be among the links
  only_urls         exactly these links, as a set
  unscanned         reasons that must be there
  no_unscanned      true: everything was looked at
  list              indicators to import into a database for this case
  database          "broken": a file that is no database
  rules             {file name: text} of YARA rules for this case
  yara              {key: value} for [yara] in its configuration
  clamd             what a clamd answers; "absent": there is none
  clamd_required    "yes" or "no"
  model             text of a model.conf; without it the classifier, whose
                    weights change with every training, is off except for
                    the cases of good mail (ham-…)
  sender            {key: value} for [sender] in its configuration
  signatures        {key: value} for [signatures], files of tests/signature
  signed            [kind, status, signer] of each signature, in order
  why               what the case is about, for people

Whatever the case, the report must keep its contract. Also compares the table
of checks, config/scores.conf, docs/checks.md and the cases: each symbol has to
stand in all of them. Usage: run_cases.py WARDEN [CASE…]
"""

import configparser
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import fake_clamd

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"
SIGNERS = ROOT / "tests" / "signature"
# No message can make them happen; their unit tests do.
NO_CASE = {"SCAN_FAILED", "BAYES_HAM", "BAYES_PHISH", "BAYES_SPAM",
           "BAYES_SPAM_WEAK", "OWN_ALLOWED", "OWN_ALLOWED_UNPROVEN",
           "OWN_DENIED", "BURST", "CONTACT_PROVEN", "FIRST_CONTACT",
           "KNOWN_CONTACT", "LANGUAGE_UNUSUAL", "REPLY_WITHOUT_THREAD",
           "SENDER_NAME_OF_CONTACT"}
KEYS = {
    "": {"file": str, "verdict": str, "action": str, "score": float,
         "strength": float,
         "findings": list, "parts": list, "urls": list, "unscanned": list,
         "signatures": list,
         "sha256": str, "engine": dict, "elapsed_us": int},
    "findings": {"symbol": str, "score": float, "family": str,
                 "technique": str, "detail": str, "part": str},
    "parts": {"path": str, "name": str, "declared_type": str,
              "detected_type": str, "size": int, "sha256": str,
              "tlsh": str},
    "urls": {"url": str, "host": str, "text": str, "source": str},
    "unscanned": {"part": str, "reason": str},
    "signatures": {"kind": str, "status": str, "signer": str, "part": str,
                   "detail": str},
    "engine": {"version": str, "epoch": int},
}


def shape_faults(report):
    """Keys and types of ARCHITECTURE's contract."""
    def look(where, value):
        for key, kind in KEYS[where].items():
            if key not in value:
                yield "%s lacks %s" % (where or "report", key)
            elif not isinstance(value[key], kind):
                yield "%s.%s is %r" % (where, key, value[key])
    yield from look("", report)
    for where in ("findings", "parts", "urls", "unscanned", "signatures"):
        for entry in report.get(where, []):
            yield from look(where, entry)
    yield from look("engine", report.get("engine", {}))
    total = sum(f["score"] for f in report.get("findings", []))
    if abs(total - report.get("score", 0)) > 0.001:
        yield "scores add up to %g, not %g" % (total, report["score"])
    paths = [p["path"] for p in report.get("parts", [])]
    if len(set(paths)) != len(paths):
        yield "two parts have one path"


def expectation_faults(report, expect):
    found = {f["symbol"] for f in report["findings"]}
    for key in ("verdict", "action"):
        if key in expect and report[key] != expect[key]:
            yield "%s is %s, expected %s" % (key, report[key], expect[key])
    for symbol in expect.get("symbols", []):
        if symbol not in found:
            yield "no %s" % symbol
    for symbol in expect.get("absent", []):
        if symbol in found:
            yield "%s was found" % symbol
    if "only" in expect and found != set(expect["only"]):
        yield "found %s, expected only %s" % (sorted(found), expect["only"])
    for wanted in expect.get("parts", []):
        if not any(all(part.get(k) == v for k, v in wanted.items())
                   for part in report["parts"]):
            yield "no part %s among %s" % (wanted, [
                (p["path"], p["name"], p["detected_type"])
                for p in report["parts"]])
    signed = [[s["kind"], s["status"], s["signer"]]
              for s in report["signatures"]]
    if "signed" in expect and signed != expect["signed"]:
        yield "signatures are %s" % report["signatures"]
    urls = {u["url"] for u in report["urls"]}
    for url in expect.get("urls", []):
        if url not in urls:
            yield "no link to %s among %s" % (url, sorted(urls))
    if "only_urls" in expect and urls != set(expect["only_urls"]):
        yield "links to %s, expected only %s" % (sorted(urls),
                                                 expect["only_urls"])
    reasons = {u["reason"] for u in report["unscanned"]}
    if expect.get("no_unscanned") and reasons:
        yield "unscanned for %s" % sorted(reasons)
    for reason in expect.get("unscanned", []):
        if reason not in reasons:
            yield "not unscanned for %s (%s)" % (reason, sorted(reasons))


EXPECTATIONS = {"verdict", "action", "symbols", "absent", "only", "parts",
                "urls", "only_urls", "unscanned", "no_unscanned", "signed"}
# A case with one of these has a configuration of its own.
OF_ITS_OWN = {"list", "database", "rules", "yara", "clamd", "clamd_required",
              "model", "sender", "signatures", "dlp"}


def folders(names=()):
    return [folder for folder in sorted(CASES.iterdir())
            if (folder / "expect.json").exists() and
            (not names or folder.name in names)]


class Runner:
    def __init__(self, warden, prefix=()):
        self.warden, self.prefix = str(warden), list(prefix)
        self.reports = {}

    def run(self, *arguments):
        return subprocess.run([*self.prefix, self.warden, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True)

    @staticmethod
    def foreign(folder, expect):
        """Lines for the case's rules and clamd."""
        lines = ["[yara]"] + ["%s = %s" % pair for pair in
                              expect.get("yara", {}).items()]
        if "rules" in expect:
            rules = pathlib.Path(folder, "rules")
            rules.mkdir()
            for name, text in expect["rules"].items():
                (rules / name).write_text(text)
            lines += ["folder = %s" % rules, "kept = "]
        if "clamd" in expect:
            lines += ["[clamd]", "socket = %s" % pathlib.Path(folder, "clamd"),
                      "required = %s" % expect.get("clamd_required", "no")]
        return "".join(line + "\n" for line in lines)

    @staticmethod
    def classifier(scratch, folder, expect):
        """Lines for the case's classifier."""
        if "model" in expect:
            model = pathlib.Path(scratch, "model.conf")
            model.write_text(expect["model"])
            return "[classifier]\nmodel = %s\n" % model
        return "[classifier]\nenabled = %s\n" % (
            "yes" if folder.name.startswith("ham-") else "no")

    @staticmethod
    def dlp(scratch, expect):
        """Lines for what must not leave the house, and its files."""
        lines = ["[dlp]\n"]
        for name, value in expect.get("dlp", {}).items():
            if name in ("patterns", "documents"):
                path = pathlib.Path(scratch, name)
                path.write_text(value)
                value = path
            lines.append("%s = %s\n" % (name, value))
        return "".join(lines)

    @staticmethod
    def clamd(folder, expect):
        if expect.get("clamd", "absent") == "absent":
            return contextlib.nullcontext()
        return fake_clamd.FakeClamd(pathlib.Path(folder, "clamd"),
                                    expect["clamd"].encode() + b"\0")

    def config(self, folder, case, expect):
        """A configuration with the case's lists, rules, clamd and model."""
        database = pathlib.Path(folder, "verdicts.sqlite")
        config = pathlib.Path(folder, "warden.conf")
        config.write_text("[store]\ndatabase = %s\njournal = %s\n"
                          % (database, pathlib.Path(folder, "journal"))
                          + self.foreign(folder, expect)
                          + "".join(["[sender]\n"] + [
                              "%s = %s\n" % pair for pair in
                              expect.get("sender", {}).items()])
                          + "".join(["[signatures]\n"] + [
                              "%s = %s\n" % (key, SIGNERS / name)
                              for key, name in
                              expect.get("signatures", {}).items()])
                          + self.dlp(folder, expect)
                          + self.classifier(folder, case, expect))
        if expect.get("database") == "broken":
            database.write_bytes(b"this is no database\n" * 1000)
            return config
        if "list" not in expect:
            return config
        source = pathlib.Path(folder, "list.txt")
        source.write_text("".join(line + "\n" for line in expect["list"]))
        done = self.run("feed", "import", "--config", str(config), "--name",
                        "case", str(source))
        if done.returncode:
            raise RuntimeError("feed import: " + done.stderr)
        return config

    def scan_together(self, cases):
        """Those that want nothing special, in one process for all: its start
        takes longer than a scan. Whatever is missing is scanned alone."""
        groups = {}
        for folder in cases:
            expect = json.loads((folder / "expect.json").read_text())
            if not OF_ITS_OWN & set(expect):
                key = self.classifier("", folder, expect)
                groups.setdefault(key, []).append(folder)
        for group in groups.values():
            with tempfile.TemporaryDirectory(prefix="warden-case-",
                                             dir="/tmp") as scratch:
                config = self.config(scratch, group[0], {})
                done = self.run("scan", "--json", "--config", str(config), *(
                    str(folder / "message.eml") for folder in group))
            for line in done.stdout.splitlines():
                report = json.loads(line)
                self.reports[report["file"]] = report

    def scan_alone(self, folder, expect):
        """Its report, or what is wrong."""
        message = str(folder / "message.eml")
        with tempfile.TemporaryDirectory(prefix="warden-case-",
                                         dir="/tmp") as scratch:
            arguments = ["scan", "--json", "--config",
                         str(self.config(scratch, folder, expect))]
            with self.clamd(scratch, expect):
                done = self.run(*arguments, message)
        if done.returncode or done.stdout.count("\n") != 1:
            return "exit %d, %d lines: %s" % (
                done.returncode, done.stdout.count("\n"), done.stderr)
        return json.loads(done.stdout)

    def case(self, folder):
        """The faults of one case."""
        expect = json.loads((folder / "expect.json").read_text())
        message = str(folder / "message.eml")
        report = self.reports.get(message) or self.scan_alone(folder, expect)
        if isinstance(report, str):
            return [report]
        faults = list(shape_faults(report))
        if report.get("file") != message:
            faults.append("file is %r" % report.get("file"))
        return faults or list(expectation_faults(report, expect))


def table():
    """(symbol, family, technique) of every family in scanner/checks."""
    row = re.compile(r'^\t\{ "([A-Z0-9_]+)", "([a-z]+)", "([A-Z0-9.]*)" \}',
                     re.M)
    return [found for path in sorted((ROOT / "scanner/checks").glob("*.c"))
            for found in row.findall(path.read_text())]


def agreement_faults():
    """Where table, configuration, documentation and cases differ."""
    symbols = {symbol: technique for symbol, _, technique in table()}
    scores = configparser.ConfigParser(interpolation=None)
    scores.read(ROOT / "config/scores.conf")
    documented = dict(re.findall(r"^\| `([A-Z0-9_]+)` \|.*?\| ([^|]*) \|$",
                                 (ROOT / "docs/checks.md").read_text(), re.M))
    cases = set()
    for path in CASES.glob("*/expect.json"):
        expect = json.loads(path.read_text())
        cases.update(expect.get("symbols", []), expect.get("only", []))
        # what nobody looks at, or never is, would be as expected for ever
        for word in sorted((set(expect) - EXPECTATIONS - OF_ITS_OWN - {"why"})
                           | (set(expect.get("absent", [])) - set(symbols))):
            yield "%s: there is no %s" % (path, word)
        if not EXPECTATIONS & set(expect):
            yield "%s expects nothing" % path
    for symbol in sorted(set(symbols) | set(scores.sections())
                         | set(documented) | cases):
        if symbol not in symbols:
            yield "%s is not in the table of checks" % symbol
            continue
        if symbol not in scores:
            yield "%s is not in config/scores.conf" % symbol
        elif set(scores[symbol]) - {"damped"} != {"score", "class", "reason"}:
            yield "[%s] needs score, class and reason" % symbol
        if symbol not in documented:
            yield "%s is not in docs/checks.md" % symbol
        elif documented[symbol] != (symbols[symbol] or "–"):
            yield "docs/checks.md: %s is %s" % (symbol, symbols[symbol])
        if symbol not in cases | NO_CASE:
            yield "no case has %s among its symbols" % symbol
    if not symbols:
        yield "no table of checks was found"
    yield from table_faults()


def table_faults():
    """Cases that README.md names and that are not there."""
    rows = re.findall(r"^\| .*", (CASES / "README.md").read_text(), re.M)
    names = {name for row in rows
             for name in re.findall(r"`([a-z0-9-]+)`", row)}
    for name in sorted(names):
        if not (CASES / name / "expect.json").exists():
            yield "tests/cases/README.md: there is no case " + name
    if not names:
        yield "tests/cases/README.md names no case"


def main(arguments):
    if not arguments:
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 2
    runner = Runner(arguments[0])
    names = arguments[1:]
    passed = failed = skipped = 0
    cases = folders(names)
    runner.scan_together(cases)
    for folder in cases:
        faults = runner.case(folder)
        for fault in faults:
            print("%s: %s" % (folder.name, fault))
        failed += bool(faults)
        passed += not faults
    if not names:
        faults = list(agreement_faults())
        print("".join(fault + "\n" for fault in faults), end="")
        failed += bool(faults)
        passed += not faults
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
