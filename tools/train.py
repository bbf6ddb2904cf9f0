#!/usr/bin/env python3
"""train.py [--write FILE] --manifest MANIFEST FEATURES…: train the classifier.

MANIFEST is a table with tabs and a header line: class (ham, phish, spam), file,
source, notes ("sub=…;cluster=…"). FEATURES are outputs of
`warden features --json FOLDER…`, where files are found by their base names;
several of the same mails (originals and neutral copies) share a mail's weight.

What keeps the model from learning the collection instead of the crime:

- features see neither words nor headers of a collector (checks/features.c);
- weights have the sign that the feature was written for, and are small (L2);
- a feature must speak for an attack in more than one source, or it gets at most
  ALONE; if it speaks against it in another source, it is dropped;
- mails of a cluster count as one, the kinds of good mail as much as each other;
- figures and limits come from mail of sources that the model was not trained
  on.

Python 3 alone, no further modules. The result does not depend on chance."""
import argparse
import collections
import csv
import hashlib
import json
import math
import multiprocessing
import os
import sys

MODERN = {"transactional", "transactional-html", "real-html", "mixed",
          "personal", "template", "app-template"}
# Quotes what bad mail links to.
LEFT_OUT = {"abuse-report"}
# Written for the purpose (tests/ham, tests/bad): no proof, but knows kinds of
# mail that nobody collected.
MADE = "made"
LARGE = 100          # mails: a source that is a fold of its own
SMALL_FOLDS = 3      # for all other sources together
PENALTY = 0.002      # L2, per unit of weight
THRIFT = 0.0006      # L1: what explains little explains nothing
SWEEPS = 60
MOST = 1.5           # for a feature of several sources
SLIGHT = {"subject.": 0.8, "text.": 1.0, "from.": 1.0, "part.": 0.5,
          "says:": 0.5, "much:": 1.0, "name:": 1.0, "subject:": 0.8,
          "near:": 1.0, "from.stranger": 0.6, "stranger:": 0.3,
          "links.stranger": 0.8}   # by start
ALONE = 0.5          # for a feature that only one source knows
SUPPORT = 6          # clusters that a feature must be found in
# Shares of good mail of other sources that may reach each limit, and room
# above the strongest modern one, of which there are few.
MODERN_SHARES = {"weak": 0.02, "likely": 0.004, "sure": 0.0}
SHARES = {"weak": 0.02, "likely": 0.004, "sure": 0.0008}
ROOM = {"weak": 0.0, "likely": 0.0, "sure": 0.1}


class Mail:
    def __init__(self, row):
        notes = dict(note.partition("=")[::2]
                     for note in row["notes"].split(";"))
        self.file = os.path.basename(row["file"])
        self.kind = row["class"]
        self.bad = row["class"] != "ham"
        self.source = row["source"]
        self.made = self.source.startswith(MADE)
        self.sub = notes.get("sub", "")
        self.cluster = notes.get("cluster") or self.file
        self.label = notes.get("label", "")
        self.copies = []
        self.weight = 0.0

    def group(self):
        """What is weighed against each other inside a class."""
        if self.made:
            return "made bad" if self.bad else "made good"
        if self.bad:
            return self.kind
        return "modern" if self.sub in MODERN else "classic"


def read(manifests, paths, good):
    """signs of features, and mails; good: features of further good mail."""
    signs, mails = {}, {}
    for manifest in manifests:
        with open(manifest, encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table, delimiter="\t",
                                      quoting=csv.QUOTE_NONE):
                if row["class"] in ("ham", "phish", "scam", "spam"):
                    mail = Mail(row)
                    if mail.sub not in LEFT_OUT:
                        mails[mail.file] = mail
    for path in paths + good:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                found = json.loads(line)
                signs.update(found["features"])
                name = os.path.basename(found["file"])
                if path in good:
                    mails[name] = Mail({
                        "file": name, "class": "ham", "source": MADE,
                        "notes": "cluster=" + name.split("-")[0]})
                if name in mails:
                    mails[name].copies.append(frozenset(found["features"]))
    return signs, [mail for mail in mails.values() if mail.copies]


# What part of its class each group makes; what is missing is shared out.
GROUP_SHARES = {"phish": 0.5, "spam": 0.15, "made bad": 0.35,
                "modern": 0.4, "classic": 0.35, "made good": 0.25}


