"""The same names and questions in SQLite: the full-text index of trigrams, and `like` over the names.

    python peers.py FOLDER

Reads names.csv and asked.csv, which the example find_load left. A trigram index finds parts of three characters and more, in any
place; it knows no pinyin and forgives no mistake, so those questions are not put to it. `like` looks at every name.
"""

import os
import sqlite3
import sys
import time

PUT = ["whole name", "name as known", "three characters", "two words", "what hundreds of thousands have", "what nobody has"]
LIKES = 40


def percentile(times, share):
    times = sorted(times)
    return times[min(len(times) * share // 100, len(times) - 1)] * 1000


def main():
    folder = sys.argv[1]
    path = os.path.join(folder, "peer.db")
    if os.path.exists(path):
        os.remove(path)
    began = time.perf_counter()
    base = sqlite3.connect(path)
    base.execute("create virtual table names using fts5(name, code unindexed, tokenize='trigram')")
    with open(os.path.join(folder, "names.csv"), encoding="utf-8") as file:
        rows = (line.rstrip("\n").split(",") for line in file)
        base.executemany("insert into names(rowid, name, code) values (?, ?, ?)", rows)
    base.execute("insert into names(names) values ('optimize')")
    base.execute("create table plain as select rowid as id, name from names")
    base.commit()
    print(f"SQLite {sqlite3.sqlite_version} filled,{time.perf_counter() - began:.1f} s")
    asked = {}
    with open(os.path.join(folder, "asked.csv"), encoding="utf-8") as file:
        for line in file:
            way, number, words = line.rstrip("\n").split(",")
            asked.setdefault(way, []).append((int(number), words))
    print("question,p50 ms,p99 ms,meant one found,like p50 ms")
    for way in PUT:
        times, likes, found = [], [], 0
        for place, (number, words) in enumerate(asked[way]):
            name = base.execute("select name from plain where rowid = ?", (number,)).fetchone()[0]
            parts = words.split()
            short = any(len(it) < 3 for it in parts)
            began = time.perf_counter()
            if short:
                # The documented way of asking a trigram index for less than three characters.
                condition = " and ".join("name like ?" for _ in parts)
                sql = f"select rowid, name from names where {condition} limit 10"
                hits = base.execute(sql, [f"%{it}%" for it in parts]).fetchall()
            else:
                question = " ".join(f'"{it}"' for it in parts)
                sql = "select rowid, name from names where names match ? order by length(name) limit 10"
                hits = base.execute(sql, (question,)).fetchall()
            times.append(time.perf_counter() - began)
            found += any(hit[1] == name for hit in hits)
            if place < LIKES:
                condition = " and ".join("name like ?" for _ in parts)
                began = time.perf_counter()
                base.execute(f"select id, name from plain where {condition} order by length(name) limit 10", [f"%{it}%" for it in parts]).fetchall()
                likes.append(time.perf_counter() - began)
        share = found * 100 // len(times)
        print(f"{way},{percentile(times, 50):.2f},{percentile(times, 99):.2f},{share}%,{percentile(likes, 50):.0f}")


main()
