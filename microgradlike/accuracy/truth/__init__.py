"""Numbers of many digits: primitives, textbook partials, the truth of a graph."""
