"""Groups and commands whose complaints list what there is."""

from __future__ import annotations

import click

ENGINE_OPTIONS = ("--engine", "--memory", "--scratch", "--threads")
ON_ENGINES = ("prevalence", "associate", "claims")


class ListingCommand(click.Command):
    """A command whose complaint about an unknown option lists the options there are."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and name the valid options when one is unknown."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as problem:
            if problem.option_name in ENGINE_OPTIONS:
                raise click.UsageError(
                    f"{problem.option_name} is for Parquet files that an engine adds up where they are, as "
                    f"{', '.join(ON_ENGINES)} can; {ctx.info_name} works on a table in memory: leave it out.", ctx,
                ) from problem
            names = ", ".join(sorted(name for option in self.params for name in option.opts if name.startswith("--")))
            raise click.UsageError(f"{problem.format_message()} Valid options: {names}.", ctx) from problem


class ListingGroup(click.Group):
    """A group whose commands list their options, and whose complaint about an unknown command lists the commands."""

    command_class = ListingCommand

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and name the valid ones when it is unknown."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{problem.format_message()} Valid commands: {known}.", ctx) from problem


ListingGroup.group_class = ListingGroup
