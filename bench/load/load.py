"""Asks a server at a steady rate, whether or not it keeps up, and tells how long each kind of request took.

    python load.py ADDRESS ORGANIZATIONS RATE SECONDS PAGES TOKEN…

ORGANIZATIONS is the csv that was imported (names, streets). PAGES is written: a sample of the addresses that were read, for another tool. The
last token is that of a street, the one before of an officer; both enter visits. Prints CSV: kind, requests, wrong, p50, p99, worst in ms, all kinds last. Ends with 1 where an
answer was wrong.
"""

import asyncio
import csv
import itertools
import json
import random
import re
import sys
import time
import urllib.request
from urllib.parse import quote, urlsplit

ADDRESS, FILE, RATE, SECONDS, PAGES, *TOKENS = sys.argv[1:]
RATE, SECONDS = float(RATE), float(SECONDS)
WARM = 10
HOST = urlsplit(ADDRESS)
CHANCE = random.Random(280)
REGISTER = "/registers/organization"
INTERFACE = "/api/v1/registers/organization/records"


def ask(path, token):
    request = urllib.request.Request(ADDRESS.rstrip("/") + path, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def world():
    """Names, ids and streets to ask for."""
    with open(FILE, encoding="utf-8") as file:
        rows = list(itertools.islice(csv.DictReader(file), 0, None, 997))
    streets = sorted({row["所在街道"] for row in rows})
    ids, after = {}, {}
    for token in (TOKENS[0], TOKENS[-1]):
        found, cursor = [], ""
        for _ in range(6):
            page = ask(f"{INTERFACE}?limit=200{cursor}", token)
            found += [it["id"] for it in page["records"]]
            cursor = "&after=" + quote(page["next"]) if page.get("next") else ""
        ids[token], after[token] = found, cursor
    whole = ids[TOKENS[0]]
    for token in TOKENS:
        ids.setdefault(token, whole)
        after.setdefault(token, after[TOKENS[0]])
    indicators = [it["indicator"] for it in ask("/api/v1/figures", TOKENS[0])["figures"]][:40]
    return rows, streets, ids, after, sorted(set(indicators))


ROWS, STREETS, IDS, AFTER, INDICATORS = world()
MADE = itertools.count(int(time.time()))


def visit():
    day = f"2026-11-{CHANCE.randint(1, 20):02}"
    return json.dumps({"fields": {"organization": CHANCE.choice(ROWS)["统一社会信用代码"], "visited_on": day, "problem": f"示例诉求 {next(MADE)}"}})


name = lambda: quote(CHANCE.choice(ROWS)["单位名称"])
record = lambda token: CHANCE.choice(IDS[token])
# Kind, share, path for a token.
MIX = [
    ("工作台 desk", 8, lambda token: "/desk"),
    ("驾驶舱 cockpit", 6, lambda token: "/"),
    ("list, first page", 12, lambda token: REGISTER),
    ("list, next page", 6, lambda token: f"{REGISTER}?{AFTER[token].lstrip('&')}"),
    ("list, by street", 8, lambda token: f"{REGISTER}?f.street.is={quote(CHANCE.choice(STREETS))}"),
    ("list, by words in the name", 4, lambda token: f"{REGISTER}?f.name.has={name()}"),
    ("list, sorted by capital", 3, lambda token: f"{REGISTER}?sort=capital&down=1"),
    ("record", 14, lambda token: f"{REGISTER}/{record(token)}"),
    ("form", 5, lambda token: f"{REGISTER}/{record(token)}/edit"),
    ("choosing a firm while typing", 8, lambda token: f"/registers/visit/pick?path=organization&q={name()}"),
    ("search while typing", 7, lambda token: f"/search/hits?q={name()}"),
    ("indicator", 5, lambda token: f"/indicators/{CHANCE.choice(INDICATORS)}"),
    ("一企一档 dossier", 3, lambda token: f"/organizations/{record(token)}"),
    ("interface, list", 3, lambda token: f"{INTERFACE}?limit=100"),
    ("interface, record", 4, lambda token: f"{INTERFACE}/{record(token)}"),
    ("interface, new record", 4, None),
]
KINDS, SHARES = [it[0] for it in MIX], [it[1] for it in MIX]
PATHS = {it[0]: it[2] for it in MIX}
# Forms are for those who enter records.
FORMS, ENTERING = ("form", "choosing a firm while typing"), TOKENS[-2:]


class Pool:
    """Connections that are kept; a new one where none is free."""

    def __init__(self):
        self.free = []

    async def ask(self, head, body):
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection(HOST.hostname, HOST.port)
        writer.write(head + body)
        start = await reader.readuntil(b"\r\n\r\n")
        status = int(start[9:12])
        length = re.search(rb"content-length: (\d+)", start, re.I)
        if length:
            await reader.readexactly(int(length[1]))
        elif re.search(rb"transfer-encoding: chunked", start, re.I):
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        if re.search(rb"connection: close", start, re.I):
            writer.close()
        else:
            self.free.append((reader, writer))
        return status


async def one(pool, kind, due, took, wrong):
    token = CHANCE.choice(ENTERING if kind in FORMS else TOKENS) if PATHS[kind] else TOKENS[-2]
    if PATHS[kind]:
        method, path, body = "GET", PATHS[kind](token), b""
    else:
        method, path, body = "POST", "/api/v1/registers/visit/records", visit().encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST.netloc}", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"]
    if body:
        lines += ["Content-Type: application/json", f"Idempotency-Key: {next(MADE)}"]
    try:
        status = await asyncio.wait_for(pool.ask(("\r\n".join(lines) + "\r\n\r\n").encode(), body), 60)
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
        status = type(error).__name__
    took.append((kind, (time.perf_counter() - due) * 1000))
    if status not in (200, 201):
        wrong.append((kind, status, path))


async def main():
    pool, tasks = Pool(), []
    took, wrong = [], []
    begin = due = time.perf_counter()
    while due < begin + WARM + SECONDS:
        warm = due < begin + WARM
        kind = CHANCE.choices(KINDS, SHARES)[0]
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(pool, kind, due, [] if warm else took, wrong)))
        due += CHANCE.expovariate(RATE)
    await asyncio.gather(*tasks)
    lasted = time.perf_counter() - begin - WARM
    print("kind,requests,wrong,p50,p99,worst")
    for kind in KINDS + ["all"]:
        times = sorted(ms for it, ms in took if kind in (it, "all"))
        bad = sum(1 for it, *_ in wrong if kind in (it, "all"))
        at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
        print(f"{kind},{len(times)},{bad},{at(0.5):.1f},{at(0.99):.1f},{times[-1]:.1f}")
    print(f"# {len(took) / lasted:.0f} answers a second")
    for it in wrong[:5]:
        print(f"# wrong: {it}", file=sys.stderr)
    with open(PAGES, "w", encoding="utf-8") as file:
        for kind in CHANCE.choices(KINDS[:-1], SHARES[:-1], k=2000):
            file.write(PATHS[kind](TOKENS[0]) + "\n")
    sys.exit(1 if wrong else 0)


asyncio.run(main())
