"""Runs the reader and its peers over the same texts and writes RESULT.md. Called by `run`, which explains it."""

import datetime
import glob
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = os.path.join(HERE, "..", "..", "crates", "quanyu-documents", "tests", "read", "*.txt")
ANSWER = re.compile(r"^(level|growth|delta|share|rank) (-?[\d.]+|-)(?= |[^\d.]|$)")
MULTIPLIER = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


def cases():
    """Sentences of the tables with the values of their figures."""
    found = []
    for name in sorted(glob.glob(TABLES)):
        lines = [line for line in open(name, encoding="utf-8").read().splitlines() if line and not line.startswith("#")]
        for sentence, answer in zip(lines[::2], lines[1::2]):
            values = []
            for part in answer[2:].split(" | "):
                match = ANSWER.match(part)
                if match and match[2] != "-":
                    values.append([float(one) for one in match[2].split("..")])
            found.append((re.sub(r"^>p? ", "", sentence), values))
    return found


def readings(value, unit):
    """What a printed value can mean in base units; percent and multipliers in the unit are multiplied out."""
    unit = unit or ""
    found = [value]
    factor = 1
    while unit and unit[0] in MULTIPLIER:
        factor *= MULTIPLIER[unit[0]]
        unit = unit[1:]
    found.append(value * factor)
    return found + [one / 100 for one in found if unit[:1] in ("%", "个", "百", "")]


def score(command, texts):
    """Right figures, figures, claims over all sentences, each a file of its own joined into one run."""
    right = figures = claims = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "text.txt")
        offsets, at, parts = [], 0, []
        for sentence, _ in texts:
            parts.append(sentence + "\n")
            offsets.append((at, at + len(sentence)))
            at += len(sentence) + 1
        open(path, "w", encoding="utf-8", newline="").write("".join(parts))
        out = subprocess.run(command + [path], check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    for (start, end), (_, values) in zip(offsets, texts):
        own = [row for row in rows if start <= row["start"] < end]
        own = [row for row in own if row.get("kind") not in ("name", "date", "ordinal_event") and row.get("dim") not in ("date", "time", "ordinal_event")]
        figures += len(values)
        claims += len(own)
        left = list(values)
        for row in own:
            value = row["value"]
            if value is None:
                continue
            ends = value if isinstance(value, list) else [value]
            for wanted in left:
                if len(wanted) == len(ends) and all(any(abs(abs(one) - abs(want)) <= 1e-4 * max(1e-3, abs(want)) for one in readings(end, row.get("unit"))) for end, want in zip(ends, wanted)):
                    left.remove(wanted)
                    right += 1
                    break
    return right, figures, claims


def speed(name, command, path):
    """Characters a second of processor time."""
    if name != "Quanyu":
        out = subprocess.run(command + ["--time", "10", path], check=True, capture_output=True, text=True).stdout
        return float(re.search(r": (\d+) characters", out)[1])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    out = subprocess.run(command + ["--time", path], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"(\d+) characters", out)[1]) / (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)


def main():
    example, python = sys.argv[1:3]
    peers = os.path.join(HERE, "peers.py")
    tools = [("Quanyu", [example]), ("JioNLP", [python, peers, "jionlp"]), ("Recognizers-Text", [python, peers, "recognizers"])]
    texts = cases()
    lines = ["# Reading: speed and accuracy against peers", "", f"Measured {datetime.date.today()} with `bench/reading/run`, processor time of one core, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.", ""]
    lines += [f"Accuracy on the {len(texts)} sentences of `crates/quanyu-documents/tests/read`, which hold {sum(len(v) for _, v in texts)} figures. They are our own", "sentences and the reader was written with them, so they say what peers lack and nothing of unseen texts.", ""]
    lines += ["| tool | characters a second | value right | claims | recall | precision |", "|---|---|---|---|---|---|"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.write("".join(sentence for sentence, _ in texts))
    for name, command in tools:
        right, figures, claims = score(command, texts)
        lines.append(f"| {name} | {speed(name, command, file.name):,.0f} | {right}/{figures} | {claims} | {right / figures:.3f} | {right / max(1, claims):.3f} |")
    os.unlink(file.name)
    if len(sys.argv) == 6:
        gold, seeds, scorer = sys.argv[3:6]
        lines += ["", "On annotated reports (not part of this repository), by their scorer:", "", "| tool | recall of value | precision of value | false alarms | characters a second |", "|---|---|---|---|---|"]
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", newline="", delete=False) as joined:
            for seed in sorted(glob.glob(os.path.join(seeds, "*.txt"))):
                joined.write(open(seed, encoding="utf-8", newline="").read() + "\n")
        for name, command in tools:
            quoted = " ".join(f"'{part}'" for part in command) + " {file}"
            out = subprocess.run([sys.executable, scorer, "--name", name, "--gold", gold, "--seeds", seeds, "--json", "--cmd", quoted], check=True, capture_output=True, text=True).stdout
            found = json.loads(out)
            lines.append(f"| {name} | {found['recall_value']:.3f} | {found['precision_value']:.3f} | {sum(found['false_alarms'].values())} | {speed(name, command, joined.name):,.0f} |")
        os.unlink(joined.name)
    text = "\n".join(lines) + "\n"
    open(os.path.join(HERE, "RESULT.md"), "w", encoding="utf-8").write(text)
    print(text, end="")


if __name__ == "__main__":
    main()
