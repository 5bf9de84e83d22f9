"""What people said: facts of closed waves, the figures they give, and the atoms they consist of."""

from warehouse.voice.atoms import change_links, voice_atoms
from warehouse.voice.cells import voice_cells
from warehouse.voice.facts import VoiceFacts, read_voice

__all__ = ["VoiceFacts", "change_links", "read_voice", "voice_atoms", "voice_cells"]