def weigh(mails):
    """Each class 1, its groups by GROUP_SHARES, clusters alike in a group."""
    clusters = collections.Counter((m.bad, m.cluster) for m in mails)
    totals = collections.Counter()
    for mail in mails:
        mail.weight = 1.0 / clusters[mail.bad, mail.cluster]
        totals[mail.group()] += mail.weight
    wholes = collections.Counter()
    for group in totals:
        wholes[group in BAD_GROUPS] += GROUP_SHARES[group]
    for mail in mails:
        mail.weight *= (GROUP_SHARES[mail.group()] / totals[mail.group()] /
                        wholes[mail.bad])


BAD_GROUPS = {"phish", "spam", "made bad"}


def rows_of(mails):
    """Equal mails are one row: (features, bad) → weight."""
    rows = collections.Counter()
    for mail in mails:
        for copy in mail.copies:
            rows[copy, mail.bad] += mail.weight / len(mail.copies)
    return rows


def bounds(sign):
    return {"bad": (0.0, math.inf), "good": (-math.inf, 0.0)}.get(
        sign, (-math.inf, math.inf))


def sigmoid(odds):
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def fit(rows, limits):
    """Logistic regression, one weight after the other by Newton's step, over
    and over. limits: name → (lowest, highest) weight of each feature that is
    used."""
    names = sorted(limits)
    index = {name: i for i, name in enumerate(names)}
    data = sorted(rows.items(),
                  key=lambda row: (sorted(row[0][0]), row[0][1]))
    columns = [[] for _ in names]
    for number, ((features, _), _) in enumerate(data):
        for feature in features:
            if feature in index:
                columns[index[feature]].append(number)
    shares = [weight for _, weight in data]
    bad = [1.0 if is_bad else 0.0 for (_, is_bad), _ in data]
    odds = [0.0] * len(data)
    errors = [w * (0.5 - b) for w, b in zip(shares, bad)]
    curves = [w * 0.25 for w in shares]
    weights = [0.0] * len(names)
    constant = 0.0

    def move(numbers, step):
        for n in numbers:
            odds[n] += step
            p = sigmoid(odds[n])
            errors[n] = shares[n] * (p - bad[n])
            curves[n] = max(shares[n] * p * (1.0 - p), shares[n] * 1e-3)

    everything = range(len(data))
    for sweep in range(SWEEPS):
        step = max(-1.0, min(1.0, -sum(errors) / sum(curves)))
        constant += step
        move(everything, step)
        most = abs(step)
        for i, column in enumerate(columns):
            now = weights[i]
            slope = sum(map(errors.__getitem__, column)) + 2 * PENALTY * now
            slope += math.copysign(THRIFT, now) if now else \
                -max(-THRIFT, min(THRIFT, slope))
            if slope == 0.0:
                continue
            curve = sum(map(curves.__getitem__, column)) + 2 * PENALTY
            then = now + max(-0.5, min(0.5, -slope / curve))
            low, high = limits[names[i]]
            then = max(low, min(high, then))
            if now * then < 0.0:
                then = 0.0
            if abs(then - now) > 1e-4:
                weights[i] = then
                move(column, then - now)
                most = max(most, abs(then - now))
        if most < 1e-3:
            break
    return constant, {n: w for n, w in zip(names, weights) if w != 0.0}


ABOUT_LINKS = ("link.", "links.", "finding:LINK", "asks.e", "elsewhere:",
               "risky:")


class Rates:
    """How often features stand in mails of a source; features of links among
    mails that have any."""
    def __init__(self, mails):
        self.mails = len(mails)
        self.whole = sum(m.weight for m in mails)
        self.linked = sum(
            m.weight for m in mails
            if any("links.none" not in copy for copy in m.copies))
        self.shares = collections.Counter()
        clusters = collections.defaultdict(set)
        for mail in mails:
            for feature in set().union(*mail.copies):
                self.shares[feature] += mail.weight
                clusters[feature].add(mail.cluster)
        self.clusters = {f: len(c) for f, c in clusters.items()}

    def of(self, feature):
        """Weighted share of mails, and clusters."""
        whole = self.linked if feature.startswith(ABOUT_LINKS) else self.whole
        return (self.shares[feature] / whole if whole else 0.0,
                self.clusters.get(feature, 0))


