"""Keras's layers with TensorFlow's fused kernels and, where oneDNN is slow, other gradients."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import keras
import tensorflow as tf

from kerasgen.backend.typing import Tensor

FEW = 16  # positions of a map

_thread = threading.local()  # replicas run in threads


@contextlib.contextmanager
def differentiated() -> Iterator[None]:
    """Within it layers may have gradients of their own, which would stay as foreign operations in an exported graph."""
    _thread.differentiated = True
    try:
        yield
    finally:
        _thread.differentiated = False


class Conv2D(keras.layers.Conv2D):
    """With another gradient to the kernel where bfloat16 maps have few positions."""

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        usual = self.padding == "same" and self.dilation_rate == (1, 1) and self.groups == 1
        if not (usual and _few_positions(self, inputs, self.strides)):
            return super().convolution_op(inputs, kernel)
        return _convolve(inputs, tf.convert_to_tensor(kernel), self.strides[0], inputs.shape[1:3], transposed=False)


class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """With another gradient to the kernel where bfloat16 maps have few positions."""

    def call(self, inputs: Tensor) -> Tensor:
        usual = self.padding == "same" and self.dilation_rate == (1, 1) and self.output_padding is None
        if not (usual and _few_positions(self, inputs, (1, 1))):
            return super().call(inputs)
        sides = [side * stride for side, stride in zip(inputs.shape[1:3], self.strides, strict=True)]
        outputs = _convolve(inputs, tf.convert_to_tensor(self.kernel), self.strides[0], sides, transposed=True)
        return self.activation(outputs + tf.convert_to_tensor(self.bias) if self.use_bias else outputs)


def _few_positions(layer: keras.layers.Layer, inputs: Tensor, strides: tuple[int, int]) -> bool:
    return (
        getattr(_thread, "differentiated", False)
        and inputs.dtype == tf.bfloat16
        and layer.data_format == "channels_last"
        and layer.strides[0] == layer.strides[1]
        and None not in inputs.shape[1:3]
        and -(-inputs.shape[1] // strides[0]) * -(-inputs.shape[2] // strides[1]) <= FEW
        and not tf.config.get_visible_devices("GPU")
    )


def _convolve(inputs: Tensor, kernel: Tensor, stride: int, sides: Sequence[int], *, transposed: bool) -> Tensor:
    """A convolution, or the transposed one, whose gradient to the kernel is a product of matrices: oneDNN's is slow.

    `sides` are those of the larger maps.
    """

    def reduce(images: Tensor, kernel: Tensor) -> Tensor:
        return tf.nn.conv2d(images, kernel, stride, "SAME")

    def enlarge(maps: Tensor, kernel: Tensor) -> Tensor:
        return tf.nn.conv2d_transpose(maps, kernel, [tf.shape(maps)[0], *sides, kernel.shape[2]], stride, "SAME")

    forward, reverse = (enlarge, reduce) if transposed else (reduce, enlarge)

    @tf.custom_gradient
    def convolve(inputs: Tensor, kernel: Tensor) -> tuple[Tensor, Callable]:
        def backward(gradient: Tensor) -> tuple[Tensor, Tensor]:
            large, small = (gradient, inputs) if transposed else (inputs, gradient)
            return reverse(gradient, kernel), _correlate(large, small, kernel.shape, stride)

        return forward(inputs, kernel), backward

    return convolve(inputs, kernel)


def _correlate(large: Tensor, small: Tensor, shape: tf.TensorShape, stride: int) -> Tensor:
    """Correlates what a convolution connects: maps (batch, height, width, channels), the smaller with one place a window."""
    rows, columns, channels, filters = shape
    reach = [(side - 1) * stride + 1 for side in small.shape[1:3]]
    around = [max(end - 1 + size - side, 0) for end, size, side in zip(reach, (rows, columns), large.shape[1:3], strict=True)]
    large = tf.pad(large, [(0, 0), *((total // 2, total - total // 2) for total in around), (0, 0)])
    windows = [
        large[:, row : row + reach[0] : stride, column : column + reach[1] : stride]
        for row in range(rows)
        for column in range(columns)
    ]
    windows = tf.reshape(tf.concat(windows, axis=-1), (-1, rows * columns * channels))
    return tf.reshape(tf.matmul(windows, tf.reshape(small, (-1, filters)), transpose_a=True), shape)


class BatchNormalization(keras.layers.BatchNormalization):
    """In training with TensorFlow's fused kernel, which reads bfloat16 and computes in float32.

    On replicas with statistics of the global batch in two passes: Keras 3.15.1 takes the mean square less that of the mean,
    which loses what a small variance has beside a large mean.
    """

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        context = tf.distribute.get_replica_context()
        shared = self.synchronized and context is not None and context.num_replicas_in_sync > 1
        maps = len(inputs.shape) == 4 and self.axis in (-1, 3) and inputs.dtype != tf.float64
        if not training or not self.trainable or mask is not None or not (shared or maps):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = self._normalize_shared(inputs, context) if shared else self._normalize_maps(inputs)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + tf.stop_gradient(now) * (1.0 - self.momentum))
        return outputs

    def _normalize_maps(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.cast(self.gamma, "float32"),
            offset=tf.cast(self.beta, "float32"),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), "float32")
        return outputs, mean, variance * (count - 1.0) / count  # the kernel gives the unbiased one, Keras keeps the other

    def _normalize_shared(self, inputs: Tensor, context: tf.distribute.ReplicaContext) -> tuple[Tensor, Tensor, Tensor]:
        x = tf.cast(inputs, "float32")
        axes = [axis for axis in range(len(x.shape)) if axis != self.axis % len(x.shape)]

        def mean(values: Tensor) -> Tensor:
            """(channels,), over all replicas, which may have parts of different size."""
            count = tf.cast(tf.size(values) / tf.shape(values)[self.axis], "float32")
            total = context.all_reduce("SUM", tf.concat([tf.reduce_sum(values, axes), [count]], axis=0))
            return total[:-1] / total[-1]

        shape = [-1 if axis == self.axis % len(x.shape) else 1 for axis in range(len(x.shape))]
        average = mean(x)
        centered = x - tf.reshape(average, shape)
        variance = mean(tf.square(centered))
        scale = tf.math.rsqrt(variance + self.epsilon)
        scale = scale * self.gamma if self.scale else scale
        outputs = centered * tf.reshape(scale, shape)
        outputs = outputs + tf.reshape(self.beta, shape) if self.center else outputs
        return tf.cast(outputs, inputs.dtype), average, variance
