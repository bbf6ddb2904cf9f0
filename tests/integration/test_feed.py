"""Published lists through the command line: what is imported, what is
refused and leaves the old set as it was, and what survives being killed, a
full disk and another import."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import zipfile

import instance
import messages
import test_cli
import test_disk
import tree

GENERATIONS = ("native",)
GENERATION = os.environ.get("WARDEN_GENERATION", "2.3")
FILES = tree.PROJECT / "tests" / "feeds"
HASH = "a" * 64
# Long enough for a machine that builds something else meanwhile.
PATIENCE = 60


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def expected(name):
    """(kinds, skipped) of a file, from what the unit test wants of it."""
    kinds, skipped = {}, {}
    for line in (FILES / (name + ".expected")).read_text().splitlines()[1:]:
        word = line.split(" ")[0]
        if word in ("sha256", "url", "host", "sender"):
            kinds[word] = kinds.get(word, 0) + 1
        elif re.fullmatch(r"-[a-z0-9-]+ \d+", line):
            skipped[word[1:]] = int(line.split(" ")[1])
    return kinds, skipped


def hosts(count, tag="a"):
    return "".join("h%d.%s.example\n" % (n, tag)
                   for n in range(count)).encode()


class Database(unittest.TestCase):
    """A database of its own, without any Dovecot."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="warden-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.dir.chmod(0o755)
        self.build = tree.Build(GENERATION)
        self.use(self.dir / "db")

    def use(self, folder):
        folder.mkdir(exist_ok=True)
        os.chown(folder, instance.WARDEN_UID, instance.WARDEN_GID)
        self.database = folder / "verdicts.sqlite"
        self.config = self.dir / "warden.conf"
        self.config.write_text("[store]\ndatabase = %s\nepoch_file = %s\n"
                               % (self.database, folder / "epoch"))

    def command(self, *args):
        return self.build.enter([str(self.build.warden), *map(str, args),
                                 "--config", str(self.config)],
                                paths=[self.dir])

    def run_cli(self, *args, status=0, input=None):
        done = subprocess.run(self.command(*args), input=input,
                              capture_output=True)
        self.assertEqual(done.returncode, status,
                         (args, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def rows(self, *args, **kwargs):
        out, _ = self.run_cli(*args, "--json", **kwargs)
        return [json.loads(line) for line in out.splitlines()]

    def sql(self, statement):
        with sqlite3.connect("file:%s?mode=ro" % self.database, uri=True,
                             timeout=30) as connection:
            return connection.execute(statement).fetchall()

    def state(self):
        """All that an import may change."""
        return (self.rows("feed", "list"),
                self.sql("select i.kind, i.value, i.threat, f.name, f.allow "
                         "from indicators i join feeds f on f.id = i.feed_id"
                         " and f.active = 1 order by 1, 2, 4"),
                self.sql("select value from meta where "
                         "key = 'list_generation'"))

    def write(self, name, data):
        path = self.dir / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path


class Formats(Database):
    def check(self, name, row):
        kinds, skipped = expected(name)
        self.assertEqual(row["by_kind"], kinds, name)
        self.assertEqual(row["skipped"], skipped, name)
        self.assertEqual(row["indicators"], sum(kinds.values()), name)

    def names(self):
        return sorted(path.name[:-len(".expected")]
                      for path in FILES.glob("*.expected")
                      if expected(path.name[:-len(".expected")])[0])

    def test_files(self):
        names = self.names()
        self.assertGreater(len(names), 12)
        for name in names:
            self.check(name, self.rows("feed", "import", FILES / name)[0])
        feeds = {row["name"]: row for row in self.rows("feed", "list")}
        self.assertEqual(sorted(feeds), names)
        for name in names:
            self.check(name, feeds[name])
            self.assertEqual(feeds[name]["source"], str(FILES / name))
            self.assertEqual(feeds[name]["allow"], name in
                             ("clamav.sfp", "clamav.wdb"), name)
        out, _ = self.run_cli("feed", "list")
        self.assertEqual(len(out.splitlines()), len(names) + 1)

    def test_packed(self):
        zstd = shutil.which("zstd")
        for name in self.names():
            data = (FILES / name).read_bytes()
            if zstd:
                path = self.write(name + ".zst", subprocess.run(
                    [zstd], input=data, stdout=subprocess.PIPE,
                    check=True).stdout)
                self.check(name, self.rows("feed", "import", "--dry-run",
                                           path)[0])
            for ending, packed in (
                    (".gz", gzip.compress(data)), (".bz2", bz2.compress(data)),
                    (".xz", lzma.compress(data)),
                    (".zip", zipped((name, data)))):
                path = self.write(name + ending, packed)
                self.check(name, self.rows("feed", "import", "--dry-run",
                                           path)[0])
        self.assertFalse(self.database.exists())

    def test_folder(self):
        row = self.rows("feed", "import", FILES / "misp")[0]
        self.assertEqual((row["name"], row["format"]), ("misp", "misp"))
        self.assertEqual(row["by_kind"], {"sha256": 2, "url": 1, "host": 2,
                                          "sender": 1})
        folder = self.dir / "misp"
        shutil.copytree(FILES / "misp", folder)
        self.run_cli("feed", "import", folder)
        self.assertEqual(self.rows("feed", "update")[0],
                         {"name": "misp", "unchanged": True})
        events = sorted(folder.glob("5*.json"))
        events[0].unlink()
        before = self.state()
        _, error = self.run_cli("feed", "import", folder, status=1)
        self.assertIn(events[0].name + ": No such file", error)
        self.assertEqual(self.state(), before)
        (folder / "manifest.json").unlink()
        _, error = self.run_cli("feed", "import", folder, status=1)
        self.assertIn("manifest.json: No such file", error)

    def test_together(self):
        """Several files are one feed; standard input is one, too."""
        row = self.rows("feed", "import", "--name", "all",
                        FILES / "urlhaus.csv", FILES / "phishtank.json")[0]
        self.assertEqual(row["by_kind"], {"url": 4})
        self.assertEqual(row["format"], "urlhaus+phishtank-json")
        row = self.rows("feed", "import", "--name", "in", "--format",
                        "domain", "-", input=b"a.example\nA.example\n")[0]
        self.assertEqual((row["indicators"], row["duplicates"]), (1, 1))
        before = self.state()
        _, error = self.run_cli("feed", "import", "--name", "mixed",
                                FILES / "clamav.hsb", FILES / "clamav.sfp",
                                status=1)
        self.assertIn("clamav.sfp: is an allow-list", error)
        self.assertEqual(self.state(), before)

    def test_pipe(self):
        """import <(curl …)"""
        done = subprocess.run(
            ["bash", "-c", "%s <(echo a.example)" % shlex.join(
                [str(self.build.warden), "--config", str(self.config),
                 "feed", "import", "--name", "x"])], capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"x: 1 indicators in force", done.stdout)
        _, error = self.run_cli("feed", "import", "--name", "x", "-",
                                input=b"b.example\nno name\n", status=1)
        self.assertIn(": standard input:2: 'no name' is no host", error)
        self.assertEqual(self.rows("feed", "list")[0]["indicators"], 1)

    def test_dry_run(self):
        self.run_cli("feed", "import", "--name", "x",
                     self.write("x", "a.example\n"))
        before = self.state()
        out, _ = self.run_cli("feed", "import", "--dry-run", "--name", "x",
                              self.write("x", "b.example\nc.example\n"))
        self.assertIn("x: 2 indicators would be in force", out)
        self.assertEqual(self.state(), before)

    def test_warnings(self):
        """What would hit everybody is skipped, counted, and named."""
        path = self.write("wide", "ok.example\n" + "co.uk\n" * 30)
        out, error = self.run_cli("feed", "import", path)
        self.assertIn("30 skipped (public-suffix 30)", out)
        self.assertEqual(error.count("'co.uk' is a public suffix"), 20)
        self.assertIn("wide:2: ", error)
        self.assertIn("and 10 more", error)

    def test_help(self):
        out, _ = self.run_cli("feed", "--help")
        for name in ("urlhaus", "malwarebazaar", "phishtank-csv",
                     "phishtank-json", "openphish", "misp", "stix",
                     "clamav-hash", "clamav-allow", "clamav-pdb",
                     "clamav-wdb", "adblock", "hosts", "domain", "url",
                     "sha256", "sender", "yara", "list"):
            self.assertIn("\n  %s " % name, out)

    def test_usage(self):
        path = self.write("x", "a.example\n")
        for args in (["import"], ["import", "--format", "odd", path],
                     ["import", "--command", "true"],
                     ["import", "--command", "true", "--name", "x", path],
                     ["import", "--name", "x" * 64, path],
                     ["list", "x"], ["remove"], ["update", "--allow"]):
            _, error = self.run_cli("feed", *args, status=2)
            self.assertIn("warden feed: ", error)


MALFORMED = {
    "urlhaus-columns.csv": (
        b"# id,dateadded,url,url_status\n\"1\",\"2\"\n", None,
        ":2: 2 columns where 9 are wanted"),
    "urlhaus-quote.csv": (b'1,d,"http://a.example/\n', "urlhaus",
                          ":1: a quote is not closed on its line"),
    "urlhaus-url.csv": (b"1,d,nothing,online,,t,g,l,r\n", "urlhaus",
                        ":1: 'nothing' is no URL with a host"),
    "bazaar.csv": (b"d,zz,m,s,r,n,g,t,s\n", "malwarebazaar",
                   ":1: 'zz' is no SHA-256"),
    "phishtank.csv": (b"phish_id,url,phish_detail_url,submission_time,"
                      b"verified,verification_time,online,target\n1,2\n",
                      None, ":2: 2 columns where 8 are wanted"),
    "phishtank.json": (b'[{"phish_id":1,\n"url":"http://a.example/"},\n{]',
                       None, ":3: $[1]: ']' where '}' is wanted"),
    "phishtank-cut.json": (b'[{"phish_id":1,"url":"http://a.ex', None,
                           ":1: $[0].url: ends within a string"),
    "openphish.txt": (b"https://a.example/\nhttps//b.example/\n",
                      "openphish", ":2: 'https//b.example/' is no URL"),
    "hosts": (b"0.0.0.0 a.example\n0.0.0.x b.example\n", "hosts",
              ":2: '0.0.0.x' is no line of a hosts file"),
    "domains": (b"a.example\nb..example\n", None,
                ":2: 'b..example' is no host name"),
    "adblock": (b"[Adblock Plus]\n||a.example^\n||b_..example^\n", None,
                ":3: 'b_..example' is no host name"),
    "misp.json": (b'{"Event":{"Attribute":[\n{"type":"sha256","value":"x"}'
                  b']}}', None, ":2: $.Event.Attribute[0]: 'x' is no SHA-256"),
    "misp-empty.json": (b'{"Event":{"Attribute":[{"value":"x"}]}}', None,
                        ": an Attribute without type and value"),
    "stix.json": (b'{"type":"bundle","objects":[\n{"type":"indicator",'
                  b'"pattern":"[url:value = \'http://a.example/"}]}', None,
                  ":2: $.objects[0]: a quote is not closed in the pattern"),
    "stix-time.json": (b'{"type":"bundle","objects":[{"type":"indicator",'
                       b'"pattern":"[domain-name:value = \'a.example\']",'
                       b'"valid_until":"soon"}]}', None,
                       ":1: $.objects[0]: 'soon' is no time"),
    "a.hdb": (b"xyz:1:name\n", None, ":1: 'xyz' is no SHA-256"),
    "a.hsb": (HASH.encode() + b":some:name\n", None,
              ":1: 'some' is no size of a file"),
    "a.fp": (b"0123456789abcdef0123456789abcdef\n", None,
             ":1: '0123456789abcdef0123456789abcdef' is no hash:size:name"),
    "a.sfp": (HASH.encode() + b":1:ok\n" + HASH.encode() + b"\n", None,
              ":2: "),
    "a.pdb": (b"H:bank.example\nbank.example\n", None, ":2: "),
    "only.pdb": (b"H:bank.example\n", None,
                 "no indicator; skipped: protected-name 1"),
    "a.wdb": (b"M:x\n", None, ":1: 'M' is no X:, Y: or M: line"),
    "a.yar": (b"rule x { condition: true }\n", None,
              "YARA rules are not indicators"),
    "sha256": (HASH.encode() + b"\nabc\n", "sha256",
               ":2: 'abc' is no SHA-256"),
    "senders": (b"@a.example\nnobody\n", "sender",
                ":2: 'nobody' is no address and no @domain"),
    "list": (b"a.example\n" + b"x" * 70000, None, ":2: too long a line"),
    "nul": (b"a.example\nb.exa\0mple\n", None, ":2: cut by a NUL"),
    "latin1": (b"a.example\nb\xfc.example\n", None, ":2: not UTF-8"),
    "utf16": ("a.example\n".encode("utf-16"), None, "is UTF-16"),
    "page.html": (b"<!DOCTYPE html><p>Too many requests", None,
                  "of no known format"),
    "other.json": (b'{"error":"key wanted"}', None, "of no known format"),
    "empty": (b"", None, "holds no indicator"),
    "comments": (b"# nothing\n\n", None, "holds no indicator"),
    "md5": (b"0123456789abcdef0123456789abcdef\n", None,
            "no indicator; skipped: md5-or-sha1 1"),
    "cut.gz": (gzip.compress(hosts(2000))[:-200], None, "cannot be unpacked"),
    "two.zip": (zipped(("a", b"a.example\n"), ("b", b"b.example\n")), None,
                "the archive holds more than one file"),
    "bomb.gz": (gzip.compress(b"\n" * 80_000_000), None,
                "more than 200 times its size"),
}


class Refused(Database):
    def test_malformed(self):
        good = self.write("good", "good.example\n" + HASH + "\n"
                          "https://good.example/x\n@good.example\n")
        self.run_cli("feed", "import", "--name", "one", good)
        self.run_cli("feed", "import", "--name", "two", "--allow", good)
        before = self.state()
        for name, (data, form, message) in MALFORMED.items():
            path = self.write(name, data)
            args = ["--format", form] if form else []
            for feed in ("one", "new"):
                out, error = self.run_cli("feed", "import", "--name", feed,
                                          *args, path, status=1)
                self.assertEqual(out, "", name)
                self.assertIn(name, error)
                self.assertIn(message, error, name)
                self.assertIn("; nothing was imported", error, name)
            self.assertEqual(self.state(), before, name)
        # A good file before or behind a bad one does not help.
        bad = self.write("bad", "no name\n")
        for order in ([good, bad], [bad, good]):
            self.run_cli("feed", "import", "--name", "one", *order, status=1)
            self.assertEqual(self.state(), before)
        _, error = self.run_cli("feed", "import", self.dir / "missing",
                                status=1)
        self.assertIn("missing: No such file or directory", error)
        os.mkfifo(self.dir / "fifo")
        _, error = self.run_cli("feed", "import", self.dir / "fifo", status=1)
        self.assertIn("fifo: holds no indicator", error)
        _, error = self.run_cli("feed", "import", "/dev/null", status=1)
        self.assertIn("/dev/null: no regular file", error)
        self.assertEqual(self.state(), before)


class Interrupted(Database):
    def leftovers(self):
        return self.sql("select (select count(*) from feeds where active = 0)"
                        ", (select count(*) from indicators where feed_id not"
                        " in (select id from feeds where active = 1))")[0]

    def start(self, *args, **kwargs):
        return subprocess.Popen(self.command(*args), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **kwargs)

    def kill(self, process):
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_killed(self):
        self.run_cli("feed", "import", "--name", "x",
                     self.write("small", hosts(100)))
        before = self.state()
        # while it reads
        process = self.start("feed", "import", "--name", "x", "--format",
                             "domain", "-", stdin=subprocess.PIPE)
        process.stdin.write(hosts(50000, "b"))
        process.stdin.flush()
        self.kill(process)
        self.assertEqual(self.state(), before)
        # while it writes
        big = self.write("big", hosts(400000, "c"))
        process = self.start("feed", "import", "--name", "x", big)
        until = time.monotonic() + PATIENCE
        while self.leftovers()[1] == 0 and time.monotonic() < until:
            time.sleep(0.01)
        self.assertIsNone(process.poll())
        self.kill(process)
        self.assertGreater(self.leftovers()[1], 0)
        self.assertEqual(self.state(), before)
        row = self.rows("feed", "import", "--name", "y",
                        self.write("y", "y.example\n"))[0]
        self.assertEqual(row["indicators"], 1)
        self.assertEqual(self.leftovers(), (0, 0))
        self.assertEqual(self.state()[0][0], before[0][0])

    def test_at_once(self):
        sizes = (40000, 50000)
        self.run_cli("feed", "import", "--name", "same",
                     self.write("first", "a.example\n"))
        generation = self.state()[2][0][0]
        processes = [
            self.start("feed", "import", "--name", "same",
                       self.write("f%d" % n, hosts(size, "t%d" % n)))
            for n, size in enumerate(sizes)]
        for process in processes:
            out, error = process.communicate(timeout=PATIENCE)
            self.assertEqual((process.returncode, error), (0, b""), out)
        feeds, indicators, after = self.state()
        self.assertEqual(len(feeds), 1)
        self.assertIn(feeds[0]["indicators"], sizes)
        tag = ".t%d.example" % sizes.index(feeds[0]["indicators"])
        self.assertEqual(len(indicators), feeds[0]["indicators"])
        self.assertTrue(all(row[1].endswith(tag) for row in indicators))
        self.assertEqual(after, [(generation + 2,)])
        self.assertEqual(self.leftovers(), (0, 0))

    def test_full_disk(self):
        disk = test_disk.Tmpfs(self, 4 * 1024 * 1024)
        self.use(disk.path / "db")
        self.run_cli("feed", "import", "--name", "x",
                     self.write("small", hosts(1000)))
        before = self.state()
        big = self.write("big", hosts(200000, "d"))
        _, error = self.run_cli("feed", "import", "--name", "x", big,
                                status=1)
        self.assertRegex(error, r"(?i)full|I/O error")
        self.assertIn("nothing was imported", error)
        self.assertEqual(self.state(), before)
        subprocess.run(["mount", "-o", "remount,size=128M", str(disk.path)],
                       check=True)
        row = self.rows("feed", "import", "--name", "x", big)[0]
        self.assertEqual(row["indicators"], 200000)
        self.assertEqual(self.leftovers(), (0, 0))
        self.assertEqual(self.sql("pragma integrity_check"), [("ok",)])


class Update(Database):
    def test_files(self):
        path = self.write("list", "a.example\n")
        self.run_cli("feed", "import", "--name", "x", path)
        self.run_cli("feed", "import", "--name", "in", "-",
                     input=b"in.example\n")
        before = self.state()
        self.assertEqual(self.rows("feed", "update"),
                         [{"name": "x", "unchanged": True}])
        path.touch()
        self.assertEqual(self.run_cli("feed", "update")[0], "x: unchanged\n")
        self.assertEqual(self.state(), before)
        path.write_text("a.example\nb.example\n")
        self.assertEqual(self.rows("feed", "update", "x")[0]["indicators"], 2)
        path.write_text("no name\n")
        before = self.state()
        _, error = self.run_cli("feed", "update", status=1)
        self.assertIn("x: %s:1: 'no name' is no" % path, error)
        path.unlink()
        _, error = self.run_cli("feed", "update", status=1)
        self.assertIn("No such file", error)
        _, error = self.run_cli("feed", "update", "in", "nobody", status=1)
        self.assertIn("it came from a pipe", error)
        self.assertIn("there is no feed 'nobody'", error)
        self.assertEqual(self.state(), before)

    def test_options_stay(self):
        """The format that was asked for, and that it is an allow-list."""
        path = self.write("list", "a.example\n")
        self.run_cli("feed", "import", "--name", "x", "--allow", "--format",
                     "domain", path)
        path.write_text("b.example\nc.example\n")
        self.run_cli("feed", "update")
        row = self.rows("feed", "list")[0]
        self.assertEqual((row["allow"], row["format"], row["indicators"]),
                         (True, "domain", 2))

    def test_command(self):
        source = self.write("source", "a.example\nb.example\n")
        source.chmod(0o644)
        row = self.rows("feed", "import", "--name", "x", "--command",
                        "cat '%s'" % source)[0]
        self.assertEqual(row["indicators"], 2)
        self.assertEqual(self.rows("feed", "list")[0]["command"],
                         "cat '%s'" % source)
        self.assertEqual(self.rows("feed", "update"),
                         [{"name": "x", "unchanged": True}])
        source.write_text("a.example\n")
        self.assertEqual(self.rows("feed", "update")[0]["indicators"], 1)
        before = self.state()
        source.unlink()
        _, error = self.run_cli("feed", "update", status=1)
        self.assertRegex(error, "x: command 'cat': exit status 1: .*No such")
        self.assertEqual(self.state(), before)

    def test_command_rules(self):
        """No shell, an empty environment, the database's owner."""
        _, error = self.run_cli(
            "feed", "import", "--name", "x", "--format", "domain",
            "--command", "id -u", status=1)
        self.assertIn("'%d' is no host name" % instance.WARDEN_UID, error)
        row = self.rows("feed", "import", "--name", "x", "--command",
                        "echo a.example '#' $HOME; echo `id` > /x")[0]
        self.assertEqual(row["by_kind"], {"host": 1})
        _, error = self.run_cli("feed", "import", "--name", "y", "--command",
                                "env", status=1)
        self.assertNotIn(os.environ.get("USER", "?nobody?"), error)
        for command, message in (
                ("/nonexistent", "No such file"), ("false", "exit status 1"),
                ("sh -c 'kill -9 $$'", "ended by signal 9"),
                ("true", "holds no indicator"), ("echo 'x", "match")):
            _, error = self.run_cli("feed", "import", "--name", "y",
                                    "--command", command, status=1)
            self.assertIn(message, error)
        self.assertEqual([row["name"] for row in self.rows("feed", "list")],
                         ["x"])

    def test_background(self):
        """What a command leaves behind ends with it."""
        mark = self.dir / "db" / "mark"
        self.run_cli("feed", "import", "--name", "x", "--command",
                     "sh -c 'echo a.example; (sleep 2; touch \"%s\") "
                     ">/dev/null 2>&1 &'" % mark)
        time.sleep(2.5)
        self.assertFalse(mark.exists())


class Force(test_cli.Case):
    """In force for the service at once."""

    def test_scans(self):
        link = messages.message("Look", "https://deep.bad.example/x\n")
        path = self.server.dir / "list"
        path.write_text("bad.example\n")
        self.server.deliver(link, "anna")
        self.assertEqual(len(self.server.mails("anna")), 1)
        self.run_cli("feed", "import", str(path))
        self.server.deliver(link, "ben")
        self.assertEqual(len(self.server.mails("ben", "Quarantine")), 1)
        row = self.rows("list", "--user", "ben")[0]
        self.assertIn("KNOWN_BAD_HOST", row["symbols"])
        # An allow-list beats it.
        self.run_cli("feed", "import", "--name", "good", "--allow", "-",
                     input=b"deep.bad.example\n")
        self.server.deliver(link, "carla")
        self.assertEqual(len(self.server.mails("carla")), 1)
        self.run_cli("feed", "remove", "good")
        self.server.deliver(link, "dora")
        self.assertEqual(len(self.server.mails("dora", "Quarantine")), 1)


    def quarantined(self, user):
        return len(self.server.mails(user, "Quarantine") or [])

    def test_fetch(self):
        """Mail that was good is judged again when it is read; when the list
        goes, it stays where it was put."""
        program = b"a tool " * 100
        mail = messages.message("Tool", attachments=[
            ("tool.bin", program, "application/octet-stream")])
        self.server.deliver(mail, "emil")
        self.assertEqual(len(self.server.mails("emil")), 1)
        self.run_cli("feed", "import", "--name", "hashes", "-",
                     input=hashlib.sha256(program).hexdigest().encode())
        until = time.monotonic() + PATIENCE
        while not self.quarantined("emil") and time.monotonic() < until:
            self.server.mails("emil")
            time.sleep(0.1)
        self.assertEqual(self.quarantined("emil"), 1)
        self.assertEqual(self.server.mails("emil"), [])
        row = self.rows("hunt", "sha256:%s"
                        % hashlib.sha256(program).hexdigest())[0]
        self.assertEqual((row["mailbox"], row["verdict"]),
                         ("Quarantine", "malware"))
        self.run_cli("feed", "remove", "hashes")
        self.assertEqual(self.quarantined("emil"), 1)


class Hunt(test_cli.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.deliver(messages.eicar(), "anna", "ben")
        cls.server.deliver(messages.good(), "anna")

    def test_kinds(self):
        path = self.server.dir / "eicar"
        path.write_bytes(messages.EICAR)
        rows = self.rows("hunt", "sha256:@%s" % path)
        self.assertEqual(sorted(row["user"] for row in rows),
                         ["anna", "ben"])
        for row in rows:
            self.assertLessEqual(test_cli.COPY_KEYS | {"state"}, set(row))
        key = rows[0]["message_key"]
        for text in ("key:" + key, "key:" + key[:32]):
            self.assertEqual(len(self.rows("hunt", text)), 2, text)
        self.assertEqual(len(self.rows("hunt", "key:" + key,
                                       "sha256:@%s" % path,
                                       "domain:example.org")), 3)
        self.assertEqual(len(self.rows("hunt", "key:" + key, "--user",
                                       "ben")), 1)
        self.assertEqual(len(self.rows("hunt", "key:" + key, "--limit",
                                       "1")), 1)

    def set_state(self, state):
        connection = sqlite3.connect(self.server.database, timeout=30)
        with connection:
            connection.execute(
                "update deliveries set state = (select id from states where "
                "name = ?) where user_id = (select id from users where "
                "name = 'ben')", (state,))
        connection.close()

    def test_gone(self):
        key = self.rows("hunt", "subject:test file")[0]["message_key"]
        self.set_state("gone")
        self.addCleanup(self.set_state, "stored")
        self.assertEqual([row["user"] for row in
                          self.rows("hunt", "key:" + key)], ["anna"])
        rows = self.rows("hunt", "key:" + key, "--all")
        self.assertEqual(sorted((row["user"], row["state"]) for row in rows),
                         [("anna", "stored"), ("ben", "gone")])
        out, _ = self.run_cli("hunt", "key:" + key)
        self.assertIn("1 copy, 1 user.", out)
        self.assertTrue(out.endswith("doveadm warden pull 'key:%s'\n" % key))
        out, _ = self.run_cli("hunt", "host:nobody.example")
        self.assertEqual(out, "Nobody has it.\n")

    def test_bad(self):
        for args, message in (
                ([], "KIND:VALUE is wanted"), (["x"], '"x" is no KIND'),
                (["colour:red"], '"colour" is none of sha256 '),
                (["sha256:12"], "sha256:12: 64 hexadecimal digits wanted"),
                (["key:xyz"], "key:xyz: "), (["url:"], "url:: something"),
                (["host:a.example", "sha256:12"], "sha256:12: ")):
            out, error = self.run_cli("hunt", *args, status=2)
            self.assertEqual(out, "")
            self.assertIn(message, error)
        _, error = self.run_cli("hunt", "sha256:@/nonexistent", status=1)
        self.assertIn("sha256:@/nonexistent: No such file", error)


if __name__ == "__main__":
    unittest.main()
