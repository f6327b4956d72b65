"""PyTorch: gradients by `torch.autograd.grad` of the phase's own weights, so that no other network collects any."""

import keras
import torch


def run_train_step(model, step, data):
    return step(data)


def run_test_step(model, step, data):
    with torch.no_grad():
        return step(data)


def minimise(loss, variables, optimizer, model):
    with torch.enable_grad():
        terms = loss()
        gradients = torch.autograd.grad(sum(terms.values()), [variable.value for variable in variables])
    with torch.no_grad():
        optimizer.apply(list(gradients), variables)
    return {name: value.detach() for name, value in terms.items()}


def gradient(function, x):
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        (result,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
    return result


def normal(shape, seed_generator):
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)
