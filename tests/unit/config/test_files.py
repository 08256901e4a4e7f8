"""Finding, reading, checking and saving config.json."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from lamed_tui.config import files
from lamed_tui.errors import ConfigError, ExitCode

OLD_FILE = {"redis": {"host": "redis.example", "port": 6379, "password": "hunter2"}, "uuid_expiry_seconds": 86400}
OLD_TEMPLATE = """{
    "redis": {
        "host": "ENTER YOUR REDIS HOST",
        "port": 6379,
        "password": "..."
    },
    "uuid_expiry_seconds": 86400
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(OLD_FILE))
    return path


def refusal(path: Path, environment: dict[str, str] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        files.load(path, environment)
    assert caught.value.exit_code == ExitCode.USAGE
    return caught.value


def test_the_file_of_the_old_lamed_works_as_it_is(file: Path) -> None:
    loaded = files.load(file)

    assert loaded.exists
    assert loaded.config.redis.host == "redis.example"
    assert loaded.config.redis.password is not None
    assert loaded.config.redis.password.get_secret_value() == "hunter2"
    assert loaded.config.uuid_expiry_seconds == 86400
    assert loaded.config.name == "lamed"
    assert loaded.config.namespace == "alephbet"


def test_the_untouched_template_of_the_old_lamed_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(OLD_TEMPLATE)

    error = refusal(path)

    assert error.what == (
        f"{path}: redis.host: is still the placeholder of the template; enter the address of your Redis."
    )
    assert "lamed configure" in error.fix


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = files.load(tmp_path / "nowhere" / "config.json")

    assert not loaded.exists
    assert loaded.config.redis.location == "localhost:6379"


def test_the_file_beside_comes_before_the_one_at_home(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()

    assert files.locate(home=home, directory=here) == home / ".lamed" / "config.json"
    (here / "config.json").write_text("{}")
    assert files.locate(home=home, directory=here) == here / "config.json"
    (here / "other.json").write_text("{}")
    assert files.locate(here / "other.json", home=home, directory=here) == here / "other.json"


def test_a_misspelt_file_name_does_not_mean_the_defaults(tmp_path: Path) -> None:
    missing = tmp_path / "confg.json"

    with pytest.raises(ConfigError, match=r"There is no .*confg\.json"):
        files.locate(missing)
    assert files.locate(missing, must_exist=False) == missing


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"redis": }', "not valid JSON: Expecting value at line 1, column 11"),
        (b"[]", "must hold one JSON object"),
        (b"", "not valid JSON"),
        (b" " * 1_000_001, "larger than 1 MB"),
        (b'{"name": "\xff"}', "not UTF-8 text (byte 10)"),
        (b'{"a": ' * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
        (b'{"a": ' * 60 + b"1" + b"}" * 60, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long to be a setting"),
    ],
)
def test_what_is_no_configuration_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)

    error = refusal(path)

    assert words in error.what
    assert str(path) in error.what


def test_an_unreadable_file_is_refused_by_name(tmp_path: Path) -> None:
    error = refusal(tmp_path)

    assert error.what == f"{tmp_path} cannot be read: Is a directory."


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"name": "shop"}')

    assert files.load(path).config.name == "shop"


def test_every_bad_value_is_named_by_its_path(file: Path) -> None:
    file.write_text(json.dumps({"redis": {"port": 70000, "ssl": "maybe"}, "uuid_expiry_seconds": "soon"}))

    error = refusal(file)

    assert error.what == (
        f"{file}: redis.port: must be 1–65535; redis.ssl: must be true or false; "
        "uuid_expiry_seconds: must be 1–31622400."
    )


def test_a_broken_file_names_the_way_back_to_the_version_before(file: Path) -> None:
    files.save(file, files.with_values(files.read_document(file)[0], {"name": "shop"}))
    file.write_text("{")

    error = refusal(file)

    assert error.fix.endswith(f"cp {file}.bak {file}")


def test_saving_keeps_keys_that_nobody_here_knows(file: Path) -> None:
    before = {**OLD_FILE, "later": {"deep": [1, 2.5, None, True, {"x": "é\u2028"}]}, "redis": {"host": "h", "x": 1}}
    file.write_text(json.dumps(before))

    document, _ = files.read_document(file)
    files.save(file, files.with_values(document, {"namespace": "shop"}))

    assert json.loads(file.read_text()) == {**before, "namespace": "shop"}


def test_saving_leaves_a_private_file_and_keeps_the_version_before(file: Path) -> None:
    file.chmod(0o644)
    before = file.read_bytes()
    document, _ = files.read_document(file)

    files.save(file, files.with_values(document, {"name": "shop"}))

    backup = file.with_name("config.json.bak")
    assert files.backup_of(file) == backup
    assert backup.read_bytes() == before
    for path in (file, backup):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["redis"]["password"] == "hunter2"


