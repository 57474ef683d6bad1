"""Every table of the product, for migrations and the checks that walk all columns."""

from __future__ import annotations

from importlib import import_module

from grievance.model import Base

MODULES = (
    "notifications.models",
    "accounts.models",
    "accounts.peppers",
    "accounts.words",
    "accounts.factors",
    "accounts.companies",
    "accounts.interpreters",
    "directory.models",
    "questions.models",
    "deadlines.models",
    "referrals.models",
    "referrals.links",
    "cases.models",
    "cases.corrections",
    "cases.translated",
    "cases.assigned",
    "cases.own_reminders",
    "cases.matters",
    "cases.calls",
    "cases.planned_calls",
    "cases.proofs",
    "demo.models",
)
for module in MODULES:
    import_module(f"grievance.{module}")

METADATA = Base.metadata
