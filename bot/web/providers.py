"""Where people prove who they are, as the settings say; in sandbox mode, at the made-up platforms."""

from adapters.base import Secret
from bot.plan import Plan
from bot.platforms import Practice
from bot.teams.account import account_of, made_up
from bot.web.identity import IdentityProvider, entra, slack


def providers(plan: Plan, practice: Practice | None) -> list[IdentityProvider]:
    return [*_slack(plan, practice), *_teams(plan, practice)]


def _slack(plan: Plan, practice: Practice | None) -> list[IdentityProvider]:
    settings = plan.settings
    if practice:
        return [slack(practice.slack.address, practice.slack.client_id, Secret(practice.slack.client_secret))]
    if "slack" not in plan.signing_in:
        return []
    return [slack(settings.slack_oauth_url, settings.slack_client_id, Secret(settings.slack_client_secret.get_secret_value()))]


def _teams(plan: Plan, practice: Practice | None) -> list[IdentityProvider]:
    """The bot's own registration, which needs a redirect URI of the kind Web for it."""
    if "teams" not in plan.signing_in:
        return []
    account = made_up(practice.teams) if practice else account_of(plan.settings)
    tenant = "organizations" if account.app_type == "MultiTenant" else account.tenant
    return [entra(account.login_url, tenant, account.tenants, account.app_id, account.password)]
