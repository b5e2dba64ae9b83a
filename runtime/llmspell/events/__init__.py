"""Events: publish and subscribe within the process."""

from llmspell.events.bus import EventBus
from llmspell.events.event import Event
from llmspell.events.subscription import Subscription

__all__ = ["Event", "EventBus", "Subscription"]
