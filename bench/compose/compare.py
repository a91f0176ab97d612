"""Composes the same table with quanyu and docxtpl, compares every cell, times both; times the documents of the demonstration, cold and
in a running server, and checks of the summary that was composed.

    compare.py COMPOSE_SPEED QUANYU PROFILE
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from docx import Document
from docxtpl import DocxTemplate
from lxml import etree

from warm import serve

ROWS, COLUMNS, TIMES = 2000, 6, 5
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENTS = [("summary", "2023"), ("midyear", "2023H1"), ("bulletin", "2023"), ("brief", "2023")]


def data(path):
    chance = random.Random(9704)
    rows = [[f"示例{n:04}单位"] + [str(chance.randint(1, 99999)) for _ in range(COLUMNS)] for n in range(ROWS)]
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["单位"] + [f"指标{n}" for n in range(1, COLUMNS + 1)])
        out.writerows(rows)
    return rows


def template(path):
    """docxtpl's own way for rows: a loop over table rows. The unit stands in the template, as a person would write it."""
    doc = Document()
    doc.add_heading("示例数据表", 0)
    table = doc.add_table(rows=4, cols=COLUMNS + 1)
    table.rows[0].cells[0].text = "单位"
    table.rows[1].cells[0].text = "{%tr for it in rows %}"
    table.rows[2].cells[0].text = "{{ it[0] }}"
    table.rows[3].cells[0].text = "{%tr endfor %}"
    for n in range(1, COLUMNS + 1):
        table.rows[0].cells[n].text = f"指标{n}"
        table.rows[2].cells[n].text = "{{ it[%d] }}家" % n
    doc.save(path)


def cells(path):
    """The text of every cell of every row; content controls are looked into."""
    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    rows = []
    for row in root.iter(W + "tr"):
        rows.append(["".join(it.text or "" for it in cell.iter(W + "t")) for cell in row.iter(W + "tc")])
    return rows


def plain(markdown):
    """The text of a Markdown file: headings without their sign, no rules of tables."""
    lines = [it.lstrip("#").strip().replace("**", "") for it in markdown.splitlines()]
    return "\n".join(it for it in lines if it and not set(it) <= set("|-: ")) + "\n"


def median(action):
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        action()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def main():
    speed, quanyu, profile = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        rows = data(at("rows.csv"))
        template(at("template.docx"))

        def peer():
            doc = DocxTemplate(at("template.docx"))
            doc.render({"rows": rows})
            doc.save(at("peer.docx"))

        peer()
        warm = float(subprocess.run([speed, at("rows.csv"), at("own.docx"), str(TIMES)], check=True, capture_output=True, text=True).stdout)
        cold = median(lambda: subprocess.run([speed, at("rows.csv"), at("own.docx")], check=True, capture_output=True))
        other = median(peer)
        own, theirs = cells(at("own.docx")), cells(at("peer.docx"))
        assert own == theirs, "the two files differ"
        assert len(own) == ROWS + 1 and all(len(it) == COLUMNS + 1 for it in own)
        marks = zipfile.ZipFile(at("own.docx")).read("word/document.xml").count(b"quanyu:fig:")
        assert marks == ROWS * COLUMNS, marks

        home = at("district")
        run = lambda *args: subprocess.run([quanyu, *args], check=True, capture_output=True, text=True)
        run("demo", "--no-serve", "--data", home)
        alone = {}
        for name, period in DOCUMENTS:
            for form in ("docx", "pdf"):
                order = ["compose", name, "--period", period, "--date", "2024-01-08", "--data", home, "--out", at(f"{name}.{form}")]
                run(*order)
                alone[name, form] = median(lambda: run(*order))
        lines = []
        with serve(quanyu, home) as (ask, send):
            for name, period in DOCUMENTS:
                times = []
                for form in ("docx", "pdf"):
                    path = f"/documents/compose/{name}.{form}?period={period}&date=2024-01-08"
                    warm_up, bytes_ = ask(path)
                    assert bytes_[:2] == b"PK" if form == "docx" else bytes_[:5] == b"%PDF-", path
                    times.append(statistics.median(ask(path)[0] for _ in range(TIMES)))
                lines.append(f"| {name} {period} | {alone[name, 'docx']:,.0f} | {alone[name, 'pdf']:,.0f} | {times[0]:,.0f} | {times[1]:,.0f} |")
            run("compose", "summary", "--period", "2023", "--date", "2024-01-08", "--data", home, "--out", at("summary.md"))
            page = Path(at("summary.md")).read_text(encoding="utf-8")
            once = plain(page)
            long = (once * (30_000 // len(once) + 1))[:30_000]
            checks = []
            for label, text in [("the summary as it was composed", once), ("30,000 characters of it", long)]:
                path = "/documents/check?period=2023&format=json"
                figures = len(send(path, "draft.txt", text.encode())[1]["mentions"])
                took = statistics.median(send(path, "draft.txt", text.encode())[0] for _ in range(TIMES))
                checks.append(f"| {label} | {len(text):,} | {figures:,} | {took:,.0f} |")
    load = os.getloadavg()[0]
    text = f"""# Composing a document

A docx with one table of {ROWS:,} rows and {ROWS * COLUMNS:,} fields, from the same csv, with quanyu and with docxtpl 0.20.1. Every cell
of both files is compared and equal. Each of quanyu's fields is a figure in a content control that names its release; docxtpl prints text.
Milliseconds, median of {TIMES}.

| | milliseconds |
|---|---|
| quanyu, in a warm process | {warm:,.0f} |
| quanyu, the whole process | {cold:,.0f} |
| docxtpl, in a warm process | {other:,.0f} |

The four documents of the demonstration. Cold is the whole command: it opens the district, computes all figures, freezes them as releases
and writes the file. Warm is a request to a running server that does the same, from the first byte sent to the last received.

| milliseconds | docx, cold | pdf, cold | docx, warm | pdf, warm |
|---|---|---|---|---|
{chr(10).join(lines)}

Checking a draft in a running server, with all values of the demonstration behind it: from sending the text to the last verdict.

| draft | characters | mentions | milliseconds |
|---|---|---|---|
{chr(10).join(checks)}

Profile {profile}, two cores at 2.5 GHz, load {load:.0f} when it ended. `scripts/bench bench/compose` repeats it.
"""
    Path(__file__).with_name("RESULT.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
