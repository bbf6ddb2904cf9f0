#!/usr/bin/python3
"""Run the fuzz targets: fuzz.py [SECONDS] [NAME…]

Each libFuzzer target of the fuzz build runs for SECONDS of processor time
(default 600), however busy the machine, on a
corpus of its own under .cache/fuzz/, from its checked-in seeds and, for whole
messages, the test cases. Two run at a time. Ends with a table; exit status 1
if one of them found something, whose input is kept beside the corpus.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = pathlib.Path(os.environ.get("WARDEN_CACHE", ROOT / ".cache"))
DICTIONARIES = {"protocol": "fuzz-protocol.dict",
                "notice": "fuzz-notice.dict",
                "feed": "fuzz-feed.dict",
                "check": "fuzz-check.dict",
                "pdf": "fuzz-pdf.dict"}


def find_programs(names):
    for build in sorted(CACHE.glob("build-*-fuzz")):
        programs = [p for p in sorted((build / "tests/fuzz").glob("fuzz-*"))
                    if p.is_file() and os.access(p, os.X_OK)]
        if programs:
            return [p for p in programs
                    if not names or p.name[len("fuzz-"):] in names]
    return []


def run(program, seconds):
    name = program.name[len("fuzz-"):]
    work = CACHE / "fuzz" / name
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    command = [program, "-max_total_time=%d" % seconds, "-timeout=20",
               "-rss_limit_mb=2048", "-print_final_stats=1",
               "-artifact_prefix=%s/" % work,
               "-dict=%s" % (HERE / DICTIONARIES.get(name,
                                                     "fuzz-parse.dict")),
               work / "corpus", HERE / "seeds" / name]
    if name == "parse":
        cases = work / "cases"
        cases.mkdir(exist_ok=True)
        for message in (ROOT / "tests/cases").glob("*/message.eml"):
            (cases / message.parent.name).write_bytes(message.read_bytes())
        command.append(cases)
    status, used = 0, 0.0
    (work / "log").write_bytes(b"")
    # libFuzzer's clock goes on while others have the processor
    while status == 0 and used < seconds - 1:
        command[1] = "-max_total_time=%d" % max(5, seconds - used)
        with open(work / "log", "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
        used += usage.ru_utime + usage.ru_stime
    text = (work / "log").read_text(errors="replace")
    runs = re.findall(r"stat::number_of_executed_units: (\d+)", text)
    coverage = re.findall(r"cov: (\d+)", text)
    return (name, status, sum(map(int, runs)),
            max(map(int, coverage), default=0), used, work / "log")


def main():
    arguments = sys.argv[1:]
    seconds = int(arguments.pop(0)) if arguments and \
        arguments[0].isdigit() else 600
    programs = find_programs(arguments)
    if not programs:
        sys.exit("fuzz.py: no targets built (./run fuzz builds them)")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, status, runs, coverage, used, log in pool.map(
                lambda program: run(program, seconds), programs):
            print("%-12s %s %12d runs %8d edges %6.0f s of processor" % (
                name, "ok    " if status == 0 else "FAILED", runs, coverage,
                used), flush=True)
            if status != 0:
                failed += 1
                print("           see %s" % log)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