def select(mails, signs):
    """Which features may have which weights, by what several sources say."""
    good = Rates([m for m in mails if not m.bad])
    sources = collections.defaultdict(list)
    for mail in mails:
        if mail.bad:
            sources[mail.source].append(mail)
    sources = {source: Rates(some) for source, some in sources.items()}
    limits, notes = {}, {}
    for feature, sign in signs.items():
        ham, ham_count = good.of(feature)
        found = {s: rates.of(feature) for s, rates in sources.items()}
        if ham_count + sum(n for _, n in found.values()) < SUPPORT:
            notes[feature] = "too rare"
            continue
        speaks = [s for s, (rate, n) in found.items()
                  if n >= 2 and rate > 1.3 * ham + 0.001]
        against = [s for s, (rate, n) in found.items()
                   if sources[s].mails >= LARGE and rate < 0.7 * ham and
                   n >= 2]
        low, high = bounds(sign)
        most = min([MOST] + [cap for start, cap in SLIGHT.items()
                             if feature.startswith(start)])
        low, high = max(low, -most), min(high, most)
        if sign == "bad":
            if not speaks or against:
                notes[feature] = "sources disagree"
                continue
            if len(speaks) < 2:
                high = min(high, ALONE)
                notes[feature] = "one source only"
        elif sign == "either":
            low, high = -min(most, ALONE), min(most, ALONE)
        limits[feature] = (low, high)
    return limits, notes


def fold_of(mail, sizes):
    """Collections by source; what was made by kind: half of the kinds are
    learned from, in turn."""
    if mail.made:
        what = mail.sub or mail.cluster
    elif sizes[mail.source] >= LARGE:
        return mail.source
    else:
        what = mail.source
    return "%s-%d" % ("made" if mail.made else "fold", int(hashlib.sha256(
        what.encode()).hexdigest(), 16) % SMALL_FOLDS)


def train(mails, signs):
    weigh(mails)
    limits, notes = select(mails, signs)
    constant, weights = fit(rows_of(mails), limits)
    return constant, weights, notes


def ask(model, features):
    return model[0] + sum(model[1].get(f, 0.0) for f in features)


def strongest(model, mails):
    return [(max(ask(model, c) for c in mail.copies), mail) for mail in mails]


def answer_fold(task):
    """By a model that knows none of the fold's mails, nor of their
    clusters."""
    signs, mails, rest = task
    return strongest(train(rest, signs), mails)


def tasks_of(mails, signs):
    """For figures: by source; and each of collected and made mail judged by
    what the other teaches."""
    sizes = collections.Counter(m.source for m in mails)
    folds = collections.defaultdict(list)
    for mail in mails:
        folds[fold_of(mail, sizes)].append(mail)
    tasks = []
    for name in sorted(folds):
        inside = {m.cluster for m in folds[name]}
        tasks.append((signs, folds[name], [
            m for m in mails if fold_of(m, sizes) != name and
            m.cluster not in inside]))
    found = [m for m in mails if not m.made]
    made = [m for m in mails if m.made]
    if any(m.bad for m in made) and any(not m.bad for m in made):
        tasks += [(signs, found, made), (signs, made, found)]
    return len(folds), tasks


def limit_at(answers, share, good=lambda mail: True):
    """The lowest log-odds that at most share of the good mails reach."""
    odds = sorted((o for o, m in answers if not m.bad and good(m)),
                  reverse=True)
    may = int(share * len(odds))
    return (odds[may] if may < len(odds) else -20.0) + 0.01


def detected(answers, limit, chosen):
    clusters = collections.Counter()
    for _, mail in answers:
        if chosen(mail):
            clusters[mail.cluster] += 1
    above = [m for o, m in answers if chosen(m) and o >= limit]
    whole = sum(clusters.values())
    return (len(above) / max(whole, 1),
            sum(1.0 / clusters[m.cluster] for m in above) /
            max(len(clusters), 1))


def limits_of(answers, final):
    """Against mail of sources that a model did not know, and against what the
    model that is written says of good mail."""
    limits = {}
    for name, share in SHARES.items():
        limits[name] = max(
            max(limit_at(some, share),
                limit_at(some, share, lambda m: m.made),
                limit_at(some, MODERN_SHARES[name],
                         lambda m: m.group() == "modern") +
                ROOM[name]) for some in (answers, final))
    # No good mail that the written model was trained on is surely bad.
    limits["sure"] = max(limits["sure"], limit_at(final, 0.0) + ROOM["sure"])
    limits["likely"] = max(limits["weak"], limits["likely"])
    limits["sure"] = max(limits["likely"], limits["sure"])
    return limits


