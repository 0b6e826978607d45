"""Open the province that a command works on, and close it when the command ends."""

import click

from controller.app import open_province
from controller.cli.options import Options
from controller.fleet.province import Province


def province_of(options: Options) -> Province:
    province = open_province(options.home)
    click.get_current_context().call_on_close(province.database.close)
    return province
