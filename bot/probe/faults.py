"""Where the judgements of one TLS handshake gather what they found: every fault, not the first."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.probe.result import FAULT_ORDER, TlsFault


@dataclass
class Faults:
    """The faults with a sentence for each, and what is no fault and still worth knowing."""

    notes: list[str] = field(default_factory=list)
    _words: dict[TlsFault, list[str]] = field(default_factory=dict)

    def add(self, fault: TlsFault, words: str) -> None:
        """Note a fault; a second reason for the same one stands beside the first."""
        reasons = self._words.setdefault(fault, [])
        if words not in reasons:
            reasons.append(words)

    @property
    def explanations(self) -> dict[TlsFault, str]:
        """Each fault with its sentence, worst first."""
        return {fault: "; ".join(self._words[fault]) for fault in FAULT_ORDER if fault in self._words}
