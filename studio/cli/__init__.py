"""The command `animformer`. Its functions are thin: they look up, call, and print."""

import click

from studio.cli import beginning, facts, machine, models, pictures
from studio.cli.complete import completing
from studio.cli.watch import studio, watch
from studio.console import Application

EXAMPLES = """\b
Examples:
  animformer render qkv -q preview
  animformer render my.yaml --set focus=cat --set model.n_heads=2
  animformer storyboard qkv --strip 6
  animformer trace qkv decoder.probabilities --set sentence="the old dog runs"
"""


ABOUT = """Films of a transformer at work: every number on screen is computed by a real forward pass.

A TARGET is `film`, a scene, one step of it as SCENE/STEP, or the path of a scene or film YAML.
"""


@click.group(cls=Application, help=ABOUT, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="animformer")
def main():
    """The command."""


for command in (pictures.render, pictures.storyboard, pictures.deck, pictures.gallery, facts.list_, facts.script_, facts.check, facts.trace,
                facts.heads, facts.schema, facts.words, beginning.new, watch, studio, models.train, models.get, models.cache, machine.doctor,
                machine.completion):
    main.add_command(completing(command))
