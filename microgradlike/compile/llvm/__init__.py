"""Machine code by LLVM: instructions and functions as text, loops, and their execution."""
