"""A made-up list of organizations as staff would hand it over: csv with Chinese heads.

    python organizations.py ROWS FILE [STREET…]

Names are plainly invented (示例…企业), codes have a right check digit, days and capital look random and are the same every time.
"""

import random
import sys

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [pow(3, place, 31) for place in range(17)]


def code(number):
    """A unified social credit code (GB 32100) of nobody: region 990000 is no place. The first million is the demonstration's."""
    head = f"91990000MA{number + 1_000_000:07d}"
    total = sum(SIGNS.index(sign) * weight for sign, weight in zip(head, WEIGHTS))
    return head + SIGNS[(31 - total % 31) % 31]


def main():
    rows, path, streets = int(sys.argv[1]), sys.argv[2], sys.argv[3:] or [""]
    drawn = random.Random(20231122)
    with open(path, "w", encoding="utf-8") as file:
        file.write("统一社会信用代码,单位名称,单位类型,所在街道,成立日期,科技型企业,注册资本（元）\n")
        for number in range(rows):
            day = f"{drawn.randint(1995, 2023)}-{drawn.randint(1, 12):02}-{drawn.randint(1, 28):02}"
            technical = "是" if drawn.random() < 0.3 else "否"
            street = streets[drawn.randrange(len(streets))]
            capital = drawn.randint(1, 5000) * 10_000
            file.write(f"{code(number)},示例{number:07d}号企业,企业,{street},{day},{technical},{capital}\n")


main()
