# Build the wheel, install it, and leave everything else behind. What is done is in docker/steps, which .ci/image does without Docker.
ARG PYTHON_IMAGE=python:3.11-slim
FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir uv
COPY docker/steps /usr/local/bin/steps
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY emulator emulator
COPY conformance conformance
COPY fixtures fixtures
# COMMIT is what --version says; EXTRAS=ma opens the gRPC door, and makes the image large.
ARG COMMIT=
ARG EXTRAS=
RUN steps build . /dist && steps install /dist /opt/emulator "$EXTRAS"

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --no-create-home emulator && mkdir /state && chown emulator /state
COPY --from=build /opt/emulator /opt/emulator
COPY docker/steps /usr/local/bin/steps
USER 10001
ENV PATH=/opt/emulator/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOME=/tmp MA_PLANE=/state
VOLUME /state
EXPOSE 16443 19091 15566
HEALTHCHECK --interval=5s --timeout=10s --start-period=30s CMD ["steps", "healthy"]
ENTRYPOINT ["steps", "run"]
CMD ["up", "--host", "0.0.0.0", "--folder", "/state"]
