"""How each kind of act is taken back."""

from collections.abc import Mapping

from henbot.services.acts import ActKind, Undo
from henbot.services.correcting import undo_correction
from henbot.services.hens import undo_added, undo_renamed, undo_retired
from henbot.services.label_questions import undo_label
from henbot.services.merging import undo_merged

UNDOING: Mapping[ActKind, Undo] = {
    ActKind.LABEL: undo_label,
    ActKind.CORRECTION: undo_correction,
    ActKind.HEN_ADDED: undo_added,
    ActKind.HEN_RENAMED: undo_renamed,
    ActKind.HEN_RETIRED: undo_retired,
    ActKind.HENS_MERGED: undo_merged,
}
