#!/usr/bin/env python3
"""Runs a peer over a text: `peers.py jionlp|recognizers FILE…` prints one JSON object a line as score_figures.py
reads it; with `--time SECONDS` prints characters a second instead. Each sentence is given to the peer by itself, as
both are meant for short texts; JioNLP is asked for money, time and numbers by its own extractors."""

import json
import re
import sys
import time


def sentences(text):
    at = 0
    for part in re.split(r"(?<=[。！？\n])", text):
        if part.strip():
            yield at, part
        at += len(part)


def jionlp():
    import jionlp as jio

    number = re.compile(r"[-+]?\d+(?:\.\d+)?")
    # JioNLP has no extractor of plain counts; these are its extractors of quantities in running text.
    def read(part):
        found = []
        for row in jio.ner.extract_money(part, with_parsing=True):
            detail = row.get("detail") or {}
            value = detail.get("num")
            if isinstance(value, list):
                value = [float(one) for one in value]
            elif value is not None:
                value = float(value) if number.fullmatch(str(value)) else None
            found.append((row["offset"][0], row["offset"][1], "money", value, detail.get("case")))
        for row in jio.ner.extract_time(part, with_parsing=False):
            found.append((row["offset"][0], row["offset"][1], "time", None, None))
        return found

    return read


def recognizers():
    from recognizers_number import Culture, recognize_number, recognize_ordinal, recognize_percentage
    from recognizers_number_with_unit import recognize_currency, recognize_dimension
    from recognizers_date_time import recognize_datetime

    def read(part):
        found = []
        for kind, call in (("number", recognize_number), ("percentage", recognize_percentage), ("ordinal_event", recognize_ordinal), ("currency", recognize_currency), ("dimension", recognize_dimension), ("date", recognize_datetime)):
            for row in call(part, Culture.Chinese):
                detail = row.resolution or {}
                value, unit = detail.get("value"), detail.get("unit")
                try:
                    value = float(str(value).rstrip("%"))
                except (TypeError, ValueError):
                    value = None
                found.append((row.start, row.end + 1, kind, value, "%" if kind == "percentage" else unit))
        # Of readings of the same place the longest stands, as a caller would do.
        found.sort(key=lambda row: (row[0] - row[1], row[0]))
        kept = []
        for row in found:
            if all(row[1] <= other[0] or row[0] >= other[1] for other in kept):
                kept.append(row)
        return sorted(kept)

    return read


def main():
    args = sys.argv[1:]
    limit = None
    if "--time" in args:
        at = args.index("--time")
        limit = float(args[at + 1])
        del args[at : at + 2]
    read = {"jionlp": jionlp, "recognizers": recognizers}[args[0]]()
    read("预热：增长5%，共3家、2.5亿元。")
    for name in args[1:]:
        text = open(name, encoding="utf-8", newline="").read()
        begun, characters = time.process_time(), 0
        while True:
            for at, part in sentences(text):
                rows = read(part)
                characters += len(part)
                if limit is None:
                    for start, end, kind, value, unit in rows:
                        print(json.dumps({"start": at + start, "end": at + end, "dim": kind, "value": value, "unit": unit, "text": part[start:end]}, ensure_ascii=False))
                elif time.process_time() - begun > limit:
                    break
            if limit is None or time.process_time() - begun > limit:
                break
        if limit is not None:
            print(f"{name}: {characters / (time.process_time() - begun):.0f} characters a second")


if __name__ == "__main__":
    main()
