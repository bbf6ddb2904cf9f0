#!/usr/bin/python3
"""The same mail through Warden, rspamd and SpamAssassin, side by side.

Usage: compare.py WARDEN [--limit N]. Reads ../shared/corpus beside the checkout
(or $WARDEN_CORPUS), as it is and as neutral copies. rspamd and SpamAssassin run
with their own rules and no network: no DNS, no lists, no fuzzy hashes, nothing
learned. "No session" is rspamd without the points for a missing SMTP session and
what else these mails cannot have (today's date, a sender's host in the DNS). What
is not installed or not there is left out, which is said.

A tool's figures: good mail above its threshold, and bad mail found there and at
0.1% and 1% false positives of classic good mail, by mail (by cluster). Warden's
measure is the class sum as a multiple of its threshold."""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import corpus_report

MODERN = {"transactional", "transactional-html", "real-html", "mixed",
          "personal", "template", "app-template"}
LEFT_OUT = {"abuse-report"}
# Points for what only a mail that comes by SMTP, today and with name service can
# have: the start of a symbol.
SESSION = ("HFILTER_H", "HFILTER_FROMHOST", "HFILTER_RCPT", "RDNS_", "RCVD_",
           "ONCE_RECEIVED", "DATE_IN_PAST", "DIRECT_TO_MX", "R_SPF_",
           "R_DKIM_", "DMARC_", "ARC_", "AUTH_NA")


# --- the mail ------------------------------------------------------------------

class Mail:
    def __init__(self, path, kind, source, notes):
        self.path, self.kind, self.source = path, kind, source
        self.sub = notes.get("sub", "")
        self.label = notes.get("label", "")
        self.cluster = notes.get("cluster") or path.name
        self.scores = {}

    def group(self):
        if self.kind != "ham":
            return self.kind
        return "modern" if self.sub in MODERN else "classic"


def read(root):
    mails = []
    for line in (root / "manifest.tsv").read_text("utf-8").splitlines()[1:]:
        _, kind, name, source, _, notes = line.split("\t")
        fields = dict(note.partition("=")[::2] for note in notes.split(";"))
        if kind in ("ham", "phish", "spam") and \
                fields.get("sub") not in LEFT_OUT:
            mails.append(Mail(root / name, kind, source, fields))
    return mails


def neutral(root, mails, folder):
    """Copies without a collector's marks, by neutral.py of the corpus."""
    for start in range(0, len(mails), 500):
        subprocess.run([sys.executable, str(root / "neutral.py"), str(folder),
                        *[str(m.path) for m in mails[start:start + 500]]],
                       check=True)
    copies = []
    for mail in mails:
        copy = Mail(folder / mail.path.name, mail.kind, mail.source, {
            "sub": mail.sub, "label": mail.label, "cluster": mail.cluster})
        copies.append(copy)
    return copies


# --- the tools -------------------------------------------------------------------

