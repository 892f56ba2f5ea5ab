"""Base images: what submissions run on, and the ways to get it where there is no registry.

For each purpose, in this order: the image under our own tag is here; it is pulled; somebody loads it from a file;
it is made on this machine. Only the first two happen by themselves. Which image served is part of every report.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import requests
from docker import DockerClient
from docker.errors import DockerException, ImageNotFound
from docker.models.images import Image

from grader.errors import OurFault, UsageError
from grader.sandbox.bootstrap import make_go, make_python
from grader.sandbox.engine import VERSION_LABEL, Engine, engine_errors
from grader.sandbox.nodejs import make_node
from grader.stages import Stages
from grader.toml import did_you_mean

PULL_SILENCE_SECONDS = 15
PULL_SECONDS = 300
LOAD_SECONDS = 600
TAG_NAMESPACE = "grader"
OFFICIAL = ("PYTHON_VERSION=", "GOLANG_VERSION=")

Make = Callable[[Engine, "Images", str], None]


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How to get the image of one purpose. A new `edition` makes images of the old one count as missing.

    `pulled` is what a registry is asked for unless the environment names another; `make(engine, images, tag)` makes it
    here. `like` says that another purpose's image serves. One that is `rare` is made when it is first needed.
    """

    purpose: str
    edition: str = "1"
    pulled: str = ""
    make: Make | None = None
    like: str = ""
    rare: bool = False

    @property
    def tag(self) -> str:
        """Our own name for it."""
        return f"{TAG_NAMESPACE}/{self.purpose}:{self.edition}"

    @property
    def variable(self) -> str:
        """The environment variable that names another image."""
        return f"GRADER_BASE_{self.purpose.upper().replace('-', '_')}"


class ImageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A base image as it is here: `id` and `size` (bytes) are empty when it is not.

    `version` is that of its language, such as `3.13`, where it is known.
    """

    purpose: str
    tag: str
    present: bool
    id: str = ""
    size: int = 0
    version: str = ""


PYTHON = Recipe(
    purpose="python", edition="1", pulled="python:3.13-slim", make=lambda engine, _images, tag: make_python(engine, tag)
)
NODE = Recipe(
    purpose="node",
    edition="24",
    pulled="node:24-slim",
    make=lambda engine, images, tag: make_node(engine, images.built("python").id, tag),
)
COMPILER = Recipe(
    purpose="compiler",
    edition="1",
    rare=True,
    make=lambda engine, _images, tag: make_python(engine, tag, "g++", "make"),
)
NODE_COMPILER = Recipe(
    purpose="node-compiler",
    edition="24",
    rare=True,
    make=lambda engine, images, tag: make_node(engine, images.built("compiler").id, tag),
)
GO = Recipe(
    purpose="go",
    edition="1",
    pulled="golang:1.24",
    rare=True,
    make=lambda engine, _images, tag: make_go(engine, tag),
)
GO_COMPILER = Recipe(
    purpose="go-compiler",
    edition="1",
    pulled="golang:1.24",
    rare=True,
    make=lambda engine, _images, tag: make_go(engine, tag, "gcc", "libc6-dev"),
)
RELAY = Recipe(purpose="relay", like="python")
RECIPES = (PYTHON, NODE, RELAY, GO, COMPILER, NODE_COMPILER, GO_COMPILER)
PURPOSES = tuple(recipe.purpose for recipe in RECIPES if not recipe.rare)


class Images:
    """The base images of one engine."""

    def __init__(self, engine: Engine, stages: Stages | None = None, *, recipes: Iterable[Recipe] = RECIPES) -> None:
        self._engine = engine
        self._stages = stages or Stages()
        self._recipes = {recipe.purpose: recipe for recipe in recipes}

    def list(self) -> tuple[ImageInfo, ...]:
        """Every purpose with what is here for it; rare ones only when they are here."""
        found = (self._info(purpose) for purpose in self._recipes)
        return tuple(info for info in found if info.present or not self._recipes[info.purpose].rare)

    def ensure(self, purpose: str) -> ImageInfo:
        """The image for a purpose, pulled when it is missing and may be; raises `OurFault` E202 with the ways out."""
        recipe = self._recipe(purpose)
        here = self._info(purpose)
        if here.present:
            return here
        reason = self._pull(recipe)
        here = self._info(purpose)
        if here.present:
            return here
        raise _missing(recipe, reason)

    def obtained(self, purpose: str) -> ImageInfo:
        """The image for a purpose; a rare one is made here when no registry has it. Raises `OurFault` E202."""
        try:
            return self.ensure(purpose)
        except OurFault:
            if not self._recipe(purpose).rare:
                raise
        return self.built(purpose)

    def built(self, purpose: str) -> ImageInfo:
        """The image for a purpose, made on this machine when it is not here."""
        return next(info for info in self.build([purpose]) if info.purpose == purpose)

    def build(self, purposes: Iterable[str] = ()) -> tuple[ImageInfo, ...]:
        """Make what is missing on this machine, without a registry; all but the rare purposes when none are named.

        Raises `UsageError` E115 for a purpose there is not, `OurFault` E202 when one cannot be made here.
        """
        wanted = tuple(purposes) or tuple(name for name, recipe in self._recipes.items() if not recipe.rare)
        for purpose in wanted:
            recipe = self._recipe(purpose)
            if recipe.make and not self._info(purpose).present:
                if os.environ.get(recipe.variable):
                    raise _missing(recipe, f"{recipe.variable} names an image of yours: it is not made here")
                with self._stages.measure("image", purpose):
                    recipe.make(self._engine, self, recipe.tag)
        return tuple(self._info(purpose) for purpose in wanted)

    def load(self, file: Path) -> tuple[str, ...]:
        """Load a file of `docker save`; answers the names in it. Raises `UsageError` E116 when it is not one."""
        try:
            stream = file.open("rb")
        except OSError as error:
            raise UsageError("E116", f"cannot read `{file}`: {error.strerror}") from None
        client = self._engine.client
        before, client.api.timeout = client.api.timeout, LOAD_SECONDS
        try:
            with stream:
                loaded = client.images.load(stream)
        except (DockerException, requests.RequestException) as error:
            raise UsageError(
                "E116",
                f"`{file}` cannot be loaded: {error}",
                help=f"write it with `docker save -o FILE {' '.join(sorted({i.tag for i in self.list()}))}`",
            ) from None
        finally:
            client.api.timeout = before
        return tuple(sorted(name for image in loaded for name in (image.tags or [image.id or ""])))

    def _recipe(self, purpose: str) -> Recipe:
        recipe = self._recipes.get(purpose)
        if recipe is None:
            known = did_you_mean(purpose, self._recipes)
            raise UsageError("E115", f"there is no base image for `{purpose}`", help=known)
        return self._recipe(recipe.like) if recipe.like and not os.environ.get(recipe.variable) else recipe

    def _info(self, purpose: str) -> ImageInfo:
        recipe = self._recipe(purpose)
        name = os.environ.get(recipe.variable) or recipe.tag
        with engine_errors(f"looking for the image {name}"):
            image = _found(self._engine.client, name)
        if image is None:
            return ImageInfo(purpose=purpose, tag=name, present=False)
        return ImageInfo(
            purpose=purpose,
            tag=name,
            present=True,
            id=str(image.id),
            size=int(image.attrs.get("Size", 0)),
            version=_language(image),
        )

    def _pull(self, recipe: Recipe) -> str:
        """Try to pull; answers why it did not work. A registry that is out of reach must not hold us up."""
        if os.environ.get("GRADER_PULL", "missing") == "never":
            return "GRADER_PULL forbids pulling"
        named = os.environ.get(recipe.variable)
        name = named or recipe.pulled
        if not name:
            return "no registry has it"
        try:
            reason = pull(self._engine, name)
            if not reason and not named:
                self._engine.client.images.get(name).tag(recipe.tag)
        except (DockerException, requests.RequestException) as error:
            return f"pulling {name} failed: {' '.join(str(error).split())[:200]}"
        return reason


def pull(engine: Engine, name: str) -> str:
    """Pull an image; answers what went wrong, or nothing. It gives up when the engine is silent for some seconds."""
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:  # the colon belongs to the registry's port
        repository, tag = name, "latest"
    deadline = time.monotonic() + PULL_SECONDS
    client = engine.impatient(PULL_SILENCE_SECONDS)
    with contextlib.closing(client):
        for event in client.api.pull(repository, tag=tag, stream=True, decode=True):
            if "error" in event:
                return f"pulling {name} failed: {' '.join(str(event['error']).split())[:200]}"
            if time.monotonic() > deadline:
                return f"pulling {name} took longer than {PULL_SECONDS} seconds"
    return ""


def _language(image: Image) -> str:
    """The version our own recipe notes on an image, or the variable official images of a language carry."""
    variables = (image.attrs.get("Config") or {}).get("Env") or []
    official = next((v.partition("=")[2] for v in variables if v.startswith(OFFICIAL)), "")
    return image.labels.get(VERSION_LABEL) or ".".join(official.split(".")[:2])


def _found(client: DockerClient, name: str) -> Image | None:
    try:
        return client.images.get(name)
    except ImageNotFound:
        return None


def _missing(recipe: Recipe, reason: str) -> OurFault:
    return OurFault(
        "E202",
        f"there is no base image for {recipe.purpose} here",
        note=reason,
        help=f"`grader images build` makes it on this machine, `grader images load FILE` takes it from a file of "
        f"`docker save`, or name one your engine can pull in {recipe.variable}",
    )
