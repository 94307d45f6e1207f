"""Compound interest, (1 + r/n)ⁿ: the more often, the fewer digits.

    python examples/digits/interest.py

1 + r/n rounds to 16 digits. The smaller r/n is, the fewer of them are its own. The power makes the
error n times as large. log1p takes r/n as it is.
"""

from microgradlike import Value, digits, exp, improve, log1p

RATE = 0.0625
PERIODS = {"year": 1, "month": 12, "day": 365, "hour": 8760, "second": 31536000}


def factor(r, n):
    return (1 + r / n) ** n


def factor_by_log1p(r, n):
    return exp(n * log1p(r / n))


print("compounded each   factor          digits   digits with log1p")
for period, n in PERIODS.items():
    y, better = (f(Value(RATE, "r"), n) for f in (factor, factor_by_log1p))
    report, kept = digits(y), digits(better)
    print(f"{period:16}  {y.data:.12f}  {report.worst:6.1f}  {kept.worst:6.1f}")
    assert kept.worst > 14

print(f"\neach second:\n{report}")
print(f"\n{improve(lambda r: factor(r, n), RATE)}")