def ask_warden(warden, mails, classifier):
    """Strengths, by the sums of classes that go to Quarantine."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write("[store]\ndatabase =\njournal =\n[classifier]\n"
                     "enabled = %s\n" % ("yes" if classifier else "no"))
        config.flush()
        for start in range(0, len(mails), 500):
            files = {str(m.path): m for m in mails[start:start + 500]}
            done = subprocess.run([warden, "scan", "--json", "--config",
                                   config.name, *files],
                                  stdout=subprocess.PIPE, check=False)
            for line in done.stdout.splitlines():
                report = json.loads(line)
                name = "warden" if classifier else "warden, no classifier"
                files[report["file"]].scores[name] = report.get("strength",
                                                                0.0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Rspamd:
    """A private rspamd with one scanning worker and no network."""

    OFF = ("rbl", "fuzzy_check", "dkim", "dkim_signing", "spf", "dmarc", "arc",
           "asn", "surbl", "mx_check", "greylist", "ratelimit", "phishing_feed",
           "history_redis", "neural", "reputation", "url_redirector",
           "milter_headers", "bayes_expiry", "clickhouse", "elastic",
           "metadata_exporter", "p0f", "antivirus", "external_services",
           "external_relay", "known_senders", "replies", "whitelist",
           "spamassassin", "multimap", "maillist_redis", "dcc")

    def __init__(self, folder):
        self.folder, self.port = pathlib.Path(folder), free_port()
        self.process = None

    def configure(self):
        config = self.folder / "etc"
        shutil.copytree("/etc/rspamd", config, symlinks=True)
        local = config / "local.d"
        local.mkdir(exist_ok=True)
        override = config / "override.d"
        override.mkdir(exist_ok=True)
        for module in self.OFF:
            (override / (module + ".conf")).write_text("enabled = false;\n")
        (override / "options.inc").write_text(
            'dns { nameserver = ["127.0.0.1:%d"]; timeout = 0.01s; retransmits'
            ' = 0; }\nfilters = "chartable,regexp";\nlocal_addrs = [];\n'
            'control_socket = "%s/control";\npidfile = "%s/pid";\n'
            'tempdir = "%s"; hs_cache_dir = "%s"; cache_file = "%s/cache";\n'
            'rrd = "%s/rrd"; history_file = "%s/history"; stats_file = '
            '"%s/stats";\nexplicit_modules = []; enable_test_patterns = false;'
            '\n' % ((free_port(),) + (self.folder,) * 8))
        (override / "worker-normal.inc").write_text(
            'bind_socket = "127.0.0.1:%d"; count = 1; enabled = true;\n'
            % self.port)
        for other in ("controller", "proxy", "fuzzy"):
            (override / ("worker-%s.inc" % other)).write_text(
                "enabled = false;\ncount = 0;\n")
        (override / "logging.inc").write_text(
            'type = "file"; filename = "%s/log"; level = "error";\n'
            % self.folder)
        return config / "rspamd.conf"

    def __enter__(self):
        config = self.configure()
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
        self.process = subprocess.Popen(
            ["rspamd", "-f", "-i", "-c", str(config), "--var",
             "CONFDIR=%s" % config.parent, "--var", "LOCAL_CONFDIR=%s"
             % config.parent, "--var", "DBDIR=%s" % self.folder, "--var",
             "RUNDIR=%s" % self.folder, "--var", "LOGDIR=%s" % self.folder],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("wb"))
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("rspamd did not start: " + (
            self.folder / "stderr").read_text(errors="replace")[-500:])

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def ask_one(self, mail):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=60)
        connection.request("POST", "/checkv2", mail.path.read_bytes())
        report = json.loads(connection.getresponse().read())
        connection.close()
        if "score" not in report:
            return
        mail.scores["rspamd"] = report["score"]
        mail.scores["rspamd, no session"] = report["score"] - sum(
            s.get("score", 0.0) for n, s in report.get("symbols", {}).items()
            if n.startswith(SESSION))

    def ask(self, mails):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.ask_one, mails))


def ask_spamassassin(mails, folder):
    """In batches, each one process: its start costs more than a mail."""
    folder = pathlib.Path(folder)
    (folder / "local.cf").write_text(
        "use_bayes 0\nuse_auto_welcomelist 0\nskip_rbl_checks 1\n"
        "dns_available no\nreport_safe 0\n")
    batches = [mails[start:start + 100] for start in range(0, len(mails), 100)]

    def run(batch):
        names = folder / ("names-%s" % batch[0].path.name)
        names.write_text("".join("%s\n" % m.path for m in batch))
        return subprocess.run(
            ["perl", "-e", SCRIPT, str(folder), str(names)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    by_path = {str(m.path): m for m in mails}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in pool.map(run, batches):
            for line in done.stdout.decode(errors="replace").splitlines():
                path, _, score = line.rpartition("\t")
                if path in by_path:
                    by_path[path].scores["spamassassin"] = float(score)


SCRIPT = r"""
use Mail::SpamAssassin;
my ($folder, $names) = @ARGV;
my $sa = Mail::SpamAssassin->new({ local_tests_only => 1,
	dont_copy_prefs => 1, userstate_dir => "$folder/state",
	userprefs_filename => "$folder/local.cf",
	site_rules_filename => "/etc/spamassassin" });
