"""log(e^a + e^b), the normalizer of a softmax.

    python examples/digits/log_sum_exp.py

e^1000 overflows, although the logarithm of the sum is about 1001. Far below 0 both exponentials
are 0, and the logarithm is -∞. The library's function takes the larger operand out of the sum.
"""

from microgradlike import Value, digits, exp, improve, log, logsumexp


def naive(a, b):
    return log(exp(a) + exp(b))


for at in (1.0, 1.5), (1000.0, 1000.5), (-1000.0, -1000.5):
    a, b = Value(at[0], "a"), Value(at[1], "b")
    print(f"log(exp(a) + exp(b)) at {at}:\n{digits(naive(a, b))}")
    better = digits(logsumexp([a, b]))
    print(f"logsumexp: at least {better.worst:.1f} digits of value and gradient\n")
    assert better.worst > 14

print(improve(naive, 1000.0, 1000.5))
