"""Differential testing: this library, PyTorch and JAX against 60 digits, over random programs.

generate    the programs, each from its number
textbook    derivatives of the primitives, from handbooks
exact       programs by these, to 60 digits
ours        programs in every mode of this library
libraries   the primitives in the words of four others      peers   programs in PyTorch and JAX
bound       how far a correct computation may be off        judge   who is, and by which primitive
rules       what others are known to do otherwise           census  all of this over many programs
shrink      a failing program made small
"""
