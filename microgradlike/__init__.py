from microgradlike.engine import Value as Value
