"""Times each reader and writer as a process of its own, checks that all of them read the same, writes RESULT.md.

Processor seconds are the fair figure on a machine that does other work; wall seconds are told beside them.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent

CHILD_READ_CALAMINE = """
import sys
from python_calamine import CalamineWorkbook
rows = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows()
next(rows)
count = cells = 0
total = 0.0
for row in rows:
    count += 1
    cells += sum(1 for it in row if it != "")
    total += row[10]
print(f"read {count} rows, {cells} cells, sum {total:.2f}")
"""

CHILD_READ_OPENPYXL = """
import sys
from openpyxl import load_workbook
rows = load_workbook(sys.argv[1], read_only=True).worksheets[0].iter_rows(values_only=True)
next(rows)
count = cells = 0
total = 0.0
for row in rows:
    count += 1
    cells += sum(1 for it in row if it is not None)
    total += row[10]
print(f"read {count} rows, {cells} cells, sum {total:.2f}")
"""

CHILD_WRITE_OPENPYXL = """
import sys
from datetime import date, timedelta
from openpyxl import Workbook
book = Workbook(write_only=True)
sheet = book.create_sheet("速度")
sheet.append([f"栏目{chr(65 + it)}" for it in range(30)])
for row in range(int(sys.argv[2])):
    sheet.append(
        [f"示例企业{row}有限公司{it}" for it in range(5)]
        + [f"类别{(row + it) % 40}" for it in range(5, 10)]
        + [(row * 37 + it) / 100 for it in range(10, 26)]
        + [date(2020, 1, 1) + timedelta(days=(row + it) % 1500) for it in range(26, 29)]
        + ["是" if row % 3 == 0 else "否"]
    )
book.save(sys.argv[1])
print(f"wrote {sys.argv[2]} rows")
"""


def measure(command):
    """Runs a command; what it said, wall seconds, processor seconds, largest memory in MB."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} failed")
    return said, time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    ours, rows = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/ours.xlsx"
        python = [sys.executable, "-c"]
        runs = [
            ("export", "Quanyu", [ours, "write", file, rows]),
            ("import", "Quanyu", [ours, "read", file]),
            ("import", f"python-calamine {version('python-calamine')}", [*python, CHILD_READ_CALAMINE, file]),
            ("import", f"openpyxl {version('openpyxl')}, read_only", [*python, CHILD_READ_OPENPYXL, file]),
            ("export", f"openpyxl {version('openpyxl')}, write_only", [*python, CHILD_WRITE_OPENPYXL, f"{folder}/theirs.xlsx", rows]),
        ]
        lines = [
            f"# Workbooks: {int(rows):,} rows × 30 columns",
            "",
            "Made by `bench/workbook/run.sh`; every reader reads the file that Quanyu wrote, equal counts and sums are asserted.",
            f"Processors: {os.cpu_count()}; load when it began: {os.getloadavg()[0]:.1f} (above that number wall time is waiting for others).",
            "",
            "| what | who | processor s | wall s | peak MB |",
            "|---|---|---:|---:|---:|",
        ]
        read = None
        for what, who, command in runs:
            said, wall, processor, memory = measure(command)
            if what == "import":
                found = re.match(r"read (\d+) rows, (\d+) cells, sum ([\d.]+)", said).groups()
                found = (found[0], found[1], f"{float(found[2]):.2f}")
                assert read in (None, found), f"{who} read {found}, not {read}"
                read = found
            lines.append(f"| {what} | {who} | {processor:.1f} | {wall:.1f} | {memory:.0f} |")
            print(lines[-1], flush=True)
            (HERE / "RESULT.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
