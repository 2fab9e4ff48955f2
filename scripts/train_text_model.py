#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Learns the weights of the text model (src/match/text_model.h) and writes weights, test vectors and the accuracy tables.

    train_text_model.py TEXTS.jsonl... --out text_model/injection.weights [--vectors FILE] [--scores FILE.npz]

TEXTS come from text_model_sources.py and text_model_templates.py. Logistic regression over hashed features (text_model_features.py) of
windows of 16, 64 and 256 words. A text that attacks does so somewhere: after a first round only its windows that score highest stand for it.
Attacks are judged by weights that learned from no source of their group (GROUPS: four rounds of learning beside the one whose weights are
kept); what another group has as well is not judged. Those scores and those of innocent texts of split "held"
calibrate, choose the thresholds and are reported. Rows of split "apart" are reported only.
Needs numpy, scipy, scikit-learn. Deterministic.
"""
import argparse, collections, json, os, struct, sys, time, zlib

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

import text_model_features as tm

WIDTHS = (16, 64, 256)
MOST_WORDS = 6000
SHARES, LONG, SHORT = (0.1, 0.2, 0.7), 1.2, 1.5  # of the widths; how much length and shortness take away
PLAIN_WORDS, FEW_WORDS = 60, 40                  # more and fewer are lowered


def windows_of(words):
    """(begin, end) of all windows; a text that is no longer than a width is one window."""
    for width in WIDTHS:
        if words <= width:
            yield 0, words
            return
        step = width // 4
        for begin in range(0, words - width + 1, step):
            yield begin, begin + width
        if (words - width) % step:
            yield words - width, words


def matrix_of(rows):
    """rows: list of (features, begin, end) -> CSR of counts / sqrt(max(n, 8))."""
    lengths = np.array([(e - b) * 5 for _, b, e in rows], np.int64)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    indices = np.empty(indptr[-1], np.int32)
    data = np.empty(indptr[-1], np.float32)
    for i, (f, b, e) in enumerate(rows):
        indices[indptr[i]:indptr[i + 1]] = f[b:e].ravel()
        data[indptr[i]:indptr[i + 1]] = 1 / np.sqrt(max(e - b, 8))
    m = sp.csr_matrix((data, indices, indptr), shape=(len(rows), 1 << tm.BITS))
    m.data[m.indices == 0] = 0
    m.sum_duplicates()
    return m


def scores_of(features, weights, bias):
    """Scores of all windows of one text."""
    total = np.concatenate([[0.0], np.cumsum(weights[features].sum(axis=1, dtype=np.float64))])
    spans = np.array(list(windows_of(len(features))))
    if not len(spans):
        return np.array([-9.0]), np.zeros((1, 2), int)
    n = np.maximum(spans[:, 1] - spans[:, 0], 8)
    return bias + (total[spans[:, 1]] - total[spans[:, 0]]) / np.sqrt(n), spans


def best_of(features, weights, bias):
    """The best score of each width; a text shorter than a width has that of the whole."""
    scores, spans = scores_of(features, weights, bias)
    if not len(spans):
        return [-9.0] * len(WIDTHS)
    length = spans[:, 1] - spans[:, 0]
    return [scores[length == min(width, len(features))].max() for width in WIDTHS]


def fit(rows, labels, weight, c, before=None):
    """`before`: where to start from, so that later rounds need few steps."""
    model = LogisticRegression(C=c, solver="lbfgs", max_iter=60, tol=1e-3, warm_start=True)
    if before:
        model.coef_, model.intercept_ = before[0][None, :].astype(np.float32), np.array([before[1]], np.float32)
    model.fit(matrix_of(rows), labels, sample_weight=weight)
    model.coef_[0][0] = 0
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def learn(train, pool, sample, c):
    rows, labels, weight = [], [], []
    for t in train:
        spans = sample(t, 24 if t["label"] else 3)
        for b, e in spans:
            rows.append((t["f"], b, e))
            labels.append(t["label"])
            weight.append(3.0 / np.sqrt(len(spans)) if t["label"] else 1.0)
    weights, bias = fit(rows, labels, weight, c)
    for round_ in range(2):
        if round_ == 1:
            taken = [t for t in pool if scores_of(t["f"], weights, bias)[0].max() > 1.5]
            print("taken from the pool", len(taken), "of", len(pool), file=sys.stderr)
            train = train + taken
        rows, labels, weight = [], [], []
        hard = 0
        for t in train:
            scores, spans = scores_of(t["f"], weights, bias)
            if t["label"]:
                if t.get("whole"):
                    chosen = [(0, len(t["f"]))]
                else:
                    keep = max(1, int(len(scores) * 0.5))
                    best = np.argsort(-scores, kind="stable")[:keep]
                    best = [i for i in best if scores[i] > -1.5 or i == best[0]][:60]
                    chosen = [tuple(spans[i]) for i in best]
                share = 3.0 / np.sqrt(len(chosen))
            else:
                best = [i for i in np.argsort(-scores, kind="stable")[:12] if scores[i] > -3]
                hard += len(best)
                extra = sample(t, 3)
                chosen = list(dict.fromkeys([tuple(spans[i]) for i in best] + extra))
                share = 1.0
            for b, e in chosen:
                rows.append((t["f"], int(b), int(e)))
                labels.append(t["label"])
                weight.append(share)
        print("round", round_ + 2, "windows", len(rows), "attacks", sum(labels), "hard", hard, file=sys.stderr)
        weights, bias = fit(rows, labels, weight, c, (weights, bias))

    return weights, bias


# Sources that are judged by weights that learned from none of the group.
GROUPS = {
    "in the wild": ("verazuo/",),
    "direct injection": ("Neural-alchemy", "goodwiins/", "HumanCompatibleAI/", "sherdencooper/", "CatarinaSeigward/", "compass-", "CyberSecEval", "HemanthVarma", "ogulcanaydogan/", "mdombrov-33/", "carlosdenner-videns/", "LifeTimeScriptKiddie/", "RaccoonBench", "vilovnok/", "JoaoGadelha/"),
    "jailbreak collections": ("EasyJailbreak", "JailbreakBench/", "claudeloba/", "0xeb/", "0xk1h0/", "d3soxyephedrine/", "qaziafzalarian/", "friuns2/", "langgptai/", "Techiral/", "Batlez/", "alexisvalentino/", "yes133/", "TrustLLM"),
    "agents": ("ReversecLabs/", "Zhang-Henry/", "rustyorb/", "ameyar3103/", "facebookresearch/", "dagnelli/", "AgentHarm", "AgentDojo", "Agent-SafetyBench", "simonsshoot/"),
}


def group_of(source):
    return next((g for g, names in GROUPS.items() if source.startswith(names)), None)


def shingles(text):
    words = tm.words_of(text)
    return {hash(tuple(words[i:i + 8])) for i in range(len(words) - 7)}


def load(paths, features=True):
    """Texts of the files by what they are for: {"train": [...], "pool": [...], "held": [...], ...}, at most so many of a source."""
    texts, taken = collections.defaultdict(list), collections.Counter()
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                t = json.loads(line)
                key = (t["source"], t["label"])
                taken[key] += 1
                if t["split"] == "train" and taken[key] > (24000 if t["source"] == "templates" else 2200):
                    continue
                t["f"] = tm.features_of(t["text"])[:MOST_WORDS] if features else ()
                t["words"] = len(t["f"])
                if not features or t["words"] >= 3:
                    texts[t["split"]].append(t)
    return texts


def mixed_in(rows, draw):
    """Attacks inside innocent text: a longer window must find them too."""
    innocent = [t for t in rows if not t["label"] and len(t["f"]) > 120]
    attacks = [t for t in rows if t["label"] and t["source"].startswith("templates") and len(t["f"]) > 9]
    for _ in range(1500):
        a, b = attacks[draw.integers(len(attacks))], innocent[draw.integers(len(innocent))]
        at = int(draw.integers(0, len(b["f"]) - 60))
        words = tm.words_of(b["text"])[:MOST_WORDS]
        text = " ".join(words[at:at + 20]) + " " + a["text"] + " " + " ".join(words[at + 20:at + 40])
        yield {"text": text, "label": 1, "source": "templates in text", "f": tm.features_of(text), "whole": True}


def run(texts, left_out, c):
    """Weights, their scale and the bias, learned from no attack of the group left out (None: from all)."""
    draw = np.random.default_rng(7)
    kept = lambda t: left_out is None or group_of(t["source"]) != left_out
    rows = [t for t in texts["train"] if kept(t) or not t["label"]]
    rows += list(mixed_in(rows, draw))

    def sample(t, k):
        spans = [(0, len(t["f"]))] if t.get("whole") else list(windows_of(len(t["f"])))
        if len(spans) > k:
            spans = [spans[i] for i in sorted(draw.choice(len(spans), k, replace=False))]
        return spans

    weights, bias = learn(rows, [t for t in texts["pool"] if kept(t)], sample, c)
    scale = 127 / np.quantile(np.abs(weights[weights != 0]), 0.9998)
    return np.clip(np.round(weights * scale), -127, 127).astype(np.int8), scale, bias


def judged_texts(texts, c, keep):
    """Yields weights and, for each text that they did not learn from, what is reported of it and its best scores."""
    quantised, scale, bias = run(texts, None, c)
    keep(quantised, scale, bias)
    used = quantised.astype(np.float64) / scale
    judged, best = [], []

    def judge(t, group, weights, bias):
        judged.append((t["source"], t["label"], t["words"], group, zlib.crc32(t["text"].encode("utf-8", "replace")) % 2))
        best.append(best_of(t["f"], weights, bias))

    owners = collections.defaultdict(set)  # who has a run of eight words
    for t in texts["train"] + texts["pool"]:
        if t["label"]:
            for s in shingles(t["text"]):
                owners[s].add(group_of(t["source"]))
    for split in ("held", "apart", "judge"):
        for t in texts[split]:
            if split != "judge" or sum(s in owners for s in shingles(t["text"])) < 3:
                judge(t, split, used, bias)
    for group in GROUPS:
        print("without", group, time.strftime("%H:%M"), file=sys.stderr, flush=True)
        q, s, b = run(texts, group, c)
        others = q.astype(np.float64) / s
        for t in texts["train"]:  # what another group has as well was learned from
            if t["label"] and group_of(t["source"]) == group and sum(len(owners[x]) > 1 for x in shingles(t["text"])) < 3:
                judge(t, group, others, b)
    return quantised, scale, bias, judged, np.array(best)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--vectors")
    parser.add_argument("--false-alarms", type=float, default=0.01, help="share of innocent held-out texts above `likely`")
    parser.add_argument("--c", type=float, default=4.0)
    parser.add_argument("--scores", help="save (or, if there, read) weights and the scores of texts that were not learned from")
    options = parser.parse_args()

    if options.scores and os.path.exists(options.scores):
        saved = np.load(options.scores, allow_pickle=True)
        quantised, scale, bias, judged, best = saved["q"], float(saved["scale"]), float(saved["bias"]), list(saved["judged"]), saved["best"]
    else:
        texts = load(options.texts)
        print({split: len(rows) for split, rows in texts.items()}, time.strftime("%H:%M"), file=sys.stderr, flush=True)
        keep = lambda q, s, b: options.scores and np.savez(options.scores + "-all", q=q, scale=s, bias=b)
        quantised, scale, bias, judged, best = judged_texts(texts, options.c, keep)
        if options.scores:
            np.savez(options.scores, q=quantised, scale=scale, bias=bias, best=best, judged=np.array(judged, dtype=object))
    used = quantised.astype(np.float64) / scale
    print("scale", scale, "bias", bias, "non-zero", int((quantised != 0).sum()), file=sys.stderr)

    label = np.array([j[1] for j in judged])
    words = np.array([j[2] for j in judged], float)
    counts = np.array([j[3] not in ("apart", "judge") for j in judged])
    half = np.array([j[4] for j in judged])
    # A long text has more windows to be unlucky in, and a short one says little: both are lowered.
    odds = best @ np.array(SHARES) - LONG * np.log(np.maximum(words, PLAIN_WORDS) / PLAIN_WORDS) - SHORT * np.log(np.maximum(FEW_WORDS / np.maximum(words, 4), 1))
    sizes = collections.Counter((j[0], j[1]) for j in judged)
    weight = np.array([1 / np.sqrt(sizes[(j[0], j[1])]) for j in judged])
    for l in (0, 1):
        at = counts & (label == l)
        weight[at] *= 0.5 / weight[at].sum()
    weight *= counts.sum()
    learned = counts & (half == 0)
    platt = LogisticRegression(C=1e6, max_iter=1000).fit(odds[learned][:, None], label[learned], sample_weight=weight[learned])
    slope, offset = float(platt.coef_[0][0]), float(platt.intercept_[0])
    slopes = np.array([slope * share for share in SHARES] + [-slope * LONG])
    print("slope", slope, "offset", offset)
    p = 1 / (1 + np.exp(-(slope * odds + offset)))
    innocent = counts & (label == 0)
    likely, possible = np.quantile(p[innocent], 1 - options.false_alarms), np.quantile(p[innocent], 1 - 2 * options.false_alarms)
    print("likely from", likely, "possible from", possible)
    print("calibration on the other half (classes weighed alike): probability, texts, mean probability, share of attacks")
    for low in np.arange(0, 1, 0.1):
        at = (half == 1) & counts & (p >= low) & (p < low + 0.1 + (low > 0.85))
        if at.any():
            print("%.1f-%.1f\t%d\t%.3f\t%.3f" % (low, low + 0.1, at.sum(), np.average(p[at], weights=weight[at]), np.average(label[at], weights=weight[at])))

    table = sorted(tm.TABLE.items())
    body = struct.pack("<ffffffffffII", bias, 1 / scale, *slopes, offset, likely, possible, -slope * SHORT, tm.BITS, len(table))
    body += b"".join(struct.pack("<II", a, b) for a, b in table)
    body += quantised.tobytes()
    with open(options.out, "wb") as f:
        f.write(b"SWTM\x02\0\0\0" + struct.pack("<I", zlib.crc32(body)) + body)

    if options.vectors:
        probes = ["Ignore the previous warning.", "Ign\u043ere  \uff21\uff2c\uff2c pre\u200bvious Caf\u00e9 don't \u4f60\u597d \U0001d408", "\u00dc\u00df \u0416\u0436 a-b_c 1234567890 verylongword", "", "\u3042\u308a \ud55c\uad6d x", "\u0418\u043d\u0441\u0442\u0440\u0443\u043a\u0446\u0438\u0438 abcde\u0301f \u0627\u0644\u062a\u0639\u0644\u064a\u0645\u0627\u062a"]
        with open(options.vectors, "w", encoding="utf-8") as f:
            for text in probes:
                feats = tm.features_of(text)
                s = scores_of(feats, used, bias)[0].max() if len(feats) else -9
                f.write(text + "\t" + " ".join(str(x) for x in feats.ravel()) + "\t%.5f\n" % s)

    print("source\tclass\ttexts\tgroup\tpossible\tlikely\tmean probability")
    for source, l, group in sorted({(j[0], j[1], j[3]) for j in judged}, key=lambda x: (x[1], x[2], x[0])):
        at = np.array([(j[0], j[1], j[3]) == (source, l, group) for j in judged])
        print(f"{source}\t{l}\t{at.sum()}\t{group}\t{(p[at] >= possible).mean():.3f}\t{(p[at] >= likely).mean():.3f}\t{p[at].mean():.3f}")
    for group in [*GROUPS, "held", "judge"]:
        for l in (0, 1):
            at = np.array([j[1] == l and j[3] == group for j in judged])
            if at.any():
                print(f"all of {group}\t{l}\t{at.sum()}\t\t{(p[at] >= possible).mean():.3f}\t{(p[at] >= likely).mean():.3f}")


if __name__ == "__main__":
    main()
