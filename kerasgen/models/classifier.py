"""A classifier, whose features and opinions measure what generators draw; it generates nothing."""

from __future__ import annotations

from typing import Literal

import keras
import numpy as np
from keras import layers, ops
from scipy.special import softmax

from kerasgen.backend import Conv2D
from kerasgen.backend.typing import Array, Batch, Tensor, Values
from kerasgen.base.hyperparameters import Classes, Positive, Share
from kerasgen.base.model import GenerativeModel
from kerasgen.base.phase import Phase
from kerasgen.base.prediction import predict_all
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.layers.batch_norm import batch_norm
from kerasgen.networks.conv import stages
from kerasgen.networks.resnet import resnet_features


@keras.saving.register_keras_serializable("kerasgen")
class Classifier(GenerativeModel):
    """Two convolutions an octave, then features, then a logit a class; cross-entropy with smoothed labels.

    Args:
        image_shape: (height, width, channels); the shorter side 28, 32, 64, 128 or another 4..7 times a power of two, the
            longer a multiple of that power.
        num_classes: labels are whole numbers from 0 below it.
        channels: convolution channels at the largest resolution, doubled at each halving.
        features: number of features.
        network: "conv", with BatchNorm and a last map read position by position; or "residual", without normalization, whose
            last map is averaged (`kerasgen.networks.resnet`): two networks that measure one another's choices.
        dropout: share of the features that is left out in training.
        label_smoothing: share of a label's weight that goes to all classes alike (Szegedy et al. 2016, arXiv:1512.00567,
            section 7).
        seed: of the dropout.
    """

    requires_labels = True

    num_classes: Classes = 10
    channels: Positive = 32
    features: Positive = 128
    network: Literal["conv", "residual"] = "conv"
    dropout: Share = 0.5
    label_smoothing: Share = 0.0

    @property
    def halvings(self) -> int:
        return stages(self.image_shape)

    def check(self) -> None:
        super().check()
        stages(self.image_shape)

    def build_networks(self) -> None:
        with keras.name_scope("classifier"):
            images = keras.Input(self.image_shape, name="image")
            x = (
                self._maps(images)
                if self.network == "conv"
                else resnet_features(images, self.halvings, self.channels, pool="mean")
            )
            x = layers.Dense(self.features, name="project")(x)
            features = layers.Activation("relu", dtype="float32", name="features")(x)  # (batch, features)
            x = layers.Dropout(self.dropout, seed=self.seed, name="drop")(features)
            logits = layers.Dense(self.num_classes, dtype="float32", name="logits")(x)
            self.classifier = keras.Model(images, [features, logits], name="classifier")

    def _maps(self, images: Tensor) -> Tensor:
        """(batch, n), all of the last map."""
        x = layers.Rescaling(2.0, -1.0, name="rescale")(images)
        for stage in range(self.halvings):
            for half, stride in (("a", 1), ("b", 2)):
                x = Conv2D(
                    self.channels * 2**stage,
                    3 if stride == 1 else 4,
                    stride,
                    "same",
                    use_bias=False,
                    kernel_initializer="he_normal",
                    name=f"conv_{stage}_{half}",
                )(x)
                x = layers.Activation("relu", name=f"act_{stage}_{half}")(batch_norm(f"norm_{stage}_{half}")(x))
        return layers.Flatten(name="flatten")(x)

    def make_phases(self) -> tuple[Phase, ...]:
        return (Phase("classifier", (self.classifier,), self.terms, ("cross_entropy",), monitors=("accuracy",)),)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {"classifier": keras.optimizers.Adam(1e-3)}

    def terms(self, batch: Batch, training: bool) -> Values:
        """Cross-entropy in nats an image, and the share of images that are told right."""
        images, labels = batch
        logits = self.classifier(images, training=training)[1]
        truth = ops.one_hot(labels, self.num_classes)
        smooth = self.label_smoothing if training else 0.0
        wanted = (1.0 - smooth) * truth + smooth / self.num_classes
        right = ops.equal(ops.argmax(logits, axis=-1), ops.argmax(truth, axis=-1))
        return {
            "cross_entropy": -ops.mean(ops.sum(wanted * ops.log_softmax(logits), axis=-1)),
            "accuracy": ops.mean(ops.cast(right, "float32")),
        }

    def extract(self, x: Array, batch_size: int = 64) -> np.ndarray:
        """Features (n, features) of images (n, height, width, channels) in [0, 1] or uint8: what metrics compare."""
        return self._run(x, batch_size)[0]

    def classify(self, x: Array, batch_size: int = 64) -> np.ndarray:
        """Probabilities (n, num_classes) of the classes of images in [0, 1] or uint8."""
        return softmax(self._run(x, batch_size)[1], axis=-1)

    def classify_features(self, features: np.ndarray) -> np.ndarray:
        """Probabilities (n, num_classes), from the features (n, features) that `extract` gave."""
        kernel, bias = (ops.convert_to_numpy(weight) for weight in self.classifier.get_layer("logits").weights)
        return softmax(features @ kernel + bias, axis=-1)

    def _run(self, x: Array, batch_size: int) -> list[np.ndarray]:
        x = ops.convert_to_numpy(x)
        check_images(x, self.image_shape)
        return predict_all(self.ema_network(self.classifier), to_float(x), batch_size)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Images to features and logits."""
        return self.classifier(images, training=training)
