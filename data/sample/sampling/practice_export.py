"""Exports about practice: what pairs did besides meeting, what the program office did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampling.text import US, day
from sampling.world import World

DIRECTION = {"offered": "I offer", "wanted": "I want"}


def topics(world: World) -> pd.DataFrame:
    """Return the topics of sessions, one row each."""
    rows = world.practice.topics
    return pd.DataFrame(
        {"Session ID": world.session_ids[rows["session"]], "Topic": rows["topic"].to_numpy()}
    )


def feedback(world: World) -> pd.DataFrame:
    """Return the closed answers after sessions."""
    rows = world.practice.feedback
    return pd.DataFrame(
        {
            "Session ID": world.session_ids[rows["session"]],
            "User ID": world.user_ids[rows["person"]],
            "Role": rows["role"].str.capitalize().to_numpy(),
            "Rating": rows["rating"].astype(str).to_numpy(),
            "Useful": rows["benefit"].astype(str).to_numpy(),
            "Listened to": rows["listened_to"].astype(str).to_numpy(),
            "Who advised": rows["who_mostly_advised"].to_numpy(),
        }
    )


def goals(world: World) -> pd.DataFrame:
    """Return the goals of pairs."""
    rows = world.practice.goals
    return pd.DataFrame(
        {
            "Goal ID": [f"G{number:05d}" for number in range(1, len(rows) + 1)],
            "Match ID": world.pair_ids[rows["pair"]],
            "Topic": rows["topic"].to_numpy(),
            "Set": day(rows["set_on"], US),
            "Due": day(rows["due_on"], US),
            "Status": rows["status"].str.capitalize().to_numpy(),
            "Closed": day(rows["closed_on"], US),
        }
    )


def milestones(world: World) -> pd.DataFrame:
    """Return the milestones pairs reached."""
    rows = world.practice.milestones
    return pd.DataFrame(
        {
            "Match ID": world.pair_ids[rows["pair"]],
            "Milestone": rows["milestone"].to_numpy(),
            "Reached": day(rows["reached_on"], US),
        }
    )


def actions(world: World) -> pd.DataFrame:
    """Return what people promised to do."""
    rows = world.practice.actions
    return pd.DataFrame(
        {
            "Action ID": [f"A{number:05d}" for number in range(1, len(rows) + 1)],
            "Match ID": world.pair_ids[rows["pair"]],
            "Owner": rows["owner"].str.capitalize().to_numpy(),
            "Created": day(rows["created_on"], US),
            "Due": day(rows["due_on"], US),
            "Status": rows["status"].str.capitalize().to_numpy(),
            "Shared": np.where(rows["shared"], "Yes", "No"),
        }
    )


def ground_rules(world: World) -> pd.DataFrame:
    """Return what pairs agreed about how to work together."""
    rows = world.practice.ground_rules
    names = {
        "topics": "Topics",
        "off_limits": "Off limits",
        "place": "Place",
        "frequency": "Frequency",
        "confidentiality": "Confidentiality",
    }
    flags = {title: np.where(rows[name], "Yes", "No") for name, title in names.items()}
    return pd.DataFrame(
        {
            "Match ID": world.pair_ids[rows["pair"]],
            **flags,
            "Mentor agreed": day(rows["mentor_agreed_on"], US),
            "Mentee agreed": day(rows["mentee_agreed_on"], US),
        }
    )


def recognition(world: World) -> pd.DataFrame:
    """Return recognition given."""
    rows = world.office.recognition
    return pd.DataFrame(
        {
            "Recognition ID": [f"R{number:04d}" for number in range(1, len(rows) + 1)],
            "Email": world.addresses[rows["person"]],
            "Program": rows["program_id"].to_numpy(),
            "Date": day(rows["given_on"], US),
            "Kind": rows["kind"].to_numpy(),
        }
    )


def training(world: World) -> pd.DataFrame:
    """Return courses completed."""
    rows = world.office.training
    return pd.DataFrame(
        {
            "Email": world.addresses[rows["person"]],
            "Program": rows["program_id"].to_numpy(),
            "Course": rows["course"].to_numpy(),
            "Completed": day(rows["completed_on"], US),
        }
    )


def needs(world: World) -> pd.DataFrame:
    """Return skills offered and wanted."""
    rows = world.office.needs
    return pd.DataFrame(
        {
            "User ID": world.user_ids[rows["person"]],
            "Program": rows["program_id"].to_numpy(),
            "Date": day(rows["answered_on"], US),
            "Direction": rows["direction"].map(DIRECTION).to_numpy(),
            "Skill": rows["skill"].to_numpy(),
        }
    )


def events(world: World) -> pd.DataFrame:
    """Return who came to events."""
    rows = world.office.events
    return pd.DataFrame(
        {
            "Event": rows["event"].to_numpy(),
            "Program": rows["program_id"].to_numpy(),
            "Date": day(rows["held_on"], US),
            "Email": world.addresses[rows["person"]],
            "Attended": np.where(rows["attended"], "Yes", "No"),
        }
    )


def stories(world: World) -> pd.DataFrame:
    """Return success stories."""
    rows = world.practice.stories
    return pd.DataFrame(
        {
            "Story ID": [f"T{number:03d}" for number in range(1, len(rows) + 1)],
            "Program": rows["program_id"].to_numpy(),
            "Match ID": world.pair_ids[rows["pair"]],
            "Date": day(rows["told_on"], US),
            "Consent": np.where(rows["consented"], "Yes", "No"),
        }
    )
