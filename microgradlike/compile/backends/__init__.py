"""The backends: three ways to run a Program, each in one module that imports no other."""
