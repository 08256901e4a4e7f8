"""A botocore session that reads the environment it is given, and not that of the process.

`lamed demo` and tests bring an environment of their own; an AWS_PROFILE of the person's shell is then none of its
business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.session import Session
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import AssumeRoleRequestTypeDef

_SETTLED_OUTSIDE = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}


def session_in(environment: Mapping[str, str], profile: str | None) -> Session:
    """A session for a profile, None for the default one, whose settings come from `environment` and the AWS files.

    Raises:
        BotoCoreError: the files cannot be read.
    """
    import botocore.session
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfigChainFactory

    session = botocore.session.Session(profile=profile)
    # botocore takes an empty variable for a value: as the name of a profile, or as the path of a file.
    known = {name: value for name, value in environment.items() if value and name not in _SETTLED_OUTSIDE}
    chains = ConfigChainFactory(session, environ=known)
    store = session.get_component("config_store")
    for name, (in_files, in_environment, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
        store.set_config_provider(
            name,
            chains.create_config_chain(
                instance_name=name,
                env_var_names=in_environment,
                config_property_names=in_files,
                default=default,
                conversion_func=convert,
            ),
        )
    _look_for_credentials_in(session, known)
    return session


def assumed_role(base: Session, role_arn: str, external_id: str | None, sts: Callable[[], STSClient]) -> Session:
    """A session that acts as a role; its credentials are fetched when first needed, and again before they expire.

    Args:
        base: the session whose files and settings hold here too.
        sts: the client that may assume the role.
    """
    import botocore.session
    from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials

    def fetch() -> dict[str, str]:
        request: AssumeRoleRequestTypeDef = {"RoleArn": role_arn, "RoleSessionName": "lamed"}
        if external_id:
            request["ExternalId"] = external_id
        found = sts().assume_role(**request)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    class _Role(CredentialProvider):
        METHOD = "assume-role"

        def load(self) -> DeferredRefreshableCredentials:
            return DeferredRefreshableCredentials(fetch, method=self.METHOD)

    session = botocore.session.Session(profile=base.profile)
    session.register_component("config_store", base.get_component("config_store"))
    session.register_component("credential_provider", CredentialResolver([_Role()]))
    return session


def _look_for_credentials_in(session: Session, environment: Mapping[str, str]) -> None:
    """Keys in variables, and the address of a container's credentials, count only if they are in `environment`.

    With a profile botocore has taken the variables' keys out already, because then they would not be meant.
    """
    from botocore.credentials import ContainerProvider, EnvProvider

    resolver = session.get_component("credential_provider")
    methods = {provider.METHOD for provider in resolver.providers}
    for replacement in (EnvProvider(environment), ContainerProvider(environment)):
        if replacement.METHOD in methods:
            resolver.insert_after(replacement.METHOD, replacement)
            resolver.remove(replacement.METHOD)
