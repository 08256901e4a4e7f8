"""The artefact bucket, one per account and region: packages by their SHA-256, templates, and release records.

Bucket names are global, so every call names the account that must own the bucket: a stranger's bucket of the same
name is refused, never read or written.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from lamed_tui.aws.errors import AccessDeniedError, ServiceError
from lamed_tui.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import DataclassInstance

    from lamed_tui.aws.session import Aws
    from lamed_tui.deploy.package import Package

Record = TypeVar("Record", bound="DataclassInstance")

_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchBucketPolicy", "NotFound"}


@dataclass(frozen=True)
class Upload:
    """One version of one object, and the URL by which CloudFormation finds it."""

    key: str
    version: str
    url: str


@dataclass(frozen=True)
class Artefacts:
    """An existing, private bucket.

    Attributes:
        account: the account that must own it.
        is_new: whether it was made just now.
    """

    aws: Aws
    bucket: str
    account: str
    is_new: bool = False

    def put_package(self, package: Package) -> str:
        """Upload a package unless it is there, and return its key.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        key = package_key(package)
        if not self.holds(key):
            self._put(key, package.content, "application/zip")
        return key

    def put_template(self, stack: str, text: str) -> Upload:
        """Upload a template that is too long to be sent along.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        key = f"stacks/{stack}/templates/{hashlib.sha256(text.encode()).hexdigest()}.json"
        version = self._put(key, text.encode(), "application/json")
        return Upload(key, version, f"{self.aws.s3.meta.endpoint_url.rstrip('/')}/{self.bucket}/{key}")

    def withdraw(self, upload: Upload) -> None:
        """Remove an upload for good, and the bucket too if it was made for it.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        self.aws.s3.delete_object(
            Bucket=self.bucket, Key=upload.key, VersionId=upload.version, ExpectedBucketOwner=self.account
        )
        if self.is_new:
            self.aws.s3.delete_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.account)

    def put_record(self, key: str, record: DataclassInstance) -> None:
        """Write a record as a JSON object.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        self._put(key, (json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n").encode(), "application/json")

    def read_record(self, key: str, kind: type[Record]) -> Record | None:
        """Read what `put_record` wrote, this version or another one; None when there is none.

        Raises:
            AwsError: AWS refused or could not be reached.
            DeployError: it is no such record, so somebody else has written it.
        """
        try:
            answer = self.aws.s3.get_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self.account)
        except ServiceError as error:
            if error.code in _MISSING:
                return None
            raise
        known = {item.name for item in fields(kind)}  # a later version may have recorded more
        try:
            document = json.loads(answer["Body"].read())
            return kind(**{name: value for name, value in document.items() if name in known})
        except (ValueError, AttributeError, TypeError):  # no JSON, no object, or one without all that a record has
            raise DeployError(
                f"{key} in the bucket {self.bucket} is not the record that lamed wrote.",
                "Bring its earlier version back: the bucket keeps them all.",
            ) from None

    def remove(self, prefix: str) -> None:
        """Remove every version of every object whose key begins so, for good.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        pages = self.aws.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix, ExpectedBucketOwner=self.account
        )
        for page in pages:
            for item in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                self.aws.s3.delete_object(
                    Bucket=self.bucket,
                    Key=item.get("Key", ""),
                    VersionId=item.get("VersionId", "null"),
                    ExpectedBucketOwner=self.account,
                )

    def remove_bucket(self) -> None:
        """Remove the empty bucket.

        Raises:
            AwsError: it is not empty, or AWS refused or could not be reached.
        """
        self.aws.s3.delete_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.account)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins so.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, ExpectedBucketOwner=self.account
        )
        for page in pages:
            yield from (item["Key"] for item in page.get("Contents", []) if "Key" in item)

    def holds(self, key: str) -> bool:
        """Whether there is an object of this key.

        Raises:
            AwsError: AWS refused or could not be reached.
        """
        try:
            self.aws.s3.head_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self.account)
        except ServiceError as error:
            if error.code in _MISSING:
                return False
            raise
        return True

    def _put(self, key: str, content: bytes, content_type: str) -> str:
        answer = self.aws.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentType=content_type,
            ExpectedBucketOwner=self.account,
            ChecksumAlgorithm="SHA256",
        )
        return answer.get("VersionId", "null")


def package_key(package: Package) -> str:
    """Where a package lies in the bucket; its content decides."""
    return f"packages/{package.sha256}.zip"


def bucket_name(account: str, region: str) -> str:
    """The bucket of an account and region."""
    return f"lamed-artefacts-{account}-{region}"


def find(aws: Aws) -> Artefacts | None:
    """The bucket if it exists; nothing is changed.

    Raises:
        AccessDeniedError: a permission is missing, or somebody else owns a bucket of this name.
        AwsError: AWS refused or could not be reached.
    """
    account = aws.identity().account
    name = bucket_name(account, aws.region)
    try:
        aws.s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ServiceError as error:
        if error.code in _MISSING:
            return None
        raise
    except AccessDeniedError as error:
        # S3 answers a stranger's bucket and a missing permission alike.
        raise AccessDeniedError(
            f"The artefact bucket {name} cannot be used: AWS denied {error.action}, or it belongs to another account.",
            f"Allow {error.action} on it, or deploy to another region.",
            action=error.action,
        ) from error
    return Artefacts(aws, name, account)


def ensure(aws: Aws) -> Artefacts:
    """The bucket, made or completed if need be: private, encrypted, versioned, reachable over TLS only.

    Raises:
        AccessDeniedError: a permission is missing, or somebody else owns a bucket of this name.
        AwsError: AWS refused or could not be reached.
    """
    artefacts = find(aws)
    if artefacts is None:
        account = aws.identity().account
        artefacts = Artefacts(aws, bucket_name(account, aws.region), account, is_new=True)
        _create(artefacts)
    policy = _policy(artefacts.bucket, aws.s3.meta.partition)
    if artefacts.is_new or _policy_of(artefacts) != policy:
        _configure(artefacts, policy)
    return artefacts


def _create(artefacts: Artefacts) -> None:
    aws = artefacts.aws
    if aws.region == "us-east-1":  # the one region that S3 does not accept as a place
        aws.s3.create_bucket(Bucket=artefacts.bucket)
        return
    aws.s3.create_bucket(
        Bucket=artefacts.bucket,
        CreateBucketConfiguration={"LocationConstraint": aws.region},  # type: ignore[typeddict-item]  # any region
    )


def _configure(artefacts: Artefacts, policy: dict[str, Any]) -> None:
    """Set everything; the policy last, since its presence says that the rest was set before."""
    s3, owner = artefacts.aws.s3, artefacts.account
    s3.put_public_access_block(
        Bucket=artefacts.bucket,
        ExpectedBucketOwner=owner,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_encryption(
        Bucket=artefacts.bucket,
        ExpectedBucketOwner=owner,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_versioning(
        Bucket=artefacts.bucket, ExpectedBucketOwner=owner, VersioningConfiguration={"Status": "Enabled"}
    )
    s3.put_bucket_policy(Bucket=artefacts.bucket, ExpectedBucketOwner=owner, Policy=json.dumps(policy))


def _policy_of(artefacts: Artefacts) -> Any:
    try:
        answer = artefacts.aws.s3.get_bucket_policy(Bucket=artefacts.bucket, ExpectedBucketOwner=artefacts.account)
    except ServiceError as error:
        if error.code in _MISSING:
            return None
        raise
    return json.loads(answer["Policy"])


def _policy(bucket: str, partition: str) -> dict[str, Any]:
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
