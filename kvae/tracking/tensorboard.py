"""Parameters and images in TensorBoard.

`kvae.callbacks.TensorBoard` writes the metrics of every run into the same folder, `tensorboard` of the run directory.
"""

import sys
import time
from types import ModuleType

from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from kvae.tracking.tracker import Tracker


class TensorBoard(Tracker):
    """Events in the folder `tensorboard` of a run."""

    def begin(self, record):
        # If a module of this name exists, TensorBoard does not import TensorFlow, which takes seconds.
        sys.modules.setdefault("tensorboard.compat.notf", ModuleType("notf"))
        self.writer = EventFileWriter(str(record.folder / "tensorboard"), filename_suffix=".track")
        rows = [f"|{name}|{value}|" for name, value in {"run": record.folder, **record.parameters}.items()]
        self._text("parameters", "\n".join(["|parameter|value|", "|---|---|", *rows]), 0)

    def log(self, values, epoch):
        """Do nothing: the metrics are in the folder already."""

    def image(self, name, file, epoch):
        with Image.open(file) as opened:
            width, height = opened.size
            channels = len(opened.getbands())
        encoded = Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=file.read_bytes())
        self._write(Summary.Value(tag=name, image=encoded), epoch)

    def preset(self, name, folder):
        """Record the command that writes the preset, because TensorBoard keeps no files."""
        self._text("preset", f"`kvae export RUN {name}`", 0)

    def end(self, finished):
        self.writer.close()

    def _text(self, name: str, text: str, epoch: int) -> None:
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(dtype="DT_STRING", string_val=[text.encode()], tensor_shape=shape)
        self._write(Summary.Value(tag=f"{name}/text_summary", metadata=metadata, tensor=tensor), epoch)

    def _write(self, value, epoch: int) -> None:
        self.writer.add_event(Event(wall_time=time.time(), step=epoch, summary=Summary(value=[value])))


def create() -> TensorBoard:
    """Return a new tracker."""
    return TensorBoard()