def test_saving_the_same_again_does_not_lose_the_version_before(file: Path) -> None:
    before = file.read_bytes()
    document = files.with_values(files.read_document(file)[0], {"name": "shop"})
    files.save(file, document)
    file.chmod(0o644)

    files.save(file, document)

    assert files.backup_of(file).read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_saving_creates_the_folder_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".lamed" / "config.json"

    files.save(path, {"name": "shop"})

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not files.backup_of(path).exists()


def test_a_symbolic_link_stays_one(tmp_path: Path, file: Path) -> None:
    link = tmp_path / "elsewhere" / "config.json"
    link.parent.mkdir()
    link.symlink_to(file)

    files.save(link, {"name": "shop"})

    assert link.is_symlink()
    assert json.loads(file.read_text()) == {"name": "shop"}
    assert files.backup_of(link) == file.with_name("config.json.bak")
    assert json.loads(files.backup_of(link).read_text()) == OLD_FILE


def test_an_invalid_document_leaves_the_file_untouched(file: Path) -> None:
    before = file.read_bytes()

    with pytest.raises(ConfigError, match=r"redis\.port"):
        files.save(file, {"redis": {"port": 0}})

    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_is_named(file: Path) -> None:
    inside_a_file = file / "config.json"

    with pytest.raises(ConfigError, match=r"config\.json cannot be written: (Not a directory|File exists)"):
        files.save(inside_a_file, {"name": "shop"})


def test_a_full_disk_leaves_the_file_untouched_and_no_crumbs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"cannot be written: No space left on device"):
        files.save(file, {"name": "shop"})

    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("through_a_link", [False, True])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, through_a_link: bool) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    if through_a_link:
        path = tmp_path / "link"
        path.symlink_to("pipe")

    error = refusal(path)

    assert error.what == f"{path} is not a regular file."
    assert "LAMED_REDIS_PASSWORD" in error.fix


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/stdin"])
def test_a_device_is_no_configuration(device: str) -> None:
    assert "is not a regular file" in refusal(Path(device)).what


def test_a_symbolic_link_to_a_file_is_read(tmp_path: Path, file: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    assert files.load(files.locate(link)).config.redis.host == "redis.example"


@pytest.mark.parametrize("name", ["x" * 300, "loop"])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ConfigError, match=r"cannot be read: (File name too long|Too many levels of symbolic links)\."):
        files.locate(tmp_path / name)


def test_where_the_current_folder_is_gone_the_one_at_home_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        assert files.locate(home=tmp_path) == tmp_path / ".lamed" / "config.json"
    finally:
        os.chdir(tmp_path)


def test_numbers_that_json_cannot_express_are_not_written(file: Path) -> None:
    with pytest.raises(ConfigError, match="JSON cannot express"):
        files.save(file, {"later": float("inf")})

    assert json.loads(file.read_text()) == OLD_FILE


def test_a_url_in_the_environment_replaces_the_whole_address_and_its_password(file: Path) -> None:
    loaded = files.load(file, {"LAMED_REDIS_URL": "rediss://other.example:7000/2"})

    redis = loaded.config.redis
    assert (redis.host, redis.port, redis.db, redis.ssl) == ("other.example", 7000, 2, True)
    assert redis.password is None
    assert loaded.source("redis.host") == "LAMED_REDIS_URL"
    assert loaded.source("uuid_expiry_seconds") == str(file)
    assert loaded.source("namespace") == "default"
    assert loaded.document["redis"]["host"] == "redis.example"


@pytest.mark.parametrize("address", [{"host": "h", "username": "a"}, {"url": "redis://a:b@h"}])
def test_user_and_password_of_the_environment_win_over_the_file(file: Path, address: dict[str, str]) -> None:
    file.write_text(json.dumps({"redis": address}))

    loaded = files.load(file, {"LAMED_REDIS_USERNAME": "operator", "LAMED_REDIS_PASSWORD": "pw"})

    assert loaded.config.redis.username == "operator"
    assert loaded.config.redis.password is not None
    assert loaded.config.redis.password.get_secret_value() == "pw"
    assert loaded.source("redis.password") == "LAMED_REDIS_PASSWORD"
    assert loaded.source("redis.host") == (f"{file} (redis.url)" if "url" in address else str(file))


def test_empty_variables_change_nothing(file: Path) -> None:
    silent = dict.fromkeys(("LAMED_REDIS_URL", "LAMED_REDIS_USERNAME", "LAMED_REDIS_PASSWORD"), "")

    assert files.load(file, silent).config == files.load(file).config


def test_a_bad_variable_is_named_instead_of_the_file(file: Path) -> None:
    error = refusal(file, {"LAMED_REDIS_URL": "http://redis.example"})

    assert error.what == "LAMED_REDIS_URL (redis.url): must start with redis://, rediss:// or unix://."
    assert "environment variable" in error.fix


def test_the_environment_is_never_saved(file: Path) -> None:
    loaded = files.load(file, {"LAMED_REDIS_PASSWORD": "from the environment"})

    files.save(file, files.with_values(loaded.document, {"name": "shop"}))

    assert "from the environment" not in file.read_text()
