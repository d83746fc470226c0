"""``aws [options] s3|s3api ...``: the words before the service, and how every failure is said."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.node.programs import Invocation

SERVICES = ("s3", "s3api")
USAGE_CODE, NO_CREDENTIALS_CODE, SERVICE_CODE, FAILURE_CODE = 252, 253, 254, 255
_USAGE = """
usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  aws help
  aws <command> help
  aws <command> <subcommand> help

"""
_VALUED = ("endpoint-url", "region", "output", "query", "profile", "cli-read-timeout", "cli-connect-timeout", "color")
_BARE = ("no-sign-request", "no-verify-ssl", "no-paginate", "no-cli-pager", "no-cli-auto-prompt", "debug")
_OUTPUTS = ("json", "text")


class UsageError(Exception):
    """Words that are no command; says which are."""


class FailedError(Exception):
    """A command that came to nothing, for a reason that is no service's answer."""

    code = FAILURE_CODE


@dataclass(frozen=True, slots=True)
class Globals:
    """The options that every command takes."""

    options: Mapping[str, str]
    env: Mapping[str, str]

    def get(self, name: str) -> str:
        """An option's value, or nothing."""
        return self.options.get(name, "")

    def client(self) -> Any:
        """A boto3 client of S3 from the container's variables, and from nothing else on this machine. Raises BotoCoreError."""
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        key, secret = self.env.get("AWS_ACCESS_KEY_ID"), self.env.get("AWS_SECRET_ACCESS_KEY")
        unsigned = "no-sign-request" in self.options
        if not unsigned and not (key and secret):
            from botocore.exceptions import NoCredentialsError

            raise NoCredentialsError()
        region = self.get("region") or self.env.get("AWS_REGION") or self.env.get("AWS_DEFAULT_REGION") or "us-east-1"
        endpoint = self.get("endpoint-url") or self.env.get("AWS_ENDPOINT_URL_S3") or self.env.get("AWS_ENDPOINT_URL")
        config = Config(
            signature_version=UNSIGNED if unsigned else None,
            connect_timeout=float(self.get("cli-connect-timeout") or 60),
            read_timeout=float(self.get("cli-read-timeout") or 60),
            retries={"mode": "standard"},
        )
        return boto3.client(
            "s3",
            region_name=region,
            endpoint_url=endpoint or None,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=self.env.get("AWS_SESSION_TOKEN") or None,
            verify=False if "no-verify-ssl" in self.options else None,
            config=config,
        )


def main(call: Invocation) -> int:
    """Run one command; the answer is its exit code, as version 2 gives them."""
    words = call.argv[1:]
    if words[:1] == ["--version"]:
        sys.stdout.write(version() + "\n")
        return 0
    try:
        options, rest = _globals(words)
        return _run(call, Globals(options, call.env), rest)
    except UsageError as error:
        sys.stderr.write(f"{_USAGE}aws: error: {error}\n\n")
        return USAGE_CODE
    except FailedError as error:
        return _said(str(error), error.code)
    except Exception as error:
        return _known(error)


def version() -> str:
    """What ``aws --version`` says: that this is version 2's stand-in."""
    boto = importlib.metadata.version("botocore")
    return f"aws-cli/2 (stand-in) Python/{platform.python_version()} {platform.system()}/{platform.release()} botocore/{boto}"


def _run(call: Invocation, options: Globals, words: list[str]) -> int:
    from emulator.node.programs.aws import s3, s3api

    if not words:
        raise UsageError("the following arguments are required: command")
    if words[0] not in SERVICES:
        raise UsageError(f"argument command: Invalid choice {words[0]!r}: this stand-in knows {', '.join(SERVICES)}")
    return (s3.run if words[0] == "s3" else s3api.run)(call, options, words[1:])


def _globals(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Global options, wherever they stand, and the rest. Raises UsageError."""
    options: dict[str, str] = {}
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in _VALUED:
            options[name] = value if equals else next(left, "")
            if not options[name]:
                raise UsageError(f"argument --{name}: expected one argument")
        elif word.startswith("--") and name in _BARE:
            options[name] = "true"
        else:
            rest.append(word)
    if options.get("output", "json") not in _OUTPUTS:
        raise UsageError(f"argument --output: this stand-in writes {' and '.join(_OUTPUTS)}")
    if "profile" in options:
        raise FailedError(f"The config profile ({options['profile']}) could not be found")
    return options, rest


def _known(error: Exception) -> int:
    """The exit code of what went wrong, said on standard error; what nobody foresaw is raised again."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    if isinstance(error, ClientError):
        return _said(str(error), SERVICE_CODE)
    if isinstance(error, NoCredentialsError):
        return _said(
            'Unable to locate credentials. You can configure credentials by running "aws configure".',
            NO_CREDENTIALS_CODE,
        )
    if isinstance(error, (BotoCoreError, ValueError, OSError)) and not isinstance(error, BrokenPipeError):
        return _said(str(error), FAILURE_CODE)
    raise error


def _said(text: str, code: int) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n" if code == 1 else f"\n{text}\n")
    return code
