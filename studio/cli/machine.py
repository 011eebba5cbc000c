"""Commands about the machine that all this runs on."""

from dataclasses import asdict

import click
from click.shell_completion import get_completion_class

from studio.cli.options import talking
from studio.console import FAILED, say, say_json
from studio.errors import count

SHELLS = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/animformer.fish"}
COLOURS = {"ok": "green", "better": "yellow", "lacks": "red"}


@click.command()
@talking
def doctor(as_json: bool, verbose: bool):
    """Tell what this machine lacks, and how to mend it.

    Python, libraries, fonts, encoders, disk, cache, cores, memory, extras and models. Ends with 1 if something is lacking that cannot be
    done without.

    \b
    animformer doctor
    animformer doctor --json
    """
    from studio.check.doctor import LACKS, findings

    found = []
    for finding in findings():
        found.append(finding)
        if not as_json:
            mark = click.style(f"{finding.state:>6}", fg=COLOURS[finding.state], bold=True)
            say(f"{mark}  {click.style(finding.name, bold=True)}: {finding.found}")
            if finding.mend:
                say(f"{'':8}{click.style('→ ' + finding.mend, fg='cyan')}")
    lacking = [finding for finding in found if finding.state == LACKS]
    if as_json:
        say_json({"ok": not lacking, "findings": [asdict(finding) for finding in found]})
    else:
        say(f"{count(len(lacking), 'thing')} to mend" if lacking else "all that is needed is here")
    return FAILED if lacking else 0


@click.command()
@click.argument("shell", type=click.Choice([*SHELLS]))
@talking
def completion(shell: str, as_json: bool, verbose: bool):
    """Print what makes a shell complete commands, options, scenes and steps.

    \b
    animformer completion bash >> ~/.bashrc
    animformer completion zsh >> ~/.zshrc
    animformer completion fish > ~/.config/fish/completions/animformer.fish
    """
    root = click.get_current_context().find_root()
    script = get_completion_class(shell)(root.command, {}, "animformer", "_ANIMFORMER_COMPLETE").source()
    say_json({"script": script}) if as_json else say(script)
