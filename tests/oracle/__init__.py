"""Differential testing: this library, PyTorch and JAX against 60 digits, over random programs.

generate    the programs, each from its number
textbook    derivatives of the primitives, from handbooks
exact       programs by these, to 60 digits
ours        programs in every mode of this library
libraries   the primitives in four other libraries
peers       programs in PyTorch and JAX
bound       the largest error of a correct computation
judge       errors beyond the bound, and the primitives that cause them
rules       known differences of other libraries
census      all of this over many programs
shrink      a failing program made small
"""
