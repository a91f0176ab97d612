"""The same questions to DuckDB and Polars, on the values that `--example bench` wrote, with equal answers asserted.

    python peers.py FOLDER

Both hold the values in memory as 64-bit integers, which is the fastest they can be asked, and use all processors.
Prints times as CSV: what, median ms, worst ms.
"""

import csv
import sys
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl

FOLDER = Path(sys.argv[1])
VALUES = [f"v{at}" for at in range(20)]
TIMES = 15


def wanted():
    """The answers of Quanyu: (indicator, region, period) to fen."""
    with open(FOLDER / "answers.csv", newline="", encoding="utf-8") as file:
        return {
            (indicator, region, period): int(Decimal(value) * 100)
            for indicator, region, period, value in csv.reader(file)
        }


def timed(what, ask):
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    print(f"{what},{times[len(times) // 2]:.3f},{times[-1]:.3f}")
    return answer


def by_city(rows):
    return {("i00", city, f"2023-{month:02}"): total for city, month, total in rows}


def by_county(rows):
    return {
        (f"i{at:02}", county, str(year)): total
        for county, year, *totals in rows
        for at, total in enumerate(totals)
    }


def compare(name, got, want):
    same = all(int(got[key]) == want[key] for key in got) and got
    assert same, f"{name} says something else"
    return len(got)


def duck():
    base = duckdb.connect()
    path = FOLDER / "values.parquet"
    base.execute(f"create table fact as select * from read_parquet('{path}')")
    cities = """
        select substr(region, 1, 4), month(day), sum(v0) from fact
         where day between date '2023-01-01' and date '2023-12-31' group by all"""
    sums = ", ".join(f"sum({it})" for it in VALUES)
    counties = f"select region, year(day), {sums} from fact group by all"
    first = timed("DuckDB: one indicator 12 months by city", lambda: base.execute(cities).fetchall())
    second = timed("DuckDB: 20 indicators 120 counties 5 years", lambda: base.execute(counties).fetchall())
    return {**by_city(first), **by_county(second)}


def bears():
    fact = pl.read_parquet(FOLDER / "values.parquet").rechunk()
    day = pl.col("day")

    def cities():
        rows = (
            fact.lazy()
            .filter(day.is_between(pl.date(2023, 1, 1), pl.date(2023, 12, 31)))
            .group_by(pl.col("region").str.slice(0, 4), day.dt.month().alias("month"))
            .agg(pl.col("v0").sum())
        )
        return rows.collect().rows()

    def counties():
        rows = fact.lazy().group_by("region", day.dt.year().alias("year")).agg(pl.col(VALUES).sum())
        return rows.collect().rows()

    first = timed("Polars: one indicator 12 months by city", cities)
    second = timed("Polars: 20 indicators 120 counties 5 years", counties)
    return {**by_city(first), **by_county(second)}


def main():
    want = wanted()
    for name, ask in [(f"DuckDB {duckdb.__version__}", duck), (f"Polars {pl.__version__}", bears)]:
        print(f"# {name}: {compare(name, ask(), want)} equal figures of {len(want)}")


main()
