"""Publishing the home page and the news."""

from datetime import date
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from communication.application.ports import Article, CommunicationStore


async def change_home(store: CommunicationStore, *, title: str, body: str, today: date) -> None:
    """Replaces the welcome text of the commune's home page."""
    await store.put_home(Article(title, body, today))


async def publish_news(store: CommunicationStore, *, title: str, body: str, today: date) -> UUID:
    """Publishes a news item and returns its id."""
    news_id = new_id()
    await store.add_news(news_id, Article(title, body, today))
    return news_id


async def change_news(store: CommunicationStore, news_id: UUID, *, title: str, body: str) -> None:
    """Corrects a news item; its day stays. Raises ``NotFoundError``."""
    if not await store.change_news(news_id, title, body):
        raise NotFoundError


async def withdraw_news(store: CommunicationStore, news_id: UUID) -> None:
    """Takes a news item off. Raises ``NotFoundError``."""
    if not await store.delete_news(news_id):
        raise NotFoundError
