"""One made-up workspace, with all that goes on in it."""

from bot.slack.manifest import SCOPES
from bot.slack.sandbox.delivery import Courier
from bot.slack.sandbox.people import People
from bot.slack.sandbox.responses import ResponseUrls
from bot.slack.sandbox.views import Views
from bot.slack.sandbox.web_api import WebApi
from bot.slack.sandbox.workspace import Workspace


class Site:
    """`api` is what the bot may do there, `people` what people do there; `courier` tells the bot of it."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self.workspace = workspace
        self.views = Views(workspace)
        self.responses = ResponseUrls(workspace)
        self.api = WebApi(workspace, self.views, SCOPES)
        self.people = People(workspace, self.views, self.responses, courier)
