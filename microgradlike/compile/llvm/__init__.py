"""Machine code by LLVM: text of instructions and functions, loops, and what runs them."""
