"""Write the sample: exports of a company that does not exist, and the truth planted in them.

    python data/sample/make_sample.py [--size S|M|L] [--seed N] [--effect planted|none] [--out DIR]

Same size, seed and effect: same bytes. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from sampling.hr_export import write_hr
from sampling.plan import SIZES, Plan
from sampling.platform_export import write_platform
from sampling.slips import Ledger
from sampling.survey_export import declared_items, declared_waves, write_surveys
from sampling.teams_export import write_teams
from sampling.truth import tell_truth
from sampling.world import World, build_world

HERE = Path(__file__).resolve().parent
FOLDERS = ("hr", "platform", "surveys", "teams")


def make_sample(plan: Plan, out: Path) -> dict[str, object]:
    """Write ``exports/`` and ``truth.json`` into a folder, replacing what a run left there.

    Parameters
    ----------
    plan : Plan
    out : Path

    Returns
    -------
    dict
        The contents of ``truth.json``.
    """
    exports = out / "exports"
    for name in FOLDERS:
        shutil.rmtree(exports / name, ignore_errors=True)
    world, ledger = build_world(plan), Ledger(plan)
    _write_mappings(world, exports)
    write_hr(world, exports, ledger)
    write_platform(world, exports, ledger)
    write_surveys(world, exports, ledger)
    truth = tell_truth(world, ledger, teams_files=write_teams(world, exports))
    text = json.dumps(truth, indent=2, ensure_ascii=False) + "\n"
    (out / "truth.json").write_text(text, encoding="utf-8")
    return truth


def _write_mappings(world: World, exports: Path) -> None:
    """Copy the mappings beside the exports; those of surveys also declare their waves."""
    months = [int(frame["month"].iloc[0]) for frame in world.journeys.pulses]
    waves = declared_waves(world.plan, months)
    appended = {
        "pulse.mapping.toml": waves["pulse"],
        "participants.mapping.toml": f"{declared_items()}\n{waves['participants']}",
    }
    for source in sorted((HERE / "mappings").glob("*/*.mapping.toml")):
        target = exports / source.parent.name / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        if source.name in appended and source.parent.name == "surveys":
            text = f"{text}\n{appended[source.name]}"
        target.write_text(text, encoding="utf-8")


def main() -> None:
    """Read the arguments and write the sample."""
    parser = argparse.ArgumentParser(description="Write the seeded sample and its truth.")
    parser.add_argument("--size", choices=tuple(SIZES), default="S")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--effect", choices=("planted", "none"), default="planted")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    asked = parser.parse_args()
    truth = make_sample(Plan(asked.size, asked.seed, asked.effect), asked.out)
    print(json.dumps(truth["counts"], indent=2))


if __name__ == "__main__":
    main()
