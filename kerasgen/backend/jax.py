"""JAX: Keras hands the state in and takes it back, so a step runs inside a `StatelessScope` over all variables.

Within the scope the stateful code of the other backends works unchanged: `variable.value` reads and `assign` writes the
scope, optimisers and metrics included. Only the differentiated function needs a scope of its own.
"""

import jax
import keras
from keras import StatelessScope


def run_train_step(model, step, state, data):
    groups = (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )
    return _run(step, groups, state, data)


def run_test_step(model, step, state, data):
    groups = (model.trainable_variables, model.non_trainable_variables, model.metrics_variables)
    return _run(step, groups, state, data)


def _run(step, groups, state, data):
    pairs = [pair for group, values in zip(groups, state, strict=True)
             for pair in zip(group, values, strict=True)]
    with StatelessScope(state_mapping=pairs) as scope:
        logs = step(data)
    return logs, tuple([_current_value(scope, variable) for variable in group] for group in groups)


def minimise(loss, variables, optimizer, model):
    trained = {id(variable) for variable in variables}
    others = [variable for variable in _state(model) if id(variable) not in trained]
    outer = [(variable, variable.value) for variable in others]

    def objective(values):
        with StatelessScope(state_mapping=outer + list(zip(variables, values, strict=True))) as scope:
            terms = loss()
        total = sum(terms.values())
        return total, (terms, [_current_value(scope, variable) for variable in others])

    start = [variable.value for variable in variables]
    (_, (terms, updated)), gradients = jax.value_and_grad(objective, has_aux=True)(start)
    for (variable, before), after in zip(outer, updated, strict=True):
        if after is not before:  # moving statistics, random state
            variable.assign(after)
    optimizer.apply(gradients, variables)
    return terms


def _state(model):
    return model.trainable_variables + model.non_trainable_variables + model.optimizer.variables


def _current_value(scope, variable):
    value = scope.get_current_value(variable)
    return variable.value if value is None else value


def gradient(function, x):
    return jax.grad(lambda inputs: function(inputs).sum())(x)


def normal(shape, seed_generator):
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)
