"""Pure functions of tensors in `keras.ops`: scalars or one value an example, no state."""
