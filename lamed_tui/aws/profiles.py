"""What this computer's AWS files and the AWS library offer to choose from. Nothing is sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from lamed_tui.aws.errors import translated


@dataclass(frozen=True)
class Profile:
    """A profile of ~/.aws, and the region it names, if any."""

    name: str
    region: str | None = None


def local_profiles() -> tuple[Profile, ...]:
    """The profiles in the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, else those in ~/.aws.

    Raises:
        CredentialsError: a file is there and cannot be read.
    """
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        found = botocore.session.Session().full_config["profiles"]
    except BotoCoreError as error:
        raise translated(error, None) from error
    return tuple(Profile(str(name), settings.get("region")) for name, settings in found.items())


def known_regions() -> tuple[str, ...]:
    """The regions where AWS Lambda runs, as far as the installed AWS library knows."""
    import botocore.session

    session = botocore.session.Session()
    partitions = session.get_available_partitions()
    return tuple(sorted({region for one in partitions for region in session.get_available_regions("lambda", one)}))
