#!/usr/bin/env python3
"""train.py [--write FILE] MANIFEST FEATURES…: train the linear classifier.

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
import os
import sys

MODERN = {"transactional", "transactional-html", "real-html", "mixed",
          "personal", "template", "app-template"}
# Quotes what bad mail links to.
LEFT_OUT = {"abuse-report"}
LARGE = 100          # mails: a source that is a fold of its own
SMALL_FOLDS = 4      # for all other sources together
PENALTY = 0.001       # L2, per unit of weight
STEPS = 400
MOST = 1.5           # for a feature of several sources
SLIGHT = {"subject.": 0.8, "text.": 1.0, "from.": 1.0, "part.": 0.5}  # by start
ALONE = 0.7          # for a feature that only one source knows
SUPPORT = 4          # clusters that a feature must be found in
# Shares of good mail of other sources that may reach each limit, and room
# above the strongest modern one, of which there are few.
SHARES = {"weak": 0.02, "likely": 0.004, "sure": 0.0008}
ROOM = {"weak": 0.0, "likely": 0.0, "sure": 0.2}


class Mail:
    def __init__(self, row):
        notes = dict(note.partition("=")[::2]
                     for note in row["notes"].split(";"))
        self.file = os.path.basename(row["file"])
        self.kind = row["class"]
        self.bad = row["class"] != "ham"
        self.source = row["source"]
        self.sub = notes.get("sub", "")
        self.cluster = notes.get("cluster") or self.file
        self.label = notes.get("label", "")
        self.copies = []
        self.weight = 0.0

    def group(self):
        """What is weighed against each other inside a class."""
        if self.bad:
            return self.kind
        return "modern" if self.sub in MODERN else "classic"


def read(manifest, paths):
    signs, mails = {}, {}
    with open(manifest, encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t",
                                  quoting=csv.QUOTE_NONE):
            if row["class"] in ("ham", "phish", "spam"):
                mail = Mail(row)
                if mail.sub not in LEFT_OUT:
                    mails[mail.file] = mail
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                found = json.loads(line)
                signs.update(found["features"])
                mail = mails.get(os.path.basename(found["file"]))
                if mail:
                    mail.copies.append(frozenset(found["features"]))
    return signs, [mail for mail in mails.values() if mail.copies]


# What part of its class each group makes; what is missing is shared out.
GROUP_SHARES = {"phish": 0.75, "spam": 0.25, "modern": 0.5, "classic": 0.5}


def weigh(mails):
    """Each class 1, its groups by GROUP_SHARES, clusters alike in a group."""
    clusters = collections.Counter((m.bad, m.cluster) for m in mails)
    totals = collections.Counter()
    for mail in mails:
        mail.weight = 1.0 / clusters[mail.bad, mail.cluster]
        totals[mail.group()] += mail.weight
    for mail in mails:
        mail.weight *= GROUP_SHARES[mail.group()] / totals[mail.group()]


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


def fit(rows, limits):
    """Logistic regression by projected gradient with momentum. limits: name →
    (lowest, highest) weight of each feature that is used."""
    names = sorted(limits)
    index = {name: i for i, name in enumerate(names)}
    low = [limits[name][0] for name in names]
    high = [limits[name][1] for name in names]
    data = [([index[f] for f in sorted(features) if f in index],
             1.0 if bad else 0.0, weight)
            for (features, bad), weight in sorted(
                rows.items(), key=lambda row: (sorted(row[0][0]), row[0][1]))]
    weights, before = [0.0] * len(names), [0.0] * len(names)
    constant = constant_before = 0.0
    rate = 0.5
    for step in range(STEPS):
        pull = step / (step + 3.0)
        ahead = [w + pull * (w - b) for w, b in zip(weights, before)]
        constant_ahead = constant + pull * (constant - constant_before)
        slope = [2 * PENALTY * w for w in ahead]
        constant_slope = 0.0
        for features, bad, weight in data:
            odds = constant_ahead + sum(ahead[f] for f in features)
            error = weight * (1.0 / (1.0 + math.exp(-max(-30.0, min(
                30.0, odds)))) - bad)
            constant_slope += error
            for f in features:
                slope[f] += error
        before, constant_before = weights, constant
        weights = [min(h, max(l, a - rate * s))
                   for a, s, l, h in zip(ahead, slope, low, high)]
        constant = constant_ahead - rate * constant_slope
    return constant, dict(zip(names, weights))


def has_links(mail):
    return any("links.none" not in copy for copy in mail.copies)


def rate_in(mails, feature):
    """Weighted share of mails with the feature, and clusters with it; of
    features of links: of those mails that have any."""
    if feature.startswith(("link.", "links.", "finding:LINK", "asks.e")) and \
            feature != "links.none":
        mails = [mail for mail in mails if has_links(mail)]
    whole = sum(mail.weight for mail in mails)
    having = [m for m in mails if any(feature in c for c in m.copies)]
    return (sum(m.weight for m in having) / whole if whole else 0.0,
            len({m.cluster for m in having}))


def select(mails, signs):
    """Which features may have which weights, by what several sources say."""
    good = [m for m in mails if not m.bad]
    sources = collections.defaultdict(list)
    for mail in mails:
        if mail.bad:
            sources[mail.source].append(mail)
    limits, notes = {}, {}
    for feature, sign in signs.items():
        ham, ham_count = rate_in(good, feature)
        found = {s: rate_in(some, feature) for s, some in sources.items()}
        count = ham_count + sum(n for _, n in found.values())
        if count < SUPPORT:
            notes[feature] = "too rare"
            continue
        speaks = [s for s, (rate, n) in found.items()
                  if n >= 2 and rate > 1.3 * ham + 0.001]
        against = [s for s, (rate, n) in found.items()
                   if len(sources[s]) >= LARGE and rate < 0.7 * ham and
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


def fold_of(source, sizes):
    if sizes[source] >= LARGE:
        return source
    return "fold-%d" % (int(hashlib.sha256(source.encode()).hexdigest(), 16)
                        % SMALL_FOLDS)


def train(mails, signs):
    weigh(mails)
    limits, notes = select(mails, signs)
    constant, weights = fit(rows_of(mails), limits)
    return constant, weights, notes


def ask(model, features):
    return model[0] + sum(model[1].get(f, 0.0) for f in features)


def cross(mails, signs):
    """Log-odds of each mail by a model that knows none of its source (nor of
    its cluster): name → (strongest copy, Mail)."""
    sizes = collections.Counter(m.source for m in mails)
    folds = collections.defaultdict(list)
    for mail in mails:
        folds[fold_of(mail.source, sizes)].append(mail)
    answers = []
    for name in sorted(folds):
        inside = {m.cluster for m in folds[name]}
        rest = [m for m in mails if fold_of(m.source, sizes) != name and
                m.cluster not in inside]
        model = train(rest, signs)
        for mail in folds[name]:
            answers.append((max(ask(model, c) for c in mail.copies), mail))
    return answers


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


def limits_of(answers, final, further):
    """Against mail of sources that a model did not know, and against what the
    model that is written says of good mail; further good mail, odds only,
    stays below likely."""
    limits = {}
    for name, share in SHARES.items():
        limits[name] = max(
            max(limit_at(some, share),
                limit_at(some, share, lambda m: m.sub in MODERN) +
                ROOM[name]) for some in (answers, final))
    limits["likely"] = max([limits["likely"]] + further)
    limits["likely"] = max(limits["weak"], limits["likely"])
    limits["sure"] = max(limits["likely"], limits["sure"])
    return limits


def report(title, answers, limits, out):
    print("%s: by source, mails (clusters) found" % title, file=out)
    kinds = [("phish", lambda m: m.kind == "phish"),
             ("phish, certain", lambda m: m.label == "phishing"),
             ("spam", lambda m: m.kind == "spam"),
             ("classic ham", lambda m: m.group() == "classic"),
             ("modern ham", lambda m: m.group() == "modern")]
    kinds += [("source " + s, lambda m, s=s: m.bad and m.source == s)
              for s in sorted({m.source for _, m in answers if m.bad})]
    for name, chosen in kinds:
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
    parser.add_argument("--good", metavar="FEATURES", action="append",
                        default=[], help="of further good mail, which "
                        "nothing is learned from but where to draw limits")
    parser.add_argument("manifest")
    parser.add_argument("features", nargs="+")
    options = parser.parse_args()
    signs, mails = read(options.manifest, options.features)
    counts = collections.Counter(m.group() for m in mails)
    model = train(mails, signs)
    answers = cross(mails, signs)
    final = [(max(ask(model, c) for c in m.copies), m) for m in mails]
    further = []
    for path in options.good:
        with open(path, encoding="utf-8") as more:
            further += [ask(model, json.loads(line)["features"])
                        for line in more]
    limits = limits_of(answers, final, further)
    lines = ["Trained on " + ", ".join(
        "%d %s" % (n, k) for k, n in sorted(counts.items())) + " mails of %d "
        "sources." % len({m.source for m in mails})]

    class Lines:
        @staticmethod
        def write(text):
            lines.extend(t for t in text.split("\n") if t)
    report("Sources that it was not trained on", answers, limits, Lines)
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
    if options.write:
        write(options.write, model, limits, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
