"""Wrong lines: a type checker refuses each one that ends in `# refused`, and no other."""

from microgradlike import Value, derivative, grad, jit, nn, tanh


def cube(x: float) -> float:
    return x**3


def attempts(model: nn.MLP) -> None:
    Value(1.0) + "a"  # refused
    tanh("0.5")  # refused
    number: float = Value(1.0).exp()  # refused
    grad(cube)("2")  # refused
    text: str = derivative(cube)(2.0)  # refused
    grad(3.0)  # refused
    jit(cube)("2")  # refused
    jit(cube)()  # refused
    jit(3)  # refused
    model("ab")  # refused
    score: float = model([1.0, 2.0])  # refused
    model.load_state_dict({"b": "1"})  # refused
    print(number, text, score)
