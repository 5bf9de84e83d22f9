"""The only place that knows DuckDB and PostgreSQL: opening, reading, staging, bulk merging.

Files are always staged in DuckDB, whose CSV reader and column engine do the heavy lifting. When
the warehouse itself is DuckDB the staging tables are temporary tables of the same connection;
when it is PostgreSQL they live in a DuckDB beside it and finished rows travel by COPY. Above this
package the two engines look alike.
"""

from warehouse.engine.problems import WarehouseBusy, WarehouseError, not_written
from warehouse.engine.spelling import row_hash
from warehouse.engine.staging import Staging, StagingError, open_staging
from warehouse.engine.warehouse import Warehouse, open_warehouse
from warehouse.engine.writer import MergeCounts, Writer

__all__ = [
    "MergeCounts",
    "Staging",
    "StagingError",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseError",
    "Writer",
    "not_written",
    "open_staging",
    "open_warehouse",
    "row_hash",
]
