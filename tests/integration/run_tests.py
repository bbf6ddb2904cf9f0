"""Every test, as `./run test` and CI run them.

First the builds (gcc, clang, AddressSanitizer + UBSan, both Dovecot
generations) with their unit tests, then the integration modules test_*.py of
this folder, two at a time. A module runs once per generation, or only on this
machine's own build if it says GENERATIONS = ("native",). The last line is
`N passed, N failed, N skipped`.
"""

import concurrent.futures
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

import tree

HERE = pathlib.Path(__file__).resolve().parent
BUILDS = (("native", "plain"), ("native", "clang"), ("native", "asan"),
          ("foreign", "plain"))


def generations():
    native = tree.native_generation() or "2.3"
    return native, "2.4" if native == "2.3" else "2.3"


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, title, passed, failed, skipped, seconds, output):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        print("%-44s %5d passed %3d failed %3d skipped %6.1f s"
              % (title, passed, failed, skipped, seconds), flush=True)
        if failed:
            print(output[-12000:], flush=True)

    def fail(self, title, output, seconds=0.0):
        self.add(title, 0, 1, 0, seconds, output)


def run(*command):
    return subprocess.run(command, cwd=tree.PROJECT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, errors="replace")


def build(totals, generation, name):
    started = time.monotonic()
    done = run("./run", "build", generation, name)
    title = "build %s %s (-Werror)" % (generation, name)
    if done.returncode:
        totals.fail(title, done.stdout, time.monotonic() - started)
        return False
    totals.add(title, 1, 0, 0, time.monotonic() - started, "")
    return True


def unit_tests(totals, generation, name):
    started = time.monotonic()
    directory = tree.CACHE / ("build-%s-%s" % (generation, name))
    command = tree.Build(generation, name).enter(
        ["sh", "-c", "cd '%s' && make -s -k -j2 check VERBOSE=1" % directory])
    done = run(*command)
    if done.returncode:
        print("unit tests %s %s: failed, once more\n%s"
              % (generation, name, done.stdout[-6000:]), flush=True)
        done = run(*command)
    count = {word: sum(int(n) for n in re.findall(
        r"^# %s: +(\d+)" % word, done.stdout, re.M))
        for word in ("PASS", "FAIL", "ERROR", "SKIP", "XPASS")}
    failed = count["FAIL"] + count["ERROR"] + count["XPASS"]
    if done.returncode and not failed:
        failed = 1
    totals.add("unit tests %s %s" % (generation, name), count["PASS"],
               failed, count["SKIP"], time.monotonic() - started, done.stdout)


def module_jobs(names):
    """(module, generation) of every integration test module wanted."""
    native, foreign = generations()
    jobs = []
    for path in sorted(HERE.glob("test_*.py")):
        if names and not any(name in path.stem for name in names):
            continue
        found = re.search(r"^GENERATIONS *= *(\(.*\))", path.read_text(),
                          re.M)
        wanted = found.group(1) if found else '("2.3", "2.4")'
        if "native" in wanted:
            jobs.append((path.stem, native))
        else:
            jobs += [(path.stem, g) for g in (native, foreign)
                     if '"%s"' % g in wanted]
    # Long ones first, so that two workers end together.
    jobs.sort(key=lambda job: "matrix" not in job[0])
    return jobs


def run_module(job):
    module, generation = job
    started = time.monotonic()
    environment = dict(os.environ, WARDEN_GENERATION=generation)
    try:
        done = subprocess.run(
            [sys.executable, str(HERE / "run_tests.py"), "--worker", module],
            cwd=HERE, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1500,
            errors="replace")
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = "%s\nno end after 1500 s" % late.stdout
    found = re.search(r"^WORKER (\{.*\})$", output, re.M)
    counts = (json.loads(found.group(1)) if found
              else {"passed": 0, "failed": 1, "skipped": 0})
    return job, counts, time.monotonic() - started, output


def worker(module):
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    text = io.StringIO()
    result = unittest.TextTestRunner(stream=text, verbosity=2).run(suite)
    print(text.getvalue())
    failed = (len(result.failures) + len(result.errors)
              + len(result.unexpectedSuccesses))
    skipped = len(result.skipped)
    print("WORKER " + json.dumps({
        "passed": max(0, result.testsRun - failed - skipped),
        "failed": failed, "skipped": skipped}))


def main(names):
    totals = Totals()
    started = time.monotonic()
    native, foreign = generations()
    which = {"native": native, "foreign": foreign}
    good = {}
    for generation, name in BUILDS:
        if names and name != "plain":
            continue
        good[generation, name] = build(totals, which[generation], name)
    if not names:
        layers = run(sys.executable, "tests/layers.py")
        totals.add("layers", int(not layers.returncode),
                   int(bool(layers.returncode)), 0, 0.0, layers.stdout)
        for generation, name in BUILDS:
            if good[generation, name]:
                unit_tests(totals, which[generation], name)
    jobs = [job for job in module_jobs(names)
            if good["native" if job[1] == native else "foreign", "plain"]]
    again = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for job, counts, seconds, output in pool.map(run_module, jobs):
            if counts["failed"]:
                again.append(job)
                print("%s %s: %d failed beside another module, to be run "
                      "again alone\n%s" % (*job, counts["failed"],
                                           output[-6000:]), flush=True)
                continue
            totals.add("%s %s" % job, counts["passed"], counts["failed"],
                       counts["skipped"], seconds, output)
    # Real daemons, killed and filled, on a machine with two cores: what fails
    # beside another module gets one more try by itself, and is seen above.
    for job in again:
        job, counts, seconds, output = run_module(job)
        totals.add("%s %s (alone)" % job, counts["passed"], counts["failed"],
                   counts["skipped"], seconds, output)
    print("%.1f minutes" % ((time.monotonic() - started) / 60))
    print("%d passed, %d failed, %d skipped"
          % (totals.passed, totals.failed, totals.skipped), flush=True)
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2])
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
