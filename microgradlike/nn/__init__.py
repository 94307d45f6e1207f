"""Networks: modules, losses, optimisers, data, training, and parameters in files."""

from microgradlike.nn.data import (
    blobs as blobs,
    circles as circles,
    moons as moons,
    spirals as spirals,
    xor as xor,
)
from microgradlike.nn.files import load as load, save as save
from microgradlike.nn.formats import LoadError as LoadError
from microgradlike.nn.layers import MLP as MLP, Layer as Layer, Neuron as Neuron
from microgradlike.nn.losses import (
    binary_cross_entropy as binary_cross_entropy,
    cross_entropy as cross_entropy,
    hinge as hinge,
    mse as mse,
)
from microgradlike.nn.module import Module as Module
from microgradlike.nn.optim import SGD as SGD, Adam as Adam, AdamW as AdamW, Optimizer as Optimizer
from microgradlike.nn.training import train as train
