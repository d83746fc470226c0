# Build the wheel, then install it as an unprivileged user into a small image.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY emulator emulator
COPY conformance conformance
COPY fixtures fixtures
RUN pip install --no-cache-dir uv && uv build --wheel --out-dir /dist \
 && uv venv /opt/emulator && uv pip install --python /opt/emulator/bin/python /dist/*.whl

FROM python:3.11-slim
COPY --from=build /opt/emulator /opt/emulator
RUN useradd --system --uid 10001 --create-home emulator && mkdir /state && chown emulator /state
USER emulator
ENV PATH=/opt/emulator/bin:$PATH PYTHONDONTWRITEBYTECODE=1
EXPOSE 16443 19091 15566
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s \
  CMD ["python", "-c", "import ssl,urllib.request as r; r.urlopen('https://127.0.0.1:16443/readyz', context=ssl._create_unverified_context())"]
ENTRYPOINT ["ma-emulator"]
CMD ["up", "--host", "0.0.0.0", "--kubeconfig", "/state/kubeconfig"]
