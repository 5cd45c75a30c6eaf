"""The evidence of a dispute: what was agreed, told, paid and done, as a document for the bank.

Nobody below knows all of it: payments know no bookings, bookings no messages.
"""

from staff.evidence.document import document
from staff.evidence.pack import Pack, pack_of

__all__ = ["Pack", "document", "pack_of"]
