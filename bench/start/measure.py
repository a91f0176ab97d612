"""How long a server takes to its first answers, and what it holds when nobody asks.

    python measure.py QUANYU DATA TIMES TOKEN

Prints CSV: what, median, worst. Times by the clock in ms from the moment the process is made; processor in ms; memory in MB.
"""

import os
import re
import subprocess
import sys
import time
import urllib.request

QUANYU, DATA, TIMES, TOKEN = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
TICK = os.sysconf("SC_CLK_TCK")


def get(address):
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        answer.read()


def processor(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        kilobytes = {name: int(value) for name, value in re.findall(r"(Vm\w+):\s+(\d+)", file.read())}
    return kilobytes["VmRSS"] / 1024, kilobytes["VmHWM"] / 1024


def once(found):
    def note(what, value):
        found.setdefault(what, []).append(value)

    start = time.perf_counter()
    clock = lambda: (time.perf_counter() - start) * 1000
    server = subprocess.Popen([QUANYU, "serve", "--data", DATA, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip()
        get(address + "healthz")
        note("first answer of /healthz, ms", clock())
        note("first answer of /healthz, processor ms", processor(server.pid))
        get(address)
        note("first cockpit, ms", clock())
        note("first cockpit, processor ms", processor(server.pid))
        for what, page in [("cockpit again", ""), ("page of all indicators", "indicators"), ("that page again", "indicators")]:
            begin, used = time.perf_counter(), processor(server.pid)
            get(address + page)
            note(f"{what}, ms", (time.perf_counter() - begin) * 1000)
            note(f"{what}, processor ms", processor(server.pid) - used)
        time.sleep(10)
        resident, most = memory(server.pid)
        note("resident 10 s after, MB", resident)
        note("most resident until then, MB", most)
    finally:
        server.terminate()
        server.wait()


def main():
    found = {}
    for _ in range(TIMES):
        once(found)
    print("what,median,worst")
    for what, values in found.items():
        values.sort()
        print(f"{what},{values[len(values) // 2]:.0f},{values[-1]:.0f}")


main()
