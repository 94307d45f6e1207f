"""A page of a GPT made of scalars, reading one name: 40,000 nodes, framed and named.

    python examples/gpt_page.py                       # reads "emma", writes gpt.html
    python examples/gpt_page.py --name anna -o a.html

The model reads a letter at each position and predicts the next one. Frames hold a position, its
attention heads and its small network; the weights have the names of their letters and places.
Select the surprise at a letter to see the weights that decided it, and take a step of gradient
descent at the end of the backward pass.
"""

import argparse
import random
import string
from itertools import pairwise

from gpt import CONTEXT, HEADS, WIDTH, add, linear, look_back, make_model, normalise

from microgradlike import dot, logsumexp, mean, named_scope, nn, relu
from viz import page

EDGE = "·"  # the token at both ends of a name
LETTERS = EDGE + string.ascii_lowercase
SIZE = WIDTH // HEADS  # of the part of a vector that a head sees
HEAD = {h + 1: slice(h * SIZE, (h + 1) * SIZE) for h in range(HEADS)}


def named(name, numbers):
    """The numbers, as nodes that a page calls name[0], name[1], and so on."""
    for k, x in enumerate(numbers):
        x.label = f"{name}[{k}]"
    return numbers


class GPT(nn.Module):
    """One layer of attention over the letters of a name, and a small network at each position."""

    def __init__(self, rng):
        weights = make_model(len(LETTERS), rng)
        for part in ("query", "key", "value"):  # rows by the head that they belong to
            weights[part] = {f"head {h}": weights[part][s] for h, s in HEAD.items()}
        for part in ("token", "score"):  # rows by letter
            weights[part] = dict(zip(LETTERS, weights[part]))
        for part, matrix in weights.items():
            setattr(self, part, matrix)

    def __call__(self, name):
        """The mean surprise at each next letter of a name, in nats."""
        tokens = [EDGE, *name, EDGE][: CONTEXT + 1]
        keys, values, surprises = [], [], []
        for place, (letter, wanted) in enumerate(pairwise(tokens)):
            with named_scope("position"):
                at = f"{letter}{place + 1}"
                x = self.read(letter, place, at, keys, values)
                scores = self.scores(x, at)
                with named_scope("surprise"):
                    surprise = logsumexp(list(scores.values())) - scores[wanted]
                surprise.label = f"surprise: {wanted} after {at}"
                surprises.append(surprise)
        return mean(surprises)

    def read(self, letter, place, at, keys, values):
        """The vector of a position, after attention and the small network."""
        with named_scope("embedding"):
            x = named(f"letter {at}", add(self.token[letter], self.position[place]))
        with named_scope("attention"):
            x = add(x, self.attention(normalise(x), at, keys, values))
        with named_scope("network"):
            inner = [relu(a) for a in linear(normalise(x), self.up)]
            return named(f"thought {at}", add(x, linear(inner, self.down)))

    def attention(self, x, at, keys, values):
        """The messages of this position and those before it, mixed over the heads."""
        keys.append({})
        values.append({})
        found = []
        for head in self.query:
            with named_scope(head):
                query = named(f"query {at} {head}", linear(x, self.query[head]))
                keys[-1][head] = named(f"key {at} {head}", linear(x, self.key[head]))
                values[-1][head] = named(f"value {at} {head}", linear(x, self.value[head]))
                seen = look_back(query, [k[head] for k in keys], [v[head] for v in values])
                found += named(f"seen {at} {head}", seen)
        with named_scope("mix"):
            return named(f"mixed {at}", linear(found, self.mix))

    def scores(self, x, at):
        """The fit of each letter as the next one."""
        with named_scope("scores"):
            scores = {letter: dot(row, x) for letter, row in self.score.items()}
        for letter, score in scores.items():
            score.label = f"score: {letter} after {at}"
        return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="emma", help="of letters from a to z")
    parser.add_argument("-o", "--out", default="gpt.html", help="the page to write")
    options = parser.parse_args()
    if not options.name or set(options.name) - set(string.ascii_lowercase):
        parser.error(f"--name takes letters from a to z, got {options.name!r}")
    loss = GPT(random.Random(0))(options.name)
    loss.label = "loss"
    loss.backward()
    made = page(loss)
    print(
        f"{len(made.scene.nodes):,} nodes, {len(made.html.encode()) / 1e6:.1f} MB:",
        made.save(options.out),
    )


if __name__ == "__main__":
    main()
