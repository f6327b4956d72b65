"""Batches that know which epoch it is."""

import abc

import keras


class EpochBatches(keras.utils.PyDataset, abc.ABC):
    """Abstract base of batches whose order is a function of the seed and the epoch.

    `epoch` may be set to resume, and `batches[i]` is batch i of that epoch. In `fit` it moves on after each complete pass.
    Pass `shuffle=False` to the `fit` of a plain Keras model: its default shuffles the order of the batches by Python's global
    generator.
    """

    def __init__(self):
        # No worker: a batch is a gather, far cheaper than a step, and workers would run ahead into the next epoch.
        super().__init__(workers=1, use_multiprocessing=False)
        self.epoch = 0
        # The batches of this pass that were asked for. Where batches are prefetched, all may have been before the last
        # step; what was asked for keeps its order.
        self._served = set()
        self._begun = False

    @abc.abstractmethod
    def batch(self, index: int):
        """Gives batch `index` of this epoch, what a training step takes."""

    def __getitem__(self, index: int):
        if not 0 <= index < len(self):
            raise IndexError(f"A batch index must lie in [0, {len(self)}). Received: {index}")
        self._served.add(index)
        return self.batch(index)

    def on_epoch_begin(self) -> None:
        """Notes that an epoch begins; see `on_epoch_end`."""
        self._begun = True

    def on_epoch_end(self) -> None:
        """Moves to the next epoch if this one was passed through; with `steps_per_epoch` a pass takes several calls."""
        if not self._begun:
            # TensorFlow's `fit` looks at two batches to learn their shape and then resets: that was no epoch.
            self._served.clear()
        self._begun = False
        if len(self._served) == len(self):
            self._served.clear()
            self.epoch += 1
