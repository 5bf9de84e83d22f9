"""Steps from one schema of the store to the next, run by Alembic when a store is opened.

A new step is a module in ``versions`` with ``revision``, ``down_revision``, ``upgrade`` and
``downgrade``; it writes its tables out, so that later changes of the metadata leave it alone.
"""

NEWEST = "0001"  # revision of the last step
