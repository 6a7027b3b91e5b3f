"""A data source of Great Expectations whose batches are Polars frames.

Here belongs what a context, a batch definition and a checkpoint need to run a suite over a Polars
frame: `context.data_sources.add_polars(name).add_dataframe_asset(name)`. Our own runs do not need
it (runner). Not here: the computing (polars_engine). Loading this module registers the data source
with the library, and imports Great Expectations.

The library registers every class derived from its `Datasource` under its `type`. That is the way in
for data sources of other hands, but its modules are not marked as public: docs/engine.md names what
is used of them.
"""

import builtins
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import polars as pl
from great_expectations.compatibility import pydantic
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent.batch_identifier_util import make_batch_identifier
from great_expectations.datasource.fluent.batch_request import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from expectations.engine.offered import PolarsExecutionEngine

_FRAME = "dataframe"
_Request = BatchRequest[None]


class PolarsFrameAsset(DataAsset):  # type: ignore[type-arg]
    """A frame that is handed over when a suite is run: `batch_parameters={"dataframe": frame}`."""

    type: Literal["polars_frame"] = "polars_frame"

    class Config:
        """What is not known is a mistake."""

        extra = pydantic.Extra.forbid

    def test_connection(self) -> None:
        """There is nothing to connect with."""

    def add_batch_definition_whole_dataframe(self, name: str) -> BatchDefinition:  # type: ignore[type-arg]
        """A batch definition of all rows of the frame."""
        return self.add_batch_definition(name, partitioner=None)

    def get_batch_parameters_keys(self, partitioner: object = None) -> tuple[str, ...]:
        """The one parameter: the frame."""
        return (_FRAME,)

    def get_batch_identifiers_list(self, batch_request: _Request) -> list[dict[str, Any]]:
        """The parameters of the request's only batch."""
        return [IDDict(batch_request.options)]

    def build_batch_request(
        self,
        options: dict[str, Any] | None = None,
        batch_slice: object = None,
        partitioner: object = None,
    ) -> _Request:
        """A request for the frame in the options. BuildBatchRequestError for anything else."""
        frame = (options or {}).get(_FRAME)
        if batch_slice or partitioner or not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            raise BuildBatchRequestError(
                message='hand over one frame of Polars, and nothing else: {"dataframe": frame}'
            )
        return BatchRequest(
            datasource_name=self.datasource.name, data_asset_name=self.name, options=options or {}
        )

    def get_batch(self, batch_request: _Request) -> Batch:
        """The batch of the frame in the request."""
        spec = RuntimeDataBatchSpec(batch_data=batch_request.options[_FRAME])
        engine: PolarsExecutionEngine = self.datasource.get_execution_engine()
        data, markers = engine.get_batch_data_and_markers(spec)
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=LegacyBatchDefinition(
                datasource_name=self.datasource.name,
                data_connector_name="fluent",
                data_asset_name=self.name,
                batch_identifiers=make_batch_identifier(batch_request.options),
            ),
        )


class PolarsDatasource(Datasource):  # type: ignore[type-arg]
    """Polars frames in memory, or scanned lazily."""

    asset_types: ClassVar[Sequence[builtins.type[PolarsFrameAsset]]] = [PolarsFrameAsset]

    type: Literal["polars"] = "polars"
    assets: list[PolarsFrameAsset] = []  # noqa: RUF012 - pydantic copies it

    @property
    def execution_engine_type(self) -> builtins.type[PolarsExecutionEngine]:
        """The engine of the batches."""
        return PolarsExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """There is nothing to connect with."""

    def add_dataframe_asset(self, name: str) -> PolarsFrameAsset:
        """Adds an asset for frames that are handed over when a suite is run."""
        asset: PolarsFrameAsset = self._add_asset(PolarsFrameAsset(name=name))
        return asset
