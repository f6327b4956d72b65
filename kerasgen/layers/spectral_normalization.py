"""Spectral normalization (Miyato et al. 2018, arXiv:1802.05957, section 2.1)."""

from __future__ import annotations

import keras
from keras import StatelessScope

from kerasgen.backend.typing import DType, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class SpectralNormalization(keras.layers.SpectralNormalization):
    """Keras's wrapper, which runs its layer with kernel / sigma(kernel) and leaves the kernel as it is.

    Keras's own writes the normalized kernel over the trained one in every forward pass: the gradient then does not know of
    sigma (equation 12), PyTorch refuses a second pass before the first was differentiated, and a step of the generator would
    move the discriminator. Keras's own also computes sigma in the layer's dtype; here it is float32 in mixed precision too.
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        power_iterations: int = 1,
        *,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        # Neither the kernel nor the images are cast here: the layer inside casts both to its own dtype.
        super().__init__(layer, power_iterations, autocast=False, name=name, dtype="float32", trainable=trainable)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        vector, kernel = self.normalized_weights()
        if training:
            self.vector_u.assign(vector)
        values = [(variable, kernel if variable is self.kernel else variable.value) for variable in self.layer.variables]
        with StatelessScope(state_mapping=values):
            return self.layer(inputs)

    def compute_output_spec(self, inputs: Tensor, training: bool = False) -> Tensor:
        return self.layer.compute_output_spec(inputs)
