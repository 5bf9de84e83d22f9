"""One linear or integer program that is solved again and again with other objectives (HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy import sparse

# All variables are bounded, so that no program is unbounded.
_INFEASIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
_MOST_NODES = 20_000  # a limit in seconds would make results depend on the machine
_PRIMAL_SIMPLEX = 4  # another objective leaves the last vertex feasible: go on from there


class NoSolution(Exception):
    """The program has no feasible point."""


class NotSettled(NoSolution):
    """The solver stopped before it knew."""


@dataclass(frozen=True)
class Optimum:
    """Where an objective is largest or smallest.

    Attributes
    ----------
    point : ndarray of float, shape (n_columns,)
    duals : ndarray of float, shape (n_rows,)
        Nonzero where a row holds the objective back; all 0 for integer programs.
    """

    point: np.ndarray
    duals: np.ndarray


class Program:
    """Columns between bounds, rows between bounds; both kinds of optimum of any objective.

    Parameters
    ----------
    matrix : csr_array, shape (n_rows, n_columns)
    rows, columns : tuple of ndarray
        Lower and upper bounds.
    whole : ndarray of bool, optional
        Columns that take whole numbers only.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        rows: tuple[np.ndarray, np.ndarray],
        columns: tuple[np.ndarray, np.ndarray],
        *,
        whole: np.ndarray | None = None,
    ) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._whole = whole is not None and bool(whole.any())
        self._columns = np.arange(matrix.shape[1], dtype=np.int32)
        options: dict[str, Any] = {"output_flag": False, "threads": 1, "random_seed": 0}
        if self._whole:
            options |= {"mip_max_nodes": _MOST_NODES}
        else:
            options |= {"presolve": "off", "simplex_strategy": _PRIMAL_SIMPLEX}
        self._options: dict[str, Any] = options
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_model(matrix, rows, columns, whole))

    def bound_row(self, row: int, lower: float, upper: float) -> None:
        """Give a row other bounds; infinite ones switch it off."""
        self._highs.changeRowBounds(row, lower, upper)

    def add_row(self, columns: np.ndarray, lower: float, upper: float) -> None:
        """Add a row that sums some columns."""
        ones = np.ones(len(columns))
        self._highs.addRow(lower, upper, len(columns), columns.astype(np.int32), ones)

    def optimum(self, objective: np.ndarray, *, largest: bool) -> Optimum:
        """Solve.

        Raises
        ------
        NoSolution
            Nothing feasible.
        NotSettled
            Stopped before that was known.
        """
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        costs = np.ascontiguousarray(objective, dtype=np.float64)
        self._highs.changeColsCost(len(self._columns), self._columns, costs)
        status = self._run()
        if status == highspy.HighsModelStatus.kUnknown:
            status = self._run_afresh()
        if status != highspy.HighsModelStatus.kOptimal:
            raise (NoSolution if status in _INFEASIBLE else NotSettled)(
                self._highs.modelStatusToString(status)
            )
        solution = self._highs.getSolution()
        duals = np.zeros(self._highs.getNumRow())
        if not self._whole:
            duals = np.array(solution.row_dual)
        return Optimum(np.array(solution.col_value), duals)

    def _run_afresh(self) -> highspy.HighsModelStatus:
        """Solve from the start and in the usual way: going on from the last vertex lost its way."""
        usual: dict[str, Any] = {"presolve": "choose", "simplex_strategy": 0}
        for name, value in usual.items():
            self._highs.setOptionValue(name, value)
        self._highs.clearSolver()
        status = self._run()
        for name, value in self._options.items():
            self._highs.setOptionValue(name, value)
        return status

    def _run(self) -> highspy.HighsModelStatus:
        self._highs.run()
        return self._highs.getModelStatus()


def _model(
    matrix: sparse.csr_array,
    rows: tuple[np.ndarray, np.ndarray],
    columns: tuple[np.ndarray, np.ndarray],
    whole: np.ndarray | None,
) -> Any:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(matrix.shape[1])
    model.row_lower_, model.row_upper_ = (np.asarray(r, dtype=np.float64) for r in rows)
    model.col_lower_, model.col_upper_ = (np.asarray(c, dtype=np.float64) for c in columns)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    if whole is not None and whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(w)] for w in whole]
    return model