def report(title, answers, limits, out):
    print("%s: by source, mails (clusters) found" % title, file=out)
    kinds = [("phish", lambda m: m.group() == "phish"),
             ("phish, certain", lambda m: m.label == "phishing"),
             ("spam", lambda m: m.group() == "spam"),
             ("classic ham", lambda m: m.group() == "classic"),
             ("modern ham", lambda m: m.group() == "modern"),
             ("made ham", lambda m: m.group() == "made good")]
    kinds += [("source " + s, lambda m, s=s: m.bad and m.source == s)
              for s in sorted({m.source for _, m in answers if m.bad})]
    for name, chosen in kinds:
        if not any(chosen(m) for _, m in answers):
            continue
        print("  %-16s %s" % (name, "  ".join(
            "%s %5.1f%% (%5.1f%%)" % (
                (word,) + tuple(100 * d for d in detected(
                    answers, limit, chosen)))
            for word, limit in limits.items())), file=out)


def write(path, model, limits, lines):
    constant, weights = model[0], model[1]
    with open(path, "w", encoding="utf-8") as out:
        print("# The classifier's weights, written by tools/train.py "
              "(docs/classifier.md):\n# do not edit, train. Log-odds are the "
              "constant and the weights of all features\n# that a mail has; "
              "from each limit on, a mail is called so.\n#", file=out)
        for line in lines:
            print(("# " + line).rstrip(), file=out)
        print("\n[model]\nconstant = %.3f" % constant, file=out)
        for name in ("weak", "likely", "sure"):
            print("%s = %.3f" % (name, limits[name]), file=out)
        print("\n[weights]", file=out)
        for name, weight in sorted(weights.items()):
            if abs(weight) >= 0.02:
                print("%s = %.3f" % (name, weight), file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", metavar="FILE")
    parser.add_argument("--show", action="store_true",
                        help="the strongest good mails and lost features")
    parser.add_argument("--answers", metavar="FILE", help="log-odds of each "
                        "mail, by a model that did not know its source")
    parser.add_argument("--good", metavar="FEATURES", action="append",
                        default=[], help="of further good mail, made up, in "
                        "no manifest")
    parser.add_argument("--manifest", metavar="FILE", action="append",
                        required=True)
    parser.add_argument("features", nargs="+")
    options = parser.parse_args()
    signs, mails = read(options.manifest, options.features, options.good)
    counts = collections.Counter(m.group() for m in mails)
    folds, tasks = tasks_of(mails, signs)
    tasks.append((signs, mails, mails))
    with multiprocessing.Pool(2) as pool:
        results = pool.map(answer_fold, tasks, 1)
        model = pool.apply(train, (mails, signs))
    answers = sum(results[:folds], [])
    final = results[-1]
    limits = limits_of(answers, final)
    lines = ["Trained on " + ", ".join(
        "%d %s" % (n, k) for k, n in sorted(counts.items())) + " mails of %d "
        "sources." % len({m.source for m in mails})]

    class Lines:
        @staticmethod
        def write(text):
            lines.extend(t for t in text.split("\n") if t)
    report("Sources that it was not trained on", answers, limits, Lines)
    if len(tasks) > folds + 1:
        titles = ("Collected mail, trained on made mail alone",
                  "Made mail, trained on collected mail alone")
        for title, some in zip(titles, results[folds:]):
            report(title, some, {"0.1%": limit_at(some, 0.001),
                                 "1%": limit_at(some, 0.01)}, Lines)
    report("All of them, the model as written", final, limits, Lines)
    print("\n".join(lines))
    if options.show:
        for odds, mail in sorted((a for a in answers if not a[1].bad),
                                 key=lambda a: -a[0])[:25]:
            print("%6.2f %s %s %s" % (odds, mail.file, mail.sub, " ".join(
                sorted(f for f in set().union(*mail.copies)
                       if model[1].get(f, 0.0) > 0.0))))
        for feature, note in sorted(model[2].items()):
            print("%-32s %s" % (feature, note))
    if options.answers:
        with open(options.answers, "w", encoding="utf-8") as out:
            for odds, mail in sorted(answers, key=lambda a: a[1].file):
                print("%s\t%.3f" % (mail.file, odds), file=out)
    if options.write:
        write(options.write, model, limits, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