$sa->init(0);
open(my $list, "<", $names) or die;
while (my $path = <$list>) {
	chomp $path;
	open(my $in, "<", $path) or next;
	my @lines = <$in>;
	my $mail = $sa->parse(\@lines);
	my $status = $sa->check($mail);
	printf("%s\t%.3f\n", $path, $status->get_score());
	$status->finish();
	$mail->finish();
}
"""


# --- the table ---------------------------------------------------------------------

# Where each tool by default takes a mail away or calls it spam.
THRESHOLDS = [("warden", 1.0), ("warden, no classifier", 1.0),
              ("rspamd", 6.0), ("rspamd, no session", 6.0),
              ("spamassassin", 5.0)]


def share(mails, tool, limit):
    """By mail and by cluster, in percent."""
    mails = [m for m in mails if tool in m.scores]
    sizes = {}
    for mail in mails:
        sizes[mail.cluster] = sizes.get(mail.cluster, 0) + 1
    above = [m for m in mails if m.scores[tool] >= limit - 1e-9]
    return (100.0 * len(above) / max(len(mails), 1),
            100.0 * sum(1.0 / sizes[m.cluster] for m in above) /
            max(len(sizes), 1))


def limit_at(mails, tool, percent):
    """The lowest limit that lets at most so many classic good mails pass."""
    scores = sorted((m.scores[tool] for m in mails
                     if m.group() == "classic" and tool in m.scores),
                    reverse=True)
    may = int(len(scores) * percent / 100.0)
    return scores[may] + 1e-6 if may < len(scores) else -1e9


def print_table(title, mails):
    groups = [("phish", lambda m: m.kind == "phish"),
              ("certain", lambda m: m.label == "phishing"),
              ("scam", lambda m: m.label in ("advance-fee",
                                             "reward-survey-scam")),
              ("spam", lambda m: m.kind == "spam"),
              ("classic", lambda m: m.group() == "classic"),
              ("modern", lambda m: m.group() == "modern")]
    print("\n%s, %% of mails (of clusters) above the limit" % title)
    print("%-22s %-9s %7s  %s" % ("", "at", "limit", "  ".join(
        "%-14s" % name for name, _ in groups)))
    for tool, threshold in THRESHOLDS:
        if not any(tool in m.scores for m in mails):
            continue
        for at, limit in (("default", threshold),
                          ("0.1% FP", limit_at(mails, tool, 0.1)),
                          ("1% FP", limit_at(mails, tool, 1.0))):
            print("%-22s %-9s %7.2f  %s" % (tool, at, limit, "  ".join(
                "%-14s" % ("%5.1f (%5.1f)" % share(
                    [m for m in mails if chosen(m)], tool, limit))
                for _, chosen in groups)))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("warden")
    parser.add_argument("--limit", type=int, help="only every so many-th mail")
    options = parser.parse_args(arguments)
    root = corpus_report.corpus()
    if root is None:
        print("no corpus beside the checkout: nothing to compare")
        return 0
    mails = read(root)[::options.limit or 1]
    with tempfile.TemporaryDirectory(prefix="warden-compare-",
                                     dir="/tmp") as scratch:
        os.chmod(scratch, 0o755)
        scratch = pathlib.Path(scratch)
        sets = [("Originals", mails),
                ("Neutral copies", neutral(root, mails, scratch / "neutral"))]
        for _, some in sets:
            ask_warden(options.warden, some, True)
            ask_warden(options.warden, some, False)
        if shutil.which("rspamd") and shutil.which("rspamc"):
            (scratch / "rspamd").mkdir()
            with Rspamd(scratch / "rspamd") as rspamd:
                for _, some in sets:
                    rspamd.ask(some)
        else:
            print("rspamd is not installed: left out")
        if subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "1"],
                          stderr=subprocess.DEVNULL, check=False).returncode:
            print("SpamAssassin is not installed: left out")
        else:
            for _, some in sets:
                ask_spamassassin(some, scratch)
        for title, some in sets:
            print_table(title, some)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
