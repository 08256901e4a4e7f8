"""`lamed completion`: what makes a shell complete commands and options."""

from __future__ import annotations

import click

from lamed_tui.errors import UsageError

_VARIABLE = "_LAMED_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that lets a shell complete lamed.

    \b
    bash:  lamed completion bash > ~/.local/share/bash-completion/completions/lamed
    zsh:   lamed completion zsh > ~/.lamed.zsh
           and in ~/.zshrc, after compinit:  source ~/.lamed.zsh
    fish:  lamed completion fish > ~/.config/fish/completions/lamed.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"There is no completion for {shell}.")
    click.echo(kind(context.find_root().command, {}, "lamed", _VARIABLE).source())
