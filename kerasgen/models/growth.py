"""Moves a model that grows from stage to stage."""

import keras


class Growth(keras.callbacks.Callback):
    """Tells a `BaseProgressiveGAN` its stage before each batch, by the images that it has been shown.

    A new stage is another graph: the compiled steps are made anew. `batch_size` is the number of images that a batch shows.
    """

    def __init__(self, batch_size: int) -> None:
        super().__init__()
        self._batch_size = batch_size
        self._shown = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._shown = self.model.shown

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        stage, _ = self.model.position(self._shown)
        if stage != self.model.stage:
            self.model.stage = stage
            self.model.make_train_function(force=True)
            self.model.test_function = None
        self._shown += self._batch_size
