"""How each kind of act is taken back."""

from collections.abc import Mapping

from henbot.services.acts import ActKind, Undo
from henbot.services.labels import take_back_labels

UNDOING: Mapping[ActKind, Undo] = {
    ActKind.LABEL: take_back_labels,
}
